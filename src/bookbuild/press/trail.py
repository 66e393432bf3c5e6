"""Part of the guarded place ``engine``: what laying out leaves, so that the next time begins in the middle.

A word is changed, and the engine would lay out the whole chapter again. What it does on a page follows
from the state in which it begins the page (where in the tree of boxes, which notes are still to come,
counters, running heads) and from the texts that it looks at while it fills the page. Both are recorded.
When the elements of a unit are the same and only texts differ, the pages before the first that looked at
one of these are what they were; the engine begins after them; and as soon as it comes to the beginning of
a page in the state of the last time, with no changed text looked at from there on, the rest is what it was.

A text is one text box of the engine's tree, in the order of the tree, a note's where its call stands.
Nobody begins or ends between a note's call and the note, nor within what floats over a page's end.
Where something is not as plain as that, the whole unit is laid out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from bookbuild.press.sheets import FontUse

_NEVER = 1_000_000_000
"""Number of no text."""


class CannotResumeError(Exception):
    """The unit is to be laid out from its beginning."""


@dataclass(frozen=True, slots=True)
class PageTrail:
    """One page of a unit as it was laid out."""

    state: str
    """In which the engine began it, as JSON."""
    plain: bool
    """Whether one may begin here: nothing else is left over from the page before."""
    first_text: int
    """The first text that was looked at for this page."""
    last_text: int
    """The last one."""
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one page draws."""

    glyphs: Mapping[str, tuple[int, ...]]
    """Font's name → the glyphs drawn, sorted."""
    groups: int
    """Groups with resources of their own, which are numbered through a unit."""
    opacities: tuple[str, ...]
    """Names of graphics states."""
    plain: bool
    """Whether that is all: no pictures, patterns or shadings, and no text within groups."""


@dataclass(frozen=True, slots=True)
class Trail:
    """What laying out a unit left."""

    shape: str
    """Digest of the elements and of the tree of boxes, without the texts."""
    texts: tuple[str, ...]
    """A digest of each text."""
    sizes: tuple[tuple[float, ...], ...]
    """Of the first page, and of its text area; lengths may be relative to them."""
    pages: tuple[PageTrail, ...]


