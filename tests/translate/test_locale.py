"""Words, numerals and dates as each locale writes them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bookbuild.diagnostics import BookError
from bookbuild.model.notation import parse_value
from bookbuild.model.value import Name
from bookbuild.translate.locale import open_locale
from bookbuild.translate.words import roman

VALUES = [
    # notation, unit, English, Azerbaijani
    ("613", "person", "613", "613"),
    ("1275", "person", "1,275", "1.275"),
    ("~2500", "person", "about 2,500", "təxminən 2.500"),
    (">450", "person", "more than 450", "450-dən çox"),
    (">60", "person", "more than 60", "60-dan çox"),
    (">1000", "person", "more than 1,000", "1.000-dən çox"),
    (">100000", "person", "more than 100,000", "100.000-dən çox"),
    (">=600", "person", "at least 600", "ən azı 600"),
    ("<700", "person", "fewer than 700", "700-dən az"),
    ("<=500", "person", "up to 500", "500-ə qədər"),
    ("<=6", "person", "up to 6", "6-ya qədər"),
    ("<=20", "person", "up to 20", "20-yə qədər"),
    ("<=10", "person", "up to 10", "10-a qədər"),
    ("160..1000", "person", "160 to 1,000", "160–1.000"),
    ("~450..500", "person", "about 450 to 500", "təxminən 450–500"),
    ("16.9 million", "person", "16.9 million", "16,9 milyon"),
    ("20 million", "USD", "20 million US dollars", "20 milyon ABŞ dolları"),
    (">20 million", "USD", "more than 20 million US dollars", "20 milyon ABŞ dollarından çox"),
    (">=216 thousand", "person", "at least 216 thousand", "ən azı 216 min"),
    (">216 thousand", "person", "more than 216 thousand", "216 mindən çox"),
    ("1.10", "km2", "1.10 square kilometres", "1,10 kvadrat kilometr"),
    (">940", "km2", "more than 940 square kilometres", "940 kvadrat kilometrdən çox"),
    ("6 mile", "km", "6 miles", "6 mil"),
    ("1", "USD", "1 US dollar", "1 ABŞ dolları"),
    ("40", "percent", "40 per cent", "40 faiz"),
    ("6:1", "ratio", "6:1", "6:1"),
    ("~4 hour", "duration", "about 4 hours", "təxminən 4 saat"),
    ("1992-02-26", "date", "26 February 1992", "26 fevral 1992"),
    ("1992-02-25/1992-02-26", "date", "25–26 February 1992", "25–26 fevral 1992"),
    ("1992-02-26/1992-03-02", "date", "26 February – 2 March 1992", "26 fevral – 2 mart 1992"),
    ("1991-12-30/1992-01-02", "date", "30 December 1991 – 2 January 1992", "30 dekabr 1991 – 2 yanvar 1992"),
    ("1988-08/1988-09", "date", "August–September 1988", "avqust–sentyabr 1988"),
    ("1992-02", "date", "February 1992", "fevral 1992"),
    ("1992", "date", "1992", "1992-ci il"),
    ("2000", "date", "2000", "2000-ci il"),
    ("1988/1994", "date", "1988–1994", "1988–1994-cü illər"),
    ("1750~", "date", "about 1750", "təxminən 1750-ci il"),
    ("../1992-02-26", "date", "until 26 February 1992", "26 fevral 1992-ci ilə qədər"),
    ("1991-10/..", "date", "since October 1991", "1991-ci ilin oktyabrından"),
    ("../1991-03", "date", "until March 1991", "1991-ci ilin martına qədər"),
    ("--02-26", "date", "26 February", "26 fevral"),
    ("-0806", "date", "807 BC", "e.ə. 807-ci il"),
    ("-0806/-0787", "date", "807–788 BC", "e.ə. 807–788-ci illər"),
    ("14th century", "date", "14th century", "XIV əsr"),
    ("23:00", "time", "23:00", "23:00"),
    ("21:00/03:00", "time", "21:00 to 03:00", "21:00–03:00"),
]

COMPACT = [
    ("~2500", "person", "≈ 2,500", "≈ 2.500"),
    (">450", "person", "> 450", "> 450"),
    (">=600", "person", "≥ 600", "≥ 600"),
    ("<=500", "person", "≤ 500", "≤ 500"),
    ("160..1000", "person", "160–1,000", "160–1.000"),
    ("~450..500", "person", "≈ 450–500", "≈ 450–500"),
    ("16.9 million", "person", "16.9 million", "16,9 milyon"),
    ("1992", "date", "1992", "1992"),
    ("21:00/03:00", "time", "21:00–03:00", "21:00–03:00"),
]


def plain(text: str) -> str:
    """No-break spaces are looked at in a test of their own."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("notation", "unit", "english", "azerbaijani"), VALUES)
