"""Fonts of the joined book: each file embedded once, with one subset over all pages."""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import fontTools
import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

from bookbuild.press.fonts import Face, digests, face_of
from bookbuild.press.sheets import FontUse


@dataclass(slots=True)
class _Shared:
    """One font as the pages name it."""

    name: str
    digest: str
    template: Any
    """Font dictionary of the first unit that uses it."""
    widths: dict[int, int] = field(default_factory=dict)
    to_unicode: dict[int, str] = field(default_factory=dict)


class KeptCuts(Protocol):
    """A place where fonts cut down to some glyphs are kept, and what was read in them."""

    def cut(self, key: str) -> bytes | None:
        """Return what was kept under a key, or nothing."""

    def keep_cut(self, key: str, font: bytes) -> None:
        """Keep something under a key."""


class BookFonts:
    """Collect the fonts of all units, then write them into the joined PDF."""

    def __init__(
        self,
        pdf: pikepdf.Pdf,
        read_font: Callable[[str], bytes],
        kept: KeptCuts | None = None,
        *,
        whole: bool = False,
    ) -> None:
        """``whole``: embed the font files as they are, without cutting them down to the glyphs used."""
        self._pdf = pdf
        self._read_font = read_font
        self._kept = kept
        self._whole = whole
        self._shared: list[_Shared] = []
        self._stamps: dict[Face, _Stamp] = {}

    def adopt(self, use: FontUse, template: Any) -> Any:
        """Take one unit's font; return the font dictionary to use in its place.

        ``template`` already belongs to the joined PDF. Two units whose glyphs have other widths
        (the engine rounds them at the size it met first) keep dictionaries of their own.
        """
        for shared in self._shared:
            if (shared.name, shared.digest) == (use.name, use.digest) and all(
                shared.widths.get(glyph, width) == width for glyph, width in use.widths.items()
            ):
                break
        else:
            shared = _Shared(use.name, use.digest, template)
            self._shared.append(shared)
        shared.widths.update(use.widths)
        for glyph, text in use.to_unicode.items():
            shared.to_unicode.setdefault(glyph, text)
        return shared.template

    def stamp(self, face: Face) -> _Stamp:
        """Return the font that draws page numbers in a face."""
        if face not in self._stamps:
            name = f"Folio{len(self._stamps)}"
            self._stamps[face] = _Stamp(face, name, self._pdf.make_indirect(Dictionary()), self._kept)
        return self._stamps[face]

    def write(self) -> None:
        """Fill in widths, character maps and one subset per font file."""
        glyphs: dict[str, set[int]] = {}
        for shared in self._shared:
            glyphs.setdefault(shared.digest, set()).update(shared.widths)
        for stamp in self._stamps.values():
            glyphs.setdefault(stamp.digest, set()).update(stamp.widths)
        files = {digest: self._embed(digest, used) for digest, used in sorted(glyphs.items())}
        for shared in self._shared:
            self._complete(shared.template, shared, files[shared.digest], glyphs[shared.digest])
        for stamp in self._stamps.values():
            stamp.describe(self._pdf)
            self._complete(stamp.template, stamp, files[stamp.digest], glyphs[stamp.digest])

    def _embed(self, digest: str, glyphs: set[int]) -> tuple[Any, str]:
        if self._whole:
            small = self._read_font(digest)
            postscript = _postscript_name(small)
        else:
            small, postscript = self._cut(digest, glyphs)
        stream = Stream(self._pdf, small)
        if not small.startswith(b"OTTO"):
            stream[Name.Length1] = len(small)
        else:
            stream[Name.Subtype] = Name.OpenType
        return self._pdf.make_indirect(stream), postscript

    def _cut(self, digest: str, glyphs: set[int]) -> tuple[bytes, str]:
        """Return the subset and the PostScript name; a book's glyphs hardly change from edit to edit."""
        facts = (digest, sorted(glyphs), fontTools.version, _code_digest())
        key = hashlib.sha256(repr(facts).encode()).hexdigest()
        kept = self._kept.cut(key) if self._kept else None
        if kept:
            name, _, small = kept.partition(b"\0")
            return small, name.decode()
        small, postscript = _subset(self._read_font(digest), glyphs)
        if self._kept:
            self._kept.keep_cut(key, postscript.encode() + b"\0" + small)
        return small, postscript

    def _complete(
        self, font: Any, shared: _Shared | _Stamp, file: tuple[Any, str], glyphs: Iterable[int]
    ) -> None:
        stream, postscript = file
        name = Name(f"/{_tag(postscript, glyphs)}+{postscript}")
        font.BaseFont = name
        font.ToUnicode = Stream(self._pdf, _character_map(shared.to_unicode))
        descendant = font.DescendantFonts[0]
        descendant.BaseFont = name
        descendant.W = _width_array(shared.widths)
        descriptor = descendant.FontDescriptor
        descriptor.FontName = name
        if Name.FontBBox in descriptor:  # as wide as the widest glyph of the whole book
            left, foot, _, top = descriptor.FontBBox
            descriptor.FontBBox = Array([left, foot, max(shared.widths.values()), top])
        for key in (Name.FontFile2, Name.FontFile3):
            if key in descriptor:
                del descriptor[key]
        descriptor[Name.FontFile3 if Name.Subtype in stream else Name.FontFile2] = stream


