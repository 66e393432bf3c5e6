"""Four languages with a small real catalog each: set by their own rules, the starter passes the gate."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.conftest import pages_of, silent

from bookbuild.build import editions, manuscript
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Severity
from bookbuild.read.inlines import parse_inlines
from bookbuild.translate.check import check_catalog
from bookbuild.translate.labels import LABELS
from bookbuild.translate.locale import open_locale
from bookbuild.translate.po import read_catalog

CATALOGS = Path(__file__).parent / "catalogs"
LANGUAGES = ("ar", "hy", "ru", "tr")


def begun(folder: Path, language: str) -> Project:
    manuscript.new_book(folder)
    place = folder / "locales" / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    shutil.copy(CATALOGS / f"{language}.po", place / "book.po")
    return Project(folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalog_is_unfinished_and_without_fault(language: str, tmp_path: Path) -> None:
    book, _ = manuscript.read(begun(tmp_path / "book", language), silent)
    assert book is not None
    catalog, findings = read_catalog(CATALOGS / f"{language}.po")
    assert catalog is not None
    assert findings == []
    assert len([message for message in catalog.messages if message.translated]) >= 50
    found = check_catalog(book, catalog, parse_inlines, open_locale(language))
    assert {finding.code for finding in found} == {"T052"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_starter_passes_the_gate(language: str, tmp_path: Path) -> None:
    project = begun(tmp_path / "book", language)
    book, _ = manuscript.read(project, silent)
    assert book is not None
    (printed,) = editions.print_languages(project, book, (language,), Settings(jobs=2, cache=None), silent)
    assert [str(one) for one in printed.diagnostics if one.severity is Severity.ERROR] == []
    pages = pages_of(printed).texts
    part = {"ar": "الجزء الأول", "hy": "Առաջին մաս", "ru": "Часть первая", "tr": "Birinci kısım"}[language]
    words = "".join(sorted(part.replace(" ", "").casefold()))
    assert any("".join(sorted(re.sub(r"\s", "", line).casefold())) == words for page in pages
               for line in page.splitlines())  # fmt: skip


def test_arabic_has_its_own_comma_semicolon_and_question_mark() -> None:
    catalog, _ = read_catalog(LABELS / "ar.po")
    assert catalog is not None
    forms = [form for message in catalog.messages for form in message.strings]
    assert [form for form in forms if re.search(r"[,;?]", form)] == []
    arabic = open_locale("ar")
    assert [arabic.punctuated(sign) for sign in (", ", "; ", "?")] == ["، ", "؛ ", "؟"]
    assert arabic.list_of(["أ", "ب", "ج"]) == "أ، ب وج"
