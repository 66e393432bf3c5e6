"""Look at the laid-out boxes: are all notes there, whole, in time, and is everything on the paper?

The engine writes a PDF with a note missing as readily as any other, so every unit of every build
is looked at. Lengths are in CSS pixels, 96 to the inch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bookbuild.diagnostics import Severity
from bookbuild.model.unit import PlacedNote
from bookbuild.press.sheets import Finding

_EPSILON = 0.5
"""Pixels by which sums of heights may differ without two things touching visibly."""
_MM = 96 / 25.4
_EDGE_MM = 3
"""Text nearer than this to the trimmed edge is in danger of the knife."""
_OVERHANG_MM = 2
"""Text may hang into the margin by this much: punctuation, figures of notes."""
_NEAREST = 12


@dataclass(slots=True)
class Seen:
    """What stands on the pages of one unit."""

    calls: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    bodies: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    families: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """First family asked for and nobody has → ids of the elements around."""
    styles: dict[tuple[str, int, bool], tuple[str, ...]] = field(default_factory=dict)
    """First family asked for, its weight, whether slanted → ids of the elements around the first text so."""
    findings: list[Finding] = field(default_factory=list)


def look(pages: Sequence[Any], known_families: frozenset[str], note_height: float) -> Seen:
    """Walk all boxes of a unit's pages. ``note_height``: highest note as a share of the text area."""
    seen = Seen()
    for number, page in enumerate(pages, 1):
        box = page._page_box
        body_bottom = 0.0
        areas = [child for child in box.children if type(child).__name__ == "FootnoteAreaBox"]
        for child in box.children:
            if type(child).__name__ == "MarginBox":
                continue
            bottom = _walk(child, box, number, seen, known_families)
            if child not in areas:
                body_bottom = max(body_bottom, bottom)
        for area in areas:
            seen.findings += _area_findings(area, box, number, body_bottom, note_height, seen)
    return seen


def note_findings(promised: Iterable[str], seen: Seen) -> tuple[list[Finding], list[PlacedNote]]:
    """P120–P124, P128: each promised note stands once, in order, on the page of its call or the next."""
    findings, placed = [], []
    promised = list(promised)
    for note in promised:
        calls, bodies = seen.calls.get(note, []), seen.bodies.get(note, [])
        if not calls or not bodies:
            lost = "note" if not bodies else "call of the note"
            findings.append(_note("P120", f"the engine lost the {lost} “{note}”", note))
            continue
        placed.append(PlacedNote(note, calls[0], bodies[0]))
        if len(bodies) > 1:
            pages = ", ".join(map(str, bodies))
            findings.append(
                _note(
                    "P121", f"the engine printed the note “{note}” {len(bodies)} times (pages {pages})", note
                )
            )
        if len(calls) > 1:
            hint = "take notes out of table heads, which are repeated on every page"
            findings.append(
                _note("P121", f"the call of the note “{note}” is printed {len(calls)} times", note, hint)
            )
        if bodies[0] < calls[0]:
            text = f"the note “{note}” stands {calls[0] - bodies[0]} pages before its call"
            findings.append(_note("P122", text, note))
        if bodies[0] > calls[0] + 1:
            late = f"the note “{note}” stands {bodies[0] - calls[0]} pages after its call"
            findings.append(_note("P123", late, note, "spread the notes, or shorten those around it"))
    order = {note: place for place, note in enumerate(promised)}
    shown = [note for note in seen.bodies if note in order]
    for before, after in pairwise(shown):
        if order[after] < order[before]:
            findings.append(_note("P128", f"the note “{after}” stands after the note “{before}”", after))
    known = set(promised)
    findings += [
        _note("P124", f"the page shows a note “{note}” that the edition does not promise", note)
        for note in seen.bodies
        if note not in known
    ]
    return findings, placed


