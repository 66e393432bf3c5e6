"""The story: what happens to a book, in order. The only module that knows every room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bookbuild.apparatus.edition import make_edition
from bookbuild.check import check
from bookbuild.config import Project, Settings, Untranslated
from bookbuild.diagnostics import (
    BookError,
    Diagnostic,
    EnvironmentFailure,
    Severity,
    UsageError,
    did_you_mean,
    in_order,
)
from bookbuild.figures.chart import charts_of
from bookbuild.figures.compare import compare_all
from bookbuild.figures.evidence import check_evidence
from bookbuild.model.book import Book, LocalizedBook
from bookbuild.model.catalog import Catalog
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import Edition
from bookbuild.model.locale import Locale
from bookbuild.model.unit import Unit
from bookbuild.read import copy_starter, parse_inlines, read_book
from bookbuild.render import render_html, render_units
from bookbuild.translate.check import check_catalog
from bookbuild.translate.hyphenation import hyphenation_patterns
from bookbuild.translate.locale import open_locale
from bookbuild.translate.localize import localize
from bookbuild.translate.po import read_catalog
from bookbuild.translate.pseudo import PSEUDO

if TYPE_CHECKING:  # the press imports the engine: only where something is typeset
    from bookbuild.press.settings import PressSettings, StyleSheet


class Progress(Protocol):
    """Told what is being done."""

    def __call__(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command has to tell when it succeeded."""

    findings: tuple[Diagnostic, ...]
    """Warnings and notes; errors are raised."""
    lines: tuple[str, ...]
    """Facts for people, one a line."""


