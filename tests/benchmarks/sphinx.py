"""Against Sphinx and XeLaTeX on the same words? Not a test: run by hand.

    python tests/benchmarks/sphinx.py 100 --runs 3 --sphinx .../bin/sphinx-build

Cold, and one word changed. Needs Sphinx (in any environment: name its ``sphinx-build``) and, of TeX
Live, ``latexmk`` and ``xelatex``; nothing of it is a dependency of the project. The generated book of
``book.py`` is written once more as reStructuredText, in the same typeface: the same sentences, notes at
the foot of the page, tables and references with page numbers; without appendix and bibliography, which
Sphinx has not. Whole processes, both sides in turn: ``sphinx-build -b latex`` with ``latexmk -xelatex``,
and ``bookbuild pdf``.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import tempfile
from pathlib import Path

from book import generate
from goals import BOOKBUILD, Run, cost

from bookbuild.press.fonts import FOLDER

_CONF = r"""
project, author, language = "Mount Orsel", "the authors", "en"
extensions, exclude_patterns = [], []
latex_engine, latex_show_pagerefs = "xelatex", True
latex_documents = [("index", "book.tex", project, author, "manual")]
latex_elements = {
    "papersize": "a5paper",
    "pointsize": "10pt",
    "fontpkg": r"\setmainfont{SourceSerif4-Regular.ttf}[Path=FONTS/,"
    "BoldFont=SourceSerif4-Bold.ttf,ItalicFont=SourceSerif4-It.ttf,BoldItalicFont=SourceSerif4-BoldIt.ttf]",
    "sphinxsetup": "hmargin={18mm,18mm}, vmargin={20mm,20mm}",
    "maxlistdepth": "5",
}
"""
_NOTE = re.compile(r"\[@([\w-]+), ([^\]]*)\]|\^\[([^\]]*)\]")
_WORKS = {
    "guide-1958": "The guide to the mountains, second edition, 1958",
    "survey-1911": "Survey of the highlands, 1911",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", type=int)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sphinx", default="sphinx-build")
    asked = parser.parse_args()
    found: dict[str, list[tuple[Run, Run]]] = {"cold": [], "one word": []}
    with tempfile.TemporaryDirectory() as scratch:
        for run in range(asked.runs):
            measure(Path(scratch) / str(run), asked.pages, asked.sphinx, found)
    for name, pairs in found.items():
        ours, theirs = ([pair[side].wall for pair in pairs] for side in (0, 1))
        ratio = statistics.median(our / their for our, their in zip(ours, theirs, strict=True))
        print(
            f"  {name:<10} bookbuild {statistics.median(ours):6.2f} s, "
            f"Sphinx and XeLaTeX {statistics.median(theirs):6.2f} s wall, ratio {ratio:.3f} (n={len(pairs)})"
        )


def measure(folder: Path, pages: int, sphinx: str, found: dict[str, list[tuple[Run, Run]]]) -> None:
    """Build a book on both sides, cold and after an edit."""
    book, other, cache = folder / "book", folder / "sphinx", folder / "cache"
    generate(book, pages)
    chapters = sorted((book / "book" / "chapters").glob("c*.md"))
    other.mkdir()
    (other / "conf.py").write_text(_CONF.replace("FONTS", str(FOLDER)), "utf-8")
    listed = "\n".join(f"   {path.stem}" for path in chapters)
    (other / "index.rst").write_text(f"Mount Orsel\n===========\n\n.. toctree::\n\n{listed}\n", "utf-8")
    for path in chapters:
        (other / f"{path.stem}.rst").write_text(as_rst(path.read_text("utf-8")), "utf-8")
    ours = [*BOOKBUILD, "-C", str(book), "pdf", "--lang", "en", "--jobs", "2"]
    make = (
        f"cd {other} && {shutil.which(sphinx) or sphinx} -q -b latex . tex >/dev/null 2>&1 && cd tex && "
        "latexmk -silent -interaction=batchmode -xelatex book.tex >/dev/null 2>&1 && test -s book.pdf"
    )
    theirs = ["sh", "-c", make]
    found["cold"].append((cost(ours, cache), cost(theirs, cache)))
    middle = chapters[len(chapters) // 2]
    for path in (middle, other / f"{middle.stem}.rst"):
        path.write_text(path.read_text("utf-8").replace("archive", "archives", 1), "utf-8")
    found["one word"].append((cost(ours, cache), cost(theirs, cache)))


def as_rst(chapter: str) -> str:
    """Return a generated chapter as reStructuredText."""
    head, _, body = chapter.removeprefix("---\n").partition("---\n")
    title = head.removeprefix("title: ").strip()
    notes: list[str] = []

    def note(match: re.Match[str]) -> str:
        notes.append(match[3] or f"{_WORKS[match[1]]}, {match[2]}.")
        return " [#]_"

    name = title.rpartition(" ")[2]
    parts = [f".. _{name}:\n\n{title}\n{'=' * len(title)}\n"]
    for block in body.strip().split("\n\n"):
        text = block.strip()
        heading = re.fullmatch(r"## (.*) \{#([\w-]+)\}", text)
        if heading:
            parts.append(f".. _{heading[2]}:\n\n{heading[1]}\n{'-' * len(heading[1])}\n")
        elif text.startswith("|"):
            rows = [row.strip("| ").replace(" | ", ", ") for row in text.splitlines()]
            table = "\n".join(f"   {row}" for row in [rows[0], *rows[2:]])
            parts.append(f".. csv-table::\n   :header-rows: 1\n\n{table}\n")
        else:
            text = _NOTE.sub(note, text)
            text = re.sub(r"\{ref\}`([^`]*)`", r":ref:`\1`", text)
            parts.append(re.sub(r"\{claim\}`[^`]*`", "5,123 m", text) + "\n")
    parts += [f".. [#] {words}\n" for words in notes]
    return "\n".join(parts)


if __name__ == "__main__":
    main()
