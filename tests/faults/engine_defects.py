"""The known defects of the pinned engine: how each is seen, and which guard of ours it keeps in place.

Cases for the engine's makers are in ``upstream/``, a small HTML file and a few words each. They are laid
out by the engine as it is installed, without our mends: ``tests/benchmarks/engine_watch.py`` says of each
whether it is still there.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "upstream"
Seen = Callable[[str], bool]
"""Takes the HTML of a case; tells whether the defect is there."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect."""

    name: str
    """Of its files in ``upstream/``."""
    guard: str
    """What of ours may go when it is gone."""
    seen: Seen


def pages_of(html: str) -> list[Any]:
    """Lay out with the engine as it is; return the boxes of its pages."""
    return [page._page_box for page in _engine().HTML(string=html).render(font_config=_fonts()).pages]


def pdf_of(html: str, **options: Any) -> bytes:
    """Return the PDF that the engine makes as it is."""
    data: bytes = _engine().HTML(string=html).write_pdf(font_config=_fonts(), **options)
    return data


def _engine() -> Any:
    from bookbuild.press.fonts import hide_system_fonts

    hide_system_fonts()  # so that the cases break their lines alike everywhere
    import weasyprint

    return weasyprint


def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def calls_and_notes(pages: list[Any]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return page and words of each note, in order: where it is called, and where it stands."""
    calls, notes = [], []
    for number, page in enumerate(pages, 1):
        for child in page.children:
            for box in (child, *child.descendants()):
                if getattr(box, "footnote", None) is not None:
                    calls.append((number, words_of(box.footnote)))
            if type(child).__name__ == "FootnoteAreaBox":
                notes += [(number, words_of(note)) for note in child.children]
    return calls, notes


def words_of(box: Any) -> str:
    """Return the text in a box that is laid out or not."""
    return "".join(getattr(one, "text", "") for one in (box, *box.descendants()))


def _lost(html: str) -> bool:
    calls, notes = calls_and_notes(pages_of(html))
    return len(notes) < len(calls)


def _twice(html: str) -> bool:
    calls, notes = calls_and_notes(pages_of(html))
    return len(notes) > len(calls)


def _out_of_order(html: str) -> bool:
    _, notes = calls_and_notes(pages_of(html))
    numbers = [int(words.partition(".")[0]) for _, words in notes]
    return numbers != sorted(numbers)


def _two_pages_late(html: str) -> bool:
    [call], [note] = calls_and_notes(pages_of(html))
    return note[0] > call[0] + 1


def _broken_early(html: str) -> bool:
    def first_line(tenths: int) -> str:
        [page] = pages_of(html.replace("300.7pt", f"{tenths / 10}pt"))
        return words_of(next(box for box in page.descendants() if type(box).__name__ == "LineBox"))

    return any(len(first_line(tenths)) < 10 for tenths in range(2900, 3100, 4))


def _above_the_page(html: str) -> bool:
    areas = [
        child
        for page in pages_of(html)
        for child in page.children
        if type(child).__name__ == "FootnoteAreaBox" and child.children
    ]
    return any(area.children[0].position_y < 0 for area in areas)


def _asserts(html: str) -> bool:
    try:
        pages_of(html)
    except AssertionError:
        return True
    return False


def _before_its_call(html: str) -> bool:
    calls, notes = calls_and_notes(pages_of(html))
    called = {words.rpartition(" ")[2]: page for page, words in calls}
    return any(page < called[words.rpartition(" ")[2]] for page, words in notes)


def _more_calls_than_notes(html: str) -> bool:
    pages = pages_of(html)
    heads = sum(words_of(page).count("Head") for page in pages)
    return heads > len(calls_and_notes(pages)[1])


def _wrong_counter(html: str) -> bool:
    first = next(box for box in pages_of(html)[0].descendants() if type(box).__name__ == "LineBox")
    return not words_of(first).endswith("2")


def _exponential(html: str) -> bool:
    def seconds(depth: int) -> float:
        shallow = html.replace("<div>" * 9, "<div>" * depth).replace("</div>" * 9, "</div>" * depth)
        start = time.process_time()
        pages_of(shallow)
        return time.process_time() - start

    seconds(1)
    return seconds(8) > 5 * seconds(6)


def _unreadable_letter(html: str) -> bool:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf_of(html))
    try:
        text: str = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    return sorted(filter(str.isalpha, text)) != sorted("أأبا")


def _invalid_date(html: str) -> bool:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Kolkata"
    time.tzset()
    try:
        return any("1800" in str(value) for value in _info(pdf_of(html, pdf_variant="pdf/x-4")))
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def _info(pdf: bytes) -> Iterator[object]:
    import pikepdf

    with pikepdf.Pdf.open(io.BytesIO(pdf)) as opened:
        yield from [str(value) for value in opened.docinfo.values()]


def _cut_bleed(html: str) -> bool:
    import pikepdf

    with pikepdf.Pdf.open(io.BytesIO(pdf_of(html))) as opened:
        page = opened.pages[0]
        return float(page.trimbox[0]) - float(page.BleedBox[0]) < 19


def _dotted_capital(_html: str) -> bool:
    import pyphen

    lower = pyphen.Pyphen(lang="en").positions("information")
    return bool(pyphen.Pyphen(lang="en").positions("İnformation") != lower)


_ENGINE = "press/engine.py"
DEFECTS = (
    Defect("note-lost", f"{_ENGINE} mend 1; the audit and the gate stay", _lost),
    Defect("note-twice", f"{_ENGINE} mend 2; page numbers stay data", _twice),
    Defect("notes-out-of-order", f"{_ENGINE} mend 3", _out_of_order),
    Defect("text-broken-early", f"{_ENGINE} mend 4", _broken_early),
    Defect("letter-and-mark", f"{_ENGINE} mend 7", _unreadable_letter),
    Defect("dotted-capital", f"{_ENGINE}, the mend of pyphen", _dotted_capital),
    Defect("note-put-off-twice", f"{_ENGINE} mend 1, its second half", _two_pages_late),
    Defect("notes-over-text", "max-height of @footnote in the house style; P127", _above_the_page),
    Defect("block-policy-crash", "none: the house style asks for lines", _asserts),
    Defect("grid-notes", "the rule for designers: no notes in grid or flex", _before_its_call),
    Defect("table-head-note", "N006 in table heads; P121", _more_calls_than_notes),
    Defect("running-note", "none: running heads are strings", _lost),
    Defect("counter-reset-zero", "P113: styles may not count pages", _wrong_counter),
    Defect("nested-flex", "none needed: the limit of time; authors cannot nest boxes", _exponential),
    Defect("date-half-hour", "press/join.py sets the dates itself, in UTC", _invalid_date),
    Defect("bleed-cut", "press/join.py sets the boxes itself", _cut_bleed),
)
SLOW = {"nested-flex", "text-broken-early"}
"""More than a second."""


def is_there(defect: Defect) -> bool:
    """Look for a defect in the engine as it is installed; this process must not have mended it."""
    case = CASES / f"{defect.name}.html"
    return defect.seen(case.read_text(encoding="utf-8") if case.is_file() else "")
