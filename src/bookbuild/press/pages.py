"""Read the text of a finished PDF: what is drawn, where, in which font.

Knows PDF (ISO 32000-2, 9.4), not the program that wrote the file. Lengths are in points from
the lower left corner of the page's user space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Name

from bookbuild.press.settings import roman

Matrix = tuple[float, float, float, float, float, float]

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MAPPED = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")
_HEXADECIMAL = re.compile(rb"<([^>]*)>")
_NO_LETTERS = re.compile(r"[\W_]+")
_BOXES = ("MediaBox", "TrimBox", "BleedBox", "CropBox")
_ARTIFACT = re.compile(rb"/Artifact\s*<<[^>]*>>\s*BDC\s+q\s((?!BDC|EMC|\bQ\b).)*\sQ\s+EMC\s*", re.DOTALL)
_DEPTH = 8
"""Groups within groups that are read."""
_OPERATORS = "q Q cm BT ET Tf Tm Td TD T* Tj TJ Ts Tc Tw BDC BMC EMC Do"


@dataclass(frozen=True, slots=True)
class Run:
    """Text shown by one operator."""

    text: str
    x0: float
    x1: float
    y: float
    """Where it stands: the baseline, raised or lowered."""
    baseline: float
    size: float
    font: str
    artifact: bool
    """Drawn as pagination, not as content."""
    unknown: int = 0
    """Glyphs that no character belongs to, .notdef among them."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link annotation with a destination in the book."""

    target: str
    rect: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageText:
    """What stands on one page."""

    runs: tuple[Run, ...]
    """In the order drawn."""
    margin: int
    """How many of the first runs are marginal: drawn before the page's own content, as an artifact."""
    links: tuple[Link, ...]
    boxes: Mapping[str, tuple[float, ...]]
    glyphs: Mapping[str, frozenset[bytes]]
    """Font, by its name in the resources → codes of the glyphs drawn."""

    def folio(self) -> str:
        """Return the page number printed, once or in several places; empty if there is none."""
        return "".join(dict.fromkeys(run.text for run in self.runs[: self.margin]))

    def text_in(self, rect: tuple[float, float, float, float]) -> list[str]:
        """Return the texts whose middle lies in a rectangle, in the order drawn."""
        left, low, right, high = rect
        return [
            run.text
            for run in self.runs
            if left - 0.5 <= (run.x0 + run.x1) / 2 <= right + 0.5 and low - 1 <= run.y <= high + 1
        ]


@dataclass(slots=True)
class Font:
    """What a font's glyphs stand for."""

    texts: dict[bytes, str]
    widths: dict[bytes, float]
    default: float
    embedded: bool
    _facts: dict[str, list[str | float | None]] = field(default_factory=dict)

    def says(self, glyphs: Mapping[str, Sequence[str | float | None]]) -> bool:
        """Tell whether this font gives these glyphs, by codes in hexadecimal, these facts."""
        if not self._facts:
            self._facts = {code.hex(): [*self.fact(code)] for code in self.texts.keys() | self.widths.keys()}
        # Nearly always they are all among the facts: asked in one go, as books have many glyphs.
        return glyphs.items() <= self._facts.items() or all(
            [*self.fact(bytes.fromhex(code))] == [*fact] for code, fact in glyphs.items()
        )

    def fact(self, glyph: bytes) -> tuple[str | None, float]:
        """Return the characters of a glyph, if any, and its advance."""
        return self.texts.get(glyph), self.widths.get(glyph, self.default)


