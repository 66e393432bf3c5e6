"""The mends of the layout engine, and the refusal of any other engine."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from press_books import STYLE, random_book, settings

from bookbuild.diagnostics import InternalFault
from bookbuild.press import edition, engine, note_area
from bookbuild.press.settings import StyleSheet

STOCK = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bookbuild.press import engine
engine._LINE_MENDS = engine._PAGES_MENDS = engine._CONTEXT_MENDS = ()
from bookbuild.press.edition import print_edition
from press_books import STYLE, random_book, settings
for seed, chapter in ((5, 3), (1, 1)):
    unit = random_book(seed, chapters=3, blocks=18, references=True)[chapter]
    for finding in print_edition([unit], [STYLE], settings(Path(sys.argv[2]))).diagnostics:
        print(seed, finding)
"""


def test_the_audit_and_the_gate_catch_the_stock_engine_losing_and_misplacing_notes(tmp_path: Path) -> None:
    """The two books are laid out without the mends: a note is lost, another stands out of order."""
    command = [sys.executable, "-c", STOCK, str(Path(__file__).parent), str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "5 chapters/3.md:6:1: error[P120]: the engine lost the note “c3n4”" in said
    assert "5 chapters/3.md:6:1: error[G200]: note 4 (" in said
    assert "1 chapters/1.md:6:1: error[P128]: the note “c1n4” stands after the note “c1n5”" in said


def test_laying_notes_out_one_by_one_gives_the_same_bytes_as_the_engine_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.engine()
    from weasyprint.layout import LayoutContext

    def pages() -> list[bytes]:
        laid_out = []
        for seed in (5, 21):
            press = edition.Press(random_book(seed)[1:], (STYLE,), settings(tmp_path), None, None, None)
            press.settle()
            laid_out += [sheet.sheets.pdf for sheet in press._sheets()]
        return laid_out

    def stock(context: Any) -> bool:
        """Lay out the whole area each time, as the engine does."""
        area = context.current_footnote_area
        area.__dict__.pop("known_areas", None)
        area.__dict__["known_states"] = {tuple(context.current_page_footnotes): None}
        return note_area.update_footnote_area(context)

    mended = pages()
    monkeypatch.setattr(LayoutContext, "_update_footnote_area", stock)
    assert pages() == mended


def test_a_property_that_nobody_set_has_the_value_that_the_engine_gives_it(tmp_path: Path) -> None:
    """Every property of every element of a book, taken the engine's long way and the short one."""
    engine.engine()
    import weasyprint
    from weasyprint import css
    from weasyprint.css.counters import CounterStyle

    long_way = engines_own(css, "ComputedStyle", "__missing__")
    own = StyleSheet(
        "styles/own.css",
        "p { margin-inline-start: calc(1em + 3px); --wide: 2em; width: var(--wide) } "
        "li { padding-block-end: 1mm; font-size: calc(1em * 1.1) } em { float: left; direction: rtl }",
    )
    sheets = [weasyprint.CSS(string=sheet.text) for sheet in (STYLE, own)]
    for unit in random_book(5):
        html = weasyprint.HTML(string=unit.html)
        context = weasyprint.document.Document._build_layout_context(
            html, None, CounterStyle(), {}, {**weasyprint.DEFAULT_OPTIONS, "stylesheets": sheets}
        )
        for style in context.style_for._computed_styles.values():
            for name in css.INITIAL_VALUES:
                short, long = style.copy(), style.copy()
                dict.clear(short)
                dict.clear(long)
                assert short[name] == long_way(long, name), name


def test_parts_that_an_element_does_not_have_are_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same pages come of the engine's own way, which computes styles of six parts for every element."""
    engine.engine()
    from weasyprint import css

    own = StyleSheet(
        "styles/own.css",
        "li::marker { color: red } ul ul li::marker { color: blue } "
        ".footnote::footnote-call { color: blue } table .footnote::footnote-marker { color: red } "
        "p::marker { content: 'none' } p::before { content: '> ' } h2 { display: list-item }",
    )

    def pages() -> list[bytes]:
        press = edition.Press(random_book(5)[1:], (STYLE, own), settings(tmp_path), None, None, None)
        press.settle()
        return [sheet.sheets.pdf for sheet in press._sheets()]

    mended = pages()
    monkeypatch.setattr(css.StyleFor, "__init__", engines_own(css, "StyleFor", "__init__"))
    assert pages() == mended


def engines_own(module: ModuleType, name: str, method: str) -> Any:
    """Return a method as the engine has it, without mends."""
    (owner,) = (
        node
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.ClassDef) and node.name == name
    )
    (found,) = (node for node in owner.body if getattr(node, "name", "") == method)
    scope: dict[str, Any] = {}
    exec(compile(ast.Module([found], []), "the engine's own", "exec"), module.__dict__, scope)
    return scope[method]


