"""What the gate read on a unit's pages and found to be right, kept for as long as the pages are the same.

The key is a digest of the very content that stands in the finished PDF and of everything promised
of it. Fonts are shared by the whole book and change with any of its units: what they say of the
glyphs drawn here is compared instead.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import pikepdf

from bookbuild.model.unit import Unit
from bookbuild.press.pages import Font, PageText, Reader, Run
from bookbuild.press.promises import Slot
from bookbuild.press.settings import PressSettings
from bookbuild.press.sheets import LaidOut


class Kept(Protocol):
    """A place where readings are kept."""

    def read(self, key: str) -> bytes | None:
        """Return what was kept under a key, or nothing."""

    def keep_read(self, key: str, reading: bytes) -> None:
        """Keep something under a key."""


class Readings:
    """Readings, and where they are kept: those of the last run can be taken before the gate asks for them."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._taken: dict[str, Reading | None] = {}
        self.asked: list[str] = []
        """Keys that the gate asked for, in order."""

    def take(self, keys: Iterable[str]) -> None:
        """Take readings from where they are kept."""
        for key in keys:
            self._taken[key] = _from_bytes(self._kept.read(key))

    def find(self, key: str) -> Reading | None:
        """Return what was kept under a key, or nothing."""
        self.asked.append(key)
        if key not in self._taken:
            self.take([key])
        return self._taken[key]

    def keep(self, key: str, reading: Reading) -> None:
        """Keep a reading."""
        facts = json.dumps(asdict(reading), ensure_ascii=False, separators=(",", ":"))
        self._kept.keep_read(key, facts.encode())


Glyphs = Mapping[str, Sequence[str | float | None]]
"""Code of a glyph in hexadecimal → its characters and advance."""

_CODE = ("gate.py", "pages.py", "promises.py", "reading_order.py", "readings.py", "slots.py")


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the rest of the book needs to know of a unit whose own pages are as promised."""

    slots: tuple[Slot, ...]
    """What its text prints of page numbers."""
    shown: Mapping[str, tuple[tuple[str, str], ...]]
    """Target of links → for each link its whole text and the last piece of it."""
    targets: tuple[tuple[str, ...], ...]
    """For each page, where its links lead."""
    begins: Mapping[str, int]
    """Anchor → page of the unit on which the text after it begins; 0: not where laying out put it.

    Anchors without text after them are left out."""
    near: tuple[tuple[Run, ...], ...]
    """For each page, its own texts near those in the margin."""
    fonts: tuple[tuple[str, ...], ...]
    """For each page, the fonts drawn with, by name."""
    glyphs: Mapping[str, Glyphs]
    """Font, by name → code of a glyph in hexadecimal → its characters and advance."""


def key_of(
    unit: Unit, sheet: LaidOut, settings: PressSettings, reader: Reader, pages: Iterable[pikepdf.Page]
) -> str:
    """Return the digest of a unit's pages, without margins and fonts, and of what is promised of them."""
    digest = hashlib.sha256(_code_digest().encode())
    form = settings.page
    promised = (
        unit.html,
        [(note.id, note.number, note.text) for note in unit.notes],
        [(note.id, note.call_page, note.body_page) for note in sheet.sheets.notes],
        sheet.read_leftwards,
        [(anchor, place[0]) for anchor, place in sheet.destinations.items()],
        [str(form.trim_width_mm), str(form.trim_height_mm), str(form.bleed_mm)],
    )
    digest.update(repr(promised).encode())
    for page in pages:
        digest.update(b"\0page")
        for part in reader.material(page):
            digest.update(b"%d:" % len(part))
            digest.update(part)
    return digest.hexdigest()


def _from_bytes(data: bytes | None) -> Reading | None:
    if data is None:
        return None
    try:
        facts = json.loads(data)
        return Reading(
            slots=tuple(Slot(tuple(slot["anchors"]), slot["link"]) for slot in facts["slots"]),
            shown={
                target: tuple((whole, last) for whole, last in links)
                for target, links in facts["shown"].items()
            },
            targets=tuple(tuple(targets) for targets in facts["targets"]),
            begins=facts["begins"],
            near=tuple(tuple(Run(**run) for run in runs) for runs in facts["near"]),
            fonts=tuple(tuple(names) for names in facts["fonts"]),
            glyphs=facts["glyphs"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def still_so(reading: Reading, reader: Reader, pages: Sequence[pikepdf.Page]) -> bool:
    """Tell whether the fonts still say the same of every glyph on the pages."""
    try:
        return _still_so(reading, reader, pages)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _still_so(reading: Reading, reader: Reader, pages: Sequence[pikepdf.Page]) -> bool:
    if len(reading.near) != len(pages) or len(reading.fonts) != len(pages):
        return False
    checked: list[object] = []
    for page, used in zip(pages, reading.fonts, strict=True):
        tables = reader.fonts(page)
        if not any(tables is known for known in checked):
            if not all(_says(table, reading.glyphs) for table in tables):
                return False
            checked.append(tables)
        names = {name for table in tables for name in table}
        if not names.issuperset(used):
            return False
    return True


def _says(
    table: Mapping[str, Font], wanted: Mapping[str, Mapping[str, Sequence[str | float | None]]]
) -> bool:
    return all(table[name].says(glyphs) for name, glyphs in wanted.items() if name in table)


def glyph_facts(
    reader: Reader, pages: Sequence[pikepdf.Page], texts: Sequence[PageText]
) -> dict[str, dict[str, Any]] | None:
    """Return what fonts say of the glyphs drawn; nothing if two fonts of one name say different things."""
    found: dict[str, dict[str, Any]] = {}
    for page, text in zip(pages, texts, strict=True):
        for table in reader.fonts(page):
            for name, codes in text.glyphs.items():
                if name in table:
                    for code in codes:
                        fact = table[name].fact(code)
                        if found.setdefault(name, {}).setdefault(code.hex(), fact) != fact:
                            return None
    return found


@functools.cache
def _code_digest() -> str:
    content = b"".join(Path(__file__).with_name(name).read_bytes() for name in _CODE)
    return hashlib.sha256(content).hexdigest()
