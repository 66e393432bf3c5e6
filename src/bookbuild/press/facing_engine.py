"""Two texts of one content laid out side by side: the other place that touches the inside of the engine.

WeasyPrint knows no parallel flows, but it makes pages one at a time, each from where the one before
stopped. Here the pages of two documents are made in turn, a left one and a right one for every spread.
What belongs together is told by equal keys: a block's ``data-pair`` or ``id``, or the nearest of those
before it and a count. After each spread the blocks that begin on it are compared, and the side that got
further is made again with a break before the first block that the other did not reach. A block may run
on to the next spread; where it calls a note in one text that it calls only on the next spread in the
other, it is broken some lines earlier. A side that has nothing left for a spread gets an empty page.

The functions used are those of exactly the known engine; any other is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from bookbuild.press.engine import Engine, Mend, mended, require_known

_KNOWN = {
    "weasyprint.document": "f08f91af64563f5fb27596828891fb326262511a56e4ace714e5a960898024c8",
    "weasyprint.layout.table": "3a5b6442410f18e6c59c1be299c9de916c2b09334aa65c5001594b344d6f7961",
    "weasyprint.formatting_structure.boxes": (
        "8ffd28ab74a149f0097208fcba6a80df0c8bb01e8fd4f9ced95d11b7e9807e23"
    ),
    "weasyprint.formatting_structure.build": (
        "335ad8b541295d6b9c5b71830d5184cd692f730d7b83ba5bac39fdb5aea23c87"
    ),
}

_LAST_STEPS = (
    Mend("    initialize_page_maker(context, root_box)\n", ""),
    Mend("for loop in range(max_loops):", "for loop in range(1):"),
    Mend("pages = list(make_all_pages(context, root_box, html, pages))", "pages = context.facing_pages"),
)
"""Of laying out a document: all that follows when its pages are made."""

_SIDES = {"left": "page", "right": "page", "recto": "page", "verso": "page"}
"""Breaks that ask for a side: here every page of a text lies on the same."""
_AVOID = ("avoid", "avoid-page")
_LINES_FOR_NOTES = 4
"""Lines that may be missing at the foot of a page so that notes stand on the spread of their translation."""

Key = tuple[str, int]


@dataclass(slots=True)
class _Block:
    """What begins on one page: a paragraph, a heading, a row, or what is never broken."""

    key: Key
    opener: Any
    """The outermost box that begins with it: a page break goes before this."""
    glued: bool
    """It is not to be parted from the block before it."""
    forced: bool
    """A style begins a page with it anyway."""


@dataclass(frozen=True, slots=True)
class Text:
    """One document, and how its pages are to be made."""

    html: Any
    """The engine's ``HTML``."""
    style_sheets: Sequence[Any]
    counter_style: Any
    colour_profiles: Any
    right: bool
    """Whether its pages are right ones."""
    heard: Callable[[], AbstractContextManager[Any]]
    """Collects what the engine says of this document while it is worked on."""


def lay_out_facing(loaded: Engine, verso: Text, recto: Text, *, paired: bool) -> tuple[Any, Any]:
    """Return two documents whose pages face each other; the shorter one may have fewer.

    Unless ``paired`` the texts only lie side by side: each flows on as it likes.

    Raises:
        InternalFault: the installed engine is not the known one.
    """
    _require_engine()
    sides = (_Side(loaded, verso), _Side(loaded, recto))
    if paired:
        _pair(*sides)
    order: Sequence[_Side] = sides
    while order:
        order = [side for side in _make_spread(order) if not side.done]
    return sides[0].document(), sides[1].document()


def _require_engine() -> None:
    from weasyprint import document
    from weasyprint.formatting_structure import boxes, build
    from weasyprint.layout import table

    for module in (document, boxes, build, table):
        require_known(module, _KNOWN)


@functools.cache
def _last_steps() -> Callable[[Any, Any, Any], Iterator[Any]]:
    from weasyprint import layout

    return mended(layout.layout_document, _LAST_STEPS)


