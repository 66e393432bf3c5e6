"""The only door through which the engine reads files.

Pages are laid out under a made-up root, ``file:///book/``, which stands for the book's folder:
no path of this machine reaches a page, and no other path of this machine is served.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bookbuild.press.settings import Limits

BASE_URL = "file:///book/"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try to read what may not be read, or cannot be used."""

    url: str
    reason: str
    forbidden: bool
    """True: outside the book, or no file at all. False: missing, too big or damaged."""


class RefusedError(Exception):
    """The engine is told that there is nothing."""


def fetcher(weasyprint: Any, root: Path, limits: Limits) -> Any:
    """Return a URL fetcher for WeasyPrint that serves only files under ``root`` and inline pictures.

    Its ``refusals`` list what was tried in vain, its ``served`` maps path → SHA-256 of what was read.
    """

    class BookFetcher(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(allowed_protocols={"file", "data"}, allow_redirects=False)
            self.refusals: list[Refusal] = []
            self.served: dict[str, str] = {}

        def fetch(self, url: str, headers: Any = None) -> Any:
            try:
                path, content = _read(url, root, limits)
                _check_picture(url, content, limits)
            except _UnusableError as error:
                self.refusals.append(Refusal(_shown(url), str(error), error.forbidden))
                raise RefusedError(str(error)) from error
            if path:
                self.served[path] = hashlib.sha256(content).hexdigest()
            return weasyprint.urls.URLFetcherResponse(url, content)

    return BookFetcher()


class _UnusableError(Exception):
    def __init__(self, reason: str, forbidden: bool = False) -> None:
        super().__init__(reason)
        self.forbidden = forbidden


def _read(url: str, root: Path, limits: Limits) -> tuple[str, bytes]:
    """Return the path below the root (empty for inline data) and the content."""
    parts = urlsplit(url)
    if parts.scheme == "data":
        return "", _inline(url, limits)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise _UnusableError("only files of the book's folder are read", forbidden=True)
    path = unquote(parts.path)
    if not path.startswith("/book/") or "\0" in path:
        raise _UnusableError("lies outside the book's folder", forbidden=True)
    base = root.resolve()
    try:
        real = (base / path.removeprefix("/book/")).resolve()
    except (OSError, RuntimeError) as error:
        raise _UnusableError("cannot be followed") from error
    if not real.is_relative_to(base):
        raise _UnusableError("leads out of the book's folder", forbidden=True)
    if not real.exists():
        raise _UnusableError("does not exist")
    if not real.is_file():  # a pipe or a device would never end
        raise _UnusableError("is not a regular file", forbidden=True)
    if real.stat().st_size > limits.file_bytes:
        raise _UnusableError(f"is larger than {limits.file_bytes // 2**20} MiB")
    try:
        with real.open("rb") as file:
            content = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise _UnusableError(f"cannot be read: {error.strerror}") from error
    if len(content) > limits.file_bytes:
        raise _UnusableError(f"is larger than {limits.file_bytes // 2**20} MiB")
    return path.removeprefix("/book/"), content


def _inline(url: str, limits: Limits) -> bytes:
    from urllib.request import DataHandler, Request

    if len(url) > limits.file_bytes or not url.lower().startswith("data:image/"):
        raise _UnusableError("only pictures stand in data URLs", forbidden=True)
    try:
        with DataHandler().data_open(Request(url)) as response:
            return bytes(response.read())
    except ValueError as error:
        raise _UnusableError("is not a valid data URL") from error


def _check_picture(url: str, content: bytes, limits: Limits) -> None:
    """Decode a raster picture whole: the engine draws a cut-off one without a word."""
    head = content[:512].lstrip().lower()
    suffix = re.search(r"\.(png|jpe?g|gif|webp|tiff?|bmp)$", urlsplit(url).path.lower())
    known = content.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"RIFF"))
    if head.startswith((b"<", b"\xef\xbb\xbf<")) or not (suffix or known):
        return
    from PIL import Image, ImageFile

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the limit below is stricter than Pillow's warning
        lenient = ImageFile.LOAD_TRUNCATED_IMAGES  # WeasyPrint switches it on
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            with Image.open(io.BytesIO(content)) as image:
                width, height = image.size
                if width * height > limits.pixels:
                    raise _UnusableError(f"has {width} × {height} pixels, more than {limits.pixels}")
                image.load()
        except _UnusableError:
            raise
        except Exception as error:  # Pillow raises whatever its decoders raise
            raise _UnusableError("is not a whole picture") from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _shown(url: str) -> str:
    return url.removeprefix(BASE_URL) if len(url) < 200 else f"{url[:80]}…"