class Reader:
    """Reads pages; fonts are read once."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, int], Font] = {}
        self._tables: dict[tuple[int, int], dict[str, Font]] = {}
        self._groups: dict[tuple[int, int], list[bytes]] = {}
        self._all_tables: dict[tuple[int, int], list[dict[str, Font]]] = {}
        self.not_embedded: set[str] = set()

    def page(self, page: pikepdf.Page) -> PageText:
        """Read one page."""
        resources = page.obj.get(Name.Resources, pikepdf.Dictionary())
        painter = _Painter(self._table(resources), resources, self)
        painter.run(pikepdf.parse_content_stream(page, _OPERATORS), _IDENTITY)
        boxes = {
            key: tuple(round(float(value), 3) for value in page.obj[Name(f"/{key}")])
            for key in _BOXES
            if Name(f"/{key}") in page.obj
        }
        glyphs = {font: frozenset(codes) for font, codes in painter.glyphs.items()}
        margin = len(self._read_margin(page, resources))
        return PageText(tuple(painter.runs), margin, tuple(_links(page)), boxes, glyphs)

    def margin(self, page: pikepdf.Page) -> PageText:
        """Read only what is marginal, and the boxes."""
        runs = self._read_margin(page, page.obj.get(Name.Resources, pikepdf.Dictionary()))
        return PageText(tuple(runs), len(runs), (), {}, {})

    def _read_margin(self, page: pikepdf.Page, resources: Any) -> list[Run]:
        runs: list[Run] = []
        for stream in _streams(page)[0]:
            painter = _Painter(self._table(resources), resources, self)
            painter.run(pikepdf.parse_content_stream(stream, _OPERATORS), _IDENTITY)
            runs += painter.runs
        return runs

    def material(self, page: pikepdf.Page) -> Iterator[bytes]:
        """Yield all that decides what :meth:`page` returns, but for the margin and the fonts' own facts."""
        for stream in _streams(page)[1]:
            yield from (stream.read_raw_bytes(), stream.get(Name.Filter, pikepdf.Array()).unparse())
        for key in _BOXES:
            yield page.obj.get(Name(f"/{key}"), pikepdf.Array()).unparse()
        for annotation in page.obj.get(Name.Annots, []):
            if Name.Dest in annotation:
                destination = annotation.Dest
                named = isinstance(destination, pikepdf.String)
                yield from (annotation.Rect.unparse(), bytes(destination) if named else b"/")
        resources = page.obj.get(Name.Resources, pikepdf.Dictionary())
        place = resources.objgen
        if place == (0, 0) or place not in self._groups:  # pages of a chapter share theirs
            self._groups[place] = list(self._forms(resources, 0))
        yield from self._groups[place]

    def _forms(self, resources: Any, depth: int) -> Iterator[bytes]:
        for name, form in sorted((resources.get(Name.XObject) or {}).items()):
            if form.get(Name.Subtype) == Name.Form and depth <= _DEPTH:
                yield from (name.encode(), form.read_raw_bytes(), form.get(Name.Matrix, Name.I).unparse())
                yield from self._forms(form.get(Name.Resources, pikepdf.Dictionary()), depth + 1)

    def fonts(self, page: pikepdf.Page) -> list[dict[str, Font]]:
        """Return the fonts by name of a page and of the groups drawn on it."""
        resources = page.obj.get(Name.Resources, pikepdf.Dictionary())
        place = resources.objgen
        if place == (0, 0) or place not in self._all_tables:
            self._all_tables[place] = list(self._tables_in(resources, 0))
        return self._all_tables[place]

    def _tables_in(self, resources: Any, depth: int) -> Iterator[dict[str, Font]]:
        yield self._table(resources)
        for _, form in (resources.get(Name.XObject) or {}).items():
            if form.get(Name.Subtype) == Name.Form and Name.Resources in form and depth <= _DEPTH:
                yield from self._tables_in(form.Resources, depth + 1)

    def _table(self, resources: Any) -> dict[str, Font]:
        place = resources.objgen
        if place != (0, 0) and place in self._tables:
            return self._tables[place]
        table = {}
        for name, font in (resources.get(Name.Font) or {}).items():
            key = font.objgen
            if key not in self._fonts or key == (0, 0):
                self._fonts[key] = _read_font(font)
                if not self._fonts[key].embedded:
                    self.not_embedded.add(str(font.get(Name.BaseFont, name)).lstrip("/"))
            table[name] = self._fonts[key]
        if place != (0, 0):
            self._tables[place] = table
        return table


def _streams(page: pikepdf.Page) -> tuple[list[Any], list[Any]]:
    """Return the content streams of a page: those that draw in its margin before all others, and the rest.

    The first kind is one artifact each, and leaves the graphics state as it was.
    """
    contents = page.obj.get(Name.Contents)
    if not isinstance(contents, pikepdf.Array):
        return [], [contents] if contents is not None else []
    streams = list(contents)
    margin = 0
    while margin < len(streams) - 1 and _ARTIFACT.fullmatch(streams[margin].read_bytes()):
        margin += 1
    return streams[:margin], streams[margin:]


