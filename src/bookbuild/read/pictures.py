"""Pictures: they exist, lie in the book's folder, can be drawn to the end and hold nothing but a picture."""

from __future__ import annotations

import io
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from PIL import Image as Raster
from PIL import ImageFile

from bookbuild.diagnostics import Diagnostic, did_you_mean
from bookbuild.model.blocks import Image
from bookbuild.model.place import Place
from bookbuild.read.files import is_under, regular_bytes

MAX_PICTURE_BYTES = 40_000_000
MAX_PIXELS = 80_000_000
MAX_NAME = 240
"""Bytes of a picture's path: systems differ in what they take."""
MAX_SVG_BYTES = 4_000_000
MAX_SVG_ELEMENTS = 50_000
MAX_SVG_DEPTH = 100
MAX_SVG_USES = 1_000
MAX_SVG_DRAWN = 200_000
"""Elements, those of parts that are drawn again and again counted as often."""

_SMALLEST, _LARGEST = 1e-4, 1e6
"""Of a size of an SVG picture, in its own units."""

_AGAIN = "save it again from the program that drew it"
_SMALLER = "save it smaller or simpler"
_FILE = "put a picture there"
_MILLIONS = MAX_PIXELS // 1_000_000
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}

_ACTIVE = frozenset({"script", "foreignobject", "iframe", "audio", "video", "handler", "animate", "set"})
_URL = re.compile(r"url\(\s*['\"]?\s*(?!#)([^)'\"]*)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_ABSURD = re.compile(r"(?<![.\d])\d{8,}|\d\.?[eE]\+?0*(?:[7-9]|[1-9]\d)")
_GEOMETRY = re.compile(
    "d|points|(pattern|gradient)?transform|[cf]?[xy]|[xy][12]|r[xy]?|d[xy]|(marker)?(width|height)|viewbox"
    "|font-size|stroke-(width|dasharray|dashoffset)"
)
_OWN = re.compile(r"url\(\s*['\"]?#([^)'\"\s]*)")
_STYLE = re.compile(r"@import|\\|url\(\s*['\"]?\s*[^#'\")\s]", re.IGNORECASE)
_INLINE_PICTURE = re.compile(r"data:image/(png|jpeg);base64,", re.IGNORECASE)


def check_pictures(root: Path, images: Iterable[Image], languages: Iterable[str]) -> Iterator[Diagnostic]:
    """R030–R035, R037: open every picture of the book and each of its stand-ins for a language.

    ``map.az.svg`` stands in for ``map.svg`` in the Azerbaijani edition.
    """
    seen: set[str] = set()
    languages = tuple(languages)
    for image in images:
        if not image.path:  # reported with the block
            continue
        yield from _picture(root, image.path, image.place)
        way = PurePosixPath(image.path)
        for lang in languages:
            other = str(way.with_name(f"{way.stem}.{lang}{way.suffix}")) if way.name else ""
            if other and other not in seen and is_under(root, other) and _is_there(root / other):
                seen.add(other)
                yield from _picture(root, other, image.place)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long for this system
        return False


def _picture(root: Path, path: str, place: Place) -> Iterator[Diagnostic]:
    if len(path.encode()) > MAX_NAME:
        message = f"picture “{path[:60]}…” has a name of {len(path)} characters"
        yield Diagnostic("R030", message, place, hint="give it a short name")
        return
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//|\\\\", path):
        hint = "copy it into images/"
        yield Diagnostic("R031", f"picture “{path}” is an address, not a file of the book", place, hint=hint)
    elif path.startswith(("/", "~")) or "\\" in path or not is_under(root, path):
        yield Diagnostic(
            "R031", f"picture “{path}” leads out of the book's folder", place, hint="copy it into images/"
        )
    elif PurePosixPath(path).suffix.lower() not in {*FORMATS, ".svg"}:
        yield Diagnostic("R037", f"picture “{path}” is no PNG, JPEG or SVG", place, hint="convert it")
    else:
        yield from _file(root, path, place)


def _file(root: Path, path: str, place: Place) -> Iterator[Diagnostic]:
    svg = path.lower().endswith(".svg")
    limit = MAX_SVG_BYTES if svg else MAX_PICTURE_BYTES
    try:
        data = regular_bytes(root / path, limit)
    except FileNotFoundError:
        folder = (root / path).parent
        near = (
            did_you_mean(Path(path).name, (entry.name for entry in folder.iterdir()))
            if folder.is_dir()
            else ""
        )
        yield Diagnostic("R030", f"there is no picture “{path}”", place, hint=near or "copy it into images/")
        return
    except OSError as error:
        reason = (error.strerror or "").lower()
        own = isinstance(error, PermissionError)
        hint = "ask whoever owns the file for leave to read it" if own else _FILE
        yield Diagnostic("R032", f"picture “{path}” cannot be read: {reason}", place, hint=hint)
        return
    if data is None:
        yield Diagnostic("R032", f"picture “{path}” is not a regular file", place, hint=_FILE)
    elif len(data) > limit:
        message = f"picture “{path}” is larger than {limit // 1_000_000} MB"
        yield Diagnostic("R034", message, place, hint=_SMALLER)
    elif not data:
        yield Diagnostic("R033", f"picture “{path}” is empty", place, hint=_AGAIN)
    elif svg:
        yield from _svg(data, path, place)
    else:
        yield from _raster(data, path, place)


def _raster(data: bytes, path: str, place: Place) -> Iterator[Diagnostic]:
    wanted = FORMATS[PurePosixPath(path).suffix.lower()]
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # the layout engine switches it on for the whole process
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Raster.DecompressionBombWarning)  # our own limit is lower
            with Raster.open(io.BytesIO(data)) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    message = (
                        f"picture “{path}” has {width} × {height} pixels; the limit is {_MILLIONS} million"
                    )
                    yield Diagnostic("R034", message, place, hint=_SMALLER)
                elif picture.format != wanted:
                    message = f"picture “{path}” is a {picture.format} file by its content"
                    yield Diagnostic("R037", message, place, hint="rename it or convert it")
                else:
                    picture.load()  # to the end: a cut-off file opens without complaint
                    with Raster.open(io.BytesIO(data)) as again:
                        again.verify()  # what follows the last pixel too
    except Raster.DecompressionBombError:
        message = f"picture “{path}” has more pixels than the limit, {_MILLIONS} million"
        yield Diagnostic("R034", message, place, hint=_SMALLER)
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        reason = str(error).lower().rstrip(".")
        reason = "it is no picture" if "cannot identify" in reason else reason
        yield Diagnostic("R033", f"picture “{path}” is broken: {reason}", place, hint=_AGAIN)


