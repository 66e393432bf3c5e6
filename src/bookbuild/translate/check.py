"""A catalog against its book: everything a translation may not change, with the line of the PO file.

Notes on the rules:

- Order of marks is free, but for note calls and citations: their numbers would part from the other
  editions (T037, a warning).
- Figures are compared by value, each side in its own notation. A small figure may be a word, a century
  may be a Roman numeral.
- Fuzzy messages are counted, not checked: they are never printed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path

from bookbuild.diagnostics import Diagnostic, Severity, did_you_mean
from bookbuild.model.book import Book, each_prose
from bookbuild.model.catalog import Catalog, Message
from bookbuild.model.inline import (
    CitationNote,
    ClaimMark,
    Code,
    CountMark,
    Emphasis,
    Foreign,
    IndexMark,
    Inline,
    InlineNote,
    LineBreak,
    Link,
    NoteCall,
    NumberMark,
    Reference,
    Strong,
)
from bookbuild.model.locale import Locale
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, MessageKey, Prose, key_of
from bookbuild.translate.content import ParseInlines, citations, is_neutral, own_text, walk
from bookbuild.translate.extract import glossary, term_pattern
from bookbuild.translate.labels import plural_rule
from bookbuild.translate.locale import PackLocale
from bookbuild.translate.numerals import (
    figures,
    romans,
    small_words,
    unread,
    verbatim,
    write_number,
    written,
)
from bookbuild.translate.pack import Pack, read_pack

BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PLURAL_HINT = "try: nplurals=2; plural=(n != 1);"
_AS_OFTEN = "mark the same words as the source does"
QUOTES = frozenset('"“”„«»‟')
"""Double quotation marks of any language."""
MAX_TIMES_AS_LONG = 20
"""Beyond that, and a thousand characters, it is no translation, and is not read."""
DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d([+-]\d{4})?")
NAMES = frozenset({Kind.SPEAKER, Kind.NAME, Kind.SOURCE, Kind.BOOK, Kind.REGISTER, Kind.CELL, Kind.LABEL})
"""Kinds that often are the same in every language."""
NAMES_ALONE = frozenset({Kind.SPEAKER, Kind.NAME, Kind.SOURCE, Kind.BOOK})
"""Kinds in which a figure can be part of a name: “CC BY 4.0”."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A message and its translation, both parsed."""

    message: Message
    source: tuple[Inline, ...]
    target: tuple[Inline, ...]
    kind: Kind | None


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the checks have to know besides the pair."""

    ours: Pack
    theirs: Pack
    terms: Mapping[str, str]
    """Glossary term → its translation."""


Found = Iterator[tuple[str, str, str, Severity]]
"""Code, message, hint, severity."""


def check_catalog(
    book: Book, catalog: Catalog, parse_inlines: ParseInlines, locale: Locale
) -> list[Diagnostic]:
    """Return everything wrong with a catalog, in the order of the file.

    Untranslated messages are one finding per file of the book, guesses one each.
    """
    pack = _pack_of(locale)
    current = catalog.current()
    rules = _Rules(read_pack(book.source_language), pack, _terms(book, current))
    wanted = {key_of(prose): prose for prose in each_prose(book) if not is_neutral(prose)}
    findings = list(_header(catalog, pack))
    for message in catalog.messages:
        if message.obsolete:
            continue
        prose = wanted.get(message.key)
        if prose is None:
            findings.append(_stale(message))
        elif message.fuzzy:
            findings.append(_fuzzy(message))
        elif any(text.strip() for text in message.strings):
            for string in message.strings:
                findings += _check_message(message, string, prose, parse_inlines, rules)
        elif any(message.strings):
            findings.append(
                Diagnostic(
                    "T020", "the translation is blank", message.string_place, "write it, or leave it empty"
                )
            )
    findings += _missing(wanted, current, catalog)
    return findings


def check_folders(locales: Path) -> list[Diagnostic]:
    """Return languages that stand twice below ``locales/``, told apart only by case or separator."""
    seen: dict[str, str] = {}
    findings = []
    for path in sorted(locales.glob("*/LC_MESSAGES/book.po")):
        name = path.parts[-3]
        first = seen.setdefault(name.replace("_", "-").casefold(), name)
        if first != name:
            place = Place(path.relative_to(locales.parent).as_posix())
            findings.append(
                Diagnostic(
                    "T053", f"“{name}” and “{first}” are the same language", place, "keep one of the folders"
                )
            )
    return findings


def check_text(
    prose: Prose,
    string: str,
    message: Message,
    book: Book,
    catalog: Catalog,
    parse_inlines: ParseInlines,
    locale: Locale,
) -> list[Diagnostic]:
    """Return everything wrong with one translation, before it is put into a catalog."""
    rules = _Rules(read_pack(book.source_language), _pack_of(locale), _terms(book, catalog.current()))
    return list(_check_message(message, string, prose, parse_inlines, rules))


def _pack_of(locale: Locale) -> Pack:
    return locale.pack if isinstance(locale, PackLocale) else read_pack(locale.code)


# The header


def _header(catalog: Catalog, pack: Pack) -> Iterator[Diagnostic]:
    place = catalog.header_place if catalog.header_place.line else Place(catalog.path, 1, 1)

    def error(code: str, message: str, hint: str, severity: Severity = Severity.ERROR) -> Diagnostic:
        return Diagnostic(code, message, place, hint, severity)

    if not catalog.header:
        return
    content = catalog.field_named("Content-Type")
    charset = content.casefold().partition("charset=")[2].strip()
    if charset.replace("-", "") != "utf8":
        yield error("T021", f"the header says “{content}”", "write: Content-Type: text/plain; charset=UTF-8")
    if not _same_language(catalog.language, pack.code):
        said = f"“{catalog.language}”" if catalog.language else "nothing"
        yield error("T022", f"the header's Language says {said}", f"write: Language: {pack.code}")
    yield from _plural_header(catalog, error)
    for name in ("POT-Creation-Date", "PO-Revision-Date"):
        value = catalog.field_named(name)
        if value and not DATE.fullmatch(value) and not value.startswith("YEAR"):
            yield error(
                "T024", f"{name} is no date: “{value}”", "write it as 2026-11-21 12:00+0000", Severity.WARNING
            )
    names = Counter(name.casefold() for name, _ in catalog.header)
    for name in (name for name, count in names.items() if count > 1):
        yield error("T025", f"the header has “{name}” twice", "keep one of the lines", Severity.WARNING)


def _plural_header(catalog: Catalog, error: Callable[..., Diagnostic]) -> Iterator[Diagnostic]:
    value = catalog.field_named("Plural-Forms")
    plurals = [message for message in catalog.messages if message.plural and not message.obsolete]
    if not value:
        if plurals:
            yield error("T023", "the header has no Plural-Forms", "run: bookbuild catalog update")
        return
    count = re.match(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=", value)
    forms = -1
    try:
        rule = c2py(plural_rule(catalog))
        forms = max(rule(n) for n in (*range(201), 1000, 1_000_000)) + 1
    except (ValueError, ZeroDivisionError, OverflowError, RecursionError):
        count = None
    if count is None:
        yield error("T023", f"Plural-Forms cannot be read: “{_short(value)}”", _PLURAL_HINT)
        return
    if forms != int(count[1]):
        yield error("T023", f"nplurals is {count[1]}, and the rule has {forms} forms", _PLURAL_HINT)
        return
    for message in plurals:
        if len(message.strings) != int(count[1]):
            yield Diagnostic(
                "T026",
                f"{len(message.strings)} plural forms, the language has {count[1]}",
                message.string_place,
                f"write msgstr[0] to msgstr[{int(count[1]) - 1}]",
            )
        elif any(message.strings) and not all(text.strip() for text in message.strings):
            yield Diagnostic("T026", "a plural form is empty", message.string_place, "write it, or empty all")


def _same_language(said: str, code: str) -> bool:
    return said.replace("_", "-").casefold() == code.replace("_", "-").casefold()


# Messages as a whole


def _stale(message: Message) -> Diagnostic:
    return Diagnostic(
        "T050",
        f"this text is not in the book: “{_short(message.key.msgid)}”",
        message.place,
        "run: bookbuild catalog update",
        Severity.WARNING,
    )


def _fuzzy(message: Message) -> Diagnostic:
    return Diagnostic(
        "T051",
        f"a guess waits for a translator: “{_short(message.key.msgid)}”",
        message.place,
        "correct it and take the fuzzy flag away",
        Severity.WARNING,
    )


def _missing(
    wanted: Mapping[MessageKey, Prose], current: Mapping[MessageKey, Message], catalog: Catalog
) -> Iterator[Diagnostic]:
    """One finding per file of the book, at its first untranslated message."""
    counts: Counter[str] = Counter()
    first: dict[str, Place] = {}
    for key, prose in wanted.items():
        message = current.get(key)
        if message is None or not any(text.strip() for text in message.strings):
            where = prose.place.path
            counts[where] += 1
            if message is not None:
                first.setdefault(where, message.place)
    for where, count in counts.items():
        what = "message" if count == 1 else "messages"
        of = f" of {where}" if where else ""
        be = "is" if count == 1 else "are"
        hint = "translate from here on" if where in first else "run: bookbuild catalog update"
        place = first.get(where, Place(catalog.path, 1, 1))
        yield Diagnostic("T052", f"{count} {what}{of} {be} not translated", place, hint, Severity.WARNING)


# One translation


def _check_message(
    message: Message, string: str, prose: Prose, parse_inlines: ParseInlines, rules: _Rules
) -> Iterator[Diagnostic]:
    place = message.string_place
    characters = list(_characters(message.key.msgid, string))
    for code, text, hint, severity in characters:
        yield Diagnostic(code, text, place, hint, severity)
    if any(code in {"T027", "T028"} for code, *_ in characters):
        return
    if len(string) > MAX_TIMES_AS_LONG * len(message.key.msgid) + 1000:
        times = len(string) // max(1, len(message.key.msgid))
        hint = "translate this message only; what else belongs to the book is written in its source language"
        yield Diagnostic("T048", f"the translation is {times} times as long as its source", place, hint)
        return
    target, problems = parse_inlines(string)
    if problems:
        for problem in problems:
            near = _short(string[problem.offset :], 30)
            hint = problem.hint or f"near “{near}”"
            yield Diagnostic("T030", f"the translation cannot be read: {problem.message}", place, hint)
        return
    source = prose.inlines or parse_inlines(prose.source)[0]
    pair = _Pair(message, source, target, prose.kind)
    for check in CHECKS:
        for code, text, hint, severity in check(pair, string, rules):
            yield Diagnostic(code, text, place, hint, severity)


def _error(code: str, message: str, hint: str) -> tuple[str, str, str, Severity]:
    return code, message, hint, Severity.ERROR


def _warning(code: str, message: str, hint: str) -> tuple[str, str, str, Severity]:
    return code, message, hint, Severity.WARNING


def _characters(source: str, string: str) -> Found:
    for character in dict.fromkeys(string):
        name = f"U+{ord(character):04X}"
        if character == "\ufffd":
            yield _error(
                "T027", "a character was lost (U+FFFD)", "type it again; the file was once saved wrongly"
            )
        elif character in BIDI and character not in source:
            yield _error(
                "T028", f"an invisible direction mark {name}", "take it out; direction follows the language"
            )
        elif unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} and character != "\n":
            yield _error("T027", f"a control character {name}", "take it out")
    if unicodedata.normalize("NFC", string) != string:
        yield _warning("T029", "letters are decomposed (not NFC)", "type accented letters as one character")
    if string != string.strip():
        yield _error("T029", "blanks or line ends around the translation", "take them out")
    if 4 * len(source) + 80 < len(string) <= MAX_TIMES_AS_LONG * len(source) + 1000:
        yield _warning(
            "T048",
            f"the translation is {len(string) // max(1, len(source))} times as long as its source",
            "does another message's translation stand here?",
        )


_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
_LABEL = re.compile(r"^\s*(?:[^\W\d_]{1,5}\.|[§¶])(?=\s)")
"""“p.”, “sec.” before a locator."""
_FIGURES = re.compile(r"\d[\d–-]*|\b[IVXLC]+\b")


def _lost_and_added(
    code: str, what: str, source: Iterable[str], target: Iterable[str], *, hint_names: bool = True
) -> Found:
    wanted, found_there = list(source), list(target)
    if wanted == found_there:  # nearly always, and nothing to count
        return
    before, after = Counter(wanted), Counter(found_there)
    if before == after:
        return
    lost, added = before - after, after - before
    for item in sorted(lost.elements()):
        near = did_you_mean(item, added) if hint_names else ""
        found = re.sub(r"^did you mean (.*)\?$", r"the translation has \1", near)
        yield _error(code, f"{what} {item} is lost", found or f"put {item} in")
    for item in sorted(added.elements()):
        if not any(did_you_mean(lost_item, [item]) for lost_item in lost):
            yield _error(code, f"{what} {item} is not in the source text", "take it out")


def _fixed(locator: str) -> tuple[str, ...]:
    """Return what of a locator stays as it is in every language: label, figures and quoted titles.

    Other words, “and” or “picture of a cutting”, are the translator's; that there are some is not.

    >>> _fixed('sec. "Introduction" and "How it happened"')
    ('sec.', '"Introduction"', '"How it happened"', 'words')
    """
    titles = tuple(_QUOTED.findall(locator))
    words = _QUOTED.sub(" ", locator)
    label = _LABEL.match(words)
    figures = tuple(_FIGURES.findall(words))
    others = _FIGURES.sub("", words[label.end() :] if label else words).strip(" ,.;:")
    return (label[0] if label else "", *titles, *figures, "words" if others else "")


def _citations(pair: _Pair, string: str, rules: _Rules) -> Found:
    """Keys (T032), then their locators (T033), then the shape of the notes."""
    source, target = list(citations(pair.source)), list(citations(pair.target))
    yield from _lost_and_added(
        "T032", "the citation", (f"[@{c.key}]" for c in source), (f"[@{c.key}]" for c in target)
    )
    if Counter(c.key for c in source) != Counter(c.key for c in target):
        return
    written = {(c.key, _fixed(c.locator)): c.locator for c in (*target, *source)}
    before = Counter((c.key, _fixed(c.locator)) for c in source)
    after = Counter((c.key, _fixed(c.locator)) for c in target)
    for key, fixed in sorted((before - after).elements()):
        other = next((loc for k, loc in sorted((after - before).elements()) if k == key), None)
        locator, now = written[key, fixed], written[key, other] if other is not None else ""
        hint = f"write it as in the source: “{locator}”" if locator else "take it out"
        yield _error("T033", f"the locator of @{key} was “{locator}” and is “{now}”", hint)
    notes = [sum(isinstance(n, CitationNote) for n in walk(side)) for side in (pair.source, pair.target)]
    if notes[0] != notes[1]:
        yield _error(
            "T032", f"{notes[0]} citation notes became {notes[1]}", "group the citations as in the source"
        )


def _claims(pair: _Pair, string: str, rules: _Rules) -> Found:
    yield from _lost_and_added("T034", "the claim", _claim_marks(pair.source), _claim_marks(pair.target))


def _claim_marks(inlines: tuple[Inline, ...]) -> Iterator[str]:
    for node in walk(inlines):
        if isinstance(node, ClaimMark):
            form = f"|{node.form}" if node.form else ""
            yield f"{{{'claim' if node.with_note else 'value'}}}`{node.quantity}/{node.claim}{form}`"


def _references(pair: _Pair, string: str, rules: _Rules) -> Found:
    def targets(inlines: tuple[Inline, ...]) -> Iterator[str]:
        return (f"{{ref}}`{n.target}`" for n in walk(inlines) if isinstance(n, Reference))

    yield from _lost_and_added("T035", "the reference", targets(pair.source), targets(pair.target))


def _notes(pair: _Pair, string: str, rules: _Rules) -> Found:
    def calls(inlines: tuple[Inline, ...]) -> Iterator[str]:
        for node in walk(inlines):
            if isinstance(node, NoteCall):
                yield f"[^{node.label}]"
            elif isinstance(node, InlineNote):
                yield "^[…]"

    yield from _lost_and_added("T036", "the note", calls(pair.source), calls(pair.target))


def _order(pair: _Pair, string: str, rules: _Rules) -> Found:
    def noted(inlines: tuple[Inline, ...]) -> list[str]:
        marks = []
        for node in walk(inlines):
            match node:
                case NoteCall():
                    marks.append(f"[^{node.label}]")
                case CitationNote():
                    marks.append(f"[@{'; @'.join(c.key for c in node.citations)}]")
                case ClaimMark() if node.with_note:
                    marks.append(f"{{claim}}`{node.quantity}/{node.claim}`")
                case InlineNote():
                    marks.append("^[…]")
                case _:
                    pass
        return marks

    source, target = noted(pair.source), noted(pair.target)
    if Counter(source) == Counter(target) and source != target:
        yield _warning(
            "T037",
            f"the notes come in another order: {' '.join(target)}",
            f"their numbers part from the other editions; the source has {' '.join(source)}",
        )


def _index(pair: _Pair, string: str, rules: _Rules) -> Found:
    """Entries are translated; their number and depth stay."""

    def depths(inlines: tuple[Inline, ...]) -> list[int]:
        return sorted(len(n.entry) for n in walk(inlines) if isinstance(n, IndexMark))

    before, after = depths(pair.source), depths(pair.target)
    if len(before) != len(after):
        yield _error(
            "T038",
            f"{len(before)} index marks became {len(after)}",
            "keep every {index}, translate its words",
        )
    elif before != after:
        yield _error(
            "T038",
            "an index entry has lost or gained a sub-entry",
            "keep the “;” between entry and sub-entry",
        )


def _links(pair: _Pair, string: str, rules: _Rules) -> Found:
    def addresses(inlines: tuple[Inline, ...]) -> Iterator[str]:
        return (n.href for n in walk(inlines) if isinstance(n, Link))

    yield from _lost_and_added("T039", "the link", addresses(pair.source), addresses(pair.target))


def _emphasis(pair: _Pair, string: str, rules: _Rules) -> Found:
    for kind, marks in ((Emphasis, "*…*"), (Strong, "**…**")):
        before, after = (sum(isinstance(n, kind) for n in walk(side)) for side in (pair.source, pair.target))
        if before != after:
            yield _error(
                "T040", f"{marks} stands {before} times in the source and {after} times here", _AS_OFTEN
            )


def _code(pair: _Pair, string: str, rules: _Rules) -> Found:
    def spans(inlines: tuple[Inline, ...]) -> Iterator[str]:
        return (f"`{n.text}`" for n in walk(inlines) if isinstance(n, Code))

    yield from _lost_and_added("T041", "the code", spans(pair.source), spans(pair.target))


def _number_marks(pair: _Pair, string: str, rules: _Rules) -> Found:
    def marks(inlines: tuple[Inline, ...]) -> Iterator[str]:
        for node in walk(inlines):
            if isinstance(node, NumberMark):
                yield f"{{number}}`{node.text}`"
            elif isinstance(node, CountMark):
                yield f"{{count}}`{node.name}`"

    yield from _lost_and_added("T042", "the number", marks(pair.source), marks(pair.target))


def _foreign(pair: _Pair, string: str, rules: _Rules) -> Found:
    """A phrase in the language of the translation is no longer foreign there."""

    def phrases(inlines: tuple[Inline, ...]) -> Counter[str]:
        return Counter(
            n.lang
            for n in walk(inlines)
            if isinstance(n, Foreign) and not _same_language(n.lang, rules.theirs.code)
        )

    before, after = phrases(pair.source), phrases(pair.target)
    for lang in sorted((before - after).elements()):
        yield _warning("T043", f"a phrase in “{lang}” is no longer marked", f"write {{foreign}}`{lang}|…`")


def _breaks(pair: _Pair, string: str, rules: _Rules) -> Found:
    before, after = (sum(isinstance(n, LineBreak) for n in walk(side)) for side in (pair.source, pair.target))
    if before != after:
        yield _warning("T047", f"{before} line breaks became {after}", "break lines where the source does")


def _figures(pair: _Pair, string: str, rules: _Rules) -> Found:
    said, says = own_text(pair.source), own_text(pair.target)
    before, after = figures(said, rules.ours), figures(says, rules.theirs)
    if before == after or (said == says and pair.kind in NAMES_ALONE):
        return
    # what is quoted letter for letter in both is the same, however either locale would read it
    quoted = verbatim(said, rules.ours) & verbatim(says, rules.theirs)
    before, after = before - unread(quoted, rules.ours), after - unread(quoted, rules.theirs)
    lost, added = before - after, after - before
    lost -= romans(says) - romans(said)
    added -= romans(said) - romans(says)
    spelt_out = small_words(says, rules.theirs)
    lost = Counter({n: count for n, count in lost.items() if n not in spelt_out})
    spelt_out = small_words(said, rules.ours)
    added = Counter({n: count for n, count in added.items() if n not in spelt_out})
    if not lost and not added:
        return
    before_text, after_text = written(said, rules.ours), written(says, rules.theirs)
    wanted = ", ".join(write_number(n, rules.theirs) for n in sorted(lost.elements()))
    found = ", ".join(after_text.get(n, str(n)) for n in sorted(added.elements()))
    source = ", ".join(before_text.get(n, str(n)) for n in sorted(lost.elements()))
    message = f"figures differ: the source has {source or 'none more'}, the translation has {found or 'none'}"
    yield _error("T044", message, f"write {wanted}" if wanted else f"take {found} out")


def _copy(pair: _Pair, string: str, rules: _Rules) -> Found:
    """The same text again; names may stay as they are, and most words between ``en`` and ``en-GB``."""
    if rules.ours.code.partition("-")[0] == rules.theirs.code.partition("-")[0]:
        return
    said, says = own_text(pair.source), own_text(pair.target)
    if " ".join(said.split()).casefold() != " ".join(says.split()).casefold():
        return
    words = re.findall(r"[^\W\d_]{2,}", says)
    small = [word for word in words if word[0].islower()]
    if len(small) >= 3 or (small and pair.kind not in NAMES):
        yield _error("T045", f"not translated: “{_short(string)}”", "translate it, or leave it empty")


def _quotes(pair: _Pair, string: str, rules: _Rules) -> Found:
    own = set(rules.theirs.quotes)
    says, said = own_text(pair.target), own_text(pair.source)
    wrong = sorted({c for c in says if c in QUOTES and c not in own})
    opening, closing = rules.theirs.quotes[:2]
    if wrong:
        yield _warning(
            "T046", f"quotation marks of another language: {' '.join(wrong)}", f"write {opening}…{closing}"
        )
        return
    before, after = said.count(rules.ours.quotes[0]), says.count(opening)
    if before > after:  # more are no mistake: some languages set the names of papers in quotation marks
        yield _warning(
            "T046", f"{before} quotations in the source, {after} here", f"write {opening}…{closing}"
        )
    elif opening != closing and after != says.count(closing):
        yield _warning("T046", "a quotation is not closed or not opened", f"write {opening}…{closing}")


def _glossary(pair: _Pair, string: str, rules: _Rules) -> Found:
    """A term of the glossary by the stem of each of its words, since endings change.

    Titles of sources and places in them are left out: they may stay in their own language.
    """
    if pair.kind in {Kind.SOURCE, Kind.TERM}:
        return
    said, says = own_text(pair.source), _folded(own_text(pair.target), rules.theirs)
    for term, translation in rules.terms.items():
        match = term_pattern(term).search(said) if term in said else None
        if match is None or (match.start() == 0 and _has_twin(term, rules.terms)):
            continue
        choices = [
            choice for choice in re.split(r"[/;,()]", _folded(translation, rules.theirs)) if choice.strip()
        ]
        if not any(_has_stems(choice, says) for choice in choices):
            yield _warning(
                "T049", f"the glossary has “{translation}” for “{term}”", "use it, or change the glossary"
            )


def _has_twin(term: str, terms: Mapping[str, str]) -> bool:
    """Whether only a capital tells the term from another: where a text begins, that says nothing."""
    return sum(other.casefold() == term.casefold() for other in terms) > 1


def _has_stems(words: str, text: str) -> bool:
    """Whether half of the words stand in the text; the others may be verbs in another form."""
    stems = [_stem(word) for word in re.findall(r"\w+", words)]
    found = sum(bool(re.search(rf"\b{re.escape(stem)}", text)) for stem in stems)
    return 2 * found >= len(stems)


def plain_words(text: str) -> str:
    """Return a text without the marks of inline source."""
    return " ".join(re.sub(r"\{\w+\}`([^`<|]*)[^`]*`|\[[@^][^\]]*\]|[*_`]", r"\1", text).split())


def _stem(word: str) -> str:
    return word if len(word) <= 3 else word[: max(3, len(word) - 1 - len(word) // 4)]


def _folded(text: str, pack: Pack) -> str:
    for old, new in pack.lower.items():
        text = text.replace(old, new)
    return text.lower()


CHECKS: tuple[Callable[[_Pair, str, _Rules], Found], ...] = (
    _citations,
    _claims,
    _references,
    _notes,
    _order,
    _index,
    _links,
    _emphasis,
    _code,
    _number_marks,
    _foreign,
    _breaks,
    _figures,
    _copy,
    _quotes,
    _glossary,
)


def _terms(book: Book, current: Mapping[MessageKey, Message]) -> dict[str, str]:
    terms = {}
    for term, prose in glossary(book):
        message = current.get(key_of(prose))
        if message is not None and message.translated:
            terms[term] = plain_words(message.string)
    return terms


def _short(text: str, width: int = 50) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
