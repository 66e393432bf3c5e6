"""A sound book to one PDF with two languages on facing pages: the source on versos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bookbuild.apparatus.memory import Memory
from bookbuild.build import Outcome, Progress
from bookbuild.build.editions import (
    coverage_findings,
    edition_of,
    press_settings,
    styles_of,
    told,
    workers_for,
)
from bookbuild.build.inputs import unchanged
from bookbuild.build.kept import Shelf
from bookbuild.build.manuscript import (
    checked_soundly,
    languages_asked,
    locale_of,
    localized_book,
    readable_book,
    stop_on_errors,
    weighed,
)
from bookbuild.build.once import Once
from bookbuild.build.output import publish_files
from bookbuild.build.printed import PrintedEdition
from bookbuild.build.report import write_report
from bookbuild.build.standing import inputs_of, keep_record
from bookbuild.build.workers import Workers, WorkFailedError
from bookbuild.config import Project, Settings, Untranslated
from bookbuild.diagnostics import Diagnostic, UsageError
from bookbuild.figures.compare import compare_all
from bookbuild.model.book import Book, Generated, LocalizedBook
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import Edition
from bookbuild.model.locale import Locale
from bookbuild.model.unit import Bookmark, Numbering, Unit
from bookbuild.press.cache import SheetCache
from bookbuild.press.facing import Facing, PrintedFacing, Side, print_facing
from bookbuild.press.store import Store
from bookbuild.render import half_title, render_facing

if TYPE_CHECKING:
    from bookbuild.build.cluster import Cluster

_APART = frozenset({Generated.BIBLIOGRAPHY.value, Generated.INDEX.value})
"""Sections that each language orders by its own alphabet: they lie side by side, block by block unpaired."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One of the two languages."""

    localized: LocalizedBook
    edition: Edition
    locale: Locale
    units: tuple[Unit, ...]


def build_facing(
    project: Project, languages: Sequence[str], settings: Settings, progress: Progress
) -> Outcome:
    """Build the bilingual edition into ``dist/``, or nothing.

    Raises:
        UsageError: the two languages cannot face each other.
        BookError: the book has errors, or the finished PDF is not what its editions promised.
        EnvironmentFailure: the files cannot be written, or one of the book's own changed meanwhile.
    """
    require_one(languages, settings)
    asked = (*languages, settings.facing)
    with unchanged(project), workers_for(settings) as workers:
        inputs = inputs_of(project) if settings.cache else None
        shelf = Shelf(Store(settings.cache), inputs) if settings.cache and inputs else None
        book, found = readable_book(project, asked, settings, progress, shelf)
        one, other = languages_asked(project, book, asked)
        checked = Once(lambda: checked_soundly(project, book, found, asked, settings))
        try:
            texts = _texts(project, book, (one, other), settings, shelf)
            printed = _print(project, book, texts, settings, progress, workers, checked)
        except Exception:
            checked()  # whatever an unsound book leads to, its own errors are what is to be told
            raise
        findings = checked()
    if shelf:
        shelf.keep()
    findings += printed.printed.diagnostics
    for text in texts:
        findings += coverage_findings(text.localized, settings)
    stop_on_errors(findings := weighed(findings, settings))

    name = f"{book.id}-{one}-{other}-facing"
    editions = _as_editions(texts, printed)
    total = f"{printed.printed.facts.pages} pages"
    said = "; ".join([total, *(f"{text.edition.lang}: {text.in_short()}" for text in editions)])
    files = {
        f"{name}.pdf": printed.printed.pdf,
        f"{name}-report.txt": _report(book, editions, findings, printed).encode("utf-8"),
    }
    lines = [(f"{name}.pdf", said), (f"{name}-report.txt", "what was built, and what to look at")]
    publish_files(project.dist, files)
    key = inputs.fingerprint(languages, settings) if inputs else ""
    keep_record(settings, key, files, lines, findings)
    return Outcome(tuple(findings), tuple(f"{project.dist / file}: {what}" for file, what in lines))


def _print(
    project: Project,
    book: Book,
    texts: tuple[_Text, _Text],
    settings: Settings,
    progress: Progress,
    workers: Workers | Cluster | None,
    meanwhile: Callable[[], object],
) -> PrintedFacing:
    """Typeset both texts; ``meanwhile`` is called when the first units are being laid out by the workers."""
    title = " / ".join(text.edition.title for text in texts)
    name = "|".join(text.edition.lang for text in texts)
    parts = _parts(*texts)
    try:
        return print_facing(
            parts,
            _side(project, book, texts[0], title),
            _side(project, book, texts[1], title),
            workers,
            SheetCache(settings.cache) if settings.cache else None,
            lambda title, done, total: progress(f"set {name}", title, done, total),
            meanwhile,
        )
    except WorkFailedError as failure:
        raise told(failure, [part if isinstance(part, Unit) else part.verso for part in parts]) from failure


