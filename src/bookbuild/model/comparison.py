"""What the engine finds about one quantity. No words in any language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bookbuild.model.claim import Claim, Quantity, Stance
from bookbuild.model.value import Interval, Value


class Verdict(Enum):
    """The result for the claims of one scope, or of one quantity, in rising order of weight."""

    SINGLE = "single"
    """One claim, or the same value passed on from one origin: nothing to compare."""
    AGREE = "agree"
    """All intervals are equal, from two origins or more."""
    COMPATIBLE = "compatible"
    """All intervals have a common point; of names, one includes the other."""
    WORDING = "wording"
    """Sources word one thing differently, in a quantity that records wordings."""
    CONFLICT = "conflict"
    """Some pair of intervals has none, or a denial excludes an assertion."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A claim in its place in the comparison."""

    claim: Claim
    interval: Interval | None
    """In the unit of its ``ScopeComparison``; None for names."""
    origin: str
    """``quantity/claim`` at the end of its chain of ``repeats``; itself if it repeats nothing."""


@dataclass(frozen=True, slots=True)
class Camp:
    """A maximal set of claims that are mutually compatible. A claim may belong to several."""

    witnesses: tuple[Witness, ...]
    """Assertions and the denials that go with them, by date, then as written."""
    shared: Interval | None
    """The points common to its assertions; None for names and for denials that stand alone."""
    origins: int
    """Number of independent origins among them."""
    common: tuple[Value, ...] = ()
    """``shared`` for print: one value, or a lower and an upper bound where no value says both; of names
    the narrowest; empty where the shared points are everything."""


@dataclass(frozen=True, slots=True)
class ScopeComparison:
    """The claims of one scope, compared with each other and with nothing else."""

    scope: str
    """Source text of the scope; empty: what the quantity counts."""
    verdict: Verdict
    witnesses: tuple[Witness, ...]
    """Every claim of the scope but the suspected slips: by first camp, then date, then as written;
    doubts, which belong to no camp, last."""
    camps: tuple[Camp, ...]
    """Lowest first, names by number of origins; one camp unless the verdict is conflict, or wording: then
    one for each. None where all claims are doubts."""
    origins: int
    unit: str = ""
    """Unit of the intervals: the quantity's; of durations the finest in use; another currency, or
    ``yearless`` for days without a year, where claims cannot be laid on the quantity's own line and
    stand apart for that. Dates are counted in days (0001-01-01 is day 1), times in minutes."""

    @property
    def doubts(self) -> tuple[Witness, ...]:
        """Return the claims that only doubt."""
        return tuple(w for w in self.witnesses if w.claim.stance is Stance.DOUBTS)


@dataclass(frozen=True, slots=True)
class Sum:
    """Arithmetic: components of a quantity against its stated total, within one source."""

    total: str
    """``quantity/claim`` of the stated total."""
    parts: tuple[str, ...]
    """``quantity/claim`` of every component, in the order of the book."""
    stated: Interval
    added: Interval
    agrees: bool
    """Whether the two have a common point."""
    remainder: Interval | None = None
    """Stated less added where they have none: above zero, components are not all given (“among
    them …”); below zero, they come to more than the total."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity: its claims, camps, verdict and origins."""

    quantity: Quantity
    verdict: Verdict
    """The weightiest of its scopes'."""
    scopes: tuple[ScopeComparison, ...]
    """The quantity's own scope first, then the others as first written."""
    slips: tuple[Witness, ...]
    """Suspected slips, set apart."""
    statements: int
    """Number of claims."""
    origins: int
    """Number of independent origins among them."""
    sums: tuple[Sum, ...] = ()

    @property
    def contested(self) -> bool:
        """Whether prose that prints one of these figures carries the mark."""
        return self.verdict is Verdict.CONFLICT

    @property
    def scope_differs(self) -> bool:
        """Whether claims of more than one scope stand side by side, never merged."""
        return len(self.scopes) > 1
