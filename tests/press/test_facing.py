"""Two languages on facing pages, asked through the finished PDF by another reader (pdfium)."""

from __future__ import annotations

import io
import random
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from press_books import STYLE, settings

from bookbuild.model.page import Opening
from bookbuild.model.place import Place
from bookbuild.model.unit import Bookmark, Folios, Numbering, PromisedNote, Unit
from bookbuild.press import facing_engine
from bookbuild.press.cache import SheetCache
from bookbuild.press.facing import Facing, PrintedFacing, Side, print_facing
from bookbuild.press.settings import StyleSheet
from bookbuild.press.spreads import blocks_of

WORDS = ("delegation", "commission", "resolution", "statement", "newspaper", "reported", "settlement")
MORE = StyleSheet(
    "styles/more.css",
    ".footnote { footnote-policy: line } figure { break-inside: avoid; margin: 4mm 0 }"
    "figure svg { width: 100% } dd { margin: 0 }",
)
KINDS = ("p", "p", "p", "p", "h2", "ul", "table", "figure", "quote", "dl", "ref")

pytestmark = pytest.mark.xdist_group("facing")


@dataclass
class Writer:
    """Writes one language of a book; both are given the same structure and texts of their own length."""

    lang: str
    chance: random.Random
    scale: float
    notes: list[PromisedNote] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    lines: dict[str, Place] = field(default_factory=dict)
    blocks: int = 0
    tokens: list[str] = field(default_factory=list)
    """Of every block, the word that it begins with: block 17 of chapter 2 is “xen2b17x”."""

    def chapter(self, number: int, kinds: list[str], targets: int) -> Unit:
        """Write a chapter of blocks of some kinds."""
        self.notes, self.mentions, self.lines, self.blocks = [], [], {}, 0
        self.number, self.targets = number, targets
        body = "\n".join(self.block(kind) for kind in kinds)
        title = f"Chapter {number} {self.lang}"
        name = f"c{number}"
        self.lines[name] = Place(f"chapters/{number}.md", 1)
        return Unit(
            id=f"chapter-{number}",
            title=title,
            lang=self.lang,
            direction="ltr",
            html=(
                f'<!DOCTYPE html><html lang="{self.lang}"><head><title>{title}</title></head><body>'
                f'<h1 id="{name}" data-title="{title}">{title}</h1>{body}</body></html>'
            ),
            opening=Opening.RECTO,
            numbering=Numbering.ARABIC,
            folios=Folios.SHOWN,
            anchors=(
                name,
                *(f"h{number}-{at}" for at in range(len(kinds)) if f'id="h{number}-{at}"' in body),
            ),
            mentions=tuple(dict.fromkeys(self.mentions)),
            notes=tuple(self.notes),
            bookmarks=(Bookmark(1, title, name),),
            place=Place(f"chapters/{number}.md"),
            lines=self.lines,
        )

    def words(self, low: int, high: int) -> str:
        count = max(1, int(self.chance.randint(low, high) * self.scale))
        return " ".join(self.chance.choice(WORDS) for _ in range(count))

    def begun(self) -> tuple[str, str]:
        """Begin a block: return its attribute and its token."""
        self.blocks += 1
        token = f"x{self.lang}{self.number}b{self.blocks}x"
        self.tokens.append(token)
        return f' data-pair="{self.blocks}"', token

    def note(self) -> str:
        number = len(self.notes) + 1
        name = f"c{self.number}n{number}"
        text = f"q{self.lang}{self.number}n{number}q {self.words(3, 30)[:300]}."
        self.lines[name] = Place(f"chapters/{self.number}.md", 1 + len(self.lines))
        self.notes.append(PromisedNote(name, str(number), text, self.lines[name]))
        return (
            f'<span class="call" id="call-{name}"><span class="footnote" id="{name}" data-number="{number}">'
            f"{text}</span></span>"
        )

    def prose(self, low: int = 10, high: int = 90, notes: int = 2) -> tuple[str, str]:
        pair, token = self.begun()
        text = f"{token} {self.words(low, high)}"
        # How many notes there are is the same in both languages: it follows from the block's number.
        for _ in range((self.blocks * 7) % (notes + 1)):
            text += f"{self.note()} {self.words(2, 20)}"
        return pair, text

    def block(self, kind: str) -> str:
        match kind:
            case "h2":
                pair, token = self.begun()
                return f'<h2 id="h{self.number}-{self.blocks}">{token} {self.words(1, 4)}</h2>'
            case "ul":
                items = [self.prose(3, 40, 1) for _ in range(5)]
                return "<ul>" + "".join(f"<li><p{pair}>{text}</p></li>" for pair, text in items) + "</ul>"
            case "quote":
                pair, text = self.prose()
                return f"<blockquote><p{pair}>{text}</p></blockquote>"
            case "table" | "long":
                rows = [self.prose(2, 14, 1) for _ in range(50 if kind == "long" else 6)]
                cells = "".join(f"<tr{pair}><td>{text}</td><td>cell</td></tr>" for pair, text in rows)
                return (
                    "<table><thead><tr><th>Left</th><th>Right</th></tr></thead>"
                    f"<tbody>{cells}</tbody></table>"
                )
            case "figure":
                pair, token = self.begun()
                box = f"0 0 100 {int(20 * self.scale)}"
                return (
                    f'<figure{pair}><svg viewBox="{box}"><rect width="100" height="9"/>'
                    f"</svg><figcaption>{token} {self.words(2, 8)}</figcaption></figure>"
                )
            case "dl":
                (pair, term), (other, text) = self.prose(1, 2, 0), self.prose(5, 40, 1)
                return f"<dl><dt{pair}>{term}</dt><dd><p{other}>{text}</p></dd></dl>"
            case "ref":
                target = f"c{1 + self.blocks % self.targets}"
                self.mentions.append(target)
                pair, text = self.prose()
                slot = f'<span class="page-slot" data-pages="{target}"></span>'
                return f"<p{pair}>{text} (see {self.lang}page {slot}) {self.words(3, 20)}</p>"
        pair, text = self.prose()
        return f"<p{pair}>{text}</p>"


