"""A pack and its labels to a :class:`~bookbuild.model.locale.Locale`: words, numerals, order.

Amounts keep their final zeros, years are never grouped. A no-break space stands between an amount
and its unit or magnitude, between a sign and its amount, and between a day and its month.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from babel import Locale as CldrLocale
from babel.numbers import get_currency_name

from bookbuild.model.value import Clock, Date, Day, Name, Number, Qualifier, Value
from bookbuild.translate.collation import Alphabet
from bookbuild.translate.labels import Labels, read_labels
from bookbuild.translate.numerals import digits_of, write_number
from bookbuild.translate.pack import UNIT_PATTERN, Pack, UnitWords, read_pack
from bookbuild.translate.pattern import Spoken, fill
from bookbuild.translate.pseudo import PSEUDO, pseudo_pack
from bookbuild.translate.words import roman

MAGNITUDES = {"thousand": Decimal(1000), "million": Decimal(10) ** 6, "billion": Decimal(10) ** 9}
SIGNS = {
    Qualifier.ABOUT: "≈\u00a0",
    Qualifier.MORE_THAN: ">\u00a0",
    Qualifier.AT_LEAST: "≥\u00a0",
    Qualifier.LESS_THAN: "<\u00a0",
    Qualifier.AT_MOST: "≤\u00a0",
}
PATTERN_OF = {
    Qualifier.ABOUT: "about",
    Qualifier.MORE_THAN: "more-than",
    Qualifier.AT_LEAST: "at-least",
    Qualifier.LESS_THAN: "less-than",
    Qualifier.AT_MOST: "at-most",
}
NBSP = "\u00a0"


def open_locale(code: str, folder: Path | None = None) -> PackLocale:
    """Return a language's words, numerals and order.

    Args:
        code: BCP 47, or ``en-XA`` for the pseudo-locale.
        folder: the book's ``locales/`` folder, which may overrule a pack or bring a new one.

    Raises:
        BookError: the language is unknown, or the book's own file for it is wrong.
    """
    if code.replace("_", "-").casefold() == PSEUDO.casefold():
        english = open_locale("en")
        return PackLocale(pseudo_pack(english.pack), english.labels.pseudo())
    return PackLocale(read_pack(code, folder), read_labels(code, folder))


class PackLocale:
    """A language, from its pack. Pure: every method is a function of its arguments."""

    def __init__(self, pack: Pack, labels: Labels) -> None:
        self.pack = pack
        self.labels = labels
        self._dates: dict[tuple[Date, bool], str] = {}
        self._cldr = CldrLocale.parse(pack.cldr)
        self._punctuation = str.maketrans(dict(pack.punctuation))
        self._alphabet = Alphabet(
            pack.alphabet,
            upper=pack.upper,
            lower=pack.lower,
            file_under=pack.file_under,
            ignored=pack.ignore_in_sorting,
        )

    @property
    def code(self) -> str:
        return self.pack.code

    @property
    def name(self) -> str:
        return self.pack.name

    @property
    def direction(self) -> str:
        return self.pack.direction

    @property
    def quotes(self) -> tuple[str, str, str, str]:
        return self.pack.quotes

    @property
    def fonts(self) -> tuple[str, ...]:
        """Families to put before the house style's own, for scripts these lack."""
        return self.pack.fonts

    @property
    def hyphen(self) -> str:
        """The sign at the end of a line within a word."""
        return self.pack.hyphen

    # Citations and separators

    @property
    def citation_terms(self) -> Mapping[str, tuple[str, ...]]:
        """Words of notes and bibliography, by CSL's names; see the protocol."""
        if not self.pack.citations:
            return {}
        genitive = "month-genitive" in self.pack.dates["day"] and "genitive" in self.pack.months
        months = self.pack.months["genitive" if genitive else "nominative"]
        names = ("open-quote", "close-quote", "open-inner-quote", "close-inner-quote")
        return {
            **{f"month-{number:02}": (name,) for number, name in enumerate(months, 1)},
            **{name: (mark,) for name, mark in zip(names, self.quotes, strict=True)},
            **self.pack.citations,
        }

    def punctuated(self, separator: str) -> str:
        """Return a separator with the locale's own comma, semicolon and question mark."""
        return separator.translate(self._punctuation)

    # Labels

    def label(self, english: str, **values: str) -> str:
        """Return a word of the apparatus; raises KeyError for one that no template has."""
        text = self.labels.single(english)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def plural(self, one: str, other: str, count: int) -> str:
        """Return the form of a counted label that fits ``count``; ``{n}`` is the count, localized."""
        return self.labels.plural(one, other, count).replace("{n}", self.number(count))

    # Numbers

    def number(self, amount: Decimal | int) -> str:
        """Write an amount with the locale's grouping and decimal sign, keeping final zeros."""
        return write_number(amount, self.pack)

    def ordinal(self, number: int) -> str:
        """Write an ordinal number: “39th”, “39-cu”."""
        return self._ordinal(number).written

    def part_ordinal(self, number: int) -> str:
        """Write an ordinal as it stands with the word for a part; see the protocol."""
        spelt = self.pack.part_ordinals
        return spelt[number - 1] if 0 < number <= len(spelt) else self.ordinal(number)

    def value(self, value: Value, *, form: str = "", unit: bool = True) -> str:
        """Write a claim's value for running text; see the protocol."""
        match value:
            case Number():
                return self._number_in_words(value, form, unit)
            case Date():
                return self._date_in_form(value, form)
            case Clock():
                return self._clock(value)
            case Name():
                return value.name

    def compact(self, value: Value) -> str:
        """Write a value for tables and charts, with signs, without unit."""
        match value:
            case Number():
                low = self._amount(value, value.low).written
                if value.low != value.high:
                    low = f"{self._amount(value, value.low, bare=True).written}–" + (
                        self._amount(value, value.high).written
                    )
                return SIGNS.get(value.qualifier, "") + low
            case Date():
                return self._date(value, short=True)
            case Clock():
                shown = self._time(value.start).written
                if value.start != value.end:
                    shown += f"–{self._time(value.end).written}"
                return SIGNS.get(value.qualifier, "") + shown
            case Name():
                return value.name

    def unit(self, code: str) -> str:
        """Return the abbreviation or name of a measure or currency; the code itself if unknown."""
        words = self._unit(code)
        return words.symbol if words else code

    def _unit(self, code: str) -> UnitWords | None:
        if code in self.pack.units:
            return self.pack.units[code]
        if len(code) == 3 and code.isupper() and (name := get_currency_name(code, locale=self._cldr)) != code:
            return UnitWords(code, {"other": name}, UNIT_PATTERN)
        return None

    def _number_in_words(self, value: Number, form: str, with_unit: bool) -> str:
        measured = self._unit(value.unit) is not None
        low, high = self._amount(value, value.low), self._amount(value, value.high)
        pattern = PATTERN_OF.get(value.qualifier, "") if form != "number" else ""
        if measured and with_unit:
            high = self._with_unit(high, value, bool(pattern))
            low = high if value.low == value.high else low
        if value.low != value.high:
            low = self._amount(value, value.low, bare=True)
            kind = "about-range" if pattern == "about" else "range"
            return fill(self.pack.qualifiers[kind], {"low": low, "high": high}, self.pack.harmony).written
        if not pattern:
            return low.written
        counted = self.pack.qualifiers.get(f"{pattern}-count", "") if not measured else ""
        return fill(counted or self.pack.qualifiers[pattern], {"n": low}, self.pack.harmony).written

    def _amount(self, value: Number, amount: Decimal, *, bare: bool = False) -> Spoken:
        """An amount with its magnitude word, unless ``bare`` (the first of a range)."""
        forms = self.pack.magnitudes.get(value.magnitude)
        shown = amount / MAGNITUDES[value.magnitude] if forms else amount
        if value.unit == "ratio":
            return self._spoken(f"{self.number(shown)}:{self.number(value.per)}", value.per)
        if forms and not bare:
            word = forms.get(self._cldr.plural_form(shown), forms["other"])
            return Spoken(f"{self.number(shown)}{NBSP}{word}")
        return self._spoken(self.number(shown), shown)

    def _with_unit(self, amount: Spoken, value: Number, qualified: bool) -> Spoken:
        unit = self._unit(value.unit)
        assert unit is not None, "asked only for measures"
        words = unit.words
        in_words = value.magnitude in self.pack.magnitudes
        category = "other" if in_words else self._cldr.plural_form(value.high)
        name = words.get(category, words["other"])
        if in_words or qualified:
            name = words.get("genitive-one" if category == "one" else "genitive", name)
        if not name:
            return amount
        filled = self._fill(unit.pattern, {"n": amount, "unit": name})
        return dataclasses.replace(filled, possessive=unit.possessive)

    def _spoken(self, written: str, amount: Decimal | int) -> Spoken:
        return Spoken(written, self.pack.number_words.last_word(Decimal(amount)))

    def _ordinal(self, number: int) -> Spoken:
        pattern = self.pack.ordinals["default"]
        for rule, candidate in self.pack.ordinals.items():
            if rule.startswith("%"):
                modulus, _, rest = rule[1:].partition("=")
                if number % int(modulus) == int(rest):
                    pattern = candidate
            elif rule == str(number):
                pattern = candidate
        return fill(
            pattern, {"n": self._spoken(digits_of(self.pack, str(number)), number)}, self.pack.harmony
        )

    # Dates and times

    def date(self, date: Date, *, short: bool = False) -> str:
        """Write a date or interval of dates in words; see the protocol."""
        return self._date(date, short=short)

    def _date_in_form(self, date: Date, form: str) -> str:
        if form == "year":
            years = [str(day.year) for day in (date.start, date.end) if day and day.year is not None]
            return digits_of(self.pack, "–".join(dict.fromkeys(years)))
        if form == "day":
            return self._date(Date(_without_year(date.start), _without_year(date.end)))
        return self._date(date)

    def _date(self, date: Date, *, short: bool = False) -> str:
        # A book on one event says the same few hundred dates some thousand times.
        known = self._dates.get((date, short))
        if known is None:
            known = self._dates[date, short] = self._worded(date, short)
        return known

    def _worded(self, date: Date, short: bool) -> str:
        start, end = date.start, date.end
        if start is None and end is None:
            return "–"
        if start is None or end is None:
            return self._open_date("since" if end is None else "until", start or end or Day(), short)
        approximate = start.approximate or end.approximate
        if approximate and start == end and not short:
            return self._led_date("approximate", start)
        text = self._one(start, short) if start == end else self._range(start, end, short)
        if not approximate:
            return text.written
        return self._fill(_choice(self.pack.dates, "approximate", short), {"date": text}).written

    def _open_date(self, side: str, day: Day, short: bool) -> str:
        text = self._led_date(side, day)
        if not day.approximate:
            return text
        return self._fill(_choice(self.pack.dates, "approximate", short), {"date": text}).written

    def _led_date(self, word: str, day: Day) -> str:
        """One date after “since”, “until” or “about”, in the case that the word asks for."""
        pattern = self.pack.dates.get(f"{word}-{_precision(day)}")
        if pattern is not None:
            return self._fill(pattern, self._values(day)).written
        return self._fill(self.pack.dates[word], {"date": self._one(day, short=False)}).written

    def _one(self, day: Day, short: bool) -> Spoken:
        return self._fill(_choice(self.pack.dates, _precision(day), short), self._values(day))

    def _range(self, start: Day, end: Day, short: bool) -> Spoken:
        kind = _range_kind(start, end)
        if kind == "range":
            values: dict[str, Spoken | str] = {"start": self._one(start, short), "end": self._one(end, short)}
            return self._fill(self.pack.dates["range"], values)
        numbered = {
            f"{name}{position}": value
            for position, day in (("1", start), ("2", end))
            for name, value in self._values(day).items()
        }
        return self._fill(_choice(self.pack.dates, kind, short), {**self._values(end), **numbered})

    def _values(self, day: Day) -> dict[str, Spoken | str]:
        """Every placeholder that a pattern may use for one date."""
        values: dict[str, Spoken | str] = {}
        if day.century is not None:
            century = abs(day.century)
            first, last = (century - 1) * 100 + 1, century * 100
            if day.century < 0:
                first, last = last, first
            values["n"] = self._spoken(digits_of(self.pack, str(century)), century)
            values["ordinal"] = self._ordinal(century)
            values["roman"] = Spoken(roman(century), self.pack.number_words.last_word(Decimal(century)))
            values["from"], values["to"] = (
                self._spoken(digits_of(self.pack, str(n)), n) for n in (first, last)
            )
        if day.year is not None:
            year = day.year if day.year > 0 else 1 - day.year
            values["year"] = self._spoken(digits_of(self.pack, str(year)), year)
        if day.year is not None and day.year <= 0 and day.month is not None:
            values["year"] = self._fill(self.pack.dates["era"], values)
        if day.day is not None:
            values["d"] = self._spoken(digits_of(self.pack, str(day.day)), day.day)
            values["ordinal-day"] = self._ordinal(day.day)
        if day.month is not None:
            for form, names in self.pack.months.items():
                values["month" if form == "nominative" else f"month-{form}"] = names[day.month - 1]
        return values

    def _fill(self, pattern: str, values: dict[str, Spoken | str]) -> Spoken:
        return fill(pattern, values, self.pack.harmony)

    def _time(self, minutes: int) -> Spoken:
        hour, minute = divmod(minutes % 1440, 60)
        values: dict[str, Spoken | str] = {
            "h": digits_of(self.pack, f"{hour}"),
            "hh": digits_of(self.pack, f"{hour:02}"),
            "mm": digits_of(self.pack, f"{minute:02}"),
        }
        return self._spoken(self._fill(self.pack.clock["time"], values).written, minute or hour)

    def _clock(self, clock: Clock) -> str:
        patterns = self.pack.clock
        start, end = self._time(clock.start), self._time(clock.end)
        text = start
        if clock.start != clock.end:
            text = self._fill(patterns["range"], {"t1": start, "t2": end})
        if pattern := PATTERN_OF.get(clock.qualifier):
            text = self._fill(patterns[pattern], {"t": text})
        return text.written

    # Order and case

    def list_of(self, items: Iterable[str]) -> str:
        """Join with the locale's commas and “and”."""
        parts: Sequence[str] = tuple(items)
        if len(parts) < 2:
            return "".join(parts)
        middle, last = self.pack.list
        text = parts[0]
        for part in parts[1:-1]:
            text = middle.format(a=text, b=part)
        return last.format(a=text, b=parts[-1])

    def page_range(self, first: str, last: str) -> str:
        """Write a range of pages: “12–15”."""
        return self.pack.page_range.format(first=first, last=last)

    def sort_key(self, text: str) -> tuple[object, ...]:
        """Return a key that sorts in the order of the locale's alphabet."""
        return self._alphabet.sort_key(text)

    def language_name(self, code: str) -> str:
        """Return a language's name in this one, from its pack or from CLDR."""
        written = self.pack.languages.get(code)
        if written:
            return written
        return self.labels.change(str(self._cldr.languages.get(code.replace("-", "_")) or code))

    def index_head(self, text: str) -> str:
        """Return the letter under which an index files this text."""
        return self._alphabet.index_head(text)

    def upper(self, text: str) -> str:
        """Return capitals by the language's own rules."""
        return self._alphabet.upper(text)

    def lower(self, text: str) -> str:
        """Return small letters by the language's own rules."""
        return self._alphabet.lower(text)


