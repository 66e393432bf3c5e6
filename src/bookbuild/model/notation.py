"""The notation of values: text that an editor writes → :class:`~bookbuild.model.value.Value`.

The table of the notation is in ``book/README.md``. Dates follow EDTF (ISO 8601-2): level 0, and of
level 1 the approximate date ``1992-02~``, open intervals ``../x`` and ``x/..``, and years before 1
as ``-0806``. Added to it are the day without a year ``--02-26`` (ISO 8601:2000, vCard) and
centuries in words, ``14th century BC``.

What is refused is refused with the column at which it stands and, where it can be told, with what
to write instead.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from decimal import Decimal

from bookbuild.model.claim import Measure
from bookbuild.model.measures import (
    CURRENCIES,
    MONTHS,
    PHYSICAL_UNITS,
    RESERVED_UNITS,
    TIME_UNITS,
    days_in_month,
    dimension,
)
from bookbuild.model.value import Clock, Date, Day, Name, Number, Qualifier, Value

MAX_DIGITS = 18
"""Of a number as written. With a magnitude it is still reckoned with exactly."""
MAGNITUDES = {"thousand": Decimal(1000), "million": Decimal(1_000_000), "billion": Decimal(1_000_000_000)}


class NotationError(ValueError):
    """A value that cannot be read."""

    def __init__(self, message: str, column: int, hint: str) -> None:
        super().__init__(message)
        self.message = message
        """Lower case, no full stop; quotes what was found."""
        self.column = column
        """Where in the text it is wrong, counted from 1, in characters."""
        self.hint = hint
        """What to write instead."""


def measure_of(unit: str, counting_units: Collection[str]) -> Measure:
    """Return the kind of line on which a quantity of this unit lies.

    The words of :data:`~bookbuild.model.measures.RESERVED_UNITS` come first, then the book's own
    counting units, then measures, units of time and currencies.

    Raises:
        NotationError: for a unit that none of them has.
    """
    if unit in _MEASURES:
        return _MEASURES[unit]
    if unit in counting_units:
        return Measure.COUNT
    if unit in PHYSICAL_UNITS or unit in TIME_UNITS:
        return Measure.PHYSICAL
    if unit in CURRENCIES:
        return Measure.MONEY
    raise NotationError(f"unknown unit “{unit}”", 1, _nearest_unit(unit, counting_units))


def parse_value(text: str, unit: str, counting_units: Collection[str]) -> Value:
    """Read a value of a quantity whose unit is ``unit``.

    Raises:
        NotationError: with the column within ``text``; also for an unknown ``unit``.

    >>> parse_value("~450..500", "person", ["person"])
    Number(qualifier=<Qualifier.ABOUT: 'about'>, low=Decimal('450'), high=Decimal('500'), unit='person', \
magnitude='', per=Decimal('1'))
    """
    measure = measure_of(unit, counting_units)
    _refuse_blank(text)
    if measure is Measure.DATE:
        return parse_date(text)
    if measure is Measure.TIME:
        return _parse_clock(text)
    if measure is Measure.NAME:
        return Name(" ".join(unicodedata.normalize("NFC", text).split()))
    return _parse_number(text, unit, measure, counting_units)


def parse_date(text: str) -> Date:
    """Read a date or an interval of dates.

    Raises:
        NotationError: with the column within ``text``.

    >>> parse_date("1992-02-25/1992-02-26").end
    Day(year=1992, month=2, day=26, century=None, approximate=False)
    """
    _refuse_blank(text)
    start_text, slash, end_text = text.partition("/")
    if not slash:
        if text.strip() == "..":
            raise NotationError("an open end without a date", 1, "write ../1992-02-26 or 1992-02-26/..")
        day = _parse_day(start_text, 1)
        return Date(day, day)
    if "/" in end_text:
        raise NotationError(
            "more than one “/”", len(start_text) + len(end_text.partition("/")[0]) + 2, _INTERVAL
        )
    return _interval(start_text, end_text)


def write_value(value: Value, unit: str = "") -> str:
    """Write a value in the notation; its unit is left out where it is ``unit`` or cannot be written.

    What :func:`parse_value` reads from the text is the value again.

    >>> write_value(Number(Qualifier.ABOUT, Decimal(3_500_000), Decimal(3_500_000), "AZN", "million"), "USD")
    '~3.5 million AZN'
    """
    match value:
        case Name():
            return value.name
        case Date():
            return write_date(value)
        case Clock():
            ends = (value.start,) if value.start == value.end else (value.start, value.end)
            return _sign(value.qualifier) + "/".join(f"{m // 60 % 24:02}:{m % 60:02}" for m in ends)
        case Number():
            return _write_number(value, unit)


def write_date(date: Date) -> str:
    """Write a date in the notation."""
    start, end = (".." if day is None else _write_day(day) for day in (date.start, date.end))
    return start if date.start == date.end else f"{start}/{end}"


_MEASURES = {
    "percent": Measure.PERCENT,
    "ratio": Measure.RATIO,
    "date": Measure.DATE,
    "time": Measure.TIME,
    "duration": Measure.PHYSICAL,
    "name": Measure.NAME,
}
assert set(_MEASURES) == RESERVED_UNITS, "every reserved word has a kind of line"

_QUALIFIERS = {
    "": Qualifier.EXACT,
    "~": Qualifier.ABOUT,
    ">": Qualifier.MORE_THAN,
    ">=": Qualifier.AT_LEAST,
    "<": Qualifier.LESS_THAN,
    "<=": Qualifier.AT_MOST,
}
_MISTAKEN_SIGNS = {
    "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "≈": "~", "∼": "~", "±": "~", "+": ">=", "=": "", ">>": ">",
    "<<": "<", "~>": ">", "~<": "<", "~~": "~", ">~": ">", "<~": "<", "==": "", "~=": "~",
}  # fmt: skip
_MISTAKEN_WORDS = {
    "about": "~", "around": "~", "approximately": "~", "approx.": "~", "circa": "~", "ca.": "~", "ca": "~",
    "c.": "~", "some": "~", "more than": ">", "over": ">", "above": ">", "at least": ">=",
    "not less than": ">=", "less than": "<", "fewer than": "<", "under": "<", "below": "<",
    "up to": "<=", "at most": "<=",
    "not more than": "<=",
}  # fmt: skip
_SIGNS = re.compile(r"[~<>=≈≥≤±∼+]*")
_WORDS = re.compile(
    rf"({'|'.join(re.escape(word) for word in sorted(_MISTAKEN_WORDS, key=len, reverse=True))})\s+(?=[0-9])",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[,'’_\u00a0\u2009\u202f ][0-9]{3})+(?![0-9])")
_SCIENTIFIC = re.compile(r"[0-9.]+[eE][+-]?[0-9]+")
_LOOSE_RANGE = re.compile(
    r"([0-9]+(?:\.[0-9]+)?)\s*(?:-|–|—|\.{3,}|…| \.\. ?|\.\. | to )\s*([0-9]+(?:\.[0-9]+)?)"
)
_WORD = re.compile(r" ([^\s0-9~<>=.,:;/][^\s~<>=,;]*)")


_INTERVAL = "an interval is written 1992-02-25/1992-02-26, an open end .."


def _refuse_blank(text: str) -> None:
    if not text.strip():
        raise NotationError("the value is empty", 1, "a value stands here; or delete the line")
    if text != text.strip():
        column = 1 if text[0].isspace() else len(text.rstrip()) + 1
        raise NotationError("space around the value", column, f"write {text.strip()}")
    for position, character in enumerate(text, 1):
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            raise NotationError(
                f"invisible character U+{ord(character):04X} in the value", position, "delete it"
            )


# Numbers


def _parse_number(text: str, unit: str, measure: Measure, counting_units: Collection[str]) -> Number:
    qualifier, position = _qualifier(text)
    low, per, position = _amount(text, position, measure)
    high, high_per = low, per
    ranged = text.startswith("..", position)
    if ranged:
        if qualifier not in (Qualifier.EXACT, Qualifier.ABOUT):
            raise NotationError(
                f"a range cannot be “{qualifier.value}”",
                1,
                f"write {text[_SIGNS.match(text).end() :]}",  # type: ignore[union-attr]  # matches the empty text too
            )
        high, high_per, position = _amount(text, position + 2, measure)
        if high_per != per:
            raise NotationError(
                "the two ratios of a range have different second terms",
                position,
                "a range of ratios has one second term: 1:3..2:3",
            )
    magnitude, position = _magnitude(text, position)
    own_unit, position = _own_unit(text, position, unit, measure, counting_units)
    if position < len(text):
        raise NotationError(
            f"unexpected “{text[position:].strip()}”", position + 1, f"write {text[:position].strip()}"
        )
    if ranged:
        _check_range(text, low, high)
        qualifier = Qualifier.RANGE if qualifier is Qualifier.EXACT else qualifier
    if measure is Measure.COUNT:
        _check_count(text, (low, high), magnitude)
    factor = MAGNITUDES.get(magnitude, Decimal(1))
    number = Number(qualifier, _whole(low * factor), _whole(high * factor), own_unit, magnitude, per)
    _check_months(number)
    return number


def _qualifier(text: str) -> tuple[Qualifier, int]:
    if word := _WORDS.match(text):
        sign = _MISTAKEN_WORDS[word[1].lower()]
        raise NotationError(f"“{word[1]}” in words", 1, f"write {sign}{text[word.end() :]}")
    match = _SIGNS.match(text)
    assert match is not None, "the pattern matches the empty text"
    signs, rest = match[0], text[match.end() :]
    if signs not in _QUALIFIERS:
        right = _MISTAKEN_SIGNS.get(signs)
        hint = "the signs are ~ > >= < <=" if right is None else f"write {right}{rest.lstrip()}"
        raise NotationError(f"unknown sign “{signs}”", 1, hint)
    if signs and rest[:1].isspace():
        raise NotationError(f"space after “{signs}”", match.end() + 1, f"write {signs}{rest.lstrip()}")
    return _QUALIFIERS[signs], match.end()


def _amount(text: str, position: int, measure: Measure) -> tuple[Decimal, Decimal, int]:
    """Read one amount; return it, the second term of a ratio, and where it ends."""
    if grouped := _GROUPED.match(text, position):
        plain = re.sub(r"[^0-9]", "", grouped[0])
        raise NotationError(f"thousands are marked in “{grouped[0]}”", position + 1, f"write {plain}")
    if scientific := _SCIENTIFIC.match(text, position):
        raise NotationError(f"a power of ten in “{scientific[0]}”", position + 1, _plain(scientific[0]))
    if loose := _LOOSE_RANGE.match(text, position):
        raise NotationError(
            f"a range is written with “..”, found “{loose[0]}”",
            loose.end(1) + 1,
            f"write {loose[1]}..{loose[2]}",
        )
    match = _AMOUNT.match(text, position)
    if match is None:
        raise _no_number(text, position)
    _check_digits(match[0], position)
    amount, end = Decimal(match[0]), match.end()
    following = text[end : end + 1]
    if following == ",":
        raise NotationError("a comma in a number", end + 1, "decimals have a point, thousands are not marked")
    if following == "+":
        raise NotationError("“+” after the number", end + 1, f"write >={match[0]}")
    if following == "%":
        raise NotationError("“%” after the number", end + 1, "write the number only; the unit is percent")
    if measure is not Measure.RATIO:
        if following == ":":
            raise NotationError("a ratio where a number is wanted", end + 1, "ratios need unit: ratio")
        return amount, Decimal(1), end
    if following != ":":
        raise NotationError(f"a ratio needs a second term after “{match[0]}”", end + 1, f"write {match[0]}:1")
    second = _AMOUNT.match(text, end + 1)
    if second:
        _check_digits(second[0], end + 1)
    if second is None or not Decimal(second[0]):
        raise NotationError("a ratio needs a second term above zero", end + 2, f"write {match[0]}:1")
    return amount, Decimal(second[0]), second.end()


_NUMBER = "a number stands here in digits, as 613, ~2500, >450 or 160..1000"


def _no_number(text: str, position: int) -> NotationError:
    found = text[position : position + 1]
    if not found:
        return NotationError("a number is missing", position + 1, _NUMBER)
    if found in "-−":
        return NotationError("a negative number", position + 1, "say below zero in the quantity’s “counts”")
    if found == ".":
        return NotationError("a number begins with a point", position + 1, f"write 0{text[position:]}")
    if found.isnumeric():
        return NotationError(f"“{found}” is not a digit 0–9", position + 1, _NUMBER)
    return NotationError(f"a number is wanted, found “{text[position:]}”", position + 1, _NUMBER)


def _check_digits(digits: str, position: int) -> None:
    if len(digits) > 1 and digits[0] == "0" and digits[1] != ".":
        stripped = digits.lstrip("0")
        plain = stripped if stripped[:1].isdigit() else f"0{stripped}"
        raise NotationError(f"zeros before the number “{digits}”", position + 1, f"write {plain}")
    if len(digits.replace(".", "")) > MAX_DIGITS:
        hint = f"round it, or write it with a unit or a word: {digits[:3]} million"
        raise NotationError(f"a number of more than {MAX_DIGITS} digits", position + 1, hint)


def _magnitude(text: str, position: int) -> tuple[str, int]:
    word = _WORD.match(text, position)
    if word is None:
        return "", position
    if word[1] in MAGNITUDES:
        return word[1], word.end()
    singular = {
        "thousands": "thousand",
        "millions": "million",
        "billions": "billion",
        "bn": "billion",
        "mln": "million",
    }
    if word[1].lower() in singular or word[1].lower() in MAGNITUDES:
        right = singular.get(word[1].lower(), word[1].lower())
        raise NotationError(f"unknown word “{word[1]}”", word.start(1) + 1, f"write {right}")
    return "", position


def _own_unit(
    text: str, position: int, unit: str, measure: Measure, counting_units: Collection[str]
) -> tuple[str, int]:
    """Read the unit of this value; without one it has the quantity's."""
    word = _WORD.match(text, position)
    if word is None:
        if position < len(text) and text[position].isalpha():
            hint = f"write {text[:position]} {text[position:]}"
            raise NotationError("no space before the unit", position + 1, hint)
        if unit == "duration":
            raise NotationError("a duration needs a unit", position + 1, f"write {text} hour")
        return unit, position
    own, column = word[1], word.start(1) + 1
    if own == unit and unit not in RESERVED_UNITS:
        return own, word.end()
    if measure is Measure.PHYSICAL:
        found = dimension(own)
        if not found:
            raise NotationError(
                f"unknown unit “{own}”",
                column,
                _nearest(own, _of_dimension(dimension(unit)), "write the number only"),
            )
        if found != dimension(unit):
            wanted = dimension(unit)
            message = f"“{own}” is a unit of {found}, the quantity’s is one of {wanted}"
            raise NotationError(message, column, "make a quantity of its own for it")
        return own, word.end()
    if measure is Measure.MONEY:
        if own not in CURRENCIES:
            raise NotationError(
                f"unknown currency “{own}”",
                column,
                _nearest(own.upper(), CURRENCIES, "write its code of three letters, as USD"),
            )
        return own, word.end()
    if measure is Measure.COUNT:
        known = own in counting_units or dimension(own) or own in CURRENCIES
        hint = f"the quantity counts in “{unit}”; another thing counted is another quantity or scope"
        message = f"unit “{own}” in a quantity of unit “{unit}”" if known else f"unknown word “{own}”"
        raise NotationError(
            message, column, hint if known else _nearest(own, [*MAGNITUDES, unit], "write the number only")
        )
    raise NotationError(f"“{own}” after a {measure.value}", column, "write the number only")


