"""The one place that touches the inside of the layout engine.

WeasyPrint 70.0 loses footnotes without a word, for two reasons, misplaces them for a third,
breaks lines too early for a fourth, wastes time for four more, and mislabels glyphs:

1. ``layout/block.py``, ``_linebox_layout``: a line that does not fit is kept when putting off
   earlier notes makes room for it, but the line's own notes are then never laid out.
   Mended: that way out is not taken by a line with a note that still waits. Nor is it on a page with
   a note from the page before, which would come to stand two pages after its call.
2. ``layout/page.py``, ``make_all_pages``: a page made again for a page counter does not get
   back the notes that the page before it had put off.
   Mended: what each page hands on is kept and handed on again.
3. A note that is taken back and laid out again comes after notes called later (“5, 4, 6”).
   Mended: the notes of a page are kept in the order of the text.
4. ``text/line_break.py``, ``split_first_line``: a text that fits but for the space at its end, which hangs,
   is broken after its *first* word (“For / the / first years of …” before an element that needs a
   new line). Mended: it is kept whole, and the element after it goes to the next line.
5. Every box of every line asked whether ``None`` is in the list of all notes still to come,
   which costs more the longer the unit is. Mended: ``None`` is not looked for.
6. All notes of a page are laid out again for every note added or put off.
   Mended: see ``note_area``; pages and bytes stay the same.
7. Where one letter is drawn with several glyphs (Arabic alef with hamza), a reader of the PDF is told
   that the first is the letter and the others nothing, or the reverse, for all their other uses too.
   Mended: each glyph stands for its part of the decomposed letter.
8. A property that nobody set takes all the steps of one that may hold variables, a calculation or a logical
   side: a fifth of the time. Mended: it is inherited, or initial, at once; the values stay the same.
9. Every element is given styles of a list's marker, of the calls and markers of footnotes and of notes, for
   which the engine's own style sheet has rules whatever the element: six styles beside its own, half of the
   memory. Mended: only elements that have such parts are; pages and bytes stay the same.

pyphen 0.18.1 breaks words with “İ” one letter too far right, because Python writes its lower
case with two characters. Mended: it is lowered to one. Its British patterns, which it takes for
plain English, break hardly any name; a capitalised word that they leave whole is asked of the American
ones (“Azer-bai-jan”).

A unit of which only some texts changed is laid out where they stand, and the pages before and after are
left as they were: see ``trail``, which the mended functions ask where to begin and when to stop.

What a table's head says on the pages after its first (class ``continued``) is taken out of the first.

Besides, what is drawn for a page slot is marked in the page's content with the glyphs of the ten
digits, so that joining can put the digits in (see ``slots``), and what is read from right to left,
which is drawn from left to right, with its text in the order in which it is read, for the gate.

The mends are made in the source text of exactly the known engine. Any other engine is refused.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import re
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from bookbuild.diagnostics import InternalFault
from bookbuild.press.fonts import hide_system_fonts
from bookbuild.press.loading import load_engine
from bookbuild.press.note_area import update_footnote_area
from bookbuild.press.trail import ReadText

ENGINE = "weasyprint 70.0, pydyf 0.13.0, pyphen 0.18.1"

_KNOWN = {
    "weasyprint.css": "77ad7287f90d7cfaf85eb00ebe7af47d2bedfb856d7dc68717152f2d8a7605fd",
    "weasyprint.layout.block": "9457dca0528c378f3ff6dd2ca5126d04ca017542de2fb77b1db48c3073401085",
    "weasyprint.layout.page": "d99c5aceb36d458619a9cecb466a09df8827b9160fafacab7b4972a0d354dcca",
    "weasyprint.layout.table": "3a5b6442410f18e6c59c1be299c9de916c2b09334aa65c5001594b344d6f7961",
    "weasyprint.layout": "f226ba97ad21e44772b571aa64bfd446ecf3080d236c4861dcab25407a04d66a",
    "weasyprint.text.line_break": "1f5a855ad992e0bebaf5512d2b806fd991090e0e91bf79d3d5a3a0176b22af97",
    "weasyprint.draw": "fb6fcee79a80059c72a3142ef941d4968e3aeeddc8fbbcac2e8519e8be55e348",
    "weasyprint.draw.text": "c9a450aa209277e760227e1fed2da492647bd28e5a5ebc4c9d8aaedecc400d77",
    "pyphen": "9a752f734be350f71da67aa1c2c488982ae4097bb38c7e49a1d48c81ec6570c3",
}


_LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")


@dataclass(frozen=True, slots=True)
class Mend:
    """A passage of the engine's source and what takes its place."""

    old: str
    new: str


