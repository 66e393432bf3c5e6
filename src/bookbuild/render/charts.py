"""Charts to inline SVG: a thin axis, one row per claim, black only, every label measured.

Lengths are in points. The page's style sheets do not reach into an inline SVG, so fonts and
strokes are said in its own ``<style>``. Text is never clipped: labels are measured in the font that
sets them, broken over two lines, and shortened with an ellipsis only where that is not enough.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from importlib.resources import as_file, files

from fontTools.ttLib import TTFont
from markupsafe import Markup, escape

from bookbuild.model.chart import Axis, Band, ChartKind, End, Extent, Mark
from bookbuild.model.edition import LabelledChart, MarkLabel
from bookbuild.render.markup import Medium

WIDTH = 294.0
"""The measure of the default page: 104 mm."""
SPEAKERS = 112.0
"""Column of those who say it."""
LETTER = 11.0
"""Column of the camps' letters."""
SIZE = 7.5
LEADING = 8.8
ROW = 11.4
GAP = 4.0
HIGHEST = 75.0
"""Rows that would be higher are drawn in several pieces on paper, so that a page may end between them."""
SHARE = 36.0
"""The height of such a piece, but for its last row."""
ABOVE = 5.0
"""Room for a value that is written above its mark."""
AIR = 1.2
"""Between words and the upright lines that end above and below them; twice as much is no line."""
DOT = 2.1

STYLE = """
text { font-family: "Book Sans"; font-size: 7.5px; fill: black; fill: device-cmyk(0 0 0 1) }
.value, .tick { font-feature-settings: "lnum", "tnum" }
.letter { font-weight: 600 }
.unit { font-style: italic }
.line { stroke: black; stroke: device-cmyk(0 0 0 1); stroke-width: .6; fill: none }
.axis { stroke: black; stroke: device-cmyk(0 0 0 1); stroke-width: .4; fill: none }
.guide { stroke: #999; stroke: device-cmyk(0 0 0 .3); stroke-width: .25; fill: none }
.dot { fill: black; fill: device-cmyk(0 0 0 1) }
.hollow { fill: white; fill: device-cmyk(0 0 0 0); stroke: black; stroke: device-cmyk(0 0 0 1);
  stroke-width: .7 }
.band { fill: #ddd; fill: device-cmyk(0 0 0 .12) }
"""


def chart_pieces(labelled: LabelledChart, medium: Medium = Medium.PAPER) -> list[Markup]:
    """Draw a chart. On paper a high one comes in several pieces of whole rows, which join without a gap,
    and a last piece with the axis, to stand at the foot of every page that shows some of the others.

    The first piece has the text alternative of the whole chart, each other that of its rows.
    The press sets the text of an SVG letter by letter: on paper, letters that join or run from right
    to left are therefore laid over the drawing as HTML.
    """
    if labelled.chart.kind is ChartKind.OVER_TIME:
        pieces = [_over_time(labelled)]
    else:
        pieces = _drawn(labelled, medium)
    return [_fitted_to_any_font(piece) if medium is Medium.SCREEN else _laid_over(piece) for piece in pieces]


_TEXT = re.compile(r'<text class="(\w+)" x="([\d.-]+)" y="([\d.-]+)">([^<]*)</text>')
_HEIGHT = re.compile(r' height="([\d.]+)pt"')
_ASCENT = 0.81
"""Of a line as high as its letters, in em."""


def _laid_over(svg: Markup) -> Markup:
    """Take the labels that the press cannot set out of a drawing and put them over it."""
    height = _HEIGHT.search(svg)
    assert height is not None, "every drawing says its height"
    over: list[Markup] = []

    def taken(match: re.Match[str]) -> str:
        name, x, y, text = match.groups()
        if not any(unicodedata.bidirectional(character) in {"R", "AL"} for character in unescape(text)):
            return match[0]
        left = 100 * float(x) / WIDTH
        top = 100 * (float(y) - _ASCENT * SIZE) / float(height[1])
        place = Markup('<span class="over {}" style="left: {:.3f}%; top: {:.3f}%">{}</span>')
        over.append(place.format(name, left, top, Markup(text)))
        return ""

    drawing = Markup(_TEXT.sub(taken, svg))
    if not over:
        return svg
    return Markup('<div class="drawing">{}{}</div>').format(drawing, Markup(" ").join(over))


