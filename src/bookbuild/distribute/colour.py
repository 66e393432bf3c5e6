"""Colour spaces of a PDF and the inks that a colour puts on paper (ISO 32000-1, 8.6)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pikepdf
from pikepdf import Array, Name

_DEPTH = 8
"""Colour spaces named inside colour spaces; more is an attack or damage."""


class Family(Enum):
    """What kind of colour a space holds."""

    GRAY = "DeviceGray"
    RGB = "DeviceRGB"
    CMYK = "DeviceCMYK"
    ICC_GRAY = "ICCBased grey"
    ICC_RGB = "ICCBased RGB"
    ICC_CMYK = "ICCBased CMYK"
    CALIBRATED = "CalGray, CalRGB or Lab"
    SPOT = "Separation or DeviceN"
    PATTERN = "Pattern"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Space:
    """A colour space."""

    family: Family
    channels: int
    names: tuple[str, ...] = ()
    """Colorants of a spot space, without the slash."""
    alternate: Space | None = None
    """The space in which a spot colour is approximated, or the base of an uncoloured pattern."""
    profile: str = ""
    """SHA-256 of an embedded profile."""
    table: bytes = b""
    """Palette of an indexed space; ``family`` and ``channels`` are then those of its base."""
    indexed: bool = False


GRAY = Space(Family.GRAY, 1)
RGB = Space(Family.RGB, 3)
CMYK = Space(Family.CMYK, 4)
PATTERN = Space(Family.PATTERN, 0)
UNKNOWN = Space(Family.UNKNOWN, 0)

_NAMED = {
    "/DeviceGray": GRAY,
    "/G": GRAY,
    "/CalGray": GRAY,
    "/DeviceRGB": RGB,
    "/RGB": RGB,
    "/DeviceCMYK": CMYK,
    "/CMYK": CMYK,
    "/Pattern": PATTERN,
}
_PROCESS = ("Cyan", "Magenta", "Yellow", "Black")


def space_of(value: Any, resources: Any = None, depth: int = 0) -> Space:
    """Read a colour space: a name, a name in ``resources``, or an array."""
    if depth > _DEPTH or value is None:
        return UNKNOWN
    if isinstance(value, Name):
        return _named(str(value), resources, depth)
    if not isinstance(value, Array) or not len(value):
        return UNKNOWN
    kind = str(value[0])
    if kind == "/ICCBased":
        return _icc(value[1])
    if kind in {"/CalGray", "/CalRGB", "/Lab"}:
        return Space(Family.CALIBRATED, 1 if kind == "/CalGray" else 3)
    if kind in {"/Indexed", "/I"}:
        base = space_of(value[1], resources, depth + 1)
        table = bytes(value[3].read_bytes() if isinstance(value[3], pikepdf.Stream) else bytes(value[3]))
        return Space(base.family, base.channels, base.names, base.alternate, base.profile, table, True)
    if kind == "/Separation":
        return Space(Family.SPOT, 1, (str(value[1])[1:],), space_of(value[2], resources, depth + 1))
    if kind == "/DeviceN":
        names = tuple(str(name)[1:] for name in value[1])
        return Space(Family.SPOT, len(names), names, space_of(value[2], resources, depth + 1))
    if kind == "/Pattern":
        under = space_of(value[1], resources, depth + 1) if len(value) > 1 else None
        return Space(Family.PATTERN, under.channels if under else 0, alternate=under)
    return _named(kind, resources, depth)


def _named(name: str, resources: Any, depth: int) -> Space:
    spaces = resources.get("/ColorSpace") if isinstance(resources, pikepdf.Dictionary) else None
    if isinstance(spaces, pikepdf.Dictionary):
        default = {"/DeviceRGB": "/DefaultRGB", "/DeviceGray": "/DefaultGray", "/DeviceCMYK": "/DefaultCMYK"}
        inside = spaces.get(default.get(name, name))
        if inside is not None and inside != Name(name):
            return space_of(inside, resources, depth + 1)
    return _NAMED.get(name, UNKNOWN)


def _icc(stream: Any) -> Space:
    channels = int(stream.get("/N", 0))
    family = {1: Family.ICC_GRAY, 3: Family.ICC_RGB, 4: Family.ICC_CMYK}.get(channels, Family.UNKNOWN)
    return Space(family, channels, profile=hashlib.sha256(stream.read_bytes()).hexdigest())


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour in its space; ``values`` as the content stream gives them."""

    space: Space
    values: tuple[float, ...]

    @property
    def is_registration(self) -> bool:
        return "All" in self.space.names

    def inks(self) -> tuple[float, float, float, float, float] | None:
        """Return cyan, magenta, yellow, black and the sum of spot inks, each from 0 to 1.

        None where that depends on a profile or a pattern.
        """
        space, values = self.space, self.values
        if space.indexed or len(values) < space.channels:
            return None
        if space.family in {Family.GRAY, Family.ICC_GRAY}:
            return (0, 0, 0, 1 - values[0], 0)
        if space.family in {Family.CMYK, Family.ICC_CMYK}:
            return (values[0], values[1], values[2], values[3], 0)
        if space.family is Family.SPOT:
            return _spot_inks(space.names, values)
        return None

    @property
    def is_white(self) -> bool:
        """Whether it leaves the paper as it is."""
        if self.space.family is Family.RGB and len(self.values) == 3:
            return min(self.values) >= 0.999
        inks = self.inks()
        return inks is not None and max(inks) <= 0.001

    @property
    def is_dark_rgb(self) -> bool:
        """Whether it is RGB and meant as black or dark grey."""
        if self.space.family not in {Family.RGB, Family.ICC_RGB} or len(self.values) != 3:
            return False
        return max(self.values) <= 0.35 and max(self.values) - min(self.values) <= 0.1


def _spot_inks(names: Sequence[str], values: Sequence[float]) -> tuple[float, float, float, float, float]:
    inks = [0.0] * 5
    for name, value in zip(names, values, strict=False):
        if name == "All":
            inks = [ink + value for ink in inks[:4]] + [inks[4]]
        elif name in _PROCESS:
            inks[_PROCESS.index(name)] += value
        elif name != "None":
            inks[4] += value
    return (inks[0], inks[1], inks[2], inks[3], inks[4])


def initial(space: Space) -> Colour:
    """Return the colour that a space begins with."""
    if space.family is Family.SPOT:
        return Colour(space, (1.0,) * space.channels)
    if space.family is Family.CMYK:
        return Colour(space, (0.0, 0.0, 0.0, 1.0))
    return Colour(space, (0.0,) * space.channels)


BLACK = Colour(GRAY, (0.0,))
