"""A writer at work: edits arrive, mistakes are told at their line, the place is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import EXECUTABLE, Chromium
from running import Running

from bookbuild.build import manuscript
from bookbuild.config import Project

pytestmark = [
    pytest.mark.skipif(not EXECUTABLE, reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.xdist_group("preview"),
    pytest.mark.browser,
]

SHOWN = """
  document.querySelector('#status').textContent === 'Up to date' &&
  [...document.querySelectorAll('.leaf[data-near] img')].every((one) => one.complete && one.naturalWidth > 0
    && one.dataset.look === model.pages[one.parentElement.dataset.page - 1].leaf.look)
"""
ASCENT = "book/chapters/ascent.md"

Edit = Callable[[str, str, str], None]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One book for all tests; each leaves it as it was."""
    root = tmp_path_factory.mktemp("books") / "book"
    manuscript.new_book(root)
    return Project(root)


@pytest.fixture(scope="module")
def shown(project: Project, cache: Path) -> Iterator[tuple[Running, Chromium]]:
    with Running(project.root, cache) as preview, Chromium() as browser:
        yield preview, browser


@pytest.fixture
def browser(project: Project, shown: tuple[Running, Chromium]) -> Iterator[Chromium]:
    """A browser that shows the book's pages."""
    preview, browser = shown
    whole = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    browser.resize(1440, 900)
    browser.open("about:blank")
    browser.open(preview.url)
    browser.until(f"document.querySelectorAll('.leaf').length > 20 && {SHOWN}", 180)
    yield browser
    for path, content in whole.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
    browser.until(f"state.findings.length === 0 && {SHOWN}")
    assert browser.logged == []


def sources(browser: Chromium, unit: str) -> list[str]:
    """Return the addresses of the pictures of a unit's pages."""
    pages = f"model.pages.filter((page) => page?.unit.id === '{unit}')"
    found: list[str] = browser.evaluate(f"{pages}.map((page) => page.src)")
    return found


def go_to(browser: Chromium, anchor: str) -> None:
    browser.evaluate(f"goTo(placeOf({anchor!r}))")
    browser.until(SHOWN)


def test_an_edit_arrives_in_its_chapter_and_the_place_is_kept(browser: Chromium, edit: Edit) -> None:
    go_to(browser, "b-ascent-5")
    scrolled = browser.evaluate("document.querySelector('#pages').scrollTop")
    before, others = sources(browser, "chapter-ascent"), sources(browser, "appendix")

    edit(ASCENT, "did not try", "did not even try")

    browser.until(f"{before!r}.every((one) => !model.pages.some((page) => page?.src === one)) && {SHOWN}")
    assert len(sources(browser, "chapter-ascent")) == len(before)
    assert sources(browser, "appendix") == others
    assert browser.evaluate("document.querySelector('#pages').scrollTop") == pytest.approx(scrolled, abs=2)


def test_pictures_are_asked_for_where_one_looks(browser: Chromium, edit: Edit) -> None:
    """Those of a book of hundreds of pages would take minutes; after an edit only what changed is drawn."""
    asked = "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.png')).length"
    near = browser.evaluate("document.querySelectorAll('.leaf[data-near]').length")
    assert 0 < browser.evaluate(asked) <= near < browser.evaluate("model.pages.length")

    go_to(browser, "b-ascent-5")
    before = browser.evaluate(asked)
    edit(ASCENT, "did not try", "did not dare")
    browser.until(f"state.editions[0].units.some((one) => !one.fresh) || {asked} > {before}")
    browser.until(SHOWN)
    assert browser.evaluate(asked) == before + 1


def test_a_mistake_is_told_at_its_line_and_vanishes_when_mended(browser: Chromium, edit: Edit) -> None:
    before = sources(browser, "chapter-ascent")
    edit(ASCENT, "What nobody asked", "What [@nobody-at-all] asked")

    browser.until("document.querySelector('#list').innerText.includes('nobody-at-all')")
    item = browser.evaluate("document.querySelector('#list li').innerText")
    line = (
        (Path(browser.evaluate("state.root")) / ASCENT)
        .read_text("utf-8")
        .split("[@nobody-at-all]")[0]
        .count("\n")
    )
    assert f"{ASCENT}:{line + 1}" in item
    assert "error" in item
    link = browser.evaluate("document.querySelector('#list a').href")
    assert link.startswith("vscode://file/")
    assert f"{ASCENT}:{line + 1}:" in link

    edit(ASCENT, "What [@nobody-at-all] asked", "What nobody asked")
    browser.until(f"document.querySelectorAll('#list li').length === 0 && {SHOWN}")
    assert sources(browser, "chapter-ascent") == before


def test_a_broken_file_leaves_the_last_good_pages(browser: Chromium, project: Project) -> None:
    chapter = project.root / ASCENT
    whole = chapter.read_text("utf-8")
    before = sources(browser, "chapter-ascent")

    chapter.write_text(whole[:100] + "\n:::{figure-table} party\n", "utf-8")
    browser.until("document.querySelector('#status').classList.contains('broken')")
    assert ASCENT in browser.evaluate("document.querySelector('#list').innerText")
    assert sources(browser, "chapter-ascent") == before

    chapter.unlink()
    browser.until("document.querySelector('#list').innerText.includes('book/book.yaml')")
    assert sources(browser, "chapter-ascent") == before

    chapter.write_text(whole, "utf-8")
    browser.until(f"document.querySelectorAll('#list li').length === 0 && {SHOWN}")
    assert sources(browser, "chapter-ascent") == before


