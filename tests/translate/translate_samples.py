"""Small books and catalogs, made by hand, so that a test names only what it is about."""

from __future__ import annotations

from decimal import Decimal

from bookbuild.model.blocks import Block, Heading, NoteBody, Paragraph
from bookbuild.model.book import Book, Chapter, Part
from bookbuild.model.catalog import Catalog, Message
from bookbuild.model.claim import Claim, Quantity
from bookbuild.model.notation import measure_of, parse_value
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, MessageKey, Prose
from bookbuild.model.register import Cell, Entry, FieldType, Layout, Register, RegisterField
from bookbuild.model.source import Source
from bookbuild.read.inlines import parse_inlines

HEADER = (
    ("Project-Id-Version", "sample"),
    ("PO-Revision-Date", "2026-11-21 12:00+0000"),
    ("Last-Translator", "A <a@example.org>"),
    ("Language-Team", "Azerbaijani"),
    ("Language", "az"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=UTF-8"),
    ("Content-Transfer-Encoding", "8bit"),
    ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
)


def prose(source: str, kind: Kind = Kind.PARAGRAPH, chapter: str = "salt", line: int = 1) -> Prose:
    inlines, problems = parse_inlines(source)
    assert not problems, problems
    place = Place(f"book/chapters/{chapter}.md", line, 1)
    return Prose(source, kind, inlines, "en", lines=((0, place),), chapter=chapter)


def claim(value: str = "~2500", unit: str = "person", name: str = "paper") -> Claim:
    return Claim(
        name, parse_value(value, unit, ["person"]), value, prose("the paper", Kind.SPEAKER), "paper", "paper"
    )


def quantity(*claims: Claim, name: str = "killed", unit: str = "person") -> Quantity:
    return Quantity(
        name,
        prose("People killed", Kind.QUANTITY),
        prose("people who died", Kind.COUNTS),
        measure_of(unit, ["person"]),
        unit,
        claims or (claim(),),
    )


def glossary(*terms: str) -> Register:
    entries = tuple(
        Entry(f"term-{n}", (Cell("term", (prose(term, Kind.REGISTER, "glossary"),)),))
        for n, term in enumerate(terms)
    )
    fields = (RegisterField("term", prose("Term", Kind.LABEL, "glossary"), FieldType.TEXT),)
    return Register(
        "glossary", prose("Glossary", Kind.TITLE, "glossary"), Layout.ENTRIES, ("term",), fields, entries
    )


def book(
    *paragraphs: str,
    blocks: tuple[Block, ...] = (),
    notes: tuple[NoteBody, ...] = (),
    quantities: tuple[Quantity, ...] = (),
    registers: tuple[Register, ...] = (),
) -> Book:
    written = tuple(Paragraph(prose(text, line=3 + 2 * n)) for n, text in enumerate(paragraphs))
    chapter = Chapter("salt", prose("Salt", Kind.TITLE), None, (*written, *blocks), notes)
    return Book(
        id="sample",
        title=prose("A sample", Kind.BOOK, ""),
        subtitle=None,
        source_language="en",
        languages=("en", "az"),
        edition=None,
        date="2026-11-21",
        publisher=prose("–", Kind.BOOK, ""),
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
        units={"person": prose("persons", Kind.UNIT, "")},
        front=(),
        body=(Part(None, (chapter,)),),
        back=(),
        sources=(Source("paper", {"id": "paper", "title": "The Paper"}),),
        quantities=quantities,
        registers=registers,
    )


def message(msgid: str, string: str = "", *flags: str, kind: Kind = Kind.PARAGRAPH) -> Message:
    return Message(MessageKey(kind.value, msgid), (string,), flags=flags)


def catalog(*messages: Message) -> Catalog:
    return Catalog(HEADER, messages, path="locales/az/LC_MESSAGES/book.po")


def heading(text: str, name: str = "") -> Heading:
    return Heading(2, prose(text, Kind.HEADING), name)
