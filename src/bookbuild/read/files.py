"""The files of a book's folder to clean text: what may be read, and what text must be.

Nothing outside the folder is ever opened, nothing that is not a regular file, and nothing
larger than a limit. Text is UTF-8, with line feeds only, in Unicode's composed form (NFC).
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.place import Place

MAX_FILE_BYTES = 4_000_000
"""Of a file of data."""
MAX_CHAPTER_BYTES = 1_000_000
"""Of Markdown: five hundred pages."""
MAX_LINES = {".md": 30_000, ".yaml": 200_000}
"""Of a file, by its suffix."""
MAX_MARKS = 100_000
"""Signs in a file that begin marks, or could: each is looked at many times; in prose one in fifty is one."""
MAX_FILES = 2_000
"""In one folder of the book."""
_TEXTS_KEPT = 256
"""Files whose text is remembered: of a book that is being written, all but one are as they were."""

_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 but tab and line ends, DEL, C1
    "\u2028\u2029"  # line and paragraph separator: line ends to some programs only
    "\u202a-\u202e\u2066-\u2069"  # bidirectional overrides and isolates: text is not what it seems
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffd-\uffff]"  # surrogates, non-characters, marks of damage
)
_INSIDE = "copy it into the book's folder"
_MARK = re.compile(r"[*_\[\]`<>{}&@\\#=+~^!$%]")
_CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7})( |$)|^={7}$")
_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def text_of(root: Path, path: str) -> tuple[str | None, list[Diagnostic]]:
    """Return a file's text, or nothing and the reasons.

    ``path`` is relative to ``root``, with forward slashes. The text has LF line ends, no
    byte-order mark, is NFC and ends with a line feed.
    """
    data, problem = _bytes_of(root, path)
    if data is None:
        return None, [problem] if problem else []
    text, problems = _text_of(data, path)
    return text, list(problems)


@functools.lru_cache(maxsize=_TEXTS_KEPT)
def _text_of(data: bytes, path: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    text, problem = _decoded(data, path)
    if text is None:
        return None, (problem,) if problem else ()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    problems = tuple(_too_much(text, path)) or tuple(_unclean(text, path))
    if problems:
        return None, problems
    return (text if text.endswith("\n") else text + "\n"), ()


def names_in(root: Path, folder: str, suffix: str) -> tuple[list[str], list[Diagnostic]]:
    """List the files of a folder with that suffix, sorted by name, as paths relative to ``root``.

    A missing folder is an empty one. Names that begin with ``.`` or ``_`` are left out (drafts).
    """
    inside = root / folder
    if not inside.exists():
        return [], []
    if not inside.is_dir():
        return [], [Diagnostic("B021", f"“{folder}” is not a folder", Place(folder), hint="rename the file")]
    if not is_under(root, folder):
        return [], [
            Diagnostic("B020", f"“{folder}” leads out of the book's folder", Place(folder), hint=_INSIDE)
        ]
    try:
        names = sorted(entry.name for entry in inside.iterdir() if entry.name.endswith(suffix))
    except OSError as error:
        return [], [
            Diagnostic("B023", f"cannot be listed: {_reason(error)}", Place(folder), hint=_hint_of(error))
        ]
    names = [name for name in names if name[0] not in "._"]
    unseen = [name for name in names if not is_plain_name(name)]
    if unseen:
        return [], [unplain_name(folder, name) for name in unseen]
    if len(names) > MAX_FILES:
        return [], [
            Diagnostic(
                "B022", f"{len(names)} files; the limit is {MAX_FILES}", Place(folder), hint="join some"
            )
        ]
    return [f"{folder}/{name}" for name in names], list(_same_names(folder, names))


def _bytes_of(root: Path, path: str) -> tuple[bytes | None, Diagnostic | None]:
    here = Place(path)
    if PurePosixPath(path).is_absolute() or not is_under(root, path):
        return None, Diagnostic("B020", f"“{path}” leads out of the book's folder", here, hint=_INSIDE)
    limit = MAX_CHAPTER_BYTES if path.endswith(".md") else MAX_FILE_BYTES
    try:
        data = regular_bytes(root / path, limit)
    except OSError as error:
        return None, Diagnostic("B023", f"cannot be read: {_reason(error)}", here, hint=_hint_of(error))
    if data is None:
        return None, Diagnostic("B021", "is not a regular file", here, hint="put a file there")
    if len(data) > limit:
        message = f"is larger than {limit // 1_000_000} MB"
        return None, Diagnostic("B022", message, here, hint="split it")
    return data, None


def is_plain_name(name: str) -> bool:
    """Tell whether a file's name can be shown on one line as it is, in every program."""
    return name.isprintable() and not _REFUSED.search(name)


