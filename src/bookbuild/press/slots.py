"""Page numbers into HTML, and links that survive being laid out apart."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence

from bookbuild.model.unit import PageMap

LINK = "book:"
"""Scheme under which links to anchors pass through the engine; joining turns them into destinations."""

UNKNOWN = "000"
"""Printed for a page that is not known yet; never in a finished book."""

_TOKEN = re.compile(
    r"<a\b[^>]*>|</a\s*>|<(?P<tag>span)\b(?P<attributes>[^>]*\bpage-slot\b[^>]*)>\s*</span>", re.IGNORECASE
)
_PAGES = re.compile(r"\bdata-pages\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_HREF = re.compile(r"(<a\b[^>]*?\bhref\s*=\s*)(\"#([^\"]*)\"|'#([^']*)')", re.IGNORECASE)


def fill(
    source: str, page_map: PageMap, numbering: Sequence[object], join: Callable[[str, str], str], comma: str
) -> str:
    """Return HTML with every page slot filled from the page map.

    ``numbering`` tells for each page which sequence of folios it belongs to: a run of pages never
    reaches from one sequence into another. Numbers outside of links become links to their page.
    """
    depth = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal depth
        if not match["tag"]:
            depth += -1 if match[0].startswith("</") else 1
            return match[0]
        pages = _PAGES.search(match["attributes"])
        anchors = html.unescape((pages[1] or pages[2] or "") if pages else "").split()
        runs = page_runs(anchors, page_map, numbering, join)
        texts = (
            html.escape(text) if depth else f'<a href="#{html.escape(anchor)}">{html.escape(text)}</a>'
            for anchor, text in runs
        )
        return f"<span{match['attributes']}>{html.escape(comma).join(texts)}</span>"

    return _TOKEN.sub(replace, source)


def page_runs(
    anchors: Iterable[str], page_map: PageMap, numbering: Sequence[object], join: Callable[[str, str], str]
) -> list[tuple[str, str]]:
    """Return (first anchor, text) for each page or run of pages, in the order given.

    A page stands once; neighbouring pages of one sequence are joined to a range.
    """
    firsts: dict[int, str] = {}
    unknown = []
    for anchor in anchors:
        page = page_map.pages.get(anchor)
        if page is None:
            unknown.append(anchor)
        else:
            firsts.setdefault(page, anchor)
    runs: list[list[int]] = []
    for page in firsts:
        if runs and page == runs[-1][-1] + 1 and numbering[page - 1] is numbering[page - 2]:
            runs[-1].append(page)
        else:
            runs.append([page])
    folios = page_map.folios
    guesses = [(anchor, UNKNOWN) for anchor in unknown]
    return guesses + [
        (
            firsts[run[0]],
            folios[run[0] - 1] if len(run) == 1 else join(folios[run[0] - 1], folios[run[-1] - 1]),
        )
        for run in runs
    ]


def free_links(source: str) -> str:
    """Return HTML whose links to anchors the engine takes for outside links, so that none is dropped."""

    def replace(match: re.Match[str]) -> str:
        anchor = match[3] if match[3] is not None else match[4]
        return f'{match[1]}"{LINK}{anchor}"'

    return _HREF.sub(replace, source)


def linked_anchors(source: str) -> set[str]:
    """Return the anchors to which the links of some HTML lead."""
    found = (match[3] if match[3] is not None else match[4] for match in _HREF.finditer(source))
    return {html.unescape(anchor) for anchor in found if anchor}
