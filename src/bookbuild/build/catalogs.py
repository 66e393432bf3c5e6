"""The translators' files: template, catalogs, their state. Gettext's verbs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bookbuild.build import Outcome, Progress
from bookbuild.build.manuscript import (
    checked_catalog,
    languages_asked,
    locale_of,
    localized_book,
    read,
    weighed,
)
from bookbuild.build.output import publish_files
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookError, Diagnostic, UsageError
from bookbuild.model.book import Book
from bookbuild.model.catalog import Catalog, Template
from bookbuild.translate.extract import extract, write_template
from bookbuild.translate.mo import compile_catalog
from bookbuild.translate.parity import Parity, parity
from bookbuild.translate.po import read_catalog, write_catalog
from bookbuild.translate.statistics import as_data, as_html, as_table, statistics
from bookbuild.translate.update import init_catalog, update_catalog


def languages_with_catalogs(project: Project, book: Book, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the target languages asked for; “all” is every language that has a catalog.

    Raises:
        UsageError: a language has no catalog, or is the one that authors write in.
    """
    present = sorted(path.parts[-3] for path in project.root.glob("locales/*/LC_MESSAGES/book.po"))
    if tuple(asked) == ("all",):
        return tuple(present)
    for language in asked:
        if language == book.source_language:
            raise UsageError(f"“{language}” is the language of the manuscript: it has no catalog")
        if language not in present:
            raise UsageError(
                f"“{language}” has no catalog yet; run: bookbuild catalog init --lang {language}"
            )
    return tuple(asked)


def book_and_template(project: Project, progress: Progress) -> tuple[Book, Template]:
    """Read the book and extract its messages.

    Raises:
        BookError: the book cannot be read.
    """
    book, findings = read(project, progress)
    if book is None:
        raise BookError(findings)
    return book, extract(book)


def load_catalog(project: Project, language: str) -> Catalog:
    """Read a catalog.

    Raises:
        BookError: it is damaged.
    """
    path = project.catalog(language)
    catalog, findings = read_catalog(path, path.relative_to(project.root).as_posix())
    if catalog is None:
        raise BookError(findings)
    return catalog


def save(path: Path, text: str) -> bool:
    """Write a file of ours as a whole if it says something new; tell whether it did."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    publish_files(path.parent, {path.name: text.encode("utf-8")})
    return True


def extract_template(project: Project, settings: Settings, progress: Progress) -> Outcome:
    """Write the template of the book's messages, for Weblate and the like."""
    _, template = book_and_template(project, progress)
    before = project.template.read_text(encoding="utf-8") if project.template.is_file() else ""
    written = save(project.template, write_template(template, before, epoch=settings.epoch))
    state = "written" if written else "unchanged"
    return Outcome((), (f"{project.template}: {len(template.messages)} messages, {state}",))


def init_catalogs(project: Project, asked: Sequence[str], settings: Settings, progress: Progress) -> Outcome:
    """Begin the catalogs of some languages: all that is needed to add a language.

    Raises:
        UsageError: a language has a catalog already, or is the one that authors write in.
        BookError: no language has this code.
    """
    book, template = book_and_template(project, progress)
    for language in asked:
        locale_of(project, language)
        if language == book.source_language:
            raise UsageError(f"“{language}” is the language of the manuscript: it needs no catalog")
        if project.catalog(language).exists():
            raise UsageError(f"{project.catalog(language)} is there already; run: catalog update")
    lines = []
    for language in asked:
        path = project.catalog(language)
        save(path, write_catalog(init_catalog(template, language, epoch=settings.epoch)))
        lines.append(f"{path}: {len(template.messages)} messages to translate")
    return Outcome((), tuple(lines))


def update_catalogs(
    project: Project, asked: Sequence[str], settings: Settings, progress: Progress
) -> Outcome:
    """Bring catalogs up to the book, keeping all that translators wrote.

    Raises:
        BookError: the book cannot be read, or a catalog is damaged; no catalog was changed.
    """
    book, template = book_and_template(project, progress)
    catalogs = [
        (language, load_catalog(project, language))
        for language in languages_with_catalogs(project, book, asked)
    ]
    lines = []
    for language, catalog in catalogs:
        progress("update", language)
        updated, report = update_catalog(catalog, template, epoch=settings.epoch)
        save(project.catalog(language), write_catalog(updated))
        lines.append(
            f"{language}: {len(report.new)} new, {len(report.changed)} changed (fuzzy), "
            f"{len(report.moved)} of another kind (fuzzy), {len(report.revived)} revived, "
            f"{len(report.obsolete)} obsolete, {report.unchanged} unchanged"
        )
    return Outcome((), tuple(lines))


def check_catalogs(
    project: Project, asked: Sequence[str], settings: Settings, progress: Progress
) -> list[Diagnostic]:
    """Return everything wrong with some catalogs, sorted."""
    book, _ = book_and_template(project, progress)
    findings: list[Diagnostic] = []
    for language in languages_with_catalogs(project, book, asked):
        progress("check", language)
        findings += checked_catalog(project, book, language)[1]
    return weighed(findings, settings)


def show_statistics(project: Project, asked: Sequence[str], progress: Progress, form: str) -> tuple[str, str]:
    """Return how much of each language is translated, as a ``table`` or ``json``, and as an HTML page."""
    book, _ = book_and_template(project, progress)
    found = [
        statistics(book, load_catalog(project, language), language)
        for language in languages_with_catalogs(project, book, asked)
    ]
    if form == "json":
        return json.dumps([as_data(one) for one in found], ensure_ascii=False, indent=1), as_html(found)
    return "\n".join(as_table(one) for one in found), as_html(found)


def catalog_parity(project: Project, asked: Sequence[str], progress: Progress) -> list[Parity]:
    """Return what each language prints against what the manuscript's own language prints."""
    book, _ = book_and_template(project, progress)
    source = localized_book(project, book, book.source_language, locale_of(project, book.source_language))
    return [
        parity(source, localized_book(project, book, language, locale_of(project, language)))
        for language in languages_asked(project, book, asked)
        if language != book.source_language
    ]


def compile_catalogs(project: Project, asked: Sequence[str], progress: Progress) -> Outcome:
    """Write the ``.mo`` files, for other programs: bookbuild itself reads the PO files."""
    book, _ = book_and_template(project, progress)
    lines = []
    for language in languages_with_catalogs(project, book, asked):
        path = project.catalog(language).with_suffix(".mo")
        publish_files(path.parent, {path.name: compile_catalog(load_catalog(project, language))})
        lines.append(str(path))
    return Outcome((), tuple(lines))