class _Painter:
    """The part of the graphics state that places text."""

    def __init__(self, fonts: dict[str, Font], resources: Any, reader: Reader) -> None:
        self.fonts = fonts
        self.resources = resources
        self.reader = reader
        self.runs: list[Run] = []
        self.glyphs: dict[str, set[bytes]] = {}
        self.artifacts: list[bool] = []
        self.depth = 0

    def run(self, operations: Sequence[Any], ctm: Matrix) -> None:
        """Follow a content stream."""
        stack: list[tuple[Matrix, str, float, float]] = []
        font, size, rise = "", 0.0, 0.0
        line: Matrix = _IDENTITY
        matrix: Matrix = _IDENTITY
        for operands, operator in operations:
            match str(operator):
                case "q":
                    stack.append((ctm, font, size, rise))
                case "Q":
                    if stack:
                        ctm, font, size, rise = stack.pop()
                case "cm":
                    ctm = _times(_matrix(operands), ctm)
                case "BT":
                    line = matrix = _IDENTITY
                case "Tm":
                    line = matrix = _matrix(operands)
                case "Td" | "TD":
                    line = matrix = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), line)
                case "Tf":
                    font, size = str(operands[0]), float(operands[1])
                case "Ts":
                    rise = float(operands[0])
                case "TJ" | "Tj":
                    matrix = self._show(operands[0], font, size, rise, matrix, ctm)
                case "BDC" | "BMC":
                    self.artifacts.append(str(operands[0]) == "/Artifact")
                case "EMC":
                    if self.artifacts:
                        self.artifacts.pop()
                case "Do":
                    self._form(str(operands[0]), ctm)
                case _:
                    pass

    def _show(self, shown: Any, font: str, size: float, rise: float, matrix: Matrix, ctm: Matrix) -> Matrix:
        known = self.fonts.get(font)
        if known is None:
            return matrix
        drawn = self.glyphs.setdefault(font, set())
        string, advance = _shown(shown)
        codes = [string[at : at + 2] for at in range(0, len(string), 2)]
        drawn.update(codes)
        text = [character for character in map(known.texts.get, codes) if character is not None]
        advance += sum(known.widths.get(code, known.default) for code in codes)
        place = _times(matrix, ctm)
        width = advance / 1000 * size
        x0, y = _point(place, 0, rise)
        x1, _ = _point(place, width, rise)
        self.runs.append(
            Run(
                "".join(text),
                min(x0, x1),
                max(x0, x1),
                y,
                _point(place, 0, 0)[1],
                abs(size * place[3] if place[3] else size),
                font,
                any(self.artifacts),
                len(codes) - len(text),
            )
        )
        return _times((1, 0, 0, 1, width, 0), matrix)

    def _form(self, name: str, ctm: Matrix) -> None:
        form = (self.resources.get(Name.XObject) or {}).get(name)
        if form is None or form.get(Name.Subtype) != Name.Form or self.depth > _DEPTH:
            return
        inner = _matrix(form.get(Name.Matrix, _IDENTITY))
        resources = form.get(Name.Resources, self.resources)
        outer = self.fonts, self.resources
        self.fonts, self.resources = self.reader._table(resources), resources
        self.depth += 1
        self.run(pikepdf.parse_content_stream(form, _OPERATORS), _times(inner, ctm))
        self.depth -= 1
        self.fonts, self.resources = outer


def _shown(shown: Any) -> tuple[bytes, float]:
    """Return what TJ or Tj draws, as one string, and by how much its numbers move the rest to the right."""
    if isinstance(shown, pikepdf.String):
        return bytes(shown), 0.0
    written = shown.unparse().replace(b"()", b"<>")
    if b"(" not in written:  # only hexadecimal strings, the usual case by far: ten times as fast
        numbers = _HEXADECIMAL.sub(b" ", written[1:-1]).split()
        return bytes.fromhex(b"".join(_HEXADECIMAL.findall(written)).decode()), -sum(map(float, numbers))
    strings = [bytes(part) for part in shown if isinstance(part, pikepdf.String)]
    moves = [float(part) for part in shown if not isinstance(part, pikepdf.String)]
    return b"".join(strings), -sum(moves)


