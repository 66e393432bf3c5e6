"""Back matter gathered from the whole edition: bibliography, index, colophon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bookbuild.apparatus.citations import Position, plain_words
from bookbuild.apparatus.facts import Facts, Ledger, tenth
from bookbuild.apparatus.setting import generated_title
from bookbuild.apparatus.spans import closed, filled, joined, plain
from bookbuild.model.book import Coverage
from bookbuild.model.edition import (
    Block,
    ContentsLine,
    Heading,
    IndexColumns,
    IndexEntry,
    IndexLetter,
    Paragraph,
    Run,
    Section,
    SectionKind,
    Spans,
    SubEntry,
    Words,
    WorkEntry,
    WorkGroup,
)
from bookbuild.model.locale import Locale
from bookbuild.model.page import Opening
from bookbuild.model.source import Source, SourceKind
from bookbuild.model.unit import Folios, Numbering

KINDS: Mapping[SourceKind, str] = {
    SourceKind.DOCUMENT: "Documents read in full",
    SourceKind.PRESS: "Newspapers, magazines and broadcasts",
    SourceKind.PARLIAMENT: "Parliaments, governments and heads of state",
    SourceKind.ORGANISATION: "International organisations",
    SourceKind.COURT: "Courts",
    SourceKind.REPORT: "Reports",
    SourceKind.BOOK: "Books",
    SourceKind.OTHER: "Other sources",
}
"""Headings of the bibliography; msgids of the label catalog."""


def set_bibliography(facts: Facts, ledger: Ledger, opening: Opening) -> Section:
    """Set every source of the book by kind, in the alphabetical order of the locale."""
    locale = facts.locale
    title = generated_title("bibliography", locale)
    ledger.contents.append(ContentsLine(1, "", (Run(title),), "bibliography"))
    groups: list[Block] = []
    for kind, english in KINDS.items():
        works = [_work(source, facts, ledger) for source in facts.book.sources if source.kind is kind]
        if works:
            works.sort(key=lambda work: locale.sort_key(_sorted_by(work.words)))
            heading = Heading(2, Words((Run(locale.label(english)),)), f"bibliography-{kind.value}")
            ledger.contents.append(ContentsLine(2, "", heading.words.spans, heading.id))
            groups.append(WorkGroup(heading, tuple(works)))
    return _section("bibliography", SectionKind.BIBLIOGRAPHY, title, tuple(groups), opening)


def set_index(facts: Facts, ledger: Ledger, opening: Opening) -> Section:
    """Set the index: entries and run-in sub-entries under the letters of the locale's alphabet."""
    locale = facts.locale
    title = generated_title("index", locale)
    ledger.contents.append(ContentsLine(1, "", (Run(title),), "index"))
    letters: dict[str, list[IndexEntry]] = {}
    for entry in index_entries(ledger.index, locale):
        letters.setdefault(locale.index_head(plain(entry.words)), []).append(entry)
    columns = IndexColumns(tuple(IndexLetter(head, tuple(entries)) for head, entries in letters.items()))
    return _section("index", SectionKind.INDEX, title, (columns,), opening)


def index_entries(points: Sequence[tuple[tuple[str, ...], str]], locale: Locale) -> list[IndexEntry]:
    """Gather (entry with sub-entries, anchor) into entries in the order of the alphabet.

    A third level is written into the second: “castle, gate of the”.
    """
    comma = locale.punctuated(", ")
    heads: dict[str, list[str]] = {}
    subs: dict[str, dict[str, list[str]]] = {}
    for entry, anchor in points:
        head, *below = entry
        heads.setdefault(head, [])
        if below:
            subs.setdefault(head, {}).setdefault(comma.join(below), []).append(anchor)
        else:
            heads[head].append(anchor)
    return [
        IndexEntry(
            words=(Run(head),),
            pages=tuple(heads[head]),
            subentries=tuple(
                SubEntry((Run(sub),), tuple(subs[head][sub]))
                for sub in sorted(subs.get(head, {}), key=locale.sort_key)
            ),
        )
        for head in sorted(heads, key=locale.sort_key)
    ]


