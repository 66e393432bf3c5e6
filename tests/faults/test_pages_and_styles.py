"""Sections 6.1 and 6.4 of the fault list, as far as only the laid-out page shows them."""

from __future__ import annotations

import codecs
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Raster
from tests.cases.tiny_books import SOUND, write_book
from tests.conftest import silent

from bookbuild.build import editions, manuscript
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookbuildError, BookError, Diagnostic, Severity

ONE = SOUND["chapters/one.md"]
STYLE = "styles/own.css"
PICTURE = ":::{image} images/a.png\n:alt: x\n:::"


def findings_of(root: Path, added: str = "", **files: str | bytes) -> list[str]:
    """Return what is said of a tiny book with text added to its chapter; ``files`` are below the project."""
    write_book(root / "book", **{"chapters/one.md": f"{ONE}\n{added}\n"})
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [str(finding).split("\n")[0] for finding in _findings(Project(root))]


def _findings(project: Project) -> list[Diagnostic]:
    try:
        book, _ = manuscript.sound_book(project, ("en",), Settings(), silent)
    except BookError as error:
        return list(error.diagnostics)
    [printed] = editions.print_languages(project, book, ("en",), Settings(), silent)
    return list(printed.diagnostics)


WIDE = "|".join(["Wwwwwwwwwwwwwwww"] * 12)
RULE = "|".join(["-"] * 12)
CELLS = "|".join(["b"] * 12)


@pytest.mark.parametrize(
    ("fault", "added", "says"),
    [
        ("F24", "W" * 400 + " end", "error[P130]: “WWWW…” runs … mm off the page (page 1 of the unit)"),
        ("F24", f"|{WIDE}|\n|{RULE}|\n|{CELLS}|", "error[P130]: “Ww…” runs … mm off the page (page 1"),
        ("F30", "The sign 字.", "error[P112]: no font has “字” (U+5B57) in “The sign 字.” (…"),
        ("F34", "Text {{ title }}.", "error[G211]: page … of the file shows “{{”"),
    ],
)
def test_what_does_not_fit_the_page_is_told(fault: str, added: str, says: str, tmp_path: Path) -> None:
    found = findings_of(tmp_path, added)
    start, *parts = says.split("…")
    told = [one for one in found if start in one and all(part in one for part in parts)]
    assert told, (fault, found)
    assert all(one.startswith("book/chapters/one.md:") for one in told)


def test_jinja_marks_are_never_run(tmp_path: Path) -> None:
    found = findings_of(tmp_path, "Text {{ namespace.__init__.__globals__ }}.")
    assert any("shows “{{”" in one for one in found)  # as written, not as computed
    assert not any("builtins" in one for one in found)


