"""Renew the pictures in the READMEs from freshly built pages: ``./task picture``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image

from bookbuild.apparatus.facts import chapter_anchor
from bookbuild.build import editions, manuscript
from bookbuild.config import Project, Settings

ROOT = Path(__file__).parent.parent.parent
SCALE = 1.6
"""Pixels to the point."""
GAP = 14


def main() -> None:
    project = Project(ROOT)
    book, findings = manuscript.read(project, silent)
    assert book is not None, findings
    with tempfile.TemporaryDirectory() as cache:
        settings = Settings(jobs=2, cache=Path(cache))
        [printed] = editions.print_languages(project, book, ("en",), settings, silent)
    pages = printed.page_map.pages
    opening = pages[chapter_anchor("dead")]
    verso = opening + 1 + (opening + 1) % 2
    save(spread(printed.pdf, verso), ROOT / "book" / "images" / "spread.png")


def silent(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Swallow progress."""


def spread(pdf: bytes, verso: int) -> Image.Image:
    """Return a verso (a page counted from 1) and the recto that faces it, side by side on grey."""
    document = pypdfium2.PdfDocument(pdf)
    left, right = (document[index].render(scale=SCALE).to_pil() for index in (verso - 1, verso))
    sheet = Image.new("L", (left.width + right.width + 3 * GAP, left.height + 2 * GAP), 205)
    sheet.paste(left.convert("L"), (GAP, GAP))
    sheet.paste(right.convert("L"), (left.width + 2 * GAP, GAP))
    return sheet


def save(picture: Image.Image, path: Path) -> None:
    """Save in sixteen greys: enough for type, and small."""
    path.parent.mkdir(exist_ok=True)
    picture.quantize(16).save(path, optimize=True)


if __name__ == "__main__":
    main()
