"""Page numbers settle, the PDF is whole, and the bytes are the same however they were made."""

from __future__ import annotations

import errno
import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from press_books import STYLE, random_book, settings

from bookbuild.model.page import Opening
from bookbuild.model.unit import Bookmark, Numbering
from bookbuild.press import join, typeset
from bookbuild.press.cache import SheetCache
from bookbuild.press.edition import Printed, print_edition, remembered_as
from bookbuild.press.settings import Limits, PressSettings, StyleSheet


def texts(pdf: bytes) -> list[str]:
    """Return the text of each page, as another program reads it."""
    document = pypdfium2.PdfDocument(pdf)
    pages = []
    for page in document:
        text = page.get_textpage()
        pages.append(text.get_text_range())
        text.close()
        page.close()
    document.close()
    return pages


def test_a_random_book_is_printed_without_findings(printed: Printed) -> None:
    assert [str(diagnostic) for diagnostic in printed.diagnostics] == []
    assert printed.facts.notes == sum(len(unit.notes) for unit in random_book(1))


def test_another_reader_finds_every_note_once_and_on_the_page_of_the_map(printed: Printed) -> None:
    pages = [" ".join(text.replace("\ufffe", "").split()) for text in texts(printed.pdf)]
    for unit in random_book(1):
        for note in unit.notes:
            token = note.text.split()[0].rstrip(".")
            found = [
                number for number, text in enumerate(pages, 1) if token in text.replace(".", " ").split()
            ]
            assert found == [printed.page_map.pages[note.id]]


def test_contents_and_references_print_the_number_that_stands_on_the_page(printed: Printed) -> None:
    pages = texts(printed.pdf)
    assert "i" in pages[0].split()
    for number in (1, 2, 3):
        page = printed.page_map.pages[f"c{number}"]
        folio = printed.page_map.folios[page - 1]
        assert f"Chapter {number} {folio}" in pages[0]
        assert folio in pages[page - 1].split()


def test_outline_labels_language_title_and_boxes_are_set(printed: Printed) -> None:
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert str(pdf.docinfo["/Title"]) == "A generated book"
        assert [str(page.label) for page in pdf.pages][:3] == ["i", "ii", "1"]
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == [
                "Contents",
                "Chapter 1",
                "Chapter 2",
                "Chapter 3",
            ]
        fonts = {str(font.BaseFont).split("+")[1] for page in pdf.pages for font in _fonts(page)}
        files = {
            font.DescendantFonts[0].FontDescriptor.FontFile2.objgen for p in pdf.pages for font in _fonts(p)
        }
        assert len(files) == len(fonts)
        assert pdf.check_pdf_syntax() == []


def _fonts(page: pikepdf.Page) -> list[pikepdf.Object]:
    return list(page.obj.get("/Resources", {}).get("/Font", {}).values())


def test_links_lead_across_units(printed: Printed) -> None:
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        targets = {str(annotation.Dest) for annotation in pdf.pages[0].obj.Annots}
    assert targets == {"c1", "c2", "c3"}


def test_the_bytes_are_the_same_in_workers_from_the_cache_and_in_another_folder(
    printed: Printed, tmp_path: Path
) -> None:
    book, cache = random_book(1), SheetCache(tmp_path / "cache")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as pool:
        spread = print_edition(book, [STYLE], settings(tmp_path), pool, cache)
    warm = print_edition(book, [STYLE], settings(tmp_path), cache=cache)
    assert spread.pdf == printed.pdf
    assert warm.pdf == printed.pdf
    assert (warm.facts.laid_out, warm.facts.rounds) == (0, 1)


@pytest.mark.parametrize("workers", [1, 4])
def test_the_bytes_are_the_same_for_any_number_of_workers(
    printed: Printed, tmp_path: Path, workers: int
) -> None:
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("forkserver")) as pool:
        assert print_edition(random_book(1), [STYLE], settings(tmp_path), pool).pdf == printed.pdf


