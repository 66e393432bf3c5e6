"""Sources: cited ones exist, defined ones are cited, locators say what they count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bookbuild.check.walk import each_inline
from bookbuild.diagnostics import Diagnostic, Severity, did_you_mean
from bookbuild.model.book import Book, each_prose
from bookbuild.model.inline import Citation, CitationNote
from bookbuild.model.prose import Prose
from bookbuild.model.register import FieldType
from bookbuild.model.source import Source

LOCATOR_LABELS = (
    "p.", "pp.", "page", "pages", "para.", "paras.", "paragraph", "paragraphs", "sec.", "secs.",
    "section", "sections", "§", "§§", "ch.", "chs.", "chap.", "chaps.", "chapter", "chapters",
    "art.", "arts.", "article", "articles", "vol.", "vols.", "volume", "no.", "nos.", "number",
    "issue", "fig.", "figs.", "figure", "table", "tables", "picture", "pictures", "photograph",
    "cover", "line", "lines", "l.", "ll.", "n.", "nn.", "note", "notes", "col.", "cols.", "column",
    "app.", "appendix", "annex", "item", "items", "part", "parts", "pt.", "pts.", "fol.", "fols.",
    "folio", "clause", "clauses", "preamble", "plate", "plates", "map", "v.", "vv.", "verse", "bk.",
    "book", "rule", "recital", "caption", "title", "heading", "passim",
)  # fmt: skip
"""What a locator begins with, unless it is a heading in quotation marks."""

MAX_SHOWN = 12
"""Members of a circle that a message names."""
_QUOTED = re.compile(r'["“„«‘]')


def check_sources(book: Book) -> Iterator[Diagnostic]:
    """S001–S007: citations, locators, reprints, keys."""
    keys = {source.key for source in book.sources}
    for prose, citation in _citations(book):
        place = prose.place_at(citation.offset)
        if citation.key not in keys:
            hint = did_you_mean(citation.key, keys) or "add it to sources.yaml"
            yield Diagnostic("S001", f"unknown source “{citation.key}”", place, hint=hint)
        yield from _locator(prose, citation)
    yield from _reprints(book)
    yield from _repeated_keys(book)
    yield from _never_cited(book)


def _citations(book: Book) -> Iterator[tuple[Prose, Citation]]:
    for prose in each_prose(book):
        for inline in each_inline(prose.inlines):
            if isinstance(inline, CitationNote):
                for citation in inline.citations:
                    yield prose, citation


def _locator(prose: Prose, citation: Citation) -> Iterator[Diagnostic]:
    locator = citation.locator
    if not locator or _QUOTED.match(locator):
        return
    word = re.match(r"\S*?(?=[\d\s]|$)", locator)
    label = word[0] if word else ""
    if label.casefold() in LOCATOR_LABELS:
        return
    if locator[0].isdigit():
        hint = f"write p. {locator}, para. {locator} …"
    else:
        near = did_you_mean(label.casefold(), LOCATOR_LABELS)
        hint = near or 'begin with p., para., sec. …; or put a heading in quotation marks: sec. "Basic facts"'
    message = f"locator “{locator}” does not say what it counts"
    yield Diagnostic("S002", message, prose.place_at(citation.offset), hint=hint)


def _rotated(circle: list[str], first: str) -> list[str]:
    at = circle.index(first)
    return [*circle[at : at + MAX_SHOWN], *circle[:at]]


def _reprints(book: Book) -> Iterator[Diagnostic]:
    by_key = {source.key: source for source in book.sources}
    for source in book.sources:
        if source.reprinted_in and source.reprinted_in not in by_key:
            hint = did_you_mean(source.reprinted_in, by_key) or "add it to sources.yaml"
            message = f"“{source.key}” is reprinted in an unknown source, “{source.reprinted_in}”"
            yield Diagnostic("S004", message, source.place, hint=hint)
    walked: set[str] = set()  # each is walked once, whatever leads to it
    for source in book.sources:
        chain: dict[str, None] = {}
        at = source.key
        while at and at in by_key and at not in walked and at not in chain:
            chain[at] = None
            at = by_key[at].reprinted_in
        walked.update(chain)
        names = list(chain)
        circle = names[names.index(at) :] if at in chain else []
        for key in circle:
            shown = [*_rotated(circle, key)[:MAX_SHOWN], *(["…"] if len(circle) > MAX_SHOWN else []), key]
            message = f"reprints go round in a circle: {' → '.join(shown)}"
            yield Diagnostic("S005", message, by_key[key].place, hint="take one “reprinted-in” out")


def _repeated_keys(book: Book) -> Iterator[Diagnostic]:
    first: dict[str, Source] = {}
    for source in book.sources:
        earlier = first.setdefault(source.key.casefold(), source)
        if earlier is not source and source.key:
            message = f"source “{source.key}” stands a second time; the first is in line {earlier.place.line}"
            yield Diagnostic("S006", message, source.place, hint="rename or remove one of them")


def _never_cited(book: Book) -> Iterator[Diagnostic]:
    used = {citation.key for _, citation in _citations(book)}
    used.update(source.reprinted_in for source in book.sources)
    for quantity in book.quantities:
        for claim in quantity.claims:
            used.update((claim.source, claim.seen_in))
    for register in book.registers:
        keys = {field.id for field in register.fields if field.type is FieldType.SOURCE}
        used.update(
            word
            for entry in register.entries
            for cell in entry.cells
            if cell.field in keys
            for word in cell.words
        )
    for source in book.sources:
        if source.key and source.key not in used:
            hint = "cite it, or remove it"
            yield Diagnostic(
                "S003", f"source “{source.key}” is never cited", source.place, hint, Severity.WARNING
            )
