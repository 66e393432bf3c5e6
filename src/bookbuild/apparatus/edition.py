"""Localized book to edition: the story of the apparatus, section by section.

The body is set first, then what is gathered from it, then the contents; the edition holds them in
the order of the book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

from bookbuild import __version__
from bookbuild.apparatus.back import set_bibliography, set_colophon, set_index
from bookbuild.apparatus.citations import plain_words
from bookbuild.apparatus.facts import Facts, Ledger, counts_of, targets_of, voices_of
from bookbuild.apparatus.front import set_contents, set_part, set_title_pages
from bookbuild.apparatus.memory import Memory
from bookbuild.model.book import Chapter, Generated, LocalizedBook
from bookbuild.model.chart import Chart
from bookbuild.model.claim import claim_name
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import ContentsLine, Edition, Section
from bookbuild.model.locale import Locale
from bookbuild.model.page import Opening
from bookbuild.model.prose import MessageKey
from bookbuild.model.unit import Numbering

FONTS = ("Source Serif 4", "Source Sans 3")
"""The house style's typefaces, as the imprint names them."""


def house_csl() -> str:
    """Return the citation style of the house."""
    return files("bookbuild.apparatus").joinpath("house-notes.csl").read_text(encoding="utf-8")


def make_edition(
    localized: LocalizedBook,
    comparisons: Sequence[Comparison],
    locale: Locale,
    csl: str = "",
    *,
    charts: Mapping[str, Sequence[Chart]] | None = None,
    language_names: Mapping[str, str] | None = None,
    fonts: Sequence[str] = FONTS,
    mark_untranslated: bool = True,
    messages: Mapping[MessageKey, str] | None = None,
    pictures: Mapping[str, str] | None = None,
    memory: Memory | None = None,
) -> Edition:
    """Return everything that one PDF shows, in order.

    Args:
        comparisons: one for every quantity, in the order of the book; their words may be the source's.
        csl: text of a citation style; empty: the house's own.
        charts: quantity → its charts; quantities without any get a table only.
        language_names: language code → its own name, for the imprint.
        fonts: typefaces as the imprint names them.
        mark_untranslated: whether words without a finished translation are marked.
        messages: message → its number, for a translator's proof that prints it and tells fuzzy from missing.
        pictures: path of a picture → path of the one that stands in for it in this language.
        memory: what was kept of the last edition of this language; saves work, changes nothing.

    Raises:
        EnvironmentFailure: the citation style is not usable.
        InternalFault: the book points at something that it does not have; ``check`` finds these.
    """
    book, coverage = localized.book, localized.coverage
    memory = memory or Memory()
    by_quantity = memory.in_locale(comparisons, book)
    facts = Facts(
        book=book,
        locale=locale,
        citer=memory.citer(book, locale, csl or house_csl()),
        comparisons=by_quantity,
        targets=targets_of(book, by_quantity),
        counts=counts_of(book, by_quantity),
        appendix=Generated.APPENDIX in book.back,
        sources={source.key: source for source in book.sources},
        voices=voices_of(book),
        marked=mark_untranslated,
        messages=messages or {},
        pictures=pictures or {},
        claims={
            claim_name(quantity, claim): (quantity, claim)
            for quantity in book.quantities
            for claim in quantity.claims
        },
    )
    drawn = charts or {}
    memory.begin(facts, drawn)
    ledger = Ledger()
    made_with = f"bookbuild {__version__}"

    front = [
        memory.chapter(
            chapter, facts, ledger, drawn, number="", numbering=Numbering.ROMAN, opening=book.opening
        )
        for chapter in book.front
    ]
    body = _body(facts, ledger, drawn, memory)
    back = _back(facts, ledger, drawn, tuple(by_quantity.values()), localized, memory)
    contents = set_contents(facts, ledger)
    title = set_title_pages(facts, ledger, coverage, made_with, fonts, language_names or {})
    sections = (title, contents, *front, *body, *back)
    notes = sum(len(section.notes) for section in sections)
    return Edition(
        book=book.id,
        lang=locale.code,
        direction=locale.direction,
        title=title.name,
        author=locale.list_of([plain_words(one.name) for one in book.contributors]),
        date=book.date,
        page=book.page,
        sections=sections,
        coverage=coverage,
        counts={
            **facts.counts,
            "notes": notes,
            "index entries": len({entry[0] for entry, _ in ledger.index}),
        },
        uses={quantity: tuple(anchors) for quantity, anchors in ledger.uses.items()},
        untranslated=len(ledger.untranslated),
    )


def _body(
    facts: Facts, ledger: Ledger, charts: Mapping[str, Sequence[Chart]], memory: Memory
) -> list[Section]:
    """Set parts and chapters, numbered from 1. The body opens on a recto whatever the book asks."""
    sections: list[Section] = []
    chapter_number = part_number = 0
    for part in facts.book.body:
        if part.title is not None:
            part_number += 1
            sections.append(set_part(part, part_number, facts, ledger))
        for chapter in part.chapters:
            chapter_number += 1
            opening = facts.book.opening if sections else Opening.RECTO
            number = facts.locale.number(chapter_number)
            arabic = Numbering.ARABIC
            sections.append(
                memory.chapter(
                    chapter, facts, ledger, charts, number=number, numbering=arabic, opening=opening
                )
            )
    return sections


def _back(
    facts: Facts,
    ledger: Ledger,
    charts: Mapping[str, Sequence[Chart]],
    comparisons: Sequence[Comparison],
    localized: LocalizedBook,
    memory: Memory,
) -> list[Section]:
    """Set back matter in the order of the book; what lists pages is set after what it lists."""
    book, opening = facts.book, facts.book.opening
    made_with = f"bookbuild {__version__}"
    lines: list[list[ContentsLine]] = []
    sections: list[Section] = []
    before = ledger.contents
    for matter in book.back:
        ledger.contents = []
        match matter:
            case Chapter():
                sections.append(
                    memory.chapter(
                        matter, facts, ledger, charts, number="", numbering=Numbering.ARABIC, opening=opening
                    )
                )
            case Generated.APPENDIX:
                sections.append(memory.appendix(facts, ledger, charts, comparisons, opening))
            case Generated.BIBLIOGRAPHY:
                sections.append(set_bibliography(facts, ledger, opening))
            case Generated.INDEX:
                sections.append(set_index(facts, ledger, opening))
            case Generated.COLOPHON:
                sections.append(set_colophon(facts, ledger, localized.coverage, made_with, FONTS))
        lines.append(ledger.contents)
    ledger.contents = [*before, *(line for some in lines for line in some)]
    return sections
