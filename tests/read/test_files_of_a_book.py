"""Which files are read, what text must be, and that nothing outside the folder is opened."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from PIL import Image as Raster
from tests.cases.tiny_books import SOUND, write_book

from bookbuild.diagnostics import Diagnostic
from bookbuild.read import book as reading
from bookbuild.read import files, pictures, read_book

HEAD = "---\ntitle: One\n---\n\n"


def codes(found: list[Diagnostic]) -> list[str]:
    return [finding.code for finding in found]


def places(found: list[Diagnostic]) -> list[str]:
    return [f"{finding.place} {finding.code}" for finding in found]


def test_a_folder_without_a_book_says_so(tmp_path: Path) -> None:
    book, found = read_book(tmp_path)
    assert book is None
    assert codes(found) == ["B001"]


def test_a_book_is_read_from_its_project_with_places_below_it(tmp_path: Path) -> None:
    write_book(tmp_path / "book")
    book, found = read_book(tmp_path)
    assert book is not None
    assert not found
    assert str(next(book.chapters()).place) == "book/chapters/one.md:1:1"


@pytest.mark.parametrize("variant", ["bom", "crlf", "cr", "decomposed", "no-last-line-end"])
def test_ways_to_save_text_make_no_difference(variant: str, tmp_path: Path) -> None:
    text = HEAD + "Café one.\nSecond line[^é].\n\n[^é]: A note.\n"
    data = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "cr": text.replace("\n", "\r").encode(),
        "decomposed": unicodedata.normalize("NFD", text).encode(),
        "no-last-line-end": text.rstrip("\n").encode(),
    }[variant]
    plain, found = read_book(write_book(tmp_path / "plain", **{"chapters/one.md": text}))
    other, also_found = read_book(write_book(tmp_path / "other", **{"chapters/one.md": data}))
    assert plain is not None
    assert plain == other
    assert found == also_found == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HEAD.encode() + b"abc \xff def", "chapters/one.md:5:5 B024"),
        ("text".encode("utf-16"), "chapters/one.md:1:1 B024"),
        ("text and more".encode("utf-16-le"), "chapters/one.md:1:1 B024"),
        ("text".encode("utf-32"), "chapters/one.md:1:1 B024"),
        (HEAD.encode() + b"a\x00b", "chapters/one.md:5:2 B025"),
        (HEAD.encode() + b"ab\x07", "chapters/one.md:5:3 B025"),
        (HEAD.encode() + "a\u202eb".encode(), "chapters/one.md:5:2 B025"),
        (HEAD.encode() + "a\n\ufffd".encode(), "chapters/one.md:6:1 B025"),
        (HEAD.encode() + b"\xed\xa0\x80", "chapters/one.md:5:1 B024"),
    ],
)
def test_text_that_is_no_text_is_refused_at_its_place(data: bytes, expected: str, tmp_path: Path) -> None:
    book, found = read_book(write_book(tmp_path, **{"chapters/one.md": data}))
    assert book is None
    assert places(found) == [expected]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text(HEAD + "Secret.\n")
    root = write_book(tmp_path / "book-folder")
    (root / "chapters" / "two.md").symlink_to(secret)
    _, found = read_book(root)
    assert places(found) == ["chapters/two.md:1:1 B020"]


def test_a_folder_that_leads_out_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    root = write_book(tmp_path / "book-folder")
    (root / "figures").symlink_to(tmp_path / "outside")
    _, found = read_book(root)
    assert codes(found) == ["B020"]


def test_a_pipe_or_folder_is_refused_without_waiting(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    os.mkfifo(root / "chapters" / "pipe.md")
    (root / "chapters" / "folder.md").mkdir()
    _, found = read_book(root)
    assert places(found) == ["chapters/folder.md:1:1 B021", "chapters/pipe.md:1:1 B021"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    (root / "chapters" / "two.md").symlink_to("nowhere.md")
    _, found = read_book(root)
    assert places(found) == ["chapters/two.md:1:1 B023"]


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_CHAPTER_BYTES", 1000)
    _, found = read_book(write_book(tmp_path, **{"chapters/one.md": HEAD + "x" * 1000}))
    assert codes(found) == ["B022"]


def test_names_that_are_one_name_elsewhere_are_reported(tmp_path: Path) -> None:
    root = write_book(tmp_path, **{"chapters/One.md": HEAD + "Text.\n"})
    _, found = read_book(root)
    assert "B027" in codes(found)


def test_a_text_beyond_the_limit_is_reported_and_half_a_megabyte_is_not(tmp_path: Path) -> None:
    book, found = read_book(write_book(tmp_path, **{"chapters/one.md": HEAD + "word " * 100_000}))
    assert book is not None
    assert not found
    _, found = read_book(write_book(tmp_path, **{"chapters/one.md": HEAD + "word " * 130_000}))
    assert codes(found) == ["M038"]


def test_too_many_lines_and_too_many_marks_are_refused_where_they_begin_to_be(tmp_path: Path) -> None:
    root = write_book(tmp_path, **{"chapters/one.md": HEAD + "word\n" * 30_000})
    _, found = read_book(root)
    assert places(found) == ["chapters/one.md:30001:1 B028"]
    marks = "[" * 99_990 + "\nand [[[[ [[[[ [[[[\n"
    _, found = read_book(write_book(tmp_path, **{"chapters/one.md": HEAD + marks}))
    line = HEAD.count("\n") + 2
    assert places(found) == [f"chapters/one.md:{line}:17 B028"]
    assert found[0].hint == "split the file"


# Pictures


def with_picture(tmp_path: Path, name: str, data: bytes) -> list[str]:
    chapter = HEAD + f":::{{image}} images/{name}\n:alt: x\n:::\n"
    _, found = read_book(write_book(tmp_path, **{"chapters/one.md": chapter, f"images/{name}": data}))
    assert all(str(finding.place) == "chapters/one.md:5:1" for finding in found)
    return codes(found)


def png(tmp_path: Path, size: tuple[int, int] = (8, 8)) -> bytes:
    file = tmp_path / "made.png"
    Raster.new("1", size).save(file)
    return file.read_bytes()


def test_a_sound_picture_is_accepted(tmp_path: Path) -> None:
    assert with_picture(tmp_path, "a.png", png(tmp_path)) == []


@pytest.mark.parametrize("cut", [0, 1, 20, 45, -13])
def test_a_cut_off_picture_is_refused(cut: int, tmp_path: Path) -> None:
    assert with_picture(tmp_path, "a.png", png(tmp_path)[:cut]) == ["R033"]


def test_a_picture_that_its_name_belies_is_refused(tmp_path: Path) -> None:
    assert with_picture(tmp_path, "a.jpg", png(tmp_path)) == ["R037"]


def test_a_picture_of_too_many_pixels_is_refused_unopened(tmp_path: Path) -> None:
    assert with_picture(tmp_path, "a.png", png(tmp_path, (20_000, 20_000))) == ["R034"]


def test_a_pipe_for_a_picture_is_refused_without_waiting(tmp_path: Path) -> None:
    chapter = HEAD + ":::{image} images/a.png\n:alt: x\n:::\n"
    root = write_book(tmp_path, **{"chapters/one.md": chapter, "images/b.png": b""})
    os.mkfifo(root / "images" / "a.png")
    _, found = read_book(root)
    assert codes(found) == ["R032"]


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
LAUGHS = "".join(f'<g id="a{n}">' + f'<use xlink:href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<pattern id="p"/><rect width="1" height="1" fill="url(#p)"/>', []),
        ('<rect width="1" height="1" fill="url(#gone)"/>', ["R033"]),
        ('<svg width="nan"/>', []),
        ('<use href="#gone"/>', ["R033"]),
        ("<script/>", ["R035"]),
        ('<image href="file:///etc/passwd"/>', ["R035"]),
        ('<image xlink:href="../outside.png"/>', ["R035"]),
        ('<use xlink:href="other.svg#a"/>', ["R035"]),
        ('<rect onload="alert(1)"/>', ["R035"]),
        ('<rect style="fill:url(http://example.org/a)"/>', ["R035"]),
        ("<style>@import 'https://example.org/a.css';</style>", ["R035"]),
        ("<style>rect { fill: url(file:///etc/passwd) }</style>", ["R035"]),
        ("<foreignObject/>", ["R035"]),
        ('<g id="a"><use href="#a"/></g><use href="#a"/>', ["R034"]),
        (f'<rect id="a0"/>{LAUGHS}<use xlink:href="#a8"/>', ["R034"]),
        ("<g>" * 200 + "</g>" * 200, ["R034"]),
        ("<g>", ["R033"]),
    ],
)
def test_svg_holds_a_picture_and_nothing_else(inside: str, expected: list[str], tmp_path: Path) -> None:
    assert with_picture(tmp_path, "a.svg", SVG.format(inside).encode()) == expected


def test_svg_with_entities_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("&b;")
    assert with_picture(tmp_path, "a.svg", bomb.encode()) == ["R035"]


def test_a_stand_in_for_a_language_is_opened_too(tmp_path: Path) -> None:
    chapter = HEAD + ":::{image} images/a.svg\n:alt: x\n:::\n"
    book = SOUND["book.yaml"].replace("[en]", "[en, az]")
    files_of_book = {"book.yaml": book, "chapters/one.md": chapter, "images/a.svg": SVG.format("")}
    root = write_book(tmp_path, **files_of_book, **{"images/a.az.svg": "<svg><script/></svg>"})
    _, found = read_book(root)
    assert [(finding.code, "a.az.svg" in finding.message) for finding in found] == [("R035", True)]


def test_limits_of_pictures_are_below_those_of_the_library() -> None:
    """Pillow warns above its own limit; ours is met first, with a place."""
    assert Raster.MAX_IMAGE_PIXELS is not None
    assert pictures.MAX_PIXELS < Raster.MAX_IMAGE_PIXELS


def test_a_file_is_read_again_when_it_says_something_else_and_only_its_last_version_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    really = reading.read_chapter

    def counted(text: str, path: str, chapter_id: str, lang: str) -> object:
        read.append(text.strip().rpartition("\n")[2])
        return really(text, path, chapter_id, lang)

    monkeypatch.setattr(reading, "read_chapter", counted)
    described = SOUND["book.yaml"].replace("[one]", "[one, two]")
    for version in ("kept 1", "kept 1", "kept 2", "kept 1"):
        chapters = {"chapters/one.md": f"{HEAD}{version}", "chapters/two.md": f"{HEAD}kept two"}
        book, _ = read_book(write_book(tmp_path, **{"book.yaml": described, **chapters}))
        assert book is not None
    assert read == ["kept 1", "kept two", "kept 2", "kept 1"]