def _fitted_to_any_font(svg: Markup) -> Markup:
    """Tell browsers how long every label is, and what to set it in where our font is not at hand."""

    def measured(match: re.Match[str]) -> str:
        name, _, _, text = match.groups()
        width = text_width(unescape(text), bold=name == "letter")
        return match[0].replace("<text", f'<text textLength="{width:.2f}" lengthAdjust="spacingAndGlyphs"', 1)

    families = '"Book Sans", "Source Sans 3", "Source Sans Pro", "Helvetica Neue", Arial, sans-serif'
    return Markup(_TEXT.sub(measured, svg).replace('"Book Sans"', families, 1))


def text_width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """Return the width of a text in the chart's font. Characters that it lacks count as wide as an m."""
    widths, scale = _font("SourceSans3-Semibold.ttf" if bold else "SourceSans3-Regular.ttf")
    return sum(widths.get(ord(character), widths[ord("m")]) for character in text) * size / scale


def fitted(text: str, width: float, lines: int = 2) -> list[str]:
    """Break a text into at most so many lines of a width; what is left over ends in an ellipsis."""
    out: list[str] = []
    words = text.split(" ")
    while words and len(out) < lines:
        line = words.pop(0)
        while words and text_width(f"{line} {words[0]}") <= width:
            line = f"{line} {words.pop(0)}"
        out.append(line)
    if words:
        out[-1] = f"{out[-1]} {' '.join(words)}"
    return [_shortened(line, width) for line in out]


def _shortened(line: str, width: float) -> str:
    if text_width(line) <= width:
        return line
    while line and text_width(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip(' ,;:–-')}…"


@functools.cache
def _font(name: str) -> tuple[dict[int, int], int]:
    with (
        as_file(files("bookbuild").joinpath("press", "fonts", name)) as path,
        TTFont(path, lazy=True) as font,
    ):
        names, metrics = font.getBestCmap(), font["hmtx"].metrics
        return {code: metrics[glyph][0] for code, glyph in names.items()}, font["head"].unitsPerEm


def _height(lines: Sequence[str]) -> float:
    return ROW + LEADING * (len(lines) - 1)


def _drawn(labelled: LabelledChart, medium: Medium) -> list[Markup]:
    rows = _Rows(labelled)
    if medium is Medium.SCREEN or sum(rows.heights) <= HIGHEST:
        return [rows.draw(range(len(rows.heights)), axis=True)]
    return [*(rows.draw(piece, axis=False) for piece in _pieces(rows.heights)), rows.axis_alone()]


def _pieces(heights: Sequence[float]) -> list[range]:
    """Return the rows of every piece."""
    pieces, start, height = [], 0, 0.0
    for row, more in enumerate(heights):
        height += more
        if height >= SHARE and len(heights) - row != 2:
            pieces.append(range(start, row + 1))
            start, height = row + 1, 0.0
    return pieces if start == len(heights) else [*pieces, range(start, len(heights))]


class _Rows:
    """The rows of a chart, measured."""

    def __init__(self, labelled: LabelledChart) -> None:
        self.labelled = labelled
        self.names = [fitted(label.speaker, SPEAKERS) for label in labelled.marks]
        self.plot = _Plot(LETTER + SPEAKERS + 8, WIDTH - 6)
        self.values = [
            _value_place(words.value, mark.value, self.plot)
            for mark, words in zip(labelled.chart.marks, labelled.marks, strict=True)
        ]
        self.above = [self._above(row) for row in range(len(labelled.marks))]
        self.heights = [self.above[row] + _height(names) for row, names in enumerate(self.names)]

    def _above(self, row: int) -> float:
        """Return the room above a row: a scope's name stands in it, or a value over its mark."""
        label, marks = self.labelled.marks[row], self.labelled.chart.marks
        opens = row > 0 and (bool(label.group) or marks[row].scope != marks[row - 1].scope)
        return GAP * opens + ROW * bool(label.scope) + ABOVE * self.values[row].over

    def draw(self, rows: range, *, axis: bool) -> Markup:
        """Draw some rows, with the axis below them or without."""
        labelled, chart, plot = self.labelled, self.labelled.chart, self.plot
        tops: dict[int, float] = {}
        y = 3.0 if rows.start == 0 else 0.0
        for row in rows:
            tops[row] = y + self.above[row]
            y += self.heights[row]
        bottom = y + 2 if axis else y
        parts = [_band(band, rows, tops, self.names, plot) for band in chart.bands if _within(band, rows)]
        parts += [
            _guide(plot.x(tick.at), top, end)
            for tick in chart.value_axis.ticks
            for top, end in self._free(plot.x(tick.at), rows, tops, bottom)
        ]
        for row in rows:
            label, middle = labelled.marks[row], tops[row] + ROW / 2
            if label.scope:
                counted = _shortened(label.scope, WIDTH - LETTER)
                over = ROW + ABOVE * self.values[row].over
                parts.append(_text(counted, LETTER, middle + SIZE * 0.34 - over, "unit"))
            parts.append(_row_label(label, self.names[row], middle))
            parts.append(_mark(chart.marks[row], label, plot, self.values[row], middle))
        height = bottom
        if axis:
            drawn, more = _axis(chart.value_axis, labelled.value_ticks, labelled.unit, plot, bottom)
            parts.append(drawn)
            height += more
        return _svg(parts, height, labelled.alternative if rows.start == 0 else _said(labelled, rows))

    def axis_alone(self) -> Markup:
        """Draw the axis that belongs under some of the rows."""
        chart, ticks = self.labelled.chart, self.labelled.value_ticks
        drawn, height = _axis(chart.value_axis, ticks, self.labelled.unit, self.plot, 2)
        guides = [_guide(self.plot.x(tick.at), 0, 2) for tick in chart.value_axis.ticks]
        said = f"{ticks[0]} … {ticks[-1]} {self.labelled.unit}".strip()
        return _svg([*guides, drawn], 2 + height, said)

    def _free(
        self, x: float, rows: range, tops: dict[int, float], bottom: float
    ) -> list[tuple[float, float]]:
        """Return the stretches of an upright line that cross no words."""
        taken = []
        for row in rows:
            value, middle = self.values[row], tops[row] + ROW / 2
            if value.start - 1 <= x <= value.end + 1:
                taken.append(_letters_at(value.baseline(middle)))
            scope = self.labelled.marks[row].scope
            if scope and x <= LETTER + text_width(scope) + 2:
                over = ROW + ABOVE * value.over
                taken.append(_letters_at(middle + SIZE * 0.34 - over))
        free, top = [], 2.0 if rows.start == 0 else 0.0
        for begin, end in sorted(taken):
            if begin > top + 2 * AIR:
                free.append((top, begin))
            top = max(top, end)
        return [*free, (top, bottom)] if bottom > top else free