def test_a_cache_full_of_another_state_of_the_book_changes_no_byte(printed: Printed, tmp_path: Path) -> None:
    book, cache = random_book(1), SheetCache(tmp_path / "cache")
    more = "<p>" + "More words between the others, and ever more. " * 120 + "</p></body>"
    longer = [
        replace(unit, html=unit.html.replace("</body>", more)) if at == 1 else unit
        for at, unit in enumerate(book)
    ]
    other = print_edition(longer, [STYLE], settings(tmp_path), cache=cache)
    back = print_edition(book, [STYLE], settings(tmp_path), cache=cache)
    assert other.facts.pages > printed.facts.pages
    assert back.facts.laid_out < len(book)
    assert back.pdf == printed.pdf


def test_one_changed_word_lays_out_one_unit(tmp_path: Path) -> None:
    cache = SheetCache(tmp_path / "cache")
    book = random_book(3, references=False)
    print_edition(book, [STYLE], settings(tmp_path), cache=cache)
    changed = replace(book[2], html=book[2].html.replace("commission", "committee", 1))
    again = print_edition([book[0], book[1], changed, book[3]], [STYLE], settings(tmp_path), cache=cache)
    assert again.facts.laid_out == 1
    assert again.diagnostics == ()


def test_a_chapter_that_opens_on_the_next_page_is_set_for_its_side(tmp_path: Path) -> None:
    result = print_edition(random_book(4, opening=Opening.NEXT, blocks=5), [STYLE], settings(tmp_path))
    assert result.diagnostics == ()
    assert result.facts.blank_pages <= 1


def test_references_that_move_themselves_are_reported_and_nothing_is_printed(tmp_path: Path) -> None:
    """Printed as “2”, the text is short and its target on page 1; printed as “1”, it is pushed to page 2."""
    book = random_book(1, chapters=1, blocks=1)
    css = StyleSheet("styles/own.css", ".far { break-before: page } .page-slot { display: none }")
    slot = '<span class="page-slot" data-pages="far"></span>'
    body = f'<p>See {slot}</p><div id="far">Far</div>'
    html = f'<!DOCTYPE html><html lang="en"><body><h1 id="c1" data-title="x">x</h1>{body}</body></html>'

    def folio(numbering: Numbering, number: int) -> str:
        return "w" * 3000 if number == 1 else "2"

    unit = replace(book[1], html=html, anchors=("c1", "far"), mentions=("far",), notes=(), bookmarks=())
    restless = PressSettings(tmp_path, "x", "en", folio=folio, limits=Limits(rounds=4))
    result = print_edition([unit], [STYLE, replace(css, text="p { word-break: break-all }")], restless)
    assert [d.code for d in result.diagnostics if d.code.startswith("P15")] == ["P150"]
    assert "“far”" in next(d.message for d in result.diagnostics if d.code == "P150")
    assert result.pdf == b""


def test_a_cache_does_not_decide_how_page_numbers_settle(tmp_path: Path) -> None:
    """Printed as “1” the text is short and “far” on page 1; printed as what page 2 is called, on page 2."""
    book = random_book(1, chapters=1, blocks=1)
    slot = '<span class="page-slot" data-pages="far"></span>'
    body = f'<p>See {slot}</p><div id="far">Far</div>'
    html = f'<!DOCTYPE html><html lang="en"><body><h1 id="c1" data-title="x">x</h1>{body}</body></html>'

    def folio(numbering: Numbering, number: int) -> str:
        return "w " * 1500 if number == 2 else str(number)

    unit = replace(book[1], html=html, anchors=("c1", "far"), mentions=("far",), notes=(), bookmarks=())
    either = PressSettings(tmp_path, "x", "en", folio=folio)
    cold = print_edition([unit], [STYLE], either)
    cache = SheetCache(tmp_path / "cache")
    cache.remember(remembered_as(either, [unit]), {"pages chapter-1": 2, "anchor far": 2})
    warm = print_edition([unit], [STYLE], either, cache=cache)
    assert (cold.page_map.pages["far"], cold.facts.pages) == (1, 1)
    assert warm.pdf == cold.pdf


def test_a_bookmark_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    book = random_book(1, chapters=1, blocks=2)
    unit = replace(book[1], bookmarks=(Bookmark(1, "Lost", "nowhere"),))
    result = print_edition([unit], [STYLE], settings(tmp_path))
    assert "G210" in {diagnostic.code for diagnostic in result.diagnostics}


