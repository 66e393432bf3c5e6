"""How long from a save to the page on the screen? Not a test: run by hand.

    python tests/benchmarks/preview.py                       the starter book
    python tests/benchmarks/preview.py --book . --chapter night --repeat 10     the real book
    python tests/benchmarks/preview.py --pages 400           a generated book of so many pages
    python tests/benchmarks/preview.py --start               CPU of ``--help``, and of ``check`` on --book

A copy of the book is shown in headless Chromium at a page of the chapter. A word is changed on that
page; the clock runs from the write to the moment when the picture of the new page is on the screen and
the browser has told so. By stages, from a log that the preview does not keep otherwise: the names are
those of the functions, in the order in which they end; some run in other threads at the same time.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).parent.parent / "preview"))
from book import generate
from chromium import Chromium
from running import Running

ROOT = Path(__file__).parent.parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--book", type=Path)
    parser.add_argument("--chapter", default="")
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--lang", default="all")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--start", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "book"
        if arguments.pages:
            generate(root, arguments.pages)
        elif arguments.book:
            for name in ("book", "locales", "styles"):
                if (arguments.book / name).is_dir():
                    shutil.copytree(arguments.book / name, root / name)
        else:
            from bookbuild.build import manuscript

            manuscript.new_book(root)
        cache = arguments.cache or Path(folder) / "cache"
        if arguments.start:
            start_up(root, arguments.repeat)
        else:
            chapters = sorted((root / "book/chapters").glob("*.md"))
            chapter = arguments.chapter or ("ascent", chapters[len(chapters) // 2].stem)[arguments.pages > 0]
            from_save_to_page(root, chapter, arguments.lang, cache, arguments.repeat)


def from_save_to_page(root: Path, chapter: str, languages: str, cache: Path, repeat: int) -> None:
    file = root / f"book/chapters/{chapter}.md"
    log = root.parent / "stages"
    command = (sys.executable, "-c", TRACED, str(Path(__file__).parent), str(log))
    with Running(root, cache, "--lang", languages, command=command) as preview, Chromium() as browser:
        browser.resize(1440, 900)
        browser.open(preview.url)
        up = "document.querySelector('#status').textContent === 'Up to date'"
        begun = time.monotonic()
        browser.until(f"document.querySelectorAll('.leaf').length && {up}", 1800)
        pages = browser.evaluate("model.pages.length")
        print(f"{pages} pages, first shown after {time.monotonic() - begun:.1f} s")
        marks = browser.evaluate(
            f"""model.marks.filter((one) => one.anchor.startsWith('b-{chapter}-')
                  && one.place && one.place[0].endsWith('{chapter}.md'))"""
        )
        mark = middle_paragraph(marks, file)
        saves = []
        for _ in range(repeat):
            browser.evaluate(f"goTo(placeOf({mark['anchor']!r}))")
            pictures = "[...document.querySelectorAll('.leaf[data-near] img')]"
            browser.until(f"{up} && {pictures}.every((one) => one.complete)", 600)
            time.sleep(1)
            browser.evaluate(WATCH.replace("UNIT", f"chapter-{chapter}"))
            text = edited(file, mark["place"][1] - 1)
            before = cpu_of_group(preview.process.pid)
            saved = time.time()
            file.write_text(text, "utf-8")
            browser.until("window.shownAt", 120)
            told, shown = browser.evaluate("[window.toldAt, window.shownAt]")
            spent = cpu_of_group(preview.process.pid) - before
            saves.append(Save(saved, told / 1000, shown / 1000, spent))
        browser.until(up, 600)
    tell(saves, [json.loads(line) for line in log.read_text("utf-8").splitlines()])


class Save:
    """One save: when it was, when the browser heard of it and had it on the screen, in seconds."""

    def __init__(self, saved: float, told: float, shown: float, cpu: float) -> None:
        self.saved, self.told, self.shown, self.cpu = saved, told, shown, cpu


def tell(saves: list[Save], log: list[dict[str, Any]]) -> None:
    """Print the times of some saves, and where they went."""
    print(f"from save to page: {describe(one.shown - one.saved for one in saves)}")
    print(f"  until the state is told: {describe(one.told - one.saved for one in saves)}")
    print(f"  state, place, picture, browser: {describe(one.shown - one.told for one in saves)}")
    print(f"  CPU of all processes but the browser: {describe(one.cpu for one in saves)}")
    print("  stages, medians in seconds      begun  ended  took   CPU of the thread, times")
    rows = []
    for name in dict.fromkeys(entry["name"] for entry in log):
        times = []
        for one in saves:
            here = [
                entry for entry in log if entry["name"] == name and one.saved <= entry["begun"] < one.shown
            ]
            if here:
                begun, ended = here[0]["begun"] - one.saved, here[-1]["ended"] - one.saved
                took = sum(entry["ended"] - entry["begun"] for entry in here)
                times.append((begun, ended, took, sum(entry["cpu"] for entry in here), len(here)))
        if times:
            rows.append((name, [statistics.median(column) for column in zip(*times, strict=True)]))
    for name, (begun, ended, took, cpu, often) in sorted(rows, key=lambda row: row[1][1]):
        print(f"    {name:28}{begun:7.3f}{ended:7.3f}{took:7.3f}{cpu:7.3f}{often:7.0f}")


TRACED = """\
import sys
sys.path.insert(0, sys.argv.pop(1))
import preview
preview.trace(sys.argv.pop(1))
from bookbuild.cli import main
main()
"""
"""Not run as a file: workers would load it, too."""


def trace(log: str) -> None:
    """Note when each stage begins and ends, and the CPU of its thread."""
    from bookbuild.build import bench, proofs
    from bookbuild.press import proof
    from bookbuild.preview import board, raster, server, watch

    out = Path(log).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115  # as long as the process
    stages: list[tuple[Any, tuple[str, ...]]] = [
        (watch.Watcher, ("_is_of_the_book",)),
        (proofs.Proofs, ("refresh", "_comparisons", "_catalog", "editions", "leaves")),
        (proofs, ("read", "localize", "edition_of", "render_units", "styles_of", "press_settings")),
        (proofs._Memory, ("locale",)),
        (proof.EditionProof, ("take", "_due", "_begin", "_done")),
        (proof, ("guesses", "jobs_of")),
        (board, ("state_json",)),
        (server, ("leaves_json",)),
        (proof.UnitProof, ("pdf",)),
        (raster.Raster, ("png",)),
    ]
    for owner, names in stages:
        for name in names:
            setattr(owner, name, noted(getattr(owner, name), name.strip("_"), out))
    lay_out = bench.Bench.lay_out

    def lay_out_noted(self: Any, job: Any, watched: bool, before: Any = None) -> Any:
        begun = time.time()
        future = lay_out(self, job, watched, before)
        name = "worker, watched" if watched else "worker, others"
        future.add_done_callback(lambda _: note(out, name, begun, 0.0))
        return future

    bench.Bench.lay_out = lay_out_noted  # type: ignore[method-assign]


def noted(function: Callable[..., Any], name: str, out: TextIO) -> Callable[..., Any]:
    def measured(*arguments: Any, **options: Any) -> Any:
        begun, cpu = time.time(), time.thread_time()
        try:
            return function(*arguments, **options)
        finally:
            note(out, name, begun, time.thread_time() - cpu)

    return measured


def note(out: TextIO, name: str, begun: float, cpu: float) -> None:
    out.write(json.dumps({"name": name, "begun": begun, "ended": time.time(), "cpu": cpu}) + "\n")


def cpu_of_group(leader: int) -> float:
    """Return the CPU seconds of all processes of a group that still run."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == leader:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


