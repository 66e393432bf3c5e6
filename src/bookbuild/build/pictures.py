"""The pictures of a book: which there are, and their content where a page must hold them itself."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterator
from pathlib import Path

from bookbuild.model.blocks import Image
from bookbuild.model.book import Book


def pictures_of(book: Book) -> list[str]:
    """Return the paths of all pictures, relative to the book's folder, in order and once each."""
    return list(dict.fromkeys(image.path for chapter in book.chapters() for image in _images(chapter.blocks)))


def data_address(path: Path) -> str:
    """Return a picture as a ``data:`` address, so that a page needs no other file."""
    kind = mimetypes.guess_type(path.name, strict=False)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _images(tree: object) -> Iterator[Image]:
    if isinstance(tree, Image):
        yield tree
    elif isinstance(tree, tuple):
        for item in tree:
            yield from _images(item)
    else:
        for name in ("blocks", "items"):
            yield from _images(getattr(tree, name, ()))
