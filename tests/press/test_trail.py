"""A changed word costs its page: the others stay as they were, and no byte shows it."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from press_books import STYLE, edited, random_book, settings

from bookbuild.model.unit import PageMap, Unit
from bookbuild.press.cache import SheetCache, Was
from bookbuild.press.edition import Printed, jobs_of, print_edition, trail_name
from bookbuild.press.folios import plan
from bookbuild.press.settings import StyleSheet
from bookbuild.press.sheets import LaidOut
from bookbuild.press.splice import spliced
from bookbuild.press.trail import trail_from_bytes, trail_to_bytes
from bookbuild.press.typeset import Before, Job, Resumed, typeset, typeset_again

LONG = random_book(7, chapters=1, blocks=60, references=False)[1]
"""A chapter of some ten pages."""


def job_of(unit: Unit, root: Path, css: str = "") -> Job:
    """Return the work of laying a unit out."""
    setting = settings(root)
    order = plan([unit], [1], setting.folio)
    styles = (STYLE, StyleSheet("styles/more.css", css))
    [job], _ = jobs_of([unit], styles, setting, PageMap({}, ()), order)
    return job


def before(sheet: LaidOut) -> Before:
    """Return what is told of the last time."""
    assert sheet.trail is not None
    return Before("", sheet.trail, sheet.sheets.notes, sheet.sheets.anchors, sheet.fonts)


def again(unit: Unit, changed: Unit, root: Path, css: str = "") -> LaidOut | Resumed:
    """Lay a unit out, and again with a change."""
    return typeset_again(job_of(changed, root, css), before(typeset(job_of(unit, root, css))))


def with_text(unit: Unit, old: str, new: str) -> Unit:
    """Change one text of a unit."""
    assert unit.html.count(old) == 1
    return replace(unit, html=unit.html.replace(old, new))


def token_on(unit: Unit, root: Path, share: float) -> str:
    """Return a word that stands once in a unit, so far into it."""
    words = [word for word in unit.html.replace("<", " ").split() if word.startswith("text1w")]
    return words[int(len(words) * share)]


def changed_at(share: float, root: Path) -> Unit:
    """Return the long chapter with a word changed so far into it."""
    word = token_on(LONG, root, share)
    return replace(LONG, html=LONG.html.replace(f"{word} ", f"{word} another ", 1))


def printed(book: list[Unit], root: Path, cache: SheetCache | None) -> Printed:
    return print_edition(book, [STYLE], settings(root), cache=cache)


@pytest.mark.parametrize("seed", range(8))
def test_a_book_edited_again_and_again_has_the_bytes_of_one_printed_anew(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    cache = SheetCache(tmp_path / "cache")
    book = random_book(seed, chapters=2, blocks=25)
    printed(book, tmp_path, cache)
    made = pages = 0
    for _ in range(4):
        book = edited(book, chance)
        kept, anew = printed(book, tmp_path, cache), printed(book, tmp_path, None)
        assert kept.pdf == anew.pdf
        assert kept.diagnostics == anew.diagnostics
        made, pages = made + kept.facts.pages_laid_out, pages + anew.facts.pages
    assert made < pages / 2


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_changed_word_lays_out_few_pages_and_all_facts_are_those_of_the_whole(
    share: float, tmp_path: Path
) -> None:
    was, job = typeset(job_of(LONG, tmp_path)), job_of(changed_at(share, tmp_path), tmp_path)
    resumed, whole = typeset_again(job, before(was)), typeset(job)
    assert isinstance(resumed, Resumed)
    assert was.sheets.pages > 8
    assert resumed.middle.sheets.pages <= 3
    put_together = spliced(job, was, resumed)
    without_file = [replace(one, sheets=replace(one.sheets, pdf=b"")) for one in (put_together, whole)]
    assert without_file[0] == without_file[1]
    assert put_together.trail == whole.trail


def test_a_trail_can_be_kept() -> None:
    trail = typeset(job_of(LONG, Path())).trail
    assert trail is not None
    assert trail_from_bytes(trail_to_bytes(trail)) == trail
    for damaged in (b"", b"[]", b"{}", b"[1,2,3,4]", trail_to_bytes(trail)[:-9]):
        with pytest.raises(ValueError, match="no trail"):
            trail_from_bytes(damaged)


def test_other_elements_lay_out_the_whole_unit(tmp_path: Path) -> None:
    word = token_on(LONG, tmp_path, 0.5)
    emphasised = replace(LONG, html=LONG.html.replace(f"{word} ", f"<em>{word}</em> ", 1))
    assert isinstance(again(LONG, emphasised, tmp_path), LaidOut)


def test_another_class_lays_out_the_whole_unit(tmp_path: Path) -> None:
    classed = replace(LONG, html=LONG.html.replace("<p>", '<p class="x">', 1))
    assert isinstance(again(LONG, classed, tmp_path), LaidOut)


def test_what_is_wrong_with_a_changed_word_is_told_as_of_the_whole(tmp_path: Path) -> None:
    word = token_on(LONG, tmp_path, 0.5)
    strange = replace(LONG, html=LONG.html.replace(f"{word} ", f"{word} \U00012000 ", 1))
    found = again(LONG, strange, tmp_path)
    assert isinstance(found, LaidOut)
    assert [finding.code for finding in found.findings] == ["P112"]


def test_a_table_is_laid_out_from_its_first_page_as_its_last_row_decides_its_columns(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>row{number}</td><td>some words</td></tr>" for number in range(120))
    table = f"<table><thead><tr><th>Left</th><th>Right</th></tr></thead><tbody>{rows}</tbody></table>"
    paragraphs = "<p>" + "words of a paragraph " * 150 + "</p>"
    html = LONG.html[: LONG.html.index("<h1")] + paragraphs * 2 + table + paragraphs * 2 + "</body></html>"
    unit = replace(LONG, html=html, notes=(), anchors=(), bookmarks=())
    resumed = again(unit, with_text(unit, "row117", "row117 with more words than any other"), tmp_path)
    assert isinstance(resumed, Resumed)
    assert resumed.first <= 2
    assert resumed.middle.sheets.pages >= 3


def test_a_running_head_is_changed_on_all_pages_that_show_it(tmp_path: Path) -> None:
    css = "h2 { string-set: chapter content() }"
    paragraphs = "<p>" + "words of a paragraph " * 400 + "</p>"
    html = LONG.html[: LONG.html.index("<h1")] + f"<h2>Before</h2>{paragraphs * 4}</body></html>"
    unit = replace(LONG, html=html, notes=(), anchors=(), bookmarks=())
    changed = with_text(unit, "Before", "After")
    resumed = again(unit, changed, tmp_path, css)
    assert isinstance(resumed, Resumed)
    assert resumed.until == typeset(job_of(unit, tmp_path, css)).sheets.pages


def test_a_page_that_would_not_be_laid_out_again_shows_in_the_bytes(tmp_path: Path) -> None:
    """The comparison above can fail: a trail that forgets what a page looked at prints the old page."""
    was, job = typeset(job_of(LONG, tmp_path)), job_of(changed_at(0.5, tmp_path), tmp_path)
    assert was.trail is not None
    right = typeset_again(job, before(was))
    assert isinstance(right, Resumed)
    forgetful = [
        replace(page, last_text=-1) if at in (right.first, right.first + 1) else page
        for at, page in enumerate(was.trail.pages)
    ]
    wrong = typeset_again(job, replace(before(was), trail=replace(was.trail, pages=tuple(forgetful))))
    assert isinstance(wrong, Resumed)
    assert spliced(job, was, wrong).trail != typeset(job).trail


@pytest.mark.parametrize("damage", [b"", b"nothing", b"a b\n[]"])
def test_a_damaged_trail_costs_time_and_nothing_else(damage: bytes, tmp_path: Path) -> None:
    cache = SheetCache(tmp_path / "cache")
    book = random_book(3, references=False)
    printed(book, tmp_path, cache)
    changed = edited(book, random.Random(1))
    names: list[str] = []

    class Damaged(SheetCache):
        def last(self, name: str, job: Job) -> Was | None:
            names.append(name)
            self.store.put("trail", name, damage)
            return super().last(name, job)

    again = printed(changed, tmp_path, Damaged(tmp_path / "cache"))
    assert names
    assert again.pdf == printed(changed, tmp_path, None).pdf


def test_other_styles_lay_out_whole_units(tmp_path: Path) -> None:
    cache = SheetCache(tmp_path / "cache")
    book = random_book(3, references=False)
    first = printed(book, tmp_path, cache)
    larger = StyleSheet("styles/large.css", "html { font-size: 11pt }")
    again = print_edition(book, [STYLE, larger], settings(tmp_path), cache=cache)
    assert first.facts.pages_laid_out <= again.facts.pages_laid_out
    assert again.pdf == print_edition(book, [STYLE, larger], settings(tmp_path)).pdf


def test_a_unit_with_numbers_of_other_lengths_has_a_trail_of_its_own(tmp_path: Path) -> None:
    """Or each edit of a book whose numbers settle late would find the trail of the other state."""
    book = random_book(3, chapters=2, blocks=25)
    job = job_of(book[1], tmp_path)
    states = [replace(job, html=f'<p><a data-slot="0">{shape}</a> see</p>') for shape in ("00", "000", "00")]
    names = [trail_name(settings(tmp_path), book, state) for state in states]
    assert names[0] == names[2] != names[1]
    assert trail_name(settings(tmp_path), book, replace(job, html="<p>other words</p>")) != names[0]
