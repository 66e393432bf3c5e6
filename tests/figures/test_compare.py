"""The rule by which figures agree or conflict."""

from __future__ import annotations

import dataclasses
import doctest

import pytest
from claim_builders import camps, claim, compared, quantity, values

from bookbuild.figures import calendar, numerals
from bookbuild.model.comparison import Verdict
from bookbuild.model.notation import write_value
from bookbuild.model.value import Interval, Name


@pytest.mark.parametrize(
    ("unit", "notations", "verdict"),
    [
        ("person", ["613"], Verdict.SINGLE),
        ("person", ["613", "613"], Verdict.AGREE),
        ("person", ["613", ">600"], Verdict.COMPATIBLE),
        ("person", ["613", "636"], Verdict.CONFLICT),
        ("person", [">450", "<=450"], Verdict.CONFLICT),
        ("person", [">=450", "<=450"], Verdict.COMPATIBLE),
        ("person", [">450", "<451"], Verdict.COMPATIBLE),
        ("person", ["~2500", "2250"], Verdict.COMPATIBLE),
        ("person", ["~2500", "2249"], Verdict.CONFLICT),
        ("person", ["2.5 thousand", "2500"], Verdict.AGREE),
        ("person", ["160..1000", "1000..1200"], Verdict.COMPATIBLE),
        ("person", ["!613", "613"], Verdict.CONFLICT),
        ("person", ["!613", ">600"], Verdict.COMPATIBLE),
        ("person", ["!>=600", "613"], Verdict.CONFLICT),
        ("person", ["?613", "613"], Verdict.SINGLE),
        ("person", ["?613"], Verdict.SINGLE),
        ("person", ["!613", "!613"], Verdict.AGREE),
        ("km", ["6 mile", "9.656064"], Verdict.AGREE),
        ("km", ["6 mile", "9.656065"], Verdict.CONFLICT),
        ("ha", ["9.4 km2", "940"], Verdict.AGREE),
        ("duration", ["1 day", "24 hour"], Verdict.AGREE),
        ("duration", ["1 month", "30 day"], Verdict.COMPATIBLE),
        ("duration", ["1 month", "32 day"], Verdict.CONFLICT),
        ("duration", ["1 year", "12 month"], Verdict.AGREE),
        ("ratio", ["3:2", "1.5:1"], Verdict.AGREE),
        ("date", ["1992-02", "1992-02-26"], Verdict.COMPATIBLE),
        ("date", ["1992-02-25", "1992-02-26"], Verdict.CONFLICT),
        ("date", ["1992-02-25/1992-02-26", "1992-02-26"], Verdict.COMPATIBLE),
        ("date", ["../1992-02-26", "1992-02-26/.."], Verdict.COMPATIBLE),
        ("date", ["../1992-02-25", "1992-02-26/.."], Verdict.CONFLICT),
        ("date", ["1992-02~", "1992-03-31"], Verdict.COMPATIBLE),
        ("date", ["1992-02~", "1992-04-01"], Verdict.CONFLICT),
        ("date", ["--02-26", "1992-02-26"], Verdict.AGREE),
        ("date", ["--02-25", "1992-02-26"], Verdict.CONFLICT),
        ("date", ["14th century", "1356/1357"], Verdict.COMPATIBLE),
        ("date", ["14th century BC", "-1300"], Verdict.COMPATIBLE),
        ("date", ["14th century BC", "-1299"], Verdict.CONFLICT),
        ("time", ["23:00", "22:00/02:00"], Verdict.COMPATIBLE),
        ("time", ["01:00", "22:00/02:00"], Verdict.COMPATIBLE),
        ("time", ["23:00", "01:00"], Verdict.CONFLICT),
        ("time", [">22:00", "01:00"], Verdict.COMPATIBLE),
        ("time", ["~22:00", "22:30"], Verdict.COMPATIBLE),
        ("time", ["~22:00", "22:31"], Verdict.CONFLICT),
        ("name", ["366th regiment", "366th regiment"], Verdict.AGREE),
        ("name", ["366th regiment", "366th division"], Verdict.CONFLICT),
        ("name", ["366th regiment", "!366th regiment"], Verdict.CONFLICT),
        ("name", ["366th regiment", "!23rd division"], Verdict.COMPATIBLE),
    ],
)  # fmt: skip
def test_the_verdict_follows_from_what_the_values_allow(
    unit: str, notations: list[str], verdict: Verdict
) -> None:
    assert compared(values(*notations, unit=unit)).verdict is verdict


