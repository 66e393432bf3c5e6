"""Quantities to comparisons: the rule by which the book says that figures agree or conflict.

The rule, in plain words; the printed rule says the same.

1. *What is compared.* Claims are compared when they answer the same question and count the same
   thing. Claims of another scope are compared with each other only. So are claims in another
   currency, and days without a year where no year can be told. A value in which a slip of the pen
   or of the press is suspected is printed as found, set apart and compared with nothing.
2. *What a figure stands for.* Every figure stands for the values it allows: “more than 450”
   for everything above 450, “about 2,500” for 2,500 with the book's tolerance either way, “February
   1992” for all its days (see :mod:`bookbuild.figures.line`). Two figures are compatible if some
   value is allowed by both. “More than 450” and “at most 450” are not. Two names are compatible if
   they are the same name, or if the editors state that one names something wider, in which the
   other is included: a house, and the parliament of which it is a part. Two wide names are not
   compatible because they include the same narrow one. Names that are each within the other are
   two names of one thing.
3. *Camps.* A camp is a set of claims that are all compatible with each other and to which no
   further claim can be added. A vague claim may belong to several camps. What all claims of a camp
   allow is its shared interval. (Intervals that meet in pairs have a point in common, so one
   passage over the line in order finds every camp.)
4. *Denials and doubts.* To deny a figure is to exclude every claim that allows nothing but what is
   denied. A denial goes with every camp of which it excludes no claim; if there is none, it stands
   as a camp of its own, with the other denials like it. Denials do not exclude each other. A doubt
   is listed and excludes nothing; it belongs to no camp.
5. *Verdict.* Conflict: there is more than one camp. Where a quantity records only the words that
   sources use for a thing, more than one camp is no conflict but *wording*: each of them lists who
   uses a word, and different words need not mean different things. Compatible: one camp, with
   different values.
   Agree: the same value throughout, from at least two origins. Single: one claim, or the same value
   passed on from one origin. The verdict of a quantity is the weightiest of its scopes'.
6. *Origins.* A claim that passes on another is not a second witness: each is followed back to the
   claim with which it began, also from one quantity to another, and the beginnings are counted.
   What one speaker says twice in one publication has one beginning, also if the two differ.
7. *Sums.* Where one publication, read in one document, gives a total and at least two of its parts,
   each of them once, the parts are added. The result is arithmetic: it corrects nobody and changes
   no verdict.

Order in files decides nothing but the order of print among claims of the same camp and date.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, compress
from operator import itemgetter, or_

from bookbuild.figures.calendar import days_of, is_yearless
from bookbuild.figures.line import Line, lay, line_of, shared_year, unit_of, written
from bookbuild.figures.lineage import origins_of
from bookbuild.figures.sums import sums_of
from bookbuild.model.book import Book
from bookbuild.model.claim import Claim, Quantity, Stance, claim_name
from bookbuild.model.comparison import Camp, Comparison, ScopeComparison, Verdict, Witness
from bookbuild.model.value import Interval, Name, Number, Qualifier, Value

_WEIGHT = {verdict: weight for weight, verdict in enumerate(Verdict)}


def compare_all(book: Book) -> tuple[Comparison, ...]:
    """Compare the claims of every quantity, in the order of the book."""
    origins = origins_of(book.quantities)
    parts = _parts(book.quantities)
    return tuple(
        _compare(quantity, origins, parts.get(quantity.id, ()), book.about_percent)
        for quantity in book.quantities
    )


def compare(quantity: Quantity, quantities: Sequence[Quantity], *, about_percent: Decimal) -> Comparison:
    """Compare the claims of one quantity by the rule of this module.

    ``quantities`` are all of the book: a claim may pass on one of another quantity, and a quantity
    may have parts. ``about_percent`` is the tolerance of “about”, in per cent of the amount.
    A ``repeats`` that names no claim counts as none; claims that repeat each other in a circle
    count as one origin.
    """
    parts = _parts(quantities).get(quantity.id, ())
    return _compare(quantity, origins_of(quantities), parts, about_percent)


def _parts(quantities: Iterable[Quantity]) -> Mapping[str, Sequence[Quantity]]:
    parts: dict[str, list[Quantity]] = defaultdict(list)
    for quantity in quantities:
        if quantity.part_of:
            parts[quantity.part_of].append(quantity)
    return parts


def _compare(
    quantity: Quantity, origins: Mapping[str, str], parts: Sequence[Quantity], about_percent: Decimal
) -> Comparison:
    scopes = []
    slips: dict[str, Witness] = {}
    for (scope, own_unit), group in _groups(quantity).items():
        values = [claim.value for claim in group.claims or group.slips]
        line = line_of(quantity, values, own_unit, about_percent, group.year)
        witnesses = [_witness(quantity, claim, line, origins) for claim in group.claims]
        if witnesses:
            scopes.append(_compare_scope(quantity, scope, witnesses, line))
        slips.update((claim.id, _witness(quantity, claim, line, origins)) for claim in group.slips)
    return Comparison(
        quantity,
        max(
            (scope.verdict for scope in scopes), key=lambda verdict: _WEIGHT[verdict], default=Verdict.SINGLE
        ),
        tuple(scopes),
        tuple(slips[claim.id] for claim in quantity.claims if claim.id in slips),
        len(quantity.claims),
        len({origins[claim_name(quantity, claim)] for claim in quantity.claims}),
        sums_of(quantity, parts, about_percent) if parts else (),
    )


@dataclass(slots=True)
class _Group:
    """Claims that lie on one line."""

    year: int | None
    claims: list[Claim]
    slips: list[Claim]


def _groups(quantity: Quantity) -> dict[tuple[str, str], _Group]:
    """Sort claims by scope and by the unit of their line, empty for the quantity's; its own scope first."""
    by_scope: dict[str, list[Claim]] = {}
    for claim in sorted(quantity.claims, key=lambda claim: claim.scope is not None):
        by_scope.setdefault(claim.scope.source if claim.scope else "", []).append(claim)
    groups: dict[tuple[str, str], _Group] = {}
    for scope, claims in by_scope.items():
        year = shared_year(claim.value for claim in claims if not claim.slip)
        for claim in claims:
            key = (scope, unit_of(quantity, claim.value, year))
            group = groups.setdefault(key, _Group(year, [], []))
            (group.slips if claim.slip else group.claims).append(claim)
    return groups


