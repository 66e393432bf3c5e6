"""Damaged catalogs: each is caught with its code at its line, none crashes, none is accepted silently."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate_samples import HEADER, book, claim, glossary, message, prose, quantity

from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.model.blocks import NoteBody
from bookbuild.model.book import Book
from bookbuild.model.catalog import Catalog
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind
from bookbuild.read.inlines import parse_inlines
from bookbuild.translate.check import check_catalog, check_folders
from bookbuild.translate.extract import extract
from bookbuild.translate.locale import open_locale
from bookbuild.translate.po import parse_catalog, write_catalog
from bookbuild.translate.update import init_catalog

HEAD = 'msgid ""\nmsgstr ""\n' + "".join(f'"{name}: {value}\\n"\n' for name, value in HEADER)
LINES = HEAD.count("\n")
"""The header's; a body begins two lines below."""


def po(body: str, head: str = HEAD) -> bytes:
    return f"{head}\n{body}".encode()


SALT = 'msgctxt "paragraph"\nmsgid "Salt."\nmsgstr "Duz."\n'

# What is wrong with the file itself: name, bytes, code, line.
FILES: list[tuple[str, bytes, str, int]] = [
    ("empty", b"", "T005", 1),
    ("only blanks", b"\n \n", "T005", 1),
    ("a byte-order mark", b"\xef\xbb\xbf" + po(SALT), "T003", 1),
    ("UTF-16", po(SALT).decode().encode("utf-16"), "T002", 1),
    ("binary", po(SALT) + b"\0\1\2", "T002", LINES + 5),
    ("Latin-5 bytes", po(SALT.replace("Duz", "Şəhər")).replace("ə".encode(), b"\xe9"), "T002", LINES + 4),
    ("a surrogate", po(SALT).replace(b"Duz", b"\xed\xa0\x80"), "T002", LINES + 4),
    ("carriage returns", po(SALT).replace(b"\n", b"\r\n"), "T004", 1),
    ("last line without its end", po(SALT)[:-1], "T006", LINES + 4),
    ("a merge conflict", po("<<<<<<< HEAD\n" + SALT), "T007", LINES + 2),
    ("the other side of a conflict", po(SALT + "=======\n"), "T007", LINES + 5),
    ("stray text", po("Salt is Duz\n" + SALT), "T008", LINES + 2),
    ("an unknown keyword", po(SALT.replace("msgstr", "msgstring")), "T008", LINES + 4),
    ("text after a string", po(SALT.replace('"Duz."', '"Duz" olan"')), "T008", LINES + 4),
    ("a string that continues nothing", po('# a\n"Salt"\n' + SALT), "T009", LINES + 3),
    ("msgstr before msgid", po('msgstr "Duz."\n'), "T009", LINES + 2),
    ("msgstr twice", po(SALT + 'msgstr "Tuz."\n'), "T009", LINES + 5),
    ("a keyword without a string", po(SALT.replace('msgstr "Duz."', "msgstr")), "T009", LINES + 4),
    ("a string that does not end", po(SALT.replace('Duz."', "Duz.")), "T010", LINES + 4),
    ("a string without marks", po(SALT.replace('"Duz."', "Duz.")), "T010", LINES + 4),
    ("an escaped closing mark", po(SALT.replace('Duz."', 'Duz.\\"')), "T010", LINES + 4),
    ("no header", SALT.encode(), "T011", 1),
    ("an empty header", b'msgid ""\nmsgstr ""\n\n' + SALT.encode(), "T011", 2),
    ("an unknown escape", po(SALT.replace("Duz", "D\\quz")), "T012", LINES + 4),
    ("a message without msgstr", po('msgctxt "paragraph"\nmsgid "Sea."\n\n' + SALT), "T013", LINES + 3),
    ("a file cut in a message", po('msgctxt "paragraph"\nmsgid "Salt."\n'), "T013", LINES + 3),
    ("a context alone", po('msgctxt "paragraph"\n'), "T013", LINES + 2),
    ("the same message twice", po(SALT + "\n" + SALT.replace("Duz", "Tuz")), "T014", LINES + 7),
    ("a second header", po(HEAD + "\n" + SALT), "T015", LINES + 2),
    ("a misspelt flag", po("#, fuzy\n" + SALT), "T016", LINES + 2),
    ("plural forms without a plural", po(SALT.replace("msgstr", "msgstr[0]")), "T017", LINES + 4),
    (
        "a gap in the plural forms",
        po('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[2] "y"\n'),
        "T017",
        LINES + 4,
    ),
    ("a header line without a name", po(SALT, HEAD + '"no colon here\\n"\n'), "T018", LINES + 1),
    ("a thousand wrong lines", po("wrong\n" * 2000), "T019", LINES + 1001),
]


