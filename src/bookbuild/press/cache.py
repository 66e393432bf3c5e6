"""Laid-out units on disk, under a key of exactly what decides their look."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bookbuild.press import sheets
from bookbuild.press.engine import engine_digest
from bookbuild.press.fonts import fonts_digest
from bookbuild.press.libraries import library_versions
from bookbuild.press.sheets import LaidOut
from bookbuild.press.store import Store
from bookbuild.press.trail import Trail, trail_from_bytes, trail_to_bytes
from bookbuild.press.typeset import Before, Job

_LAYING_OUT = ("audit", "complaints", "fetch", "settings", "sheets", "slots", "splice", "typeset")
"""Modules that decide, besides the engine, how a unit's pages look and what is said of them."""
_JOINING = ("book_fonts", "folios", "gate", "join", "pages", "promises", "reading_order", "readings")
"""Modules that decide, besides those, how the book looks and whether it passes."""


@dataclass(frozen=True, slots=True)
class Was:
    """A unit as it was laid out last."""

    sheet: LaidOut
    before: Before


class SheetCache:
    """What the press keeps in a store: laid-out units, passed editions, hints."""

    def __init__(self, folder: Path, bytes_kept: int = 1024**3) -> None:
        self.store = Store(folder, bytes_kept)
        self._files = FileDigests()

    def get(self, job: Job) -> LaidOut | None:
        """Return the pages of a unit that was laid out before from the same inputs, or nothing."""
        return self._unit(job_key(job), job.root)

    def _unit(self, key: str, root: Path) -> LaidOut | None:
        kept = self.store.get("unit", key)
        if kept is None:
            return None
        try:
            entry = sheets.from_bytes(kept)
        except (ValueError, KeyError, TypeError):
            return None
        return entry if self._files.agree(entry.files, root) else None

    def put(self, job: Job, entry: LaidOut) -> None:
        """Keep a unit's pages."""
        self.store.put("unit", job_key(job), sheets.to_bytes(entry))

    def keep_trail(self, name: str, job: Job, trail: Trail) -> None:
        """Keep what laying out a unit left, with the key of its pages."""
        self.store.put("trail", name, f"{_rest_key(job)} {job_key(job)}\n".encode() + trail_to_bytes(trail))

    def last(self, name: str, job: Job) -> Was | None:
        """Return the pages of a unit as it was last, and their trail, if only its HTML changed since."""
        head, _, kept = (self.store.get("trail", name) or b"").partition(b"\n")
        rest, _, key = head.decode(errors="replace").partition(" ")
        if rest != _rest_key(job):
            return None
        try:
            trail = trail_from_bytes(kept)
        except ValueError:
            return None
        sheet = self._unit(key, job.root)
        if sheet is None:
            return None
        return Was(sheet, Before(key, trail, sheet.sheets.notes, sheet.sheets.anchors, sheet.fonts))

    def passed(self, key: str) -> bytes | None:
        """Return a joined PDF that the gate let pass, kept under a key of all its inputs, or nothing."""
        return self.store.get("pdf", key)

    def keep_passed(self, key: str, pdf: bytes) -> None:
        """Keep a joined PDF that the gate let pass."""
        self.store.put("pdf", key, pdf)

    def read(self, key: str) -> bytes | None:
        """Return what the gate read on pages with this digest, or nothing."""
        return self.store.get("reading", key)

    def keep_read(self, key: str, reading: bytes) -> None:
        """Keep what the gate read."""
        self.store.put("reading", key, reading)

    def remembered_read(self, name: str) -> list[str]:
        """Return under which keys what the gate asked for last time is kept; hints, never facts."""
        return (self.store.get("asked", name) or b"").decode(errors="replace").split()

    def remember_read(self, name: str, keys: Sequence[str]) -> None:
        """Remember what the gate asked for."""
        self.store.put("asked", name, " ".join(keys).encode())

    def cut(self, key: str) -> bytes | None:
        """Return a font cut down to some glyphs, with its name, or nothing."""
        return self.store.get("font", key)

    def keep_cut(self, key: str, font: bytes) -> None:
        """Keep a font cut down to some glyphs."""
        self.store.put("font", key, font)

    def remembered(self, name: str) -> dict[str, int]:
        """Return what was remembered under a name: hints for a proof's first pages, never facts."""
        try:
            hints = json.loads(self.store.get("hints", name) or b"{}")
            return {str(key): int(value) for key, value in hints.items()}
        except (ValueError, AttributeError, TypeError):
            return {}

    def remember(self, name: str, hints: dict[str, int]) -> None:
        """Remember hints under a name."""
        self.store.put("hints", name, json.dumps(hints, sort_keys=True).encode())


class FileDigests:
    """Digests of a book's pictures and fonts, made once for each state of a file."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def agree(self, files: Mapping[str, str], root: Path) -> bool:
        """Tell whether files, by their names below ``root``, still have the digests that they had."""
        return all(self._of(root / name) == digest for name, digest in files.items())

    def _of(self, path: Path) -> str:
        try:
            found = path.stat()
        except OSError:
            return ""
        state = (found.st_size, found.st_mtime_ns, found.st_ino)
        if path not in self._known or self._known[path][0] != state:
            self._known[path] = (state, _file_digest(path))
        return self._known[path][1]


def _rest_key(job: Job) -> str:
    """Return the digest of all but the HTML."""
    return job_key(replace(job, html=""))


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
        code_digest(_LAYING_OUT),
        library_versions(),
    )
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


@functools.cache
def code_digest(modules: tuple[str, ...] = _LAYING_OUT + _JOINING) -> str:
    """Return the digest of some of the press' own modules."""
    digest = hashlib.sha256()
    for name in modules:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()


def setting_digest() -> str:
    """Return what identifies everything that sets pages on this machine, but for the book itself."""
    facts = (engine_digest(), fonts_digest(), code_digest(), library_versions())
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
