"""What one message says, as the parts that a translation has to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bookbuild.model.inline import (
    Citation,
    CitationNote,
    Code,
    Emphasis,
    Foreign,
    IndexMark,
    Inline,
    InlineNote,
    InlineProblem,
    Link,
    Reference,
    Strong,
    Text,
)
from bookbuild.model.prose import Prose

ParseInlines = Callable[[str], tuple[tuple[Inline, ...], list[InlineProblem]]]
"""``read``'s inline parser, handed over by ``build``."""


def walk(inlines: Iterable[Inline]) -> Iterator[Inline]:
    """Yield every node, outer before inner, in the order written."""
    for node in inlines:
        yield node
        match node:
            case Emphasis() | Strong() | Link() | InlineNote() | Reference() | IndexMark() | Foreign():
                yield from walk(node.children)
            case _:
                pass


def citations(inlines: Iterable[Inline]) -> Iterator[Citation]:
    """Yield every citation in the order written."""
    for node in walk(inlines):
        if isinstance(node, CitationNote):
            yield from node.citations


def own_text(inlines: Iterable[Inline]) -> str:
    """Return the words that a translator writes: texts joined, one blank for each mark between them."""
    pieces: list[str] = []
    for node in inlines:
        match node:
            case Text():
                pieces.append(node.text)
            case Emphasis() | Strong() | Link() | InlineNote() | Reference() | IndexMark() | Foreign():
                pieces.append(own_text(node.children))
            case Code():
                pieces.append(" ")
            case CitationNote():
                pieces.append(" ".join(("", *(item.prefix for item in node.citations), "")))
            case _:
                pieces.append(" ")
    return "".join(pieces)


def is_neutral(prose: Prose) -> bool:
    """Whether a message has nothing to translate: no letters but those of marks and code."""
    if not prose.inlines:
        return not any(character.isalpha() for character in prose.source)
    if any(isinstance(node, IndexMark) for node in walk(prose.inlines)):
        return False
    return not any(character.isalpha() for character in own_text(prose.inlines))
