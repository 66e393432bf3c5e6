"""Random books, damaged files, random bytes and failures of the world, for as long as you like.

    ./task fuzz                          a little of everything, some minutes
    ./task fuzz books --count 2000       random books as authors write them, judged by their PDFs alone
    ./task fuzz pages --count 100        random pages for the press, without the stages before it
    ./task fuzz edits --count 100        those pages edited, with what was kept and without: the same bytes?
    ./task fuzz files --count 10         every way of breaking every format, ten times
    ./task fuzz bytes --count 20000      bytes and pieces of syntax against each parser
    ./task fuzz long --count 1000        one piece of syntax again and again, so many thousand characters
    ./task fuzz world --count 500        kills, signals, full disks, damaged caches, two builds at once

``--first`` is the first seed: a finding names its seed, so that it can be had again alone. Every fault
is one line; the exit status is 1 if there is one. The counts so far are told now and then, and once more
at the end, also when it is interrupted. What a fault teaches becomes a case in tests/faults/.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.cases.tiny_books import write_book
from tests.faults.hostile_bytes import PARSERS
from tests.faults.long_inputs import LONG_INPUTS, largest, measure
from tests.faults.malformed import install, malformed
from tests.faults.random_books import KINDS_OF_WRONG, judge, random_book

from bookbuild.build import editions, manuscript
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookError, Severity


def _cpu() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


@dataclass
class Tally:
    """What one kind of fuzz counted."""

    what: str
    counts: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    _cpu: float = field(default_factory=_cpu)
    _clock: float = field(default_factory=time.monotonic)

    def fault(self, kind: str, what: str) -> None:
        self.faults += 1
        self.counts[kind] += 1
        print(f"  FAULT {kind}: {what}", flush=True)

    def say(self) -> None:
        """Print the counts so far."""
        said = ", ".join(f"{number} {word}" for word, number in self.counts.items())
        used = f"{_cpu() - self._cpu:.0f} CPU s, {time.monotonic() - self._clock:.0f} s"
        print(f"{self.what:6} {said}; {self.faults} faults; {used}", flush=True)


class Hang(BaseException):
    """One case took so long that it will not end; no ``Exception``, so that nobody swallows it."""


@contextlib.contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    """Raise ``Hang`` in what computes longer, again and again: the engine may take it for its own fault.

    Of computing, not by the clock: the machine may have other things to do, or sleep.
    """

    def ring(number: int, frame: object) -> None:
        raise Hang

    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def silent(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Swallow progress."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=("all", *KINDS), default="all")
    parser.add_argument("--count", type=int, help="how many of one kind")
    parser.add_argument("--first", type=int, default=1000, help="the first seed")
    asked = parser.parse_args()
    os.nice(10)
    signal.signal(signal.SIGTERM, _interrupted)
    faults = 0
    for what in KINDS if asked.what == "all" else (asked.what,):
        run, usual = KINDS[what]
        count = asked.count if asked.what != "all" and asked.count else usual
        tally = Tally(what)
        try:
            run(count, asked.first, tally)
        except KeyboardInterrupt:
            return 130
        finally:
            tally.say()
        faults += tally.faults
    return 1 if faults else 0


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


BOOKS_BETWEEN_COUNTS = 50
SECONDS_A_BOOK = 60
"""After which a book hangs: they take one or two."""


def books(count: int, first: int, tally: Tally) -> None:
    """Print random books; the gate and the tokens in the PDF must both be content."""
    tally.counts.update(dict.fromkeys(("books", "pages", "notes", "on the next page", "page references"), 0))
    tally.counts.update(dict.fromkeys((*KINDS_OF_WRONG, "gate", "refused", "crash", "hang"), 0))
    for seed in range(first, first + count):
        with _folder() as root:
            try:
                with _alarm(SECONDS_A_BOOK):
                    _one_book(seed, root, tally)
            except Hang:
                tally.fault("hang", f"seed {seed}")
            except Exception as error:
                tally.fault("crash", f"seed {seed}: {type(error).__name__}: {error}")
        tally.counts["books"] += 1
        if tally.counts["books"] % BOOKS_BETWEEN_COUNTS == 0:
            tally.say()


def _one_book(seed: int, root: Path, tally: Tally) -> None:
    made = random_book(seed)
    made.write(root)
    try:
        book, _ = manuscript.sound_book(Project(root), ("en",), Settings(), silent)
        [printed] = editions.print_languages(Project(root), book, ("en",), Settings(), silent)
    except BookError as error:
        tally.fault("refused", f"seed {seed}: {error.diagnostics[0]}")
        return
    errors = [one for one in printed.diagnostics if one.severity is Severity.ERROR]
    if errors:
        tally.fault("gate", f"seed {seed}: {str(errors[0]).splitlines()[0]}")
    verdict = judge(made, printed)
    for wrong in verdict.wrong:
        tally.fault(wrong.kind, f"seed {seed}: {wrong.what}")
    tally.counts["pages"] += verdict.pages
    tally.counts["notes"] += verdict.notes
    tally.counts["on the next page"] += verdict.late
    tally.counts["page references"] += verdict.references - verdict.unread


def pages(count: int, first: int, tally: Tally) -> None:
    """Print random units; see tests/press/press_books.py."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "press"))
    from press_books import STYLE, settings
    from press_books import random_book as random_units

    from bookbuild.press.edition import print_edition

    with _folder() as root:
        for seed in range(first, first + count):
            units = random_units(seed, chapters=3, blocks=18)
            printed = print_edition(units, [STYLE], settings(root))
            for finding in printed.diagnostics:
                tally.fault(finding.code, f"seed {seed}: {str(finding).splitlines()[0]}")
            tally.counts["books"] += 1
            tally.counts["pages"] += printed.facts.pages
            tally.counts["notes"] += printed.facts.notes
            tally.counts["on the next page"] += len(printed.facts.notes_on_next_page)


