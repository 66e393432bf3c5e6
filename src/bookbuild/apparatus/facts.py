"""What every section of one edition may look up, and what sections leave behind for the apparatus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bookbuild.apparatus.citations import Citer
from bookbuild.diagnostics import InternalFault
from bookbuild.model.blocks import (
    Block,
    BulletList,
    ChartBlock,
    DefinitionList,
    FigureTable,
    Heading,
    Image,
    NumberedList,
    Quotation,
    RegisterBlock,
    Table,
)
from bookbuild.model.book import Book, Chapter, Generated
from bookbuild.model.claim import Claim, Quantity
from bookbuild.model.comparison import Comparison, ScopeComparison, Witness
from bookbuild.model.edition import ContentsLine
from bookbuild.model.locale import Locale
from bookbuild.model.prose import MessageKey, Prose
from bookbuild.model.source import Source


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a cross-reference may name."""

    anchor: str
    title: Prose | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known before the first section is set."""

    book: Book
    locale: Locale
    citer: Citer
    comparisons: Mapping[str, Comparison]
    targets: Mapping[str, Target]
    counts: Mapping[str, int]
    appendix: bool
    """Whether this book has an appendix that marks can lead to."""
    sources: Mapping[str, Source]
    claims: Mapping[str, tuple[Quantity, Claim]]
    """``quantity/claim`` → both."""

    voices: Mapping[str, Prose]
    """Document → who speaks in it where nobody else is named, in the words of ``said-by``."""

    marked: bool = True
    """Whether words that have no finished translation are marked."""
    messages: Mapping[MessageKey, str] = field(default_factory=dict)
    """Message → its number in a translator's proof; empty: this is none."""
    pictures: Mapping[str, str] = field(default_factory=dict)
    """Path of a picture → path of the one that stands in for it in this language."""

    def own_voice(self, claim: Claim) -> bool:
        """Whether a document says this itself, so that naming it names the speaker."""
        voice = self.voices.get(claim.source)
        return claim.source == claim.seen_in and voice is not None and voice.source == claim.said_by.source

    def source(self, key: str) -> Source:
        """Return a source; raises InternalFault for a key that check has not refused."""
        if key not in self.sources:
            raise InternalFault(f"no source “{key}”: check let it through")
        return self.sources[key]

    def claim(self, name: str) -> tuple[Quantity, Claim]:
        """Return a claim with its quantity; raises InternalFault for a name that check has not refused."""
        if name not in self.claims:
            raise InternalFault(f"no claim “{name}”: check let it through")
        return self.claims[name]

    def contested(self, quantity: str) -> bool:
        """Whether the figures of a quantity carry the mark."""
        comparison = self.comparisons.get(quantity)
        return self.appendix and comparison is not None and comparison.contested


@dataclass(slots=True)
class Ledger:
    """What the sections leave behind, in reading order. One edition has one."""

    index: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    """Entry with its sub-entries, anchor."""
    cited: dict[str, list[str]] = field(default_factory=dict)
    """Source → anchors of calls and rows that cite it."""
    uses: dict[str, list[str]] = field(default_factory=dict)
    """Quantity → anchors where the text prints one of its figures."""
    contents: list[ContentsLine] = field(default_factory=list)
    tables: list[ContentsLine] = field(default_factory=list)
    charts: list[ContentsLine] = field(default_factory=list)
    untranslated: set[tuple[str, str]] = field(default_factory=set)
    """Kind and source text of every message printed untranslated."""

    def cite(self, key: str, anchor: str) -> None:
        """Note that a source is cited at an anchor."""
        self.cited.setdefault(key, []).append(anchor)


def quantity_anchor(quantity: str) -> str:
    """Return the anchor of a quantity's place in the appendix."""
    return f"quantity-{quantity}"


def chapter_anchor(chapter: str) -> str:
    """Return the anchor of a chapter."""
    return f"chapter-{chapter}"


def entry_anchor(register: str, entry: str) -> str:
    """Return the anchor of an entry of a register."""
    return f"entry-{register}-{entry}"


def in_locale(comparisons: Sequence[Comparison], book: Book) -> dict[str, Comparison]:
    """Return the comparisons by quantity, with the words of this locale's book in place of the source's.

    What was found does not depend on the language, so it is computed once for all of them.
    """
    quantities = {quantity.id: quantity for quantity in book.quantities}
    return {
        comparison.quantity.id: _in_words_of(comparison, quantities[comparison.quantity.id])
        for comparison in comparisons
    }