def folded(text: str) -> str:
    """Return a text alike for capitals, and for letters drawn with their marks or apart from them."""
    return unicodedata.normalize("NFC", text).casefold().replace("\u0307", "").replace("ı", "i")


def letters_of(text: str) -> str:
    """Return the letters and digits of a text, alike for capitals and hyphenated words.

    >>> letters_of("İs-tan\u2010bul, p. 5")
    'istanbulp5'
    """
    return _NO_LETTERS.sub("", folded(text))


def _read_font(font: Any) -> Font:
    """Read a composite font with two-byte codes, the only kind that the press writes."""
    texts: dict[bytes, str] = {}
    if Name.ToUnicode in font:
        for code, text in _MAPPED.findall(_between(font.ToUnicode.read_bytes())):
            texts[bytes.fromhex(code.decode())] = bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
    descendant = font.DescendantFonts[0] if Name.DescendantFonts in font else font
    descriptor = descendant.get(Name.FontDescriptor, pikepdf.Dictionary())
    files = [descriptor[key] for key in (Name.FontFile, Name.FontFile2, Name.FontFile3) if key in descriptor]
    embedded = any(len(file.read_raw_bytes()) > 0 for file in files)
    return Font(texts, _read_widths(descendant), float(descendant.get(Name.DW, 1000)), embedded)


def _between(character_map: bytes) -> bytes:
    """Return the single mappings of a CMap."""
    parts = re.findall(rb"beginbfchar(.*?)endbfchar", character_map, re.DOTALL)
    return b"\n".join(parts)


def _read_widths(descendant: Any) -> dict[bytes, float]:
    widths: dict[bytes, float] = {}
    entries = list(descendant.get(Name.W, []))
    at = 0
    while at < len(entries):
        first, after = int(entries[at]), entries[at + 1]
        if isinstance(after, pikepdf.Array):
            for offset, width in enumerate(after):
                widths[(first + offset).to_bytes(2, "big")] = float(width)
            at += 2
        else:
            for glyph in range(first, int(after) + 1):
                widths[glyph.to_bytes(2, "big")] = float(entries[at + 2])
            at += 3
    return widths


def _links(page: pikepdf.Page) -> Iterator[Link]:
    for annotation in page.obj.get(Name.Annots, []):
        if annotation.get(Name.Subtype) == Name.Link and Name.Dest in annotation:
            x0, y0, x1, y1 = (float(value) for value in annotation.Rect)
            rect = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            destination = annotation.Dest
            named = isinstance(destination, pikepdf.String)
            yield Link(str(destination) if named else "", rect)


def named_destinations(pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Page]) -> dict[str, int]:
    """Return the page, from 1, of every named destination; 0 for one that leads to no page."""
    numbers = {page.obj.objgen: number for number, page in enumerate(pages, 1)}
    names = pdf.Root.get(Name.Names, pikepdf.Dictionary())
    tree = names.get(Name.Dests)
    if tree is None:
        return {}
    return {
        str(name): numbers.get(target[0].objgen, 0) if isinstance(target, pikepdf.Array) else 0
        for name, target in pikepdf.NameTree(tree).items()
    }


def page_labels(pdf: pikepdf.Pdf, count: int) -> list[str]:
    """Return the labels of the first pages, as a reader shows them (ISO 32000-2, 12.4.2)."""
    tree = pdf.Root.get(Name.PageLabels)
    if tree is None:
        return [str(number) for number in range(1, count + 1)]
    ranges = {int(start): label for start, label in pikepdf.NumberTree(tree).items()}
    labels: list[str] = []
    label: Any = pikepdf.Dictionary()
    since = 0
    for index in range(count):
        if index in ranges:
            label, since = ranges[index], index
        labels.append(_label(label, int(label.get(Name.St, 1)) + index - since))
    return labels


def _label(label: Any, number: int) -> str:
    style = str(label.get(Name.S, ""))
    roman_numeral = roman(number) if style in ("/r", "/R") else ""
    numeral = {"/D": str(number), "/r": roman_numeral, "/R": roman_numeral.upper()}.get(style, "")
    return str(label.get(Name.P, "")) + numeral


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in operands)
    return a, b, c, d, e, f


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _point(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
