"""Numbers to the word that the voice ends on, which decides the suffixes that follow."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The spoken numerals of a language whose suffixes follow them."""

    ones: tuple[str, ...] = ()
    """0 to 9. Empty: the language needs none."""
    tens: tuple[str, ...] = ()
    """The word of 10 at index 1, of 90 at index 9."""
    powers: tuple[str, ...] = ()
    """100, 1,000, a million, a thousand million, a million million."""

    def last_word(self, amount: Decimal) -> str:
        """Return the last word of an amount read aloud; a fraction ends on its digits.

        >>> az = NumberWords(("sıfır", "bir"), ("", "on"), ("yüz", "min", "milyon"))
        >>> [az.last_word(Decimal(n)) for n in ("101", "110", "1000", "3000000", "2.10")]
        ['bir', 'on', 'min', 'milyon', 'on']
        """
        if not self.ones:
            return ""
        whole, _, fraction = f"{abs(amount):f}".partition(".")
        number = int(fraction or whole)
        if number == 0 or number % 10:
            return self.ones[number % 10]
        if number % 100:
            return self.tens[number // 10 % 10]
        if number % 1000:
            return self.powers[0]
        power = 0
        while number % 1000 == 0 and power + 1 < len(self.powers):
            number //= 1000
            power += 1
        return self.powers[power]


ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """Write a small number (centuries) in Roman numerals.

    >>> roman(14), roman(9)
    ('XIV', 'IX')
    """
    out = ""
    for amount, letters in ROMAN:
        while number >= amount:
            out += letters
            number -= amount
    return out