@dataclass(slots=True)
class _State:
    """The engine before a page is made, so that the page can be made again."""

    footnotes: list[Any]
    reported: list[Any]
    out_of_flow: dict[Any, Any]
    reached: int
    start: tuple[Any, ...]
    """Where the text goes on, in the engine's terms."""


@dataclass
class _Side:
    """One text while its pages are made."""

    loaded: Engine
    text: Text
    pages: list[Any] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)
    """The paired ones, in order."""
    reached: int = 0
    """How many of them have begun at the end of the page made last."""
    empty: bool = False
    """The page made last shows nothing of the text."""
    done: bool = False
    stop: int | None = None
    """Number of the block before which the page made last was to end."""
    noted: set[str] = field(default_factory=set)
    """Ids of the notes on the pages that are taken."""

    def __post_init__(self) -> None:
        from weasyprint import DEFAULT_OPTIONS
        from weasyprint.document import Document
        from weasyprint.formatting_structure.build import build_formatting_structure
        from weasyprint.layout import initialize_page_maker

        text, html = self.text, self.text.html
        options = {**DEFAULT_OPTIONS, "stylesheets": list(text.style_sheets)}
        with text.heard():
            self.context = Document._build_layout_context(
                html, self.loaded.font_config, text.counter_style, text.colour_profiles, options
            )
            self.root = build_formatting_structure(
                html.etree_element,
                self.context.style_for,
                self.context.get_image_from_uri,
                html.base_url,
                self.context.target_collector,
                text.counter_style,
                self.context.footnotes,
            )
        self.context.rendered_notes = []
        self.context.handed_on = {}  # as in the mended make_all_pages
        self.context.note_order = {id(note): place for place, note in enumerate(self.context.footnotes)}
        self.context.layout_footnote = functools.partial(_lay_out_note, self.context)
        initialize_page_maker(self.context, self.root)
        self.page: Any = None
        self.next: tuple[Any, ...] = ()
        self.state: _State | None = None

    def begin(self) -> None:
        """Remember where the next page begins."""
        context = self.context
        self.state = _State(
            list(context.footnotes),
            list(context.reported_footnotes),
            dict(context.broken_out_of_flow),
            self.reached,
            context.page_maker[len(self.pages)],
        )

    def make(self, stop: int | None = None, notes_kept_off: Collection[str] = ()) -> None:
        """Make the page, or make it again, with no block from number ``stop`` on it.

        ``notes_kept_off``: ids of notes for which there is no room: their lines wait for the next page.
        """
        self.context.notes_kept_off = notes_kept_off
        self.stop = stop
        self._make(stop)
        if stop is not None and self.reached > stop:
            self._make(None, nothing=True)

    def _make(self, stop: int | None, *, nothing: bool = False) -> None:
        from weasyprint.layout.page import remake_page

        assert self.state is not None, "begin comes before make"
        context, state, index = self.context, self.state, len(self.pages)
        context.footnotes = list(state.footnotes)
        context.reported_footnotes = list(state.reported)
        context.broken_out_of_flow = dict(state.out_of_flow)
        resume_at, next_page, _, page_state, _ = state.start
        asked = _SIDES.get(next_page["break"], next_page["break"])
        if nothing:
            asked = "left" if self.text.right else "right"  # the other side: this page stays empty
        del context.page_maker[index + 1 :]
        context.page_maker[index] = (
            resume_at,
            {**next_page, "break": asked},
            self.text.right,
            page_state,
            _nothing_changed(),
        )
        block = self.blocks[stop] if stop is not None and stop < len(self.blocks) else None
        with self.text.heard(), _broken_before(block):
            self.page, resumed_at = remake_page(index, context, self.root, self.text.html)
        self.empty = nothing
        begun = (box.__dict__.get("facing", -1) for box in self.page.descendants(placeholders=False))
        self.reached = state.reached if nothing else max(state.reached, 1 + max(begun))
        _, following, right, page_state, remake_state = context.page_maker[index + 1]
        if nothing:
            following = next_page
        elif block and not block.forced and self.reached == stop:
            following = {**following, "break": "any"}  # as if the page had been full
        self.next = (resumed_at, following, right, page_state, {**remake_state, "content_changed": False})

    def notes(self) -> set[str]:
        """Return the ids of the notes that stand on the page made last, or on one before."""
        here = () if self.empty else self.context.current_page_footnotes
        return self.noted | {_name_of(note) for note in here}

    def keep(self) -> None:
        """Take the page made last as it is."""
        self.noted = self.notes()
        context = self.context
        context.handed_on[len(self.pages)] = list(context.reported_footnotes)
        context.page_maker[len(self.pages) + 1] = self.next
        self.pages.append(self.page)
        self.done = self.next[0] is None and not context.reported_footnotes

    def document(self) -> Any:
        """Return the document with all its pages."""
        from weasyprint.document import Document, Page
        from weasyprint.html import get_html_metadata
        from weasyprint.pdf.metadata import DocumentMetadata

        context, html = self.context, self.text.html
        context.broken_out_of_flow.clear()
        context.facing_pages = self.pages
        with self.text.heard():
            pages = _last_steps()(html, self.root, context)
            document = Document(
                [Page(page) for page in pages],
                DocumentMetadata(**get_html_metadata(html)),
                html.url_fetcher,
                self.loaded.font_config,
                self.text.colour_profiles,
                None,
            )
        document._html = html
        return document