def contents(units: list[Unit], lang: str) -> Unit:
    """Write the contents of one language."""
    lines = "".join(
        f'<p data-pair="{unit.anchors[0]}"><a href="#{unit.anchors[0]}">{unit.title} '
        f'<span class="page-slot" data-pages="{unit.anchors[0]}"></span></a></p>'
        for unit in units
    )
    return replace(
        units[0],
        id="contents",
        title="Contents",
        html=(
            f'<!DOCTYPE html><html lang="{lang}"><head><title>Contents</title></head><body>'
            f'<h1 id="contents" data-title="Contents">Contents {lang}</h1>{lines}</body></html>'
        ),
        numbering=Numbering.ROMAN,
        anchors=("contents",),
        mentions=tuple(unit.anchors[0] for unit in units),
        notes=(),
        bookmarks=(Bookmark(1, f"Contents {lang}", "contents"),),
        lines={},
    )


def leaf(name: str, numbering: Numbering) -> Unit:
    """Write a leaf with the title in both languages."""
    return Unit(
        id=name,
        title="Title",
        lang="en",
        direction="ltr",
        html=(
            f'<!DOCTYPE html><html lang="en"><head><title>Title</title></head><body><section id="{name}">'
            '<p>Title of the book</p><p lang="tr">Kitabin basligi</p></section></body></html>'
        ),
        opening=Opening.RECTO,
        numbering=numbering,
        folios=Folios.NONE,
        anchors=(),
        mentions=(),
    )


@dataclass
class Book:
    """A book in two languages."""

    parts: list[Facing | Unit]
    writers: tuple[Writer, Writer]
    units: tuple[list[Unit], list[Unit]]


def book(
    seed: int, chapters: int = 2, blocks: int = 14, scale: float = 1.35, kinds: tuple[str, ...] = ()
) -> Book:
    """Return a random book; the translation's texts are ``scale`` times as long, more or less."""
    chance = random.Random(seed)
    structure = [list(kinds) or [chance.choice(KINDS) for _ in range(blocks)] for _ in range(chapters)]
    writers = Writer("en", random.Random(seed + 1), 1.0), Writer("tr", random.Random(seed + 2), scale)
    texts = [
        [writer.chapter(number, kinds, chapters) for number, kinds in enumerate(structure, 1)]
        for writer in writers
    ]
    units = [[contents(text, writer.lang), *text] for text, writer in zip(texts, writers, strict=True)]
    parts: list[Facing | Unit] = [
        leaf("half-title", Numbering.ROMAN),
        Facing(units[0][0], units[1][0]),
        leaf("fly-title", Numbering.ARABIC),
        *(Facing(one, other) for one, other in zip(units[0][1:], units[1][1:], strict=True)),
    ]
    return Book(parts, writers, (units[0], units[1]))


def sides(root: Path) -> tuple[Side, Side]:
    """Return the settings of both languages."""
    plain = settings(root)
    return Side(plain, (STYLE, MORE)), Side(replace(plain, lang="tr"), (STYLE, MORE))


@dataclass
class Pages:
    """A finished PDF as pdfium reads it."""

    texts: list[str]
    labels: list[str]
    outline: list[tuple[int, str, int]]

    def page(self, token: str) -> int:
        """Return the one page, from 1, on which a token stands."""
        found = [number for number, text in enumerate(self.texts, 1) if token in text]
        assert len(found) == 1, (token, found)
        return found[0]


