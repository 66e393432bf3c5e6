"""Header fields of PO files: what gettext, Poedit and Weblate read there."""

from __future__ import annotations

import datetime

from babel import Locale, UnknownLocaleError
from babel.messages.plurals import get_plural

from bookbuild.model.catalog import Template

ORDER = (
    "Project-Id-Version",
    "Report-Msgid-Bugs-To",
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Last-Translator",
    "Language-Team",
    "Language",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Plural-Forms",
)
CONTENT_TYPE = "text/plain; charset=UTF-8"


def creation_date(book_date: str, epoch: int | None) -> str:
    """Return a header date: of ``SOURCE_DATE_EPOCH`` if it is set, else of the book."""
    if epoch is None:
        return f"{book_date} 00:00+0000"
    return datetime.datetime.fromtimestamp(epoch, tz=datetime.UTC).strftime("%Y-%m-%d %H:%M+0000")


def plural_forms(code: str) -> str:
    """Return the ``Plural-Forms`` of a language.

    Babel's table has one form for tr, hy, ka …, whose CLDR rules (and Weblate) have two.
    """
    try:
        plural = get_plural(code.replace("-", "_"))
    except UnknownLocaleError:
        return "nplurals=2; plural=(n != 1);"
    if plural.num_plurals == 1:
        rules = Locale.parse(code.replace("-", "_")).plural_form.rules
        if set(rules) == {"one"}:
            return f"nplurals=2; plural={'(n > 1)' if '0' in rules['one'] else '(n != 1)'};"
    return f"nplurals={plural.num_plurals}; plural={plural.plural_expr};"


def template_header(template: Template, date: str) -> tuple[tuple[str, str], ...]:
    """Return the header of a POT file."""
    return (
        ("Project-Id-Version", template.project),
        ("Report-Msgid-Bugs-To", ""),
        ("POT-Creation-Date", date),
        ("PO-Revision-Date", "YEAR-MO-DA HO:MI+ZONE"),
        ("Last-Translator", "FULL NAME <EMAIL@ADDRESS>"),
        ("Language-Team", "LANGUAGE <LL@li.org>"),
        ("Language", ""),
        ("MIME-Version", "1.0"),
        ("Content-Type", CONTENT_TYPE),
        ("Content-Transfer-Encoding", "8bit"),
    )


def catalog_header(template: Template, code: str, date: str) -> tuple[tuple[str, str], ...]:
    """Return the header of a new PO file."""
    fields = dict(template_header(template, date))
    fields |= {"PO-Revision-Date": date, "Last-Translator": "", "Language-Team": "", "Language": code}
    fields |= {"Plural-Forms": plural_forms(code)}
    return tuple(fields.items())
