"""Where nothing changed nothing is built, and whatever changed is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bookbuild.build import standing
from bookbuild.config import Project, Settings, Untranslated
from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.model.place import Place

FINDING = Diagnostic("T090", "two messages", Place("locales/az/book.po", 3, 1), "look", Severity.WARNING)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=tmp_path / "cache")


@pytest.fixture
def built(tmp_path: Path, settings: Settings) -> Project:
    """A project of which a build is on record, with its file in dist/."""
    project = Project(tmp_path / "project")
    for folder in (project.book, project.root / "locales", project.styles, project.dist):
        folder.mkdir(parents=True)
    (project.book / "book.yaml").write_text("title: One")
    (project.styles / "own.css").write_text("p { }")
    (project.dist / "one-en.pdf").write_bytes(b"pages")
    key = standing.fingerprint(project, ("en",), settings)
    files = {"one-en.pdf": b"pages"}
    standing.keep_record(settings, key, files, [("one-en.pdf", "3 pages")], [FINDING])
    return project


def test_what_stands_is_told_with_the_findings_of_its_build(built: Project, settings: Settings) -> None:
    outcome = standing.standing(built, ("en",), settings)
    assert outcome is not None
    assert outcome.findings == (FINDING,)
    assert outcome.lines == (
        f"{built.dist / 'one-en.pdf'}: 3 pages",
        "nothing changed since these were built",
    )
    assert standing.standing(built, ("en",), replace(settings, jobs=4, unit_seconds=7)) == outcome


@pytest.mark.parametrize(
    "change",
    [
        lambda project: (project.book / "book.yaml").write_text("title: Two"),
        lambda project: (project.book / "new.md").write_text(""),
        lambda project: (project.styles / "own.css").rename(project.styles / "other.css"),
        lambda project: (project.root / "locales" / "az.po").write_text("x"),
        lambda project: (project.book / "more").symlink_to(project.root / "locales"),
        lambda project: (project.book / "gone").symlink_to("nowhere"),
        lambda project: (project.dist / "one-en.pdf").write_bytes(b"other"),
        lambda project: (project.dist / "one-en.pdf").unlink(),
    ],
)
def test_every_change_of_a_file_is_noticed(
    built: Project, settings: Settings, change: Callable[[Project], object]
) -> None:
    change(built)
    assert standing.standing(built, ("en",), settings) is None


@pytest.mark.parametrize(
    ("languages", "options"),
    [
        (("en", "az"), {}),
        (("en",), {"strict": True}),
        (("en",), {"untranslated": Untranslated.FAIL}),
        (("en",), {"proof": True}),
        (("en",), {"epoch": 0}),
        (("en",), {"cache": None}),
    ],
)
def test_every_option_that_has_an_effect_is_noticed(
    built: Project, settings: Settings, languages: tuple[str, ...], options: dict[str, object]
) -> None:
    assert standing.standing(built, languages, replace(settings, **options)) is None  # type: ignore[arg-type]


def test_another_version_of_a_library_is_noticed(
    built: Project, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "pango-99.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert standing.standing(built, ("en",), settings) is None


def test_an_emptied_cache_knows_of_no_build(built: Project, settings: Settings) -> None:
    assert standing.empty_cache(settings) > 0
    assert standing.standing(built, ("en",), settings) is None
    assert standing.empty_cache(Settings()) == 0
