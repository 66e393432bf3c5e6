"""A message and its content: the smallest text that is translated as a whole."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from operator import itemgetter

from bookbuild.model.inline import Inline
from bookbuild.model.place import NOWHERE, Place


class Kind(Enum):
    """What a message is in the book; its msgctxt. Values are stable: catalogs depend on them."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TERM = "term"
    CELL = "cell"
    CAPTION = "caption"
    ALT = "alt"
    NOTE = "note"
    QUANTITY = "quantity"
    """Title of a quantity."""
    COUNTS = "counts"
    """What a quantity counts."""
    SCOPE = "scope"
    SPEAKER = "speaker"
    REMARK = "remark"
    """An editor's note on a quantity, a claim or a source; a suspected slip."""
    NAME = "name"
    """The value of a claim that is a name."""
    UNIT = "unit"
    REGISTER = "register"
    """The value of a field of a register entry."""
    LABEL = "label"
    """The name of a field of a register."""
    SOURCE = "source"
    """Translated title of a source, a locator."""
    BOOK = "book"
    """Title, subtitle, edition, contributors, licence, blurb."""


class Status(Enum):
    """What a reader sees of a message in this locale."""

    ORIGINAL = "original"
    """The source edition: nothing to translate."""
    TRANSLATED = "translated"
    FUZZY = "fuzzy"
    """A guess waits in the catalog; the source text is printed."""
    MISSING = "missing"
    """No translation; the source text is printed."""
    NEUTRAL = "neutral"
    """Nothing in it to translate (no letters)."""


@dataclass(frozen=True, slots=True)
class Prose:
    """One message: its source text, what it says in the locale at hand, and where it was written."""

    source: str
    """Raw inline source, the msgid: soft breaks are single spaces, hard breaks kept as ``\\\\\\n``."""
    kind: Kind
    inlines: tuple[Inline, ...] = ()
    """What is printed: the source parsed, or the translation parsed."""
    lang: str = ""
    """Language of ``inlines``, BCP 47."""
    status: Status = Status.ORIGINAL
    lines: tuple[tuple[int, Place], ...] = field(default=((0, NOWHERE),), compare=False)
    """Offset in ``source`` → place in the file, ascending; one pair for each line written."""
    chapter: str = field(default="", compare=False)
    """Id of the chapter or file it belongs to, for translators."""

    @property
    def place(self) -> Place:
        """Where the message begins."""
        return self.lines[0][1]

    def place_at(self, offset: int) -> Place:
        """Return the place in the file of a position in ``source``."""
        after = bisect_right(self.lines, offset, key=itemgetter(0))
        start, place = self.lines[max(0, after - 1)]
        return Place(place.path, place.line, place.column + max(0, offset - start))


@dataclass(frozen=True, slots=True)
class MessageKey:
    """What identifies a message in a catalog."""

    context: str
    """The kind's value: msgctxt."""
    msgid: str


def key_of(prose: Prose) -> MessageKey:
    """Return the catalog key of a message."""
    return MessageKey(prose.kind.value, prose.source)