EDITS_OF_A_BOOK = 5


def edits(count: int, first: int, tally: Tally) -> None:
    """Change some words of random units, again and again; what is kept must not show."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "press"))
    from press_books import STYLE, edited, settings
    from press_books import random_book as random_units

    from bookbuild.press.cache import SheetCache
    from bookbuild.press.edition import print_edition

    for seed in range(first, first + count):
        with _folder() as root:
            chance, cache = random.Random(seed), SheetCache(root)
            units = random_units(seed, chapters=chance.choice((1, 2)), blocks=chance.choice((15, 30, 60)))
            print_edition(units, [STYLE], settings(root), cache=cache)
            for edit in range(EDITS_OF_A_BOOK):
                units = edited(units, chance)
                kept = print_edition(units, [STYLE], settings(root), cache=cache)
                anew = print_edition(units, [STYLE], settings(root))
                if (kept.pdf, kept.diagnostics) != (anew.pdf, anew.diagnostics):
                    tally.fault("other bytes", f"seed {seed}, edit {edit + 1}")
                tally.counts["edits"] += 1
                tally.counts["pages"] += anew.facts.pages
                tally.counts["pages laid out again"] += kept.facts.pages_laid_out


def files(count: int, first: int, tally: Tally) -> None:
    """Break the starter's files; every break must be told at its file, with line and advice."""
    with _folder() as scratch:
        sound = scratch / "sound"
        manuscript.new_book(sound)
        for seed in range(first, first + count):
            for broken in malformed(sound, seed):
                root = scratch / "broken"
                shutil.copytree(sound, root)
                install(broken, root)
                _told(broken.name, broken.named, root, tally)
                shutil.rmtree(root)


