"""A book to its template: every message once, in reading order, with what a translator must know.

References name the file only, so that moving a line changes no catalog.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bookbuild.model.blocks import Definition, Heading
from bookbuild.model.book import Book, each_prose
from bookbuild.model.catalog import Catalog, Message, Template
from bookbuild.model.claim import Claim, Quantity
from bookbuild.model.inline import ClaimMark, CountMark, Foreign, Inline, NumberMark, Reference
from bookbuild.model.prose import Kind, MessageKey, Prose, key_of
from bookbuild.model.register import Entry, Register
from bookbuild.translate.content import citations, is_neutral, own_text, walk
from bookbuild.translate.header import creation_date, template_header
from bookbuild.translate.locale import PackLocale, open_locale
from bookbuild.translate.po import MARKDOWN_FLAG, write_catalog

GLOSSARY = "glossary"
"""Id of the register whose entries are the book's terms; the first text field of its head is the term."""

KIND_NAMES: Mapping[Kind, str] = {
    Kind.TITLE: "title of a chapter or part",
    Kind.ALT: "description of a picture, for readers who cannot see it",
    Kind.QUANTITY: "title of a quantity",
    Kind.COUNTS: "what a quantity counts",
    Kind.SCOPE: "what a claim counts, where it differs from its quantity",
    Kind.SPEAKER: "who says it",
    Kind.REMARK: "an editor's remark",
    Kind.NAME: "a claim's value, a name",
    Kind.UNIT: "a counting unit, in the plural",
    Kind.REGISTER: "an entry of a register",
    Kind.LABEL: "the name of a field of a register",
    Kind.SOURCE: "about a source: its title, a part of it, or a place in it",
    Kind.BOOK: "on the title page, imprint or cover",
    Kind.NOTE: "a footnote",
    Kind.TERM: "a term that is defined",
    Kind.ITEM: "an item of a list",
    Kind.CELL: "a cell of a table",
}


def extract(book: Book) -> Template:
    """Return the template of a book.

    A text that occurs several times in one kind is one message with several references.
    Messages without words of their own are left out.
    """
    explain = _Explanations(book)
    drafts: dict[MessageKey, _Draft] = {}
    for prose in each_prose(book):
        if not is_neutral(prose):
            drafts.setdefault(key_of(prose), _Draft(prose)).add(prose, explain)
    messages = tuple(
        Message(
            key=key,
            references=tuple(draft.references),
            extracted=tuple(draft.comments(explain)),
            flags=(MARKDOWN_FLAG,),
        )
        for key, draft in drafts.items()
    )
    edition = f" {book.edition.source}" if book.edition else ""
    return Template(book.id + edition, book.source_language, book.date, messages)


@dataclass(slots=True)
class _Draft:
    """One message while its occurrences are gathered."""

    prose: Prose
    references: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def add(self, prose: Prose, explain: _Explanations) -> None:
        path = prose.place.path
        if path and path not in self.references:
            self.references.append(path)
        where = explain.where(prose)
        if where not in self.places:
            self.places.append(where)

    def comments(self, explain: _Explanations) -> Iterator[str]:
        yield from self.places
        yield from explain.marks(self.prose)
        yield from explain.terms(self.prose)