def test_an_unknown_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyphen

    monkeypatch.setitem(engine._KNOWN, "pyphen", "0" * 64)
    with pytest.raises(InternalFault, match="install the pinned versions"):
        engine.require_known(pyphen)


def test_a_mend_whose_passage_is_gone_is_refused() -> None:
    with pytest.raises(InternalFault, match="is not where it was"):
        engine.mended(engine.engine_digest, (engine.Mend("no such passage", ""),))  # type: ignore[arg-type]


def test_words_with_a_dotted_capital_i_are_hyphenated_where_they_should_be() -> None:
    engine.engine()
    import pyphen

    lower = pyphen.Pyphen(lang="en").positions("information")
    assert pyphen.Pyphen(lang="en").positions("İnformation") == lower


def test_hyphenation_patterns_are_registered_by_language(tmp_path: Path) -> None:
    patterns = tmp_path / "hyph_az.dic"
    patterns.write_text("UTF-8\na1b\n", "utf-8")
    engine.engine()
    engine.register_hyphenation({"az": patterns})
    import pyphen

    assert pyphen.Pyphen(lang="az-Latn").inserted("babab") == "ba-bab"


def test_a_text_that_fits_but_for_its_last_space_is_not_broken_after_its_first_word() -> None:
    """“Goltz, / Thomas. …”: the space at the end of a line hangs, it asks for no room."""
    loaded = engine.engine()
    text = "Goltz, Thomas. “Armenian soldiers massacre hundreds of fleeing families”. <cite>The Times</cite>"
    firsts = set()
    for tenths in range(2900, 3100, 4):
        style = f"p {{ width: {tenths / 10}pt; margin: 0; font: 9pt 'Book Serif' }}"
        html = f"<html lang=en><style>{style}</style><p>{text}</p>"
        page = loaded.weasyprint.HTML(string=html).render(font_config=loaded.font_config).pages[0]
        lines = [box for box in page._page_box.descendants() if type(box).__name__ == "LineBox"]
        firsts.add("".join(getattr(box, "text", "") for box in lines[0].descendants()))
    assert len(firsts) > 1, "the widths tried do not reach the end of the text"
    assert min(len(first) for first in firsts) > 50


def test_a_note_from_the_page_before_is_not_put_off_again_to_keep_two_lines_together() -> None:
    """Twenty lines a page; the note leaves page 1 for two lines of “call”, and stays on page 2 for “four”."""
    loaded = engine.engine()
    style = """
@page { size: 200pt; margin: 0; @footnote { margin: 0; padding: 0; border: 0 } }
html { font: 8pt/10pt 'Book Serif'; orphans: 2; widows: 2 } body, p { margin: 0 }
.note { float: footnote }
"""
    note = "<span class=note>late<br>late<br>late</span>"
    call, four = f"<p>call{note}<br>call<br>call<br>call</p>", "<p>four<br>four<br>four<br>four</p>"
    text = "<p>plain</p>" * 16 + call + "<p>plain</p>" * 14 + four
    html = f"<html lang=en><style>{style}</style>{text}"
    pages = loaded.weasyprint.HTML(string=html).render(font_config=loaded.font_config).pages
    texts = ["".join(getattr(box, "text", "") for box in page._page_box.descendants()) for page in pages]
    assert [[text.count(word) for word in ("call", "late", "four")] for text in texts] == [
        [2, 0, 0],
        [2, 3, 0],
        [0, 0, 4],
    ]


@pytest.mark.parametrize(
    ("text", "clusters", "rtl", "expected"),
    [
        ("ab", [0, 1], False, ["a", "b"]),
        ("بس", [2, 0], True, ["س", "ب"]),
        ("أب", [2, 0, 0], True, ["ب", "\u0654", "ا"]),
        ("أُ", [0, 0], True, ["\u064f", "أ"]),
        ("لا", [0], True, ["لا"]),
        ("ffi", [0, 0], False, ["ffi", ""]),
    ],
)
def test_glyphs_share_out_the_letter_that_they_draw(
    text: str, clusters: list[int], rtl: bool, expected: list[str]
) -> None:
    found = [engine.glyph_text(text.encode(), clusters, at, rtl=rtl) for at in range(len(clusters))]
    assert found == expected
