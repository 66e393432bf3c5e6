"""What a page puts on paper: an interpreter of content streams (ISO 32000-1, 8 and 9).

Yields one :class:`Mark` for every painting operator, with its place, its colour and the settings
that prepress asks about. Boxes are those of control points and advance widths: never too small
for paths, close for text. Lengths are in points of default user space.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from bookbuild.distribute.colour import BLACK, CMYK, GRAY, PATTERN, RGB, Colour, Space, initial, space_of
from bookbuild.distribute.glyphs import FontFacts

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
_EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)


class TooMuchError(Exception):
    """The content is larger than the interpreter is willing to read."""


class Kind(Enum):
    TEXT = "text"
    FILL = "fill"
    STROKE = "stroke"
    IMAGE = "image"
    SHADING = "shading"


@dataclass(frozen=True, slots=True)
class Settings:
    """Graphics state that decides how ink falls."""

    overprint_fill: bool = False
    overprint_stroke: bool = False
    overprint_mode: int = 0
    alpha_fill: float = 1.0
    alpha_stroke: float = 1.0
    blend: str = "/Normal"
    soft_mask: bool = False
    transfer: bool = False

    @property
    def transparent(self) -> bool:
        return (
            min(self.alpha_fill, self.alpha_stroke) < 1
            or self.blend not in {"/Normal", "/Compatible"}
            or self.soft_mask
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """One act of painting."""

    kind: Kind
    box: Box
    """Left, bottom, right, top, clipped; empty boxes are not reported."""
    colour: Colour
    settings: Settings
    tagged: bool
    """Inside a marked-content sequence with an MCID, or an artifact."""
    thin: float = math.inf
    """Width of a stroke, or lesser side of a filled rectangle."""
    size: float = 0.0
    """Of text, as printed."""
    font: FontFacts | None = None
    image: Any = None
    placed: tuple[float, float] = (0.0, 0.0)
    """Width and height of a picture."""
    inline: bool = False
    mcid: int = -1
    """Of the innermost marked-content sequence that has one."""
    text: str = ""
    """As far as the font says; filled only where ``Interpreter.read_text`` is set."""

    @property
    def overprints(self) -> bool:
        return self.settings.overprint_stroke if self.kind is Kind.STROKE else self.settings.overprint_fill


@dataclass(slots=True)
class _State:
    matrix: Matrix = IDENTITY
    clip: Box = _EVERYWHERE
    fill: Colour = BLACK
    stroke: Colour = BLACK
    settings: Settings = field(default_factory=Settings)
    line_width: float = 1.0
    font: FontFacts | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    render: int = 0

    def copy(self) -> _State:
        return replace(self)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stranger's file may ask of us."""

    operators: int = 12_000_000
    stream_bytes: int = 128 * 1024 * 1024
    depth: int = 24
    pixels: int = 150_000_000


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """Return the matrix that applies ``first``, then ``then``."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _point(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _box_of(matrix: Matrix, points: Sequence[tuple[float, float]]) -> Box:
    placed = [_point(matrix, x, y) for x, y in points]
    xs, ys = [p[0] for p in placed], [p[1] for p in placed]
    return min(xs), min(ys), max(xs), max(ys)


def _meet(one: Box, two: Box) -> Box:
    return max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3])


def matrix_of(value: Any) -> Matrix:
    """Read six numbers; anything else is the identity."""
    if isinstance(value, Array) and len(value) == 6:
        a, b, c, d, e, f = (float(number) for number in value)
        return (a, b, c, d, e, f)
    return IDENTITY


def check_size(stream: Any, limits: Limits) -> None:
    """Refuse a stream whose content would not fit.

    Raises:
        TooMuchError: it is larger than the limit, or cannot be measured and large.
    """
    raw = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    names = (
        [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)] if filters else []
    )
    if len(raw) > limits.stream_bytes:
        raise TooMuchError(f"a stream of {len(raw)} bytes")
    if names == ["/FlateDecode"] or names == ["/Fl"]:
        inflate = zlib.decompressobj()
        size, rest = 0, raw
        try:
            while rest and not inflate.eof:
                size += len(inflate.decompress(rest, 1 << 20))
                rest = inflate.unconsumed_tail
                if size > limits.stream_bytes:
                    raise TooMuchError(f"a stream that grows beyond {limits.stream_bytes} bytes")
        except zlib.error:
            return  # damaged: qpdf reads what it can and says so
    elif (
        len(names) > 1 and names.count("/FlateDecode") + names.count("/LZWDecode") > 1 and len(raw) > 100_000
    ):
        raise TooMuchError("a stream compressed several times")
    elif "/LZWDecode" in names and len(raw) * 1400 > limits.stream_bytes * 8:
        raise TooMuchError("a large LZW stream")


class Interpreter:
    """Run the content of pages; fonts and colour spaces are read once for the whole file."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.fonts: dict[Any, FontFacts] = {}
        self.problems: list[str] = []
        """Of the page being read: what could not be interpreted."""
        self.mcids: set[int] = set()
        self.groups: list[Any] = []
        """Transparency groups of the forms of the page being read."""
        self.profiles: set[str] = set()
        """SHA-256 of the colour profiles that anything is painted with."""
        self.read_text = False
        self.operators = 0
        self._number = 0
        self._mcids: list[int] = []
        self._spaces: dict[Any, Space] = {}
        self._measured: set[Any] = set()
        self._tags: list[bool] = []
        self._tagged = 0
        self._path: list[tuple[float, float]] = []
        self._rectangles: list[tuple[float, float]] = []
        self._only_rectangles = True
        self._clip_pending = False
        self._forms: list[Any] = []

    def page(self, page: Any, number: int) -> Iterator[Mark]:
        """Yield the marks of a page, in the order of painting; ``number`` counts from 1."""
        self._number = number
        self.problems, self.mcids, self.groups = [], set(), []
        self._tags, self._tagged, self._forms, self._mcids = [], 0, [], []
        contents = page.obj.get("/Contents")
        for stream in contents if isinstance(contents, Array) else [contents]:
            if isinstance(stream, Stream):
                self._measure(stream)
        if contents is None:
            return
        state = _State()
        scale = float(page.obj.get("/UserUnit", 1))
        if scale != 1:
            state.matrix = (scale, 0, 0, scale, 0, 0)
        resources = page.obj.get("/Resources", Dictionary())
        yield from self._run(pikepdf.parse_content_stream(page), resources, state)

    def annotation(self, form: Any, rectangle: Box) -> Iterator[Mark]:
        """Yield the marks of an annotation's appearance."""
        state = _State(clip=rectangle)
        yield from self._form(form, Dictionary(), state)

    def _measure(self, stream: Any) -> None:
        key = stream.objgen
        if key == (0, 0) or key not in self._measured:
            check_size(stream, self.limits)
            self._measured.add(key)

    def _run(self, instructions: Any, resources: Any, state: _State) -> Iterator[Mark]:
        stack: list[_State] = []
        depth = len(self._tags)
        self._start_path()
        text = line = IDENTITY
        for instruction in instructions:
            self.operators += 1
            if self.operators > self.limits.operators:
                raise TooMuchError(f"more than {self.limits.operators} operators")
            if isinstance(instruction, pikepdf.ContentStreamInlineImage):
                yield from self._inline(instruction.iimage, resources, state)
                continue
            operands, name = instruction.operands, str(instruction.operator)
            try:
                if name == "q":
                    stack.append(state.copy())
                    if len(stack) > 2000:
                        raise TooMuchError("more than 2000 saved states")
                elif name == "Q":
                    if stack:
                        state = stack.pop()
                    else:
                        self.problems.append("“Q” without “q”")
                elif name == "BT":
                    text = line = IDENTITY
                elif name in {"Td", "TD"}:
                    x, y = float(operands[0]), float(operands[1])
                    if name == "TD":
                        state.leading = -y
                    text = line = multiply((1, 0, 0, 1, x, y), line)
                elif name == "Tm":
                    text = line = matrix_of(Array(operands))
                elif name == "T*":
                    text = line = multiply((1, 0, 0, 1, 0, -state.leading), line)
                elif name in {"Tj", "TJ", "'", '"'}:
                    if name in {"'", '"'}:
                        if name == '"':
                            state.word_space, state.char_space = float(operands[0]), float(operands[1])
                        text = line = multiply((1, 0, 0, 1, 0, -state.leading), line)
                    shown = operands[-1]
                    text, mark = self._show(shown if name == "TJ" else [shown], text, state)
                    if mark is not None:
                        yield mark
                elif name in _PATH:
                    self._extend(name, operands)
                elif name in _PAINT:
                    yield from self._paint(name, resources, state)
                elif name == "Do":
                    yield from self._external(operands[0], resources, state)
                elif name == "sh":
                    shading = resources.Shading[operands[0]]
                    colour = initial(self._space(shading.get("/ColorSpace"), resources))
                    yield from self._mark(Kind.SHADING, state.clip, colour, state)
                else:
                    self._set(name, operands, resources, state)
            except TooMuchError:
                raise
            except (
                pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError,
                AssertionError, NotImplementedError,
            ) as error:  # fmt: skip
                self.problems.append(f"“{name}”: {_reason(error)}")
        if stack:
            self.problems.append(f"{len(stack)} “q” without “Q”")
        while len(self._tags) > depth:
            self._tagged -= self._tags.pop()
            self._mcids.pop()

    def _set(self, name: str, operands: Any, resources: Any, state: _State) -> None:
        """Run an operator that only changes the state."""
        if name == "cm":
            state.matrix = multiply(matrix_of(Array(operands)), state.matrix)
        elif name == "w":
            state.line_width = float(operands[0])
        elif name == "gs":
            self._ext_state(resources.ExtGState[operands[0]], state)
        elif name in _DEVICE:
            space = _DEVICE[name]
            if space in {GRAY, RGB, CMYK}:
                space = self._space(Name(f"/{space.family.value}"), resources)
            self._colour(Colour(space, tuple(float(value) for value in operands)), name.isupper(), state)
        elif name in {"cs", "CS"}:
            self._colour(initial(self._space(operands[0], resources)), name == "CS", state)
        elif name in {"sc", "scn", "SC", "SCN"}:
            now = state.stroke if name[0] == "S" else state.fill
            if len(operands) and isinstance(operands[-1], Name):
                self._colour(self._pattern(operands[-1], now, resources, state), name[0] == "S", state)
            else:
                values = tuple(float(value) for value in operands)
                self._colour(Colour(now.space, values), name[0] == "S", state)
        elif name == "Tf":
            state.font, state.size = self._font(operands[0], resources), float(operands[1])
        elif name in _TEXT_STATE:
            setattr(state, _TEXT_STATE[name], float(operands[0]))
        elif name == "Tz":
            state.scale = float(operands[0]) / 100
        elif name == "Tr":
            state.render = int(operands[0])
        elif name in {"BDC", "BMC"}:
            self._begin(operands, resources)
        elif name == "EMC":
            if self._tags:
                self._tagged -= self._tags.pop()
                self._mcids.pop()
            else:
                self.problems.append("“EMC” without a beginning")
        elif name not in _IGNORED:
            self.problems.append(f"“{name}” is no operator")

    def _begin(self, operands: Any, resources: Any) -> None:
        marked = str(operands[0]) == "/Artifact"
        mcid = self._mcids[-1] if self._mcids and not marked else -1
        if len(operands) > 1:
            properties = operands[1]
            if isinstance(properties, Name):
                properties = resources.get("/Properties", Dictionary()).get(properties, Dictionary())
            if isinstance(properties, Dictionary) and "/MCID" in properties:
                marked = True
                mcid = int(properties["/MCID"])
                self.mcids.add(mcid)
        self._mcids.append(mcid)
        self._tags.append(marked)
        self._tagged += marked

    def _ext_state(self, given: Any, state: _State) -> None:
        changes: dict[str, Any] = {}
        if "/LW" in given:
            state.line_width = float(given["/LW"])
        if "/OP" in given:
            changes["overprint_stroke"] = changes["overprint_fill"] = bool(given["/OP"])
        if "/op" in given:
            changes["overprint_fill"] = bool(given["/op"])
        if "/OPM" in given:
            changes["overprint_mode"] = int(given["/OPM"])
        if "/ca" in given:
            changes["alpha_fill"] = float(given["/ca"])
        if "/CA" in given:
            changes["alpha_stroke"] = float(given["/CA"])
        if "/BM" in given:
            mode = given["/BM"]
            changes["blend"] = str(mode[0] if isinstance(mode, Array) else mode)
        if "/SMask" in given:
            changes["soft_mask"] = isinstance(given["/SMask"], Dictionary)
        if "/TR" in given or str(given.get("/TR2", "/Default")) != "/Default":
            changes["transfer"] = True
        if "/Font" in given:
            state.font, state.size = self._facts(given["/Font"][0]), float(given["/Font"][1])
        state.settings = replace(state.settings, **changes)

    def _colour(self, colour: Colour, stroke: bool, state: _State) -> None:
        if stroke:
            state.stroke = colour
        else:
            state.fill = colour

    def _space(self, value: Any, resources: Any) -> Space:
        named = value
        if isinstance(value, Name):
            inside = resources.get("/ColorSpace", Dictionary()).get(value)
            named = inside if inside is not None else value
        key = named.objgen if isinstance(named, Array) and named.objgen != (0, 0) else None
        if key is not None and key in self._spaces:
            return self._spaces[key]
        space = space_of(value, resources)
        if space.profile:
            self.profiles.add(space.profile)
        if key is not None:
            self._spaces[key] = space
        return space

    def _pattern(self, name: Any, now: Colour, resources: Any, state: _State) -> Colour:
        pattern = resources.get("/Pattern", Dictionary()).get(name)
        if isinstance(pattern, Dictionary) and "/Shading" in pattern:
            return initial(self._space(pattern.Shading.get("/ColorSpace"), resources))
        if isinstance(pattern, Stream) and int(pattern.get("/PaintType", 1)) == 1:
            inner = _State(clip=state.clip, settings=state.settings)
            for mark in self._form(pattern, resources, inner):
                if not mark.colour.is_white:
                    return mark.colour
            return Colour(PATTERN, ())
        base = now.space.alternate
        return initial(base) if base else Colour(PATTERN, ())

    def _font(self, name: Any, resources: Any) -> FontFacts | None:
        font = resources.get("/Font", Dictionary()).get(name)
        if not isinstance(font, Dictionary):
            self.problems.append(f"no font “{str(name)[1:]}”")
            return None
        return self._facts(font)

    def _facts(self, font: Any) -> FontFacts:
        key = font.objgen if font.objgen != (0, 0) else id(font)
        if key not in self.fonts:
            for stream in (font.get("/ToUnicode"), *font.get("/FontDescriptor", Dictionary()).values()):
                if isinstance(stream, Stream):
                    self._measure(stream)
            self.fonts[key] = FontFacts(font)
        return self.fonts[key]

    def _show(self, pieces: Any, text: Matrix, state: _State) -> tuple[Matrix, Mark | None]:
        font, size = state.font, state.size
        if font is None:
            return text, None
        advance, start, inked = 0.0, None, 0.0
        used = font.used
        codes: list[int] = []
        for piece in pieces:
            if not isinstance(piece, pikepdf.String):
                advance -= float(piece) / 1000 * size * state.scale
                continue
            for code in font.codes(bytes(piece)):
                if self.read_text:
                    codes.append(code)
                if code not in used:
                    used[code] = self._number
                if start is None:
                    start = advance
                step = font.width(code) * size + state.char_space
                if code == 32 and not font.composite:
                    step += state.word_space
                advance += step * state.scale
                inked = advance
        moved = multiply((1, 0, 0, 1, advance, 0), text)
        if start is None:
            return moved, None
        if state.render not in {3, 7}:
            font.visible = True
        else:
            return moved, None
        whole = multiply(text, state.matrix)
        low, high = state.rise - 0.22 * size, state.rise + 0.72 * size
        box = _box_of(whole, [(start, low), (inked, low), (inked, high), (start, high)])
        scale = math.sqrt(abs(whole[0] * whole[3] - whole[1] * whole[2]))
        stroked = state.render in {1, 5}
        colour = state.stroke if stroked else state.fill
        said = "".join(map(font.text_of, codes)) if self.read_text else ""
        marks = list(self._mark(Kind.TEXT, box, colour, state, size=abs(size) * scale, font=font, text=said))
        return moved, marks[0] if marks else None

    def _start_path(self) -> None:
        self._path, self._rectangles, self._only_rectangles = [], [], True

    def _extend(self, name: str, operands: Any) -> None:
        if name == "h":
            return
        if name in {"W", "W*"}:
            self._clip_pending = True
            return
        numbers = [float(value) for value in operands]
        if name == "re":
            x, y, width, height = numbers
            self._path += [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
            self._rectangles.append((width, height))
        else:
            self._only_rectangles = False
            self._path += list(zip(numbers[::2], numbers[1::2], strict=True))

    def _paint(self, name: str, resources: Any, state: _State) -> Iterator[Mark]:
        path, rectangles = self._path, self._rectangles if self._only_rectangles else []
        clip, self._clip_pending = self._clip_pending, False
        self._start_path()
        if not path:
            return
        box = _box_of(state.matrix, path)
        scale_x = math.hypot(state.matrix[0], state.matrix[1])
        scale_y = math.hypot(state.matrix[2], state.matrix[3])
        if name in {"f", "F", "f*", "B", "B*", "b", "b*"}:
            thin = min((min(abs(w) * scale_x, abs(h) * scale_y) for w, h in rectangles), default=math.inf)
            if thin == math.inf and len(path) >= 2:
                thin = _thickness(box, state.matrix)
            yield from self._mark(Kind.FILL, box, state.fill, state, thin=thin)
        if name in {"S", "s", "B", "B*", "b", "b*"}:
            width = state.line_width * math.sqrt(
                abs(state.matrix[0] * state.matrix[3] - state.matrix[1] * state.matrix[2])
            )
            half = width / 2
            grown = (box[0] - half, box[1] - half, box[2] + half, box[3] + half)
            yield from self._mark(Kind.STROKE, grown, state.stroke, state, thin=width)
        if clip:
            state.clip = _meet(state.clip, box)

    def _mark(self, kind: Kind, box: Box, colour: Colour, state: _State, **more: Any) -> Iterator[Mark]:
        box = _meet(box, state.clip)
        if box[2] < box[0] or box[3] < box[1] or not all(map(math.isfinite, box)):
            return
        more["mcid"] = self._mcids[-1] if self._mcids else -1
        yield Mark(kind, box, colour, state.settings, self._tagged > 0, **more)

    def _external(self, name: Any, resources: Any, state: _State) -> Iterator[Mark]:
        thing = resources.XObject[name]
        kind = str(thing.get("/Subtype", ""))
        if kind == "/Image":
            yield from self._image(thing, resources, state)
        elif kind == "/Form":
            yield from self._form(thing, resources, state)
        else:
            yield from self._mark(Kind.IMAGE, state.clip, Colour(PATTERN, ()), state, image=thing)

    def _form(self, form: Any, resources: Any, outer: _State) -> Iterator[Mark]:
        key = form.objgen
        if key in self._forms:
            self.problems.append("a form that contains itself")
            return
        if len(self._forms) >= self.limits.depth:
            raise TooMuchError(f"forms nested more than {self.limits.depth} deep")
        self._measure(form)
        group = form.get("/Group")
        if isinstance(group, Dictionary):
            self.groups.append(group)
        state = outer.copy()
        state.matrix = multiply(matrix_of(form.get("/Matrix")), outer.matrix)
        box = form.get("/BBox")
        if isinstance(box, Array) and len(box) == 4:
            x0, y0, x1, y1 = (float(value) for value in box)
            corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
            state.clip = _meet(state.clip, _box_of(state.matrix, corners))
        saved = (self._path, self._rectangles, self._only_rectangles, self._clip_pending)
        self._forms.append(key)
        inside = form.get("/Resources", resources)
        try:
            yield from self._run(pikepdf.parse_content_stream(form), inside, state)
        finally:
            self._forms.pop()
            self._path, self._rectangles, self._only_rectangles, self._clip_pending = saved

    def _image(self, image: Any, resources: Any, state: _State) -> Iterator[Mark]:
        if bool(image.get("/ImageMask", False)):
            colour = state.fill
        else:
            colour = initial(self._space(image.get("/ColorSpace"), resources))
        yield from self._placed(colour, state, image=image)

    def _inline(self, image: Any, resources: Any, state: _State) -> Iterator[Mark]:
        given = image.obj
        mask = bool(given.get("/IM", given.get("/ImageMask", False)))
        space = given.get("/CS", given.get("/ColorSpace"))
        colour = state.fill if mask else initial(self._space(space, resources))
        yield from self._placed(colour, state, image=given, inline=True)

    def _placed(self, colour: Colour, state: _State, **more: Any) -> Iterator[Mark]:
        box = _box_of(state.matrix, [(0, 0), (1, 0), (1, 1), (0, 1)])
        a, b, c, d, _, _ = state.matrix
        size = (math.hypot(a, b), math.hypot(c, d))
        yield from self._mark(Kind.IMAGE, box, colour, state, placed=size, **more)


def _thickness(box: Box, matrix: Matrix) -> float:
    """Return the lesser side of a filled path's box if it lies straight; turned ones are not judged."""
    if (matrix[1] or matrix[2]) and (matrix[0] or matrix[3]):
        return math.inf
    return min(box[2] - box[0], box[3] - box[1])


def _reason(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:100]


_PATH = frozenset({"m", "l", "c", "v", "y", "h", "re", "W", "W*"})
_PAINT = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "n"})
_DEVICE = {"g": GRAY, "G": GRAY, "rg": RGB, "RG": RGB, "k": CMYK, "K": CMYK}
_TEXT_STATE = {"Tc": "char_space", "Tw": "word_space", "TL": "leading", "Ts": "rise"}
_IGNORED = frozenset({"J", "j", "M", "d", "ri", "i", "ET", "MP", "DP", "BX", "EX", "d0", "d1"})