def test_a_vague_claim_belongs_to_every_camp_that_it_allows() -> None:
    scope = compared(values("100", "613", "<=500", ">450")).scopes[0]
    assert camps(scope) == ["100 <=500", "<=500 >450", "613 >450"]
    assert scope.camps[1].shared == Interval(450, 500, low_open=True)  # type: ignore[arg-type]  # equal to Decimal
    assert [write_value(value, "person") for value in scope.camps[1].common] == [">450", "<=500"]


def test_a_camp_is_written_as_its_plainest_claim_has_it() -> None:
    scope = compared(values("2250..2750", "~2500", "~2.5 thousand", "9000")).scopes[0]
    assert [write_value(value, "person") for value in scope.camps[0].common] == ["~2500"]


def test_a_shared_interval_of_days_is_written_as_a_date() -> None:
    scope = compared(values("1992-02-25/1992-02-28", "1992-02-27/1992-03-05", "1993", unit="date")).scopes[0]
    assert [write_value(value) for value in scope.camps[0].common] == ["1992-02-27/1992-02-28"]


def test_a_denial_goes_with_every_camp_of_which_it_excludes_no_claim() -> None:
    scope = compared(values("2", "613", "1275", "!>=1000")).scopes[0]
    assert camps(scope) == ["2 >=1000", "613 >=1000", "1275"]


def test_denials_that_fit_no_camp_stand_together() -> None:
    scope = compared(values("613", "!600..700", "!613")).scopes[0]
    assert camps(scope) == ["613", "600..700 613"]
    assert (scope.camps[1].shared, scope.camps[1].common) == (None, ())


def test_doubts_are_listed_last_and_belong_to_no_camp() -> None:
    scope = compared(values("?613", "700", "613")).scopes[0]
    assert [witness.claim.id for witness in scope.witnesses] == ["c2", "c1", "c0"]
    assert camps(scope) == ["613", "700"]
    assert [witness.claim.id for witness in scope.doubts] == ["c0"]


def test_scopes_are_compared_with_themselves_only() -> None:
    fled, also = (claim(name, n, scope="while fleeing") for name, n in (("fled", "100"), ("also", "90")))
    comparison = compared(quantity(fled, claim("all", "613"), also))
    assert [(scope.scope, scope.verdict) for scope in comparison.scopes] == [
        ("", Verdict.SINGLE),
        ("while fleeing", Verdict.CONFLICT),
    ]
    assert comparison.scope_differs
    assert comparison.verdict is Verdict.CONFLICT


def test_a_suspected_slip_is_set_apart_and_compared_with_nothing() -> None:
    comparison = compared(quantity(claim("a", "613"), claim("b", "216", slip="read 613")))
    assert comparison.verdict is Verdict.SINGLE
    assert [witness.claim.id for witness in comparison.slips] == ["b"]
    assert comparison.statements == 2


def test_one_speaker_in_one_publication_is_one_origin() -> None:
    """Also one that contradicts itself; another publication is another origin."""
    twice = quantity(
        claim("a", "20", said_by="the ministry"),
        claim("b", "30", said_by="the ministry"),
        claim("c", "30", said_by="the ministry", source="journal"),
    )
    comparison = compared(twice)
    assert (comparison.verdict, comparison.statements, comparison.origins) == (Verdict.CONFLICT, 3, 2)