def set_colophon(
    facts: Facts, ledger: Ledger, coverage: Coverage, made_with: str, fonts: Sequence[str]
) -> Section:
    """Set the last page: what the book holds, how it was made, how much of it is translated."""
    locale, book = facts.locale, facts.book
    title = generated_title("colophon", locale)
    ledger.contents.append(ContentsLine(1, "", (Run(title),), "colophon"))
    plural = locale.plural
    counts = facts.counts
    held = locale.list_of(
        [
            plural("{n} claim", "{n} claims", counts["claims"]),
            plural("{n} quantity", "{n} quantities", counts["quantities"]),
            plural("{n} source", "{n} sources", counts["sources"]),
        ]
    )
    sides = (book.page.trim_width_mm, book.page.trim_height_mm)
    trim = f"{' × '.join(locale.number(tenth(side)) for side in sides)}\u00a0{locale.unit('mm')}"
    lines = [
        locale.label("This book holds {contents}.", contents=held),
        plural(
            "On {n} quantity its sources conflict; the appendix shows how.",
            "On {n} quantities its sources conflict; the appendix shows how.",
            counts["conflicts"],
        ),
        locale.label("Text, tables, charts and appendix draw every figure from one record."),
        locale.label("Set in {fonts} on pages of {trim}.", fonts=locale.list_of(fonts), trim=trim),
        locale.label("Made with {program}.", program=made_with),
        coverage_line(facts, coverage),
    ]
    blocks = tuple(Paragraph(Words((Run(line),)), role="colophon-line") for line in lines if line)
    return _section("colophon", SectionKind.COLOPHON, title, blocks, Opening.NEXT)


def coverage_line(facts: Facts, coverage: Coverage) -> str:
    """Say how much of this edition is translated; empty in the source language."""
    locale = facts.locale
    if locale.code == facts.book.source_language:
        return ""
    percent = f"{locale.number(tenth(coverage.percent))} %"
    if coverage.missing + coverage.fuzzy == 0:
        return locale.label("The translation is complete.")
    return locale.label(
        "Translated: {percent}. The rest is printed in the source language and marked.", percent=percent
    )


def _work(source: Source, facts: Facts, ledger: Ledger) -> WorkEntry:
    locale, citer = facts.locale, facts.citer
    words = citer.entry(source.key)
    translated = source.title_translated
    if (
        translated
        and locale.code != facts.book.source_language
        and not str(source.csl.get("title")).startswith("[")
    ):
        words = (*words, Run(f" [{plain_words(translated)}]"))
    sentences: list[Spans] = [closed(words)]
    if source.reprinted_in:
        inside = facts.book.source(source.reprinted_in)
        if inside:
            locator = plain_words(source.locator) if source.locator else ""
            where = citer.cite(inside.key, Position.SUBSEQUENT, locator)
            sentences.append(closed(filled(locale, "Reprinted in {document}", document=where)))
    if source.note:
        sentences.append(closed((Run(plain_words(source.note)),)))
    return WorkEntry(
        f"work-{source.key}", joined(sentences, " "), tuple(_cited(ledger.cited.get(source.key, ())))
    )


def _cited(anchors: Sequence[str]) -> Sequence[str]:
    """Return the places of the text that cite a source; those of the appendix only if there is no other."""
    text = [anchor for anchor in anchors if not anchor.startswith("row-claims-")]
    return text or list(anchors)


def _sorted_by(words: Spans) -> str:
    return plain(words).lstrip('“„«‘"[').strip()


def _section(
    name: str, kind: SectionKind, title: str, blocks: tuple[Block, ...], opening: Opening
) -> Section:
    return Section(
        id=name,
        kind=kind,
        number="",
        title=Words((Run(title),)),
        name=title,
        running_head=title,
        bookmark_level=1,
        opening=opening,
        numbering=Numbering.ARABIC,
        folios=Folios.SHOWN,
        blocks=blocks,
    )
