"""One locale's messages, as a PO file holds them, and the template they are made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.prose import MessageKey

FUZZY = "fuzzy"
"""The flag of a guess. A message that carries it is never printed."""


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a PO file."""

    key: MessageKey
    strings: tuple[str, ...] = ("",)
    """msgstr; one for each plural form where ``plural`` is set."""
    plural: str = ""
    """msgid_plural."""
    references: tuple[str, ...] = ()
    """``#:``, file names relative to the folder that holds book and locales."""
    extracted: tuple[str, ...] = ()
    """``#.``, from us to the translator, one line each."""
    comments: tuple[str, ...] = ()
    """``#``, the translators' own, one line each; never changed by us."""
    flags: tuple[str, ...] = ()
    previous: MessageKey | None = None
    """``#|``: the source text that the translation was made from."""
    obsolete: bool = False
    """``#~``: no longer in the book, kept for later."""
    place: Place = field(default=NOWHERE, compare=False)
    """Where the entry's msgid stands."""
    string_place: Place = field(default=NOWHERE, compare=False)
    """Where its (first) msgstr stands."""

    @property
    def string(self) -> str:
        """The translation, or its first form."""
        return self.strings[0] if self.strings else ""

    @property
    def fuzzy(self) -> bool:
        """Whether the translation is a guess that waits for a translator."""
        return FUZZY in self.flags

    @property
    def translated(self) -> bool:
        """Whether the translation may be printed."""
        return not self.fuzzy and not self.obsolete and all(text.strip() for text in self.strings)


@dataclass(frozen=True, slots=True)
class Catalog:
    """One locale's messages, in the order of the file."""

    header: tuple[tuple[str, str], ...]
    """Header fields in the order of the file, all of them kept."""
    messages: tuple[Message, ...]
    """Without the header entry; obsolete ones included."""
    header_comments: tuple[str, ...] = ()
    """What stands above the header entry, one line each."""
    header_flags: tuple[str, ...] = ()
    path: str = field(default="", compare=False)
    header_place: Place = field(default=NOWHERE, compare=False)

    def field_named(self, name: str) -> str:
        """Return a header field; empty if there is none."""
        return next((value for key, value in self.header if key.casefold() == name.casefold()), "")

    @property
    def language(self) -> str:
        """The header's ``Language``."""
        return self.field_named("Language")

    def current(self) -> dict[MessageKey, Message]:
        """Return the messages that are not obsolete, by key."""
        return {message.key: message for message in self.messages if not message.obsolete}


@dataclass(frozen=True, slots=True)
class Template:
    """The messages of a book in reading order, without translations: a POT file."""

    project: str
    """Name and edition, for ``Project-Id-Version``."""
    source_language: str
    date: str
    """ISO 8601 date of the book, for ``POT-Creation-Date``."""
    messages: tuple[Message, ...]