def _witness(quantity: Quantity, claim: Claim, line: Line, origins: Mapping[str, str]) -> Witness:
    return Witness(claim, lay(claim.value, line), origins[claim_name(quantity, claim)])


def _compare_scope(
    quantity: Quantity, scope: str, witnesses: Sequence[Witness], line: Line
) -> ScopeComparison:
    by_date = sorted(witnesses, key=lambda w: _date_key(w.claim))
    asserted = _those(by_date, Stance.ASSERTS)
    denied = _those(by_date, Stance.DENIES)
    if any(witness.interval is None for witness in witnesses):
        drafts = _camps_of_names(asserted, _wider(quantity.within))
        excluded = _excluded_names(asserted, denied, _wider(quantity.within))
    else:
        drafts = _camps_on_line(asserted)
        excluded = _excluded_intervals(asserted, denied)
    _add_denials(drafts, excluded)
    camps = _camps(drafts, by_date, line)
    first_camp = _first_camps(drafts, len(by_date))
    listed = sorted(range(len(by_date)), key=lambda place: (first_camp[place], place))
    return ScopeComparison(
        scope,
        _verdict(asserted.values(), denied.values(), len(drafts), quantity.wordings),
        tuple(by_date[place] for place in listed),
        camps,
        len({witness.origin for witness in witnesses}),
        line.unit,
    )


def _verdict(
    assertions: Collection[Witness], denials: Collection[Witness], camps: int, wordings: bool
) -> Verdict:
    if camps > 1:
        return Verdict.WORDING if wordings else Verdict.CONFLICT
    positions = [*assertions, *denials]
    alike = len({_meaning(w) for w in positions}) <= 1 and not (assertions and denials)
    if not alike:
        return Verdict.COMPATIBLE
    return Verdict.AGREE if len({w.origin for w in positions}) > 1 else Verdict.SINGLE


def _meaning(witness: Witness) -> Interval | str:
    value = witness.claim.value
    if isinstance(value, Name):
        return value.name
    assert witness.interval is not None, "only names have no interval"
    return witness.interval


