"""Sections that need not be set again.

A chapter as it is set follows from the chapter and the facts; so does what it leaves in the ledger,
which it only adds to. The appendix reads one thing there, the uses of each quantity. So when an edition
is made again after a change, as a preview does, everything that follows from the same values is kept.

Values that are equal may still stand at other places in their files, which the pages lead to: parts of
the book count as the same only if they are the same objects, as reading gives for files that have not
changed.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from bookbuild.apparatus.appendix import set_appendix
from bookbuild.apparatus.chapters import set_chapter
from bookbuild.apparatus.citations import Citer
from bookbuild.apparatus.facts import Facts, Ledger, in_locale
from bookbuild.model.book import Book, Chapter
from bookbuild.model.chart import Chart
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import Section
from bookbuild.model.locale import Locale
from bookbuild.model.page import Opening
from bookbuild.model.unit import Numbering

_Charts = dict[str, tuple[Chart, ...]]


class KeptSections(Protocol):
    """Chapters that were set in runs before, from the same files but for the chapters'."""

    def section(self, chapter: str, how: str) -> tuple[Section, Ledger] | None:
        """Return a chapter of the same text as it was set, and what it left in the ledger, or nothing."""

    def keep_section(self, chapter: str, how: str, section: Section, ledger: Ledger) -> None:
        """Keep a chapter that was set."""


class Memory:
    """What the edition of one language was made of the last time."""

    def __init__(self, kept: KeptSections | None = None) -> None:
        self._kept = kept
        self._other_chapters = ""
        self._citer: tuple[tuple[object, ...], Citer] | None = None
        self._compared: tuple[tuple[object, ...], tuple[object, ...], dict[str, Comparison]] | None = None
        self._around: tuple[Facts, _Charts, tuple[object, ...]] | None = None
        self._chapters: dict[str, tuple[Chapter, tuple[object, ...], Section, Ledger]] = {}
        self._appendix: tuple[dict[str, list[str]], Opening, Section, Ledger] | None = None

    def citer(self, book: Book, locale: Locale, csl: str) -> Citer:
        """Return what formats the citations of a book.

        Raises:
            EnvironmentFailure: the citation style is not usable.
        """
        made_of = (book.sources, book.source_language, locale, csl)
        if self._citer is None or self._citer[0] != made_of:
            self._citer = (made_of, Citer(book, locale, csl))
        return self._citer[1]

    def in_locale(self, comparisons: Sequence[Comparison], book: Book) -> dict[str, Comparison]:
        """Return the comparisons by quantity, in the words of this book."""
        made_of, said = tuple(comparisons), book.quantities
        if self._compared is None or self._compared[0] != made_of or not _same(self._compared[1], said):
            self._compared = (made_of, said, in_locale(comparisons, book))
        return self._compared[2]

    def begin(self, facts: Facts, charts: Mapping[str, Sequence[Chart]]) -> None:
        """Begin with an edition: nothing is kept if more has changed than chapters."""
        book = facts.book
        parts = (*book.sources, *book.quantities, *book.registers)
        bare = dataclasses.replace(facts, book=dataclasses.replace(book, front=(), body=(), back=()))
        drawn = {quantity: tuple(some) for quantity, some in charts.items()}
        known = self._around
        if known is None or (bare, drawn) != known[:2] or not _same(parts, known[2]):
            self._chapters = {}
            self._appendix = None
        self._around = (bare, drawn, parts)
        self._other_chapters = _from_other_chapters(facts) if self._kept else ""

    def chapter(
        self,
        chapter: Chapter,
        facts: Facts,
        ledger: Ledger,
        charts: Mapping[str, Sequence[Chart]],
        *,
        number: str,
        numbering: Numbering,
        opening: Opening,
    ) -> Section:
        """Set a chapter, or take it as it was set the last time."""
        how = (number, numbering, opening)
        known = self._chapters.get(chapter.id)
        if known is None or known[0] is not chapter or known[1] != how:
            digest = repr((number, numbering.value, opening.value, self._other_chapters))
            kept = self._kept.section(chapter.id, digest) if self._kept else None
            if kept is None:
                own = Ledger()
                section = set_chapter(
                    chapter, facts, own, charts, number=number, numbering=numbering, opening=opening
                )
                kept = section, own
                if self._kept:
                    self._kept.keep_section(chapter.id, digest, *kept)
            known = self._chapters[chapter.id] = (chapter, how, *kept)
        _add(ledger, known[3])
        return known[2]

    def appendix(
        self,
        facts: Facts,
        ledger: Ledger,
        charts: Mapping[str, Sequence[Chart]],
        comparisons: Sequence[Comparison],
        opening: Opening,
    ) -> Section:
        """Set the appendix, or take it as it was set the last time."""
        known = self._appendix
        if known is None or known[0] != ledger.uses or known[1] is not opening:
            uses = copy.deepcopy(ledger.uses)
            own = Ledger(uses=copy.deepcopy(uses))
            section = set_appendix(facts, own, charts, comparisons, opening)
            known = self._appendix = (uses, opening, section, own)
        ledger.uses = {}
        _add(ledger, known[3])
        return known[2]


def _from_other_chapters(facts: Facts) -> str:
    """Return a digest of what a chapter may look up that does not follow from the other files alone."""
    targets = [
        (name, target.anchor, (said.source, said.kind, said.lang, said.status, said.inlines) if said else ())
        for name, target in facts.targets.items()
        for said in (target.title,)
    ]
    others = (targets, facts.counts, facts.appendix, facts.marked, facts.messages, facts.pictures)
    return hashlib.sha256(repr(others).encode()).hexdigest()


def _same(some: Sequence[object], others: Sequence[object]) -> bool:
    """Tell whether these are the very same objects."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _add(ledger: Ledger, own: Ledger) -> None:
    ledger.index.extend(own.index)
    for key, anchors in own.cited.items():
        ledger.cited.setdefault(key, []).extend(anchors)
    for key, anchors in own.uses.items():
        ledger.uses.setdefault(key, []).extend(anchors)
    ledger.contents.extend(own.contents)
    ledger.tables.extend(own.tables)
    ledger.charts.extend(own.charts)
    ledger.untranslated |= own.untranslated
