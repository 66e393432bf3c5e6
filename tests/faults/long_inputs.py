"""Long inputs that make slow parsers slower: one piece of syntax, thousands of times, in a sound tiny book.

What takes twice the time for twice the input is in order. What takes four times as long is not, unless a
limit stops it with a message. Each entry is one file of a tiny project and the text to fill it with.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cases.tiny_books import SOUND, write_book

from bookbuild.build import manuscript
from bookbuild.config import Project, Settings

CHAPTER = "book/chapters/one.md"
SOURCES = "book/sources.yaml"
FIGURES = "book/figures/things.yaml"
CATALOG = "locales/az/LC_MESSAGES/book.po"
BOOK = "book/book.yaml"

_HEADS = {
    CHAPTER: SOUND["chapters/one.md"] + "\n",
    SOURCES: SOUND["sources.yaml"],
    FIGURES: "quantities:\n",
    BOOK: SOUND["book.yaml"].replace("languages: [en]", "languages: [en, az]"),
    CATALOG: 'msgid ""\nmsgstr ""\n"Language: az\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n',
}
_CLAIM = """\
  - id: things
    title: Things
    counts: things
    unit: person
    claims:
      - id: one
        said-by: somebody
        source: paper
"""


@dataclass(frozen=True, slots=True)
class LongInput:
    """A file of a tiny book, and what fills it."""

    name: str
    path: str
    fill: Callable[[int], str]
    """Size in characters, about → the text after the file's head."""

    def write(self, root: Path, size: int) -> None:
        """Write the whole project."""
        write_book(root / "book", **{BOOK.removeprefix("book/"): _HEADS[BOOK]})
        catalog = root / CATALOG
        catalog.parent.mkdir(parents=True, exist_ok=True)
        catalog.write_text(_HEADS[CATALOG], encoding="utf-8")
        path = root / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEADS[self.path] + self.fill(size), encoding="utf-8")


