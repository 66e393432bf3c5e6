"""Signs of the margin, moved to the outer side of each page.

A style sheet cannot know on which side of the spine its words will stand, and the engine has no side notes.
What a style puts beside the text with ``position: absolute`` on a ``::before`` of words that wait for a
translator, or of a numbered message, stands at the right height; here it goes to the outer margin.
Signs of one line share a place: the same sign twice is one, different ones (the numbers of a proof) stand
below each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

GAP = 2.2 * 96 / 25.4
"""Distance from the text, in CSS pixels."""
_EPSILON = 1.0


def move_to_outer_margin(pages: Sequence[Any]) -> None:
    """Move the signs of the engine's pages, laid out but not drawn."""
    for page in pages:
        _move(page._page_box, on_left=page._page_box.page_type.side == "left")


def _move(page: Any, *, on_left: bool) -> None:
    text_left = page.content_box_x()
    text_right = text_left + page.width
    placed: list[tuple[float, float, str]] = []
    for sign in sorted(_signs(page), key=lambda box: box.position_y):
        said, height, width = _said(sign), sign.margin_height(), sign.margin_width()
        top = sign.position_y
        if any(same == said and abs(other - top) < height - _EPSILON for other, _, same in placed):
            _empty(sign)
            continue
        while met := [
            end for start, end, _ in placed if start < top + height - _EPSILON and top < end - _EPSILON
        ]:
            top = max(met)
        placed.append((top, top + height, said))
        wanted = text_left - GAP - width if on_left else text_right + GAP
        sign.translate(wanted - sign.position_x, top - sign.position_y)


def _signs(page: Any) -> Iterator[Any]:
    stack = [page]
    while stack:
        box = stack.pop()
        if _is_sign(box):
            yield box
        else:
            stack.extend(box.all_children())


def _is_sign(box: Any) -> bool:
    element = getattr(box, "element", None)
    if element is None or not str(getattr(box, "element_tag", "")).endswith("::before"):
        return False
    if "untranslated" not in (element.get("class") or "").split() and not element.get("data-message"):
        return False
    return bool(box.is_absolutely_positioned())


def _said(sign: Any) -> str:
    return "".join(getattr(box, "text", "") for box in sign.descendants())


def _empty(sign: Any) -> None:
    sign.children = []
