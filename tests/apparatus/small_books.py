"""Small books written by hand, set in real locales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bookbuild.apparatus.edition import make_edition
from bookbuild.figures.chart import charts_of
from bookbuild.figures.compare import compare_all
from bookbuild.model.blocks import Block, NoteBody, Paragraph
from bookbuild.model.book import Book, Chapter, Coverage, Generated, LocalizedBook, Part
from bookbuild.model.claim import Claim, Measure, Quantity
from bookbuild.model.edition import Edition, Section
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.prose import Kind, Prose, Status
from bookbuild.model.source import Source, SourceKind
from bookbuild.model.value import Number, Qualifier
from bookbuild.read.inlines import parse_inlines
from bookbuild.translate.locale import open_locale


def prose(
    text: str, kind: Kind = Kind.PARAGRAPH, status: Status = Status.ORIGINAL, lang: str = "en"
) -> Prose:
    return Prose(text, kind, parse_inlines(text)[0], lang, status)


def note(label: str, text: str) -> NoteBody:
    return NoteBody(label, (prose(text, Kind.NOTE),))


def chapter(name: str, *paragraphs: str | Block, notes: Sequence[NoteBody] = ()) -> Chapter:
    blocks = tuple(Paragraph(prose(one)) if isinstance(one, str) else one for one in paragraphs)
    return Chapter(name, prose(name.title(), Kind.TITLE), None, blocks, tuple(notes))


def claim(
    name: str, amount: int | str, source: str = "post", seen_in: str = "booklet", **more: object
) -> Claim:
    low = Decimal(amount)
    value = Number(Qualifier.EXACT, low, low, "person")
    said_by = prose(str(more.pop("said_by", "officials")), Kind.SPEAKER)
    return Claim(name, value, str(amount), said_by, source, seen_in, **more)  # type: ignore[arg-type]


def quantity(name: str, *claims: Claim) -> Quantity:
    return Quantity(name, prose(f"People {name}"), prose(f"people {name}"), Measure.COUNT, "person", claims)


def date(*parts: int) -> dict[str, object]:
    return {"date-parts": [list(parts)]}


POST = Source(
    "post",
    {
        "type": "article-newspaper",
        "title": "Victims buried",
        "container-title": "The Post",
        "author": [{"family": "Goltz", "given": "Thomas"}],
        "issued": date(1992, 2, 28),
    },
    SourceKind.PRESS,
    reprinted_in="booklet",
    locator=prose("Media coverage", Kind.SOURCE),
)
BOOKLET = Source(
    "booklet",
    {
        "type": "pamphlet",
        "title": "Justice",
        "author": [{"literal": "Foundation"}],
        "publisher-place": "Baku",
        "issued": date(2015),
    },
    SourceKind.DOCUMENT,
)
BOOK = Source(
    "de-waal",
    {
        "type": "book",
        "title": "Black <b>Garden</b> & after",
        "author": [{"family": "de Waal", "given": "Thomas"}],
        "publisher-place": "New York",
        "issued": date(2003),
    },
    SourceKind.BOOK,
)


def book(*chapters: Chapter, quantities: Sequence[Quantity] = (), sources: Sequence[Source] = ()) -> Book:
    return Book(
        id="small",
        title=prose("A small book", Kind.BOOK),
        subtitle=None,
        source_language="en",
        languages=("en", "az"),
        edition=None,
        date="2026-11-21",
        publisher=prose("Press", Kind.BOOK),
        publisher_place=None,
        contributors=(),
        licence=None,
        blurb=None,
        dedication=None,
        isbn={},
        page=PageFormat(),
        opening=Opening.RECTO,
        about_percent=Decimal(10),
        coverage_percent=Decimal(100),
        units={"person": prose("persons", Kind.UNIT)},
        front=(),
        body=(Part(None, chapters),),
        back=(Generated.APPENDIX, Generated.BIBLIOGRAPHY, Generated.INDEX, Generated.COLOPHON),
        sources=tuple(sources) or (POST, BOOKLET, BOOK),
        quantities=tuple(quantities),
        registers=(),
    )


def edition(of: Book, language: str = "en", csl: str = "") -> Edition:
    comparisons = compare_all(of)
    localized = LocalizedBook(of, language, Coverage(1, 1, 0, 0))
    return make_edition(
        localized,
        comparisons,
        open_locale(language),
        csl,
        charts={one.quantity.id: charts_of(one) for one in comparisons},
    )


def section(of: Edition, name: str) -> Section:
    return next(one for one in of.sections if one.id == name)


def in_language(of: Book, lang: str, status: Status) -> Book:
    """Return the book with every chapter title said to be in another state of translation."""
    parts = tuple(
        replace(
            part,
            chapters=tuple(
                replace(c, title=replace(c.title, lang=lang, status=status)) for c in part.chapters
            ),
        )
        for part in of.body
    )
    return replace(of, body=parts)
