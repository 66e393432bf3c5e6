"""Inline content: what stands inside one message.

The parser in ``read`` makes these from raw inline source; ``translate`` compares those of
a translation with those of its source; ``apparatus`` resolves notes, claims and references;
``render`` writes markup. ``offset`` is the position in the raw source, in characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """Characters as written."""

    text: str
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Emphasis:
    """``*children*``."""

    children: tuple[Inline, ...]
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Strong:
    """``**children**``."""

    children: tuple[Inline, ...]
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Code:
    """`` `text` ``."""

    text: str
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A hard break."""

    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """``[children](href)``: an outside address or a file of the book; never raw HTML."""

    href: str
    children: tuple[Inline, ...]
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Citation:
    """One pointing at a source: ``see @key, p. 12 and passim`` within brackets."""

    key: str
    prefix: str = ""
    locator: str = ""
    """As written after the comma, label included: ``p. 12``, ``sec. "Basic facts"``."""
    suppress_author: bool = False
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CitationNote:
    """``[@key, p. 12; see @other]``: a footnote made of citations."""

    citations: tuple[Citation, ...]
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class NoteCall:
    """``[^label]``: the call of an explanatory note whose body stands elsewhere in the chapter."""

    label: str
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class InlineNote:
    """``^[children]``: an explanatory note written in place."""

    children: tuple[Inline, ...]
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ClaimMark:
    """``{claim}`quantity/claim|form` `` or, without a note, ``{value}`…` ``."""

    quantity: str
    claim: str
    form: str = ""
    """"" (as stated), ``number``, ``day`` or ``year``."""
    with_note: bool = True
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class NumberMark:
    """``{number}`39` ``: a number that is no claim, printed in the locale's notation."""

    text: str
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CountMark:
    """``{count}`claims` ``: a number that the build knows."""

    name: str
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """``{ref}`target` `` or ``{ref}`words <target>` ``: a cross-reference with its page."""

    target: str
    children: tuple[Inline, ...] = ()
    """The author's words; empty: the target's title in quotation marks."""
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IndexMark:
    """``{index}`words <entry; sub-entry>` ``."""

    entry: tuple[str, ...]
    """Head and, if any, sub-entries."""
    children: tuple[Inline, ...] = ()
    """What is printed; empty: nothing."""
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Foreign:
    """``{foreign}`az|Xocalı` ``: a phrase in another language."""

    lang: str
    children: tuple[Inline, ...]
    offset: int = field(default=0, compare=False)


Inline = (
    Text
    | Emphasis
    | Strong
    | Code
    | LineBreak
    | Link
    | CitationNote
    | NoteCall
    | InlineNote
    | ClaimMark
    | NumberMark
    | CountMark
    | Reference
    | IndexMark
    | Foreign
)


@dataclass(frozen=True, slots=True)
class InlineProblem:
    """A mistake in inline markup. Whoever knows the file turns it into a diagnostic with a place."""

    offset: int
    """Position in the raw source, in characters."""
    code: str
    message: str
    hint: str = ""