def require_one(languages: Sequence[str], settings: Settings) -> None:
    """Refuse what cannot be meant.

    Raises:
        UsageError: not exactly two languages are named, or a proof is asked for.
    """
    if len(languages) != 1 or tuple(languages) == ("all",):
        raise UsageError(
            f"--facing {settings.facing} needs one language to face: name it with --lang, "
            f"as in --lang en --facing {settings.facing}"
        )
    if settings.facing in languages:
        raise UsageError(f"“{settings.facing}” cannot face itself; name another language after --facing")
    if settings.proof:
        raise UsageError("--proof is for one language; leave out --facing")


def _texts(
    project: Project, book: Book, languages: tuple[str, str], settings: Settings, shelf: Shelf | None
) -> tuple[_Text, _Text]:
    comparisons = compare_all(book)
    first, second = (_set(project, book, language, comparisons, settings, shelf) for language in languages)
    if first[1].direction != second[1].direction:
        raise UsageError(
            f"“{languages[0]}” and “{languages[1]}” are read in opposite directions: a book of one is bound "
            "at the left, of the other at the right, and no spread is read in the order of both; "
            "print them apart with --lang"
        )
    pairs = render_facing(first[1], first[2], second[1], second[2])
    units = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    return _Text(*first, units[0]), _Text(*second, units[1])


def _set(
    project: Project,
    book: Book,
    language: str,
    comparisons: Sequence[Comparison],
    settings: Settings,
    shelf: Shelf | None,
) -> tuple[LocalizedBook, Edition, Locale]:
    locale = locale_of(project, language)
    localized = localized_book(project, book, language, locale)
    memory = Memory(shelf.edition(language) if shelf else None)
    mark = settings.untranslated is Untranslated.MARK
    return localized, edition_of(project, book, localized, comparisons, locale, memory, mark=mark), locale


def _side(project: Project, book: Book, text: _Text, title: str) -> Side:
    settings = press_settings(project, book, text.edition, text.locale)
    return Side(replace(settings, title=title), styles_of(project, text.locale, facing=True))


def _parts(verso: _Text, recto: _Text) -> list[Facing | Unit]:
    """Return the order of the book: a leaf with both titles before the front matter and before the body.

    The second one lets the body's folios begin at 1 and yet be even on versos.
    """
    parts: list[Facing | Unit] = [half_title(verso.edition, recto.edition, "half-title", Numbering.ROMAN)]
    numbering = Numbering.ROMAN
    sides = [_with_group(text) for text in (verso, recto)]
    for one, other in zip(*sides, strict=True):
        if one.numbering is not numbering:
            numbering = one.numbering
            parts.append(half_title(verso.edition, recto.edition, "fly-title", numbering))
        parts.append(Facing(one, other, paired=one.id not in _APART))
    return parts


def _with_group(text: _Text) -> tuple[Unit, ...]:
    """Return the units with their bookmarks under one of the language: a reader follows one of the two."""
    first, *others = text.units
    group = Bookmark(1, text.locale.name, first.id)
    deeper = [
        replace(unit, bookmarks=tuple(replace(mark, level=mark.level + 1) for mark in unit.bookmarks))
        for unit in (first, *others)
    ]
    return (replace(deeper[0], bookmarks=(group, *deeper[0].bookmarks)), *deeper[1:])


def _report(
    book: Book,
    editions: Sequence[PrintedEdition],
    findings: Sequence[Diagnostic],
    printed: PrintedFacing,
) -> str:
    """Return the report of both languages, and what only facing pages have."""
    notes = {note.id: note for unit in editions[0].units for note in unit.notes}
    apart = [
        f"  note {notes[name].number} stands on another spread than its translation: {notes[name].place}\n"
        for name in printed.notes_apart
    ]
    facing = f"\nfacing pages\n  pages      {printed.printed.facts.pages} with both languages\n"
    return write_report(book, editions, findings) + facing + "".join(apart)


def _as_editions(texts: tuple[_Text, _Text], printed: PrintedFacing) -> list[PrintedEdition]:
    """Return what the report tells of each language."""
    late = set(printed.printed.facts.notes_on_next_page)
    editions = []
    for text, page_map, pages in zip(texts, (printed.verso, printed.recto), printed.pages, strict=True):
        prefix = "" if text is texts[0] else printed.space
        notes = [note.id for unit in text.units for note in unit.notes]
        editions.append(
            PrintedEdition(
                text.localized,
                text.edition,
                text.units,
                printed.printed.pdf,
                page_map,
                (),
                pages,
                max(printed.pages) - pages,
                len(notes),
                tuple(note for note in notes if f"{prefix}{note}" in late),
                printed.printed.facts.laid_out,
            )
        )
    return editions
