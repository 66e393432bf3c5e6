"""PO files to catalogs and back, strictly.

Written by hand where Babel has a reader: Babel's accepts unterminated strings, duplicate messages,
a second header, a byte-order mark and cut files without a word, reads ``#|`` as a comment, drops
``X-`` headers and guesses format flags (``reference/reliability.md`` §3.5, ``ecosystem.md`` §3.1).
The grammar is that of the GNU gettext manual, "The Format of PO Files". Only UTF-8.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bookbuild.diagnostics import Diagnostic, EnvironmentFailure, Severity, did_you_mean
from bookbuild.model.catalog import FUZZY, Catalog, Message
from bookbuild.model.place import Place
from bookbuild.model.prose import MessageKey

WIDTH = 76
"""Columns of a wrapped string, as Poedit and xgettext write them."""
MARKDOWN_FLAG = "md-text"
"""Switches Weblate's Markdown checks on."""
FLAGS = (FUZZY, MARKDOWN_FLAG, "markdown-text", "no-wrap", "wrap", "read-only", "ignore-same", "no-c-format")
KEYWORDS = ("msgctxt", "msgid", "msgid_plural", "msgstr")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", '"': '"'}

MAX_ERRORS = 1_000
"""Mistakes in a file from which on it is no catalog that somebody has damaged a little."""

_AGAIN = "fetch the file again, or take the last good one"
_FLAG = "take it out; fuzzy is the flag that translators set"
_MERGED = "look at the lines above: was a message cut, or merged by hand?"
_SHORT = 60
"""Characters that a message quotes."""
_UNESCAPES = str.maketrans({value: "\\" + key for key, value in ESCAPES.items()})
_KEYWORD = re.compile(r"([A-Za-z_]+)(?:\[(\d+)\])?(?=[\s\"]|$)")
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"')
"""Gives nothing back that it has matched: a hundred bytes were kept for each letter to do so."""
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)


def read_catalog(path: Path, shown: str = "") -> tuple[Catalog | None, list[Diagnostic]]:
    """Read a PO file.

    Args:
        path: the file.
        shown: how diagnostics name it; its own path if empty.

    Returns:
        The catalog, or None where an error may have lost content; and everything found.
    """
    shown = shown or path.as_posix()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None, [
            Diagnostic("T001", "there is no such catalog", Place(shown), "run: bookbuild catalog init")
        ]
    except OSError as error:
        raise EnvironmentFailure(f"{shown}: {error.strerror}") from error
    catalog, findings = _parsed(data, shown)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return None, list(findings)
    return catalog, list(findings)


@functools.lru_cache(maxsize=8)
def _parsed(data: bytes, path: str) -> tuple[Catalog, tuple[Diagnostic, ...]]:
    """Parse once what is asked for twice, to be checked and to be printed: bytes say all."""
    catalog, findings = parse_catalog(data, path)
    return catalog, tuple(findings)


def parse_catalog(data: bytes, path: str) -> tuple[Catalog, list[Diagnostic]]:
    """Parse the bytes of a PO file as far as possible; everything wrong with it is in the findings."""
    text, findings = _decode(data, path)
    parser = _Parser(path, findings)
    # str.splitlines would also split at form feeds and U+2028 inside strings
    for number, line in enumerate(text.split("\n"), 1):
        parser.take(line.rstrip("\r"), number)
        if parser.errors >= MAX_ERRORS:
            parser.give_up(number)
            break
    return parser.finish(), findings