def read(pdf: bytes) -> Pages:
    """Read a finished PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return Pages(
            [page.get_textpage().get_text_range() for page in document],
            [document.get_page_label(index) for index in range(len(document))],
            [(mark.level, mark.get_title(), mark.get_dest().get_index() + 1) for mark in document.get_toc()],
        )
    finally:
        document.close()


CASES: dict[str, dict[str, Any]] = {
    "all kinds": {"seed": 3, "blocks": 22},
    "a translation half as long": {"seed": 4, "blocks": 9, "scale": 0.5},
    "a translation more than twice as long": {"seed": 15, "blocks": 7, "scale": 2.4},
    "a table over many pages": {"seed": 6, "chapters": 1, "kinds": ("p", "h2", "long", "p", "h2", "p")},
    "paragraphs of more than a page": {"seed": 7, "chapters": 1, "kinds": ("p", "h2", "p") * 2, "scale": 12},
    "headings and figures": {
        "seed": 8,
        "chapters": 1,
        "kinds": ("h2", "figure", "h2", "p", "figure", "ul") * 3,
    },
}


@pytest.fixture(scope="module", params=list(CASES), ids=lambda name: name.replace(" ", "-"))
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Book, PrintedFacing, Pages]:
    """One bilingual book of each kind."""
    written = book(**CASES[request.param])
    printed = print_facing(written.parts, *sides(tmp_path_factory.mktemp("book")))
    return written, printed, read(printed.printed.pdf)


Made = tuple[Book, PrintedFacing, Pages]


def test_nothing_is_wrong_with_the_finished_file(made: Made) -> None:
    """Audit and gate have nothing to say, that of the spreads included."""
    assert made[1].printed.diagnostics == ()


def test_every_block_begins_on_the_spread_of_its_translation(made: Made) -> None:
    written, _, pages = made
    source, translation = written.writers
    assert len(source.tokens) == len(translation.tokens) > 5
    for token, other in zip(source.tokens, translation.tokens, strict=True):
        verso, recto = pages.page(token), pages.page(other)
        assert verso % 2 == 0, token
        assert recto == verso + 1, (token, verso, recto)


def test_no_heading_ends_a_page(made: Made) -> None:
    """What a heading heads begins on its spread, on both sides."""
    written, _, pages = made
    for writer, units in zip(written.writers, written.units, strict=True):
        html = "".join(unit.html for unit in units)
        for heading, following in re.findall(
            r"<h2[^>]*>(x\S+x) .*?(x" + writer.lang + r"\d+b\d+x)", html, re.DOTALL
        ):
            assert pages.page(heading) == pages.page(following)


def test_each_side_has_all_its_notes_once_with_their_numbers(made: Made) -> None:
    written, _, pages = made
    for side, units in enumerate(written.units):
        notes = [note for unit in units for note in unit.notes]
        assert notes
        for note in notes:
            token = note.text.split()[0]
            number = pages.page(token)
            assert number % 2 == side
            assert re.search(rf"{note.number}\. {token}", pages.texts[number - 1])
    numbers = [[note.number for unit in units for note in unit.notes] for units in written.units]
    assert numbers[0] == numbers[1]


def test_folios_count_both_sides_and_are_even_on_versos(made: Made) -> None:
    _, printed, pages = made
    roman = [label for label in pages.labels if not label.isdecimal()]
    arabic = [label for label in pages.labels if label.isdecimal()]
    assert pages.labels == [*roman, *arabic]
    assert arabic == [str(number) for number in range(1, len(arabic) + 1)]
    assert len(roman) % 2 == 0
    shown = 0
    for text, label in zip(pages.texts, pages.labels, strict=True):
        shown += label in text.split()
    assert shown >= sum(printed.pages) - 8


def test_contents_and_references_name_pages_of_their_own_side(made: Made) -> None:
    written, printed, pages = made
    for side, (writer, units) in enumerate(zip(written.writers, written.units, strict=True)):
        table = next(text for text in pages.texts if f"Contents {writer.lang}" in text)
        for unit in units[1:]:
            page = (printed.verso, printed.recto)[side].pages[unit.anchors[0]]
            assert page % 2 == side
            assert unit.title in pages.texts[page - 1]
            assert re.search(rf"{unit.title}\s+{pages.labels[page - 1]}\b", table)
        said = {
            int(number) for text in pages.texts for number in re.findall(rf"{writer.lang}page\s+(\d+)", text)
        }
        opens = {
            int(pages.labels[(printed.verso, printed.recto)[side].pages[unit.anchors[0]] - 1])
            for unit in units[1:]
        }
        assert said <= opens


def test_bookmarks_stand_language_by_language_and_lead_to_their_own_side(made: Made) -> None:
    _, _, pages = made
    sides_of = [page % 2 for _, _, page in pages.outline]
    assert sides_of == sorted(sides_of)
    assert set(sides_of) == {0, 1}
    for _, label, page in pages.outline:
        assert label in pages.texts[page - 1]


def test_the_language_of_each_side_is_told(made: Made) -> None:
    """The file's language is the source's; what stands on rectos is marked as the translation's."""
    _, printed, pages = made
    with pikepdf.Pdf.open(io.BytesIO(printed.printed.pdf)) as pdf:
        assert str(pdf.Root.Lang) == "en"
        for number, (page, text) in enumerate(zip(pdf.pages, pages.texts, strict=True), 1):
            drawn = page.obj.get("/Contents", pikepdf.Array())
            streams = list(drawn) if isinstance(drawn, pikepdf.Array) else [drawn]
            marked = b"/Span <</Lang (tr)>> BDC" in b"".join(stream.read_bytes() for stream in streams)
            shared = "Title of the book" in text
            assert marked == (number % 2 == 1 and bool(streams) and not shared)


