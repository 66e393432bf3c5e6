"""What an edition gathers: contents, bibliography, index, appendix, coverage."""

from __future__ import annotations

from dataclasses import replace

from tests.apparatus.small_books import (
    BOOK,
    BOOKLET,
    POST,
    book,
    chapter,
    claim,
    edition,
    in_language,
    prose,
    quantity,
    section,
)

from bookbuild.apparatus.back import KINDS
from bookbuild.apparatus.spans import plain
from bookbuild.model.blocks import Heading, RegisterBlock, Table
from bookbuild.model.claim import Measure, Stance
from bookbuild.model.edition import (
    ClaimTable,
    ContentsList,
    Edition,
    IndexColumns,
    Paragraph,
    Phrase,
    QuantityEntry,
    ReadingList,
    RegisterList,
    Run,
    SectionKind,
    Style,
    Styled,
    WorkGroup,
)
from bookbuild.model.edition import Table as PrintedTable
from bookbuild.model.prose import Kind, Status
from bookbuild.model.register import Cell, Entry, FieldType, Layout, Register, RegisterField
from bookbuild.model.source import SourceKind
from bookbuild.model.unit import Folios, Numbering
from bookbuild.model.value import Name
from bookbuild.translate.locale import open_locale

PAIR = quantity(
    "killed", claim("low", 2), claim("high", 613, source="booklet"), claim("same", 613, repeats="killed/high")
)


def works(of: Edition) -> dict[str, list[str]]:
    groups = [block for block in section(of, "bibliography").blocks if isinstance(block, WorkGroup)]
    return {plain(group.heading.words.spans): [plain(work.words) for work in group.works] for group in groups}


def index(of: Edition) -> dict[str, list[str]]:
    (columns,) = section(of, "index").blocks
    assert isinstance(columns, IndexColumns)
    return {letter.head: [plain(entry.words) for entry in letter.entries] for letter in columns.letters}


def entries(of: Edition) -> list[QuantityEntry]:
    return [block for block in section(of, "appendix").blocks if isinstance(block, QuantityEntry)]


def test_contents_hold_chapters_sections_and_generated_matter_in_the_order_of_the_book() -> None:
    one = chapter("one", Heading(2, prose("A head"), "x"), Heading(3, prose("Below"), "y"), "Text.")
    (lines,) = section(edition(book(one)), "contents").blocks
    assert isinstance(lines, ContentsList)
    assert [(line.level, line.number, plain(line.words)) for line in lines.lines][:2] == [
        (1, "1", "One"),
        (2, "", "A head"),
    ]
    anchors = [line.anchor for line in lines.lines]
    assert anchors.index("appendix") < anchors.index("bibliography") < anchors.index("colophon")
    assert "to-y" not in anchors


def test_tables_with_a_caption_are_listed() -> None:
    table = Table((prose("h"),), ((prose("c"),),), ("left",), prose("All counts", Kind.CAPTION), "t")
    blocks = section(edition(book(chapter("one", table))), "contents").blocks
    assert [block.title for block in blocks if isinstance(block, ContentsList)] == ["", "Tables"]


def test_front_matter_is_roman_and_the_body_arabic_and_title_pages_show_no_number() -> None:
    made = edition(book(chapter("one", "Text.")))
    numbering = {one.id: one.numbering for one in made.sections}
    assert numbering["title"] is numbering["contents"] is Numbering.ROMAN
    assert numbering["chapter-one"] is numbering["appendix"] is Numbering.ARABIC
    assert section(made, "title").folios is Folios.NONE
    assert [one.kind for one in made.sections][:3] == [
        SectionKind.TITLE_PAGES,
        SectionKind.CONTENTS,
        SectionKind.CHAPTER,
    ]


def test_the_bibliography_goes_by_kind_and_the_alphabet_of_the_locale() -> None:
    names = ["Zeynalov", "Çələbi", "Cəfərov", "Əliyev"]
    people = [
        replace(
            BOOK, key=name, csl={"type": "book", "title": "T", "author": [{"family": name, "given": "A"}]}
        )
        for name in names
    ]
    sources = [POST, *people, replace(BOOK, key="booklet")]
    made = works(edition(book(chapter("one", "A.[@post]"), sources=sources), "az"))
    press, books = (open_locale("az").label(KINDS[kind]) for kind in (SourceKind.PRESS, SourceKind.BOOK))
    assert list(made) == [press, books]
    assert [one.split(",")[0] for one in made[books] if "T." in one] == [
        "Cəfərov",
        "Çələbi",
        "Əliyev",
        "Zeynalov",
    ]


