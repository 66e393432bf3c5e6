"""What is true of any book: on random ones, a few of which are printed here.

The long form is ``./task fuzz books`` and ``./task fuzz bytes``.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.tiny_books import write_book
from tests.conftest import silent
from tests.faults.hostile_bytes import PARSERS, Parser
from tests.faults.random_books import KINDS_OF_WRONG, judge, random_book

from bookbuild.build import catalogs, editions, manuscript
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Severity
from bookbuild.model.book import Book, LocalizedBook
from bookbuild.model.catalog import Catalog
from bookbuild.model.prose import Prose
from bookbuild.read import parse_inlines
from bookbuild.translate.extract import extract
from bookbuild.translate.localize import localize
from bookbuild.translate.po import parse_catalog, write_catalog
from bookbuild.translate.update import init_catalog, update_catalog


def book_of(root: Path) -> Book:
    book, findings = manuscript.sound_book(Project(root), ("en",), Settings(), silent)
    assert not [one for one in findings if one.severity is Severity.ERROR]
    return book


def translated_by_itself(catalog: Catalog) -> Catalog:
    """Fill every message with its own source text."""
    messages = tuple(replace(one, strings=(one.key.msgid,)) for one in catalog.messages)
    return replace(catalog, messages=messages)


@pytest.mark.parametrize("seed", [3, 8, 1140])  # 1140: a chart whose digits are the numbers of notes
def test_a_random_book_is_printed_whole(seed: int, tmp_path: Path) -> None:
    made = random_book(seed)
    made.write(tmp_path)
    book = book_of(tmp_path)

    [printed] = editions.print_languages(Project(tmp_path), book, ("en",), Settings(), silent)

    assert printed.diagnostics == ()
    verdict = judge(made, printed)
    assert verdict.notes
    assert verdict.references > verdict.unread
    assert verdict.wrong == []


def test_notes_that_differ_in_their_last_digits_are_not_taken_for_each_other(tmp_path: Path) -> None:
    """The next note's number stands right after the last digit of a note: “… 1.” and “3” are no “… 13.”"""
    words = "archive bridge census district estimate"
    notes = "\n\n".join(f"Text.^[{words} {number}.]" for number in (1, 2, 13, 12, 1, 125))
    write_book(tmp_path / "book", **{"chapters/one.md": f"---\ntitle: One\n---\n\nA.[@paper]\n\n{notes}\n"})
    [printed] = editions.print_languages(Project(tmp_path), book_of(tmp_path), ("en",), Settings(), silent)
    assert printed.diagnostics == ()


def test_the_oracle_sees_what_is_not_on_the_pages(tmp_path: Path) -> None:
    made = random_book(3)
    made.write(tmp_path)
    [printed] = editions.print_languages(Project(tmp_path), book_of(tmp_path), ("en",), Settings(), silent)
    first, last = made.targets["chapter-0-part-0"], list(made.targets.values())[-1]
    made.notes |= {"qxqqq": first, "the": first, first: last, last: first}
    reference, target = next(iter(made.references.items()))
    made.references[reference] = next(one for one in made.targets if one != target and one[:9] != target[:9])

    made.references["qxqqq"] = target

    wrong = judge(made, printed).wrong

    assert sorted({one.kind for one in wrong}) == sorted(KINDS_OF_WRONG)
    assert any(one.what.startswith(f"{reference} says ") for one in wrong)


@pytest.mark.parametrize("seed", range(20, 26))
def test_messages_come_back_from_a_catalog_as_they_were(seed: int, tmp_path: Path) -> None:
    random_book(seed).write(tmp_path)
    book = book_of(tmp_path)
    template = extract(book)
    filled = translated_by_itself(init_catalog(template, "en-GB"))

    read, findings = parse_catalog(write_catalog(filled).encode(), "book.po")

    assert findings == []
    assert [(one.key, one.strings) for one in read.messages] == [
        (one.key, one.strings) for one in filled.messages
    ]
    assert content(localize(book, read, "en-GB", parse_inlines)) == content(
        localize(book, None, "en", parse_inlines)
    )
    updated, report = update_catalog(read, template)
    assert report.quiet
    assert write_catalog(updated) == write_catalog(filled)


def content(tree: object) -> object:
    """Return what a reader sees of a model tree: no places, no languages, no states of translation."""
    if isinstance(tree, LocalizedBook):
        return content(tree.book)
    if isinstance(tree, Prose):
        return content(tree.inlines)
    if is_dataclass(tree):
        return (
            type(tree).__name__,
            [content(getattr(tree, one.name)) for one in fields(tree) if one.compare],
        )
    if isinstance(tree, tuple):
        return [content(one) for one in tree]
    if isinstance(tree, Mapping):
        return {key: content(value) for key, value in tree.items()}
    return tree


def test_one_entry_less_in_a_catalog_is_one_message_more_to_translate(
    starter: Project, tmp_path: Path
) -> None:
    shutil.copytree(starter.root, tmp_path / "book")
    project = Project(tmp_path / "book")
    path = project.catalog("az")
    before = missing(project)
    entries = path.read_text(encoding="utf-8").split("\n\n")
    gone = next(entry for entry in entries if 'msgid "The first ascent"' in entry)
    path.write_text("\n\n".join(entry for entry in entries if entry is not gone), encoding="utf-8")

    assert missing(project) == before + 1


def missing(project: Project) -> int:
    book, _ = manuscript.read(project, silent)
    assert book is not None
    locale = manuscript.locale_of(project, "az")
    return manuscript.localized_book(project, book, "az", locale).coverage.missing


def test_a_translation_by_itself_is_the_same_book(starter: Project, tmp_path: Path) -> None:
    """Only the imprint and the colophon say that one of them is a translation."""
    root = tmp_path / "book"
    shutil.copytree(starter.root, root)
    project = Project(root)
    described = root / "book/book.yaml"
    described.write_text(described.read_text("utf-8").replace("[en, az]", "[en, en-GB]"), encoding="utf-8")
    catalogs.init_catalogs(project, ("en-GB",), Settings(), silent)
    path = project.catalog("en-GB")
    catalog, findings = parse_catalog(path.read_bytes(), "book.po")
    assert findings == []
    path.write_text(write_catalog(translated_by_itself(catalog)), encoding="utf-8")
    book, _ = manuscript.sound_book(project, ("all",), Settings(), silent)

    source, other = editions.print_languages(project, book, book.languages, Settings(), silent)

    pages, others = texts_of(source.pdf), texts_of(other.pdf)
    assert len(pages) == len(others)
    differing = [(one, two) for one, two in zip(pages, others, strict=True) if one != two]
    assert len(differing) == 2
    assert all("translat" in two for _, two in differing)


def texts_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
@given(st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_no_bytes_make_a_parser_fail(parser: Parser, data: st.DataObject) -> None:
    parser.parse(data.draw(st.binary(max_size=300) | st.lists(st.sampled_from(parser.pieces)).map(b"".join)))
