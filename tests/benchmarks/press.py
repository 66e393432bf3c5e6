"""How fast and how safe is the press? Not a test: run by hand.

    python tests/benchmarks/press.py speed --pages 100      cold, warm and edited builds, against one document
    python tests/benchmarks/press.py fuzz --books 30        notes lost, doubled, early, late, out of order
    python tests/benchmarks/press.py fuzz --books 30 --stock   the same with the engine as it comes

Every measured build is a process of its own; CPU is that of all its processes.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "press"))
from press_books import STYLE, random_book, settings

PAGES_A_CHAPTER = 12
BLOCKS_A_CHAPTER = 52


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("speed", "fuzz", "build"))
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--books", type=int, default=30)
    parser.add_argument("--stock", action="store_true", help="lay out without the mends")
    parser.add_argument("--how", default="cold")
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    match arguments.what:
        case "speed":
            speed(arguments.pages, arguments.jobs, arguments.repeat)
        case "fuzz":
            fuzz(arguments.books, arguments.stock)
        case "build":
            build(arguments.pages, arguments.jobs, arguments.how, arguments.folder)


def speed(pages: int, jobs: int, repeat: int) -> None:
    """Time builds in turn and print the medians."""
    measured: dict[str, list[dict[str, Any]]] = {}
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as folder:
            for how in ("document", "cold", "unchanged", "word", "longer"):
                measured.setdefault(how, []).append(_in_process(pages, jobs, how, folder))
    for how, runs in measured.items():
        middle = sorted(runs, key=lambda run: run["wall"])[len(runs) // 2]
        print(f"{how:10}", "  ".join(f"{name} {value}" for name, value in middle.items()))


def _in_process(pages: int, jobs: int, how: str, folder: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "build", "--pages", str(pages), "--jobs", str(jobs), "--how", how]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    said = subprocess.run([*command, "--folder", folder], check=True, capture_output=True, text=True).stdout
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": round(wall, 2), "cpu": round(cpu, 2), **json.loads(said)}


def build(pages: int, jobs: int, how: str, folder: Path) -> None:
    """Build the generated book once and print facts as JSON."""
    chapters = max(1, round(pages / PAGES_A_CHAPTER))
    units = random_book(7, chapters=chapters, blocks=BLOCKS_A_CHAPTER, words_of_note=(4, 25))
    middle = len(units) // 2
    if how == "word":
        html = units[middle].html.replace("commission", "committee", 1)
        units[middle] = replace(units[middle], html=html)
    if how == "longer":
        more = "<p>" + "More words in the middle of the book. " * 400 + "</p>"
        html = units[middle].html.replace("</body>", more + "</body>")
        units[middle] = replace(units[middle], html=html)
    facts = _one_document(units, folder) if how == "document" else _edition(units, jobs, folder)
    facts["peak_mb"] = (
        max(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
        )
        // 1024
    )
    print(json.dumps(facts))


def _edition(units: list[Any], jobs: int, folder: Path) -> dict[str, Any]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from bookbuild.press.cache import SheetCache
    from bookbuild.press.edition import print_edition

    cache = SheetCache(folder / "cache")
    if jobs == 1:
        printed = print_edition(units, [STYLE], settings(folder), None, cache)
    else:
        context = get_context("forkserver")
        context.set_forkserver_preload(["bookbuild.press.typeset"])
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            printed = print_edition(units, [STYLE], settings(folder), pool, cache)
    facts = printed.facts
    return {
        "pages": facts.pages,
        "notes": facts.notes,
        "findings": len(printed.diagnostics),
        "rounds": facts.rounds,
        "laid_out": facts.laid_out,
        "kb": len(printed.pdf) // 1024,
    }


def _one_document(units: list[Any], folder: Path) -> dict[str, Any]:
    """Print the same content as WeasyPrint does by itself, page numbers by ``target-counter``."""
    from bookbuild.press.fonts import hide_system_fonts
    from bookbuild.press.slots import LINK

    hide_system_fonts()
    import weasyprint

    bodies = "".join(re.search(r"<body>(.*)</body>", unit.html, re.DOTALL)[1] for unit in units)  # type: ignore[index]
    slot = re.compile(r'<span class="page-slot" data-pages="([^"]*)"></span>')
    inside = re.sub(r'(<a href="#([^"]*)">[^<]*)<span class="page-slot"[^>]*></span></a>', r"\1</a>", bodies)
    html = slot.sub(r'<a class="page" href="#\1"></a>', inside)
    style = STYLE.text.replace("string(folio)", "counter(page)") + (
        "@page { size: 148mm 210mm }"
        "h1 { break-before: recto; bookmark-level: 1 } h2 { bookmark-level: none }"
        ".page::after, p > a:only-child::after { content: target-counter(attr(href), page) }"
    )
    document = weasyprint.HTML(string=f'<html lang="en"><body>{html}</body></html>', base_url=LINK)
    pdf = document.write_pdf(stylesheets=[weasyprint.CSS(string=style)])
    return {"pages": pdf.count(b"/Type /Page\n") or None, "kb": len(pdf) // 1024}


def fuzz(books: int, stock: bool) -> None:
    """Print random books and count what the audit and the gate say."""
    from bookbuild.press import engine
    from bookbuild.press.edition import print_edition

    if stock:
        engine._LINE_MENDS = engine._PAGES_MENDS = engine._CONTEXT_MENDS = ()
    codes: Counter[str] = Counter()
    notes = late = pages = 0
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(100, 100 + books):
            units = random_book(seed, chapters=3, blocks=18)
            printed = print_edition(units, [STYLE], settings(Path(folder)))
            codes.update(finding.code for finding in printed.diagnostics)
            notes += sum(len(unit.notes) for unit in units)
            late += len(printed.facts.notes_on_next_page)
            pages += printed.facts.pages
    print(f"{books} books, {pages} pages, {notes} notes, {late} on the next page, {dict(codes)}")
    print(f"{time.process_time() - start:.1f} CPU seconds")


if __name__ == "__main__":
    main()