def new_book(folder: Path) -> None:
    """Copy the starter book into a folder that does not exist or is empty.

    Raises:
        UsageError: something is there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: is there already and not empty; name a new folder")
    copy_starter(folder)


def check_book(
    project: Project, languages: Sequence[str], settings: Settings, progress: Progress
) -> list[Diagnostic]:
    """Return everything wrong with a book and its catalogs, sorted; nothing is typeset."""
    book, findings = read(project, progress)
    if book is None:
        return findings
    findings += check(book)
    for language in _languages(project, book, languages):
        if language != book.source_language:
            progress("check", f"catalog {language}")
            findings += _catalog_of(project, book, language)[1]
    if settings.documents:
        progress("check", f"evidence in {settings.documents}")
        findings += _evidence(project, book, settings.documents)
    return _weighed(findings, settings)


def build_pdfs(project: Project, languages: Sequence[str], settings: Settings, progress: Progress) -> Outcome:
    """Build the PDFs of some languages into ``dist/``: all of them, or none.

    Raises:
        BookError: the book has errors, or a finished PDF is not what its edition promised.
    """
    from bookbuild.press.publish import publish

    book, findings = _sound_book(project, languages, settings, progress)
    printed = print_languages(project, book, _languages(project, book, languages), settings, progress)
    for one in printed:
        findings += one.diagnostics
    _stop_on_errors(findings := _weighed(findings, settings))

    project.dist.mkdir(exist_ok=True)
    lines = []
    for one in printed:
        path = project.dist / f"{book.id}-{one.edition.lang}.pdf"
        publish(path, one.pdf)
        lines.append(f"{path}: {one.in_short()}")
    return Outcome(tuple(findings), tuple(lines))


def build_html(project: Project, languages: Sequence[str], settings: Settings, progress: Progress) -> Outcome:
    """Build one self-contained HTML page per language into ``dist/``: all of them, or none.

    Raises:
        BookError: the book has errors.
    """
    from bookbuild.press.publish import publish

    book, findings = _sound_book(project, languages, settings, progress)
    comparisons = compare_all(book)
    pages = []
    for language in _languages(project, book, languages):
        progress("html", language)
        locale = _locale(project, language)
        localized = _localized(project, book, language, locale)
        edition = _edition(project, book, localized, comparisons, locale)
        pages.append((project.dist / f"{book.id}-{language}.html", render_html(edition, locale)))
    project.dist.mkdir(exist_ok=True)
    for path, text in pages:
        publish(path, text.encode("utf-8"))
    return Outcome(tuple(findings), tuple(str(path) for path, _ in pages))


@dataclass(frozen=True, slots=True)
class PrintedEdition:
    """One language on pages, not yet published."""

    edition: Edition
    units: tuple[Unit, ...]
    pdf: bytes
    diagnostics: tuple[Diagnostic, ...]
    pages: int
    notes: int
    notes_on_next_page: int
    layouts: int

    def in_short(self) -> str:
        """Say in a line what was made."""
        late = f", {self.notes_on_next_page} on the page after their call" if self.notes_on_next_page else ""
        percent = self.edition.coverage.percent
        return f"{self.pages} pages, {self.notes} notes{late}; {percent.normalize():f} % translated"


def print_languages(
    project: Project, book: Book, languages: Sequence[str], settings: Settings, progress: Progress
) -> list[PrintedEdition]:
    """Typeset a book in some languages; they share one pool of workers."""
    from concurrent.futures import ThreadPoolExecutor

    comparisons = compare_all(book)
    with _workers(settings.jobs) as workers:

        def one(language: str) -> PrintedEdition:
            return print_language(project, book, language, comparisons, settings, progress, workers)

        if workers is None or len(languages) == 1:
            return [one(language) for language in languages]
        with ThreadPoolExecutor(len(languages)) as threads:
            return list(threads.map(one, languages))


def print_language(
    project: Project,
    book: Book,
    language: str,
    comparisons: Sequence[Comparison],
    settings: Settings,
    progress: Progress,
    workers: Executor | None = None,
) -> PrintedEdition:
    """Take one language from the book to its pages."""
    from bookbuild.press.cache import SheetCache
    from bookbuild.press.edition import print_edition

    locale = _locale(project, language)
    localized = _localized(project, book, language, locale)
    edition = _edition(project, book, localized, comparisons, locale)
    units = render_units(edition, locale)
    printed = print_edition(
        units,
        _styles(project, language),
        _press_settings(project, book, edition, locale),
        workers,
        SheetCache(settings.cache) if settings.cache else None,
        lambda title, done, total: progress(f"set {language}", title, done, total),
    )
    return PrintedEdition(
        edition,
        units,
        printed.pdf,
        (*_coverage_findings(localized, settings), *printed.diagnostics),
        printed.facts.pages,
        printed.facts.notes,
        len(printed.facts.notes_on_next_page),
        printed.facts.laid_out,
    )


def read(project: Project, progress: Progress) -> tuple[Book | None, list[Diagnostic]]:
    """Read a project's book as far as possible, and say what is wrong with its files.

    Raises:
        UsageError: there is no book in the folder.
    """
    if not project.book.is_dir():
        raise UsageError(
            f"{project.root}: no folder book/ here; use -C DIR, or begin with: bookbuild new DIR"
        )
    progress("read", "book")
    return read_book(project.root)


def _sound_book(
    project: Project, languages: Sequence[str], settings: Settings, progress: Progress
) -> tuple[Book, list[Diagnostic]]:
    """Read and check a book and the catalogs asked for, and go on only if nothing is wrong.

    Raises:
        BookError: with everything that was found.
    """
    book, findings = read(project, progress)
    if book is None:
        raise BookError(findings)
    findings += check(book)
    for language in _languages(project, book, languages):
        if language != book.source_language:
            findings += _catalog_of(project, book, language)[1]
    _stop_on_errors(findings := _weighed(findings, settings))
    return book, findings


def _weighed(findings: Sequence[Diagnostic], settings: Settings) -> list[Diagnostic]:
    """Sort findings; under ``--strict`` warnings are errors."""
    if settings.strict:
        findings = [
            replace(one, severity=Severity.ERROR) if one.severity is Severity.WARNING else one
            for one in findings
        ]
    return in_order(findings)


def _stop_on_errors(findings: Sequence[Diagnostic]) -> None:
    if any(one.severity is Severity.ERROR for one in findings):
        raise BookError(findings)


def _languages(project: Project, book: Book, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the languages asked for, in the order asked; “all” is the book's own list.

    Raises:
        UsageError: the book has no such language.
    """
    if tuple(asked) == ("all",):
        return book.languages
    known = (*book.languages, *_catalogs(project), PSEUDO)
    for language in asked:
        if language not in known:
            hint = did_you_mean(language, known) or f"it has: {', '.join(dict.fromkeys(known[:-1]))}"
            raise UsageError(f"the book has no language “{language}”; {hint}")
    return tuple(asked)


