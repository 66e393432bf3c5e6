"""Random books for the press: every word group, call and note carries a token of its own."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from pathlib import Path

from bookbuild.model.page import Opening
from bookbuild.model.place import Place
from bookbuild.model.unit import Bookmark, Folios, Numbering, PromisedNote, Unit
from bookbuild.press.settings import PressSettings, StyleSheet

STYLE = StyleSheet(
    "styles/test.css",
    """
@page {
  margin: 18mm 16mm 22mm 18mm;
  @footnote { border-top: 0.4pt solid; padding-top: 2mm; margin-top: 3mm }
}
@page :left {
  margin: 18mm 18mm 22mm 16mm;
  @top-left { content: string(folio); font: 9pt "Book Serif" }
  @top-right { content: string(chapter) }
}
@page :right {
  @top-right { content: string(folio); font: 9pt "Book Serif" }
  @top-left { content: string(chapter) }
}
@page :first {
  @top-left { content: none }
  @top-right { content: none }
  @bottom-center { content: string(folio); font: 9pt "Book Serif" }
}
html { font: 10pt/1.35 "Book Serif"; text-align: justify; hyphens: auto; orphans: 2; widows: 2 }
body, p, ul, blockquote, figure { margin: 0 }
p { text-indent: 1em }
a { color: inherit; text-decoration: none }
h1 { string-set: chapter attr(data-title); font-size: 18pt; text-align: left }
h2 { font-size: 12pt; margin: 4mm 0 2mm; break-after: avoid; text-align: left }
ul, blockquote { margin: 2mm 0 2mm 6mm }
table { border-collapse: collapse; margin: 3mm 0; width: 100% }
td, th { border-bottom: 0.3pt solid; padding: 0.5mm 1mm; vertical-align: top }
tr { break-inside: avoid }
.footnote { float: footnote; font-size: 8pt; line-height: 1.3; text-indent: 0; text-align: left }
.footnote::footnote-call { content: attr(data-number); font-size: 70%; vertical-align: super }
.footnote::footnote-marker { content: attr(data-number) ". " }
""",
)


def settings(root: Path) -> PressSettings:
    """Return plain settings for a book in a folder."""
    return PressSettings(root, title="A generated book", lang="en", author="Nobody")


@dataclass
class _Chapter:
    """A chapter while it is written."""

    number: int
    chance: random.Random
    notes: list[PromisedNote]
    lines: dict[str, Place]
    mentions: list[str]
    words_of_note: tuple[int, int]
    count: int = 0

    def words(self, low: int, high: int, mark: str) -> str:
        """Return words of which the first is a token."""
        count = self.chance.randint(low, high)
        some = (self.chance.choice(_WORDS) for _ in range(count))
        self.count += 1
        return " ".join([f"{mark}{self.number}w{self.count}", *some])

    def note(self) -> str:
        number = len(self.notes) + 1
        name = f"c{self.number}n{number}"
        text = self.words(*self.words_of_note, "note") + "."
        self.notes.append(PromisedNote(name, str(number), text, self._place(name)))
        return (
            f'<span class="call" id="call-{name}"><span class="footnote" id="{name}" data-number="{number}">'
            f"{text}</span></span>"
        )

    def _place(self, name: str) -> Place:
        place = Place(f"chapters/{self.number}.md", 2 + len(self.lines))
        self.lines[name] = place
        return place

    def prose(self, notes: float, low: int = 8, high: int = 60) -> str:
        parts = [self.words(low, high, "text")]
        for _ in range(self.chance.choice((0, 1, 1, 2, 3)) if self.chance.random() < notes else 0):
            parts.append(self.note() + " " + self.words(2, high // 2, "text"))
        return "".join(parts)

    def block(self, targets: list[str]) -> str:
        kind = self.chance.choices(
            ("p", "ul", "quote", "table", "h2", "ref"), weights=(60, 8, 8, 8, 6, 10 if targets else 0)
        )[0]
        match kind:
            case "ul":
                items = "".join(
                    f"<li>{self.prose(0.4, 3, 20)}</li>" for _ in range(self.chance.randint(2, 5))
                )
                return f"<ul>{items}</ul>"
            case "quote":
                return f"<blockquote><p>{self.prose(0.7)}</p></blockquote>"
            case "table":
                cells = "".join(
                    f"<tr><td>{self.prose(0.3, 1, 6)}</td><td>{self.words(1, 3, 'cell')}</td></tr>"
                    for _ in range(self.chance.randint(2, 8))
                )
                head = "<tr><th>Left</th><th>Right</th></tr>"
                return f"<table><thead>{head}</thead><tbody>{cells}</tbody></table>"
            case "h2":
                return f"<h2>{self.words(1, 4, 'head')}</h2>"
            case "ref":
                target = self.chance.choice(targets)
                self.mentions.append(target)
                slot = f'<span class="page-slot" data-pages="{target}"></span>'
                return f"<p>{self.prose(0.5)} (see page {slot}) {self.words(3, 20, 'text')}</p>"
        return f"<p>{self.prose(0.6)}</p>"


_WORDS = tuple(
    """
    and the of archive document delegation commission resolution statement newspaper reported according
    morning evening February settlement road airport figures register number several between however
    a to in by with from was were said that which under over after before Əsgəran İstanbul şəhər qeyd
    """.split()  # noqa: SIM905 - easier to read than quoted words
)


def random_book(
    seed: int,
    chapters: int = 3,
    blocks: int = 12,
    references: bool = True,
    words_of_note: tuple[int, int] = (2, 40),
    opening: Opening = Opening.RECTO,
) -> list[Unit]:
    """Return contents and chapters with notes in paragraphs, lists, quotations and tables."""
    chance = random.Random(seed)
    targets = [f"c{number}" for number in range(1, chapters + 1)] if references else []
    units = [
        _chapter(number, chance, blocks, targets, words_of_note, opening) for number in range(1, chapters + 1)
    ]
    return [_contents(units), *units]


def edited(units: list[Unit], chance: random.Random) -> list[Unit]:
    """Return the units with some words changed in one paragraph, item, cell, heading or note of a chapter."""
    at = chance.randrange(1, len(units))
    unit = units[at]
    start = unit.html.index("<body>")
    spans = [
        match.span(1) for match in re.finditer(r">([^<>]*\w \w[^<>]*)<", unit.html) if match.start() > start
    ]
    begin, end = chance.choice(spans)
    old = unit.html[begin:end]
    words = old.split(" ")
    first = chance.randrange(1, len(words))  # the token stays
    more = [chance.choice((*_WORDS, "1992", "31")) for _ in range(chance.choice((0, 1, 1, 3, 40)))]
    new = " ".join([*words[:first], *more, *words[first + chance.randrange(3) :]])
    notes = tuple(replace(note, text=new) if note.text == old else note for note in unit.notes)
    changed = replace(unit, html=unit.html[:begin] + new + unit.html[end:], notes=notes)
    return [*units[:at], changed, *units[at + 1 :]]


def _chapter(
    number: int,
    chance: random.Random,
    blocks: int,
    targets: list[str],
    words_of_note: tuple[int, int],
    opening: Opening,
) -> Unit:
    chapter = _Chapter(number, chance, [], {}, [], words_of_note)
    chapter.lines[f"c{number}"] = Place(f"chapters/{number}.md", 1)
    body = "\n".join(chapter.block(targets) for _ in range(blocks))
    title = f"Chapter {number}"
    return Unit(
        id=f"chapter-{number}",
        title=title,
        lang="en",
        direction="ltr",
        html=(
            f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body>'
            f'<h1 id="c{number}" data-title="{title}">{title}</h1>{body}</body></html>'
        ),
        opening=opening,
        numbering=Numbering.ARABIC,
        folios=Folios.SHOWN,
        anchors=(f"c{number}", *(note.id for note in chapter.notes)),
        mentions=tuple(dict.fromkeys(chapter.mentions)),
        notes=tuple(chapter.notes),
        bookmarks=(Bookmark(1, title, f"c{number}"),),
        place=Place(f"chapters/{number}.md"),
        lines=chapter.lines,
    )


def _contents(units: list[Unit]) -> Unit:
    lines = "".join(
        f'<p><a href="#{unit.anchors[0]}">{unit.title} '
        f'<span class="page-slot" data-pages="{unit.anchors[0]}"></span></a></p>'
        for unit in units
    )
    return Unit(
        id="contents",
        title="Contents",
        lang="en",
        direction="ltr",
        html=(
            '<!DOCTYPE html><html lang="en"><head><title>Contents</title></head><body>'
            f'<h1 id="contents" data-title="Contents">Contents</h1>{lines}</body></html>'
        ),
        opening=Opening.RECTO,
        numbering=Numbering.ROMAN,
        folios=Folios.SHOWN,
        anchors=("contents",),
        mentions=tuple(unit.anchors[0] for unit in units),
        bookmarks=(Bookmark(1, "Contents", "contents"),),
        place=Place("book.yaml"),
    )
