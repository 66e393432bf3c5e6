"""No file but those under the book's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from bookbuild.press.engine import engine
from bookbuild.press.fetch import BASE_URL, RefusedError, fetcher
from bookbuild.press.settings import Limits


def door(root: Path, limits: Limits = Limits()) -> object:  # noqa: B008 - frozen
    return fetcher(engine().weasyprint, root, limits)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    book = tmp_path / "book"
    (book / "images").mkdir(parents=True)
    Image.new("L", (40, 30)).save(book / "images" / "ok.png")
    Image.effect_noise((80, 80), 50).save(book / "images" / "cut.png")
    (book / "images" / "cut.png").write_bytes((book / "images" / "cut.png").read_bytes()[:2000])
    (book / "images" / "link.txt").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(book / "images" / "pipe.png")
    return book


def test_a_picture_of_the_book_is_read(root: Path) -> None:
    fetching = door(root)
    assert fetching.fetch(BASE_URL + "images/ok.png").read()  # type: ignore[attr-defined]
    assert list(fetching.served) == ["images/ok.png"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("url", "reason", "forbidden"),
    [
        ("file:///etc/passwd", "outside", True),
        (BASE_URL + "../secret.txt", "out of the book", True),
        (BASE_URL + "%2e%2e/secret.txt", "out of the book", True),
        (BASE_URL + "images/link.txt", "out of the book", True),
        (BASE_URL + "images/pipe.png", "regular file", True),
        (BASE_URL + "images", "regular file", True),
        (BASE_URL + "images/none.png", "does not exist", False),
        (BASE_URL + "images/cut.png", "not a whole picture", False),
        ("http://127.0.0.1:9/x.png", "only files", True),
        ("ftp://127.0.0.1/x", "only files", True),
        ("file://server/book/x.png", "only files", True),
        ("data:text/html,x", "data URLs", True),
    ],
)
def test_anything_else_is_refused_and_remembered(root: Path, url: str, reason: str, forbidden: bool) -> None:
    fetching = door(root)
    with pytest.raises(RefusedError, match=reason):
        fetching.fetch(url)  # type: ignore[attr-defined]
    (refusal,) = fetching.refusals  # type: ignore[attr-defined]
    assert refusal.forbidden is forbidden


@pytest.mark.parametrize(
    ("limits", "reason"), [(Limits(pixels=100), "pixels"), (Limits(file_bytes=10), "larger")]
)
def test_pictures_beyond_the_limits_are_refused(root: Path, limits: Limits, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        door(root, limits).fetch(BASE_URL + "images/ok.png")  # type: ignore[attr-defined]
