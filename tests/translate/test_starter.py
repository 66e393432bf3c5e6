"""The starter book: complete in Azerbaijani, and the story of a new language told on it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tests.conftest import pages_of, silent
from tests.translate.escapes import data_of, escapes

from bookbuild import read as read_room
from bookbuild.build import editions, manuscript
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Severity
from bookbuild.model.book import Book, each_prose, map_prose
from bookbuild.model.catalog import Catalog
from bookbuild.model.prose import Prose, Status
from bookbuild.read.book import read_book
from bookbuild.read.inlines import parse_inlines
from bookbuild.translate.check import check_catalog
from bookbuild.translate.extract import extract
from bookbuild.translate.locale import open_locale
from bookbuild.translate.localize import localize
from bookbuild.translate.po import read_catalog
from bookbuild.translate.update import init_catalog, update_catalog

STARTER = Path(read_room.__file__).parent / "starter"


@pytest.fixture(scope="module")
def starter() -> Book:
    book, _ = read_book(STARTER / "book")
    assert book is not None
    return book


def test_the_starter_is_complete_in_azerbaijani(starter: Book) -> None:
    catalog, findings = read_catalog(STARTER / "locales" / "az" / "LC_MESSAGES" / "book.po")
    assert catalog is not None
    assert findings == []
    assert check_catalog(starter, catalog, parse_inlines, open_locale("az")) == []
    assert localize(starter, catalog, "az", parse_inlines).coverage.percent == 100


def test_the_search_for_escapes_finds_words_and_leaves_names_and_page_numbers(starter: Book) -> None:
    data = data_of(starter, STARTER / "book")
    names = "Çöñţéñţš vii\r\nSigrid Aune åñð “Seven on Or\u2010\r\nsel”, p. 12, "
    page = names + "said by Ilse Brandt, read in Orsel"
    assert escapes([page], data) == [(1, word) for word in ("said", "by", "read", "in", "Orsel")]


@pytest.mark.xdist_group("starter")
def test_nothing_escapes_the_pseudo_locale_on_any_page(starter: Book, tmp_path: Path) -> None:
    project = Project(tmp_path / "book")
    manuscript.new_book(project.root)
    (printed,) = editions.print_languages(project, starter, ("en-XA",), Settings(jobs=2, cache=None), silent)
    pages = pages_of(printed).texts
    assert sum("Çöļöþĥöñ" in page for page in pages) == 2, "the contents and the colophon are there"
    assert escapes(pages, data_of(starter, project.root / "book")) == []


def translated(catalog: Catalog, words: dict[str, str]) -> Catalog:
    """What a translator does in Poedit."""
    return dataclasses.replace(
        catalog,
        messages=tuple(
            dataclasses.replace(m, strings=(words[m.key.msgid],), flags=("md-text",), previous=None)
            if m.key.msgid in words
            else m
            for m in catalog.messages
        ),
    )


def test_the_story_of_a_new_language(starter: Book) -> None:
    """Init, translate five messages, change the book, see what is stale, check, mend."""
    party = "Seven went up, and seven came down. The mountain was asked politely."
    words = {
        "Mount Orsel": "Orsel Dağı",
        "Preface": "Önsöz",
        "Why they differ": "Neden farklılar",
        "a barometer follows the weather;": "barometre havaya uyar;",
        party: "Yedi kişi çıktı, yedi kişi indi. Dağa kibarca soruldu.",
    }
    turkish = open_locale("tr")
    begun = translated(init_catalog(extract(starter), "tr"), words)
    local = localize(starter, begun, "tr", parse_inlines)
    assert (local.coverage.translated, local.coverage.fuzzy) == (5, 0)
    first = check_catalog(starter, begun, parse_inlines, turkish)
    assert {(f.code, f.severity) for f in first} == {("T052", Severity.WARNING)}

    changed_text = party.replace("Seven went up", "Nine people went up")
    changed = _with_text(starter, party, changed_text)
    updated, report = update_catalog(begun, extract(changed))
    assert [(old.msgid, new.msgid) for old, new in report.changed] == [(party, changed_text)]
    local = localize(changed, updated, "tr", parse_inlines)
    assert (local.coverage.translated, local.coverage.fuzzy) == (4, 1)
    stale = [p for p in each_prose(local.book) if p.status is Status.FUZZY]
    assert [(p.source, p.lang) for p in stale] == [(changed_text, "en")]
    assert "T051" in {f.code for f in check_catalog(changed, updated, parse_inlines, turkish)}

    mended = translated(updated, {changed_text: "Dokuz kişi çıktı, yedi kişi indi. Dağa kibarca soruldu."})
    assert localize(changed, mended, "tr", parse_inlines).coverage.fuzzy == 0
    assert {f.code for f in check_catalog(changed, mended, parse_inlines, turkish)} == {"T052"}


def _with_text(book: Book, old: str, new: str) -> Book:
    def edited(prose: Prose) -> Prose:
        if prose.source != old:
            return prose
        return dataclasses.replace(prose, source=new, inlines=parse_inlines(new)[0])

    return map_prose(book, edited)
