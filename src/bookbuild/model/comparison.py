"""What the engine finds about one quantity. No words in any language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bookbuild.model.claim import Claim, Quantity
from bookbuild.model.value import Interval


class Verdict(Enum):
    """The result for the claims of one scope, or of one quantity, in rising order of weight."""

    SINGLE = "single"
    """One claim, or claims of one origin only counted once: nothing to compare."""
    AGREE = "agree"
    """All intervals are equal."""
    COMPATIBLE = "compatible"
    """All intervals have a common point."""
    CONFLICT = "conflict"
    """Some pair of intervals has none, or a denial excludes an assertion."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A claim in its place in the comparison."""

    claim: Claim
    interval: Interval | None
    """None for names."""
    origin: str
    """``quantity/claim`` at the end of its chain of ``repeats``; itself if it repeats nothing."""


@dataclass(frozen=True, slots=True)
class Camp:
    """A maximal set of claims that are mutually compatible."""

    witnesses: tuple[Witness, ...]
    shared: Interval | None
    """The points common to all of them; None for names."""
    origins: int
    """Number of independent origins among them."""


@dataclass(frozen=True, slots=True)
class ScopeComparison:
    """The claims of one scope, compared with each other and with nothing else."""

    scope: str
    """Source text of the scope; empty: what the quantity counts."""
    verdict: Verdict
    witnesses: tuple[Witness, ...]
    """Every claim of the scope but the suspected slips, by camp, then date, then as written."""
    camps: tuple[Camp, ...]
    """Lowest first; one camp unless the verdict is conflict."""
    origins: int


@dataclass(frozen=True, slots=True)
class Sum:
    """Arithmetic: components of a quantity against its stated total, within one source."""

    total: str
    """``quantity/claim`` of the stated total."""
    parts: tuple[str, ...]
    stated: Interval
    added: Interval
    agrees: bool


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