class _Stamp:
    """A vendored face that draws page numbers, without the layout engine."""

    def __init__(self, face: Face, name: str, template: Any, kept: KeptCuts | None = None) -> None:
        self.face = face
        self._kept = kept
        self.name = name
        self.template = template
        self.digest = next(digest for digest, known in digests().items() if known == face)
        self.widths: dict[int, int] = {}
        self.to_unicode: dict[int, str] = {}
        self._features: dict[str, Mapping[str, str]] = {}
        self._glyphs: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
        self._font = TTFont(io.BytesIO(face.path.read_bytes()), lazy=True)
        self._units: int = self._font["head"].unitsPerEm

    def show(self, text: str, features: tuple[str, ...]) -> tuple[str, float]:
        """Return the glyphs of a text as a hexadecimal string and its width in ems."""
        width = 0.0
        shown = ""
        for character in text:
            glyph, advance = self._glyph(character, features)
            self.widths[glyph] = advance
            self.to_unicode.setdefault(glyph, character)
            shown += f"{glyph:04x}"
            width += advance / 1000
        return shown, width

    def _glyph(self, character: str, features: tuple[str, ...]) -> tuple[int, int]:
        """Return the number of a character's glyph and its advance in thousandths of an em."""
        known = self._glyphs.get((character, features))
        if known is None:
            name = self._font.getBestCmap().get(ord(character), ".notdef")
            for feature in features:
                name = self._singles(feature).get(name, name)
            advance = round(self._font["hmtx"][name][0] * 1000 / self._units)
            known = self._glyphs[character, features] = (self._font.getGlyphID(name), advance)
        return known

    def has(self, text: str) -> bool:
        """Tell whether the face has all characters of a text."""
        return all(ord(character) in self._font.getBestCmap() for character in text)

    def _singles(self, feature: str) -> Mapping[str, str]:
        """Return the one-to-one replacements of an OpenType feature."""
        if feature not in self._features:
            self._features[feature] = self._known_singles(feature)
        return self._features[feature]

    def _known_singles(self, feature: str) -> Mapping[str, str]:
        """Read them, or take what was kept: the tables of a font are slow to read."""
        facts = (self.digest, feature, fontTools.version, _code_digest())
        key = hashlib.sha256(repr(facts).encode()).hexdigest()
        kept = self._kept.cut(key) if self._kept else None
        if kept:
            return {str(old): str(new) for old, new in json.loads(kept).items()}
        found = self._read_singles(feature)
        if self._kept:
            self._kept.keep_cut(key, json.dumps(found).encode())
        return found

    def _read_singles(self, feature: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        if "GSUB" not in self._font:
            return found
        table = self._font["GSUB"].table
        for record in table.FeatureList.FeatureRecord:
            if record.FeatureTag != feature:
                continue
            for index in record.Feature.LookupListIndex:
                for part in table.LookupList.Lookup[index].SubTable:
                    part = getattr(part, "ExtSubTable", part)
                    if part.LookupType == 1:
                        found.update(part.mapping)
        return found

    def describe(self, pdf: pikepdf.Pdf) -> None:
        """Fill the font dictionary but for names, widths, character map and file."""
        scale = 1000 / self._units
        head, hhea = self._font["head"], self._font["hhea"]
        box = [round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)]
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            Flags=4,
            FontBBox=Array(box),
            ItalicAngle=0,
            Ascent=round(hhea.ascent * scale),
            Descent=round(hhea.descent * scale),
            CapHeight=round(hhea.ascent * scale),
            StemV=80,
        )
        system = Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0)
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            CIDSystemInfo=system,
            CIDToGIDMap=Name.Identity,
            FontDescriptor=pdf.make_indirect(descriptor),
        )
        self.template.Type = Name.Font
        self.template.Subtype = Name.Type0
        self.template.Encoding = Name("/Identity-H")
        self.template.DescendantFonts = Array([pdf.make_indirect(descendant)])