def _in_words_of(comparison: Comparison, quantity: Quantity) -> Comparison:
    claims = {claim.id: claim for claim in quantity.claims}

    def witnesses(some: Iterable[Witness]) -> tuple[Witness, ...]:
        return tuple(replace(one, claim=claims[one.claim.id]) for one in some)

    def scope(one: ScopeComparison) -> ScopeComparison:
        camps = tuple(replace(camp, witnesses=witnesses(camp.witnesses)) for camp in one.camps)
        return replace(one, witnesses=witnesses(one.witnesses), camps=camps)

    return replace(
        comparison,
        quantity=quantity,
        scopes=tuple(scope(one) for one in comparison.scopes),
        slips=witnesses(comparison.slips),
    )


def targets_of(book: Book, compared: Mapping[str, Comparison]) -> dict[str, Target]:
    """Return everything that ``{ref}`` may name: chapters, headings, named blocks, quantities, entries.

    Where two things share an id, the written one wins over the generated one.
    """
    targets: dict[str, Target] = {}
    for quantity in book.quantities:
        comparison = compared.get(quantity.id)
        if comparison and comparison.statements > 1:
            targets[quantity.id] = Target(quantity_anchor(quantity.id), quantity.title)
    for register in book.registers:
        for entry in register.entries:
            anchor = entry_anchor(register.id, entry.id)
            head = next((cell.texts[0] for cell in entry.cells if cell.texts), None)
            targets[f"{register.id}/{entry.id}"] = Target(anchor, head or register.title)
    for generated in Generated:
        if generated in book.back:
            targets[generated.value] = Target(generated.value, None)
    for chapter in book.chapters():
        targets[chapter.id] = Target(chapter_anchor(chapter.id), chapter.title)
        for block in _blocks(chapter.blocks):
            name, title = _named(block, book)
            if name:
                targets[name] = Target(f"to-{name}", title or chapter.title)
    return targets


def voices_of(book: Book) -> dict[str, Prose]:
    """Return the own voice of every document: whom most of what was read in it as its own names.

    “Most” is more than half of at least three claims; below that, every speaker is named.
    """
    speakers: dict[str, Counter[str]] = {}
    words: dict[str, Prose] = {}
    for quantity in book.quantities:
        for claim in quantity.claims:
            if claim.source == claim.seen_in:
                speakers.setdefault(claim.source, Counter())[claim.said_by.source] += 1
                words.setdefault(claim.said_by.source, claim.said_by)
    voices = {}
    for source, named in speakers.items():
        speaker, times = named.most_common(1)[0]
        if times >= 3 and 2 * times > named.total():
            voices[source] = words[speaker]
    return voices


def counts_of(book: Book, compared: Mapping[str, Comparison]) -> dict[str, int]:
    """Return the numbers that ``{count}`` may print."""
    counts = {
        "claims": sum(len(quantity.claims) for quantity in book.quantities),
        "quantities": len(book.quantities),
        "compared": sum(comparison.statements > 1 for comparison in compared.values()),
        "conflicts": sum(comparison.contested for comparison in compared.values()),
        "sources": len(book.sources),
        "documents": sum(source.kind.value == "document" for source in book.sources),
        "chapters": sum(isinstance(chapter, Chapter) for chapter in book.chapters()),
    }
    for register in book.registers:
        counts[f"entries/{register.id}"] = len(register.entries)
    return counts


def tenth(amount: Decimal) -> Decimal:
    """Return an amount without needless zeros: 100, 99.5."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount


def _named(block: Block, book: Book) -> tuple[str, Prose | None]:
    match block:
        case Heading(id=name, text=text):
            return name, text
        case FigureTable(id=name, caption=caption) | ChartBlock(id=name, caption=caption):
            quantity = book.quantity(block.quantity)
            return name, caption or (quantity.title if quantity else None)
        case Table(id=name, caption=caption) | Image(id=name, caption=caption):
            return name, caption
        case RegisterBlock(register=register_id, id=name, caption=caption):
            register = next((one for one in book.registers if one.id == register_id), None)
            return name or register_id, caption or (register.title if register else None)
        case _:
            return "", None


def _blocks(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        match block:
            case Quotation(blocks=inside):
                yield from _blocks(inside)
            case BulletList(items=items) | NumberedList(items=items):
                for item in items:
                    yield from _blocks(item.blocks)
            case DefinitionList(items=definitions):
                for definition in definitions:
                    yield from _blocks(definition.blocks)
            case _:
                pass