def _name_of(note: Any) -> str:
    return str(note.element.get("id", "")) if hasattr(note.element, "get") else ""


def _lay_out_note(context: Any, note: Any) -> bool:
    """Lay out a note, and tell whether there is no room for it; in place of the context's own."""
    full = type(context).layout_footnote(context, note)
    return bool(full) or _name_of(note) in context.notes_kept_off


@contextmanager
def _broken_before(block: _Block | None) -> Iterator[None]:
    """Break the page before a block while in this context."""
    if block is None:
        yield
        return
    style = block.opener.style
    block.opener.style = style.copy()
    block.opener.style["break_before"] = "page"
    try:
        yield
    finally:
        block.opener.style = style


def _nothing_changed() -> dict[str, Any]:
    return {"content_changed": False, "pages_wanted": False, "anchors": [], "content_lookups": []}


def _make_spread(sides: Sequence[_Side]) -> list[_Side]:
    """Make one page of each text, so that both begin the same blocks.

    Return the texts with that one first which did not reach as far: on the next spread, too, it will
    likely tell where the other has to stop, and no page need be made twice.
    """
    for side in sides:
        side.begin()
    first, *others = sides
    first.make()
    for other in others:
        other.make(first.reached if first.blocks else None)
    order = sorted(sides, key=lambda side: side.reached)  # of two alike the first stays the first
    _even_out(sides)
    _bring_notes_together(sides)
    for side in sides:
        side.keep()
    return order


def _even_out(sides: Sequence[_Side]) -> None:
    """Make pages again until both sides begin the same blocks and no heading is left behind."""
    before = max(side.state.reached for side in sides if side.state)
    while True:
        goal = _unglued(min(side.reached for side in sides), before, sides)
        late = [side for side in sides if side.reached > goal]
        if not late:
            return
        for side in late:
            side.make(goal)
        if all(side.empty for side in sides):
            # They cannot be brought together here; the gate tells which block that is.
            for side in sides:
                side.make()
            return


def _bring_notes_together(sides: Sequence[_Side]) -> None:
    """Break the paragraph that runs over to the next spread where both texts have called the same notes.

    The text that got further is broken some lines earlier, unless that costs too much of the page.
    """
    if len(sides) < 2 or not sides[0].blocks:
        return
    one, other = sides
    for side, beside in ((one, other), (other, one)):
        early = side.notes() - side.noted - beside.notes()
        if not early:
            continue
        stop, reached = side.stop, side.reached
        lines, put_off = _lines_of(side.page), list(side.context.reported_footnotes)
        side.make(stop, early)
        as_before = side.reached == reached and side.context.reported_footnotes == put_off
        if not as_before or early & side.notes() or _lines_of(side.page) < lines - _LINES_FOR_NOTES:
            side.make(stop)


