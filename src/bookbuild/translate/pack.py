"""A language's facts to a :class:`Pack`: CLDR, then ``packs/<lang>.toml``, then the book's own file."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel import Locale as CldrLocale
from babel import UnknownLocaleError
from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol
from babel.units import format_unit

from bookbuild.diagnostics import BookError, Diagnostic, did_you_mean
from bookbuild.model.place import Place
from bookbuild.translate.pattern import Harmony
from bookbuild.translate.words import NumberWords

PACKS = Path(__file__).parent / "packs"
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""Plural categories of CLDR."""
GENITIVES = ("genitive", "genitive-one")
UNIT_PATTERN = "{n}\u00a0{unit}"
OWN_PACK = "locale.toml"
_KINDS = {str: "text", dict: "table", list: "list", bool: "true or false", int: "number", float: "number"}
"""What TOML's values are called in messages."""
"""Name of the file in ``locales/<lang>/`` by which a book adds to or overrules a pack."""


@dataclass(frozen=True, slots=True)
class UnitWords:
    """A unit of measure or money in one language."""

    symbol: str
    words: Mapping[str, str]
    """CLDR plural category → name; ``other`` always. ``genitive`` and ``genitive-one`` follow a qualifier
    (“more than”) in languages where it asks for them."""
    pattern: str
    possessive: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """The facts of one language. What each key means is told in ``locales/README.md``."""

    code: str
    name: str
    cldr: str
    direction: str
    quotes: tuple[str, str, str, str]
    alphabet: tuple[str, ...]
    languages: Mapping[str, str]
    file_under: Mapping[str, str]
    ignore_in_sorting: tuple[str, ...]
    fonts: tuple[str, ...]
    list: tuple[str, str]
    page_range: str
    group: str
    decimal: str
    group_from: int
    digits: str
    upper: Mapping[str, str]
    lower: Mapping[str, str]
    harmony: Harmony
    number_words: NumberWords
    magnitudes: Mapping[str, Mapping[str, str]]
    """Word → its forms by plural category; ``other`` always."""
    qualifiers: Mapping[str, str]
    clock: Mapping[str, str]
    ordinals: Mapping[str, str]
    part_ordinals: tuple[str, ...]
    """First, second … as they stand with the word for a part of a book."""
    months: Mapping[str, tuple[str, ...]]
    dates: Mapping[str, str]
    units: Mapping[str, UnitWords]
    small_numbers: tuple[str, ...]
    """Stems of the words for 0, 1, 2 …: what a translator may write in place of a small figure."""
    hyphen: str = "‐"
    citations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """CSL's name of a term, and after a blank its form → the word, or one and several."""
    punctuation: Mapping[str, str] = field(default_factory=dict)
    """Comma, semicolon and question mark → the language's own."""
    patterns: str = ""
    """File of hyphenation patterns; empty: what the typesetter ships, if anything."""
    vowels: tuple[str, ...] = ()
    consonants: tuple[str, ...] = ()