def _decode(data: bytes, path: str) -> tuple[str, list[Diagnostic]]:
    start = Place(path, 1, 1)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", [Diagnostic("T002", "the file is UTF-16", start, "save it as UTF-8")]
    findings: list[Diagnostic] = []
    if data.startswith(b"\xef\xbb\xbf"):
        findings.append(
            Diagnostic(
                "T003", "the file begins with a byte-order mark", start, "save it as UTF-8 without BOM"
            )
        )
        data = data[3:]
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return "", [*findings, Diagnostic("T002", "the file holds binary data", Place(path, line, 1), _AGAIN)]
    if not data.strip():
        return "", [*findings, Diagnostic("T005", "the file is empty", start, "run: bookbuild catalog init")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        bad = data[error.start]
        return "", [
            *findings,
            Diagnostic(
                "T002", f"byte 0x{bad:02X} is not UTF-8", Place(path, line, column), "save the file as UTF-8"
            ),
        ]
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        findings.append(
            Diagnostic(
                "T004",
                "lines end with a carriage return",
                Place(path, line, 1),
                "save it with Unix line ends",
                Severity.WARNING,
            )
        )
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        findings.append(
            Diagnostic(
                "T006",
                "the last line is cut off",
                Place(path, last, 1),
                "is the file complete?",
                Severity.WARNING,
            )
        )
    return text, findings


@dataclass(slots=True)
class _Entry:
    """An entry while its lines are read."""

    line: int
    comments: list[str] = field(default_factory=list)
    extracted: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    flags: dict[str, int] = field(default_factory=dict)
    """Flag → its first line."""
    previous: dict[str, str] = field(default_factory=dict)
    strings: dict[str, str] = field(default_factory=dict)
    """Keyword, or ``msgstr[n]``, → text so far."""
    lines: dict[str, int] = field(default_factory=dict)
    obsolete: bool = False

    @property
    def begun(self) -> bool:
        return bool(self.strings)

    @property
    def complete(self) -> bool:
        return any(name.startswith("msgstr") for name in self.strings)


class _Parser:
    """Lines to messages. Goes on after every mistake, so that all are found at once."""

    def __init__(self, path: str, findings: list[Diagnostic]) -> None:
        self._path = path
        self._findings = findings
        self._entry = _Entry(1)
        self._open: dict[str, str] | None = None
        self._keyword = ""
        self._more: list[str] = []
        """What further lines add to the open text."""
        self._messages: list[Message] = []
        self._seen: dict[tuple[MessageKey, bool], int] = {}
        self._header: _Entry | None = None
        self.errors = 0
        """Mistakes found so far that may have lost content."""

    def take(self, line: str, number: int) -> None:
        """Read one line."""
        stripped = line.strip()
        if not stripped:
            return
        if stripped.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            self._report(
                "T007", "unresolved merge conflict", number, hint="settle it, then run the check again"
            )
        elif stripped.startswith("#~"):
            self._obsolete(stripped[2:].strip(), number)
        elif stripped.startswith("#"):
            self._comment(stripped, number)
        else:
            if self._entry.begun and self._entry.obsolete and not stripped.startswith('"'):
                self._close()
            self._content(stripped, number, self._entry.strings)

    def give_up(self, number: int) -> None:
        """Read no further: nobody corrects so many mistakes one by one."""
        self._turn_to(None)
        self._entry = _Entry(0)
        message = f"{self.errors:,} mistakes so far; the rest of the file is not read"
        self._report("T019", message, number, hint=_AGAIN)

    def finish(self) -> Catalog:
        """Return the catalog when all lines are read."""
        self._close()
        header = self._header
        if header is None:
            if not any(finding.code in {"T002", "T005", "T019"} for finding in self._findings):
                self._report("T011", "the catalog has no header", 1, hint="run: bookbuild catalog update")
            return Catalog((), tuple(self._messages), path=self._path)
        return Catalog(
            header=tuple(self._header_fields(header)),
            messages=tuple(self._messages),
            header_comments=tuple(header.comments),
            header_flags=tuple(header.flags),
            path=self._path,
            header_place=Place(self._path, header.lines["msgid"], 1),
        )

    def _report(
        self, code: str, message: str, line: int, column: int = 1, *, hint: str, warn: bool = False
    ) -> None:
        severity = Severity.WARNING if warn else Severity.ERROR
        self.errors += not warn
        self._findings.append(Diagnostic(code, message, Place(self._path, line, column), hint, severity))

    def _comment(self, text: str, number: int) -> None:
        if self._entry.begun:
            self._close()
        entry = self._entry
        kind, rest = text[1:2], text[2:].strip()
        if kind != "|":
            self._turn_to(None)
        if kind == ".":
            entry.extracted.append(rest)
        elif kind == ":":
            entry.references.extend(_references(rest))
        elif kind == ",":
            for flag in re.finditer(r"[^,\s](?:[^,]*[^,\s])?", rest):
                entry.flags.setdefault(flag[0], number)
        elif kind == "|":
            self._content(rest, number, entry.previous, previous=True)
        else:
            entry.comments.append(text[1:].removeprefix(" "))

    def _obsolete(self, text: str, number: int) -> None:
        if self._entry.begun and not self._entry.obsolete:
            self._close()
        if text.startswith("|"):
            if self._entry.begun:
                self._close()
            self._content(text[1:].strip(), number, self._entry.previous, previous=True)
        else:
            if text and not text.startswith('"') and not self._entry.begun:
                self._entry.obsolete = True
            self._content(text, number, self._entry.strings)
        self._entry.obsolete = True

    def _content(self, text: str, number: int, target: dict[str, str], *, previous: bool = False) -> None:
        if not text:
            return
        if text.startswith('"'):
            if self._open is not target:
                self._report("T009", "a string that continues nothing", number, hint=_MERGED)
                return
            self._more.append(self._string(text, number))
            return
        match = _KEYWORD.match(text)
        keyword = match[1] if match else ""
        if match is None or keyword not in KEYWORDS:
            word = text.split()[0]
            hint = did_you_mean(word[:_SHORT], KEYWORDS) or _MERGED
            self._report("T008", f"unexpected text “{_short(word)}”", number, hint=hint)
            self._turn_to(None)
            return
        name = f"{keyword}[{match[2]}]" if match[2] else keyword
        if not previous and (
            keyword == "msgctxt" or (keyword == "msgid" and set(self._entry.strings) - {"msgctxt"})
        ):
            if self._entry.begun:
                obsolete = self._entry.obsolete and not self._entry.complete
                self._close()
                self._entry.obsolete = obsolete
                target = self._entry.strings
        elif not previous and name in target:
            self._report("T009", f"“{name}” stands twice in one message", number, hint=_MERGED)
        elif not previous and keyword != "msgid" and "msgid" not in target:
            self._report("T009", f"“{name}” before its msgid", number, hint=_MERGED)
        self._turn_to(target, name)
        rest = text[match.end() :].strip()
        target[name] = self._string(rest, number) if rest else ""
        if not rest:
            self._report("T009", f"“{name}” without a string", number, hint='write "" for an empty one')
        if not previous:
            self._entry.lines[name] = number
            if len(target) == 1:
                self._entry.line = number

    def _turn_to(self, target: dict[str, str] | None, name: str = "") -> None:
        """End the open text, and let further lines add to another, or to none."""
        if self._open is not None and self._more:
            self._open[self._keyword] += "".join(self._more)
        self._more.clear()
        self._open, self._keyword = target, name

    def _string(self, text: str, number: int) -> str:
        if not text.startswith('"'):
            self._report(
                "T010", "a string must stand in quotation marks", number, hint='write " before and after it'
            )
            return ""
        body = _STRING.match(text)
        if body is None:
            self._report("T010", "the string does not end on its line", number, hint='close it with "')
            return ""
        if text[body.end() :].strip():
            self._report(
                "T008",
                f"unexpected text “{_short(text[body.end() :].strip())}” after a string",
                number,
                hint='write \\" for a quotation mark inside',
            )
        return _ESCAPE.sub(lambda match: self._escape(match[1], number), body[1])

    def _escape(self, escape: str, number: int) -> str:
        if escape in ESCAPES:
            return ESCAPES[escape]
        if escape[0] == "x" and len(escape) > 1:
            return chr(int(escape[1:], 16))
        if escape[0] in "01234567":
            return chr(int(escape, 8))
        self._report("T012", f"unknown escape “\\{escape}”", number, hint="write \\\\ for a backslash")
        return escape

    def _close(self) -> None:
        """End the entry at hand and begin a new one."""
        self._turn_to(None)
        entry, self._entry = self._entry, _Entry(0)
        if not entry.begun:
            return
        if "msgid" not in entry.strings:
            if not entry.complete:
                self._report("T013", "msgctxt without a message", entry.line, hint=_MERGED)
            return
        line = entry.lines["msgid"]
        if not entry.complete:
            self._report("T013", "the message has no msgstr", line, hint="is the file cut off?")
            return
        key = MessageKey(entry.strings.get("msgctxt", ""), entry.strings["msgid"])
        if not key.msgid and "msgctxt" not in entry.strings and not entry.obsolete:
            self._take_header(entry, line)
            return
        self._check_flags(entry)
        message = self._message(entry, key, line)
        first = self._seen.setdefault((key, entry.obsolete), line)
        if first != line:
            self._report(
                "T014", f"the message stands twice, first in line {first}", line, hint="keep one of them"
            )
            return
        self._messages.append(message)

    def _take_header(self, entry: _Entry, line: int) -> None:
        if self._header is not None:
            first = self._header.lines["msgid"]
            self._report(
                "T015", f"a second header, the first is in line {first}", line, hint="keep one of them"
            )
        else:
            self._header = entry

    def _check_flags(self, entry: _Entry) -> None:
        for flag, line in entry.flags.items():
            known = flag in FLAGS or flag.endswith("-format") or ":" in flag
            if not known:
                hint = did_you_mean(flag[:_SHORT], FLAGS) or _FLAG
                self._report("T016", f"unknown flag “{_short(flag)}”", line, hint=hint, warn=True)

    def _message(self, entry: _Entry, key: MessageKey, line: int) -> Message:
        plural = entry.strings.get("msgid_plural", "")
        names = [name for name in entry.strings if name.startswith("msgstr")]
        first = entry.lines[names[0]]
        indexed = [name for name in names if "[" in name]
        if plural and sorted(indexed) != [f"msgstr[{n}]" for n in range(len(names))]:
            self._report(
                "T017", "plural forms must be msgstr[0], msgstr[1] … without a gap", first, hint=_MERGED
            )
        elif not plural and (indexed or len(names) > 1):
            self._report("T017", "plural forms without a msgid_plural", first, hint=_MERGED)
        previous = None
        if "msgid" in entry.previous:
            previous = MessageKey(entry.previous.get("msgctxt", ""), entry.previous["msgid"])
        return Message(
            key=key,
            strings=tuple(entry.strings[name] for name in names),
            plural=plural,
            references=tuple(entry.references),
            extracted=tuple(entry.extracted),
            comments=tuple(entry.comments),
            flags=tuple(entry.flags),
            previous=previous,
            obsolete=entry.obsolete,
            place=Place(self._path, line, 1),
            string_place=Place(self._path, first, 1),
        )

    def _header_fields(self, entry: _Entry) -> Iterator[tuple[str, str]]:
        first = entry.lines.get("msgstr", entry.line)
        text = entry.strings.get("msgstr", "")
        if not text.strip():
            self._report("T011", "the header is empty", first, hint="run: bookbuild catalog update")
        for offset, line in enumerate(text.split("\n")):
            name, colon, value = line.partition(":")
            if colon and name.strip():
                yield name.strip(), value.strip()
            elif line.strip():
                self._report(
                    "T018",
                    f"header line without a name: “{_short(line)}”",
                    first + offset + 1,
                    hint="write “Name: value\\n”, or delete the line",
                    warn=True,
                )


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


def _references(text: str) -> list[str]:
    """Split references; names with blanks stand between U+2068 and U+2069 (gettext 0.22)."""
    return [
        plain or isolated
        for isolated, plain in (
            match.groups("") for match in re.finditer("\u2068([^\u2069]*)\u2069|([^\\s\u2068\u2069]+)", text)
        )
    ]


def write_catalog(catalog: Catalog) -> str:
    """Write a catalog as PO text: header, current messages in their order, obsolete ones last."""
    blocks = [_header_block(catalog.header_comments, catalog.header_flags, catalog.header)]
    blocks += [_block(message) for message in catalog.messages if not message.obsolete]
    blocks += [_block(message) for message in catalog.messages if message.obsolete]
    return "\n".join(blocks)


def _header_block(comments: Sequence[str], flags: Sequence[str], header: Sequence[tuple[str, str]]) -> str:
    lines = [f"# {line}".rstrip() for line in comments]
    if flags:
        lines.append("#, " + ", ".join(flags))
    lines += ['msgid ""', 'msgstr ""']
    lines += [_quoted(f"{name}: {value}\n") for name, value in header]
    return "\n".join(lines) + "\n"


def _block(message: Message) -> str:
    lines = [f"# {line}".rstrip() for line in message.comments]
    lines += [f"#. {line}".rstrip() for line in message.extracted]
    lines += _wrapped_references(message.references)
    if message.flags:
        flags = sorted(dict.fromkeys(message.flags), key=lambda flag: flag != FUZZY)
        lines.append("#, " + ", ".join(flags))
    content: list[str] = []
    if message.previous:
        previous: list[str] = []
        if message.previous.context:
            previous += _strings("msgctxt", message.previous.context)
        previous += _strings("msgid", message.previous.msgid)
        content += [f"| {line}" for line in previous]
    mark = "#~" if message.obsolete else ""
    if message.previous:
        lines += [f"#~{line}" if mark else f"#{line}" for line in content]
    content = []
    if message.key.context:
        content += _strings("msgctxt", message.key.context)
    content += _strings("msgid", message.key.msgid)
    if message.plural:
        content += _strings("msgid_plural", message.plural)
        for index, text in enumerate(message.strings):
            content += _strings(f"msgstr[{index}]", text)
    else:
        content += _strings("msgstr", message.string)
    lines += [f"#~ {line}" for line in content] if mark else content
    return "\n".join(lines) + "\n"


def _wrapped_references(references: Sequence[str]) -> list[str]:
    shown = [f"\u2068{name}\u2069" if re.search(r"\s", name) else name for name in references]
    if not shown:
        return []
    return textwrap.wrap(
        " ".join(shown),
        WIDTH,
        initial_indent="#: ",
        subsequent_indent="#: ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _strings(keyword: str, text: str) -> list[str]:
    """A keyword and its string, wrapped at blanks and after line ends."""
    escaped = _escaped(text)
    if "\n" not in text.rstrip("\n") and len(keyword) + len(escaped) + 3 <= WIDTH:
        return [f'{keyword} "{escaped}"']
    lines = [f'{keyword} ""']
    for paragraph in re.findall(r"[^\n]*\n|[^\n]+", text):
        line: list[str] = []
        width = 2
        for word in re.findall(r"\s*\S+\s*|\s+", paragraph):
            shown = _escaped(word)
            if line and width + len(shown.rstrip(" ")) > WIDTH:
                lines.append(f'"{"".join(line)}"')
                line, width = [], 2
            line.append(shown)
            width += len(shown)
        lines.append(f'"{"".join(line)}"')
    return lines


def _escaped(text: str) -> str:
    return text.translate(_UNESCAPES)


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'
