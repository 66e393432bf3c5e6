"""Whole books, asked through their finished PDFs by another reader (pdfium) than the program's own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bookbuild.build import editions, manuscript
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Severity
from bookbuild.model.book import Book
from tests.conftest import ROOT, Pages, print_all, silent

LANGUAGES = ("en", "az")
SLOT = re.compile(r'<span class="page-slot" data-pages="([^"]*)"></span>')


def letters(text: str) -> str:
    """Keep letters and digits only: line ends, hyphens and spaces differ between readers."""
    return "".join(character for character in text if character.isalnum()).casefold()


def check_no_errors(pages: Pages) -> None:
    errors = [one for one in pages.edition.diagnostics if one.severity is Severity.ERROR]
    assert errors == []


def check_notes(pages: Pages) -> None:
    """Every promised note stands on the pages exactly as often as promised."""
    promised = Counter(letters(note.text)[:60] for unit in pages.edition.units for note in unit.notes)
    assert promised
    printed = letters("".join(pages.texts))
    for text, times in promised.items():
        assert printed.count(text) >= times, text


def check_outline(pages: Pages) -> None:
    """Every bookmark leads to the page on which its words stand."""
    assert len(pages.outline) > 5
    for _, label, index in pages.outline:
        assert letters(label) in letters(pages.texts[index]), (label, index)


def check_contents(pages: Pages) -> None:
    """Every line of the contents names the page on which its heading stands."""
    contents = next(unit for unit in pages.edition.units if unit.id == "contents")
    rows = re.findall(r'<a[^>]*href="#([^"]+)"[^>]*>(.*?)</a>', contents.html, re.DOTALL)
    found = 0
    for anchor, inside in rows:
        title = letters(re.sub(r"<[^>]*>", "", inside))
        if not title:
            continue
        page = pages.edition.page_map.pages[anchor]
        assert title in letters(pages.texts[page - 1]) or title[:20] in letters(pages.texts[page - 1]), title
        folio = pages.edition.page_map.folio(anchor)
        assert folio == pages.labels[page - 1]
        found += 1
    assert found > 5


def check_labels(pages: Pages) -> None:
    """Page labels count up in Roman, then in Arabic numerals from 1; shown folios agree with them."""
    roman = [label for label in pages.labels if not label.isdecimal()]
    arabic = [label for label in pages.labels if label.isdecimal()]
    assert pages.labels == (*roman, *arabic)
    assert arabic == [str(number) for number in range(1, len(arabic) + 1)]
    shown = 0
    for text, label in zip(pages.texts, pages.labels, strict=True):
        words = text.split()
        shown += label in words
    assert shown > len(pages.labels) / 2


def check_slots(pages: Pages) -> None:
    """Every page number that is printed for one anchor is the label of the page where the anchor fell."""
    mentioned = {
        anchor for unit in pages.edition.units for slot in SLOT.findall(unit.html) for anchor in slot.split()
    }
    for anchor in mentioned:
        page = pages.edition.page_map.pages[anchor]
        assert pages.edition.page_map.folio(anchor) == pages.labels[page - 1]


CHECKS = (check_no_errors, check_notes, check_outline, check_contents, check_labels, check_slots)


@pytest.mark.xdist_group("starter")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_starter_is_printed_as_promised(check, language: str, starter_pages: dict[str, Pages]) -> None:  # type: ignore[no-untyped-def]
    check(starter_pages[language])


def test_the_real_book_is_printed_as_promised(tmp_path: Path) -> None:
    """One test, since building the book is what takes the time: every check in every language."""
    book, pages = print_all(Project(ROOT), tmp_path / "cache")

    for edition in pages.values():
        for check in CHECKS:
            check(edition)
    check_content(book, pages)
    check_same_notes(*(pages[language] for language in LANGUAGES))


def check_content(book: Book, pages: dict[str, Pages]) -> None:
    """What the first issue asks of the content, at least."""
    assert len(book.quantities) >= 40
    assert sum(len(quantity.claims) for quantity in book.quantities) >= 120
    assert len(book.sources) >= 5 + 15
    for edition in pages.values():
        assert edition.edition.edition.coverage.percent == 100
        assert edition.edition.edition.untranslated == 0


def check_same_notes(one: Pages, other: Pages) -> None:
    """The same note has the same number in every language."""
    for mine, theirs in zip(one.edition.units, other.edition.units, strict=True):
        assert mine.id == theirs.id
        numbers = [note.number for note in mine.notes]
        assert numbers == [note.number for note in theirs.notes], mine.id
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)], mine.id


def test_the_real_book_has_no_mistakes() -> None:
    findings = manuscript.check_book(Project(ROOT), ("all",), Settings(strict=True), silent)
    assert [str(one) for one in findings if one.severity is Severity.ERROR] == []


@pytest.mark.skipif(not (ROOT.parent / "shared" / "documents").is_dir(), reason="the documents are not here")
def test_every_extract_stands_in_its_document() -> None:
    settings = Settings(strict=True, documents=ROOT.parent / "shared" / "documents")
    findings = manuscript.check_book(Project(ROOT), ("en",), settings, silent)
    assert [str(one) for one in findings if one.code.startswith("E") and one.severity is Severity.ERROR] == []


@pytest.mark.xdist_group("starter")
def test_two_builds_in_two_folders_are_the_same_bytes(
    starter: Project, starter_pages: dict[str, Pages], tmp_path: Path
) -> None:
    """Whatever the folder, the number of workers and the cache."""
    again = Project(tmp_path / "elsewhere, with spaces")
    manuscript.new_book(again.root)
    book, _ = manuscript.read(again, silent)
    assert book is not None
    settings = Settings(jobs=2, cache=None)

    printed = editions.print_languages(again, book, book.languages, settings, silent)

    for one in printed:
        assert one.pdf == starter_pages[one.edition.lang].edition.pdf


def test_a_second_build_from_the_cache_is_the_same_bytes(starter: Project, tmp_path: Path) -> None:
    _, first = print_all(starter, tmp_path / "cache")
    _, second = print_all(starter, tmp_path / "cache")

    for language, pages in first.items():
        assert second[language].edition.pdf == pages.edition.pdf
        assert second[language].edition.layouts == 0
