"""What a translator lives through, from an empty catalog to a second edition."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from bookbuild.translate.po import read_catalog
from tests.test_mistakes import run

TURKISH = {
    "Preface": "Önsöz",
    "The first ascent": "İlk tırmanış",
    "The day": "Gün",
    "Whether it matters.": "Önemli olup olmadığını.",
    "This is a book to begin from.": "Bu, başlamak için bir kitaptır.",
}


def translate(catalog: Path, words: dict[str, str]) -> int:
    """Do what a translator does in an editor: fill in msgstr; tell how many were found."""
    text = catalog.read_text(encoding="utf-8")
    done = 0
    for source, translation in words.items():
        empty = f'msgid "{source}"\nmsgstr ""\n'
        if empty in text:
            text = text.replace(empty, f'msgid "{source}"\nmsgstr "{translation}"\n')
            done += 1
    catalog.write_text(text, encoding="utf-8")
    return done


def text_of(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.mark.xdist_group("story")
def test_a_language_is_added_translated_and_kept_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``init``, five messages, ``pdf``; a paragraph and a figure change; ``update``, ``check``, ``pdf``."""
    monkeypatch.setenv("BOOKBUILD_CACHE", str(tmp_path / "cache"))
    book = tmp_path / "orsel"
    at = ["-C", str(book), "-q"]
    catalog = book / "locales" / "tr" / "LC_MESSAGES" / "book.po"
    pdf = book / "dist" / "mount-orsel-tr.pdf"
    assert run(["new", str(book)]) == 0

    # a new language: one command, and the book builds, marked as incomplete
    assert run([*at, "catalog", "init", "--lang", "tr"]) == 0
    assert translate(catalog, TURKISH) >= 4
    assert run([*at, "pdf", "--lang", "tr", "--jobs", "1"]) == 0
    assert "warning[T090]: tr:" in capsys.readouterr().err
    first = text_of(pdf)
    assert "İlk tırmanış" in first
    assert "Önsöz" in first
    assert "Nobody doubts" in first

    # the author changes a translated sentence and a figure
    chapter = book / "book" / "chapters" / "ascent.md"
    chapter.write_text(
        chapter.read_text(encoding="utf-8").replace("Whether it matters.", "Whether it matters at all."),
        encoding="utf-8",
    )
    figures = book / "book" / "figures" / "height.yaml"
    figures.write_text(
        figures.read_text(encoding="utf-8")
        .replace("value: 3104", "value: 3105", 1)
        .replace("3104 m", "3105 m"),
        encoding="utf-8",
    )

    # update says what has become stale and keeps the old words as a guess that is never printed
    capsys.readouterr()
    assert run(["-C", str(book), "catalog", "update", "--lang", "tr"]) == 0
    assert "1 changed (fuzzy)" in capsys.readouterr().err
    read, _ = read_catalog(catalog)
    assert read is not None
    [guess] = [message for message in read.messages if message.fuzzy]
    assert guess.previous is not None
    assert guess.previous.msgid == "Whether it matters."
    assert guess.string == "Önemli olup olmadığını."
    assert run([*at, "catalog", "check", "--lang", "tr"]) == 0
    assert "T051" in capsys.readouterr().err

    # the figure needed no translator: the next build prints it
    assert run([*at, "pdf", "--lang", "tr", "--jobs", "1"]) == 0
    second = text_of(pdf)
    assert "3.105" in second
    assert "Whether it matters at all." in second
    assert "Önemli olup" not in second


@pytest.mark.xdist_group("story")
def test_an_incomplete_language_can_be_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "orsel"
    assert run(["new", str(book)]) == 0
    assert run(["-C", str(book), "-q", "catalog", "init", "--lang", "tr"]) == 0

    words = ["-C", str(book), "-q", "pdf", "--lang", "tr", "--jobs", "1", "--untranslated", "fail"]
    assert run(words) == 1
    assert "error[T090]" in capsys.readouterr().err
    assert not (book / "dist" / "mount-orsel-tr.pdf").exists()
