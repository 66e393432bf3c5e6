"""Every part of the gate, proven by a fault put into the finished PDF."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Name, Pdf, Stream
from press_books import STYLE, random_book, settings

from bookbuild.model.unit import PromisedNote, Unit
from bookbuild.press import edition, gate, pages
from bookbuild.press.cache import SheetCache
from bookbuild.press.readings import Readings

BOOK = random_book(1)


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> edition.Press:
    """The laid-out units of the book, so that faults are put in without laying it out again."""
    made = edition.Press(BOOK, (STYLE,), settings(tmp_path_factory.mktemp("book")), None, None, None)
    made.settle()
    return made


@pytest.fixture(scope="module")
def whole(press: edition.Press) -> bytes:
    return press.joined()


def codes(press: edition.Press, pdf: bytes) -> set[str]:
    return {d.code for d in gate.check(pdf, BOOK, press._sheets(), press.plan, press.settings)}


def with_fault(whole: bytes, fault: Callable[[Pdf], None]) -> bytes:
    """Return the PDF after a fault was put into it."""
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        fault(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def streams(page: pikepdf.Page) -> list[Any]:
    contents = page.obj.Contents
    return list(contents) if isinstance(contents, Array) else [contents]


def edit(pdf: Pdf, page: int, old: str, new: str, count: int = 1) -> None:
    """Replace something in the content of a page, from 1; it must be there."""
    for stream in streams(pdf.pages[page - 1]):
        content = stream.read_bytes().decode("latin-1")
        changed = re.sub(old, new, content, count=count, flags=re.DOTALL)
        if changed != content:
            stream.write(changed.encode("latin-1"))
            return
    raise AssertionError(f"nothing like {old} on page {page}")


def last_note_page(press: edition.Press) -> int:
    """Return a page of the book that has notes."""
    return press.map.pages[BOOK[1].notes[0].id]


SHOW = r"\[[^\]]*\] TJ"


def drop_line_of(pdf: Pdf, page: int, which: int) -> None:
    """Take the last but ``which`` shown text out of a page's own content."""
    stream = streams(pdf.pages[page - 1])[-1]
    content = stream.read_bytes().decode("latin-1")
    shown = list(re.finditer(SHOW, content))[which]
    stream.write((content[: shown.start()] + content[shown.end() :]).encode("latin-1"))


def lose_a_note(pdf: Pdf, press: edition.Press) -> None:
    # The last texts of a page are the notes and then the running head.
    for which in (-3, -3):
        drop_line_of(pdf, last_note_page(press), which)


def double_a_note(pdf: Pdf, press: edition.Press) -> None:
    page = pdf.pages[last_note_page(press) - 1]
    other = pdf.pages[last_note_page(press)]
    other.obj.Contents = Array([*streams(other), *streams(page)])


def lose_a_call(pdf: Pdf, press: edition.Press) -> None:
    page = last_note_page(press)
    stream = streams(pdf.pages[page - 1])[-1]
    content = stream.read_bytes().decode("latin-1")
    call = re.search(r"\[<[0-9a-f]{4}>0\] TJ", content)  # the first text of one glyph
    assert call is not None, "the page has a call"
    stream.write((content[: call.start()] + content[call.end() :]).encode("latin-1"))


def lose_a_line(pdf: Pdf, press: edition.Press) -> None:
    drop_line_of(pdf, last_note_page(press), 3)


def shift_a_number(pdf: Pdf, press: edition.Press) -> None:
    """Exchange the numbers of two lines of the contents."""
    stream = streams(pdf.pages[0])[-1]
    content = stream.read_bytes().decode("latin-1")
    shown = list(re.finditer(SHOW, content))
    numbers = [match for match in shown if match[0].count("<") == 1 and len(match[0]) < 18]
    first, second = numbers[0], numbers[1]
    assert first[0] != second[0], "two chapters begin on different pages"
    changed = content[: first.start()] + second[0] + content[first.end() : second.start()]
    stream.write((changed + first[0] + content[second.end() :]).encode("latin-1"))


