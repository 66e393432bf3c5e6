"""The vendored fonts, and a fontconfig that knows no others.

One full static file per style, unchanged from its maker. Style sheets name them by families
of our own (“Book Serif”, “Book Sans”, “Book Armenian”, “Book Arabic”), so that a font of the
same name on somebody's machine can never take their place.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parent / "fonts"


@dataclass(frozen=True, slots=True)
class Face:
    """One font file."""

    family: str
    """The name that style sheets use."""
    weight: int
    """CSS ``font-weight``."""
    italic: bool
    file: str
    """Name in the ``fonts`` folder."""

    @property
    def path(self) -> Path:
        return FOLDER / self.file


FACES = (
    Face("Book Serif", 400, False, "SourceSerif4-Regular.ttf"),
    Face("Book Serif", 400, True, "SourceSerif4-It.ttf"),
    Face("Book Serif", 600, False, "SourceSerif4-Semibold.ttf"),
    Face("Book Serif", 600, True, "SourceSerif4-SemiboldIt.ttf"),
    Face("Book Serif", 700, False, "SourceSerif4-Bold.ttf"),
    Face("Book Serif", 700, True, "SourceSerif4-BoldIt.ttf"),
    Face("Book Sans", 400, False, "SourceSans3-Regular.ttf"),
    Face("Book Sans", 400, True, "SourceSans3-It.ttf"),
    Face("Book Sans", 600, False, "SourceSans3-Semibold.ttf"),
    Face("Book Sans", 700, False, "SourceSans3-Bold.ttf"),
    Face("Book Armenian", 400, False, "NotoSerifArmenian-Regular.ttf"),
    Face("Book Armenian", 700, False, "NotoSerifArmenian-Bold.ttf"),
    Face("Book Arabic", 400, False, "NotoNaskhArabic-Regular.ttf"),
    Face("Book Arabic", 700, False, "NotoNaskhArabic-Bold.ttf"),
)

BOLD = 600
"""Weight from which on a face counts as bold."""

GENERIC = {
    "serif": "Book Serif",
    "sans-serif": "Book Sans",
    "monospace": "Book Sans",
    "system-ui": "Book Sans",
    "cursive": "Book Serif",
    "fantasy": "Book Serif",
}
"""What the generic families of CSS stand for."""

_PREFIX = "bookbuild-typefaces-"
_UNHELD_SECONDS = 60
"""Age from which on a folder without holder is nobody's: between making and holding one passes no time."""

FAMILIES = frozenset(face.family for face in FACES)


@functools.cache
def digests() -> dict[str, Face]:
    """Return the vendored faces by the SHA-256 of their files."""
    return {hashlib.sha256(face.path.read_bytes()).hexdigest(): face for face in FACES}


@functools.cache
def fonts_digest() -> str:
    """Return one digest over all vendored fonts, for cache keys."""
    names = (f"{face.family}/{face.weight}/{face.italic}:{digest}" for digest, face in digests().items())
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def face_of(family: str, weight: int, italic: bool) -> Face:
    """Return the face of a family that is nearest to a weight and slant; “Book Serif” if unknown."""
    family = GENERIC.get(family, family)
    faces = [face for face in FACES if face.family == family] or [FACES[0]]
    return min(faces, key=lambda face: (face.italic != italic, abs(face.weight - weight)))


def style_name(weight: int, italic: bool) -> str:
    """Return how people call a style: ``bold italic``."""
    return " ".join(["bold"] * (weight >= BOLD) + ["italic"] * italic) or "upright"


def font_face_css(folder: str) -> str:
    """Return ``@font-face`` rules for the vendored fonts, for HTML shown in a browser.

    ``folder`` is the URL of the folder in which the page finds them. Pages that the press sets
    need no such rules: the families are already known to it.
    """
    return "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; '
        f"font-style: {'italic' if face.italic else 'normal'}; "
        f'src: url("{folder}/{face.file}") format("truetype"); }}'
        for face in FACES
    )


def hide_system_fonts() -> Path:
    """Point fontconfig at the vendored fonts only, and return the configuration's path.

    Must run before WeasyPrint makes a font configuration. Processes started later inherit it;
    a process on another machine makes its own. The folder is removed by the process that made it.
    """
    inherited = os.environ.get("BOOKBUILD_FONTCONFIG", "")
    if inherited and inherited == os.environ.get("FONTCONFIG_FILE") and Path(inherited).is_file():
        return Path(inherited)
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    maker = os.getpid()
    held = _hold(folder)

    def remove() -> None:
        if os.getpid() == maker:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)

    atexit.register(remove)
    path = folder / "fonts.conf"
    path.write_text(_configuration(folder), encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = os.environ["BOOKBUILD_FONTCONFIG"] = str(path)
    os.environ.pop("FONTCONFIG_PATH", None)
    return path


def _hold(folder: Path) -> int:
    """Lock a folder for as long as this process lives, however it ends, and return the descriptor."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _sweep() -> None:
    """Remove the folders of runs that were killed: nobody holds them, and they are not just being made."""
    long_ago = time.time() - _UNHELD_SECONDS
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, or swept by another run
            if folder.stat().st_mtime > long_ago:
                continue
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def _configuration(folder: Path) -> str:
    # Families are prepended, not replaced: a replaced family breaks Pango (WeasyPrint thread 2510).
    scans = "".join(
        '<match target="scan"><test name="file" compare="eq">'
        f"<string>{escape(str(face.path))}</string></test>"
        f'<edit name="family" mode="prepend"><string>{face.family}</string></edit></match>\n'
        for face in FACES
    )
    aliases = "".join(
        f'<alias binding="same"><family>{generic}</family>'
        f"<prefer><family>{family}</family></prefer></alias>\n"
        for generic, family in GENERIC.items()
    )
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n'
        f"<dir>{escape(str(FOLDER))}</dir>\n<cachedir>{escape(str(folder / 'cache'))}</cachedir>\n"
        f"{scans}{aliases}<config><rescan><int>0</int></rescan></config>\n</fontconfig>\n"
    )
