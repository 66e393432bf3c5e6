"""The job sheet: what the printer has to know of one edition, on one page of plain words, and as data."""

from __future__ import annotations

import json
import re
import textwrap
from decimal import Decimal

from bookbuild.distribute.condition import Conditions, PrintCondition
from bookbuild.distribute.records import EditionFacts
from bookbuild.distribute.stock import STOCKS
from bookbuild.model.book import Book, Inks, PrintSpec
from bookbuild.model.locale import Locale
from bookbuild.model.notation import parse_date

_WIDTH = 78
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def job_sheet(
    book: Book, one: EditionFacts, spec: PrintSpec, conditions: Conditions, pdfx: str, locale: Locale
) -> bytes:
    """Return the sheet in the edition's language, as text of at most one page."""
    label, width, height = locale.label, book.page.trim_width_mm, book.page.trim_height_mm
    black = spec.inks is Inks.BLACK
    inks = label("black only (1/1)") if black else label("four process inks (4/4)")
    pages = locale.plural("{n} page", "{n} pages", one.pages)
    flaps = label("no flaps")
    if spec.flap_mm:
        flaps = label("with flaps of {amount}", amount=_mm(locale, spec.flap_mm))
    rows = [
        (label("Title"), _titled(one)),
        (
            label("Edition"),
            ", ".join(part for part in (one.edition, locale.date(parse_date(book.date))) if part),
        ),
        (label("Language"), f"{locale.name} ({one.lang})"),
        ("ISBN", one.isbn or label("none")),
        (label("Publisher"), one.publisher),
        (label("Trimmed page"), _format(locale, width, height)),
        (label("Bleed"), label("{amount} on all sides", amount=_mm(locale, spec.bleed_mm))),
        (label("Interior"), f"{one.lang}/interior-print.pdf: {pages}, {inks}"),
        (label("Blank pages"), _blank(locale, one.added, spec.page_multiple)),
        (label("Paper"), _paper(locale, spec.paper)),
        (
            label("Cover"),
            f"{one.lang}/cover-print.pdf: {_format(locale, wrap_mm(book, one, spec), height)}, {flaps}",
        ),
        (label("Cover board"), _paper(locale, spec.board)),
        (
            label("Spine"),
            f"{_mm(locale, one.spine_mm)}; "
            + label("computed from the pages, the paper and the board: please confirm"),
        ),
        (label("Binding"), label("adhesive (perfect bound)")),
        (label("Files"), f"PDF/{pdfx}; " + label("fonts embedded; marks outside the bleed")),
        (label("Printing condition"), _condition(locale, conditions)),
        (label("Ink limit"), f"{locale.number(_plain(spec.ink_limit_percent))} %"),
    ]
    closing = (
        label("Please check the files against SHA256SUMS before use."),
        label("Please send a proof of the cover and of pages 1 to 16."),
    )
    return _sheet(label("Job sheet for the printer"), rows, closing).encode()


def job_data(book: Book, one: EditionFacts, spec: PrintSpec, conditions: Conditions, pdfx: str) -> bytes:
    """Return the same as JSON: names in English, lengths in millimetres, no words of any language."""
    wrap = wrap_mm(book, one, spec)
    facts = {
        "title": one.title,
        "subtitle": one.subtitle,
        "edition": one.edition,
        "date": book.date,
        "lang": one.lang,
        "isbn": one.isbn or None,
        "publisher": one.publisher,
        "trim-mm": [_number(book.page.trim_width_mm), _number(book.page.trim_height_mm)],
        "bleed-mm": _number(spec.bleed_mm),
        "interior": {
            "file": f"{one.lang}/interior-print.pdf",
            "pages": one.pages,
            "blank-pages-at-end": one.added,
            "page-multiple": spec.page_multiple,
            "inks": spec.inks.value,
            "paper": spec.paper,
        },
        "cover": {
            "file": f"{one.lang}/cover-print.pdf",
            "wrap-mm": [_number(wrap), _number(book.page.trim_height_mm)],
            "spine-mm": _number(one.spine_mm),
            "flap-mm": _number(spec.flap_mm),
            "board": spec.board,
        },
        "binding": "adhesive",
        "standard": f"PDF/{pdfx}",
        "condition": _named(conditions.pages),
        "cover-condition": _named(conditions.cover),
        "ink-limit-percent": _number(spec.ink_limit_percent),
    }
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()


def wrap_mm(book: Book, one: EditionFacts, spec: PrintSpec) -> Decimal:
    """Return the width of the cover laid flat."""
    return 2 * book.page.trim_width_mm + one.spine_mm + 2 * spec.flap_mm


def _sheet(heading: str, rows: list[tuple[str, str]], closing: tuple[str, ...]) -> str:
    column = max(len(name) for name, _ in rows) + 2
    lines = [heading, "=" * len(heading), ""]
    for name, value in rows:
        lines += textwrap.wrap(
            f"{name:<{column}}{value}",
            _WIDTH,
            subsequent_indent=" " * column,
            drop_whitespace=True,
            break_long_words=False,
            break_on_hyphens=False,
        )
    for sentence in closing:
        lines += ["", *textwrap.wrap(sentence, _WIDTH)]
    return "".join(f"{line}\n" for line in lines)


def _condition(locale: Locale, conditions: Conditions) -> str:
    pages, cover = (f"{one.identifier}: {one.info}" for one in (conditions.pages, conditions.cover))
    if pages == cover:
        return pages
    return f"{locale.label('Interior')}: {pages}; {locale.label('Cover')}: {cover}"


def _named(condition: PrintCondition) -> dict[str, object]:
    return {"identifier": condition.identifier, "registered": condition.registered}


def _titled(one: EditionFacts) -> str:
    return one.title + (f": {one.subtitle}" if one.subtitle else "")


def _blank(locale: Locale, added: int, multiple: int) -> str:
    if not added:
        return locale.label("none")
    return locale.label(
        "{count} at the end, to fill a multiple of {multiple}",
        count=locale.number(added),
        multiple=locale.number(multiple),
    )


def _paper(locale: Locale, text: str) -> str:
    """Return paper as it was agreed; the numbers of the agreement as the language writes them."""
    stock = STOCKS.get(text)
    if stock:
        return f"{text} ({stock.description})"
    return _NUMBER.sub(lambda found: locale.number(Decimal(found[0].replace(",", "."))), text)


def _format(locale: Locale, width: Decimal, height: Decimal) -> str:
    return f"{locale.number(_plain(width))} × {_mm(locale, height)}"


def _mm(locale: Locale, amount: Decimal) -> str:
    return f"{locale.number(_plain(amount))} mm"


def _plain(amount: Decimal) -> Decimal:
    """Return an amount without zeros at its end, and without an exponent."""
    return Decimal(f"{amount.normalize():f}")


def _number(amount: Decimal) -> int | float:
    plain = _plain(amount)
    return int(plain) if plain == int(plain) else float(plain)