def move_a_destination(pdf: Pdf, press: edition.Press) -> None:
    names = pdf.Root.Names.Dests.Names
    for at in range(0, len(names), 2):
        if str(names[at]) == "c2":
            names[at + 1][0] = pdf.pages[-1].obj


def take_out_a_font_file(pdf: Pdf, press: edition.Press) -> None:
    for font in pdf.pages[0].obj.Resources.Font.values():
        del font.DescendantFonts[0].FontDescriptor[Name.FontFile2]


def empty_a_font_file(pdf: Pdf, press: edition.Press) -> None:
    for font in pdf.pages[0].obj.Resources.Font.values():
        font.DescendantFonts[0].FontDescriptor.FontFile2 = Stream(pdf, b"")


def draw_a_missing_glyph(pdf: Pdf, press: edition.Press) -> None:
    edit(pdf, 3, r"\[<[0-9a-f]{4}>", "[<0000>")


def enlarge_a_page(pdf: Pdf, press: edition.Press) -> None:
    pdf.pages[2].obj.TrimBox = Array([0, 0, 500, 700])


def push_text_off_the_page(pdf: Pdf, press: edition.Press) -> None:
    edit(pdf, 3, r"1 0 0 -1 [0-9.]+ ", "1 0 0 -1 540 ")


def print_one_line_over_another(pdf: Pdf, press: edition.Press) -> None:
    edit(pdf, 3, r"(1 0 0 -1 [0-9.]+ )([0-9.]+)( Tm.*?1 0 0 -1 [0-9.]+ )([0-9.]+)( Tm)", r"\1\2\3\2\5")


def break_a_link(pdf: Pdf, press: edition.Press) -> None:
    pdf.pages[0].obj.Annots[0].Dest = pikepdf.String("nowhere")


def rename_a_bookmark(pdf: Pdf, press: edition.Press) -> None:
    with pdf.open_outline() as outline:
        outline.root[1].title = "Something else"


def draw_a_leftover(pdf: Pdf, press: edition.Press) -> None:
    """Let one glyph say more than a letter: to a reader the page then shows braces."""
    for font in pdf.pages[2].obj.Resources.Font.values():
        font.ToUnicode = Stream(pdf, re.sub(rb"<0065>", b"<007b007b>", font.ToUnicode.read_bytes()))


def draw_a_wrong_folio(pdf: Pdf, press: edition.Press) -> None:
    first, second = pdf.pages[3].obj.Contents, pdf.pages[4].obj.Contents
    first[0], second[0] = second[0], first[0]


def change_page_labels(pdf: Pdf, press: edition.Press) -> None:
    pdf.Root.PageLabels.Nums = Array([0, pikepdf.Dictionary(S=Name.D)])


def write_nonsense(pdf: Pdf, press: edition.Press) -> None:
    edit(pdf, 3, r" Tm", " (x) Tm")


def drop_a_page(pdf: Pdf, press: edition.Press) -> None:
    del pdf.pages[-1]


def test_the_gate_lets_the_sound_book_pass(press: edition.Press, whole: bytes) -> None:
    assert codes(press, whole) == set()


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("G200", lose_a_note),
        ("G200", drop_a_page),
        ("G201", double_a_note),
        ("G202", lose_a_call),
        ("G203", lose_a_line),
        ("G204", shift_a_number),
        ("G204", move_a_destination),
        ("G205", take_out_a_font_file),
        ("G205", empty_a_font_file),
        ("G206", draw_a_missing_glyph),
        ("G207", enlarge_a_page),
        ("G208", push_text_off_the_page),
        ("G209", print_one_line_over_another),
        ("G210", break_a_link),
        ("G210", rename_a_bookmark),
        ("G211", draw_a_leftover),
        ("G212", draw_a_wrong_folio),
        ("G213", write_nonsense),
        ("G212", change_page_labels),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_the_gate_finds(
    press: edition.Press,
    whole: bytes,
    code: str,
    fault: Callable[[Pdf, edition.Press], None],
    tmp_path: Path,
) -> None:
    faulty = with_fault(whole, lambda pdf: fault(pdf, press))
    assert code in codes(press, faulty)
    # What was read before on the sound pages hides nothing.
    kept = SheetCache(tmp_path)
    assert gate.check(whole, BOOK, press._sheets(), press.plan, press.settings, Readings(kept)) == []
    known = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert len(known) == len(BOOK)
    warm = gate.check(faulty, BOOK, press._sheets(), press.plan, press.settings, Readings(kept))
    assert code in {finding.code for finding in warm}


