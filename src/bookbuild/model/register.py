"""Tabular matter: press items, resolutions, people, places, glossary."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as with_default
from enum import Enum

from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.prose import Prose
from bookbuild.model.value import Date


class FieldType(Enum):
    TEXT = "text"
    VERBATIM = "verbatim"
    DATE = "date"
    SOURCE = "source"
    CLAIMS = "claims"
    NUMBER = "number"
    LIST = "list"
    NAMES = "names"


class Layout(Enum):
    ENTRIES = "entries"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class RegisterField:
    id: str
    label: Prose
    type: FieldType


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of one field: which attribute is filled follows from the field's type."""

    field: str
    texts: tuple[Prose, ...] = ()
    """``text`` (one) and ``list``."""
    words: tuple[str, ...] = ()
    """``verbatim`` and ``number`` (one), ``names``, ``source`` (a key), ``claims`` (names)."""
    date: Date | None = None
    place: Place = with_default(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    cells: tuple[Cell, ...]
    """In the order of the register's fields; absent fields are left out."""
    place: Place = with_default(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Register:
    id: str
    title: Prose
    layout: Layout
    head: tuple[str, ...]
    """Ids of the fields that make an entry's head."""
    fields: tuple[RegisterField, ...]
    entries: tuple[Entry, ...]
    """In the order written."""
    alphabetical: bool = False
    """Whether each edition sets the entries by their heads, in the order of its own alphabet."""
    place: Place = with_default(default=NOWHERE, compare=False)