def texts_with(pages: Sequence[Any], character: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield (page, text, ids around, nearest first) of the first text box with a character."""
    for number, page in enumerate(pages, 1):
        ids: list[str] = []
        stack = [page._page_box]
        while stack:
            box = stack.pop()
            _remember_id(box, ids)
            if character in (getattr(box, "text", "") or ""):
                yield number, box.text, tuple(reversed(ids[-_NEAREST:]))
                return
            stack.extend(reversed(list(box.all_children())))


def _note(code: str, message: str, note: str, hint: str = "") -> Finding:
    return Finding(code, message, (note, f"call-{note}"), hint)


def _remember_id(box: Any, ids: list[str]) -> None:
    element = getattr(box, "element", None)
    name = element.get("id") if element is not None and hasattr(element, "get") else None
    if name and (not ids or ids[-1] != name):
        ids.append(name)


def _walk(top: Any, page: Any, number: int, seen: Seen, known_families: frozenset[str]) -> float:
    """Note calls, fonts and edges of one page; return the bottom of the lowest line."""
    bottom = 0.0
    ids: list[str] = []
    left_edge, right_edge = _EDGE_MM * _MM, page.margin_width() - _EDGE_MM * _MM
    left = page.content_box_x() - _OVERHANG_MM * _MM
    right = page.content_box_x() + page.width + _OVERHANG_MM * _MM
    placed: set[int] = set()
    stack = [top]
    while stack:
        box = stack.pop()
        _remember_id(box, ids)
        kind = type(box).__name__
        if box.style["position"] == "absolute":
            # A style put it there; in the margin it is meant, off the page it is lost all the same.
            placed.update(id(inside) for inside in box.descendants())
        if getattr(box, "footnote", None) is not None:
            seen.calls[box.element.get("id") or ""].append(number)
        if kind == "LineBox":
            bottom = max(bottom, box.position_y + box.height)
        elif kind == "TextBox":
            families = box.style["font_family"]
            first = families[0] if families else ""
            if first not in known_families and first not in seen.families:
                seen.families[first] = tuple(reversed(ids[-_NEAREST:]))
            asked = first, box.style["font_weight"], box.style["font_style"] != "normal"
            if asked not in seen.styles:
                seen.styles[asked] = tuple(reversed(ids[-_NEAREST:]))
            if box.text.strip():
                start, end = box.position_x, box.position_x + box.width
                if start < left or end > right:
                    off = start < left_edge or end > right_edge
                    if off or id(box) not in placed:
                        by = max(left - start, end - right)
                        seen.findings.append(_sideways(box, number, by, off, ids))
        elif hasattr(box, "replacement") and box.is_in_normal_flow():
            bottom = max(bottom, box.position_y + box.height)
        stack.extend(reversed(list(box.all_children())))
    return bottom


def _sideways(box: Any, number: int, by: float, off: bool, ids: list[str]) -> Finding:
    millimetres = by / _MM + _OVERHANG_MM
    text = box.text.strip()
    words = text if len(text) < 40 else f"{text[:38]}…"
    where = "off the page" if off else "into the margin"
    return Finding(
        "P130",
        f"“{words}” runs {millimetres:.0f} mm {where} (page {number} of the unit)",
        tuple(reversed(ids[-_NEAREST:])),
        "make the table narrower, or allow the word to break",
        Severity.ERROR if off else Severity.WARNING,
    )


def _area_findings(
    area: Any, page: Any, number: int, body_bottom: float, note_height: float, seen: Seen
) -> Iterator[Finding]:
    """P125–P127: notes that lie over the text or each other, leave the page, or are too high."""
    top, foot = page.content_box_y(), page.content_box_y() + page.height
    below = area.content_box_y()
    first = ""
    for note in area.children:
        name = _note_name(note)
        first = first or name
        seen.bodies[name].append(number)
        start, end = note.position_y, note.position_y + note.margin_height()
        if start < below - _EPSILON:
            yield _note("P125", f"the note “{name}” is printed over the one before it", name)
        below = end
        if start < top - _EPSILON or end > foot + _EPSILON:
            yield _note("P126", f"the note “{name}” leaves the text area of the page", name)
        share = note.margin_height() / page.height
        if share > note_height:
            yield _note(
                "P127",
                f"the note “{name}” takes {share:.0%} of a page; more than {note_height:.0%} is refused",
                name,
                "notes are not split over pages: move part of it into the text, or into notes of its own",
            )
    if body_bottom > area.position_y + area.margin_top + _EPSILON:
        yield _note("P125", f"the text reaches into the notes of the page (first note: “{first}”)", first)


def _note_name(box: Any) -> str:
    """Return the id of a note's body; the area may hold it in an anonymous block."""
    stack = [box]
    while stack:
        box = stack.pop(0)
        element = box.element
        if element is not None and hasattr(element, "get") and element.get("id"):
            return str(element.get("id"))
        stack.extend(box.all_children())
    return ""
