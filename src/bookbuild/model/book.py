"""The book as its authors wrote it, or the same tree in one locale."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, cast

from bookbuild.model.blocks import Block, NoteBody
from bookbuild.model.claim import Claim, Quantity
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.prose import Prose
from bookbuild.model.register import Register
from bookbuild.model.source import Source


class Generated(Enum):
    """Back matter that nobody wrote, by the word that stands for it in ``contents``."""

    APPENDIX = "appendix"
    BIBLIOGRAPHY = "bibliography"
    INDEX = "index"
    COLOPHON = "colophon"


class Inks(Enum):
    """The plates of the interior."""

    BLACK = "black"
    FOUR = "four"
    """Cyan, magenta, yellow, black."""


class SpineText(Enum):
    """How the words on the spine run when the book stands."""

    HABIT = "habit"
    """As the language has it."""
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class PrintSpec:
    """What is agreed with the printer: ``print:`` of book.yaml. Lengths in millimetres."""

    paper: str = "offset-90"
    """A stock of the table, ``90 g/m², bulk 1.25``, or the thickness of a leaf: ``0.11 mm``."""
    board: str = "0.3 mm"
    """The cover's board, in the same words."""
    icc: str = ""
    """The printer's own profile, a file below ``book/``; empty: one of ours, as the paper is."""
    condition: str = ""
    """Name of that profile's printing condition in the registry, such as ``FOGRA51``, or of one of ours."""
    inks: Inks = Inks.BLACK
    ink_limit_percent: Decimal = Decimal(300)
    bleed_mm: Decimal = Decimal(3)
    page_multiple: int = 4
    """Pages are filled up with blank ones to a multiple of it."""
    flap_mm: Decimal = Decimal(0)
    """Width of the cover's flaps; 0: none."""
    spine_text: SpineText = SpineText.HABIT
    barcode_percent: Decimal = Decimal(100)
    """Magnification of the barcode; 80 to 200 by the standard."""


@dataclass(frozen=True, slots=True)
class Contributor:
    role: Prose
    name: Prose


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file of ``chapters/``."""

    id: str
    """The file's name without ``.md``."""
    title: Prose
    short_title: Prose | None
    blocks: tuple[Block, ...]
    """In reading order, without the title."""
    notes: tuple[NoteBody, ...]
    """Explanatory notes, in the order written."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Part:
    """A run of chapters; a part without a title has no page of its own."""

    title: Prose | None
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything the authors wrote, in order, with places in their files."""

    id: str
    title: Prose
    subtitle: Prose | None
    source_language: str
    languages: tuple[str, ...]
    edition: Prose | None
    date: str
    """ISO 8601 calendar date of the edition."""
    publisher: Prose
    publisher_place: Prose | None
    contributors: tuple[Contributor, ...]
    licence: Prose | None
    blurb: Prose | None
    dedication: Prose | None
    isbn: Mapping[str, str]
    """Language → ISBN-13 as written."""
    page: PageFormat
    opening: Opening
    about_percent: Decimal
    """Tolerance of “about”, in per cent of the amount."""
    coverage_percent: Decimal
    """A translation below this is not published."""
    units: Mapping[str, Prose]
    """Counting unit → its name in the plural."""
    front: tuple[Chapter, ...]
    body: tuple[Part, ...]
    back: tuple[Chapter | Generated, ...]
    sources: tuple[Source, ...]
    """In the order written; keys are unique."""
    quantities: tuple[Quantity, ...]
    """In the order of the files (by name) and within them; ids are unique."""
    registers: tuple[Register, ...]
    printing: PrintSpec = field(default_factory=PrintSpec)
    appendix_order: tuple[str, ...] = ()
    """Ids of quantities as the appendix shows them; those that are not named follow."""
    place: Place = field(default=NOWHERE, compare=False)

    def chapters(self) -> Iterator[Chapter]:
        """Yield every written chapter in the order of the book."""
        yield from self.front
        for part in self.body:
            yield from part.chapters
        for matter in self.back:
            if isinstance(matter, Chapter):
                yield matter

    def source(self, key: str) -> Source | None:
        """Return the source of that key, or nothing."""
        return next((source for source in self.sources if source.key == key), None)

    def quantity(self, quantity_id: str) -> Quantity | None:
        """Return the quantity of that id, or nothing."""
        return next((quantity for quantity in self.quantities if quantity.id == quantity_id), None)

    def claim(self, name: str) -> tuple[Quantity, Claim] | None:
        """Return the claim named ``quantity/claim`` with its quantity, or nothing."""
        quantity_id, _, claim_id = name.partition("/")
        quantity = self.quantity(quantity_id)
        claim = quantity.claim(claim_id) if quantity else None
        return (quantity, claim) if quantity and claim else None


