"""The starter book: a small complete book to begin from."""

from __future__ import annotations

import shutil
from pathlib import Path

STARTER = Path(__file__).with_name("starter")


def copy_starter(target: Path) -> None:
    """Copy the starter book into a folder, which is made if it is not there.

    Raises:
        OSError: the folder cannot be written, or holds a file of the same name.
    """
    target.mkdir(parents=True, exist_ok=True)
    for source in sorted(STARTER.rglob("*")):
        copy = target / source.relative_to(STARTER)
        if source.is_dir():
            copy.mkdir(exist_ok=True)
        else:
            with source.open("rb") as original, copy.open("xb") as made:
                shutil.copyfileobj(original, made)