def _letters_at(baseline: float) -> tuple[float, float]:
    """Return from where to where the letters of a line reach, with air above and below."""
    return baseline - SIZE * 0.78 - AIR, baseline + SIZE * 0.24 + AIR


def _said(labelled: LabelledChart, rows: range) -> str:
    """Say in words who gives which value in some rows."""
    marks = [labelled.marks[row] for row in rows]
    return "; ".join(f"{mark.speaker}: {mark.value}" for mark in marks)


class _Plot:
    """Where positions from 0 to 1 fall."""

    def __init__(self, left: float, right: float) -> None:
        self.left, self.right = left, right

    def x(self, at: float) -> float:
        return self.left + at * (self.right - self.left)


def _within(band: Band, rows: range) -> bool:
    return band.last_row >= rows.start and band.first_row < rows.stop


def _band(
    band: Band, rows: range, tops: dict[int, float], labels: Sequence[Sequence[str]], plot: _Plot
) -> Markup:
    first, last = max(band.first_row, rows.start), min(band.last_row, rows.stop - 1)
    top, bottom = tops[first] - 1, tops[last] + _height(labels[last])
    low, high = plot.x(band.low), plot.x(band.high)
    # The interval of an exact figure is a point; it still has to be seen.
    spread = max(0.0, 2.0 - (high - low)) / 2
    return _tag("rect", "band", x=low - spread, y=top, width=high - low + 2 * spread, height=bottom - top)


def _guide(x: float, top: float, bottom: float) -> Markup:
    return _tag("line", "guide", x1=x, y1=top, x2=x, y2=bottom)


def _row_label(label: MarkLabel, lines: Sequence[str], middle: float) -> Markup:
    parts = [_text(label.group, 0, middle + SIZE * 0.34, "letter")] if label.group else []
    parts += [
        _text(line, LETTER, middle + SIZE * 0.34 + number * LEADING, "speaker")
        for number, line in enumerate(lines)
    ]
    return Markup("").join(parts)


def _mark(mark: Mark, label: MarkLabel, plot: _Plot, place: _ValuePlace, y: float) -> Markup:
    extent = mark.value
    low, high = plot.x(extent.low), plot.x(extent.high)
    parts: list[Markup] = []
    if high > low:
        parts.append(_tag("line", "line", x1=low, y1=y, x2=high, y2=y))
    parts += _ends(extent, low, high, y)
    if extent.point is not None:
        parts.append(_dot(plot.x(extent.point), y, mark.hollow))
    elif mark.hollow:
        parts.append(_dot((low + high) / 2, y, True))
    parts.append(_text(label.value, place.start, place.baseline(y), "value"))
    return Markup("").join(parts)


