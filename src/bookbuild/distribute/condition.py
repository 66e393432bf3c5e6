"""The printing condition: an ICC profile, the name by which printers know it, and conversion to it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from importlib.resources import files

from PIL import Image, ImageCms

from bookbuild.diagnostics import EnvironmentFailure
from bookbuild.distribute.conformity import profile_problem

REGISTRY = "http://www.color.org"
"""The registry of characterisation data, as ISO 15930 wants it named."""


@dataclass(frozen=True, slots=True)
class PrintCondition:
    """What the output intent of a PDF names."""

    profile: bytes
    """A CMYK output profile."""
    identifier: str
    """Name in the registry, such as ``FOGRA39``; any name where the condition is the printer's own."""
    registered: bool
    info: str
    """For people."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.profile).hexdigest()


@dataclass(frozen=True, slots=True)
class Conditions:
    """Pages and cover are printed on papers of their own."""

    pages: PrintCondition
    cover: PrintCondition


COATED, UNCOATED = "FOGRA39", "FOGRA29"
_SHIPPED = {
    COATED: ("FOGRA39L_coated.icc", "Offset, coated paper, ISO 12647-2:2004 (FOGRA39L)"),
    UNCOATED: ("FOGRA29L_uncoated.icc", "Offset, uncoated white paper, ISO 12647-2:2004 (FOGRA29L)"),
}
SHIPPED = tuple(_SHIPPED)
"""Conditions whose profiles come with the package, by their names in the registry."""


def shipped_condition(name: str = COATED) -> PrintCondition:
    """Return offset by ISO 12647-2, with a profile that comes with the package."""
    file, info = _SHIPPED[name]
    profile = (files("bookbuild.distribute") / "profiles" / file).read_bytes()
    return PrintCondition(profile, name, True, info)


def own_condition(profile: bytes, identifier: str, path: str) -> PrintCondition:
    """Return the condition of a printer's own profile.

    Without an identifier the profile's description is used. ``path`` is for the message.

    Raises:
        EnvironmentFailure: it is no ICC profile of a CMYK printer.
    """
    problem = profile_problem(profile, 4)
    if not problem and profile[12:16] != b"prtr":
        problem = "it is not the profile of a printer"
    if problem:
        raise EnvironmentFailure(f"{path}: {problem}")
    try:
        description = ImageCms.getProfileDescription(ImageCms.getOpenProfile(io.BytesIO(profile))).strip()
    except (ImageCms.PyCMSError, OSError) as error:
        raise EnvironmentFailure(f"{path}: the profile cannot be read: {error}") from error
    name = identifier or " ".join(description.split())[:60] or "Custom"
    registered = name.upper().startswith(("FOGRA", "CGATS", "JC2", "IFRA"))
    return PrintCondition(profile, name, registered, description or name)


class Separator:
    """Turn RGB into the condition's four inks, or into grey."""

    def __init__(self, condition: PrintCondition, *, black_only: bool) -> None:
        self.black_only = black_only
        self._condition = condition
        self._target = ImageCms.getOpenProfile(io.BytesIO(condition.profile))
        srgb = (files("bookbuild.distribute") / "profiles" / "sRGB.icc").read_bytes()
        self._sources = {b"": ImageCms.getOpenProfile(io.BytesIO(srgb))}
        self._transforms: dict[bytes, ImageCms.ImageCmsTransform] = {}

    def colour(self, red: float, green: float, blue: float) -> tuple[float, float, float, float]:
        """Return the inks of a colour of text or line work; neutral colours become black ink only."""
        if self.black_only or max(red, green, blue) - min(red, green, blue) <= _NEUTRAL:
            return (0, 0, 0, round(1 - _luminance(red, green, blue), 4))
        pixel = Image.new("RGB", (1, 1), tuple(round(255 * value) for value in (red, green, blue)))
        inks = self.picture(pixel).getpixel((0, 0))
        assert isinstance(inks, tuple), "a CMYK pixel has four values"
        cyan, magenta, yellow, black = (round(value / 255, 4) for value in inks)
        return (cyan, magenta, yellow, black)

    def picture(self, image: Image.Image, profile: bytes = b"") -> Image.Image:
        """Return a picture in the condition's inks (mode CMYK), or in grey (mode L)."""
        if image.mode in {"1", "L"} or self.black_only:
            return image.convert("L")
        if image.mode == "CMYK":
            return image
        transform = self._transform(profile)
        converted = ImageCms.applyTransform(image.convert("RGB"), transform)
        assert converted is not None, "not converted in place"
        return converted

    def _transform(self, profile: bytes) -> ImageCms.ImageCmsTransform:
        if profile not in self._transforms:
            try:
                source = self._sources.get(profile) or ImageCms.getOpenProfile(io.BytesIO(profile))
                made = ImageCms.buildTransform(
                    source, self._target, "RGB", "CMYK", ImageCms.Intent.RELATIVE_COLORIMETRIC,
                    ImageCms.Flags.BLACKPOINTCOMPENSATION,
                )  # fmt: skip
            except (ImageCms.PyCMSError, OSError):
                made = self._transform(b"")  # a damaged source profile: taken for sRGB
            self._transforms[profile] = made
        return self._transforms[profile]


_NEUTRAL = 0.03


def _luminance(red: float, green: float, blue: float) -> float:
    return min(max(0.299 * red + 0.587 * green + 0.114 * blue, 0.0), 1.0)
