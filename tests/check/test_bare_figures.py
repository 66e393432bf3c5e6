"""Numbers in running text: which are figures and which are not."""

from __future__ import annotations

import pytest
from tests.cases.tiny_books import write_book

from bookbuild.check.numerals import bare_figures, check_numerals
from bookbuild.diagnostics import Severity
from bookbuild.read import read_book

NO_FIGURES = {
    "en": [
        "On 26 February 1992, in the night of 25–26 February, on 25 and 26 February",
        "February 26, 1992; February 25, 26 and 27; Feb. 26; 1992-02-26; 26.02.1992",
        "In 1992 people fled; 1988–1994, 1992–93, the 1990s, the 19th century, 807 BC, AD 300",
        "For the years around 1990 all documents speak; about 1990.",
        "the 366th regiment, the 39th session, its 2nd article",
        "p. 12, pp. 12–15, para. 6, paragraphs 5 and 7, article 5, chapters 3, 4 and 5, § 4, section 12(a)",
        "resolution 822 (1993); resolutions 822, 853, 874 and 884 (1993); No. 52; Protocol No. 11",
        "S/25645, A/RES/62/243, T-72, Mi-24, BM-21, BTR-70, HCR 535, COVID-19",
        "(1) the first, (2) the second, and note [3]",
        "ISBN 978-3-16-148410-0",
    ],
    "az": [
        "26 fevral 1992-ci il tarixində, fevralın 25-dən 26-na keçən gecə",
        "366-cı alay, 5-ci maddə, 1988–1994-cü illərdə, 1992-ci ilin fevralında",
        "822 nömrəli qətnamə; səh. 12; № 52",
    ],
    "ru": ["26 февраля 1992 года 366-й полк; с. 12; ст. 5; № 52; в 1992 году"],
    "de": ["Am 26. Februar 1992; S. 12, Nr. 5, Art. 3; seit 1992; das 366. Regiment"],
    "fr": ["Le 26 février 1992; p. 12, n° 5, art. 3; en 1992; la 39e session"],
    "tr": ["26 Şubat 1992; s. 12, madde 5; 366. alay"],
}
FIGURES = {
    "en": [
        ("Then 613 died.", ["613"]),
        ("1,500 and 2500 people, 1500 houses", ["1,500", "2500"]),
        ("More than 2000; about 1990 people; at least 1200.", ["2000", "1990", "1200"]),
        ("40 % or 16.9 million, 5 km and 6km", ["40", "16.9", "5", "6"]),
        ("at 23:00 on 26 February", ["23:00"]),
        ("On 26 February 1992 10 men of the 366th came.", ["10"]),
    ],
    "az": [("Hücumda 613 nəfər, o cümlədən 63 uşaq həlak oldu.", ["613", "63"])],
    "ru": [("Погибли 613 человек, около 2000 бежали.", ["613", "2000"])],
    "de": [("Es starben 613 Menschen, mehr als 1200 flohen.", ["613"])],
}


@pytest.mark.parametrize(
    ("lang", "text"), [(lang, text) for lang, texts in NO_FIGURES.items() for text in texts]
)
def test_years_dates_ordinals_and_names_are_no_figures(lang: str, text: str) -> None:
    assert bare_figures(text, lang) == []


@pytest.mark.parametrize(
    ("lang", "text", "expected"), [(lang, *case) for lang, cases in FIGURES.items() for case in cases]
)
def test_amounts_are_figures(lang: str, text: str, expected: list[str]) -> None:
    assert [digits for _, digits in bare_figures(text, lang)] == expected


def bare(tmp_path_factory: pytest.TempPathFactory, body: str) -> list[str]:
    chapter = f"---\ntitle: One\n---\n\n{body}\n"
    book, found = read_book(write_book(tmp_path_factory.mktemp("book"), **{"chapters/one.md": chapter}))
    assert not found
    assert book is not None
    findings = list(check_numerals(book))
    assert all(finding.severity is Severity.WARNING for finding in findings)
    return [f"{finding.place.line}:{finding.place.column}" for finding in findings]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("“Some 613 died”, it says.[@paper]", []),
        ("“Some 613 died”, it says.", ["5:7"]),
        ("{number}`39` and `40` and [x 41](https://example.org/42)", ["5:30"]),
        ("One.\nTwo *three 44*.", ["6:12"]),
        ("\\*Five\\* 45", ["5:10"]),
        ("Text.[^n]\n\n[^n]: Six 46, “seven 47”.", ["7:11"]),
        ("| A |\n|---|\n| 48 |", ["7:3"]),
        ("## Nine 49", ["5:9"]),
        ("<https://example.org/50>", []),
    ],
)
def test_a_bare_figure_is_reported_at_its_place(
    body: str, expected: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert bare(tmp_path_factory, body) == expected
