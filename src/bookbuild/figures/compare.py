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
   they are the same name.
3. *Camps.* A camp is a set of claims that are all compatible with each other and to which no
   further claim can be added. A vague claim may belong to several camps. What all claims of a camp
   allow is its shared interval. (Intervals that meet in pairs have a point in common, so one
   passage over the line in order finds every camp.)
4. *Denials and doubts.* To deny a figure is to exclude every claim that allows nothing but what is
   denied. A denial goes with every camp of which it excludes no claim; if there is none, it stands
   as a camp of its own, with the other denials like it. Denials do not exclude each other. A doubt
   is listed and excludes nothing; it belongs to no camp.
5. *Verdict.* Conflict: there is more than one camp. Compatible: one camp, with different values.
   Agree: the same value throughout, from at least two origins. Single: one claim, or the same value
   passed on from one origin. The verdict of a quantity is the weightiest of its scopes'.
6. *Origins.* A claim that passes on another is not a second witness: each is followed back to the
   claim with which it began, also from one quantity to another, and the beginnings are counted.
7. *Sums.* Where one publication, read in one document, gives a total and at least two of its parts,
   each of them once, the parts are added. The result is arithmetic: it corrects nobody and changes
   no verdict.

Order in files decides nothing but the order of print among claims of the same camp and date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

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
            scopes.append(_compare_scope(scope, witnesses, line))
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


def _compare_scope(scope: str, witnesses: Sequence[Witness], line: Line) -> ScopeComparison:
    assertions = [w for w in witnesses if w.claim.stance is Stance.ASSERTS]
    denials = [w for w in witnesses if w.claim.stance is Stance.DENIES]
    order = {id(witness): (_date_key(witness.claim), place) for place, witness in enumerate(witnesses)}
    by_date = sorted(witnesses, key=lambda w: order[id(w)])
    drafts = _camps_of_names(assertions) if _are_names(witnesses) else _camps_on_line(assertions)
    _add_denials(drafts, assertions, denials)
    camps = tuple(_camp(draft, by_date, line) for draft in drafts)
    first_camp: dict[int, int] = {}
    for place, draft in enumerate(drafts):
        for member in draft.members:
            first_camp.setdefault(member, place)
    listed = sorted(witnesses, key=lambda w: (first_camp.get(id(w), len(drafts)), order[id(w)]))
    return ScopeComparison(
        scope,
        _verdict(assertions, denials, len(drafts)),
        tuple(listed),
        camps,
        len({witness.origin for witness in witnesses}),
        line.unit,
    )


def _verdict(assertions: Sequence[Witness], denials: Sequence[Witness], camps: int) -> Verdict:
    positions = [*assertions, *denials]
    if camps > 1:
        return Verdict.CONFLICT
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


@dataclass(slots=True)
class _Draft:
    """A camp in the making."""

    members: set[int]
    """``id`` of its witnesses."""
    shared: Interval | None
    assertions: int
    """Number of its members that assert."""


def _are_names(witnesses: Sequence[Witness]) -> bool:
    return any(witness.interval is None for witness in witnesses)


_Key = tuple[Decimal, int]
"""An end of an interval in the order of ends: an amount, and -1 just below, 0 at, 1 just above it."""

_INFINITY = Decimal("Infinity")


def _low_key(interval: Interval) -> _Key:
    return (-_INFINITY, 0) if interval.low is None else (interval.low, 1 if interval.low_open else 0)


def _high_key(interval: Interval) -> _Key:
    return (_INFINITY, 0) if interval.high is None else (interval.high, -1 if interval.high_open else 0)


def _camps_on_line(assertions: Sequence[Witness]) -> list[_Draft]:
    """Find the maximal sets of intervals with a common point, lowest first, in one sweep.

    A set is maximal exactly where an interval ends and some other has begun since the last end.
    """
    intervals = {id(w): w.interval for w in assertions if w.interval is not None}
    begins, ends = 0, 1
    events = sorted(
        [(_low_key(interval), begins, name) for name, interval in intervals.items()]
        + [(_high_key(interval), ends, name) for name, interval in intervals.items()],
        key=lambda event: event[:2],
    )
    drafts: list[_Draft] = []
    present: dict[int, None] = {}
    latest: Interval | None = None
    for _, kind, name in events:
        if kind == begins:
            present[name] = None
            latest = intervals[name]
        else:
            if latest is not None:
                shared = _between(latest, intervals[name])
                drafts.append(_Draft(set(present), shared, len(present)))
                latest = None
            del present[name]
    return drafts


def _between(lower: Interval, upper: Interval) -> Interval:
    return Interval(lower.low, upper.high, lower.low_open, upper.high_open)


def _camps_of_names(assertions: Sequence[Witness]) -> list[_Draft]:
    """Gather claims of the same name: most origins first, then most claims, then by name."""
    by_name: dict[str, list[Witness]] = defaultdict(list)
    for witness in assertions:
        value = witness.claim.value
        assert isinstance(value, Name), "a quantity has names or amounts, never both"
        by_name[value.name].append(witness)
    ranked = sorted(
        by_name.items(),
        key=lambda item: (-len({w.origin for w in item[1]}), -len(item[1]), item[0]),
    )
    return [_Draft({id(w) for w in group}, None, len(group)) for _, group in ranked]


def _add_denials(drafts: list[_Draft], assertions: Sequence[Witness], denials: Sequence[Witness]) -> None:
    """Let every denial go with the camps of which it excludes no claim, the others stand by themselves."""
    found = list(drafts)
    members = [set(draft.members) for draft in drafts]
    alone: set[int] = set()
    for denial in denials:
        excluded = {id(w) for w in assertions if _excludes(denial, w)}
        joined = [draft for draft, names in zip(found, members, strict=True) if names.isdisjoint(excluded)]
        for draft in joined:
            draft.members.add(id(denial))
        if not joined:
            alone.add(id(denial))
    if alone:
        drafts.append(_Draft(alone, None, 0))


def _excludes(denial: Witness, assertion: Witness) -> bool:
    if denial.interval is None or assertion.interval is None:
        return _meaning(denial) == _meaning(assertion)
    return _low_key(denial.interval) <= _low_key(assertion.interval) and _high_key(
        assertion.interval
    ) <= _high_key(denial.interval)


def _camp(draft: _Draft, by_date: Sequence[Witness], line: Line) -> Camp:
    members = tuple(witness for witness in by_date if id(witness) in draft.members)
    asserted = [witness for witness in members if witness.claim.stance is Stance.ASSERTS]
    return Camp(
        members,
        draft.shared,
        len({witness.origin for witness in members}),
        _common(draft.shared, asserted, line),
    )


_PLAINNESS = {qualifier: rank for rank, qualifier in enumerate(Qualifier)}


def _common(shared: Interval | None, asserted: Sequence[Witness], line: Line) -> tuple[Value, ...]:
    """Write what a camp shares: as one of its claims has it, if that says the same, else computed."""
    same = [witness.claim for witness in asserted if witness.interval == shared]
    if same:
        return (min(same, key=_plainness).value,)
    return written(shared, line) if shared is not None else ()


def _plainness(claim: Claim) -> tuple[int, bool, int, str]:
    value = claim.value
    if not isinstance(value, Number):
        return 0, False, len(claim.notation), claim.notation
    return _PLAINNESS[value.qualifier], bool(value.magnitude), len(claim.notation), claim.notation
