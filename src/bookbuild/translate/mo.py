"""Catalogs to the bytes of a MO file (GNU gettext manual, "The Format of GNU MO Files")."""

from __future__ import annotations

import struct

from bookbuild.model.catalog import Catalog

MAGIC = 0x950412DE
EOT = "\x04"
"""Between context and msgid."""


def compile_catalog(catalog: Catalog) -> bytes:
    """Return the MO file of a catalog; fuzzy, obsolete and unfinished messages are left out."""
    header = "".join(f"{name}: {value}\n" for name, value in catalog.header)
    pairs = {b"": header.encode()}
    for message in catalog.messages:
        if not message.translated:
            continue
        identifier = (
            f"{message.key.context}{EOT}{message.key.msgid}" if message.key.context else message.key.msgid
        )
        if message.plural:
            identifier += f"\0{message.plural}"
        pairs[identifier.encode()] = "\0".join(message.strings).encode()
    ordered = sorted(pairs.items())
    start = 28 + 16 * len(ordered)
    identifiers = b"".join(identifier + b"\0" for identifier, _ in ordered)
    strings = b"".join(string + b"\0" for _, string in ordered)
    tables = _table([identifier for identifier, _ in ordered], start)
    tables += _table([string for _, string in ordered], start + len(identifiers))
    head = struct.pack("<7I", MAGIC, 0, len(ordered), 28, 28 + 8 * len(ordered), 0, start)
    return head + tables + identifiers + strings


def _table(items: list[bytes], offset: int) -> bytes:
    out = b""
    for item in items:
        out += struct.pack("<2I", len(item), offset)
        offset += len(item) + 1
    return out
