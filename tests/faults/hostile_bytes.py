"""Every parser of ours, fed with bytes, and the pieces that its texts are made of."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from bookbuild.model.notation import NotationError, parse_date, parse_value
from bookbuild.read import parse_inlines
from bookbuild.read.chapter import read_chapter
from bookbuild.read.files import refused_characters
from bookbuild.read.records import BookFile, FiguresFile, read_record
from bookbuild.read.tree import read_tree
from bookbuild.translate.po import parse_catalog


@dataclass(frozen=True, slots=True)
class Parser:
    """A parser that takes anything: whatever is wrong is told in its findings."""

    name: str
    parse: Callable[[bytes], object]
    pieces: tuple[bytes, ...]


def _text(data: bytes) -> str:
    """Decode as text whose wrong characters were refused before (see ``read.files``)."""
    text = data.decode("utf-8", "replace")
    for at, _ in reversed(list(refused_characters(text))):
        text = text[:at] + text[at + 1 :]
    return text.replace("\r", "\n")


def _yaml(data: bytes) -> None:
    node, _ = read_tree(_text(data), "x.yaml")
    if node is not None:
        for shape in (BookFile, FiguresFile):
            read_record(shape, node)


def _notation(data: bytes) -> None:
    for unit in ("person", "m", "date", "time", "duration", "ratio", "USD", "percent"):
        with contextlib.suppress(NotationError):
            parse_value(_text(data), unit, ("person",))
    with contextlib.suppress(NotationError):
        parse_date(_text(data))


def _pieces(text: str) -> tuple[bytes, ...]:
    """Divide at “¦”; “↵” is a line end."""
    return tuple(piece.replace("↵", "\n").encode() for piece in text.replace("\n", "").split("¦"))


_MARKDOWN = _pieces("""\
word ¦↵¦↵↵¦# ¦## ¦> ¦- ¦1. ¦    ¦*¦**¦`¦[¦]¦(¦)¦[^a]¦[^a]: ¦^[¦[@a, p. 1]¦@a¦{claim}`¦{ref}`a`¦\
{index}`a <b; c>`¦|¦|---|↵¦:::{image} a.png↵¦:alt: x↵¦:::↵¦\
: ¦\\¦<b>¦<!--¦{#id}¦---↵¦title: T↵¦“é”¦* * *↵¦{foreign}`az|""")
_YAML = _pieces("""\
a: ¦b: ¦id: ¦title: ¦quantities:↵¦claims:↵¦value: ¦- ¦  ¦    ¦↵¦[¦]¦{¦}¦, ¦'¦"¦&x ¦*x¦!t ¦<<: ¦? ¦|↵¦>↵¦#c¦\
---↵¦...↵¦\
%YAML 1.2↵¦~¦null¦1¦3:16¦\t¦é¦\\x07¦languages: [en]↵""")
_PO = (
    b"\0",
    b"\xff",
    *_pieces("""\
msgid ""↵¦msgstr ""↵¦msgid "¦msgstr "¦msgctxt "¦msgid_plural "¦msgstr[0] "¦"↵¦"Language: az\\n"↵¦\
a¦\\n¦\\¦\\x41¦\
#, fuzzy↵¦#. c↵¦#: f↵¦#~ ¦#| ¦↵¦\r¦ə¦<<<<<<< x↵"""),
)
_VALUES = _pieces("""\
1¦92¦0¦-¦..¦.¦,¦~¦>¦>=¦<=¦:¦/¦ ¦km¦million¦1992¦-02¦-26¦XX¦?¦th century¦hour¦USD¦e3¦nan¦½¦٣¦X""")

PARSERS = (
    Parser("chapter", lambda data: read_chapter(_text(data) + "\n", "x.md", "x", "en"), _MARKDOWN),
    Parser("inlines", lambda data: parse_inlines(_text(data)), _MARKDOWN),
    Parser("yaml", _yaml, _YAML),
    Parser("catalog", lambda data: parse_catalog(data, "x.po"), _PO),
    Parser("notation", _notation, _VALUES),
)
