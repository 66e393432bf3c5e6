"""The records beside the PDFs: what they say, in the form that others read."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import yaml

from bookbuild.distribute.condition import UNCOATED, Conditions, shipped_condition
from bookbuild.distribute.job_sheet import job_data, job_sheet
from bookbuild.distribute.records import (
    EditionFacts,
    citation_cff,
    manifest_json,
    onix,
    sources_json,
)
from bookbuild.model.book import Book, PrintSpec
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.prose import Kind, Prose
from bookbuild.model.source import Source, SourceKind
from bookbuild.translate.locale import open_locale

CONDITIONS = Conditions(shipped_condition(UNCOATED), shipped_condition())
SPEC = PrintSpec(flap_mm=Decimal(80), page_multiple=16)
BOOK = Book(
    id="sample-1",
    title=Prose("A sample", Kind.BOOK),
    subtitle=None,
    source_language="en",
    languages=("en", "az"),
    edition=None,
    date="2026-11-21",
    publisher=Prose("Smith & Sons", Kind.BOOK),
    publisher_place=None,
    contributors=(),
    licence=None,
    blurb=None,
    dedication=None,
    isbn={},
    page=PageFormat(),
    opening=Opening.RECTO,
    about_percent=Decimal(10),
    coverage_percent=Decimal(100),
    units={},
    front=(),
    body=(),
    back=(),
    sources=(),
    quantities=(),
    registers=(),
)
ENGLISH = EditionFacts(
    lang="en",
    title='A "sample"',
    subtitle="of records",
    edition="First edition",
    publisher="Smith & Sons",
    names=(("compiled by", "A. Editor"), ("translated by", "B. Reader")),
    blurb="What it is <about>.",
    isbn="9789952000009",
    pages=240,
    added=3,
    notes=512,
    spine_mm=Decimal("14.1"),
    coverage_percent=Decimal(100),
)
AZERI = replace(ENGLISH, lang="az", isbn="", coverage_percent=Decimal("98.5"))
NAMESPACE = "{http://ns.editeur.org/onix/3.0/reference}"


def test_the_manifest_names_inputs_by_their_hash() -> None:
    manifest = json.loads(
        manifest_json(
            BOOK, (ENGLISH, AZERI), {"book/book.yaml": b"x"}, {"bookbuild": "0.1.0"}, {"en/a.pdf": b"pdf"}
        )
    )

    assert manifest["inputs"] == {
        "book/book.yaml": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    }
    assert manifest["files"] == {"en/a.pdf": 3}
    assert [one["translated-percent"] for one in manifest["editions"]] == ["100", "98.5"]
    assert manifest["editions"][0]["spine-mm"] == "14.1"


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        (
            "en",
            (
                "Job sheet for the printer",
                "148 × 210 mm",
                "240 pages, black only (1/1)",
                "3 at the end, to fill a multiple of 16",
                "470.1 × 210 mm, with flaps of 80 mm",
                "14.1 mm; computed from the pages, the paper and the board",
                "offset-90 (uncoated woodfree, 90 g/m²)",
                "Interior: FOGRA29: Offset, uncoated",
                "Cover: FOGRA39: Offset, coated",
                "PDF/X-4",
            ),
        ),
        (
            "az",
            (
                "Mətbəə üçün iş vərəqi",
                "240 səhifə, yalnız qara boya (1/1)",
                "14,1 mm",
                "21 noyabr 2026",
                "kartonu 0,3 mm",
            ),
        ),
    ],
)
def test_the_job_sheet_says_in_the_language_of_the_edition_what_to_print(
    lang: str, parts: tuple[str, ...]
) -> None:
    edition = replace(ENGLISH, lang=lang)
    sheet = job_sheet(BOOK, edition, SPEC, CONDITIONS, "X-4", open_locale(lang)).decode()

    words = " ".join(sheet.split())
    assert [part for part in parts if part not in words] == []
    assert len(sheet.splitlines()) < 50
    assert max(map(len, sheet.splitlines())) <= 80


@pytest.mark.parametrize("lang", ["ar", "az", "hy", "ru", "tr"])
def test_no_line_of_a_job_sheet_is_left_in_english(lang: str) -> None:
    ours, english = (
        job_sheet(BOOK, replace(ENGLISH, lang=code), SPEC, CONDITIONS, "X-4", open_locale(code))
        for code in (lang, "en")
    )
    same = set(ours.decode().splitlines()) & set(english.decode().splitlines())
    assert same <= {""}


def test_the_job_as_data_has_numbers_and_no_words_of_a_language() -> None:
    facts = json.loads(job_data(BOOK, replace(ENGLISH, lang="az"), SPEC, CONDITIONS, "X-4"))

    assert facts["isbn"] == "9789952000009"
    assert facts["trim-mm"] == [148, 210]
    assert facts["interior"]["pages"] == 240
    assert facts["interior"]["blank-pages-at-end"] == 3
    assert (facts["cover"]["wrap-mm"], facts["cover"]["spine-mm"]) == ([470.1, 210], 14.1)
    assert facts["condition"] == {"identifier": "FOGRA29", "registered": True}
    assert facts["cover-condition"] == {"identifier": "FOGRA39", "registered": True}


def test_the_citation_is_yaml_as_the_format_wants_it() -> None:
    citation = yaml.safe_load(citation_cff(BOOK, ENGLISH, "0.1.0"))

    assert citation["cff-version"] == "1.2.0"
    assert citation["title"] == 'A "sample": of records'
    assert citation["authors"] == [{"name": "A. Editor"}, {"name": "B. Reader"}]
    book = citation["preferred-citation"]
    assert (book["type"], book["year"], book["isbn"], book["pages"]) == ("book", 2026, "9789952000009", 240)
    assert book["publisher"] == {"name": "Smith & Sons"}
    assert book["languages"] == ["eng", "aze"]


def test_a_book_without_contributors_is_cited_by_its_publisher() -> None:
    citation = yaml.safe_load(citation_cff(BOOK, replace(ENGLISH, names=(), isbn="", edition=""), "0.1.0"))
    assert citation["authors"] == [{"name": "Smith & Sons"}]
    assert "isbn" not in citation["preferred-citation"]
    assert "version" not in citation


def test_onix_has_a_product_for_each_edition_in_the_order_of_the_standard() -> None:
    message = ElementTree.fromstring(onix(BOOK, (ENGLISH, AZERI), SPEC))

    assert message.tag == f"{NAMESPACE}ONIXMessage"
    assert message.get("release") == "3.0"
    english, azeri = message.findall(f"{NAMESPACE}Product")
    order = [child.tag.removeprefix(NAMESPACE) for child in english]
    assert order == [
        "RecordReference",
        "NotificationType",
        "ProductIdentifier",
        "DescriptiveDetail",
        "CollateralDetail",
        "PublishingDetail",
    ]
    detail = english.find(f"{NAMESPACE}DescriptiveDetail")
    assert detail is not None
    tags = list(dict.fromkeys(child.tag.removeprefix(NAMESPACE) for child in detail))
    assert tags == [
        "ProductComposition",
        "ProductForm",
        "Measure",
        "TitleDetail",
        "Contributor",
        "EditionStatement",
        "Language",
        "Extent",
    ]
    roles = [one.text for one in english.iter(f"{NAMESPACE}ContributorRole")]
    assert roles == ["C01", "B06"]
    languages = [one.text for one in azeri.iter(f"{NAMESPACE}LanguageCode")]
    assert languages == ["aze", "eng"]
    extents = [one.text for one in english.iter(f"{NAMESPACE}ExtentValue")]
    assert extents == ["240", "237"]
    # Confirmed in advance, and forthcoming: one without the other would be refused.
    assert english.findtext(f"{NAMESPACE}NotificationType") == "02"
    assert [one.text for one in english.iter(f"{NAMESPACE}PublishingStatus")] == ["02"]
    assert [one.text for one in english.iter(f"{NAMESPACE}Text")] == ["What it is <about>."]


@pytest.mark.parametrize(
    ("isbn", "kind", "value"), [("9789952000009", "15", "9789952000009"), ("", "01", "sample-1-en")]
)
def test_a_product_has_an_identifier_with_or_without_isbn(isbn: str, kind: str, value: str) -> None:
    message = ElementTree.fromstring(onix(BOOK, (replace(ENGLISH, isbn=isbn),), SPEC))
    (identifier,) = message.iter(f"{NAMESPACE}ProductIdentifier")
    assert identifier.findtext(f"{NAMESPACE}ProductIDType") == kind
    assert identifier.findtext(f"{NAMESPACE}IDValue") == value


def test_sources_are_csl_sorted_by_key() -> None:
    sources = (
        Source("b", {"type": "book", "title": "B"}, SourceKind.PRESS, "a", Prose("p. 3", Kind.SOURCE)),
        Source("a", {"type": "report", "title": "A"}, SourceKind.DOCUMENT),
    )
    assert json.loads(sources_json(sources)) == [
        {"type": "report", "title": "A", "id": "a", "custom": {"kind": "document"}},
        {
            "type": "book",
            "title": "B",
            "id": "b",
            "custom": {"kind": "press", "reprinted-in": "a", "locator": "p. 3"},
        },
    ]
