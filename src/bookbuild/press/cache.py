"""Laid-out units on disk, under a key of exactly what decides their look."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bookbuild.press import sheets
from bookbuild.press.engine import engine_digest
from bookbuild.press.fonts import fonts_digest
from bookbuild.press.sheets import LaidOut
from bookbuild.press.typeset import Job

_CODE = (
    "audit.py",
    "book_fonts.py",
    "complaints.py",
    "fetch.py",
    "folios.py",
    "gate.py",
    "join.py",
    "pages.py",
    "reading_order.py",
    "sheets.py",
    "slots.py",
    "typeset.py",
)
"""What decides, besides the engine, how pages look and whether they pass."""


@dataclass(frozen=True, slots=True)
class SheetCache:
    """A folder of laid-out units, bounded in size.

    Entries carry a digest and are written by rename: readers and writers may be many, and what is
    damaged counts as missing. A folder that cannot be written is a cache that keeps nothing.
    """

    folder: Path
    bytes_kept: int = 1024**3

    def get(self, job: Job) -> LaidOut | None:
        """Return the pages of a unit that was laid out before from the same inputs, or nothing."""
        path = self._path(job_key(job))
        try:
            entry = sheets.from_bytes(path.read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if any(_file_digest(job.root / name) != digest for name, digest in entry.files.items()):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # the age that sweeping goes by
        return entry

    def put(self, job: Job, entry: LaidOut) -> None:
        """Keep a unit's pages."""
        self._write(self._path(job_key(job)), sheets.to_bytes(entry))

    def passed(self, key: str) -> bytes | None:
        """Return a joined PDF that the gate let pass, kept under a key of all its inputs, or nothing."""
        with contextlib.suppress(OSError):
            kept = self._path(key, "pdf").read_bytes()
            if hashlib.sha256(kept[32:]).digest() == kept[:32]:
                return kept[32:]
        return None

    def keep_passed(self, key: str, pdf: bytes) -> None:
        """Keep a joined PDF that the gate let pass."""
        self._write(self._path(key, "pdf"), hashlib.sha256(pdf).digest() + pdf)

    def remembered(self, name: str) -> dict[str, int]:
        """Return what was remembered under a name: hints that may save a round, never facts."""
        try:
            hints = json.loads(self._path(name, "hints").read_bytes())
            return {str(key): int(value) for key, value in hints.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def remember(self, name: str, hints: dict[str, int]) -> None:
        """Remember hints under a name."""
        self._write(self._path(name, "hints"), json.dumps(hints, sort_keys=True).encode())

    def sweep(self) -> None:
        """Remove the entries longest unused until the rest is within bounds, and leftovers of killed runs."""
        entries = []
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(OSError):
                facts = path.stat()
                entries.append((facts.st_mtime, facts.st_size, path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self.bytes_kept:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size

    def clear(self) -> None:
        """Remove every entry."""
        SheetCache(self.folder, 0).sweep()

    def _path(self, key: str, kind: str = "") -> Path:
        name = hashlib.sha256(f"{kind}\0{key}".encode()).hexdigest()
        return self.folder / name[:2] / name[2:]

    def _write(self, path: Path, content: bytes) -> None:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=".part-", dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                os.replace(temporary, path)  # noqa: PTH105 - mkstemp gives a name, not a Path
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise


def job_key(job: Job) -> str:
    """Return the digest of all that decides how a unit's pages look, wherever the book lies."""
    facts = (
        job.unit,
        job.html,
        job.notes,
        job.anchors,
        job.side,
        [(sheet.path, sheet.text) for sheet in job.styles],
        [str(job.page.trim_width_mm), str(job.page.trim_height_mm), str(job.page.bleed_mm)],
        sorted((language, _file_digest(path)) for language, path in job.hyphenation.items()),
        [job.limits.file_bytes, job.limits.pixels, job.limits.note_height],
        job.tagged,
        engine_digest(),
        fonts_digest(),
        _code_digest(),
    )
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


@functools.cache
def _code_digest() -> str:
    digest = hashlib.sha256()
    for name in _CODE:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()


def _file_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
