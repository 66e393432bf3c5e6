"""Units of a book for the press, page numbers as data, and laid-out results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bookbuild.model.page import Opening
from bookbuild.model.place import NOWHERE, Place


class Numbering(Enum):
    """Which sequence of folios a unit's pages belong to."""

    ROMAN = "roman"
    ARABIC = "arabic"


class Folios(Enum):
    """How a unit's pages show their number."""

    NONE = "none"
    """Counted, not shown: half-title, title page, imprint, part pages, blanks."""
    SHOWN = "shown"
    """At the foot on the opening page, beside the running head elsewhere."""


@dataclass(frozen=True, slots=True)
class PromisedNote:
    """A footnote that the edition promises to print."""

    id: str
    """Anchor of the note's body; its call has the anchor ``call-<id>``."""
    number: str
    """As printed."""
    text: str
    """Plain text of the body, without its number; page slots are left out."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One line of the PDF outline."""

    level: int
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One stretch of HTML that starts on a new page. Complete in itself; decides nothing.

    Page numbers stand in it as *page slots*, which the press fills:
    ``<span class="page-slot" data-pages="a b c"></span>`` prints the folios of the pages on
    which the anchors a, b and c fall, in order, without repetition, runs joined to ranges.
    Links to anchors of any unit are plain ``href="#anchor"``.
    """

    id: str
    title: str
    """Plain text, for messages and the report."""
    lang: str
    direction: str
    html: str
    """A whole document with ``<html>``, ``<head>`` (title, no styles) and ``<body>``."""
    opening: Opening
    numbering: Numbering
    folios: Folios
    anchors: tuple[str, ...]
    """Ids defined in it whose page others may ask for, in order."""
    mentions: tuple[str, ...]
    """Ids whose page it prints, in order, without repetition."""
    notes: tuple[PromisedNote, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)
    """The file it comes from."""
    lines: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Element id → place, for complaints of the engine."""


@dataclass(frozen=True, slots=True)
class PageMap:
    """Where every anchor fell in one edition."""

    pages: Mapping[str, int]
    """Anchor → page of the whole book, counted from 1."""
    folios: tuple[str, ...]
    """The folio of every page of the book, as the locale prints it."""

    def folio(self, anchor: str) -> str:
        """Return the printed page number of an anchor; empty if it is unknown."""
        page = self.pages.get(anchor)
        return self.folios[page - 1] if page else ""


@dataclass(frozen=True, slots=True)
class PlacedNote:
    """Where a note and its call fell, counted from 1 within the unit."""

    id: str
    call_page: int
    body_page: int


@dataclass(frozen=True, slots=True)
class Sheets:
    """A laid-out unit."""

    unit: str
    pdf: bytes
    pages: int
    anchors: Mapping[str, int]
    """Anchor → page within the unit, counted from 1."""
    notes: tuple[PlacedNote, ...]
    running_heads: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    """What the engine logged, as it logged it."""
