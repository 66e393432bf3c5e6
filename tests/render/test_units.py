"""Units: whole documents that promise their notes, anchors and page slots."""

from __future__ import annotations

import html.parser
import re

import pytest
from markupsafe import Markup
from tests.apparatus.small_books import book, chapter, claim, edition, prose, quantity

from bookbuild.diagnostics import InternalFault
from bookbuild.model.blocks import Image
from bookbuild.model.edition import OutsideLink, Run, Words
from bookbuild.model.prose import Kind
from bookbuild.model.unit import Unit
from bookbuild.render import render_html, render_units
from bookbuild.render.markup import Medium, balanced, carried, words_markup
from bookbuild.render.templating import environment
from bookbuild.translate.locale import open_locale

PAIR = quantity("killed", claim("low", 2), claim("high", 613, source="booklet"))


def units(*paragraphs: str, language: str = "en") -> dict[str, Unit]:
    of = book(chapter("one", *paragraphs), chapter("two", "The end."), quantities=[PAIR])
    return {unit.id: unit for unit in render_units(edition(of, language), open_locale(language))}


class Ids(html.parser.HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]


def test_ids_are_unique_in_the_whole_edition() -> None:
    made = units(
        "They said {claim}`killed/low`.[@post] {index}`Askeran`", "Again {claim}`killed/high`.^[Why.]"
    )
    ids = [name for unit in made.values() for name in Ids(unit.html).ids]
    assert len(ids) == len(set(ids))


def test_every_anchor_that_some_unit_asks_for_is_defined_in_one() -> None:
    made = units("See {ref}`two`. They said {claim}`killed/low`. {index}`Askeran`")
    defined = {anchor for unit in made.values() for anchor in unit.anchors}
    mentioned = {anchor for unit in made.values() for anchor in unit.mentions}
    assert mentioned
    assert mentioned <= defined
    linked = {href for unit in made.values() for href in re.findall(r'href="#([^"]+)"', unit.html)}
    assert linked <= {name for unit in made.values() for name in Ids(unit.html).ids}


def test_a_note_stands_at_its_call_with_the_number_of_the_edition() -> None:
    unit = units("A.[@post] B.[@de-waal]")["chapter-one"]
    assert [note.id for note in unit.notes] == ["note-one-1", "note-one-2"]
    for note in unit.notes:
        body = f'<span class="footnote" id="{note.id}" data-number="{note.number}" lang="en" dir="ltr">'
        assert unit.html.count(f'<span class="call" id="call-{note.id}">{body}') == 1


def test_a_promised_note_is_its_text_without_number_and_pages() -> None:
    (note,) = units("They said {claim}`killed/low`.")["chapter-one"].notes
    assert note.text.startswith("Thomas Goltz")
    assert note.text.endswith("→ Appendix, p.\u00a0")


def test_no_anchor_is_an_empty_element() -> None:
    """An empty box upsets the engine's line breaks."""
    made = units("{index}`<Askeran>`At the fort {claim}`killed/low`.")
    for unit in made.values():
        assert not re.search(r"<span id=[^>]*></span>", unit.html)


def test_what_authors_write_cannot_become_markup() -> None:
    made = units('Tom & Jerry < 3 "q" [@de-waal]')["chapter-one"]
    assert "Tom &amp; Jerry &lt; 3" in made.html
    assert "Black &lt;b&gt;Garden&lt;/b&gt; &amp; after" in made.html


def test_a_link_that_runs_a_script_is_only_words() -> None:
    words = Words((OutsideLink("javascript:alert(1)", (Run("here"),)),))
    assert words_markup(words, Medium.SCREEN) == "here"


def test_templates_refuse_to_print_nothing_or_a_method() -> None:
    template = environment(Medium.PAPER).from_string("{{ thing }}")
    for thing in (None, "text".upper):
        with pytest.raises(InternalFault, match="a template prints"):
            template.render(thing=thing)


