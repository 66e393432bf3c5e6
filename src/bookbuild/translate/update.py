"""A catalog and a new template to the updated catalog: nothing lost, no guess passed off as finished.

Only messages that have just vanished are offered as guesses for new ones, which keeps the matching
fast and near: 5,000 paragraphs with 500 changed take about a second (``tests/benchmarks/catalogs.py``).
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from bookbuild.model.catalog import FUZZY, Catalog, Message, Template
from bookbuild.model.prose import MessageKey
from bookbuild.translate.header import CONTENT_TYPE, ORDER, catalog_header, creation_date
from bookbuild.translate.numerals import figures
from bookbuild.translate.pack import Pack, read_pack

CUTOFF = 0.6
"""Least likeness of a guess: share of words, or of letters in short texts, in common and in order."""
SHORT = 12
"""Words up to which likeness is measured in letters."""
CANDIDATES = 4
COMMON = 50
"""Messages above which a word they share says nothing, where there are rarer ones."""
STALE = "source changed "
"""Begins the extracted comment of a guess: since when, and which figures changed."""


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What an update did, each in the order of the book."""

    new: tuple[MessageKey, ...]
    """To be translated from nothing."""
    changed: tuple[tuple[MessageKey, MessageKey], ...]
    """Old and new source text; the old translation waits as a guess."""
    moved: tuple[tuple[MessageKey, MessageKey], ...]
    """Same text, other kind; the translation waits as a guess."""
    revived: tuple[MessageKey, ...]
    """Came back, with the translation that was kept."""
    obsolete: tuple[MessageKey, ...]
    """No longer in the book; the translation is kept."""
    unchanged: int

    @property
    def quiet(self) -> bool:
        """Whether nothing was done."""
        return not (self.new or self.changed or self.moved or self.revived or self.obsolete)


def init_catalog(template: Template, code: str, *, epoch: int | None = None) -> Catalog:
    """Return a language's first catalog: every message, nothing translated."""
    return Catalog(
        header=catalog_header(template, code, creation_date(template.date, epoch)),
        messages=template.messages,
        header_comments=(f"Translation of {template.project} into {code}.",),
    )


def update_catalog(
    catalog: Catalog, template: Template, *, epoch: int | None = None
) -> tuple[Catalog, UpdateReport]:
    """Bring a catalog up to the book. Translators' comments, flags and header fields are kept."""
    current = catalog.current()
    kept_back = {message.key: message for message in catalog.messages if message.obsolete}
    wanted = {message.key for message in template.messages}
    new = [message for message in template.messages if message.key not in current]
    vanished = {key: message for key, message in current.items() if key not in wanted}
    revived = {m.key for m in new if m.key in kept_back and any(kept_back[m.key].strings)}
    guesses = _guesses(
        [message.key for message in new if message.key not in revived],
        {key: message for key, message in vanished.items() if any(message.strings)},
    )
    pack = read_pack(template.source_language)
    date = creation_date(template.date, epoch).partition(" ")[0]
    messages = []
    for message in template.messages:
        old = current.get(message.key) or (kept_back[message.key] if message.key in revived else None)
        if old is not None:
            messages.append(_kept(message, old))
        elif guess := guesses.get(message.key):
            messages.append(_guessed(message, vanished[guess], pack, date))
        else:
            messages.append(message)
    used = set(guesses.values())
    gone = [
        dataclasses.replace(message, obsolete=True, references=(), extracted=())
        for key, message in vanished.items()
        if key not in used and any(message.strings)
    ]
    earlier = [
        message
        for message in catalog.messages
        if message.obsolete and message.key not in revived and message.key not in vanished
    ]
    report = UpdateReport(
        new=tuple(m.key for m in new if m.key not in guesses and m.key not in revived),
        changed=tuple((old, key) for key, old in guesses.items() if old.msgid != key.msgid),
        moved=tuple((old, key) for key, old in guesses.items() if old.msgid == key.msgid),
        revived=tuple(key for key in wanted & revived),
        obsolete=tuple(message.key for message in gone),
        unchanged=len(template.messages) - len(new),
    )
    header = _header(catalog, template, creation_date(template.date, epoch), touch=not report.quiet)
    updated = dataclasses.replace(catalog, header=header, messages=(*messages, *gone, *earlier))
    return updated, report


