"""What the text of a book became, kept from build to build: chapters as read, as set and as written.

An entry lies under a digest of everything that it follows from, this program's own files included; so
what is found is what would be made. Entries are pickles that may name nothing but classes of the
model: reading one makes values and runs nothing. What is to be kept waits until the caller knows that
no input changed meanwhile.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import io
import pickle
import unicodedata
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from bookbuild.apparatus.facts import Ledger
from bookbuild.build.standing import Inputs
from bookbuild.model.edition import Section
from bookbuild.press.store import Store
from bookbuild.render.units import Written

_MODEL = "bookbuild.model."
_OTHERS = {
    ("bookbuild.apparatus.facts", "Ledger"): Ledger,
    ("bookbuild.render.units", "Written"): Written,
    ("decimal", "Decimal"): Decimal,
}
_DIAGNOSTICS = "bookbuild.diagnostics"


class Shelf:
    """Values in a store, under keys that this program's own digest is part of."""

    def __init__(self, store: Store, inputs: Inputs) -> None:
        self._store = store
        self._inputs = inputs
        self._waiting: dict[str, bytes] = {}

    def file(self, *read_from: str) -> Any:
        """Return what a file of the book held, and what is wrong with it, if it was read before."""
        return self.get("read", *read_from)

    def keep_file(self, read: object, *read_from: str) -> None:
        """Keep what a file of the book held."""
        self.put(read, "read", *read_from)

    def edition(self, language: str) -> KeptEdition:
        """Return what is kept of one language."""
        return KeptEdition(self, self._inputs, language)

    def get(self, *made_from: str) -> Any:
        """Return a value that was made before from the same, or nothing."""
        kept = self._store.get("text", self._key(made_from))
        if kept is None:
            return None
        try:
            value = _Reader(io.BytesIO(kept)).load()
        except (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, ImportError):
            return None
        return value

    def put(self, value: object, *made_from: str) -> None:
        """Keep a value once ``keep`` is called."""
        written = io.BytesIO()
        _Writer(written, 5).dump(value)
        self._waiting[self._key(made_from)] = written.getvalue()

    def keep(self) -> None:
        """Write what waits: nothing that it was made from has changed."""
        while self._waiting:
            key, content = self._waiting.popitem()
            self._store.put("text", key, content)

    def _key(self, made_from: tuple[str, ...]) -> str:
        facts = repr((self._inputs.program, made_from))
        return hashlib.sha256(facts.encode(errors="surrogateescape")).hexdigest()


class KeptEdition:
    """Chapters of one language, set and written.

    What they follow from besides their file, their number and what is told by ``how`` are all files
    of the book that are no chapters and no styles.
    """

    def __init__(self, shelf: Shelf, inputs: Inputs, language: str) -> None:
        self._shelf = shelf
        self._language = language
        self._chapters: dict[str, str] = {}
        rest = []
        for name, digest in inputs.files.items():
            path = PurePosixPath(name)
            if path.parent == _CHAPTERS and path.suffix == ".md":
                self._chapters[unicodedata.normalize("NFC", path.stem)] = digest
            elif path.parts[0] != "styles":
                rest.append((name, digest))
        self._rest = hashlib.sha256(repr(rest).encode(errors="surrogateescape")).hexdigest()
        self._written: dict[str, tuple[str, ...]] = {}

    def section(self, chapter: str, how: str) -> tuple[Section, Ledger] | None:
        """Return a chapter as it was set, and what it left in the ledger."""
        made_from = self._made_from(chapter, how)
        found: tuple[Section, Ledger] | None = self._shelf.get("set", *made_from) if made_from else None
        if found:
            self._written[found[0].id] = made_from
        return found

    def keep_section(self, chapter: str, how: str, section: Section, ledger: Ledger) -> None:
        """Keep a chapter that was set."""
        made_from = self._made_from(chapter, how)
        if made_from:
            self._written[section.id] = made_from
            self._shelf.put((section, ledger), "set", *made_from)

    def written(self, section: str) -> Written | None:
        """Return a section, without itself, as it was written."""
        made_from = self._written.get(section)
        found: Written | None = self._shelf.get("written", *made_from) if made_from else None
        return found

    def keep_written(self, section: str, written: Written) -> None:
        """Keep a section that was written."""
        if section in self._written:
            self._shelf.put(written, "written", *self._written[section])

    def _made_from(self, chapter: str, how: str) -> tuple[str, ...]:
        digest = self._chapters.get(chapter)
        return (self._language, self._rest, chapter, digest, how) if digest else ()


_CHAPTERS = PurePosixPath("book/chapters")


class _Writer(pickle.Pickler):
    """Writes what :class:`_Reader` makes, so that it is made by calling the classes.

    The way of dataclasses with slots asks each object for its fields again: half of the time of reading.
    """

    def reducer_override(self, value: Any) -> Any:
        """Return a class of the model and what to call it with."""
        kind: Any = type(value)
        names = _arguments(kind)
        return (kind, tuple(getattr(value, name) for name in names)) if names else NotImplemented


@functools.cache
def _arguments(kind: Any) -> tuple[str, ...]:
    """Return the fields of a dataclass, if it can be made from them, in their order."""
    if not dataclasses.is_dataclass(kind):
        return ()
    fields = dataclasses.fields(kind)
    if not all(field.init and not field.kw_only for field in fields):
        return ()
    return tuple(field.name for field in fields)


class _Reader(pickle.Unpickler):
    """Makes values of the model, and nothing else."""

    def find_class(self, module: str, name: str) -> type:
        found: object = _OTHERS.get((module, name))
        if "." not in name and (module.startswith(_MODEL) or module == _DIAGNOSTICS):
            found = getattr(importlib.import_module(module), name, None)
        if not isinstance(found, type) or (module.startswith("bookbuild") and found.__module__ != module):
            raise pickle.UnpicklingError(f"{module}.{name} is no class of the model")
        return found
