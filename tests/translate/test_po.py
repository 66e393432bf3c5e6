"""PO files: written, read back, and understood by GNU gettext."""

from __future__ import annotations

import dataclasses
import gettext
import io
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate_samples import HEADER, catalog, message

from bookbuild.model.catalog import Catalog, Message
from bookbuild.model.prose import Kind, MessageKey
from bookbuild.translate.mo import compile_catalog
from bookbuild.translate.po import parse_catalog, read_catalog, write_catalog

FULL = Message(
    MessageKey("paragraph", 'He said "no"\\\n and {claim}`killed/x` ' + "words " * 30 + "end"),
    ("Dedi: “yox”\\\n " + "söz " * 40 + "son",),
    references=("book/chapters/night.md", "book/my chapters/a b.md"),
    extracted=("paragraph, in “The night”", "glossary: corridor"),
    comments=("checked by A", ""),
    flags=("fuzzy", "md-text"),
    previous=MessageKey("paragraph", "He said “no”\n" + "old " * 40),
)


def parsed(text: str) -> Catalog:
    result, findings = parse_catalog(text.encode(), "x.po")
    assert not findings, findings
    return result


def test_every_part_of_a_message_comes_back() -> None:
    obsolete = dataclasses.replace(FULL, key=MessageKey("heading", "Old"), references=(), obsolete=True)
    before = Catalog(
        HEADER, (FULL, message("Salt."), obsolete), ("A translation.", "Second line."), ("fuzzy",)
    )
    text = write_catalog(before)
    after = parsed(text)
    assert after == before
    assert write_catalog(after) == text


def test_headers_of_poedit_and_weblate_are_kept_in_order() -> None:
    header = (*HEADER, ("X-Generator", "Poedit 3.4"), ("X-Poedit-Basepath", "../../.."), ("x-odd", "a: b"))
    assert parsed(write_catalog(Catalog(header, ()))).header == header


def test_places_are_lines_of_the_file() -> None:
    text = write_catalog(catalog(message("Salt.", "Duz."), message("Sea.", "Dəniz.")))
    lines = text.splitlines()
    for entry in parsed(text).messages:
        assert lines[entry.place.line - 1] == f'msgid "{entry.key.msgid}"'
        assert lines[entry.string_place.line - 1] == f'msgstr "{entry.string}"'


def test_strings_wrap_at_76_columns() -> None:
    text = write_catalog(Catalog(HEADER, (dataclasses.replace(FULL, references=(), extracted=()),)))
    assert max(len(line.lstrip("#|~ ")) for line in text.splitlines()) <= 76


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1), max_size=3
    )
)
def test_any_text_survives_a_round_trip(texts: list[str]) -> None:
    before = catalog(*{text: message(text, text[::-1]) for text in texts}.values())
    assert parse_catalog(write_catalog(before).encode(), "")[0] == before


def test_a_compiled_catalog_is_read_by_the_standard_library() -> None:
    plural = dataclasses.replace(
        message("{n} page", kind=Kind.CELL), plural="{n} pages", strings=("bir", "çox")
    )
    compiled = compile_catalog(catalog(message("Salt.", "Duz."), message("Sea.", "Dəniz.", "fuzzy"), plural))
    translations = gettext.GNUTranslations(io.BytesIO(compiled))
    assert translations.pgettext("paragraph", "Salt.") == "Duz."
    assert translations.pgettext("paragraph", "Sea.") == "Sea."
    assert translations.npgettext("cell", "{n} page", "{n} pages", 5) == "çox"


def gnu(tool: str) -> str:
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} of GNU gettext is not installed: nothing was compared with it")
    return path