_LINE_MENDS = (
    Mend(
        "report = not context.in_column and can_break_now and not could_break_before\n",
        """\
report = (
                not context.in_column and can_break_now and not could_break_before
                and not any(
                    descendant.footnote is not None and descendant.footnote in context.footnotes
                    for descendant in line.descendants())
                and not any(
                    footnote in context.current_page_footnotes
                    for footnote in context.handed_on.get(context.current_page - 2, ())))
""",
    ),
    Mend(
        "if descendant.footnote in context.footnotes)",
        "if descendant.footnote is not None and descendant.footnote in context.footnotes)",
    ),
)

_PAGES_MENDS = (
    Mend(
        "    context.rendered_notes = []\n",
        """\
    context.rendered_notes = []
    handed_on = context.__dict__.setdefault('handed_on', {})
    if 'note_order' not in context.__dict__:
        context.note_order = {id(note): place for place, note in enumerate(context.footnotes)}
    remake = False
    trace = getattr(html, 'trace', None)
    if trace:
        i = trace.begin(context, root_box, html)
""",
    ),
    Mend(
        "        remake_state = context.page_maker[i][-1]\n",
        """\
        if trace and trace.comes_to(context, i):
            return
        remake_state = context.page_maker[i][-1]
""",
    ),
    Mend(
        "        if (len(pages) == 0 or\n",
        "        if (len(pages) == 0 or remake or i >= len(pages) or\n",
    ),
    Mend(
        """\
            page, resume_at = remake_page(i, context, root_box, html)
            reported_footnotes = context.reported_footnotes
""",
        """\
            context.reported_footnotes = list(handed_on.get(i - 1, ())) if i else []
            for footnote in context.reported_footnotes:
                if footnote in context.footnotes:
                    context.footnotes.remove(footnote)
            page, resume_at = remake_page(i, context, root_box, html)
            reported_footnotes = context.reported_footnotes
            remake = handed_on.get(i, []) != reported_footnotes
            handed_on[i] = list(reported_footnotes)
            if trace:
                trace.made(page)
""",
    ),
    Mend(
        """\
            reported_footnotes = None
            yield pages[i]
""",
        """\
            reported_footnotes = handed_on.get(i)
            yield pages[i]
""",
    ),
)

_DOCUMENT_MENDS = (
    Mend(
        "    for i, page in enumerate(pages):\n        # We need",
        "    for i, page in enumerate(pages, first_page(html)):\n        # We need",
    ),
    Mend(
        "    for i, page in enumerate(pages):\n        root_children",
        "    for i, page in enumerate(pages, first_page(html)):\n        root_children",
    ),
)

_CONTEXT_MENDS = (
    Mend(
        "    self.current_page_footnotes.append(footnote)\n",
        """\
    self.current_page_footnotes.append(footnote)
    self.current_page_footnotes.sort(key=lambda note: self.note_order.get(id(note), len(self.note_order)))
""",
    ),
)

_TEXT_MENDS = (
    Mend(
        "    # Step #3: Try to put the first word",
        """\
    if resume_index is None and space_collapse and text.endswith(' ') and text.strip(' '):
        layout.set_text(text.rstrip(' '))
        shorter_line, shorter_index = layout.get_first_line()
        fits = shorter_index is None and line_size(shorter_line, style)[0] <= max_width
        layout.set_text(text)
        first_line, resume_index = layout.get_first_line()
        if fits and resume_index is None:
            return first_line_metrics(
                first_line, text, layout, resume_index, space_collapse, style)

    # Step #3: Try to put the first word""",
    ),
)


_TABLE_MENDS = (
    Mend(
        """\
            header = table.children[0]
            header, resume_at, next_page = group_layout(
""",
        """\
            header = head_of_part(table.children[0], resumed=skip_stack is not None)
            header, resume_at, next_page = group_layout(
""",
    ),
)


