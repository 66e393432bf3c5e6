"""What the press is told besides the units: styles, format, words for page numbers, limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bookbuild.model.page import PageFormat
from bookbuild.model.unit import Numbering

FOLIO_MARK = "\ue000"
"""Stands in a margin box where the page number is to be printed; see ``PressSettings``."""


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """One style sheet, in cascading order with its neighbours."""

    path: str
    """As shown to people, relative to the book's folder; also the base of its ``url()``."""
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stranger's book may ask of the press."""

    file_bytes: int = 64 * 1024 * 1024
    pixels: int = 100_000_000
    note_height: float = 0.6
    """Highest note, as a share of the text area's height."""
    rounds: int = 6
    """Layouts of one unit before its page references are said not to settle."""


_NUMERALS = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


def roman(number: int) -> str:
    """Write a number from 1 in small Roman numerals.

    >>> [roman(n) for n in (1, 4, 9, 14, 40)]
    ['i', 'iv', 'ix', 'xiv', 'xl']
    """
    text = ""
    for value, letters in _NUMERALS:
        text += letters * (number // value)
        number %= value
    return text


def plain_folio(numbering: Numbering, number: int) -> str:
    """Write a folio in small Roman or Western Arabic numerals."""
    return roman(number) if numbering is Numbering.ROMAN else str(number)


def plain_range(first: str, last: str) -> str:
    """Join two folios with an en rule."""
    return f"{first}–{last}"


@dataclass(frozen=True, slots=True)
class PressSettings:
    """All that one edition needs besides its units.

    A style sheet says where page numbers stand: ``string(folio)`` as the whole content of a
    margin box. The press draws the number there, in that box's font, when units are joined::

        @page :left { @top-left { content: string(folio); font: 9pt "Book Serif" } }
        @page :first { @bottom-center { content: string(folio) } }

    Where no page of a unit has such a box, numbers stand at the foot of the opening page
    (centred) and at the outer edge of the head elsewhere.
    """

    root: Path
    """Folder of the book: no other file is read for pictures, fonts and imported styles."""
    title: str
    lang: str
    direction: str = "ltr"
    page: PageFormat = field(default_factory=PageFormat)
    author: str = ""
    subject: str = ""
    hyphenation: Mapping[str, Path] = field(default_factory=dict)
    """Language tag → file of hyphenation patterns (hunspell form)."""
    folio: Callable[[Numbering, int], str] = plain_folio
    page_range: Callable[[str, str], str] = plain_range
    page_separator: str = ", "
    limits: Limits = field(default_factory=Limits)
    tagged: bool = False
    """The joined PDF has, in ``StructTreeRoot.K``, one tree of the engine's for each unit, in order.

    They are raw matter for a screen copy: without parent tree, languages or notes."""
