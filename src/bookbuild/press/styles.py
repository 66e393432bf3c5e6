"""Style sheets in cascading order: the house's, the book's, and within each those of one language last."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from bookbuild.diagnostics import EnvironmentFailure
from bookbuild.press.settings import StyleSheet

HOUSE = ("page.css", "text.css", "notes.css", "apparatus.css", "charts.css")
"""In this order; what a language needs besides stands in ``<lang>.css``."""


def house_styles(lang: str, *, proof: bool = False, facing: bool = False) -> tuple[StyleSheet, ...]:
    """Return the style that the package ships; with what a proof or facing pages show besides."""
    folder = files("bookbuild.press") / "house"
    names = [*HOUSE, f"{lang}.css", *(["proof.css"] if proof else []), *(["facing.css"] if facing else [])]
    return tuple(
        StyleSheet(f"house/{name}", (folder / name).read_text(encoding="utf-8"))
        for name in names
        if (folder / name).is_file()
    )


def book_styles(folder: Path, lang: str) -> tuple[StyleSheet, ...]:
    """Return a book's own sheets: those of ``styles/`` by name, then those of ``styles/<lang>/``.

    Raises:
        EnvironmentFailure: a sheet cannot be read as UTF-8 text.
    """
    found = []
    for path in [*sorted(folder.glob("*.css")), *sorted((folder / lang).glob("*.css"))]:
        shown = path.relative_to(folder.parent).as_posix()
        try:
            found.append(StyleSheet(shown, path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise EnvironmentFailure(f"{shown}: {error}") from error
    return tuple(found)
