"""Slips: what authors, editors and translators do wrong, and what must be said of it.

``markdown.toml``, ``data.toml`` and ``translation.toml`` are sections 6.1 to 6.3 of the fault list.
Every slip is made in a fresh copy of the starter book:

========= ========================================================================================
fault     number in the fault list
name      what somebody did
file      in which file
was       words of the file, which become …
becomes   … these; nothing: they are deleted
add       text put at the end of the file, after an empty line; ``MANY`` stands for 4,400 characters
whole     the file's whole new content, in ``encoding`` (UTF-8)
place     the file that must be named, if it is another; a picture is named at the line that shows it
at        words of the line that must be named, or its number; else the first line of ``add`` or
          ``becomes``. In a catalog: of the message that must be named; else the last line.
says      the finding, less its place; “…” stands for anything
========= ========================================================================================
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bookbuild.diagnostics import Diagnostic

HERE = Path(__file__).parent
SECTIONS = ("markdown", "data", "translation")
SHOWS_THE_PICTURE = ("book/chapters/mountain.md", ":::{image} images/orsel.svg")
MANY = "many words " * 400


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip; see above."""

    fault: str
    name: str
    file: str
    says: str
    was: str = ""
    becomes: str = ""
    add: str = ""
    whole: str | None = None
    encoding: str = "utf-8"
    place: str = ""
    at: str | int = ""

    def make(self, root: Path) -> None:
        """Make the slip in a copy of the starter; fail if it no longer has what is changed."""
        path = root / self.file
        if self.whole is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.whole.encode(self.encoding))
            return
        text = path.read_text(encoding="utf-8")
        if self.was:
            assert self.was in text, f"{self.file} has no {self.was!r}"
            text = text.replace(self.was, self.becomes, 1)
        if self.add:
            text += f"\n{self.add.replace('MANY', MANY)}\n"
        path.write_text(text, encoding="utf-8")

    def is_told(self, finding: Diagnostic, root: Path) -> bool:
        """Tell whether a finding says what must be said, at the right place."""
        head, _, message = str(finding).split("\n")[0].partition(": ")
        wanted = ".*".join(map(re.escape, self.says.split("…")))
        return (
            re.fullmatch(wanted, message, re.DOTALL) is not None
            and head.startswith(f"{self.named_file()}:")
            and finding.place.line in self._lines(root)
        )

    def named_file(self) -> str:
        """Return the file that must be named."""
        return SHOWS_THE_PICTURE[0] if self.file.startswith("book/images/") else self.place or self.file

    def _lines(self, root: Path) -> range:
        """Return the numbers of the lines of which one must be named."""
        if isinstance(self.at, int):
            return range(self.at, self.at + 1)
        written = [line.strip() for line in f"{self.add}\n{self.becomes}".split("\n") if line.strip()] or [""]
        added = written[-1] if self.named_file().endswith(".po") else written[0]
        words = SHOWS_THE_PICTURE[1] if self.file.startswith("book/images/") else self.at or added
        text = (root / self.named_file()).read_text(encoding="utf-8", errors="replace")
        lines = text.split("\n")
        first = next(at for at, line in enumerate(lines) if words.split("MANY")[0] in line)
        last = first
        if self.named_file().endswith(".po"):
            while first and lines[first - 1].strip():
                first -= 1
            while last < len(lines) - 1 and lines[last + 1].strip():
                last += 1
        return range(first + 1, last + 2)


def slips() -> list[Slip]:
    """Return all slips in the order of the fault list."""
    found = []
    for section in SECTIONS:
        tables = tomllib.loads((HERE / f"{section}.toml").read_text(encoding="utf-8"))
        found += [Slip(**table) for table in tables["slip"]]
    return found
