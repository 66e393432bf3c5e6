"""The order of a locale's alphabet, the letters of its index, its capitals.

Written by hand because no pure library tailors Azerbaijani; equal to ICU on the words tried
(``reference/ecosystem.md`` §4.3).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

PLAIN = {
    "ı": "i",
    "ə": "e",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
}
"""Foreign letters that Unicode does not take apart, and where they are filed."""
DIGITS_HEAD = "0–9"


class Alphabet:
    """One language's letters in order."""

    def __init__(
        self,
        letters: Sequence[str],
        *,
        upper: Mapping[str, str],
        lower: Mapping[str, str],
        file_under: Mapping[str, str],
        ignored: Sequence[str] = (),
    ) -> None:
        self._upper = upper
        self._lower = lower
        self._ignored = tuple(ignored)
        self._rank = {self.lower(letter): rank for rank, letter in enumerate(letters)}
        self._file_under = {self.lower(a): self.lower(b) for a, b in file_under.items()}

    def upper(self, text: str) -> str:
        """Return capitals by the language's rule."""
        return _replaced(text, self._upper).upper()

    def lower(self, text: str) -> str:
        """Return small letters by the language's rule."""
        return _replaced(text, self._lower).lower()

    def sort_key(self, text: str) -> tuple[object, ...]:
        """Return a key: word by word, numbers by value first, then letters, other scripts last.

        Accents and case decide only between texts that are otherwise equal.
        """
        lowered = self._filed(text)
        primary: list[tuple[int, int]] = []
        secondary: list[str] = []
        digits = ""
        for character in lowered:
            if character.isdecimal():
                digits += character
                continue
            if digits:
                primary.append((1, int(digits)))
                digits = ""
            if character.isspace():
                primary.append((0, 0))
            for letter in self._letters(character):
                primary.append((2, self._rank[letter]) if letter in self._rank else (3, ord(letter)))
                secondary.append(character if character != letter else "")
        if digits:
            primary.append((1, int(digits)))
        return tuple(primary), tuple(secondary), lowered, text

    def index_head(self, text: str) -> str:
        """Return the capital under which an index files a text; ``0–9`` for figures."""
        lowered = self._filed(text)
        for character in lowered:
            if character.isdecimal():
                return DIGITS_HEAD
            for letter in self._letters(character):
                return self.upper(letter)
        return ""

    def _filed(self, text: str) -> str:
        """Small letters of a text without a leading article."""
        lowered = self.lower(unicodedata.normalize("NFC", text)).strip()
        article = next((word for word in self._ignored if lowered.startswith(word) and lowered != word), "")
        return lowered.removeprefix(article)

    def _letters(self, character: str) -> list[str]:
        """The alphabet's letters under which one small letter is filed; none for punctuation."""
        if character in self._rank:
            return [character]
        if character in self._file_under:
            return [self._file_under[character]]
        if not character.isalpha():
            return []
        plain = PLAIN.get(character) or unicodedata.normalize("NFD", character)
        return [
            self._file_under.get(letter, letter) for letter in plain if not unicodedata.combining(letter)
        ] or [character]


def _replaced(text: str, table: Mapping[str, str]) -> str:
    for old, new in table.items():
        text = text.replace(old, new)
    return text
