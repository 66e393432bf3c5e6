"""Edition to units: one HTML document per section, and what each promises."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from bookbuild.model.edition import (
    Anchor,
    Break,
    ClaimTable,
    Edition,
    Heading,
    Jump,
    OutsideLink,
    Paragraph,
    Phrase,
    QuantityEntry,
    Run,
    Section,
    SectionKind,
    Spans,
    Styled,
    Words,
    WorkGroup,
)
from bookbuild.model.locale import Locale
from bookbuild.model.place import Place
from bookbuild.model.unit import Bookmark, PromisedNote, Unit
from bookbuild.render.markup import Medium
from bookbuild.render.templating import section_html

_ID = re.compile(r'\bid="([^"]+)"')
_SLOT = re.compile(r'\bdata-pages="([^"]*)"')


def render_units(edition: Edition, locale: Locale) -> tuple[Unit, ...]:
    """Write every section of an edition as a unit, in order."""
    pages = [section_html(section, edition, locale, Medium.PAPER) for section in edition.sections]
    mentions = [_mentions(html) for html in pages]
    wanted = {anchor for some in mentions for anchor in some}
    units = []
    for section, html, mentioned in zip(edition.sections, pages, mentions, strict=True):
        ids = list(dict.fromkeys(_ID.findall(html)))
        bookmarks = tuple(_bookmarks(section))
        wanted_here = wanted | {bookmark.anchor for bookmark in bookmarks}
        units.append(
            Unit(
                id=section.id,
                title=section.name,
                lang=edition.lang,
                direction=edition.direction,
                html=html,
                opening=section.opening,
                numbering=section.numbering,
                folios=section.folios,
                anchors=tuple(name for name in ids if name in wanted_here),
                mentions=mentioned,
                notes=tuple(_promised(section)),
                bookmarks=bookmarks,
                place=section.place,
                lines=_lines(section),
            )
        )
    return tuple(units)


def note_text(paragraphs: tuple[Spans, ...]) -> str:
    """Return the plain text of a note: what is printed, without page numbers."""
    return " ".join(_text(spans) for spans in paragraphs)


def _promised(section: Section) -> Iterator[PromisedNote]:
    for note in section.notes:
        yield PromisedNote(note.id, note.number, note_text(note.paragraphs), note.place)


def _text(spans: Spans) -> str:
    words: list[str] = []
    for span in spans:
        match span:
            case Run(text):
                words.append(text)
            case Styled(_, inside) | Phrase(_, _, inside) | OutsideLink(_, inside) | Jump(_, inside):
                words.append(_text(inside))
            case Anchor(_, inside):
                words.append(_text(inside))
            case Break():
                words.append(" ")
            case _:
                pass
    return "".join(words)


def _mentions(html: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(anchor for slot in _SLOT.findall(html) for anchor in slot.split()))


def _bookmarks(section: Section) -> Iterator[Bookmark]:
    level = section.bookmark_level
    if not level:
        return
    name = f"{section.number} {section.name}" if section.kind is SectionKind.CHAPTER else section.name
    yield Bookmark(level, name.strip(), section.id)
    for block in section.blocks:
        match block:
            case Heading(level=2, words=words, id=anchor):
                yield Bookmark(level + 1, _text(words.spans), anchor)
            case WorkGroup(heading=heading):
                yield Bookmark(level + 1, _text(heading.words.spans), heading.id)
            case QuantityEntry(id=anchor, title=title):
                yield Bookmark(level + 2, _text(title.spans), anchor)
            case _:
                pass


def _lines(section: Section) -> Mapping[str, Place]:
    """Say where the words of every named element come from."""
    lines: dict[str, Place] = {note.id: note.place for note in section.notes}
    if section.title:
        lines[section.id] = section.title.place
    for block in _named(section.blocks):
        anchor = getattr(block, "id", "")
        words = next((one for one in _words(block)), None)
        if anchor and words:
            lines[anchor] = words.place
    return {anchor: place for anchor, place in lines.items() if place.line}


def _named(tree: object) -> Iterator[object]:
    """Yield every node of a tree that has an id, outermost first."""
    if isinstance(tree, tuple):
        for item in tree:
            yield from _named(item)
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, (type, Words)):
        if isinstance(tree, (Heading, Paragraph, ClaimTable)) or hasattr(tree, "id"):
            yield tree
        for part in dataclasses.fields(tree):
            yield from _named(getattr(tree, part.name))


def _words(tree: object) -> Iterator[Words]:
    if isinstance(tree, Words):
        if tree.place.line:
            yield tree
    elif isinstance(tree, tuple):
        for item in tree:
            yield from _words(item)
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        for part in dataclasses.fields(tree):
            yield from _words(getattr(tree, part.name))
