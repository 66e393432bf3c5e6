"""Quantities and the claims made about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.prose import Prose
from bookbuild.model.value import Date, Value


class Stance(Enum):
    """What a claim does with its value."""

    ASSERTS = "asserts"
    DENIES = "denies"
    DOUBTS = "doubts"


class Measure(Enum):
    """What kind of line a quantity lies on."""

    COUNT = "count"
    """Things counted, in a counting unit of the book."""
    PHYSICAL = "physical"
    """Length, area, mass, duration …: convertible exactly."""
    PERCENT = "percent"
    RATIO = "ratio"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one speaker says of one quantity, where it was printed and where we read it."""

    id: str
    """Unique within its quantity."""
    value: Value
    notation: str
    """The value as the editor wrote it."""
    said_by: Prose
    source: str
    """Key of the publication in which it was printed."""
    seen_in: str
    """Key of the document in which it was read; equal to ``source`` if that was read itself."""
    locator: Prose | None = None
    as_of: Date | None = None
    extract: str = ""
    extract_lang: str = ""
    """Language of the extract where it is not the source language of the book."""
    name: Prose | None = None
    """The message of a ``Name`` value."""
    repeats: str = ""
    """``quantity/claim`` that this claim passes on; empty: an origin of its own."""
    scope: Prose | None = None
    slip: Prose | None = None
    stance: Stance = Stance.ASSERTS
    note: Prose | None = None
    place: Place = field(default=NOWHERE, compare=False)
    value_place: Place = field(default=NOWHERE, compare=False)
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Key as written (``seen-in``) → where its value stands."""

    def place_of(self, key: str) -> Place:
        """Return where the value of a key stands; the claim's own place if it has none."""
        return self.places.get(key, self.place)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One question on which sources give figures."""

    id: str
    title: Prose
    counts: Prose
    measure: Measure
    unit: str
    """The unit in which claims are compared: a counting unit, ``km2``, ``USD``, ``date`` …"""
    claims: tuple[Claim, ...]
    """In the order written."""
    note: Prose | None = None
    part_of: str = ""
    """Id of the quantity of which this is a component."""
    wordings: bool = False
    """Whether its names are words that sources use for one thing: other words are no conflict."""
    within: tuple[tuple[str, str], ...] = ()
    """Pairs of names, the narrower and the wider that includes it; each is within one at most."""
    place: Place = field(default=NOWHERE, compare=False)

    def claim(self, claim_id: str) -> Claim | None:
        """Return the claim of that id, or nothing."""
        return next((claim for claim in self.claims if claim.id == claim_id), None)


def claim_name(quantity: Quantity, claim: Claim) -> str:
    """Return the name by which prose and registers refer to a claim."""
    return f"{quantity.id}/{claim.id}"
