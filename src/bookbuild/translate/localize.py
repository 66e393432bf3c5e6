"""A book and a catalog to the same book in one locale, and how much of it is translated."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from bookbuild.model.book import Book, Chapter, Coverage, LocalizedBook, Part, each_prose, map_prose
from bookbuild.model.catalog import Catalog, Message
from bookbuild.model.inline import (
    CitationNote,
    Emphasis,
    IndexMark,
    Inline,
    InlineNote,
    Link,
    Reference,
    Strong,
    Text,
)
from bookbuild.model.prose import MessageKey, Prose, Status, key_of
from bookbuild.translate.content import ParseInlines, is_neutral
from bookbuild.translate.pseudo import PSEUDO, accent, lengthen

P = TypeVar("P")


class Memory:
    """What the parts of a book became the last time.

    Parts are known by identity: reading a book again gives the same values for files that have not
    changed. Good for one locale; forgotten when the catalog is another.
    """

    def __init__(self) -> None:
        self._catalog: Catalog | None = None
        self._parts: dict[int, _Localized] = {}
        self._used: dict[int, _Localized] = {}

    def begin(self, catalog: Catalog | None) -> None:
        """Begin with a book; what the one before last had is forgotten."""
        self._parts = self._used if catalog is self._catalog else {}
        self._catalog, self._used = catalog, {}

    def part(self, part: P, change: Callable[[Prose], Prose]) -> P:
        """Return a part in the locale."""
        known = self._parts.get(id(part))
        if known is None or known.written is not part:
            said = map_prose(part, change)
            known = _Localized(part, said, _statuses(each_prose(said)))
        self._used[id(part)] = known
        return cast(P, known.said)  # what was kept for a part is of its type

    def coverage(self) -> Coverage:
        """Count the messages of all parts, each once however often it occurs."""
        by_key: dict[MessageKey, Status] = {}
        for known in self._used.values():
            by_key |= known.statuses
        return _counted(by_key)


@dataclass(frozen=True, slots=True)
class _Localized:
    written: object
    said: object
    statuses: Mapping[MessageKey, Status]


def localize(
    book: Book,
    catalog: Catalog | None,
    locale: str,
    parse_inlines: ParseInlines,
    memory: Memory | None = None,
) -> LocalizedBook:
    """Return the same book in one locale.

    Fuzzy and missing messages, and translations that cannot be parsed, print the source text, in the
    source language. Messages without words of their own are neutral. In the source edition every
    message is original; the pseudo-locale needs no catalog. A ``memory`` saves the work for parts
    that are the same values as the last time.
    """
    memory = memory or Memory()
    memory.begin(catalog)
    change = _change(book, catalog, locale, parse_inlines)

    def said(parts: tuple[P, ...]) -> tuple[P, ...]:
        return tuple(memory.part(part, change) for part in parts)

    cover = dataclasses.replace(book, front=(), body=(), back=(), sources=(), quantities=(), registers=())
    body = tuple(
        Part(memory.part(part.title, change) if part.title else None, said(part.chapters))
        for part in book.body
    )
    whole = dataclasses.replace(
        memory.part(cover, change),
        front=said(book.front),
        body=body,
        back=tuple(memory.part(one, change) if isinstance(one, Chapter) else one for one in book.back),
        sources=said(book.sources),
        quantities=said(book.quantities),
        registers=said(book.registers),
    )
    return LocalizedBook(whole, locale, memory.coverage())


def _change(
    book: Book, catalog: Catalog | None, locale: str, parse_inlines: ParseInlines
) -> Callable[[Prose], Prose]:
    """Return what becomes of a message."""
    if locale == book.source_language:
        return lambda prose: _said(prose, prose.inlines, locale, Status.ORIGINAL)
    if locale == PSEUDO:
        return _pseudo
    messages = catalog.current() if catalog else {}
    source_language = book.source_language
    return lambda prose: _translated(
        prose, messages.get(key_of(prose)), source_language, locale, parse_inlines
    )


def _statuses(messages: Iterator[Prose]) -> dict[MessageKey, Status]:
    """Return the status of each message, without the neutral ones."""
    return {
        key_of(prose): prose.status
        for prose in messages
        if prose.status is not Status.NEUTRAL and not is_neutral(prose)
    }


def _counted(statuses: Mapping[MessageKey, Status]) -> Coverage:
    counts = list(statuses.values())
    return Coverage(
        messages=len(counts),
        translated=counts.count(Status.TRANSLATED) + counts.count(Status.ORIGINAL),
        fuzzy=counts.count(Status.FUZZY),
        missing=counts.count(Status.MISSING),
    )


def _said(prose: Prose, inlines: tuple[Inline, ...], lang: str, status: Status) -> Prose:
    if prose.inlines is inlines and prose.lang == lang and prose.status is status:
        return prose
    return dataclasses.replace(prose, inlines=inlines, lang=lang, status=status)


def _translated(
    prose: Prose, message: Message | None, source_language: str, locale: str, parse_inlines: ParseInlines
) -> Prose:
    if is_neutral(prose):
        return _said(prose, prose.inlines, locale, Status.NEUTRAL)
    if message is None or not any(text.strip() for text in message.strings):
        return _said(prose, prose.inlines, source_language, Status.MISSING)
    if message.fuzzy:
        return _said(prose, prose.inlines, source_language, Status.FUZZY)
    inlines, problems = parse_inlines(message.string)
    if problems:
        # check_catalog reports it; what cannot be read is never printed
        return _said(prose, prose.inlines, source_language, Status.FUZZY)
    return _said(prose, inlines, locale, Status.TRANSLATED)


def _pseudo(prose: Prose) -> Prose:
    if is_neutral(prose):
        return _said(prose, prose.inlines, PSEUDO, Status.NEUTRAL)
    inlines = tuple(_accented(node) for node in prose.inlines)
    words = sum(len(node.text) for node in inlines if isinstance(node, Text))
    if words:
        last = (
            len(inlines) - 1 - next(i for i, node in enumerate(reversed(inlines)) if isinstance(node, Text))
        )
        text = inlines[last]
        assert isinstance(text, Text)
        padding = lengthen("x" * words)[words:]
        padded = dataclasses.replace(text, text=f"{text.text} {padding}".strip())
        inlines = (*inlines[:last], padded, *inlines[last + 1 :])
    return _said(prose, inlines, PSEUDO, Status.TRANSLATED)


def _accented(node: Inline) -> Inline:
    match node:
        case Text():
            return dataclasses.replace(node, text=accent(node.text))
        case IndexMark():
            entry = tuple(accent(part) for part in node.entry)
            children = tuple(_accented(child) for child in node.children)
            return dataclasses.replace(node, entry=entry, children=children)
        case Emphasis() | Strong() | Link() | InlineNote() | Reference():
            return dataclasses.replace(node, children=tuple(_accented(child) for child in node.children))
        case CitationNote():
            cited = tuple(dataclasses.replace(one, prefix=accent(one.prefix)) for one in node.citations)
            return dataclasses.replace(node, citations=cited)
        case _:
            return node
