"""Two editions of one book to where they differ: same headings, notes, tables, figures, claims, images."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bookbuild.model.blocks import ChartBlock, FigureTable, Heading, Image, RegisterBlock, Table
from bookbuild.model.book import Chapter, LocalizedBook
from bookbuild.model.inline import (
    CitationNote,
    ClaimMark,
    Code,
    IndexMark,
    InlineNote,
    Link,
    NoteCall,
    Reference,
)
from bookbuild.model.prose import Prose, Status
from bookbuild.model.unit import PageMap
from bookbuild.translate.content import walk

BLOCKS: Mapping[type, str] = {
    Heading: "headings",
    Table: "tables",
    FigureTable: "figure tables",
    ChartBlock: "charts",
    RegisterBlock: "registers",
    Image: "images",
}
INLINES: Mapping[type, str] = {
    CitationNote: "citation notes",
    NoteCall: "note calls",
    InlineNote: "notes in place",
    Reference: "references",
    IndexMark: "index marks",
    Link: "links",
    Code: "code spans",
}
UNTRANSLATED = "untranslated messages"
"""The one thing that may differ in a build that marks what is missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sort of thing in one chapter, counted in both editions."""

    chapter: str
    """Id; empty: the matter outside chapters."""
    what: str
    one: int
    other: int

    @property
    def same(self) -> bool:
        """Whether the editions agree."""
        return self.one == self.other


@dataclass(frozen=True, slots=True)
class Parity:
    """Two editions side by side."""

    languages: tuple[str, str]
    rows: tuple[Row, ...]
    """Chapter by chapter in the order of the first edition; what neither has is left out."""

    @property
    def differences(self) -> tuple[Row, ...]:
        """The rows in which the editions part, but for what is not yet translated."""
        return tuple(row for row in self.rows if not row.same and row.what != UNTRANSLATED)


def parity(one: LocalizedBook, other: LocalizedBook) -> Parity:
    """Count what two editions print."""
    mine, theirs = dict(_counted(one)), dict(_counted(other))
    rows = []
    for chapter in dict.fromkeys((*mine, *theirs)):
        left, right = mine.get(chapter, Counter()), theirs.get(chapter, Counter())
        rows += [Row(chapter, what, left[what], right[what]) for what in dict.fromkeys((*left, *right))]
    return Parity((one.locale, other.locale), tuple(rows))


def _counted(edition: LocalizedBook) -> Iterator[tuple[str, Counter[str]]]:
    book = edition.book
    for chapter in book.chapters():
        yield chapter.id, Counter(_things(chapter))
    rest = dataclasses.replace(
        book,
        front=(),
        body=tuple(dataclasses.replace(part, chapters=()) for part in book.body),
        back=tuple(matter for matter in book.back if not isinstance(matter, Chapter)),
    )
    yield "", Counter(_things(rest))


def _things(tree: object) -> Iterator[str]:
    """The name of everything that is counted, as often as it occurs."""
    if isinstance(tree, Prose):
        if tree.status in {Status.FUZZY, Status.MISSING}:
            yield UNTRANSLATED
        for node in walk(tree.inlines):
            if isinstance(node, ClaimMark):
                yield f"claim {node.quantity}/{node.claim}"
            elif name := INLINES.get(type(node)):
                yield name
    elif isinstance(tree, tuple):
        for item in tree:
            yield from _things(item)
    elif isinstance(tree, Mapping):
        yield from _things(tuple(tree.values()))
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        if name := BLOCKS.get(type(tree)):
            yield name
        for part in dataclasses.fields(tree):
            yield from _things(getattr(tree, part.name))


@dataclass(frozen=True, slots=True)
class Concordance:
    """Where the same places fall in two editions."""

    anchor: str
    one: str
    """Folio."""
    other: str


def concordance(one: PageMap, other: PageMap) -> tuple[Concordance, ...]:
    """Return the pages of every anchor that both editions have, in the order of the first."""
    shared = [anchor for anchor in one.pages if anchor in other.pages]
    shared.sort(key=lambda anchor: (one.pages[anchor], other.pages[anchor], anchor))
    return tuple(Concordance(anchor, one.folio(anchor), other.folio(anchor)) for anchor in shared)
