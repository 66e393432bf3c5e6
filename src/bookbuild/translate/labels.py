"""The words of the apparatus, from the package's own catalogs ``labels/<lang>.po``.

English words are the msgids. A word that ``labels.pot`` lacks is a fault of ours (KeyError); one that a
language lacks is printed in English and reported by :func:`missing_labels`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path

from bookbuild.diagnostics import BookError, Severity
from bookbuild.model.catalog import Catalog
from bookbuild.translate.po import read_catalog
from bookbuild.translate.pseudo import lengthen

LABELS = Path(__file__).parent / "labels"
OWN_LABELS = "LC_MESSAGES/labels.po"
"""A book's own words for a language, in ``locales/<lang>/``."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one language."""

    known: frozenset[str]
    """Every msgid of the template."""
    words: Mapping[str, tuple[str, ...]]
    """msgid → its forms; one unless it is counted."""
    form: Callable[[int], int]
    """Count → index of the plural form."""
    forms: int = 2
    """Number of plural forms."""
    change: Callable[[str], str] = str
    """What becomes of every word that is printed: nothing, but in the pseudo-locale."""

    def single(self, english: str) -> str:
        """Return a label; raises KeyError if the template does not have it."""
        if english not in self.known:
            raise KeyError(english)
        return self.change(self.words.get(english, (english,))[0])

    def plural(self, one: str, other: str, count: int) -> str:
        """Return a counted label; raises KeyError if the template does not have it."""
        if one not in self.known:
            raise KeyError(one)
        forms = self.words.get(one)
        if forms is None:
            return self.change(one if count == 1 else other)
        return self.change(forms[min(self.form(count), len(forms) - 1)])

    def pseudo(self) -> Labels:
        """Return the same labels accented and lengthened."""
        return Labels(self.known, self.words, self.form, self.forms, lengthen)


def read_labels(code: str, folder: Path | None = None) -> Labels:
    """Return the labels of a language: the package's, overruled by the book's own if there are any.

    Raises:
        BookError: the book's own catalog of labels is broken.
    """
    known = frozenset(message.key.msgid for message in _shipped("labels.pot").messages)
    words: dict[str, tuple[str, ...]] = {}
    rule = "n != 1"
    catalogs = []
    language = code.replace("_", "-")
    while language and not (LABELS / f"{language}.po").is_file():
        language = language.rpartition("-")[0]
    if language:
        catalogs.append(_shipped(f"{language}.po"))
    if folder and (own := folder / code / OWN_LABELS).is_file():
        catalog, findings = read_catalog(own, f"{folder.name}/{code}/{OWN_LABELS}")
        if catalog is None:
            raise BookError([finding for finding in findings if finding.severity is Severity.ERROR])
        catalogs.append(catalog)
    for catalog in catalogs:
        words |= {message.key.msgid: message.strings for message in catalog.messages if message.translated}
        rule = plural_rule(catalog) or rule
    form = c2py(rule)
    return Labels(known, words, form, max(form(count) for count in range(201)) + 1)


def plural_rule(catalog: Catalog) -> str:
    """Return the C expression of a catalog's ``Plural-Forms``; empty if it has none."""
    _, _, rule = catalog.field_named("Plural-Forms").partition("plural=")
    return rule.strip().rstrip(";").strip()


@cache
def _shipped(name: str) -> Catalog:
    catalog, findings = read_catalog(LABELS / name, f"labels/{name}")
    assert catalog is not None, f"the package's own catalogs are tested: {findings}"
    return catalog