def _told(name: str, named: str, root: Path, tally: Tally) -> None:
    tally.counts["files"] += 1
    start = time.process_time()
    try:
        findings = manuscript.check_book(Project(root), ("all",), Settings(), silent)
    except Exception as error:
        tally.fault("crash", f"{name}: {type(error).__name__}: {error}")
        return
    if time.process_time() - start > 2:
        tally.fault("slow", name)
    told = [one for one in findings if one.place.path == named]
    if not told:
        tally.fault("silent", name)
    elif not any(one.hint for one in told):
        tally.fault("without advice", name)
    else:
        tally.counts["told with line and advice"] += 1


def feed(count: int, first: int, tally: Tally) -> None:
    """Feed every parser; none may raise, none may take longer than two seconds."""
    chance = random.Random(first)
    for parser in PARSERS:
        for _ in range(count):
            length = chance.randint(1, chance.choice((5, 40, 300)))
            data = b"".join(chance.choice(parser.pieces) for _ in range(length))
            if chance.random() < 0.1:
                data = chance.randbytes(length)
            start = time.process_time()
            try:
                parser.parse(data)
            except Exception as error:
                tally.fault("crash", f"{parser.name}: {type(error).__name__}: {error}: {data!r}")
            if time.process_time() - start > 2:
                tally.fault("slow", f"{parser.name}: {data[:200]!r}")
            tally.counts["texts"] += 1


SECONDS_A_LONG_INPUT, MEGABYTES_A_LONG_INPUT = 5, 500
AIMED_AT = 2, 200
"""Seconds and megabytes; what takes more is named, and no fault yet."""


def long(count: int, first: int, tally: Tally) -> None:
    """Check files full of one piece of syntax; a limit or an answer must come before long."""
    for one in LONG_INPUTS:
        with _folder() as root:
            cost = measure(one, root, min(1000 * count, largest(one)))
        tally.counts["inputs"] += 1
        tally.counts["longest, in milliseconds"] = max(
            tally.counts["longest, in milliseconds"], round(1000 * cost.seconds)
        )
        tally.counts["largest, in MB"] = max(tally.counts["largest, in MB"], round(cost.megabytes))
        name = f"{one.path}: {one.name}: {cost.seconds:.1f} s, {cost.megabytes:.0f} MB"
        if cost.said.startswith("died"):
            tally.fault("crash", f"{name}: {cost.said}")
        elif cost.seconds > SECONDS_A_LONG_INPUT:
            tally.fault("slow", name)
        elif cost.megabytes > MEGABYTES_A_LONG_INPUT:
            tally.fault("large", name)
        elif cost.seconds > AIMED_AT[0] or cost.megabytes > AIMED_AT[1]:
            tally.counts["beyond 2 s or 200 MB"] += 1
            print(f"  beyond the aim: {name}", flush=True)


# Failures of the world


COMMAND = (sys.executable, "-m", "bookbuild", "-q", "-C")


@dataclass
class World:
    """A tiny book with two states, and what its output is in each."""

    root: Path
    cache: Path
    states: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})

    def turn_to(self, state: int) -> None:
        chapter = "---\ntitle: One\n---\n\nText.[@paper, p. 3]\n" + "\nAnother paragraph.\n" * state
        (self.root / "book/chapters/one.md").write_text(chapter, encoding="utf-8")

    def start(self, *words: str, room: int | None = None) -> subprocess.Popen[str]:
        def limit() -> None:
            if room is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        return subprocess.Popen(
            [*COMMAND, str(self.root), "pdf", *words],
            env={**os.environ, "BOOKBUILD_CACHE": str(self.cache)},
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limit,  # noqa: PLW1509 - there is one thread
        )

    def output(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.root / "dist").iterdir()}


def world(count: int, first: int, tally: Tally) -> None:
    """Let builds fail in many ways: each file stays the old or the new one, and no strays stay."""
    with _folder() as scratch:
        built = World(scratch / "tiny", scratch / "cache")
        write_book(built.root / "book")
        for state in (0, 1):
            built.turn_to(state)
            built.start().communicate()
            built.states[state].update(built.output())
        for seed in range(first, first + count):
            _one_failure(built, random.Random(seed), f"seed {seed}", tally)