T = TypeVar("T")


def map_prose(tree: T, change: Callable[[Prose], Prose]) -> T:
    """Return the same tree with every message replaced by ``change(message)``.

    Works on any model dataclass, tuple or mapping; order and everything else are kept.
    """
    return cast(T, _map(tree, change))  # the walk keeps each node's own type


def each_prose(tree: object) -> Iterator[Prose]:
    """Yield every message of a tree, in the order of the dataclass fields: reading order."""
    found: list[Prose] = []
    _gather(tree, found)
    return iter(found)


def _gather(tree: object, found: list[Prose]) -> None:
    kind: Any = type(tree)
    parts = _parts(kind)
    if parts:
        for name in parts:
            part = getattr(tree, name)
            if type(part) not in _LEAVES:
                _gather(part, found)
    elif isinstance(tree, Prose):
        found.append(tree)
    elif isinstance(tree, tuple):
        for item in tree:
            if type(item) not in _LEAVES:
                _gather(item, found)
    elif parts is None and isinstance(tree, Mapping):
        for item in tree.values():
            _gather(item, found)


_LEAVES = frozenset({str, int, bool, float, type(None)})
"""Most values of a book: no message is looked for in them."""


@functools.cache
def _parts(kind: type) -> tuple[str, ...] | None:
    """Return the fields of a model class in which messages may stand, none for what cannot hold any.

    None for what may be a mapping.
    """
    if dataclasses.is_dataclass(kind) and kind is not Prose:
        return tuple(part.name for part in dataclasses.fields(kind))
    return None if issubclass(kind, Mapping) else ()


def _map(tree: object, change: Callable[[Prose], Prose]) -> object:
    kind: Any = type(tree)
    parts = _parts(kind)
    if parts:
        changed = {}
        for name in parts:
            value = getattr(tree, name)
            new = _map(value, change)
            if new is not value:
                changed[name] = new
        return dataclasses.replace(cast(Any, tree), **changed) if changed else tree
    if isinstance(tree, Prose):
        return change(tree)
    if isinstance(tree, tuple):
        items = tuple(_map(item, change) for item in tree)
        return items if any(new is not item for new, item in zip(items, tree, strict=True)) else tree
    if parts is None and isinstance(tree, Mapping):
        mapped = {key: _map(item, change) for key, item in tree.items()}
        return mapped if any(new is not tree[key] for key, new in mapped.items()) else tree
    return tree


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a book is translated."""

    messages: int
    translated: int
    fuzzy: int
    missing: int

    @property
    def percent(self) -> Decimal:
        """Share of messages with a finished translation, in per cent, rounded down to a tenth."""
        if not self.messages:
            return Decimal(100)
        return (Decimal(self.translated) * 1000 / self.messages).to_integral_value("ROUND_FLOOR") / 10


@dataclass(frozen=True, slots=True)
class LocalizedBook:
    """The same tree in one locale; knows what is untranslated."""

    book: Book
    """Every message carries what is printed in this locale, its language and status."""
    locale: str
    """BCP 47."""
    coverage: Coverage
