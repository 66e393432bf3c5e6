"""Where units begin, which page has which number, and when numbers have settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bookbuild.model.page import Opening
from bookbuild.model.unit import Numbering, PageMap, Unit


@dataclass(frozen=True, slots=True)
class Plan:
    """The order of pages in the book."""

    firsts: tuple[int, ...]
    """First page of each unit, counted from 1; blank pages before it are not its own."""
    pages: int
    numbering: tuple[Numbering, ...]
    """Which sequence each page belongs to; a blank page belongs with what is before it."""
    folios: tuple[str, ...]
    step: int = 1
    """From one page of a unit to its next: 2 where every other page belongs to another language."""

    def pages_of(self, at: int, count: int) -> range:
        """Return the numbers, from 1, of the pages of the unit at a place in the order."""
        first = self.firsts[at]
        return range(first, first + count * self.step, self.step)


class _Order:
    """Pages as they are put in order, with their folios."""

    def __init__(self, folio: Callable[[Numbering, int], str]) -> None:
        self._folio = folio
        self.firsts: list[int] = []
        self.numbering: list[Numbering] = []
        self.folios: list[str] = []
        self.counts: dict[Numbering, int] = {}

    def add(self, sequence: Numbering, pages: int) -> None:
        """Add pages that are counted in a sequence."""
        before = self.counts.get(sequence, 0)
        self.counts[sequence] = before + pages
        self.numbering += [sequence] * pages
        self.folios += [self._folio(sequence, before + number) for number in range(1, pages + 1)]

    def plan(self, step: int = 1) -> Plan:
        return Plan(tuple(self.firsts), len(self.folios), tuple(self.numbering), tuple(self.folios), step)


def plan(units: Sequence[Unit], lengths: Sequence[int], folio: Callable[[Numbering, int], str]) -> Plan:
    """Put units of given lengths in order.

    A unit that opens recto, and the first of each sequence of folios, begins on an odd page:
    right in books read from left to right, left in the others. Folios of each sequence count from 1
    and count every page, blank ones too, so that odd folios lie where odd pages lie.
    """
    order = _Order(folio)
    for unit, length in zip(units, lengths, strict=True):
        recto = unit.opening is Opening.RECTO or unit.numbering not in order.counts
        if recto and len(order.folios) % 2:
            order.add(order.numbering[-1], 1)
        order.firsts.append(len(order.folios) + 1)
        order.add(unit.numbering, length)
    return order.plan()


def facing_plan(
    units: Sequence[tuple[Unit, ...]],
    lengths: Sequence[int],
    folio: Callable[[Numbering, int], str],
) -> Plan:
    """Put pairs of units, verso and recto, and single ones in order; ``lengths``: of all, one by one.

    A pair begins on a verso, which has an even page, and lasts as long as its longer unit. A single
    unit has rectos only. Folios count every page, those of both languages and blank ones.
    """
    order = _Order(folio)
    at = 0
    for group in units:
        single = len(group) == 1
        if len(order.folios) % 2 != (0 if single else 1):
            order.add(order.numbering[-1] if order.numbering else group[0].numbering, 1)
        length = max(lengths[at : at + len(group)])
        order.firsts += [len(order.folios) + 1 + place for place in range(len(group))]
        order.add(group[0].numbering, 2 * length - 1 if single else 2 * length)
        at += len(group)
    return order.plan(step=2)


def side_of(page: int, direction: str) -> str:
    """Return the side on which a page of the book lies."""
    return "right" if (page % 2 == 1) == (direction != "rtl") else "left"


def by_language(units: Sequence[Unit]) -> list[Unit]:
    """Return the units language by language, as their bookmarks stand: a reader reads one of them."""
    languages = list(dict.fromkeys(unit.lang for unit in units))
    return sorted(units, key=lambda unit: languages.index(unit.lang))


def page_map(plan_: Plan, anchors: Sequence[Mapping[str, int]]) -> PageMap:
    """Return where every anchor of the book fell; ``anchors`` has one mapping per unit."""
    pages = {
        anchor: first + (page - 1) * plan_.step
        for first, unit_anchors in zip(plan_.firsts, anchors, strict=True)
        for anchor, page in unit_anchors.items()
    }
    return PageMap(pages, plan_.folios)