class _Explanations:
    """What the book knows about the marks of a message, in words of its source language."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._locale: PackLocale = open_locale(book.source_language)
        self._titles = {chapter.id: plain(chapter.title) for chapter in book.chapters()}
        self._titles |= {register.id: plain(register.title) for register in book.registers}
        self._targets = dict(self._titles) | dict(_named_blocks(book))
        self._terms = dict(glossary(book))
        self._found = {term: term_pattern(term) for term in self._terms}

    def where(self, prose: Prose) -> str:
        """Kind and chapter of an occurrence."""
        kind = KIND_NAMES.get(prose.kind, prose.kind.value)
        title = self._titles.get(prose.chapter, "")
        return f"{kind}, in “{title}”" if title else f"{kind}, in {prose.chapter}" if prose.chapter else kind

    def marks(self, prose: Prose) -> Iterator[str]:
        """One line for each mark that is not plain from itself."""
        seen: set[str] = set()
        for node in walk(prose.inlines):
            line = self._mark(node)
            if line and line not in seen:
                seen.add(line)
                yield line
        for citation in citations(prose.inlines):
            source = self._book.source(citation.key)
            line = f"@{citation.key}: {_source_words(source.csl)}" if source else ""
            if line and line not in seen:
                seen.add(line)
                yield line

    def _mark(self, node: Inline) -> str:
        match node:
            case ClaimMark():
                found = self._book.claim(f"{node.quantity}/{node.claim}")
                return self._claim(node, *found) if found else ""
            case NumberMark():
                return f"{{number}}`{node.text}` is printed as figures by the build"
            case CountMark():
                return f"{{count}}`{node.name}` is a number that the build fills in"
            case Reference():
                title = self._targets.get(node.target, "")
                return f"{{ref}}`{node.target}` leads to “{title}”" if title else ""
            case Foreign():
                return f"{{foreign}}`{node.lang}|…`: words in the language “{node.lang}”, left as they are"
            case _:
                return ""

    def _claim(self, node: ClaimMark, quantity: Quantity, claim: Claim) -> str:
        shown = plain(claim.name) if claim.name else self._locale.value(claim.value, form=node.form)
        unit = self._book.units.get(quantity.unit)
        counted = f" ({plain(unit)})" if unit else ""
        name = f"{node.quantity}/{node.claim}" + (f"|{node.form}" if node.form else "")
        role = "claim" if node.with_note else "value"
        speaker = plain(claim.said_by)
        return f"{{{role}}}`{name}` prints “{shown}”{counted}: {plain(quantity.title)}, said by {speaker}"

    def terms(self, prose: Prose) -> Iterator[str]:
        """The glossary terms that occur."""
        if prose.kind in {Kind.TERM, Kind.LABEL, Kind.UNIT}:
            return
        text = own_text(prose.inlines) or prose.source
        found = [
            term for term, pattern in self._found.items() if pattern.search(text) and term != prose.source
        ]
        if found:
            yield "glossary: " + ", ".join(found)


def plain(prose: Prose) -> str:
    """Return a message's own words, blanks collapsed."""
    return " ".join(own_text(prose.inlines).split()) or prose.source


def glossary(book: Book) -> Iterator[tuple[str, Prose]]:
    """Yield the book's terms as they stand in running text, with their messages."""
    for register in book.registers:
        if register.id == GLOSSARY:
            for entry in register.entries:
                term = _term(register, entry)
                if term is not None:
                    yield plain(term), term


def _term(register: Register, entry: Entry) -> Prose | None:
    for cell in entry.cells:
        if cell.field in register.head and cell.texts:
            return cell.texts[0]
    return None


@functools.lru_cache(maxsize=4096)
def term_pattern(term: str) -> re.Pattern[str]:
    """Return what finds a term in running text, with a plural ending, in its own letters.

    Capitals count: the organisation Memorial is no memorial, and may begin a sentence.
    """
    return re.compile(rf"\b{re.escape(term)}(?:s|es)?\b")


def _named_blocks(tree: object) -> Iterator[tuple[str, str]]:
    """Ids of headings and captioned blocks, with their words."""
    if isinstance(tree, tuple):
        for item in tree:
            yield from _named_blocks(item)
    elif isinstance(tree, Mapping):
        return
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        if isinstance(tree, Prose | Definition):
            return
        name = getattr(tree, "id", "")
        words = tree.text if isinstance(tree, Heading) else getattr(tree, "caption", None)
        if name and isinstance(words, Prose):
            yield name, plain(words)
        for part in dataclasses.fields(tree):
            yield from _named_blocks(getattr(tree, part.name))


def _source_words(csl: Mapping[str, object]) -> str:
    """Container, title and year of a source, as far as it has them."""
    words = [str(csl[name]) for name in ("container-title", "title") if csl.get(name)]
    return ", ".join(words) or str(csl.get("id", ""))


def write_template(template: Template, before: str = "", *, epoch: int | None = None) -> str:
    """Write a POT file; ``before`` is returned unchanged if only its date would change.

    Args:
        template: what to write.
        before: the file as it stands; empty if there is none.
        epoch: ``SOURCE_DATE_EPOCH``, in seconds; the date of the book if it is not set.
    """
    catalog = Catalog(
        header=template_header(template, creation_date(template.date, epoch)),
        messages=template.messages,
        header_comments=(
            f"Messages of {template.project}.",
            "Made by bookbuild catalog extract; do not edit.",
        ),
    )
    text = write_catalog(catalog)
    return before if before and _without_date(before) == _without_date(text) else text


def _without_date(text: str) -> str:
    return re.sub(r'(?m)^"POT-Creation-Date: .*\n', "", text)
