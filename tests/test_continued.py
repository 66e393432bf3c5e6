"""What runs over a page says so: tables, entries of the appendix and of registers, charts."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pyphen
import pytest

from bookbuild.model.edition import (
    Edition,
    Field,
    RegisterEntry,
    RegisterList,
    Run,
    Table,
    Words,
)
from bookbuild.press.edition import print_edition
from bookbuild.press.engine import engine
from bookbuild.press.settings import PressSettings
from bookbuild.press.styles import house_styles
from bookbuild.render.units import render_units
from bookbuild.translate.locale import open_locale
from tests.apparatus.small_books import book, chapter, claim, edition, quantity

FORTY = tuple(claim(f"c{n}", 100 + n, said_by=f"officials of district {n}") for n in range(40))


def words(text: str) -> Words:
    return Words((Run(text),))


def printed(made: Edition, folder: Path, language: str = "en") -> list[str]:
    """Print an edition and return the text of every page."""
    units = render_units(made, open_locale(language))
    settings = PressSettings(root=folder, title="A small book", lang=language)
    result = print_edition(units, house_styles(language), settings)
    # The small book speaks of “<b>” on purpose.
    assert [str(one) for one in result.diagnostics if one.code != "G211"] == []
    assert result.pdf is not None
    with pdfplumber.open(io.BytesIO(result.pdf)) as pdf:
        return [page.extract_text() or "" for page in pdf.pages]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A book with a long table, a register with a long entry among short ones, and a long appendix entry."""
    made = edition(book(chapter("one", "A."), quantities=[quantity("killed", *FORTY)]))
    rows = tuple((words(f"row {n}"), words("value")) for n in range(60))
    table = Table((words("Name"), words("Value")), rows, ("left", "left"), "t", words("Sixty rows"))
    short = RegisterEntry("s", (Run("Short entry"),), (Field(words("Where"), (words("here"),)),) * 2)
    many = words("so much is said here that it fills more than one line of the page " * 60)
    entry = RegisterEntry("e", (Run("Long entry"),), (Field(words("Where"), (words("here"),)),
                                                      Field(words("What"), (many,))))  # fmt: skip
    entries = (*(replace(short, id=f"s{n}") for n in range(4)), entry, replace(short, id="s9"))
    register = RegisterList("r", None, entries)
    sections = tuple(
        replace(one, blocks=(*one.blocks, table, register)) if one.id == "chapter-one" else one
        for one in made.sections
    )
    return printed(replace(made, sections=sections), tmp_path_factory.mktemp("book"))


def test_a_table_repeats_its_caption_and_says_that_it_goes_on(pages: list[str]) -> None:
    shown = [page for page in pages if re.search(r"^row \d+ value$", page, re.MULTILINE)]
    assert len(shown) > 1
    assert "Sixty rows" in shown[0]
    assert "continued" not in shown[0]
    for page in shown[1:]:
        assert "Sixty rows (continued)" in page
        assert page.index("Sixty rows (continued)") < page.index("Name Value")


def test_a_page_that_begins_within_an_entry_is_headed_by_it(pages: list[str]) -> None:
    first = next(n for n, page in enumerate(pages) if "Long entry" in page)
    assert "Long entry (continued)" not in pages[first]
    assert pages[first + 1].splitlines()[0].lower().find("long entry (continued)") >= 0
    last = max(n for n, page in enumerate(pages) if "so much is said here" in page)
    assert all("entry (continued)" in pages[n].lower() for n in range(first + 1, last + 1))
    assert "Short entry (continued)" not in "\n".join(pages)


def test_the_appendix_heads_its_pages_in_the_same_way(pages: list[str]) -> None:
    begins = next(n for n, page in enumerate(pages) if re.search(r"^People killed$|^Killed$", page, re.M))
    goes_on = [page for page in pages[begins + 1 :] if "(continued)" in page.partition("\n")[0].lower()]
    assert len(goes_on) >= 2


def test_the_axis_of_a_high_chart_stands_under_its_rows_on_every_page(pages: list[str]) -> None:
    charted = [page for page in pages if re.search(r"^[A-Z] Officials ?of ?district ?\d+ 1\d\d$", page, re.M)]
    assert charted
    for page in charted:
        assert re.search(r"^persons 100 110 120 130 140$", page, re.M), page


def test_names_are_broken_where_british_patterns_know_none() -> None:
    engine()
    plain = pyphen.Pyphen(lang="en", left=3, right=3)
    assert plain.inserted("Azerbaijanis") == "Azer-bai-ja-nis"
    assert plain.inserted("recognition") == "recog-ni-tion"
    assert plain.inserted("azerbaijanis") == "azerbaijanis"
