"""A sound book to its print-ready distribution: one folder for printer, archive, website and trade."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bookbuild import __version__
from bookbuild.apparatus.citations import plain_words
from bookbuild.build import Outcome, Progress
from bookbuild.build.editions import print_language, worker_pool
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
from bookbuild.build.workers import Workers, WorkFailedError, WorkLimits
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookError, Diagnostic, EnvironmentFailure, InternalFault, Severity
from bookbuild.distribute.barcode import check_isbn
from bookbuild.distribute.booklet import impose
from bookbuild.distribute.condition import PrintCondition, own_condition, shipped_condition
from bookbuild.distribute.cover import CoverGeometry, CoverText, cover_page, finish_cover
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.findings import Finding
from bookbuild.distribute.interior import PrintOrder, derived_id, print_interior
from bookbuild.distribute.preflight import declared_purpose, preflight
from bookbuild.distribute.publish import publish_distribution, verify_distribution
from bookbuild.distribute.records import (
    EditionFacts,
    citation_cff,
    job_sheet,
    manifest_json,
    onix,
    sources_json,
)
from bookbuild.distribute.screen import Attachment, archive_pdf, screen_pdf
from bookbuild.distribute.stock import leaf_mm, spine_mm
from bookbuild.distribute.web_fonts import WebFace, web_fonts
from bookbuild.distribute.xmp import FileFacts
from bookbuild.figures.compare import compare_all
from bookbuild.figures.export import claims_csv, comparisons_json, csvw_metadata, data_package
from bookbuild.model.book import Book, Inks, LocalizedBook
from bookbuild.model.comparison import Comparison
from bookbuild.model.edition import Picture
from bookbuild.model.prose import Prose
from bookbuild.model.unit import Unit
from bookbuild.press.edition import print_edition
from bookbuild.press.engine import ENGINE
from bookbuild.press.fonts import FACES, FOLDER, face_of
from bookbuild.press.settings import PressSettings, StyleSheet
from bookbuild.render.screen import Translation, render_html

INTERIOR, COVER = "interior-print.pdf", "cover-print.pdf"
SCREEN, ARCHIVE = "book-screen.pdf", "book-archive.pdf"
BOOKLET, SITE = "booklet.pdf", "html"
_STAPLED = 80
"""Pages up to which a booklet is stapled through the fold; a thicker one is folded in sections."""
_SECTION = 16
_LETTERS = re.compile(r"[^\w]+")
_FONTS = "assets/fonts"
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
class _Agreed:
    """What ``print:`` of book.yaml comes to."""

    leaf: Decimal
    board: Decimal
    condition: PrintCondition
    isbn: Mapping[str, str]
    """Language → 13 digits; languages without are missing."""


@dataclass(frozen=True, slots=True)
class _File:
    """One finished PDF."""

    name: str
    pdf: bytes
    findings: tuple[Finding, ...]
    pages: int = 0
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker is to make of one language: a PDF, or the files of a folder."""

    lang: str
    name: str
    call: Callable[[], _File | dict[str, bytes]]


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
    book, findings = sound_book(project, languages, settings, progress)
    asked = languages_asked(project, book, languages)
    agreed, wrong = _agreed(project, book)
    findings += wrong
    texts = {
        language: localized_book(project, book, language, locale_of(project, language)) for language in asked
    }
    findings += _too_incomplete(book, texts)
    stop_on_errors(findings := weighed(findings, settings))

    comparisons = compare_all(book)
    folder = distribution_folder(project, book)
    limits = WorkLimits(settings.unit_seconds, settings.unit_megabytes)
    with worker_pool(settings.jobs, limits) as workers:
        printed = _print_all(project, book, asked, comparisons, settings, progress, workers)
        for one in printed:
            findings += one.diagnostics
        stop_on_errors(findings := weighed(findings, settings))
        volumes = [_volume(project, book, one, agreed, settings) for one in printed]
        data = _data(book, comparisons)
        files: dict[str, bytes] = {}
        made: list[tuple[str, _File]] = []
        tasks: list[_Task] = []
        for volume in volumes:
            progress("cover", volume.lang)
            cover, wrong = _cover(project, book, volume, agreed, wishes)
            findings += wrong
            made.append((volume.lang, cover))
            files |= {f"{volume.lang}/{name}": content for name, content in data.items()}
            tasks += _tasks(book, volume, agreed, wishes, data)
        tasks.append(_Task("all", SITE, _sites_call(project, volumes)))
        progress("finish", "print, screen and archive copies, HTML")
        for task, result in zip(tasks, _run_all(workers, tasks), strict=True):
            if isinstance(result, _File):
                made.append((task.lang, result))
            else:
                files |= result
    for language, file in made:
        files[f"{language}/{file.name}"] = file.pdf
        path = (folder / language / file.name).relative_to(project.root).as_posix()
        findings += [one.as_diagnostic(path) for one in file.findings]
    stop_on_errors(findings := weighed(findings, settings))

    files |= _records(project, book, volumes, agreed, wishes, files)
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