def stamp_face(family: str, weight: int, italic: bool) -> Face:
    """Return the vendored face in which a page number is drawn."""
    return face_of(family, weight, italic)


@functools.cache
def _code_digest() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def _postscript_name(content: bytes) -> str:
    return TTFont(io.BytesIO(content), lazy=True)["name"].getDebugName(6) or "Font"


def _subset(content: bytes, glyphs: Iterable[int]) -> tuple[bytes, str]:
    """Return the font with only these glyphs, at their old numbers, and its PostScript name."""
    from fontTools import subset  # slow to load, and seldom needed: see _cut

    font = TTFont(io.BytesIO(content), lazy=True, recalcTimestamp=False)
    postscript = font["name"].getDebugName(6) or "Font"
    options = subset.Options()
    options.retain_gids = True
    options.notdef_outline = True
    options.glyph_names = False
    options.hinting = False
    options.desubroutinize = True
    options.layout_features = []
    options.name_IDs = [1, 2, 6]
    options.recalc_timestamp = False
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "DSIG", "SVG", "STAT", "meta"]
    subsetter = subset.Subsetter(options)
    known = font["maxp"].numGlyphs
    subsetter.populate(gids=[glyph for glyph in glyphs if glyph < known])
    subsetter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue(), postscript


def _tag(postscript: str, glyphs: Iterable[int]) -> str:
    """Return the six letters that mark a subset; equal subsets have equal letters."""
    text = f"{postscript}:{','.join(map(str, sorted(glyphs)))}"
    return "".join(chr(65 + byte % 26) for byte in hashlib.sha256(text.encode()).digest()[:6])


def _width_array(widths: Mapping[int, int]) -> Array:
    """Return /W: runs of consecutive glyphs with their advances (ISO 32000-2, 9.7.4.3)."""
    array: list[Any] = []
    run: list[int] = []
    for glyph in sorted(widths):
        if glyph - 1 not in widths:
            run = []
            array += [glyph, run]
        run.append(widths[glyph])
    return Array([Array(entry) if isinstance(entry, list) else entry for entry in array])


def _character_map(to_unicode: Mapping[int, str]) -> bytes:
    """Return a ToUnicode CMap (ISO 32000-2, 9.10.3)."""
    items = sorted(to_unicode.items())
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <ffff> endcodespacerange",
    ]
    for start in range(0, len(items), 100):
        batch = items[start : start + 100]
        lines.append(f"{len(batch)} beginbfchar")
        lines += [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in batch]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode()
