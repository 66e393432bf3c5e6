"""Letters of a language to hyphenation patterns in hunspell form.

For languages whose syllables follow from their letters: a word may break before a consonant that
precedes a vowel, and between two vowels. That is the rule of Azerbaijani orthography (at most one
consonant goes to the new line), and of Turkish and Armenian. ``python -m bookbuild.translate.hyphenation``
writes the files beside the packs.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from bookbuild.diagnostics import BookError
from bookbuild.translate.pack import PACKS, Pack, read_pack, shipped

LEAST = 2
"""Letters that stay on the line, and that go to the next."""


def hyphenation_patterns(code: str, folder: Path | None = None) -> Path | None:
    """Return the file of a language's patterns; nothing if it has none of ours.

    A book brings its own as ``hyph_<lang>.dic`` in ``locales/<lang>/``. English, Russian and others are
    known to the typesetter itself.
    """
    if folder and (own := folder / code / f"hyph_{code}.dic").is_file():
        return own
    try:
        name = read_pack(code, folder).patterns
    except BookError:
        return None
    return PACKS / name if name else None


def patterns(vowels: tuple[str, ...], consonants: tuple[str, ...]) -> str:
    """Write the patterns of a language.

    >>> patterns(("a", "e"), ("b",)).splitlines()[3:]
    ['1ba', '1be', 'a1a', 'a1e', 'e1a', 'e1e']
    """
    lines = ["UTF-8", f"LEFTHYPHENMIN {LEAST}", f"RIGHTHYPHENMIN {LEAST}"]
    # a vowel of two letters (Armenian ու) begins like one of one letter
    openings = tuple(dict.fromkeys(vowel[0] for vowel in vowels))
    lines += [f"1{consonant}{vowel}" for consonant in consonants for vowel in openings]
    lines += [f"{before}1{after}" for before in vowels for after in openings]
    return "\n".join(lines) + "\n"


def breaks(word: str, pack: Pack) -> tuple[int, ...]:
    """Return the positions at which a word may break, by the same rule without patterns.

    The typesetter's own lookup counts İ as two letters when it makes a word small; this does not.

    >>> from bookbuild.translate.pack import read_pack
    >>> word = "İstanbulludur"
    >>> [word[a:b] for a, b in zip((0, 2, 5, 8, 10), (2, 5, 8, 10, 13))]
    ['İs', 'tan', 'bul', 'lu', 'dur']
    >>> breaks(word, read_pack("az"))
    (2, 5, 8, 10)
    """
    lowered = word
    for old, new in pack.lower.items():
        lowered = lowered.replace(old, new)
    lowered = lowered.lower()
    if len(lowered) != len(word):
        return ()
    openings = {vowel[0] for vowel in pack.vowels}
    found = []
    for at in range(LEAST, len(lowered) - LEAST + 1):
        before_vowel = lowered[at] in pack.consonants and lowered[at + 1 : at + 2] in openings
        between = lowered[at] in openings and any(lowered[:at].endswith(vowel) for vowel in pack.vowels)
        if before_vowel or between:
            found.append(at)
    return tuple(found)


def hyphenate(word: str, pack: Pack, hyphen: str = "-") -> str:
    """Return a word with a hyphen at every break.

    >>> from bookbuild.translate.pack import read_pack
    >>> hyphenate("müəllimlərin", read_pack("az"))
    'mü-əl-lim-lə-rin'
    """
    cuts = (0, *breaks(word, pack), len(word))
    return hyphen.join(word[a:b] for a, b in pairwise(cuts))


def main() -> None:
    """Write the patterns of every pack that has letters for them."""
    for code in shipped():
        pack = read_pack(code)
        if pack.patterns:
            (PACKS / pack.patterns).write_text(patterns(pack.vowels, pack.consonants), encoding="utf-8")


if __name__ == "__main__":
    main()
