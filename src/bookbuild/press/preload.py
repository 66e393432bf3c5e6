"""What worker processes have in common before they part: the engine's modules, loaded and mended once.

Fonts and what else the engine sets up belong to each process. A library that is missing
is told by the first unit laid out.
"""

from __future__ import annotations

import contextlib

from bookbuild.diagnostics import InternalFault
from bookbuild.press.engine import mended_engine

with contextlib.suppress(OSError, InternalFault):
    import bookbuild.press.typeset  # noqa: F401

    mended_engine()
