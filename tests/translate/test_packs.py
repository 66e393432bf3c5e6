"""Every shipped language: complete, and right in the places where languages differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_locale import COMPACT, VALUES, plain

from bookbuild.model.measures import PHYSICAL_UNITS, TIME_UNITS
from bookbuild.model.notation import parse_value
from bookbuild.translate.hyphenation import breaks, hyphenate, hyphenation_patterns, patterns
from bookbuild.translate.locale import open_locale
from bookbuild.translate.pack import PACKS, read_pack, shipped

SAID = [
    ("tr", ">450", "person", "450’den fazla"),
    ("tr", ">60", "person", "60’tan fazla"),
    ("tr", "<=6", "person", "6’ya kadar"),
    ("tr", ">20 million", "USD", "20 milyon ABD dolarından fazla"),
    ("tr", "<40", "percent", "yüzde 40’tan az"),
    ("tr", "1991-10/..", "date", "Ekim 1991’den beri"),
    ("tr", "--02-26/..", "date", "26 Şubat’tan beri"),
    ("tr", "14th century", "date", "14. yüzyıl"),
    ("tr", "23:00", "time", "23.00"),
    ("ru", "2500", "person", "2500"),
    ("ru", "12500", "person", "12 500"),
    ("ru", "3 day", "duration", "3 дня"),
    ("ru", ">3 day", "duration", "более 3 дней"),
    ("ru", "1 mile", "km", "1 миля"),
    ("ru", "20 million", "USD", "20 млн долларов США"),
    ("ru", "1992-02-25/1992-02-26", "date", "25–26 февраля 1992 года"),
    ("ru", "1992-02", "date", "февраль 1992 года"),
    ("ru", "1750~", "date", "около 1750 года"),
    ("ru", "1991-10/..", "date", "с октября 1991 года"),
    ("hy", ">=600", "person", "առնվազն 600"),
    ("hy", "1992-02-25/1992-02-26", "date", "1992 թվականի փետրվարի 25–26"),
    ("hy", "../1992-02-26", "date", "մինչև 1992 թվականի փետրվարի 26-ը"),
    ("hy", "1991-10/..", "date", "1991 թվականի հոկտեմբերից"),
    ("ar", ">450", "person", "أكثر من 450"),
    ("ar", "3 day", "duration", "3 أيام"),
    ("ar", "15 day", "duration", "15 يومًا"),
    ("ar", "3 million", "USD", "3 ملايين دولار أمريكي"),
    ("ar", "1992-02-26", "date", "26 فبراير 1992"),
    ("ar", "14th century", "date", "القرن الرابع عشر"),
]


@pytest.mark.parametrize(("code", "notation", "unit", "said"), SAID)
def test_a_value_in_its_language(code: str, notation: str, unit: str, said: str) -> None:
    assert plain(open_locale(code).value(parse_value(notation, unit, ["person"]))) == said


@pytest.mark.parametrize("code", shipped())
def test_a_pack_writes_every_sort_of_value(code: str) -> None:
    locale = open_locale(code)
    for notation, unit, *_ in VALUES:
        text = locale.value(parse_value(notation, unit, ["person"]))
        assert text
        assert "{" not in text
    for notation, unit, *_ in COMPACT:
        assert "{" not in locale.compact(parse_value(notation, unit, ["person"]))


@pytest.mark.parametrize("code", shipped())
def test_a_pack_names_every_unit(code: str) -> None:
    own = {unit for unit, words in read_pack(code).units.items() if words.words["other"] or unit == "ratio"}
    assert set(PHYSICAL_UNITS) | TIME_UNITS | {"percent", "ratio", "USD", "AZN"} <= own
    assert len(read_pack(code).months["nominative"]) == 12


def test_arabic_runs_from_right_to_left_and_sorts_without_its_article() -> None:
    ar = open_locale("ar")
    assert ar.direction == "rtl"
    assert ar.index_head("المدينة") == "م"
    assert ar.index_head("أذربيجان") == "ا"
    assert ar.list_of("ابت") == "ا، ب وت"


def test_opening_a_locale_does_not_change_another() -> None:
    """Babel writes resolved aliases into shared data; months come from the packs."""
    before = open_locale("tr").date(parse_value("1992-02", "date", []))  # type: ignore[arg-type]
    for code in shipped():
        open_locale(code).date(parse_value("1992-02", "date", []))  # type: ignore[arg-type]
    assert open_locale("tr").date(parse_value("1992-02", "date", [])) == before == "Şubat 1992"  # type: ignore[arg-type]


HYPHENATED = {
    "az": "Azər-bay-can-lı-la-rın küt-lə-vi qır-ğı-nı nə-ti-cə-sin-də bey-nəl-xalq təş-ki-lat-la-rın döv-lət "
    "mü-əl-lim Xo-ca-lı İs-tan-bul-lu-dur is-tiq-la-liy-yət İS-TİQ-LA-LİY-YƏT ma-a-rif mək-təb ai-lə İra-nın",
    "tr": "öğ-ret-men-le-rin İs-tan-bul-lu-laş-tı-ra-ma-dık Türk-çe sa-at-çi kâ-ğıt",
    "hy": "Հա-յաս-տան քա-ղա-քա-ցի ու-սու-ցիչ պա-տե-րազմ գրա-դա-րան",
}


@pytest.mark.parametrize(
    ("code", "word"), [(code, word) for code, words in HYPHENATED.items() for word in words.split()]
)
def test_words_break_between_syllables(code: str, word: str) -> None:
    pack = read_pack(code)
    assert hyphenate(word.replace("-", ""), pack) == word


@pytest.mark.parametrize("code", [code for code in shipped() if read_pack(code).patterns])
def test_the_typesetter_finds_the_same_breaks(code: str) -> None:
    """The patterns and the rule say the same, but for İ, which the typesetter must be helped with."""
    import pyphen

    file = hyphenation_patterns(code)
    assert file is not None
    dictionary = pyphen.Pyphen(filename=file)
    for word in HYPHENATED[code].replace("-", "").split():
        if "İ" not in word:
            assert tuple(dictionary.positions(word)) == breaks(word, read_pack(code)), word


@pytest.mark.parametrize("code", [code for code in shipped() if read_pack(code).patterns])
def test_the_shipped_patterns_are_those_that_the_letters_give(code: str) -> None:
    pack = read_pack(code)
    assert (PACKS / pack.patterns).read_text(encoding="utf-8") == patterns(pack.vowels, pack.consonants)


def test_languages_that_the_typesetter_knows_bring_no_patterns() -> None:
    assert [hyphenation_patterns(code) for code in ("en", "ru", "ar", "de", "en-XA", "xyzzy")] == [None] * 6


def test_the_pseudo_letters_are_in_every_font_of_the_house() -> None:
    from fontTools.ttLib import TTFont

    from bookbuild import press
    from bookbuild.translate.pseudo import ACCENTED

    fonts = sorted((Path(press.__file__).parent / "fonts").glob("Source*.ttf"))
    assert len(fonts) > 4
    for font in fonts:
        assert set(ACCENTED.values()) <= set(TTFont(font).getBestCmap()), font.name
    assert len(set(ACCENTED.values())) == 52