def _date_key(claim: Claim) -> tuple[int, int]:
    """Sort by the first day for which a claim is given; claims without a date last."""
    day = (claim.as_of.start or claim.as_of.end) if claim.as_of else None
    return (1, 0) if day is None or is_yearless(day) else (0, days_of(day)[0])


# Camps
#
# Ten thousand claims on one quantity make thousands of camps with thousands of members each. While
# camps are found, a set of claims is therefore one whole number, bit n for the claim in place n.

_Members = int
"""A set of claims by their places in the order of dates: bit n stands for the claim in place n."""


@dataclass(slots=True)
class _Draft:
    """A camp in the making."""

    members: _Members
    shared: Interval | None
    name: str = ""
    """Of names, the narrowest."""


def _those(by_date: Sequence[Witness], stance: Stance) -> dict[int, Witness]:
    """Return the claims of a stance by their places."""
    return {place: witness for place, witness in enumerate(by_date) if witness.claim.stance is stance}


def _places(members: _Members, count: int) -> bytes:
    """Return a set of claims as ``count`` bytes, 1 for every member and 0 for all others."""
    return f"{members:0{count}b}"[::-1].encode().translate(_DIGITS)


_DIGITS = bytes.maketrans(b"01", b"\0\1")


_Key = tuple[Decimal, int]
"""An end of an interval in the order of ends: an amount, and -1 just below, 0 at, 1 just above it."""

_INFINITY = Decimal("Infinity")


def _low_key(interval: Interval) -> _Key:
    return (-_INFINITY, 0) if interval.low is None else (interval.low, 1 if interval.low_open else 0)


def _high_key(interval: Interval) -> _Key:
    return (_INFINITY, 0) if interval.high is None else (interval.high, -1 if interval.high_open else 0)


def _camps_on_line(asserted: Mapping[int, Witness]) -> list[_Draft]:
    """Find the maximal sets of intervals with a common point, lowest first, in one sweep.

    A set is maximal exactly where an interval ends and some other has begun since the last end.
    """
    intervals = {place: w.interval for place, w in asserted.items() if w.interval is not None}
    begins, ends = 0, 1
    events = sorted(
        [(_low_key(interval), begins, place) for place, interval in intervals.items()]
        + [(_high_key(interval), ends, place) for place, interval in intervals.items()],
        key=lambda event: event[:2],
    )
    drafts: list[_Draft] = []
    present: _Members = 0
    latest: Interval | None = None
    for _, kind, place in events:
        if kind == begins:
            latest = intervals[place]
        elif latest is not None:
            drafts.append(_Draft(present, _between(latest, intervals[place])))
            latest = None
        present ^= 1 << place
    return drafts


def _between(lower: Interval, upper: Interval) -> Interval:
    return Interval(lower.low, upper.high, lower.low_open, upper.high_open)


_Wider = Mapping[str, frozenset[str]]
"""Name → every wider one that includes it, near and far."""


def _wider(within: Iterable[tuple[str, str]]) -> _Wider:
    nearest = dict(within)
    found: dict[str, frozenset[str]] = {}
    for name in nearest:
        chain: dict[str, None] = {}
        at = name
        while at in nearest and nearest[at] not in chain:
            at = nearest[at]
            chain[at] = None
        found[name] = frozenset(chain)
    return found


