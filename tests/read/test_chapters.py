"""One Markdown file to one chapter: blocks in order, messages with their places."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bookbuild.model.blocks import (
    BulletList,
    ChartBlock,
    DefinitionList,
    FigureTable,
    Heading,
    Image,
    NumberedList,
    Paragraph,
    Quotation,
    RegisterBlock,
    Rule,
    Table,
)
from bookbuild.model.book import Chapter, each_prose
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, Prose
from bookbuild.read.chapter import read_chapter

HEAD = "---\ntitle: One\n---\n\n"


def chapter(body: str) -> Chapter:
    found, problems = read_chapter(HEAD + body, "one.md", "one", "en")
    assert not problems, problems
    return found


def only(prose: Prose | None) -> tuple[str, Kind, str]:
    assert prose is not None
    return prose.source, prose.kind, str(prose.place)


def test_titles_come_from_the_front_matter() -> None:
    found, problems = read_chapter(
        '---\ntitle: "A: *b*"\nshort-title: B\n---\nText.\n', "one.md", "one", "en"
    )
    assert not problems
    assert only(found.title) == ("A: *b*", Kind.TITLE, "one.md:2:9")
    assert only(found.short_title) == ("B", Kind.TITLE, "one.md:3:14")


def test_a_message_is_one_line_and_remembers_each_line_written() -> None:
    (block,) = chapter("One *two*  three.\n   Four,\nfive\\\nsix.\n").blocks
    assert isinstance(block, Paragraph)
    assert block.text.source == "One *two*  three. Four, five\\\nsix."
    assert block.text.lines == (
        (0, Place("one.md", 5, 1)),
        (18, Place("one.md", 6, 4)),
        (24, Place("one.md", 7, 1)),
        (30, Place("one.md", 8, 1)),
    )
    assert block.text.place_at(20) == Place("one.md", 6, 6)


def test_two_blanks_at_a_lines_end_are_a_hard_break_that_can_be_seen() -> None:
    (block,) = chapter("One  \ntwo\n").blocks
    assert isinstance(block, Paragraph)
    assert block.text.source == "One\\\ntwo"


def test_every_block_comes_in_order() -> None:
    body = """\
## A section {#sec}

> Quoted,
> twice.

- item

  more of it
- other

3. third
4. fourth

Term
: Meaning.

* * *

| A | B |
|:--|--:|
| a \\| c | {claim}`q/c\\|number` |

:::{figure-table} q
:caption: Some
  *words*
:name: fig
:::

:::{chart} q
:::

:::{register} people
:::

:::{image} images/a.svg
:alt: A picture
:::

:::{table}
:caption: Own
:name: own

| X |
|---|
| y |
:::
"""
    blocks = chapter(body).blocks
    assert [type(block) for block in blocks] == [
        Heading,
        Quotation,
        BulletList,
        NumberedList,
        DefinitionList,
        Rule,
        Table,
        FigureTable,
        ChartBlock,
        RegisterBlock,
        Image,
        Table,
    ]
    heading, quotation, bullets, numbers, terms, _, table, figures, _, register, image, own = blocks
    assert isinstance(heading, Heading)
    assert (heading.level, heading.id, only(heading.text)) == (
        2,
        "sec",
        ("A section", Kind.HEADING, "one.md:5:4"),
    )
    assert [only(prose) for prose in each_prose(quotation)] == [
        ("Quoted, twice.", Kind.PARAGRAPH, "one.md:7:3")
    ]
    assert [prose.source for prose in each_prose(bullets)] == ["item", "more of it", "other"]
    assert isinstance(numbers, NumberedList)
    assert numbers.start == 3
    assert [only(prose) for prose in each_prose(terms)] == [
        ("Term", Kind.TERM, "one.md:18:1"),
        ("Meaning.", Kind.ITEM, "one.md:19:3"),
    ]
    assert isinstance(table, Table)
    assert table.align == ("left", "right")
    assert [only(prose)[0] for prose in table.rows[0]] == ["a | c", "{claim}`q/c|number`"]
    assert table.rows[0][0].place_at(4) == Place("one.md", 25, 8)
    assert isinstance(figures, FigureTable)
    assert (figures.quantity, figures.id, only(figures.caption)[0]) == ("q", "fig", "Some *words*")
    assert isinstance(register, RegisterBlock)
    assert register.register == "people"
    assert isinstance(image, Image)
    assert (image.path, only(image.alt)) == ("images/a.svg", ("A picture", Kind.ALT, "one.md:40:7"))
    assert isinstance(own, Table)
    assert (own.id, only(own.caption)[0], only(own.rows[0][0])) == (
        "own",
        "Own",
        ("y", Kind.CELL, "one.md:49:3"),
    )


def test_notes_stand_beside_the_text_in_the_order_written() -> None:
    found = chapter("Text.[^a]\n\n[^a]: One,\n    two.\n\n    Three.\n[^b]: Four.\n\nMore.[^b]\n")
    assert [type(block) for block in found.blocks] == [Paragraph, Paragraph]
    assert [(note.label, [part.source for part in note.paragraphs]) for note in found.notes] == [
        ("a", ["One, two.", "Three."]),
        ("b", ["Four."]),
    ]
    assert only(found.notes[0].paragraphs[0]) == ("One, two.", Kind.NOTE, "one.md:7:7")
    assert found.notes[1].place == Place("one.md", 11, 1)


def test_jinja_marks_are_text() -> None:
    (block,) = chapter("{{ config }} {% if x %}").blocks
    assert isinstance(block, Paragraph)
    assert block.text.source == "{{ config }} {% if x %}"


LINES = st.lists(
    st.sampled_from(
        [
            "",
            "text",
            "> q",
            "- i",
            "  - j",
            "    k",
            "1. n",
            "# h",
            "## h {#a}",
            "### ",
            "---",
            "===",
            "***",
            "| a | b |",
            "|---|---|",
            "| a |",
            "[^n]: note",
            "    more",
            "Term",
            ": def",
            ":::{chart} q",
            ":caption: c",
            ":::",
            "```",
            ":::{table}",
            "<div>",
            "<!--",
            "[r]: http://x",
            "\ttab",
            "> > - a",
            "text  ",
            "text\\",
            "| a | b | c",
            "~~~",
        ]
    ),
    max_size=14,
)


@settings(max_examples=150)
@given(LINES)
def test_no_lines_break_the_reader_and_every_place_exists(lines: list[str]) -> None:
    text = HEAD + "\n".join(lines) + "\n"
    found, problems = read_chapter(text, "one.md", "one", "en")
    raw = text.split("\n")
    for prose in each_prose(found):
        for offset, place in prose.lines:
            assert 1 <= place.line <= len(raw)
            written = raw[place.line - 1][place.column - 1 :]
            assert written.startswith(prose.source[offset : offset + 1])
    assert all(1 <= problem.place.line <= len(raw) for problem in problems)


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    read_chapter(text, "one.md", "one", "en")
    read_chapter(HEAD + text, "one.md", "one", "en")