def _catalogs(project: Project) -> list[str]:
    """Return the languages that have a catalog, whether or not ``book.yaml`` names them."""
    return sorted(path.parts[-3] for path in project.root.glob("locales/*/LC_MESSAGES/book.po"))


def _locale(project: Project, language: str) -> Locale:
    return open_locale(language, project.root / "locales")


def _catalog_of(project: Project, book: Book, language: str) -> tuple[Catalog | None, list[Diagnostic]]:
    """Read and check the catalog of a language; none is needed for the pseudo-locale."""
    if language == PSEUDO:
        return None, []
    path = project.catalog(language)
    catalog, findings = read_catalog(path, path.relative_to(project.root).as_posix())
    if catalog is not None:
        findings = [*findings, *check_catalog(book, catalog, parse_inlines, _locale(project, language))]
    return catalog, findings


def _localized(project: Project, book: Book, language: str, locale: Locale) -> LocalizedBook:
    catalog = None
    if language not in (book.source_language, PSEUDO):
        path = project.catalog(language)
        catalog, _ = read_catalog(path, path.relative_to(project.root).as_posix())
    return localize(book, catalog, locale.code, parse_inlines)


def _edition(
    project: Project,
    book: Book,
    localized: LocalizedBook,
    comparisons: Sequence[Comparison],
    locale: Locale,
) -> Edition:
    return make_edition(
        localized,
        comparisons,
        locale,
        charts={one.quantity.id: charts_of(one) for one in comparisons},
        language_names={code: _locale(project, code).name for code in book.languages},
    )


def _coverage_findings(localized: LocalizedBook, settings: Settings) -> Iterator[Diagnostic]:
    """Yield T090: messages without a finished translation print the source text, or stop the build."""
    coverage = localized.coverage
    unfinished = coverage.fuzzy + coverage.missing
    if unfinished:
        severity = Severity.ERROR if settings.untranslated is Untranslated.FAIL else Severity.WARNING
        yield Diagnostic(
            "T090",
            f"{localized.locale}: {unfinished} of {coverage.messages} messages have no finished translation "
            f"({coverage.missing} missing, {coverage.fuzzy} fuzzy); the source text is printed",
            hint=f"bookbuild catalog stats --lang {localized.locale} lists them by chapter",
            severity=severity,
        )


def _styles(project: Project, language: str) -> tuple[StyleSheet, ...]:
    from bookbuild.press.styles import book_styles, house_styles

    return (*house_styles(language), *book_styles(project.styles, language))


def _press_settings(project: Project, book: Book, edition: Edition, locale: Locale) -> PressSettings:
    from bookbuild.press.settings import PressSettings

    return PressSettings(
        root=project.book,
        title=edition.title,
        lang=edition.lang,
        direction=edition.direction,
        page=edition.page,
        author=edition.author,
        hyphenation=_hyphenation(project, {edition.lang, *book.languages}),
        page_range=locale.page_range,
    )


def _hyphenation(project: Project, languages: set[str]) -> dict[str, Path]:
    """Return the pattern files of the languages that have one of ours; foreign phrases need theirs too."""
    found = {code: hyphenation_patterns(code, project.root / "locales") for code in sorted(languages)}
    return {code: path for code, path in found.items() if path}


@contextmanager
def _workers(jobs: int) -> Iterator[Executor | None]:
    """Lend a pool of worker processes; none where one process is to do everything.

    Workers are forked from a server that has the engine imported: threads of ours never meet a fork.
    """
    if jobs == 1:
        yield None
        return
    context = get_context("forkserver")
    context.set_forkserver_preload(["bookbuild.press.typeset"])
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _evidence(project: Project, book: Book, folder: Path) -> list[Diagnostic]:
    """Look every claim's extract up in the documents that were read.

    Raises:
        EnvironmentFailure: the folder or a document cannot be read.
    """
    if not folder.is_dir():
        raise EnvironmentFailure(f"{folder}: no such folder of documents")
    documents = {}
    for source in book.sources:
        if source.file:
            path = folder / source.file
            if path.is_file():
                documents[source.file] = path.read_text(encoding="utf-8")
    return list(check_evidence(book, documents).diagnostics)
