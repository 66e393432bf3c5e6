"""Random small books as their authors write them, and an oracle that knows only the finished PDF.

Every note, every passage that a reference leads to and every reference carries a token of its own:
five letters that no word has. The oracle counts the tokens in the text that pdfium finds on the pages.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2

from bookbuild.build.printed import PrintedEdition

WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "archive",
    "report",
    "witness",
    "valley",
    "river",
    "morning",
    "road",
    "bridge",
    "letter",
    "council",
    "village",
    "northern",
    "older",
    "witnesses",
    "described",
    "however",
    "according",
    "statement",
    "document",
    "evening",
    "between",
    "several",
    "commission",
    "figure",
    "nothing",
    "which",
    "under",
    "during",
    "whether",
    "counted",
    "independently",
    "afterwards",
    "settlement",
]
SOURCES = ("report", "diary", "gazette", "guide", "survey", "letter")
TRIMS = ("148 × 210 mm", "170 × 240 mm", "6 × 9 in")


@dataclass
class RandomBook:
    """The files of a book, and what its pages must show."""

    files: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    """Token of a note → token right before its call."""
    targets: dict[str, str] = field(default_factory=dict)
    """Id that references lead to → token of the passage there."""
    references: dict[str, str] = field(default_factory=dict)
    """Token before a printed page number → id it leads to."""

    def write(self, root: Path) -> None:
        for name, text in self.files.items():
            path = root / "book" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def random_book(seed: int) -> RandomBook:
    """Make a book."""
    return _Writer(seed).book()


class _Writer:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.made = RandomBook()
        letters = "abcdefghijklmnoprstuvwyz"
        self.tokens = ("qx" + "".join(three) for three in itertools.product(letters, repeat=3))
        self.labels = itertools.count(1)
        self.ids: list[str] = []
        self.quantities = [f"thing-{number}" for number in range(self.chance.randint(0, 3))]
        self.claims: dict[str, list[str]] = {}
        self.bodies: list[str] = []
        self.dense = self.chance.choice((0.3, 0.6, 0.9))
        """How likely a passage has notes."""

    def book(self) -> RandomBook:
        chance = self.chance
        chapters = [f"chapter-{number}" for number in range(chance.choice((1, 1, 1, 2, 2, 3)))]
        for quantity in self.quantities:
            self.claims[quantity] = [f"claim-{number}" for number in range(chance.randint(1, 6))]
        self.ids = [f"{chapter}-part-{number}" for chapter in chapters for number in range(2)]
        for chapter in chapters:
            self.made.files[f"chapters/{chapter}.md"] = self.chapter(chapter)
        used = [key for key in SOURCES if any(f"@{key}" in text for text in self.made.files.values())]
        self.made.files["figures/things.yaml"] = self.figures(used or ["report"])
        self.made.files["sources.yaml"] = "".join(
            f"- {{id: {key}, type: book, title: The {key.title()}, issued: {{literal: 19{number}0}}}}\n"
            for number, key in enumerate(used or ["report"], 1)
        )
        back = ["appendix"] if self.quantities else []
        back += chance.sample(["bibliography", "index", "colophon"], chance.randint(0, 3))
        if not any("{index}" in text for text in self.made.files.values()):
            back = [name for name in back if name != "index"]
        self.made.files["book.yaml"] = "\n".join(
            [
                "id: random",
                "title: A Random Book",
                "source-language: en",
                "languages: [en]",
                "date: 2026-11-21",
                "publisher: nobody",
                f"page: {{trim: {chance.choice(TRIMS)}}}",
                f"chapters-open: {chance.choice(('recto', 'next'))}",
                "units: {person: persons}",
                "contents:",
                "  body:",
                *(f"    - {{chapters: [{chapter}]}}" for chapter in chapters),
                f"  back: [{', '.join(back)}]",
                "",
            ]
        )
        if not self.quantities:
            del self.made.files["figures/things.yaml"]
        return self.made

    def figures(self, sources: list[str]) -> str:
        lines = ["quantities:"]
        for quantity in self.quantities:
            lines += [
                f"  - id: {quantity}",
                f"    title: {quantity.title()}",
                "    counts: something",
                "    unit: person",
                "    claims:",
            ]
            for claim in self.claims[quantity]:
                value = self.chance.choice(("613", "~2500", ">=600", "<=500", "160..1000", "1200", "613"))
                lines += [
                    f"      - id: {claim}",
                    f'        value: "{value}"',
                    f"        said-by: {self.words(1, 4)}",
                    f"        source: {self.chance.choice(sources)}",
                ]
        return "\n".join(lines) + "\n"

    # Text

    def words(self, low: int, high: int) -> str:
        return " ".join(self.chance.choice(WORDS) for _ in range(self.chance.randint(low, high)))

    def note(self) -> str:
        """Return a call with the token before it; the note's text begins with its own."""
        call, body = next(self.tokens), next(self.tokens)
        self.made.notes[body] = call
        text = f"{body} {self.words(1, self.chance.choice((6, 25, 80)))}"
        if self.chance.random() < 0.2:
            text += f" [{self.citation()}]"
        if self.chance.random() < 0.5:
            return f"{call}^[{text}.]"
        label = f"note-{next(self.labels)}"
        more = f"\n\n    {self.words(5, 30)}." if self.chance.random() < 0.2 else ""
        self.bodies.append(f"[^{label}]: {text}.{more}")
        return f"{call}[^{label}]"

    def citation(self) -> str:
        key = self.chance.choice(SOURCES)
        return f"@{key}, p. {self.chance.randint(1, 400)}" if self.chance.random() < 0.7 else f"@{key}"

    def passage(self, low: int, high: int, *, most: int = 5) -> str:
        parts = [self.words(low, high)]
        extras = min(most, self.chance.choice((1, 1, 2, 3, 5)))
        for _ in range(extras if self.chance.random() < self.dense else 0):
            parts.append(self.extra())
            parts.append(self.words(1, high))
        return " ".join(parts).capitalize() + "."

    def extra(self) -> str:
        kinds = ["emphasis", "index", "link", "foreign", "ref", *["note"] * 6, "citation", "citation"]
        kinds += ["claim"] * 3 if self.quantities else []
        match self.chance.choice(kinds):
            case "note":
                return self.note()
            case "citation":
                also = f"; {self.citation()}" if self.chance.random() < 0.3 else ""
                return f"{self.words(1, 2)}[{self.citation()}{also}]"
            case "claim":
                quantity = self.chance.choice(self.quantities)
                return f"{{claim}}`{quantity}/{self.chance.choice(self.claims[quantity])}`"
            case "emphasis":
                return f"*{self.words(1, 4)}* **{self.words(1, 3)}**"
            case "index":
                return f"{{index}}`{self.words(1, 2)}`"
            case "foreign":
                return "{foreign}`az|Şəhər və kənd`"
            case "link":
                return f"[{self.words(1, 3)}](https://example.org/{self.chance.choice(WORDS)})"
            case _:
                token, target = next(self.tokens), self.chance.choice(self.ids)
                self.made.references[token] = target
                return f"{token} {{ref}}`{self.chance.choice(WORDS)} <{target}>`"

    def chapter(self, name: str) -> str:
        self.bodies = []
        blocks = [self.block() for _ in range(self.chance.randint(1, 4))]
        for number in range(2):
            token, target = next(self.tokens), f"{name}-part-{number}"
            self.made.targets[target] = token
            blocks.append(
                f"## {self.words(1, 5).capitalize()} {{#{target}}}\n\n{token} {self.passage(5, 40)}"
            )
            blocks += [self.block() for _ in range(self.chance.randint(0, 4))]
        return (
            "\n\n".join([f"---\ntitle: {self.words(1, 4).capitalize()}\n---", *blocks, *self.bodies]) + "\n"
        )

    def block(self) -> str:
        kinds = ["paragraph"] * 6 + ["list", "numbers", "quotation", "table", "definitions", "rule"]
        kinds += ["figures", "chart"] if self.quantities else []
        match self.chance.choice(kinds):
            case "list":
                return "\n".join(f"- {self.passage(2, 15)}" for _ in range(self.chance.randint(1, 6)))
            case "numbers":
                return "\n".join(f"{n}. {self.passage(2, 15)}" for n in range(1, self.chance.randint(2, 6)))
            case "quotation":
                return f"> {self.passage(5, 40)}"
            case "table":
                columns = self.chance.randint(2, 4)
                rows = [[self.words(1, 2) for _ in range(columns)]]
                rows += [
                    [self.passage(1, 4, most=1).replace("|", "\\|") for _ in range(columns)]
                    for _ in range(self.chance.randint(1, 12))
                ]
                lines = [f"| {' | '.join(row)} |" for row in rows]
                return "\n".join([lines[0], f"|{'---|' * columns}", *lines[1:]])
            case "definitions":
                return "\n\n".join(f"{self.words(1, 3)}\n: {self.passage(3, 20)}" for _ in range(3))
            case "rule":
                return f"{self.passage(3, 20)}\n\n* * *\n\n{self.passage(3, 20)}"
            case "figures" | "chart" as kind:
                name = "figure-table" if kind == "figures" else kind
                quantity = self.chance.choice(self.quantities)
                return f":::{{{name}}} {quantity}\n:caption: {self.words(1, 6)}\n:::"
            case _:
                return self.passage(10, self.chance.choice((30, 90, 200)))


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is not on the pages as promised."""

    kind: str
    """Of ``KINDS_OF_WRONG``."""
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


KINDS_OF_WRONG = ("lost note", "doubled note", "early note", "late note", "lost reference", "wrong page")


@dataclass
class Verdict:
    """What the oracle found on the pages."""

    wrong: list[Wrong] = field(default_factory=list)
    notes: int = 0
    late: int = 0
    """Notes on the page after their call, which is allowed."""
    references: int = 0
    unread: int = 0
    """References whose page number stands on the page after their words: left to the gate."""
    pages: int = 0


def judge(book: RandomBook, printed: PrintedEdition) -> Verdict:
    """Compare a finished PDF with what the book's tokens promise."""
    document = pypdfium2.PdfDocument(printed.pdf)
    try:
        texts = [page.get_textpage().get_text_range() for page in document]
        labels = [document.get_page_label(index) for index in range(len(document))]
    finally:
        document.close()
    pages = [_letters(text) for text in texts]
    verdict = Verdict(notes=len(book.notes), references=len(book.references), pages=len(texts))
    for body, call in book.notes.items():
        verdict.wrong += _wrong_note(body, call, pages, verdict)
    together = "".join(pages)
    dotted = _dotted("".join(texts))
    for token, target in book.references.items():
        said = re.search(rf"{token}[a-z]+?\(p\.([0-9]+|[ivxlc]+)\)", dotted)
        at = _page_of(book.targets[target], pages)
        if token not in together or at is None:
            verdict.wrong.append(Wrong("lost reference", f"{token} to {target}"))
        elif said is None:
            verdict.unread += 1
        elif said[1] != labels[at]:
            verdict.wrong.append(Wrong("wrong page", f"{token} says {said[1]}; {target} is on {labels[at]}"))
    return verdict


def _wrong_note(body: str, call: str, pages: list[str], verdict: Verdict) -> Iterator[Wrong]:
    times = sum(page.count(body) for page in pages)
    called, printed = _page_of(call, pages), _page_of(body, pages)
    if called is None or printed is None:
        yield Wrong("lost note", f"{body}, called at {call}")
    elif times != 1:
        yield Wrong("doubled note", f"{body} is printed {times} times")
    elif printed < called:
        yield Wrong("early note", f"{body} is on page {printed}, its call on {called}")
    elif printed > called + 1:
        yield Wrong("late note", f"{body} is on page {printed}, its call on {called}")
    else:
        verdict.late += printed - called


def _page_of(token: str, pages: list[str]) -> int | None:
    return next((index for index, page in enumerate(pages) if token in page), None)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _dotted(text: str) -> str:
    """Keep letters, digits, and the marks around page numbers."""
    return re.sub(r"[^a-z0-9.()]", "", text.casefold())
