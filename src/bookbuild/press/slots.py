"""Page numbers into HTML, and links that survive being laid out apart."""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bookbuild.model.unit import PageMap

LINK = "book:"
"""Scheme under which links to anchors pass through the engine; joining turns them into destinations."""

_TOKEN = re.compile(
    r"<(?:a\b[^>]*>|/a\s*>"
    r"|(?:span class=\"before-pages\" data-several=\"(?P<several>[^\"]*)\">(?P<one>[^<]*)</span><)?"
    r"(?P<tag>span)\b(?P<attributes>[^>]*\bpage-slot\b[^>]*)>\s*</span>)",
    re.IGNORECASE,
)
_ID = re.compile(r"id(?<!\wid)\s*=\s*[\"']([^\"']+)[\"']")  # so put, it begins with letters to look for
_SHOWN = re.compile(r'data-slot="\d+">([^<]*)')
_PAGES = re.compile(r"\bdata-pages\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_HREF = re.compile(r"(<a\b[^>]*?\bhref\s*=\s*)(\"#([^\"]*)\"|'#([^']*)')", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filled:
    """A unit's HTML with its page slots filled as far as their width goes.

    Page numbers are set in figures of one width, so only how many digits a number has decides the
    look of a page. The HTML has “0” for every digit; the digits themselves are put into the pages
    when units are joined. A unit whose numbers change, but not their lengths, keeps its pages.
    """

    html: str
    texts: tuple[str, ...]
    """What each slot prints, by the number in its ``data-slot``."""


_UNITS_KEPT = 128
"""Units whose HTML is kept with its slots taken apart: those of a long book, and a few of what they were."""


@dataclass(frozen=True, slots=True)
class _Slot:
    attributes: str
    anchors: tuple[str, ...]
    linked: bool
    """It stands in a link."""
    before: tuple[str, str] = ("", "")
    """Markup of the words before one page, and before several."""


_Shape = tuple[bool, tuple[tuple[str, str], ...]]
"""Whether a slot names several pages, and for each run of them its anchor and the shape of its number."""


def fill(
    source: str, page_map: PageMap, numbering: Sequence[object], join: Callable[[str, str], str], comma: str
) -> Filled:
    """Fill every page slot of a unit from the page map.

    ``numbering`` tells for each page which sequence of folios it belongs to: a run of pages never
    reaches from one sequence into another. Numbers outside of links become links to their page.
    """
    texts: list[str] = []
    shapes: list[_Shape] = []
    for slot in _template(source)[1]:
        runs = page_runs(slot.anchors, page_map, numbering, join)
        if slot.linked:
            runs = [("", comma.join(text for _, text in runs))]
        texts += [text for _, text in runs]
        several = len({page_map.pages[anchor] for anchor in slot.anchors if anchor in page_map.pages}) > 1
        shapes.append((several, tuple((anchor, shape(text)) for anchor, text in runs)))
    return Filled(_filled(source, tuple(shapes), comma), tuple(texts))


@functools.lru_cache(maxsize=_UNITS_KEPT)
def _template(source: str) -> tuple[tuple[str, ...], tuple[_Slot, ...]]:
    """Return the HTML around page slots, and the slots between its pieces."""
    pieces: list[str] = []
    slots: list[_Slot] = []
    depth = end = 0
    for match in _TOKEN.finditer(source):
        if match["tag"]:
            pages = _PAGES.search(match["attributes"])
            anchors = html.unescape((pages[1] or pages[2] or "") if pages else "").split()
            before = (match["one"] or "", match["several"] or "")
            slots.append(_Slot(match["attributes"], tuple(anchors), bool(depth), before))
            pieces.append(source[end : match.start()])
            end = match.end()
        else:
            depth += -1 if match[0].startswith("</") else 1
    return (*pieces, source[end:]), tuple(slots)


@functools.lru_cache(maxsize=_UNITS_KEPT)
def _filled(source: str, shapes: tuple[_Shape, ...], comma: str) -> str:
    """Return the HTML with what each slot shows."""
    pieces, slots = _template(source)
    parts = [pieces[0]]
    count = 0
    for slot, (several, runs), piece in zip(slots, shapes, pieces[1:], strict=True):
        shown = []
        for anchor, text in runs:
            number = f'data-slot="{count}">{html.escape(text)}'
            count += 1
            shown.append(number if slot.linked else f'<a href="#{html.escape(anchor)}" {number}</a>')
        inside = f" {shown[0]}" if slot.linked else f">{html.escape(comma).join(shown)}"
        parts += [slot.before[several], f"<span{slot.attributes}{inside}</span>", piece]
    return "".join(parts)


def shape(text: str) -> str:
    """Return a text with every digit turned into the zero of its script.

    >>> shape("xii, 14–9")
    'xii, 00–0'
    """
    return "".join(map(zero_of, text))


def shapes_in(filled: str) -> str:
    """Return the shapes of all numbers that stand in the page slots of some HTML.

    >>> shapes_in('<a href="#b" data-slot="0">00</a> and <a href="#c" data-slot="1">000</a>')
    '00 000'
    """
    return " ".join(_SHOWN.findall(filled))


def zero_of(character: str) -> str:
    """Return the zero of a digit's script; any other character as it is."""
    value = unicodedata.decimal(character, None)
    return character if value is None else chr(ord(character) - value)


def page_runs(
    anchors: Iterable[str], page_map: PageMap, numbering: Sequence[object], join: Callable[[str, str], str]
) -> list[tuple[str, str]]:
    """Return (first anchor, text) for each page or run of pages, in the order given.

    A page stands once; neighbouring pages of one sequence are joined to a range.
    """
    firsts: dict[int, str] = {}
    for anchor in anchors:
        page = page_map.pages.get(anchor)
        if page is not None:
            firsts.setdefault(page, anchor)
    runs: list[list[int]] = []
    for page in firsts:
        if runs and page == runs[-1][-1] + 1 and numbering[page - 1] is numbering[page - 2]:
            runs[-1].append(page)
        else:
            runs.append([page])
    folios = page_map.folios
    return [
        (
            firsts[run[0]],
            folios[run[0] - 1] if len(run) == 1 else join(folios[run[0] - 1], folios[run[-1] - 1]),
        )
        for run in runs
    ]


@functools.lru_cache(maxsize=_UNITS_KEPT)
def free_links(source: str) -> str:
    """Return HTML whose links to anchors the engine takes for outside links, so that none is dropped."""

    def replace(match: re.Match[str]) -> str:
        anchor = match[3] if match[3] is not None else match[4]
        return f'{match[1]}"{LINK}{anchor}"'

    return _HREF.sub(replace, source)


def forget() -> None:
    """Let go of the HTML made here; it is made again when it is asked for again."""
    for made in (_template, _filled, free_links):
        made.cache_clear()


def linked_anchors(source: str) -> set[str]:
    """Return the anchors to which the links of some HTML lead."""
    found = (match[3] if match[3] is not None else match[4] for match in _HREF.finditer(source))
    return {html.unescape(anchor) for anchor in found if anchor}


def anchor_places(source: str) -> dict[str, float]:
    """Return for every id of some HTML how far into it the element opens, from 0 to 1."""
    length = max(1, len(source))
    return {match[1]: match.start() / length for match in _ID.finditer(source)}
