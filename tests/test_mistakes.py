"""Twenty and more mistakes an author, a translator or a designer makes: each told once, at its line."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bookbuild.build import manuscript
from bookbuild.cli import cli, run_command
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Diagnostic, Severity
from tests.conftest import silent


@dataclass(frozen=True, slots=True)
class Mistake:
    """One slip: what stands in the file, what the author makes of it, what must be said, and where."""

    name: str
    file: str
    was: str
    becomes: str
    code: str
    said: str
    """Part of the message or the hint."""
    at: str
    """The finding points at the line in which this stands, after the slip."""


MISTAKES = (
    Mistake("a misspelt key in book.yaml", "book/book.yaml", "edition:", "editon:", "Y", "edition", "editon:"),
    Mistake(
        "a language that is none", "book/book.yaml", "languages: [en, az]", "languages: [en, zz-none]", "T",
        "zz-none", "",
    ),
    Mistake("a date that no calendar has", "book/book.yaml", "2026-11-21", "2026-11-31", "B", "2026-11-31", "date:"),
    Mistake("a chapter listed that is not there", "book/book.yaml", "[preface]", "[prefaec]", "B", "preface", "prefaec"),
    Mistake("an unknown source in a citation", "book/chapters/mountain.md", "[@brandt-diary, p. 31]",
            "[@brand-diary, p. 31]", "S", "brandt-diary", "@brand-diary"),
    Mistake("a locator with an unknown label", "book/chapters/mountain.md", "[@brandt-diary, p. 31]",
            "[@brandt-diary, pg 31]", "S", "pg", "pg 31"),
    Mistake("an unknown claim", "book/chapters/mountain.md", "height/survey", "height/survye", "F", "survey", "survye"),
    Mistake("an unknown role", "book/chapters/mountain.md", "{count}" if False else "{number}", "{nummer}", "M",
            "number", "{nummer}"),
    Mistake("a note called and not written", "book/chapters/mountain.md", "Small Firn>`.[^firn]",
            "Small Firn>`.[^firm]", "N", "firn", "[^firm]"),
    Mistake("a reference to nothing", "book/chapters/mountain.md", "{ref}`sketch`", "{ref}`scetch`", "R", "sketch",
            "scetch"),
    Mistake("an unclosed emphasis", "book/chapters/mountain.md", "Neither name is older", "**Neither name is older",
            "M", "**", "**Neither"),
    Mistake("raw HTML", "book/chapters/preface.md", "The book decides nothing.",
            "The book <b>decides</b> nothing.", "M", "HTML", "<b>"),
    Mistake("a missing picture", "book/chapters/mountain.md", "images/orsel.svg", "images/orsle.svg", "R", "orsle",
            "orsle"),
    Mistake("a chart of no quantity", "book/chapters/mountain.md", ":::{chart} height", ":::{chart} hight", "F",
            "height", "hight"),
    Mistake("a duplicated YAML key", "book/figures/height.yaml", "        as-of: 1911\n",
            "        as-of: 1911\n        as-of: 1912\n", "Y", "as-of", "as-of: 1912"),
    Mistake("a claim without a source", "book/figures/height.yaml", "        source: survey-1911\n", "", "Y", "source",
            "- id: survey"),
    Mistake("a source key misspelt in a claim", "book/figures/height.yaml", "source: survey-1911",
            "source: survey-1912", "F", "survey-1911", "source: survey-1912"),
    Mistake("a figure with a comma", "book/figures/height.yaml", "value: 3104", 'value: "3,104"', "F", "3104",
            '"3,104"'),
    Mistake("a range the wrong way round", "book/figures/height.yaml", "3091..3095", "3095..3091", "F", "3091",
            "3095..3091"),
    Mistake("a unit that is not declared", "book/figures/height.yaml", "    unit: m\n    note", "    unit: mtr\n    note", "F",
            "mtr", "unit: mtr"),
    Mistake("a figure repeated from nowhere", "book/figures/height.yaml", "        as-of: 1911\n",
            "        as-of: 1911\n        repeats: nobody\n", "F", "nobody", "repeats: nobody"),
    Mistake("a date with a month too many", "book/figures/ascent.yaml", "1923-08-1", "1923-18-1", "F", "month",
            "1923-18-1"),
    Mistake("a register field that is not declared", "book/registers/people.yaml", "entries:\n", "entries:\n  - id: x\n    nmae: Y\n", "R",
            "n", "nmae"),
    Mistake("a broken catalog", "locales/az/LC_MESSAGES/book.po", 'msgid "Preface"\nmsgstr "',
            'msgid "Preface"\nmsgstr "Ön söz\nmsgid "', "T", "", 'msgstr "Ön söz'),
    Mistake("a figure typed by a translator", "locales/az/LC_MESSAGES/book.po", "{claim}`height/survey`", "", "T",
            "height/survey", ""),
)  # fmt: skip


def spoil(project: Project, mistake: Mistake) -> None:
    """Make the slip; fail if the starter no longer has what it is made in."""
    path = project.root / mistake.file
    text = path.read_text(encoding="utf-8")
    if mistake.file.endswith(".po") and mistake.becomes == "":
        # only the translation, not the message
        head, found, tail = text.rpartition(mistake.was)
        assert found, mistake
        path.write_text(head + tail, encoding="utf-8")
        return
    assert mistake.was in text, f"{mistake.file} has no {mistake.was!r}"
    path.write_text(text.replace(mistake.was, mistake.becomes, 1), encoding="utf-8")


def line_of(path: Path, words: str) -> int:
    """Return the number of the first line that holds these words."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def errors_of(project: Project) -> list[Diagnostic]:
    findings = manuscript.check_book(project, ("all",), Settings(), silent)
    return [finding for finding in findings if finding.severity is Severity.ERROR]


