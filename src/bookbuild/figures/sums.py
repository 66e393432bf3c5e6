"""Parts and totals of one source: arithmetic, and nothing but."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from bookbuild.figures.line import lay, line_of
from bookbuild.model.claim import Claim, Measure, Quantity, Stance, claim_name
from bookbuild.model.comparison import Sum
from bookbuild.model.value import Interval, Number

_SUMMABLE = frozenset({Measure.COUNT, Measure.PHYSICAL, Measure.PERCENT, Measure.MONEY})


def sums_of(total: Quantity, parts: Sequence[Quantity], about_percent: Decimal) -> tuple[Sum, ...]:
    """Add up the parts that a source gives beside its total, once for each stated total.

    Total and parts must come from one publication as read in one document, assert, have the
    quantity's own scope and be no suspected slip. Where a source gives a part more than once, the
    statement with the same date, locator and speaker as the total counts; if those that are left
    differ, nothing is added. Fewer than two parts make no sum. Amounts are in the unit of the total.
    """
    if total.measure not in _SUMMABLE or any(part.measure is not total.measure for part in parts):
        return ()
    if any(
        isinstance(c.value, Number) and c.value.unit == "month" for q in (total, *parts) for c in q.claims
    ):
        return ()
    given = {part.id: _by_source(part) for part in parts}
    found = []
    for claim in total.claims:
        if not _counts(claim) or (total.measure is Measure.MONEY and _unit(claim) != total.unit):
            continue
        nearest = [(part, _nearest(claim, given[part.id].get(_source(claim), []))) for part in parts]
        chosen = [(part, claims[0]) for part, claims in nearest if claims]
        if len(chosen) > 1 and all(len(claims) <= 1 for _, claims in nearest):
            found.append(_sum(total, claim, chosen, about_percent))
    return tuple(found)


def _sum(
    total: Quantity, claim: Claim, chosen: Sequence[tuple[Quantity, Claim]], about_percent: Decimal
) -> Sum:
    line = line_of(total, [claim.value, *(part.value for _, part in chosen)], "", about_percent, None)
    stated = lay(claim.value, line)
    added = Interval(Decimal(0), Decimal(0))
    for _, part in chosen:
        interval = lay(part.value, line)
        assert interval is not None, "only amounts are summed"
        added = _plus(added, interval)
    assert stated is not None, "only amounts are summed"
    names = tuple(claim_name(quantity, part) for quantity, part in chosen)
    agrees = meet(stated, added)
    return Sum(
        claim_name(total, claim), names, stated, added, agrees, None if agrees else _minus(stated, added)
    )


def _by_source(part: Quantity) -> dict[tuple[str, str], list[Claim]]:
    claims: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in part.claims:
        if _counts(claim) and (part.measure is not Measure.MONEY or _unit(claim) == part.unit):
            claims[_source(claim)].append(claim)
    return claims


def _counts(claim: Claim) -> bool:
    return claim.stance is Stance.ASSERTS and claim.slip is None and claim.scope is None


def _unit(claim: Claim) -> str:
    return claim.value.unit if isinstance(claim.value, Number) else ""


def _source(claim: Claim) -> tuple[str, str]:
    return claim.source, claim.seen_in


def _nearest(total: Claim, claims: list[Claim]) -> list[Claim]:
    """Keep those that stand nearest to the total, as far as there is a difference; one of equals."""
    for likeness in (_as_of, _locator, _speaker):
        claims = [claim for claim in claims if likeness(claim) == likeness(total)] or claims
    values = [claim.value for claim in claims]
    return [claim for place, claim in enumerate(claims) if claim.value not in values[:place]]


def _as_of(claim: Claim) -> object:
    return claim.as_of


def _locator(claim: Claim) -> object:
    return claim.locator.source if claim.locator else ""


def _speaker(claim: Claim) -> object:
    return claim.said_by.source


def meet(one: Interval, other: Interval) -> bool:
    """Return whether two intervals have a common point."""
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Interval, other: Interval) -> bool:
    if one.low is None or other.high is None or one.low < other.high:
        return True
    return one.low == other.high and not one.low_open and not other.high_open


def _plus(one: Interval, other: Interval) -> Interval:
    return Interval(
        None if one.low is None or other.low is None else one.low + other.low,
        None if one.high is None or other.high is None else one.high + other.high,
        one.low_open or other.low_open,
        one.high_open or other.high_open,
    )


def _minus(one: Interval, other: Interval) -> Interval:
    return _plus(
        one,
        Interval(
            None if other.high is None else -other.high,
            None if other.low is None else -other.low,
            other.high_open,
            other.low_open,
        ),
    )