def test_a_value_is_written_as_the_language_writes_it(
    notation: str, unit: str, english: str, azerbaijani: str
) -> None:
    value = parse_value(notation, unit, ["person"])
    assert plain(open_locale("en").value(value)) == english
    assert plain(open_locale("az").value(value)) == azerbaijani


@pytest.mark.parametrize(("notation", "unit", "english", "azerbaijani"), COMPACT)
def test_tables_show_signs(notation: str, unit: str, english: str, azerbaijani: str) -> None:
    value = parse_value(notation, unit, ["person"])
    assert plain(open_locale("en").compact(value)) == english
    assert plain(open_locale("az").compact(value)) == azerbaijani


def test_forms_of_a_claim_leave_words_out() -> None:
    az = open_locale("az")
    night = parse_value("1992-02-25/1992-02-26", "date", [])
    assert plain(az.value(night, form="day")) == "25–26 fevral"
    assert az.value(night, form="year") == "1992"
    assert az.value(parse_value(">450", "person", ["person"]), form="number") == "450"
    assert plain(az.value(parse_value(">20 million", "USD", []), unit=False)) == "20 milyondan çox"
    assert az.value(Name("366th regiment")) == "366th regiment"


def test_no_line_breaks_between_an_amount_and_its_unit_or_a_day_and_its_month() -> None:
    en = open_locale("en")
    assert en.value(parse_value("6 mile", "km", [])) == "6\u00a0miles"
    assert en.value(parse_value("1992-02-26", "date", [])) == "26\u00a0February 1992"
    assert en.compact(parse_value("~2500", "person", ["person"])) == "≈\u00a02,500"


def test_final_zeros_are_kept_and_signs_are_the_locales() -> None:
    assert open_locale("en").number(Decimal("66100.50")) == "66,100.50"
    assert open_locale("az").number(Decimal("1234567.50")) == "1.234.567,50"
    assert open_locale("az").number(Decimal("1E+3")) == "1.000"
    assert open_locale("az").number(-5) == "−5"


ORDINALS = {
    1: "1-ci", 2: "2-ci", 3: "3-cü", 4: "4-cü", 5: "5-ci", 6: "6-cı", 7: "7-ci", 8: "8-ci", 9: "9-cu",
    10: "10-cu", 20: "20-ci", 30: "30-cu", 39: "39-cu", 40: "40-cı", 50: "50-ci", 60: "60-cı", 70: "70-ci",
    80: "80-ci", 90: "90-cı", 100: "100-cü", 366: "366-cı", 1000: "1000-ci", 1990: "1990-cı", 1991: "1991-ci",
    1992: "1992-ci", 1993: "1993-cü", 2000: "2000-ci", 1000000: "1000000-cu",
}  # fmt: skip


@pytest.mark.parametrize(("number", "written"), ORDINALS.items())
def test_azerbaijani_ordinals_follow_the_last_spoken_word(number: int, written: str) -> None:
    """Babel's own ordinal rule is wrong for multiples of 1000."""
    assert open_locale("az").ordinal(number) == written


def test_english_ordinals() -> None:
    en = open_locale("en")
    assert [en.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 39, 111, 366)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "39th", "111th", "366th",
    ]  # fmt: skip


def test_lists_and_page_ranges() -> None:
    az = open_locale("az")
    assert [az.list_of("A"), az.list_of("AB"), az.list_of("ABC"), az.list_of(())] == [
        "A",
        "A və B",
        "A, B və C",
        "",
    ]
    assert az.list_of(["{b}", "{a}"]) == "{b} və {a}"
    assert az.page_range("12", "15") == "12–15"


def test_units_have_a_short_name_and_strangers_keep_their_code() -> None:
    az = open_locale("az")
    assert (az.unit("km2"), az.unit("percent"), az.unit("USD"), az.unit("person")) == (
        "km²",
        "%",
        "ABŞ dolları",
        "person",
    )


def test_azerbaijani_sorts_by_its_own_alphabet() -> None:
    """Equal to ICU: x after h, q after k, ı before i, Ə after E, foreign letters with their base."""
    wanted = ["9 nəfər", "39 nəfər", "Čapek", "Cəbrayıl", "Çilabürt", "Elçin", "Əsgəran", "Fevral", "Həsən"]
    wanted += ["Xocalı", "Işıq", "İsti", "Jalə", "Kəlbəcər", "Qarabağ", "Laçın", "Sumqayıt", "Şuşa", "Vaqif"]
    wanted += ["Washington"]
    assert sorted(set(wanted), key=open_locale("az").sort_key) == wanted


