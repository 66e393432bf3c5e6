"""Inline source to inline content, with offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.model.inline import (
    Citation,
    CitationNote,
    ClaimMark,
    Code,
    CountMark,
    Emphasis,
    Foreign,
    IndexMark,
    Inline,
    InlineNote,
    LineBreak,
    Link,
    NoteCall,
    NumberMark,
    Reference,
    Strong,
    Text,
)
from bookbuild.read import parse_inlines


def parsed(source: str) -> tuple[Inline, ...]:
    inlines, problems = parse_inlines(source)
    assert not problems, problems
    return inlines


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain text", (Text("plain text"),)),
        ("*a* **b** `c`", (Emphasis((Text("a"),)), Text(" "), Strong((Text("b"),)), Text(" "), Code("c"))),
        ("a\\\nb", (Text("a"), LineBreak(), Text("b"))),
        ("5 \\* 3, snake_case, &amp;", (Text("5 * 3, snake_case, &"),)),
        ("{claim}`killed/wp`", (ClaimMark("killed", "wp"),)),
        ("{value}`killed/wp|number`", (ClaimMark("killed", "wp", "number", with_note=False),)),
        ("{number}`39`{count}`entries/press`", (NumberMark("39"), CountMark("entries/press"))),
        ("{ref}`assault`", (Reference("assault"),)),
        ("{ref}`*words* <people/brandt>`", (Reference("people/brandt", (Emphasis((Text("words"),)),)),)),
        ("[words](#id)", (Reference("id", (Text("words"),)),)),
        ("{index}`Askeran`", (IndexMark(("Askeran",), (Text("Askeran"),)),)),
        ("{index}`the fort <Askeran; castle>`", (IndexMark(("Askeran", "castle"), (Text("the fort"),)),)),
        ("{index}`<Askeran>`", (IndexMark(("Askeran",)),)),
        ("{foreign}`az|Xocalı`", (Foreign("az", (Text("Xocalı"),)),)),
        ("a[^b]", (Text("a"), NoteCall("b"))),
        ("^[see [@a]]", (InlineNote((Text("see "), CitationNote((Citation("a"),)))),)),
        ("[x](https://a.b)", (Link("https://a.b", (Text("x"),)),)),
        ("<https://a.b>", (Link("https://a.b", (Text("https://a.b"),)),)),
        (
            '[see @a, pp. 33-35 and *passim*; also -@b.c:2, sec. "Basic; facts"]',
            (
                CitationNote(
                    (
                        Citation("a", "see", "pp. 33-35 and *passim*"),
                        Citation("b.c:2", "also", 'sec. "Basic; facts"', suppress_author=True),
                    )
                ),
            ),
        ),
        ("mail [me@x.org] no", (Text("mail [me@x.org] no"),)),
        ("[sic] (or [not])", (Text("[sic] (or [not])"),)),
    ],
)
def test_what_authors_write_becomes(source: str, expected: tuple[Inline, ...]) -> None:
    assert parsed(source) == expected


def test_every_inline_knows_where_it_stands() -> None:
    source = "a *b {claim}`q/c` **d**[^e]* {index}`f g <h>`[@i; see @j]"
    text, emphasis, _, index, note = parsed(source)
    assert isinstance(emphasis, Emphasis)
    assert isinstance(index, IndexMark)
    assert isinstance(note, CitationNote)
    assert [text.offset, emphasis.offset, index.offset] == [0, 2, 29]
    assert note.offset == source.index("[@i")
    assert [child.offset for child in emphasis.children] == [3, 5, 17, 18, 23]
    assert index.children[0].offset == source.index("f g")
    assert [citation.offset for citation in note.citations] == [source.index("@i"), source.index("@j")]


def test_offsets_hold_within_notes_and_roles() -> None:
    source = "^[x {foreign}`az|y *z*`]"
    (note,) = parsed(source)
    assert isinstance(note, InlineNote)
    foreign = note.children[1]
    assert isinstance(foreign, Foreign)
    assert [foreign.offset, foreign.children[0].offset, foreign.children[1].offset] == [4, 17, 19]


def test_a_mark_with_a_mistake_is_printed_as_written() -> None:
    inlines, problems = parse_inlines("a {calim}`x/y` b")
    assert inlines == (Text("a "), Code("{calim}`x/y`"), Text(" b"))
    assert [(problem.offset, problem.code) for problem in problems] == [(2, "M023")]


@pytest.mark.parametrize(
    "source",
    [
        "[" * 20_000,
        "^[" * 10_000,
        "^[" * 10_000 + "](x)",
        "[^" * 10_000,
        "{claim}`" * 10_000,
        "*a _b " * 5_000,
        "` `` " * 10_000,
        '[@"' * 10_000,
        "[a](" * 10_000,
        "<!--" * 10_000,
        "{foreign}`az|" * 10_000,
    ],
)
def test_a_flood_of_marks_is_parsed_in_reasonable_time_with_few_messages(source: str) -> None:
    _, problems = parse_inlines(source)
    assert len(problems) <= 50


SOUP = st.lists(
    st.sampled_from(
        [
            "*",
            "**",
            "_",
            "`",
            "``",
            "[",
            "]",
            "(",
            ")",
            "^[",
            "[^a]",
            "[@",
            "@a",
            "; ",
            ", p. 1",
            "{claim}",
            "{ref}",
            "`q/c`",
            "`w <t>`",
            "{index}",
            "{foreign}`az|",
            "<",
            ">",
            "<b>",
            "\\",
            "\\\n",
            "\n",
            " ",
            "a",
            "ə",
            "&amp;",
            *("http://x.y", "#id", "!", "|", "\u202e", '"', "“", "”", "{number}`1`", "-"),
        ]
    ),
    max_size=30,
).map("".join)


@given(SOUP)
def test_no_source_breaks_the_parser_and_offsets_stay_within_it(source: str) -> None:
    inlines, problems = parse_inlines(source)

    def walk(nodes: tuple[Inline, ...]) -> None:
        for node in nodes:
            assert 0 <= node.offset <= len(source)
            walk(getattr(node, "children", ()))

    walk(inlines)
    assert all(0 <= problem.offset <= len(source) for problem in problems)


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="*_`[]^{}<>\\&@!")
    )
)
def test_text_without_marks_is_itself(source: str) -> None:
    inlines, problems = parse_inlines(source)
    assert "".join(node.text for node in inlines if isinstance(node, Text)) == source
    assert len(inlines) <= 1
    assert {problem.code for problem in problems} <= {"M035"}
