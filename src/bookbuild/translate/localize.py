"""A book and a catalog to the same book in one locale, and how much of it is translated."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from bookbuild.model.book import Book, Coverage, LocalizedBook, each_prose, map_prose
from bookbuild.model.catalog import Catalog, Message
from bookbuild.model.inline import (
    Emphasis,
    Foreign,
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


def localize(book: Book, catalog: Catalog | None, locale: str, parse_inlines: ParseInlines) -> LocalizedBook:
    """Return the same book in one locale.

    Fuzzy and missing messages, and translations that cannot be parsed, print the source text, in the
    source language. Messages without words of their own are neutral. In the source edition every
    message is original; the pseudo-locale needs no catalog.
    """
    if locale == book.source_language:
        said = map_prose(book, lambda prose: _said(prose, prose.inlines, locale, Status.ORIGINAL))
    elif locale == PSEUDO:
        said = map_prose(book, _pseudo)
    else:
        messages = catalog.current() if catalog else {}

        def translated(prose: Prose) -> Prose:
            return _translated(
                prose, messages.get(key_of(prose)), book.source_language, locale, parse_inlines
            )

        said = map_prose(book, translated)
    return LocalizedBook(said, locale, coverage(each_prose(said)))


def coverage(messages: Iterator[Prose]) -> Coverage:
    """Count messages by status, each once however often it occurs; neutral ones are not counted."""
    by_key: dict[MessageKey, Status] = {}
    for prose in messages:
        if prose.status is not Status.NEUTRAL and not is_neutral(prose):
            by_key[key_of(prose)] = prose.status
    counts = list(by_key.values())
    return Coverage(
        messages=len(counts),
        translated=counts.count(Status.TRANSLATED) + counts.count(Status.ORIGINAL),
        fuzzy=counts.count(Status.FUZZY),
        missing=counts.count(Status.MISSING),
    )


def _said(prose: Prose, inlines: tuple[Inline, ...], lang: str, status: Status) -> Prose:
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
        case Foreign():
            return node
        case _:
            return node
