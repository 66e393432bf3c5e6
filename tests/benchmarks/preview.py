"""How long from a save to the page on the screen? Not a test: run by hand.

    python tests/benchmarks/preview.py                       the starter book
    python tests/benchmarks/preview.py --book . --chapter night --repeat 10     the real book
    python tests/benchmarks/preview.py --pages 400           a generated book of so many pages
    python tests/benchmarks/preview.py --start               CPU of ``--help``, and of ``check`` on --book

A copy of the book is shown in headless Chromium at a page of the chapter. A word is changed on that
page; the clock runs from the write to the moment when the picture of the new page is on the screen and
the browser has told so. By stages, from a log that the preview does not keep otherwise: reading to units
in the main process, laying out in a worker, picture and browser as the rest.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "preview"))
from book import generate
from chromium import Chromium
from running import Running

from bookbuild.build import manuscript, proofs
from bookbuild.config import Project, Settings

ROOT = Path(__file__).parent.parent.parent


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
    unit = f"chapter-{chapter}"
    with Running(root, cache, "--lang", languages) as preview, Chromium() as browser:
        browser.resize(1440, 900)
        browser.open(preview.url)
        up = "document.querySelector('#status').textContent === 'Up to date'"
        begun = time.monotonic()
        browser.until(f"document.querySelectorAll('.leaf').length && {up}", 1800)
        pages = browser.evaluate("model.pages.length")
        print(f"{pages} pages, first shown after {time.monotonic() - begun:.1f} s")
        mark = browser.evaluate(
            f"""(() => {{
              const found = model.marks.filter((one) =>
                one.anchor.startsWith('b-{chapter}-') && one.place && one.place[0].endsWith('{chapter}.md'));
              return found[Math.floor(found.length / 2)];
            }})()"""
        )
        times, stages = [], []
        for _ in range(repeat):
            browser.evaluate(f"goTo(placeOf({mark['anchor']!r}))")
            pictures = "[...document.querySelectorAll('.leaf[data-near] img')]"
            browser.until(f"{up} && {pictures}.every((one) => one.complete)", 600)
            time.sleep(1)
            browser.evaluate(WATCH.replace("UNIT", unit))
            text = edited(file, mark["place"][1] - 1)
            saved = time.time()
            file.write_text(text, "utf-8")
            browser.until("window.shownAt", 120)
            told, shown = browser.evaluate("[window.toldAt, window.shownAt]")
            times.append(shown / 1000 - saved)
            stages.append((told / 1000 - saved, (shown - told) / 1000))
        browser.until(up, 600)
    print(f"from save to page: {describe(times)}")
    print(f"  until the state is told: {describe([told for told, _ in stages])}")
    print(f"  state, place, picture, browser: {describe([rest for _, rest in stages])}")
    in_process(root, file, mark["place"][1] - 1, cache)


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


def in_process(root: Path, file: Path, line: int, cache: Path) -> None:
    """Print where the main process spends its time for one language, in CPU seconds."""
    project = Project(root)
    shown = proofs.Proofs(project, ("all",), Settings(jobs=2, cache=cache / "bookbuild"), lambda: None)
    try:
        spent: dict[str, list[float]] = {}
        names = (
            "read",
            "compare_all",
            "localize",
            "edition_of",
            "render_units",
            "styles_of",
            "press_settings",
        )
        for name in names:
            setattr(proofs, name, timed(getattr(proofs, name), spent.setdefault(name, [])))
        for _ in range(5):
            file.write_text(edited(file, line), "utf-8")
            for times in spent.values():
                times.clear()
            begun = time.process_time()
            shown.refresh()
            whole = time.process_time() - begun
            while shown.busy() != (0, False):
                time.sleep(0.05)
        print("  the last refresh of all languages, CPU in the main process:")
        for name, times in spent.items():
            print(f"    {name:16}{', '.join(f'{one:.3f}' for one in times)}")
        print(f"    {'all':16}{whole:.3f}")
    finally:
        shown.close()


def timed(function, times):
    def measured(*arguments, **options):
        begun = time.process_time()
        try:
            return function(*arguments, **options)
        finally:
            times.append(time.process_time() - begun)

    return measured


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


def edited(file: Path, line: int) -> str:
    """Return a file with one word of a line, from 0, a letter longer."""
    lines = file.read_text("utf-8").split("\n")
    # Not a word of markup: those are followed by a brace, a backquote, a slash or a bracket.
    lines[line] = re.sub(r"(?<![@`/{#])\b[a-z]{4,}\b(?![-`}/\]])", r"\g<0>x", lines[line], count=1)
    return "\n".join(lines)


def describe(times: list[float]) -> str:
    middle, n = statistics.median(times), len(times)
    return f"median {middle:.2f} s, fastest {min(times):.2f}, slowest {max(times):.2f} (n={n})"


if __name__ == "__main__":
    main()
