"""YAML: every value as written, every mistake at its place, every bomb refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml
import yamlcore
from tests.cases.tiny_books import SOUND, write_book

from bookbuild.model.place import Place
from bookbuild.model.value import Number, Qualifier
from bookbuild.read import read_book, tree
from bookbuild.read.new import STARTER
from bookbuild.read.schema import SCHEMAS, schemas
from bookbuild.read.tree import Mapping, Scalar, read_tree


def test_texts_stay_as_written() -> None:
    written = [
        "NO",
        "on",
        "12:30",
        "3:16",
        "01234",
        "010",
        "10.50",
        "1_000",
        "1e3",
        "1943-02-02",
        ".nan",
        "0x1F",
    ]
    root, problems = read_tree("".join(f"- {text}\n" for text in written), "a.yaml")
    assert not problems
    assert root is not None
    assert [item.text for item in root.items if isinstance(item, Scalar)] == written  # type: ignore[union-attr]


@pytest.mark.parametrize("empty", ["", " ~", " null", " Null", " # nothing"])
def test_nothing_is_not_a_text(empty: str) -> None:
    root, _ = read_tree(f"a:{empty}\n", "a.yaml")
    assert isinstance(root, Mapping)
    value = root.entries["a"]
    assert isinstance(value, Scalar)
    assert value.empty


def test_each_line_of_a_folded_text_knows_its_place() -> None:
    root, _ = read_tree("a: >-\n  one two\n  three\nb: 'four\n  five'\n", "a.yaml", first_line=10)
    assert isinstance(root, Mapping)
    folded, quoted = root.entries["a"], root.entries["b"]
    assert isinstance(folded, Scalar)
    assert isinstance(quoted, Scalar)
    assert folded.text == "one two three"
    assert folded.lines == ((0, Place("a.yaml", 11, 3)), (8, Place("a.yaml", 12, 3)))
    assert quoted.lines == ((0, Place("a.yaml", 13, 5)), (5, Place("a.yaml", 14, 3)))


ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]\n"
    for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        (ALIASES, "Y003"),
        ("a: &a {x: 1}\nb: {<<: [" + "*a," * 1000 + "]}\n", "Y003"),
        ("[" * 100_000, "Y006"),
        ("{a: " * 100_000, "Y006"),
        ("- " * 100_000, "Y006"),
        ("a: " + "1:" * 100_000 + "59\n", ""),
        ("a: |\n" + "  text\n" * 100_000, ""),
        ("?" * 50_000, ""),
        ('a: "' + "\\x41" * 50_000 + '"\n', ""),
    ],
)
def test_bombs_are_refused_before_they_cost_anything(bomb: str, code: str) -> None:
    _, problems = read_tree(bomb, "a.yaml")
    assert not code or code in {problem.code for problem in problems}


def test_values_beyond_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_NODES", 100)
    _, problems = read_tree("[" + "a," * 101 + "]", "a.yaml")
    assert [problem.code for problem in problems] == ["Y007"]


def claim_of(tmp_path: Path, line: str) -> str:
    figures = (
        "quantities:\n  - id: killed\n    title: Killed\n    counts: people killed\n    unit: person\n"
        f"    claims:\n      - {{id: a, {line}, said-by: 'the “paper”', source: paper}}\n"
    )
    book, found = read_book(write_book(tmp_path, **{"figures/a.yaml": figures}))
    assert not found, found
    assert book is not None
    assert book.quantities[0].claims[0].value == Number(
        Qualifier.ABOUT, Decimal(2500), Decimal(2500), "person"
    )
    return book.quantities[0].claims[0].said_by.source


def test_a_claim_comes_whole(tmp_path: Path) -> None:
    assert claim_of(tmp_path, "value: ~2500") == "the “paper”"


def test_everything_wrong_is_said_at_once_and_the_rest_is_read(tmp_path: Path) -> None:
    figures = """\
quantities:
  - id: killed
    titel: Killed
    counts: people killed
    unit: person
    claims:
      - id: a
        value: many
        said-by: the paper
      - {id: b, value: 12, said-by: the paper, source: paper, stance: denied}
  - [not, a, mapping]
