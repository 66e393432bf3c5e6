"""Written chapters to sections: blocks in reading order, what they leave behind noted in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from bookbuild.apparatus.citations import Position, plain_words
from bookbuild.apparatus.claims import ClaimSetter
from bookbuild.apparatus.facts import Facts, Ledger, chapter_anchor, entry_anchor
from bookbuild.apparatus.setting import SectionSetter
from bookbuild.apparatus.spans import anchored, first_upper, joined, plain, quiet
from bookbuild.diagnostics import InternalFault
from bookbuild.model import blocks as written
from bookbuild.model.book import Chapter
from bookbuild.model.chart import Chart, ChartKind
from bookbuild.model.claim import Claim, Quantity
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import (
    Block,
    BulletList,
    ChartFigure,
    ContentsLine,
    Definition,
    DefinitionList,
    Divider,
    Field,
    Heading,
    NumberedList,
    Paragraph,
    Picture,
    Quotation,
    RegisterEntry,
    RegisterList,
    Run,
    Section,
    SectionKind,
    Spans,
    Style,
    Styled,
    Table,
    Words,
)
from bookbuild.model.page import Opening
from bookbuild.model.prose import Prose
from bookbuild.model.register import Cell, Entry, FieldType, Layout, Register
from bookbuild.model.unit import Folios, Numbering


def set_chapter(
    chapter: Chapter,
    facts: Facts,
    ledger: Ledger,
    charts: Mapping[str, Sequence[Chart]],
    *,
    number: str,
    numbering: Numbering,
    opening: Opening,
) -> Section:
    """Set one chapter. Its line in the contents, its index entries and its notes go to the ledger."""
    setter = SectionSetter(chapter.id, facts, ledger, chapter.notes)
    title = setter.words(chapter.title, notes=False)
    anchor = chapter_anchor(chapter.id)
    ledger.contents.append(ContentsLine(1, number, quiet(title.spans), anchor))
    short = setter.words(chapter.short_title, notes=False) if chapter.short_title else title
    blocks = _Blocks(chapter, setter, ClaimSetter(setter, facts, ledger, charts), facts, ledger)
    set_blocks = blocks.all(chapter.blocks)
    return Section(
        id=anchor,
        kind=SectionKind.CHAPTER,
        number=number,
        title=title,
        name=plain(title.spans),
        running_head=plain(short.spans),
        bookmark_level=1,
        opening=opening,
        numbering=numbering,
        folios=Folios.SHOWN,
        blocks=set_blocks,
        notes=tuple(setter.notes),
        place=chapter.place,
    )


class _Blocks:
    """The blocks of one chapter, set in order."""

    def __init__(
        self, chapter: Chapter, setter: SectionSetter, claims: ClaimSetter, facts: Facts, ledger: Ledger
    ) -> None:
        self._chapter = chapter
        self._setter = setter
        self._claims = claims
        self._facts = facts
        self._ledger = ledger
        self._count = 0

    def all(self, blocks: tuple[written.Block, ...]) -> tuple[Block, ...]:
        return tuple(self._block(block) for block in blocks)

    def _block(self, block: written.Block) -> Block:
        match block:
            case written.Heading():
                return self._heading(block)
            case written.Paragraph(text):
                return Paragraph(self._setter.words(text), self._id())
            case written.Quotation(inside):
                return Quotation(self.all(inside))
            case written.BulletList(items):
                return BulletList(tuple(self.all(item.blocks) for item in items))
            case written.NumberedList(items, start):
                return NumberedList(tuple(self.all(item.blocks) for item in items), start)
            case written.DefinitionList(definitions):
                return DefinitionList(tuple(self._definition(one) for one in definitions))
            case written.Table():
                return self._table(block)
            case written.FigureTable():
                return self._figure_table(block)
            case written.ChartBlock():
                return self._chart(block)
            case written.RegisterBlock():
                return self._register(block)
            case written.Image():
                return self._image(block)
            case written.Rule():
                return Divider()

    def _id(self, name: str = "") -> str:
        self._count += 1
        return f"to-{name}" if name else f"b-{self._chapter.id}-{self._count}"

    def _heading(self, block: written.Heading) -> Heading:
        words = self._setter.words(block.text, notes=False)
        anchor = self._id(block.id)
        if block.level == 2:
            self._ledger.contents.append(ContentsLine(2, "", quiet(words.spans), anchor))
        return Heading(block.level, words, anchor)

    def _definition(self, definition: written.Definition) -> Definition:
        terms = tuple(self._setter.words(term) for term in definition.terms)
        return Definition(terms, self.all(definition.blocks), self._id())

    def _table(self, block: written.Table) -> Table:
        anchor = self._id(block.id)
        caption = self._caption(block.caption, anchor)
        head = tuple(self._setter.words(cell, notes=False) for cell in block.head)
        rows = tuple(tuple(self._setter.words(cell) for cell in row) for row in block.rows)
        return Table(head, rows, block.align, anchor, caption)

    def _figure_table(self, block: written.FigureTable) -> Block:
        comparison = self._comparison(block.quantity)
        anchor = self._id(block.id)
        caption = self._caption(block.caption or comparison.quantity.title, anchor)
        self._use(block.quantity, anchor)
        return self._claims.table(comparison, anchor, caption)

    def _chart(self, block: written.ChartBlock) -> Block:
        comparison = self._comparison(block.quantity)
        anchor = self._id(block.id)
        charts = self._claims.charts(comparison)
        # Where a figure moved over time, that is what the text shows; the appendix has every claim.
        charts = tuple(one for one in charts if one.chart.kind is ChartKind.OVER_TIME) or charts
        if not charts:
            return self._figure_table(
                written.FigureTable(block.quantity, block.caption, block.id, block.place)
            )
        caption = self._caption(block.caption or comparison.quantity.title, anchor, chart=True)
        self._use(block.quantity, anchor)
        return ChartFigure(charts, anchor, caption)

    def _use(self, quantity: str, anchor: str) -> None:
        self._ledger.uses.setdefault(quantity, []).append(anchor)

    def _image(self, block: written.Image) -> Picture:
        anchor = self._id(block.id)
        alt = plain(self._setter.words(block.alt, notes=False).spans)
        path = self._facts.pictures.get(block.path, block.path)
        return Picture(path, alt, anchor, self._caption(block.caption, anchor, chart=True))

    def _caption(self, prose: Prose | None, anchor: str, *, chart: bool = False) -> Words | None:
        if prose is None:
            return None
        words = self._setter.words(prose)
        line = ContentsLine(2, "", quiet(words.spans), anchor)
        (self._ledger.charts if chart else self._ledger.tables).append(line)
        return words

    def _comparison(self, quantity: str) -> Comparison:
        comparison = self._facts.comparisons.get(quantity)
        if comparison is None:
            raise InternalFault(f"no quantity “{quantity}”: check let it through")
        return comparison

    def _register(self, block: written.RegisterBlock) -> Block:
        register = next((one for one in self._facts.book.registers if one.id == block.register), None)
        if register is None:
            raise InternalFault(f"no register “{block.register}”: check let it through")
        anchor = self._id(block.id or register.id)
        caption = self._setter.words(block.caption) if block.caption else None
        if register.layout is Layout.TABLE:
            return self._register_table(register, anchor, caption)
        entries = tuple(self._entry(register, entry) for entry in self._in_order(register))
        return RegisterList(anchor, caption, entries)

    def _in_order(self, register: Register) -> Sequence[Entry]:
        """Return the entries in this edition's order: a translated name stands elsewhere in its alphabet."""
        if not register.alphabetical:
            return register.entries
        sort_key = self._facts.locale.sort_key

        def by_head(entry: Entry) -> list[tuple[object, ...]]:
            cells = {cell.field: cell for cell in entry.cells}
            heads = [cells[name] for name in register.head if name in cells]
            return [sort_key(text) for cell in heads for text in (*map(plain_words, cell.texts), *cell.words)]

        return sorted(register.entries, key=by_head)

    def _register_table(self, register: Register, anchor: str, caption: Words | None) -> Table:
        head = tuple(self._setter.words(field.label, notes=False) for field in register.fields)
        semicolon = self._facts.locale.punctuated("; ")
        rows = []
        for entry in self._in_order(register):
            cells = {cell.field: cell for cell in entry.cells}
            rows.append(
                tuple(
                    _one(self._cell(field.type, cells[field.id]), semicolon)
                    if field.id in cells
                    else Words(())
                    for field in register.fields
                )
            )
        align = tuple("right" if field.type is FieldType.NUMBER else "left" for field in register.fields)
        return Table(head, tuple(rows), align, anchor, caption, "register")

    def _entry(self, register: Register, entry: Entry) -> RegisterEntry:
        types = {field.id: field for field in register.fields}
        cells = {cell.field: cell for cell in entry.cells}
        comma = self._facts.locale.punctuated(", ")
        heads = [joined([words.spans for words in self._cell(types[name].type, cells[name])], comma)
                 for name in register.head if name in cells]  # fmt: skip
        fields = tuple(
            Field(
                self._setter.words(types[cell.field].label, notes=False),
                self._cell(types[cell.field].type, cell),
            )
            for cell in entry.cells
            if cell.field not in register.head
        )
        return RegisterEntry(entry_anchor(register.id, entry.id), joined(heads, comma), fields)

    def _cell(self, kind: FieldType, cell: Cell) -> tuple[Words, ...]:
        locale = self._facts.locale
        match kind:
            case FieldType.TEXT | FieldType.LIST:
                return tuple(self._setter.words(text) for text in cell.texts)
            case FieldType.VERBATIM | FieldType.NAMES:
                return tuple(Words((Run(word),)) for word in cell.words)
            case FieldType.NUMBER:
                return tuple(Words(self._setter.number(word)) for word in cell.words)
            case FieldType.DATE:
                return (Words((Run(locale.date(cell.date)),)),) if cell.date else ()
            case FieldType.SOURCE:
                return tuple(Words(self._source(key)) for key in cell.words)
            case FieldType.CLAIMS:
                return self._claims_of_field(cell.words)

    def _source(self, key: str) -> Spans:
        anchor = self._setter.point("cite")
        self._ledger.cite(key, anchor)
        return anchored(anchor, self._facts.citer.cite(key, Position.FIRST))

    def _claims_of_field(self, names: Sequence[str]) -> tuple[Words, ...]:
        """Set the claims of a field; neighbours of one quantity share its title."""
        claims = [self._facts.claim(name) for name in names]
        return tuple(
            self._claims_of_quantity(quantity, [claim for _, claim in some])
            for quantity, some in groupby(claims, key=lambda pair: pair[0])
        )

    def _claims_of_quantity(self, quantity: Quantity, claims: Sequence[Claim]) -> Words:
        setter = self._setter
        comma = self._facts.locale.punctuated(", ")
        title = setter.words(quantity.title, notes=False)
        mark: Spans = (setter.mark(quantity.id),) if setter.contested(quantity.id) else ()
        said = []
        for claim in claims:
            speaker = (setter.words(claim.said_by, notes=False).spans, *setter.reservations(claim))
            said.append(
                (Styled(Style.FIGURE, setter.figure(claim)), Run(" ("), *joined(speaker, comma), Run(")"))
            )
        asked = anchored(setter.use(quantity.id), first_upper(title.spans, self._facts.locale))
        spans = (*asked, *mark, Run(": "), *joined(said, comma))
        return replace(title, spans=spans, place=claims[0].place)


def _one(words: tuple[Words, ...], separator: str) -> Words:
    if len(words) == 1:
        return words[0]
    return Words(joined([one.spans for one in words], separator))
