"""What a printer, an archive or a reader would check, on any PDF, ours or not."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pikepdf

from bookbuild.diagnostics import EnvironmentFailure, Severity
from bookbuild.distribute import conformity, navigation, paper, tagging
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.findings import Finding, Report
from bookbuild.distribute.marks import Box, Interpreter, TooMuchError
from bookbuild.distribute.pictures import Pictures
from bookbuild.distribute.xmp import PDFA_ID, PDFUA_ID, PDFX, PDFX_ID, read_xmp

__all__ = ["Expectations", "Finding", "Purpose", "preflight"]

T = TypeVar("T")
_MOST_PAGES = 20_000
_FAILURES = (
    pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, KeyError, IndexError, AttributeError,
    OverflowError, RecursionError, NotImplementedError, AssertionError, RuntimeError, MemoryError,
)  # fmt: skip
"""What pikepdf raises when a damaged object is looked into."""


def preflight(pdf: bytes | Path, wanted: Expectations | None = None) -> list[Finding]:
    """Check a PDF against what was expected; never fails on a file, however damaged.

    Returns findings, errors first, then by code and page; of equal ones on several pages, one.

    Raises:
        EnvironmentFailure: the file cannot be read from disk.
    """
    wanted = wanted or Expectations()
    report = Report()
    data = pdf if isinstance(pdf, bytes) else _read(pdf)
    if b"%PDF-" not in data[:1024]:
        report.add("D001", "this is no PDF", hint="" if data else "the file is empty")
        return report.findings()
    try:
        with pikepdf.open(io.BytesIO(data)) as opened:
            _check(opened, wanted, report)
    except pikepdf.PasswordError:
        report.add("D002", "the file asks for a password", hint="save it without protection")
    except _FAILURES as error:
        report.add("D001", f"the file cannot be read: {_reason(error)}")
    return report.findings()


def declared_purpose(pdf: bytes | Path) -> Purpose:
    """Return what a file calls itself: PDF/A for the archive, PDF/UA for the screen; any other is for print.

    Raises:
        EnvironmentFailure: the file cannot be read from disk.
    """
    data = pdf if isinstance(pdf, bytes) else _read(pdf)
    try:
        with pikepdf.open(io.BytesIO(data)) as opened:
            said = read_xmp(opened.Root.Metadata.read_bytes())
    except (pikepdf.PasswordError, *_FAILURES):
        return Purpose.PRINT  # what ails it is preflight's to say
    if any(name.startswith((f"{{{PDFX_ID}}}", f"{{{PDFX}}}")) for name in said):
        return Purpose.PRINT
    if f"{{{PDFA_ID}}}part" in said:
        return Purpose.ARCHIVE
    return Purpose.SCREEN if f"{{{PDFUA_ID}}}part" in said else Purpose.PRINT


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EnvironmentFailure(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error


def _check(pdf: pikepdf.Pdf, wanted: Expectations, report: Report) -> None:
    count = len(pdf.pages)
    if not count:
        report.add("D006", "the file has no pages")
        return
    if count > _MOST_PAGES:
        report.add("D007", f"{count} pages; {_MOST_PAGES} are looked at at most")
        return
    if pdf.is_encrypted:
        severity = Severity.ERROR if wanted.on_paper or wanted.pdfa else Severity.WARNING
        report.add("D003", "the file is encrypted", severity=severity, hint="save it without protection")
    run = _Guard(report)
    interpreter = Interpreter(wanted.limits)
    run("the file", 0, _check_file, pdf, interpreter, wanted, report, run)
    run("a stream", 0, _check_streams, pdf, report)
    _check_count(count, wanted, report)
    for warning in pdf.get_warnings()[:1]:  # asking clears the list
        text = _repair(str(warning))
        report.add("D004", f"the file is damaged: {text}", severity=Severity.WARNING)


class _Guard:
    """Run one check; a damaged object ends that check only."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def __call__(self, what: str, page: int, check: Callable[..., T], *given: Any) -> T | None:
        try:
            return check(*given)
        except TooMuchError as error:
            self._report.add("D007", f"not looked at: {error}", page=page)
        except _FAILURES as error:
            self._report.add("D005", f"{what} cannot be interpreted: {_reason(error)}", page=page)
        return None