def test_sorting_is_word_by_word_and_ignores_articles_and_marks() -> None:
    en = open_locale("en")
    titles = ["The Times", "Sunday Times", "“Svoboda”", "New York Times", "Newark", "de Waal", "A Report"]
    assert sorted(titles, key=en.sort_key) == [
        "de Waal", "New York Times", "Newark", "A Report", "Sunday Times", "“Svoboda”", "The Times",
    ]  # fmt: skip
    assert en.index_head("The Times") == "T"


def test_index_heads_are_capitals_of_the_alphabet() -> None:
    az = open_locale("az")
    heads = {"isti": "İ", "ıldırım": "I", "Əli": "Ə", "“Şuşa”": "Ş", "39 nəfər": "0–9", "Čapek": "C", "—": ""}
    assert {word: az.index_head(word) for word in heads} == heads
    assert open_locale("en").index_head("Əli") == "E"


def test_turkic_case() -> None:
    az = open_locale("az")
    assert az.upper("xocalı isti") == "XOCALI İSTİ"
    assert az.lower("XOCALI İSTİ") == "xocalı isti"
    assert open_locale("en").upper("isti") == "ISTI"


def test_labels_are_known_words_only() -> None:
    with pytest.raises(KeyError):
        open_locale("az").label("no such label")


def test_a_tag_with_a_script_or_region_finds_its_language() -> None:
    assert open_locale("az-Latn").ordinal(1992) == "1992-ci"
    assert open_locale("az-Latn").code == "az-Latn"


def test_a_language_without_a_pack_is_written_with_signs_and_the_months_of_cldr() -> None:
    de = open_locale("de")
    assert plain(de.value(parse_value(">450", "person", ["person"]))) == "> 450"
    assert plain(de.date(parse_value("1992-03", "date", []))) == "März 1992"  # type: ignore[arg-type]
    assert plain(de.value(parse_value("3 day", "duration", []))) == "3 Tage"
    assert de.number(Decimal("1234.50")) == "1.234,50"


def test_an_unknown_language_is_refused_with_advice() -> None:
    with pytest.raises(BookError) as caught:
        open_locale("xyzzy")
    assert [d.code for d in caught.value.diagnostics] == ["T073"]


OWN = [
    ("quotes = ", "T070", "not valid TOML"),
    ("qoutes = ['«', '»', '‹', '›']\n", "T071", "qoutes"),
    ("quotes = '«'\n", "T072", "quotes"),
]


@pytest.mark.parametrize(("text", "code", "said"), OWN)
def test_a_wrong_locale_file_of_the_book_is_reported(tmp_path: Path, text: str, code: str, said: str) -> None:
    (tmp_path / "az").mkdir()
    (tmp_path / "az" / "locale.toml").write_text(text)
    with pytest.raises(BookError) as caught:
        open_locale("az", tmp_path)
    assert [(d.code, said in d.message) for d in caught.value.diagnostics] == [(code, True)]


def test_a_book_overrules_single_facts_of_a_pack(tmp_path: Path) -> None:
    (tmp_path / "az").mkdir()
    (tmp_path / "az" / "locale.toml").write_text(
        'quotes = ["«", "»", "‹", "›"]\n[qualifiers]\nabout = "≈{n}"\n'
    )
    az = open_locale("az", tmp_path)
    assert az.quotes == ("«", "»", "‹", "›")
    assert az.value(parse_value("~2500", "person", ["person"])) == "≈2.500"
    assert az.ordinal(39) == "39-cu"


def test_the_pseudo_locale_leaves_no_plain_letter() -> None:
    pseudo = open_locale("en-XA")
    for notation, unit, *_ in VALUES:
        text = pseudo.value(parse_value(notation, unit, ["person"]))
        assert not any(c.isascii() and c.isalpha() for c in text), text


def test_roman_numerals() -> None:
    assert [roman(n) for n in (1, 4, 9, 14, 19, 20, 21)] == ["I", "IV", "IX", "XIV", "XIX", "XX", "XXI"]


def test_the_name_of_a_country_keeps_its_capital_in_the_name_of_its_language() -> None:
    """CLDR has “azərbaycan”; the orthography writes “Azərbaycan dili” and “ingilis dili”."""
    az = open_locale("az")
    assert [az.language_name(code) for code in ("az", "en")] == ["Azərbaycan", "ingilis"]
