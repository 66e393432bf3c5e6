"""Several translators at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from translate_samples import HEADER, book, claim, message, quantity

from bookbuild.diagnostics import BookError
from bookbuild.model.catalog import Catalog
from bookbuild.model.prose import Kind, MessageKey
from bookbuild.read.inlines import parse_inlines
from bookbuild.translate.locale import open_locale
from bookbuild.translate.po import read_catalog, write_catalog
from bookbuild.translate.worksheet import Merged, merge_worksheet, message_id, worksheet

AZ = open_locale("az")


def name(text: str, kind: Kind = Kind.PARAGRAPH) -> str:
    return message_id(MessageKey(kind.value, text))


def merge(path: Path, translations: dict[str, str], *paragraphs: str) -> Merged:
    return merge_worksheet(path, translations, book(*paragraphs), parse_inlines, AZ)


def test_a_worksheet_has_what_is_not_finished_of_the_files_asked_for() -> None:
    sample = book("Salt {value}`killed/paper`.", "Sea.", "Sun.", quantities=(quantity(claim()),))
    catalog = Catalog(HEADER, (message("Sea.", "Dəniz."), message("Sun.", "Ay.", "fuzzy")))
    rows = {row["text"]: row for row in worksheet(sample, catalog, AZ, ["salt"])}
    assert "Sea." not in rows
    assert rows["Sun."]["guess"] == "Ay."
    assert rows["Salt {value}`killed/paper`."]["prints"] == {"killed/paper": "təxminən 2.500"}
    assert worksheet(sample, catalog, AZ, ["other.md"]) == []
    assert any(row.get("done") == "Dəniz." for row in worksheet(sample, catalog, AZ, finished=True))


def test_work_is_merged_and_the_catalog_made_if_need_be(tmp_path: Path) -> None:
    path = tmp_path / "az" / "LC_MESSAGES" / "book.po"
    merged = merge(path, {name("Salt."): "Duz.", name("Sea."): ""}, "Salt.", "Sea.")
    assert (merged.taken, merged.refused, merged.findings) == (1, (), ())
    catalog, findings = read_catalog(path)
    assert catalog is not None
    assert findings == []
    assert {m.key.msgid: m.string for m in catalog.messages if m.string} == {"Salt.": "Duz."}
    assert [p.name for p in path.parent.iterdir()] == ["book.po"]


def test_a_wrong_translation_is_refused_and_the_rest_taken(tmp_path: Path) -> None:
    path = tmp_path / "book.po"
    merged = merge(
        path,
        {name("In 26 homes."): "62 evdə.", name("Salt."): "Duz.", "0123456789": "x"},
        "In 26 homes.",
        "Salt.",
    )
    assert (merged.taken, merged.refused) == (1, (name("In 26 homes."), "0123456789"))
    assert [(f.code, f.place.path) for f in merged.findings] == [
        ("T044", name("In 26 homes.")),
        ("T060", "0123456789"),
    ]


def test_a_guess_that_is_settled_loses_its_flag(tmp_path: Path) -> None:
    path = tmp_path / "book.po"
    path.write_text(write_catalog(Catalog(HEADER, (message("Salt.", "Tuz?", "fuzzy"),))))
    merge(path, {name("Salt."): "Duz."}, "Salt.")
    catalog, _ = read_catalog(path)
    assert catalog is not None
    assert catalog.current()[MessageKey("paragraph", "Salt.")].translated


def test_a_broken_catalog_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "book.po"
    path.write_text('msgid "x\n')
    with pytest.raises(BookError):
        merge(path, {name("Salt."): "Duz."}, "Salt.")
    assert path.read_text() == 'msgid "x\n'


def test_merging_at_once_loses_nothing(tmp_path: Path) -> None:
    """flock holds between open files, so threads stand for processes here."""
    path = tmp_path / "book.po"
    paragraphs = [f"Salt {letter * 3}." for letter in "abcdefghijkl"]
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(merge, path, {name(text): f"Duz {text[5:8]}."}, *paragraphs) for text in paragraphs
        ]
        assert [job.result().taken for job in jobs] == [1] * len(paragraphs)
    catalog, _ = read_catalog(path)
    assert catalog is not None
    assert sum(bool(m.string) for m in catalog.messages) == len(paragraphs)