def _check_range(text: str, low: Decimal, high: Decimal) -> None:
    column = text.index("..") + 1
    if low > high:
        raise NotationError(f"range reversed: {low} is more than {high}", column, f"write {high}..{low}")
    if low == high:
        raise NotationError("both ends of the range are the same", column, f"write {low}")


def _check_count(text: str, amounts: tuple[Decimal, Decimal], magnitude: str) -> None:
    """Refuse a count with exactly three decimals: it is a count with its thousands marked."""
    for amount in amounts:
        if not magnitude and amount.as_tuple().exponent == -3:
            digits = str(amount)
            plain = digits.replace(".", "")
            column = text.index(digits) + digits.index(".") + 1
            raise NotationError(f"“{digits}” with three decimals is not a count", column, f"write {plain}")


def _check_months(number: Number) -> None:
    months = MONTHS.get(number.unit)
    if months and any((end * months) % 1 for end in (number.low, number.high)):
        raise NotationError(
            f"a part of a {'month' if months == 1 else 'month of a year'} has no fixed length",
            1,
            "write it in days or weeks, or as a range",
        )


def _whole(amount: Decimal) -> Decimal:
    """Drop the zeros that a magnitude leaves after the point; final zeros as written stay."""
    return amount.quantize(Decimal(1)) if amount >= 1000 and amount == amount.to_integral_value() else amount


