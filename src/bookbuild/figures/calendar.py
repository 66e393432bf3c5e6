"""Dates to days on a line and back.

The proleptic Gregorian calendar with astronomical years, as EDTF has it: day 1 is 0001-01-01, and
the days before it go below zero, which the standard library's calendar does not.
"""

from __future__ import annotations

from bookbuild.model.measures import days_in_month
from bookbuild.model.value import Day

YEARLESS = 4
"""The year in which days without a year are laid when they have a line of their own: a leap year."""


def day_number(year: int, month: int = 1, day: int = 1) -> int:
    """Return the number of a day.

    >>> day_number(1), day_number(1992, 2, 26), day_number(0, 12, 31)
    (1, 727254, 0)
    """
    past = year - 1
    leap = days_in_month(year, 2) == 29
    before_month = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[month - 1]
    return past * 365 + past // 4 - past // 100 + past // 400 + before_month + (month > 2 and leap) + day


def date_of(number: int) -> tuple[int, int, int]:
    """Return year, month and day of a day number.

    >>> date_of(727254), date_of(0)
    ((1992, 2, 26), (0, 12, 31))
    """
    year = number * 400 // 146_097 + 1
    while day_number(year) > number:
        year -= 1
    while day_number(year + 1) <= number:
        year += 1
    month = next(month for month in range(12, 0, -1) if day_number(year, month) <= number)
    return year, month, number - day_number(year, month) + 1


def days_of(day: Day, year: int | None = None) -> tuple[int, int]:
    """Return the first day of a date as coarse as it is, and the day after its last.

    About: one more day, month, year or century on either side, as fine as the date is given.
    A day without a year is taken in ``year``; in :data:`YEARLESS` if there is none.
    """
    about = 1 if day.approximate else 0
    if day.century is not None:
        first = (day.century - 1) * 100 + 1 if day.century > 0 else day.century * 100 + 1
        return day_number(first - about * 100), day_number(first + 100 + about * 100)
    own = day.year if day.year is not None else year if year is not None else YEARLESS
    if day.month is None:
        return day_number(own - about), day_number(own + 1 + about)
    if day.day is None:
        return _first_of_month(own, day.month - about), _first_of_month(own, day.month + 1 + about)
    number = day_number(own, day.month, min(day.day, days_in_month(own, day.month)))
    return number - about, number + 1 + about


def is_yearless(day: Day) -> bool:
    """Return whether a date names a day of any year."""
    return day.year is None and day.century is None


def _first_of_month(year: int, month: int) -> int:
    years, index = divmod(month - 1, 12)
    return day_number(year + years, index + 1)