def _agreed(project: Project, book: Book) -> tuple[_Agreed, list[Diagnostic]]:
    """Return what was agreed with the printer; D901, D902, D904."""
    spec = book.printing
    leaf, findings = leaf_mm(spec.paper, "print: paper", book.place)
    board, wrong = leaf_mm(spec.board, "print: board", book.place)
    findings = [*findings, *wrong]
    condition = shipped_condition()
    if spec.icc:
        path = project.book / spec.icc
        if path.resolve().is_relative_to(project.book.resolve()) and path.is_file():
            condition = own_condition(path.read_bytes(), spec.condition, spec.icc)
        else:
            message = f"print: icc: there is no profile “{spec.icc}” below book/"
            findings.append(Diagnostic("D904", message, book.place))
    isbn = {}
    for language, text in book.isbn.items():
        digits, wrong = check_isbn(text, book.place)
        findings += wrong
        isbn[language] = digits
    return _Agreed(leaf, board, condition, isbn), findings


def _too_incomplete(book: Book, texts: Mapping[str, LocalizedBook]) -> Iterator[Diagnostic]:
    """D903: a translation below what ``coverage:`` of book.yaml asks for is not published."""
    for language, localized in texts.items():
        coverage = localized.coverage
        if coverage.percent < book.coverage_percent:
            share, least = (f"{one.normalize():f} %" for one in (coverage.percent, book.coverage_percent))
            yield Diagnostic(
                "D903",
                f"{language}: {share} of the translation is finished; coverage: asks for {least}",
                book.place,
                f"bookbuild catalog stats --lang {language} lists what is left",
            )


def _print_all(
    project: Project,
    book: Book,
    languages: Sequence[str],
    comparisons: Sequence[Comparison],
    settings: Settings,
    progress: Progress,
    workers: Workers | None,
) -> list[PrintedEdition]:
    """Typeset all languages with tags: print copies lose them, screen copies need them."""

    def one(language: str) -> PrintedEdition:
        return print_language(project, book, language, comparisons, settings, progress, workers, tagged=True)

    if workers is None:
        return [one(language) for language in languages]
    with ThreadPoolExecutor(len(languages)) as threads:
        try:
            return list(threads.map(one, languages))
        except BaseException:
            workers.abort()  # or leaving the block would wait for the other languages
            raise


