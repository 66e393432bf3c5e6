"""Fonts as a PDF uses them: which glyph a code prints, how wide it is, whether it is there at all."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from fontTools import agl
from fontTools.cffLib import CFFFontSet
from fontTools.encodings import MacRoman, StandardEncoding
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.ttLib import TTFont

__all__ = ["FontFacts"]

logging.getLogger("fontTools").addHandler(
    logging.NullHandler()
)  # what it says of strangers' fonts is ours to say

_STANDARD_14 = ("Courier", "Helvetica", "Times", "Symbol", "ZapfDingbats")
_BROKEN = (Exception,)
"""Font programs of strangers fail in every way a parser can."""

_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Characters that have no shape of their own."""

_ENCODED = re.compile(rb"dup\s+(\d+)\s*/([A-Za-z0-9._]+)\s+put")
_BF = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")


class FontFacts:
    """One font dictionary, read once, with the codes that the pages print with it."""

    def __init__(self, font: Any) -> None:
        self.subtype = str(font.get("/Subtype", ""))
        self.composite = self.subtype == "/Type0"
        self._font = font
        descendant = font.DescendantFonts[0] if self.composite and "/DescendantFonts" in font else font
        self._descendant = descendant
        descriptor = descendant.get("/FontDescriptor")
        self.descriptor = descriptor if isinstance(descriptor, pikepdf.Dictionary) else pikepdf.Dictionary()
        self.name = str(font.get("/BaseFont", descendant.get("/BaseFont", "/unnamed")))[1:]
        self.file: Any = next(
            (
                self.descriptor[key]
                for key in ("/FontFile", "/FontFile2", "/FontFile3")
                if key in self.descriptor
            ),
            None,
        )
        self.used: dict[int, int] = {}
        """Code → first page on which it is printed."""
        self.visible = False
        """Whether any of its text is printed, and not only laid under a picture to be searched."""
        self._code_bytes = 2 if self.composite else 1
        self._widths, self._default_width = self._read_widths()
        self.identity = not self.composite or str(font.get("/Encoding", "")) in {"/Identity-H", "/Identity-V"}
        self.unicode = self._read_unicode()
        self.problem = ""

    @property
    def embedded(self) -> bool:
        return self.file is not None

    @property
    def standard(self) -> bool:
        """Whether it is one of the fourteen fonts that readers once brought themselves."""
        return self.name.split("+")[-1].startswith(_STANDARD_14)

    def codes(self, text: bytes) -> Iterator[int]:
        """Yield the character codes of a shown string."""
        if self._code_bytes == 1:
            yield from text
        else:
            for start in range(0, len(text) - 1, 2):
                yield text[start] << 8 | text[start + 1]

    def width(self, code: int) -> float:
        """Return the advance in text space units for size 1."""
        return self._widths.get(code, self._default_width) / 1000

    def _read_widths(self) -> tuple[dict[int, float], float]:
        if not self.composite:
            first = int(self._font.get("/FirstChar", 0))
            given = self._font.get("/Widths")
            widths = {first + i: float(w) for i, w in enumerate(given)} if given is not None else {}
            return widths, float(self.descriptor.get("/MissingWidth", 500))
        widths = {}
        given = list(self._descendant.get("/W", ()))
        position = 0
        while position + 1 < len(given):
            start = int(given[position])
            if isinstance(given[position + 1], pikepdf.Array):
                widths.update({start + i: float(w) for i, w in enumerate(given[position + 1])})
                position += 2
            elif position + 2 < len(given):
                end = min(int(given[position + 1]), 0xFFFF)
                widths.update(dict.fromkeys(range(start, end + 1), float(given[position + 2])))
                position += 3
            else:
                break
        return widths, float(self._descendant.get("/DW", 1000))

    def _read_unicode(self) -> dict[int, str] | None:
        """Return code → text, or None where the font does not say."""
        stream = self._font.get("/ToUnicode")
        if not isinstance(stream, pikepdf.Stream):
            return None
        found: dict[int, str] = {}
        for kind, body in _BF.findall(stream.read_bytes()):
            tokens = [
                m.group(2) or m.group(3) or m.group(1).translate(None, b" \r\n\t")
                for m in _HEX.finditer(body)
            ]
            step = 2 if kind == b"char" else 3
            position = 0
            while position + step <= len(tokens):
                first = int(tokens[position] or b"0", 16)
                if kind == b"char":
                    found[first] = _utf16(tokens[position + 1])
                    position += 2
                elif tokens[position + 2] == b"[":
                    end = tokens.index(b"]", position) if b"]" in tokens[position:] else len(tokens)
                    for offset, target in enumerate(tokens[position + 3 : end]):
                        found[first + offset] = _utf16(target)
                    position = end + 1
                else:
                    last = min(int(tokens[position + 1] or b"0", 16), first + 0xFFFF)
                    target = _utf16(tokens[position + 2])
                    for offset in range(last - first + 1 if target else 0):
                        found[first + offset] = target[:-1] + chr(min(ord(target[-1]) + offset, 0x10FFFF))
                    position += 3
        return found

    def text_of(self, code: int) -> str:
        """Return what a code stands for, as far as the file says."""
        if self.unicode is not None and code in self.unicode:
            return self.unicode[code]
        return "" if self.composite else self._simple_text(code)

    def _names(self, *, own: bool = False) -> dict[int, str]:
        """Return the glyph names of a simple font's encoding; ``own``: only those not left to the font."""
        encoding = self._font.get("/Encoding")
        base = (
            str(encoding.get("/BaseEncoding", ""))
            if isinstance(encoding, pikepdf.Dictionary)
            else str(encoding)
        )
        table: list[str] = StandardEncoding.StandardEncoding
        if base == "/MacRomanEncoding":
            table = MacRoman.MacRoman
        names = {} if own and base in {"", "None"} else dict(enumerate(table))
        if base == "/WinAnsiEncoding":
            names = dict.fromkeys(range(33, 256), "bullet")  # what is not assigned (ISO 32000-1, D.2)
            for code in range(32, 256):
                if char := bytes([code]).decode("cp1252", "ignore"):
                    names[code] = agl.UV2AGL.get(ord(char), "")
        if isinstance(encoding, pikepdf.Dictionary):
            code = 0
            for item in encoding.get("/Differences", ()):
                if isinstance(item, pikepdf.Name):
                    names[code] = str(item)[1:]
                    code += 1
                else:
                    code = int(item)
        return names

    def _simple_text(self, code: int) -> str:
        return str(agl.toUnicode(self._names().get(code, "")))

    def check_glyphs(self) -> tuple[list[int], list[int]]:
        """Return the used codes that print .notdef, and those whose glyph is empty but is no space.

        ``problem`` says why, where the font program could not be read. A code is listed only if
        the file leaves no doubt which glyph it means.
        """
        missing: list[int] = []
        empty: list[int] = []
        if not self.embedded or not self.identity:
            return missing, empty
        try:
            glyphs = _Program(self.file, self.composite)
            self._check(glyphs, missing, empty)
        except _BROKEN as error:
            self.problem = f"{type(error).__name__}: {error}"[:120]
        return missing, empty

    def _check(self, glyphs: _Program, missing: list[int], empty: list[int]) -> None:
        names = {} if self.composite else {**glyphs.built_in, **self._names(own=not glyphs.is_truetype)}
        to_glyph = self._cid_to_glyph()
        for code in sorted(self.used):
            if self.composite:
                found = glyphs.by_cid(to_glyph(code))
            else:
                found = glyphs.by_code(code, names.get(code, ""), self._symbolic())
            if found is None:
                continue
            if found in {".notdef", ""}:
                missing.append(code)
            elif self.text_of(code).strip(_UNSEEN).strip() and glyphs.is_empty(found):
                empty.append(code)

    def _symbolic(self) -> bool:
        return bool(int(self.descriptor.get("/Flags", 0)) & 4)

    def _cid_to_glyph(self) -> Any:
        table = self._descendant.get("/CIDToGIDMap") if self.composite else None
        if not isinstance(table, pikepdf.Stream):
            return lambda cid: cid
        data = table.read_bytes()
        return lambda cid: int.from_bytes(data[2 * cid : 2 * cid + 2], "big")