_STYLE_MENDS = (
    Mend(
        """\
    if key == 'float':
        # Set specified value for position, needed for computed value.
""",
        """\
    if key in plain_properties and key not in self.cascaded and not (
            key in PHYSICAL_FUNCTIONS and sets_logical_sides(self)):
        if key not in INHERITED:
            value = self[key] = INITIAL_VALUES[key]
            return value
        if self.parent_style is not None:
            value = self.parent_style[key]
            if not check_math(value):
                self[key] = value
                return value

    if key == 'float':
        # Set specified value for position, needed for computed value.
""",
    ),
)

_CASCADE_MENDS = (
    Mend(
        """\
        selectors_keys = []
""",
        """\
        selectors_keys = []
        set_aside = []
""",
    ),
    Mend(
        """\
                specificity, order, pseudo_type, (declarations, layer) = selector
""",
        """\
                specificity, order, pseudo_type, (declarations, layer) = selector
                if pseudo_type in SELDOM_PARTS:
                    set_aside.append((sheet, origin, sheet_specificity, selector))
                    continue
""",
    ),
    Mend(
        """\
            computed_cache[key] = computed_styles[etree_element, None]
""",
        """\
            computed_cache[key] = computed_styles[etree_element, None]

        parts = seldom_parts(computed_styles[etree_element, None])
        for sheet, origin, sheet_specificity, selector in set_aside if parts else ():
            specificity, order, pseudo_type, (declarations, layer) = selector
            if pseudo_type not in parts:
                continue
            layer_order = inf if layer is None else sheet.layers.index(layer)
            specificity = sheet_specificity or specificity
            style = cascaded_styles.setdefault((etree_element, pseudo_type), {})
            for name, values, importance in declarations:
                precedence = declaration_precedence(origin, importance)
                weight = (precedence, layer_order, specificity)
                old_weight = style.get(name, (None, None))[1]
                if old_weight is None or old_weight <= weight:
                    style[name] = values, weight
""",
    ),
)

_DRAWING_MENDS = (
    Mend(
        "utf8_text[offset+t1:offset+t2].decode()",
        "glyph_text(utf8_text[offset:offset+glyph_item.item.length], clusters[0:num_glyphs], i, "
        "rtl=bool(glyph_item.item.analysis.level % 2))",
    ),
)

SELDOM_PARTS = frozenset(
    ("marker", "footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback")
)
"""Parts of an element that the engine's own style sheet has rules for, whatever the element."""


@dataclass(frozen=True, slots=True)
class Engine:
    """WeasyPrint, mended, with one font configuration for the life of the process."""

    weasyprint: ModuleType
    font_config: Any


@functools.cache
def engine_digest() -> str:
    """Return what identifies the engine and its mends, for cache keys."""
    names = ("engine.py", "note_area.py", "trail.py")
    mends = (Path(__file__).with_name(name).read_text("utf-8") for name in names)
    return hashlib.sha256("\n".join((ENGINE, *mends)).encode()).hexdigest()


@functools.cache
def engine() -> Engine:
    """Load and mend the engine and give it fonts, once per process.

    Raises:
        InternalFault: the installed engine is not the known one.
    """
    hide_system_fonts()
    weasyprint = mended_engine()
    from weasyprint.text.fonts import FontConfiguration

    return Engine(weasyprint, FontConfiguration())