def _ends(extent: Extent, low: float, high: float, y: float) -> list[Markup]:
    if extent.point is not None and extent.low == extent.high:
        return []
    ends = []
    for end, x, outward in ((extent.low_end, low, -1), (extent.high_end, high, 1)):
        match end:
            case End.TICK:
                ends.append(_tag("line", "line", x1=x, y1=y - 2.2, x2=x, y2=y + 2.2))
            case End.OPEN:
                ends.append(_tag("circle", "hollow", cx=x, cy=y, r=1.4))
            case End.ARROW:
                points = (
                    f"{x - 3 * outward:.2f},{y - 2:.2f} {x:.2f},{y:.2f} {x - 3 * outward:.2f},{y + 2:.2f}"
                )
                ends.append(Markup('<polyline class="line" points="{}"/>').format(points))
    return ends


def _dot(x: float, y: float, hollow: bool) -> Markup:
    return _tag("circle", "hollow" if hollow else "dot", cx=x, cy=y, r=DOT)


@dataclass(frozen=True, slots=True)
class _ValuePlace:
    """Where a value is written."""

    start: float
    end: float
    over: bool
    """Above its mark, for want of room beside it."""

    def baseline(self, middle: float) -> float:
        """Return where its letters stand in a row."""
        return middle - 2.6 if self.over else middle + SIZE * 0.34


def _value_place(text: str, extent: Extent, plot: _Plot) -> _ValuePlace:
    """Place a value beside its mark: right of it, else left, else above the bar's middle."""
    low, high, width = plot.x(extent.low), plot.x(extent.high), text_width(text)
    rightwards = plot.right + 6 - (high + DOT + 2.5) >= width
    leftwards = low - DOT - 2.5 - plot.left + 4 >= width
    after, before = high + DOT + 2.5, low - DOT - 2.5 - width
    if rightwards and (extent.high_end is not End.ARROW or not leftwards or extent.low_end is End.ARROW):
        return _ValuePlace(after, after + width, False)
    if leftwards:
        return _ValuePlace(before, before + width, False)
    start = min(max((low + high - width) / 2, plot.left), plot.right + 6 - width)
    return _ValuePlace(start, start + width, True)


def _axis(axis: Axis, labels: Sequence[str], unit: str, plot: _Plot, y: float) -> tuple[Markup, float]:
    """Draw the axis with its ticks; return it with its height. Labels that would touch are left out."""
    gap = axis.gap
    parts: list[Markup] = []
    ends = [(0.0, gap[0]), (gap[1], 1.0)] if gap else [(0.0, 1.0)]
    for low, high in ends:
        parts.append(_tag("line", "axis", x1=plot.x(low), y1=y, x2=plot.x(high), y2=y))
    if gap:
        for at in gap:
            x = plot.x(at)
            parts.append(_tag("line", "axis", x1=x - 1.2, y1=y + 2.6, x2=x + 1.2, y2=y - 2.6))
    last = -1000.0
    for tick, label in zip(axis.ticks, labels, strict=True):
        x, width = plot.x(tick.at), text_width(label)
        parts.append(_tag("line", "axis", x1=x, y1=y, x2=x, y2=y + 2.5))
        start = min(max(x - width / 2, 0), WIDTH - width)
        if start >= last + 4:
            parts.append(_text(label, start, y + 10.5, "tick"))
            last = start + width
    height = 13.0
    if unit:
        first = min(
            (plot.x(tick.at) - text_width(label) / 2 for tick, label in zip(axis.ticks, labels, strict=True)),
            default=plot.left,
        )
        shown = _shortened(unit, SPEAKERS)
        parts.append(_text(shown, min(first, plot.left) - 6 - text_width(shown), y + 10.5, "unit"))
    return Markup("").join(parts), height


