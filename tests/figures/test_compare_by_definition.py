"""The engine against its definition, tried on ten thousand random sets of claims.

The definition is applied to sets of points and to all subsets of claims: slow, and too simple to
be wrong. Ends of intervals are whole numbers, so whole and half numbers tell all intervals apart.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import random
from collections.abc import Sequence

from claim_builders import claim, compared, prose, quantity
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbuild.model.claim import Quantity
from bookbuild.model.comparison import Comparison, Verdict
from bookbuild.model.value import Interval

POINTS = [half / 2 for half in range(-2, 20)]
"""-1 and 9.5 stand for everything beyond."""
NOTATIONS = [
    *map(str, range(9)),
    *(f"{sign}{n}" for sign in (">", ">=", "<", "<=") for n in range(1, 8)),
    *(f"{low}..{high}" for low in range(8) for high in range(low + 1, 9)),
    "~2", "~4", "~2..4",
]  # fmt: skip
POOL = {
    (text, stance): claim("x", text, stance=stance)
    for text in NOTATIONS
    for stance in ("asserts", "denies", "doubts")
}
HALF = 50
"""“About” is half of the amount here, which keeps its ends whole."""

claim_sets = st.lists(
    st.tuples(
        st.sampled_from(NOTATIONS),
        st.sampled_from(["asserts", "asserts", "asserts", "asserts", "denies", "doubts"]),
        st.integers(-3, 5),
    ),
    min_size=1,
    max_size=7,
)
Drawn = Sequence[tuple[str, str, int]]


def quantity_of(drawn: Drawn) -> Quantity:
    """Make claims ``c0`` …; a number of 0 or more says which other claim one repeats."""
    names = [f"c{index}" for index in range(len(drawn))]
    return quantity(
        *(
            dataclasses.replace(
                POOL[text, stance],
                id=names[index],
                said_by=prose(f"the speaker of {names[index]}"),
                repeats=names[other] if 0 <= other < index else "",
            )
            for index, (text, stance, other) in enumerate(drawn)
        )
    )


def allowed(text: str) -> frozenset[float]:
    """Return the points that a notation allows."""
    if text.startswith("~"):
        ends = [float(end) for end in text[1:].split("..")]
        return frozenset(p for p in POINTS if ends[0] / 2 <= p <= ends[-1] * 1.5)
    if text.startswith(">="):
        return frozenset(p for p in POINTS if p >= float(text[2:]))
    if text.startswith("<="):
        return frozenset(p for p in POINTS if p <= float(text[2:]))
    if text.startswith(">"):
        return frozenset(p for p in POINTS if p > float(text[1:]))
    if text.startswith("<"):
        return frozenset(p for p in POINTS if p < float(text[1:]))
    ends = [float(end) for end in text.split("..")]
    return frozenset(p for p in POINTS if ends[0] <= p <= ends[-1])


def points_of(interval: Interval) -> frozenset[float]:
    return frozenset(
        p
        for p in POINTS
        if (interval.low is None or p > interval.low or (p == interval.low and not interval.low_open))
        and (interval.high is None or p < interval.high or (p == interval.high and not interval.high_open))
    )


def maximal_sets(sets: dict[str, frozenset[float]]) -> set[frozenset[str]]:
    """Return all sets of names whose points meet in pairs and that nothing can be added to."""
    cliques = [
        frozenset(names)
        for size in range(1, len(sets) + 1)
        for names in itertools.combinations(sets, size)
        if all(sets[one] & sets[other] for one, other in itertools.combinations(names, 2))
    ]
    return {clique for clique in cliques if not any(clique < other for other in cliques)}


def defined_camps(drawn: Drawn) -> set[frozenset[str]]:
    points = {f"c{index}": allowed(text) for index, (text, _, _) in enumerate(drawn)}
    said = {f"c{index}": stance for index, (_, stance, _) in enumerate(drawn)}
    asserted = {name: points[name] for name in points if said[name] == "asserts"}
    camps = {camp: set(camp) for camp in maximal_sets(asserted)}
    alone = set()
    for denial in (name for name in points if said[name] == "denies"):
        fitting = [camp for camp in camps if not any(points[name] <= points[denial] for name in camp)]
        for camp in fitting:
            camps[camp].add(denial)
        if not fitting:
            alone.add(denial)
    return {frozenset(camp) for camp in camps.values()} | ({frozenset(alone)} if alone else set())


def defined_verdict(drawn: Drawn, origins: dict[str, str]) -> Verdict:
    asserted = [allowed(text) for text, stance, _ in drawn if stance == "asserts"]
    denied = [allowed(text) for text, stance, _ in drawn if stance == "denies"]
    apart = any(not one & other for one, other in itertools.combinations(asserted, 2))
    if apart or any(one <= no for one in asserted for no in denied):
        return Verdict.CONFLICT
    if len(set(asserted)) > 1 or len(set(denied)) > 1 or (asserted and denied):
        return Verdict.COMPATIBLE
    voices = {origins[f"c{index}"] for index, (_, stance, _) in enumerate(drawn) if stance != "doubts"}
    return Verdict.AGREE if len(voices) > 1 else Verdict.SINGLE


def defined_origins(drawn: Drawn) -> dict[str, str]:
    origins: dict[str, str] = {}
    for index, (_, _, other) in enumerate(drawn):
        origins[f"c{index}"] = origins[f"c{other}"] if 0 <= other < index else f"c{index}"
    return origins


@settings(max_examples=5000, deadline=None, derandomize=True, database=None)
@given(claim_sets)
def test_camps_verdict_and_origins_are_as_defined(drawn: Drawn) -> None:
    comparison = compared(quantity_of(drawn), about=HALF)
    (scope,) = comparison.scopes
    origins = defined_origins(drawn)
    assert {frozenset(w.claim.id for w in camp.witnesses) for camp in scope.camps} == defined_camps(drawn)
    assert comparison.verdict is defined_verdict(drawn, origins)
    assert {w.claim.id: w.origin.partition("/")[2] for w in scope.witnesses} == origins
    assert comparison.origins == len(set(origins.values()))


@settings(max_examples=2500, deadline=None, derandomize=True, database=None)
@given(claim_sets)
def test_the_shared_interval_is_what_all_claims_of_a_camp_allow(drawn: Drawn) -> None:
    (scope,) = compared(quantity_of(drawn), about=HALF).scopes
    for camp in scope.camps:
        asserted = [allowed(w.claim.notation) for w in camp.witnesses if w.claim.stance.value == "asserts"]
        if asserted:
            assert camp.shared is not None
            assert points_of(camp.shared) == frozenset.intersection(*asserted)
    lows = [min(points_of(camp.shared)) for camp in scope.camps if camp.shared is not None]
    assert lows == sorted(lows)


def result_of(comparison: Comparison) -> object:
    return comparison.verdict, comparison.origins, [
        (scope.verdict, scope.origins, [
            (sorted(w.claim.id for w in camp.witnesses), camp.shared, camp.origins, camp.common)
            for camp in scope.camps
        ])
        for scope in comparison.scopes
    ]  # fmt: skip


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(claim_sets, st.randoms(use_true_random=False))
def test_the_order_of_claims_never_changes_a_result(drawn: Drawn, chance: random.Random) -> None:
    straight = quantity_of(drawn)
    shuffled = list(straight.claims)
    chance.shuffle(shuffled)
    assert result_of(compared(dataclasses.replace(straight, claims=tuple(shuffled)))) == result_of(
        compared(straight)
    )


NAMES = "abcdefg"
trees = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=6)
"""Pairs of a narrower and a wider name; the last wider one counts, circles are two names of one thing."""


def including(name: str, within: dict[str, str]) -> set[str]:
    """Return a name and all names that include it, by walking up as often as there are names."""
    found = {name}
    for _ in NAMES:
        found |= {within[one] for one in found if one in within}
    return found


@settings(max_examples=2000, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(["asserts", "asserts", "denies"])),
        min_size=1,
        max_size=7,
    ),
    trees,
    st.booleans(),
)
def test_camps_of_names_are_as_defined(
    drawn: list[tuple[str, str]], pairs: list[tuple[str, str]], words: bool
) -> None:
    within = dict(pairs)
    claims = [claim(f"c{n}", name, "name", stance=stance) for n, (name, stance) in enumerate(drawn)]
    one = dataclasses.replace(quantity(*claims, unit="name"), within=tuple(within.items()), wordings=words)
    (scope,) = compared(one).scopes
    wider = {f"c{n}": including(name, within) for n, (name, _) in enumerate(drawn)}
    names = {f"c{n}": name for n, (name, _) in enumerate(drawn)}
    asserted = [f"c{n}" for n, (_, stance) in enumerate(drawn) if stance == "asserts"]
    together = {(a, b) for a in asserted for b in asserted if names[a] in wider[b] or names[b] in wider[a]}
    cliques = [
        frozenset(group)
        for size in range(1, len(asserted) + 1)
        for group in itertools.combinations(asserted, size)
        if all(pair in together for pair in itertools.combinations(group, 2))
    ]
    camps = {clique: set(clique) for clique in cliques if not any(clique < other for other in cliques)}
    alone = set()
    for denial in (f"c{n}" for n, (_, stance) in enumerate(drawn) if stance == "denies"):
        fitting = [camp for camp in camps if not any(names[denial] in wider[member] for member in camp)]
        for camp in fitting:
            camps[camp].add(denial)
        if not fitting:
            alone.add(denial)
    defined = {frozenset(camp) for camp in camps.values()} | ({frozenset(alone)} if alone else set())
    assert {frozenset(w.claim.id for w in camp.witnesses) for camp in scope.camps} == defined
    several = Verdict.WORDING if words else Verdict.CONFLICT
    assert (scope.verdict is several) == (len(defined) > 1)
    assert scope.verdict in {several, Verdict.SINGLE, Verdict.AGREE, Verdict.COMPATIBLE}


FIRST = datetime.date(1991, 12, 1)
DAYS = [FIRST + datetime.timedelta(days=n) for n in range(123)]
DATES = [
    *(day.isoformat() for day in DAYS[20:100:9]),
    "1991", "1992", "1991-12", "1992-01", "1992-02", "1992-03",
    "1991-12-25/1992-01-05", "1992-01/1992-02", "1992-02-25/1992-02-26", "1992-02-26/1992",
    "../1992-01-15", "1992-02/..", "1992-02-26/..", "../1991-12",
]  # fmt: skip
DATE_POOL = {text: claim("x", text, "date") for text in DATES}


def days_allowed(text: str) -> frozenset[float]:
    def whole(part: str) -> list[datetime.date]:
        return [day for day in DAYS if day.isoformat().startswith(part)]

    start, _, end = text.partition("/")
    first = DAYS[0] if start == ".." else whole(start)[0]
    last = DAYS[-1] if end == ".." else whole(end or start)[-1]
    return frozenset(day.toordinal() for day in DAYS if first <= day <= last)


@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(DATES), min_size=1, max_size=6))
def test_camps_of_dates_are_as_defined_day_by_day(drawn: list[str]) -> None:
    claims = [dataclasses.replace(DATE_POOL[text], id=f"c{index}") for index, text in enumerate(drawn)]
    (scope,) = compared(quantity(*claims, unit="date")).scopes
    points = {f"c{index}": days_allowed(text) for index, text in enumerate(drawn)}
    assert {frozenset(w.claim.id for w in camp.witnesses) for camp in scope.camps} == maximal_sets(points)