def _again(path: str, *pieces: str, tail: str = "") -> list[LongInput]:
    """Each piece again and again."""
    return [
        LongInput(repr(piece), path, lambda size, piece=piece: piece * (size // len(piece)) + tail)
        for piece in pieces
    ]


def _nested(path: str, *pairs: tuple[str, str]) -> list[LongInput]:
    """Each opening as often as its closing, one within the other."""
    return [
        LongInput(
            f"{opening!r} within each other",
            path,
            lambda size, opening=opening, closing=closing: (
                opening * (size // len(opening + closing)) + "x" + closing * (size // len(opening + closing))
            ),
        )
        for opening, closing in pairs
    ]


def _numbered(path: str, *forms: str, head: str = "") -> list[LongInput]:
    """Each form again and again, with a number of its own where it says “%d”."""

    def fill(form: str, size: int) -> str:
        return head + "".join(form.replace("%d", str(number)) for number in range(size // (len(form) + 2)))

    return [LongInput(repr(form), path, lambda size, form=form: fill(form, size)) for form in forms]


def _staircase(path: str, *steps: str, end: str = "\n") -> list[LongInput]:
    """A line of one step, one of two, one of three."""

    def fill(step: str, size: int) -> str:
        lines = int((2 * size / len(step)) ** 0.5)
        return "".join(step * number + "x" + end for number in range(1, lines))

    return [
        LongInput(f"{step!r}, a staircase", path, lambda size, step=step: fill(step, size)) for step in steps
    ]


LONG_INPUTS: tuple[LongInput, ...] = (
    *_again(
        CHAPTER,
        *(
            "[",
            "]",
            "[^",
            "^[",
            "[[",
            "![",
            "[@",
            "[@a;",
            "[@a [",
            "[a](",
            "[a](<",
            '[a](b "',
            "[a]: b ",
            "(",
            ")",
        ),
        *("*", "_", "*a_ ", "*a **b ", "**a*", "_a __b ", "***a ", "a*b_", "*_", "** "),
        *(
            "`",
            "`a",
            "`` ` ",
            "\\`",
            "<",
            "<!--",
            "<!-- -->",
            "<a ",
            "<a b='",
            "<?",
            "<![CDATA[",
            "<!A ",
            "</",
        ),
        *(
            "{",
            "{claim}",
            "{claim}`",
            "{claim}``",
            "{claim}`a`",
            "{ref}`a",
            "{a}`b` ",
            "{index}`<",
            "{index}`a <b> <",
        ),
        *(
            "{index}`a `",
            "{index}`a;",
            "{foreign}`az|",
            "{number}`1` ",
            "@a ",
            "@",
            "&",
            "&amp;",
            "&#",
            "&#55296;",
        ),
        *(
            "\\",
            "\\[",
            "\\\n",
            "a  \n",
            "a\n",
            "\n",
            "\t",
            " ",
            " \t\n",
            "a",
            "a ",
            "1",
            "1 ",
            "1,",
            "12-",
            "12 345 ",
        ),
        *(
            "“",
            "“[@a, ",
            '"',
            "'",
            "[@a “",
            '[@a "',
            "ə",
            "e\u0301",
            "\u0301",
            "ﷺ",
            "https://",
            "http://a.b ",
            "1992 ",
        ),
        *(
            "# ",
            "#",
            "## a\n\n",
            "## \n",
            "## a {#",
            "> ",
            ">",
            "- ",
            "-",
            "+ ",
            "1. ",
            "1) ",
            "* ",
            "* * ",
            ": ",
            ":",
        ),
        *(
            "=",
            "a\n=\n",
            "a\n-\n",
            "---\n",
            "***\n",
            "___\n",
            "```\n",
            "~~~\n",
            "    a\n",
            ":::\n",
            ":::{image} a\n",
        ),
        *(
            ":::{image} a\n:alt: b\n:::\n\n",
            ":::{table}\n",
            ":::{image} a\n:a:\n",
            "|",
            "| ",
            "a|b\n",
            "|a\n|-\n",
        ),
        *(
            "|a|b|\n|-|-|\n",
            "|-",
            "a | b\n--|--\n",
            "\\|",
            "[^a]: ",
            "[^a]: b\n",
            "[^a]:\n\n    ",
            "[a]: b\n",
            "a\n: b\n",
        ),
        *(
            "a\n: ",
            "- a\n",
            "1. a\n\n",
            "- a\n\n\n",
            "> a\n",
            "> a\n\n",
            "*a*\n\n",
            "[^a]\n\n",
            "a[^a] ",
            "^[a] ",
        ),
        *(
            "<!--\n\n",
            "[\n\n",
            "*\n\n",
            "`\n\n",
            "x" * 5000 + "\n\n",
            "[" + "@a;" * 1300 + "]",
            "{ref}`" + " " * 3900 + "`",
            "[ab" * 11 + "\n\n",
            "a. ",
            "-- ",
            "per cent ",
            "1 2 ",
            "a/",
        ),
    ),
    *_nested(
        CHAPTER,
        *(
            ("[", "]"),
            ("[", "](a)"),
            ("^[", "]"),
            ("[@a ", "]"),
            ("*a ", " b*"),
            ("**a ", " b**"),
            ("_(", ")_"),
        ),
        *(
            ("{index}`", "`"),
            ("{ref}`", " <a>`"),
            ("(", ")"),
            ("[a](", ")"),
            ("“", "”"),
            ("<", ">"),
            ("*a **", "** b*"),
        ),
        *((":::{table}\n", ":::\n"), ("> ", "\n"), ("- ", "\n"), ("1. ", "\n")),
    ),
    *_numbered(
        CHAPTER,
        *(
            "[^n%d]: note\n\n",
            "a[^n%d] ",
            "a[^n%d]\n\n[^n%d]: note\n\n",
            "[n%d]: http://a.b\n\n",
            "## H {#h%d}\n\n",
        ),
        *(
            "{ref}`h%d` ",
            "{index}`w%d` ",
            "{index}`<w%d; v%d>` ",
            "[@k%d] ",
            "{claim}`q%d/c` ",
            "%d,000 people ",
            "`%d` ",
        ),
        *(
            "{a%d}`b` ",
            "| a%d | b |\n",
            ":::{image} images/p%d.png\n:alt: a\n:::\n\n",
            "[a%d](#h%d) ",
            "%d",
            "%d–",
        ),
    ),
    *_numbered(CHAPTER, "|%d", head="a|b\n-|-\n"),
    *_numbered(CHAPTER, "|a%d|\n", head="|a|\n|-|\n"),
    *_numbered(CHAPTER, ":o%d: x\n", head=":::{image} a.png\n"),
    *_numbered(CHAPTER, "k%d: x\n", head="---\ntitle: T\n"),
    *_staircase(CHAPTER, "> ", "- ", "  ", "`", "*", "[", "{claim}`", "#", "|a", "- a\n", "1. "),
    *_staircase(CHAPTER, "  ", "`", " `", end=" "),
    LongInput(
        "a list, each item further in",
        CHAPTER,
        lambda size: "".join("  " * number + "- a\n" for number in range(int(size**0.5))),
    ),
    LongInput(
        "a table of many columns",
        CHAPTER,
        lambda size: "|a" * (size // 6) + "|\n" + "|-" * (size // 6) + "|\n" + "|b" * (size // 6) + "|\n",
    ),
    LongInput(
        "a table of many columns and rows",
        CHAPTER,
        lambda size: "|a" * int(size**0.5) + "|\n" + "|-" * int(size**0.5) + "|\n" + "|\n" * int(size**0.5),
    ),
    LongInput("one line of words", CHAPTER, lambda size: "many words " * (size // 11)),
    LongInput("a paragraph of lines of words", CHAPTER, lambda size: "many words and\n" * (size // 15)),
    LongInput("lines that end with a backslash", CHAPTER, lambda size: "many words \\\n" * (size // 13)),
    *_again(
        SOURCES,
        *(
            "[",
            "{",
            "- ",
            "? ",
            "? a\n",
            ": ",
            "a: ",
            "&a ",
            "*a ",
            "!a ",
            "!!a ",
            "- &a *a\n",
            "'",
            '"',
            '"\\',
            "|",
            ">",
        ),
        *(
            "#",
            "# a\n",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "%a\n",
            ", ",
            "[a, ",
            "{a: ",
            "{a: b, ",
            "- a\n",
            "-\n",
            "- - ",
            "\n",
        ),
        *(
            "a",
            "a ",
            "\ta",
            "a:\n  ",
            "0",
            "1:",
            "~\n",
            "<<: {a: b}\n",
            "'\n",
            "''",
            '"\\n',
            "ə",
            "- {id: a}\n",
            "- id: a\n",
        ),
    ),
    *_numbered(
        SOURCES,
        *(
            "- {id: s%d, type: book, title: T}\n",
            "- {id: s%d, tpye: book}\n",
            "k%d: v\n",
            "  k%d: v\n",
            "K%d: {a: b}\n",
        ),
    ),
    *_numbered(SOURCES, "  S%d: v\n", "  s%d: v\n", head="- id: a\n"),
    *_numbered(SOURCES, ", s%d: v", head="- {id: a"),
    LongInput(
        "a title of lines",
        SOURCES,
        lambda size: "- id: a\n  type: book\n  title: >\n" + "    word\n" * (size // 9),
    ),
    LongInput(
        "a title of letters", SOURCES, lambda size: "- id: a\n  type: book\n  title: " + "a" * size + "\n"
    ),
    LongInput(
        "a title of empty lines",
        SOURCES,
        lambda size: '- id: a\n  type: book\n  title: "a' + "\n" * size + ' b"\n',
    ),
    LongInput(
        "authors",
        SOURCES,
        lambda size: "- id: a\n  type: book\n  title: b\n  author:\n" + "  - {family: A}\n" * (size // 16),
    ),
    *(
        LongInput(
            f"a value of {piece!r}",
            FIGURES,
            lambda size, piece=piece: _CLAIM + "        value: '" + piece * (size // len(piece)) + "'\n",
        )
        for piece in (
            "9",
            "1,",
            "1..",
            "~",
            ">",
            "0.",
            "1 ",
            "-",
            "a",
            "1e9",
            "1/",
            "1992-",
            "½",
            "(",
            "million ",
            "٣",
            "X",
        )
    ),
    *(
        LongInput(
            f"{key} of {piece!r}",
            FIGURES,
            lambda size, key=key, piece=piece: (
                _CLAIM + f"        value: 9\n        {key}: '" + piece * (size // len(piece)) + "'\n"
            ),
        )
        for key in ("as-of", "repeats", "extract", "locator", "slip", "scope")
        for piece in ("9", "1992-", "a", "a ", "[", "things/one ", "ə")
    ),
    *_numbered(
        FIGURES,
        "  - {id: q%d, title: T, counts: c, unit: person, claims: [{id: c, value: 1, source: p}]}\n",
        "  - {id: q%d, title: T, counts: c, unit: person, claims: [{id: c, value: 1, repeats: q1/a}]}\n",
    ),
    *_numbered(
        FIGURES,
        "      - {id: c%d, value: %d, said-by: s, source: paper}\n",
        head=_CLAIM + "        value: 9\n",
    ),
    *_numbered(
        FIGURES,
        "      - {id: c%d, value: %d, said-by: s, source: paper, repeats: one}\n",
        head=_CLAIM + "        value: 9\n",
    ),
    *_numbered(
        FIGURES,
        "      - {id: c%d, value: 1..%d, said-by: s, source: papr}\n",
        head=_CLAIM + "        value: 9\n",
    ),
    *_again(
        CATALOG,
        *(
            '"',
            '""\n',
            '"a"\n',
            "\\",
            '"\\',
            "#",
            "#\n",
            "# a\n",
            "#, fuzzy\n",
            "#, a, ",
            "#: a:1 ",
            "#. a\n",
            "#| ",
            "#~ ",
        ),
        *(
            "msgid ",
            "msgid\n",
            'msgid "a"\n',
            'msgid "a"\nmsgstr "b"\n\n',
            'msgstr "a"\n',
            'msgctxt "a"\n',
            "msgstr[",
            "msgstr[9",
        ),
        *(
            "<<<<<<< a\n",
            "a\n",
            "a",
            "\n",
            "\t",
            "\r",
            "ə",
            '#~ msgid "a"\n#~ msgstr "b"\n',
            '#| msgid "a"\n',
            "9",
            "\\x41",
        ),
    ),
    *_numbered(
        CATALOG,
        'msgctxt "c"\nmsgid "m%d"\nmsgstr "n%d"\n\n',
        'msgid "m%d"\nmsgstr "n[%d"\n\n',
        '#~ msgid "m%d"\n#~ msgstr "a"\n\n',
    ),
    *_again(
        CATALOG, *('msgctxt "c"\nmsgid "a"\nmsgstr "b"\n' + line * 1000 for line in ('"a"\n', '"\\n"\n'))
    ),
    *(
        LongInput(
            f"a translation of {piece!r}",
            CATALOG,
            lambda size, piece=piece: (
                'msgctxt "paragraph"\nmsgid "Text.[@paper, p. 3]"\nmsgstr "Text.[@paper, p. 3] '
                + piece * (size // len(piece))
                + '"\n'
            ),
        )
        for piece in ("a", "[", "*a_ ", "`", "\\\\", "%s ", "<b>", "{", "{claim}`", "9 ", '"\n"a')
    ),
    *_numbered(BOOK, "k%d: v\n", "x%d: [a, b]\n"),
    *(
        LongInput(
            f"{key} of {piece!r}",
            BOOK,
            lambda size, key=key, piece=piece: f"{key}: '" + piece * (size // len(piece)) + "'\n",
        )
        for key in ("blurb", "edition")
        for piece in ("a", "a ", "[", "9", "*a_ ")
    ),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a check of a long input took, and what it said."""

    seconds: float
    """Of computing."""
    megabytes: float
    said: str
    """The first message; “nothing”, or how it died."""


def cost_of(root: Path, *, seconds: int) -> Cost:
    """Check a project in a process of its own, which has so many seconds and two gigabytes."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _check(root, writing, seconds)
    os.close(writing)
    with os.fdopen(reading, "r", encoding="utf-8") as answer:
        said = answer.read()
    _, status, used = os.wait4(child, 0)
    died = os.waitstatus_to_exitcode(status)
    return Cost(
        used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said if not died else f"died: {died} {said}"
    )


def _check(root: Path, writing: int, seconds: int) -> None:
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        findings = manuscript.check_book(Project(root), ("all",), Settings(), lambda *a, **k: None)
        told = findings[0] if findings else "nothing"
        os.write(writing, f"{len(findings)} {str(told)[:3000]}".encode())
        status = 0
    except BaseException as error:  # of any kind: it is told, and the process ends here
        os.write(writing, f"{type(error).__name__}: {error}"[:3000].encode())
    finally:
        os._exit(status)


def measure(one: LongInput, root: Path, size: int, *, seconds: int = 60) -> Cost:
    """Write a long input and check it.

    It is written by a process of its own: what a process has taken for it would count for those it starts.
    """
    writer = os.fork()
    if not writer:
        try:
            one.write(root, size)
        finally:
            os._exit(0 if (root / one.path).is_file() else 1)
    _, status = os.waitpid(writer, 0)
    assert status == 0, f"{one.name} was not written"
    return cost_of(root, seconds=seconds)


def largest(one: LongInput) -> int:
    """Return the size in characters that the limits on files just let pass."""
    return 990_000 if one.path == CHAPTER else 3_900_000
