"""Findings about a book, and the exceptions of the program itself.

An author's mistake is a :class:`Diagnostic`: a value, collected with all the others
and reported together. A failure of ours or of the world is an exception::

    BookbuildError               exit status
    ├── BookError                1   the book has errors (carries its diagnostics)
    ├── UsageError               2   the command was misused
    ├── EnvironmentFailure       3   disk, font, tool, system library
    └── InternalFault            4   a fault of ours
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from bookbuild.model.place import NOWHERE, Place

_UNSHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a message may quote and a terminal must not see: controls, reversals, halves of characters."""


_LONGEST_MESSAGE = 2_000
"""Characters: what is quoted may be a file of one word."""


class Severity(Enum):
    """How much a finding weighs. Only errors stop a build; ``--strict`` turns warnings into errors."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong with the book, at one place.

    Printed as ``file:line:column: error[CODE]: message`` and, below it, the hint.
    Codes by area: B book.yaml and configuration, Y YAML, M Markdown, N notes, S sources,
    F figures, E evidence, R registers and references, T translation, P press, G gate, D distribution.
    A code is never reused; each has a test case and a line in the documentation.
    """

    code: str
    message: str
    """Lower case, no full stop, present tense; quotes what was found."""
    place: Place = NOWHERE
    hint: str = ""
    """What to try. Every finding says it."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place.line else f"{self.place.path}: " if self.place.path else ""
        head = f"{where}{self.severity.value}[{self.code}]: {self.message}"
        head = head if len(head) <= _LONGEST_MESSAGE else f"{head[:_LONGEST_MESSAGE]}…"
        said = f"{head}\n  hint: {self.hint}" if self.hint else head
        return _UNSHOWN.sub(lambda match: f"\\u{ord(match[0]):04x}", said)


class BookbuildError(Exception):
    """Any failure that ends a run with a message instead of a traceback."""

    exit_status: ClassVar[int] = 4


class BookError(BookbuildError):
    """The book has errors; nothing was typeset or published."""

    exit_status = 1

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{len(diagnostics)} findings")
        self.diagnostics = tuple(diagnostics)


class UsageError(BookbuildError):
    """The command was misused."""

    exit_status = 2


class EnvironmentFailure(BookbuildError):
    """The world failed: a disk, a font, a tool, a system library."""

    exit_status = 3


class InternalFault(BookbuildError):
    """A fault of ours."""

    exit_status = 4


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort findings by file, line and column, and drop exact repetitions."""
    return sorted(set(diagnostics), key=lambda d: (d.place, d.code, d.message))


_LONGEST_WORD = 200
"""Letters of what is somebody's slip: of a million, each would be compared with each."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the nearest known word, or nothing.

    >>> did_you_mean("reedme", ["readme", "licence"])
    'did you mean “readme”?'
    """
    if len(word) > _LONGEST_WORD:
        return ""
    near = difflib.get_close_matches(word, sorted(set(known)), n=1, cutoff=0.6)
    return f"did you mean “{near[0]}”?" if near else ""