class _Program:
    """An embedded font program."""

    def __init__(self, stream: Any, composite: bool) -> None:
        data = stream.read_bytes()
        self._cff: Any = None
        self._font: Any = None
        self._set: Any = None
        if data[:4] in {b"OTTO", b"\0\1\0\0", b"true", b"ttcf"}:
            self._font = TTFont(io.BytesIO(data), fontNumber=0, lazy=True)
            self._order = self._font.getGlyphOrder()
            if "CFF " in self._font:
                self._cff = self._font["CFF "].cff[0]
        elif data[:1] == b"\1":
            fonts = CFFFontSet()
            fonts.decompile(io.BytesIO(data), None)
            self._cff = fonts[0]
            self._order = self._cff.getGlyphOrder()
        elif data[:2] in {b"%!", b"\x80\x01"}:
            self._order = []  # Type 1: only its names are looked for
            self._type1 = data
        else:
            raise ValueError("no known kind of font program")
        self._composite = composite
        self.is_truetype = self._font is not None and self._cff is None
        self.built_in: dict[int, str] = self._built_in(data)
        """Code → glyph name, where the program itself says so."""
        self._type1_names = (
            set(re.findall(rb"/([A-Za-z0-9._]+)\s+\d+\s+(?:RD|-\|)", _decrypted(data)))
            if not self._order
            else set()
        )

    def _built_in(self, data: bytes) -> dict[int, str]:
        if self._cff is not None:
            encoding = getattr(self._cff, "Encoding", None)
            if encoding == "StandardEncoding":
                return dict(enumerate(StandardEncoding.StandardEncoding))
            return dict(enumerate(encoding)) if isinstance(encoding, list) else {}
        if self._order:
            return {}
        clear = data[: max(data.find(b"eexec"), 0)]
        if b"StandardEncoding def" in clear:
            return dict(enumerate(StandardEncoding.StandardEncoding))
        return {int(code): name.decode("latin-1") for code, name in _ENCODED.findall(clear)}

    def by_cid(self, cid: int) -> str | None:
        """Return the glyph's name, “” if the font has none, None if that cannot be told."""
        if cid == 0:
            return ".notdef"
        if self._cff is not None and hasattr(self._cff, "ROS"):
            name = f"cid{cid:05d}"
            return name if name in self._cff.CharStrings else ""
        if not self._order:
            return None
        return self._order[cid] if cid < len(self._order) else ""

    def by_code(self, code: int, name: str, symbolic: bool) -> str | None:
        if not self._order:
            if not self._type1_names or not name:
                return None
            return name if name.encode() in self._type1_names else ""
        if self._cff is not None:
            if not name:
                return None
            return name if name in self._cff.CharStrings else ""
        tables = self._font["cmap"].tables if "cmap" in self._font else []
        if not tables:
            return None
        best = self._font.getBestCmap() or {}
        if not symbolic and name:
            text = agl.toUnicode(name)
            if len(text) == 1 and ord(text) in best:
                return str(best[ord(text)])
        for table in tables:
            for key in (code, 0xF000 + code):
                if key in table.cmap and (table.platformID, table.platEncID) != (3, 1):
                    return str(table.cmap[key])
        if not symbolic and name and len(agl.toUnicode(name)) == 1:
            return ""
        return None if symbolic and code in best else ""

    def is_empty(self, name: str) -> bool:
        if self._set is None:
            if self._font is None:
                self._set = self._cff.CharStrings if self._cff is not None else {}
            else:
                self._set = self._font.getGlyphSet()
        if name not in self._set:
            return False
        if self._font is not None and "glyf" in self._font:
            return bool(self._font["glyf"][name].numberOfContours == 0)
        pen = ControlBoundsPen(self._set)
        self._set[name].draw(pen)
        return pen.bounds is None


def _decrypted(data: bytes) -> bytes:
    """Return the private part of a Type 1 program in clear (Adobe Type 1 Font Format, 7.1)."""
    start = data.find(b"eexec")
    if start < 0:
        return b""
    body = data[start + 5 :].lstrip(b"\r\n \t")
    key, clear = 55665, bytearray()
    for byte in body[:400_000]:
        clear.append(byte ^ (key >> 8))
        key = ((byte + key) * 52845 + 22719) & 0xFFFF
    return bytes(clear[4:])


def _utf16(digits: bytes) -> str:
    try:
        return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be")
    except ValueError:
        return ""