def test_bookmarks_name_chapters_and_sections() -> None:
    unit = units("A.")["appendix"]
    labels = [(bookmark.level, bookmark.label) for bookmark in unit.bookmarks]
    assert labels[0] == (1, "Appendix: the figures side by side")
    assert (3, "People killed") in labels
    assert all(bookmark.anchor in unit.anchors for bookmark in unit.bookmarks)


def test_a_paragraph_knows_its_place_in_the_manuscript() -> None:
    from dataclasses import replace

    from bookbuild.model.blocks import Paragraph
    from bookbuild.model.place import Place

    place = Place("chapters/one.md", 7, 1)
    of = book(chapter("one", Paragraph(replace(prose("A.^[B]"), lines=((0, place),)))))
    unit = next(one for one in render_units(edition(of), open_locale("en")) if one.id == "chapter-one")
    assert unit.lines["b-one-1"] == place
    assert unit.lines["note-one-1"].line == 7


def test_the_page_for_screens_has_notes_with_back_links_and_loads_nothing() -> None:
    of = book(
        chapter("one", "They said {claim}`killed/low`, see {ref}`two`."),
        chapter("two", "End."),
        quantities=[PAIR],
    )
    page = render_html(edition(of), open_locale("en"))
    assert 'href="#call-note-one-1"' in page
    assert 'id="call-note-one-1" href="#note-one-1"' in page
    assert "page-slot" not in page.split("</style>", 1)[1]
    assert not re.search(r"<(link|script|img)\b|url\(|@import", page)
    ids = Ids(page).ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


@pytest.mark.parametrize("continued", ["continued", "davamı"])
def test_the_running_head_of_an_entry_that_goes_on_fits_one_line(continued: str) -> None:
    """Letters of the running head: 43 of them broke it."""
    title = "Oklahoma: naming of the event by the Senate, 2013"
    for length in range(8, len(title)):
        head = carried((Run(title[:length]),), continued)
        assert len(head.removeprefix(' data-carried="').removesuffix('"')) <= 41
    assert carried((Run("Oklahoma: naming"),), continued) == f' data-carried="Oklahoma: naming ({continued})"'


def test_a_long_title_has_no_small_rest_for_a_second_line() -> None:
    assert (
        balanced(Markup("Background as the documents tell it"))
        == 'Background as the <span class="held">documents tell it</span>'
    )
    for title in ("Counting the dead", "The hospital of <em>Aghdam</em> and its records"):
        assert balanced(Markup(title)) == title


def test_every_label_of_the_apparatus_is_in_the_catalogs() -> None:
    """The Azerbaijani edition of a book with one of everything says no English word of ours."""
    made = units("They said {claim}`killed/low`, see {ref}`two`. {index}`Askeran`", language="az")
    appendix = made["appendix"].html
    assert open_locale("az").label("How figures are compared") in appendix
    for english in ("statement", "they conflict", "Who says it", "Used on", "Lowest"):
        assert english not in appendix


def test_the_page_for_screens_takes_the_address_of_a_picture_from_the_build() -> None:
    alt = prose("A sketch", Kind.ALT)
    of = edition(book(chapter("one", Image("images/a.svg", alt, None, "sketch"))))
    page = render_html(of, open_locale("en"), picture=lambda path: f"data:image/svg+xml,{path}")
    assert '<img src="data:image/svg+xml,images/a.svg" alt="A sketch">' in page
    paper = next(unit for unit in render_units(of, open_locale("en")) if unit.id == "chapter-one")
    assert 'src="images/a.svg"' in paper.html


def test_labels_of_a_chart_on_the_screen_have_a_length_in_any_font() -> None:
    asked = quantity("killed", claim("a", 1), claim("b", 9))
    page = render_html(edition(book(chapter("one", "A."), quantities=[asked])), open_locale("en"))
    assert page.count("<text ") == page.count("textLength=") > 0
