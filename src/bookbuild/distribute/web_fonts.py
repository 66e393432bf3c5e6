"""The typefaces of a web page, cut down to its letters, so that it looks right without any installed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fontTools import subset
from fontTools.ttLib import TTFont

_FEATURES = (
    *("ccmp", "locl", "calt", "liga", "kern", "mark", "mkmk", "init", "medi", "fina", "rlig"),
    *("smcp", "onum", "lnum", "tnum", "pnum"),
)
"""OpenType features that every text uses, and those that the style sheet asks for."""


@dataclass(frozen=True, slots=True)
class WebFace:
    """One font file under the name that style sheets use."""

    name: str
    """Of the file, without folder and ending."""
    family: str
    weight: int
    italic: bool
    program: bytes
    """A TrueType file."""


@dataclass(frozen=True, slots=True)
class WebFonts:
    css: str
    """Rules that lend the page the faces."""
    files: Mapping[str, bytes]
    """Path from the page → WOFF2."""


def web_fonts(faces: Sequence[WebFace], text: str, folder: str) -> WebFonts:
    """Return the faces that a text needs, cut down to its letters; equal inputs give equal bytes.

    A family is left out that has few letters of the text and none that those before it lack.
    ``folder`` is the path of the files from the page.
    """
    wanted = {ord(letter) for letter in text}
    letters = [wanted & set(TTFont(io.BytesIO(face.program), lazy=True).getBestCmap()) for face in faces]
    covered, needed = set[int](), set[str]()
    for face, known in zip(faces, letters, strict=True):
        if known - covered or 2 * len(known) > len(wanted):
            needed.add(face.family)
        covered |= known
    rules, files = [], {}
    for face, known in zip(faces, letters, strict=True):
        if face.family not in needed:
            continue
        path = f"{folder}/{face.name}.woff2"
        files[path] = _subset(face.program, known)
        style = "italic" if face.italic else "normal"
        rules.append(
            f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; '
            f'font-style: {style}; font-display: swap; src: url("{path}") format("woff2") }}'
        )
    return WebFonts("\n".join(rules), files)


def _subset(program: bytes, letters: Iterable[int]) -> bytes:
    font = TTFont(io.BytesIO(program), lazy=True, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = list(_FEATURES)
    options.flavor = "woff2"
    options.hinting = False
    options.recalc_timestamp = False
    options.name_IDs = [0, 1, 2, 6, 13, 14]  # names, and the licence, which goes with the font
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(letters))
    subsetter.subset(font)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
