"""Heavy books: seconds, memory, pages and findings of each. Not a test: run by hand.

    python tests/benchmarks/loads.py                       all, a tenth of the size
    python tests/benchmarks/loads.py table index           some
    python tests/benchmarks/loads.py notes --share 1       the whole size

The sizes are those of the load list: ``--share`` takes so much of them. Every build is a process of its
own without cache unless said otherwise; CPU is that of all its processes, memory that of the largest.
Where the list asks for more than an end, the finished PDF is read with pdfium, which knows nothing of
bookbuild: each number of the index against the pages that show its word, each row of the table.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from book import generate
from PIL import Image as Raster
from tests.cases.tiny_books import write_book

HEAD = "---\ntitle: One\n---\n\nText.[@paper, p. 3]\n\n"
WORDS = "archive bridge census district estimate figure garrison harvest inventory journal".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Step:
    """One run of the program in a folder."""

    what: str
    words: tuple[str, ...]
    judge: Callable[[list[Sheet]], str] | None = None
    """Reads the pages of the finished PDF and says what is right of what is wanted."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as pdfium reads it."""

    folio: int
    """The number in its head or foot, or 0."""
    text: str
    """All its words, lines joined."""


MARGIN_POINTS = (52, 70)
"""Head and foot, in which nothing but the running head and the page number stands."""


def read_pages(pdf: Path) -> list[Sheet]:
    """Read a PDF's pages with pdfium; the page number is the one on the paper, not the label."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        return [_read_page(page) for page in document]


def _read_page(page: pypdfium2.PdfPage) -> Sheet:
    text, height = page.get_textpage(), page.get_height()
    head = text.get_text_bounded(bottom=height - MARGIN_POINTS[0])
    foot = text.get_text_bounded(top=MARGIN_POINTS[1])
    numbers = re.findall(r"(?<!\S)\d+(?!\S)", f"{head} {foot}")
    return Sheet(int(numbers[0]) if len(numbers) == 1 else 0, " ".join(text.get_text_range().split()))


Load = Callable[[Path, float], Iterator[Step]]
"""Makes a book in a folder, of a share of the full size; yields what is to be run on it."""

PDF = ("pdf", "--lang", "en", "--no-cache")
CACHED = ("pdf", "--lang", "en")


def count(share: float, full: int) -> int:
    return max(1, round(share * full))


def tiny(root: Path, body: str, **files: str) -> None:
    write_book(root / "book", **{"chapters/one.md": HEAD + body, **files})


def pages(root: Path, share: float) -> Iterator[Step]:
    """N1: 2,500 notes on 1,000 pages."""
    noted = (
        f"{' '.join(WORDS * 4)}.^[See {' '.join(WORDS)} {at}.]\n\n{' '.join(WORDS * 9)}."
        for at in range(count(share, 2500))
    )
    chapters(root, list(noted), each=30)
    yield Step("2,500 notes on 1,000 pages (N1)", PDF)


def end_with(root: Path, *matter: str) -> None:
    """Let a tiny book, whose last lines are its contents, have matter that bookbuild makes."""
    described = root / "book/book.yaml"
    text = described.read_text("utf-8")
    described.write_text(f"{text}  back: [{', '.join(matter)}]\n", encoding="utf-8")


def chapters(root: Path, paragraphs: list[str], *, each: int) -> None:
    """Write a book whose chapters have so many of the paragraphs each."""
    names = [f"c{first:05}" for first in range(0, len(paragraphs), each)]
    texts = {
        f"chapters/{name}.md": f"---\ntitle: {name}\n---\n\n"
        + "\n\n".join(paragraphs[at * each : (at + 1) * each])
        + "\n"
        for at, name in enumerate(names)
    }
    tiny(root, "", **texts)
    described = root / "book/book.yaml"
    text = described.read_text("utf-8").replace("[one]", f"[one, {', '.join(names)}]")
    described.write_text(text, encoding="utf-8")


def notes(root: Path, share: float) -> Iterator[Step]:
    """N2: 5,000 notes on 1,250 pages. N5, N4: nothing changed; a word changed."""
    generate(root, count(share, 1250))
    yield Step("5,000 notes, cold (N2)", CACHED)
    yield Step("nothing changed (N5)", CACHED)
    path = sorted((root / "book/chapters").glob("c*.md"))[0]
    path.write_text(path.read_text("utf-8").replace("archive", "archives", 1), encoding="utf-8")
    yield Step("a word changed (N4)", CACHED)


def table(root: Path, share: float) -> Iterator[Step]:
    """N6: tables of 240 and of 1,000 rows, each of them whole on one page, below a head on every page."""
    for full in (240, 1000):
        rows = count(share, full)
        many = " ".join([*WORDS, *reversed(WORDS)])
        lines = "\n".join(f"| first{row} | {many} | {' '.join(WORDS)} last{row} |" for row in range(rows))
        tiny(root, f"| Alpha | Beta | Gamma |\n|---|---|---|\n{lines}\n")
        yield Step(f"a table of {full:,} rows (N6)", PDF, functools.partial(rows_and_heads, rows))


def rows_and_heads(rows: int, pages: list[Sheet]) -> str:
    """Count the rows that stand once, in order and on one page, and the pages of the table with its head."""
    firsts = [
        (int(row), at) for at, page in enumerate(pages) for row in re.findall(r"\bfirst(\d+)", page.text)
    ]
    lasts = [(int(row), at) for at, page in enumerate(pages) for row in re.findall(r"\blast(\d+)", page.text)]
    in_order = [row for row, _ in firsts] == list(range(rows))
    whole = len(set(firsts) & set(lasts)) if len(firsts) == len(lasts) else 0
    shown = {at for _, at in (*firsts, *lasts)}
    headed = sum("Alpha Beta Gamma" in pages[at].text for at in shown)
    order = "" if in_order else ", NOT each once in order"
    return f"{whole} of {rows} rows whole on one page{order}; head on {headed} of {len(shown)} pages"


def index(root: Path, share: float) -> Iterator[Step]:
    """N7: 2,000 entries, each in three places."""
    entries = count(share, 2000)
    places = [
        f"{{index}}`{WORDS[at % 10]} {WORDS[at // 10 % 10]} {chr(97 + at % 26)}{at}` {' '.join(WORDS)}."
        for at in range(entries)
    ] * 3
    paragraphs = "\n\n".join(" ".join(places[at : at + 4]) for at in range(0, len(places), 4))
    tiny(root, paragraphs + "\n")
    end_with(root, "bibliography", "index")
    yield Step(
        "an index of 2,000 entries, 6,000 places (N7)", PDF, functools.partial(numbers_of_index, entries)
    )


def numbers_of_index(entries: int, pages: list[Sheet]) -> str:
    """Count the numbers of the index that are printed on the pages that show the entry's word."""
    start = next(at for at, page in enumerate(pages) if re.match(r"(\d+ )?Index A\b", page.text))
    places: dict[str, list[int]] = {}
    for page in pages[:start]:
        for word in re.findall(r"\b[a-z]\d+\b", page.text):
            places.setdefault(word, []).append(page.folio)
    index = " ".join(page.text for page in pages[start:])
    said = {
        word: [int(number) for number in re.findall(r"\d+", numbers)]
        for word, numbers in re.findall(r"\b([a-z]\d+)((?:, \d+)+)", index)
    }
    wanted = sum(map(len, places.values()))
    right = sum(sum((Counter(places[word]) & Counter(said.get(word, []))).values()) for word in places)
    more = sum(sum((Counter(said[word]) - Counter(places.get(word, []))).values()) for word in said)
    return f"{len(said)} of {entries} entries, {right} of {wanted} numbers right, {more} wrong"


