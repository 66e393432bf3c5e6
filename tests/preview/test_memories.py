"""What is kept between two readings of a book never shows: not in a word, not in a place."""

from __future__ import annotations

import pytest

from bookbuild.apparatus.memory import Memory as ApparatusMemory
from bookbuild.build import editions, manuscript
from bookbuild.config import Project
from bookbuild.diagnostics import Severity
from bookbuild.figures.compare import compare_all
from bookbuild.model.unit import Unit
from bookbuild.render import render_units
from bookbuild.render.units import Memory as RenderMemory
from bookbuild.translate.localize import Memory as LocalizeMemory
from bookbuild.translate.localize import localize
from bookbuild.translate.po import read_catalog

BOOK, ASCENT, FIGURES, SOURCES = (
    "book/book.yaml",
    "book/chapters/ascent.md",
    "book/figures/ascent.yaml",
    "book/sources.yaml",
)
CATALOG = "locales/az/LC_MESSAGES/book.po"
EDITS = {
    "a word of a chapter": (ASCENT, "did not try", "did not dare"),
    "a figure in a chapter": (ASCENT, "did not try", "did not try, says {claim}`party/diary`"),
    "lines above a chapter's words": (ASCENT, "---\n\n", "---\n\n\n\n"),
    "lines above the claims": (FIGURES, "quantities:\n", "# Who climbed,\n# and when\n\nquantities:\n"),
    "lines above the sources": (SOURCES, "- id:", "# As exported\n\n- id:"),
    "the title of a quantity": (FIGURES, "title: Size of the party", "title: How many they were"),
    "a source": (SOURCES, "A Summer above Tarvik", "Two Summers above Tarvik"),
    "a translation": (CATALOG, 'msgstr "Kim birinci idi"', 'msgstr "Kim ən birinci idi"'),
    "lines above the translations": (CATALOG, "\n\n#", "\n\n\n\n#"),
    "how near is near": (BOOK, "about: 10 %", "about: 40 %"),
    "where chapters open": (BOOK, "chapters-open: recto", "chapters-open: next"),
}


class Remembered:
    """Takes one language of a book to units, again and again."""

    def __init__(self, project: Project, language: str) -> None:
        self.project = project
        self.language = language
        self.locale = manuscript.locale_of(project, language)
        self.memories = (LocalizeMemory(), ApparatusMemory(), RenderMemory())

    def units(self) -> tuple[Unit, ...]:
        return self._units(*self.memories)

    def units_made_anew(self) -> tuple[Unit, ...]:
        return self._units(LocalizeMemory(), ApparatusMemory(), RenderMemory())

    def _units(
        self, messages: LocalizeMemory, sections: ApparatusMemory, written: RenderMemory
    ) -> tuple[Unit, ...]:
        project = self.project
        book, findings = manuscript.read(project, lambda *_: None)
        assert book is not None, findings
        assert not any(one.severity is Severity.ERROR for one in findings), findings
        catalog = None
        if self.language != book.source_language:
            catalog, _ = read_catalog(project.catalog(self.language), CATALOG)
        localized = localize(book, catalog, self.language, manuscript.parse_inlines, messages)
        edition = editions.edition_of(project, book, localized, compare_all(book), self.locale, sections)
        return render_units(edition, self.locale, written)


@pytest.mark.parametrize("language", ["en", "az"])
def test_after_each_edit_words_and_places_are_those_of_a_first_reading(
    project: Project, language: str
) -> None:
    book = Remembered(project, language)
    before = repr(book.units())
    for what, (path, old, new) in EDITS.items():
        file = project.root / path
        text = file.read_text("utf-8")
        assert old in text, what
        file.write_text(text.replace(old, new, 1), "utf-8")
        # Not by “==”: places do not count there.
        after = repr(book.units())
        assert after == repr(book.units_made_anew()), what
        assert after != before or path in (CATALOG, SOURCES), f"{what}: no effect, so nothing is tested"
        file.write_text(text, "utf-8")
        assert repr(book.units()) == before, f"{what}, taken back"


def test_what_has_not_changed_is_not_made_again(project: Project) -> None:
    book = Remembered(project, "en")
    before = {unit.id: unit for unit in book.units()}
    file = project.root / ASCENT
    file.write_text(file.read_text("utf-8").replace("did not try", "did not dare"), "utf-8")
    after = {unit.id: unit for unit in book.units()}

    assert after["chapter-ascent"].html != before["chapter-ascent"].html
    others = before.keys() - {"chapter-ascent"}
    assert all(after[unit].html is before[unit].html for unit in others)
