"""What the documents say of the claims that were read in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bookbuild.model.place import NOWHERE, Place


class Finding(Enum):
    """The result for one claim."""

    FOUND = "found"
    """The extract stands in the document, and the figure in the extract."""
    FIGURE_MISSING = "figure missing"
    """The extract stands in the document, the figure does not stand in the extract."""
    NOT_FOUND = "not found"
    """The document is at hand and does not have the extract."""
    CANNOT_CHECK = "cannot check"
    """No document, or no extract."""


class FigureKind(Enum):
    """What a figure in a document is."""

    NUMBER = "number"
    DATE = "date"
    """With a day or a month."""
    YEAR = "year"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A passage that the editors leave out on purpose: an entry of ``book/ledger.yaml``."""

    document: str
    """Key of the document."""
    passage: str
    """Words of the document, found like an extract; every figure in them is excused."""
    reason: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ClaimEvidence:
    """One claim against the document in which it was read."""

    claim: str
    """``quantity/claim``."""
    document: str
    """Key of the document."""
    finding: Finding
    lines: tuple[int, ...] = ()
    """Lines of the document on which the extract begins, counted from 1."""
    reason: str = ""
    """Why it cannot be checked."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LooseFigure:
    """A figure or date in a document that stands in the extract of no claim that states it."""

    document: str
    line: int
    """Counted from 1."""
    kind: FigureKind
    text: str
    snippet: str
    """The words around it."""
    elsewhere: bool = False
    """A claim states the same, read in another passage of the same document."""
    excused: str = ""
    """The ledger's reason."""