def _volume(
    project: Project, book: Book, printed: PrintedEdition, agreed: _Agreed, settings: Settings
) -> _Volume:
    local, lang = printed.localized.book, printed.edition.lang
    title, subtitle, blurb, rights = (
        _plain(prose) for prose in (local.title, local.subtitle, local.blurb, local.licence)
    )
    names = tuple(f"{_plain(one.role)} {one.name}" for one in local.contributors)
    own_names = tuple(locale_of(project, code).name for code in book.languages)
    text = CoverText(
        title, subtitle, names, book.publisher, (blurb,) if blurb else (), own_names,
        lang, printed.edition.direction,
    )  # fmt: skip
    facts = FileFacts(
        title=title,
        authors=tuple(one.name for one in book.contributors),
        subject=subtitle,
        lang=lang,
        moment=_moment(book, settings),
        identifier="",
        producer=f"bookbuild {__version__}, WeasyPrint",
        rights=rights,
        publisher=book.publisher,
    )
    added = -printed.pages % book.printing.page_multiple
    pages = printed.pages + added
    edition = EditionFacts(
        lang=lang,
        title=title,
        subtitle=subtitle,
        edition=_plain(local.edition),
        publisher=book.publisher,
        # The trade's codes of roles are found by their English words.
        names=tuple((one.role.source, one.name) for one in book.contributors),
        blurb=blurb,
        isbn=agreed.isbn.get(lang, ""),
        pages=pages,
        added=added,
        notes=printed.notes,
        spine_mm=spine_mm(pages, agreed.leaf, agreed.board),
        coverage_percent=printed.edition.coverage.percent,
    )
    return _Volume(printed, text, facts, edition)


def _plain(prose: Prose | None) -> str:
    return plain_words(prose) if prose else ""