def _over_time(labelled: LabelledChart) -> Markup:
    chart = labelled.chart
    date_axis = chart.date_axis
    assert date_axis is not None, "a chart over time has an axis of dates"
    top, height = 14.0, 128.0
    widest = max((text_width(label) for label in labelled.value_ticks), default=0)
    plot = _Plot(widest + 8, WIDTH - 8)
    bottom = top + height

    def y_of(at: float) -> float:
        return bottom - at * height

    parts: list[Markup] = []
    for tick, label in zip(chart.value_axis.ticks, labelled.value_ticks, strict=True):
        y = y_of(tick.at)
        parts.append(_text(label, plot.left - 5 - text_width(label), y + SIZE * 0.34, "tick"))
    taken: list[tuple[float, float, float]] = []
    for mark in chart.marks:
        if mark.date is not None:
            x = plot.x(
                mark.date.point if mark.date.point is not None else (mark.date.low + mark.date.high) / 2
            )
            low, high = (y_of(end) for end in (mark.value.low, mark.value.high))
            steps = int((low - high) // SIZE) + 1
            taken += [(x - DOT - 1, x + DOT + 1, high + (low - high) * n / steps) for n in range(steps + 1)]
            if mark.date.high > mark.date.low:
                taken.append((plot.x(mark.date.low), plot.x(mark.date.high), (low + high) / 2))
    marks = len(taken)
    for mark, words in zip(chart.marks, labelled.marks, strict=True):
        if mark.date is None:
            continue
        x = plot.x(mark.date.point if mark.date.point is not None else (mark.date.low + mark.date.high) / 2)
        low, high = y_of(mark.value.low), y_of(mark.value.high)
        if mark.date.high > mark.date.low:
            middle = (low + high) / 2
            parts.append(
                _tag(
                    "line", "line", x1=plot.x(mark.date.low), y1=middle, x2=plot.x(mark.date.high), y2=middle
                )
            )
        if low > high:
            parts.append(_tag("line", "line", x1=x, y1=low, x2=x, y2=high))
            for end, end_y, outward in ((mark.value.low_end, low, 1), (mark.value.high_end, high, -1)):
                parts.append(_upright_end(end, x, end_y, outward))
        point = y_of(mark.value.point) if mark.value.point is not None else (low + high) / 2
        if mark.value.point is not None or mark.hollow or low == high:
            parts.append(_dot(x, point, mark.hollow))
        parts += _free_label(words.value, x, point, plot, taken)
    guides = [
        _tag("line", "guide", x1=start, y1=y_of(tick.at), x2=end, y2=y_of(tick.at))
        for tick in chart.value_axis.ticks
        for start, end in _beside(taken[marks:], y_of(tick.at), plot)
    ]
    parts = [*guides, *parts]
    axis, axis_height = _axis(date_axis, labelled.date_ticks, "", plot, bottom + 4)
    parts.append(axis)
    if labelled.unit:
        parts.append(_text(labelled.unit, plot.left, 5.5, "unit"))
    return _svg(parts, bottom + 4 + axis_height, labelled.alternative)


def _beside(labels: Sequence[tuple[float, float, float]], y: float, plot: _Plot) -> list[tuple[float, float]]:
    """Return the stretches of a level line that cross no label; labels are (start, end, middle)."""
    free, left = [], plot.left
    for start, end, middle in sorted(labels):
        if abs(middle - y) < SIZE * 0.5:
            if start - 1 > left:
                free.append((left, start - 1))
            left = max(left, end + 1)
    return [*free, (left, plot.right)] if plot.right > left else free


def _upright_end(end: End, x: float, y: float, outward: int) -> Markup:
    match end:
        case End.TICK:
            return _tag("line", "line", x1=x - 2, y1=y, x2=x + 2, y2=y)
        case End.OPEN:
            return _tag("circle", "hollow", cx=x, cy=y, r=1.4)
        case End.ARROW:
            points = f"{x - 2:.2f},{y - 3 * outward:.2f} {x:.2f},{y:.2f} {x + 2:.2f},{y - 3 * outward:.2f}"
            return Markup('<polyline class="line" points="{}"/>').format(points)


def _free_label(
    text: str, x: float, y: float, plot: _Plot, taken: list[tuple[float, float, float]]
) -> list[Markup]:
    """Write a value beside its point where no other stands; the table has those left out."""
    width = text_width(text)
    for start in (x + DOT + 2, x - DOT - 2 - width):
        inside = start >= plot.left and start + width <= WIDTH
        free = all(
            abs(y - other_y) > SIZE or start > end or start + width < begin for begin, end, other_y in taken
        )
        if inside and free:
            taken.append((start, start + width, y))
            return [_text(text, start, y + SIZE * 0.34, "value")]
    return []


def _svg(parts: Sequence[Markup], height: float, alternative: str) -> Markup:
    title = Markup("<title>{}</title>").format(alternative)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{0}pt" height="{1:.1f}pt" '
        'viewBox="0 0 {0} {1:.1f}">{2}<style>{3}</style>{4}</svg>'
    ).format(f"{WIDTH:g}", height, title, Markup(STYLE), Markup("").join(parts))


def _text(text: str, x: float, y: float, name: str) -> Markup:
    return Markup('<text class="{}" x="{:.2f}" y="{:.2f}">{}</text>').format(name, x, y, escape(text))


def _tag(tag: str, name: str, **numbers: float) -> Markup:
    attributes = " ".join(f'{key}="{number:.2f}"' for key, number in numbers.items())
    return Markup(f'<{tag} class="{name}" {attributes}/>')