def test_repetition_is_told_from_corroboration() -> None:
    """Five statements, two origins: one chain across quantities, one claim of its own."""
    others = quantity(claim("report", "613"), name="registered")
    comparison = compared(
        quantity(
            claim("a", "613", repeats="registered/report"),
            claim("b", "613", repeats="killed/a"),
            claim("c", "613", repeats="b"),
            claim("d", "613"),
            claim("e", "613", repeats="d"),
        ),
        others,
    )
    assert (comparison.statements, comparison.origins) == (5, 2)
    assert {w.origin for w in comparison.scopes[0].witnesses} == {"registered/report", "killed/d"}
    assert comparison.verdict is Verdict.AGREE


def test_one_value_passed_on_is_single_and_changed_on_the_way_is_not() -> None:
    passed_on = quantity(claim("a", "613"), claim("b", "613", repeats="a"))
    changed = quantity(claim("a", "613"), claim("b", "636", repeats="a"))
    assert compared(passed_on).verdict is Verdict.SINGLE
    assert compared(changed).verdict is Verdict.CONFLICT


def test_claims_that_repeat_each_other_in_a_circle_are_one_origin() -> None:
    comparison = compared(
        quantity(claim("a", "1", repeats="b"), claim("b", "1", repeats="a"), claim("c", "1", repeats="b"))
    )
    assert comparison.origins == 1  # fmt: skip


def test_claims_are_listed_by_camp_then_date_then_as_written() -> None:
    comparison = compared(
        quantity(
            claim("late", "613", as_of="1993"),
            claim("undated", "613"),
            claim("early", "613", as_of="1992-02-28"),
            claim("other", "2", as_of="1995"),
            claim("early-too", "613", as_of="1992-02-28"),
        )
    )
    listed = [witness.claim.id for witness in comparison.scopes[0].witnesses]
    assert listed == ["other", "early", "early-too", "late", "undated"]


def test_other_currencies_stand_apart() -> None:
    comparison = compared(values("20 million", "3.5 million AZN", "20000000", unit="USD"))
    assert [(scope.unit, scope.verdict) for scope in comparison.scopes] == [
        ("USD", Verdict.AGREE),
        ("AZN", Verdict.SINGLE),
    ]


def test_a_day_without_a_year_stands_apart_where_the_year_is_disputed() -> None:
    comparison = compared(values("1992-02-26", "1993-02-26", "--02-25", unit="date"))
    assert [(scope.unit, len(scope.witnesses)) for scope in comparison.scopes] == [
        ("date", 2),
        ("yearless", 1),
    ]


def test_a_night_is_cut_where_it_is_longest_empty() -> None:
    scope = compared(values("01:30", "23:00", "21:00/03:00", unit="time")).scopes[0]
    assert camps(scope) == ["23:00 21:00/03:00", "01:30 21:00/03:00"]


def test_durations_are_counted_in_the_finest_unit_in_use() -> None:
    assert compared(values("2 day", "50 hour", unit="duration")).scopes[0].unit == "hour"
    assert compared(values("1 month", "2 week", unit="duration")).scopes[0].unit == "day"
    assert compared(values("1 year", "2 year", unit="duration")).scopes[0].unit == "year"


def test_parts_are_added_within_one_source() -> None:
    total = quantity(
        claim("paper", "613", source="x"), claim("other", "700", source="y"), claim("lone", "5", source="z")
    )
    women = quantity(
        claim("x", "106", source="x"), claim("y", "400", source="y"), name="women", part_of="killed"
    )
    children = quantity(
        claim("x", "63", source="x"), claim("y", "300", source="y"), claim("z", "5", source="z"),
        name="children", part_of="killed",
    )  # fmt: skip
    first, second = compared(total, women, children).sums
    assert (first.total, first.parts, first.agrees) == ("killed/paper", ("women/x", "children/x"), False)
    assert first.remainder is not None
    assert first.remainder.low == 444
    assert second.agrees
    assert second.remainder is None


