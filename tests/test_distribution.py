"""``bookbuild dist`` and ``bookbuild preflight``: the folder, what is refused, how it is verified."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from bookbuild.build import Outcome, distribution, editions, manuscript
from bookbuild.build.distribution import Wishes
from bookbuild.cli import cli
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookError, Diagnostic, Severity
from bookbuild.figures.compare import compare_all
from bookbuild.model.book import PrintSpec
from tests.conftest import silent
from tests.preview import chromium

pytestmark = pytest.mark.xdist_group("distribution")

ISBN = "978-9952-0-0000-9"
PDFS = ("book-archive.pdf", "book-screen.pdf", "booklet.pdf", "cover-print.pdf", "interior-print.pdf")
DATA = ("datapackage.json", "figures.csv", "figures.csv-metadata.json", "figures.json", "sources.json")


@dataclass(frozen=True, slots=True)
class Built:
    """One distribution, and the cache from which another is quick."""

    project: Project
    folder: Path
    cache: Path
    lines: tuple[str, ...]


def starter_with_isbn(folder: Path) -> Project:
    manuscript.new_book(folder)
    book = folder / "book" / "book.yaml"
    extra = f'isbn: {{en: "{ISBN}"}}\nprint: {{paper: 0.5 mm, page-multiple: 16}}\n'
    book.write_text(book.read_text("utf-8") + extra, "utf-8")
    return Project(folder)


def build(project: Project, cache: Path, *languages: str, booklet: str = "") -> Outcome:
    settings = Settings(jobs=0, cache=cache)
    return distribution.build_distribution(
        project, languages or ("all",), settings, Wishes(booklet=booklet), silent
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    cache = tmp_path_factory.mktemp("cache")
    project = starter_with_isbn(tmp_path_factory.mktemp("books") / "book")
    outcome = build(project, cache, booklet="auto")
    return Built(project, project.dist / "mount-orsel-first-edition", cache, outcome.lines)


@pytest.fixture
def copied(built: Built, tmp_path: Path) -> Built:
    """The same book and distribution, to be damaged."""
    root = tmp_path / "another place" / "book"
    shutil.copytree(built.project.root, root)
    return Built(Project(root), root / "dist" / built.folder.name, built.cache, built.lines)


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_language_has_its_files_and_the_records_stand_beside(built: Built) -> None:
    assert sorted(path.name for path in built.folder.iterdir()) == [
        "CITATION.cff", "SHA256SUMS", "az", "en", "job-sheet-az.json", "job-sheet-az.txt",
        "job-sheet-en.json", "job-sheet-en.txt", "manifest.json", "onix.xml",
    ]  # fmt: skip
    for language in ("en", "az"):
        names = [path.name for path in (built.folder / language).iterdir()]
        assert sorted(names) == sorted([*PDFS, *DATA, "html"])


def test_the_sums_are_those_of_the_files(built: Built) -> None:
    files = files_of(built.folder)
    listed = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


@pytest.mark.parametrize("language", ["en", "az"])
@pytest.mark.parametrize("name", PDFS)
def test_preflight_on_the_command_line_finds_no_error(built: Built, language: str, name: str) -> None:
    path = built.folder / language / name
    if name == "booklet.pdf":  # a proof for the office: neither boxes nor tags
        assert pypdfium2.PdfDocument(path)[0].get_size()[0] == pytest.approx(2 * 148 / 25.4 * 72, abs=0.1)
        return
    result = CliRunner().invoke(cli, ["preflight", "--json", str(path)])
    assert json.loads(result.stdout) == []
    assert result.exit_code == 0


def test_preflight_on_the_command_line_tells_what_is_wrong(built: Built, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["preflight", "--for", "print", "--json", str(built.folder / "en" / "book-screen.pdf")]
    )
    assert result.exit_code == 1
    assert {"D101", "D601"} & {one["code"] for one in json.loads(result.stdout)}
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"nothing")
    result = CliRunner().invoke(cli, ["preflight", str(broken)])
    assert result.exit_code == 1
    assert "error[D001]: this is no PDF" in result.stderr


def test_the_command_line_explains_every_code() -> None:
    told = CliRunner().invoke(cli, ["preflight", "--codes"]).stdout.splitlines()
    assert [line[:4] for line in told] == sorted(line[:4] for line in told)
    assert "D903  a translation is less complete than coverage: asks for" in told


def test_another_folder_on_another_day_and_by_several_processes_gives_the_same_bytes(
    built: Built, tmp_path: Path
) -> None:
    clock = shutil.which("faketime")
    if not clock:
        pytest.skip("not built on another day (apt-get install faketime)")
    project = starter_with_isbn(tmp_path / "elsewhere" / "book")
    words = ["-q", "-C", str(project.root), "dist", "--lang", "all", "--booklet", "--jobs", "2"]
    subprocess.run(
        [clock, "2031-03-05 06:07:08", sys.executable, "-m", "bookbuild", *words],
        env={**os.environ, "TZ": "Pacific/Kiritimati", "BOOKBUILD_CACHE": str(tmp_path / "cold")},
        check=True,
        timeout=600,
    )
    assert files_of(project.dist / built.folder.name) == files_of(built.folder)


def test_another_folder_in_another_zone_gives_the_same_bytes(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        project = starter_with_isbn(tmp_path / "elsewhere" / "book")
        build(project, built.cache, booklet="auto")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert files_of(project.dist / built.folder.name) == files_of(built.folder)


def test_the_interior_is_filled_up_and_the_spine_follows(built: Built) -> None:
    manifest = json.loads((built.folder / "manifest.json").read_bytes())
    for edition in manifest["editions"]:
        with pikepdf.open(built.folder / edition["lang"] / "interior-print.pdf") as pdf:
            assert len(pdf.pages) == edition["pages"]
        assert edition["pages"] % 16 == 0
        spine = edition["pages"] / 2 * 0.5 + 2 * 0.3
        assert float(edition["spine-mm"]) == pytest.approx(spine, abs=0.06)
        with pikepdf.open(built.folder / edition["lang"] / "cover-print.pdf") as pdf:
            left, _, right, _ = (float(value) for value in pdf.pages[0].obj.TrimBox)
        assert (right - left) / 72 * 25.4 == pytest.approx(2 * 148 + spine, abs=0.1)
        sheet = (built.folder / f"job-sheet-{edition['lang']}.txt").read_text("utf-8")
        written = edition["spine-mm"].removesuffix(".0").replace(".", "," if edition["lang"] == "az" else ".")
        assert f"{written} mm; " in sheet


def test_the_cover_has_the_barcode_of_its_language_or_none(built: Built) -> None:
    codes = {}
    for language in ("en", "az"):
        document = pypdfium2.PdfDocument(built.folder / language / "cover-print.pdf")
        image: Image.Image = document[0].render(scale=300 / 72).to_pil()
        document.close()
        codes[language] = [code.text for code in zxingcpp.read_barcodes(image.convert("RGB"))]
    assert codes == {"en": [ISBN.replace("-", "")], "az": []}
    told = {line.split()[0]: line for line in built.lines}
    assert "no ISBN: no barcode" in told["az/cover-print.pdf"]
    assert "no ISBN" not in told["en/cover-print.pdf"]


def test_all_copies_say_the_words_of_the_plain_pdf(built: Built) -> None:
    language = "az"
    book, _ = manuscript.read(built.project, silent)
    assert book is not None
    settings = Settings(jobs=0, cache=built.cache)
    plain = editions.print_language(built.project, book, language, compare_all(book), settings, silent)
    words = texts(plain.pdf)
    for name in ("book-screen.pdf", "book-archive.pdf"):
        assert texts((built.folder / language / name).read_bytes()) == words
    printed = texts((built.folder / language / "interior-print.pdf").read_bytes())
    for on_screen, on_paper in zip(words, printed, strict=False):
        assert on_screen in on_paper  # marks and slug stand around it


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return ["".join(filter(str.isalnum, text)) for text in found]


def test_the_archive_copy_holds_the_data_that_lies_beside_it(built: Built) -> None:
    with pikepdf.open(built.folder / "az" / "book-archive.pdf") as pdf:
        inside = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    assert inside == {name: (built.folder / "az" / name).read_bytes() for name in DATA}
    rows = list(csv.DictReader(io.StringIO(inside["figures.csv"].decode())))
    assert len(rows) > 5


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in {"href", "src"} and value:
                self.targets.append(value)
            elif name == "id" and value:
                self.ids.append(value)


@pytest.mark.parametrize("language", ["en", "az"])
def test_the_website_is_whole_and_leads_to_the_other_language(built: Built, language: str) -> None:
    page = built.folder / language / "html" / "index.html"
    text = page.read_text("utf-8")
    links = Links(text)
    files = [*links.targets, *re.findall(r'url\("?([^")]+)', text)]
    assert any(target.endswith(".woff2") for target in files)
    assert any(target.startswith("images/") for target in files)
    other = {"en": "az", "az": "en"}[language]
    pages = {found: set(Links(found.read_text("utf-8")).ids) for found in built.folder.glob("*/html/*.html")}
    switches = 0
    for target in files:
        if target.startswith(("http://", "https://", "mailto:")):
            assert f'src="{target}"' not in text
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.is_file(), target
        assert there.is_relative_to(built.folder)
        if anchor:
            assert anchor in pages[there], target
        switches += there == built.folder / other / "html" / "index.html"
    assert len(links.ids) == len(set(links.ids))
    assert switches > 5


def test_the_records_name_what_was_made(built: Built) -> None:
    manifest = json.loads((built.folder / "manifest.json").read_bytes())
    assert "book/book.yaml" in manifest["inputs"]
    assert "locales/az/LC_MESSAGES/book.po" in manifest["inputs"]
    assert manifest["files"]["en/interior-print.pdf"] == (
        (built.folder / "en" / "interior-print.pdf").stat().st_size
    )
    root = ElementTree.parse(built.folder / "onix.xml").getroot()
    products = root.findall("{http://ns.editeur.org/onix/3.0/reference}Product")
    assert len(products) == 2
    assert "cff-version: 1.2.0" in (built.folder / "CITATION.cff").read_text("utf-8")


def codes(findings: list[Diagnostic]) -> list[str]:
    return [one.code for one in findings]


def test_verifying_finds_what_was_changed_on_either_side(copied: Built) -> None:
    assert distribution.verify(copied.project, silent) == (copied.folder, [])
    sheet = copied.folder / "job-sheet-en.txt"
    sheet.write_text("another")
    chapter = copied.project.book / "chapters" / "preface.md"
    chapter.write_text(chapter.read_text("utf-8") + "\nOne sentence more.\n", "utf-8")
    (copied.project.book / "images" / "new.svg").write_text("<svg/>")
    found = distribution.verify(copied.project, silent)[1]
    assert codes(found) == ["D912", "D914", "D914"]
    assert [one.place.path for one in found[1:]] == ["book/chapters/preface.md", "book/images/new.svg"]
    result = CliRunner().invoke(cli, ["-C", str(copied.project.root), "dist", "--verify"])
    assert result.exit_code == 1


def refused(book: Built, *languages: str) -> list[str]:
    """Build, expect a refusal, and that nothing has changed; return the codes of the errors."""
    before = files_of(book.folder)
    with pytest.raises(BookError) as refusal:
        build(book.project, book.cache, *languages)
    assert files_of(book.folder) == before
    return codes([one for one in refusal.value.diagnostics if one.severity is Severity.ERROR])


def test_a_translation_below_the_coverage_is_not_published(copied: Built) -> None:
    catalog = copied.project.catalog("az")
    text = catalog.read_text("utf-8")
    catalog.write_text(re.sub(r'(msgid "Preface"\nmsgstr ")[^"]+"', r'\1"', text), "utf-8")
    assert catalog.read_text("utf-8") != text
    assert refused(copied, "az") == ["D903"]


def test_everything_that_was_agreed_wrongly_is_told_at_once(copied: Built) -> None:
    book = copied.project.book / "book.yaml"
    text = book.read_text("utf-8").replace(ISBN, ISBN[:-1] + "8").replace("0.5 mm", "papyrus")
    book.write_text(text.replace("page-multiple: 16", "icc: profiles/none.icc"), "utf-8")
    assert refused(copied, "en") == ["D901", "D902", "D904"]


@pytest.mark.parametrize(
    ("spec", "pages", "cover"),
    [
        (PrintSpec(), "FOGRA29", "FOGRA39"),
        (PrintSpec(paper="matt-115", board="offset-120"), "FOGRA39", "FOGRA29"),
        (PrintSpec(paper="0.11 mm"), "FOGRA39", "FOGRA39"),
        (PrintSpec(condition="FOGRA29"), "FOGRA29", "FOGRA29"),
    ],
)
def test_pages_and_cover_have_the_condition_of_their_paper(
    built: Built, spec: PrintSpec, pages: str, cover: str
) -> None:
    book, _ = manuscript.read(built.project, silent)
    assert book is not None
    conditions, findings = distribution._conditions(built.project, replace(book, printing=spec))
    assert (conditions.pages.identifier, conditions.cover.identifier, findings) == (pages, cover, [])


def test_a_condition_without_a_profile_is_refused(copied: Built) -> None:
    book = copied.project.book / "book.yaml"
    book.write_text(book.read_text("utf-8").replace("paper: 0.5 mm", "condition: FOGRA51"), "utf-8")
    assert refused(copied, "en") == ["D904"]


def test_an_error_of_preflight_stops_everything(copied: Built) -> None:
    Image.new("RGB", (60, 60), (120, 40, 200)).save(copied.project.book / "images" / "coarse.png")
    chapter = copied.project.book / "chapters" / "preface.md"
    picture = "\n:::{image} images/coarse.png\n:alt: A square\n:::\n"
    chapter.write_text(chapter.read_text("utf-8") + picture, "utf-8")
    assert "D402" in refused(copied, "en")


@pytest.mark.browser
def test_the_site_on_paper_has_lines_that_can_be_read_and_nothing_to_press(built: Built) -> None:
    if not chromium.EXECUTABLE:
        pytest.skip("no Chromium (apt-get install chromium)")
    with chromium.Chromium() as browser:
        browser.resize(1000, 1400)
        browser.print_style()
        browser.open((built.folder / "en" / "html" / "index.html").as_uri())
        width = "document.querySelector('main').clientWidth"
        size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
        assert 28 < browser.evaluate(f"{width} / {size}") < 36  # two letters to an em
        for gone in (".languages", ".back", ".skip"):
            shown = f"[...document.querySelectorAll('{gone}')].filter(one => one.offsetParent).length"
            assert browser.evaluate(shown) == 0


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "az"])
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_the_site_never_scrolls_sideways(built: Built, language: str, width: int) -> None:
    if not chromium.EXECUTABLE:
        pytest.skip("no Chromium (apt-get install chromium)")
    with chromium.Chromium() as browser:
        browser.resize(width, 800, phone=width < 1000)
        browser.open((built.folder / language / "html" / "index.html").as_uri())
        assert browser.evaluate("document.scrollingElement.scrollWidth") == width
        # What is wider scrolls by itself, and can be reached with the keyboard.
        loose = "[...document.querySelectorAll('figure.chart, div.table:has(> table:not(.claims))')]"
        assert browser.evaluate(f"{loose}.filter(one => one.tabIndex < 0).length") == 0
        wider = "[...document.querySelectorAll('div.table:has(> .claims)')]"
        assert browser.evaluate(f"{wider}.filter(one => one.scrollWidth > one.clientWidth + 1).length") == 0
        browser.evaluate("document.querySelector('.skip').focus()")
        left = browser.evaluate("document.querySelector('.skip').getBoundingClientRect().left")
        assert 0 <= left < width