def test_another_language_opens_at_the_same_place(browser: Chromium) -> None:
    go_to(browser, "quantity-party")

    browser.evaluate("document.querySelector('#languages [lang=az]').click()")

    browser.until(f"document.querySelector('#pages').lang === 'az' && {SHOWN}")
    here = browser.until("location.hash.startsWith('#az/') && location.hash")
    assert here == "#az/quantity-party"
    browser.evaluate("document.querySelector('#languages [lang=en]').click()")
    assert browser.until("location.hash.startsWith('#en/') && location.hash") == "#en/quantity-party"


def test_the_text_opens_at_the_same_place_and_back(browser: Chromium) -> None:
    go_to(browser, "quantity-party")

    browser.evaluate("document.querySelector('#view-text').click()")

    anchor = "document.querySelector('#text').contentDocument?.getElementById('quantity-party')"
    top = f"Math.abs({anchor}?.getBoundingClientRect().top - innerHeight * 0.25) < 60"
    browser.until(top)
    browser.evaluate("document.querySelector('#view-pages').click()")
    assert (
        browser.until("!document.querySelector('#pages').hidden && whereWeAre().trail[0].anchor")
        == "quantity-party"
    )


def test_a_click_on_a_page_leads_to_its_line(browser: Chromium, project: Project) -> None:
    go_to(browser, "b-ascent-5")
    x, y = browser.evaluate(
        """(() => {
          const mark = model.anchors.get('b-ascent-5');
          const edges = document.querySelectorAll('.leaf')[mark.page - 1].getBoundingClientRect();
          return [edges.left + edges.width * 0.4, edges.top + edges.height * (mark.y + 0.012)];
        })()"""
    )
    browser.click(x, y)

    where = browser.until("chosen && document.querySelector('#places').innerText")
    line = browser.evaluate("model.anchors.get('b-ascent-5').place[1]")
    assert f"{ASCENT}:{line}" in where


def test_a_translator_sees_the_message_and_the_change(
    browser: Chromium, project: Project, edit: Edit
) -> None:
    browser.evaluate("document.querySelector('#languages [lang=az]').click()")
    browser.until(f"document.querySelector('#pages').lang === 'az' && {SHOWN}")
    path, line, _ = browser.evaluate("model.anchors.get('b-preface-1').translated")
    before = browser.evaluate("[...document.images].map((one) => one.src)")
    catalog = project.root / path
    lines = catalog.read_text("utf-8").split("\n")
    assert lines[line - 1].startswith("msgstr")

    lines[line] = lines[line].replace('"', '"Bəli, ', 1)
    catalog.unlink()  # as some editors do before they write
    browser.until("document.querySelector('#status').classList.contains('broken')")
    assert browser.evaluate("[...document.images].map((one) => one.src)") == before
    catalog.write_text("\n".join(lines)[:-400], "utf-8")  # half saved
    browser.until("document.querySelector('#list').innerText.includes('the last line is cut off')")
    catalog.write_text("\n".join(lines), "utf-8")

    browser.until(f"state.findings.length === 0 && {SHOWN}")
    assert browser.evaluate("[...document.images].map((one) => one.src)") != before


def test_the_place_is_kept_when_the_window_changes(browser: Chromium) -> None:
    go_to(browser, "b-ascent-5")
    share = """(() => {
      const desk = document.querySelector('#pages').getBoundingClientRect();
      const mark = model.anchors.get('b-ascent-5');
      const leaf = document.querySelectorAll('.leaf')[mark.page - 1].getBoundingClientRect();
      return (leaf.top + mark.y * leaf.height - desk.top) / desk.height;
    })()"""
    assert browser.evaluate(share) == pytest.approx(0.25, abs=0.01)
    for width, height in ((390, 780), (1000, 700), (1600, 900)):
        browser.resize(width, height)
        browser.until(f"innerWidth === {width} && frame === size()")
        assert browser.evaluate(share) == pytest.approx(0.25, abs=0.01)


def test_a_link_on_a_page_leads_to_its_page(browser: Chromium) -> None:
    go_to(browser, "b-ascent-5")
    anchor = browser.until("""[...document.querySelectorAll('.leaf a')]
      .map((one) => one.hash.split('/')[1]).find((one) => one.startsWith('quantity-'))""")

    browser.evaluate(f"document.querySelector('.leaf a[href$=\"/{anchor}\"]').click()")

    assert browser.until(f"whereWeAre().trail[0].anchor === {anchor!r} && chosen.anchor") == anchor


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_window(browser: Chromium, width: int) -> None:
    browser.resize(width, 740, phone=width < 500)
    assert browser.until(f"innerWidth === {width} && document.documentElement.scrollWidth") <= width
    assert browser.evaluate(
        "document.querySelector('#pages').scrollWidth <= document.querySelector('#pages').clientWidth"
    )
    unnamed = """[...document.querySelectorAll('button, a, input, iframe, img')].filter((one) => !(
      one.textContent.trim() || one.alt || one.title || one.getAttribute('aria-label') || one.labels?.length
    )).length"""
    assert browser.evaluate(unnamed) == 0
