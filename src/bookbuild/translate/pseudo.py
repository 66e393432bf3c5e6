"""The pseudo-locale ``en-XA``: English with accents, one third longer.

What a page still shows in plain letters has escaped the catalogs.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from string import ascii_lowercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookbuild.translate.pack import Pack

PSEUDO = "en-XA"
ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅẞÇÐÉҒĜĤÎĴĶĻḾÑÖÞҚŔŠŢÛѴŴΧÝŽåßçðéƒĝĥîĵķļḿñöþқŕšţûѵŵχýž",
)
"""Only letters that the house's fonts have in every style."""
PADDING = "one two three four five six seven eight nine ten ".translate(ACCENTED)


def accent(text: str) -> str:
    """Return a text with every plain letter accented; ``{placeholders}`` are kept."""
    pieces = re.split(r"(\{[^{}]*\})", text)
    return "".join(piece if piece.startswith("{") else piece.translate(ACCENTED) for piece in pieces)


def lengthen(text: str) -> str:
    """Return an accented text one third longer.

    >>> lengthen("Contents")
    'Çöñţéñţšöñé'
    """
    extra = -(-len(text) // 3)
    filler = (PADDING * (extra // len(PADDING) + 1))[:extra].rstrip()
    return accent(text) + filler


def pseudo_pack(pack: Pack) -> Pack:
    """Return the English pack with every word accented."""
    return dataclasses.replace(
        pack,
        code=PSEUDO,
        name=accent(pack.name),
        list=(accent(pack.list[0]), accent(pack.list[1])),
        upper={small.translate(ACCENTED): small.upper().translate(ACCENTED) for small in ascii_lowercase},
        lower={small.upper().translate(ACCENTED): small.translate(ACCENTED) for small in ascii_lowercase},
        citations={name: tuple(accent(word) for word in words) for name, words in pack.citations.items()},
        magnitudes={word: _each(forms, accent) for word, forms in pack.magnitudes.items()},
        qualifiers=_each(pack.qualifiers, accent),
        clock=_each(pack.clock, accent),
        ordinals=_each(pack.ordinals, accent),
        months={form: tuple(accent(name) for name in names) for form, names in pack.months.items()},
        dates=_each(pack.dates, accent),
        units={
            code: dataclasses.replace(unit, symbol=accent(unit.symbol), words=_each(unit.words, accent))
            for code, unit in pack.units.items()
        },
    )


def _each(table: Mapping[str, str], change: Callable[[str], str]) -> dict[str, str]:
    return {key: change(value) for key, value in table.items()}
