"""Figures as data and as a table in the terminal."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import unicodedata

from claim_builders import book, claim, compared, document, quantity, values

from bookbuild.figures.evidence import check_evidence
from bookbuild.figures.export import (
    COLUMNS,
    claims_csv,
    comparisons_json,
    csvw_metadata,
    data_package,
)
from bookbuild.figures.listing import evidence_listing, listing
from bookbuild.model.comparison import Verdict
from bookbuild.model.evidence import LedgerEntry

KILLED = quantity(
    claim("a", ">450", as_of="1992-03-01", extract='more than "450"', locator="p. 1"),
    claim("b", "<=500", repeats="a"),
    claim("c", "613", slip="read\n316"),
    claim("d", "2", stance="denies"),
)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_there_is_one_row_per_claim_with_all_columns_in_order() -> None:
    text = claims_csv([compared(KILLED), compared(values("1992-02", "1992-02-26", unit="date"))])
    assert text.splitlines()[0] == ",".join(column.name for column in COLUMNS)
    assert [row["claim"] for row in rows(text)][:4] == ["killed/a", "killed/b", "killed/c", "killed/d"]
    assert len(rows(text)) == 6


def test_the_first_columns_never_change() -> None:
    """Published data are cited: a column may be added at the end, never moved or renamed."""
    assert " ".join(column.name for column in COLUMNS[:27]) == (
        "claim quantity title counts measure unit scope value low low_included high high_included stance "
        "said_by source seen_in locator as_of extract extract_lang repeats origin slip note camps "
        "scope_verdict quantity_verdict"
    )


def test_a_row_says_what_the_claim_allows_and_where_it_belongs() -> None:
    first, second, slip, denial = rows(claims_csv([compared(KILLED)]))
    assert (first["low"], first["low_included"], first["high"], first["high_included"]) == (
        "450",
        "false",
        "",
        "",
    )
    assert (second["high"], second["high_included"], second["origin"]) == ("500", "true", "killed/a")
    assert (slip["slip"], slip["camps"], slip["scope_verdict"]) == ("read\n316", "", "")
    assert (denial["stance"], denial["camps"], first["as_of"]) == ("denies", "1", "1992-03-01")
    assert first["extract"] == 'more than "450"'


def test_dates_and_times_are_written_as_such() -> None:
    (date,) = rows(claims_csv([compared(values("1992-02", unit="date"))]))
    assert (date["low"], date["high"], date["high_included"]) == ("1992-02-01", "1992-02-29", "true")
    (time,) = rows(claims_csv([compared(values("21:00/03:00", unit="time"))]))
    assert (time["low"], time["high"]) == ("21:00", "03:00")


def test_the_descriptions_name_the_columns_of_the_file() -> None:
    package = json.loads(data_package(book(), "claims.csv"))
    (resource,) = package["resources"]
    names = [column.name for column in COLUMNS]
    assert [field["name"] for field in resource["schema"]["fields"]] == names
    assert resource["path"] == "claims.csv"
    metadata = json.loads(csvw_metadata(book(), "claims.csv"))
    assert [column["name"] for column in metadata["tableSchema"]["columns"]] == names
    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"


def test_json_tells_verdict_camps_and_origins() -> None:
    (killed,) = json.loads(comparisons_json([compared(KILLED)]))
    assert (killed["verdict"], killed["statements"], killed["origins"]) == ("compatible", 4, 3)
    (camp,) = killed["scopes"][0]["camps"]
    assert camp["common"] == [">450", "<=500"]
    assert camp["shared"] == {"low": "450", "low_included": False, "high": "500", "high_included": True}
    assert killed["slips"] == ["killed/c"]


def test_the_listing_shows_conflicts_with_their_camps() -> None:
    text = listing([compared(values("100", "613", "<=500"))], width=60)
    assert text == (
        "quantity  verdict     says  from  values\n"
        "killed    conflict       3     3  Killed\n"
        "          camp 1         2     2    100\n"
        "          camp 2         1     1    613\n"
        "\n"
        "quantities 1, claims 3: single 0, agree 0, compatible 0, wording 0, conflict 1\n"
    )


def test_the_listing_can_be_filtered() -> None:
    all_of_them = [compared(values("1", "2")), compared(quantity(claim("a", "5"), name="women"))]
    assert "women" not in listing(all_of_them, verdict=Verdict.CONFLICT)
    assert "killed" not in listing(all_of_them, quantity="women")
    assert listing(all_of_them, verdict=Verdict.AGREE) == "no quantity\n"


def test_the_listing_keeps_to_the_width_of_the_terminal() -> None:
    wide = quantity(
        claim("a", "1"), claim("b", "2", scope="第三 a very long scope that never ends " * 4), name="k" * 60
    )
    for width in (48, 72, 120):
        for line in listing([compared(wide)], width=width).splitlines()[:-1]:
            assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= width


def test_the_listing_of_evidence_counts_and_names_what_no_claim_covers() -> None:
    one = quantity(claim("a", "613", extract="613 persons"))
    text = "613 persons, 106 women.\n613 again, and\n150 missing.\n"
    ledger = (LedgerEntry("document", "150 missing", "told in prose"),)
    report = check_evidence(book(one, sources=(document(),)), {"document.txt": text}, ledger)
    assert evidence_listing(report) == (
        "1 found, 0 figure missing, 0 not found, 0 cannot check\n"
        "\n"
        "document: stands in the extract of no claim\n"
        "     1  number  persons, 106 women. 613 again, and 150 missing.\n"
        "\n"
        "not listed: 1 that a claim states elsewhere in the document, 1 excused\n"
    )


def test_data_say_what_is_a_wording_and_what_lies_within_what() -> None:
    """The columns added for names, and the verdict in every form."""
    forces = values("militia", "army", unit="name")
    worded = dataclasses.replace(forces, id="forces", wordings=True)
    bodies = dataclasses.replace(
        values("House", "Assembly", unit="name"), id="body", within=(("House", "Assembly"),)
    )
    both = [compared(worded), compared(bodies)]
    assert [(row["wordings"], row["within"], row["quantity_verdict"]) for row in rows(claims_csv(both))] == [
        ("true", "", "wording"),
        ("true", "", "wording"),
        ("false", "Assembly", "compatible"),
        ("false", "", "compatible"),
    ]
    first, second = json.loads(comparisons_json(both))
    assert (first["wordings"], first["verdict"], second["within"]) == (True, "wording", {"House": "Assembly"})
    assert second["scopes"][0]["camps"][0]["common"] == ["House"]
    assert listing(both, verdict=Verdict.WORDING).startswith(
        "quantity  verdict     says  from  values\nforces"
    )
