"""What the HTML of one unit promises, taken apart without the engine's help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bookbuild.model.unit import Unit
from bookbuild.press.pages import letters_of

_AFTER = 12
_NEAREST = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where page numbers are to be printed."""

    anchors: tuple[str, ...]
    link: str
    """Target of the link around it; empty: the numbers are links themselves."""


@dataclass(slots=True)
class Promise:
    """What the HTML of one unit says."""

    chunks: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Text between block boundaries with the ids around it, the nearest first, in order; notes stand
    apart from the text around them. What is not printed, or not in this place only, is left out."""
    slots: list[Slot] = field(default_factory=list)
    after: dict[str, str] = field(default_factory=dict)
    """Anchor → letters of the text that follows it, empty where none does."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """Note → its text, divided where page numbers are filled in."""
    text_read: str = ""
    """Letters of the text as it is read, with the numbers of notes where they are called."""
    notes_read: str = ""
    """Letters of the notes as they are read one after the other, each with its number before it."""


_BLOCKS = frozenset(
    """
    address article aside blockquote body br caption dd details div dl dt figcaption figure footer
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section sub sup table tbody td text tfoot th
    thead tr tspan ul
    """.split()  # noqa: SIM905 - easier to read than quoted words
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
_ELSEWHERE = frozenset(("unprinted", "continued", "before-pages"))
"""Classes: only for screens; only on the pages on which a table goes on; as the number of pages asks."""
_UNSEEN = frozenset("desc head metadata script style title".split())  # noqa: SIM905


class _Parser(HTMLParser):
    """Takes a unit's HTML apart without the engine's help."""

    def __init__(self, notes: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.numbers = notes
        """Note → its number."""
        self.promise = Promise(notes={note: [""] for note in notes})
        self.text_read: list[str] = []
        self.notes_read: list[str] = []
        self.open: list[tuple[str, str, str]] = []
        """Open tags, what closing them ends (``note``, ``unseen``, ``link`` or nothing), and their ids."""
        self.texts: list[list[str]] = [[]]
        """Text gathered, innermost note last."""
        self.inside: list[str] = []
        self.links: list[str] = []
        self.unseen = 0
        self.waiting: dict[str, list[str]] = {}
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag in _BLOCKS:
            self._boundary()
        name, what = values.get("id", ""), ""
        if name in self.promise.notes:
            what = "note"
            self._end_of_text()  # a number is printed here, and the note may stand on the next page
            self.waiting.clear()
            self.texts.append([])
            self.inside.append(name)
            for stream in (self.text_read, self.notes_read):
                stream.append(letters_of(self.numbers[name]))
        elif tag in _UNSEEN or not _ELSEWHERE.isdisjoint(values.get("class", "").split()):
            what = "unseen"
            self.unseen += 1
        elif tag == "a" and "href" in values:
            what = "link"
            self.links.append(values["href"].removeprefix("#") if values["href"].startswith("#") else "")
        if name:
            self.waiting[name] = []
            self.ids.append(name)
        if "page-slot" in values.get("class", "").split():
            link = self.links[-1] if self.links else ""
            self.promise.slots.append(Slot(tuple(values.get("data-pages", "").split()), link))
            self._boundary()
            if self.inside:
                self.promise.notes[self.inside[-1]].append("")
        if tag not in _VOID:
            self.open.append((tag, what, name))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not any(opened == tag for opened, _, _ in self.open):
            return
        if tag in _BLOCKS:
            self._boundary()
        while self.open:
            opened, what, name = self.open.pop()
            if name in self.waiting and not any(self.waiting[name]):
                del self.waiting[name]  # an empty element: what follows may stand on the next page
            if what == "note":
                self._boundary()
                self.texts.pop()
                self.inside.pop()
                self._boundary()
            elif what == "unseen":
                self.unseen -= 1
            elif what == "link":
                self.links.pop()
            if opened == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        self.texts[-1].append(data)
        if self.inside:
            self.promise.notes[self.inside[-1]][-1] += data
        found = letters_of(data)
        (self.notes_read if self.inside else self.text_read).append(found)
        for name, letters in list(self.waiting.items()):
            letters.append(found)
            if sum(map(len, letters)) >= _AFTER:
                self.promise.after[name] = "".join(letters)[:_AFTER]
                del self.waiting[name]

    def _boundary(self) -> None:
        text = "".join(self.texts[-1])
        self.texts[-1].clear()
        if text.strip():
            self.promise.chunks.append((text, tuple(reversed(self.ids[-_NEAREST:]))))
        self._end_of_text()

    def _end_of_text(self) -> None:
        """Let no anchor wait for text beyond this point, if it had any."""
        for name, letters in list(self.waiting.items()):
            if any(letters):
                self.promise.after[name] = "".join(letters)[:_AFTER]
                del self.waiting[name]


def promise_of(unit: Unit) -> Promise:
    """Return what a unit promises."""
    parser = _Parser({note.id: note.number for note in unit.notes})
    parser.feed(unit.html)
    parser.close()
    parser._boundary()
    promise = parser.promise
    promise.text_read, promise.notes_read = "".join(parser.text_read), "".join(parser.notes_read)
    return promise
