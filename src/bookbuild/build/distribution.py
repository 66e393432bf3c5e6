"""A sound book to its print-ready distribution: one folder for printer, archive, website and trade."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bookbuild import __version__
from bookbuild.apparatus.citations import plain_words
from bookbuild.build import Outcome, Progress
from bookbuild.build.copies import (
    ARCHIVE,
    BOOKLET,
    COVER,
    FACES_HERE,
    FONTS,
    INTERIOR,
    SCREEN,
    SITE,
    Made,
    Task,
    archive,
    booklet,
    interior,
    made_pdf,
    run_all,
    screen,
    sites,
)
from bookbuild.build.editions import at_once, print_language, worker_pool
from bookbuild.build.inputs import unchanged
from bookbuild.build.manuscript import (
    languages_asked,
    locale_of,
    localized_book,
    read,
    sound_book,
    stop_on_errors,
    weighed,
)
from bookbuild.build.printed import PrintedEdition
from bookbuild.build.workers import Workers, WorkLimits
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookError, Diagnostic, Severity
from bookbuild.distribute.barcode import check_isbn
from bookbuild.distribute.condition import (
    COATED,
    SHIPPED,
    UNCOATED,
    Conditions,
    own_condition,
    shipped_condition,
)
from bookbuild.distribute.cover import CoverGeometry, CoverText, cover_page, finish_cover
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.findings import CODES as PREFLIGHT_CODES
from bookbuild.distribute.findings import DISTRIBUTION_CODES, Finding
from bookbuild.distribute.interior import PrintOrder, derived_id
from bookbuild.distribute.job_sheet import job_data, job_sheet
from bookbuild.distribute.preflight import declared_purpose, preflight
from bookbuild.distribute.publish import publish_distribution, verify_distribution
from bookbuild.distribute.records import (
    EditionFacts,
    citation_cff,
    manifest_json,
    onix,
    sources_json,
)
from bookbuild.distribute.screen import Attachment
from bookbuild.distribute.stock import is_coated, leaf_mm, spine_mm
from bookbuild.distribute.web_fonts import WebFace
from bookbuild.distribute.xmp import FileFacts
from bookbuild.figures.compare import compare_all
from bookbuild.figures.export import claims_csv, comparisons_json, csvw_metadata, data_package
from bookbuild.model.book import Book, Inks
from bookbuild.model.edition import Picture
from bookbuild.model.prose import Prose
from bookbuild.press.edition import print_edition
from bookbuild.press.engine import ENGINE
from bookbuild.press.fonts import FACES, FOLDER, face_of
from bookbuild.press.settings import PressSettings, StyleSheet
from bookbuild.render.screen import Translation, render_html

CODES: Mapping[str, str] = {**PREFLIGHT_CODES, **DISTRIBUTION_CODES}
"""Every code that making, checking and verifying a distribution can report, and what it stands for."""

_STAPLED = 80
"""Pages up to which a booklet is stapled through the fold; a thicker one is folded in sections."""
_SECTION = 16
_LETTERS = re.compile(r"[^\w]+")
_SITE_CSS = """
html { font-family: "Book Serif", "Book Armenian", "Book Arabic", Georgia, serif }
"""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What of a distribution its maker decides."""

    pdfx: str = "X-4"
    """Or ``X-1a``."""
    booklet: str = ""
    """``saddle``, ``sections``, ``auto`` by the number of pages; empty: none."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be made of a book, and what its ``print:`` comes to."""

    project: Project
    book: Book
    wishes: Wishes
    leaf: Decimal
    """Thickness in millimetres; so is the board's."""
    board: Decimal
    conditions: Conditions
    isbn: Mapping[str, str]
    """Language → 13 digits; languages without are missing."""
    moment: str
    """Which all files carry: of the edition, or SOURCE_DATE_EPOCH."""
    data: Mapping[str, bytes]
    """Name → the claims and sources as data."""


@dataclass(frozen=True, slots=True)
class _Volume:
    """One language, typeset, with what its files say of it."""

    printed: PrintedEdition
    text: CoverText
    facts: FileFacts
    edition: EditionFacts

    @property
    def lang(self) -> str:
        return self.edition.lang


