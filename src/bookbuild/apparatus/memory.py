"""Sections that need not be set again.

A chapter as it is set follows from the chapter and the facts; so does what it leaves in the ledger,
which it only adds to. The appendix reads one thing there, the uses of each quantity. So when an edition
is made again after a change, as a preview does, everything that follows from the same values is kept.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence

from bookbuild.apparatus.appendix import set_appendix
from bookbuild.apparatus.chapters import set_chapter
from bookbuild.apparatus.citations import Citer
from bookbuild.apparatus.facts import Facts, Ledger, in_locale
from bookbuild.model.book import Book, Chapter, Opening
from bookbuild.model.chart import Chart
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import Section
from bookbuild.model.locale import Locale
from bookbuild.model.unit import Numbering


class Memory:
    """What the edition of one language was made of the last time."""

    def __init__(self) -> None:
        self._citer: tuple[tuple[object, ...], Citer] | None = None
        self._compared: tuple[tuple[object, ...], dict[str, Comparison]] | None = None
        self._facts: Facts | None = None
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
        made_of = (tuple(comparisons), book.quantities)
        if self._compared is None or self._compared[0] != made_of:
            self._compared = (made_of, in_locale(comparisons, book))
        return self._compared[1]

    def begin(self, facts: Facts) -> None:
        """Begin with an edition: nothing is kept if more has changed than chapters."""
        book = dataclasses.replace(facts.book, front=(), body=(), back=())
        around = dataclasses.replace(facts, book=book)
        if around != self._facts:
            self._chapters = {}
            self._appendix = None
        self._facts = around

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
            own = Ledger()
            section = set_chapter(
                chapter, facts, own, charts, number=number, numbering=numbering, opening=opening
            )
            known = self._chapters[chapter.id] = (chapter, how, section, own)
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
