"""Claims against documents, and documents against claims."""

from __future__ import annotations

import dataclasses

import pytest
from claim_builders import book, claim, document, quantity

from bookbuild.diagnostics import Severity
from bookbuild.figures.evidence import EvidenceReport, check_evidence, states
from bookbuild.figures.numerals import figures_in
from bookbuild.figures.passage import Document
from bookbuild.model.claim import Claim
from bookbuild.model.evidence import FigureKind, Finding, LedgerEntry
from bookbuild.model.place import Place

TEXT = """\
On that night **613 persons**, including 106 women,
were killed. The fate of 150 per-
sons remains unknown.

"Up to 500 people," said one official on 3 March 1992.
"""


def checked(
    *claims: Claim, text: str = TEXT, unit: str = "person", ledger: tuple[LedgerEntry, ...] = ()
) -> EvidenceReport:
    one = quantity(*claims, unit=unit)
    return check_evidence(book(one, sources=(document(),)), {"document.txt": text}, ledger)  # fmt: skip


def codes(report: EvidenceReport) -> list[str]:
    return [found.code for found in report.diagnostics if found.severity is not Severity.NOTE]


@pytest.mark.parametrize(
    "extract",
    [
        "613 persons, including 106 women",
        "613 persons,  including\n106 women, were killed",
        "that night 613 persons",
        "150 persons remains",
        "150 per-sons remains",
        "“Up to 500 people,” said",
        "613 persons … fate of 150",
        "On that night … remains unknown",
    ],
)
def test_an_extract_is_found_across_lines_hyphens_quotes_emphasis_and_gaps(extract: str) -> None:
    assert Document(TEXT).find(extract)


@pytest.mark.parametrize(
    "extract",
    [
        "613 Persons",
        "613 person's",
        "13 persons",
        "613 persons including 106 women",
        "fate of 150 … 613 persons",
        "Upto 500 people",
        "150 per sons",
    ],
)
def test_nothing_else_is_tolerated(extract: str) -> None:
    assert not Document(TEXT).find(extract)


def test_unicode_form_does_not_matter() -> None:
    assert Document("A Şuşa in decomposed form: Şuşa 7").find("form: Şuşa 7")


def test_hits_name_the_line_on_which_they_begin() -> None:
    assert [hit.line for hit in Document(TEXT).find("150 persons")] == [2]
    assert [hit.line for hit in Document("five\nfour five\n\nfive").find("five")] == [1, 2, 4]


def test_a_gap_does_not_reach_across_the_document() -> None:
    assert not Document("613 persons" + " and on" * 300 + " were killed").find("613 persons … were killed")


def test_every_claim_gets_one_of_four_answers() -> None:
    report = checked(
        claim("found", "613", extract="613 persons"),
        claim("wrong", "614", extract="613 persons"),
        claim("missing", "613", extract="613 people"),
        claim("empty", "613"),
        claim("away", "613", extract="613 persons", seen_in="elsewhere"),
    )
    assert [evidence.finding for evidence in report.claims] == [
        Finding.FOUND,
        Finding.FIGURE_MISSING,
        Finding.NOT_FOUND,
        Finding.CANNOT_CHECK,
        Finding.CANNOT_CHECK,
    ]
    assert report.claims[0].lines == (1,)
    assert report.count(Finding.CANNOT_CHECK) == 2


def test_e001_an_extract_that_is_not_there_says_how_far_it_is() -> None:
    (found,) = (
        d
        for d in checked(claim("a", "613", extract="On that night 631 persons")).diagnostics
        if d.code == "E001"
    )
    assert found.message == "extract of “killed/a” is not in document.txt: “On that night 631 persons”"
    assert found.hint == "line 1 of document.txt has only “On that night”"
    assert found.severity is Severity.ERROR  # fmt: skip