def catalog(root: Path, share: float) -> Iterator[Step]:
    """N8: 60,000 messages."""
    root.mkdir()
    head = 'msgid ""\nmsgstr ""\n"Language: az\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    text = " ".join(WORDS)
    entries = (
        f'\nmsgctxt "c"\nmsgid "{text} {at}"\nmsgstr "{text} {at}"\n' for at in range(count(share, 60_000))
    )
    (root / "book.po").write_text(head + "".join(entries), encoding="utf-8")
    yield Step("a catalog of 60,000 messages read (N8)", ("-c", READ_CATALOG))


READ_CATALOG = """
from pathlib import Path
from bookbuild.translate.po import parse_catalog
read, findings = parse_catalog(Path("book.po").read_bytes(), "book.po")
print(len(read.messages), "messages;", len(findings), "findings")
"""


def claims(root: Path, share: float) -> Iterator[Step]:
    """N9: 50,000 claims."""
    _quantities(root, count(share, 2500), 20, "613")
    yield Step("50,000 claims checked (N9)", ("check",))


def conflicts(root: Path, share: float) -> Iterator[Step]:
    """N13: an appendix of 1,000 conflicting figures, five sources each."""
    _quantities(root, count(share, 1000), 5, "")
    yield Step("1,000 conflicts of five sources (N13)", PDF)


