"""Messages for several translators at once, and their work back into one catalog.

A worksheet is a JSON list; its messages are named by a hash of kind and text, so that work merges
whatever else has changed meanwhile. Merging holds a lock and replaces the file as a whole.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bookbuild.diagnostics import BookError, Diagnostic, Severity, did_you_mean
from bookbuild.model.book import Book, each_prose
from bookbuild.model.catalog import FUZZY, Catalog, Message
from bookbuild.model.inline import ClaimMark
from bookbuild.model.locale import Locale
from bookbuild.model.place import Place
from bookbuild.model.prose import MessageKey, Prose, key_of
from bookbuild.model.value import Name
from bookbuild.translate.check import check_text
from bookbuild.translate.content import ParseInlines, is_neutral, walk
from bookbuild.translate.extract import extract
from bookbuild.translate.po import read_catalog, write_catalog
from bookbuild.translate.update import init_catalog, update_catalog


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did."""

    taken: int
    """Translations written into the catalog."""
    refused: tuple[str, ...]
    """Names of messages whose translation has an error; the catalog keeps what it had."""
    findings: tuple[Diagnostic, ...]
    """Errors of the refused, warnings of the taken; the place's path is the message's name."""


def message_id(key: MessageKey) -> str:
    """Return the name of a message on worksheets: ten hexadecimal digits."""
    return hashlib.sha256(f"{key.context}\x04{key.msgid}".encode()).hexdigest()[:10]


def worksheet(
    book: Book,
    catalog: Catalog | None,
    locale: Locale,
    files: Collection[str] = (),
    *,
    finished: bool = False,
) -> list[dict[str, object]]:
    """Return messages to translate, in the order of the book, ready for ``json.dumps``.

    Each has ``id``, ``context`` (kind), ``text`` (the msgid) and ``comments``; ``prints`` tells what its
    claims print in the language of the translation; a guess also has ``guess`` and ``was`` (the text
    which that was made from). ``done`` is what is there already.

    Args:
        book: the book as it stands.
        catalog: the language's catalog; None if there is none yet.
        locale: the language.
        files: only messages that occur in these files, by path, file name or name without suffix;
            ``book.yaml`` has what is on the title page. Empty: all.
        finished: give translated messages too.
    """
    current = catalog.current() if catalog else {}
    proses = {key_of(prose): prose for prose in each_prose(book)}
    sheet: list[dict[str, object]] = []
    for message in extract(book).messages:
        if files and not any(_named(reference, files) for reference in message.references):
            continue
        old = current.get(message.key)
        done = old is not None and old.translated
        if done and not finished:
            continue
        row: dict[str, object] = {
            "id": message_id(message.key),
            "context": message.key.context,
            "text": message.key.msgid,
            "comments": list(message.extracted),
        }
        if prints := _prints(proses[message.key], book, locale):
            row["prints"] = prints
        if old is not None and done:
            row["done"] = old.string
        elif old is not None and old.fuzzy:
            row["guess"] = old.string
            row["was"] = old.previous.msgid if old.previous else ""
        sheet.append(row)
    return sheet


def _prints(prose: Prose, book: Book, locale: Locale) -> dict[str, str]:
    """Claims of a message (names aside) → what they print in the locale."""
    prints = {}
    for node in walk(prose.inlines):
        if isinstance(node, ClaimMark) and (found := book.claim(f"{node.quantity}/{node.claim}")):
            value = found[1].value
            if not isinstance(value, Name):
                mark = f"{node.quantity}/{node.claim}" + (f"|{node.form}" if node.form else "")
                prints[mark] = locale.value(value, form=node.form)
    return prints


def _named(reference: str, files: Collection[str]) -> bool:
    path = Path(reference)
    return bool({reference, path.name, path.stem} & set(files))


def merge_worksheet(
    path: Path, translations: Mapping[str, str], book: Book, parse_inlines: ParseInlines, locale: Locale
) -> Merged:
    """Write translations into a catalog under a lock; safe for several processes at once.

    The catalog is made if it is not there, and brought up to the book if it is not. A translation that has
    an error is refused, one with warnings is taken.

    Args:
        path: the PO file.
        translations: message id → translation; empty ones are passed over.
        book: the book as it stands.
        parse_inlines: ``read``'s inline parser.
        locale: the language of the catalog.

    Raises:
        BookError: the catalog itself is broken; nothing was written.
    """
    template = extract(book)
    proses = {message_id(key_of(prose)): prose for prose in each_prose(book) if not is_neutral(prose)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        if path.exists():
            read, findings = read_catalog(path)
            if read is None:
                raise BookError(findings)
            catalog, _ = update_catalog(read, template)
        else:
            catalog = init_catalog(template, locale.code)
        merged = _merge(catalog, translations, proses, book, parse_inlines, locale)
        _replace(path, write_catalog(merged[0]))
    return merged[1]


def _merge(
    catalog: Catalog,
    translations: Mapping[str, str],
    proses: Mapping[str, Prose],
    book: Book,
    parse_inlines: ParseInlines,
    locale: Locale,
) -> tuple[Catalog, Merged]:
    findings: list[Diagnostic] = []
    refused: list[str] = []
    taken: dict[MessageKey, str] = {}
    current = catalog.current()
    # Terms of the glossary may be among the new translations: they hold for the rest of the sheet.
    hopeful = _with(
        catalog, {key_of(proses[i]): t for i, t in translations.items() if i in proses and t.strip()}
    )
    for name, text in translations.items():
        if not text.strip():
            continue
        prose = proses.get(name)
        if prose is None:
            hint = did_you_mean(name, proses) or "the text has changed: take a new worksheet"
            findings.append(Diagnostic("T060", "no message of the book has this id", Place(name), hint))
            refused.append(name)
            continue
        key = key_of(prose)
        message = dataclasses.replace(current[key], string_place=Place(name))
        found = check_text(prose, text, message, book, hopeful, parse_inlines, locale)
        findings += found
        if any(finding.severity is Severity.ERROR for finding in found):
            refused.append(name)
        else:
            taken[key] = text
    return _with(catalog, taken), Merged(len(taken), tuple(refused), tuple(findings))


def _with(catalog: Catalog, translations: Mapping[MessageKey, str]) -> Catalog:
    """The catalog with some translations set and settled."""

    def settled(message: Message) -> Message:
        if message.obsolete or message.key not in translations:
            return message
        return dataclasses.replace(
            message,
            strings=(translations[message.key],),
            flags=tuple(flag for flag in message.flags if flag != FUZZY),
            previous=None,
        )

    return dataclasses.replace(catalog, messages=tuple(settled(message) for message in catalog.messages))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the catalog's lock: an empty file among the temporary ones, never removed, or two would get in."""
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"bookbuild-{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(path: Path, text: str) -> None:
    """Write a file so that it is either the old one or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
