"""A book that is read again and again ends where one ends that is read once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from bookbuild.build import manuscript
from bookbuild.build.proofs import Proofs
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Severity
from bookbuild.preview.raster import Raster
from bookbuild.read import parse_inlines
from bookbuild.translate.localize import Memory, localize

pytestmark = pytest.mark.xdist_group("preview")

ASCENT = "book/chapters/ascent.md"
Edit = Callable[[str, str, str], None]


class Desk:
    """Proofs, and a way to wait until nothing is being done."""

    def __init__(self, project: Project, settings: Settings) -> None:
        self.news = threading.Event()
        self.proofs = Proofs(project, ("all",), settings, self.news.set)

    def refresh(self, watched: tuple[str, str] = ("", "")) -> None:
        self.proofs.refresh(watched)
        while self.proofs.busy() != (0, False):
            assert self.news.wait(120)
            self.news.clear()

    def looks(self, language: str = "en") -> dict[str, str]:
        edition = next(one for one in self.proofs.editions() if one.lang == language)
        return {unit.id: unit.look for unit in edition.units}


@pytest.fixture
def desk(project: Project, settings: Settings) -> Iterator[Desk]:
    desk = Desk(project, settings)
    desk.refresh()
    yield desk
    desk.proofs.close()


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {unit for unit in before.keys() | after.keys() if before.get(unit) != after.get(unit)}


def test_a_word_changes_the_pages_of_its_chapter_only(desk: Desk, edit: Edit) -> None:
    before = desk.looks()
    edit(ASCENT, "did not try", "did not dare")
    desk.refresh(("en", "chapter-ascent"))

    assert changed(before, desk.looks()) == {"chapter-ascent"}
    assert not desk.proofs.broken()


def test_a_line_above_moves_places_but_no_picture(desk: Desk, edit: Edit) -> None:
    before = desk.looks()
    facts = {unit.id: unit.facts for unit in desk.proofs.editions()[0].units}
    edit(ASCENT, "---\n\n", "---\n\n\n\n")
    desk.refresh()

    assert desk.looks() == before
    now = {unit.id: unit.facts for unit in desk.proofs.editions()[0].units}
    assert changed(facts, now) == {"chapter-ascent"}


EDITS = [
    (ASCENT, "did not try", "did not try, says {claim}`party/diary`"),
    (ASCENT, "## The first on top", "## A new heading\n\nNew words.\n\n## The first on top"),
    ("book/figures/ascent.yaml", "title: Size of the party", "title: How many they were"),
    ("locales/az/LC_MESSAGES/book.po", 'msgstr "Kim birinci idi"', 'msgstr "Kim ən birinci idi"'),
    ("book/sources.yaml", "A Summer above Tarvik", "Two Summers above Tarvik"),
]


LOOKS = [
    (ASCENT, "did not try", "did not dare"),
    ("book/images/orsel.svg", "stroke-width=", "opacity='0.5' stroke-width="),
    ("book/chapters/preface.md", "---\n\n", "---\n\n" + "More of it. " * 900 + "\n\n"),
    ("styles/own.css", "", "h1, p { font-style: italic }"),
]


def test_pages_that_are_to_look_alike_do(desk: Desk, project: Project) -> None:
    """A browser does not ask again for a page of the same look; most edits change one or two."""
    drawn, changes = pictures(desk), []
    (project.root / "styles").mkdir()
    (project.root / "styles/own.css").write_text("", "utf-8")
    for path, old, new in LOOKS:
        file = project.root / path
        file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
        desk.refresh()
        assert not desk.proofs.broken()
        now = pictures(desk)
        both = [(drawn[page], now[page]) for page in drawn.keys() & now.keys()]
        assert all(before.png == after.png for before, after in both if before.look == after.look)
        changes.append(sum(before.look != after.look for before, after in both))
        assert sum(before.png != after.png for before, after in both) > 0
        drawn = now

    assert changes[0] == 1  # the page with the word
    assert changes[1] <= 2  # that with the picture, and a chart after it, whose parts are numbered anew


@dataclass(frozen=True)
class Picture:
    """A page: how it is said to look, and how it is drawn."""

    look: str
    png: str


def pictures(desk: Desk) -> dict[tuple[str, int], Picture]:
    """Draw all pages, by unit and number in the unit."""
    raster, found = Raster(), {}
    for unit in desk.proofs.editions()[0].units:
        leaves = desk.proofs.leaves("en", unit.facts)
        assert leaves
        for number, leaf in enumerate(leaves, 1):
            png = raster.png(unit.look, number, lambda look=unit.look: desk.proofs.pdf("en", look))
            assert png
            found[unit.id, number] = Picture(leaf.look, hashlib.sha256(png).hexdigest())
    raster.close()
    return found


def test_after_many_edits_all_is_as_if_read_once(desk: Desk, project: Project, settings: Settings) -> None:
    """Whatever is kept between two readings, it never shows."""
    for path, old, new in EDITS:
        file = project.root / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")
        desk.refresh()

    fresh = Desk(project, settings)
    try:
        fresh.refresh()
        assert fresh.looks("en") == desk.looks("en")
        assert fresh.looks("az") == desk.looks("az")
        assert fresh.proofs.findings() == desk.proofs.findings()
        assert fresh.proofs.html("az") == desk.proofs.html("az")
        assert [one.units for one in fresh.proofs.editions()] == [one.units for one in desk.proofs.editions()]
    finally:
        fresh.proofs.close()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (ASCENT, ""),
        (ASCENT, "---\ntitle: The first"),
        (ASCENT, "---\ntitle: x\n---\n\n:::{figure-table} party\n"),
        (ASCENT, "---\ntitle: x\n---\n\n<<<<<<< HEAD\n"),
        (ASCENT, "---\ntitle: x\n---\n\n\x00"),
        ("book/book.yaml", "title: [\n"),
        ("book/book.yaml", ""),
        ("book/figures/ascent.yaml", "quantities:\n  - id: party\n    claims:\n      - id: "),
        ("book/figures/ascent.yaml", None),
        ("book/sources.yaml", "- id"),
        (ASCENT, None),
        ("book", None),
    ],
)  # fmt: skip
def test_a_broken_state_is_told_and_the_last_good_pages_stay(
    desk: Desk, project: Project, path: str, text: str | None
) -> None:
    before = desk.looks()
    file = project.root / path
    if text is None:
        away = project.root / "away"
        file.rename(away)
    else:
        whole = file.read_text("utf-8")
        file.write_text(text, "utf-8")
    desk.refresh()

    assert desk.looks() == before
    told = [one for one in desk.proofs.findings() if one.severity is Severity.ERROR]
    assert told or desk.proofs.failures()
    if text is None:
        away.rename(file)
    else:
        file.write_text(whole, "utf-8")
    desk.refresh()
    assert desk.looks() == before
    assert not desk.proofs.broken()
    assert desk.proofs.failures() == []
    assert desk.proofs.findings() == []


def test_a_style_sheet_that_is_no_text_is_told(desk: Desk, project: Project) -> None:
    project.styles.mkdir(exist_ok=True)
    (project.styles / "own.css").write_bytes(b"p { color: black } \xff")
    desk.refresh()

    assert desk.proofs.broken()
    assert any("styles/own.css" in words for words in desk.proofs.failures())
    (project.styles / "own.css").unlink()
    desk.refresh()
    assert not desk.proofs.broken()


def test_what_only_the_check_finds_is_told_at_its_line(desk: Desk, edit: Edit) -> None:
    edit(ASCENT, "did not try", "did not try in 1234 years with 5678 mules")
    desk.refresh()

    assert {one.place.path for one in desk.proofs.findings()} >= {ASCENT}


def test_marks_tell_who_wrote_what_and_where_it_is_translated(desk: Desk, project: Project) -> None:
    edition = next(one for one in desk.proofs.editions() if one.lang == "az")
    unit = next(one for one in edition.units if one.id == "chapter-ascent")
    leaves = desk.proofs.leaves("az", unit.facts)
    assert leaves is not None
    assert len(leaves) == unit.pages

    marks = [mark for leaf in leaves for mark in leaf.marks if mark.anchor.startswith("b-ascent")]
    mark = next(mark for mark in marks if mark.place.path == ASCENT)
    written = (project.root / mark.place.path).read_text("utf-8").split("\n")[mark.place.line - 1]
    catalog = (project.root / mark.translated.path).read_text("utf-8").split("\n")
    above = "\n".join(catalog[: mark.translated.line - 1]).rpartition("msgctxt")[2]
    assert written[:20] in above.replace('"\n"', "")
    assert catalog[mark.translated.line - 1].startswith("msgstr")
    assert 0 < mark.y < 1
    assert desk.proofs.leaves("az", "0" * 64) is None


def test_every_unit_is_a_pdf_of_its_own(desk: Desk) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    edition = desk.proofs.editions()[0]
    for unit in edition.units:
        data = desk.proofs.pdf("en", unit.look)
        assert data is not None
        document = pypdfium2.PdfDocument(data)
        texts = [page.get_textpage().get_text_range() for page in document]
        document.close()
        leaves = desk.proofs.leaves("en", unit.facts)
        assert leaves is not None
        assert len(texts) == unit.pages == len(leaves)
        if unit.id.startswith("chapter-"):
            assert all(leaf.folio in text.split() for leaf, text in zip(leaves, texts, strict=True))


def test_what_is_kept_of_a_translation_is_what_is_made_anew(project: Project) -> None:
    book, _ = manuscript.read(project, lambda *_: None)
    assert book is not None
    path = project.catalog("az")
    catalog, _ = manuscript.read_catalog(path, "book.po")
    memory = Memory()
    once = localize(book, catalog, "az", parse_inlines, memory)
    again = localize(book, catalog, "az", parse_inlines, memory)

    assert again == once == localize(book, catalog, "az", parse_inlines)
    assert next(again.book.chapters()) is next(once.book.chapters())
    without = localize(book, None, "az", parse_inlines, memory)
    assert without == localize(book, None, "az", parse_inlines)
    assert without.coverage.translated == 0
