"""How long does a whole book take, and where? Not a test: run by hand.

    python tests/benchmarks/book.py real                 the real book, each language, then with a word more
    python tests/benchmarks/book.py generated --pages 100  a generated book of about so many pages
    python tests/benchmarks/book.py edit --pages 400     the same, then one word changed in a middle chapter

Every measured build is a process of its own, cold unless said otherwise; CPU is that of all its processes.
The generated book has about four notes a page, a table every third page, cross-references with page
numbers, claims and an appendix.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parent.parent.parent
WORDS = """
    archive bridge census district estimate figure garrison harvest inventory journal kilometre ledger
    mission newspaper observer province quarter register survey telegram union valley witness year
""".split()  # noqa: SIM905  # a paragraph of words reads better than a page of quotation marks
PAGES_A_CHAPTER = 12.5
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("real", "generated", "edit", "stages"))
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--lang", default="en")
    asked = parser.parse_args()
    if asked.what == "stages":
        print_stages(asked.folder, asked.lang, asked.jobs)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder, cache = Path(scratch) / "book", Path(scratch) / "cache"
        if asked.what == "real":
            for part in ("book", "locales", "styles"):
                shutil.copytree(ROOT / part, folder / part)
        else:
            generate(folder, asked.pages)
        for language in ("en", "az") if asked.what == "real" else ("en",):
            print(f"\n{folder.name} {language}, cold, {asked.jobs} jobs")
            measure(["stages", str(folder), "--lang", language, "--jobs", str(asked.jobs)], cache / language)
        if asked.what in {"edit", "real"}:
            chapters = sorted((folder / "book" / "chapters").glob("*.md"))
            path = chapters[len(chapters) // 2]
            text = path.read_text(encoding="utf-8")
            head, paragraph = text.split("\n\n", 1)  # of the front matter; the text begins with words
            path.write_text(f"{head}\n\nAgain, {paragraph}", encoding="utf-8")
            print("\none word changed in a middle chapter, new process")
            measure(["stages", str(folder), "--jobs", str(asked.jobs)], cache / "en")


def measure(words: list[str], cache: Path) -> None:
    """Run this script as a process and print what the operating system says of it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, __file__, *words], check=True, env={**os.environ, "BOOKBUILD_CACHE": str(cache)}
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"  {'process':<12}{wall:8.2f} s wall {cpu:8.2f} s CPU, "
        f"largest process {after.ru_maxrss / 1024:.0f} MB"
    )


def print_stages(folder: Path, language: str, jobs: int) -> None:
    """Take one language through every stage and print the seconds of each."""
    from bookbuild.apparatus.edition import make_edition
    from bookbuild.build import editions, manuscript
    from bookbuild.check import check
    from bookbuild.config import Project
    from bookbuild.figures.chart import charts_of
    from bookbuild.figures.compare import compare_all
    from bookbuild.press import gate
    from bookbuild.press.cache import SheetCache
    from bookbuild.press.edition import print_edition
    from bookbuild.render import render_units

    def silent(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None: ...

    project = Project(folder)
    book, findings = timed("read", lambda: manuscript.read(project, silent))
    assert book is not None, findings
    timed("check", lambda: check(book))
    locale = manuscript.locale_of(project, language)
    localized = timed("localize", lambda: manuscript.localized_book(project, book, language, locale))
    comparisons = timed("compare", lambda: compare_all(book))
    charts = {one.quantity.id: charts_of(one) for one in comparisons}
    edition = timed("apparatus", lambda: make_edition(localized, comparisons, locale, charts=charts))
    units = timed("render", lambda: render_units(edition, locale))
    cache = SheetCache(Path(os.environ["BOOKBUILD_CACHE"]))
    gated, check_pdf = [0.0], gate.check

    def timed_gate(*arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        found = check_pdf(*arguments, **named)
        gated[0] += time.process_time() - start
        return found

    gate.check = timed_gate
    with editions.worker_pool(jobs) as workers:
        printed = timed(
            "press",
            lambda: print_edition(
                units,
                editions.styles_of(project, locale),
                editions.press_settings(project, book, edition, locale),
                workers,
                cache,
            ),
        )
    print(f"  {'gate':<12}{gated[0]:8.2f} s CPU, within the press's")
    facts = printed.facts
    print(
        f"  {facts.pages} pages, {facts.notes} notes ({len(facts.notes_on_next_page)} on the next page), "
        f"{facts.laid_out} layouts of {len(units)} units in {facts.rounds} rounds, "
        f"{facts.from_cache} from the cache, {len(printed.pdf) // 1024} kB, "
        f"{len(printed.diagnostics)} findings"
    )


def timed(name: str, work: Callable[[], T]) -> T:
    """Do some work and print how long it took."""
    start = time.perf_counter()
    result = work()
    print(f"  {name:<12}{time.perf_counter() - start:8.2f} s")
    return result


def generate(folder: Path, pages: int) -> None:
    """Write a book of about so many pages: the same for the same number."""
    from bookbuild.build import manuscript

    chance = random.Random(pages)
    manuscript.new_book(folder)
    book = folder / "book"
    for path in (book / "chapters").glob("*.md"):
        path.unlink()
    count = max(1, round(pages / PAGES_A_CHAPTER))
    names = [f"c{number:03d}" for number in range(count)]
    text = (book / "book.yaml").read_text(encoding="utf-8")
    head = text[: text.index("contents:")]
    listed = ", ".join(names)
    (book / "book.yaml").write_text(
        f"{head}contents:\n  body:\n    - chapters: [{listed}]\n  back: [appendix, bibliography]\n",
        encoding="utf-8",
    )
    for name in names:
        (book / "chapters" / f"{name}.md").write_text(chapter(name, names, chance), encoding="utf-8")


def chapter(name: str, names: list[str], chance: random.Random) -> str:
    """Return the Markdown of one generated chapter of about twelve pages."""
    parts = [f"---\ntitle: Chapter {name}\n---\n"]
    for block in range(28):
        if block % 6 == 0:
            parts.append(f"## Section {block} {{#{name}-{block}}}\n")
        sentences = []
        for place in range(4):
            words = " ".join(chance.choice(WORDS) for _ in range(chance.randint(14, 26)))
            note = (
                "[@guide-1958, p. 12]",
                "",
                "[@survey-1911, p. 88]",
                "^[Among others " + words[:60] + ".]",
            )
            reference = f" ({{ref}}`{chance.choice(names)}`)" if chance.random() < 0.03 else ""
            sentences.append(
                f"{words.capitalize()}{reference}.{note[place] if chance.random() < 0.55 else ''}"
            )
        sentences.append("The survey has {claim}`height/survey`." if block % 12 == 3 else "")
        parts.append("\n".join(filter(None, sentences)) + "\n")
        if block % 9 == 4:
            rows = "\n".join(
                f"| {chance.choice(WORDS)} | {chance.choice(WORDS)} | {chance.choice(WORDS)} |"
                for _ in range(6)
            )
            parts.append(f"| Place | Kind | Source |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