def _camps_of_names(asserted: Mapping[int, Witness], wider: _Wider) -> list[_Draft]:
    """Gather claims of the same name and of those that include it.

    A camp belongs to a name that includes no other. Most origins first, then most claims, then by name.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, witness in asserted.items():
        value = witness.claim.value
        assert isinstance(value, Name), "a quantity has names or amounts, never both"
        places[value.name].append(place)
    including = {over for name in places for over in wider.get(name, ()) if name not in wider.get(over, ())}
    camps: dict[tuple[int, ...], str] = {}
    for name in sorted(places.keys() - including):
        chain = {name, *wider.get(name, ())}
        camps.setdefault(tuple(sorted(p for one in chain for p in places.get(one, ()))), name)
    ranked = sorted(
        camps.items(), key=lambda camp: (-len({asserted[p].origin for p in camp[0]}), -len(camp[0]), camp[1])
    )
    return [_Draft(sum(1 << place for place in members), None, name) for members, name in ranked]


# Denials


def _excluded_intervals(
    asserted: Mapping[int, Witness], denied: Mapping[int, Witness]
) -> Mapping[int, _Members]:
    """Return for every denial, by its place, the assertions that allow nothing but what it denies.

    Those are the ones that begin no lower and, of them, end no higher.
    """
    intervals = {place: w.interval for place, w in asserted.items() if w.interval is not None}
    lows = sorted((_low_key(interval), place) for place, interval in intervals.items())
    highs = sorted((_high_key(interval), place) for place, interval in intervals.items())
    up_to_low = [0, *accumulate((1 << place for _, place in lows), or_)]
    up_to_high = [0, *accumulate((1 << place for _, place in highs), or_)]
    found: dict[int, _Members] = {}
    for denial, witness in denied.items():
        if witness.interval is not None:
            lower = up_to_low[bisect_left(lows, _low_key(witness.interval), key=itemgetter(0))]
            found[denial] = (
                up_to_high[bisect_right(highs, _high_key(witness.interval), key=itemgetter(0))] & ~lower
            )
    return found


def _excluded_names(
    asserted: Mapping[int, Witness], denied: Mapping[int, Witness], wider: _Wider
) -> Mapping[int, _Members]:
    """Return for every denial, by its place, the assertions of that name and of narrower ones."""
    named: dict[Interval | str, _Members] = defaultdict(int)
    for place, witness in asserted.items():
        name = str(_meaning(witness))
        for one in {name, *wider.get(name, ())}:
            named[one] |= 1 << place
    return {place: named[_meaning(witness)] for place, witness in denied.items()}


def _add_denials(drafts: list[_Draft], excluded: Mapping[int, _Members]) -> None:
    """Let every denial go with the camps of which it excludes no claim, the others stand by themselves."""
    camps = [draft.members for draft in drafts]
    alone: _Members = 0
    for place, claims in excluded.items():
        fitting = [draft for draft, members in zip(drafts, camps, strict=True) if not members & claims]
        for draft in fitting:
            draft.members |= 1 << place
        if not fitting:
            alone |= 1 << place
    if alone:
        drafts.append(_Draft(alone, None))


# Camps, ready


def _camps(drafts: Sequence[_Draft], by_date: Sequence[Witness], line: Line) -> tuple[Camp, ...]:
    origins = [witness.origin for witness in by_date]
    plainest = _plainest(by_date)
    camps = []
    for draft in drafts:
        places = _places(draft.members, len(by_date))
        camps.append(
            Camp(
                tuple(compress(by_date, places)),
                draft.shared,
                len(set(compress(origins, places))),
                _common(draft, plainest, line),
            )
        )
    return tuple(camps)


def _first_camps(drafts: Sequence[_Draft], count: int) -> list[int]:
    """Return the number of the first camp of every claim, by place; that after the last if it has none."""
    first = [len(drafts)] * count
    missing = (1 << count) - 1
    for number, draft in enumerate(drafts):
        new = missing & draft.members
        missing ^= new
        while new:
            first[new.bit_length() - 1] = number
            new ^= 1 << (new.bit_length() - 1)
    return first


_PLAINNESS = {qualifier: rank for rank, qualifier in enumerate(Qualifier)}


def _plainest(witnesses: Iterable[Witness]) -> Mapping[Interval | str, Value]:
    """Return for everything that is asserted the plainest value that says it."""
    said: dict[Interval | str, list[Claim]] = defaultdict(list)
    for witness in witnesses:
        if witness.claim.stance is Stance.ASSERTS:
            said[_meaning(witness)].append(witness.claim)
    return {meaning: min(claims, key=_plainness).value for meaning, claims in said.items()}


def _common(draft: _Draft, plainest: Mapping[Interval | str, Value], line: Line) -> tuple[Value, ...]:
    """Write what a camp shares: as one of its claims has it, if that says the same, else computed.

    A claim that says what a camp shares is of that camp.
    """
    shared = draft.shared if draft.shared is not None else draft.name
    if shared in plainest:
        return (plainest[shared],)
    return written(draft.shared, line) if draft.shared is not None else ()


def _plainness(claim: Claim) -> tuple[int, bool, int, str]:
    value = claim.value
    if not isinstance(value, Number):
        return 0, False, len(claim.notation), claim.notation
    return _PLAINNESS[value.qualifier], bool(value.magnitude), len(claim.notation), claim.notation