def test_e002_an_extract_without_its_figure() -> None:
    one = dataclasses.replace(claim("a", "700", extract="613 persons"), value_place=Place("f.yaml", 5, 16))
    (found,) = (d for d in checked(one).diagnostics if d.code == "E002")
    assert found.message == "extract of “killed/a” does not hold its figure “700”"
    assert found.place.line == 5


def test_e003_a_document_that_is_not_at_hand_is_named_once() -> None:
    one = quantity(claim("a", "613", extract="x"), claim("b", "613", extract="y"))
    report = check_evidence(book(one, sources=(document(),)), {})
    assert [d.message for d in report.diagnostics] == [
        "document “document” cannot be checked (“document.txt” is not at hand); claims read in it: 2"
    ]
    assert report.diagnostics[0].severity is Severity.NOTE


def test_e004_a_claim_without_extract() -> None:
    assert codes(checked(claim("a", "613"))) == ["E004"]


def test_a_claim_read_in_its_publication_is_looked_for_where_that_is_reprinted() -> None:
    paper = dataclasses.replace(document("paper", ""), reprinted_in="document")
    one = quantity(claim("a", "613", extract="613 persons", seen_in="paper"))
    report = check_evidence(book(one, sources=(paper, document())), {"document.txt": TEXT})
    assert (report.claims[0].finding, report.claims[0].document) == (Finding.FOUND, "document")


def test_e005_figures_that_no_claim_covers_are_counted_and_listed_with_their_line() -> None:
    report = checked(claim("a", "613", extract="613 persons, including 106 women"))
    assert [(f.text, f.line) for f in report.uncovered()] == [
        ("106", 1),
        ("150", 2),
        ("500", 5),
        ("3 March 1992", 5),
    ]
    assert "including 106 women" in report.uncovered()[0].snippet
    (found,) = (d for d in report.diagnostics if d.code == "E005")
    assert found.message == "document.txt: 4 figures and dates stand in the extract of no claim"


def test_a_figure_that_a_claim_states_elsewhere_is_told_apart() -> None:
    report = checked(claim("a", "613", extract="613 persons"), text="613 persons here.\nAgain 613 there.")
    assert [(f.line, f.elsewhere) for f in report.loose] == [(2, True)]
    assert report.uncovered() == ()


def test_a_source_reprinted_in_the_document_explains_its_date() -> None:
    paper = dataclasses.replace(
        document("paper", "", issued={"date-parts": [[1992, 3, 3]]}), reprinted_in="document"
    )
    one = quantity(claim("a", "613", extract="613 persons"))
    report = check_evidence(book(one, sources=(document(), paper)), {"document.txt": TEXT})
    assert "3 March 1992" not in [figure.text for figure in report.uncovered()]


def test_the_ledger_excuses_passages() -> None:
    ledger = (LedgerEntry("document", "fate of 150 persons", "told in prose"),)
    report = checked(claim("a", "613", extract="613 persons"), ledger=ledger)
    assert "150" not in [figure.text for figure in report.uncovered()]
    assert [figure.excused for figure in report.loose if figure.text == "150"] == ["told in prose"]


