"""The bar of reliability, measured: one line for each row that a script can repeat.

    python tests/benchmarks/bar.py                     all rows, small: about an hour of computing
    python tests/benchmarks/bar.py B9 B11              some
    python tests/benchmarks/bar.py B1 --count 2000     more of what is counted (books, files, failures)

``left`` is what is good enough to publish, ``right`` what is excellent. Each row runs a script beside this
one, tests, or the program itself, and shows what that says. Not repeated here: B12, whose table
``loads.py --share 1`` prints.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PROGRAM = (sys.executable, "-m", "bookbuild", "-q")


def said(*words: str | Path, **changes: str) -> str:
    """Run a command in the project and return all it says."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def fuzz(kind: str, count: int) -> str:
    """Return the last count and the first faults."""
    lines = said(sys.executable, HERE / "fuzz.py", kind, "--count", str(count)).splitlines()
    faults = [line.strip() for line in lines if "FAULT" in line]
    return " | ".join([next(line for line in reversed(lines) if line.startswith(kind)), *faults[:3]])


def tests(*words: str) -> str:
    """Return what pytest says at its end."""
    return said(sys.executable, "-m", "pytest", "-q", *words).strip().splitlines()[-1]


def fault_list(count: int) -> str:
    """Count the faults that have cases, those where another thing is done, and run the cases."""
    listed = tomllib.loads((ROOT / "tests/faults/faults.toml").read_text("utf-8"))["fault"]
    otherwise = [fault["id"] for fault in listed if fault.get("differs")]
    whole = sum(bool(fault["cases"]) for fault in listed)
    said = tests("tests/faults", "-n", "2")
    return f"{whole} have cases, {len(otherwise)} otherwise and why ({', '.join(otherwise)}); {said}"


def same_bytes(count: int) -> str:
    """Build distributions of the starter in different worlds, archives and PDF/X included, and compare."""
    worlds = (
        {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
        {"TZ": "Asia/Kolkata", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "2", "USER": "other"},
    )
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, world in enumerate(worlds):
            root = Path(scratch) / ("a folder of its own " * number) / "starter"
            root.parent.mkdir(parents=True, exist_ok=True)
            said(*PROGRAM, "new", root)
            _renew(root, backwards=bool(number % 2))
            home = Path(scratch) / f"home {number}"
            home.mkdir()
            told = said(*PROGRAM, "-C", root, "dist", "--lang", "all", HOME=str(home), **world)
            sums = {
                path.relative_to(root / "dist").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted((root / "dist").rglob("*"))
                if path.is_file() and not path.name.startswith(".")
            }
            if not sums:
                return f"no distribution: {told.strip()[-200:]}"
            found.append(sums)
    differing = sorted(
        {name for one in found for name in one if any(one[name] != o.get(name) for o in found)}
    )
    return f"{len(found[0])} files in {len(found)} worlds, differing: {differing or 'none'}"


def _renew(root: Path, *, backwards: bool) -> None:
    """Write all files again in another order: what a folder lists first is another file then."""
    for path in sorted((one for one in root.rglob("*") if one.is_file()), reverse=backwards):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)


def preflight(count: int) -> str:
    """Judge the PDFs for the printer of a distribution of the starter."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "starter"
        said(*PROGRAM, "new", root)
        said(*PROGRAM, "-C", root, "dist", "--lang", "all")
        for archive in root.glob("dist/**/*.zip"):
            zipfile.ZipFile(archive).extractall(archive.with_suffix(""))
        judged = {
            path.relative_to(root / "dist").as_posix(): re.findall(
                r"(?:error|warning)\[\w+\]", said(*PROGRAM, "preflight", path)
            )
            for path in sorted(root.glob("dist/**/*.pdf"))
        }
    wrong = {path: found for path, found in judged.items() if found}
    return f"{len(judged)} PDFs, with findings: {wrong or 'none'}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the bar."""

    measure: str
    left: str
    right: str
    run: Callable[[int], str]
    count: int = 0
    """Of what is counted, where it is."""


ROWS = {
    "B1": Row(
        "random books: notes lost, doubled, early, late (also B2–B5)",
        "0 in 200",
        "0 in 2,000",
        lambda count: fuzz("books", count),
        200,
    ),
    "B6": Row("faults of the list, each with its cases", "≥ 85 of 92", "92 of 92", fault_list),
    "B7": Row(
        "malformed files told with line and hint (also B8)",
        "≥ 140 of 150",
        "all",
        lambda count: fuzz("files", count),
        2,
    ),
    "B9": Row(
        "longest time to refuse a hostile file",
        "5 s, 500 MB",
        "2 s, 200 MB",
        lambda count: fuzz("long", count),
        4000,
    ),
    "B10": Row(
        "damaged outputs in injected failures",
        "0 in 500",
        "0 in 5,000",
        lambda count: fuzz("world", count),
        500,
    ),
    "B11": Row("same bytes, archives and PDF/X included", "all equal", "also elsewhere", same_bytes),
    "B13": Row(
        "all errors in one run, sorted, with codes and hints",
        "yes",
        "machine-readable (--json), with hints",
        lambda count: tests(
            "tests/check/test_codes_of_a_book.py",
            "tests/faults/test_mistakes_of_people.py",
            "tests/faults/test_hints.py",
        ),
    ),
    "B14": Row("print edition before the printer's checks", "0", "0, and a commercial one", preflight),
    "B15": Row(
        "false alarms on the real book",
        "≤ 1 a 100 pages",
        "0",
        lambda count: (said(*PROGRAM, "check").strip().splitlines() or ["0 findings"])[-1],
    ),
    "B16": Row(
        "each gate proven by a fault",
        "every gate",
        "+ nightly",
        lambda count: tests("tests/press/test_gate.py"),
    ),
    "B17": Row(
        "connections, files read outside, traced",
        "0",
        "0",
        lambda count: tests("tests/faults/test_traced_build.py"),
    ),
    "B18": Row(
        "known defects of the engine, each guarded",
        "7 of 7",
        "+ reported upstream",
        lambda count: "; ".join(
            re.sub(r" +", " ", line.strip())
            for line in said(sys.executable, HERE / "engine_watch.py").splitlines()
            if line.startswith("  ")
        ),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; by default all")
    parser.add_argument("--count", type=int, help="of what a row counts")
    asked = parser.parse_args()
    if unknown := set(asked.rows) - ROWS.keys():
        parser.error(f"no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    for name in asked.rows or ROWS:
        row = ROWS[name]
        value = row.run(asked.count or row.count)
        print(f"{name:4} {row.measure}\n     {value}\n     left: {row.left}; right: {row.right}", flush=True)


if __name__ == "__main__":
    main()