def test_a_very_long_paragraph_is_set(tmp_path: Path) -> None:
    assert findings_of(tmp_path, "many words " * 4_000) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda data: codecs.BOM_UTF8 + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
    ],
    ids=["byte-order mark", "CRLF", "CR"],
)
def test_what_editors_add_changes_no_byte(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """F29."""
    write_book(tmp_path / "as it was/book")
    write_book(tmp_path / "changed/book")
    for path in (tmp_path / "changed").rglob("*.*"):
        path.write_bytes(change(path.read_bytes()))

    one, two = (pdf_of(Project(tmp_path / name)) for name in ("as it was", "changed"))

    assert one == two


def pdf_of(project: Project) -> bytes:
    book, _ = manuscript.sound_book(project, ("en",), Settings(), silent)
    [printed] = editions.print_languages(project, book, ("en",), Settings(), silent)
    return printed.pdf


# Pictures (F13, F15–F17): nothing outside is read, nothing is waited for, no bomb goes off


def png(width: int, height: int) -> bytes:
    """Return a small file that says it is a large picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(width + 1) * 10))
    return b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b"")


def noise(kind: str) -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Raster.effect_noise((60, 40), 50).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (png(30_000, 30_000), "error[R034]: picture “images/a.png” has"),
        (noise("PNG")[:-500], "error[R033]: picture “images/a.png” is broken"),
        (noise("JPEG"), "error[R037]: picture “images/a.png” is a JPEG file by its content"),
        (b"", "error[R033]: picture “images/a.png” is empty"),
        (b"not a picture", "error[R033]: picture “images/a.png” is broken: it is no picture"),
    ],
    ids=["bomb", "cut off", "another kind", "empty", "text"],
)
def test_a_picture_that_cannot_be_drawn_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    [found] = findings_of(tmp_path, PICTURE, **{"book/images/a.png": content})
    assert says in found
    assert found.startswith("book/chapters/one.md:7:1: ")


def a_pipe(path: Path) -> None:
    import os

    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_folder(path: Path) -> None:
    path.mkdir()


def a_secret(path: Path) -> None:
    path.symlink_to("/etc/passwd")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (a_pipe, "error[R032]: picture “images/a.png” is not a regular file"),
        (a_folder, "error[R032]: picture “images/a.png” is not a regular file"),
        (a_device, "error[R031]: picture “images/a.png” leads out of the book's folder"),
        (a_secret, "error[R031]: picture “images/a.png” leads out of the book's folder"),
    ],
)
def test_what_is_no_picture_file_is_not_read(make: Callable[[Path], None], says: str, tmp_path: Path) -> None:
    (tmp_path / "book/images").mkdir(parents=True)
    make(tmp_path / "book/images/a.png")

    [found] = findings_of(tmp_path, PICTURE)

    assert says in found


@pytest.mark.parametrize(
    "file",
    ["styles/own.css", "locales/az/LC_MESSAGES/book.po", "locales/az/locale.toml", "locales/az/hyph_az.dic"],
)
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (a_pipe, "error[B021]: is not a regular file"),
        (a_device, "error[B020]: “…” leads out of the book's folder"),
        (a_secret, "error[B020]: “…” leads out of the book's folder"),
    ],
)
def test_nothing_else_that_leads_out_of_the_book_is_read(
    file: str, make: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    """F68; a catalog, the facts of a language and patterns are a stranger's files like any other."""
    (tmp_path / file).parent.mkdir(parents=True)
    make(tmp_path / file)

    found = findings_of(tmp_path)

    assert found == [f"{file}:1:1: {says.replace('…', Path(file).name)}"]


# Styles and fonts (F63–F68)


BOLD_ITALIC = ".chapter p { font: italic 700 10pt 'Book Sans' }"
HIDDEN_NOTES = ".footnote { display: none !important }"
TINY_PAGES = "@page { size: 9mm 9mm !important; margin: 0 }"


@pytest.mark.parametrize(
    ("fault", "css", "says"),
    [
        ("F63", "p { colour: red }", "styles/own.css:1:5: warning[P110]: the engine objects to this style"),
        ("F63", "p { margin: 3apples }", "styles/own.css:1:5: warning[P110]: the engine objects"),
        ("F64", '@import "gone.css";', "styles/own.css:1:1: error[P102]: “styles/gone.css” does not exist"),
        ("F64", "@font-face { font-family: X; src: url(x.ttf) }", "own.css:1:1: error[P102]: “styles/x.ttf”"),
        ("F65", "p { font-family: Comic !important }", "warning[P115]: no font “Comic” in this book"),
        ("F66", BOLD_ITALIC, "warning[P118]: the font “Book Sans” has no bold italic; italic was taken"),
        ("F67", "p { font-size: 0 !important }", "error[G203]: not printed"),
        ("F67", "p { position: absolute; left: -9999px }", "error[G208]: "),
        ("F67", HIDDEN_NOTES, "error[P120]: the engine lost the note"),
        ("F67", TINY_PAGES, "error[G207]: page 1 of the file has a wrong"),
        ("F68", '@import "../../../etc/passwd";', "own.css:1:1: error[P101]: “file:///etc/passwd”"),
    ],
)
def test_a_fault_of_a_style_is_told(fault: str, css: str, says: str, tmp_path: Path) -> None:
    found = findings_of(tmp_path, **{STYLE: css})
    assert any(says in one for one in found), (fault, found)


@pytest.mark.parametrize("css", ["* { font-size: 1e9px !important }", "@page { size: 0 0 !important }"])
def test_absurd_sizes_never_give_pages(css: str, tmp_path: Path) -> None:
    """The engine divides by zero; in a worker this is a message that names the chapter (see F79)."""
    try:
        found = findings_of(tmp_path, **{STYLE: css})
    except (ZeroDivisionError, BookbuildError):
        return
    assert any(f" {Severity.ERROR.value}[" in f" {one}" for one in found)
