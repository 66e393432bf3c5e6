"""Preflight of pictures: pixels for the size they are printed in, colour, total ink."""

from __future__ import annotations

from typing import Any

import pikepdf
from PIL import Image, ImageMath

from bookbuild.diagnostics import Severity
from bookbuild.distribute.colour import Family
from bookbuild.distribute.expectations import Expectations
from bookbuild.distribute.findings import Report
from bookbuild.distribute.marks import Mark

_WARNING = Severity.WARNING
_SHARE = 0.0005
"""Share of pixels that may exceed the ink limit: specks do not smear."""


class Pictures:
    """Judge pictures; what depends only on their pixels is done once per picture."""

    def __init__(self, wanted: Expectations, report: Report) -> None:
        self._wanted = wanted
        self._report = report
        self._seen: dict[Any, tuple[str, float]] = {}
        self._soft: set[int] = set()

    def soft_masked(self, page: int) -> bool:
        """Tell whether a picture on this page is blended."""
        return page in self._soft

    def look(self, mark: Mark, page: int) -> None:
        """Judge one placed picture."""
        image = mark.image
        if (
            str(image.get("/Subtype", "/Image")) not in {"/Image"}
            or "/OPI" in image
            or "/Alternates" in image
        ):
            self._report.add("D406", "a picture with OPI, alternates or PostScript", page=page)
            if str(image.get("/Subtype", "/Image")) != "/Image":
                return
        if "/SMask" in image or int(image.get("/SMaskInData", 0)):
            self._soft.add(page)
        if bool(image.get("/Interpolate", image.get("/I", False))) and self._wanted.pdfa:
            self._report.add("D508", "a picture is to be interpolated, which PDF/A forbids", page=page)
        if not self._wanted.on_paper:
            return
        self._resolution(mark, image, page)
        self._colour(mark, image, page)

    def _resolution(self, mark: Mark, image: Any, page: int) -> None:
        width, height = (
            int(image.get("/Width", image.get("/W", 0))),
            int(image.get("/Height", image.get("/H", 0))),
        )
        if width < 1 or height < 1 or min(mark.placed) <= 0:
            self._report.add("D407", "a picture without size", severity=_WARNING, page=page)
            return
        ppi = min(width / mark.placed[0], height / mark.placed[1]) * 72
        bits = int(image.get("/BitsPerComponent", image.get("/BPC", 8)))
        line = bits == 1 or bool(image.get("/ImageMask", image.get("/IM", False)))
        least = self._wanted.min_line_ppi if line else self._wanted.min_ppi
        if ppi < least * 0.98:
            what = "line art" if line else "a picture"
            size = f"{mark.placed[0] / 72 * 25.4:.0f} × {mark.placed[1] / 72 * 25.4:.0f} mm"
            pixels = f"{what} of {width} × {height} pixels"
            text = f"{pixels} is printed at {ppi:.0f} ppi ({size}); {least} is asked for"
            severity = Severity.ERROR if ppi < least / 2 else _WARNING
            self._report.add("D403" if line else "D402", text, severity=severity, page=page, ppi=round(ppi))

    def _colour(self, mark: Mark, image: Any, page: int) -> None:
        if bool(image.get("/ImageMask", image.get("/IM", False))):
            return
        family = mark.colour.space.family
        if family in {Family.RGB, Family.ICC_RGB}:
            severity = Severity.ERROR if family is Family.RGB or self._wanted.pdfx == "X-1a" else _WARNING
            self._report.add(
                "D310", f"a picture in {family.value}", severity=severity, page=page,
                hint="convert it through the profile of the printing condition, or to grey",
            )  # fmt: skip
        elif family is Family.CALIBRATED:
            self._report.add("D302", "a picture in device-independent colour", severity=_WARNING, page=page)
        elif family is Family.UNKNOWN and str(image.get("/Filter", "")) != "/JPXDecode":
            self._report.add("D407", "a picture in an unknown colour space", severity=_WARNING, page=page)
        elif family in {Family.CMYK, Family.ICC_CMYK} and not mark.inline:
            problem, ink = self._ink(image)
            if problem:
                self._report.add(
                    "D407", f"a picture cannot be decoded: {problem}", severity=_WARNING, page=page
                )
            limit = float(self._wanted.max_ink_percent)
            if ink > limit + 2:
                text = f"a picture with {ink:.0f} % ink; the limit is {limit:.0f} %"
                self._report.add("D303", text, page=page, ink_percent=round(ink))

    def _ink(self, image: Any) -> tuple[str, float]:
        key = image.objgen
        if key in self._seen:
            return self._seen[key]
        pixels = int(image.get("/Width", 0)) * int(image.get("/Height", 0))
        if pixels > self._wanted.limits.pixels:
            result = (f"{pixels} pixels are more than is looked at", 0.0)
        else:
            try:
                result = ("", total_ink(pikepdf.PdfImage(image).as_pil_image()))
            except Exception as error:  # decoders fail in every way on strangers' data
                result = (f"{type(error).__name__}: {error}"[:100], 0.0)
        self._seen[key] = result
        return result


def total_ink(image: Image.Image) -> float:
    """Return the highest total of the four inks in per cent, specks left out."""
    if image.mode != "CMYK":
        return 0.0
    bands = image.split()
    total: Any = ImageMath.lambda_eval(
        lambda of: of["c"] + of["m"] + of["y"] + of["k"], **dict(zip("cmyk", bands, strict=True))
    )
    histogram = total.point(lambda value: value * (1 / 4)).convert("L").histogram()
    allowed, seen = int(image.width * image.height * _SHARE), 0
    for level in range(255, -1, -1):
        seen += histogram[level]
        if seen > allowed:
            return level * 4 / 255 * 100
    return 0.0
