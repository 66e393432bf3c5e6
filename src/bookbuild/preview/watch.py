"""Files of the book to one bit: something has changed since you last asked."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path, PurePath

from watchfiles import Change, watch

_STILL_MS = 12
"""A change is told when nothing has happened for so long: editors write a file in several steps.

Half a file, should one take longer, is read as any broken state is, and again when it is whole.
"""
_LONGEST_MS = 300
_LOOK_AGAIN_MS = 1000
"""How often folders are looked for that came or went."""

_NOT_THE_BOOKS = re.compile(
    r"""
      \..*                              # hidden: .git, .DS_Store, .night.md.swp, .#night.md, .part files
    | .*~ | .*\.(?:sw[a-z]|bak|tmp|temp|orig|rej|part|crswap|kate-swp)
    | \#.*\#                            # Emacs, unsaved
    | 4913                              # Vim tries with this file whether it may write
    | .*___jb_(?:tmp|old)___            # JetBrains
    | .*\.(?:mo|pot)                    # made, never read
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_of_the_book(path: PurePath, root: PurePath) -> bool:
    """Tell whether a file may be a part of the book: not an editor's own, not hidden, not made.

    >>> [is_of_the_book(PurePath("/b/book", name), PurePath("/b")) for name in ("a.md", ".a.md.swp", "a.md~")]
    [True, False, False]
    """
    parts = path.relative_to(root).parts if path.is_relative_to(root) else path.parts
    return not any(_NOT_THE_BOOKS.fullmatch(part) for part in parts)


class Watcher:
    """Watch the folders of a book, also those that come later or come back."""

    def __init__(self, root: Path, folders: Sequence[Path]) -> None:
        self._root = root
        self._folders = tuple(folders)
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def changed(self) -> bool:
        """Tell whether something has changed since :meth:`wait` last returned."""
        return self._changed.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for a change; return whether there was one."""
        found = self._changed.wait(seconds)
        self._changed.clear()
        return found

    def stop(self) -> None:
        """Watch no longer."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        known = self._present()
        while not self._stop.is_set():
            if known:
                self._watch(known)
            else:
                self._stop.wait(_LOOK_AGAIN_MS / 1000)
            now = self._present()
            if now != known:
                self._changed.set()
            known = now

    def _watch(self, known: dict[Path, int]) -> None:
        """Tell changes until one of the folders came, went or is another folder of that name."""
        try:
            for changes in watch(
                *known,
                watch_filter=self._is_of_the_book,
                debounce=_LONGEST_MS,
                step=_STILL_MS,
                rust_timeout=_LOOK_AGAIN_MS,
                yield_on_timeout=True,
                stop_event=self._stop,
                raise_interrupt=False,
            ):
                if changes:
                    self._changed.set()
                if self._present() != known:
                    return
        except FileNotFoundError:  # a folder went between looking and watching
            self._stop.wait(_STILL_MS / 1000)

    def _present(self) -> dict[Path, int]:
        """Return the folders that are there, with what tells a folder from its successor."""
        found = {}
        for folder in self._folders:
            try:
                found[folder] = folder.stat().st_ino
            except OSError:
                continue
        return found

    def _is_of_the_book(self, _change: Change, path: str) -> bool:
        return is_of_the_book(PurePath(path), self._root)
