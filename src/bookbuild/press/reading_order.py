"""Text that is read from right to left, from the order in which it is drawn back to that in which it is read.

A line is drawn from left to right whatever its script. What each drawn text reads is known from laying
out; it is believed where the page draws those very letters, in whatever order.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bookbuild.press.pages import Run, letters_of

LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_PIECES = 200
"""Most pieces in which one text is drawn."""

Texts = Mapping[str, deque[str]]
"""Letters in no order → texts that are spelled with them, in the order in which they are drawn."""


def texts_by_letters(texts: Iterable[str]) -> Texts:
    """Sort the texts of a unit by their letters."""
    found: dict[str, deque[str]] = defaultdict(deque)
    for text in texts:
        found[_spelling(text)].append(text)
    return found


def as_read(runs: Sequence[Run], texts: Texts) -> tuple[Run, ...]:
    """Return the runs of a page with each text that is known to be read otherwise than drawn in one piece.

    Texts of the same letters are used up in their order, but for the last.
    """
    if not texts:
        return tuple(runs)
    found: list[Run] = []
    at = 0
    while at < len(runs):
        end, text = _longest(runs, at, texts)
        if end:
            found.append(_merged(runs[at:end], text))
            at = end
        else:
            found.append(runs[at])
            at += 1
    return tuple(found)


def _longest(runs: Sequence[Run], start: int, texts: Texts) -> tuple[int, str]:
    """Return the end and the text of the most runs of one line that spell a text; 0 if none do."""
    lengths = {len(letters) for letters, waiting in texts.items() if waiting}
    spelled, leftwards, best = "", False, (0, "")
    for end in range(start, min(start + _PIECES, len(runs))):
        run = runs[end]
        if run.artifact or abs(run.baseline - runs[start].baseline) > 0.1:
            break
        spelled += _letters(run.text)
        leftwards = leftwards or bool(LEFTWARDS.search(run.text))
        if leftwards and len(spelled) in lengths and (waiting := texts.get("".join(sorted(spelled)))):
            best = end + 1, waiting[0]
    if best[0]:
        waiting = texts[_spelling(best[1])]
        if len(waiting) > 1:  # a neighbour's words may have been taken for it: the last stays good
            waiting.popleft()
    return best


def _merged(runs: Sequence[Run], text: str) -> Run:
    return replace(
        max(runs, key=lambda run: run.x1 - run.x0),
        text=text,
        x0=min(run.x0 for run in runs),
        x1=max(run.x1 for run in runs),
        unknown=sum(run.unknown for run in runs),
    )


def _spelling(text: str) -> str:
    """Return the letters of a text in no order."""
    return "".join(sorted(_letters(text)))


def _letters(text: str) -> str:
    """Return the letters of a text without their marks, which may be drawn on either side."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFD", letters_of(text))))
