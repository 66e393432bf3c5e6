"""The words of the apparatus: complete in the template, and in every shipped language."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from bookbuild.diagnostics import BookError
from bookbuild.translate.labels import LABELS
from bookbuild.translate.locale import open_locale
from bookbuild.translate.pack import shipped
from bookbuild.translate.po import parse_catalog, read_catalog
from bookbuild.translate.scan import Found, scan

ADVICE = "run: python -m bookbuild.translate.scan, then translate what is new in translate/labels/"
LANGUAGES = [code for code in shipped() if code != "en"]


@cache
def ours() -> Found:
    return scan()


def test_the_template_has_every_word_that_code_and_templates_ask_for() -> None:
    found = ours()
    template, findings = read_catalog(LABELS / "labels.pot")
    assert template is not None
    assert findings == []
    assert found.unresolved == ()
    assert {m.key.msgid: m.plural for m in template.messages} == dict(found.labels), ADVICE


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_shipped_language_has_every_word(code: str) -> None:
    catalog, findings = read_catalog(LABELS / f"{code}.po")
    assert catalog is not None
    assert findings == []
    current = {m.key.msgid: m for m in catalog.messages if m.translated}
    assert set(ours().labels) <= set(current), ADVICE
    for english, message in current.items():
        wanted = set(re.findall(r"\{\w+\}", english))
        for form in message.strings:
            asked = {"{number}" if name == "{ordinal}" else name for name in re.findall(r"\{\w+\}", form)}
            assert asked == wanted, form
        assert len(message.strings) == (open_locale(code).labels.forms if message.plural else 1)


@pytest.mark.parametrize("code", LANGUAGES)
def test_gnu_msgfmt_finds_nothing_wrong_with_our_labels(code: str) -> None:
    tool = shutil.which("msgfmt")
    if tool is None:
        pytest.skip("msgfmt of GNU gettext is not installed: nothing was compared with it")
    run = subprocess.run(
        [tool, "-c", "-o", "/dev/null", str(LABELS / f"{code}.po")], capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_counted_words_take_the_form_of_their_number() -> None:
    ru, ar, az = open_locale("ru"), open_locale("ar"), open_locale("az")
    assert [ru.plural("{n} source", "{n} sources", n) for n in (1, 3, 5, 21)] == [
        "1 источник", "3 источника", "5 источников", "21 источник",
    ]  # fmt: skip
    assert ar.plural("{n} source", "{n} sources", 3) == "3 مصادر"
    assert az.plural("{n} source", "{n} sources", 1275) == "1.275 mənbə"
    assert open_locale("de").plural("{n} source", "{n} sources", 2) == "2 sources"


def test_placeholders_are_filled_as_they_are() -> None:
    assert open_locale("en").label("Said by {names}", names="{x} & <y>") == "Said by {x} & <y>"


def test_the_pseudo_locale_changes_labels_but_not_placeholders() -> None:
    pseudo = open_locale("en-XA")
    text = pseudo.label("Said by {names}", names="A")
    assert "A" in text
    assert not any(c.isascii() and c.isalpha() for c in text.replace("A", "", 1))
    assert pseudo.plural("{n} source", "{n} sources", 2).startswith("2 ")


def test_a_book_brings_its_own_words(tmp_path: Path) -> None:
    folder = tmp_path / "az" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: az\\n"\n\n'
    (folder / "labels.po").write_text(head + 'msgid "Contents"\nmsgstr "İçindəkilər"\n')
    az = open_locale("az", tmp_path)
    assert (az.label("Contents"), az.label("Index")) == ("İçindəkilər", "Göstərici")
    (folder / "labels.po").write_text(head + 'msgid "Contents"\nmsgstr "x\n')
    with pytest.raises(BookError) as caught:
        open_locale("az", tmp_path)
    assert [d.code for d in caught.value.diagnostics] == ["T010"]


def test_the_scan_follows_words_through_variables_conditions_tables_and_functions(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "words.py").write_text(
        "KINDS = {'a': 'In a table', 'b': 'In another'}\n"
        "LIST = (('x', 'In a list'),)\n"
        "def passing(locale, english): return locale.label(english)\n"
        "def ask(locale, kind, many):\n"
        "    word = 'If so' if many else 'If not'\n"
        "    locale.label('Plain'); locale.label(word); locale.label(KINDS[kind])\n"
        "    passing(locale, 'Passed on')\n"
        "    for _, text in LIST: locale.label(text)\n"
        "    locale.plural('{n} thing', '{n} things', many)\n"
        "    locale.label(kind.upper())\n"
    )
    (tmp_path / "page.html.j2").write_text('{{ label("In a page") }}{{ plural("{n} a", "{n} b", 2) }}')
    found = scan(tmp_path)
    words = [
        "Plain",
        "If so",
        "If not",
        "In a table",
        "In another",
        "Passed on",
        "In a list",
        "{n} thing",
        "In a page",
        "{n} a",
    ]
    assert set(found.labels) == set(words)
    assert (found.labels["{n} thing"], found.labels["{n} a"]) == ("{n} things", "{n} b")
    assert found.unresolved == ("room/words.py:10",)


def test_our_template_parses_without_findings() -> None:
    assert parse_catalog((LABELS / "labels.pot").read_bytes(), "labels.pot")[1] == []
