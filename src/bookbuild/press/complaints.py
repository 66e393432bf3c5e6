"""What the engine logs, turned into findings with a place."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from bookbuild.diagnostics import Severity
from bookbuild.press.fetch import Refusal
from bookbuild.press.sheets import Finding

_POSITION = re.compile(r" at (\d+):(\d+)")
_ID = re.compile(r"\bid\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_NEAREST = 12

_SAID_OTHERWISE = (
    ".notdef glyph",  # P112, with the text around it
    "Failed to load image",  # P101–P103 from the fetcher, which knows why
    "Failed to load stylesheet",
    "Font-face ",
)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect what the engine logs at level WARNING and above while the block runs."""
    logger = logging.getLogger("weasyprint")
    heard: list[str] = []
    own_thread = threading.get_ident()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == own_thread:
                heard.append(record.getMessage())

    listener = Listener(logging.WARNING)
    logger.addHandler(listener)
    try:
        yield heard
    finally:
        logger.removeHandler(listener)


def style_findings(path: str, heard: Iterable[str]) -> Iterator[Finding]:
    """P110: the engine ignores something in a style sheet."""
    for message in heard:
        if message.startswith(_SAID_OTHERWISE):
            continue
        position = _POSITION.search(message)
        line, column = (int(position[1]), int(position[2])) if position else (1, 1)
        said = _POSITION.sub("", message).rstrip(".")
        yield Finding(
            "P110",
            f"the engine objects to this style: {said[:1].lower()}{said[1:]}",
            severity=Severity.WARNING,
            file=path,
            line=line,
            column=column,
        )


def page_findings(heard: Iterable[str], source: str) -> Iterator[Finding]:
    """P111: the engine complains about a page."""
    for message in heard:
        if message.startswith(_SAID_OTHERWISE):
            continue
        quoted = re.search(r"'([^']+)'|\"([^\"]+)\"|#([^\s]+)", message)
        word = next((group for group in quoted.groups() if group), "") if quoted else ""
        yield Finding(
            "P111", f"the engine complains: {message.rstrip('.')}", ids_before(source, word) if word else ()
        )


def refusal_findings(refusals: Sequence[Refusal], source: str, style: str = "") -> Iterator[Finding]:
    """P101: a forbidden file; P102: a picture, font or style that cannot be used."""
    for refusal in dict.fromkeys(refusals):
        word = refusal.url.rsplit("/", 1)[-1].split("?")[0]
        elements = () if style else ids_before(source, word)
        place = {"file": style, "line": 1, "column": 1} if style else {}
        if refusal.forbidden:
            message = f"“{refusal.url}” was asked for and not read: {refusal.reason}"
            hint = "keep every picture, font and style inside the book's folder"
            yield Finding("P101", message, elements, hint, **place)  # type: ignore[arg-type]
        else:
            yield Finding("P102", f"“{refusal.url}” {refusal.reason}", elements, **place)  # type: ignore[arg-type]


def ids_before(source: str, word: str) -> tuple[str, ...]:
    """Return the ids of the elements that open before the first place of a word, the nearest first."""
    at = source.find(word)
    if at < 0:
        return ()
    end = source.find(">", at)
    ids = [match[1] for match in _ID.finditer(source, max(0, at - 20_000), max(at, end))]
    return tuple(reversed(ids[-_NEAREST:]))
