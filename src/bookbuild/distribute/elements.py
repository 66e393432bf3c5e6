"""Walking a structure tree, and its text as it can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

from pikepdf import Array, Dictionary, Name

_SPACE = re.compile(r"[\s\u00ad\u200b\u2010\u2011\u2060-\u2064-]+")


def kids_of(element: Any) -> list[Any]:
    """Return what stands directly in an element: elements, MCIDs, references; in order."""
    kids = element.get(Name.K)
    if kids is None:
        return []
    return list(kids) if isinstance(kids, Array) else [kids]


def walk(element: Any, skip: AbstractSet[Any] = frozenset()) -> Iterator[Any]:
    """Yield the elements of a tree in reading order, its root first; ``skip``: objgen of what is left out."""
    stack = [element]
    while stack:
        one = stack.pop()
        if one.objgen in skip:
            continue
        yield one
        stack += [kid for kid in reversed(kids_of(one)) if isinstance(kid, Dictionary) and Name.S in kid]


def bare(text: str) -> str:
    """Return text without spaces and hyphens, which lines and pages add and take."""
    return _SPACE.sub("", text)
