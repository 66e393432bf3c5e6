"""The engine's modules, loaded without starting other programs.

WeasyPrint asks for each of its shared libraries under the names of every platform. On Linux cffi hands the
names that are not file names to ``ctypes.util.find_library``, which starts the compiler and the linker to
resolve them: a fifth of a second in every process, and programs that a build has no business with.
The names of Linux, which come next in WeasyPrint's lists, need nothing but the loader.
"""

from __future__ import annotations

import ctypes.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


def load_engine() -> ModuleType:
    """Import WeasyPrint and return it.

    Raises:
        OSError: a shared library of the engine is missing.
    """
    with _libraries_by_the_loader_alone():
        import weasyprint

    engine: ModuleType = weasyprint
    return engine


@contextmanager
def _libraries_by_the_loader_alone() -> Iterator[None]:
    search = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = search
