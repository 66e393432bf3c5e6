"""A sound book to its editions: pages and HTML, one for each language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from bookbuild.apparatus.edition import make_edition
from bookbuild.build import Outcome, Progress
from bookbuild.build.manuscript import (
    languages_asked,
    locale_of,
    localized_book,
    sound_book,
    stop_on_errors,
    weighed,
)
from bookbuild.build.printed import PrintedEdition
from bookbuild.build.report import write_report
from bookbuild.config import Project, Settings, Untranslated
from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.figures.chart import charts_of
from bookbuild.figures.compare import compare_all
from bookbuild.model.book import Book, LocalizedBook
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import Edition
from bookbuild.model.locale import Locale
from bookbuild.press.cache import SheetCache
from bookbuild.press.edition import print_edition
from bookbuild.press.publish import publish
from bookbuild.press.settings import PressSettings, StyleSheet
from bookbuild.press.styles import book_styles, house_styles
from bookbuild.render import render_html, render_units
from bookbuild.translate.hyphenation import hyphenation_patterns


def build_pdfs(project: Project, languages: Sequence[str], settings: Settings, progress: Progress) -> Outcome:
    """Build the PDFs of some languages into ``dist/``: all of them, or none.

    Raises:
        BookError: the book has errors, or a finished PDF is not what its edition promised.
    """
    book, findings = sound_book(project, languages, settings, progress)
    printed = print_languages(project, book, languages_asked(project, book, languages), settings, progress)
    for one in printed:
        findings += one.diagnostics
    stop_on_errors(findings := weighed(findings, settings))

    project.dist.mkdir(exist_ok=True)
    lines = []
    for one in printed:
        path = project.dist / f"{book.id}-{one.edition.lang}.pdf"
        publish(path, one.pdf)
        lines.append(f"{path}: {one.in_short()}")
    report = project.dist / f"{book.id}-report.txt"
    publish(report, write_report(book, printed, findings).encode("utf-8"))
    return Outcome(tuple(findings), (*lines, f"{report}: what was built, and what to look at"))


def build_html(project: Project, languages: Sequence[str], settings: Settings, progress: Progress) -> Outcome:
    """Build one self-contained HTML page per language into ``dist/``: all of them, or none.

    Raises:
        BookError: the book has errors.
    """
    book, findings = sound_book(project, languages, settings, progress)
    comparisons = compare_all(book)
    pages = []
    for language in languages_asked(project, book, languages):
        progress("html", language)
        locale = locale_of(project, language)
        localized = localized_book(project, book, language, locale)
        edition = edition_of(project, book, localized, comparisons, locale)
        pages.append((project.dist / f"{book.id}-{language}.html", render_html(edition, locale)))
    project.dist.mkdir(exist_ok=True)
    for path, text in pages:
        publish(path, text.encode("utf-8"))
    return Outcome(tuple(findings), tuple(str(path) for path, _ in pages))


def print_languages(
    project: Project, book: Book, languages: Sequence[str], settings: Settings, progress: Progress
) -> list[PrintedEdition]:
    """Typeset a book in some languages; they share one pool of workers."""
    comparisons = compare_all(book)
    with worker_pool(settings.jobs) as workers:

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
    *,
    tagged: bool = False,
) -> PrintedEdition:
    """Take one language from the book to its pages; ``tagged`` ones have the raw matter of a screen copy."""
    locale = locale_of(project, language)
    localized = localized_book(project, book, language, locale)
    edition = edition_of(project, book, localized, comparisons, locale)
    units = render_units(edition, locale)
    printed = print_edition(
        units,
        styles_of(project, language),
        replace(press_settings(project, book, edition, locale), tagged=tagged),
        workers,
        SheetCache(settings.cache) if settings.cache else None,
        lambda title, done, total: progress(f"set {language}", title, done, total),
    )
    return PrintedEdition(
        localized,
        edition,
        units,
        printed.pdf,
        printed.page_map,
        (*_coverage_findings(localized, settings), *printed.diagnostics),
        printed.facts.pages,
        printed.facts.blank_pages,
        printed.facts.notes,
        printed.facts.notes_on_next_page,
        printed.facts.laid_out,
    )


def edition_of(
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
        language_names={code: locale_of(project, code).name for code in book.languages},
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


def styles_of(project: Project, language: str) -> tuple[StyleSheet, ...]:
    """Return the house's style sheets and the book's own, in cascading order.

    Raises:
        EnvironmentFailure: a sheet cannot be read.
    """
    return (*house_styles(language), *book_styles(project.styles, language))


def press_settings(project: Project, book: Book, edition: Edition, locale: Locale) -> PressSettings:
    """Return what the press is told besides units and styles."""
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
def worker_pool(jobs: int) -> Iterator[Executor | None]:
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