def header(name: str, value: str | None) -> str:
    lines = (
        f'"{key}: {value if key == name else old}\\n"\n'
        for key, old in HEADER
        if key != name or value is not None
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(lines)


PLURAL = 'msgid "{n} page"\nmsgid_plural "{n} pages"\nmsgstr[0] "{n} səhifə"\n'

# What is wrong with the header: name, head, body, code.
HEADERS: list[tuple[str, str, str, str]] = [
    ("another charset", header("Content-Type", "text/plain; charset=ISO-8859-9"), SALT, "T021"),
    ("no charset", header("Content-Type", None), SALT, "T021"),
    ("another language", header("Language", "tr"), SALT, "T022"),
    ("no language", header("Language", ""), SALT, "T022"),
    (
        "code in the plural rule",
        header("Plural-Forms", "nplurals=2; plural=__import__('os').getpid();"),
        SALT,
        "T023",
    ),
    ("a plural rule that divides by zero", header("Plural-Forms", "nplurals=2; plural=(1/0);"), SALT, "T023"),
    ("a plural rule of too many forms", header("Plural-Forms", "nplurals=1; plural=(n != 1);"), SALT, "T023"),
    ("no plural rule, but plurals", header("Plural-Forms", None), PLURAL + 'msgstr[1] "x"\n', "T023"),
    ("a date that is none", header("PO-Revision-Date", "yesterday"), SALT, "T024"),
    ("a field twice", HEAD + '"language: az\\n"\n', SALT, "T025"),
    ("too few plural forms", HEAD, PLURAL, "T026"),
    ("an empty plural form", HEAD, PLURAL + 'msgstr[1] ""\n', "T026"),
]

CLAIM = "About {claim}`killed/paper` fell."
CITED = "It says so.[@paper, p. 3]"
NOTED = "One.[^a] Two.[^b]"

# What is wrong with a translation: source, translation, code.
MESSAGES: list[tuple[str, str, str]] = [
    ("Salt.", "   ", "T020"),
    ("Salt.", "D\ufffdz.", "T027"),
    ("Salt.", "Duz\u0007.", "T027"),
    ("Salt.", "\u202eDuz.", "T028"),
    ("Salt.", "Du\u200ez.", "T028"),
    ("Salt.", " Duz.", "T029"),
    ("Salt.", "Duz.\n", "T029"),
    ("Salt.", "Du\u0308z.", "T029"),
    ("Salt.", "<b>Duz</b>.", "T030"),
    ("Salt.", "<script>alert(1)</script>", "T030"),
    ("Salt.", "Duz <!-- x -->.", "T030"),
    ("Salt.", "![duz](x.png)", "T030"),
    ("Salt.", "{nosuch}`duz`.", "T030"),
    ("Salt.", "{claim}`duz`.", "T030"),
    ("*Salt* here.", "*Duz burada.", "T030"),
    ("Salt.", "`Duz.", "T030"),
    (CITED, "Belə deyir.", "T032"),
    (CITED, "Belə deyir.[@peper, p. 3]", "T032"),
    (CITED, "Belə deyir.[@paper, p. 3][@paper, p. 3]", "T032"),
    ("So.[@paper; @paper, p. 3]", "Belə.[@paper][@paper, p. 3]", "T032"),
    (CITED, "Belə deyir.[@paper, p. 4]", "T033"),
    (CITED, "Belə deyir.[@paper]", "T033"),
    ('So.[@paper, sec. "Facts"]', 'Belə.[@paper, sec. "Faktlar"]', "T033"),
    ("So.[@paper, picture of a cutting]", "Belə.[@paper]", "T033"),
    ("So.[@paper, p. 3]", "Belə.[@paper, sec. 3]", "T033"),
    (CLAIM, "Təxminən 2.500 nəfər həlak olub.", "T034 T044"),
    (CLAIM, "{claim}`killed/papier` nəfər həlak olub.", "T034"),
    (CLAIM, "{value}`killed/paper` nəfər həlak olub.", "T034"),
    (CLAIM, "{claim}`killed/paper|number` nəfər həlak olub.", "T034"),
    ("See {ref}`salt`.", "Bax.", "T035"),
    ("See {ref}`salt`.", "Bax: {ref}`duz`.", "T035"),
    (NOTED, "Bir.[^a] İki.", "T036"),
    (NOTED, "Bir.[^a] İki.[^a]", "T036"),
    ("One.^[Two.]", "Bir. İki.", "T036"),
    (NOTED, "İki.[^b] Bir.[^a]", "T037"),
    ("{claim}`killed/paper` and.[@paper]", "Və.[@paper] {claim}`killed/paper`", "T037"),
    ("The {index}`salt` road.", "Duz yolu.", "T038"),
    ("The {index}`salt <Salt; road>` road.", "{index}`Duz <Duz>` yolu.", "T038"),
    ("The [site](https://a.org).", "[Sayt](https://b.org).", "T039"),
    ("The [site](https://a.org).", "Sayt.", "T039"),
    ("The *only* one.", "Yeganə.", "T040"),
    ("The **only** one.", "*Yeganə*.", "T040"),
    ("Run `make it`.", "`et` icra edin.", "T041"),
    ("Of {number}`39` men.", "39 nəfər.", "T042 T044"),
    ("Of {number}`39` men.", "{number}`93` nəfər.", "T042"),
    ("Of {count}`claims` in all.", "Cəmi {count}`sources`.", "T042"),
    ("A {foreign}`ru|слово` of it.", "Bir слово.", "T043"),
    ("In 1,275 homes.", "1,275 evdə.", "T044"),
    ("In 1,275 homes.", "1.257 evdə.", "T044"),
    ("On 26 February 1992.", "25 fevral 1992-ci ildə.", "T044"),
    ("A share of 16.9 in all.", "16.9 hissə.", "T044"),
    ("In 26 homes.", "Evlərdə.", "T044"),
    ("In homes.", "26 evdə.", "T044"),
    ("In the 14th century.", "XV əsrdə.", "T044"),
    ("The salt is on the table.", "The salt is on the table.", "T045"),
    ("Salt here.", "salt here.", "T045"),
    ("They said “no”.", "Onlar «yox» dedilər.", "T046"),
    ("They said “no”.", 'Onlar "yox" dedilər.', "T046"),
    ("They said “no”.", "Onlar yox dedilər.", "T046"),
    ("They said “no”.", "Onlar “yox dedilər.", "T046"),
    ("One\\\ntwo.", "Bir iki.", "T047"),
    ("Salt.", "Duz" * 60, "T048"),
    ("Salt.", "Duz" * 600, "T048"),
    ("A corridor there.", "Orada yol.", "T049"),
]


def whole_book(*paragraphs: str) -> Book:
    bodies = tuple(NoteBody(label, (prose(f"Note {label}", Kind.NOTE),)) for label in "ab")
    return book(*paragraphs, notes=bodies, quantities=(quantity(claim()),), registers=(glossary("corridor"),))


def checked(catalog: Catalog, sample: Book) -> list[Diagnostic]:
    return check_catalog(sample, catalog, parse_inlines, open_locale("az"))


def whole(catalog: list[Diagnostic]) -> list[Diagnostic]:
    """Without what is merely not translated in these small catalogs."""
    return [finding for finding in catalog if finding.code not in {"T050", "T052"}]


@pytest.mark.parametrize(("name", "data", "code", "line"), FILES, ids=[case[0] for case in FILES])
def test_a_damaged_file_is_reported_at_its_line(name: str, data: bytes, code: str, line: int) -> None:
    _, findings = parse_catalog(data, "book.po")
    assert (code, Place("book.po", line).line) in [(f.code, f.place.line) for f in findings]
    assert {f.place.path for f in findings} == {"book.po"}


@pytest.mark.parametrize(("name", "head", "body", "code"), HEADERS, ids=[case[0] for case in HEADERS])
def test_a_wrong_header_is_reported(name: str, head: str, body: str, code: str) -> None:
    catalog, findings = parse_catalog(po(body, head), "book.po")
    assert findings == []
    found = whole(checked(catalog, book("Salt.")))
    assert [f.code for f in found] == [code]
    assert found[0].place.line >= 1


@pytest.mark.parametrize(("source", "translation", "code"), MESSAGES)
def test_a_damaged_translation_is_reported_at_its_msgstr(source: str, translation: str, code: str) -> None:
    entries = [message(source, translation), message("corridor", "dəhliz", kind=Kind.REGISTER)]
    text = write_catalog(Catalog(HEADER, tuple(entries)))
    catalog, findings = parse_catalog(text.encode(), "book.po")
    assert findings == []
    found = whole(checked(catalog, whole_book(source)))
    assert {f.code for f in found} == set(code.split()), found
    line = catalog.messages[0].string_place.line
    assert text.splitlines()[line - 1].startswith("msgstr ")
    assert {f.place for f in found} == {catalog.messages[0].string_place}


GOOD: list[tuple[str, str]] = [
    ("It prints “4,4000 square km”.", "“4,4000 kv. km” çap edir."),
    ("Under “103, 115.4 and 116.0.17”.", "“103, 115.4 və 116.0.17” üzrə."),
    ("Salt.", "Duz."),
    (CLAIM, "{claim}`killed/paper` nəfər həlak olub."),
    (CITED, "Belə deyir.[@paper, p. 3]"),
    ('So.[@paper, sec. "Facts" and "Maps"]', 'Belə.[@paper, sec. "Facts" və "Maps"]'),
    ("So.[@paper, picture of a cutting]", "Belə.[@paper, kəsiyin şəkli]"),
    (NOTED, "Bir.[^a] İki.[^b]"),
    ("*One* and {ref}`salt`.", "{ref}`salt` və *bir*."),
    ("The {index}`salt <Salt; road>` road.", "{index}`Duz <Duz; yol>` yolu."),
    ("In 1,275 homes and 16.9 more.", "1.275 evdə və daha 16,9."),
    ("On 26 February 1992.", "1992-ci il fevralın 26-da."),
    ("In the 14th century.", "XIV əsrdə."),
    ("On 3 roads.", "Üç yolda."),
    ("On three roads.", "3 yolda."),
    ("Some three hundred.", "Üç yüzə yaxın."),
    ("They said “no”.", "Onlar “yox” dedilər."),
    ("A {foreign}`az|söz` of it.", "Onun bir sözü."),
    ("A corridor there.", "Orada dəhlizi görürdülər."),
    ("The 366th regiment.", "366-cı alay."),
    ("One\\\ntwo.", "Bir\\\niki."),
]


@pytest.mark.parametrize(("source", "translation"), GOOD)
def test_a_good_translation_is_not_complained_of(source: str, translation: str) -> None:
    entries = (message(source, translation), message("corridor", "dəhliz", kind=Kind.REGISTER))
    assert whole(checked(Catalog(HEADER, entries), whole_book(source))) == []


def test_a_speaker_or_paper_may_keep_its_name() -> None:
    same = [
        message("The Washington Post", "The Washington Post"),
        message("de Waal", "de Waal", kind=Kind.SPEAKER),
    ]
    assert whole(checked(Catalog(HEADER, tuple(same)), book("The Washington Post", "de Waal"))) == []


def test_a_figure_in_a_name_is_not_translated_and_names_may_gain_quotation_marks() -> None:
    entries = (message("CC BY 4.0", "CC BY 4.0", kind=Kind.BOOK), message("The Post", "“Post”"))
    sample = dataclasses.replace(book("The Post"), licence=prose("CC BY 4.0", Kind.BOOK))
    assert whole(checked(Catalog(HEADER, entries), sample)) == []


def test_a_term_is_told_from_a_name_and_may_have_alternatives() -> None:
    sample = book(
        "Memorial says so.", "A memorial stands.", "The memorials stand.", registers=(glossary("memorial"),)
    )
    entries = (
        message("Memorial says so.", "Bunu “Memorial” deyir."),
        message("A memorial stands.", "Abidə durur."),
        message("Memorial", "“Memorial”", kind=Kind.REGISTER),
        message("The memorials stand.", "Xatirə aktları var."),
        message("memorial", "abidə / xatirə aktı", kind=Kind.REGISTER),
    )
    assert whole(checked(Catalog(HEADER, entries), sample)) == []


def test_the_finding_quotes_both_figures_and_writes_the_right_one() -> None:
    (found,) = whole(
        checked(Catalog(HEADER, (message("In 1,275 homes.", "1.257 evdə."),)), book("In 1,275 homes."))
    )
    assert found.message == "figures differ: the source has 1,275, the translation has 1.257"
    assert found.hint == "write 1.275"
    assert found.severity is Severity.ERROR


def test_a_near_miss_is_named() -> None:
    entry = message(CLAIM, "{claim}`killed/papier` nəfər.")
    (found,) = whole(checked(Catalog(HEADER, (entry,)), whole_book(CLAIM)))
    assert "killed/paper" in found.message
    assert "killed/papier" in found.hint


def test_what_is_not_translated_is_one_finding_a_file_and_guesses_one_each() -> None:
    sample = book("Salt.", "Sea.", "Sun.")
    entries = (
        message("Salt.", "Duz."),
        message("Sea.", "Dəniz.", "fuzzy"),
        message("Sun."),
        message("Moon.", "Ay."),
    )
    text = write_catalog(Catalog(HEADER, entries))
    catalog, _ = parse_catalog(text.encode(), "book.po")
    found = [(f.code, f.place.line, f.severity) for f in checked(catalog, sample)]
    assert found == [
        ("T051", catalog.messages[1].place.line, Severity.WARNING),
        ("T050", catalog.messages[3].place.line, Severity.WARNING),
        ("T052", 1, Severity.WARNING),
        ("T052", catalog.messages[2].place.line, Severity.WARNING),
    ]


def test_a_complete_catalog_has_no_findings() -> None:
    sample = book("Salt.")
    words = {"A sample": "Nümunə", "persons": "nəfər", "Salt": "Duz", "Salt.": "Duz."}
    first = init_catalog(extract(sample), "az")
    done = tuple(dataclasses.replace(m, strings=(words[m.key.msgid],)) for m in first.messages)
    assert checked(dataclasses.replace(first, messages=done), sample) == []


def test_one_language_in_two_folders_is_reported(tmp_path: Path) -> None:
    for name in ("pt-br", "pt_BR", "az"):
        folder = tmp_path / "locales" / name / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "book.po").write_text("")
    found = check_folders(tmp_path / "locales")
    assert [(f.code, f.place.path) for f in found] == [("T053", "locales/pt_BR/LC_MESSAGES/book.po")]


