"""What is long may take long, but not the square of that."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults.long_inputs import LONG_INPUTS, LongInput, largest, measure

from bookbuild.check.numerals import bare_figures
from bookbuild.diagnostics import Diagnostic, did_you_mean

ONCE_SLOW = (
    "'['",
    "'!['",
    "'*a_ '",
    "'<!--'",
    "'&'",
    "'a\\n'",
    "'\\\\\\n'",
    "'a  \\n'",
    "'1 '",
    "'12-'",
    "'a|b\\n'",
    "'*a ' within each other",
    "a table of many columns",
    "a title of lines",
)
"""Each took minutes at a megabyte."""


SLOW = {f"{one.path} {one.name}": one for one in LONG_INPUTS if one.name in ONCE_SLOW}


@pytest.mark.parametrize("one", SLOW.values(), ids=list(SLOW))
def test_a_long_text_is_checked_in_time_or_refused(one: LongInput, tmp_path: Path) -> None:
    cost = measure(one, tmp_path, 200_000, seconds=20)
    assert not cost.said.startswith("died")
    assert cost.megabytes < 500


def test_a_long_word_beside_a_figure_is_looked_at_once() -> None:
    """Its parts were once divided in every possible way: twice the time for each letter."""
    assert bare_figures("9 " + "x" * 60 + " 9", "en") == [(0, "9"), (63, "9")]


@pytest.mark.parametrize("name", ["a translation of 'a'", "a translation of '['", "repeats of 'a'"])
def test_a_long_text_takes_little_memory(name: str, tmp_path: Path) -> None:
    """A translation of four megabytes took 580: for each letter it was kept how to give it back."""
    (one,) = (one for one in LONG_INPUTS if one.name == name)
    small = measure(one, tmp_path, 1000).megabytes  # what the tests themselves have taken counts, too
    assert measure(one, tmp_path, largest(one)).megabytes < small + 100


def test_what_is_said_of_a_long_word_is_short() -> None:
    word = "x" * 10**6
    assert did_you_mean(word, [word[1:]]) == ""
    assert len(str(Diagnostic("F008", f"unknown claim “{word}”", hint="take it out"))) < 2100
