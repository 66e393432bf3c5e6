"""Running text to the figures in it: numbers in digits and in English words, dates, times.

Used to see whether an extract holds its claim's figure and which figures of a document no claim
covers. It reads generously: a figure that may be read in two ways (``1.275``) has both readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bookbuild.model.evidence import FigureKind

_Readings = frozenset[Decimal]
DatePart = tuple[int | None, int | None, int | None]
"""Year, month, day."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in a text."""

    start: int
    end: int
    kind: FigureKind
    numbers: _Readings = frozenset()
    """Every way to read a number; minutes from midnight for a time; a year."""
    dates: tuple[DatePart, ...] = ()


def figures_in(text: str) -> list[Figure]:
    """Return all figures of a text in order; none overlaps another."""
    found: list[Figure] = []
    free = text
    for reader in (_dates, _times, _numbers, _words):
        here = list(reader(free))
        found += here
        for figure in here:  # each reader leaves the text as long as it was
            free = free[: figure.start] + "\u0000" * (figure.end - figure.start) + free[figure.end :]
    found.sort(key=lambda figure: figure.start)
    return list(_without_labels(text, found))


# Dates

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"  # noqa: E501 - one alternative per month
_D = r"[0-3]?[0-9](?:st|nd|rd|th)?"
_DAYS = rf"(?P<days>{_D}(?:\s?(?:-|–|—|/|,|to|and|or|through|and to)\s?{_D})*)"
_DATE_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?<![\w.,]){_DAYS}(?: of)? {_MONTH},?(?: (?P<year>[12][0-9]{{3}}))?(?!\w)",
        rf"(?<!\w){_MONTH} {_DAYS}(?![\w])(?:,? (?P<year>[12][0-9]{{3}})(?!\w))?",
        rf"(?<!\w){_MONTH},?(?: of)? (?P<year>[12][0-9]{{3}})(?!\w)",
        r"(?<![\w.])(?P<days>[0-3]?[0-9])[./](?P<number>[01]?[0-9])[./](?P<year>[12][0-9]{3})(?!\w)",
        r"(?<![\w-])(?P<year>[12][0-9]{3})-(?P<number>[01][0-9])-(?P<days>[0-3][0-9])(?!\w)",
    )
)
_YEAR = re.compile(r"(?<![\w.,/])(?:1[0-9]|20)[0-9]{2}(?=(?:[-–][0-9]{2,4})?(?:[^\w]|s\b|$))(?![,.][0-9])")


def _dates(text: str) -> Iterator[Figure]:
    taken: list[tuple[int, int]] = []
    for form in _DATE_FORMS:
        for match in form.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            yield Figure(match.start(), match.end(), FigureKind.DATE, dates=_date_parts(match))


def _date_parts(match: re.Match[str]) -> tuple[DatePart, ...]:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    month = _month_number(parts["month"]) if parts.get("month") else int(parts["number"])
    days = [int(day) for day in re.findall(r"[0-9]+", parts.get("days") or "")]
    return tuple((year, month, day) for day in days) or ((year, month, None),)


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month[:3] == name[:3])


# Times of day

_TIME_FORMS = (
    re.compile(
        r"(?<![\w.:])(?P<hour>[01]?[0-9])(?:[.:](?P<minute>[0-5][0-9]))? ?(?P<half>[ap])\.? ?m\b\.?", re.I
    ),
    re.compile(r"(?<![\w.:,])(?P<hour>[012]?[0-9]):(?P<minute>[0-5][0-9])(?![\w:])"),
    re.compile(r"(?<![\w.:,])(?P<hour>[012][0-9])\.(?P<minute>[0-5]0)(?= ?(?:hours|h\b|o'clock))"),
    re.compile(r"(?<![\w.:,])(?P<hour>[012]?[0-9])(?= o'clock)"),
)  # fmt: skip
_NAMED_TIMES = {"midnight": 0, "noon": 720, "midday": 720}
_NAMED_TIME = re.compile(r"\b(midnight|noon|midday)\b", re.I)


