"""What is kept of a book's text from build to build saves work and changes nothing."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from bookbuild.apparatus.memory import Memory
from bookbuild.build import editions, manuscript
from bookbuild.build.kept import Shelf
from bookbuild.build.once import Once
from bookbuild.build.standing import Inputs, inputs_of
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookError, Severity
from bookbuild.figures.compare import compare_all
from bookbuild.model.unit import Unit
from bookbuild.press.store import Store
from bookbuild.render import render_units
from bookbuild.render.units import Memory as WrittenMemory
from tests.preview.test_memories import ASCENT, EDITS

OTHERS = {
    **EDITS,
    "another heading": (ASCENT, "## The first on top", "## Who was the first"),
    "other order": ("book/book.yaml", "[mountain, ascent]", "[ascent, mountain]"),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    manuscript.new_book(tmp_path / "book")
    return Project(tmp_path / "book")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def silent(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None: ...


def made(project: Project, language: str, store: Store | None) -> tuple[str, int]:
    """Return findings and units as a new process makes them, and how many values had to be made."""
    inputs = inputs_of(project)
    assert inputs is not None
    shelf = Shelf(store, inputs) if store else None
    book, findings = manuscript.read(project, silent, shelf)
    assert book is not None, findings
    locale = manuscript.locale_of(project, language)
    localized = manuscript.localized_book(project, book, language, locale)
    kept = shelf.edition(language) if shelf else None
    edition = editions.edition_of(project, book, localized, compare_all(book), locale, Memory(kept))
    units: tuple[Unit, ...] = render_units(edition, locale, WrittenMemory(kept))
    new = len(shelf._waiting) if shelf else 0
    if shelf:
        shelf.keep()
    return repr((findings, units)), new


@pytest.mark.parametrize("language", ["en", "az"])
def test_what_is_taken_from_the_shelf_is_what_is_made(project: Project, store: Store, language: str) -> None:
    first, new = made(project, language, store)
    assert new, "nothing is kept, so nothing is tested"
    assert made(project, language, store) == (first, 0)
    for what, (path, old, new_words) in OTHERS.items():
        file = project.root / path
        text = file.read_text("utf-8")
        assert old in text, what
        file.write_text(text.replace(old, new_words, 1), "utf-8")
        assert made(project, language, store)[0] == made(project, language, None)[0], what
        file.write_text(text, "utf-8")
    assert made(project, language, store) == (first, 0)


def test_a_word_costs_its_chapter(project: Project, store: Store) -> None:
    made(project, "en", store)
    file = project.root / ASCENT
    file.write_text(file.read_text("utf-8").replace("did not try", "did not dare"), "utf-8")
    assert made(project, "en", store)[1] == len(("read", "set", "written"))


def test_another_version_of_the_program_takes_nothing(project: Project, store: Store) -> None:
    inputs = inputs_of(project)
    assert inputs is not None
    shelf = Shelf(store, inputs)
    shelf.put((1, 2), "what")
    assert shelf.get("what") is None, "kept before the caller said so"
    shelf.keep()
    assert shelf.get("what") == (1, 2)
    assert Shelf(store, Inputs("another", inputs.files)).get("what") is None


@pytest.mark.parametrize("value", [print, sys.exit, Path("x"), Store(Path("x")), pickle.Unpickler])
def test_nothing_but_values_of_the_model_is_read(project: Project, store: Store, value: object) -> None:
    inputs = inputs_of(project)
    assert inputs is not None
    shelf = Shelf(store, inputs)
    shelf.put(value, "what")
    shelf.keep()
    assert shelf.get("what") is None


def test_what_no_pickle_is_is_missing(project: Project, store: Store) -> None:
    inputs = inputs_of(project)
    assert inputs is not None
    shelf = Shelf(store, inputs)
    store.put("text", shelf._key(("what",)), b"\x80\x05no pickle at all")
    assert shelf.get("what") is None


def test_what_several_ask_for_is_done_once() -> None:
    done = []
    once = Once(lambda: done.append(1) or len(done))
    assert (once(), once(), done) == (1, 1, [1])

    failing = Once(lambda: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            failing()


def test_errors_that_are_found_while_pages_are_laid_out_are_all_told(
    project: Project, tmp_path: Path
) -> None:
    """Nothing is published, and what is told is what ``check`` tells."""
    settings = Settings(jobs=2, cache=tmp_path / "cache")
    file = project.root / ASCENT
    file.write_text(file.read_text("utf-8") + "\nSee {ref}`nowhere` and {claim}`party/nobody`.\n", "utf-8")
    with pytest.raises(BookError) as caught:
        editions.build_pdfs(project, ("all",), settings, silent)
    wanted = manuscript.check_book(project, ("all",), settings, silent)
    assert [one for one in caught.value.diagnostics if one.severity is Severity.ERROR] == [
        one for one in wanted if one.severity is Severity.ERROR
    ]
    assert not list(project.dist.glob("*"))


def test_an_unsound_book_that_can_be_laid_out_is_not_published(project: Project, tmp_path: Path) -> None:
    settings = Settings(jobs=2, cache=tmp_path / "cache", strict=True)
    file = project.root / ASCENT
    file.write_text(file.read_text("utf-8") + "\nThey were 4711 people.\n", "utf-8")  # a bare figure: F015
    with pytest.raises(BookError) as caught:
        editions.build_pdfs(project, ("en",), settings, silent)
    assert "F015" in {one.code for one in caught.value.diagnostics}
    assert not list(project.dist.glob("*.pdf"))
