"""Preflight of what falls on paper: boxes, ink, lines, pictures, fonts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pikepdf import Array, Dictionary

from bookbuild.diagnostics import Severity
from bookbuild.distribute.colour import Family
from bookbuild.distribute.expectations import Expectations
from bookbuild.distribute.findings import Report
from bookbuild.distribute.marks import Box, Interpreter, Kind, Mark
from bookbuild.distribute.pictures import Pictures

MM = 72 / 25.4
_SLACK = 0.5
"""Points by which ink may miss an edge without anybody seeing it."""
_WARNING, _NOTE = Severity.WARNING, Severity.NOTE
_CUSTOMARY_BLEED_MM = Decimal(3)
_LARGEST = 14_400
_MANY = 400
"""Coloured areas remembered per page, for text that stands on them."""
_LARGE_TEXT = 36.0
"""Points from which black made of several inks is a choice and no accident."""


def box_of(page: Any, name: str) -> Box | None:
    """Return a box of a page, inherited where that is allowed, with its corners in order."""
    value = page.obj.get(f"/{name}")
    parent, steps = page.obj, 0
    while value is None and name in {"MediaBox", "CropBox"} and "/Parent" in parent and steps < 60:
        parent, steps = parent.Parent, steps + 1
        value = parent.get(f"/{name}")
    if not isinstance(value, Array) or len(value) != 4:
        return None
    a, b, c, d = (float(number) for number in value)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _size_mm(box: Box) -> tuple[float, float]:
    return round((box[2] - box[0]) / MM, 2), round((box[3] - box[1]) / MM, 2)


def _inside(inner: Box, outer: Box, slack: float = 0.01) -> bool:
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )


def check_boxes(page: Any, number: int, wanted: Expectations, report: Report) -> Box | None:
    """Check the boxes of one page; return its trim, or its media box where there is none."""
    media = box_of(page, "MediaBox")
    if media is None or media[2] - media[0] < 1 or media[3] - media[1] < 1:
        report.add("D110", "the media box is missing or empty", page=number)
        return None
    if max(media[2] - media[0], media[3] - media[1]) > _LARGEST:
        report.add("D110", "the media box is larger than 14,400 points", page=number)
    trim, art = box_of(page, "TrimBox"), box_of(page, "ArtBox")
    bleed, crop = box_of(page, "BleedBox"), box_of(page, "CropBox")
    if wanted.on_paper:
        if trim is None and art is None:
            severity = Severity.ERROR if wanted.pdfx or wanted.trim_mm else _WARNING
            report.add("D101", "there is no trim box", severity=severity, page=number)
        if trim is not None and art is not None:
            report.add("D111", "there are a trim box and an art box", page=number)
        if int(page.obj.get("/Rotate", 0)) % 360 or float(page.obj.get("/UserUnit", 1)) != 1:
            report.add("D109", "the page is turned or scaled", severity=_WARNING, page=number)
    inner = trim or art or media
    for name, box, outer_name, outer in (
        ("trim", inner, "bleed", bleed or media),
        ("trim", inner, "media", media),
        ("bleed", bleed or inner, "media", media),
    ):
        if not _inside(box, outer):
            report.add("D102", f"the {name} box leaves the {outer_name} box", page=number)
    if crop is not None and not _inside(inner, crop):
        report.add("D112", "the crop box cuts the trim", page=number)
    if wanted.trim_mm is not None:
        size = _size_mm(inner)
        if any(abs(a - float(b)) > 0.1 for a, b in zip(size, wanted.trim_mm, strict=True)):
            ordered = f"{wanted.trim_mm[0]} × {wanted.trim_mm[1]} mm"
            text = f"the trim is {size[0]:g} × {size[1]:g} mm; {ordered} was ordered"
            report.add("D104", text, page=number, trim_mm=list(size))
    if wanted.bleed_mm:
        edge = bleed or inner
        least = min(inner[0] - edge[0], inner[1] - edge[1], edge[2] - inner[2], edge[3] - inner[3])
        if least < float(wanted.bleed_mm) * MM - 0.1:
            text = f"the bleed box gives {max(least, 0) / MM:.1f} mm; {wanted.bleed_mm} mm was ordered"
            report.add("D105", text, page=number, bleed_mm=round(least / MM, 2))
    return inner


def check_sizes(trims: list[Box | None], report: Report) -> None:
    """D103: every page has the size of the most common one."""
    sizes = [_size_mm(trim) if trim else None for trim in trims]
    known = [size for size in sizes if size]
    if not known:
        return
    usual = max(dict.fromkeys(known), key=known.count)
    for number, size in enumerate(sizes, 1):
        if size and any(abs(a - b) > 0.1 for a, b in zip(size, usual, strict=True)):
            text = f"the page is {size[0]:g} × {size[1]:g} mm; most are {usual[0]:g} × {usual[1]:g} mm"
            report.add("D103", text, page=number, size_mm=list(size))


class PageInk:
    """Judge the marks of one page."""

    def __init__(
        self, number: int, trim: Box, bleed: Box, wanted: Expectations, report: Report, pictures: Pictures
    ) -> None:
        self.number = number
        self.trim = trim
        self.bleed_box = bleed
        self.wanted = wanted
        self.report = report
        self.pictures = pictures
        self.blank = True
        self.transparent = False
        self.untagged = 0
        self._coloured: list[Box] = []
        ordered = wanted.bleed_mm if wanted.bleed_mm else _CUSTOMARY_BLEED_MM
        self._bleed = float(ordered) * MM

    def add(self, mark: Mark) -> None:
        """Judge one mark."""
        outside = not _overlap(mark.box, self.trim)
        white = mark.colour.is_white and mark.kind is not Kind.IMAGE
        if not mark.tagged and not outside:
            self.untagged += 1
        if mark.settings.transparent:
            self.transparent = True
        if not white and not outside:
            self.blank = False
        if not self.wanted.on_paper:
            if mark.kind is Kind.IMAGE:
                self.pictures.look(mark, self.number)
            return
        self._colour(mark, outside)
        self._overprint(mark, white)
        if not white:
            self._edge(mark, outside)
        if mark.kind in {Kind.FILL, Kind.STROKE} and not white and not outside:
            self._line(mark)
        if mark.kind is Kind.IMAGE:
            self.pictures.look(mark, self.number)

    def _say(
        self, code: str, message: str, severity: Severity = Severity.ERROR, hint: str = "", **data: Any
    ) -> None:
        self.report.add(code, message, severity=severity, page=self.number, hint=hint, **data)

    def _colour(self, mark: Mark, outside: bool) -> None:
        colour, what = mark.colour, _WORDS[mark.kind]
        family = colour.space.family
        text = mark.kind is Kind.TEXT
        if (
            mark.kind is Kind.IMAGE
            and mark.image is not None
            and not bool(mark.image.get("/ImageMask", False))
        ):
            pass  # by ``Pictures``
        elif family is Family.RGB and text and colour.is_dark_rgb:
            self._say(
                "D305",
                "black text in RGB will be printed in four inks",
                hint="use black ink only: device-cmyk(0 0 0 1)",
            )
        elif family is Family.RGB:
            self._say("D301", f"{what} in RGB", hint="use grey or CMYK")
        elif family in {Family.ICC_RGB, Family.ICC_GRAY, Family.CALIBRATED}:
            severity = Severity.ERROR if self.wanted.pdfx == "X-1a" else _WARNING
            self._say("D302", f"{what} in {family.value} colour", severity)
        elif family is Family.SPOT:
            self._spots(mark, outside)
        inks = colour.inks()
        if inks is None:
            return
        total = sum(inks) * 100
        limit = float(self.wanted.max_ink_percent)
        if total > limit + 0.5 and not (colour.is_registration and outside) and mark.kind is not Kind.IMAGE:
            text_of = f"{what} with {total:.0f} % ink; the limit is {limit:.0f} %"
            self._say("D303", text_of, ink_percent=round(total))
        if text and mark.size < _LARGE_TEXT and not colour.is_registration and _is_rich_black(inks):
            shown = " ".join(f"{round(ink * 100)}" for ink in inks[:4])
            self._say(
                "D304", f"black text of several inks (C M Y K {shown})", hint="small text in black ink only"
            )
        if (max(inks[:3]) > 0.02 or inks[4] > 0.02) and len(self._coloured) < _MANY:
            self._coloured.append(mark.box)

    def _spots(self, mark: Mark, outside: bool) -> None:
        for name in mark.colour.space.names:
            if name == "All":
                if not outside and max(mark.colour.values, default=0) > 0:
                    self._say("D309", "registration colour inside the trim", hint="it prints on every plate")
            elif name not in {"None", "Cyan", "Magenta", "Yellow", "Black", *self.wanted.spot_colours}:
                self._say("D308", f"spot colour “{name}” was not ordered", _WARNING, colour=name)

    def _overprint(self, mark: Mark, white: bool) -> None:
        inks, settings = mark.colour.inks(), mark.settings
        if inks is None or mark.kind is Kind.IMAGE:
            return
        device_cmyk = mark.colour.space.family is Family.CMYK
        if white and mark.overprints and (device_cmyk and settings.overprint_mode == 1):
            self._say("D307", f"white {_WORDS[mark.kind]} set to overprint will vanish")
        black = inks[3] >= 0.9 and max(*inks[:3], inks[4]) <= 0.02
        holds = mark.overprints and device_cmyk and settings.overprint_mode == 1
        if (
            mark.kind is Kind.TEXT
            and black
            and not holds
            and any(_overlap(mark.box, b) for b in self._coloured)
        ):
            hint = "set black text to overprint (OPM 1), or a white rim shows where plates shift"
            self._say("D306", "black text knocks a hole into the colour below it", _WARNING, hint)

    def _edge(self, mark: Mark, outside: bool) -> None:
        box, trim = mark.box, self.trim
        if outside:
            if _overlap(box, self.bleed_box, 0.1):
                self._say("D108", f"{_WORDS[mark.kind]} in the bleed only, beside the page", _WARNING)
            return
        if mark.kind is Kind.TEXT:
            near = min(box[0] - trim[0], box[1] - trim[1], trim[2] - box[2], trim[3] - box[3])
            if near < float(self.wanted.safe_mm) * MM - _SLACK:
                severity = Severity.ERROR if near < -_SLACK else _WARNING
                where = "runs over the trim" if near < -_SLACK else "is too near to the trim"
                hint = f"keep {self.wanted.safe_mm} mm"
                self._say("D107", f"text {where}", severity, hint, distance_mm=round(near / MM, 1))
            return
        for side, reach in zip(_SIDES, _reaches(box, trim), strict=True):
            if -_SLACK < reach < self._bleed - _SLACK:
                text = f"ink reaches the trim on the {side} and bleeds {max(reach, 0) / MM:.1f} mm"
                hint = f"let it run {self._bleed / MM:g} mm beyond"
                self._say("D106", text, hint=hint, side=side, bleed_mm=round(max(reach, 0) / MM, 2))

    def _line(self, mark: Mark) -> None:
        least = float(self.wanted.hairline_pt)
        if mark.thin < least - 0.005 and (mark.kind is Kind.STROKE or mark.thin > 0):
            severity = _WARNING if mark.thin > least / 2 else Severity.ERROR
            limit = f"{least:g}" if severity is _WARNING else f"{least / 2:g}"
            text = f"a line thinner than {limit} pt" if mark.thin > 0.001 else "a line without width"
            hint = f"{least:g} pt is the thinnest that prints"
            self._say("D401", text, severity, hint, width_pt=round(mark.thin, 3))


_SIDES = ("left", "bottom", "right", "top")
_WORDS = {
    Kind.TEXT: "text",
    Kind.FILL: "a filled area",
    Kind.STROKE: "a line",
    Kind.IMAGE: "a picture",
    Kind.SHADING: "a gradient",
}


def _overlap(one: Box, two: Box, slack: float = 0.01) -> bool:
    return (
        one[0] < two[2] - slack
        and one[2] > two[0] + slack
        and one[1] < two[3] - slack
        and one[3] > two[1] + slack
    ) or (
        # lines have no width of their own
        (one[0] == one[2] or one[1] == one[3])
        and two[0] + slack < (one[0] + one[2]) / 2 < two[2] - slack
        and two[1] + slack < (one[1] + one[3]) / 2 < two[3] - slack
    )


def _reaches(box: Box, trim: Box) -> tuple[float, float, float, float]:
    """Return by how much a box goes beyond each side of the trim; negative inside."""
    return trim[0] - box[0], trim[1] - box[1], box[2] - trim[2], box[3] - trim[3]


def _is_rich_black(inks: tuple[float, float, float, float, float]) -> bool:
    c, m, y, k, _ = inks
    by_black = k >= 0.5 and max(c, m, y) > 0.05
    by_colour = k < 0.5 and min(c, m, y) >= 0.6 and max(c, m, y) - min(c, m, y) <= 0.25
    return by_black or by_colour


def check_fonts(interpreter: Interpreter, wanted: Expectations, report: Report) -> None:
    """D201–D206 for all fonts with which anything is printed."""
    for font in interpreter.fonts.values():
        if not font.used:
            continue
        page = min(font.used.values())
        if font.subtype == "/Type3":
            severity = Severity.ERROR if wanted.on_paper else _WARNING
            report.add("D202", f"the font “{font.name}” is of Type 3", severity=severity, page=page)
            continue
        if not font.embedded:
            if font.visible:
                why = "one of the standard 14, but printers ask for all" if font.standard else ""
                report.add(
                    "D201", f"the font “{font.name}” is not embedded", page=page, hint=why, font=font.name
                )
            continue
        missing, empty = font.check_glyphs()
        if font.problem:
            report.add("D206", f"the font “{font.name}” cannot be read", page=page, reason=font.problem)
        for code, codes, text in (("D203", missing, "no glyph"), ("D204", empty, "an empty glyph")):
            if codes:
                shown = ", ".join(_character(font.text_of(c), c) for c in codes[:6])
                severity = Severity.ERROR if code == "D203" else _WARNING
                for number in sorted({font.used[c] for c in codes}):
                    message = f"the font “{font.name}” has {text} for {shown}"
                    report.add(code, message, severity=severity, page=number, codes=codes[:50])
        _check_text(font, wanted, report, page)


def _check_text(font: Any, wanted: Expectations, report: Report, page: int) -> None:
    silent = [code for code in font.used if not font.text_of(code)]
    if silent and not (font.embedded and not font.composite and font.unicode is None and len(silent) < 3):
        severity = _NOTE if wanted.on_paper else Severity.ERROR
        text = f"the font “{font.name}” does not say which characters {len(silent)} of its glyphs stand for"
        report.add("D205", text, severity=severity, page=page)


def _character(text: str, code: int) -> str:
    return f"“{text}”" if text.strip() else f"code {code}"


def transparency_of(
    page: Any, ink: PageInk, interpreter: Interpreter, pictures: Pictures, report: Report
) -> None:
    """D404, D405: is anything on the page blended, and in which colour space."""
    wanted, number = ink.wanted, ink.number
    group = page.obj.get("/Group")
    groups = [g for g in (group, *interpreter.groups) if isinstance(g, Dictionary)]
    groups = [g for g in groups if str(g.get("/S", "")) == "/Transparency"]
    used = ink.transparent or pictures.soft_masked(number)
    if wanted.on_paper:
        if wanted.pdfx == "X-1a" and (used or groups):
            report.add("D404", "transparency, which PDF/X-1a forbids", page=number)
        elif used:
            hint = "a printer may flatten it: look at the proof"
            report.add("D404", "transparency", severity=_WARNING, page=number, hint=hint)
        if used and any(str(g.get("/CS", "")) == "/DeviceRGB" for g in groups):
            report.add("D405", "transparency is blended in RGB", page=number)


def check_blank(number: int, blank: bool, wanted: Expectations, report: Report) -> None:
    """D703, D704."""
    if wanted.blank_pages is None:
        return
    if blank and number not in wanted.blank_pages:
        report.add("D703", "the page is blank", page=number)
    if not blank and number in wanted.blank_pages:
        report.add("D704", "the page was to be blank and has ink", page=number)


def bleed_of(page: Any, trim: Box) -> Box:
    """Return the bleed box of a page, or its trim."""
    return box_of(page, "BleedBox") or trim
