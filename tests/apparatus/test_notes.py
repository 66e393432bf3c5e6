"""Notes: numbered in order, full once, short after, shared by neighbours."""

from __future__ import annotations

import pytest
from tests.apparatus.small_books import book, chapter, claim, edition, note, prose, quantity, section

from bookbuild.apparatus.spans import plain
from bookbuild.diagnostics import EnvironmentFailure
from bookbuild.model.blocks import BulletList, ListItem, Paragraph, Table
from bookbuild.model.edition import ContestedMark, NoteCall, Run, Section
from bookbuild.render.units import note_text

CONTESTED = quantity(
    "killed",
    claim("low", 2, said_by="officials in Yerevan"),
    claim("high", 613, source="booklet", said_by="the booklet"),
)
FULL_POST = (
    "Thomas Goltz, “Victims buried”, The Post, 28 February 1992, "
    "reprinted in Foundation, Justice (Baku, 2015), Media coverage."
)


def notes(of: Section) -> list[str]:
    return [note_text(one.paragraphs) for one in of.notes]


def notes_of(*paragraphs: str, language: str = "en", **more: object) -> list[str]:
    return notes(section(edition(book(chapter("one", *paragraphs), **more), language), "chapter-one"))  # type: ignore[arg-type]


def test_a_source_is_cited_in_full_once_a_chapter_and_briefly_after() -> None:
    """A newspaper is remembered by its name and day, not by its headline."""
    assert notes_of("A.[@post] B.[@de-waal, p. 7] C.[@post] D.[@de-waal, pp. 9–10]") == [
        FULL_POST,
        "Thomas de Waal, Black <b>Garden</b> & after (New York, 2003), p. 7.",
        "Goltz, The Post, 28 February 1992.",
        "De Waal, Black <b>Garden</b> & after, pp. 9–10.",
    ]


def test_a_new_chapter_begins_its_notes_anew() -> None:
    made = edition(book(chapter("one", "A.[@de-waal]"), chapter("two", "B.[@de-waal]")))
    one, two = section(made, "chapter-one"), section(made, "chapter-two")
    assert notes(one) == notes(two)
    assert [one.notes[0].number, two.notes[0].number] == ["1", "1"]
    assert one.notes[0].id != two.notes[0].id


def test_ibid_names_the_one_source_of_the_note_before_and_another_place_in_it() -> None:
    made = notes_of("A.[@de-waal, p. 7] B.[@de-waal, p. 7] C.[@de-waal, p. 8] D.[@post; @de-waal, p. 8]")
    assert made[1:3] == ["Ibid.", "Ibid., p. 8."]
    assert made[3].endswith("; de Waal, Black <b>Garden</b> & after, p. 8.")


def test_no_ibid_after_a_note_of_two_sources_or_an_explanation() -> None:
    made = notes_of("A.[@post; @de-waal] B.[@de-waal] C.^[A remark.] D.[@de-waal]")
    assert [one.startswith("Ibid") for one in made] == [False] * 4


def test_several_sources_stand_in_one_note_with_the_words_before_them() -> None:
    (made,) = notes_of('A.[see @de-waal, sec. "The road"; also @booklet]')
    garden = "See Thomas de Waal, Black <b>Garden</b> & after (New York, 2003), The road"
    assert made == f"{garden}; also Foundation, Justice (Baku, 2015)."


def test_the_azerbaijani_edition_has_its_own_words_for_ibid_page_and_reprint() -> None:
    made = notes_of("A.[@de-waal, p. 7] B.[@de-waal, p. 9] C.[@post]", language="az")
    assert made[1] == "Yenə orada, səh. 9."
    assert "28 fevral 1992; " in made[2]
    assert "reprinted" not in made[2]


def test_a_claim_brings_its_source_its_speaker_and_the_way_to_the_appendix() -> None:
    (made,) = notes_of("They said {claim}`killed/low`.", quantities=[CONTESTED])
    assert made == f"{FULL_POST} Said by officials in Yerevan. → Appendix, p.\u00a0"


def test_what_most_of_a_document_says_itself_needs_no_speaker_in_the_note() -> None:
    """The document's name is the speaker's; anybody else in it is named."""
    own = [claim(f"c{n}", n, source="booklet", said_by="the booklet") for n in (1, 2, 3)]
    other = claim("other", 4, source="booklet", said_by="a survivor")
    asked = quantity("found", *own, other)
    made = notes_of("{claim}`found/c1` men.", "{claim}`found/other` men.", quantities=[asked])
    assert "Said by" not in made[0]
    assert "Said by a survivor." in made[1]


def test_neighbouring_claims_from_one_source_share_the_note_of_the_last() -> None:
    other = quantity("wounded", claim("low", 5, said_by="a doctor"), claim("high", 9, source="booklet"))
    one = chapter("one", "First {claim}`killed/low` and {claim}`wounded/low`, then {claim}`killed/high`.")
    made = section(edition(book(one, quantities=[CONTESTED, other])), "chapter-one")
    assert len(made.notes) == 2
    assert "Said by officials in Yerevan; a doctor." in notes(made)[0]
    spans = made.blocks[0].words.spans  # type: ignore[union-attr]
    assert [isinstance(span, (ContestedMark, NoteCall)) for span in spans].count(True) == 4, (
        "one mark for a quantity in a paragraph"
    )
    first_mark = next(n for n, span in enumerate(spans) if isinstance(span, ContestedMark))
    assert not isinstance(spans[first_mark + 1], NoteCall)


def test_calls_stand_after_the_signs_that_follow_a_figure() -> None:
    made = section(
        edition(book(chapter("one", "Of {claim}`killed/low`, all."), quantities=[CONTESTED])), "chapter-one"
    )
    spans = made.blocks[0].words.spans  # type: ignore[union-attr]
    call = next(n for n, span in enumerate(spans) if isinstance(span, NoteCall))
    assert spans[call - 2] == Run(",")
    assert isinstance(spans[call - 1], ContestedMark)
    assert plain(spans) == "Of 2, all."


def test_notes_follow_the_reading_order_through_lists_and_tables() -> None:
    items = BulletList((ListItem((Paragraph(prose("a^[one]")),)), ListItem((Paragraph(prose("b^[two]")),))))
    table = Table((prose("h"),), ((prose("c^[three]"),), (prose("d^[four]"),)), ("left",))
    made = section(edition(book(chapter("one", items, table, "e^[five]"))), "chapter-one")
    assert notes(made) == ["one", "two", "three", "four", "five"]
    assert [one.number for one in made.notes] == ["1", "2", "3", "4", "5"]


def test_a_written_note_may_cite_and_a_second_call_repeats_its_number() -> None:
    body = note("x", "As in [@de-waal, p. 3].")
    made = section(edition(book(chapter("one", "A.[^x] B.[^x]", notes=[body]))), "chapter-one")
    assert notes(made) == ["As in Thomas de Waal, Black <b>Garden</b> & after (New York, 2003), p. 3."]
    assert plain(made.blocks[0].words.spans) == "A. B.1"  # type: ignore[union-attr]


def test_a_heading_carries_no_note() -> None:
    from bookbuild.model.blocks import Heading

    made = section(edition(book(chapter("one", Heading(2, prose("Head[@post]")), "A."))), "chapter-one")
    assert made.notes == ()


def test_a_style_that_is_no_csl_is_refused() -> None:
    with pytest.raises(EnvironmentFailure, match="citation style"):
        edition(book(chapter("one", "A.")), csl="<style/>")
