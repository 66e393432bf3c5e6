"""What worker processes have in common before they part: the engine's modules, loaded once.

Only loaded: fonts and what else the engine sets up belong to each process. A library that is missing
is told by the first unit laid out.
"""

from __future__ import annotations

import contextlib

from bookbuild.press.loading import load_engine

with contextlib.suppress(OSError):
    load_engine()
    import bookbuild.press.typeset  # noqa: F401