def _times(text: str) -> Iterator[Figure]:
    taken: set[int] = set()
    for form in _TIME_FORMS:
        for match in form.finditer(text):
            if taken.isdisjoint(range(*match.span())):
                taken.update(range(*match.span()))
                yield Figure(match.start(), match.end(), FigureKind.TIME, _minutes(match))
    for match in _NAMED_TIME.finditer(text):
        minutes = frozenset({Decimal(_NAMED_TIMES[match[1].lower()])})
        yield Figure(match.start(), match.end(), FigureKind.TIME, minutes)


def _minutes(match: re.Match[str]) -> _Readings:
    parts = match.groupdict()
    hour, minute = int(parts["hour"]), int(parts.get("minute") or 0)
    half = (parts.get("half") or "").lower()
    if half:
        return frozenset({Decimal((hour % 12 + (12 if half == "p" else 0)) * 60 + minute)})
    hours = {hour % 24, hour + 12} if hour < 12 else {hour % 24}
    return frozenset(Decimal(h * 60 + minute) for h in hours)


# Numbers in digits

_MAGNITUDE_WORDS = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_NUMBER = re.compile(
    r"(?<![\w.,])[0-9]+(?:[.,'’\u00a0\u2009\u202f ][0-9]{3,4}(?![0-9]))*(?:[.,][0-9]+)?"
    r"(?P<word>[ -](?:hundred|thousand|million|billion)s?\b)?",
    re.IGNORECASE,
)


