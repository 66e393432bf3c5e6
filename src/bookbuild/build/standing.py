"""What stands in ``dist/``, and from what it was made: where nothing changed, nothing is done.

Imported before anything heavy. The record of a build lies in the cache, under a digest of every
input: the book's files, this program's own, the libraries', the options. It counts only while the
files of ``dist/`` have the digests that it tells.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import bookbuild
from bookbuild.build import Outcome, Progress
from bookbuild.build.output import tidy
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.model.place import Place
from bookbuild.press.libraries import library_versions
from bookbuild.press.store import Store

_KIND = "build"
_WITHOUT_EFFECT = {"jobs", "scheduler", "cache", "unit_seconds", "unit_megabytes"}
"""Options that change nothing in what a finished build makes."""


def build_pdfs(project: Project, languages: Sequence[str], settings: Settings, progress: Progress) -> Outcome:
    """Build the PDFs of some languages into ``dist/``, unless they stand there: all of them, or none.

    With ``settings.facing`` one PDF of two languages on facing pages is built.

    Raises:
        BookError: the book has errors, or a finished PDF is not what its edition promised.
        EnvironmentFailure: the files cannot be written, or one of the book's own changed meanwhile.
    """
    tidy(project.dist)
    outcome = standing(project, languages, settings)
    if outcome is not None:
        return outcome
    if settings.jobs and not settings.scheduler:
        from bookbuild.build.workers import begin_loading

        begin_loading()  # the engine, while this process loads the rest
    # What follows takes longer to load than the question above to answer.
    if settings.facing:
        from bookbuild.build.facing import build_facing

        return build_facing(project, languages, settings, progress)
    from bookbuild.build import editions

    return editions.build_pdfs(project, languages, settings, progress)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Digests of everything that decides what a build makes, but for its options."""

    program: str
    """Of this program, its libraries and their versions."""
    files: Mapping[str, str]
    """Of the book's own: ``book/…``, ``locales/…``, ``styles/…``."""

    def fingerprint(self, languages: Sequence[str], settings: Settings) -> str:
        """Return a digest of these and of the options."""
        chosen = {name: value for name, value in asdict(settings).items() if name not in _WITHOUT_EFFECT}
        facts = (self.program, sorted(self.files.items()), tuple(languages), sorted(chosen.items()))
        return hashlib.sha256(repr(facts).encode(errors="surrogateescape")).hexdigest()


def inputs_of(project: Project) -> Inputs | None:
    """Read and digest everything that a build reads; nothing if that cannot be done."""
    folders = {"book": project.book, "locales": project.root / "locales", "styles": project.styles}
    files = {f"{name}{path}": digest for name, at in folders.items() for path, digest in _digests(at)}
    program = (
        library_versions(),
        sorted(name for folder in sys.path for name in _installed(folder)),
        list(_digests(Path(bookbuild.__file__).parent)),
    )
    if not all(files.values()) or not all(digest for _, digest in program[-1]):
        return None
    return Inputs(hashlib.sha256(repr(program).encode(errors="surrogateescape")).hexdigest(), files)


def fingerprint(project: Project, languages: Sequence[str], settings: Settings) -> str:
    """Return a digest of everything that decides what a build makes; empty if that cannot be told."""
    inputs = inputs_of(project)
    return inputs.fingerprint(languages, settings) if inputs else ""


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name below the folder and digest of each file, sorted; empty: it cannot be read."""
    for name, path in sorted(_files(str(folder))):
        content = _content(path)
        yield name, "" if content is None else hashlib.sha256(content).hexdigest()


def _installed(folder: str) -> Iterator[str]:
    """Yield what is installed in a folder, with versions."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a Path for each of some hundred entries takes longer
    except OSError:
        return
    yield from (name for name in names if name.endswith((".dist-info", ".egg-info")))


def _files(folder: str) -> Iterator[tuple[str, str]]:
    """Yield name below the folder and path of each file; of a link to a folder, the link itself."""
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in [*names, *(entry for entry in folders if os.path.islink(os.path.join(at, entry)))]:  # noqa: PTH114, PTH118
            path = os.path.join(at, name)  # noqa: PTH118
            yield path[len(folder) :], path


def _content(path: str) -> bytes | None:
    """Return a file's content; nothing for what is no file, the end of which cannot be told."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        with os.fdopen(descriptor, "rb") as file:
            return file.read()
    except OSError:
        return None


def standing(project: Project, languages: Sequence[str], settings: Settings) -> Outcome | None:
    """Return what a build would tell if ``dist/`` already is what it would make, else nothing."""
    if not settings.cache:
        return None
    key = fingerprint(project, languages, settings)
    kept = Store(settings.cache).get(_KIND, key) if key else None
    if kept is None:
        return None
    try:
        record = json.loads(kept)
        if any(_digest(project.dist / name) != digest for name, digest in record["files"].items()):
            return None
        findings = tuple(_finding(one) for one in record["findings"])
        lines = tuple(f"{project.dist / name}: {said}" for name, said in record["lines"])
    except (ValueError, KeyError, TypeError):
        return None
    return Outcome(findings, (*lines, "nothing changed since these were built"))


def keep_record(
    settings: Settings,
    key: str,
    files: dict[str, bytes],
    lines: Sequence[tuple[str, str]],
    findings: Sequence[Diagnostic],
) -> None:
    """Note what was built from the inputs with a fingerprint; ``lines``: file and what is told of it."""
    if not settings.cache or not key:
        return
    record = {
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "lines": list(lines),
        "findings": [{**asdict(one), "severity": one.severity.value} for one in findings],
    }
    Store(settings.cache).put(_KIND, key, json.dumps(record).encode())


def _finding(facts: dict[str, object]) -> Diagnostic:
    place = facts.pop("place")
    assert isinstance(place, dict), "a place is written as a mapping"
    severity = Severity(facts.pop("severity"))
    return Diagnostic(**facts, place=Place(**place), severity=severity)  # type: ignore[arg-type]


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def empty_cache(settings: Settings) -> int:
    """Remove everything from the cache; return how many bytes that were."""
    return Store(settings.cache).clear() if settings.cache else 0