def _lines_of(box: Any) -> int:
    """Return how many lines of text stand on a page, notes apart."""
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.LineBox):
        return 1
    apart = (boxes.FootnoteAreaBox, boxes.MarginBox)
    children = getattr(box, "children", ())
    return sum(_lines_of(child) for child in children if not isinstance(child, apart))


def _unglued(goal: int, before: int, sides: Sequence[_Side]) -> int:
    """Return the last place for a break, up to a goal, that parts no heading from what it heads."""
    least = goal
    while least > before and any(least < len(side.blocks) and side.blocks[least].glued for side in sides):
        least -= 1
    return least if least > before else goal


def _pair(verso: _Side, recto: _Side) -> None:
    """Number the blocks that both texts have, in an order that is that of both."""
    found = [list(_blocks(side.root)) for side in (verso, recto)]
    shared = common_order(*([block.key for block, _ in blocks] for blocks in found))
    numbers = {key: number for number, key in enumerate(shared)}
    for side, blocks in zip((verso, recto), found, strict=True):
        for block, box in blocks:
            if block.key in numbers:
                box.facing = numbers[block.key]
                side.blocks.append(block)


def common_order(first: Sequence[Key], second: Sequence[Key]) -> list[Key]:
    """Return the keys of both lists, without those that stand in another order in one of them.

    >>> common_order([("a", 0), ("b", 0), ("c", 0), ("d", 0)], [("a", 0), ("c", 0), ("b", 0), ("d", 0)])
    [('a', 0), ('d', 0)]
    """
    places = {key: place for place, key in enumerate(second)}
    keys = [key for key in first if key in places]
    order = [places[key] for key in keys]
    after, least = [0] * len(order), len(second)
    for at in range(len(order) - 1, -1, -1):
        after[at] = least
        least = min(least, order[at])
    kept, most = [], -1
    for key, place, following in zip(keys, order, after, strict=True):
        if most < place < following:
            kept.append(key)
        most = max(most, place)
    return kept


def _blocks(root: Any) -> Iterator[tuple[_Block, Any]]:
    """Yield what begins on one page, in order, with its box."""
    from weasyprint.layout.block import block_level_page_break

    begun: set[int] = set()
    counts: dict[str, int] = {}
    for path, key in _leaves(root, (), ""):
        number = counts.get(key, 0)
        counts[key] = number + 1
        depth = next(depth for depth, box in enumerate(path) if id(box) not in begun)
        opener = path[depth]
        siblings = path[depth - 1].children if depth else []
        at = next((place for place, box in enumerate(siblings) if box is opener), 0)
        earlier = [box for box in siblings[:at] if box.is_in_normal_flow()]
        value = block_level_page_break(earlier[-1], opener) if earlier else "auto"
        glued = bool(earlier) and id(earlier[-1]) in begun and value in _AVOID
        yield _Block((key, number), opener, glued, value in ("page", *_SIDES)), path[-1]
        begun.update(map(id, path))


def _leaves(box: Any, path: tuple[Any, ...], key: str) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield the boxes, each after those around it, that begin on one page, and the key nearest before."""
    from weasyprint.formatting_structure import boxes

    path = (*path, box)
    key = _own_key(box) or key
    whole = (
        isinstance(
            box, boxes.TableRowBox | boxes.ReplacedBox | boxes.FlexContainerBox | boxes.GridContainerBox
        )
        or box.style["break_inside"] in _AVOID
        or box.style["column_count"] != "auto"
        or box.style["column_width"] != "auto"
        or any(isinstance(child, boxes.LineBox) for child in box.children)
    )
    if whole:
        yield path, key
        return
    for child in box.children:
        header = isinstance(child, boxes.TableRowGroupBox) and (child.is_header or child.is_footer)
        if header or not child.is_in_normal_flow():
            continue
        if isinstance(child, boxes.ParentBox | boxes.ReplacedBox):
            for leaf, own in _leaves(child, path, key):
                key = own
                yield leaf, key


def _own_key(box: Any) -> str:
    element = box.element
    if element is None or not hasattr(element, "get") or not isinstance(box.element_tag, str):
        return ""
    if "::" in box.element_tag:
        return ""
    return str(element.get("data-pair") or element.get("id") or "")
