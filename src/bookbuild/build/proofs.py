"""A book that is being written: read again at every change, on pages as soon as may be.

The same story as in ``editions``, with other ends: what is found wrong is told while the last good
pages stay, each unit is shown as soon as it is laid out, and nothing is published.
"""

from __future__ import annotations

import bisect
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

from bookbuild.apparatus.memory import Memory as ApparatusMemory
from bookbuild.build.bench import Bench, Checked
from bookbuild.build.editions import edition_of, press_settings, styles_of
from bookbuild.build.manuscript import languages_asked, locale_of, read
from bookbuild.build.pictures import data_address
from bookbuild.build.workers import WorkLimits
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookbuildError, BookError, Diagnostic, InternalFault, Severity, in_order
from bookbuild.figures.compare import compare_all
from bookbuild.model.book import Book, Generated, each_prose
from bookbuild.model.catalog import Catalog
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import Edition
from bookbuild.model.locale import Locale
from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.proof import EditionPages, Leaf, UnitPages
from bookbuild.model.prose import MessageKey, key_of
from bookbuild.model.unit import Unit
from bookbuild.press.cache import SheetCache
from bookbuild.press.proof import EditionProof, UnitProof
from bookbuild.read import parse_inlines
from bookbuild.render import render_html, render_units
from bookbuild.render.units import Memory as RenderMemory
from bookbuild.translate.localize import Memory as LocalizeMemory
from bookbuild.translate.localize import localize
from bookbuild.translate.po import read_catalog
from bookbuild.translate.pseudo import PSEUDO


@dataclass(frozen=True, slots=True)
class _Text:
    """One language of the book, newest state that could be set."""

    edition: Edition
    locale: Locale
    translations: Translations
    number: int
    """Counts the states of the text."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why one language, or the book, cannot be set."""

    why: str
    ours: bool = False
    """An error of the book that the check did not tell, or a fault of ours."""


class _Memory:
    """What one language was made of the last time, so that an edit costs what it changes."""

    def __init__(self) -> None:
        self.messages = LocalizeMemory()
        self.sections = RenderMemory()
        self.apparatus = ApparatusMemory()
        self._locale: tuple[bytes, Locale] | None = None

    def locale(self, project: Project, language: str) -> Locale:
        """Return the locale; the last one if the book's own words and packs say the same."""
        state = hashlib.sha256()
        for path in sorted((project.root / "locales").rglob("*")):
            if path.is_file() and path.name != "book.po":
                state.update(f"{path}\0".encode() + path.read_bytes())
        if self._locale is None or self._locale[0] != state.digest():
            self._locale = (state.digest(), locale_of(project, language))
        return self._locale[1]


class Translations:
    """Where the translation of what stands in the manuscript is written."""

    def __init__(self, messages: Sequence[tuple[Place, MessageKey]], catalog: Catalog | None) -> None:
        self._places: dict[str, list[tuple[Place, Place]]] = {}
        translated = catalog.current() if catalog else {}
        for place, key in messages if translated else ():
            if (message := translated.get(key)) and place.line:
                self._places.setdefault(place.path, []).append((place, message.string_place))
        for entries in self._places.values():
            entries.sort()

    def of(self, place: Place) -> Place:
        """Return where the words at a place are translated; nowhere if they are not."""
        entries = self._places.get(place.path, [])
        at = bisect.bisect_right(entries, place, key=lambda entry: entry[0])
        return entries[at - 1][1] if at else NOWHERE


class _Messages:
    """The messages of a book with their places, looked for once in each part that stays what it is."""

    def __init__(self) -> None:
        self._parts: dict[int, tuple[object, list[tuple[Place, MessageKey]]]] = {}

    def of(self, book: Book) -> list[tuple[Place, MessageKey]]:
        """Return every message's place and key."""
        parts = [*book.chapters(), *book.sources, *book.quantities, *book.registers]
        last, self._parts = self._parts, {}
        for part in parts:
            known = last.get(id(part))
            if known is None or known[0] is not part:
                known = (part, [(prose.place, key_of(prose)) for prose in each_prose(part)])
            self._parts[id(part)] = known
        return [entry for _, messages in self._parts.values() for entry in messages]


