"""Headings and chapters."""

from __future__ import annotations

from collections.abc import Iterator

from bookbuild.check.walk import each_block
from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.model.blocks import Heading
from bookbuild.model.book import Book, Chapter


def check_structure(book: Book) -> Iterator[Diagnostic]:
    """M040–M042: headings are not empty and go down by one level; chapters hold something."""
    for chapter in book.chapters():
        yield from _headings(chapter)
        if not chapter.blocks:
            hint = "write it, or begin the file's name with “_” while it is a draft"
            yield Diagnostic("M042", "the chapter is empty", chapter.place, hint, Severity.WARNING)


def _headings(chapter: Chapter) -> Iterator[Diagnostic]:
    level = 1
    for block in each_block(chapter.blocks):
        if isinstance(block, Heading):
            if not block.text.source:
                yield Diagnostic(
                    "M041",
                    "a heading without text",
                    block.place,
                    hint="write words after the ##, or delete the line",
                )
            if block.level > level + 1:
                message = f"a heading of level {block.level} below one of level {level}"
                yield Diagnostic("M040", message, block.place, hint="write “## ” instead of “### ”")
            level = block.level
