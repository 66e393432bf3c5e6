"""The story: what happens to a book, in order. The only room that knows all the others.

``manuscript`` reads and checks a book and its catalogs, ``editions`` takes it to pages and to HTML,
``catalogs`` keeps the translators' files, ``figures`` tells what the claims say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bookbuild.diagnostics import Diagnostic


class Progress(Protocol):
    """Told what is being done."""

    def __call__(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command has to tell when it succeeded."""

    findings: tuple[Diagnostic, ...]
    """Warnings and notes; errors are raised."""
    lines: tuple[str, ...]
    """Facts for people, one a line."""
