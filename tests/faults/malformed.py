"""Malformed files in every format, made with a seed from the sound ones of the starter book.

Every way of breaking a file really breaks it: what is made must be told by an error or a warning.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as Raster

Break = Callable[[str, random.Random], str | None]
"""Takes a text and returns it broken, or nothing if it has nothing that can be broken so."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """One broken file."""

    name: str
    """What was done to what, with the seed."""
    file: str
    content: bytes
    named: str
    """The file at which a finding must stand."""


CHAPTERS = ("preface", "mountain", "ascent", "registers")
SHOWS_PICTURES = "book/chapters/mountain.md"
PICTURE = "book/images/orsel.svg"
RASTER = "book/images/raster.png"


def malformed(root: Path, seed: int) -> Iterator[Malformed]:
    """Yield one file for each way of breaking each format; ``root`` is a sound starter book."""
    chance = random.Random(seed)
    for kind, files, breaks in FORMATS:
        for broken in (*breaks, *ANY_TEXT):
            file = chance.choice(files)
            text = (root / file).read_text(encoding="utf-8")
            made = broken(text, chance)
            if made is not None and made != text:
                named = SHOWS_PICTURES if kind == "svg" else file
                name = f"{kind}: {broken.__name__.lstrip('_')} ({file}, seed {seed})"
                yield Malformed(name, file, made.encode("utf-8", "surrogateescape"), named)
    yield from _pictures(chance, seed)


# Any text


def _wrong_byte(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return f"{text[:at]}\udcff{text[at:]}"


def _control_character(text: str, chance: random.Random) -> str:
    """In a comment of a catalog it would harm nobody: those are never printed."""
    at = chance.choice([place.start() for place in re.finditer(r"^[^#\n].*$", text, re.MULTILINE)]) + 1
    return text[:at] + chance.choice("\0\x01\x07\x0e\x1b") + text[at:]


def _reversed_unseen(text: str, chance: random.Random) -> str:
    words = list(re.finditer(r"(?<=[a-z]) (?=[a-z])", text))
    at = chance.choice(words).start()
    return f"{text[:at]}\u202e{text[at:]}"


def _merge_conflict(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(1, len(lines))
    ours, theirs = lines[:at], lines[at:]
    return "\n".join([*ours, "<<<<<<< HEAD", "a", "=======", "b", ">>>>>>> other", *theirs])


def _emptied(_text: str, _chance: random.Random) -> str:
    return ""


def _utf_16(text: str, _chance: random.Random) -> str:
    return text.encode("utf-16").decode("utf-8", "surrogateescape")


ANY_TEXT: tuple[Break, ...] = (
    _wrong_byte,
    _control_character,
    _merge_conflict,
    _emptied,
    _utf_16,
)


def _changed(pattern: str, replacement: str) -> Break:
    """Return a break that changes one of the places where a pattern stands."""

    def change(text: str, chance: random.Random) -> str | None:
        places = list(re.finditer(pattern, text, re.MULTILINE))
        if not places:
            return None
        place = chance.choice(places)
        return text[: place.start()] + place.expand(replacement) + text[place.end() :]

    change.__name__ = f"{pattern!r} becomes {replacement!r}"
    return change


def _appended(words: str) -> Break:
    def append(text: str, _chance: random.Random) -> str:
        return f"{text}\n{words}\n"

    append.__name__ = f"{words[:30]!r} added"
    return append


# Markdown

CHAPTER_BREAKS: tuple[Break, ...] = (
    _changed(r"(\{(?:claim|value|index|ref|count)\}`[^`\n]*)`", r"\1"),
    _changed(r"\{(claim|value|index|ref|count)\}`", r"{\1x}`"),
    _changed(r"\{(claim|value)\}`([a-z-]+)/", r"{\1}`\2x/"),
    _changed(r"\{ref\}`([^<`]*)`", r"{ref}`\1x`"),
    _changed(r"\{count\}`\w+`", "{count}`pages`"),
    _changed(r"\[@([a-z]+)", r"[@x\1"),
    _changed(r"(\[@[^\]\n]*)\]", r"\1"),
    _changed(r"\[\^(\w+)\]:", r"[^x\1]:"),
    _changed(r"^:::\{(\w)", r":::{x\1"),
    _changed(r"^:::$", ""),
    _changed(r"^:(\w+): ", r":x\1: "),
    _changed(r"^## ", "# "),
    _changed(r"^## .*$", "## "),
    _changed(r"\A---\n", ""),
    _changed(r"^title: .*$", "titel: X"),
    _changed(r"^title: .*$", "title: [a"),
    _changed(r"\.$", ".^["),
    _changed(r"\.$", ". <b>bold</b>"),
    _changed(r"\.$", ". <!-- no end"),
    _changed(r"\.$", ". **bold"),
    _changed(r"\.$", ". `code"),
    _changed(r"\.$", ".[^nowhere]"),
    _changed(r"\.$", ". [link](javascript:alert)"),
    _changed(r"\.$", ". ![](x.png)"),
    _changed(r"\.$", ". See @somebody."),
    _changed(r"\| *$", "| more |"),
    _reversed_unseen,
    _appended("Text.\n\n    indented"),
    _appended("```\ncode\n```"),
    _appended("> " * 12 + "deep"),
    _appended("[label]: https://example.org"),
    _appended("Setext\n-----"),
    _appended("| a | b |\n|---|\n| c | d |"),
    _appended("[^alone]: Never called."),
    _appended("## Twice {#twice}\n\nText.\n\n## Twice {#twice}\n\nText."),
)

# YAML

YAML_BREAKS: tuple[Break, ...] = (
    _changed(r"^( *)([a-z-]+): (?=\S)", r"\1\2 "),
    _changed(r"^( *(?:- )?)(title|id|type|said-by|label|source|value|name|unit): ", r"\1x\2: "),
    _changed(r"^( +)([a-z-]+: .*)$", r"\1\2\n\1\2"),
    _changed(r"^( *)((?:title|said-by|source|kind|unit|layout|publisher): .*)$", r"\1\2\n\1NEW-KEY: 1"),
    _changed(r"^ +([a-z-]+: .*)$", r"\t\1"),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r'\1: "\2'),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r"\1: [\2"),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r"\1: {a: \2}"),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r"\1: &a \2"),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r"\1: *a"),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r"\1: !tag \2"),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r"\1:"),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r'\1: "\\q"'),
    _changed(r"(title|said-by|publisher|name|label): ([^\n\"{}]+)$", r'\1: "\\x07"'),
    _changed(r"^( +)([a-z-]+: .*)\n\1([a-z-]+: )", r"\1\2\n\1 \3"),
    _appended("---\na: b"),
    _appended("? [a, b]\n: c"),
    _appended("]"),
)

# PO

PO_BREAKS: tuple[Break, ...] = (
    _changed(r'^(msgstr ".+)"$', r"\1"),
    _changed(r'^msgstr "', 'msgstring "'),
    _changed(r'^msgid ".+"\n', ""),
    _changed(r'^(msgstr ".+)"$', r'\1\\q"'),
    _changed(r'^(msgstr ".+)"$', r'\1<b>"'),
    _changed(r'^(msgstr ".+)"$', r'\1 **x"'),
    _changed(r'^(msgstr ".+)"$', r'\1 12345"'),
    _changed(r'^(msgstr ".+)"$', r'\1{claim}`height/survey`"'),
    _changed(r'^(msgstr ".+)"$', r'\1[^x]"'),
    _changed(r'^(msgstr ".+)"$', '\\1\u202e"'),
    _changed(r'^(msgctxt "[a-z]+"\nmsgid ".+"\nmsgstr ".+")$', r"\1\n\n\1"),
    _changed(r"^(?=#\. )", "stray\n"),
    _changed(r"charset=UTF-8", "charset=KOI8-R"),
    _changed(r"Language: az", "Language: tr"),
    _changed(r"plural=\(n != 1\)", "plural=(n"),
    _changed(r"nplurals=2", "nplurals=200"),
    _changed(r"^msgstr \"\"\n\"Project", '"Project'),
)

# SVG

SVG_BREAKS: tuple[Break, ...] = (
    _changed(r"</\w+>", "</x>"),
    _changed(r"(<\w+ [^<>]*)>", r"\1"),
    _changed(r'="', "="),
    _changed(r"</svg>\s*\Z", ""),
    _changed(r"</svg>\s*\Z", "<script>1</script></svg>"),
    _changed(r"</svg>\s*\Z", '<image href="file:///etc/passwd"/></svg>'),
    _changed(r"</svg>\s*\Z", '<use href="#nowhere"/></svg>'),
    _changed(r"</svg>\s*\Z", '<g id="me"><use href="#me"/></g></svg>'),
    _changed(r"</svg>\s*\Z", "&nothing;</svg>"),
    _changed(r"</svg>\s*\Z", '<rect onclick="x()"/></svg>'),
    _changed(r"</svg>\s*\Z", "<style>@import 'x.css';</style></svg>"),
    _changed(r"\A", "<!DOCTYPE svg>"),
    _changed(r'viewBox="[^"]*"', 'viewBox="nan 0 1 1"'),
)

FORMATS: tuple[tuple[str, tuple[str, ...], tuple[Break, ...]], ...] = (
    ("chapter", tuple(f"book/chapters/{name}.md" for name in CHAPTERS), CHAPTER_BREAKS),
    ("book.yaml", ("book/book.yaml",), YAML_BREAKS),
    ("sources", ("book/sources.yaml",), YAML_BREAKS),
    ("figures", ("book/figures/height.yaml", "book/figures/ascent.yaml"), YAML_BREAKS),
    ("register", ("book/registers/people.yaml", "book/registers/maps.yaml"), YAML_BREAKS),
    ("catalog", ("locales/az/LC_MESSAGES/book.po",), PO_BREAKS),
    ("svg", (PICTURE,), SVG_BREAKS),
)


# Raster pictures: shown in place of the sketch


def _pictures(chance: random.Random, seed: int) -> Iterator[Malformed]:
    for kind in ("PNG", "JPEG"):
        out = io.BytesIO()
        Raster.effect_noise((chance.randint(30, 90), 60), 50).save(out, kind)
        whole = out.getvalue()
        for name, content in (
            ("cut off", whole[: chance.randrange(1, len(whole) - 200)]),
            ("empty", b""),
            ("no head", whole[chance.randint(4, 20) :]),
            ("no picture", b"GIF" + whole[3:]),
            ("another kind", _of_another_kind(kind)),
        ):
            suffix = kind.lower().replace("e", "")
            yield Malformed(
                f"{kind}: {name} (seed {seed})", RASTER.replace("png", suffix), content, SHOWS_PICTURES
            )


def _of_another_kind(kind: str) -> bytes:
    out = io.BytesIO()
    Raster.new("L", (9, 9)).save(out, "JPEG" if kind == "PNG" else "PNG")
    return out.getvalue()


def install(one: Malformed, root: Path) -> None:
    """Put a broken file into a copy of the starter."""
    path = root / one.file
    path.write_bytes(one.content)
    if one.file.startswith("book/images/raster."):
        chapter = root / SHOWS_PICTURES
        text = chapter.read_text(encoding="utf-8")
        chapter.write_text(text.replace("images/orsel.svg", one.file.removeprefix("book/")), encoding="utf-8")