@functools.cache
def mended_engine() -> ModuleType:
    """Load and mend the engine's modules; nothing of this belongs to one process.

    Raises:
        InternalFault: the installed engine is not the known one.
    """
    weasyprint = load_engine()
    import pyphen
    from weasyprint import css, document, draw, layout
    from weasyprint.draw import text
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout import block, inline, page, table
    from weasyprint.text import line_break

    for module in (css, block, page, table, layout, line_break, draw, text, pyphen):
        require_known(module)
    block._linebox_layout = mended(block._linebox_layout, _LINE_MENDS)
    page.make_all_pages = layout.make_all_pages = mended(page.make_all_pages, _PAGES_MENDS)
    layout.first_page = first_page  # the name that the mended function uses
    document.layout_document = mended(layout.layout_document, _DOCUMENT_MENDS)
    boxes.TextBox.text = ReadText()
    inline.split_first_line = line_break.split_first_line = mended(line_break.split_first_line, _TEXT_MENDS)
    table.head_of_part = head_of_part  # the name that the mended function uses
    block.table_layout = table.table_layout = mended(table.table_layout, _TABLE_MENDS)
    css.plain_properties = plain_properties(css)  # the names that the mended function uses
    css.sets_logical_sides = sets_logical_sides
    css.ComputedStyle.__missing__ = mended(css.ComputedStyle.__missing__, _STYLE_MENDS)
    css.SELDOM_PARTS, css.seldom_parts = SELDOM_PARTS, seldom_parts  # likewise
    css.StyleFor.__init__ = mended(css.StyleFor.__init__, _CASCADE_MENDS)
    context = layout.LayoutContext
    context.layout_footnote = mended(context.layout_footnote, _CONTEXT_MENDS)
    context._update_footnote_area = update_footnote_area
    text.glyph_text = glyph_text  # the name that the mended function uses
    text.draw_first_line = mended(text.draw_first_line, _DRAWING_MENDS)
    draw.draw_text = _marking(draw.draw_text)
    pyphen.HyphDict.positions = _breaking_names(pyphen)
    return weasyprint


def first_page(html: Any) -> int:
    """Return the number, from 0, of the first page that is laid out of a unit: see ``trail``."""
    trace = getattr(html, "trace", None)
    return trace.first if trace else 0


def register_hyphenation(patterns: Mapping[str, Path]) -> None:
    """Make hyphenation patterns known, by language tag, in place of any that pyphen brings."""
    import pyphen

    for language, path in patterns.items():
        name = language.replace("-", "_")
        pyphen.LANGUAGES[name] = path
        pyphen.LANGUAGES_LOWERCASE[name.lower()] = name


def plain_properties(css: ModuleType) -> frozenset[str]:
    """Return the properties that are just inherited, or just initial, where no rule sets them."""
    return frozenset(
        name
        for name, initial in css.INITIAL_VALUES.items()
        if name not in {"position", "float", "display", "page"}
        and not name.startswith("text_decoration_")
        and (name in css.INHERITED or (name not in css.INITIAL_NOT_COMPUTED and not css.check_math(initial)))
    )


def seldom_parts(style: Any) -> tuple[str, ...]:
    """Return those of ``SELDOM_PARTS`` that an element of a style has."""
    marker = ("marker",) if "list-item" in style["display"] else ()
    footnote = ("footnote-call", "footnote-marker") if style["float"] == "footnote" else ()
    note = ("note-call", "note-marker", "note-callback") if style["position"][0] == "note()" else ()
    return (*marker, *footnote, *note)


def sets_logical_sides(style: Any) -> bool:
    """Tell whether a rule may set a property by a logical side, such as ``margin-inline-start``."""
    known = style.__dict__.get("sets_logical_sides")
    if known is None:
        words = ("block", "inline", "start", "end")
        known = style.sets_logical_sides = any(word in name for name in style.cascaded for word in words)
    return bool(known)


def glyph_text(item: bytes, clusters: Sequence[int], at: int, *, rtl: bool) -> str:
    """Return the characters that a glyph stands for.

    ``item``: UTF-8 text of glyphs drawn together; ``clusters``: for each glyph, from left to right, where
    its characters begin in it. A character drawn with several glyphs is decomposed to share it out.
    """
    start = clusters[at]
    end = min((place for place in clusters if place > start), default=len(item))
    text = item[start:end].decode()
    members = [place for place, first in enumerate(clusters) if first == start]
    rank = members[::-1].index(at) if rtl else members.index(at)
    for parts in (unicodedata.normalize(form, text) for form in ("NFC", "NFD")):
        if len(parts) == len(members):
            return parts[rank]
    return "" if rank else text


def head_of_part(head: Any, *, resumed: bool) -> Any:
    """Return a table's head as the part of the table on one page shows it: see class ``continued``."""
    if resumed or not any(_continues(box) for box in head.descendants()):
        return head
    return _without_continued(head)


def _continues(box: Any) -> bool:
    classes = box.element.get("class", "") if hasattr(box.element, "get") else ""
    return "continued" in classes.split()


def _without_continued(box: Any) -> Any:
    if not getattr(box, "children", None):
        return box
    kept = [_without_continued(child) for child in box.children if not _continues(child)]
    return box.copy_with_children(kept)