def test_parts_that_exceed_their_total_leave_less_than_nothing() -> None:
    total = quantity(claim("a", "<=100"))
    parts = [quantity(claim("a", "70"), name=name, part_of="killed") for name in ("women", "men")]
    (found,) = compared(total, *parts).sums
    assert not found.agrees
    assert found.remainder is not None
    assert found.remainder.high == -40


def test_a_part_stated_twice_by_one_source_is_taken_where_it_stands_nearest_to_the_total() -> None:
    total = quantity(claim("a", "100", locator="p. 1"))
    women = quantity(
        claim("a", "40", locator="p. 9"), claim("b", "50", locator="p. 1"), name="women", part_of="killed"
    )
    men = quantity(claim("a", "50"), name="men", part_of="killed")
    (found,) = compared(total, women, men).sums
    assert (found.parts, found.agrees) == (("women/b", "men/a"), True)


def test_a_part_of_which_it_cannot_be_told_which_statement_counts_is_not_added() -> None:
    total = quantity(claim("a", "100"))
    twice = [claim(name, value, said_by="the speaker of a") for name, value in (("a", "40"), ("b", "60"))]
    women = quantity(*twice, name="women", part_of="killed")
    men = quantity(claim("a", "50"), name="men", part_of="killed")
    assert compared(total, women, men).sums == ()


@pytest.mark.parametrize("module", [calendar, numerals])
def test_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]  # a module


def test_names_within_each_other_are_compatible_and_the_narrowest_is_what_they_share() -> None:
    named = values("House", "Assembly", "Senate", "Parliament", "Court", unit="name")
    within = (("House", "Assembly"), ("Assembly", "Parliament"), ("Senate", "Parliament"))
    (scope,) = compared(dataclasses.replace(named, within=within)).scopes
    assert camps(scope) == ["House Assembly Parliament", "Senate Parliament", "Court"]
    assert [camp.common for camp in scope.camps] == [(Name(one),) for one in ("House", "Senate", "Court")]
    assert scope.verdict is Verdict.CONFLICT


def test_names_of_one_chain_are_compatible_and_so_are_two_names_of_one_thing() -> None:
    chain = dataclasses.replace(values("House", "Parliament", unit="name"), within=(("House", "Parliament"),))
    both = dataclasses.replace(
        values("Stepanakert", "Khankendi", unit="name"),
        within=(("Stepanakert", "Khankendi"), ("Khankendi", "Stepanakert")),
    )
    assert [compared(one).verdict for one in (chain, both)] == [Verdict.COMPATIBLE] * 2
    assert len(compared(both).scopes[0].camps) == 1


def test_to_deny_a_wider_name_is_to_deny_what_lies_within_it() -> None:
    within = (("House", "Parliament"),)
    wide = dataclasses.replace(values("House", "!Parliament", unit="name"), within=within)
    narrow = dataclasses.replace(values("Parliament", "!House", unit="name"), within=within)
    assert compared(wide).verdict is Verdict.CONFLICT
    assert compared(narrow).verdict is Verdict.COMPATIBLE


def test_other_words_are_no_conflict_where_only_words_are_recorded() -> None:
    words = dataclasses.replace(values("militia", "army", "army", unit="name"), wordings=True)
    comparison = compared(words)
    assert (comparison.verdict, comparison.contested) == (Verdict.WORDING, False)
    assert camps(comparison.scopes[0]) == ["army army", "militia"]
    same = dataclasses.replace(values("army", "army", unit="name"), wordings=True)
    assert compared(same).verdict is Verdict.AGREE


def test_vague_claims_make_as_many_camps_as_their_ends_allow() -> None:
    half = 300
    notations = [*(f"<={n}" for n in range(half)), *(f">={n}" for n in range(1, half + 1))]
    (scope,) = compared(values(*notations)).scopes
    assert len(scope.camps) == half + 1
    assert {len(camp.witnesses) for camp in scope.camps} == {half}
    assert [camp.origins for camp in scope.camps] == [half] * (half + 1)