def _quantities(root: Path, quantities: int, each: int, value: str) -> None:
    tiny(root, "More.\n")
    files = root / "book/figures"
    files.mkdir(exist_ok=True)
    for first in range(0, quantities, 400):
        lines = ["quantities:"]
        for number in range(first, min(first + 400, quantities)):
            lines += [f"  - id: q{number}", f"    title: Thing {number}", "    counts: something"]
            lines += ["    unit: person", "    claims:"]
            for at in range(each):
                lines += [f"      - id: c{at}", f'        value: "{value or 100 + 7 * at}"']
                lines += [f"        said-by: voice {at}", "        source: paper"]
        (files / f"q{first:05}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    end_with(root, "appendix", "bibliography")


def pictures(root: Path, share: float) -> Iterator[Step]:
    """N10: 2,000 pictures of 150 kB."""
    wanted = count(share, 2000)
    tiny(root, "\n\n".join(f":::{{image}} images/p{at}.jpg\n:alt: noise\n:::" for at in range(wanted)) + "\n")
    (root / "book/images").mkdir(exist_ok=True)
    for at in range(wanted):
        noise = Raster.effect_noise((600, 400), 40 + at % 50)
        noise.save(root / f"book/images/p{at}.jpg", quality=88)
    yield Step("2,000 pictures (N10)", PDF)


def crowded(root: Path, share: float) -> Iterator[Step]:
    """N11: 60 notes to a page, 20 calls in a paragraph, 40 notes on one line; always whole."""
    sixty = "\n\n".join(f"{' '.join(WORDS[:4])}.^[Note {at}.]" for at in range(60))
    twenty = " ".join(f"{' '.join(WORDS)}^[Note {at}, {' '.join(WORDS)}.]" for at in range(20))
    forty = " ".join(f"a^[N {at}.]" for at in range(40))
    tiny(root, f"{sixty}\n\n{twenty}\n\n{forty}\n")
    yield Step("60 notes a page, 40 on a line (N11)", PDF)


def chapter(root: Path, share: float) -> Iterator[Step]:
    """N12: 200 pages in one file."""
    paragraphs = (f"{' '.join(WORDS * 6)}.^[See {' '.join(WORDS)} {at}.]" for at in range(count(share, 1200)))
    tiny(root, "\n\n".join(paragraphs) + "\n")
    yield Step("a chapter of 200 pages (N12)", PDF)


def paragraph(root: Path, share: float) -> Iterator[Step]:
    """F35: a paragraph of 500 kB."""
    tiny(root, "many words " * count(share, 45_000) + "\n")
    yield Step("a paragraph of 500 kB (F35)", PDF)


def languages(root: Path, share: float) -> Iterator[Step]:
    """N3, N14: 50 chapters on 100 pages in 20 languages; they are new, so that everything is missing."""
    paragraphs = (
        f"{' '.join(WORDS * 5)} {at}.^[See {' '.join(WORDS)} {at}.]" for at in range(count(share, 450))
    )
    chapters(root, list(paragraphs), each=9)
    codes = "az tr ru hy ar de fr es it pt nl pl cs sk hu ro bg el uk".split()[: max(2, count(share, 20) - 1)]  # noqa: SIM905
    described = root / "book/book.yaml"
    text = described.read_text("utf-8")
    languages = f"languages: [en, {', '.join(codes)}]"
    described.write_text(re.sub(r"languages: \[[^]]*\]", languages, text), encoding="utf-8")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "bookbuild",
            "-q",
            "-C",
            str(root),
            "catalog",
            "init",
            "--lang",
            ",".join(codes),
        ],
        check=True,
        capture_output=True,
    )
    many = f"{len(codes) + 1} languages"
    yield Step(f"check of 50 chapters in {many} (N14: 20)", ("check", "--lang", "all"))
    yield Step(f"50 chapters, 100 pages, {many} (N3: 20)", ("pdf", "--lang", "all", "--no-cache"))


LOADS: dict[str, Load] = {
    one.__name__: one
    for one in (
        pages,
        notes,
        table,
        index,
        catalog,
        claims,
        conflicts,
        pictures,
        crowded,
        chapter,
        paragraph,
        languages,
    )
}

WATCHER = """
import resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024} {done.returncode}")
print(done.stdout + done.stderr)
"""


def run(step: Step, root: Path, cache: Path) -> str:
    """Run a step and return its line of the table."""
    program = [sys.executable] if step.words[0] == "-c" else [sys.executable, "-m", "bookbuild", "-q"]
    done = subprocess.run(
        [sys.executable, "-c", WATCHER, *program, *step.words],
        cwd=root,
        env={**os.environ, "BOOKBUILD_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    first, _, said = done.stdout.partition("\n")
    wall, cpu, megabytes, status = map(float, first.split())
    report = next(root.glob("dist/*-report.txt"), None)
    facts = re.search(r"pages +(\d+).*?\n *notes +(\d+)", report.read_text("utf-8"), re.S) if report else None
    errors = len(re.findall(r": error\[", said))
    told = f"{facts[1]}, {facts[2]}" if facts else said.strip().splitlines()[-1][:60] if said.strip() else ""
    if step.judge and (pdf := next(root.glob("dist/*-en.pdf"), None)):
        told += f"; {step.judge(read_pages(pdf))}"
    return f"{wall:8.1f} {cpu:8.1f} {megabytes:8.0f}   {int(status)}  {errors:5}   {told}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("loads", nargs="*", choices=[*LOADS, []], help="by default all")
    parser.add_argument("--share", type=float, default=0.1, help="of the full size (0.1)")
    asked = parser.parse_args()
    share = f"a share of {asked.share}"
    print(f"{share:52}{'wall s':>8} {'CPU s':>8} {'MB':>8} exit errors   pages, notes")
    for name in asked.loads or LOADS:
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch) / "book"
            for step in LOADS[name](root, asked.share):
                print(f"{step.what:52}{run(step, root, Path(scratch) / 'cache')}", flush=True)


if __name__ == "__main__":
    main()
