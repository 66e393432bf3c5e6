"""The engine's modules, loaded without starting other programs.

WeasyPrint asks for each of its shared libraries under the names of every platform. On Linux cffi hands the
names that are not file names to ``ctypes.util.find_library``, which starts the compiler and the linker to
resolve them: a fifth of a second in every process, and programs that a build has no business with.
The names of Linux, which come next in WeasyPrint's lists, need nothing but the loader.

It also loads what cuts and instantiates fonts by itself, where HarfBuzz cannot: a sixth of the time that
loading takes, for what is never used here. Its names stand for it until one is called.
"""

from __future__ import annotations

import ctypes.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_SELDOM_NEEDED = ("fontTools.subset", "fontTools.varLib.instancer")


def load_engine() -> ModuleType:
    """Import WeasyPrint and return it.

    Raises:
        OSError: a shared library of the engine is missing.
    """
    with (
        _libraries_by_the_loader_alone(),
        _loaded_when_called("fontTools.subset", "fontTools.varLib.instancer"),
    ):
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


@contextmanager
def _loaded_when_called(*names: str) -> Iterator[None]:
    """Let modules be imported without being loaded, while this lasts."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Promised(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


class _Promised(ModuleType):
    """A module whose functions and classes load it when they are called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            return getattr(import_module(self.__name__), name)(*args, **kwargs)

        return call