class Proofs:
    """A book being written, in some languages. Its state may be asked for from any thread."""

    def __init__(
        self, project: Project, asked: Sequence[str], settings: Settings, tell: Callable[[], None]
    ) -> None:
        """``tell`` is called, from any thread, when there is something new to see."""
        self._project = project
        self._asked = tuple(asked)
        self._settings = settings
        self._tell = tell
        limits = WorkLimits(settings.unit_seconds, settings.unit_megabytes)
        self._bench = Bench(max(1, settings.jobs), limits)
        self._cache = SheetCache(settings.cache) if settings.cache else None
        self._lock = threading.RLock()
        self._proofs: dict[str, EditionProof] = {}
        self._texts: dict[str, _Text] = {}
        self._memories: dict[str, _Memory] = {}
        self._messages = _Messages()
        self._compared: tuple[tuple[object, ...], tuple[Comparison, ...]] | None = None
        self._catalogs: dict[Path, tuple[str, Catalog | None, tuple[Diagnostic, ...]]] = {}
        self._written: dict[tuple[str, str], tuple[Mapping[str, Place], Translations, str]] = {}
        self._html: dict[str, tuple[Edition, str]] = {}
        self._order: tuple[str, ...] = ()
        self._states = 0
        self._read: tuple[Diagnostic, ...] = ()
        self._failures: dict[str, _Failure] = {}
        self._checks = _Checks(lambda: self._bench.check(project, self._asked, settings), self._checked)

    def refresh(self, watched: tuple[str, str] = ("", ""), superseded: Callable[[], bool] = bool) -> None:
        """Read the book again and begin to bring the pages up to it.

        ``watched``: language and unit that somebody looks at; they come first. ``superseded`` is asked
        between languages whether to stop, because the book has changed again.
        """
        self._checks.begin()
        try:
            book, findings = read(self._project, _quietly)
            sound = book is not None and not any(one.severity is Severity.ERROR for one in findings)
            self._keep(tuple(findings), {})
            if book is None or not sound:
                return
            self._order = languages = languages_asked(self._project, book, self._asked)
        except BookbuildError as error:
            self._keep((), {"": _Failure(str(error))})
            return
        comparisons = self._comparisons(book)
        for language in sorted(languages, key=lambda code: code != watched[0]):
            self._refresh_language(book, comparisons, language, watched)
            if superseded():
                return

    def editions(self) -> tuple[EditionPages, ...]:
        """Return the newest pages of each language, in the order of the book or of the question."""
        with self._lock:
            texts = [(code, self._texts[code]) for code in self._order if code in self._texts]
        return tuple(self._pages(language, text) for language, text in texts)

    def findings(self) -> list[Diagnostic]:
        """Return everything known to be wrong, sorted: from reading, from checking, from the pages."""
        with self._lock:
            on_pages = [one for proof in self._proofs.values() for one in proof.diagnostics()]
            return in_order([*self._read, *self._checks.findings, *on_pages])

    def failures(self) -> list[str]:
        """Return why some pages are not the newest, where no finding says it."""
        explained = any(one.severity is Severity.ERROR for one in self.findings())
        with self._lock:
            told = [
                f"{language}: {failure.why}" if language else failure.why
                for language, failure in self._failures.items()
                if not (failure.ours and (explained or self._checks.running))
            ]
            for language, proof in self._proofs.items():
                told += [f"{language}: {unit}: {why}" for unit, why in proof.faults().items()]
        return [*told, *([self._checks.failure] if self._checks.failure else [])]

    def broken(self) -> bool:
        """Tell whether the pages are those of an earlier state, because the newest cannot be set."""
        with self._lock:
            return bool(self._failures) or any(one.severity is Severity.ERROR for one in self._read)

    def busy(self) -> tuple[int, bool]:
        """Return how many units are being laid out, and whether the book is being checked."""
        with self._lock:
            return sum(proof.awaited() for proof in self._proofs.values()), self._checks.running

    def leaves(self, language: str, facts: str) -> tuple[Leaf, ...] | None:
        """Return what stands where on a unit's pages; nothing if they are not the newest."""
        text, proofs = self._texts.get(language), self._proofs.get(language)
        if not text or not proofs:
            return None
        found = (one for one in proofs.units() if self._unit_pages(language, text, one).facts == facts)
        return next((one.leaves(text.translations.of) for one in found), None)

    def pdf(self, language: str, look: str) -> bytes | None:
        """Return a unit's pages; nothing if they are not the newest."""
        proofs = self._proofs.get(language)
        found = (one for one in (proofs.units() if proofs else ()) if one.look() == look)
        return next((one.pdf() for one in found), None)

    def html(self, language: str) -> str | None:
        """Return the localized text as one page for browsers."""
        text = self._texts.get(language)
        if not text:
            return None
        made = self._html.get(language)
        if not made or made[0] is not text.edition:
            page = render_html(text.edition, text.locale, picture=self._picture)
            made = self._html[language] = (text.edition, page)
        return made[1]

    def watch(self, language: str, unit: str) -> None:
        """Lay out before the others what somebody looks at."""
        for code, proof in self._proofs.items():
            proof.watch(unit if code == language else "")

    def warm(self) -> None:
        """Load the engine before it is waited for."""
        smallest: list[UnitProof] = [one for proof in self._proofs.values() for one in proof.units()]
        if smallest:
            self._bench.warm(min(smallest, key=lambda one: len(one.job.html)).job)

    def close(self) -> None:
        """Stop all work."""
        self._bench.close()

    def _refresh_language(
        self, book: Book, comparisons: Sequence[Comparison], language: str, watched: tuple[str, str]
    ) -> None:
        try:
            catalog, findings = self._catalog(book, language)
            with self._lock:
                self._read += findings
            if catalog is None and language not in (book.source_language, PSEUDO):
                self._fail(language, _Failure("the catalog cannot be read"))
                return
            memory = self._memories.setdefault(language, _Memory())
            locale = memory.locale(self._project, language)
            localized = localize(book, catalog, locale.code, parse_inlines, memory.messages)
            edition = edition_of(self._project, book, localized, comparisons, locale, memory.apparatus)
            units = _with_works(render_units(edition, locale, memory.sections), book)
            styles = styles_of(self._project, locale)
            settings = press_settings(self._project, book, edition, locale)
        except BookError as error:
            self._fail(language, _Failure("; ".join(one.message for one in error.diagnostics)))
        except BookbuildError as error:
            self._fail(language, _Failure(str(error), ours=isinstance(error, InternalFault)))
        except Exception as error:
            # A book with errors may break any step, and a preview outlives each of them: the check,
            # which is under way, says what the authors can mend.
            self._fail(language, _Failure(f"a fault of ours: {type(error).__name__}: {error}", ours=True))
        else:
            with self._lock:
                self._states += 1
                translations = Translations(self._messages.of(book) if catalog else (), catalog)
                self._texts[language] = _Text(edition, locale, translations, self._states)
                if language not in self._proofs:
                    self._proofs[language] = EditionProof(self._bench.lay_out, self._cache, self._tell)
            unit = watched[1] if watched[0] == language else ""
            self._proofs[language].take(units, styles, settings, unit)

    def _comparisons(self, book: Book) -> tuple[Comparison, ...]:
        """Compare the figures, once for each state of them."""
        made_of = (book.quantities, book.about_percent)
        if self._compared is None or self._compared[0] != made_of:
            self._compared = (made_of, compare_all(book))
        return self._compared[1]

    def _catalog(self, book: Book, language: str) -> tuple[Catalog | None, tuple[Diagnostic, ...]]:
        """Read a catalog, once for each state of its file."""
        if language in (book.source_language, PSEUDO):
            return None, ()
        path = self._project.catalog(language)
        try:
            state = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            state = ""
        known = self._catalogs.get(path)
        if not state or not known or known[0] != state:
            catalog, found = read_catalog(path, path.relative_to(self._project.root).as_posix())
            known = self._catalogs[path] = (state, catalog, tuple(found))
        return known[1], known[2]

    def _picture(self, path: str) -> str:
        return data_address(self._project.book / path)

    def _pages(self, language: str, text: _Text) -> EditionPages:
        edition, page = text.edition, text.edition.page
        return EditionPages(
            lang=language,
            name=text.locale.name,
            direction=edition.direction,
            title=edition.title,
            translated_percent=f"{edition.coverage.percent.normalize():f}",
            width_mm=float(page.trim_width_mm + 2 * page.bleed_mm),
            height_mm=float(page.trim_height_mm + 2 * page.bleed_mm),
            units=tuple(self._unit_pages(language, text, one) for one in self._proofs[language].units()),
            text=str(text.number),
        )

    def _unit_pages(self, language: str, text: _Text, proof: UnitProof) -> UnitPages:
        """Describe a unit; where its words were written is digested once for each state of both files."""
        lines, translations = proof.unit.lines, text.translations
        known = self._written.get((language, proof.unit.id))
        if known is None or known[0] != lines or known[1] is not translations:
            written = repr([(anchor, place, translations.of(place)) for anchor, place in lines.items()])
            known = (lines, translations, hashlib.sha256(written.encode()).hexdigest())
            self._written[language, proof.unit.id] = known
        return proof.pages(known[2])

    def _keep(self, findings: tuple[Diagnostic, ...], failures: Mapping[str, _Failure]) -> None:
        with self._lock:
            self._read, self._failures = findings, dict(failures)
        self._tell()

    def _fail(self, language: str, failure: _Failure) -> None:
        with self._lock:
            self._failures[language] = failure
        self._tell()

    def _checked(self) -> None:
        with self._lock:
            self._checks.leave_out(self._read)
        self._tell()