def build_distribution(
    project: Project, languages: Sequence[str], settings: Settings, wishes: Wishes, progress: Progress
) -> Outcome:
    """Build the distribution of some languages into its folder in ``dist/``: all of it, or nothing.

    Raises:
        BookError: the book has errors, a translation is too incomplete, or preflight finds an error.
        EnvironmentFailure: the folder cannot be written; what was there is unchanged.
    """
    with unchanged(project):
        book, findings = sound_book(project, languages, settings, progress)
        asked = languages_asked(project, book, languages)
        job, wrong = _job(project, book, settings, wishes)
        findings = weighed([*findings, *wrong, *_too_incomplete(project, book, asked)], settings)
        stop_on_errors(findings)

        limits = WorkLimits(settings.unit_seconds, settings.unit_megabytes)
        with worker_pool(settings.jobs, limits) as workers:
            printed = _print_all(job, asked, settings, progress, workers)
            volumes = [_volume(job, one) for one in printed]
            progress("finish", "covers, copies for print, screen and archive, HTML")
            covers, wrong = _covers(job, volumes)
            findings = weighed([*findings, *_findings_of(printed), *wrong], settings)
            stop_on_errors(findings)
            tasks = [task for volume in volumes for task in _tasks(job, volume)]
            made = [*covers, *run_all(workers, [*tasks, _sites_task(job, volumes)])]
        folder = distribution_folder(project, book)
        findings = weighed([*findings, *_preflighted(made, folder.relative_to(project.root))], settings)
        stop_on_errors(findings)

        files = {name: content for one in made for name, content in one.files.items()}
        files |= {f"{lang}/{name}": content for lang in asked for name, content in job.data.items()}
        files |= _records(job, volumes, files)
    progress("write", str(folder))
    publish_distribution(folder, files)
    return Outcome(tuple(findings), tuple(_told(folder, volumes, made, files)))


def verify(project: Project, progress: Progress) -> tuple[Path, list[Diagnostic]]:
    """Compare the book's distribution with its sums and with the book as it is now.

    Raises:
        BookError: the book cannot be read, so that nobody knows where its distribution lies.
    """
    book, findings = read(project, progress)
    if book is None:
        raise BookError(findings)
    folder = distribution_folder(project, book)
    languages = sorted(path.name for path in folder.glob("*") if path.is_dir())
    return folder, verify_distribution(folder, project.root, _inputs(project, languages))


def preflight_file(path: Path, purpose: str = "") -> list[Finding]:
    """Check any PDF; ``purpose`` is ``print``, ``screen`` or ``archive``, empty: what the file calls itself.

    Raises:
        EnvironmentFailure: the file cannot be read.
    """
    return preflight(path, Expectations(Purpose(purpose) if purpose else declared_purpose(path)))


def distribution_folder(project: Project, book: Book) -> Path:
    """Return ``dist/<book>-<edition>``; a book without an edition has the date in its place."""
    words = book.edition.source if book.edition else book.date
    name = _LETTERS.sub("-", words.lower()).strip("-") or book.date
    return project.dist / f"{book.id}-{name}"


