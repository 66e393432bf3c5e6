"""Part of the guarded place ``engine``: the height of a page's note area, note by note.

WeasyPrint lays the whole area out again for every note that is added, put off or taken back
(two fifths of the layout time of a page with four notes). Here a note is laid out once, below
those before it, with exactly the operations and the numbers of ``block_container_layout`` in
WeasyPrint 70.0: pages and bytes are the same, which a test compares. Where the area or a note is
not plain (no border or padding above, run-in notes, empty notes), the engine's own way is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any


@dataclass(frozen=True, slots=True)
class _State:
    """The area after some notes."""

    area: Any
    position_y: float
    margins: tuple[float, ...]
    """Margins below the last note, not yet collapsed."""


def update_footnote_area(context: Any) -> bool:
    """Do what ``LayoutContext._update_footnote_area`` does: set height and page bottom, tell overflow."""
    area = context.current_footnote_area
    if area.height != "auto" and not context.in_column:
        context.page_bottom += area.margin_height()
    area.children = context.current_page_footnotes
    if not area.children:
        area.height = 0
        if not context.in_column:
            context.page_bottom -= area.margin_height()
        return False
    laid_out = _laid_out(context, area)
    area.height = laid_out.height
    if not context.in_column:
        context.page_bottom -= laid_out.margin_height()
    last = laid_out.children[-1]
    last_bottom = last.position_y + last.margin_height() - last.margin_bottom
    area_bottom = laid_out.position_y + laid_out.margin_height() - laid_out.margin_bottom
    return bool(last_bottom > area_bottom)


def _laid_out(context: Any, area: Any) -> Any:
    """Return the area with its present notes laid out; what was laid out on this page is kept."""
    known: dict[tuple[Any, ...], Any] = area.__dict__.setdefault("known_areas", {})
    notes = tuple(area.children)
    if notes not in known:
        state = _state(context, area, notes)
        known[notes] = state.area if state else _whole(context, area, notes)
    return known[notes]


def _state(context: Any, area: Any, notes: tuple[Any, ...]) -> _State | None:
    states: dict[tuple[Any, ...], _State | None] = area.__dict__.setdefault("known_states", {})
    if notes not in states:
        before = _state(context, area, notes[:-1]) if notes else None
        states[notes] = (
            (_extended(context, area, before, notes[-1]) if before else None)
            if notes
            else _empty(context, area)
        )
    return states[notes]


def _copy(area: Any, notes: tuple[Any, ...]) -> Any:
    from weasyprint.formatting_structure import build

    # The copy must not carry what is remembered here.
    children, area.children = area.children, list(notes)
    remembered = {name: area.__dict__.pop(name, None) for name in ("known_areas", "known_states")}
    copy = build.create_anonymous_boxes(area.deepcopy())
    area.children = children
    area.__dict__.update({name: value for name, value in remembered.items() if value is not None})
    return copy


def _whole(context: Any, area: Any, notes: tuple[Any, ...]) -> Any:
    from weasyprint.layout.block import block_level_layout

    return block_level_layout(context, _copy(area, notes), -inf, None, area.page)[0]


def _empty(context: Any, area: Any) -> _State | None:
    """Return the area without notes: its width and where the first note goes."""
    laid_out = _whole(context, area, ())
    plain = (
        not laid_out.top_margin_collapses()
        and laid_out.style["position"] == "static"
        and not laid_out.establishes_formatting_context()
        and laid_out.first_line_style is None
        and laid_out.first_letter_style is None
        and laid_out.style["height"] == "auto"
    )
    return _State(laid_out, laid_out.content_box_y(), ()) if plain else None


def _extended(context: Any, area: Any, before: _State, note: Any) -> _State | None:
    """Return the area with one more note, as the loop of ``block_container_layout`` would leave it."""
    from weasyprint.formatting_structure import boxes
    from weasyprint.layout.block import block_level_layout, collapse_margin, relative_positioning
    from weasyprint.layout.percent import resolve_percentages

    (child, *others) = _copy(area, (note,)).children
    if others or type(child) is not boxes.BlockBox or not child.is_in_normal_flow():
        return None
    parent = before.area
    child.position_x, child.position_y = parent.content_box_x(), before.position_y
    resolve_percentages(child, parent)
    new, resume_at, _, margins, collapsing_through, _ = block_level_layout(
        context, child, -inf, None, parent, not parent.children, [], [], list(before.margins)
    )
    if new is None or resume_at is not None or collapsing_through or new.clearance is not None:
        return None
    position_y = new.border_box_y() + new.border_height()
    margins = (*margins, new.margin_bottom)
    extended = parent.copy_with_children([*parent.children, new])
    foot = position_y if extended.bottom_margin_collapses() else position_y + collapse_margin(margins)
    height = max(0, foot - extended.content_box_y())
    extended.height = max(min(height, extended.max_height), extended.min_height)
    relative_positioning(new, (extended.width, extended.height))
    return _State(extended, position_y, margins)
