"""The files of a distribution that can be made side by side: a worker takes one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bookbuild.build.workers import Workers, WorkFailedError
from bookbuild.diagnostics import EnvironmentFailure, InternalFault, Severity
from bookbuild.distribute.booklet import impose
from bookbuild.distribute.condition import PrintCondition
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.findings import Finding
from bookbuild.distribute.interior import PrintOrder, print_interior
from bookbuild.distribute.preflight import preflight
from bookbuild.distribute.screen import Attachment, archive_pdf, screen_pdf
from bookbuild.distribute.web_fonts import WebFace, web_fonts
from bookbuild.distribute.xmp import FileFacts
from bookbuild.model.unit import Unit

INTERIOR, COVER = "interior-print.pdf", "cover-print.pdf"
SCREEN, ARCHIVE = "book-screen.pdf", "book-archive.pdf"
BOOKLET, SITE = "booklet.pdf", "html"
FONTS = "assets/fonts"
FACES_HERE = "/* faces */"
"""Stands in the style of a page where the rules of its typefaces belong."""


@dataclass(frozen=True, slots=True)
class Made:
    """One finished PDF, or finished folders."""

    path: str
    """Inside the distribution."""
    files: Mapping[str, bytes]
    """Path inside the distribution → content."""
    findings: tuple[Finding, ...] = ()
    pages: int = 0
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to make."""

    path: str
    call: Callable[[str], Made]
    """Takes the path."""


def made_pdf(path: str, pdf: bytes, findings: Iterable[Finding], pages: int, remark: str = "") -> Made:
    """Return one PDF as it is to be published."""
    return Made(path, {path: pdf}, tuple(findings), pages, remark)


def interior(pdf: bytes, order: PrintOrder, path: str) -> Made:
    """Make the pages ready for print."""
    ready = print_interior(pdf, order)
    remark = f"of them {ready.added} blank at the end" if ready.added else ""
    return made_pdf(path, ready.pdf, preflight(ready.pdf, ready.expectations), ready.pages, remark)


def screen(pdf: bytes, pages: int, units: Sequence[Unit], facts: FileFacts, path: str) -> Made:
    """Make the tagged copy for reading."""
    copy = screen_pdf(pdf, units, facts)
    assert copy.tags is not None, "a screen copy is tagged"
    loose = _loose_tags(copy.tags.untied, copy.tags.unmarked)
    return made_pdf(path, copy.pdf, (*preflight(copy.pdf, copy.expectations), *loose), pages)


_PRINTED = "does a style sheet change how it is printed? what is read aloud is found by that"


def _loose_tags(untied: Sequence[str], unmarked: Sequence[str]) -> Iterator[Finding]:
    """D905: what the screen copy's tags should say and do not."""
    for name in untied:
        yield Finding("D905", f"the note “{name}” is not tied to its call", Severity.WARNING, hint=_PRINTED)
    for words in unmarked:
        yield Finding("D905", f"“{words[:60]}” does not say its language", Severity.WARNING, hint=_PRINTED)


def archive(
    pdf: bytes,
    pages: int,
    facts: FileFacts,
    condition: PrintCondition,
    attachments: Sequence[Attachment],
    path: str,
) -> Made:
    """Make the copy for the archive, with the data inside."""
    copy = archive_pdf(pdf, facts, condition, attachments)
    return made_pdf(path, copy.pdf, preflight(copy.pdf, copy.expectations), pages)


def booklet(pdf: bytes, facts: FileFacts, section: int, direction: str, path: str) -> Made:
    """Make the proof for office paper."""
    made = impose(pdf, facts, section=section, direction=direction)
    folded = f"{made.sections} sections of {section} pages" if section else "stapled through the fold"
    # Only what keeps it from being printed at all counts.
    found = preflight(made.pdf, Expectations(Purpose.SCREEN))
    errors = [one for one in found if one.severity is Severity.ERROR]
    return made_pdf(path, made.pdf, errors, 2 * made.sheets, f"sides; {made.sheets} sheets, {folded}")


def sites(
    pages: Mapping[str, str], faces: Sequence[WebFace], files: Mapping[str, Mapping[str, bytes]], path: str
) -> Made:
    """Make the website of each language: its page, its pictures, and typefaces with the letters of all."""
    fonts = web_fonts(faces, "".join(pages.values()), FONTS)
    made: dict[str, bytes] = {}
    for lang, html in pages.items():
        page = html.replace(FACES_HERE, fonts.css, 1).encode()
        own = {**files[lang], **fonts.files, "index.html": page}
        made |= {f"{lang}/{path}/{name}": content for name, content in own.items()}
    return Made(path, made)


def run_all(workers: Workers | None, tasks: Sequence[Task]) -> list[Made]:
    """Do all tasks, in this process where there are no workers; results in the order of the tasks.

    Raises:
        EnvironmentFailure: a task asks for more time or memory than is allowed, or its worker died.
        InternalFault: a task fails.
    """
    if workers is None:
        return [_call(task) for task in tasks]
    try:
        return list(workers.map(_call, tasks))
    except WorkFailedError as failure:
        message = f"making {failure.subject.path} {failure}; nothing was written"
        if not failure.ours:
            raise EnvironmentFailure(message) from failure
        fault = InternalFault(message)
        fault.add_note(failure.report)
        raise fault from failure


def _call(task: Task) -> Made:
    return task.call(task.path)