WATCH = """(() => {
  window.shownAt = window.toldAt = 0;
  const unit = () => state.editions.find((one) => one.lang === lang).units.find((one) => one.id === 'UNIT');
  const before = unit().look;
  const told = () => {
    if (unit().look === before) return;
    window.toldAt = Date.now();
    events.removeEventListener('state', told);
    const wait = () => {
      const ours = [...document.querySelectorAll('.leaf')].filter((leaf) => {
        const edges = leaf.getBoundingClientRect();
        const seen = edges.bottom > 60 && edges.top < innerHeight;
        return seen && leaf.querySelector('img')?.src.includes(unit().look);
      });
      if (ours.length && ours.every((leaf) => leaf.querySelector('img').complete))
        requestAnimationFrame(() => (window.shownAt = Date.now()));
      else setTimeout(wait, 5);
    };
    wait();
  };
  events.addEventListener('state', told);
})()"""


def start_up(root: Path, repeat: int) -> None:
    for words in (("--help",), ("-C", str(root), "-q", "check"), ("preview", "--help")):
        times = []
        for _ in range(repeat):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [sys.executable, "-m", "bookbuild", *words],
                capture_output=True,
                env={**os.environ, "COLUMNS": "100"},
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        print(f"bookbuild {words[-1]}: CPU {describe(times)}")


_WORD = re.compile(r"(?<![@`/{#])\b[a-z]{4,}\b(?![-`}/\]])")
"""Not a word of markup: those are followed by a brace, a backquote, a slash or a bracket."""


def middle_paragraph(marks: list[dict[str, Any]], file: Path) -> dict[str, Any]:
    """Return the mark nearest to the middle of a chapter that stands on a line with a word to change.

    In a generated book the middle is the head of a table, which has none: no new page would ever come.
    """
    lines = file.read_text("utf-8").split("\n")
    found = [at for at, mark in enumerate(marks) if _WORD.search(lines[mark["place"][1] - 1])]
    if not found:
        raise SystemExit(f"{file}: no line with a word to change")
    return marks[min(found, key=lambda at: abs(at - len(marks) // 2))]


def edited(file: Path, line: int) -> str:
    """Return a file with one word of a line, from 0, a letter longer."""
    lines = file.read_text("utf-8").split("\n")
    lines[line], changes = _WORD.subn(r"\g<0>x", lines[line], count=1)
    assert changes, f"no word to change: {lines[line]}"
    return "\n".join(lines)


def describe(times: Iterable[float]) -> str:
    times = sorted(times)
    middle, n = statistics.median(times), len(times)
    return f"median {middle:.2f} s, fastest {times[0]:.2f}, slowest {times[-1]:.2f} (n={n})"


if __name__ == "__main__":
    main()