def trail_to_bytes(trail: Trail) -> bytes:
    """Write a trail."""
    pages = [
        (
            *(page.state, page.plain, page.first_text, page.last_text),
            *(page.drawn.glyphs, page.drawn.groups, page.drawn.opacities, page.drawn.plain),
        )
        for page in trail.pages
    ]
    facts = [trail.shape, trail.texts, trail.sizes, pages]
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def trail_from_bytes(data: bytes) -> Trail:
    """Read what ``trail_to_bytes`` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        shape, texts, sizes, pages = json.loads(data)
        return Trail(
            shape, tuple(texts), tuple(map(tuple, sizes)), tuple(_page_from(*page) for page in pages)
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError("no trail") from error


def _page_from(
    state: str,
    plain: bool,
    first: int,
    last: int,
    glyphs: dict[str, list[int]],
    groups: int,
    opacities: list[str],
    drawn_plainly: bool,
) -> PageTrail:
    drawn = Drawn(
        {font: tuple(used) for font, used in glyphs.items()}, groups, tuple(opacities), drawn_plainly
    )
    return PageTrail(state, plain, first, last, drawn)


class ReadText:
    """The text of a text box, which remembers that it was asked for (a descriptor)."""

    def __get__(self, box: Any, _owner: type | None = None) -> Any:
        if box is None:
            return self
        facts = box.__dict__
        mark = facts.get("read_mark")
        if mark:
            mark[0].add(mark[1])
        return facts["text"]

    def __set__(self, box: Any, text: str) -> None:
        box.__dict__["text"] = text


class Trace:
    """Goes along while one unit is laid out and drawn; the mended engine calls it.

    ``before``: the trail of the last time, if the engine is to begin where something changed.
    """

    def __init__(self, before: Trail | None = None) -> None:
        self.before = before
        self.first = 0
        """Pages that are what they were, before those laid out."""
        self.until: int | None = None
        """Pages of the last time before those that are what they were, after those laid out."""
        self._lost = self._begun = False
        self._shape = ""
        self._texts: tuple[str, ...] = ()
        self._changed: tuple[int, ...] = ()
        self._read: set[int] = set()
        self._looked: list[tuple[int, int]] = []
        self._starts: list[tuple[str, bool]] = []
        self._strings: dict[str, str] = {}
        self._sizes: Mapping[str, tuple[float, ...]] = {}
        self._drawn: list[Drawn] = []

    # What the engine calls.

    def begin(self, context: Any, root_box: Any, html: Any) -> int:
        """Return the page to begin with, from 0, and put the engine in the state in which it began it.

        Raises:
            CannotResumeError: it cannot begin anywhere but at the beginning.
        """
        if self._begun:  # page counters: all pages are made again
            self._lost = True
            if self.before:
                raise CannotResumeError
            return 0
        self._begun = True
        self._sizes = context.style_for.initial_page_sizes
        texts = list(_texts(root_box))
        for number, box in enumerate(texts):
            box.__dict__["read_mark"] = (self._read, number)
        self._texts = tuple(_digest(box.__dict__["text"]) for box in texts)
        self._shape = _shape(root_box, html.etree_element)
        if self.before:
            self._resume(context, self.before)
        return self.first

    def comes_to(self, context: Any, index: int) -> bool:
        """Record the state before a page; tell whether all pages from here on are what they were."""
        start = self._state(context, index)
        before = self.before
        if (
            before
            and index > self.first
            and index < len(before.pages)
            and start == (before.pages[index].state, True)
            and before.pages[index].plain
            and all(page.first_text > self._changed[-1] for page in before.pages[index:])
        ):
            self.until = index
            context.page_maker[index][-1].update(_remake())  # or the engine would begin again to make it
            return True
        self._starts.append(start)
        return False

    def made(self, page: Any) -> None:
        """Record what was looked at for a page, which is laid out."""
        self._looked.append((min(self._read, default=_NEVER), max(self._read, default=-1)))
        self._read.clear()
        self._lost = self._lost or bool(page.fixed_boxes)
        for box in page.descendants():
            if box.string_set and box.string_set != "none":
                self._strings.update(box.string_set)

    # What the press asks.

    def fonts(self, uses: Sequence[FontUse]) -> dict[Any, Any]:
        """Return where a document is to keep its fonts: they know the glyphs of the pages before.

        A glyph's width, and what it stands for, is what was met first in the unit.
        """
        head = self.before.pages[: self.first] if self.before else ()
        return _Fonts({use.name: _part_of(use, _glyphs(head, use.name)) for use in uses})

    def draw(self, streams: Sequence[Any], groups: Mapping[str, Any], names: Iterable[str]) -> None:
        """Record what is drawn on the pages, and number the groups as in the whole unit.

        ``streams``: lists of operations, one a page; ``groups``: each group's operations by its name;
        ``names``: of what else the pages have besides fonts.
        """
        plain = not list(names) and not any(b" Tf" in _bytes(group) for group in groups.values())
        before = sum(page.drawn.groups for page in self.before.pages[: self.first]) if self.before else 0
        for stream in streams:
            drawn = _drawn(_bytes(stream), plain=plain)
            self._drawn.append(drawn)
            if before and drawn.groups:
                stream[:] = [_renumbered(operation, before) for operation in stream]

    @property
    def groups_before(self) -> int:
        """Groups on the pages before those laid out."""
        return sum(page.drawn.groups for page in self.before.pages[: self.first]) if self.before else 0

    def trail(self) -> Trail | None:
        """Return the trail of the whole unit, with what is as it was; nothing if it cannot be resumed."""
        if self._lost or not len(self._starts) == len(self._looked) == len(self._drawn):
            return None
        own = [
            PageTrail(*start, *looked, drawn)
            for start, looked, drawn in zip(self._starts, self._looked, self._drawn, strict=True)
        ]
        if not all(page.drawn.plain for page in own):
            return None
        before = self.before.pages if self.before else ()
        tail = before[self.until :] if self.until is not None else ()
        sizes = tuple(tuple(self._sizes.get(name, ())) for name in ("box", "area"))
        return Trail(self._shape, self._texts, sizes, (*before[: self.first], *own, *tail))

    def fonts_of_the_whole(
        self, before: Sequence[FontUse], own: Sequence[FontUse], exact: Set[str]
    ) -> tuple[FontUse, ...]:
        """Return the fonts of the whole unit.

        ``exact``: fonts whose widths are the same whatever the size at which a glyph is met first.

        Raises:
            CannotResumeError: the pages after those laid out would be drawn in another way.
        """
        assert self.before, "asked for after resuming"
        pages, until = self.before.pages, len(self.before.pages) if self.until is None else self.until
        groups = sum(page.drawn.groups for page in pages[self.first : until])
        if until < len(pages) and groups != sum(drawn.groups for drawn in self._drawn):
            raise CannotResumeError
        by_name = {use.name: use for use in before}
        new = {use.name: use for use in own}
        found = []
        for name in sorted({*by_name, *new}):
            use = by_name.get(name, new.get(name))
            assert use, "one of the two"
            first = new.get(name) or _part_of(use, _glyphs(pages[: self.first], name))
            after = _part_of(use, _glyphs(pages[until:], name))
            met_between = _glyphs(pages[self.first : until], name)
            for glyph in after.widths:
                known = glyph in first.widths
                if known and _facts(first, glyph) != _facts(after, glyph):
                    raise CannotResumeError
                if not known and glyph in met_between and not (name in exact and _is_digit(after, glyph)):
                    raise CannotResumeError
            widths = {**after.widths, **first.widths}
            if widths:
                texts = {**after.to_unicode, **first.to_unicode}
                found.append(FontUse(name, use.digest, widths, texts))
        return tuple(found)

    # The rest is between these.

    def _resume(self, context: Any, before: Trail) -> None:
        if before.shape != self._shape or len(before.texts) != len(self._texts):
            raise CannotResumeError
        pairs = enumerate(zip(before.texts, self._texts, strict=True))
        self._changed = tuple(number for number, (old, new) in pairs if old != new)
        if not self._changed:
            raise CannotResumeError
        for index, page in enumerate(before.pages):
            if page.plain:
                self.first = index
            if page.last_text >= self._changed[0]:
                break
        if self.first:
            self._put_back(context, before)

    def _put_back(self, context: Any, before: Trail) -> None:
        first = self.first
        resume, following, right, page_state, left, strings = json.loads(before.pages[first].state)
        quotes, counters, scopes, groups = page_state
        state = (quotes, counters, [set(scope) for scope in scopes], [_group(*group) for group in groups])
        passed: list[Any] = [(None, following, right, ([0], {}, [], []), _remake()) for _ in range(first)]
        context.page_maker = [*passed, (_resume_at(resume), following, right, state, _remake())]
        notes = list(context.footnotes)
        context.footnotes = [notes[number] for number in left]
        for name, value in strings.items():
            context.string_set[name][first].append(value)
        self._strings = dict(strings)
        for name, size in zip(("box", "area"), before.sizes, strict=True):
            context.style_for.initial_page_sizes[name] = size

    def _state(self, context: Any, index: int) -> tuple[str, bool]:
        resume, following, right, (quotes, counters, scopes, groups), _ = context.page_maker[index]
        carried = context.handed_on.get(index - 1) if index else None
        plain = not (
            carried
            or context.broken_out_of_flow
            or any(any(pages.values()) for pages in context.running_elements.values())
            or context.target_collector.counter_lookup_items
        )
        state = (
            _path(resume),
            following,
            right,
            (quotes, counters, list(map(sorted, scopes)), [[*one[:2], _path(one[2])] for one in groups]),
            [context.note_order[id(note)] for note in context.footnotes],
            self._strings,
        )
        try:
            return json.dumps(state, sort_keys=True, ensure_ascii=False), plain
        except TypeError:
            return "", False


class _Fonts(dict[Any, Any]):
    """Fonts of a document; each begins with what is known of its glyphs."""

    def __init__(self, known: Mapping[str, FontUse]) -> None:
        super().__init__()
        self._known = known

    def __setitem__(self, key: Any, font: Any) -> None:
        use = self._known.get(font.hash)
        if use:
            font.widths.update(use.widths)
            font.to_unicode.update(use.to_unicode)
        super().__setitem__(key, font)


def _part_of(use: FontUse, glyphs: frozenset[int]) -> FontUse:
    widths = {glyph: width for glyph, width in use.widths.items() if glyph in glyphs}
    texts = {glyph: text for glyph, text in use.to_unicode.items() if glyph in glyphs}
    return FontUse(use.name, use.digest, widths, texts)


def _is_digit(use: FontUse, glyph: int) -> bool:
    """Tell whether a glyph stands for a digit: it does so wherever it is met first."""
    return use.to_unicode.get(glyph, "").isdecimal()


def _facts(use: FontUse, glyph: int) -> tuple[int | None, str | None]:
    return use.widths.get(glyph), use.to_unicode.get(glyph)


def _glyphs(pages: Iterable[PageTrail], font: str) -> frozenset[int]:
    return frozenset(glyph for page in pages for glyph in page.drawn.glyphs.get(font, ()))


def _texts(box: Any) -> Iterator[Any]:
    """Yield the text boxes of a tree, in order, a note's at its call."""
    stack = [box]
    while stack:
        box = stack.pop()
        if "text" in box.__dict__:
            yield box
        stack.extend(reversed(list(box.all_children())))
        note = getattr(box, "footnote", None)
        if note is not None:
            stack.append(note)


