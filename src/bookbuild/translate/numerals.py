"""Amounts to a language's notation, and figures of running text back to their values."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bookbuild.translate.pack import Pack

_TOKEN = re.compile(r"\d(?:[\d.,’'٬٫\u00a0\u202f]*\d)?")
_ROMAN = re.compile(r"\b[IVX]+\b")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10}


def write_number(amount: Decimal | int, pack: Pack) -> str:
    """Write an amount with the locale's grouping and decimal sign, keeping final zeros."""
    text = f"{amount:f}" if isinstance(amount, Decimal) else str(amount)
    sign = "−" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(whole) >= pack.group_from:
        head = len(whole) % 3
        groups = [whole[:head]] if head else []
        whole = pack.group.join(groups + [whole[i : i + 3] for i in range(head, len(whole), 3)])
    return digits_of(pack, sign + whole + (pack.decimal + fraction if fraction else ""))


def digits_of(pack: Pack, text: str) -> str:
    """Replace the digits 0 to 9 by the locale's own."""
    return text.translate(str.maketrans("0123456789", pack.digits))


def figures(text: str, pack: Pack) -> Counter[Decimal]:
    """Return the figures of a text, by value, with how often each stands.

    ``1,275`` is 1275 in English and 1.275 in Azerbaijani; a token that is no number of the
    locale (``26.02.1992``) counts as the whole numbers in it.

    >>> from bookbuild.translate.pack import read_pack
    >>> sorted(figures("1.275 nəfər, 16,9 faiz", read_pack("az")))
    [Decimal('16.9'), Decimal('1275')]
    """
    return Counter(amount for token in _TOKEN.findall(text) for amount in _amounts(token, pack))


def verbatim(text: str, pack: Pack) -> Counter[str]:
    """Return the figures within quotation marks, as they stand: what is quoted may be left as printed."""
    opening, closing = (re.escape(mark) for mark in pack.quotes[:2])
    quoted = re.findall(f"{opening}([^{closing}]*){closing}", text)
    return Counter(token for words in quoted for token in _TOKEN.findall(words))


def unread(tokens: Counter[str], pack: Pack) -> Counter[Decimal]:
    """Return the figures of some tokens, by value in the locale's notation."""
    return Counter(
        amount for token, count in tokens.items() for amount in _amounts(token, pack) for _ in range(count)
    )


def written(text: str, pack: Pack) -> dict[Decimal, str]:
    """Return the figures of a text as they stand in it, by value."""
    return {amount: token for token in _TOKEN.findall(text) for amount in _amounts(token, pack)}


def _amounts(token: str, pack: Pack) -> Iterator[Decimal]:
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in token)
    group = "\u00a0\u202f" if pack.group in {"\u00a0", "\u202f"} else pack.group
    whole = rf"\d{{1,3}}(?:[{re.escape(group)}]\d{{3}})+|\d+" if group else r"\d+"
    match = re.fullmatch(rf"({whole})(?:{re.escape(pack.decimal)}(\d+))?", digits)
    if match is None:
        yield from (Decimal(part) for part in re.findall(r"\d+", digits))
        return
    amount = Decimal(re.sub(r"\D", "", match[1]) + (f".{match[2]}" if match[2] else ""))
    yield amount.normalize() if amount != amount.to_integral_value() else amount.quantize(Decimal(1))


def romans(text: str) -> Counter[Decimal]:
    """Return the values of the Roman numerals of a text, up to 39 (centuries, chapters)."""
    found: Counter[Decimal] = Counter()
    for word in _ROMAN.findall(text):
        digits = [_ROMAN_DIGITS[letter] for letter in word]
        value = sum(-a if a < b else a for a, b in zip(digits, [*digits[1:], 0], strict=True))
        found[Decimal(value)] += 1
    return found


def small_words(text: str, pack: Pack) -> set[Decimal]:
    """Return the small numbers that a text writes as words (their stems begin a word)."""
    lowered = text.casefold()
    return {
        Decimal(number)
        for number, stem in enumerate(pack.small_numbers)
        if re.search(rf"\b{re.escape(stem.casefold())}", lowered)
    }