def test_gnu_msgfmt_finds_nothing_wrong(tmp_path: Path) -> None:
    file = tmp_path / "book.po"
    file.write_text(
        write_catalog(catalog(dataclasses.replace(FULL, flags=("md-text",)), message("Salt.", "Duz.")))
    )
    run = subprocess.run([gnu("msgfmt"), "-c", "-o", "/dev/null", str(file)], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


def test_gnu_msgfmt_compiles_to_the_same_messages(tmp_path: Path) -> None:
    before = catalog(dataclasses.replace(FULL, flags=()), message("Salt.", "Duz."), message("Sea."))
    (tmp_path / "book.po").write_text(write_catalog(before))
    subprocess.run([gnu("msgfmt"), "-o", str(tmp_path / "gnu.mo"), str(tmp_path / "book.po")], check=True)
    theirs = gettext.GNUTranslations(io.BytesIO((tmp_path / "gnu.mo").read_bytes()))
    ours = gettext.GNUTranslations(io.BytesIO(compile_catalog(before)))
    for entry in before.messages:
        context, msgid = entry.key.context, entry.key.msgid
        assert ours.pgettext(context, msgid) == theirs.pgettext(context, msgid)


def test_nothing_we_need_is_lost_in_msgcat(tmp_path: Path) -> None:
    """msgcat drops flags it does not know; ``md-text`` comes back with the next update."""
    obsolete = dataclasses.replace(
        FULL, key=MessageKey("heading", "Old"), references=(), extracted=(), obsolete=True
    )
    before = Catalog((*HEADER, ("X-Generator", "Weblate 5")), (FULL, message("Salt.", "Duz."), obsolete))
    (tmp_path / "in.po").write_text(write_catalog(before))
    run = subprocess.run([gnu("msgcat"), str(tmp_path / "in.po")], capture_output=True, text=True, check=True)
    after = parsed(run.stdout)

    def comparable(entry: Message) -> Message:
        flags = tuple(flag for flag in entry.flags if flag != "md-text")
        return dataclasses.replace(entry, flags=flags)

    assert [comparable(e) for e in after.messages] == [comparable(e) for e in before.messages]
    assert after.header == before.header


def test_nothing_we_need_is_lost_in_msgmerge(tmp_path: Path) -> None:
    before = catalog(message("Salt.", "Duz."), message("Sea, the big salt sea.", "Böyük duzlu dəniz."))
    template = catalog(message("Salt."), message("Sea, the big salt lake."))
    (tmp_path / "in.po").write_text(write_catalog(before))
    (tmp_path / "in.pot").write_text(write_catalog(template))
    run = subprocess.run(
        [gnu("msgmerge"), "--previous", "-q", str(tmp_path / "in.po"), str(tmp_path / "in.pot")],
        capture_output=True,
        text=True,
        check=True,
    )
    salt, sea = parsed(run.stdout).messages
    assert (salt.string, sea.string, sea.fuzzy) == ("Duz.", "Böyük duzlu dəniz.", True)
    assert sea.previous == MessageKey("paragraph", "Sea, the big salt sea.")


def test_an_absent_catalog_is_a_finding() -> None:
    result, findings = read_catalog(Path("/nonexistent/book.po"), "locales/tr/LC_MESSAGES/book.po")
    assert result is None
    assert [(d.code, d.place.path) for d in findings] == [("T001", "locales/tr/LC_MESSAGES/book.po")]


def test_a_message_quotes_the_beginning_of_what_is_long() -> None:
    """A million letters where one word is wanted were once printed whole."""
    for text in ("x" * 10**6, '"' + "x" * 10**6 + '"', "#, " + "x" * 10**6 + '\nmsgid "a"\nmsgstr "b"'):
        _, findings = parse_catalog(f'msgid ""\nmsgstr ""\n{text}\n'.encode(), "x.po")
        assert findings
        assert max(len(str(finding)) for finding in findings) < 300


def test_a_text_of_many_lines_is_joined_once() -> None:
    """It was copied for each of its lines: eight times the lines took thirty times as long."""
    head = 'msgid ""\nmsgstr ""\n"Language: az\\n"\n\nmsgid "b"\nmsgstr ""\n'
    seconds = []
    for lines in (100_000, 800_000):
        text = (head + '"abcd"\n' * lines).encode()
        start = time.process_time()
        result, _ = parse_catalog(text, "x.po")
        seconds.append(time.process_time() - start)
        assert len(result.messages[0].string) == 4 * lines
    assert seconds[1] < 16 * seconds[0]
