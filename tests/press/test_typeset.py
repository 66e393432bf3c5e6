"""What is wrong with a unit's pages is found, with its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from press_books import STYLE

from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.place import Place
from bookbuild.model.unit import Folios, Numbering, PromisedNote, Unit
from bookbuild.press import audit, typeset
from bookbuild.press.edition import Printed, print_edition
from bookbuild.press.settings import PressSettings, StyleSheet


def unit(body: str, notes: tuple[PromisedNote, ...] = ()) -> Unit:
    return Unit(
        id="one",
        title="One",
        lang="en",
        direction="ltr",
        html=f'<!DOCTYPE html><html lang="en"><head><title>One</title></head><body>{body}</body></html>',
        opening=Opening.RECTO,
        numbering=Numbering.ARABIC,
        folios=Folios.SHOWN,
        anchors=(),
        mentions=(),
        notes=notes,
        place=Place("chapters/one.md"),
        lines={"here": Place("chapters/one.md", 7, 3)},
    )


def printed(tmp_path: Path, body: str, css: str = "", notes: tuple[PromisedNote, ...] = ()) -> Printed:
    styles = [STYLE, StyleSheet("styles/own.css", css)]
    return print_edition([unit(body, notes)], styles, PressSettings(tmp_path, "One", "en"))


def only(result: Printed, code: str) -> Diagnostic:
    found = [diagnostic for diagnostic in result.diagnostics if diagnostic.code == code]
    assert len(found) == 1, [str(diagnostic) for diagnostic in result.diagnostics]
    return found[0]


def note(number: int, text: str) -> tuple[str, PromisedNote]:
    name = f"n{number}"
    html = f'<span class="footnote" id="{name}" data-number="{number}">{text}</span>'
    return html, PromisedNote(name, str(number), text, Place("chapters/one.md", 20 + number))


HERE = '<p id="here">Words '


def test_a_clean_page_has_no_findings(tmp_path: Path) -> None:
    assert printed(tmp_path, f"{HERE}and no more.</p>").diagnostics == ()


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (f'{HERE}<img src="../x.png" alt="x"></p>', "P101", "“file:///x.png” was asked for and not read"),
        (
            f'{HERE}<img src="http://127.0.0.1:9/x.png" alt="x"></p>',
            "P101",
            "only files of the book's folder",
        ),
        (f'{HERE}<img src="images/no.png" alt="x"></p>', "P102", "“images/no.png” does not exist"),
        (f'{HERE}<a rel="attachment" href="x.txt">x</a></p>', "P103", "asks for a file to be attached"),
        (f"{HERE}and 漢.</p>", "P112", "no font has “漢” (U+6F22)"),
        (f"{HERE}{'1' * 120}</p>", "P130", "mm off the page"),
        (f'{HERE}and <a href="#gone">a link</a>.</p>', "P141", "the text leads to “gone”"),
    ],
)
def test_a_fault_of_the_text_is_found_at_its_line(tmp_path: Path, body: str, code: str, says: str) -> None:
    found = only(printed(tmp_path, body), code)
    assert says in found.message
    if code != "P103":
        assert str(found.place) == "chapters/one.md:7:3"


@pytest.mark.parametrize(
    ("css", "code", "says", "place"),
    [
        ("p {\n  colour: red }", "P110", "unknown property", "styles/own.css:2:3"),
        (
            'p { font-family: "Comic Sans" }',
            "P115",
            "no font “Comic Sans” in this book",
            "chapters/one.md:7:3",
        ),
        (
            "\n@page { @top-center { content: counter(page) } }",
            "P113",
            "“counter(page” would",
            "styles/own.css:2:32",
        ),
        (
            '@page { @top-center { content: "p. " string(folio) } }',
            "P114",
            "with other text",
            "chapters/one.md:1:1",
        ),
        ('@import url("../../secret.css");', "P101", "was asked for and not read", "styles/own.css:1:1"),
    ],
)
def test_a_fault_of_a_style_sheet_is_found(
    tmp_path: Path, css: str, code: str, says: str, place: str
) -> None:
    found = only(printed(tmp_path, f"{HERE}and no more.</p>", css), code)
    assert says in found.message
    assert str(found.place) == place


def test_a_note_too_high_for_the_page_is_refused_with_advice(tmp_path: Path) -> None:
    html, promise = note(1, "Endless words. " * 300)
    found = only(printed(tmp_path, f"{HERE}{html}</p>", notes=(promise,)), "P127")
    assert "more than 60%" in found.message
    assert "not split" in found.hint
    assert found.place.line == 21


def test_a_note_in_a_repeated_table_head_is_reported_for_its_repeated_call(tmp_path: Path) -> None:
    html, promise = note(1, "A note in the head.")
    rows = "<tr><td>x</td></tr>" * 80
    body = f"<table><thead><tr><th>Head{html}</th></tr></thead><tbody>{rows}</tbody></table>"
    found = [d for d in printed(tmp_path, body, notes=(promise,)).diagnostics if d.code == "P121"]
    assert found
    assert "table heads" in found[0].hint


def test_a_promised_note_that_the_text_lacks_is_lost(tmp_path: Path) -> None:
    _, promise = note(1, "Never written.")
    assert only(printed(tmp_path, f"{HERE}.</p>", notes=(promise,)), "P120").place.line == 21


def test_a_note_that_nobody_promised_is_reported(tmp_path: Path) -> None:
    html, _ = note(1, "Not promised.")
    assert "does not promise" in only(printed(tmp_path, f"{HERE}{html}</p>"), "P124").message


def test_text_a_little_outside_the_text_area_is_a_warning(tmp_path: Path) -> None:
    found = only(printed(tmp_path, f'{HERE}</p><p style="margin-left: -6mm">Out.</p>'), "P130")
    assert found.severity is Severity.WARNING


def test_fonts_of_groups_drawn_on_a_page_are_embedded(tmp_path: Path) -> None:
    """A group has resources of its own; the joined fonts must reach these too."""
    result = printed(tmp_path, f'{HERE}</p><p style="opacity: 0.5">Half grey words.</p>')
    assert result.diagnostics == ()


def test_bleed_and_other_formats_give_exact_boxes(tmp_path: Path) -> None:
    page = PageFormat(Decimal("152.4"), Decimal("228.6"), Decimal(3))
    settings = PressSettings(tmp_path, "One", "en", page=page)
    assert print_edition([unit(f"{HERE}.</p>")], [STYLE], settings).diagnostics == ()


@pytest.mark.parametrize(
    ("calls", "bodies", "code"),
    [([1], [2], ""), ([1], [1, 2], "P121"), ([1, 2], [1], "P121"), ([2], [1], "P122"), ([1], [3], "P123")],
)
def test_where_a_note_may_stand(calls: list[int], bodies: list[int], code: str) -> None:
    found, _ = audit.note_findings(["n1"], audit.Seen({"n1": calls}, {"n1": bodies}))
    assert [finding.code for finding in found] == [code] * bool(code)


def test_a_font_that_is_nobodys_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fontconfig knows no other fonts: only a document that says so can have one."""
    font = SimpleNamespace(family="Comic", missing=(), hb_face=None, hash="x")
    monkeypatch.setattr(typeset, "_font_digest", lambda _: "unknown")
    [found] = typeset._font_findings(SimpleNamespace(fonts={"x": font}, pages=()), audit.Seen(), frozenset())
    assert (found.code, "Comic" in found.message) == ("P116", True)
