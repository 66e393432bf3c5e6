"""What a PDF is checked against: what a printer, a reader or an archive was promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from bookbuild.distribute.marks import Limits


class Purpose(Enum):
    """Where a PDF goes. Decides which findings weigh."""

    PRINT = "print"
    SCREEN = "screen"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Expectations:
    """What was ordered. What is None or empty was not, and is judged by custom."""

    purpose: Purpose = Purpose.PRINT
    trim_mm: tuple[Decimal, Decimal] | None = None
    bleed_mm: Decimal | None = None
    """Bleed on all four sides; by custom 3 mm where ink reaches the trim, else none."""
    safe_mm: Decimal = Decimal(3)
    """Nearest that text may come to the trim."""
    page_multiple: int = 1
    pages: int | None = None
    blank_pages: frozenset[int] | None = None
    """The pages that must be blank, and no others; None: not judged."""
    max_ink_percent: Decimal = Decimal(300)
    min_ppi: int = 300
    min_line_ppi: int = 600
    hairline_pt: Decimal = Decimal("0.25")
    spot_colours: frozenset[str] = frozenset()
    pdfx: str = ""
    """``X-4`` or ``X-1a``."""
    pdfa: str = ""
    """Part and conformance: ``3u``."""
    tagged: bool = False
    """PDF/UA-1 was ordered."""
    lang: str = ""
    title: str = ""
    limits: Limits = field(default_factory=Limits)

    @property
    def on_paper(self) -> bool:
        return self.purpose is Purpose.PRINT
