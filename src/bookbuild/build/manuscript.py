"""A book's files to a sound book, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuild.build import Progress
from bookbuild.build.inputs import strangers
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import (
    BookError,
    Diagnostic,
    EnvironmentFailure,
    Severity,
    UsageError,
    did_you_mean,
    in_order,
)
from bookbuild.model.book import Book, LocalizedBook
from bookbuild.model.catalog import Catalog
from bookbuild.model.locale import Locale
from bookbuild.read import KeptFiles, copy_starter, parse_inlines, read_book, read_ledger
from bookbuild.translate.locale import open_locale
from bookbuild.translate.localize import localize
from bookbuild.translate.po import read_catalog
from bookbuild.translate.pseudo import PSEUDO

if TYPE_CHECKING:
    from bookbuild.figures.evidence import EvidenceReport

# What checks is loaded by those who check: pages are under way by then.


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
    from bookbuild.check import check
    from bookbuild.translate.check import check_folders

    book, findings = read(project, progress)
    if book is None:
        return findings
    findings += check(book)
    for language in languages_asked(project, book, languages):
        progress("check", f"language {language}")
        findings += _checked_language(project, book, language)
    findings += check_folders(project.root / "locales")
    if settings.documents:
        progress("check", f"evidence in {settings.documents}")
        wrong, report = evidence_of(project, book, settings.documents)
        findings += [*wrong, *report.diagnostics]
    return weighed(findings, settings)


def read(
    project: Project, progress: Progress, kept: KeptFiles | None = None
) -> tuple[Book | None, list[Diagnostic]]:
    """Read a project's book as far as possible, and say what is wrong with its files.

    Raises:
        UsageError: there is no book in the folder.
    """
    if not project.book.is_dir():
        raise UsageError(
            f"{project.root}: no folder book/ here; use -C DIR, or begin with: bookbuild new DIR"
        )
    progress("read", "book")
    book, findings = read_book(project.root, kept)
    if strange := strangers(project):
        return None, in_order([*findings, *strange])
    return book, findings


def sound_book(
    project: Project, languages: Sequence[str], settings: Settings, progress: Progress
) -> tuple[Book, list[Diagnostic]]:
    """Read and check a book and the catalogs asked for, and go on only if nothing is wrong.

    Raises:
        BookError: with everything that was found.
    """
    book, findings = readable_book(project, languages, settings, progress)
    return book, checked_soundly(project, book, findings, languages, settings)


def readable_book(
    project: Project,
    languages: Sequence[str],
    settings: Settings,
    progress: Progress,
    kept: KeptFiles | None = None,
) -> tuple[Book, list[Diagnostic]]:
    """Read a book; what reading does not find wrong is still to be checked.

    Raises:
        BookError: with everything that reading and, as far as it goes, checking finds.
    """
    book, findings = read(project, progress, kept)
    if book is None:
        raise BookError(findings)
    if any(one.severity is Severity.ERROR for one in findings):
        checked_soundly(project, book, findings, languages, settings)
    return book, findings


def checked_soundly(
    project: Project,
    book: Book,
    found: Sequence[Diagnostic],
    languages: Sequence[str],
    settings: Settings,
) -> list[Diagnostic]:
    """Check a book and the catalogs asked for; return what is to be told, with what was found before.

    Raises:
        BookError: something is wrong; with everything that was found.
    """
    from bookbuild.check import check

    findings = [*found, *check(book)]
    for language in languages_asked(project, book, languages):
        findings += _checked_language(project, book, language)
    stop_on_errors(findings := weighed(findings, settings))
    return findings


def weighed(findings: Sequence[Diagnostic], settings: Settings) -> list[Diagnostic]:
    """Sort findings; under ``--strict`` warnings are errors."""
    if settings.strict:
        findings = [
            replace(one, severity=Severity.ERROR) if one.severity is Severity.WARNING else one
            for one in findings
        ]
    return in_order(findings)


def stop_on_errors(findings: Sequence[Diagnostic]) -> None:
    if any(one.severity is Severity.ERROR for one in findings):
        raise BookError(findings)


def languages_asked(project: Project, book: Book, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the languages asked for, in the order asked; “all” is the book's own list.

    Raises:
        UsageError: the book has no such language.
    """
    if tuple(asked) == ("all",):
        return tuple(filter(None, book.languages))  # empty: a stand-in for what is no code
    known = (*book.languages, *_catalogs(project), PSEUDO)
    for language in asked:
        if language not in known:
            hint = did_you_mean(language, known) or f"it has: {', '.join(dict.fromkeys(known[:-1]))}"
            raise UsageError(f"the book has no language “{language}”; {hint}")
    return tuple(asked)


def _catalogs(project: Project) -> list[str]:
    """Return the languages that have a catalog, whether or not ``book.yaml`` names them."""
    return sorted(path.parts[-3] for path in project.root.glob("locales/*/LC_MESSAGES/book.po"))


def locale_of(project: Project, language: str) -> Locale:
    return open_locale(language, project.root / "locales")


def _checked_language(project: Project, book: Book, language: str) -> list[Diagnostic]:
    """Return what is wrong with a language's own facts and with its catalog."""
    try:
        locale_of(project, language)
    except BookError as error:
        return [one if one.place.path else replace(one, place=book.place) for one in error.diagnostics]
    return [] if language == book.source_language else checked_catalog(project, book, language)[1]


def checked_catalog(project: Project, book: Book, language: str) -> tuple[Catalog | None, list[Diagnostic]]:
    """Read and check the catalog of a language; none is needed for the pseudo-locale."""
    from bookbuild.translate.check import check_catalog

    if language == PSEUDO:
        return None, []
    path = project.catalog(language)
    catalog, findings = read_catalog(path, path.relative_to(project.root).as_posix())
    if catalog is not None:
        findings = [*findings, *check_catalog(book, catalog, parse_inlines, locale_of(project, language))]
    return catalog, findings


def localized_book(project: Project, book: Book, language: str, locale: Locale) -> LocalizedBook:
    catalog = None
    if language not in (book.source_language, PSEUDO):
        path = project.catalog(language)
        catalog, _ = read_catalog(path, path.relative_to(project.root).as_posix())
    return localize(book, catalog, locale.code, parse_inlines)


def evidence_of(project: Project, book: Book, folder: Path) -> tuple[list[Diagnostic], EvidenceReport]:
    """Look every claim's extract up in the documents that were read.

    Raises:
        EnvironmentFailure: the folder or a document cannot be read.
    """
    from bookbuild.figures.evidence import check_evidence

    if not folder.is_dir():
        raise EnvironmentFailure(f"{folder}: no such folder of documents")
    documents = {}
    for source in book.sources:
        if source.file:
            path = folder / source.file
            if path.is_file():
                documents[source.file] = path.read_text(encoding="utf-8")
    ledger, findings = read_ledger(project.root)
    return findings, check_evidence(book, documents, ledger)
