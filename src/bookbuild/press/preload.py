"""What worker processes have in common before they part: the engine's modules, loaded once.

Only loaded: fonts and what else the engine sets up belong to each process. A library that is missing
is told by the first unit laid out.
"""

from __future__ import annotations

import contextlib

with contextlib.suppress(OSError):
    import weasyprint  # noqa: F401

    import bookbuild.press.typeset  # noqa: F401
