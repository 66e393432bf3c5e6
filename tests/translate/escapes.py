"""What on the pages of the pseudo-locale stands in plain letters although a translator should see it.

python -m tests.translate.escapes BOOK.pdf [FOLDER OF THE BOOK]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import pypdfium2

from bookbuild.model.book import Book, each_prose
from bookbuild.model.inline import CitationNote, Code, Foreign
from bookbuild.read.book import read_book
from bookbuild.translate.content import own_text, walk

OURS = ("Source Serif 4", "Source Sans 3", "bookbuild")
"""Names of fonts and of the program, which no language translates."""
_PLAIN = re.compile(r"[A-Za-z]{2,}")
_HYPHEN = re.compile("[-\u2010\u2011\u00ad\ufffe\x02](\r\n)?")
_ROMAN = re.compile(r"(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")


def data_of(book: Book, folder: Path) -> set[str]:
    """Return what stands as it is in every language: titles and persons of cited works, foreign phrases,
    code, places within sources, verbatim fields of registers, letters drawn in pictures."""
    found = set(OURS)
    for source in book.sources:
        for field in ("title", "title-short", "container-title", "number", "URL", "ISBN", "DOI"):
            found.add(str(source.csl.get(field, "")))
        for role in ("author", "editor", "translator", "interviewer", "container-author"):
            for name in cast("list[dict[str, str]]", source.csl.get(role, [])):
                family, given = name.get("family", ""), name.get("given", "")
                found |= {f"{given} {family}", f"{family}, {given}", family}
    for register in book.registers:
        found |= {word for entry in register.entries for cell in entry.cells for word in cell.words}
    for prose in each_prose(book):
        for node in walk(prose.inlines):
            match node:
                case Foreign():
                    found.add(own_text(node.children))
                case Code(text):
                    found.add(text)
                case CitationNote(citations):
                    found |= {piece for one in citations for piece in _places(one.locator)}
                case _:
                    pass
    for picture in folder.rglob("*.svg"):
        found |= set(re.findall(r">([^<>]*[A-Za-z][^<>]*)</(?:text|tspan)", picture.read_text("utf-8")))
    return {" ".join(words.split()) for words in found if _PLAIN.search(words)}


def _places(locator: str) -> Iterator[str]:
    yield locator
    yield from re.findall(r'"([^"]*)"', locator)


def escapes(pages: Iterable[str], data: Iterable[str]) -> list[tuple[int, str]]:
    """Return (page from 1, word) for every word in plain letters that is not data.

    Quotation marks may be set as inner ones, hyphens end lines: neither is compared.
    """
    known = [_unmarked(words) for words in sorted(data, key=len, reverse=True)]
    pattern = re.compile("|".join(rf"(?<![A-Za-z]){re.escape(words)}(?![A-Za-z])" for words in known))
    found = []
    for number, text in enumerate(pages, 1):
        bare = _unmarked(" ".join(_HYPHEN.sub("", text).split()))
        words = _PLAIN.findall(pattern.sub(" ", bare))
        found += [(number, word) for word in words if not _ROMAN.fullmatch(word)]
    return found


def _unmarked(words: str) -> str:
    return re.sub(r"[“”‘’\"'«»]", "", _HYPHEN.sub("", words))


def main(pdf: str, folder: str = ".") -> None:
    """Print what escapes, by page."""
    root = Path(folder)
    book, _ = read_book(root / "book")
    assert book is not None
    texts = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    found = escapes(texts, data_of(book, root / "book"))
    for page, word in found:
        print(page, word)
    print(f"{len(found)} escapes on {len(texts)} pages")


if __name__ == "__main__":
    main(*sys.argv[1:])