def _svg(data: bytes, path: str, place: Place) -> Iterator[Diagnostic]:
    # Refused before parsing: entities are what makes a small file large.
    if re.search(rb"<!(DOCTYPE|ENTITY)", data, re.IGNORECASE) or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        hint = "save it as plain SVG, in UTF-8"
        yield Diagnostic("R035", f"picture “{path}” has a document type or entities", place, hint=hint)
        return
    elements = depth = uses = 0
    try:
        for event, element in ET.iterparse(io.BytesIO(data), ("start", "end")):
            depth += 1 if event == "start" else -1
            name = _local(element.tag)
            if event == "end":
                if name == "style" and _STYLE.search("".join(element.itertext())):
                    message = f"picture “{path}” holds a style that refers to another file"
                    yield Diagnostic("R035", message, place, hint="save it as plain SVG")
                    return
                continue
            elements += 1
            uses += name == "use"
            if elements == 1 and name != "svg":
                yield Diagnostic("R033", f"picture “{path}” is not SVG but “{name}”", place, hint=_AGAIN)
                return
            if elements > MAX_SVG_ELEMENTS or depth > MAX_SVG_DEPTH or uses > MAX_SVG_USES:
                message = f"picture “{path}” has too many elements, or too many within each other"
                yield Diagnostic("R034", message, place, hint=_SMALLER)
                return
            found = _unsafe(element, name)
            if found:
                yield Diagnostic(
                    "R035", f"picture “{path}” holds {found}", place, hint="save it as plain SVG"
                )
                return
        tree = ET.fromstring(data)
        yield from _missing_parts(tree, path, place)
        yield from _sizes(tree, path, place)
        yield from _circular_uses(tree, path, place)
    except ET.ParseError as error:
        yield Diagnostic("R033", f"picture “{path}” is broken: {error}", place, hint=_AGAIN)


