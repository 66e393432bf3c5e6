"""Edition to units: one HTML document per section, and what each promises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from bookbuild.model.edition import (
    Anchor,
    Break,
    Edition,
    Heading,
    Jump,
    OutsideLink,
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
from bookbuild.model.page import Opening
from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.unit import Bookmark, Folios, Numbering, PromisedNote, Unit
from bookbuild.render.markup import Medium
from bookbuild.render.templating import half_title_html, section_html

_ID = re.compile(r'\bid="([^"]+)"')
_PAIR = re.compile(r'\bdata-pair="([^"]+)"')
_SLOT = re.compile(r'\bdata-pages="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Written:
    """One section, and what follows from it alone."""

    section: Section | None
    """Nothing where it is kept."""
    around: tuple[object, ...]
    html: str
    ids: tuple[str, ...]
    mentions: tuple[str, ...]
    notes: tuple[PromisedNote, ...]
    bookmarks: tuple[Bookmark, ...]
    lines: Mapping[str, Place]


class KeptSections(Protocol):
    """Sections of the same edition that were written in runs before."""

    def written(self, section: str) -> Written | None:
        """Return a section as it was written, without the section itself, or nothing."""

    def keep_written(self, section: str, written: Written) -> None:
        """Keep a section that was written."""


class Memory:
    """The sections that were written last."""

    def __init__(self, kept: KeptSections | None = None, medium: Medium = Medium.PAPER) -> None:
        self._written: dict[str, Written] = {}
        self._kept = kept
        self._medium = medium

    def written(self, section: Section, edition: Edition, locale: Locale) -> Written:
        """Return a section on paper; one that is equal to the last of its name is not written again."""
        # All that a template sees besides the section: see section_html.
        around = (edition.lang, edition.direction, edition.title, locale)
        known = self._written.get(section.id)
        if known is not None and known.section is section and known.around == around:
            return known
        if known is not None and known.around == around and known.section == section:
            # Equal sections may still stand at other places in their files.
            known = replace(known, section=section, notes=tuple(_promised(section)), lines=_lines(section))
        else:
            known = self._kept.written(section.id) if self._kept else None
            if known is None:
                known = _write(section, edition, locale, self._medium)
                if self._kept:
                    self._kept.keep_written(section.id, known)
            known = replace(known, section=section, around=around)
        self._written[section.id] = known
        return known


def _write(section: Section, edition: Edition, locale: Locale, medium: Medium) -> Written:
    html = section_html(section, edition, locale, medium)
    return Written(
        None,
        (),
        html,
        tuple(dict.fromkeys(_ID.findall(html))),
        _mentions(html),
        tuple(_promised(section)),
        tuple(_bookmarks(section)),
        _lines(section),
    )


def render_units(edition: Edition, locale: Locale, memory: Memory | None = None) -> tuple[Unit, ...]:
    """Write every section of an edition as a unit, in order.

    A ``memory`` saves the work for sections that are as they were the last time.
    """
    memory = memory or Memory()
    pages = [memory.written(section, edition, locale) for section in edition.sections]
    wanted = {anchor for page in pages for anchor in page.mentions}
    units = []
    for section, page in zip(edition.sections, pages, strict=True):
        wanted_here = wanted | {bookmark.anchor for bookmark in page.bookmarks}
        units.append(
            Unit(
                id=section.id,
                title=section.name,
                lang=edition.lang,
                direction=edition.direction,
                html=page.html,
                opening=section.opening,
                numbering=section.numbering,
                folios=section.folios,
                anchors=tuple(name for name in page.ids if name in wanted_here),
                mentions=page.mentions,
                notes=page.notes,
                bookmarks=page.bookmarks,
                place=section.place,
                lines=page.lines,
            )
        )
    return tuple(units)


def render_facing(
    edition: Edition, locale: Locale, other: Edition, other_locale: Locale
) -> tuple[tuple[Unit, Unit], ...]:
    """Write two editions of a book as pairs of units whose blocks tell what belongs together.

    The half-title is left out: see :func:`half_title`.
    """
    units = render_units(edition, locale, Memory(medium=Medium.FACING))
    others = {unit.id: unit for unit in render_units(other, other_locale, Memory(medium=Medium.FACING))}
    return tuple(_numbered(unit, others[unit.id]) for unit in units)


def half_title(edition: Edition, other: Edition, name: str, numbering: Numbering) -> Unit:
    """Write a leaf with the title in both languages, under an id of its own."""
    html = half_title_html(edition, other, name)
    return Unit(
        id=name,
        title=edition.title,
        lang=edition.lang,
        direction=edition.direction,
        html=html,
        opening=Opening.RECTO,
        numbering=numbering,
        folios=Folios.NONE,
        anchors=(),
        mentions=(),
        place=edition.sections[0].place,
    )


def _numbered(unit: Unit, other: Unit) -> tuple[Unit, Unit]:
    """Name pairs by numbers, so that lines added elsewhere in a file change nothing."""
    numbers: dict[str, str] = {}
    for pair in (*_PAIR.findall(unit.html), *_PAIR.findall(other.html)):
        numbers.setdefault(pair, str(len(numbers) + 1))

    def named(one: Unit) -> Unit:
        return replace(one, html=_PAIR.sub(lambda match: f'data-pair="{numbers[match[1]]}"', one.html))

    return named(unit), named(other)


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
    _find_places(section.blocks, lines)
    return {anchor: place for anchor, place in lines.items() if place.line}


def _find_places(tree: object, lines: dict[str, Place]) -> Place:
    """Note for every node with an id where its first words come from; return this for the whole tree."""
    first = NOWHERE
    if isinstance(tree, Words):
        return tree.place
    if isinstance(tree, tuple):
        for item in tree:
            if isinstance(item, tuple) or hasattr(item, "__dataclass_fields__"):
                place = _find_places(item, lines)
                first = first if first.line else place
        return first
    for name in getattr(tree, "__dataclass_fields__", ()):
        value = getattr(tree, name)
        if isinstance(value, tuple) or hasattr(value, "__dataclass_fields__"):
            place = _find_places(value, lines)
            first = first if first.line else place
    anchor = getattr(tree, "id", "")
    if anchor and first.line:
        lines[anchor] = first
    return first