"""
    book, found = read_book(write_book(tmp_path, **{"figures/a.yaml": figures}))
    assert [
        f"{finding.place.line}:{finding.place.column} {finding.code} {finding.message}" for finding in found
    ] == [
        "2:5 Y011 “title” is missing",
        "3:5 Y010 unknown key “titel”",
        "7:9 Y011 “source” is missing",
        "8:16 F002 a number is wanted, found “many”",
        "10:71 Y013 “denied” cannot be the “stance”",
        "11:5 Y012 this must be a mapping of keys to values; it is a list",
    ]
    assert book is not None
    assert [claim.id for claim in book.quantities[0].claims] == ["a", "b"]


def test_a_data_file_that_is_no_yaml_hides_the_book_and_not_the_other_findings(tmp_path: Path) -> None:
    changes = {"figures/a.yaml": "quantities: [\n", "chapters/one.md": "---\ntitle: One\n---\n\n**x\n"}
    book, found = read_book(write_book(tmp_path, **changes))
    assert book is None
    assert [finding.code for finding in found] == ["M026", "Y001"]


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "''\n", "5\n", "{}\n"])
@pytest.mark.parametrize("path", ["book.yaml", "figures/a.yaml", "registers/a.yaml", "sources.yaml"])
def test_a_file_of_the_wrong_shape_is_reported(path: str, text: str, tmp_path: Path) -> None:
    _, found = read_book(write_book(tmp_path, **{path: text}))
    assert [finding for finding in found if finding.place.path == path]


def test_sources_are_read_as_zotero_exports_them(tmp_path: Path) -> None:
    sources = """\
references:
- id: paper
  type: article-newspaper
  title: A Paper
  author:
  - family: Goltz
    given: Thomas
  issued: 1992-02-28
  volume: 01
"""
    book, found = read_book(write_book(tmp_path, **{"sources.yaml": sources}))
    assert not found
    assert book is not None
    assert book.sources[0].csl == {
        "id": "paper",
        "type": "article-newspaper",
        "title": "A Paper",
        "author": [{"family": "Goltz", "given": "Thomas"}],
        "issued": {"date-parts": [[1992, 2, 28]]},
        "volume": "01",
    }


def test_published_schemas_are_those_of_the_program() -> None:
    """Write them anew with: python -c "from bookbuild.read.schema import write_schemas as w; w()"."""
    published = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    assert published == schemas()


@pytest.mark.parametrize(
    ("pattern", "schema"),
    [
        ("book.yaml", "book"),
        ("sources.yaml", "sources"),
        ("figures/*.yaml", "figures"),
        ("registers/*.yaml", "register"),
    ],
)
def test_what_the_program_accepts_an_editor_accepts(pattern: str, schema: str) -> None:
    checker = jsonschema.Draft202012Validator(json.loads(schemas()[f"{schema}.schema.json"]))
    checker.check_schema(checker.schema)
    found = sorted((STARTER / "book").glob(pattern))
    assert found
    for path in found:
        checker.validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yamlcore.CoreLoader))
        assert not checker.is_valid({"colour": "red"})


def test_a_key_that_cannot_be_an_id_is_reported_where_it_stands(tmp_path: Path) -> None:
    book = SOUND["book.yaml"].replace("  person: persons", "  a b: persons")
    _, found = read_book(write_book(tmp_path, **{"book.yaml": book}))
    assert [f"{finding.place} {finding.code}" for finding in found] == ["book.yaml:8:3 Y013"]


def test_a_broken_date_of_a_source_is_reported_once(tmp_path: Path) -> None:
    sources = "- {id: paper, type: book, title: A, issued: {date-parts: [[1992, February, ~]]}}\n"
    _, found = read_book(write_book(tmp_path, **{"sources.yaml": sources}))
    assert [f"{finding.place} {finding.code}" for finding in found] == [
        "sources.yaml:1:66 Y013",
        "sources.yaml:1:76 Y014",
    ]
