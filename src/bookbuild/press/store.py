"""A folder of things made once, under keys of all that they were made from. Never a source of facts.

Entries carry a digest and are written by rename: readers and writers may be many, and what is damaged
counts as missing. A folder that cannot be written keeps nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

_DIGEST = 32
_NAME = re.compile(r"[0-9a-f]{62}|\.part-\w+")
"""Files of ours: a folder that somebody names may hold others."""


@dataclass(frozen=True, slots=True)
class Store:
    """A cache folder, bounded in size."""

    folder: Path
    bytes_kept: int = 1024**3

    def get(self, kind: str, key: str) -> bytes | None:
        """Return what was kept under a key, or nothing."""
        path = self.path(kind, key)
        try:
            kept = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(memoryview(kept)[_DIGEST:]).digest() != kept[:_DIGEST]:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # the age that sweeping goes by
        return kept[_DIGEST:]

    def put(self, kind: str, key: str, content: bytes) -> None:
        """Keep something."""
        path = self.path(kind, key)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=".part-", dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(hashlib.sha256(content).digest())
                    file.write(content)
                os.replace(temporary, path)  # noqa: PTH105 - mkstemp gives a name, not a Path
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    def sweep(self) -> int:
        """Remove the entries longest unused until the rest is within bounds; return the bytes removed.

        Leftovers of killed runs are entries like others.
        """
        entries = []
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):
                facts = path.stat()
                if not _NAME.fullmatch(path.name):
                    continue
                entries.append((facts.st_mtime, facts.st_size, path))
        total = before = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self.bytes_kept:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size
        return before - total

    def clear(self) -> int:
        """Remove every entry; return the bytes removed."""
        return Store(self.folder, 0).sweep()

    def path(self, kind: str, key: str) -> Path:
        """Return the file of an entry."""
        name = hashlib.sha256(f"{kind}\0{key}".encode()).hexdigest()
        return self.folder / name[:2] / name[2:]
