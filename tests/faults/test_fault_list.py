"""The fault list as a whole: every fault has a case that exists, and every code is explained somewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults.slips import slips

from bookbuild import press
from bookbuild.distribute.findings import CODES, DISTRIBUTION_CODES
from bookbuild.press import gate

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
EXPLAINED_IN = ("book/README.md", "locales/README.md", "styles/README.md")


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of ``faults.toml``."""

    id: str
    title: str
    codes: list[str]
    cases: list[str]
    differs: str = ""


def fault_list() -> list[Fault]:
    tables = tomllib.loads((Path(__file__).parent / "faults.toml").read_text(encoding="utf-8"))
    return [Fault(**table) for table in tables["fault"]]


FAULTS = fault_list()


def said_by_slips() -> Mapping[str, set[str]]:
    """Return the codes that the slips of each fault are told with."""
    found: dict[str, set[str]] = {}
    for slip in slips():
        found.setdefault(slip.fault, set()).update(re.findall(r"^\w+\[(\w+)\]", slip.says))
    return found


def test_every_fault_has_an_entry() -> None:
    assert [fault.id for fault in FAULTS] == [f"F{number}" for number in range(1, 93)]


def test_how_many_are_done_otherwise_is_no_secret() -> None:
    assert sum(bool(fault.differs) for fault in FAULTS) == 7


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_the_cases_of_a_fault_exist_and_name_its_codes(fault: Fault) -> None:
    said = said_by_slips().get(fault.id, set())
    assert bool(said) == ("slips" in fault.cases), "its slips are listed, and listed ones are there"
    assert said <= set(fault.codes)
    named = set(said)
    for case in fault.cases:
        if case != "slips":
            file, _, name = case.partition("::")
            source = (TESTS / file).read_text(encoding="utf-8")
            assert f"\ndef {name}(" in source
            named.update(re.findall(r"\b[A-Z]\d{3}\b", source))
    assert set(fault.codes) <= named


def test_every_slip_is_of_the_list() -> None:
    assert said_by_slips().keys() <= {fault.id for fault in FAULTS}


def explained() -> set[str]:
    """Return the codes in the tables of the READMEs, and those of ``bookbuild preflight --codes``."""
    found = {*CODES, *DISTRIBUTION_CODES}
    for name in EXPLAINED_IN:
        for codes in re.findall(r"^\| ([^|]*) \|", (ROOT / name).read_text("utf-8"), re.MULTILINE):
            found.update(re.findall(r"\b[A-Z]\d{3}\b", codes))
    return found


def test_every_code_is_explained_to_those_who_meet_it() -> None:
    of_the_press = set(re.findall(r"^([PG]\d{3}) ", f"{press.__doc__}\n{gate.__doc__}", re.MULTILINE))
    assert len(of_the_press) > 30
    assert of_the_press | {code for fault in FAULTS for code in fault.codes} <= explained()
