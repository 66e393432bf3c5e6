"""One laid-out book for all tests that only look at it."""

from __future__ import annotations

from pathlib import Path

import pytest
from press_books import STYLE, random_book, settings

from bookbuild.press.edition import Printed, print_edition


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """A small random book with contents, notes, tables and references."""
    root: Path = tmp_path_factory.mktemp("book")
    return print_edition(random_book(1), [STYLE], settings(root))