class Elsewhere(ThreadPoolExecutor):
    """Hands everything over as to another process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        work, there = pickle.loads(pickle.dumps((fn, args)))
        return super().submit(work, *there)


@pytest.mark.parametrize("large", [1, 2**40], ids=["in a file", "sent"])
@pytest.mark.parametrize("fault", [None, write_nonsense, drop_a_page, draw_a_leftover])
def test_what_many_readers_find_is_what_one_finds(
    press: edition.Press,
    whole: bytes,
    fault: Callable[[Pdf, edition.Press], None] | None,
    large: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pages are shared out among processes when they are many: here, from the first on."""
    monkeypatch.setattr(gate, "_MANY", 1)
    monkeypatch.setattr(gate, "_LARGE", large)
    pdf = with_fault(whole, lambda pdf: fault(pdf, press)) if fault else whole
    parts = (pdf, BOOK, press._sheets(), press.plan, press.settings)
    with Elsewhere(2) as others:
        many = gate.check(*parts, Readings(SheetCache(tmp_path / "many")), executor=others)
    one = gate.check(*parts, Readings(SheetCache(tmp_path / "one")))
    assert many == one
    assert bool(one) == bool(fault)
    entries = [{path.read_bytes() for path in (tmp_path / name).glob("??/*")} for name in ("one", "many")]
    assert entries[0] == entries[1]
    assert fault or entries[0]


ARABIC = """
<p>في الرابع عشر من أغسطس 1923 صعد سبعة رجال إلى قمة الجبل، كما تقول صحيفة The Lenn Courier الصادرة يوم
20 أغسطس 1923؛ وتذكر رسالة أخرى ستة أشخاص (لا سبعة) بين 3 091 و3 095 مترًا.<span id="n1" class="footnote"
data-number="1">الصحيفة، ص 4–5؛ see also <i>A Summer</i> above Tarvik, 12 أغسطس.</span> وهذا كل شيء.</p>
<p dir="ltr" lang="en">The newspaper says: عن أشخاص، لا أكثر, and no more than that in August 1923.</p>
"""


def arabic_unit() -> Unit:
    text = "الصحيفة، ص 4–5؛ see also A Summer above Tarvik, 12 أغسطس."
    head = '<h1 id="c1" data-title="جبل">الجبل وارتفاعه</h1>'
    html = f'<!DOCTYPE html><html lang="ar" dir="rtl"><body>{head}{ARABIC}</body></html>'
    note = PromisedNote("n1", "1", text)
    kept = {"mentions": (), "bookmarks": (), "lines": {}, "lang": "ar", "direction": "rtl"}
    return replace(BOOK[1], html=html, anchors=("c1",), notes=(note,), **kept)


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> edition.Press:
    wish = replace(settings(tmp_path_factory.mktemp("book")), lang="ar", direction="rtl")
    fonts = replace(STYLE, text=STYLE.text.replace('"Book Serif"', '"Book Serif", "Book Arabic"'))
    made = edition.Press([arabic_unit()], (fonts,), wish, None, None, None)
    made.settle()
    return made


def arabic_codes(arabic: edition.Press, pdf: bytes) -> set[str]:
    return {d.code for d in gate.check(pdf, arabic.units, arabic._sheets(), arabic.plan, arabic.settings)}


def test_the_gate_reads_arabic_and_mixed_lines_in_their_order(arabic: edition.Press) -> None:
    assert arabic.diagnostics() == []
    assert arabic_codes(arabic, arabic.joined()) == set()


