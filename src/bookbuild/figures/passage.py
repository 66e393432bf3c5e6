"""Finding a copied passage in a document.

Tolerated are differences of white space, of words divided at the end of a line, of the form of
quotation marks, of Unicode composition, and Markdown emphasis marks. Nothing else: not case, not
dashes, not spelling. `` … `` in a passage stands for words left out within :data:`GAP` characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

GAP = 1500
"""The most that a `` … `` may leave out, in characters."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′`´", "'"))
_HYPHENS = str.maketrans(
    dict.fromkeys("\u2010\u2011", "-") | {"\u00ad": None, "\u200b": None, "\ufeff": None}
)
_EMPHASIS = re.compile(r"\*+|(?<![^\W_])_+|_+(?![^\W_])|</?(?:b|i|u|em|strong|sup|sub)>")
_ELLIPSIS = re.compile(r"\s(?:…|\.\.\.|\[…\])\s")


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a passage stands."""

    start: int
    """In characters of the document's folded text, up to ``end``; gaps are within."""
    end: int
    line: int
    """Counted from 1."""


class Document:
    """The text of a document, folded for search, that knows its lines."""

    def __init__(self, text: str) -> None:
        self.text, self._starts, self._lines = _fold_lines(text, keep_hyphen=True)
        # A hyphen at the end of a line may belong to the word or only divide it: search both ways.
        self._joined, self._joined_starts, self._joined_lines = _fold_lines(text, keep_hyphen=False)

    def find(self, passage: str) -> list[Hit]:
        """Return every place at which a passage stands, in order."""
        folded = fold(passage)
        if not folded:
            return []
        parts = [folded]
        hits = self._find_parts(parts)
        if not hits and _ELLIPSIS.search(f" {passage} "):
            parts = [part for part in map(fold, _ELLIPSIS.split(f" {passage} ")) if part]
            hits = self._find_parts(parts)
        return hits

    def line_at(self, offset: int) -> int:
        """Return the line of a position in the folded text."""
        return self._lines[bisect_right(self._starts, offset) - 1] if self._lines else 1

    def longest_beginning(self, passage: str) -> tuple[str, int]:
        """Return the longest run of first words of a passage that the document has, and its line."""
        words = fold(passage).split(" ")
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if " ".join(words[:middle]) in self.text else (low, middle - 1)
        beginning = " ".join(words[:low])
        return beginning, self.line_at(self.text.find(beginning)) if beginning else 0

    def _find_parts(self, parts: list[str]) -> list[Hit]:
        spans = _spans(self.text, parts)
        if spans or self._joined == self.text:
            return [Hit(start, end, self.line_at(start)) for start, end in spans]
        return [
            Hit(*self._unjoined(start, end), self._joined_line(start))
            for start, end in _spans(self._joined, parts)
        ]

    def _joined_line(self, offset: int) -> int:
        return self._joined_lines[bisect_right(self._joined_starts, offset) - 1]

    def _unjoined(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of the joined text: both texts have the same lines."""
        first = bisect_right(self._joined_starts, start) - 1
        last = bisect_right(self._joined_starts, end - 1) - 1
        return (
            start - self._joined_starts[first] + self._starts[first],
            end - self._joined_starts[last] + self._starts[last],
        )


def fold(text: str) -> str:
    """Return a text without the differences that are tolerated."""
    composed = unicodedata.normalize("NFC", text).translate(_QUOTES).translate(_HYPHENS)
    return " ".join(_EMPHASIS.sub("", composed).replace("''", '"').split())


def _fold_lines(text: str, *, keep_hyphen: bool) -> tuple[str, list[int], list[int]]:
    """Return the folded text, where each line with words begins in it, and the numbers of those lines."""
    pieces: list[str] = []
    starts: list[int] = []
    numbers: list[int] = []
    length = 0
    for number, line in enumerate(text.split("\n"), 1):
        soft = line.rstrip().endswith("\u00ad")
        folded = fold(line)
        if not folded:
            continue
        starts.append(length)
        numbers.append(number)
        divided = soft or (len(folded) > 1 and folded[-1] == "-" and folded[-2].isalpha())
        if not divided:
            folded += " "
        elif not keep_hyphen:
            folded = folded.removesuffix("-")
        pieces.append(folded)
        length += len(folded)
    return "".join(pieces), starts, numbers


def _spans(text: str, parts: list[str]) -> list[tuple[int, int]]:
    """Return every span that begins with the first part and has the others after it in order."""
    spans = []
    start = _next(text, parts[0], 0)
    while start >= 0:
        end = start + len(parts[0])
        for part in parts[1:]:
            position = _next(text, part, end)
            end = position + len(part) if 0 <= position <= end + GAP else -1
            if end < 0:
                break
        if end >= 0:
            spans.append((start, end))
        start = _next(text, parts[0], start + 1)
    return spans


def _next(text: str, part: str, start: int) -> int:
    """Find a part that neither begins nor ends inside a number: “13” does not stand in “613”."""
    position = text.find(part, start)
    while position >= 0:
        end = position + len(part)
        cut_before = part[0].isdigit() and position > 0 and text[position - 1].isdigit()
        cut_after = part[-1].isdigit() and text[end : end + 1].isdigit()
        if not cut_before and not cut_after:
            return position
        position = text.find(part, position + 1)
    return -1
