"""Bare figures: numbers in running text that no claim stands behind.

Years, dates, ordinals, numbers of pages, paragraphs and acts, numbers in names, and numbers within
quotation marks whose passage has a note are no figures. What a language writes for these is a table
of patterns per language; English is the table that every language falls back to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bookbuild.check.walk import Passage, each_inline, notes_called, passages
from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.model.book import Book, each_prose
from bookbuild.model.inline import (
    Code,
    Emphasis,
    Foreign,
    IndexMark,
    Inline,
    Link,
    NumberMark,
    Reference,
    Strong,
    Text,
)
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, Prose

_RUNNING = frozenset(
    {Kind.PARAGRAPH, Kind.ITEM, Kind.NOTE, Kind.CELL, Kind.CAPTION, Kind.HEADING, Kind.REGISTER, Kind.TERM}
)
MAX_BARE = 50
"""Told of one message: nobody reads more."""
_OBJECT = "\ufffc"  # stands for a mark, a note or a break
_FIGURE = re.compile(r"\d+(?:[.,:\u00a0\u202f\u2009'’]\d+)*")
_QUOTED = re.compile(r'“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|"[^"]*"|‘(?=\S)[^‘’]*’(?!\w)')


@dataclass(frozen=True, slots=True)
class _Words:
    """What one language writes around numbers that are no figures. Alternatives of a regular expression."""

    months: str
    ordinal: str
    """Follows the digits."""
    before: str
    """Words that the number of a page, act or name follows."""
    after: str = ""
    """Words that follow such a number."""
    counted: str = ""
    """Words before a four-digit number that make it an amount and no year."""
    approximate: str = ""
    """The same, if a thing counted follows: “about 1990” is a year, “about 1990 houses” is none."""
    function: str = ""
    """Words that may follow a year and are no things counted."""
    dating: str = ""
    """Words that only a year follows."""
    joined: str = r"and|or|to"
    eras: str = ""
    more: str = ""
    """A whole pattern of its own."""


_ENGLISH = _Words(
    months=r"January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?",
    ordinal=r"(?:st|nd|rd|th)",
    before=r"pp?\.|pages?|paras?\.?|paragraphs?|secs?\.|sections?|§§?|ch(?:ap)?s?\.|chapters?|parts?|arts?\."
    r"|articles?|nos?\.|№|numbers?|vols?\.|volumes?|figs?\.|tables?|plates?|maps?|notes?|nn?\.|items?|clauses?"
    r"|annex(?:es)?|appendi(?:x|ces)|resolutions?|decisions?|decrees?|laws?|acts?|bills?|protocols?|rules?|cases?"
    r"|applications?|documents?|docs?\.|issues?|series|lines?|columns?|highways?|routes?|roads?|ISBN|ISSN|DOI"
    r"|Res\.|[HS]\.? ?(?:C\.? ?)?[RB]\.?",
    counted=r"over|under|approximately|roughly|than|least|most|up to|exactly|a further",
    dating=r"in|since|until|till|during|before|after",
    approximate=r"about|some|around|nearly|almost|another|only|all|those|these|the other|by",
    function=r"and|or|the|all|in|to|an?|on|at|was|were|is|are|had|has|when|as|but|for|from|with|by|both|that|which|it|they",
    eras=r"BCE?|CE|AD|A\.D\.|B\.C\.",
)
_WORDS = {
    "en": _ENGLISH,
    "az": _Words(
        months=r"(?:yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr)\w*",
        ordinal=r"-?(?:c[ıiuü]|nc[ıiuü]|[ıiuü]nc[ıiuü])\b",
        before=r"səh\.|s\.|səhifə|№|nömrə|maddə|bənd|bölmə|fəsil|cild|qətnamə|cədvəl|xəritə|qeyd",
        after=r"(?:nömrəli|saylı|[ıiuü]nci|il(?:in|də|dən|ə)?\b|illər\w*)",
        counted=r"təxminən|təqribən|azı|çoxu|qədər|cəmi",
        joined=r"və|ya",
        eras=r"e\.ə\.",
        more=r"(?:(?:yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr)\w*\s+)"
        r"\d{1,2}-\w+(?:\s+\d{1,2}-\w+)?",  # fevralın 25-dən 26-na
    ),
    "tr": _Words(
        months=r"(?:ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık)\w*",
        ordinal=r"(?:\.|['’]?(?:[ıiuü]nc[ıiuü]))",
        before=r"s\.|sayfa|madde|no\.?|sayı|cilt|bölüm|paragraf|tablo|harita",
        after=r"(?:sayılı|numaralı|yılı\w*)",
        counted=r"yaklaşık|en az|en çok|fazla",
        joined=r"ve|veya|ile",
        eras=r"M\.?Ö\.|M\.?S\.",
    ),
    "ru": _Words(
        months=r"(?:январ|феврал|март|апрел|ма[йея]|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*",
        ordinal=r"-(?:й|я|е|го|му|м|ая|ой|ом|ую|ые|ых|ым)",
        before=r"с\.|стр\.|страниц\w*|ст\.|стать\w+|п\.|пункт\w*|№|том\w*|т\.|глав\w+|гл\.|резолюци\w+|таблиц\w+|рис\.",
        after=r"(?:год\w*|гг?\.)",
        dating=r"в|с|до|после|к",
        counted=r"около|примерно|более|менее|свыше|почти|всего",
        joined=r"и|или",
        eras=r"до н\. ?э\.|н\. ?э\.",
    ),
    "de": _Words(
        months=r"Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
        ordinal=r"\.(?=\s+\w)",
        before=r"S\.|Seiten?|Abs\.|Absätze?|Absatz|Nr\.|Nummer|Art\.|Artikel|Kap\.|Kapitel|Bd\.|Band|Ziff\.|Abb\.|Tabellen?"
        r"|Resolution(?:en)?|§§?",
        dating=r"im Jahre?|seit|bis|nach|vor",
        counted=r"etwa|rund|über|unter|mindestens|höchstens|fast|knapp|ungefähr",
        joined=r"und|oder|bis",
        eras=r"v\. ?Chr\.|n\. ?Chr\.",
    ),
    "fr": _Words(
        months=r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
        ordinal=r"(?:er|re|e|è?mes?|nde?)\b",
        before=r"pp?\.|pages?|par\.|paragraphes?|n[°o]s?\.?|numéros?|art\.|articles?|chap\.|chapitres?|vol\.|tomes?|fig\."
        r"|tableaux?|résolutions?|§§?",
        dating=r"en|depuis|avant|après",
        counted=r"environ|près de|plus de|moins de|au moins|au plus",
        joined=r"et|ou|à|au",
        eras=r"av\. J\.-C\.|apr\. J\.-C\.",
    ),
}  # fmt: skip


def check_numerals(book: Book) -> Iterator[Diagnostic]:
    """F015: a figure in running text that no claim, value or number mark carries."""
    lang = book.source_language.partition("-")[0]
    exceptions = _exceptions(_WORDS.get(lang, _ENGLISH), _counted_things(book))
    for passage in passages(book):
        noted = any(True for _ in notes_called(passage))
        for prose in passage.messages:
            if prose.kind in _RUNNING:
                yield from _bare(prose, exceptions, quotes_count=noted or _in_note(passage))


def bare_figures(text: str, lang: str) -> list[tuple[int, str]]:
    """Return the offset and digits of every bare figure in plain text of a language.

    >>> bare_figures("On 26 February 1992 the 366th regiment lost 10 men (resolution 822).", "en")
    [(44, '10')]
    """
    words = _WORDS.get(lang.partition("-")[0], _ENGLISH)
    return list(_figures(text, _exceptions(words, "")))


def list_number_marks(book: Book) -> tuple[tuple[str, Place], ...]:
    """Return every ``{number}`` of the book as written, with its place, in reading order: the exceptions."""
    return tuple(
        (inline.text, prose.place_at(inline.offset))
        for prose in each_prose(book)
        for inline in each_inline(prose.inlines)
        if isinstance(inline, NumberMark)
    )


def _in_note(passage: Passage) -> bool:
    """A passage that is itself the body of a note gives its sources in its own text."""
    return any(prose.kind is Kind.NOTE for prose in passage.messages)


def _counted_things(book: Book) -> str:
    names = {prose.source for prose in book.units.values() if prose.source}
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _exceptions(words: _Words, things: str) -> list[re.Pattern[str]]:
    # No repetition within another is without end: a search must not try all ways to divide a text.
    gap = r"[\s\u00a0\u202f]{0,4}"
    space = r"[\s\u00a0\u202f]{1,4}"
    joined = rf"(?:{gap}(?:,|;|–|—|-|/|&|,?{space}(?:{words.joined})\b){gap})"
    day = rf"\d{{1,2}}(?:{words.ordinal}|\.)?"
    days = rf"{day}(?:{joined}{day}){{0,30}}"
    year = r"(?:1[0-9]|20)\d\d"
    number = r"\d+(?:[./:]\d+){0,30}[a-z]?"
    after_year = rf"(?!\w)(?!{gap}(?:%|per cent|percent|{things or 'people'}|people|men|women|children)\b)"
    patterns = [
        # 26 February 1992 · February 26, 1992 · 25 and 26 February · 1992-02-26 · 26.02.1992
        rf"(?<![\w.,]){days}{space}(?:of{space})?(?:{words.months})(?:,?{space}{year})?",
        rf"(?<!\w)(?:{words.months}){space}{days}(?:,?{space}{year})?(?!\w)",
        rf"(?<!\w)(?:{words.months}){space}{year}(?!\w)",
        r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)",
        r"(?<!\d)\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d)(?!\d)",
        # 366th · the 1990s · 19th–20th
        rf"(?<![\w.,])\d+{words.ordinal}(?!\d)",
        rf"(?<!\w){year}s(?!\w)",
        # p. 12 · articles 5 and 7 · resolution 822 (1993) · No. 52
        (
            rf"(?<!\w)(?:{words.before}){gap}(?:\({gap})?[A-Z]?{number}\)?(?:\(\w+\))?(?:{gap}\({year}\))?"
            rf"(?:{joined}{number}(?:{gap}\({year}\))?){{0,30}}"
        ),
        # T-72 · S/25645 · A/RES/62/243 · BTR70: digits that letters run into
        r"(?<!\w)[^\W\d_]\w*(?:[-/.]\w+)*",
        r"(?<!\w)\d+/\d+(?:/\d+){0,30}(?!\w)",
        r"(?<!\w)\(\d{1,2}\)|\[\d{1,3}\]",
    ]
    if words.eras:
        patterns.append(rf"(?<!\w)\d{{1,4}}(?:[–-]\d{{1,4}})?{space}(?:{words.eras})(?!\w)")
        patterns.append(rf"(?<!\w)(?:{words.eras}){space}\d{{1,4}}(?!\w)")
    if words.more:
        patterns.append(words.more)
    if words.after:
        patterns.append(rf"(?<![\w.,])\d+(?:{joined}\d+){{0,30}}{space}(?:{words.after})")
    if words.dating:
        patterns.append(rf"(?<!\w)(?:{words.dating}){space}{year}(?![.,:]?\d)")
    # A year is four digits alone, unless words make it an amount.
    alone = r"(?<![\w.,:])(?<!\d[\s\u00a0\u202f])"
    span = rf"{year}(?:[–/-](?:\d{{4}}|\d\d))?{after_year}(?![.,:]\d)"
    surely, perhaps = _not_after(words.counted), _not_after(words.approximate)
    follows = rf"(?={gap}(?:[^\w\s\u00a0\u202f]|$|(?:{words.function or '$'})\b))"
    patterns.append(alone + surely + perhaps + span)
    patterns.append(alone + surely + span + follows)
    return [re.compile(pattern, re.IGNORECASE) for pattern in patterns]


def _not_after(words: str) -> str:
    return "".join(rf"(?<!\b{word} )" for word in words.split("|") if word)


def _bare(prose: Prose, exceptions: list[re.Pattern[str]], *, quotes_count: bool) -> Iterator[Diagnostic]:
    if "&" not in prose.source and not any(map(str.isdigit, prose.source)):
        return
    text, offsets = _flat(prose)
    said = _QUOTED.sub(lambda match: " " * len(match[0]), text) if quotes_count else text
    told = 0
    for at, digits in _figures(text, exceptions):
        if said[at] != text[at]:
            continue
        place = prose.place_at(offsets[at])
        told += 1
        if told > MAX_BARE:
            message = f"more than {MAX_BARE} bare figures in one text; “{digits}” is the next"
            yield Diagnostic(
                "F015", message, place, "set such figures as a table of claims", Severity.WARNING
            )
            return
        hint = "write {claim} or {value} for it; or {number}`…` if it is no claim"
        yield Diagnostic("F015", f"bare figure “{digits}”", place, hint, Severity.WARNING)


def _figures(text: str, exceptions: list[re.Pattern[str]]) -> Iterator[tuple[int, str]]:
    if not any(map(str.isdigit, text)):
        return
    excepted = bytearray(len(text))
    for pattern in exceptions:
        for match in pattern.finditer(text):
            excepted[match.start() : match.end()] = b"\1" * len(match[0])
    for match in _FIGURE.finditer(text):
        if not excepted[match.start()]:
            yield match.start(), match[0]


def _flat(prose: Prose) -> tuple[str, list[int]]:
    """Return a message's words, and for each character its offset in the source."""
    text: list[str] = []
    offsets: list[int] = []
    for inline in prose.inlines:
        _flatten(inline, prose.source, text, offsets)
    return "".join(text), offsets


def _flatten(inline: Inline, source: str, text: list[str], offsets: list[int]) -> None:
    match inline:
        case Text():
            at = inline.offset
            if source.startswith(inline.text, at):  # no escape among them
                text.append(inline.text)
                offsets.extend(range(at, at + len(inline.text)))
                return
            for character in inline.text:
                if source[at : at + 1] != character and source[at + 1 : at + 2] == character:
                    at += 1  # over the backslash of an escape
                text.append(character)
                offsets.append(at)
                at += 1
        case Link() if inline.href.endswith("".join(_letters(inline)).rpartition("//")[2]):
            text.append(_OBJECT)  # the words are the address
            offsets.append(inline.offset)
        case Emphasis() | Strong() | Link() | Reference() | IndexMark() | Foreign():
            for child in inline.children:
                _flatten(child, source, text, offsets)
        case Code():
            text.append(_OBJECT)
            offsets.append(inline.offset)
        case _:
            text.append(_OBJECT)
            offsets.append(inline.offset)


def _letters(inline: Link) -> Iterator[str]:
    for part in each_inline(inline.children):
        if isinstance(part, Text):
            yield part.text
