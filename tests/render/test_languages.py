"""What a language changes on the page, and what waits for a translator."""

from __future__ import annotations

from dataclasses import replace

from tests.apparatus.small_books import book, chapter, claim, edition, in_language, prose, quantity

from bookbuild.apparatus.edition import make_edition
from bookbuild.figures.chart import charts_of
from bookbuild.figures.compare import compare_all
from bookbuild.model.blocks import Image, Paragraph
from bookbuild.model.book import Book, Coverage, LocalizedBook
from bookbuild.model.edition import Edition
from bookbuild.model.prose import MessageKey, Status
from bookbuild.render import locale_css, render_units
from bookbuild.render.markup import Medium
from bookbuild.translate.locale import open_locale


def half_done(status: Status) -> Book:
    return in_language(book(chapter("one", "A.")), "en", status)


def head(of: Edition, language: str = "az") -> str:
    unit = next(one for one in render_units(of, open_locale(language)) if one.id == "chapter-one")
    return unit.html.split("<h1")[1].split(">", 1)[1].split("</h1>")[0]


def made(of: Book, language: str = "az", **options: object) -> Edition:
    localized = LocalizedBook(of, language, Coverage(1, 0, 0, 1))
    return make_edition(localized, compare_all(of), open_locale(language), **options)  # type: ignore[arg-type]


def test_words_without_a_translation_are_marked_and_hyphenated_in_their_own_language() -> None:
    assert (
        head(made(half_done(Status.MISSING))) == '<span class="untranslated" lang="en" dir="ltr">One</span>'
    )


def test_the_policy_source_prints_no_mark_but_keeps_the_language_and_the_count() -> None:
    unmarked = made(half_done(Status.MISSING), mark_untranslated=False)
    assert head(unmarked) == '<span lang="en" dir="ltr">One</span>'
    assert unmarked.untranslated == 1


def test_a_proof_prints_the_number_of_every_message_and_tells_fuzzy_from_missing() -> None:
    messages = {MessageKey("title", "One"): "17"}
    for status in (Status.FUZZY, Status.MISSING):
        proof = made(half_done(status), messages=messages)
        attributes = f'class="untranslated {status.value}" data-message="17" lang="en" dir="ltr"'
        assert head(proof) == f"<span {attributes}>One</span>"
    assert head(
        made(in_language(book(chapter("one", "A.")), "az", Status.TRANSLATED), messages=messages)
    ) == ('<span data-message="17">One</span>')


def test_a_language_that_needs_nothing_has_no_style_of_its_own() -> None:
    assert locale_css(open_locale("az")) == ""


def test_a_language_brings_its_letters_and_its_hyphen() -> None:
    css = locale_css(open_locale("hy"))
    assert 'hyphenate-character: "֊"' in css
    assert '--serif: "Book Serif", "Book Armenian"' in css
    assert "background-position" not in css


def test_a_book_from_right_to_left_has_its_note_rule_at_the_right_and_no_spaced_letters() -> None:
    css = locale_css(open_locale("ar"))
    assert "@footnote { background-position: 100% 0 }" in css
    assert "letter-spacing: normal !important" in css


def test_a_latin_work_keeps_its_order_in_an_arabic_note() -> None:
    of = book(chapter("one", "A.[@de-waal, p. 4]"))
    unit = next(one for one in render_units(made(of, "ar"), open_locale("ar")) if one.id == "chapter-one")
    assert '<span lang="en" dir="ltr">' in unit.html.split('class="footnote"')[1]


def test_labels_that_the_press_cannot_set_inside_a_drawing_stand_over_it_on_paper_only() -> None:
    from bookbuild.render.charts import chart_pieces

    asked = quantity("killed", claim("a", 1, said_by="شاهد"), claim("b", 9, said_by="officials"))
    of = edition(book(chapter("one", "A."), quantities=[asked]))
    entry = next(block for section in of.sections for block in section.blocks if hasattr(block, "charts"))
    (paper,) = chart_pieces(entry.charts[0])
    (screen,) = chart_pieces(entry.charts[0], Medium.SCREEN)
    assert 'class="over speaker"' in paper
    assert ">شاهد</text>" not in paper
    assert ">Officials</text>" in paper
    assert ">شاهد</text>" in screen


def test_comparisons_of_a_book_draw_the_same_in_every_language() -> None:
    asked = quantity("killed", claim("a", 1), claim("b", 9))
    of = replace(book(chapter("one", "A.")), quantities=(asked,))
    charts = {one.quantity.id: charts_of(one) for one in compare_all(of)}
    pages = [
        next(
            u.html
            for u in render_units(made(of, code, charts=charts), open_locale(code))
            if u.id == "appendix"
        )
        for code in ("en", "az")
    ]
    dots = [page.count('class="dot"') for page in pages]
    assert dots == [2, 2]


def test_a_note_in_words_that_wait_for_a_translator_keeps_the_language_of_the_book() -> None:
    text = prose("A.[@de-waal, p. 4]", lang="en", status=Status.MISSING)
    unit = render_units(made(book(chapter("one", Paragraph(text))), "ar"), open_locale("ar"))[2]
    assert '<p id="b-one-1" dir="ltr"><span class="untranslated" lang="en" dir="ltr">' in unit.html
    assert '<span class="footnote" id="note-one-1" data-number="1" lang="ar" dir="rtl">' in unit.html


def test_a_picture_of_the_language_stands_in_for_the_common_one() -> None:
    of = book(chapter("one", Image("images/map.svg", prose("A map"), None, "map")))
    pictures = {"images/map.svg": "images/map.az.svg"}
    unit = render_units(made(of, "az", pictures=pictures), open_locale("az"))[2]
    assert 'src="images/map.az.svg"' in unit.html
