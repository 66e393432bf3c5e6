"""Updating a catalog: nothing lost, no guess passed off as finished."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st
from translate_samples import book, catalog, claim, message, quantity

from bookbuild.model.catalog import Catalog, Message, Template
from bookbuild.model.prose import Kind, MessageKey
from bookbuild.translate.extract import extract
from bookbuild.translate.po import parse_catalog, write_catalog
from bookbuild.translate.update import init_catalog, update_catalog

LONG = "The booklet says that about 26 people were killed on the road to the town that night."


def template(*messages: Message) -> Template:
    return Template("sample", "en", "2026-11-21", messages)


def only(updated: Catalog) -> Message:
    (entry,) = updated.messages
    return entry


def test_a_changed_number_leaves_a_guess_that_names_the_change() -> None:
    """On stock tools the old translation stays and the old text is lost."""
    new = LONG.replace("26", "32")
    updated, report = update_catalog(catalog(message(LONG, "26 nəfər.")), template(message(new)))
    entry = only(updated)
    assert (entry.string, entry.fuzzy, entry.translated) == ("26 nəfər.", True, False)
    assert entry.previous == MessageKey("paragraph", LONG)
    assert entry.extracted == ("source changed 2026-11-21, figures: 26 → 32",)
    assert report.changed == ((MessageKey("paragraph", LONG), MessageKey("paragraph", new)),)


def test_a_guess_survives_a_second_update_with_its_date_and_a_third_change_keeps_the_first_text() -> None:
    first, _ = update_catalog(catalog(message(LONG, "26.")), template(message(LONG.replace("26", "32"))))
    again, report = update_catalog(first, template(message(LONG.replace("26", "32"))), epoch=1_800_000_000)
    assert again == first
    assert report.quiet
    third, _ = update_catalog(again, template(message(LONG.replace("26", "40"))), epoch=1_800_000_000)
    assert only(third).previous == MessageKey("paragraph", LONG)
    assert only(third).extracted == ("source changed 2027-01-15, figures: 26 → 40",)


def test_when_the_translator_has_settled_a_guess_its_traces_go() -> None:
    first, _ = update_catalog(catalog(message(LONG, "26.")), template(message(LONG.replace("26", "32"))))
    settled = dataclasses.replace(only(first), flags=("md-text",), strings=("32.",))
    after, _ = update_catalog(
        dataclasses.replace(first, messages=(settled,)), template(message(LONG.replace("26", "32")))
    )
    assert (only(after).previous, only(after).extracted, only(after).string) == (None, (), "32.")


def test_an_unlike_text_is_new_and_the_old_one_is_kept_as_obsolete() -> None:
    updated, report = update_catalog(catalog(message(LONG, "Uzun.")), template(message("Salt.")))
    salt, old = updated.messages
    assert (salt.string, old.obsolete, old.string) == ("", True, "Uzun.")
    assert (report.new, report.obsolete) == ((salt.key,), (old.key,))


def test_a_text_that_comes_back_finds_its_translation() -> None:
    gone, _ = update_catalog(catalog(message(LONG, "Uzun.")), template(message("Salt.")))
    back, report = update_catalog(gone, template(message("Salt."), message(LONG)))
    assert [m.string for m in back.messages] == ["", "Uzun."]
    assert report.revived == (MessageKey("paragraph", LONG),)
    assert not any(m.obsolete for m in back.messages)


def test_a_text_that_changes_its_kind_is_reported_as_moved_and_waits() -> None:
    updated, report = update_catalog(
        catalog(message("Salt", "Duz")), template(message("Salt", kind=Kind.HEADING))
    )
    assert (only(updated).string, only(updated).fuzzy) == ("Duz", True)
    assert report.moved == ((MessageKey("paragraph", "Salt"), MessageKey("heading", "Salt")),)


def test_untranslated_messages_that_vanish_leave_nothing_behind() -> None:
    updated, report = update_catalog(catalog(message(LONG)), template(message("Salt.")))
    assert [m.key.msgid for m in updated.messages] == ["Salt."]
    assert report.obsolete == ()


def test_what_translators_wrote_beside_the_text_is_kept() -> None:
    old = dataclasses.replace(message("Salt.", "Duz.", "no-wrap"), comments=("sure?",))
    header = (*catalog().header, ("X-Poedit-Basepath", "../.."))
    fresh = dataclasses.replace(
        message("Salt.", "", "md-text"), extracted=("paragraph",), references=("a.md",)
    )
    updated, _ = update_catalog(Catalog(header, (old,), ("Team.",)), template(fresh))
    assert only(updated).comments == ("sure?",)
    assert only(updated).flags == ("no-wrap", "md-text")
    assert (only(updated).extracted, only(updated).references) == (("paragraph",), ("a.md",))
    assert ("X-Poedit-Basepath", "../..") in updated.header
    assert updated.header_comments == ("Team.",)


def test_a_quiet_update_writes_the_same_bytes() -> None:
    sample = book("Salt.", "Sea {claim}`killed/paper`.", quantities=(quantity(claim()),))
    text = write_catalog(init_catalog(extract(sample), "tr"))
    again, report = update_catalog(parse_catalog(text.encode(), "")[0], extract(sample), epoch=1)
    assert report.quiet
    assert write_catalog(again) == text


def test_a_catalog_without_header_gets_a_whole_one() -> None:
    updated, _ = update_catalog(Catalog((), (message("Salt.", "Duz."),)), template(message("Salt.")))
    assert updated.field_named("Content-Type") == "text/plain; charset=UTF-8"
    assert updated.field_named("Plural-Forms").startswith("nplurals=")


def test_init_fills_the_header_for_the_language() -> None:
    first = init_catalog(template(message("Salt.")), "tr", epoch=0)
    assert (first.language, first.field_named("POT-Creation-Date")) == ("tr", "1970-01-01 00:00+0000")
    assert first.field_named("Plural-Forms") == "nplurals=2; plural=(n != 1);"
    assert parse_catalog(write_catalog(first).encode(), "") == (first, [])


texts = st.lists(st.text("ab 12.", min_size=1, max_size=30), max_size=6, unique=True)


@settings(max_examples=60, deadline=None)
@given(texts, texts)
def test_no_translation_is_ever_lost_or_printed_for_another_text(old: list[str], new: list[str]) -> None:
    before = catalog(*(message(text, f"<{text}>") for text in old))
    after, report = update_catalog(before, template(*(message(text) for text in new)))
    assert {m.string for m in after.messages if m.string} == {f"<{text}>" for text in old}
    for entry in after.messages:
        if entry.translated:
            assert entry.string == f"<{entry.key.msgid}>"
    assert len(report.new) + len(report.changed) + len(report.moved) + report.unchanged == len(new)