class _Checks:
    """Checks of the whole book, one at a time, the last one of the newest state."""

    def __init__(self, submit: Callable[[], Future[Checked]], tell: Callable[[], None]) -> None:
        self._submit = submit
        self._tell = tell
        self._lock = threading.Lock()
        self._again = False
        self.running = False
        self.findings: tuple[Diagnostic, ...] = ()
        self.failure = ""

    def begin(self) -> None:
        """Check the state that the files have now, or have when the check under way has ended."""
        with self._lock:
            if self.running:
                self._again = True
                return
            self.running = True
        self._submit().add_done_callback(self._done)

    def leave_out(self, told: Sequence[Diagnostic]) -> None:
        """Leave out what reading tells: it vanishes when it is mended, before the next check has ended."""
        self.findings = tuple(one for one in self.findings if one not in told)

    def _done(self, future: Future[Checked]) -> None:
        error = None if future.cancelled() else future.exception()
        with self._lock:
            again, self._again, self.running = self._again, False, False
            if not future.cancelled():
                checked = Checked((), f"the check failed: {error}") if error else future.result()
                self.findings, self.failure = checked.findings, checked.failure
        self._tell()
        if again:
            self.begin()


def _with_works(units: Sequence[Unit], book: Book) -> tuple[Unit, ...]:
    """Return the units with the places of the works in the bibliography: nobody else asks for them."""
    works = {f"work-{source.key}": source.place for source in book.sources}
    listed = Generated.BIBLIOGRAPHY.value
    return tuple(
        replace(unit, lines={**unit.lines, **works}) if unit.id == listed else unit for unit in units
    )


def _quietly(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Tell nobody: the browser shows what is going on."""