def test_a_date_in_words_begins_with_a_capital_after_a_full_stop_by_the_rules_of_the_language() -> None:
    """In a note, after a comma, it does not."""
    vague = replace(BOOK, csl={"type": "book", "title": "T", "issued": {"literal": "iyun, il yoxdur"}})
    made = edition(book(chapter("one", "A.[@de-waal]"), sources=[vague]), "az")
    (listed,) = works(made).values()
    assert listed == ["T. İyun, il yoxdur."]
    (note,) = section(made, "chapter-one").notes
    assert plain(note.paragraphs[0]) == "T (iyun, il yoxdur)."


def test_the_name_of_a_periodical_is_of_its_own_language() -> None:
    """It is broken, and read aloud, by that language's rules."""
    made = edition(book(chapter("one", "A.[@post]"), sources=[POST, BOOKLET]), "az")
    (note,) = section(made, "chapter-one").notes
    assert Styled(Style.TITLE, (Phrase("en", "", (Run("The Post"),)),)) in note.paragraphs[0]


def test_a_heading_quoted_in_a_locator_is_of_the_language_of_its_source() -> None:
    made = edition(book(chapter("one", "A.[@booklet, “Basic facts”, şəkil]"), sources=[POST, BOOKLET]), "az")
    (note,) = section(made, "chapter-one").notes
    assert Phrase("en", "", (Run("Basic facts"),)) in note.paragraphs[0]
    assert plain(note.paragraphs[0]).endswith("“Basic facts”, şəkil.")


def test_every_kind_of_source_has_a_heading() -> None:
    assert set(KINDS) == set(SourceKind)


def test_an_entry_knows_the_notes_that_cite_it() -> None:
    made = edition(book(chapter("one", "A.[@post] B.[@de-waal]"), chapter("two", "C.[@de-waal, p. 4]")))
    groups = [block for block in section(made, "bibliography").blocks if isinstance(block, WorkGroup)]
    pages = {work.id: work.pages for group in groups for work in group.works}
    assert pages["work-de-waal"] == ("call-note-one-2", "call-note-two-1")
    assert pages["work-booklet"] == ("call-note-one-1",), "the document that reprints the paper is cited too"


def test_dates_that_the_engine_would_swallow_are_printed() -> None:
    ranged = replace(BOOK, csl={**BOOK.csl, "issued": {"date-parts": [[1992, 2, 25], [1992, 2, 26]]}})
    literal = replace(BOOK, key="other", csl={**BOOK.csl, "title": "Q", "issued": {"literal": "undated"}})
    made = works(edition(book(chapter("one", "A."), sources=[ranged, literal])))["Books"]
    assert any("25–26\u00a0February 1992" in one for one in made)
    assert any("undated" in one for one in made)


def test_a_title_that_the_editors_supplied_is_translated_and_not_quoted() -> None:
    words = {"title": prose("[Cutting without a head]", Kind.SOURCE)}
    cutting = replace(POST, reprinted_in="", csl={**POST.csl, "title": "[Cutting]"}, words=words)
    (made,) = works(edition(book(chapter("one", "A."), sources=[cutting])))[
        "Newspapers, magazines and broadcasts"
    ]
    assert "[Cutting without a head]" in made
    assert "“" not in made


def test_the_index_files_entries_and_subentries_under_the_letters_of_the_alphabet() -> None:
    text = "{index}`Çay` {index}`Cim` {index}`the fort <Əsgəran; castle>` {index}`<Əsgəran>`and {index}`Cim`."
    made = edition(book(chapter("one", text)), "az")
    assert index(made) == {"C": ["Cim"], "Ç": ["Çay"], "Ə": ["Əsgəran"]}
    (columns,) = section(made, "index").blocks
    assert isinstance(columns, IndexColumns)
    cim, askeran = columns.letters[0].entries[0], columns.letters[2].entries[0]
    assert len(cim.pages) == 2
    assert [plain(sub.words) for sub in askeran.subentries] == ["castle"]
    assert len(askeran.pages) == 1, "the mark that prints nothing has a place too"


def test_the_appendix_holds_what_has_more_than_one_claim_and_says_where_the_text_uses_it() -> None:
    alone = quantity("alone", claim("only", 5))
    one = chapter("one", "{claim}`killed/low` and {claim}`alone/only`.")
    made = edition(book(one, quantities=[alone, PAIR]))
    (entry,) = entries(made)
    assert entry.id == "quantity-killed"
    assert plain(entry.verdict.spans) == "3 statements, 2 origins: they conflict."
    assert made.uses == {"killed": ("use-one-1",), "alone": ("use-one-2",)}
    assert entry.used is not None