def _plain(scientific: str) -> str:
    try:
        amount = Decimal(scientific)
    except ArithmeticError:
        return "write digits"
    return f"write {amount:f}" if abs(amount.adjusted()) < 15 else "write digits, or a word: 3 million"


# Times of day


_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})")
_TWELVE_HOURS = re.compile(r"([0-9]{1,2})(?:[.:]([0-9]{2}))?\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_LOOSE_CLOCK = re.compile(r"([0-9]{1,2})(?:[.:h]([0-9]{2}))?")


def _parse_clock(text: str) -> Clock:
    qualifier, position = _qualifier(text)
    start, position = _minutes(text, position)
    if position == len(text):
        return Clock(qualifier, start, start)
    if text[position] in "-–—." or text[position : position + 1].isspace():
        raise NotationError(
            f"unexpected “{text[position:].strip()}”", position + 1, "a span is written 21:00/03:00"
        )
    if text[position] != "/":
        raise NotationError(f"unexpected “{text[position:]}”", position + 1, f"write {text[:position]}")
    if qualifier not in (Qualifier.EXACT, Qualifier.ABOUT):
        plain = text.removeprefix(_SIGNS.match(text)[0])  # type: ignore[index]  # matches the empty text too
        raise NotationError(f"a span cannot be “{qualifier.value}”", 1, f"write {plain}")
    end, after = _minutes(text, position + 1)
    if after < len(text):
        raise NotationError(f"unexpected “{text[after:]}”", after + 1, f"write {text[:after]}")
    if end == start:
        raise NotationError("both ends of the span are the same", position + 2, f"write {text[:position]}")
    kind = Qualifier.RANGE if qualifier is Qualifier.EXACT else qualifier
    return Clock(kind, start, end if end > start else end + 1440)


def _minutes(text: str, position: int) -> tuple[int, int]:
    if twelve := _TWELVE_HOURS.match(text, position):
        hour = int(twelve[1]) % 12 + (12 if twelve[3].lower() == "p" else 0)
        raise NotationError(
            f"a twelve-hour time “{twelve[0].strip()}”", position + 1, f"write {hour:02}:{twelve[2] or '00'}"
        )
    match = _CLOCK.match(text, position)
    if match is None:
        loose = _LOOSE_CLOCK.match(text, position)
        hint = f"write {int(loose[1]):02}:{loose[2] or '00'}" if loose and int(loose[1]) < 24 else ""
        raise NotationError(
            f"a time of day is wanted, found “{text[position:]}”", position + 1, hint or "write 23:00"
        )
    hour, minute = int(match[1]), int(match[2])
    if hour > 23:
        raise NotationError(
            f"hour {hour}", position + 1, "write 00:00" if (hour, minute) == (24, 0) else "hours are 00 to 23"
        )
    if minute > 59:
        raise NotationError(f"minute {minute}", position + 4, "minutes are 00 to 59")
    return hour * 60 + minute, match.end()


# Dates


_DAY = re.compile(r"(?P<year>-?[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?(?P<about>~?)")
_NO_YEAR = re.compile(r"--(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?P<about>~?)")
_CENTURY = re.compile(r"(?P<number>[0-9]{1,2})(?P<ending>st|nd|rd|th) century(?P<era> BC)?(?P<about>~?)")
_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def _parse_day(text: str, column: int) -> Day:
    if match := _CENTURY.fullmatch(text):
        return _century(match, column)
    if match := _NO_YEAR.fullmatch(text):
        month, day = int(match["month"]), int(match["day"])
        _check_calendar(None, month, day, column + 2)
        return Day(None, month, day, None, bool(match["about"]))
    match = _DAY.fullmatch(text)
    if match is None:
        raise _no_date(text, column)
    if match["year"] == "-0000":
        raise NotationError("year -0000", column, "1 BC is 0000, 2 BC is -0001")
    year = int(match["year"])
    month_or_none = int(match["month"]) if match["month"] else None
    day_or_none = int(match["day"]) if match["day"] else None
    _check_calendar(year, month_or_none, day_or_none, column + len(match["year"]) + 1)
    return Day(year, month_or_none, day_or_none, None, bool(match["about"]))


def _check_calendar(year: int | None, month: int | None, day: int | None, column: int) -> None:
    """``column`` is that of the month; the day stands three further on."""
    if month is None:
        return
    if not 1 <= month <= 12:
        seasons = "seasons are not dates here: write the months, as 1991-09/1991-11"
        hint = seasons if 21 <= month <= 41 else "months are 01 to 12: write year-month-day"
        raise NotationError(f"month {month}", column, hint)
    if day is not None and not 1 <= day <= days_in_month(year, month):
        name = _MONTH_NAMES[month - 1]
        where = f"{name} {year}" if year is not None and month == 2 else name
        raise NotationError(
            f"day {day} in {where}", column + 3, f"{where} has {days_in_month(year, month)} days"
        )


def _century(match: re.Match[str], column: int) -> Day:
    number = int(match["number"])
    if number == 0:
        raise NotationError("there is no century 0", column, "write 1st century")
    right = _ordinal_ending(number)
    if match["ending"] != right:
        raise NotationError(f"“{number}{match['ending']}”", column, f"write {number}{right} century")
    return Day(century=-number if match["era"] else number, approximate=bool(match["about"]))


def _interval(start_text: str, end_text: str) -> Date:
    column = len(start_text) + 2
    for end, where in ((start_text, 1), (end_text, column)):
        if not end.strip():
            raise NotationError("an end of the interval is missing", where, "an open end is written “..”")
        if end != end.strip():
            raise NotationError(
                "space beside “/”", len(start_text) + 1, f"write {start_text.strip()}/{end_text.strip()}"
            )
    start = None if start_text == ".." else _parse_day(start_text, 1)
    end_day = None if end_text == ".." else _parse_day(end_text, column)
    if start is None and end_day is None:
        raise NotationError("both ends of the interval are open", 1, _INTERVAL)
    if start is not None and end_day is not None:
        _check_order(start, end_day, start_text, end_text, column)
    return Date(start, end_day)


def _check_order(start: Day, end: Day, start_text: str, end_text: str, column: int) -> None:
    if (_is_yearless(start)) != (_is_yearless(end)):
        raise NotationError(
            "one end has a year, the other has none", column, "both ends have a year, or neither has"
        )
    if _is_yearless(start):
        return  # --12-31/--01-01 passes the turn of the year
    if _first(start) > _last(end):
        raise NotationError(
            f"interval reversed: {start_text} is after {end_text}", column, f"write {end_text}/{start_text}"
        )
    if start == end:
        raise NotationError("both ends of the interval are the same", column, f"write {start_text}")


def _is_yearless(day: Day) -> bool:
    return day.year is None and day.century is None


def _first(day: Day) -> tuple[int, int, int]:
    if day.century is not None:
        return (day.century - 1) * 100 + 1 if day.century > 0 else day.century * 100 + 1, 1, 1
    return day.year or 0, day.month or 1, day.day or 1


def _last(day: Day) -> tuple[int, int, int]:
    if day.century is not None:
        return _first(day)[0] + 99, 12, 31
    month = day.month or 12
    return day.year or 0, month, day.day or days_in_month(day.year, month)


_SHORT_DATE = re.compile(r"(-?[0-9]{3,4})-([0-9]{1,2})(?:-([0-9]{1,2}))?")
_SLASHED_OR_DOTTED = re.compile(r"([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})")
_UNMARKED = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_IN_WORDS = re.compile(r"(?:([0-9]{1,2})\s+)?([A-Za-z]+)\.?\s+([0-9]{4})")
_ERA = re.compile(r"([0-9]{1,4}) ?(BC|B\.C\.|BCE|AD|CE)", re.IGNORECASE)
_LOOSE_CENTURY = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[ -]?(?:centur(?:y|ies)|c\.?)( ?B\.?C\.?)?", re.IGNORECASE
)
_CENTURIES = re.compile(
    r"([0-9]{1,2}(?:st|nd|rd|th))\s?[-–]\s?([0-9]{1,2}(?:st|nd|rd|th)) centuries( BC)?", re.IGNORECASE
)
_DECADE = re.compile(r"(?:the )?([0-9]{3})(?:0s|X)", re.IGNORECASE)