def _unsafe(element: ET.Element, name: str) -> str:
    if name in _ACTIVE:
        return f"an element “{name}”"
    for attribute, value in element.attrib.items():
        key = _local(attribute)
        if key.startswith("on"):
            return f"an attribute “{key}”"
        if _GEOMETRY.fullmatch(key) and (match := _ABSURD.search(value)):
            return f"a number that cannot be drawn, “{match[0][:60]}”"
        if key == "spreadmethod" and value.strip() != "pad":
            return "a gradient that repeats, as often as it fits"
        if key in {"href", "src"} and not value.startswith("#") and not _INLINE_PICTURE.match(value):
            return f"a reference to “{value[:60]}”"
        if match := _URL.search(value):
            return f"a reference to “{match[1][:60]}”"
    return ""


def _missing_parts(tree: ET.Element, path: str, place: Place) -> Iterator[Diagnostic]:
    """Refuse references to parts that are not there: the engine leaves them out without a word."""
    ids = {element.get("id") for element in tree.iter()}
    for element in tree.iter():
        for attribute, value in element.attrib.items():
            named = [value[1:]] if _local(attribute) == "href" and value[:1] == "#" else _OWN.findall(value)
            for name in named:
                if name not in ids:
                    message = f"picture “{path}” is broken: it refers to a part “{name[:60]}” that it has not"
                    yield Diagnostic("R033", message, place, hint=_AGAIN)
                    return


def _sizes(tree: ET.Element, path: str, place: Place) -> Iterator[Diagnostic]:
    """Refuse sizes that cannot be drawn."""
    for attribute in ("width", "height", "viewBox"):
        for word in re.split(r"[\s,]+", tree.get(attribute, "").strip()):
            digits = _NUMBER.match(word)
            size = float(digits[0]) if digits else 0.0
            drawn = not size or _SMALLEST <= abs(size) <= _LARGEST
            drawn = drawn and (digits is not None or attribute != "viewBox" or not word)
            if not drawn or word.casefold().strip("+-") in {"nan", "inf", "infinity"}:
                message = f"picture “{path}” is broken: {attribute} is “{word[:60]}”"
                yield Diagnostic("R033", message, place, hint="give it a size in millimetres or pixels")
                return


def _circular_uses(tree: ET.Element, path: str, place: Place) -> Iterator[Diagnostic]:
    """Refuse elements that use themselves, and uses of uses that multiply."""
    weight: dict[str, int] = {}
    by_id = {element.get("id", ""): element for element in tree.iter() if element.get("id")}

    def weigh(name: str, above: tuple[str, ...]) -> int:
        if name in above or len(above) > MAX_SVG_DEPTH:
            return MAX_SVG_DRAWN + 1
        if name not in weight:
            inside = list(by_id[name].iter()) if name in by_id else []
            shade = bool(inside) and _local(inside[0].tag).endswith("gradient")
            drawn = 0 if shade else len(inside) + (_points(inside[0]) // 10 if inside else 0)
            weight[name] = drawn + _sum(inside, (*above, name))
        return weight[name]

    def _sum(elements: Iterable[ET.Element], above: tuple[str, ...]) -> int:
        return sum(times * weigh(name, above) for name, times in _used(elements))

    if _sum(tree.iter(), ()) > MAX_SVG_DRAWN:
        yield Diagnostic("R034", f"picture “{path}” uses its own parts without end", place, hint=_SMALLER)


def _used(elements: Iterable[ET.Element]) -> Iterator[tuple[str, int]]:
    """Yield the id of every part that elements refer to, and how often it is drawn: markers at each point."""
    for element in elements:
        for attribute, value in element.attrib.items():
            if _local(attribute) == "href" and value[:1] == "#":
                yield value[1:], 1
            for name in _OWN.findall(value):
                yield name, _points(element) if "marker" in f"{attribute} {value}" else 1


def _points(element: ET.Element) -> int:
    """Return how many points the paths within an element can have, at most."""
    return sum(len(one.get("d", "")) + len(one.get("points", "")) for one in element.iter()) // 2


def _local(name: str) -> str:
    return str(name).rpartition("}")[2].lower()