@pytest.mark.parametrize("progress", [True])
def test_progress_is_told_unit_by_unit(tmp_path: Path, progress: bool) -> None:
    told: list[tuple[str, int, int]] = []
    print_edition(
        random_book(1, chapters=1, blocks=2),
        [STYLE],
        settings(tmp_path),
        progress=lambda title, done, all_: told.append((title, done, all_)),
    )
    assert sorted(told, key=lambda one: one[1]) == [("Contents", 1, 2), ("Chapter 1", 2, 2)]


def test_no_stream_of_the_file_is_empty(printed: Printed) -> None:
    """A compressed stream of no bytes is a damaged one to strict readers such as Ghostscript."""
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        streams = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream)]
        assert any("/Contents" not in page.obj for page in pdf.pages)
        assert [stream.objgen for stream in streams if not stream.read_raw_bytes()] == []


def test_a_picture_of_several_chapters_stands_in_the_file_once(tmp_path: Path) -> None:
    for name, shade in (("a", 10), ("b", 200)):
        Image.new("L", (8, 8), shade).save(tmp_path / f"{name}.png")
    book = random_book(1, chapters=3, blocks=1)
    shown = {1: "a", 2: "b", 3: "a"}
    units = [
        replace(unit, html=unit.html.replace("</h1>", f'</h1><img alt="" src="{shown[at]}.png">'))
        if at
        else unit
        for at, unit in enumerate(book)
    ]
    result = print_edition(units, [STYLE], settings(tmp_path))
    assert result.diagnostics == ()
    with pikepdf.open(io.BytesIO(result.pdf)) as pdf:
        kinds = [thing.get("/Subtype") for thing in pdf.objects if isinstance(thing, pikepdf.Stream)]
    assert kinds.count("/Image") == 2


def test_a_page_may_show_its_number_twice(tmp_path: Path) -> None:
    css = "@page :left { @bottom-left { content: string(folio) } }"
    result = print_edition(
        random_book(1, chapters=2), [STYLE, StyleSheet("styles/own.css", css)], settings(tmp_path)
    )
    assert result.diagnostics == ()
    with pikepdf.open(io.BytesIO(result.pdf)) as pdf:
        contents = [page.obj.Contents for page in pdf.pages if "/Contents" in page.obj]
        assert {len(parts) for parts in contents} == {2, 3}
        assert all(isinstance(part, pikepdf.Stream) for parts in contents for part in parts)


def test_a_number_that_every_chapter_prints_does_not_cost_a_second_layout(tmp_path: Path) -> None:
    """Each chapter names the last one, on page 103: how many digits that takes shows as chapters are set."""
    lines = "<p>A line of a few more words, here.</p>" * 240
    see = '<p>See <span class="page-slot" data-pages="c13"></span>.</p>'
    first = random_book(1, chapters=1, blocks=1)[1]
    chapters = [
        replace(
            first,
            id=f"c{number}",
            html=f'<!DOCTYPE html><html lang="en"><body><h1 id="c{number}" data-title="x">x</h1>'
            f"{see}{lines * (2 if number == 5 else 1)}</body></html>",
            anchors=(f"c{number}",),
            mentions=("c13",),
            notes=(),
            bookmarks=(),
        )
        for number in range(1, 14)
    ]
    result = print_edition(chapters, [STYLE], settings(tmp_path))
    assert [str(one) for one in result.diagnostics] == []
    assert result.page_map.folio("c13") == "103", "the case is one on the border of 100"
    assert result.facts.laid_out <= len(chapters) + 3


@pytest.mark.parametrize("room", [True, False], ids=["in a file", "no room for a file"])
def test_a_large_book_has_the_same_bytes(room: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes much memory is put on the disk while it is made, and let go of before it is read again."""
    parts = (random_book(1), [STYLE], settings(tmp_path))
    small = print_edition(*parts)

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    if not room:
        monkeypatch.setattr(join.tempfile, "TemporaryFile", full)
    monkeypatch.setattr(join, "_LARGE", 1)
    monkeypatch.setattr(typeset, "_LARGE", 1)
    assert print_edition(*parts) == small