def _job(project: Project, book: Book, settings: Settings, wishes: Wishes) -> tuple[_Job, list[Diagnostic]]:
    """Return what is to be made; D901, D902, D904."""
    spec = book.printing
    leaf, findings = leaf_mm(spec.paper, "print: paper", book.place)
    board, wrong = leaf_mm(spec.board, "print: board", book.place)
    findings = [*findings, *wrong]
    conditions, wrong = _conditions(project, book)
    findings += wrong
    isbn = {}
    for language, text in book.isbn.items():
        isbn[language], wrong = check_isbn(text, book.place)
        findings += wrong
    moment = f"{book.date}T00:00:00Z"
    if settings.epoch is not None:
        moment = datetime.fromtimestamp(settings.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _Job(project, book, wishes, leaf, board, conditions, isbn, moment, _data(book)), findings


def _conditions(project: Project, book: Book) -> tuple[Conditions, list[Diagnostic]]:
    """Return the printer's own condition, the one named, or what pages and cover are by their paper; D904."""
    spec = book.printing
    if spec.icc:
        path = project.book / spec.icc
        if path.resolve().is_relative_to(project.book.resolve()) and path.is_file():
            own = own_condition(path.read_bytes(), spec.condition, spec.icc)
            return Conditions(own, own), []
        message, hint = f"print: icc: there is no profile “{spec.icc}” below book/", "copy it there"
    elif spec.condition and spec.condition not in SHIPPED:
        message = f"print: condition: bookbuild has no profile of “{spec.condition}”"
        hint = f"give the printer's with icc:, or name {' or '.join(SHIPPED)}"
    else:
        names = [
            spec.condition or (COATED if is_coated(paper) else UNCOATED) for paper in (spec.paper, spec.board)
        ]
        return Conditions(*map(shipped_condition, names)), []
    coated = shipped_condition()
    return Conditions(coated, coated), [Diagnostic("D904", message, book.place, hint)]


def _too_incomplete(project: Project, book: Book, languages: Sequence[str]) -> Iterator[Diagnostic]:
    """D903: a translation below what ``coverage:`` of book.yaml asks for is not published."""
    for language in languages:
        coverage = localized_book(project, book, language, locale_of(project, language)).coverage
        if coverage.percent < book.coverage_percent:
            share, least = (f"{one.normalize():f} %" for one in (coverage.percent, book.coverage_percent))
            yield Diagnostic(
                "D903",
                f"{language}: {share} of the translation is finished; coverage: asks for {least}",
                book.place,
                f"bookbuild catalog stats --lang {language} lists what is left",
            )


def _print_all(
    job: _Job,
    languages: Sequence[str],
    settings: Settings,
    progress: Progress,
    workers: Workers | None,
) -> list[PrintedEdition]:
    """Typeset all languages with tags: print copies lose them, screen copies need them."""
    comparisons = compare_all(job.book)

    def one(language: str) -> PrintedEdition:
        return print_language(
            job.project, job.book, language, comparisons, settings, progress, workers, tagged=True
        )

    return at_once(one, languages, workers)


def _findings_of(printed: Sequence[PrintedEdition]) -> list[Diagnostic]:
    return [finding for one in printed for finding in one.diagnostics]


def _volume(job: _Job, printed: PrintedEdition) -> _Volume:
    book = job.book
    local, lang = printed.localized.book, printed.edition.lang
    title, subtitle, blurb, rights = (
        _plain(prose) for prose in (local.title, local.subtitle, local.blurb, local.licence)
    )
    names = tuple(f"{_plain(one.role)} {_plain(one.name)}" for one in local.contributors)
    publisher = _plain(local.publisher)
    own_names = tuple(locale_of(job.project, code).name for code in book.languages)
    text = CoverText(
        title, subtitle, names, publisher, (blurb,) if blurb else (), own_names,
        lang, printed.edition.direction,
    )  # fmt: skip
    facts = FileFacts(
        title=title,
        authors=tuple(_plain(one.name) for one in local.contributors),
        subject=subtitle,
        lang=lang,
        moment=job.moment,
        identifier="",
        producer=f"bookbuild {__version__}, WeasyPrint",
        rights=rights,
        publisher=publisher,
    )
    added = -printed.pages % book.printing.page_multiple
    pages = printed.pages + added
    edition = EditionFacts(
        lang=lang,
        title=title,
        subtitle=subtitle,
        edition=_plain(local.edition),
        publisher=publisher,
        # The trade's codes of roles are found by their English words.
        names=tuple((one.role.source, _plain(one.name)) for one in local.contributors),
        blurb=blurb,
        isbn=job.isbn.get(lang, ""),
        pages=pages,
        added=added,
        notes=printed.notes,
        spine_mm=spine_mm(pages, job.leaf, job.board),
        coverage_percent=printed.edition.coverage.percent,
    )
    return _Volume(printed, text, facts, edition)


def _plain(prose: Prose | None) -> str:
    return plain_words(prose) if prose else ""


def _order(job: _Job, volume: _Volume, name: str) -> PrintOrder:
    spec = job.book.printing
    condition = job.conditions.cover if name == COVER else job.conditions.pages
    return PrintOrder(
        name=f"{job.book.id} {volume.lang} {name.removesuffix('.pdf')}",
        facts=_facts(volume, name, condition.digest, job.wishes.pdfx, repr(spec)),
        condition=condition,
        slug_font=face_of("Book Sans", 400, False).path.read_bytes(),
        bleed_mm=spec.bleed_mm,
        page_multiple=spec.page_multiple,
        pdfx=job.wishes.pdfx,
        black_only=spec.inks is Inks.BLACK,
        max_ink_percent=spec.ink_limit_percent,
    )


def _facts(volume: _Volume, name: str, *inputs: str) -> FileFacts:
    """Return a file's facts with an identifier that follows from all that the file is made of."""
    pages = hashlib.sha256(volume.printed.pdf).hexdigest()
    return replace(volume.facts, identifier=derived_id(pages, repr(volume.facts), volume.lang, name, *inputs))


def _covers(job: _Job, volumes: Sequence[_Volume]) -> tuple[list[Made], list[Diagnostic]]:
    """Typeset the covers; a cover with an error is not made."""
    made: list[Made] = []
    findings: list[Diagnostic] = []
    for volume in volumes:
        pdf, wrap, wrong = _cover_page(job, volume)
        findings += wrong
        if all(one.severity is not Severity.ERROR for one in wrong):
            made.append(_cover(job, volume, pdf, wrap))
    return made, findings


def _cover_page(job: _Job, volume: _Volume) -> tuple[bytes, CoverGeometry, list[Diagnostic]]:
    """Typeset a cover around the spine that the pages make."""
    book, text = job.book, volume.text
    wrap = CoverGeometry(
        page_width=book.page.trim_width_mm,
        page_height=book.page.trim_height_mm,
        spine=volume.edition.spine_mm,
        flap=book.printing.flap_mm,
        bleed=book.printing.bleed_mm,
    )
    unit, css = cover_page(text, wrap, book.printing.spine_text, volume.edition.isbn)
    press = PressSettings(
        root=job.project.book, title=text.title, lang=text.lang, direction=text.direction, page=wrap.format
    )
    printed = print_edition([unit], [StyleSheet("cover.css", css)], press)
    return printed.pdf, wrap, [replace(one, place=book.place) for one in printed.diagnostics]


def _cover(job: _Job, volume: _Volume, pdf: bytes, wrap: CoverGeometry) -> Made:
    """Make a typeset cover ready for print."""
    isbn, percent = volume.edition.isbn, job.book.printing.barcode_percent
    order = _order(job, volume, COVER)
    ready = finish_cover(pdf, order, wrap, isbn, percent, volume.text.direction)
    remark = f"spine {wrap.spine.normalize():f} mm{'' if isbn else ', no ISBN: no barcode'}"
    found = preflight(ready.pdf, ready.expectations)
    return made_pdf(f"{volume.lang}/{COVER}", ready.pdf, found, ready.pages, remark)


def _tasks(job: _Job, volume: _Volume) -> list[Task]:
    """Return what makes the other PDFs of a language; the longest first."""
    printed = volume.printed
    pdf, pages = printed.pdf, printed.pages
    attached = [Attachment(name, *_DESCRIPTIONS[name], content) for name, content in job.data.items()]
    archived = _facts(volume, ARCHIVE, job.conditions.pages.digest)
    calls: dict[str, Callable[[str], Made]] = {
        SCREEN: functools.partial(screen, pdf, pages, printed.units, _facts(volume, SCREEN)),
        INTERIOR: functools.partial(interior, pdf, _order(job, volume, INTERIOR)),
        ARCHIVE: functools.partial(archive, pdf, pages, archived, job.conditions.pages, attached),
    }
    if wanted := job.wishes.booklet:
        section = _SECTION if wanted == "sections" or (wanted == "auto" and pages > _STAPLED) else 0
        facts = _facts(volume, BOOKLET, str(section))
        calls[BOOKLET] = functools.partial(booklet, pdf, facts, section, printed.edition.direction)
    return [Task(f"{volume.lang}/{name}", call) for name, call in calls.items()]


def _data(book: Book) -> dict[str, bytes]:
    """Return the claims and sources as data, with the descriptions of the CSV."""
    comparisons = compare_all(book)
    return {
        "figures.csv": claims_csv(comparisons).encode(),
        "figures.csv-metadata.json": csvw_metadata(book, "figures.csv").encode(),
        "figures.json": comparisons_json(comparisons).encode(),
        "datapackage.json": data_package(book, "figures.csv").encode(),
        "sources.json": sources_json(book.sources),
    }


_DESCRIPTIONS = {
    "figures.csv": ("text/csv", "All claims, one a row"),
    "figures.csv-metadata.json": ("application/json", "Description of figures.csv (CSV on the Web)"),
    "figures.json": ("application/json", "Quantities with their verdicts, camps and claims"),
    "datapackage.json": ("application/json", "Description of figures.csv (Frictionless Data)"),
    "sources.json": ("application/json", "Works cited (CSL-JSON)"),
}


def _sites_task(job: _Job, volumes: Sequence[_Volume]) -> Task:
    """Write the pages and read what they show; a worker cuts the typefaces down."""
    project = job.project
    faces = [
        WebFace(Path(face.file).stem, face.family, face.weight, face.italic, face.path.read_bytes())
        for face in FACES
    ]
    licences = {f"{FONTS}/{path.name}": path.read_bytes() for path in sorted(FOLDER.glob("OFL-*.txt"))}
    names = {volume.lang: locale_of(project, volume.lang).name for volume in volumes}
    pages, files = {}, {}
    for volume in volumes:
        edition, lang = volume.printed.edition, volume.lang
        translations = [
            Translation(other, name, f"../../{other}/{SITE}/index.html")
            for other, name in names.items()
            if other != lang
        ]
        style = f"{_SITE_CSS}{FACES_HERE}\n"
        pages[lang] = render_html(edition, locale_of(project, lang), translations, style)
        pictures = {path: (project.book / path).read_bytes() for path in _pictures(edition.sections)}
        files[lang] = {**pictures, **licences}
    return Task(SITE, functools.partial(sites, pages, faces, files))


def _pictures(tree: object) -> Iterator[str]:
    if isinstance(tree, Picture):
        yield tree.path
    for inside in tree if isinstance(tree, tuple) else getattr(tree, "blocks", ()):
        yield from _pictures(inside)


def _preflighted(made: Sequence[Made], folder: Path) -> Iterator[Diagnostic]:
    for one in made:
        for finding in one.findings:
            yield finding.as_diagnostic((folder / one.path).as_posix())


def _records(job: _Job, volumes: Sequence[_Volume], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what stands beside the languages: job sheets, citation, ONIX, and the manifest of it all."""
    book = job.book
    editions = [volume.edition for volume in volumes]
    spec = book.printing
    records: dict[str, bytes] = {}
    for one in editions:
        agreed = (book, one, spec, job.conditions, job.wishes.pdfx)
        records[f"job-sheet-{one.lang}.txt"] = job_sheet(*agreed, locale_of(job.project, one.lang))
        records[f"job-sheet-{one.lang}.json"] = job_data(*agreed)
    first = next((one for one in editions if one.lang == book.source_language), editions[0])
    records["CITATION.cff"] = citation_cff(book, first, __version__)
    records["onix.xml"] = onix(book, editions, spec)
    inputs = {
        name: (job.project.root / name).read_bytes()
        for name in _inputs(job.project, [volume.lang for volume in volumes])
    }
    versions = {"bookbuild": __version__, "engine": ENGINE}
    records["manifest.json"] = manifest_json(book, editions, inputs, versions, {**files, **records})
    return records


def _inputs(project: Project, languages: Sequence[str]) -> list[str]:
    """Return the files that a distribution is made of, from the project's root."""
    folders = [project.book, project.styles, *(project.root / "locales" / lang for lang in languages)]
    return sorted(
        path.relative_to(project.root).as_posix()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name != "README.md" and not path.name.startswith(".")
    )


def _told(
    folder: Path, volumes: Sequence[_Volume], made: Sequence[Made], files: Mapping[str, bytes]
) -> Iterator[str]:
    """Yield the table of what was made."""
    for volume in volumes:
        for one in sorted(made, key=lambda one: one.path):
            if one.path.startswith(f"{volume.lang}/"):
                size, remark = _size(sum(map(len, one.files.values()))), f"  {one.remark}"
                yield f"{one.path:<26}{one.pages:>5} pages {size:>9}{remark}".rstrip()
        site = f"{volume.lang}/{SITE}/"
        own = [len(content) for name, content in files.items() if name.startswith(site)]
        yield f"{site:<26}{len(own):>5} files {_size(sum(own)):>9}"
    yield f"{folder}: {len(files) + 1} files, {_size(sum(map(len, files.values())))}, checked"


def _size(count: int) -> str:
    return f"{Decimal(count) / 1_000_000:.2f} MB"
