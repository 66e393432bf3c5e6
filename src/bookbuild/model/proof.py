"""Pages while a book is being written: what stands where on them, and where it was written."""

from __future__ import annotations

from dataclasses import dataclass

from bookbuild.model.place import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Mark:
    """An anchor on a page."""

    anchor: str
    x: float
    """From the left edge, as a share of the page's width."""
    y: float
    """From the upper edge, as a share of the page's height."""
    place: Place = NOWHERE
    """Where the words at it were written; nowhere if nobody wrote them."""
    translated: Place = NOWHERE
    """Where their translation stands; nowhere in the language of the manuscript."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A link on a page: its rectangle, in shares of the page from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a unit."""

    folio: str
    marks: tuple[Mark, ...]
    """From top to bottom."""
    jumps: tuple[Jump, ...]
    look: str = ""
    """Digest of all that decides how it looks: what one edit changes is seldom more than a page or two."""


@dataclass(frozen=True, slots=True)
class UnitPages:
    """Where the pages of one unit lie in the book, and by what they are known."""

    id: str
    title: str
    first: int
    """Page of the book, counted from 1."""
    pages: int
    look: str
    """Digest of all that decides how they look."""
    facts: str
    """Digest of that and of where everything was written."""
    fresh: bool
    """False: newer pages of it are being laid out."""


@dataclass(frozen=True, slots=True)
class EditionPages:
    """All pages of one language, as far as they are laid out."""

    lang: str
    name: str
    """The language's own name of itself."""
    direction: str
    title: str
    translated_percent: str
    width_mm: float
    height_mm: float
    units: tuple[UnitPages, ...]
    text: str
    """Digest of the localized text, by which its HTML is known."""