@pytest.mark.parametrize("which", [1, 4, -3])
def test_the_gate_finds_a_lost_arabic_piece(arabic: edition.Press, which: int) -> None:
    """What a text is said to read is not believed if other letters are drawn."""

    def lose(pdf: Pdf) -> None:
        stream = streams(pdf.pages[0])[-1]
        content = stream.read_bytes().decode("latin-1")
        shown = [match for match in re.finditer(SHOW, content) if len(match[0]) > 40][which]
        stream.write((content[: shown.start()] + content[shown.end() :]).encode())

    assert arabic_codes(arabic, with_fault(arabic.joined(), lose)) & {"G200", "G203"}


def test_another_reader_copies_arabic_as_it_is_read(arabic: edition.Press) -> None:
    document = pypdfium2.PdfDocument(arabic.joined())
    text = document[0].get_textpage().get_text_range()
    assert "الرابع عشر من أغسطس" in " ".join(text.split())
    assert b"/BookRead" not in arabic.laid_out[0].sheets.pdf


READS_LIKE_A_NOTE = """
<p>The first sentence has a note.<span class="call" id="call-n1"><span class="footnote" id="n1"
data-number="1">Counted by the archive of the bridge 2</span></span> The second was counted by the archive of
the bridge<span class="call" id="call-n2"><span class="footnote" id="n2" data-number="2">Another note, long
enough to be looked for.</span></span> and has one too.</p>
"""


@pytest.fixture(scope="module")
def likeness(tmp_path_factory: pytest.TempPathFactory) -> edition.Press:
    """A page whose text, with the number of a note after it, reads like another note."""
    texts = ("Counted by the archive of the bridge 2", "Another note, long enough to be looked for.")
    notes = tuple(PromisedNote(f"n{at}", str(at), text) for at, text in enumerate(texts, 1))
    html = f'<!DOCTYPE html><html lang="en"><body><h1 id="c1">One</h1>{READS_LIKE_A_NOTE}</body></html>'
    unit = replace(
        BOOK[1], html=html, anchors=("c1",), notes=notes, mentions=(), bookmarks=(), lines={}, lang="en"
    )
    made = edition.Press([unit], (STYLE,), settings(tmp_path_factory.mktemp("book")), None, None, None)
    made.settle()
    return made


def codes_of(press: edition.Press, pdf: bytes) -> set[str]:
    return {d.code for d in gate.check(pdf, press.units, press._sheets(), press.plan, press.settings)}


def test_words_that_read_like_a_note_with_the_number_after_them_are_no_second_print(
    likeness: edition.Press,
) -> None:
    assert codes_of(likeness, likeness.joined()) == set()


def test_a_second_print_is_found_beside_words_that_read_like_it(likeness: edition.Press) -> None:
    def double(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.obj.Contents = Array([*streams(page), *streams(page)])

    pdf = with_fault(likeness.joined(), double)
    found = gate.check(pdf, likeness.units, likeness._sheets(), likeness.plan, likeness.settings)
    assert [d.message for d in found if d.code == "G201" and d.message.startswith("note 1 ")]


def test_pages_once_read_are_not_read_again_while_they_stay_the_same(
    press: edition.Press, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = SheetCache(tmp_path)
    gate.check(whole, BOOK, press._sheets(), press.plan, press.settings, Readings(kept))
    monkeypatch.setattr(pages._Painter, "_show", lambda *_: pytest.fail("a page was read again"))
    monkeypatch.setattr(pages.Reader, "margin", lambda *_: gate._EMPTY)
    found = gate.check(whole, BOOK, press._sheets(), press.plan, press.settings, Readings(kept))
    assert {d.code for d in found} == {"G212"}  # of the margins that were not read


def test_a_finding_names_the_line_of_the_note(press: edition.Press, whole: bytes) -> None:
    damaged = with_fault(whole, lambda pdf: lose_a_note(pdf, press))
    found = [
        d for d in gate.check(damaged, BOOK, press._sheets(), press.plan, press.settings) if d.code == "G200"
    ]
    assert found
    assert found[0].place in {note.place for note in BOOK[1].notes}


def test_letters_are_compared_without_hyphens_and_capitals() -> None:
    assert gate.letters_of("İs\u2010tan\u00adBUL, ılıq") == "istanbuliliq"
