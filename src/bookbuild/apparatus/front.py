"""Front matter: half-title, title page, imprint, contents, lists; and the pages that open parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bookbuild.apparatus.back import coverage_line
from bookbuild.apparatus.facts import Facts, Ledger
from bookbuild.apparatus.setting import SectionSetter
from bookbuild.apparatus.spans import closed, joined, plain, quiet
from bookbuild.model.book import Contributor, Coverage, Part
from bookbuild.model.edition import (
    Block,
    ContentsLine,
    ContentsList,
    PartPage,
    Run,
    Section,
    SectionKind,
    Spans,
    Style,
    Styled,
    TitlePages,
    Words,
)
from bookbuild.model.page import Opening
from bookbuild.model.unit import Folios, Numbering
from bookbuild.model.value import Date, Day


def set_title_pages(
    facts: Facts,
    ledger: Ledger,
    coverage: Coverage,
    made_with: str,
    fonts: Sequence[str],
    names: Mapping[str, str],
) -> Section:
    """Set half-title, title page and imprint. ``names``: language → its own name."""
    book = facts.book
    setter = SectionSetter("title", facts, ledger)
    title = setter.words(book.title, notes=False)
    people = tuple(_person(one, setter) for one in book.contributors)
    pages = TitlePages(
        title=title,
        subtitle=setter.words(book.subtitle, notes=False) if book.subtitle else None,
        contributors=people,
        edition=setter.words(book.edition, notes=False) if book.edition else None,
        publisher=_text(_published(facts, setter)),
        dedication=setter.words(book.dedication, notes=False) if book.dedication else None,
        imprint=_imprint(facts, setter, coverage, made_with, fonts, names),
    )
    return Section(
        id="title",
        kind=SectionKind.TITLE_PAGES,
        number="",
        title=None,
        name=plain(title.spans),
        running_head="",
        bookmark_level=1,
        opening=Opening.RECTO,
        numbering=Numbering.ROMAN,
        folios=Folios.NONE,
        blocks=(pages,),
    )


def set_contents(facts: Facts, ledger: Ledger) -> Section:
    """Set the contents and the list of tables and charts, once everything else has been set."""
    label = facts.locale.label
    title = label("Contents")
    lists: list[Block] = [ContentsList("", "contents-list", tuple(ledger.contents))]
    if ledger.tables:
        lists.append(ContentsList(label("Tables"), "contents-tables", tuple(ledger.tables)))
    if ledger.charts:
        lists.append(ContentsList(label("Charts and pictures"), "contents-charts", tuple(ledger.charts)))
    return Section(
        id="contents",
        kind=SectionKind.CONTENTS,
        number="",
        title=_text(title),
        name=title,
        running_head=title,
        bookmark_level=1,
        opening=Opening.RECTO,
        numbering=Numbering.ROMAN,
        folios=Folios.SHOWN,
        blocks=tuple(lists),
    )


def set_part(part: Part, number: int, facts: Facts, ledger: Ledger) -> Section:
    """Set the page that opens a part."""
    assert part.title is not None, "a part without a title has no page"
    part_id = f"part-{number}"
    title = SectionSetter(part_id, facts, ledger).words(part.title, notes=False)
    locale = facts.locale
    written = locale.label("Part {number}", number=locale.number(number), ordinal=locale.part_ordinal(number))
    written = locale.upper(written[:1]) + written[1:]
    ledger.contents.append(ContentsLine(0, "", quiet(title.spans), part_id))
    return Section(
        id=part_id,
        kind=SectionKind.PART,
        number=written,
        title=None,
        name=plain(title.spans),
        running_head="",
        bookmark_level=1,
        opening=Opening.RECTO,
        numbering=Numbering.ARABIC,
        folios=Folios.NONE,
        blocks=(PartPage(written, title),),
    )


def iso_date(text: str) -> Date:
    """Read a calendar date: 2026-11-21."""
    year, month, day = (int(part) for part in text.split("-"))
    moment = Day(year=year, month=month, day=day)
    return Date(moment, moment)


def _imprint(
    facts: Facts,
    setter: SectionSetter,
    coverage: Coverage,
    made_with: str,
    fonts: Sequence[str],
    names: Mapping[str, str],
) -> tuple[tuple[Words, ...], ...]:
    book, locale = facts.book, facts.locale
    label, comma = locale.label, locale.punctuated(", ")
    date = locale.date(iso_date(book.date))
    title = plain(setter.words(book.title, notes=False).spans)
    subtitle = plain(setter.words(book.subtitle, notes=False).spans) if book.subtitle else ""
    full: Spans = (Styled(Style.TITLE, (Run(f"{title}: {subtitle}" if subtitle else title),)),)
    edition = plain(setter.words(book.edition, notes=False).spans) if book.edition else ""
    languages = locale.list_of([names.get(code, code) for code in book.languages])
    isbn = book.isbn.get(locale.code, "")
    cite = joined((full, (Run(edition),) if edition else (), (Run(_published(facts, setter)),)), comma)
    source = (
        label("Translated from: {language}.", language=names.get(book.source_language, book.source_language))
        if locale.code != book.source_language
        else ""
    )
    groups: tuple[tuple[Spans, ...], ...] = (
        (full, _run(comma.join(part for part in (edition, date) if part)), _run(_published(facts, setter))),
        (
            _run(label("Published in: {languages}.", languages=languages)),
            _run(source),
            _run(coverage_line(facts, coverage)),
        ),
        (
            setter.words(book.licence, notes=False).spans if book.licence else (),
            _run(f"ISBN {isbn}" if isbn else ""),
        ),
        (_run(label("How to cite:")), closed(cite)),
        (
            _run(label("Set in {fonts}.", fonts=locale.list_of(fonts))),
            _run(label("Made with {program}.", program=made_with)),
        ),
    )
    filled = (tuple(Words(line) for line in group if line) for group in groups)
    return tuple(group for group in filled if group)


def _published(facts: Facts, setter: SectionSetter) -> str:
    book = facts.book
    place = plain(setter.words(book.publisher_place, notes=False).spans) if book.publisher_place else ""
    name = plain(setter.words(book.publisher, notes=False).spans)
    publisher = ": ".join(part for part in (place, name) if part)
    comma = facts.locale.punctuated(", ")
    return f"{publisher}{comma}{book.date[:4]}" if publisher else book.date[:4]


def _run(text: str) -> Spans:
    return (Run(text),) if text else ()


def _text(text: str) -> Words:
    return Words((Run(text),))


def _person(one: Contributor, setter: SectionSetter) -> Words:
    role, name = setter.words(one.role, notes=False), setter.words(one.name, notes=False)
    spans = (*role.spans, Run(" "), *name.spans)
    return replace(role, spans=spans, untranslated=role.untranslated or name.untranslated)
