"""What is long may take long, but not the square of that."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.faults.long_inputs import LONG_INPUTS, LongInput, measure

from bookbuild.check.numerals import bare_figures

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