def _kept(message: Message, old: Message) -> Message:
    stale = tuple(line for line in old.extracted if line.startswith(STALE)) if old.fuzzy else ()
    return dataclasses.replace(
        message,
        strings=old.strings,
        plural=message.plural,
        comments=old.comments,
        flags=tuple(dict.fromkeys((*old.flags, *message.flags))),
        extracted=(*message.extracted, *stale),
        previous=old.previous if old.fuzzy else None,
    )


def _guessed(message: Message, old: Message, pack: Pack, date: str) -> Message:
    """The old translation, marked as a guess, with the text it was made from.

    A guess that was itself waiting keeps the text which its translation was made from.
    """
    origin = old.previous if old.fuzzy and old.previous else old.key
    return dataclasses.replace(
        message,
        strings=old.strings,
        comments=old.comments,
        flags=tuple(dict.fromkeys((FUZZY, *(flag for flag in old.flags if flag != FUZZY), *message.flags))),
        extracted=(
            *message.extracted,
            STALE + date + _changed_figures(origin.msgid, message.key.msgid, pack),
        ),
        previous=origin,
    )


def _changed_figures(old: str, new: str, pack: Pack) -> str:
    """The marks and figures that differ, for the translator's eye."""
    before = Counter(str(n) for n in figures(old, pack).elements()) + Counter(
        re.findall(r"\{\w+\}`[^`]*`", old)
    )
    after = Counter(str(n) for n in figures(new, pack).elements()) + Counter(
        re.findall(r"\{\w+\}`[^`]*`", new)
    )
    out, added = sorted((before - after).elements()), sorted((after - before).elements())
    if not out and not added:
        return ""
    return f", figures: {', '.join(out) or 'none'} → {', '.join(added) or 'none'}"


def _guesses(new: list[MessageKey], vanished: Mapping[MessageKey, Message]) -> dict[MessageKey, MessageKey]:
    """Pair new messages with vanished ones, likest first; each vanished one is used once."""
    old = list(vanished)
    words = [_words(key.msgid) for key in old]
    by_text: dict[str, int] = {}
    owners: dict[tuple[str, str], list[int]] = {}
    for index, key in enumerate(old):
        by_text.setdefault(key.msgid, index)
        for word in set(words[index]):
            owners.setdefault((key.context, word), []).append(index)
    scored: list[tuple[float, int, int]] = []
    for position, key in enumerate(new):
        if key.msgid in by_text:
            scored.append((-1.0, position, by_text[key.msgid]))
            continue
        bag = _words(key.msgid)
        for index in _nearest([owners.get((key.context, word), []) for word in set(bag)]):
            likeness = _likeness(key.msgid, bag, old[index].msgid, words[index])
            if likeness >= CUTOFF:
                scored.append((-likeness, position, index))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, position, index in sorted(scored):
        if position not in pairs and index not in taken:
            pairs[position] = index
            taken.add(index)
    return {new[position]: old[pairs[position]] for position in sorted(pairs)}


def _nearest(owners: list[list[int]]) -> list[int]:
    """The messages that share most with a new one; a word of few messages says more than one of many."""
    shared: Counter[int] = Counter()
    for group in sorted((group for group in owners if group), key=len):
        if len(group) > COMMON and shared:
            break
        for index in group:
            shared[index] += 1000 // len(group) + 1
    return sorted(shared, key=lambda index: (-shared[index], index))[:CANDIDATES]


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+|[^\w\s]", text.casefold()))


def _likeness(new: str, new_words: tuple[str, ...], old: str, old_words: tuple[str, ...]) -> float:
    if max(len(new_words), len(old_words)) <= SHORT:
        return SequenceMatcher(None, new, old, autojunk=False).ratio()
    matcher = SequenceMatcher(None, new_words, old_words, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= CUTOFF else 0.0


def _header(catalog: Catalog, template: Template, date: str, *, touch: bool) -> tuple[tuple[str, str], ...]:
    """The catalog's own fields; what gettext needs is added, the template's date follows a change."""
    fields = dict(catalog.header)
    have = {name.casefold() for name in fields}
    for name, value in _needed(catalog.language or template.source_language, template, date):
        if name.casefold() not in have:
            fields[name] = value
    if touch:
        fields["POT-Creation-Date"] = date
    if not catalog.header:
        return tuple(sorted(fields.items(), key=lambda item: ORDER.index(item[0])))
    return tuple(fields.items())


def _needed(code: str, template: Template, date: str) -> Iterable[tuple[str, str]]:
    for name, value in catalog_header(template, code, date):
        yield name, CONTENT_TYPE if name == "Content-Type" else value
