"""The same book in one locale: what is printed, in which language, and how it is counted."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st
from translate_samples import book, catalog, message, prose

from bookbuild.model.book import Coverage, each_prose
from bookbuild.model.inline import Text
from bookbuild.model.prose import Kind, Status
from bookbuild.read.inlines import parse_inlines
from bookbuild.translate.content import is_neutral, own_text
from bookbuild.translate.localize import localize


def shown(local: object) -> dict[str, tuple[str, str, Status]]:
    return {
        p.source: (own_text(p.inlines), p.lang, p.status)
        for p in each_prose(local)
        if p.kind is Kind.PARAGRAPH
    }


def test_a_translation_is_printed_in_its_language() -> None:
    local = localize(book("Salt."), catalog(message("Salt.", "Duz.")), "az", parse_inlines)
    assert shown(local.book)["Salt."] == ("Duz.", "az", Status.TRANSLATED)
    assert local.locale == "az"


def test_a_guess_is_counted_and_never_printed() -> None:
    """A changed number is exactly what fuzzy matching hides."""
    local = localize(
        book("32 fell."), catalog(message("32 fell.", "26 nəfər.", "fuzzy")), "az", parse_inlines
    )
    assert shown(local.book)["32 fell."] == ("32 fell.", "en", Status.FUZZY)


def test_missing_and_blank_messages_print_the_source() -> None:
    local = localize(book("Salt.", "Sea."), catalog(message("Salt.", "  ")), "az", parse_inlines)
    assert [status for _, _, status in shown(local.book).values()] == [Status.MISSING, Status.MISSING]


def test_the_kind_tells_equal_texts_apart() -> None:
    local = localize(book("Salt"), catalog(message("Salt", "Duz", kind=Kind.TITLE)), "az", parse_inlines)
    assert shown(local.book)["Salt"][2] is Status.MISSING
    assert local.book.body[0].chapters[0].title.inlines == (Text("Duz"),)


def test_a_translation_that_cannot_be_read_is_not_printed() -> None:
    bad = catalog(message("Salt.", "Duz <b>x</b> {nosuch}`y`."))
    assert shown(localize(book("Salt."), bad, "az", parse_inlines).book)["Salt."][2] is Status.FUZZY


def test_obsolete_messages_are_not_used() -> None:
    old = dataclasses.replace(message("Salt.", "Duz."), obsolete=True)
    assert (
        shown(localize(book("Salt."), catalog(old), "az", parse_inlines).book)["Salt."][2] is Status.MISSING
    )


def test_the_source_edition_is_original_throughout() -> None:
    local = localize(book("Salt."), None, "en", parse_inlines)
    assert {(p.status, p.lang) for p in each_prose(local.book)} == {(Status.ORIGINAL, "en")}
    assert local.coverage.percent == 100


def test_messages_without_words_are_neutral_and_not_counted() -> None:
    for source in ("613", "—", "{claim}`killed/paper`", "[@paper, p. 3]", "`code`", ""):
        assert is_neutral(prose(source)), source
    for source in ("a", "[see @paper]", "{index}`<Salt>`", "{ref}`the salt <x>`", "{number}`3` men"):
        assert not is_neutral(prose(source)), source


def test_coverage_counts_each_message_once() -> None:
    """Title, unit, chapter title and three paragraphs, one of them twice and one neutral."""
    local = localize(
        book("Salt.", "Salt.", "613", "Sea."), catalog(message("Salt.", "Duz.")), "az", parse_inlines
    )
    assert local.coverage == Coverage(messages=5, translated=1, fuzzy=0, missing=4)
    assert str(local.coverage.percent) == "20"


def test_the_pseudo_locale_changes_every_letter_and_lengthens() -> None:
    local = localize(book("Salt *of* the sea {claim}`killed/paper`."), None, "en-XA", parse_inlines)
    text, lang, _ = shown(local.book)["Salt *of* the sea {claim}`killed/paper`."]
    assert lang == "en-XA"
    assert not any(c.isascii() and c.isalpha() for c in text)
    assert len(text) > len("Salt of the sea .") * 5 // 4


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("abc *_`[]{}^@\\<>&!12", max_size=20), max_size=4),
    st.text("ab *_`[]{}^<\\", max_size=20),
)
def test_any_catalog_over_any_book_localizes(sources: list[str], translation: str) -> None:
    clean = [source for source in sources if source.strip() and not parse_inlines(source)[1]]
    local = localize(
        book(*clean), catalog(*{s: message(s, translation) for s in clean}.values()), "az", parse_inlines
    )
    statuses = [p.status for p in each_prose(local.book)]
    assert Status.ORIGINAL not in statuses
    assert (
        local.coverage.messages == local.coverage.translated + local.coverage.fuzzy + local.coverage.missing
    )
