"""The template: which messages, in which order, with what beside them."""

from __future__ import annotations

import dataclasses

from translate_samples import book, claim, glossary, heading, prose, quantity

from bookbuild.model.blocks import Heading, Paragraph
from bookbuild.model.catalog import Message
from bookbuild.model.prose import Kind
from bookbuild.translate.extract import extract, write_template
from bookbuild.translate.po import parse_catalog


def by_text(*args: object, **kwargs: object) -> dict[str, Message]:
    return {m.key.msgid: m for m in extract(book(*args, **kwargs)).messages}  # type: ignore[arg-type]


def test_messages_come_in_reading_order_each_once() -> None:
    keys = [m.key.msgid for m in extract(book("Salt *is* salt.", "Sea.", "Salt *is* salt.", "613")).messages]
    assert keys == ["A sample", "persons", "Salt", "Salt *is* salt.", "Sea."]


def test_a_message_says_its_kind_and_chapter_and_file_without_a_line() -> None:
    salt = by_text("Salt water.")["Salt water."]
    assert salt.extracted == ("paragraph, in “Salt”",)
    assert salt.references == ("book/chapters/salt.md",)
    assert salt.flags == ("md-text",)


def test_a_claim_is_explained_in_words() -> None:
    text = "Salt took {claim}`killed/paper` and {value}`killed/paper|number`."
    found = by_text(text, quantities=(quantity(claim("~2500")),))[text]
    assert found.extracted[1:] == (
        "{claim}`killed/paper` prints “about 2,500” (persons): People killed, said by the paper",
        "{value}`killed/paper|number` prints “2,500” (persons): People killed, said by the paper",
    )


def test_references_citations_and_terms_are_explained() -> None:
    text = "See {ref}`assault` on corridors [@paper, p. 3], {foreign}`az|Xocalı` and {count}`claims`."
    found = by_text(
        text, blocks=(heading("The assault", "assault"),), registers=(glossary("corridor", "ditch"),)
    )
    assert found[text].extracted[1:] == (
        "{ref}`assault` leads to “The assault”",
        "{foreign}`az|…`: words in the language “az”, left as they are",
        "{count}`claims` is a number that the build fills in",
        "@paper: The Paper",
        "glossary: corridor",
    )


def test_moving_a_line_changes_nothing() -> None:
    one, two = book("Salt water."), book("Salt water.")
    moved = dataclasses.replace(two.body[0].chapters[0], blocks=(Paragraph(prose("Salt water.", line=99)),))
    later = dataclasses.replace(two, body=(dataclasses.replace(two.body[0], chapters=(moved,)),))
    assert write_template(extract(one)) == write_template(extract(later))


def test_the_template_is_rewritten_only_if_more_than_its_date_changed() -> None:
    first = write_template(extract(book("Salt.")), epoch=0)
    assert "1970-01-01" in first
    assert write_template(extract(book("Salt.")), first, epoch=999_999_999) == first
    assert write_template(extract(book("Sea.")), first, epoch=999_999_999) != first
    assert '"POT-Creation-Date: 2026-11-21 00:00+0000\\n"' in write_template(extract(book("Salt.")))


def test_the_template_reads_back() -> None:
    template = extract(book("Salt.", blocks=(Heading(2, prose("Sea", Kind.HEADING), ""),)))
    read, findings = parse_catalog(write_template(template).encode(), "book.pot")
    assert findings == []
    assert read.messages == template.messages
