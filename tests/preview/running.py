"""A preview as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self


class Running:
    """``bookbuild preview`` on a port that is free."""

    def __init__(
        self,
        root: Path,
        cache: Path,
        *options: str,
        command: Sequence[str] = (sys.executable, "-m", "bookbuild"),
    ) -> None:
        # A shell that starts this in the background may have taken Ctrl-C away from us.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [*command, "-C", str(root), "preview", *options],
            env={**os.environ, "BOOKBUILD_CACHE": str(cache), "PYTHONUNBUFFERED": "1"},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", self.said)
        self.url = found[0] if found else ""

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send a signal to all processes of the group, as a terminal does; return status and last words."""
        os.killpg(self.process.pid, number)
        _, words = self.process.communicate(timeout=60)
        return self.process.returncode, words

    def left_behind(self, seconds: float = 5) -> list[int]:
        """Return the processes of the group that still run."""
        end = time.monotonic() + seconds
        while (left := _group(self.process.pid)) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        if self.process.stderr:
            self.process.stderr.close()


def _group(leader: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found