def _shape(root_box: Any, element: Any) -> str:
    """Return the digest of all but the texts."""
    digest = hashlib.sha256()
    for one in element.iter():
        if isinstance(one.tag, str):
            digest.update(repr((one.tag, sorted(one.attrib.items()))).encode())
    stack = [root_box]
    while stack:
        box = stack.pop()
        digest.update(f"{type(box).__name__} {box.element_tag} {len(box.children)}\n".encode())
        stack.extend(box.all_children())
        if getattr(box, "footnote", None) is not None:
            stack.append(box.footnote)
    return digest.hexdigest()


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _path(resume_at: Any) -> Any:
    if not isinstance(resume_at, dict):
        return resume_at
    return [[step, _path(rest)] for step, rest in resume_at.items()]


def _resume_at(path: Any) -> Any:
    if not isinstance(path, list):
        return path
    return {step: _resume_at(rest) for step, rest in path}


def _group(name: str, index: int, path: Any) -> list[Any]:
    return [name, index, _resume_at(path)]


def _remake() -> dict[str, Any]:
    """Return what the engine keeps of a page besides its state; a page is made if there is none yet."""
    return {"content_changed": False, "pages_wanted": False, "anchors": [], "content_lookups": []}


_DRAWN = re.compile(rb"/(\S+) [\d.]+ Tf|<([0-9a-f]+)>|/(\S+) (gs|Do)\b|/G \[([\d ]*)\]")
"""A font, glyphs drawn in it, a graphics state or a group, and the digits that a page slot is to have."""
_GROUP = re.compile(rb"/x(\d+) Do")


