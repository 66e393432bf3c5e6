"""What a room may ask of a locale. The answers are given by ``translate``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Protocol

from bookbuild.model.value import Date, Value


class Locale(Protocol):
    """One language's words, numerals and order."""

    @property
    def code(self) -> str:
        """BCP 47 tag, for ``lang`` attributes: ``az``, ``en``, ``ar``."""

    @property
    def name(self) -> str:
        """The language's own name: ``Azərbaycan dili``."""

    def language_name(self, code: str) -> str:
        """Return a language's name in this one: “Azerbaijani”, “ingilis”; the code itself if unknown."""

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""

    @property
    def quotes(self) -> tuple[str, str, str, str]:
        """Outer opening and closing, inner opening and closing quotation marks."""

    @property
    def fonts(self) -> tuple[str, ...]:
        """Font families to put before the house style's own, for a script that these lack."""

    @property
    def hyphen(self) -> str:
        """The sign at the end of a line within a word."""

    @property
    def citation_terms(self) -> Mapping[str, tuple[str, ...]]:
        """Words of notes and bibliography: CSL's name of a term, and after a blank its form (``page short``),
        to the word, or one and several. With months and quotation marks; empty if the pack has none."""

    def punctuated(self, separator: str) -> str:
        """Return a separator (``", "``, ``"; "``) with the locale's own comma, semicolon, question mark."""

    def label(self, english: str, **values: str) -> str:
        """Return a word of the apparatus (“Contents”) from the package's own catalog.

        ``english`` is the msgid; ``{name}`` placeholders are filled from ``values`` as they are.
        Raises KeyError for a label that no catalog template has: a fault of ours.
        """

    def plural(self, one: str, other: str, count: int) -> str:
        """Return the form of a counted label that fits ``count``; ``{n}`` is the count, localized."""

    def number(self, amount: Decimal | int) -> str:
        """Write an amount with the locale's grouping and decimal sign, keeping final zeros."""

    def value(self, value: Value, *, form: str = "", unit: bool = True) -> str:
        """Write a claim's value for running text: “about 2,500”, “25–26 February 1992”.

        ``form`` as in ``ClaimMark``; ``unit`` adds the unit of measures, money and per cent
        (never of counts). Names are written as they are: the caller has their translation.
        """

    def compact(self, value: Value) -> str:
        """Write a value for tables and charts, with signs: “≈ 2,500”, “> 450”, “160–1,000”, without unit."""

    def unit(self, code: str) -> str:
        """Return the abbreviation or name of a measure, currency, ``percent``; the code itself if unknown."""

    def date(self, date: Date, *, short: bool = False) -> str:
        """Write a date or interval of dates in words; ``short`` as in tables and citations: “c. 1911”."""

    def ordinal(self, number: int) -> str:
        """Write an ordinal number: “39th”, “39-cu”."""

    def part_ordinal(self, number: int) -> str:
        """Write an ordinal as it stands with the word for a part: “birinci”; in figures if the pack
        spells none."""

    def list_of(self, items: Iterable[str]) -> str:
        """Join with the locale's commas and “and”."""

    def page_range(self, first: str, last: str) -> str:
        """Write a range of pages: “12–15”."""

    def sort_key(self, text: str) -> tuple[object, ...]:
        """Return a key that sorts in the order of the locale's alphabet."""

    def index_head(self, text: str) -> str:
        """Return the letter under which an index files this text."""

    def upper(self, text: str) -> str:
        """Return capitals by the language's own rules (i → İ in Azerbaijani)."""

    def lower(self, text: str) -> str:
        """Return small letters by the language's own rules (I → ı in Azerbaijani)."""
