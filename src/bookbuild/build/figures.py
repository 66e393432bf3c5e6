"""What the claims say: the listing, the data, and what a change would touch."""

from __future__ import annotations

from pathlib import Path

from bookbuild.apparatus.facts import quantity_anchor
from bookbuild.build import Progress
from bookbuild.build.manuscript import evidence_of, languages_asked, locale_of, localized_book, read
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookError, Severity, UsageError, did_you_mean
from bookbuild.figures.compare import compare_all
from bookbuild.figures.export import claims_csv, comparisons_json, csvw_metadata, data_package
from bookbuild.figures.impact import Impact, impact_of
from bookbuild.figures.listing import evidence_listing, listing
from bookbuild.model.book import Book
from bookbuild.model.claim import claim_name
from bookbuild.model.comparison import Comparison, Verdict


def compared(project: Project, progress: Progress) -> tuple[Book, tuple[Comparison, ...]]:
    """Read a book and compare its claims.

    Raises:
        BookError: the book cannot be read without error.
    """
    book, findings = read(project, progress)
    if book is None or any(one.severity is Severity.ERROR for one in findings):
        raise BookError(findings)
    return book, compare_all(book)


def list_figures(project: Project, progress: Progress, *, width: int, verdict: str, quantity: str) -> str:
    """Return every quantity with its verdict, camps and origins as a table.

    Raises:
        UsageError: there is no such quantity.
    """
    book, comparisons = compared(project, progress)
    _known_quantity(book, quantity)
    return listing(comparisons, width=width, verdict=Verdict(verdict) if verdict else None, quantity=quantity)


def export_figures(project: Project, progress: Progress, form: str, *, verdict: str, quantity: str) -> str:
    """Return the claims as ``csv``, ``json``, or the description of the CSV: ``datapackage``, ``csvw``."""
    book, comparisons = compared(project, progress)
    _known_quantity(book, quantity)
    chosen = [
        one for one in comparisons if quantity in ("", one.quantity.id) and verdict in ("", one.verdict.value)
    ]
    match form:
        case "csv":
            return claims_csv(chosen)
        case "json":
            return comparisons_json(chosen)
        case "datapackage":
            return data_package(book, "figures.csv")
        case _:
            return csvw_metadata(book, "figures.csv")


def list_evidence(project: Project, progress: Progress, documents: Path, *, width: int) -> str:
    """Return what the documents say of the claims, and the figures of theirs that no claim covers."""
    book, _ = compared(project, progress)
    return evidence_listing(evidence_of(project, book, documents)[1], width=width)


def impact_of_claim(
    project: Project, progress: Progress, name: str, settings: Settings | None = None
) -> Impact:
    """Return what a change of one claim would touch, in every language of the book.

    With ``settings`` the book is laid out (or taken from the cache), so that pages can be named too.

    Raises:
        UsageError: there is no such claim.
    """
    book, _ = compared(project, progress)
    names = [claim_name(quantity, claim) for quantity in book.quantities for claim in quantity.claims]
    if name not in names:
        raise UsageError(
            f"there is no claim “{name}”; {did_you_mean(name, names) or 'see: bookbuild figures'}"
        )
    localized = [
        localized_book(project, book, language, locale_of(project, language))
        for language in languages_asked(project, book, ("all",))
    ]
    if settings is None:
        return impact_of(name, book, localized)
    from bookbuild.build.editions import print_languages  # the engine: only where pages are asked for

    printed = print_languages(project, book, book.languages, settings, progress)
    quantity = name.partition("/")[0]
    pages = [(one.edition, one.page_map) for one in printed]
    return impact_of(name, book, localized, pages, quantity_anchor(quantity))


def _known_quantity(book: Book, quantity: str) -> None:
    known = [one.id for one in book.quantities]
    if quantity and quantity not in known:
        raise UsageError(
            f"there is no quantity “{quantity}”; {did_you_mean(quantity, known) or 'see: bookbuild figures'}"
        )
