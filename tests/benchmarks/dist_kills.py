"""Kill whole `bookbuild dist` runs, and let the disk be full: the distribution stays the old or the new one.

    python tests/benchmarks/dist_kills.py kills --count 20                 the starter book
    python tests/benchmarks/dist_kills.py kills --tiny --count 20          a book of one page
    python tests/benchmarks/dist_kills.py kills --book PROJECT             a copy of that project
    python tests/benchmarks/dist_kills.py kills --book . --lang en --cache DIR     with DIR's laid-out units
    python tests/benchmarks/dist_kills.py disks                            needs root: mounts small disks

Add `--recover 5` where a run is long: only after every fifth kill another run finishes.
A kill is SIGKILL for the command and all its workers at once. Moments are random over the whole run, every
other one aimed at the time in which files are written. Every fault is one line, and the exit status 1.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.cases.tiny_books import SOUND, write_book

from bookbuild.build import manuscript
from bookbuild.distribute.publish import verify_distribution

COMMAND = (sys.executable, "-m", "bookbuild")
Sums = dict[str, str]


@dataclass
class Victim:
    """A project in two states, so that an old distribution differs from a new one."""

    root: Path
    """Of the project; is written to."""
    cache: Path
    lang: str = "all"
    states: list[Sums] = field(default_factory=list)
    """Path in the distribution → SHA-256, for each state."""
    seconds: float = 0
    """That a complete run took, with everything in the cache."""

    @property
    def dist(self) -> Path:
        return self.root / "dist"

    @property
    def folder(self) -> Path:
        """The distribution; there is one."""
        [folder] = (path for path in self.dist.iterdir() if path.is_dir() and path.name[0] != ".")
        return folder

    def turn_to(self, state: int) -> None:
        """Let the book's date be another, which stands in every file."""
        path = self.root / "book" / "book.yaml"
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"(?m)^date: .*$", f"date: 2026-11-2{state}", text), "utf-8")

    def start(self) -> subprocess.Popen[str]:
        """Start a complete run in a process group of its own."""
        self.scratch.mkdir(exist_ok=True)
        return subprocess.Popen(
            [*COMMAND, "-C", str(self.root), "dist", "--lang", self.lang, "--booklet"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(self.scratch), "BOOKBUILD_CACHE": str(self.cache)},
        )

    def run(self) -> tuple[int, str]:
        """Run to the end; return the exit status and what was said."""
        run = self.start()
        _, said = run.communicate()
        return run.returncode, said

    def sums(self) -> Sums:
        return sums_of(self.folder)

    def learn(self) -> None:
        """Make both states once; the second is what stands there afterwards."""
        for state in (0, 1):
            self.turn_to(state)
            began = time.monotonic()
            status, said = self.run()
            self.seconds = time.monotonic() - began
            assert status == 0, said
            self.states.append(self.sums())
        assert self.states[0] != self.states[1]

    @property
    def scratch(self) -> Path:
        """For temporary files; outside the book, for a socket's path may not be long."""
        return self.root.parent / "t"

    def age(self) -> None:
        """Let what a killed run left be old: what is young may belong to a run that just begins."""
        for path in self.scratch.iterdir():
            os.utime(path, (0, 0))

    def strays(self) -> list[str]:
        """Return what a finished run leaves that belongs to nobody."""
        name = self.folder.name
        kept = {name, f".{name}.lock", ".gitignore"}
        left = sorted(path.name for path in self.dist.iterdir() if path.name not in kept)
        return left + sorted(path.name for path in self.scratch.iterdir())


def sums_of(folder: Path) -> Sums:
    """Return path → SHA-256 of every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextlib.contextmanager
def victim(
    book: Path | None = None, *, tiny: bool = False, lang: str = "all", cache: Path | None = None
) -> Iterator[Victim]:
    """Yield a copy of a project, or the starter book, or one of a single page, ready to be killed."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "book"
        if tiny:
            # The folder is named by the edition: without one the date would be in its name.
            write_book(root / "book", **{"book.yaml": SOUND["book.yaml"] + "edition: First\n"})
        elif book is None:
            manuscript.new_book(root)
        else:
            for part in ("book", "locales", "styles"):
                shutil.copytree(book / part, root / part)
        made = Victim(root, cache or root / "cache", lang)
        made.learn()
        yield made