def _breaking_names(pyphen: ModuleType) -> Callable[..., Any]:
    """Return a ``positions`` that knows “İ”, and asks American patterns where British ones know no name."""
    positions = pyphen.HyphDict.positions
    british, american = (pyphen.LANGUAGES[name] for name in ("en_GB", "en_US"))

    def breaking(self: Any, word: str) -> Any:
        found = positions(self, word.replace("İ", "i"))
        broken = any(2 < at < len(word) - 2 for at in found)
        if broken or not word[:1].isupper() or self is not pyphen.hdcache.get(british):
            return found
        return pyphen.Pyphen(american).hd.positions(word)

    return breaking


def _marking(draw_text: Callable[..., None]) -> Callable[..., None]:
    """Return a ``draw_text`` that marks page slots as ``BookSlot``, and text with letters read leftwards.

    Of a slot, ``/S`` is its number, ``/G`` the glyphs of the digits from zero to nine, empty if they differ
    in width. The others are ``BookRead``, ``/T`` the text; laying out takes these marks away again.
    """

    def marking(stream: Any, textbox: Any, *rest: Any) -> None:
        slot = textbox.element.get("data-slot") if textbox.element is not None else None
        zeros = [character for character in textbox.text if character.isdecimal()] if slot else []
        if zeros:
            glyphs = " ".join(map(str, _digit_glyphs(stream, textbox, zeros[0])))
            stream.stream.append(f"/BookSlot <</S {slot} /G [{glyphs}]>> BDC".encode())
        elif _LEFTWARDS.search(textbox.text):
            stream.stream.append(f"/BookRead <</T <{textbox.text.encode().hex()}>>> BDC".encode())
        else:
            draw_text(stream, textbox, *rest)
            return
        draw_text(stream, textbox, *rest)
        stream.stream.append(b"EMC")

    return marking


def _digit_glyphs(stream: Any, textbox: Any, zero: str) -> list[int]:
    """Return the glyphs of the ten digits in a text's style, and make its font know them."""
    from weasyprint.text.ffi import FROM_UNITS, ffi
    from weasyprint.text.line_break import Layout

    digits = "".join(chr(ord(zero) + value) for value in range(10))
    layout = Layout(textbox.style)
    layout.set_text(digits)
    line, _ = layout.get_first_line()
    glyphs: list[int] = []
    widths: set[int] = set()
    run = line.runs[0]
    while run != ffi.NULL:
        font, size = stream.add_font(run.data.item.analysis.font)
        shown = run.data.glyphs
        for info in shown.glyphs[0 : shown.num_glyphs]:
            widths.add(info.geometry.width)
            if len(glyphs) < 10:
                font.to_unicode.setdefault(info.glyph, digits[len(glyphs)])
                font.widths.setdefault(info.glyph, round(info.geometry.width * 1000 * FROM_UNITS / size))
            glyphs.append(info.glyph)
        run = run.next
    layout.deactivate()
    return glyphs if len(glyphs) == 10 and len(widths) == 1 else []


def require_known(module: ModuleType, known: Mapping[str, str] = _KNOWN) -> None:
    """Refuse a module of the engine that is not the known one, by the SHA-256 of its file.

    Raises:
        InternalFault: it is another.
    """
    assert module.__file__ is not None, "the engine is made of files"
    found = hashlib.sha256(Path(module.__file__).read_bytes()).hexdigest()
    if found != known[module.__name__]:
        raise InternalFault(
            f"{module.__name__} is not the one that bookbuild knows how to mend ({ENGINE}); "
            "install the pinned versions"
        )


def mended(function: FunctionType, mends: tuple[Mend, ...]) -> FunctionType:
    """Return the function with passages of its source replaced; each must stand in it exactly once."""
    source = textwrap.dedent(inspect.getsource(function))
    for mend in mends:
        if source.count(mend.old) != 1:
            raise InternalFault(f"cannot mend {function.__qualname__}: a passage is not where it was")
        source = source.replace(mend.old, mend.new)
    scope: dict[str, Any] = {}
    exec(compile(source, f"<mended {function.__qualname__}>", "exec"), function.__globals__, scope)
    result = scope[function.__name__]
    assert isinstance(result, FunctionType), "the mended source defines the function"
    return result