def test_the_appendix_goes_by_the_order_that_the_editors_set() -> None:
    other = replace(PAIR, id="other", claims=(claim("low", 2), claim("high", 3)))
    last = replace(PAIR, id="last", claims=(claim("low", 2), claim("high", 3)))
    of = replace(
        book(chapter("one", "A."), quantities=[PAIR, last, other]), appendix_order=("other", "killed")
    )
    assert [entry.id for entry in entries(edition(of))] == [
        "quantity-other",
        "quantity-killed",
        "quantity-last",
    ]


def test_the_apparatus_lists_every_claim_by_camp_with_its_lineage() -> None:
    (entry,) = entries(edition(book(chapter("one", "A."), quantities=[PAIR])))
    assert isinstance(entry.table, ClaimTable)
    (scope,) = entry.table.scopes
    assert [[plain(row.value.spans) for row in group.rows] for group in scope.groups] == [
        ["2"],
        ["613", "613"],
    ]
    remarks = [plain(words.spans) for group in scope.groups for row in group.rows for words in row.remarks]
    assert remarks == ["Passes on officials (Justice)."]
    assert [plain(group.label.spans)[:1] for group in scope.groups if group.label] == ["A", "B"]


def test_scopes_slips_and_denials_are_told_apart() -> None:
    asked = quantity(
        "killed",
        claim("a", 613),
        claim("b", 613, source="booklet"),
        claim("town", 100, scope=prose("in the town only", Kind.SCOPE)),
        claim("slip", 6130, slip=prose("a zero too many", Kind.REMARK)),
        claim("no", 613, stance=Stance.DENIES),
    )
    (entry,) = entries(edition(book(chapter("one", "A."), quantities=[asked])))
    assert isinstance(entry.table, ClaimTable)
    titles = [plain(scope.title.spans) if scope.title else "" for scope in entry.table.scopes]
    assert titles == ["", "In the town only", "Suspected slips, set apart"]
    rows = [row for scope in entry.table.scopes for group in scope.groups for row in group.rows]
    assert len(rows) == 5, "every claim is listed once"
    assert [plain(row.brief[0].spans) for row in rows if row.dissents] == ["A denial."]
    assert [plain(row.remarks[0].spans) for row in rows if row.remarks] == [
        "Suspected slip: a zero too many."
    ]


def test_a_denial_is_called_one_in_registers_and_in_notes() -> None:
    """Without the word, “1,000 (officials)” would have them say what they deny."""
    asked = quantity(
        "killed",
        claim("yes", 1000, source="booklet", said_by="survivors"),
        claim("no", 1000, stance=Stance.DENIES),
        claim("odd", 10, said_by="a cutting", slip=prose("zeros are missing", Kind.REMARK)),
    )
    fields = (RegisterField("figures", prose("Figures", Kind.LABEL), FieldType.CLAIMS),)
    cells = (Cell("figures", words=("killed/yes", "killed/no", "killed/odd")),)
    title = prose("Press", Kind.REGISTER)
    press = Register("press", title, Layout.ENTRIES, ("paper",), fields, (Entry("one", cells),))
    one = chapter("one", "They say not {claim}`killed/no`.", RegisterBlock("press"))
    made = edition(replace(book(one, quantities=[asked]), registers=(press,)))
    (listed,) = [block for block in section(made, "chapter-one").blocks if isinstance(block, RegisterList)]
    (field,) = listed.entries[0].fields
    assert plain(field.words[0].spans).split(": ")[1] == (
        "1,000 (survivors), 1,000 (officials, a denial), 10 (a cutting, a suspected slip)"
    )
    (note,) = section(made, "chapter-one").notes
    assert "Said by officials, a denial." in plain(note.paragraphs[0])


def test_an_alphabetical_register_stands_in_the_order_of_each_edition() -> None:
    """Azerbaijani has Ç after C, Ə after E, X after H; the written order is kept if nothing is asked."""
    fields = (RegisterField("name", prose("Name", Kind.LABEL), FieldType.TEXT),)
    names = ("Xan", "Zal", "Cad", "Çay", "Fil", "Ev", "Hal", "Əl", "Izi", "İli")
    listed = tuple(
        Entry(f"e{number}", (Cell("name", (prose(name, Kind.REGISTER),)),))
        for number, name in enumerate(names)
    )
    title = prose("People", Kind.TITLE)
    for alphabetical, expected in (
        (True, ["Cad", "Çay", "Ev", "Əl", "Fil", "Hal", "Xan", "Izi", "İli", "Zal"]),
        (False, list(names)),
    ):
        people = Register("people", title, Layout.ENTRIES, ("name",), fields, listed, alphabetical)
        of = replace(book(chapter("one", RegisterBlock("people"))), registers=(people,))
        (block,) = [
            one for one in section(edition(of, "az"), "chapter-one").blocks if isinstance(one, RegisterList)
        ]
        assert [plain(entry.head) for entry in block.entries] == expected


