"""A sound book to its editions: pages and HTML, one for each language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from bookbuild.apparatus.edition import make_edition
from bookbuild.apparatus.memory import Memory
from bookbuild.build import Outcome, Progress
from bookbuild.build.inputs import unchanged
from bookbuild.build.kept import Shelf
from bookbuild.build.manuscript import (
    checked_soundly,
    languages_asked,
    locale_of,
    localized_book,
    readable_book,
    sound_book,
    stop_on_errors,
    weighed,
)
from bookbuild.build.once import Once
from bookbuild.build.output import publish_files, tidy
from bookbuild.build.pictures import data_address, pictures_of
from bookbuild.build.printed import PrintedEdition
from bookbuild.build.report import write_report
from bookbuild.build.standing import inputs_of, keep_record
from bookbuild.build.workers import Workers, WorkFailedError, WorkLimits
from bookbuild.config import Project, Settings, Untranslated
from bookbuild.diagnostics import BookbuildError, Diagnostic, EnvironmentFailure, InternalFault, Severity
from bookbuild.figures.chart import charts_of
from bookbuild.figures.compare import compare_all
from bookbuild.model.book import Book, LocalizedBook
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import Edition
from bookbuild.model.locale import Locale
from bookbuild.model.prose import MessageKey
from bookbuild.model.unit import Unit
from bookbuild.press.cache import SheetCache
from bookbuild.press.edition import print_edition
from bookbuild.press.settings import PressSettings, StyleSheet
from bookbuild.press.store import Store
from bookbuild.press.styles import book_styles, house_styles
from bookbuild.press.typeset import warm_up
from bookbuild.render import locale_css, render_html, render_units
from bookbuild.render.units import Memory as WrittenMemory
from bookbuild.translate.extract import extract
from bookbuild.translate.hyphenation import hyphenation_patterns

if TYPE_CHECKING:
    from bookbuild.build.cluster import Cluster


def build_pdfs(project: Project, languages: Sequence[str], settings: Settings, progress: Progress) -> Outcome:
    """Build the PDFs of some languages into ``dist/``: all of them, or none.

    Raises:
        BookError: the book has errors, or a finished PDF is not what its edition promised.
        EnvironmentFailure: the files cannot be written, or one of the book's own changed meanwhile.
    """
    with unchanged(project), workers_for(settings) as workers:  # they load while we read
        inputs = inputs_of(project) if settings.cache else None
        shelf = Shelf(Store(settings.cache), inputs) if settings.cache and inputs else None
        book, found = readable_book(project, languages, settings, progress, shelf)
        asked = languages_asked(project, book, languages)
        checked = Once(lambda: checked_soundly(project, book, found, languages, settings))
        try:
            printed = _print_with(workers, project, book, asked, settings, progress, shelf, checked)
        except Exception:
            checked()  # whatever an unsound book leads to, its own errors are what is to be told
            raise
        findings = checked()
    if shelf:
        shelf.keep()
    for one in printed:
        findings += one.diagnostics
    stop_on_errors(findings := weighed(findings, settings))

    kind = "-proof" if settings.proof else ""
    files = {f"{book.id}-{one.edition.lang}{kind}.pdf": one.pdf for one in printed}
    lines = [(name, one.in_short()) for name, one in zip(files, printed, strict=True)]
    report = f"{book.id}{kind}-report.txt"
    files[report] = write_report(book, printed, findings).encode("utf-8")
    lines.append((report, "what was built, and what to look at"))
    publish_files(project.dist, files)
    key = inputs.fingerprint(languages, settings) if inputs else ""
    keep_record(settings, key, files, lines, findings)
    return Outcome(tuple(findings), tuple(f"{project.dist / name}: {said}" for name, said in lines))


def build_html(project: Project, languages: Sequence[str], settings: Settings, progress: Progress) -> Outcome:
    """Build one self-contained HTML page per language into ``dist/``: all of them, or none.

    Raises:
        BookError: the book has errors.
        EnvironmentFailure: as for :func:`build_pdfs`.
    """
    tidy(project.dist)
    files = {}
    with unchanged(project):
        book, findings = sound_book(project, languages, settings, progress)
        comparisons = compare_all(book)
        for language in languages_asked(project, book, languages):
            progress("html", language)
            locale = locale_of(project, language)
            localized = localized_book(project, book, language, locale)
            edition = edition_of(project, book, localized, comparisons, locale)
            page = render_html(edition, locale, picture=lambda path: data_address(project.book / path))
            files[f"{book.id}-{language}.html"] = page.encode("utf-8")
    publish_files(project.dist, files)
    return Outcome(tuple(findings), tuple(str(project.dist / name) for name in files))


def print_languages(
    project: Project, book: Book, languages: Sequence[str], settings: Settings, progress: Progress
) -> list[PrintedEdition]:
    """Typeset a book in some languages; they share one pool of workers."""
    with workers_for(settings) as workers:
        return _print_with(workers, project, book, languages, settings, progress)


def _print_with(
    workers: Workers | Cluster | None,
    project: Project,
    book: Book,
    languages: Sequence[str],
    settings: Settings,
    progress: Progress,
    shelf: Shelf | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> list[PrintedEdition]:
    comparisons = compare_all(book)

    def one(language: str) -> PrintedEdition:
        return print_language(
            project,
            book,
            language,
            comparisons,
            settings,
            progress,
            workers,
            shelf=shelf,
            meanwhile=meanwhile,
        )

    return at_once(one, languages, workers)


def at_once(
    one: Callable[[str], PrintedEdition], languages: Sequence[str], workers: Workers | Cluster | None
) -> list[PrintedEdition]:
    """Print each language: side by side where there are workers, else one after the other."""
    if workers is None:
        return [one(language) for language in languages]
    with ThreadPoolExecutor(len(languages)) as threads:
        try:
            return list(threads.map(one, languages))
        except BaseException:
            workers.abort()  # or leaving the block would wait for the other languages
            raise


def print_language(
    project: Project,
    book: Book,
    language: str,
    comparisons: Sequence[Comparison],
    settings: Settings,
    progress: Progress,
    workers: Workers | Cluster | None = None,
    *,
    tagged: bool = False,
    shelf: Shelf | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> PrintedEdition:
    """Take one language from the book to its pages.

    Args:
        tagged: pages with the raw matter of a screen copy.
        shelf: chapters kept from run to run; saves work, changes nothing.
        meanwhile: called when the first units are being laid out by the workers.

    Raises:
        EnvironmentFailure: a chapter asks for more time or memory than is allowed, or its worker died.
        InternalFault: the engine fails on a chapter.
    """
    locale = locale_of(project, language)
    styles = styles_of(project, locale, proof=settings.proof)
    localized = localized_book(project, book, language, locale)
    kept = shelf.edition(language) if shelf else None
    edition = edition_of(
        project,
        book,
        localized,
        comparisons,
        locale,
        Memory(kept),
        mark=settings.proof or settings.untranslated is Untranslated.MARK,
        messages=_message_numbers(book) if settings.proof else None,
    )
    units = render_units(edition, locale, WrittenMemory(kept))
    try:
        printed = print_edition(
            units,
            styles,
            replace(press_settings(project, book, edition, locale), tagged=tagged),
            workers,
            SheetCache(settings.cache) if settings.cache else None,
            lambda title, done, total: progress(f"set {language}", title, done, total),
            meanwhile,
        )
    except WorkFailedError as failure:
        raise told(failure, units) from failure
    return PrintedEdition(
        localized,
        edition,
        units,
        printed.pdf,
        printed.page_map,
        (*coverage_findings(localized, settings), *printed.diagnostics),
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
    memory: Memory | None = None,
    *,
    mark: bool = True,
    messages: Mapping[MessageKey, str] | None = None,
) -> Edition:
    """Gather the apparatus around one language.

    Args:
        memory: what was kept of the last edition of this language.
        mark: whether messages without a finished translation are marked in the margin.
        messages: for a translator's proof, the number of each message.
    """
    return make_edition(
        localized,
        comparisons,
        locale,
        charts={one.quantity.id: charts_of(one) for one in comparisons},
        language_names={code: locale.language_name(code) for code in book.languages},
        memory=memory,
        mark_untranslated=mark,
        messages=messages,
        pictures=_localized_pictures(project, book, locale.code),
    )


def _message_numbers(book: Book) -> dict[MessageKey, str]:
    """Number the messages in the order of the catalog, from 1."""
    return {message.key: str(number) for number, message in enumerate(extract(book).messages, 1)}


def _localized_pictures(project: Project, book: Book, language: str) -> dict[str, str]:
    """Return the pictures that have one of their own in a language: ``map.az.svg`` for ``map.svg``."""
    found = {}
    for path in pictures_of(book):
        own = PurePosixPath(path).with_suffix(f".{language}{PurePosixPath(path).suffix}").as_posix()
        if (project.book / own).is_file():
            found[path] = own
    return found


def coverage_findings(localized: LocalizedBook, settings: Settings) -> Iterator[Diagnostic]:
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


def styles_of(
    project: Project, locale: Locale, *, proof: bool = False, facing: bool = False
) -> tuple[StyleSheet, ...]:
    """Return the house's style sheets, the language's and the book's own, in cascading order.

    ``proof`` and ``facing``: with what a translator's proof, or facing pages, ask for besides.

    Raises:
        EnvironmentFailure: a sheet cannot be read.
    """
    own = StyleSheet("house/locale.css", locale_css(locale))
    house = house_styles(locale.code, proof=proof, facing=facing)
    return (*house, own, *book_styles(project.styles, locale.code))


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


def workers_for(settings: Settings) -> AbstractContextManager[Workers | Cluster | None]:
    """Lend what lays units out: a Dask cluster's workers, or processes of this machine."""
    if settings.scheduler:
        from bookbuild.build.cluster import cluster

        return cluster(settings.scheduler)
    return worker_pool(settings.jobs, WorkLimits(settings.unit_seconds, settings.unit_megabytes))


@contextmanager
def worker_pool(jobs: int, limits: WorkLimits = WorkLimits()) -> Iterator[Workers | None]:  # noqa: B008 - frozen
    """Lend a pool of limited worker processes; none where everything is to be done in this one."""
    if not jobs:
        yield None
        return
    with Workers(jobs, limits) as workers:
        workers.prepare(warm_up)  # while the book is read
        try:
            yield workers
        except BaseException:
            workers.abort()
            raise


def told(failure: WorkFailedError, units: Sequence[Unit]) -> BookbuildError:
    """Return a failed layout as a failure that names the chapter."""
    unit = next(unit for unit in units if unit.id == failure.subject.unit)
    where = unit.place.path or f"“{unit.title}”"
    message = f"{where}: laying out “{unit.title}” {failure}; nothing was written"
    if failure.ours:
        fault = InternalFault(message)
        fault.add_note(failure.report)
        return fault
    return EnvironmentFailure(message)