def shipped() -> tuple[str, ...]:
    """Return the codes of the packs of this package, sorted."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.toml")))


def read_pack(code: str, folder: Path | None = None) -> Pack:
    """Return the pack of a language.

    Args:
        code: BCP 47. ``az-Latn`` and ``az_AZ`` find ``az``.
        folder: the book's ``locales/`` folder; ``<lang>/locale.toml`` in it overrules single keys.

    Raises:
        BookError: neither CLDR nor a pack knows the language, or the book's own file is wrong.
    """
    data: Mapping[str, Any] = _without_own(code)
    if folder and (own := folder / code / OWN_PACK).is_file():
        data = _merge(data, _read_own(own, data, f"{folder.name}/{code}/{OWN_PACK}"))
    return _pack(code, data)


@functools.lru_cache(maxsize=32)
def _without_own(code: str) -> Mapping[str, Any]:
    """Return what CLDR and the pack say: every build asks for it several times."""
    data = _from_cldr(code)
    for candidate in _lookups(code):
        path = PACKS / f"{candidate}.toml"
        if path.is_file():
            return _merge(data, tomllib.loads(path.read_text(encoding="utf-8")))
    return data


def _lookups(code: str) -> list[str]:
    """BCP 47 lookup (RFC 4647): the whole tag, then ever shorter ones."""
    parts = code.replace("_", "-").split("-")
    return ["-".join(parts[:n]) for n in range(len(parts), 0, -1)]


def _read_own(path: Path, known: Mapping[str, Any], shown: str) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = Place(shown, int(at[1]), int(at[2])) if at else Place(shown, 1, 1)
        said = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        hint = "write it as the packs are written that bookbuild ships, as UTF-8 text"
        message = f"locale file is not valid TOML: {said}"
        raise BookError([Diagnostic("T070", message, place, hint)]) from error
    findings = []
    for key, value in data.items():
        line = re.search(rf"^\s*\[*\s*[\"']?{re.escape(key)}\b", text, re.MULTILINE)
        place = Place(shown, text.count("\n", 0, line.end()) + 1 if line else 1, 1)
        if key not in known:
            hint = did_you_mean(key, known) or f"the keys are {', '.join(sorted(known))}"
            findings.append(Diagnostic("T071", f"unknown key “{key}” in a locale file", place, hint))
        elif type(value) is not type(known[key]):
            expected = _KINDS[type(known[key])]
            findings.append(Diagnostic("T072", f"“{key}” is no {expected}", place, f"write {expected}"))
    if findings:
        raise BookError(findings)
    return data


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _from_cldr(code: str) -> dict[str, Any]:
    """What CLDR knows, in the shape of a pack file; signs instead of words where it knows none."""
    cldr = _cldr(code)
    base = tomllib.loads((PACKS.parent / "base.toml").read_text(encoding="utf-8"))
    base["cldr"] = str(cldr)
    base["name"] = cldr.get_display_name(cldr) or code
    base["direction"] = cldr.text_direction
    base["numbers"]["group"] = get_group_symbol(cldr)
    base["numbers"]["decimal"] = get_decimal_symbol(cldr)
    # The stand-alone forms are not asked for: resolving them changes other locales (Babel #1234).
    base["months"]["nominative"] = list(get_month_names("wide", "format", cldr).values())
    era = cldr.eras["abbreviated"][0]
    base["dates"]["era"] = f"{{year}} {era}"
    base["dates"]["era-years"] = f"{{year1}}–{{year2}} {era}"
    base["dates"]["era-century"] = f"{{to}}–{{from}} {era}"
    base["dates"]["era-centuries"] = f"{{from1}}–{{to2}} {era}"
    return base


def _cldr(code: str) -> CldrLocale:
    for candidate in _lookups(code):
        try:
            return CldrLocale.parse(candidate.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    hint = did_you_mean(code, shipped()) or "use a BCP 47 code such as az, tr or pt-BR"
    raise BookError([Diagnostic("T073", f"no data for the language “{code}”", hint=hint)])


def _unit(data: Mapping[str, Any], cldr: str) -> UnitWords:
    words = {category: data[category] for category in (*CATEGORIES, *GENITIVES) if category in data}
    if not words and "cldr" in data:
        words = _unit_words(data["cldr"], cldr)
    words.setdefault("other", data["symbol"])
    pattern = data.get("pattern", UNIT_PATTERN)
    return UnitWords(data["symbol"], words, pattern, data.get("possessive", False))


def _unit_words(unit: str, cldr: str) -> dict[str, str]:
    """Names of a CLDR unit by plural category; none where Babel has only the raw key."""
    words: dict[str, str] = {}
    rule = CldrLocale.parse(cldr).plural_form
    for sample in (1, 2, 3, 5, 11, 21, 100):
        text = format_unit(sample, unit, locale=cldr)
        if "-" in text:
            return {}
        words.setdefault(rule(sample), text.replace(str(sample), "").strip())
    return words


def _pack(code: str, data: Mapping[str, Any]) -> Pack:
    hyphenation, numbers, words = data["hyphenation"], data["numbers"], data["number-words"]
    return Pack(
        code=code,
        name=data["name"],
        cldr=data["cldr"],
        direction=data["direction"],
        quotes=tuple(data["quotes"]),
        alphabet=tuple(data["alphabet"].split()),
        languages=data["languages"],
        file_under=data["file-under"],
        ignore_in_sorting=tuple(data["ignore-in-sorting"]),
        fonts=tuple(data["fonts"]),
        list=tuple(data["list"]),
        page_range=data["page-range"],
        group=numbers["group"],
        decimal=numbers["decimal"],
        group_from=numbers["group-from"],
        digits=numbers["digits"],
        upper=data["case"]["upper"],
        lower=data["case"]["lower"],
        harmony=Harmony(data["harmony"]["front"], data["harmony"]["hardens"]),
        number_words=NumberWords(tuple(words["ones"]), tuple(words["tens"]), tuple(words["powers"])),
        magnitudes={
            word: {"other": forms} if isinstance(forms, str) else forms
            for word, forms in data["magnitudes"].items()
        },
        qualifiers=data["qualifiers"],
        clock=data["clock"],
        ordinals=data["ordinals"],
        part_ordinals=tuple(data["part-ordinals"]),
        months={form: tuple(names) for form, names in data["months"].items()},
        dates=data["dates"],
        units={unit: _unit(words, data["cldr"]) for unit, words in data["units"].items()},
        small_numbers=tuple(data["small-numbers"]),
        citations={
            name: (words,) if isinstance(words, str) else tuple(words)
            for name, words in data["citations"].items()
        },
        punctuation=data["punctuation"],
        hyphen=hyphenation["hyphen"],
        patterns=hyphenation["patterns"],
        vowels=tuple(hyphenation["vowels"].split()),
        consonants=tuple(hyphenation["consonants"].split()),
    )
