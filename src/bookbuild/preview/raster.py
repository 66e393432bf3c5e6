"""Pages of a PDF to pictures."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable

import pypdfium2

_DOTS_PER_INCH = 192
"""Two dots for each pixel of CSS, for screens that have them."""
_KEPT = 6


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
            picture = document[page - 1].render(scale=_DOTS_PER_INCH / 72).to_pil()
        out = io.BytesIO()
        picture.save(out, "PNG", compress_level=1)
        return out.getvalue()

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