def _drawn(content: bytes, *, plain: bool) -> Drawn:
    glyphs: dict[str, set[int]] = {}
    groups: set[str] = set()
    states: set[str] = set()
    used: set[int] = set()
    digits: list[int] = []
    for font, codes, name, operator, slot in _DRAWN.findall(content):
        if font:
            used = glyphs.setdefault(font.decode(), set())
        elif codes:
            used.update(int(codes[at : at + 4], 16) for at in range(0, len(codes), 4))
            used.update(digits)  # in the font of what is drawn in the slot
            digits = []
        elif name:
            (states if operator == b"gs" else groups).add(name.decode())
        else:
            digits = [int(glyph) for glyph in slot.split()]
    plain = plain and all(re.fullmatch(r"x\d+", name) for name in groups)
    found = {font: tuple(sorted(used)) for font, used in sorted(glyphs.items())}
    return Drawn(found, len(groups), tuple(sorted(states)), plain)


def _renumbered(operation: Any, before: int) -> Any:
    if not isinstance(operation, bytes):
        return operation
    return _GROUP.sub(lambda match: b"/x%d Do" % (int(match[1]) + before), operation)


def _bytes(stream: Iterable[Any]) -> bytes:
    return b"\n".join(part if isinstance(part, bytes) else str(part).encode() for part in stream)