def _no_date(text: str, column: int) -> NotationError:
    """Say what is wrong with a text that is no date, and what to write if it can be guessed."""
    return NotationError(f"a date is wanted, found “{text}”", column, _date_hint(text))


def _date_hint(text: str) -> str:
    if text[:1] in "~<>≈≥≤":
        return _signed_date_hint(text)
    if text[-1:] in "?%":
        return f"write {text[:-1]} with “stance: doubts”, or {text[:-1]}~ for about"
    if match := _DECADE.fullmatch(text):
        return f"write {match[1]}0/{match[1]}9"
    if re.fullmatch(r"[0-9]{4}(-[0-9]{2})?-XX", text):
        return f"write {text[:-3].removesuffix('-XX')}"
    if match := _CENTURIES.fullmatch(text):
        era = match[3].upper() if match[3] else ""
        return f"write {match[1]} century{era}/{match[2]} century{era}"
    if match := _SHORT_DATE.fullmatch(text):
        sign, year = ("-", match[1][1:]) if match[1][0] == "-" else ("", match[1])
        return "write " + "-".join(
            [f"{sign}{int(year):04}", *(f"{int(part):02}" for part in match.groups()[1:] if part)]
        )
    if match := _SLASHED_OR_DOTTED.fullmatch(text):
        return f"write {match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    if match := _UNMARKED.fullmatch(text):
        return f"write {match[1]}-{match[2]}-{match[3]}"
    if match := _ERA.fullmatch(text):
        before = match[2].upper().startswith("B")
        year_number = 1 - int(match[1]) if before else int(match[1])
        return f"write {'-' if year_number < 0 else ''}{abs(year_number):04}"
    if match := _LOOSE_CENTURY.fullmatch(text):
        number = int(match[1])
        return f"write {number}{_ordinal_ending(number)} century{' BC' if match[2] else ''}"
    if match := _IN_WORDS.fullmatch(text):
        return _worded_date_hint(match)
    if re.fullmatch(r"[0-9]{1,3}", text):
        return f"write {int(text):04}"
    if "T" in text or ":" in text:
        return "times of day need a quantity of unit: time"
    if re.fullmatch(r"--[0-9]{1,2}", text):
        return "a date without a year has month and day: --02-26"
    return "write 1992-02-26, 1992-02 or 1992"


