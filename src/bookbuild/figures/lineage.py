"""Claims that pass on other claims, to the claims with which they began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bookbuild.model.claim import Claim, Quantity, claim_name


def origins_of(quantities: Iterable[Quantity]) -> Mapping[str, str]:
    """Return the origin of every claim, both as ``quantity/claim``.

    A claim that repeats nothing, or something unknown, is its own origin. Claims that repeat each
    other in a circle have the first of their names as origin. What one speaker says twice of one
    quantity, in one publication, has one origin, also if the two differ: the first of their names.
    """
    quantities = tuple(quantities)
    repeats = _repeats(quantities)
    origins: dict[str, str] = {}
    for name in repeats:
        chain: dict[str, None] = {}
        while name not in origins and name not in chain:
            chain[name] = None
            name = repeats[name] or name
        if name in origins:
            origin = origins[name]
        else:
            walked = list(chain)
            origin = min(walked[walked.index(name) :])
        origins.update(dict.fromkeys(chain, origin))
    return _one_for_each_voice(origins, quantities)


def _one_for_each_voice(origins: Mapping[str, str], quantities: Iterable[Quantity]) -> Mapping[str, str]:
    voices = {
        claim_name(quantity, claim): (quantity.id, claim.said_by.source, claim.source)
        for quantity in quantities
        for claim in quantity.claims
    }
    first: dict[tuple[str, str, str], str] = {}
    for origin in sorted(set(origins.values())):
        first.setdefault(voices[origin], origin)
    return {name: first[voices[origin]] for name, origin in origins.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """One claim on the way back to an origin."""

    quantity: Quantity
    claim: Claim


def chain_of(name: str, quantities: Iterable[Quantity]) -> Iterator[Step]:
    """Yield the claim of that name, then the one it passes on, and so back to the origin.

    Ends before a claim that is unknown or was met before.
    """
    known = {claim_name(q, c): Step(q, c) for q in quantities for c in q.claims}
    met: set[str] = set()
    while name in known and name not in met:
        met.add(name)
        step = known[name]
        yield step
        name = full_name(step.quantity, step.claim.repeats)


def circles(quantities: Iterable[Quantity]) -> Iterator[tuple[str, ...]]:
    """Yield every circle of claims that repeat each other, from the first of their names round."""
    repeats = _repeats(quantities)
    done: set[str] = set()
    for name in repeats:
        chain: list[str] = []
        while name and name not in done and name not in chain:
            chain.append(name)
            name = repeats[name]
        if name in chain:
            circle = chain[chain.index(name) :]
            start = circle.index(min(circle))
            yield (*circle[start:], *circle[:start])
        done.update(chain)


def full_name(quantity: Quantity, reference: str) -> str:
    """Return ``quantity/claim`` for a reference that may leave out its own quantity."""
    return reference if "/" in reference or not reference else f"{quantity.id}/{reference}"


def _repeats(quantities: Iterable[Quantity]) -> dict[str, str]:
    """Return what each claim passes on; empty where that is nothing or unknown."""
    stated = {claim_name(q, c): full_name(q, c.repeats) for q in quantities for c in q.claims}
    return {name: target if target in stated else "" for name, target in stated.items()}
