"""Everything that is wrong with a book, at once."""

from __future__ import annotations

from bookbuild.check.claims import check_claims
from bookbuild.check.notes import check_notes
from bookbuild.check.numerals import check_numerals
from bookbuild.check.references import check_references
from bookbuild.check.sources import check_sources
from bookbuild.check.structure import check_structure
from bookbuild.diagnostics import Diagnostic, in_order
from bookbuild.model.book import Book

CHECKS = (
    check_structure,
    check_notes,
    check_sources,
    check_claims,
    check_references,
    check_numerals,
)


def check(book: Book) -> list[Diagnostic]:
    """Return every finding about a book, sorted by place. Reads no file."""
    return in_order(finding for look in CHECKS for finding in look(book))