def _numbers(text: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        word = (match["word"] or "").strip(" -").lower().rstrip("s")
        digits = match[0][: match.start("word") - match.start()] if match["word"] else match[0]
        factor = _MAGNITUDE_WORDS.get(word, 1)
        numbers = frozenset(reading * factor for reading in _readings(digits))
        is_year = not word and _YEAR.match(text, match.start()) and len(digits) == 4
        kind = FigureKind.YEAR if is_year else FigureKind.NUMBER
        yield Figure(match.start(), match.end(), kind, numbers)


def numbers_in_digits(text: str) -> _Readings:
    """Return every number in digits, also those that only name something or belong to a date."""
    return frozenset(reading for figure in _numbers(text) for reading in figure.numbers)


def _readings(digits: str) -> _Readings:
    """Return the number with its marks read as thousands, as a decimal point or comma."""
    readings = {Decimal(re.sub(r"[^0-9]", "", digits))}
    if re.fullmatch(r"[0-9]+[.,][0-9]+", digits):
        readings.add(Decimal(digits.replace(",", ".")))
    if match := re.fullmatch(r"([0-9]{1,3}(?:([,. ])[0-9]{3})+)([.,])([0-9]+)", digits):
        readings.add(Decimal(re.sub(r"[^0-9]", "", match[1]) + "." + match[4]))
    return frozenset(readings)


# Numbers in English words

_UNITS = {
    word: number
    for number, word in enumerate(
        (
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
            "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        )
    )
}  # fmt: skip
_TENS = {
    word: number * 10
    for number, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2
    )
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
_OTHER_WORDS = {"dozen": 12, "both": 2, "couple": 2, "pair": 2, "twice": 2, "thrice": 3, "once": 1}
_SMALL = "|".join(sorted([*_UNITS, *_TENS, *_OTHER_WORDS], key=len, reverse=True))
_BIG = "|".join(_MAGNITUDE_WORDS)
_WORD_NUMBER = re.compile(
    rf"\b(?:(?:{_SMALL})(?:[ -](?:and )?(?:{_SMALL}|{_BIG}))*|(?:(?:half[ -])?an?[ -])?(?:{_BIG})\b)(?:s\b)?",
    re.IGNORECASE,
)


def _words(text: str) -> Iterator[Figure]:
    for match in _WORD_NUMBER.finditer(text):
        end = match.end()
        if text[end : end + 1].isalpha():
            continue
        if match[0].lower().endswith("s"):
            continue  # “hundreds”, “dozens”: no number
        yield Figure(match.start(), end, FigureKind.NUMBER, frozenset({_value_of(match[0].lower())}))


def _value_of(words: str) -> Decimal:
    """Return what English number words say.

    >>> _value_of("two hundred and sixteen thousand"), _value_of("half a million")
    (Decimal('216000'), Decimal('500000.0'))
    """
    total, group = Decimal(0), Decimal(0)
    half = False
    for word in re.findall(r"[a-z]+", words):
        small = {**_UNITS, **_TENS, **_OTHER_WORDS}.get(word)
        half = half or word == "half"
        if small is not None:
            group += small
        elif word == "hundred":
            group = (group or Decimal(1)) * 100
        elif word.rstrip("s") in _MAGNITUDE_WORDS:
            total += (group or Decimal(1)) * _MAGNITUDE_WORDS[word.rstrip("s")]
            group = Decimal(0)
    amount = total + group
    return amount * Decimal("0.5") if half else amount


_VAGUE = {
    "hundreds of thousands": 200_000, "tens of thousands": 20_000, "millions": 2_000_000,
    "thousands": 2000, "hundreds": 200, "scores": 40, "dozens": 24,
}  # fmt: skip


def vague_numbers_in(text: str) -> _Readings:
    """Return the least that “hundreds”, “dozens” and their like can mean: two of them."""
    lower = text.lower()
    return frozenset(Decimal(number) for words, number in _VAGUE.items() if words in lower)


_FRACTION = re.compile(
    r"\b(an?|one|two|three|four)[ -](half|third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?\b",
    re.I,
)


def fractions_in(text: str) -> frozenset[tuple[int, int]]:
    """Return the fractions that a text names in words, as numerator and denominator."""
    parts = {"half": 2, "quarter": 4, **_ORDINALS}
    return frozenset(
        (_UNITS.get(match[1].lower(), 1), parts[match[2].lower()]) for match in _FRACTION.finditer(text)
    )


def ordinals_in(text: str) -> _Readings:
    """Return the ordinal numbers of a text: “14th”, “third”."""
    found = {Decimal(number) for number in re.findall(r"\b([0-9]+)(?:st|nd|rd|th)\b", text)}
    words = re.findall(r"[a-z]+", text.lower())
    return frozenset(found | {Decimal(_ORDINALS[word]) for word in words if word in _ORDINALS})


# Numbers that count nothing

_BEFORE_LABEL = re.compile(
    r"(?:\bNos?[.:]?|№|#|\bnumbers?|\bresolutions?|\bresoluciones|\bRes\.|\bpages?|\bpp?\.|\bparagraphs?"
    r"|\bpara\.|§|\barticles?|\bart\.|\bsections?|\bchapters?|\bvol(?:ume|\.)|\bdistrict|\bH\.?R\.?|\bS\.?R\.?|\bEdition:"
    r"|\bwww\.\S*|https?:\S*|\b(?:Tel|Fax|Phone|ext)\b[ .:()0-9+–-]*)[ -]?$",
    re.IGNORECASE,
)
_BETWEEN_LABELS = re.compile(r"(?: ?\([0-9]{4}\))?(?:,|;|-|–| and| y|, and)? ?")
_AFTER_LABEL = re.compile(
    r"(?:st|nd|rd|th)\b|\]|/[0-9]|[ -]years?[ -]old| ?\((?:1[0-9]|20)[0-9]{2}\)|(?!(?:m|km|mm)\b)[A-Za-z]"
)


def _without_labels(text: str, figures: list[Figure]) -> Iterator[Figure]:
    """Leave out numbers that only name something, and lists of such: ordinals, resolutions, pages."""
    label_end = -1
    for figure in figures:
        in_list = label_end >= 0 and _BETWEEN_LABELS.fullmatch(text[label_end : figure.start])
        if _is_label(text, figure) or (in_list and figure.kind is FigureKind.NUMBER):
            label_end = figure.end
        else:
            if not text[: figure.start].endswith("("):  # the year in “822 (1993), 853 (1993)”
                label_end = -1
            yield figure


def _is_label(text: str, figure: Figure) -> bool:
    if figure.kind is not FigureKind.NUMBER or not text[figure.start].isdigit():
        return False
    before = text[: figure.start][-60:]
    if _AFTER_LABEL.match(text, figure.end) or before.endswith(("[", "/")):
        return True
    in_name = re.search(r"[A-Za-z][-–]$", before) is not None
    return in_name or _BEFORE_LABEL.search(before) is not None
