"""Versions of what sets text below the engine: they are part of every key."""

from __future__ import annotations

import ctypes
import functools
import sys

_ASKED = {"libpango-1.0.so.0": "pango_version_string", "libharfbuzz.so.0": "hb_version_string"}


@functools.cache
def library_versions() -> str:
    """Return the versions of Python, Pango and HarfBuzz; a library that is not found is left out."""
    found = [sys.version]
    for name, function in _ASKED.items():
        try:
            ask = getattr(ctypes.CDLL(name), function)
        except (OSError, AttributeError):
            continue
        ask.restype = ctypes.c_char_p
        found.append(f"{name} {ask().decode()}")
    return "\n".join(found)