def _one_failure(built: World, chance: random.Random, name: str, tally: Tally) -> None:
    before = built.output()
    state = chance.randrange(2)
    built.turn_to(state)
    how = chance.choice(tuple(FAILURES))
    statuses, said = FAILURES[how](built, chance)
    tally.counts[how] += 1
    after = built.output()
    whole = {name: {one[name] for one in built.states} for name in built.states[0]}
    torn = [name for name, content in after.items() if name in whole and content not in whole[name]]
    lost = before.keys() & whole.keys() - after.keys()
    if torn or lost:
        tally.fault("damaged output", f"{name} {how}: {torn or lost}")
    if "Traceback" in said:
        tally.fault("traceback", f"{name} {how}: {said.strip().splitlines()[-1]}")
    if how != "killed" and after.keys() - whole.keys():
        tally.fault("stray files", f"{name} {how}: {sorted(after.keys() - whole.keys())}")
    if all(status not in (0, -signal.SIGKILL) for status in statuses) and after != before:
        tally.fault("changed in spite of failure", f"{name} {how}: status {statuses}")
    built.start().communicate()
    if built.output() != built.states[state]:
        tally.fault("not recovered", f"{name} {how}")


def _killed_by(sent: signal.Signals) -> Callable[[World, random.Random], tuple[list[int], str]]:
    def fail(built: World, chance: random.Random) -> tuple[list[int], str]:
        run = built.start("--no-cache" if chance.random() < 0.6 else "--cache")
        time.sleep(chance.uniform(0, 2.2))
        run.send_signal(sent)
        said = run.communicate()[1]
        return [run.returncode], said

    return fail


def _no_room(built: World, chance: random.Random) -> tuple[list[int], str]:
    run = built.start("--no-cache", room=chance.randrange(len(built.states[0]["tiny-en.pdf"])))
    said = run.communicate()[1]
    return [run.returncode], said


def _damaged_cache(built: World, chance: random.Random) -> tuple[list[int], str]:
    for entry in built.cache.rglob("*"):
        if entry.is_file():
            content = bytearray(entry.read_bytes() or b"\0")
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            entry.write_bytes(
                content[: chance.randint(0, len(content))] if chance.random() < 0.5 else content
            )
    run = built.start()
    said = run.communicate()[1]
    return [run.returncode], said


def _two_at_once(built: World, chance: random.Random) -> tuple[list[int], str]:
    one = built.start("--no-cache")
    time.sleep(chance.uniform(0, 0.5))
    two = built.start("--cache")
    said = one.communicate()[1] + two.communicate()[1]
    return [one.returncode, two.returncode], said


def _workers_killed(built: World, chance: random.Random) -> tuple[list[int], str]:
    run = built.start("--no-cache", "-j2")
    time.sleep(chance.uniform(0.8, 2))
    for child in _descendants(run.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    said = run.communicate()[1]
    return [run.returncode], said


def _descendants(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob(f"{pid}/task/*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, path.read_text().split()):
                found += [child, *_descendants(child)]
    return found


FAILURES: dict[str, Callable[[World, random.Random], tuple[list[int], str]]] = {
    "killed": _killed_by(signal.SIGKILL),
    "terminated": _killed_by(signal.SIGTERM),
    "interrupted": _killed_by(signal.SIGINT),
    "no room": _no_room,
    "damaged cache": _damaged_cache,
    "two at once": _two_at_once,
    "workers killed": _workers_killed,
}

KINDS: dict[str, tuple[Callable[[int, int, Tally], None], int]] = {
    "books": (books, 40),
    "pages": (pages, 20),
    "edits": (edits, 10),
    "files": (files, 2),
    "bytes": (feed, 3000),
    "long": (long, 100),
    "world": (world, 40),
}

if __name__ == "__main__":
    sys.exit(main())
