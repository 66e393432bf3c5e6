"""All benchmarks, small, in one table: what ``./task bench`` runs.

    ./task bench                  some minutes
    ./task bench --long           the whole sizes: hours
    ./task bench book loads       some of them

Each is a script of its own beside this one with more to choose from. Here each is run as a process, its
words are printed as they come, and at the end stands one table: wall, CPU of all its processes, memory of
the largest, exit status. Ratios between two runs mean more than seconds on a machine that does other work.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A script and its words, small and long."""

    name: str
    script: str
    short: tuple[str, ...]
    long: tuple[str, ...]
    needs: str = ""
    """A program without which it is left out."""


BENCHMARKS = (
    Benchmark("book", "book.py", ("generated", "--pages", "24"), ("edit", "--pages", "400")),
    Benchmark("real", "book.py", ("real",), ("real",)),
    Benchmark("press", "press.py", ("speed", "--pages", "24"), ("speed", "--pages", "400")),
    Benchmark("figures", "figures.py", (), ()),
    Benchmark("catalogs", "catalogs.py", ("1000", "100"), ("5000", "500")),
    Benchmark("goals", "goals.py", ("24",), ("400", "--runs", "3")),
    Benchmark("preview", "preview.py", ("--repeat", "3"), ("--pages", "400"), needs="chromium"),
    Benchmark("loads", "loads.py", ("--share", "0.02"), ("--share", "1")),
    Benchmark("engine", "engine_watch.py", (), ()),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the operating system says of one."""

    name: str
    wall: float
    cpu: float
    megabytes: float
    status: int

    def __str__(self) -> str:
        return f"{self.name:10}{self.wall:9.1f}{self.cpu:9.1f}{self.megabytes:9.0f}{self.status:7}"


def measure(benchmark: Benchmark, *, long: bool) -> Measured:
    """Run one; its output goes where ours goes."""
    words = benchmark.long if long else benchmark.short
    print(f"\n== {benchmark.script} {' '.join(words)}", flush=True)
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, str(HERE / benchmark.script), *words])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Measured(benchmark.name, time.perf_counter() - start, *_of(used), process.returncode)


def _of(used: resource.struct_rusage) -> tuple[float, float]:
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser.add_argument("which", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; by default all")
    parser.add_argument("--long", action="store_true", help="the whole sizes")
    asked = parser.parse_args()
    if unknown := set(asked.which) - set(names):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    done = []
    for benchmark in BENCHMARKS:
        if asked.which and benchmark.name not in asked.which:
            continue
        if benchmark.needs and not shutil.which(benchmark.needs):
            print(f"\n== {benchmark.script} left out: {benchmark.needs} is not installed")
            continue
        done.append(measure(benchmark, long=asked.long))
    print(f"\n{'':10}{'wall s':>9}{'CPU s':>9}{'MB':>9}{'exit':>7}")
    print("\n".join(map(str, done)))
    return max((abs(one.status) for one in done), default=0)


if __name__ == "__main__":
    sys.exit(main())
