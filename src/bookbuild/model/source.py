"""Works that are cited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.prose import Prose


class SourceKind(Enum):
    """Orders the bibliography, in this order."""

    DOCUMENT = "document"
    """Read in full by the editors."""
    PRESS = "press"
    PARLIAMENT = "parliament"
    ORGANISATION = "organisation"
    COURT = "court"
    REPORT = "report"
    BOOK = "book"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of ``sources.yaml``."""

    key: str
    csl: Mapping[str, object]
    """The CSL-JSON item as plain data (CSL 1.0.2), without the ``bookbuild`` mapping."""
    kind: SourceKind = SourceKind.OTHER
    reprinted_in: str = ""
    """Key of the document in which it was read; empty: read itself."""
    locator: Prose | None = None
    """Where in that document."""
    file: str = ""
    """Name of its text in the documents folder, for the evidence check."""
    title_translated: Prose | None = None
    note: Prose | None = None
    words: Mapping[str, Prose] = field(default_factory=dict)
    """Parts of the CSL item that are the editors' own words, as messages: ``title`` in square brackets,
    ``issued`` as a literal, ``author/0`` (a body's literal name), ``genre``, ``publisher-place``,
    ``publisher``."""
    place: Place = field(default=NOWHERE, compare=False)
