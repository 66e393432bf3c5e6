"""Ids and what refers to them; registers; counts; pictures' descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bookbuild.check.walk import blocks_of, each_inline
from bookbuild.diagnostics import Diagnostic, Severity, did_you_mean
from bookbuild.model.blocks import ChartBlock, FigureTable, Heading, Image, RegisterBlock, Table
from bookbuild.model.book import Book, each_prose
from bookbuild.model.inline import CountMark, Reference
from bookbuild.model.place import Place
from bookbuild.model.register import FieldType, Layout, Register

COUNTS = ("claims", "quantities", "compared", "conflicts", "sources", "documents")
"""Names for ``{count}``, besides ``entries/`` and the id of a register."""
MAX_COLUMNS = 4
"""Of a register laid out as a table: more do not go on the page."""


def check_references(book: Book) -> Iterator[Diagnostic]:
    """R010–R022, R036: references, ids, counts, registers, descriptions of pictures."""
    written = list(_targets(book))
    registers = {
        block.place for _, block in blocks_of(book) if isinstance(block, RegisterBlock) and not block.id
    }
    quantities = [(quantity.id, quantity.place) for quantity in book.quantities if quantity.id]
    yield from _repeated_targets(written, quantities, registers)
    entries = {f"{register.id}/{entry.id}" for register in book.registers for entry in register.entries}
    yield from _unknown(book, entries.union(name for name, _ in written + quantities))
    yield from _counts(book)
    yield from _register_blocks(book)
    for register in book.registers:
        yield from _entries(register, {source.key for source in book.sources})
    yield from _pictures(book)


def _targets(book: Book) -> Iterator[tuple[str, Place]]:
    for chapter in book.chapters():
        yield chapter.id, chapter.place
    for _, block in blocks_of(book):
        if isinstance(block, RegisterBlock):
            yield block.id or block.register, block.place
        elif isinstance(block, Heading | Table | FigureTable | ChartBlock | Image) and block.id:
            yield block.id, block.place


def _repeated_targets(
    written: list[tuple[str, Place]], quantities: list[tuple[str, Place]], registers: set[Place]
) -> Iterator[Diagnostic]:
    first: dict[str, tuple[str, Place]] = {}
    # Quantities of one id are reported as such, so they are compared with what is written only.
    by_id = {name.casefold(): (name, place) for name, place in reversed(quantities)}
    for name, place in [*written, *by_id.values()]:
        other, where = first.setdefault(name.casefold(), (name, place))
        if where is not place:
            same = "" if other == name else f", but for its case, as “{other}”"
            message = f"id “{name}” is defined a second time{same}; the first is at {where.path}:{where.line}"
            hint = f"add “:name: {name}-register”" if place in registers else "rename one of them"
            yield Diagnostic("R011", message, place, hint=hint)


def _unknown(book: Book, known: set[str]) -> Iterator[Diagnostic]:
    for prose in each_prose(book):
        for inline in each_inline(prose.inlines):
            if isinstance(inline, Reference) and inline.target not in known:
                hint = did_you_mean(inline.target, known) or "end the heading that you mean with {#id}"
                place = prose.place_at(inline.offset)
                yield Diagnostic("R010", f"reference to an unknown id, “{inline.target}”", place, hint=hint)


def _counts(book: Book) -> Iterator[Diagnostic]:
    known = [*COUNTS, *(f"entries/{register.id}" for register in book.registers)]
    for prose in each_prose(book):
        for inline in each_inline(prose.inlines):
            if isinstance(inline, CountMark) and inline.name not in known:
                hint = did_you_mean(inline.name, known) or f"the counts are {', '.join(known)}"
                place = prose.place_at(inline.offset)
                yield Diagnostic("R016", f"unknown count “{inline.name}”", place, hint=hint)


def _register_blocks(book: Book) -> Iterator[Diagnostic]:
    known = [register.id for register in book.registers]
    shown = set()
    for _, block in blocks_of(book):
        if isinstance(block, RegisterBlock):
            shown.add(block.register)
            if block.register and block.register not in known:
                hint = did_you_mean(block.register, known) or "write one in registers/ that has this id"
                yield Diagnostic("R012", f"unknown register “{block.register}”", block.place, hint=hint)
    first: dict[str, Register] = {}
    for register in book.registers:
        other = first.setdefault(register.id.casefold(), register)
        if other is not register and register.id:
            message = f"register “{register.id}” stands a second time; the first is in {other.place.path}"
            yield Diagnostic("R017", message, register.place, hint="rename one of them")
        elif register.id not in shown:
            hint = f"show it in a chapter with :::{{register}} {register.id}"
            yield Diagnostic(
                "R018", f"register “{register.id}” is not shown", register.place, hint, Severity.WARNING
            )


def _entries(register: Register, sources: set[str]) -> Iterator[Diagnostic]:
    types = {field.id: field.type for field in register.fields}
    lines: dict[str, int] = {}
    if register.layout is Layout.TABLE and len(register.fields) > MAX_COLUMNS:
        message = f"a table of {len(register.fields)} columns; {MAX_COLUMNS} go on the page"
        yield Diagnostic("R019", message, register.place, hint="set “layout: entries”")
    for entry in register.entries:
        line = lines.setdefault(entry.id.casefold(), entry.place.line)
        if line != entry.place.line and entry.id:
            message = f"entry “{entry.id}” stands a second time; the first is in line {line}"
            yield Diagnostic("R013", message, entry.place, hint="rename one of them")
        filled = {cell.field for cell in entry.cells}
        if register.head and not filled & set(register.head):
            message = f"entry “{entry.id}” has nothing for its head, {', '.join(register.head)}"
            yield Diagnostic("R021", message, entry.place, hint="write one of them")
        for cell in entry.cells:
            if types[cell.field] is FieldType.SOURCE and cell.words[0] not in sources:
                hint = did_you_mean(cell.words[0], sources) or "add it to sources.yaml"
                yield Diagnostic("R014", f"unknown source “{cell.words[0]}”", cell.place, hint=hint)
            if types[cell.field] is FieldType.NUMBER and not re.fullmatch(r"-?\d+(\.\d+)?", cell.words[0]):
                hint = "write digits without marks between thousands, decimals after a point"
                yield Diagnostic("R022", f"“{cell.words[0]}” is not a number", cell.place, hint=hint)


def _pictures(book: Book) -> Iterator[Diagnostic]:
    for _, block in blocks_of(book):
        if isinstance(block, Image) and not block.alt.source:
            hint = "add a line “:alt: what a blind reader should hear”"
            yield Diagnostic("R036", f"picture “{block.path}” has no description", block.place, hint=hint)