def _signed_date_hint(text: str) -> str:
    rest = text.lstrip("~<>=≈≥≤ ")
    if text[0] in "~≈":
        return f"write {rest}~"
    return f"write {rest}/.." if text[0] in ">≥" else f"write ../{rest}"


def _worded_date_hint(match: re.Match[str]) -> str:
    names = [
        number for number, name in enumerate(_MONTH_NAMES, 1) if name.startswith(match[2].capitalize()[:3])
    ]
    if not names:
        return "write 1992-02-26, 1992-02 or 1992"
    day = f"-{int(match[1]):02}" if match[1] else ""
    return f"write {match[3]}-{names[0]:02}{day}"


def _ordinal_ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


# Writing


def _sign(qualifier: Qualifier) -> str:
    return next((sign for sign, meaning in _QUALIFIERS.items() if meaning is qualifier), "")


def _write_number(number: Number, unit: str) -> str:
    factor = MAGNITUDES.get(number.magnitude, Decimal(1))
    per = f":{number.per:f}" if number.unit == "ratio" else ""
    ends = (number.low,) if number.low == number.high else (number.low, number.high)
    amount = "..".join(f"{end / factor:f}{per}" for end in ends)
    own = "" if number.unit == unit or number.unit in RESERVED_UNITS else number.unit
    return " ".join(part for part in (_sign(number.qualifier) + amount, number.magnitude, own) if part)


def _write_day(day: Day) -> str:
    about = "~" if day.approximate else ""
    if day.century is not None:
        number = abs(day.century)
        return f"{number}{_ordinal_ending(number)} century{' BC' if day.century < 0 else ''}{about}"
    year = "-" if day.year is None else f"{'-' if day.year < 0 else ''}{abs(day.year):04}"
    return "-".join([year, *(f"{part:02}" for part in (day.month, day.day) if part is not None)]) + about


# Hints


def _nearest_unit(unit: str, counting_units: Collection[str]) -> str:
    known = [*counting_units, *RESERVED_UNITS, *PHYSICAL_UNITS, *TIME_UNITS, *CURRENCIES]
    return _nearest(unit, known, "name it under “units” in book.yaml")


def _nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    near = difflib.get_close_matches(word, sorted(set(known)), n=1, cutoff=0.6)
    return f"did you mean “{near[0]}”?" if near else otherwise


def _of_dimension(wanted: str) -> list[str]:
    return [*(unit for unit in [*PHYSICAL_UNITS, *TIME_UNITS] if dimension(unit) == wanted), *MAGNITUDES]
