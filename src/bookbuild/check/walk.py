"""Ways through a book: every message with where it stands, every inline within it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bookbuild.model.blocks import (
    Block,
    BulletList,
    ChartBlock,
    DefinitionList,
    FigureTable,
    Heading,
    Image,
    NumberedList,
    Paragraph,
    Quotation,
    RegisterBlock,
    Table,
)
from bookbuild.model.book import Book, Chapter, each_prose
from bookbuild.model.inline import (
    Citation,
    CitationNote,
    ClaimMark,
    Emphasis,
    Foreign,
    IndexMark,
    Inline,
    InlineNote,
    Link,
    NoteCall,
    Reference,
    Strong,
)
from bookbuild.model.prose import Prose

_HOLDERS = (Emphasis, Strong, Link, InlineNote, Reference, IndexMark, Foreign)
"""Asked of every word of a book several times: a tuple is asked in a third of the time of a union."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The messages that a reader takes in together: a paragraph, an item, a table's row, an entry."""

    messages: tuple[Prose, ...]
    chapter: Chapter | None
    """None in data files."""
    introduction: tuple[Prose, ...] = ()
    """Of a table, a list or a caption: the paragraph before, whose notes cover it."""


def each_block(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield every block, those within others after them, in reading order."""
    for block in blocks:
        yield block
        match block:
            case Quotation():
                yield from each_block(block.blocks)
            case BulletList() | NumberedList() | DefinitionList():
                for item in block.items:
                    yield from each_block(item.blocks)
            case _:
                pass


def blocks_of(book: Book) -> Iterator[tuple[Chapter, Block]]:
    """Yield every block of the book with its chapter, in the order of the book."""
    for chapter in book.chapters():
        for block in each_block(chapter.blocks):
            yield chapter, block


def each_inline(inlines: Iterable[Inline]) -> Iterator[Inline]:
    """Yield every inline, those within others after them."""
    for inline in inlines:
        yield inline
        if children := children_of(inline):
            yield from each_inline(children)


def children_of(inline: Inline) -> tuple[Inline, ...]:
    """Return what an inline holds; nothing for those that hold no inlines."""
    return inline.children if isinstance(inline, _HOLDERS) else ()


def passages(book: Book) -> Iterator[Passage]:
    """Yield the chapters' and registers' text, passage by passage; titles and captions are their own."""
    for chapter in book.chapters():
        yield from _block_passages(chapter.blocks, chapter)
        for note in chapter.notes:
            yield Passage(note.paragraphs, chapter)
    for register in book.registers:
        for entry in register.entries:
            yield Passage(tuple(text for cell in entry.cells for text in cell.texts), None)


def _block_passages(blocks: Iterable[Block], chapter: Chapter) -> Iterator[Passage]:
    before: tuple[Prose, ...] = ()
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                yield Passage((block.text,), chapter)
            case Quotation():
                yield Passage(tuple(each_prose(block)), chapter, before)
            case BulletList() | NumberedList() | DefinitionList():
                for item in block.items:
                    yield Passage(tuple(each_prose(item)), chapter, before)
            case Table():
                for row in (block.head, *block.rows):
                    yield Passage(row, chapter, (*before, *block.head))
            case _:
                pass
        caption = caption_of(block)
        if caption:
            yield Passage((caption,), chapter, before)
        before = (block.text,) if isinstance(block, Paragraph) else ()


def caption_of(block: Block) -> Prose | None:
    """Return a block's caption, if it has one."""
    if isinstance(block, Table | FigureTable | ChartBlock | RegisterBlock | Image):
        return block.caption
    return None


def notes_called(passage: Passage) -> Iterator[tuple[Prose, Inline]]:
    """Yield the calls of a passage's notes, and the messages they stand in.

    Calls are citations, notes and claims with note, those of the introduction first.
    """
    for prose in (*passage.introduction, *passage.messages):
        for inline in each_inline(prose.inlines):
            if isinstance(inline, CitationNote | NoteCall | InlineNote) or (
                isinstance(inline, ClaimMark) and inline.with_note
            ):
                yield prose, inline


def cited_in(book: Book, passage: Passage) -> set[str]:
    """Return the keys of all sources that a passage's notes cite or whose claims it prints with a note."""
    bodies = {note.label: note for note in passage.chapter.notes} if passage.chapter else {}
    keys: set[str] = set()
    for _, call in notes_called(passage):
        match call:
            case CitationNote():
                keys.update(citation.key for citation in call.citations)
            case NoteCall() if call.label in bodies:
                keys.update(citation.key for citation in citations_in(bodies[call.label].paragraphs))
            case ClaimMark():
                found = book.claim(f"{call.quantity}/{call.claim}")
                keys.update({found[1].source, found[1].seen_in} if found else ())
            case _:
                pass  # an inline note's citations are met on the way
    return keys


def citations_in(messages: Iterable[Prose]) -> Iterator[Citation]:
    """Yield every citation of some messages."""
    for prose in messages:
        for inline in each_inline(prose.inlines):
            if isinstance(inline, CitationNote):
                yield from inline.citations
