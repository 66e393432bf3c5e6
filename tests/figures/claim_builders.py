"""Builders of quantities and claims: a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bookbuild.figures.compare import compare
from bookbuild.model.book import Book
from bookbuild.model.claim import Claim, Quantity, Stance
from bookbuild.model.comparison import Comparison, ScopeComparison
from bookbuild.model.notation import measure_of, parse_date, parse_value
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.prose import Kind, Prose
from bookbuild.model.source import Source

UNITS = ("person", "child")


def prose(text: str, kind: Kind = Kind.REMARK) -> Prose:
    return Prose(text, kind)


def claim(
    name: str,
    value: str,
    unit: str = "person",
    *,
    as_of: str = "",
    scope: str = "",
    slip: str = "",
    stance: str = "asserts",
    **more: Any,
) -> Claim:
    texts = {key: prose(more.pop(key)) for key in ("locator", "note") if key in more}
    return Claim(
        name,
        parse_value(value, unit, UNITS),
        value,
        prose(more.pop("said_by", f"the speaker of {name}")),
        more.pop("source", "paper"),
        more.pop("seen_in", "document"),
        as_of=parse_date(as_of) if as_of else None,
        scope=prose(scope) if scope else None,
        slip=prose(slip) if slip else None,
        stance=Stance(stance),
        **texts,
        **more,
    )


def quantity(*claims: Claim, name: str = "killed", unit: str = "person", **more: Any) -> Quantity:
    return Quantity(
        name, prose(name.title()), prose("what is counted"), measure_of(unit, UNITS), unit, claims, **more
    )


def values(*notations: str, unit: str = "person") -> Quantity:
    """Make claims ``c0``, ``c1`` … with these values; ``!`` before one denies it, ``?`` doubts it."""
    stances = {"!": "denies", "?": "doubts"}
    return quantity(
        *(
            claim(f"c{index}", text.lstrip("!?"), unit, stance=stances.get(text[0], "asserts"))
            for index, text in enumerate(notations)
        ),
        unit=unit,
    )


def compared(one: Quantity, *others: Quantity, about: int = 10) -> Comparison:
    return compare(one, (one, *others), about_percent=Decimal(about))


def camps(scope: ScopeComparison) -> list[str]:
    """Return the camps as the notations of their claims, a string each."""
    return [" ".join(witness.claim.notation for witness in camp.witnesses) for camp in scope.camps]


def book(*quantities: Quantity, sources: tuple[Source, ...] = (), **more: Any) -> Book:
    return Book(
        **{
            "id": "book", "title": prose("A book", Kind.BOOK), "subtitle": None, "source_language": "en",
            "languages": ("en", "az"), "edition": None, "date": "2026-01-01",
            "publisher": prose("us", Kind.BOOK),
            "publisher_place": None, "contributors": (), "licence": None, "blurb": None, "dedication": None,
            "isbn": {}, "page": PageFormat(), "opening": Opening.NEXT, "about_percent": Decimal(10),
            "coverage_percent": Decimal(100), "units": {}, "front": (), "body": (), "back": (),
            "sources": sources, "quantities": quantities, "registers": (), **more,
        }
    )  # fmt: skip


def document(key: str = "document", file: str = "document.txt", **csl: object) -> Source:
    issued: Mapping[str, object] = csl
    return Source(key, issued, file=file)