def _choice(patterns: Mapping[str, str], key: str, short: bool) -> str:
    return patterns.get(f"{key}-short", patterns[key]) if short else patterns[key]


def _precision(day: Day) -> str:
    """The name of the pattern that writes one date."""
    if day.century is not None:
        return "century" if day.century > 0 else "era-century"
    if day.month is None:
        return "year" if day.year is not None and day.year > 0 else "era"
    precision = "month" if day.day is None else "day"
    return precision if day.year is not None else f"{precision}-no-year"


def _range_kind(start: Day, end: Day) -> str:
    """The name of the pattern that writes two dates together; ``range`` writes both in full."""
    kinds = (_precision(start), _precision(end))
    match kinds:
        case ("century", "century"):
            return "centuries"
        case ("era-century", "era-century"):
            return "era-centuries"
        case ("year", "year"):
            return "years"
        case ("era", "era"):
            return "era-years"
        case ("month", "month") if start.year == end.year:
            return "months"
        case ("day", "day") if start.year == end.year:
            return "days" if start.month == end.month else "days-months"
        case ("day-no-year", "day-no-year"):
            return "days-no-year" if start.month == end.month else "days-months-no-year"
        case _:
            return "range"


def _without_year(day: Day | None) -> Day | None:
    return dataclasses.replace(day, year=None) if day and day.month is not None else day