def test_the_corpus_is_large() -> None:
    assert len(FILES) + len(HEADERS) + len(MESSAGES) >= 60


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(noise: bytes) -> None:
    catalog, findings = parse_catalog(po(SALT) + noise, "book.po")
    assert findings or isinstance(catalog, Catalog)
    assert all(f.place.path == "book.po" and f.message for f in findings)
    checked(catalog, book("Salt."))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["drop", "double", "swap"]))
def test_any_damaged_line_is_reported_or_changes_nothing(seed: int, how: str) -> None:
    """Remove, repeat or exchange lines of a whole catalog."""
    lines = po(SALT + "\n" + SALT.replace("Salt", "Sea")).decode().splitlines(keepends=True)
    at = seed % (len(lines) - 1)
    damage: dict[str, Callable[[], list[str]]] = {
        "drop": lambda: lines[:at] + lines[at + 1 :],
        "double": lambda: [*lines[: at + 1], *lines[at:]],
        "swap": lambda: [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]],
    }
    catalog, findings = parse_catalog("".join(damage[how]()).encode(), "book.po")
    whole_file, _ = parse_catalog("".join(lines).encode(), "book.po")
    same = (catalog.messages, dict(catalog.header)) == (whole_file.messages, dict(whole_file.header))
    assert findings or same or checked(catalog, book("Salt.", "Sea."))
