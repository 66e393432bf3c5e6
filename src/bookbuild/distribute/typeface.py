"""A font of ours in a PDF, for the few words that are drawn without the press: slug, job numbers, digits."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream, String


class Typeface:
    """One TrueType font; call ``finish`` when everything has been shown."""

    def __init__(self, pdf: pikepdf.Pdf, program: bytes) -> None:
        self._pdf = pdf
        self._program = program
        self._font = TTFont(io.BytesIO(program), lazy=True)
        self._cmap = self._font.getBestCmap()
        self._scale = 1000 / self._font["head"].unitsPerEm
        self._shown: dict[int, str] = {}
        self.reference = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type0))

    def show(self, text: str) -> tuple[bytes, float]:
        """Return the text as the operand of ``Tj``, and its width for size 1; unknown letters become “?”."""
        digits, width = [], 0.0
        for letter in text:
            name = self._cmap.get(ord(letter)) or self._cmap[ord("?")]
            glyph = self._font.getGlyphID(name)
            self._shown.setdefault(glyph, letter)
            digits.append(f"{glyph:04x}")
            width += self._width(name) / 1000
        return f"<{''.join(digits)}>".encode(), width

    def finish(self) -> None:
        """Embed the letters that were shown."""
        glyphs = sorted(self._shown)
        data, name = self._subset(glyphs)
        file = Stream(self._pdf, data)
        file.Length1 = len(data)
        order = self._font.getGlyphOrder()
        head, hhea, os2 = self._font["head"], self._font["hhea"], self._font["OS/2"]
        box = [round(value * self._scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)]
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=name, Flags=4, FontBBox=Array(box), ItalicAngle=0, StemV=80,
            Ascent=round(hhea.ascent * self._scale), Descent=round(hhea.descent * self._scale),
            CapHeight=round(getattr(os2, "sCapHeight", 700) * self._scale),
            FontFile2=self._pdf.make_indirect(file),
        )  # fmt: skip
        widths: Any = Array()
        for glyph in glyphs:
            widths.extend([glyph, Array([round(self._width(order[glyph]))])])
        descendant = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=name, CIDToGIDMap=Name.Identity, DW=1000,
            W=widths,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=self._pdf.make_indirect(descriptor),
        )  # fmt: skip
        font = self.reference
        font.BaseFont, font.Encoding = name, Name("/Identity-H")
        font.DescendantFonts = Array([self._pdf.make_indirect(descendant)])
        font.ToUnicode = Stream(self._pdf, _character_map(self._shown))

    def _width(self, name: str) -> float:
        return float(self._font["hmtx"][name][0] * self._scale)

    def _subset(self, glyphs: list[int]) -> tuple[bytes, Any]:
        font = TTFont(io.BytesIO(self._program))
        font.recalcTimestamp = False
        options = subset.Options(
            retain_gids=True, notdef_outline=True, layout_features=[], glyph_names=False, hinting=False,
            drop_tables=["GSUB", "GPOS", "GDEF", "DSIG", "STAT"],
        )  # fmt: skip
        maker = subset.Subsetter(options)
        maker.populate(gids=glyphs)
        maker.subset(font)
        out = io.BytesIO()
        font.save(out)
        family = self._font["name"].getDebugName(6) or "Font"
        tag = "".join(chr(65 + (sum(glyphs) * prime + len(glyphs)) % 26) for prime in (1, 3, 5, 7, 11, 17))
        return out.getvalue(), Name(f"/{tag}+{family}")


def _character_map(shown: dict[int, str]) -> bytes:
    lines = [f"<{glyph:04x}> <{letter.encode('utf-16-be').hex()}>" for glyph, letter in sorted(shown.items())]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()