def test_units_whose_order_differs_lie_side_by_side_to_the_end(tmp_path: Path) -> None:
    """An index follows each language's alphabet: it flows on, and the shorter one ends in blank pages."""
    written = book(9, chapters=1, blocks=3)
    source, translation = (
        writer.chapter(2, ["p"] * count, 1) for writer, count in zip(written.writers, (4, 40), strict=True)
    )
    printed = print_facing([*written.parts, Facing(source, translation, paired=False)], *sides(tmp_path))
    assert printed.printed.diagnostics == ()
    pages = read(printed.printed.pdf)
    assert printed.pages[1] > printed.pages[0]
    assert pages.texts[-2].strip() == ""
    rectos = "".join(pages.texts[::2])
    assert all(f"xtr2b{number}x" in rectos for number in range(1, 41))


def test_the_same_bytes_for_any_number_of_workers_and_from_the_cache(tmp_path: Path) -> None:
    written = book(10, blocks=8)
    alone = print_facing(written.parts, *sides(tmp_path)).printed.pdf
    with ProcessPoolExecutor(2) as executor:
        together = print_facing(written.parts, *sides(tmp_path), executor).printed.pdf
    cache = SheetCache(tmp_path / "cache")
    first = print_facing(written.parts, *sides(tmp_path), cache=cache).printed
    again = print_facing(written.parts, *sides(tmp_path), cache=cache).printed
    assert alone == together == first.pdf == again.pdf
    assert first.facts.laid_out > again.facts.laid_out == 0


def test_the_cache_tells_pairs_apart_by_both_texts(tmp_path: Path) -> None:
    """A source page depends on its translation: a longer one leaves it more room."""
    cache = SheetCache(tmp_path / "cache")
    short, long = book(11, scale=0.6), book(11, scale=2.0)
    assert short.units[0] == long.units[0]
    print_facing(short.parts, *sides(tmp_path), cache=cache)
    kept = print_facing(long.parts, *sides(tmp_path), cache=cache).printed.pdf
    assert kept == print_facing(long.parts, *sides(tmp_path)).printed.pdf


def test_notes_stand_on_the_spread_of_their_translation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paragraphs that run over are broken for it, all notes stay below their calls, no page is added."""
    written = book(21, chapters=1, kinds=("p",) * 30, scale=1.3)
    together = print_facing(written.parts, *sides(tmp_path))
    monkeypatch.setattr(facing_engine, "_bring_notes_together", lambda sides: None)
    apart = print_facing(written.parts, *sides(tmp_path))
    assert together.printed.diagnostics == ()
    assert together.printed.facts.notes_on_next_page == ()
    assert together.pages == apart.pages
    assert len(apart.notes_apart) == 10
    assert len(together.notes_apart) == 2


def test_the_gate_tells_of_a_block_on_another_spread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two texts flow on as they like, and are said to be paired."""
    monkeypatch.setattr(facing_engine, "_pair", lambda *sides: None)
    found = print_facing(book(3, blocks=22).parts, *sides(tmp_path)).printed.diagnostics
    assert {one.code for one in found} == {"G214"}
    assert all(one.place.path.startswith("chapters/") for one in found)


def test_blocks_are_followed_by_message_or_anchor_not_by_place() -> None:
    """A block that one language lacks parts no others."""
    assert facing_engine.common_order(
        [("a", 0), ("b", 0), ("c", 0)], [("a", 0), ("x", 0), ("b", 0), ("c", 0)]
    ) == [("a", 0), ("b", 0), ("c", 0)]
    table = '<table><tr data-pair="3"><td>T</td></tr></table>'
    html = f'<p data-pair="1">One text</p><h2 id="h">Head</h2><p>Two</p>{table}'
    keys = [block.key for block in blocks_of(replace(leaf("x", Numbering.ARABIC), html=html))]
    assert keys == [("1", 0), ("h", 0), ("h", 1), ("3", 0)]