def unplain_name(folder: str, name: str) -> Diagnostic:
    """Say which name is none, without ever printing it."""
    message = f"a file name that cannot be shown: {name[:80]!a}"
    return Diagnostic("B029", message, Place(folder), hint="rename it: letters, digits and hyphens")


def regular_bytes(path: Path, limit: int) -> bytes | None:
    """Return up to ``limit`` + 1 bytes of a regular file; nothing if it is something else.

    Raises:
        OSError: it is missing or cannot be read.
    """
    # Without O_NONBLOCK a pipe would make us wait for a writer.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(limit + 1)
    finally:
        os.close(handle)


def is_under(root: Path, path: str) -> bool:
    """Tell whether a path stays in the folder, links followed."""
    try:
        return Path(os.path.realpath(root / path)).is_relative_to(os.path.realpath(root))
    except ValueError:  # a null character
        return False


def _decoded(data: bytes, path: str) -> tuple[str | None, Diagnostic | None]:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return None, Diagnostic("B024", f"is {name}", Place(path), hint="save it as UTF-8")
    if data[:200].count(0) > len(data[:200]) // 4:
        message = "is not UTF-8: it has zero bytes as UTF-16 has"
        return None, Diagnostic("B024", message, Place(path), hint="save it as UTF-8")
    try:
        return data.decode("utf-8").removeprefix("\ufeff"), None
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return None, Diagnostic("B024", message, Place(path, line, column), hint="save the file as UTF-8")


def _unclean(text: str, path: str) -> Iterator[Diagnostic]:
    in_conflict = False
    for number, line in enumerate(text.split("\n"), 1):
        for match in _REFUSED.finditer(line):
            place = Place(path, number, match.start() + 1)
            yield Diagnostic("B025", describe_refused(match[0]), place, hint="delete it")
        mark = _CONFLICT.match(line)
        if mark and not (mark[0] == "=" * 7 and not in_conflict):
            if not in_conflict:
                message = f"mark of a merge conflict, “{line[:7]}”"
                yield Diagnostic("B026", message, Place(path, number), hint="settle the conflict")
            in_conflict = not mark[0].startswith(">")


def _too_much(text: str, path: str) -> Iterator[Diagnostic]:
    """Refuse what would take minutes to read: very many lines, very many marks."""
    most = MAX_LINES[PurePosixPath(path).suffix]
    if text.count("\n") > most:
        yield Diagnostic(
            "B028", f"more than {most:,} lines", Place(path, most + 1), hint="split the file, or join lines"
        )
    marks = _MARK.finditer(text)
    if beyond := next(itertools.islice(marks, MAX_MARKS, None), None):
        line = text.count("\n", 0, beyond.start()) + 1
        column = beyond.start() - text.rfind("\n", 0, beyond.start())
        message = f"more than {MAX_MARKS:,} signs that marks may begin or end with, as * _ [ ] ` # <"
        yield Diagnostic("B028", message, Place(path, line, column), hint="split the file")


def refused_characters(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset of every character that no text of a book may hold, and its description."""
    for match in _REFUSED.finditer(text):
        yield match.start(), describe_refused(match[0])


def describe_refused(character: str) -> str:
    """Name a refused character: ``control character U+0007``."""
    code = f"U+{ord(character):04X}"
    if character == "\ufffd":
        return f"{code}, which stands where a character was damaged"
    if unicodedata.bidirectional(character) in {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }:
        return f"character {code}, which reverses the direction of text unseen"
    kind = "control character" if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else "character"
    return f"{kind} {code}"


def _same_names(folder: str, names: list[str]) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            message = f"“{name}” and “{other}” are one name on some systems"
            yield Diagnostic("B027", message, Place(f"{folder}/{name}"), hint="rename one of them")


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _hint_of(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "write the file; if it is a link, what it leads to is missing"
    if isinstance(error, PermissionError):
        return "ask whoever owns the file for leave to read it"
    return "put a file there that can be read"
