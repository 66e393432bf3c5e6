"""One language on pages."""

from __future__ import annotations

from dataclasses import dataclass

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.book import LocalizedBook
from bookbuild.model.edition import Edition
from bookbuild.model.unit import PageMap, Unit


@dataclass(frozen=True, slots=True)
class PrintedEdition:
    """One language on pages, not yet published."""

    localized: LocalizedBook
    edition: Edition
    units: tuple[Unit, ...]
    pdf: bytes
    page_map: PageMap
    diagnostics: tuple[Diagnostic, ...]
    pages: int
    blank_pages: int
    notes: int
    notes_on_next_page: tuple[str, ...]
    """Ids of the notes that stand on the page after their call."""
    layouts: int
    """Units that were laid out, not taken from the cache."""

    def in_short(self) -> str:
        """Say in a line what was made."""
        deferred = len(self.notes_on_next_page)
        late = f", {deferred} on the page after their call" if deferred else ""
        percent = self.edition.coverage.percent
        return f"{self.pages} pages, {self.notes} notes{late}; {percent.normalize():f} % translated"
