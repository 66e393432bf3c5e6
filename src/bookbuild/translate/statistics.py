"""A book and a catalog to how much is translated: by chapter and kind, in messages and words."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bookbuild.model.book import Book, Coverage, each_prose
from bookbuild.model.catalog import Catalog, Message
from bookbuild.model.prose import MessageKey, Prose, key_of
from bookbuild.translate.content import is_neutral, own_text
from bookbuild.translate.update import STALE


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one chapter, kind or book is translated."""

    name: str
    coverage: Coverage
    words: int
    """Words of the source text."""
    words_translated: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The state of one catalog."""

    language: str
    whole: Share
    chapters: tuple[Share, ...]
    """In the order of the book. A message that occurs in two is counted in both."""
    kinds: tuple[Share, ...]
    """In the order in which they first occur."""
    obsolete: int
    stale_since: str
    """ISO date of the oldest guess that waits; empty if none does."""


def statistics(book: Book, catalog: Catalog | None, language: str) -> Statistics:
    """Count what is translated, waits as a guess, and is missing. Messages without words are left out."""
    current = catalog.current() if catalog else {}
    proses = [prose for prose in each_prose(book) if not is_neutral(prose)]
    titles = {chapter.id: own_text(chapter.title.inlines) for chapter in book.chapters()}

    def shares(groups: dict[str, list[Prose]]) -> tuple[Share, ...]:
        return tuple(_share(name, members, current) for name, members in groups.items())

    by_chapter: dict[str, list[Prose]] = {}
    by_kind: dict[str, list[Prose]] = {}
    for prose in proses:
        by_chapter.setdefault(titles.get(prose.chapter) or prose.chapter or book.id, []).append(prose)
        by_kind.setdefault(prose.kind.value, []).append(prose)
    messages = catalog.messages if catalog else ()
    return Statistics(
        language=language,
        whole=_share(book.id, proses, current),
        chapters=shares(by_chapter),
        kinds=shares(by_kind),
        obsolete=sum(message.obsolete for message in messages),
        stale_since=min(_stale_dates(messages), default=""),
    )


def _share(name: str, proses: Iterable[Prose], current: dict[MessageKey, Message]) -> Share:
    words = translated_words = translated = fuzzy = 0
    unique = {key_of(prose): prose for prose in proses}
    for key, prose in unique.items():
        count = len(re.findall(r"\w+", own_text(prose.inlines) or prose.source))
        message = current.get(key)
        words += count
        if message is None or not any(text.strip() for text in message.strings):
            continue
        if message.fuzzy:
            fuzzy += 1
        else:
            translated += 1
            translated_words += count
    counted = Coverage(len(unique), translated, fuzzy, len(unique) - translated - fuzzy)
    return Share(name, counted, words, translated_words)


def _stale_dates(messages: Iterable[Message]) -> Iterable[str]:
    for message in messages:
        for line in message.extracted:
            if message.fuzzy and not message.obsolete and line.startswith(STALE):
                yield line.removeprefix(STALE)[:10]


HEAD = ("", "messages", "translated", "guesses", "missing", "words", "to do", "per cent")


def _row(share: Share) -> tuple[str, ...]:
    c = share.coverage
    todo = share.words - share.words_translated
    numbers = (c.messages, c.translated, c.fuzzy, c.missing, share.words, todo, c.percent)
    return (share.name, *(str(number) for number in numbers))


def as_table(found: Statistics) -> str:
    """Write statistics for the terminal."""
    rows = [_row(share) for share in (*found.chapters, *found.kinds, found.whole)]
    widths = [max(len(row[column]) for row in (HEAD, *rows)) for column in range(len(HEAD))]

    def line(row: tuple[str, ...]) -> str:
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        return "  ".join(cells).rstrip()

    split = len(found.chapters)
    lines = [line(HEAD), *map(line, rows[:split]), "", *map(line, rows[split:-1]), "", line(rows[-1])]
    if found.stale_since:
        lines.append(f"oldest guess: since {found.stale_since}")
    return "\n".join(lines) + "\n"


def as_data(found: Statistics) -> dict[str, object]:
    """Return statistics as plain data, ready for ``json.dumps``."""

    def data(share: Share) -> dict[str, object]:
        row = dict(zip(("name", *HEAD[1:]), _row(share), strict=True))
        return {key: value if key in {"name", "per cent"} else int(value) for key, value in row.items()}

    return {
        "language": found.language,
        "whole": data(found.whole),
        "chapters": [data(share) for share in found.chapters],
        "kinds": [data(share) for share in found.kinds],
        "obsolete": found.obsolete,
        "stale since": found.stale_since,
    }


def as_html(found: Iterable[Statistics]) -> str:
    """Write a small page with the statistics of some languages; complete in itself."""
    parts = []
    for one in found:
        percent = one.whole.coverage.percent
        parts.append(f"<h2>{html.escape(one.language)}: {percent} %</h2>")
        parts.append(f'<progress max="100" value="{percent}">{percent} %</progress>')
        for shares in (one.chapters, one.kinds):
            parts.append("<table><tr>" + "".join(f"<th>{name}</th>" for name in HEAD) + "</tr>")
            for share in (*shares, dataclasses.replace(one.whole, name="all")):
                cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in _row(share))
                parts.append(f"<tr>{cells}</tr>")
            parts.append("</table>")
        if one.stale_since:
            parts.append(f"<p>oldest guess: since {one.stale_since}</p>")
    style = "body{font:1rem/1.4 sans-serif;margin:2rem}td,th{padding:.1rem .6rem;text-align:right}"
    style += "td:first-child{text-align:left}progress{width:20rem}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Translation</title>'
        f"<style>{style}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )
