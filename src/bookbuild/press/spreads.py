"""Do blocks that belong together begin on one spread? Asked of the finished PDF, as the gate asks.

G214: a block begins on another spread than its translation.

What belongs together is told by the HTML of the two units; where it begins, by the text drawn on the
pages. A text that stands in several places is believed to be where its partner is, if it stands there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

import pikepdf

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.unit import Unit
from bookbuild.press.facing_engine import common_order
from bookbuild.press.folios import Plan
from bookbuild.press.pages import Reader, letters_of
from bookbuild.press.reading_order import as_read, texts_by_letters
from bookbuild.press.sheets import Finding, LaidOut, placed

_FEW = 10
"""Letters below which a text tells too little of where it is."""
_MANY = 28
"""Letters that are looked for."""
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 dt tr figcaption pre".split())  # noqa: SIM905 - easier to read
_AROUND = frozenset(
    "section div nav header figure ul ol li dl dd blockquote table tbody".split()  # noqa: SIM905
)
_VOID = frozenset("br col hr img wbr meta link".split())  # noqa: SIM905
_HALF = 0.5


@dataclass(slots=True)
class _Begun:
    """A block as the HTML has it."""

    key: tuple[str, int]
    name: str
    """The id nearest before, or of its own."""
    texts: list[str] = field(default_factory=list)
    open: bool = True

    @property
    def words(self) -> str:
        """The beginning, for people."""
        return " ".join("".join(self.texts).split())[:_MANY]

    @property
    def letters(self) -> str:
        return letters_of("".join(self.texts))[:_MANY]


class _Parser(HTMLParser):
    """Lists the blocks of a unit with their keys and first letters."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Begun] = []
        self.key = self.name = ""
        self.counts: dict[str, int] = {}
        self.inside: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        classes = values.get("class", "").split()
        if tag in _BLOCKS or tag in _AROUND:
            self.key = values.get("data-pair") or values.get("id") or self.key
            self.name = values.get("id") or self.name
        if tag in _BLOCKS and not self.unseen:
            number = self.counts.get(self.key, 0)
            self.counts[self.key] = number + 1
            self.found.append(_Begun((self.key, number), self.name))
        if self.found and ({"call", "page-slot", "contested"} & set(classes)):
            self.found[-1].open = False  # what is printed here is not what is written here
        hidden = tag in ("head", "thead", "svg") or "call" in classes
        if tag not in _VOID:
            self.inside.append(tag if not hidden else f"!{tag}")
            self.unseen += hidden

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Take no notice: an empty element has no text."""

    def handle_endtag(self, tag: str) -> None:
        while self.inside:
            last = self.inside.pop()
            self.unseen -= last.startswith("!")
            if last.removeprefix("!") == tag:
                break
        if tag in _BLOCKS and self.found and not self.unseen:
            self.found[-1].open = False

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1].open and not self.unseen:
            self.found[-1].texts.append(data)


@dataclass(frozen=True, slots=True)
class _Stream:
    """The letters of a unit's pages, one after another."""

    letters: str
    ends: tuple[int, ...]

    def places(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        """Yield page, from 0, and end of every place of a text from a point on."""
        at = self.letters.find(text, start)
        page = 0
        while at >= 0:
            while self.ends[page] <= at:
                page += 1
            yield page, at + len(text)
            at = self.letters.find(text, at + 1)


def check_spreads(
    pdf_bytes: bytes,
    pairs: Sequence[tuple[int, int, bool]],
    units: Sequence[Unit],
    laid_out: Sequence[LaidOut],
    plan: Plan,
) -> list[Diagnostic]:
    """Return the blocks that do not begin on the spread of their translation.

    ``pairs``: places of verso and recto among the units, and whether their blocks are to begin together.
    """
    found: list[Diagnostic] = []
    with pikepdf.Pdf.open(io.BytesIO(pdf_bytes)) as pdf:
        reader, pages = Reader(), list(pdf.pages)

        def stream(at: int) -> _Stream:
            waiting = texts_by_letters(laid_out[at].read_leftwards)
            numbers = plan.pages_of(at, laid_out[at].sheets.pages)
            texts = []
            for number in numbers:
                page = reader.page(pages[number - 1])
                runs = as_read(page.runs[page.margin :], waiting)
                texts.append(letters_of("".join(run.text for run in runs if not run.artifact)))
            return _Stream("".join(texts), tuple(accumulate(map(len, texts))))

        for verso, recto, paired in pairs:
            if paired:
                findings = _apart((units[verso], units[recto]), (stream(verso), stream(recto)))
                found += [placed(finding, units[verso]) for finding in findings]
    return found


def blocks_of(unit: Unit) -> list[_Begun]:
    """Return the blocks of a unit, in order."""
    parser = _Parser()
    parser.feed(unit.html)
    parser.close()
    return parser.found


def _apart(units: tuple[Unit, Unit], streams: tuple[_Stream, _Stream]) -> Iterator[Finding]:
    """G214: follow the blocks of both units through their pages."""
    space = units[1].id.removesuffix(units[0].id)
    versos = {block.key: block for block in blocks_of(units[0])}
    rectos = {(block.key[0].removeprefix(space), block.key[1]): block for block in blocks_of(units[1])}
    at, other_at = 0, 0
    followed = asked = 0
    for key in common_order(list(versos), list(rectos)):
        text, other = versos[key].letters, rectos[key].letters
        if min(len(text), len(other)) < _FEW:
            continue
        asked += 1
        here = dict(reversed(list(streams[0].places(text, at))))
        there = dict(reversed(list(streams[1].places(other, other_at))))
        if not here or not there:
            continue
        followed += 1
        spread = min(here.keys() & there.keys(), default=None)
        if spread is None:
            message = (
                f"“{versos[key].words}…” begins on spread {min(here) + 1} of its chapter, its translation "
                f"“{rectos[key].words}…” on spread {min(there) + 1}"
            )
            yield Finding("G214", message, (versos[key].name,), "break the page by hand before it")
            spread_here, spread_there = min(here), min(there)
        else:
            spread_here = spread_there = spread
        at, other_at = here[spread_here], there[spread_there]
    if followed < asked * _HALF:
        yield Finding("G214", f"only {followed} of {asked} blocks could be followed through the pages")
