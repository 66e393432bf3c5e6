"""How much is translated, and whether two editions are the same book."""

from __future__ import annotations

import json

from translate_samples import book, catalog, claim, message, quantity

from bookbuild.model.catalog import Message
from bookbuild.model.prose import Kind
from bookbuild.model.unit import PageMap
from bookbuild.read.inlines import parse_inlines
from bookbuild.translate.extract import extract
from bookbuild.translate.localize import localize
from bookbuild.translate.parity import Concordance, concordance, parity
from bookbuild.translate.statistics import as_data, as_html, as_table, statistics
from bookbuild.translate.update import update_catalog

SAMPLE = book("Salt of the sea.", "Sea of {claim}`killed/paper` salts.", quantities=(quantity(claim()),))
STALE = Message(
    message("Salt of the sea.").key, ("Duz",), flags=("fuzzy",), extracted=("source changed 2026-11-01",)
)


def test_messages_and_words_are_counted_by_chapter_and_kind() -> None:
    done = catalog(message("Salt", "Duz", kind=Kind.TITLE), STALE)
    found = statistics(SAMPLE, done, "az")
    salt = next(share for share in found.chapters if share.name == "Salt")
    assert (salt.coverage.messages, salt.coverage.translated, salt.coverage.fuzzy) == (6, 1, 1)
    assert (salt.words, salt.words_translated) == (15, 1)
    paragraphs = next(share for share in found.kinds if share.name == "paragraph")
    assert (paragraphs.coverage.messages, paragraphs.coverage.missing) == (2, 1)
    assert found.stale_since == "2026-11-01"
    assert found.whole.coverage == localize(SAMPLE, done, "az", parse_inlines).coverage


def test_the_three_forms_tell_the_same() -> None:
    found = statistics(SAMPLE, catalog(STALE), "az")
    data = json.loads(json.dumps(as_data(found)))
    assert data["whole"]["messages"] == found.whole.coverage.messages
    assert data["stale since"] == "2026-11-01"
    table, page = as_table(found), as_html([found])
    assert "oldest guess: since 2026-11-01" in table
    assert table.splitlines()[0].split() == [
        "messages", "translated", "guesses", "missing", "words", "to", "do", "per", "cent",
    ]  # fmt: skip
    assert page.count("<tr>") == len(found.chapters) + len(found.kinds) + 4


def test_a_language_without_a_catalog_has_nothing() -> None:
    found = statistics(SAMPLE, None, "tr")
    assert found.whole.coverage.missing == found.whole.coverage.messages > 0


def test_editions_are_equal_until_a_note_is_lost() -> None:
    sample = book("One.[@paper] Two {claim}`killed/paper`.", quantities=(quantity(claim()),))
    english = localize(sample, None, "en", parse_inlines)
    good = catalog(
        message("One.[@paper] Two {claim}`killed/paper`.", "Bir.[@paper] İki {claim}`killed/paper`.")
    )
    bad = catalog(message("One.[@paper] Two {claim}`killed/paper`.", "Bir. İki {claim}`killed/paper`."))
    assert parity(english, localize(sample, good, "az", parse_inlines)).differences == ()
    found = parity(english, localize(sample, bad, "az", parse_inlines))
    assert [(row.chapter, row.what, row.one, row.other) for row in found.differences] == [
        ("salt", "citation notes", 1, 0)
    ]
    assert any(row.what == "claim killed/paper" and row.same for row in found.rows)


def test_pages_of_two_editions_stand_side_by_side() -> None:
    one = PageMap({"a": 1, "b": 3, "c": 2}, ("i", "ii", "1"))
    other = PageMap({"a": 2, "b": 3}, ("i", "ii", "1"))
    assert concordance(one, other) == (Concordance("a", "i", "ii"), Concordance("b", "1", "1"))


def test_statistics_after_an_update_name_the_day() -> None:
    old = catalog(message("Salt of the big sea.", "Duz"))
    updated, _ = update_catalog(old, extract(SAMPLE))
    assert statistics(SAMPLE, updated, "az").stale_since == "2026-11-21"