def _moment(book: Book, settings: Settings) -> str:
    """Return the moment that all files carry: of the edition, or SOURCE_DATE_EPOCH."""
    if settings.epoch is None:
        return f"{book.date}T00:00:00Z"
    return datetime.fromtimestamp(settings.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _order(book: Book, volume: _Volume, name: str, agreed: _Agreed, wishes: Wishes) -> PrintOrder:
    spec = book.printing
    return PrintOrder(
        name=f"{book.id} {volume.lang} {name.removesuffix('.pdf')}",
        facts=_facts(volume, name, agreed.condition.digest, wishes.pdfx, repr(spec)),
        condition=agreed.condition,
        slug_font=face_of("Book Sans", 400, False).path.read_bytes(),
        bleed_mm=spec.bleed_mm,
        page_multiple=spec.page_multiple,
        pdfx=wishes.pdfx,
        black_only=spec.inks is Inks.BLACK,
        max_ink_percent=spec.ink_limit_percent,
    )


def _facts(volume: _Volume, name: str, *inputs: str) -> FileFacts:
    """Return a file's facts with an identifier that follows from all that the file is made of."""
    pages = hashlib.sha256(volume.printed.pdf).hexdigest()
    return replace(volume.facts, identifier=derived_id(pages, repr(volume.facts), volume.lang, name, *inputs))


def _cover(
    project: Project, book: Book, volume: _Volume, agreed: _Agreed, wishes: Wishes
) -> tuple[_File, list[Diagnostic]]:
    """Typeset the cover around the spine that the pages make."""
    spec, page, text = book.printing, book.page, volume.text
    wrap = CoverGeometry(
        page.trim_width_mm, page.trim_height_mm, volume.edition.spine_mm, spec.flap_mm, spec.bleed_mm
    )
    unit, css = cover_page(text, wrap, spec.spine_text, volume.edition.isbn)
    press = PressSettings(
        root=project.book, title=text.title, lang=text.lang, direction=text.direction, page=wrap.format
    )
    printed = print_edition([unit], [StyleSheet("cover.css", css)], press)
    findings = [
        replace(one, place=book.place)
        for one in printed.diagnostics
        # The gate cannot read the words of a turned spine in a script that runs from right to left.
        if not (text.direction == "rtl" and one.code.startswith("G"))
    ]
    stop_on_errors(findings)
    order = _order(book, volume, COVER, agreed, wishes)
    ready = finish_cover(printed.pdf, order, wrap, volume.edition.isbn, spec.barcode_percent, text.direction)
    remark = f"spine {wrap.spine.normalize():f} mm"
    if not volume.edition.isbn:
        remark += ", no ISBN: no barcode"
    found = tuple(preflight(ready.pdf, ready.expectations))
    return _File(COVER, ready.pdf, found, ready.pages, remark), findings


def _tasks(
    book: Book,
    volume: _Volume,
    agreed: _Agreed,
    wishes: Wishes,
    data: Mapping[str, bytes],
) -> list[_Task]:
    """Return the PDFs that remain to be made of a language; the longest first."""
    lang, pdf, condition = volume.lang, volume.printed.pdf, agreed.condition
    archived = _facts(volume, ARCHIVE, condition.digest)
    calls = {
        SCREEN: functools.partial(_screen, pdf, volume.printed.units, _facts(volume, SCREEN)),
        INTERIOR: functools.partial(_interior, pdf, _order(book, volume, INTERIOR, agreed, wishes)),
        ARCHIVE: functools.partial(_archive, pdf, archived, condition, _attachments(data)),
    }
    if wishes.booklet:
        thick = volume.printed.pages > _STAPLED
        section = _SECTION if wishes.booklet == "sections" or (wishes.booklet == "auto" and thick) else 0
        facts = _facts(volume, BOOKLET, str(section))
        calls[BOOKLET] = functools.partial(_booklet, pdf, facts, section, volume.printed.edition.direction)
    return [_Task(lang, name, call) for name, call in calls.items()]


def _interior(pdf: bytes, order: PrintOrder) -> _File:
    ready = print_interior(pdf, order)
    remark = f"of them {ready.added} blank at the end" if ready.added else ""
    found = tuple(preflight(ready.pdf, ready.expectations))
    return _File(INTERIOR, ready.pdf, found, ready.pages, remark)


def _screen(pdf: bytes, units: Sequence[Unit], facts: FileFacts) -> _File:
    copy = screen_pdf(pdf, units, facts)
    assert copy.tags is not None, "a screen copy is tagged"
    found = [*preflight(copy.pdf, copy.expectations), *_loose_tags(copy.tags.untied, copy.tags.unmarked)]
    return _File(SCREEN, copy.pdf, tuple(found))


def _loose_tags(untied: Sequence[str], unmarked: Sequence[str]) -> Iterator[Finding]:
    """D905: what the screen copy's tags should say and do not."""
    for name in untied:
        yield Finding("D905", f"the note “{name}” is not tied to its call", Severity.WARNING)
    for words in unmarked:
        yield Finding("D905", f"“{words[:60]}” does not say its language", Severity.WARNING)


def _archive(
    pdf: bytes, facts: FileFacts, condition: PrintCondition, attachments: Sequence[Attachment]
) -> _File:
    copy = archive_pdf(pdf, facts, condition, attachments)
    return _File(ARCHIVE, copy.pdf, tuple(preflight(copy.pdf, copy.expectations)))


def _booklet(pdf: bytes, facts: FileFacts, section: int, direction: str) -> _File:
    made = impose(pdf, facts, section=section, direction=direction)
    folded = f"{made.sections} sections of {section} pages" if section else "stapled through the fold"
    # A proof for the office: only what keeps it from being printed at all counts.
    found = preflight(made.pdf, Expectations(Purpose.SCREEN))
    errors = tuple(one for one in found if one.severity is Severity.ERROR)
    return _File(BOOKLET, made.pdf, errors, 2 * made.sheets, f"sides; {made.sheets} sheets, {folded}")


def _data(book: Book, comparisons: Sequence[Comparison]) -> dict[str, bytes]:
    """Return the claims and sources as data, with the descriptions of the CSV."""
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


def _attachments(data: Mapping[str, bytes]) -> tuple[Attachment, ...]:
    return tuple(Attachment(name, *_DESCRIPTIONS[name], content) for name, content in data.items())


def _sites_call(project: Project, volumes: Sequence[_Volume]) -> Callable[[], dict[str, bytes]]:
    """Write the pages and read what they show; a worker cuts the typefaces down."""
    faces = [
        WebFace(Path(face.file).stem, face.family, face.weight, face.italic, face.path.read_bytes())
        for face in FACES
    ]
    licences = {f"{_FONTS}/{path.name}": path.read_bytes() for path in sorted(FOLDER.glob("OFL-*.txt"))}
    names = {volume.lang: locale_of(project, volume.lang).name for volume in volumes}
    pages, files = {}, {}
    for volume in volumes:
        edition, lang = volume.printed.edition, volume.lang
        translations = [
            Translation(other, name, f"../../{other}/html/index.html")
            for other, name in names.items()
            if other != lang
        ]
        style = f"{_SITE_CSS}{_FACES_HERE}\n"
        pages[lang] = render_html(edition, locale_of(project, lang), translations, style)
        pictures = {path: (project.book / path).read_bytes() for path in _pictures(edition.sections)}
        files[lang] = {**pictures, **licences}
    return functools.partial(_sites, pages, faces, files)


_FACES_HERE = "/* faces */"


def _sites(
    pages: Mapping[str, str], faces: Sequence[WebFace], files: Mapping[str, Mapping[str, bytes]]
) -> dict[str, bytes]:
    """Return the folder of each language: its page, its pictures, and typefaces with the letters of all."""
    fonts = web_fonts(faces, "".join(pages.values()), _FONTS)
    made: dict[str, bytes] = {}
    for lang, html in pages.items():
        page = html.replace(_FACES_HERE, fonts.css, 1).encode()
        own = {**files[lang], **fonts.files, "index.html": page}
        made |= {f"{lang}/{SITE}/{name}": content for name, content in own.items()}
    return made


def _pictures(tree: object) -> Iterator[str]:
    if isinstance(tree, Picture):
        yield tree.path
    for inside in tree if isinstance(tree, tuple) else getattr(tree, "blocks", ()):
        yield from _pictures(inside)


def _run_all(workers: Workers | None, tasks: Sequence[_Task]) -> list[_File | dict[str, bytes]]:
    if workers is None:
        return [task.call() for task in tasks]
    try:
        return list(workers.map(_call, tasks))
    except WorkFailedError as failure:
        task = failure.subject
        message = f"making {task.lang}/{task.name} {failure}; nothing was written"
        if not failure.ours:
            raise EnvironmentFailure(message) from failure
        fault = InternalFault(message)
        fault.add_note(failure.report)
        raise fault from failure


def _call(task: _Task) -> _File | dict[str, bytes]:
    return task.call()


def _records(
    project: Project,
    book: Book,
    volumes: Sequence[_Volume],
    agreed: _Agreed,
    wishes: Wishes,
    files: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Return what stands beside the languages: job sheets, citation, ONIX, and the manifest of it all."""
    editions = [volume.edition for volume in volumes]
    spec = book.printing
    records: dict[str, bytes] = {}
    for one in editions:
        text, facts = job_sheet(book, one, spec, agreed.condition, wishes.pdfx)
        records |= {f"job-sheet-{one.lang}.txt": text, f"job-sheet-{one.lang}.json": facts}
    first = next((one for one in editions if one.lang == book.source_language), editions[0])
    records["CITATION.cff"] = citation_cff(book, first, __version__)
    records["onix.xml"] = onix(book, editions, spec)
    inputs = {
        name: (project.root / name).read_bytes()
        for name in _inputs(project, [volume.lang for volume in volumes])
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
    folder: Path, volumes: Sequence[_Volume], made: Sequence[tuple[str, _File]], files: Mapping[str, bytes]
) -> Iterator[str]:
    """Yield the table of what was made."""
    for volume in volumes:
        own = sorted((file for language, file in made if language == volume.lang), key=lambda file: file.name)
        for file in own:
            pages = file.pages or volume.printed.pages
            remark = f"  {file.remark}" if file.remark else ""
            yield f"{f'{volume.lang}/{file.name}':<26}{pages:>5} pages {_size(len(file.pdf)):>9}{remark}"
        site = [len(content) for name, content in files.items() if name.startswith(f"{volume.lang}/html/")]
        yield f"{f'{volume.lang}/html/':<26}{len(site):>5} files {_size(sum(site)):>9}"
    yield f"{folder}: {len(files) + 1} files, {_size(sum(map(len, files.values())))}, checked"


def _size(count: int) -> str:
    return f"{Decimal(count) / 1_000_000:.2f} MB"