def _check_file(
    pdf: pikepdf.Pdf, interpreter: Interpreter, wanted: Expectations, report: Report, run: _Guard
) -> None:
    pictures = Pictures(wanted, report)
    places = run("a destination", 0, navigation.Destinations, pdf)
    used: dict[int, set[int]] = {}
    untagged: dict[int, int] = {}
    trims: list[Box | None] = []
    for number, page in enumerate(pdf.pages, 1):
        trim = run("a box", number, paper.check_boxes, page, number, wanted, report)
        trims.append(trim)
        if trim is None:
            continue
        bleed = run("a box", number, paper.bleed_of, page, trim) or trim
        ink = paper.PageInk(number, trim, bleed, wanted, report, pictures)
        run("the content", number, _read_page, page, ink, interpreter, pictures, report)
        used[number], untagged[number] = interpreter.mcids, ink.untagged
        if places is not None:
            given = (page, number, bleed, places, wanted, report)
            run("an annotation", number, navigation.check_annotations, *given)
    if wanted.on_paper:
        paper.check_sizes(trims, report)
    run("a font", 0, paper.check_fonts, interpreter, wanted, report)
    xmp = run("XMP", 0, conformity.read_metadata, pdf, wanted, report) or {}
    run("metadata", 0, conformity.check_metadata, pdf, xmp, wanted, report)
    profile = run("the output intent", 0, conformity.check_output_intent, pdf, wanted, report) or ""
    run("PDF/X", 0, conformity.check_pdfx, pdf, xmp, profile, wanted, report)
    run("PDF/A", 0, conformity.check_pdfa, pdf, xmp, interpreter, wanted, report)
    run("a profile", 0, conformity.check_profiles, profile, interpreter, wanted, report)
    run("the catalog", 0, navigation.check_catalog, pdf, wanted, report)
    if places is not None:
        run("a bookmark", 0, navigation.check_outline, pdf, places, wanted, report)
    run("the structure", 0, tagging.check_tags, pdf, used, untagged, wanted, report)


def _read_page(
    page: Any, ink: paper.PageInk, interpreter: Interpreter, pictures: Pictures, report: Report
) -> None:
    for mark in interpreter.page(page, ink.number):
        ink.add(mark)
    for problem in dict.fromkeys(interpreter.problems):
        report.add("D005", f"the content: {problem}", page=ink.number, severity=Severity.WARNING)
    paper.transparency_of(page, ink, interpreter, pictures, report)
    paper.check_blank(ink.number, ink.blank, ink.wanted, report)


def _check_streams(pdf: pikepdf.Pdf, report: Report) -> None:
    """D008: even nothing is some bytes once it is compressed; qpdf reads and writes such streams unmoved."""
    streams = (one for one in pdf.objects if isinstance(one, pikepdf.Stream))
    if empty := sum("/Filter" in one and not one.read_raw_bytes() for one in streams):
        text = f"{empty} compressed stream{'s are' if empty > 1 else ' is'} empty"
        hint = "Ghostscript and others take the file for damaged"
        report.add("D008", text, severity=Severity.WARNING, hint=hint)


def _check_count(count: int, wanted: Expectations, report: Report) -> None:
    if count % wanted.page_multiple:
        text = f"{count} pages are no multiple of {wanted.page_multiple}"
        missing = wanted.page_multiple - count % wanted.page_multiple
        report.add("D701", text, hint=f"{missing} blank pages are missing", pages=count)
    if wanted.pages is not None and count != wanted.pages:
        report.add("D702", f"{count} pages; {wanted.pages} were expected")


def _repair(text: str) -> str:
    return text.split("): ")[-1].split("/")[-1].lower()[:120]


def _reason(error: BaseException) -> str:
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return text[:140]
