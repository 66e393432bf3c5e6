"""Notes: called, defined, where they may stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bookbuild.check.walk import each_block, each_inline
from bookbuild.diagnostics import Diagnostic, did_you_mean
from bookbuild.model.blocks import NoteBody, Table
from bookbuild.model.book import Book, Chapter, each_prose
from bookbuild.model.inline import CitationNote, ClaimMark, Inline, InlineNote, NoteCall, Text
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, Prose

MAX_NOTE = 3_000
"""Characters of one note: more would not go under a page's text."""

_TAKES_NO_NOTE = {
    Kind.TITLE: "a title",
    Kind.HEADING: "a heading",
    Kind.CAPTION: "a caption",
    Kind.ALT: "a picture's description",
    Kind.QUANTITY: "the title of a quantity",
    Kind.SPEAKER: "“said-by”",
    Kind.SCOPE: "“scope”",
    Kind.NAME: "a name",
    Kind.UNIT: "the name of a unit",
    Kind.LABEL: "the name of a field",
    Kind.SOURCE: "a locator or title of a source",
    Kind.BOOK: "book.yaml",
}
_TABLE_HEAD = "a table's head"
_EMPTY = "write it, or remove the call"
_ADVICE = {
    "": "put it into the text: the sentence before or after",
    _TABLE_HEAD: "put it at the end of the paragraph before the table; it covers the table's values",
}


def check_notes(book: Book) -> Iterator[Diagnostic]:
    """N001–N008: every call has its note, every note its call, and each stands where a note can."""
    for chapter in book.chapters():
        calls = list(_calls(chapter))
        yield from _undefined(chapter, calls)
        yield from _bodies(chapter, {call.label for _, call in calls})
        yield from _called_twice(calls)
    yield from _misplaced(book)
    for data in (book.registers, book.quantities, book.sources):
        yield from _calls_in_data(data)


def _calls(chapter: Chapter) -> Iterator[tuple[Prose, NoteCall]]:
    for prose in each_prose((chapter.title, chapter.blocks, chapter.notes)):
        for inline in each_inline(prose.inlines):
            if isinstance(inline, NoteCall):
                yield prose, inline


def _undefined(chapter: Chapter, calls: list[tuple[Prose, NoteCall]]) -> Iterator[Diagnostic]:
    defined = {note.label for note in chapter.notes}
    for prose, call in calls:
        if call.label not in defined:
            alike = [label for label in defined if _folded(label) == _folded(call.label)]
            near = f"did you mean “{alike[0]}”?" if alike else did_you_mean(call.label, defined)
            hint = near or f"add a line “[^{call.label}]: …” to this chapter"
            place = prose.place_at(call.offset)
            yield Diagnostic("N001", f"note “{call.label}” is not defined", place, hint=hint)


def _bodies(chapter: Chapter, called: set[str]) -> Iterator[Diagnostic]:
    first: dict[str, NoteBody] = {}
    for note in chapter.notes:
        earlier = first.setdefault(note.label, note)
        if earlier is not note:
            message = (
                f"note “{note.label}” is defined a second time; the first is in line {earlier.place.line}"
            )
            yield Diagnostic("N002", message, note.place, hint="rename one of them")
        elif note.label not in called:
            hint = f"call it with [^{note.label}] or remove it"
            yield Diagnostic("N003", f"note “{note.label}” is never called", note.place, hint=hint)
        length = sum(len(paragraph.source) for paragraph in note.paragraphs)
        if not length:
            yield Diagnostic("N004", f"note “{note.label}” is empty", note.place, hint=_EMPTY)
        if length > MAX_NOTE:
            message = f"note “{note.label}” has {length:,} characters; the limit is {MAX_NOTE:,}"
            yield Diagnostic("N008", message, note.place, hint="move part of it to the text")


def _called_twice(calls: list[tuple[Prose, NoteCall]]) -> Iterator[Diagnostic]:
    first: dict[str, Place] = {}
    for prose, call in calls:
        place = prose.place_at(call.offset)
        earlier = first.setdefault(call.label, place)
        if earlier is not place:
            message = f"note “{call.label}” is called a second time; the first is in line {earlier.line}"
            yield Diagnostic("N007", message, place, hint="a note has one call: write a second note")


def _misplaced(book: Book) -> Iterator[Diagnostic]:
    heads = {id(cell) for chapter in book.chapters() for cell in _head_cells(chapter)}
    for prose in each_prose(book):
        where = _TABLE_HEAD if id(prose) in heads else _TAKES_NO_NOTE.get(prose.kind, "")
        for inline in each_inline(prose.inlines):
            if where and _is_note(inline):
                yield Diagnostic(
                    "N006",
                    f"a note in {where}",
                    prose.place_at(inline.offset),
                    hint=_ADVICE.get(where, _ADVICE[""]),
                )
        yield from _nested(prose)
        yield from _inline_notes(prose)


def _head_cells(chapter: Chapter) -> Iterator[Prose]:
    for block in each_block(chapter.blocks):
        if isinstance(block, Table):
            yield from block.head


def _is_note(inline: Inline) -> bool:
    if isinstance(inline, ClaimMark):
        return inline.with_note
    return isinstance(inline, CitationNote | NoteCall | InlineNote)


def _nested(prose: Prose) -> Iterator[Diagnostic]:
    for inline in each_inline(prose.inlines):
        within = each_inline(inline.children) if isinstance(inline, InlineNote) else ()
        inner = [part for part in within if isinstance(part, NoteCall | InlineNote)]
        if prose.kind is Kind.NOTE and isinstance(inline, NoteCall | InlineNote):
            inner.append(inline)
        for part in inner:
            hint = "a note has no notes: write it in brackets"
            yield Diagnostic("N005", "a note within a note", prose.place_at(part.offset), hint=hint)


def _inline_notes(prose: Prose) -> Iterator[Diagnostic]:
    for inline in each_inline(prose.inlines):
        if isinstance(inline, InlineNote):
            place = prose.place_at(inline.offset)
            if not inline.children:
                yield Diagnostic("N004", "the note “^[]” is empty", place, hint=_EMPTY)
            elif (length := _length(inline)) > MAX_NOTE:
                message = f"a note of {length:,} characters; the limit is {MAX_NOTE:,}"
                yield Diagnostic("N008", message, place, hint="move part of it to the text")


def _length(note: InlineNote) -> int:
    return sum(len(part.text) for part in each_inline(note.children) if isinstance(part, Text))


def _calls_in_data(data: object) -> Iterator[Diagnostic]:
    for prose in each_prose(data):
        for inline in each_inline(prose.inlines):
            if isinstance(inline, NoteCall):
                hint = "a note with a label belongs to a chapter; here write ^[text]"
                message = f"note call “{inline.label}” in a data file"
                yield Diagnostic("N001", message, prose.place_at(inline.offset), hint=hint)


def _folded(label: str) -> str:
    return unicodedata.normalize("NFKC", label).casefold()