def kill(
    book: Victim, chance: random.Random, *, writing: bool, recover: bool = True
) -> tuple[str, list[str]]:
    """Kill one run and let another finish; return which state the first left, and every fault."""
    state = 0 if book.sums() == book.states[1] else 1
    book.turn_to(state)
    run = book.start()
    assert run.stderr is not None
    if writing:
        for line in run.stderr:
            if line.startswith("write "):
                break
        time.sleep(chance.uniform(0, 0.25))
    else:
        time.sleep(chance.uniform(0, book.seconds))
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    book.age()
    faults = [str(one) for one in verify_distribution(book.folder)]
    found = book.sums()
    if found not in book.states:
        faults.append("neither the old distribution nor the new one")
    left = "new" if found == book.states[state] else "old"
    return left, faults + (recovery(book, state) if recover else [])


def recovery(book: Victim, state: int) -> list[str]:
    """Let a run finish; return what it did not put right."""
    book.turn_to(state)
    status, said = book.run()
    bad = status or book.sums() != book.states[state]
    wrong = [f"not recovered: status {status}, {said[-300:]}"] if bad else []
    return wrong + [f"stray: {name}" for name in book.strays()]


@contextlib.contextmanager
def small_disk(place: Path, size: int) -> Iterator[None]:
    """Have a disk of so many bytes at a place, which is emptied; needs root.

    Raises:
        PermissionError: no disk may be mounted here.
    """
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, text=True
    )
    if done.returncode:
        raise PermissionError(done.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(book: Victim, share: float) -> tuple[int, str, list[str]]:
    """Run where the old distribution lies on a disk with room for a share of a new one.

    Returns the exit status, what was said last, and every fault.
    """
    kept = book.root / "kept"
    shutil.copytree(book.folder, kept / book.folder.name)
    block = 4096
    pages = [-(-path.stat().st_size // block) * block for path in kept.rglob("*") if path.is_file()]
    old = sum(pages)
    book.turn_to(0 if book.sums() == book.states[1] else 1)
    try:
        with small_disk(book.dist, int(old * (1 + share)) + 16 * block):
            shutil.copytree(kept, book.dist, dirs_exist_ok=True)
            before = book.sums()
            status, said = book.run()
            faults = [str(one) for one in verify_distribution(book.folder)]
            after = book.sums()
            if after != before and (status or after not in book.states):
                faults.append("the old distribution was changed")
            if status != (3 if after == before else 0):
                faults.append(f"status {status}")
            faults += [f"stray: {name}" for name in book.strays()]
    finally:
        shutil.rmtree(kept)
    last = [line for line in said.splitlines() if line.strip()][-1] if said.strip() else ""
    return status, last, faults


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("kills", "disks"))
    parser.add_argument("--book", type=Path, help="the project whose book is taken; else the starter book")
    parser.add_argument("--tiny", action="store_true", help="a book of one page")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--lang", default="all")
    parser.add_argument("--cache", type=Path, help="keep laid-out units there; else nowhere for long")
    parser.add_argument("--recover", type=int, default=1, help="let a run finish after so many kills")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    os.nice(10)
    bad = 0
    with victim(asked.book, tiny=asked.tiny, lang=asked.lang, cache=asked.cache) as book:
        print(f"a complete run takes {book.seconds:.1f} s; {len(book.states[0])} files", flush=True)
        if asked.what == "kills":
            for number in range(asked.count):
                chance, recover = random.Random(asked.seed + number), (number + 1) % asked.recover == 0
                left, faults = kill(book, chance, writing=number % 2 == 1, recover=recover)
                bad += bool(faults)
                print(f"kill {number + 1}: {left} one whole" if not faults else f"FAULT {faults}", flush=True)
        else:
            for share in (0, 0.01, 0.25, 0.5, 0.9, 0.99):
                status, said, faults = fill(book, share)
                bad += bool(faults)
                print(f"room for {share:.0%}: status {status}, {said} {faults or ''}", flush=True)
    print(f"{bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
