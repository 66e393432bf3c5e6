"""The vendored fonts and the fontconfig that hides all others."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from bookbuild.press import fonts

AZERBAIJANI = "AaBbCcÇçDdEeƏəFfGgĞğHhXxIıİiJjKkQqLlMmNnOoÖöPpRrSsŞşTtUuÜüVvYyZz"
SIGNS = "→◆†≈≥≤–—…“”‘’№×°0123456789\u00a0\u2009\u200a\u202f\u2010\u2011"


@pytest.mark.parametrize("face", [f for f in fonts.FACES if f.family in ("Book Serif", "Book Sans")], ids=str)
def test_every_text_face_has_the_letters_and_signs_of_both_languages(face: fonts.Face) -> None:
    cover = TTFont(face.path).getBestCmap()
    assert [character for character in AZERBAIJANI + SIGNS if ord(character) not in cover] == []


@pytest.mark.parametrize(
    ("family", "text"), [("Book Armenian", "Խոջալու Ասկերան"), ("Book Arabic", "خوجالی ۱۹۹۲")]
)
def test_fallback_faces_have_their_script(family: str, text: str) -> None:
    cover = TTFont(fonts.face_of(family, 400, False).path).getBestCmap()
    assert [character for character in text if ord(character) not in cover] == []


def test_upright_serif_faces_have_small_caps_old_style_figures_and_a_dotted_azerbaijani_i() -> None:
    substitutions = TTFont(fonts.face_of("Book Serif", 400, False).path)["GSUB"].table
    features = {record.FeatureTag for record in substitutions.FeatureList.FeatureRecord}
    languages = {
        system.LangSysTag.strip()
        for script in substitutions.ScriptList.ScriptRecord
        for system in script.Script.LangSysRecord
    }
    assert {"smcp", "onum", "tnum", "locl"} <= features
    assert "AZE" in languages


def test_every_font_file_has_a_licence_beside_it() -> None:
    licences = " ".join(path.read_text("utf-8") for path in fonts.FOLDER.glob("OFL-*.txt"))
    assert all(name in licences for name in ("Source", "Noto Serif Armenian", "Noto Naskh Arabic"))
    assert {face.file for face in fonts.FACES} == {path.name for path in fonts.FOLDER.glob("*.ttf")}


def test_fontconfig_knows_no_font_of_the_machine_even_in_another_process() -> None:
    code = (
        "from bookbuild.press.engine import engine; engine();"
        "import os, subprocess;"
        "print(subprocess.run(['fc-list', ':', 'file'], capture_output=True, text=True).stdout)"
    )
    environment = {
        k: v for k, v in os.environ.items() if k not in ("FONTCONFIG_FILE", "BOOKBUILD_FONTCONFIG")
    }
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    files = {line.split("/")[-1].rstrip(": ") for line in out.stdout.splitlines() if line.strip()}
    assert files == {face.file for face in fonts.FACES}


def test_the_nearest_face_is_taken_for_a_weight_that_is_missing() -> None:
    assert fonts.face_of("Book Sans", 500, False).weight in (400, 600)
    assert fonts.face_of("serif", 400, True).file == "SourceSerif4-It.ttf"
    assert fonts.face_of("Comic Sans", 400, False).family == "Book Serif"


def test_html_gets_font_face_rules_for_every_face() -> None:
    css = fonts.font_face_css("fonts")
    assert css.count("@font-face") == len(fonts.FACES)
    assert 'url("fonts/SourceSerif4-It.ttf")' in css


def test_what_a_killed_run_left_is_swept_and_what_is_held_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("FONTCONFIG_FILE", "BOOKBUILD_FONTCONFIG"):
        monkeypatch.setenv(name, "")
    held = fonts.hide_system_fonts().parent
    left = Path(tempfile.mkdtemp(prefix=held.name[:-8]))
    (left / "fonts.conf").write_text("half", encoding="utf-8")
    young = Path(tempfile.mkdtemp(prefix=held.name[:-8]))
    for folder in (held, left):
        os.utime(folder, (0, 0))
    monkeypatch.setenv("BOOKBUILD_FONTCONFIG", "")

    fonts.hide_system_fonts()

    assert held.is_dir()
    assert young.is_dir()
    assert not left.exists()
