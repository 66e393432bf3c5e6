"""The copies for reading: notes tied to calls, languages, artifacts, links; the archive's data."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from sample_pdfs import FACTS
from vera import failures_of

from bookbuild.distribute.condition import shipped_condition
from bookbuild.distribute.elements import kids_of, walk
from bookbuild.distribute.preflight import preflight
from bookbuild.distribute.screen import Attachment, ReadingCopy, archive_pdf, screen_pdf
from bookbuild.distribute.structure import _Tagger, phrases_of
from bookbuild.distribute.tagging import elements, number_tree
from bookbuild.model.page import Opening
from bookbuild.model.unit import Folios, Numbering, PromisedNote, Unit
from bookbuild.press.engine import engine

CSS = """
@page { size: 148mm 210mm; margin: 20mm; @top-center { content: "running head" }
  @footnote { border-top: 0.5pt solid } }
html { color: device-cmyk(0 0 0 1); font-family: "Book Serif" }
a { color: inherit; text-decoration: none }
.footnote { float: footnote }
td, th { border: 0.5pt solid }
tr { break-inside: avoid }
.next { break-before: page }
"""


def unit(name: str, body: str, notes: tuple[PromisedNote, ...] = (), lang: str = "en") -> Unit:
    html = (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>A sample</title></head>'
        f"<body>{body}</body></html>"
    )
    return Unit(
        id=name, title=name, lang=lang, direction="ltr", html=html, opening=Opening.NEXT,
        numbering=Numbering.ARABIC, folios=Folios.NONE, anchors=(), mentions=(), notes=notes,
    )  # fmt: skip


def note(name: str, text: str) -> str:
    return f'<span class="footnote" id="{name}">{text}</span>'


FIRST = unit(
    "first",
    "<h1>One</h1><p>A statement."
    + note("a", "First note.")
    + ' The town of <i lang="az">Xocalı</i>, and a line.'
    + note("b", "Second note, <i lang='fr'>en effet</i>.")
    + "</p><ul><li>an item</li><li>another</li></ul>"
    + "<table><thead><tr><th>who</th><th>how many</th></tr></thead>"
    + "<tbody><tr><th>they</th><td>2</td></tr></tbody></table>"
    + '<p><a href="https://example.org/">a <b>link</b> with parts</a></p>',
    (PromisedNote("a", "1", "First note."), PromisedNote("b", "2", "Second note, en effet.")),
)
SECOND = unit(
    "second",
    "<h1>Two</h1><p>3 things are said." + note("c", "Third note.") + "</p>"
    '<table><tr><th>a</th></tr><tr><td>1</td></tr></table><p style="break-before: page">The end.</p>',
    (PromisedNote("c", "1", "Third note."),),
)


def rows(*words: str) -> str:
    return "".join(f'<tr style="height: 40mm"><td>{one}</td><td>about {one}</td></tr>' for one in words)


def camp(label: str) -> str:
    return f'<tr><th colspan="2" scope="rowgroup">{label}</th></tr>'


def drawing(title: str, height: int) -> str:
    svg = f'<svg viewBox="0 0 100 {height}" width="50mm" height="{height}mm"><title>{title}</title>'
    return f'{svg}<path d="M0 0h90v{height - 5}" style="fill: device-cmyk(0 0 0 1)"/></svg>'


TALL_CHART = (
    f'<figure><table class="tall-chart"><tfoot><tr><td>{drawing("the axis", 10)}</td></tr></tfoot><tbody>'
    + "".join(f"<tr><td>{drawing(f'row {number}', 60)}</td></tr>" for number in range(4))
    + "</tbody></table></figure>"
)
"""A chart in pieces; its axis is repeated at the foot of every page."""

THIRD = unit(
    "third",
    f"<h1>Three</h1>{TALL_CHART}<div class='next'><table><thead><tr><th>who</th><th>what</th></tr></thead>"
    f"<tbody>{camp('camp one')}{rows('ada', 'ben', 'cem', 'dan', 'eve')}</tbody>"
    f"<tbody>{camp('camp two')}{rows('fay', 'gus')}</tbody></table></div>"
    f'<div class="next"><table>{rows("hal", "ian")}<tr><td></td><td>more</td></tr></table></div>'
    f'<div class="next"><table>{rows("hal", "kit")}</table></div>',
)
"""Tables over several pages, next to each other, with row groups, and without a head."""
UNITS = (FIRST, SECOND, THIRD)


def joined(units: tuple[Unit, ...]) -> bytes:
    """Join tagged units as the press does: pages one after the other, trees beside each other."""
    loaded = engine()
    with Pdf.new() as pdf:
        pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array()))
        for one in units:
            html = loaded.weasyprint.HTML(string=one.html)
            sheet = loaded.weasyprint.CSS(string=CSS, font_config=loaded.font_config)
            made = html.render(stylesheets=[sheet], font_config=loaded.font_config)
            with Pdf.open(io.BytesIO(made.write_pdf(pdf_tags=True))) as source:
                pdf.pages.extend(source.pages)
                tree = source.Root.StructTreeRoot.K
                for kid in tree if isinstance(tree, Array) else [tree]:
                    pdf.Root.StructTreeRoot.K.append(pdf.copy_foreign(kid))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


@pytest.fixture(scope="module")
def source() -> bytes:
    return joined(UNITS)


@pytest.fixture(scope="module")
def copy(source: bytes) -> ReadingCopy:
    return screen_pdf(source, UNITS, FACTS)


@pytest.fixture
def opened(copy: ReadingCopy) -> Iterator[Pdf]:
    with pikepdf.open(io.BytesIO(copy.pdf)) as pdf:
        yield pdf


def of_kind(pdf: Pdf, kind: str) -> list[Any]:
    return [element for element, _ in elements(pdf.Root.StructTreeRoot) if Name(f"/{kind}") == element.S]


def test_the_screen_copy_passes_preflight(copy: ReadingCopy) -> None:
    assert preflight(copy.pdf, copy.expectations) == []


def test_every_note_is_tied_to_its_call(copy: ReadingCopy, opened: Pdf) -> None:
    assert copy.tags is not None
    assert (copy.tags.notes, copy.tags.untied) == (3, ())
    notes, calls = of_kind(opened, "Note"), of_kind(opened, "Reference")
    assert [str(one.ID) for one in notes] == ["bookbuild-note-a", "bookbuild-note-b", "bookbuild-note-c"]
    assert [call.Ref[0].objgen for call in calls] == [one.objgen for one in notes]
    assert [one.Ref[0].objgen for one in notes] == [call.objgen for call in calls]


def in_rows(pdf: Pdf, table: Any) -> list[list[str]]:
    """Return the words of each cell of each row, as the tags own them."""
    tagger = _Tagger(pdf, (), (), "en")
    tagger._read_content()
    return [[tagger._text(cell) for cell in kids_of(row)] for row in walk(table) if Name.TR == row.S]


def test_a_table_on_several_pages_is_one_table_with_one_head(opened: Pdf) -> None:
    words = [in_rows(opened, table) for table in of_kind(opened, "Table")[2:]]
    assert words == [
        [
            ["who", "what"],
            ["campone"],
            *([one, f"about{one}"] for one in ("ada", "ben", "cem", "dan", "eve")),
            ["camptwo"],
            *([one, f"about{one}"] for one in ("fay", "gus")),
        ],
        [["hal", "abouthal"], ["ian", "aboutian"], ["", "more"]],
        [["hal", "abouthal"], ["kit", "aboutkit"]],
    ]
    assert len({row.Pg.objgen for row in walk(of_kind(opened, "Table")[2]) if Name.TR == row.S}) > 1


def test_the_pieces_of_a_high_chart_are_figures_and_no_table(opened: Pdf) -> None:
    figures = [str(one.Alt) for one in of_kind(opened, "Figure")]
    assert figures == ["row 0", "row 1", "the axis", "row 2", "row 3", "the axis"]
    for figure in of_kind(opened, "Figure"):
        while Name.P in figure:
            figure = figure.P
            assert figure.get("/S") not in {Name.TD, Name.TR, Name.TFoot, Name.TBody, Name.Table}


def heads_over(pdf: Pdf, table: Any) -> dict[str, list[str]]:
    """Return word of a cell → words of the heads that it names."""
    tagger = _Tagger(pdf, (), (), "en")
    tagger._read_content()
    heads = {str(one.ID): tagger._text(one) for one in walk(table) if Name.TH == one.S}
    cells = [one for one in walk(table) if Name.TD == one.S]
    return {tagger._text(one): [heads[str(key)] for key in one.A.Headers] for one in cells}


def test_every_cell_names_the_heads_of_its_column_its_group_and_its_row(opened: Pdf) -> None:
    _, _, first, second, _ = of_kind(opened, "Table")
    over = heads_over(opened, first)
    assert over["abouteve"] == ["what", "campone"]
    assert over["gus"] == ["who", "camptwo"]
    assert heads_over(opened, second) == {
        "abouthal": ["hal"],
        "aboutian": ["ian"],
        "": ["ian"],
        "more": ["ian"],
    }


def test_calls_and_notes_are_linked_both_ways(opened: Pdf) -> None:
    parents = dict(number_tree(opened.Root.StructTreeRoot.ParentTree))
    kinds = []
    for number, page in enumerate(opened.pages):
        for annotation in page.obj.get("/Annots", []):
            owner = parents[int(annotation.StructParent)]
            assert Name.Link == owner.S
            if "/Dest" in annotation:
                assert annotation.Dest[0].objgen == opened.pages[number].obj.objgen
                kinds.append(str(owner.P.S))
    assert sorted(kinds) == ["/Lbl", "/Lbl", "/Lbl", "/Reference", "/Reference", "/Reference"]


def test_a_link_with_parts_has_one_annotation(opened: Pdf) -> None:
    outside = [a for page in opened.pages for a in page.obj.get("/Annots", []) if "/A" in a]
    assert [str(a.Contents) for a in outside] == ["a link with parts"]


def test_foreign_phrases_say_their_language(copy: ReadingCopy, opened: Pdf) -> None:
    assert copy.tags is not None
    assert (copy.tags.phrases, copy.tags.unmarked) == (2, ())
    tongues = [str(e.Lang) for e, _ in elements(opened.Root.StructTreeRoot) if "/Lang" in e]
    assert sorted(tongues) == ["az", "en", "fr"]


def test_a_phrase_over_several_lines_says_its_language_in_each() -> None:
    words = "une longue suite de mots français " * 8
    long = unit("x", f"<h1>X</h1><p>They said: <i lang='fr'>{words}</i>, and <i lang='fr'>une</i>.</p>")
    made = screen_pdf(joined((long,)), (long,), FACTS)
    assert made.tags is not None
    assert (made.tags.phrases, made.tags.unmarked) == (2, ())
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        marked = [e for e, _ in elements(pdf.Root.StructTreeRoot) if str(e.get("/Lang", "")) == "fr"]
    assert len(marked) > 3


def test_running_heads_and_rules_are_artifacts(opened: Pdf) -> None:
    for page in opened.pages:
        names = [
            str(i.operands[0])
            for i in pikepdf.parse_content_stream(page)
            if str(i.operator) in {"BDC", "BMC"}
        ]
        assert "/Artifact" in names


def test_table_heads_have_a_scope_and_ids_of_their_own(opened: Pdf) -> None:
    heads = of_kind(opened, "TH")
    tables = [head.A if isinstance(head.A, Dictionary) else head.A[0] for head in heads]
    assert [str(table.Scope) for table in tables][:3] == ["/Column", "/Column", "/Row"]
    ids = [str(head.ID) for head in heads]
    assert len(set(ids)) == len(ids)


def test_list_items_have_a_body(opened: Pdf) -> None:
    for item in of_kind(opened, "LI"):
        assert {str(kid.S) for kid in item.K} <= {"/Lbl", "/LBody"}


def test_equal_books_give_equal_copies(source: bytes, copy: ReadingCopy) -> None:
    assert screen_pdf(source, UNITS, FACTS).pdf == copy.pdf


def test_a_note_whose_call_is_not_there_is_named() -> None:
    lonely = unit("x", "<h1>X</h1><p>Nothing.</p>", (PromisedNote("gone", "7", "Nobody."),))
    tags = screen_pdf(joined((lonely,)), (lonely,), FACTS).tags
    assert tags is not None
    assert tags.untied == ("gone",)


def test_a_file_that_was_not_tagged_is_refused(source: bytes) -> None:
    with pytest.raises(ValueError, match="3 structure trees for 1 units"):
        screen_pdf(source, UNITS[:1], FACTS)


def test_phrases_are_found_in_order_with_their_language() -> None:
    html = '<html lang="en"><p lang="az">Bir <b lang="ru">два</b></p><p>x<br><i lang="en">y</i></p></html>'
    assert phrases_of(html, "en") == [("az", "Bir два"), ("ru", "два")]


DATA = (
    Attachment("figures.json", "application/json", "the claims", b"[]\n"),
    Attachment("figures.csv", "text/csv", "the claims", b"a,b\n"),
)


@pytest.fixture(scope="module")
def archive(source: bytes) -> ReadingCopy:
    return archive_pdf(source, FACTS, shipped_condition(), DATA)


def test_the_archive_copy_passes_preflight_and_holds_the_data(archive: ReadingCopy) -> None:
    assert preflight(archive.pdf, archive.expectations) == []
    with pikepdf.open(io.BytesIO(archive.pdf)) as pdf:
        assert {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments} == {
            "figures.csv": b"a,b\n",
            "figures.json": b"[]\n",
        }
        assert [spec.AFRelationship for spec in pdf.Root.AF] == [Name.Data, Name.Data]


def test_equal_books_give_equal_archives(source: bytes, archive: ReadingCopy) -> None:
    assert archive_pdf(source, FACTS, shipped_condition(), DATA).pdf == archive.pdf


def test_verapdf_finds_no_fault(copy: ReadingCopy, archive: ReadingCopy, tmp_path: Path) -> None:
    assert failures_of(copy.pdf, "PDFUA_1", tmp_path) == []
    assert failures_of(archive.pdf, "PDFA_3_U", tmp_path) == []


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("outloud", ("--layer", "conformance", "--fail-on", "error")),
        ("pdfua", ("check", "--min-severity", "error")),
    ],
)
def test_other_checkers_find_no_fault(
    copy: ReadingCopy, tmp_path: Path, command: str, arguments: tuple[str, ...]
) -> None:
    """Two checkers of PDF/UA that share no code with veraPDF, where they are installed."""
    program = Path(sys.executable).with_name(command)
    if not program.exists():
        pytest.skip(f"{command} not run: pip install {command}")
    path = tmp_path / "screen.pdf"
    path.write_bytes(copy.pdf)
    run = subprocess.run([str(program), *arguments, str(path)], capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stdout + run.stderr
