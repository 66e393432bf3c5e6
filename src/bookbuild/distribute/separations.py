"""Rewrite what pages paint so that it falls on the plates ordered: text and line work in black ink."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, Stream
from PIL import Image

from bookbuild.distribute.colour import GRAY, Family, Space, space_of
from bookbuild.distribute.condition import Separator

_KNOCK, _OVER = Name("/BookKnock"), Name("/BookOver")
_DROPPED = frozenset({"BDC", "BMC", "EMC", "MP", "DP", "ri"})
"""Marked content belongs to tags and layers, neither of which goes to a printer."""
_SPACES = {"g": "/DeviceGray", "rg": "/DeviceRGB", "k": "/DeviceCMYK"}
_FROM_STATE = ("/TR", "/TR2", "/HT", "/BG", "/BG2", "/UCR", "/UCR2", "/HTP")
"""What a file for print must leave to the printer (ISO 15930-7, 6.3)."""

Inks = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Ink:
    """The colour of fills or of strokes, as it will be printed."""

    space: Space = GRAY
    name: Any = Name.DeviceGray
    inks: Inks | None = (0, 0, 0, 1)
    """None: a spot colour or pattern, which is left as it is."""


@dataclass(frozen=True, slots=True)
class _Paint:
    fill: _Ink = _Ink()
    stroke: _Ink = _Ink()
    fill_alpha: float = 1.0
    stroke_alpha: float = 1.0


class Plates:
    """Rewrite the pages of one PDF. ``flatten``: nothing transparent may remain (PDF/X-1a)."""

    def __init__(
        self, pdf: pikepdf.Pdf, separator: Separator, *, flatten: bool, overprint: bool = True
    ) -> None:
        self._pdf = pdf
        self._separator = separator
        self._flatten = flatten
        self._overprint = overprint and not separator.black_only
        self._done: set[Any] = set()
        self._resources: set[Any] = set()
        self._used: set[str] = set()

    def page(self, page: Any) -> None:
        """Rewrite one page, its forms, its pictures and its resources."""
        resources = page.obj.get("/Resources")
        if not isinstance(resources, Dictionary):
            resources = page.obj.Resources = Dictionary()
        if "/Contents" in page.obj:
            page.externalize_inline_images()
            content = self._rewritten(pikepdf.parse_content_stream(page), resources)
            page.obj.Contents = Stream(self._pdf, content)
        self._prepare(resources)

    def _rewritten(self, instructions: Iterable[Any], resources: Any) -> bytes:
        out: list[Any] = []
        paint, stack, in_text = _Paint(), [], False
        overprinting = False
        for instruction in instructions:
            if isinstance(instruction, pikepdf.ContentStreamInlineImage):
                out.append(instruction)  # a mask: pictures were moved into the resources
                continue
            operands, name = instruction.operands, str(instruction.operator)
            if name in _DROPPED:
                continue
            if name == "q":
                stack.append((paint, overprinting))
            elif name == "Q" and stack:
                paint, overprinting = stack.pop()
            elif name in {"BT", "ET"}:
                in_text = name == "BT"
            if name == "gs":
                paint = self._state(operands[0], paint, resources)
                out.append(instruction)
                if self._flatten:
                    out += [
                        _paint(paint.fill.inks, paint.fill_alpha, "k"),
                        _paint(paint.stroke.inks, paint.stroke_alpha, "K"),
                    ]
                continue
            changed = self._coloured(name, operands, paint, resources)
            if changed is None:
                if name in _SHOWS and self._overprint:
                    wanted = in_text and _is_black(paint.fill.inks)
                    if wanted != overprinting:
                        out.append(ContentStreamInstruction([_OVER if wanted else _KNOCK], Operator("gs")))
                        overprinting = wanted
                out.append(instruction)
                continue
            paint, replacement = changed
            out += replacement
        content = pikepdf.unparse_content_stream([item for item in out if item is not None])
        return content or b"\n"  # an empty stream, compressed, is taken for a damaged one

    def _coloured(
        self, name: str, operands: Any, paint: _Paint, resources: Any
    ) -> tuple[_Paint, list[Any]] | None:
        """Return the paint after a colour operator and what to write for it; None for other operators."""
        stroke = name[0].isupper()
        low = name.lower()
        if low in _SPACES:
            given = _SPACES[low]
            ink = self._ink(space_of(Name(given), resources), Name(given), operands)
        elif low == "cs":
            space = space_of(operands[0], resources)
            initial = [0.0] * space.channels
            if space.family is Family.CMYK:
                initial[3] = 1.0
            ink = self._ink(space, operands[0], initial)
            if ink.inks is None:
                self._used.add(str(operands[0]))
                return self._with(paint, stroke, ink), [ContentStreamInstruction(operands, Operator(name))]
        elif low in {"sc", "scn"}:
            now = paint.stroke if stroke else paint.fill
            ink = self._ink(now.space, now.name, operands)
            if ink.inks is None:
                return self._with(paint, stroke, ink), [ContentStreamInstruction(operands, Operator(name))]
        else:
            return None
        paint = self._with(paint, stroke, ink)
        alpha = paint.stroke_alpha if stroke else paint.fill_alpha
        return paint, [_paint(ink.inks, alpha if self._flatten else 1.0, "K" if stroke else "k")]

    def _with(self, paint: _Paint, stroke: bool, ink: _Ink) -> _Paint:
        return replace(paint, stroke=ink) if stroke else replace(paint, fill=ink)

    def _ink(self, space: Space, name: Any, operands: Any) -> _Ink:
        if space.family in {Family.PATTERN, Family.SPOT, Family.UNKNOWN} or space.indexed:
            return _Ink(space, name, None)
        values = [float(value) for value in operands]
        return _Ink(space, name, self._inks(space, values))

    def _inks(self, space: Space, values: list[float]) -> Inks:
        if space.channels == 1:
            return (0, 0, 0, _clip(1 - values[0]))
        if space.channels == 3:
            return self._separator.colour(*(_clip(value) for value in values[:3]))
        cyan, magenta, yellow, black = (_clip(value) for value in values[:4])
        if self._separator.black_only and max(cyan, magenta, yellow) > 0:
            return (0, 0, 0, _clip(black + (1 - black) * (0.3 * cyan + 0.59 * magenta + 0.11 * yellow)))
        return (cyan, magenta, yellow, black)

    def _state(self, name: Any, paint: _Paint, resources: Any) -> _Paint:
        given = resources.get("/ExtGState", Dictionary()).get(name, Dictionary())
        if "/ca" in given:
            paint = replace(paint, fill_alpha=float(given["/ca"]))
        if "/CA" in given:
            paint = replace(paint, stroke_alpha=float(given["/CA"]))
        return paint

    def _prepare(self, resources: Any) -> None:
        """Clean resources once; they may be shared by many pages."""
        key = resources.objgen
        if key != (0, 0) and key in self._resources:
            return
        self._resources.add(key)
        states = resources.get("/ExtGState")
        if not isinstance(states, Dictionary):
            states = resources.ExtGState = Dictionary()
        for state in [value for _, value in states.items() if isinstance(value, Dictionary)]:
            self._clean_state(state)
        if self._overprint:
            states[_KNOCK] = Dictionary(Type=Name.ExtGState, OP=False, op=False, OPM=0)
            states[_OVER] = Dictionary(Type=Name.ExtGState, OP=True, op=True, OPM=1)
        for _, thing in resources.get("/XObject", Dictionary()).items():
            self._external(thing, resources)
        for _, pattern in resources.get("/Pattern", Dictionary()).items():
            if isinstance(pattern, Stream):
                self._form(pattern, resources)
        self._drop_spaces(resources)
        for entry in ("/Properties", "/ProcSet"):
            if entry in resources:
                del resources[entry]

    def _clean_state(self, state: Any) -> None:
        for entry in _FROM_STATE:
            if entry in state:
                del state[entry]
        if self._flatten:
            for entry in ("/ca", "/CA", "/SMask", "/BM", "/AIS"):
                if entry in state:
                    del state[entry]

    def _drop_spaces(self, resources: Any) -> None:
        """Remove colour spaces that nothing uses any more: they would be read as used."""
        spaces = resources.get("/ColorSpace")
        if not isinstance(spaces, Dictionary):
            return
        for name in set(spaces.keys()) - self._used:
            del spaces[name]
        if not len(spaces):
            del resources["/ColorSpace"]

    def _external(self, thing: Any, resources: Any) -> None:
        if not isinstance(thing, Stream) or thing.objgen in self._done:
            return
        if str(thing.get("/Subtype", "")) == "/Form":
            self._form(thing, resources)
        elif str(thing.get("/Subtype", "")) == "/Image":
            self._done.add(thing.objgen)
            self._image(thing, resources)

    def _form(self, form: Any, outer: Any) -> None:
        if form.objgen in self._done:
            return
        self._done.add(form.objgen)
        resources = form.get("/Resources", outer)
        content = self._rewritten(pikepdf.parse_content_stream(form), resources)
        form.write(content)
        for entry in ("/StructParents", "/StructParent", "/OC", "/PieceInfo", "/LastModified", "/Ref"):
            if entry in form:
                del form[entry]
        group = form.get("/Group")
        if isinstance(group, Dictionary):
            if self._flatten:
                del form["/Group"]
            elif "/CS" in group:
                group.CS = Name.DeviceCMYK
        self._prepare(resources)

    def _image(self, image: Any, resources: Any) -> None:
        for entry in ("/Alternates", "/OPI", "/OC", "/StructParent", "/Interpolate", "/Metadata"):
            if entry in image:
                del image[entry]
        if bool(image.get("/ImageMask", False)):
            return
        space = space_of(image.get("/ColorSpace"), resources)
        masked = "/SMask" in image and self._flatten
        plain = space.family in {Family.GRAY, Family.SPOT} and not space.indexed
        if (plain or (space.family is Family.CMYK and not self._separator.black_only)) and not masked:
            return
        picture = pikepdf.PdfImage(image).as_pil_image()
        profile = _profile_of(image.get("/ColorSpace"))
        if picture.mode in {"P", "RGBA", "LA", "PA"}:
            picture = picture.convert("RGB")
        if masked:
            picture = _on_white(picture, pikepdf.PdfImage(image.SMask).as_pil_image())
            del image["/SMask"]
        self._store(image, self._separator.picture(picture, profile))

    def _store(self, image: Any, picture: Image.Image) -> None:
        data = zlib.compress(picture.tobytes(), 9)
        for entry in ("/Decode", "/DecodeParms", "/Mask", "/SMaskInData"):
            if entry in image:
                del image[entry]
        image.Width, image.Height = picture.size
        image.ColorSpace = Name.DeviceGray if picture.mode == "L" else Name.DeviceCMYK
        image.BitsPerComponent = 8
        image.write(data, filter=Name.FlateDecode)


_SHOWS = frozenset({"Tj", "TJ", "'", '"', "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do"})


def _paint(inks: Inks | None, alpha: float, operator: str) -> Any:
    if inks is None:
        return None
    return ContentStreamInstruction([_number(ink * alpha) for ink in inks], Operator(operator))


def _number(value: float) -> Any:
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def _is_black(inks: Inks | None) -> bool:
    return inks is not None and inks[3] >= 0.9 and max(inks[:3]) == 0


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _profile_of(space: Any) -> bytes:
    if isinstance(space, Array) and len(space) == 2 and str(space[0]) == "/ICCBased" and int(space[1].N) == 3:
        return bytes(space[1].read_bytes())
    return b""


def _on_white(picture: Image.Image, mask: Image.Image) -> Image.Image:
    mask = mask.convert("L").resize(picture.size)
    if picture.mode == "1":
        picture = picture.convert("L")
    white = "#fff" if picture.mode != "CMYK" else (0, 0, 0, 0)
    return Image.composite(picture, Image.new(picture.mode, picture.size, white), mask)
