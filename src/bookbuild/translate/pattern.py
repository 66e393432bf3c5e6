"""Patterns of a locale pack to text, with suffixes that follow the sound of what stands before them.

A pattern is text with ``{name}`` placeholders and suffix tokens. A suffix token is
``{joiner+suffix}``: ``{-+dAn}`` in Azerbaijani, ``{'+DAn}`` in Turkish, ``{+ın}`` anywhere.
In the suffix the capitals are archiphonemes of Turkic vowel harmony:

``A``  open vowel: the pack's back or front one (a/ə, a/e) as the last vowel before it
``I``  close vowel: ı i u ü, as the last vowel before it
``D``  d, or t after a voiceless consonant where the pack hardens
``(y)`` the letter, only after a vowel

A noun that already carries the possessive (``ABŞ dolları``) takes n before a case: ``dollarından``.

The joiner (hyphen, apostrophe) is written only where the word before it is not spelt out
(numerals, ``km``), since a suffix grows onto a written word without a mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

VOWELS = {"a": "a", "ı": "a", "o": "u", "u": "u", "e": "i", "ə": "i", "i": "i", "ö": "ü", "ü": "ü"}
"""Vowel → the class of close vowel that follows it; ``a`` stands for ı."""
BACK = frozenset("aıou")
VOICELESS = frozenset("fstkçşhp")

_TOKEN = re.compile(r"\{(?:(?P<name>[a-z][a-z0-9-]*)|(?P<joiner>[^+{}]?)\+(?P<suffix>[^{}]+))\}")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Text as written, and the word that the voice ends on."""

    written: str
    last_word: str = ""
    """Empty: the writing itself."""
    possessive: bool = False
    """Whether it ends in a possessive suffix."""

    @property
    def sound(self) -> str:
        """What suffixes follow."""
        return self.last_word or self.written


@dataclass(frozen=True, slots=True)
class Harmony:
    """How a language's suffixes follow the word before them."""

    front: str = ""
    """The front open vowel: ə or e. Empty: the language has no harmony."""
    hardens: bool = False


def fill(pattern: str, values: Mapping[str, Spoken | str], harmony: Harmony) -> Spoken:
    """Fill a pattern; raises KeyError for a placeholder that has no value.

    >>> fill("{n}{-+dAn} çox", {"n": Spoken("450", "əlli")}, Harmony("ə")).written
    '450-dən çox'
    """
    written: list[str] = []
    sound, spelt_out, possessive = "", True, False
    end = 0
    for token in _TOKEN.finditer(pattern):
        literal = pattern[end : token.start()]
        written.append(literal)
        if any(character.isalnum() for character in literal):
            sound, spelt_out, possessive = literal, True, False
        end = token.end()
        if name := token["name"]:
            value = values[name]
            value = Spoken(value) if isinstance(value, str) else value
            written.append(value.written)
            # a numeral or an abbreviation is not what the voice says
            sound, spelt_out = value.sound, not value.last_word and value.written[-1:].isalpha()
            possessive = value.possessive
        else:
            pattern_of_suffix = token["suffix"]
            if possessive:
                pattern_of_suffix = "n" + pattern_of_suffix.removeprefix("(y)")
            suffix = harmonize(pattern_of_suffix, sound, harmony)
            written.append(suffix if spelt_out else token["joiner"] + suffix)
            sound, spelt_out, possessive = sound + suffix, True, False
    written.append(pattern[end:])
    if any(character.isalnum() for character in pattern[end:]):
        sound, possessive = pattern[end:], False
    text = "".join(written)
    return Spoken(text, "" if text.endswith(sound) else sound, possessive)


def harmonize(suffix: str, word: str, harmony: Harmony) -> str:
    """Return a suffix as it sounds after a word.

    >>> harmonize("cI", "dörd", Harmony("ə")), harmonize("(y)A", "altı", Harmony("ə"))
    ('cü', 'ya')
    """
    sound = "".join(c for c in word.replace("İ", "i").replace("I", "ı").lower() if c.isalpha())
    out = ""
    for part in re.findall(r"\(.\)|.", suffix):
        vowel = next((c for c in reversed(sound) if c in VOWELS), "e")
        if part.startswith("("):
            part = part[1] if sound[-1:] in VOWELS else ""
        elif part == "A":
            part = "a" if vowel in BACK else harmony.front
        elif part == "I":
            part = {"a": "ı"}.get(VOWELS[vowel], VOWELS[vowel])
        elif part == "D":
            part = "t" if harmony.hardens and sound[-1:] in VOICELESS else "d"
        out += part
        sound += part
    return out
