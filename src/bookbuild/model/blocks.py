"""Block content of a chapter, in the order written."""

from __future__ import annotations

from dataclasses import dataclass, field

from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.prose import Prose


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading. Level 1 is the chapter's title (front matter), sections are 2 and 3."""

    level: int
    text: Prose
    id: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Prose


@dataclass(frozen=True, slots=True)
class Quotation:
    """A block quotation."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ListItem:
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class NumberedList:
    items: tuple[ListItem, ...]
    start: int = 1


@dataclass(frozen=True, slots=True)
class Definition:
    terms: tuple[Prose, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class DefinitionList:
    items: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table written by the author."""

    head: tuple[Prose, ...]
    rows: tuple[tuple[Prose, ...], ...]
    align: tuple[str, ...]
    """``left``, ``right``, ``center`` or ``""`` per column."""
    caption: Prose | None = None
    id: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FigureTable:
    """``:::{figure-table} quantity``: all claims of one quantity."""

    quantity: str
    caption: Prose | None = None
    id: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """``:::{chart} quantity``."""

    quantity: str
    caption: Prose | None = None
    id: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RegisterBlock:
    """``:::{register} id``."""

    register: str
    caption: Prose | None = None
    id: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Image:
    """``:::{image} path``."""

    path: str
    """Relative to the book's folder, forward slashes."""
    alt: Prose
    caption: Prose | None = None
    id: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A break between sections without a heading."""


Block = (
    Heading
    | Paragraph
    | Quotation
    | BulletList
    | NumberedList
    | DefinitionList
    | Table
    | FigureTable
    | ChartBlock
    | RegisterBlock
    | Image
    | Rule
)


@dataclass(frozen=True, slots=True)
class NoteBody:
    """``[^label]: …``: an explanatory note; one or more paragraphs."""

    label: str
    paragraphs: tuple[Prose, ...]
    place: Place = field(default=NOWHERE, compare=False)