def test_a_quantity_of_durations_names_no_unit_of_its_own() -> None:
    """Each value says its own: four months, twelve days. “(duration)” would be a word of no language."""
    hours = tuple(
        replace(claim(name, number), value=replace(claim(name, number).value, unit="hour"))
        for name, number in (("short", 2), ("long", 3))
    )
    asked = replace(quantity("waiting", *hours), measure=Measure.PHYSICAL, unit="duration")
    made = edition(book(chapter("one", "A."), quantities=[asked]), "az")
    assert plain(entries(made)[0].counts.spans) == "people waiting"


def summary(of: Edition) -> dict[str, list[list[str]]]:
    tables = {block.id: block for block in section(of, "appendix").blocks if isinstance(block, PrintedTable)}
    return {name: [[plain(cell.spans) for cell in row] for row in one.rows] for name, one in tables.items()}


def test_the_summary_names_the_figures_furthest_apart_and_keeps_wordings_apart() -> None:
    scope = prose("in the town", Kind.SCOPE)
    asked = quantity(
        "killed",
        claim("low", 100, said_by="one"),
        claim("high", 613, said_by="two"),
        claim("no", 9000, said_by="three", stance=Stance.DENIES),
        claim("town", 5, said_by="four", scope=scope),
    )
    words = [
        replace(claim(name, 1, said_by=name), value=Name(name), name=prose(name, Kind.NAME))
        for name in ("army", "militia")
    ]
    named = replace(quantity("named", *words), measure=Measure.NAME, unit="name", wordings=True)
    made = edition(book(chapter("one", "A."), quantities=[asked, named]))
    tables = summary(made)
    assert [row[:4] for row in tables["appendix-summary"]] == [["People killed", "100 … 613", "4", "2"]]
    assert [row[:3] for row in tables["appendix-worded"]] == [["People named", "2 names", "2"]]
    entry = entries(made)[1]
    assert plain(entry.verdict.spans) == "2 statements, 2 origins: they use different words."
    assert isinstance(entry.table, ReadingList)


SAME = "The passage stands in both."


def short_form(of: QuantityEntry) -> list[list[str]]:
    assert isinstance(of.table, ReadingList)
    return [
        [
            plain(reading.value.spans),
            *("".join(plain(words.spans) for words in line) for line in reading.witnesses),
        ]
        for scope in of.table.scopes
        for reading in scope.readings
    ]


def test_what_nobody_contradicts_stands_in_the_short_form_with_who_passes_it_on() -> None:
    agreed = quantity(
        "killed",
        claim("one", 613, source="booklet"),
        claim("two", 613, repeats="killed/one"),
        claim("three", 613, repeats="killed/two"),
        claim("four", 613),
    )
    (entry,) = entries(edition(book(chapter("one", "A."), quantities=[agreed])))
    assert not entry.charts
    ((value, *lines),) = short_form(entry)
    assert value == "613"
    assert len(lines) == 3, "a line for every origin, and for who passes on what was passed on"
    assert "; passed on by officials" in lines[0]
    assert lines[1].endswith("(Passes on officials (The Post, 28\u00a0February 1992)).")


def test_a_remark_on_many_claims_is_printed_once_and_has_a_number() -> None:
    note = prose(SAME, Kind.REMARK)
    several = [
        quantity(name, claim("a", 1, note=note), claim("b", 1, note=prose(f"Once, {name}.", Kind.REMARK)))
        for name in ("v", "w", "x", "y")
    ]
    made = edition(book(chapter("one", "A."), quantities=several))
    assert all("(Remark 1)" in line for entry in entries(made) for line in short_form(entry)[0][1:2])
    assert all("(Once, " in line for entry in entries(made) for line in short_form(entry)[0][2:])
    blocks = section(made, "appendix").blocks
    keyed = [plain(b.words.spans) for b in blocks if isinstance(b, Paragraph) and b.id == "remark-1"]
    assert keyed == [f"1. {SAME}"]


def test_untranslated_messages_are_marked_and_counted() -> None:
    made = edition(in_language(book(chapter("one", "A.")), "en", Status.MISSING), "az")
    title = section(made, "chapter-one").title
    assert title is not None
    assert (title.untranslated, title.lang) == (True, "en")
    assert made.untranslated == 1


def test_a_cross_reference_prints_the_title_and_asks_for_the_page() -> None:
    made = section(edition(book(chapter("one", "See {ref}`two`."), chapter("two", "B."))), "chapter-one")
    assert plain(made.blocks[0].words.spans) == "See “Two”."  # type: ignore[union-attr]
    from bookbuild.render.markup import Medium, words_markup

    html = words_markup(made.blocks[0].words, Medium.PAPER)  # type: ignore[union-attr]
    assert 'data-pages="chapter-two"' in html
