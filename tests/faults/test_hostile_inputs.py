"""Files of somebody who means harm: each is told with place and advice, and nothing of it is run or read."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cases.tiny_books import SOUND, write_book
from tests.conftest import silent

from bookbuild.build import manuscript
from bookbuild.config import Project, Settings

ONE = "book/chapters/one.md"
CATALOG = "locales/az/LC_MESSAGES/book.po"
HEAD = 'msgid ""\nmsgstr ""\n"Language: az\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
BOOK = SOUND["book.yaml"]
BILINGUAL = BOOK.replace("languages: [en]", "languages: [en, az]")
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="9mm" height="9mm" viewBox="0 0 9 9">{}</svg>'
CLAIM = """\
quantities:
  - id: things
    title: Things
    counts: things
    unit: {unit}
    claims:
      - {{id: one, value: '{value}', said-by: somebody, source: paper}}
"""


@dataclass(frozen=True, slots=True)
class Hostile:
    """What is done to a sound tiny project, and what must be said of it."""

    does: Callable[[Path], object]
    says: str
    """Code and place, as “B021 book/book.yaml:1”."""


def writes(path: str, content: str | bytes) -> Callable[[Path], object]:
    def write(root: Path) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.startswith("locales/"):
            (root / "book/book.yaml").write_text(BILINGUAL, encoding="utf-8")
        if path.startswith("book/images/"):
            directive = f"\n:::{{image}} {path.removeprefix('book/')}\n:alt: a\n:::\n"
            (root / ONE).write_text(SOUND["chapters/one.md"] + directive, encoding="utf-8")
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def pipe(path: str) -> Callable[[Path], object]:
    def make(root: Path) -> None:
        writes(path, "")(root)
        (root / path).unlink()
        os.mkfifo(root / path)

    return make


def drawing(inside: str) -> Callable[[Path], object]:
    return writes("book/images/a.svg", DRAWING.format(inside))


def value(value: str, unit: str = "person") -> Callable[[Path], object]:
    return writes("book/figures/t.yaml", CLAIM.format(value=value, unit=unit))


def linked_to_itself(root: Path) -> None:
    (root / "book/chapters/two.md").symlink_to("two.md")


def a_gigabyte_of_nothing(root: Path) -> None:
    writes(CATALOG, HEAD)(root)
    os.truncate(root / CATALOG, 1 << 30)


def named(folder: str, name: bytes, content: str) -> Callable[[Path], object]:
    def write(root: Path) -> None:
        (root / folder).mkdir(parents=True, exist_ok=True)
        Path(os.fsdecode(os.fsencode(root / folder) + b"/" + name)).write_text(content, encoding="utf-8")

    return write


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + rows + chunk(b"IEND", b"")


def body(text: str) -> Callable[[Path], object]:
    return writes(ONE, SOUND["chapters/one.md"] + "\n" + text)


ROUND = "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g><use href='#a'/>"
REPRINT = "- {{id: s{}, type: book, title: T, bookbuild: {{reprinted-in: s{}}}}}\n"
LAST = REPRINT.format(2000, 1)
MARKED = "<marker id='m'><path d='M0 0{}'/></marker><path d='M0 0{}' marker-mid='url(#m)'/>"
PLURAL = HEAD.replace(
    '"Language', f'"Plural-Forms: nplurals=2; plural={"(" * 3000}n{")" * 3000};\\n"\n"Language'
)

HOSTILE = {
    "a chapter that is a pipe": Hostile(pipe(ONE), f"B021 {ONE}:1"),
    "a book that is a pipe": Hostile(pipe("book/book.yaml"), "B021 book/book.yaml:1"),
    "a catalog that is a pipe": Hostile(pipe(CATALOG), f"B021 {CATALOG}:1"),
    "a locale that is a pipe": Hostile(pipe("locales/az/locale.toml"), "B021 locales/az/locale.toml:1"),
    "a style that is a pipe": Hostile(pipe("styles/a.css"), "B021 styles/a.css:1"),
    "a chapter linked to itself": Hostile(linked_to_itself, "B023 book/chapters/two.md:1"),
    "a catalog of a gigabyte": Hostile(a_gigabyte_of_nothing, f"B022 {CATALOG}:1"),
    "a translation of a megabyte": Hostile(
        writes(
            CATALOG, f'{HEAD}\nmsgctxt "paragraph"\nmsgid "Text.[@paper, p. 3]"\nmsgstr "{"[*" * 500_000}"\n'
        ),
        f"T048 {CATALOG}:8",
    ),
    "a rule of plurals, deeply nested": Hostile(writes(CATALOG, PLURAL), f"T023 {CATALOG}:1"),
    "a locale, deeply nested": Hostile(
        writes("locales/az/locale.toml", f"a={'[' * 20_000}{']' * 20_000}"), "T070 locales/az/locale.toml:1"
    ),
    "a locale with a key of its own": Hostile(
        writes("locales/az/locale.toml", "# ours\n[patterns]\n"), "T071 locales/az/locale.toml:2"
    ),
    "a bomb of anchors": Hostile(
        writes("book/sources.yaml", "a: &a [x, x]\nb: &b [*a, *a]\n"), "Y003 book/sources.yaml:1"
    ),
    "half a character by an escape": Hostile(
        writes("book/sources.yaml", '- {id: paper, type: book, title: "a\\ud800"}\n'),
        "Y001 book/sources.yaml:1",
    ),
    "sources reprinted in each other, 2,000 in a circle": Hostile(
        writes("book/sources.yaml", "".join(map(REPRINT.format, range(1, 2000), range(2, 2001))) + LAST),
        "S005 book/sources.yaml:7",
    ),
    "a key that is not what it seems": Hostile(
        writes(
            "book/sources.yaml", '- {id: paper, type: book, title: T}\n- {id: "pa\\u202eper", type: book}\n'
        ),
        "Y013 book/sources.yaml:2",
    ),
    "a file name with a line end": Hostile(
        named("book/chapters", b"tw\no.md", SOUND["chapters/one.md"]), "B029 book/chapters:1"
    ),
    "a file name that writes on the terminal": Hostile(
        named("book/chapters", b"\x1b]0;title\x07.md", ""), "B029 book/chapters:1"
    ),
    "a file name that runs backwards": Hostile(
        named("styles", "a\u202essc.css".encode(), ""), "B029 styles:1"
    ),
    "a file name that is no text": Hostile(
        named("styles", b"\xff\xfe.css", "p { colr: red }"), "B029 styles:1"
    ),
    "a picture's name of 5,000 letters": Hostile(
        body(f":::{{image}} images/{'a' * 5000}.png\n:alt: a\n:::\n"), f"R030 {ONE}:7"
    ),
    "a zero byte": Hostile(body("a\0b\n"), f"B025 {ONE}:7"),
    "half a character by its number": Hostile(body("a &#xD800; b\n"), f"M035 {ONE}:7"),
    "400 digits": Hostile(value("1" + "0" * 400), "F002 book/figures/t.yaml:7"),
    "400 decimals": Hostile(value("0." + "0" * 400 + "1", "m"), "F002 book/figures/t.yaml:7"),
    "a range to 400 digits": Hostile(value("1..1" + "0" * 400), "F002 book/figures/t.yaml:7"),
    "a power of a billion": Hostile(value("1e999999999"), "F002 book/figures/t.yaml:7"),
    "the year 10000": Hostile(value("10000-01-01", "date"), "F002 book/figures/t.yaml:7"),
    "3,900 digits in the text": Hostile(body("{number}`" + "9" * 3900 + "`\n"), f"M025 {ONE}:7"),
    "a book of the year 10000": Hostile(
        writes("book/book.yaml", BOOK.replace("2026-11-21", "10000-01-01")), "B008 book/book.yaml:5"
    ),
    "a book's id that leads elsewhere": Hostile(
        writes("book/book.yaml", BOOK.replace("id: tiny", "id: ../../tiny")), "Y013 book/book.yaml:1"
    ),
    "a book's id of 300 letters": Hostile(
        writes("book/book.yaml", BOOK.replace("id: tiny", "id: " + "a" * 300)), "Y013 book/book.yaml:1"
    ),
    "a drawing with a foreign entity": Hostile(
        writes("book/images/a.svg", '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + DRAWING),
        f"R035 {ONE}:7",
    ),
    "a drawing whose parts use each other": Hostile(drawing(ROUND), f"R034 {ONE}:7"),
    "a drawing whose markers mark themselves": Hostile(
        drawing("<marker id='m'><path d='M0 0L1 1' marker-mid='url(#m)'/></marker>"), f"R034 {ONE}:7"
    ),
    "a drawing of 18 million lines": Hostile(
        drawing(MARKED.format("L1 1" * 900, "L1 1" * 20_000)), f"R034 {ONE}:7"
    ),
    "a drawing with an endless gradient": Hostile(
        drawing("<linearGradient id='a' spreadMethod='repeat' x2='1e-7'/>"), f"R035 {ONE}:7"
    ),
    "a drawing beyond all measure": Hostile(drawing("<g transform='scale(1e300)'/>"), f"R035 {ONE}:7"),
    "a drawing without measure": Hostile(
        writes("book/images/a.svg", DRAWING.format("").replace("0 0 9 9", "a b c d")), f"R033 {ONE}:7"
    ),
    "a drawing whose style hides an import": Hostile(
        drawing("<style>@im\\port 'file:///etc/passwd';</style>"), f"R035 {ONE}:7"
    ),
    "a picture of 3.6 billion dots": Hostile(
        writes("book/images/a.png", png(60_000, 60_000)), f"R034 {ONE}:7"
    ),
    "a picture with 300 megabytes of remarks": Hostile(
        writes(
            "book/images/a.png", png(80, 80, chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(300_000_000), 1)))
        ),
        f"R033 {ONE}:7",
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_what_is_hostile_is_told_with_place_and_advice(hostile: Hostile, tmp_path: Path) -> None:
    write_book(tmp_path / "book")
    hostile.does(tmp_path)
    findings = manuscript.check_book(Project(tmp_path), ("all",), Settings(), silent)
    code, place = hostile.says.split()
    told = [one for one in findings if one.code == code and f"{one.place.path}:{one.place.line}" == place]
    assert told, [str(one) for one in findings]
    assert all(one.hint for one in told)
    assert all(character.isprintable() or character in "\n\u00a0" for one in told for character in str(one))
