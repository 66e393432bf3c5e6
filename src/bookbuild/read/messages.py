"""Written lines to messages: one source text, its inline content, and where each line stood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, Prose
from bookbuild.read.inlines import parse_inlines
from bookbuild.read.tree import Scalar

MAX_MESSAGE = 600_000
"""Characters of one message."""

_BLANK = " \t\n"
_BREAK = re.compile(r"(?<!\\)(?:\\\\)*\\$")


@dataclass(frozen=True, slots=True)
class Desk:
    """What all messages of one file share, and where their problems are noted."""

    path: str
    lang: str
    chapter: str
    problems: list[Diagnostic]

    def report(self, code: str, message: str, place: Place, hint: str) -> None:
        self.problems.append(Diagnostic(code, message, place, hint=hint))

    def message(self, lines: Iterable[tuple[str, Place]], kind: Kind) -> Prose:
        """Join lines to a message: a line end is one space, a hard break stays a backslash and a line feed.

        ``lines`` are the lines as written with the place of their first character.
        """
        source, places = _joined(list(lines))
        if len(source) > MAX_MESSAGE:
            message = f"a text of {len(source):,} characters; the limit is {MAX_MESSAGE:,}"
            self.report("M038", message, places[0][1], "divide it")
            source = source[:MAX_MESSAGE]
        inlines, problems = parse_inlines(source)
        prose = Prose(source, kind, inlines, self.lang, lines=places, chapter=self.chapter)
        for problem in problems:
            self.report(problem.code, problem.message, prose.place_at(problem.offset), problem.hint)
        return prose

    def scalar(self, node: Scalar, kind: Kind) -> Prose:
        """Return the message that a YAML scalar holds."""
        bounds = [offset for offset, _ in node.lines] + [len(node.text)]
        lines = [
            (node.text[start:end], place) for (start, place), end in zip(node.lines, bounds[1:], strict=True)
        ]
        return self.message(lines, kind)


def _joined(lines: list[tuple[str, Place]]) -> tuple[str, tuple[tuple[int, Place], ...]]:
    source: list[str] = []
    length = 0
    places: list[tuple[int, Place]] = []
    for number, (written, place) in enumerate(lines):
        text = written.strip(_BLANK)
        if "\n" in text:
            text = " ".join(filter(None, map(str.strip, text.split("\n"))))
        if not text and len(lines) > 1:
            continue
        lead = len(written) - len(written.lstrip(_BLANK))
        if source:
            source.append("\n" if _BREAK.search(source[-1]) else " ")
            length += 1
        places.append((length, Place(place.path, place.line, place.column + lead)))
        spaced = written.rstrip("\n").endswith("  ") and number < len(lines) - 1
        # Two blanks at a line's end are a hard break that nobody sees; a backslash is kept instead.
        source.append(text + ("\\" if spaced and not _BREAK.search(text) else ""))
        length += len(source[-1])
    return "".join(source), tuple(places or [(0, lines[0][1])])
