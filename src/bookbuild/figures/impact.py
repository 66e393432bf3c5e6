"""A claim to everything that a change of it touches, in every language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bookbuild.figures.lineage import full_name
from bookbuild.model.blocks import (
    Block,
    BulletList,
    ChartBlock,
    DefinitionList,
    FigureTable,
    NumberedList,
    Quotation,
    RegisterBlock,
)
from bookbuild.model.book import Book, LocalizedBook, each_prose
from bookbuild.model.claim import Claim, Quantity, claim_name
from bookbuild.model.edition import Edition
from bookbuild.model.inline import ClaimMark, CountMark, Inline
from bookbuild.model.place import Place
from bookbuild.model.prose import MessageKey, Prose, Status, key_of
from bookbuild.model.register import Register
from bookbuild.model.unit import PageMap


class Touch(Enum):
    """How a change reaches something."""

    PRINTS = "prints the figure"
    """A message with a ``{claim}`` or ``{value}`` of this claim."""
    COUNTS = "prints a count that may change"
    """A message with ``{count}`conflicts` ``."""
    OWN_WORDS = "words of the claim"
    """A message of the claim itself: speaker, scope, slip, note …"""
    TABLE = "table of the quantity"
    CHART = "chart of the quantity"
    REGISTER = "register entry"
    REGISTER_BLOCK = "register printed in the text"
    REPEATED_BY = "claim that repeats it"
    TOTAL = "total of which it is a part"


@dataclass(frozen=True, slots=True)
class Touched:
    """One thing that a change of the claim reaches."""

    how: Touch
    what: str
    """Source text of a message, name of a claim, id of a quantity, ``register/entry``."""
    place: Place
    message: MessageKey | None = None
    """Its key in the catalogs; None for what is no message."""
    statuses: Mapping[str, Status] | None = None
    """Locale → status of its translation; None for what is no message."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change of one claim touches."""

    claim: str
    touched: tuple[Touched, ...]
    """In the order of :class:`Touch`, then of the book."""
    pages: Mapping[str, tuple[str, ...]]
    """Language → folios on which the quantity's figures stand, its entry in the appendix among them."""


def impact_of(
    name: str,
    book: Book,
    localized: Sequence[LocalizedBook] = (),
    editions: Sequence[tuple[Edition, PageMap]] = (),
    appendix_anchor: str = "",
) -> Impact:
    """List what a change of the claim ``quantity/claim`` touches.

    ``editions`` are those that have been laid out; ``appendix_anchor`` is that of the quantity's
    entry, if known.

    Raises:
        KeyError: if the book has no such claim.
    """
    found = book.claim(name)
    if found is None:
        raise KeyError(name)
    quantity, claim = found
    touched = [
        *_messages(book, quantity, claim, localized),
        *_blocks(book, quantity, name),
        *_registers(book.registers, name),
        *_other_claims(book, quantity, name),
    ]
    order = list(Touch)
    return Impact(
        name,
        tuple(sorted(touched, key=lambda thing: order.index(thing.how))),
        {edition.lang: _pages(edition, pages, quantity.id, appendix_anchor) for edition, pages in editions},
    )


def inlines_of(inlines: Iterable[Inline]) -> Iterator[Inline]:
    """Yield inlines and all that stands within them, in order."""
    for inline in inlines:
        yield inline
        yield from inlines_of(getattr(inline, "children", ()))


def _messages(
    book: Book, quantity: Quantity, claim: Claim, localized: Sequence[LocalizedBook]
) -> Iterator[Touched]:
    statuses: dict[MessageKey, dict[str, Status]] = {}
    for edition in localized:
        for prose in each_prose(edition.book):
            statuses.setdefault(key_of(prose), {})[edition.locale] = prose.status
    own = {id(prose) for prose in each_prose(claim)}
    for prose in each_prose(book):
        how = Touch.OWN_WORDS if id(prose) in own else _mention(prose, quantity.id, claim.id)
        if how is not None:
            key = key_of(prose)
            yield Touched(how, prose.source, prose.place, key, statuses.get(key, {}))


def _mention(prose: Prose, quantity: str, claim: str) -> Touch | None:
    found = None
    for inline in inlines_of(prose.inlines):
        if isinstance(inline, ClaimMark) and (inline.quantity, inline.claim) == (quantity, claim):
            return Touch.PRINTS
        if isinstance(inline, CountMark) and inline.name == "conflicts":
            found = Touch.COUNTS
    return found


def _blocks(book: Book, quantity: Quantity, name: str) -> Iterator[Touched]:
    registers = {register.id for register in book.registers if any(True for _ in _entries(register, name))}
    for chapter in book.chapters():
        for block in _all_blocks(chapter.blocks):
            match block:
                case FigureTable(quantity=quantity.id):
                    yield Touched(Touch.TABLE, quantity.id, block.place)
                case ChartBlock(quantity=quantity.id):
                    yield Touched(Touch.CHART, quantity.id, block.place)
                case RegisterBlock() if block.register in registers:
                    yield Touched(Touch.REGISTER_BLOCK, block.register, block.place)
                case _:
                    pass


def _all_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        match block:
            case Quotation():
                yield from _all_blocks(block.blocks)
            case BulletList() | NumberedList():
                for item in block.items:
                    yield from _all_blocks(item.blocks)
            case DefinitionList():
                for definition in block.items:
                    yield from _all_blocks(definition.blocks)
            case _:
                pass


def _registers(registers: Iterable[Register], name: str) -> Iterator[Touched]:
    for register in registers:
        for entry, place in _entries(register, name):
            yield Touched(Touch.REGISTER, f"{register.id}/{entry}", place)


def _entries(register: Register, name: str) -> Iterator[tuple[str, Place]]:
    for entry in register.entries:
        for cell in entry.cells:
            if name in cell.words:
                yield entry.id, cell.place
                break


def _other_claims(book: Book, changed: Quantity, name: str) -> Iterator[Touched]:
    repeated = {name}
    grown = True
    while grown:
        grown = False
        for quantity in book.quantities:
            for claim in quantity.claims:
                own = claim_name(quantity, claim)
                if own not in repeated and full_name(quantity, claim.repeats) in repeated:
                    repeated.add(own)
                    grown = True
                    yield Touched(Touch.REPEATED_BY, own, claim.place)
    total = book.quantity(changed.part_of) if changed.part_of else None
    if total is not None:
        yield Touched(Touch.TOTAL, total.id, total.place)


def _pages(edition: Edition, pages: PageMap, quantity: str, appendix_anchor: str) -> tuple[str, ...]:
    anchors = [*edition.uses.get(quantity, ()), appendix_anchor]
    found = sorted({pages.pages[anchor] for anchor in anchors if anchor in pages.pages})
    return tuple(pages.folios[page - 1] for page in found)
