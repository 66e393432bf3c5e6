"""Pages of a PDF to pictures.

A page waits for its picture, so that is written as fast as may be: zlib's quickest level and no line
filters. Pillow, which can write none without them, takes nearly twice the time for a fifth more bytes.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable

import pypdfium2

_DOTS_PER_INCH = 192
"""Two dots for each pixel of CSS, for screens that have them."""
_KEPT = 6
_PNG = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR = 2


def png_of(rows: bytes, width: int, height: int, stride: int) -> bytes:
    """Return a PNG (ISO/IEC 15948) of rows of red, green and blue, ``stride`` bytes from one to the next."""
    unfiltered = b"".join(b"\0" + rows[at : at + 3 * width] for at in range(0, height * stride, stride))
    header = struct.pack(">IIBBBBB", width, height, 8, _TRUE_COLOUR, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(unfiltered, 1)), (b"IEND", b""))
    return _PNG + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


class Raster:
    """Draw pages. Safe to use from several threads; one page is drawn at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # pdfium knows no threads
        self._open: OrderedDict[str, pypdfium2.PdfDocument] = OrderedDict()

    def png(self, look: str, page: int, pdf: Callable[[], bytes | None]) -> bytes | None:
        """Return page ``page``, counted from 1, of the PDF known by ``look``; nothing if it has none."""
        with self._lock:
            document = self._document(look, pdf)
            if document is None or not 1 <= page <= len(document):
                return None
            drawn = document[page - 1].render(scale=_DOTS_PER_INCH / 72, rev_byteorder=True)
        return png_of(bytes(drawn.buffer), drawn.width, drawn.height, drawn.stride)

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()

    def _document(self, look: str, pdf: Callable[[], bytes | None]) -> pypdfium2.PdfDocument | None:
        if look in self._open:
            self._open.move_to_end(look)
            return self._open[look]
        data = pdf()
        if data is None:
            return None
        self._open[look] = document = pypdfium2.PdfDocument(data)
        while len(self._open) > _KEPT:
            self._open.popitem(last=False)[1].close()
        return document
