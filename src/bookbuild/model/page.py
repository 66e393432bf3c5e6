"""The page of a book, and where its chapters open: all that laying out asks of the book itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Opening(Enum):
    """Where a chapter opens."""

    RECTO = "recto"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class PageFormat:
    """The trimmed page and what surrounds it, in millimetres."""

    trim_width_mm: Decimal = Decimal(148)
    trim_height_mm: Decimal = Decimal(210)
    bleed_mm: Decimal = Decimal(0)
