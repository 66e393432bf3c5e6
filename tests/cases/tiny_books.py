"""Tiny books for tests: a sound one, and cases that change it.

A case is a text file: ``::: path`` begins a file of the book, ``::: expected`` the findings that it
must give, as they are printed. What a case does not write comes from the sound book below.
"""

from __future__ import annotations

from pathlib import Path

SOUND = {
    "book.yaml": """\
id: tiny
title: Tiny
source-language: en
languages: [en]
date: 2026-11-21
publisher: us
units:
  person: persons
contents:
  body:
    - chapters: [one]
""",
    "sources.yaml": "- {id: paper, type: article-newspaper, title: A Paper}\n",
    "chapters/one.md": "---\ntitle: One\n---\n\nText.[@paper, p. 3]\n",
}
CASES = Path(__file__).with_name("codes")


def write_book(root: Path, **changes: str | bytes) -> Path:
    """Write the sound book with changes: path → content."""
    for path, content in {**SOUND, **changes}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def read_case(case: Path) -> tuple[dict[str, str], str]:
    """Return the files of a case and the findings expected, as printed."""
    files: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in case.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("::: ") and "{" not in line:
            lines = files.setdefault(line[4:].strip(), [])
        else:
            lines.append(line)
    parts = {path: "".join(written) for path, written in files.items()}
    return parts, parts.pop("expected")
