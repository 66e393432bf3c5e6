"""What the tests of whole books share: the starter and the real book, built once each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pypdfium2
import pytest

from bookbuild.build import editions, manuscript
from bookbuild.build.printed import PrintedEdition
from bookbuild.config import Project, Settings
from bookbuild.model.book import Book

ROOT = Path(__file__).parent.parent

hypothesis.settings.register_profile("no-clock", deadline=None)  # timings belong in tests/benchmarks/
hypothesis.settings.load_profile("no-clock")


def silent(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Swallow progress."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A finished edition, asked through its PDF by another reader than ours."""

    edition: PrintedEdition
    texts: tuple[str, ...]
    """Text of each page, as pdfium extracts it."""
    labels: tuple[str, ...]
    outline: tuple[tuple[int, str, int], ...]
    """Level, label and page index from 0 of each bookmark."""


def pages_of(edition: PrintedEdition) -> Pages:
    """Read a finished PDF with pdfium."""
    document = pypdfium2.PdfDocument(edition.pdf)
    try:
        texts = tuple(page.get_textpage().get_text_range() for page in document)
        labels = tuple(document.get_page_label(index) for index in range(len(document)))
        outline = tuple(
            (mark.level, mark.get_title(), mark.get_dest().get_index())
            for mark in document.get_toc(max_depth=5)
        )
    finally:
        document.close()
    return Pages(edition, texts, labels, outline)


def print_all(project: Project, cache: Path) -> tuple[Book, dict[str, Pages]]:
    """Typeset a book in all its languages."""
    book, findings = manuscript.read(project, silent)
    assert book is not None, findings
    printed = editions.print_languages(project, book, book.languages, Settings(jobs=2, cache=cache), silent)
    return book, {one.edition.lang: pages_of(one) for one in printed}


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A new book, as ``bookbuild new`` makes it."""
    folder = tmp_path_factory.mktemp("books") / "starter"
    manuscript.new_book(folder)
    return Project(folder)


@pytest.fixture(scope="session")
def starter_pages(starter: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pages]:
    return print_all(starter, tmp_path_factory.mktemp("cache"))[1]
