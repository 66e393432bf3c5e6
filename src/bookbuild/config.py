"""What one run was asked to do: folders, languages, options. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

FORMAT_VERSION = 1
"""Part of every cache key: raised when a change of ours changes what a unit looks like."""


class Untranslated(Enum):
    """What to do with messages that have no finished translation."""

    FAIL = "fail"
    """Refuse to build."""
    MARK = "mark"
    """Print the source text with a mark in the margin."""
    SOURCE = "source"
    """Print the source text."""


@dataclass(frozen=True, slots=True)
class Project:
    """The folders of one book, below one root."""

    root: Path

    @property
    def book(self) -> Path:
        return self.root / "book"

    @property
    def styles(self) -> Path:
        return self.root / "styles"

    @property
    def dist(self) -> Path:
        return self.root / "dist"

    @property
    def template(self) -> Path:
        """The POT file: made, never edited."""
        return self.dist / "book.pot"

    def catalog(self, language: str) -> Path:
        """Return the PO file of a language."""
        return self.root / "locales" / language / "LC_MESSAGES" / "book.po"


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one run."""

    jobs: int = 0
    """Worker processes; 0: everything is done in this one, without limits."""
    unit_seconds: int = 300
    """Computing time that laying out one unit may take."""
    unit_megabytes: int = 4096
    """Address space of a worker process."""
    scheduler: str = ""
    """Address of a Dask scheduler whose workers lay out; empty: this machine's own."""
    cache: Path | None = None
    """Folder of laid-out units; None: no cache."""
    strict: bool = False
    """Warnings are errors."""
    untranslated: Untranslated = Untranslated.MARK
    proof: bool = False
    """A translator's proof: message numbers in the margin, what is not finished shaded."""
    facing: str = ""
    """Language on the rectos of a bilingual edition; empty: none."""
    documents: Path | None = None
    """Folder of the documents that were read, for the evidence check."""
    epoch: int | None = None
    """SOURCE_DATE_EPOCH, where a format wants a time."""
    options: dict[str, str] = field(default_factory=dict)
