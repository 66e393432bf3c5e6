"""The bilingual edition as its user meets it: the command, the starter on facing pages, what is refused."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner

from bookbuild.build import facing, standing
from bookbuild.build.manuscript import sound_book
from bookbuild.cli import cli
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Severity, UsageError
from tests.cases.tiny_books import write_book
from tests.conftest import silent

pytestmark = pytest.mark.xdist_group("starter")


def letters(text: str) -> str:
    """Keep letters and digits only: line ends, hyphens and spaces differ between readers."""
    return "".join(character for character in text if character.isalnum()).casefold()


def texts_of(pdf: bytes) -> list[str]:
    """Return the text of each page, as pdfium extracts it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_the_starter_stands_on_facing_pages_the_same_for_any_number_of_workers(
    starter: Project, tmp_path: Path
) -> None:
    """Headings of both languages face each other, and so do the titles; the bytes are the same."""
    made = []
    for jobs in (1, 2):
        settings = Settings(jobs=jobs, facing="az", cache=tmp_path / f"cache {jobs}")
        outcome = standing.build_pdfs(starter, ("en",), settings, silent)
        assert outcome.findings == ()
        made.append((starter.dist / "mount-orsel-en-az-facing.pdf").read_bytes())
    assert made[0] == made[1]
    assert "nothing changed" in standing.build_pdfs(starter, ("en",), settings, silent).lines[-1]

    pages = texts_of(made[0])
    assert "Mount Orsel" in pages[0]
    assert "Orsel dağı" in pages[0]
    pairs = {
        "what six sources say of it": "altı mənbə onun haqqında nə deyir",
        "Mount Orsel stands at the head": "Orsel dağı Lenn vadisinin yuxarı",
        "Why they differ": "Nə üçün fərqlənirlər",
        "What nobody asked": "Heç kimin soruşmadığı",
        "Used on pp. 14, 16": "İstifadə: səh. 15, 17",
    }
    for source, translation in pairs.items():
        verso = [at for at, text in enumerate(pages, 1) if letters(source) in letters(text)][-1]
        recto = [at for at, text in enumerate(pages, 1) if letters(translation) in letters(text)][-1]
        assert verso % 2 == 0
        assert recto == verso + 1, source


def test_each_side_of_the_starter_has_the_notes_of_its_edition(starter: Project, tmp_path: Path) -> None:
    settings = Settings(jobs=2, facing="az", cache=tmp_path / "cache")
    standing.build_pdfs(starter, ("en",), settings, silent)
    pages = texts_of((starter.dist / "mount-orsel-en-az-facing.pdf").read_bytes())
    book, _ = sound_book(starter, ("en", "az"), settings, silent)
    texts = facing._texts(starter, book, ("en", "az"), settings, None)
    for side, text in enumerate(texts):
        own = letters("".join(page for number, page in enumerate(pages, 1) if number % 2 == side))
        notes = Counter(letters(note.text)[:60] for unit in text.units for note in unit.notes)
        assert sum(notes.values()) == 20
        for start, times in notes.items():
            assert own.count(start) >= times, start
        folios = re.findall(r'data-pages="([^"]+)"', "".join(unit.html for unit in text.units))
        assert folios


REFUSED = {
    "no language is named": ((), "needs one language to face"),
    "all languages": (("--lang", "all"), "needs one language to face"),
    "several languages": (("--lang", "en,az"), "needs one language to face"),
    "the same language twice": (("--lang", "az"), "cannot face itself"),
    "a proof": (("--lang", "en", "--proof"), "leave out --facing"),
    "an unknown language": (("--lang", "xx"), "the book has no language “xx”"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused(case: str, starter: Project, tmp_path: Path) -> None:
    words, said = REFUSED[case]
    command = ["-q", "-C", str(starter.root), "pdf", *words, "--facing", "az", "--no-cache"]
    result = CliRunner().invoke(cli, command)
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)


def test_an_unknown_language_to_face_is_refused(starter: Project) -> None:
    with pytest.raises(UsageError, match="the book has no language “a”; did you mean"):
        facing.build_facing(starter, ("en",), Settings(facing="a"), silent)


def test_languages_read_in_opposite_directions_are_not_bound_together(tmp_path: Path) -> None:
    """No spread would be read in the order of both."""
    root = write_book(tmp_path / "book")
    pot = root.parent / "locales" / "ar" / "LC_MESSAGES"
    pot.mkdir(parents=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: ar\\n"\n'
    (pot / "book.po").write_text(header, encoding="utf-8")
    with pytest.raises(UsageError, match="read in opposite directions"):
        facing.build_facing(Project(tmp_path), ("en",), Settings(facing="ar"), silent)


def test_what_is_not_translated_is_printed_and_marked_on_its_side(tmp_path: Path) -> None:
    """An unfinished catalog stops nothing unless that is asked for; the source text is marked."""
    root = write_book(tmp_path / "book")
    pot = root.parent / "locales" / "az" / "LC_MESSAGES"
    pot.mkdir(parents=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: az\\n"\n'
    (pot / "book.po").write_text(header, encoding="utf-8")
    outcome = facing.build_facing(Project(tmp_path), ("en",), Settings(facing="az"), silent)
    assert "T090" in {one.code for one in outcome.findings}
    assert {one.severity for one in outcome.findings} == {Severity.WARNING}
    pages = texts_of((tmp_path / "dist" / "tiny-en-az-facing.pdf").read_bytes())
    verso = next(at for at, text in enumerate(pages) if re.search(r"^One\b", text, re.MULTILINE) and at % 2)
    assert "Text." in pages[verso]
    assert "*" not in pages[verso]
    assert "Text." in pages[verso + 1]
    assert "*" in pages[verso + 1]
