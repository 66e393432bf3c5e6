"""The appendix of conflicting figures: the rule in plain words, a summary, an entry per quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bookbuild.apparatus.citations import Position
from bookbuild.apparatus.claims import ClaimSetter, order_in_appendix, remark_anchor
from bookbuild.apparatus.facts import Facts, Ledger, quantity_anchor, tenth
from bookbuild.apparatus.setting import SectionSetter, generated_title
from bookbuild.apparatus.spans import first_upper
from bookbuild.model.chart import Chart
from bookbuild.model.comparison import Comparison, Verdict
from bookbuild.model.edition import (
    Block,
    ContentsLine,
    Heading,
    Jump,
    PageSlot,
    Paragraph,
    Run,
    Section,
    SectionKind,
    Table,
    Words,
)
from bookbuild.model.page import Opening
from bookbuild.model.unit import Folios, Numbering

RULE = (
    "Every figure in this book is a claim: somebody says it, somebody printed it, and it was read in a document. This appendix sets side by side all claims about the same thing, also those that agree.",  # noqa: E501
    "A claim is read as an interval. An exact figure is one point; “more than”, “at least”, “less than” and “at most” leave one side open; a range includes both its ends; “about” is taken to mean {percent} either way.",  # noqa: E501
    "Claims agree if their intervals are equal. They are compatible if all of them have a point in common: then all can be true together. They conflict if some two of them have none, or if one denies what another asserts.",  # noqa: E501
    "Two names are compatible if they are the same, or if the editors state that one includes the other, as a parliament includes its houses. Some entries record only the words that sources use for one thing: there, other words are no conflict, and the entry says who uses which.",  # noqa: E501
    "Where claims conflict, those that can be true together form a camp. Camps are lettered from the lowest figure, camps of names from the one with most origins; a claim that fits several camps stands in the first and says so.",  # noqa: E501
    "A claim that passes on another claim is a statement, but no second origin. The number of origins says how many voices are independent, as far as the documents show it.",  # noqa: E501
    "Claims that count something narrower or other stand apart under their own heading. Suspected misprints are printed as found and set apart with the reason. The rule decides which claims differ; it does not decide who is right.",  # noqa: E501
)  # fmt: skip
"""The rule, a paragraph each; msgids of the label catalog."""

MARKS = (
    ("●", "an exact figure"),
    ("|–|", "a range, or “about”; its ends belong to it"),
    ("→", "no bound on this side: at least, more than"),
    ("○", "a denial or a doubt"),
    ("◊", "in the text: sources conflict on this figure"),
)


def set_appendix(
    facts: Facts,
    ledger: Ledger,
    charts: Mapping[str, Sequence[Chart]],
    comparisons: Sequence[Comparison],
    opening: Opening,
) -> Section:
    """Set the appendix. The chapters must have been set before: it lists the pages that use a figure."""
    locale = facts.locale
    setter = SectionSetter("appendix", facts, ledger)
    claims = ClaimSetter(setter, facts, ledger, charts)
    shown = order_in_appendix(comparisons, facts.book.appendix_order)
    title = generated_title("appendix", locale)
    ledger.contents.append(ContentsLine(1, "", (Run(title),), "appendix"))
    blocks: list[Block] = []
    blocks += _rule(facts, setter, ledger)
    blocks += _remarks(claims.number_remarks(shown), facts)
    blocks += _summary(
        [one for one in shown if one.verdict is Verdict.CONFLICT], claims, setter, facts, ledger
    )
    blocks += _wordings(
        [one for one in shown if one.verdict is Verdict.WORDING], claims, setter, facts, ledger
    )
    head = locale.label("The quantities")
    ledger.contents.append(ContentsLine(2, "", (Run(head),), "appendix-quantities"))
    blocks.append(Heading(2, _words(head), "appendix-quantities"))
    blocks += [claims.entry(comparison, ledger.uses.get(comparison.quantity.id, ())) for comparison in shown]
    return Section(
        id="appendix",
        kind=SectionKind.APPENDIX,
        number="",
        title=_words(title),
        name=title,
        running_head=locale.label("Appendix"),
        bookmark_level=1,
        opening=opening,
        numbering=Numbering.ARABIC,
        folios=Folios.SHOWN,
        blocks=tuple(blocks),
        notes=tuple(setter.notes),
    )


def _rule(facts: Facts, setter: SectionSetter, ledger: Ledger) -> list[Block]:
    locale = facts.locale
    heading = locale.label("How figures are compared")
    ledger.contents.append(ContentsLine(2, "", (Run(heading),), "appendix-rule"))
    percent = f"{locale.number(tenth(facts.book.about_percent))} %"
    blocks: list[Block] = [Heading(2, _words(heading), "appendix-rule")]
    for english in RULE:
        text = locale.label(english, percent=percent) if "{percent}" in english else locale.label(english)
        blocks.append(Paragraph(_words(text)))
    marks = tuple((_words(sign), _words(locale.label(meaning))) for sign, meaning in MARKS)
    head = (_words(locale.label("Mark")), _words(locale.label("Meaning")))
    blocks.append(Table(head, marks, ("left", "left"), "appendix-marks", None, "mark-key"))
    if facts.voices:
        head_line = locale.label("In the tables these documents go by short names:")
        blocks.append(Paragraph(_words(head_line), role="lead"))
        rows = []
        for key, voice in facts.voices.items():
            name = setter.words(voice, notes=False)
            work = facts.citer.cite(key, Position.FIRST)
            rows.append((replace(name, spans=first_upper(name.spans, locale)), Words(work)))
        head = (_words(locale.label("Short name")), _words(locale.label("Document")))
        blocks.append(Table(head, tuple(rows), ("left", "left"), "appendix-voices", None, "voices"))
    return blocks


def _remarks(remarks: Sequence[Words], facts: Facts) -> list[Block]:
    if not remarks:
        return []
    head = facts.locale.label("Some remarks are made on many claims. They stand here once, by number:")
    items = [
        Paragraph(_before(f"{facts.locale.number(number)}. ", words), remark_anchor(number), "remark")
        for number, words in enumerate(remarks, 1)
    ]
    return [Paragraph(_words(head), role="lead"), *items]


def _before(number: str, words: Words) -> Words:
    return replace(words, spans=(Run(number), *words.spans))


def _summary(
    conflicts: Sequence[Comparison], claims: ClaimSetter, setter: SectionSetter, facts: Facts, ledger: Ledger
) -> list[Block]:
    locale = facts.locale
    heading = locale.label("All conflicts")
    ledger.contents.append(ContentsLine(2, "", (Run(heading),), "appendix-conflicts"))
    blocks: list[Block] = [Heading(2, _words(heading), "appendix-conflicts")]
    if not conflicts:
        return [*blocks, Paragraph(_words(locale.label("The sources of this book conflict on no figure.")))]
    sentence = locale.plural(
        "The sources conflict on {n} quantity.", "The sources conflict on {n} quantities.", len(conflicts)
    )
    blocks.append(Paragraph(_words(sentence)))
    rows = []
    for comparison in conflicts:
        anchor = quantity_anchor(comparison.quantity.id)
        title = setter.words(comparison.quantity.title, notes=False)
        camps = max(len(scope.camps) for scope in comparison.scopes)
        rows.append(
            (
                replace(title, spans=(Jump(anchor, title.spans),)),
                _words(claims.range(comparison)),
                _words(locale.number(comparison.statements)),
                _words(locale.number(camps)),
                _words(locale.number(comparison.origins)),
                Words((PageSlot((anchor,)),)),
            )
        )
    labels = ("Quantity", "Lowest and highest", "Statements", "Camps", "Origins", "Page")
    head = tuple(_words(locale.label(label)) for label in labels)
    align = ("left", "left", "right", "right", "right", "right")
    return [*blocks, Table(head, tuple(rows), align, "appendix-summary", None, "summary")]


def _wordings(
    worded: Sequence[Comparison], claims: ClaimSetter, setter: SectionSetter, facts: Facts, ledger: Ledger
) -> list[Block]:
    """List what sources only word differently, apart from the conflicts; nothing where there is none."""
    if not worded:
        return []
    locale = facts.locale
    heading = locale.label("Worded differently")
    ledger.contents.append(ContentsLine(2, "", (Run(heading),), "appendix-wordings"))
    sentence = locale.plural(
        "In {n} entry the sources use different words, which need not mean different things.",
        "In {n} entries the sources use different words, which need not mean different things.",
        len(worded),
    )
    rows = []
    for comparison in worded:
        anchor = quantity_anchor(comparison.quantity.id)
        title = setter.words(comparison.quantity.title, notes=False)
        rows.append(
            (
                replace(title, spans=(Jump(anchor, title.spans),)),
                _words(claims.range(comparison)),
                _words(locale.number(comparison.statements)),
                _words(locale.number(comparison.origins)),
                Words((PageSlot((anchor,)),)),
            )
        )
    labels = ("Quantity", "Wordings", "Statements", "Origins", "Page")
    head = tuple(_words(locale.label(label)) for label in labels)
    align = ("left", "left", "right", "right", "right")
    return [
        Heading(2, _words(heading), "appendix-wordings"),
        Paragraph(_words(sentence)),
        Table(head, tuple(rows), align, "appendix-worded", None, "wordings"),
    ]


def _words(text: str) -> Words:
    return Words((Run(text),))