@pytest.fixture
def copy(starter: Project, tmp_path: Path) -> Project:
    shutil.copytree(starter.root, tmp_path / "book of mine")
    return Project(tmp_path / "book of mine")


def test_the_starter_has_no_mistakes(starter: Project) -> None:
    assert manuscript.check_book(starter, ("all",), Settings(), silent) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_at_its_line(mistake: Mistake, copy: Project) -> None:
    spoil(copy, mistake)

    errors = errors_of(copy)

    told = [
        error for error in errors if error.place.path == mistake.file and error.code.startswith(mistake.code)
    ]
    assert told, [str(error) for error in errors]
    assert any(mistake.said in error.message + error.hint for error in told), [str(error) for error in told]
    if mistake.at:
        assert line_of(copy.root / mistake.file, mistake.at) in {error.place.line for error in told}
    assert all(error.place.column >= 1 for error in told)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def run(words: Iterable[str]) -> int:
    return run_command(lambda: cli.main(list(words), prog_name="bookbuild", standalone_mode=False))


def test_a_book_with_errors_leaves_what_was_built_before(
    copy: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    copy.dist.mkdir(exist_ok=True)
    (copy.dist / "mount-orsel-en.pdf").write_bytes(b"the last good book")
    before = digests(copy.dist)
    spoil(copy, MISTAKES[4])

    status = run(["-C", str(copy.root), "-q", "pdf", "--lang", "en"])

    assert status == 1
    assert digests(copy.dist) == before
    said = capsys.readouterr().err
    assert "error[S" in said
    assert "did you mean “brandt-diary”?" in said


def test_all_mistakes_are_told_in_one_run(copy: Project) -> None:
    several = [MISTAKES[index] for index in (4, 6, 9, 17)]
    for mistake in several:
        spoil(copy, mistake)

    errors = errors_of(copy)

    assert {mistake.code for mistake in several} <= {error.code[0] for error in errors}
    assert len(errors) >= len(several)
    assert [error.place for error in errors] == sorted(error.place for error in errors)


def test_a_program_is_told_all_that_a_person_is(copy: Project, capsys: pytest.CaptureFixture[str]) -> None:
    for index in (4, 6, 9, 17):
        spoil(copy, MISTAKES[index])

    assert run(["-C", str(copy.root), "-q", "check", "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    errors = [one for one in told if one["severity"] == "error"]
    assert [one["message"] for one in errors] == [error.message for error in errors_of(copy)]
    assert all(
        one["code"] and one["file"] and one["line"] and one["column"] and one["hint"] for one in errors
    )


def test_a_language_that_the_book_lacks_is_misuse(
    starter: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(starter.root), "-q", "check", "--lang", "aze"]) == 2
    assert "did you mean “az”?" in capsys.readouterr().err


def test_a_folder_without_a_book_is_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "check"]) == 2
    assert "bookbuild new" in capsys.readouterr().err


def test_a_new_book_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    assert run(["new", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_every_command_explains_itself() -> None:
    for name, command in cli.commands.items():
        result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0
        assert command.help
        assert len(command.help) > 40, name