def test_e006_and_e007_a_ledger_that_excuses_nothing() -> None:
    ledger = (LedgerEntry("document", "no such words", "x"), LedgerEntry("documnet", "613", "x"))
    report = checked(claim("a", "613", extract="613 persons"), ledger=ledger)
    assert codes(report) == ["E006", "E007"]
    assert report.diagnostics[1].hint == "did you mean “document”?"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("1275", "person", "1,275 inhabitants"),
        ("1275", "person", "1 275 inhabitants"),
        ("0.94", "km2", "an area of 0,94 square kilometres"),
        ("16.9 million", "person", "16.9 million people"),
        ("216 thousand", "person", "at least 216 thousand Azerbaijanis"),
        ("2", "person", "only two Azerbaijanis were killed"),
        ("26", "child", "twenty-six children"),
        (">60", "person", "More than sixty bodies"),
        ("1 million", "person", "nearly a million people"),
        (">500000", "person", "more than half-a-million Azerbaijanis"),
        ("~1000", "person", "about a thousand"),
        ("1", "person", "a single survivor"),
        (">=200", "person", "hundreds of people"),
        ("160..1000", "person", "between 160 and 1,000"),
        ("~20", "percent", "almost one fifth of the territory"),
        ("1:4", "ratio", "one-fourth of the parliaments"),
        ("1992-02-26", "date", "on Wednesday"),
        ("1992-02-26", "date", "on 26 February"),
        ("1992-02-26", "date", "the 26th of the month"),
        ("1992-02-25/1992-02-26", "date", "on Tuesday night"),
        ("1992-02-25/1992-02-26", "date", "the night of 25 to 26 February"),
        ("1992-02", "date", "in February"),
        ("1988", "date", "since 1988"),
        ("1980/1989", "date", "1980 to 1989"),
        ("14th century", "date", "a mausoleum (14th century)"),
        ("-0806/-0787", "date", "king Adad-narari (807-788 B.C.)"),
        ("20:30", "time", "at around 8:30 p.m."),
        ("22:00", "time", "at 10 o'clock"),
        ("00:00", "time", "at midnight"),
        ("5 hour", "duration", "for five hours"),
        ("Aghdam", "name", "any words at all"),
    ],
)
def test_a_figure_is_recognized_in_its_extract(value: str, unit: str, text: str) -> None:
    assert states(claim("a", value, unit), text)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("613", "person", "1613 persons"),
        ("500", "person", "2,500 persons"),
        ("2", "person", "2,500 persons"),
        ("1", "person", "613 persons"),
        ("1992-02-01", "date", "1,000 persons"),
        ("613", "person", "hundreds of persons"),
        ("1275", "person", "1.2 thousand"),
        ("6", "person", "sixty persons"),
        ("160..1000", "person", "more than 160"),
        ("1992-02-26", "date", "on Tuesday"),
        ("1992-02-26", "date", "in February 1992"),
        ("1992-02-25/1992-02-26", "date", "on 25 February"),
        ("1992-02", "date", "in March"),
        ("20:30", "time", "at 8:30 a.m."),
        ("20", "percent", "a quarter"),
    ],
)
def test_a_figure_is_missed_where_it_is_not(value: str, unit: str, text: str) -> None:
    assert not states(claim("a", value, unit), text)


def test_words_of_another_language_are_not_read() -> None:
    report = checked(claim("a", "2", extract="iki nəfər", extract_lang="az"), text="iki nəfər öldürülüb")
    assert report.claims[0].finding is Finding.FOUND
    assert "another language" in report.claims[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "the 366th regiment and the 23rd division",
        "resolutions 822 (1993), 853 (1993), 874 (1993) and 884 (1993)",
        "Resolutions No 822, 853, 874 and 884",
        "see [12] and pp. 213-214",
        "document A/73/740",
        "Tel: (212) 371-2559, 371-2832",
        "a 45-year-old man",
        "hundreds and dozens",
        "paragraph 87",
    ],
)
def test_numbers_that_only_name_something_are_no_figures(text: str) -> None:
    assert [figure for figure in figures_in(text) if figure.kind is FigureKind.NUMBER] == []


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("26 February 1992", [(1992, 2, 26)]),
        ("the night of 25 to 26 February 1992", [(1992, 2, 25), (1992, 2, 26)]),
        ("February 25-26, 1992", [(1992, 2, 25), (1992, 2, 26)]),
        ("March 3rd", [(None, 3, 3)]),
        ("in May 1992", [(1992, 5, None)]),
        ("26.02.1992", [(1992, 2, 26)]),
        ("1992-02-26", [(1992, 2, 26)]),
        ("Sept. 1 2014", [(2014, 9, 1)]),
    ],
)
def test_dates_are_read_in_their_usual_forms(text: str, dates: list[tuple[int | None, ...]]) -> None:
    assert [date for figure in figures_in(text) for date in figure.dates] == dates
