"""Claims against the documents in which they were read, and documents against the claims.

For each claim: does its extract stand in the document, and its figure in the extract? For each
document: which of its figures and dates stand in the extract of no claim that states them?
The documents are texts that the editors keep beside the book; they are never printed.

========  ==============================================================================
E001      error: the extract does not stand in the document
E002      warning: the extract does not hold the claim's figure
E003      note: a document is not at hand; its claims cannot be checked
E004      warning: a claim read in a document that is at hand has no extract
E005      note: figures of a document that no claim covers, counted; the report lists them
E006      warning: a passage of the ledger does not stand in its document
E007      error: the ledger names a source that is unknown or has no ``file``
========  ==============================================================================
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookbuild.diagnostics import Diagnostic, Severity, did_you_mean
from bookbuild.figures.calendar import days_of
from bookbuild.figures.numerals import (
    MONTHS,
    WEEKDAYS,
    DatePart,
    Figure,
    figures_in,
    fractions_in,
    numbers_in_digits,
    ordinals_in,
    vague_numbers_in,
)
from bookbuild.figures.passage import Document, Hit, fold
from bookbuild.model.book import Book
from bookbuild.model.claim import Claim, claim_name
from bookbuild.model.evidence import ClaimEvidence, FigureKind, Finding, LedgerEntry, LooseFigure
from bookbuild.model.place import NOWHERE
from bookbuild.model.source import Source
from bookbuild.model.value import Clock, Date, Day, Name, Number

_AROUND = 40
"""Characters of a snippet before and after a figure."""


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What the documents say of the book."""

    claims: tuple[ClaimEvidence, ...]
    """Every claim, in the order of the book."""
    loose: tuple[LooseFigure, ...]
    """Figures that no claim covers, in the order of documents and lines; also those excused."""
    diagnostics: tuple[Diagnostic, ...]

    def count(self, finding: Finding) -> int:
        """Return how many claims have this result."""
        return sum(claim.finding is finding for claim in self.claims)

    def uncovered(self) -> tuple[LooseFigure, ...]:
        """Return what an editor should look at: neither excused, nor stated elsewhere, nor a bare year."""
        return tuple(
            figure
            for figure in self.loose
            if not figure.excused and not figure.elsewhere and figure.kind is not FigureKind.YEAR
        )


def check_evidence(
    book: Book, documents: Mapping[str, str], ledger: Sequence[LedgerEntry] = ()
) -> EvidenceReport:
    """Check every claim against its document and every document against the claims.

    ``documents`` are texts by file name, as ``file`` in ``sources.yaml`` has it. ``ledger`` lists
    passages that are left out on purpose.
    """
    sources = {source.key: source for source in book.sources}
    at_hand = {
        source.file: Document(documents[source.file]) for source in book.sources if source.file in documents
    }
    findings: list[Diagnostic] = []
    covers: dict[str, list[_Cover]] = defaultdict(list)
    checked = []
    for quantity in book.quantities:
        for claim in quantity.claims:
            source = _document_of(claim, sources)
            evidence, hits = _check_claim(
                claim_name(quantity, claim), claim, source, at_hand, book.source_language
            )
            checked.append(evidence)
            findings += _complaints(evidence, claim, source, at_hand)
            if source is not None:
                covers[source.key].append(_Cover(claim, hits))
    findings += _missing_documents(checked, sources, at_hand)
    excuses, complaints = _excuses(ledger, sources, at_hand)
    findings += complaints
    loose = [
        figure
        for source in book.sources
        if source.file in at_hand
        for figure in _loose_figures(
            source, at_hand[source.file], covers[source.key], excuses[source.key], book
        )
    ]
    report = EvidenceReport(tuple(checked), tuple(loose), ())
    findings += _uncovered_counts(report, sources)
    return EvidenceReport(report.claims, report.loose, tuple(findings))


def _document_of(claim: Claim, sources: Mapping[str, Source]) -> Source | None:
    source = sources.get(claim.seen_in or claim.source)
    if source is not None and not source.file and source.reprinted_in:
        return sources.get(source.reprinted_in)
    return source


# Claims


def _check_claim(
    name: str, claim: Claim, source: Source | None, at_hand: Mapping[str, Document], language: str
) -> tuple[ClaimEvidence, list[Hit]]:
    key = source.key if source else claim.seen_in or claim.source

    def result(
        finding: Finding, reason: str = "", hits: Sequence[Hit] = ()
    ) -> tuple[ClaimEvidence, list[Hit]]:
        lines = tuple(sorted({hit.line for hit in hits}))
        return ClaimEvidence(name, key, finding, lines, reason, claim.place), list(hits)

    if source is None or not source.file:
        return result(Finding.CANNOT_CHECK, "no text of the document is named")
    if source.file not in at_hand:
        return result(Finding.CANNOT_CHECK, "the document is not at hand")
    if not claim.extract.strip():
        return result(Finding.CANNOT_CHECK, "the claim has no extract")
    hits = at_hand[source.file].find(claim.extract)
    if not hits:
        return result(Finding.NOT_FOUND)
    if states(claim, claim.extract):
        return result(Finding.FOUND, hits=hits)
    if claim.extract_lang not in ("", language) or not language.startswith("en"):
        return result(Finding.FOUND, "no figure in digits; words of another language are not read", hits)
    return result(Finding.FIGURE_MISSING, hits=hits)


def _complaints(
    evidence: ClaimEvidence, claim: Claim, source: Source | None, at_hand: Mapping[str, Document]
) -> Iterator[Diagnostic]:
    file = source.file if source else ""
    if evidence.finding is Finding.NOT_FOUND:
        beginning, line = at_hand[file].longest_beginning(claim.extract)
        hint = "copy the words from the document, letter by letter"
        if " " in beginning:
            hint = f"line {line} of {file} has only “{beginning}”"
        message = f"extract of “{evidence.claim}” is not in {file}: “{claim.extract}”"
        yield Diagnostic("E001", message, claim.place, hint)
    elif evidence.finding is Finding.FIGURE_MISSING:
        message = f"extract of “{evidence.claim}” does not hold its figure “{claim.notation}”"
        hint = f"lengthen the extract “{claim.extract}” until it does"
        yield Diagnostic("E002", message, claim.value_place, hint, Severity.WARNING)
    elif file in at_hand and not claim.extract.strip():
        message = f"claim “{evidence.claim}” has no extract, though {file} is at hand"
        yield Diagnostic(
            "E004", message, claim.place, "copy the words that carry the figure", Severity.WARNING
        )


_NOT_AT_HAND = "put the text into the folder of documents, and name it as the source's “file”"


def _missing_documents(
    checked: Iterable[ClaimEvidence], sources: Mapping[str, Source], at_hand: Mapping[str, Document]
) -> Iterator[Diagnostic]:
    counts: dict[str, int] = defaultdict(int)
    for evidence in checked:
        source = sources.get(evidence.document)
        if source is None or source.file not in at_hand:
            counts[evidence.document] += 1
    for key, count in counts.items():
        source = sources.get(key)
        missing = f"“{source.file}” is not at hand" if source and source.file else "has no file"
        message = f"document “{key}” cannot be checked ({missing}); claims read in it: {count}"
        yield Diagnostic("E003", message, source.place if source else NOWHERE, _NOT_AT_HAND, Severity.NOTE)


# Figures in extracts


_RELATIVE_DAY = re.compile(r"\b(?:today|yesterday|tonight|last night)\b", re.IGNORECASE)


def states(claim: Claim, text: str) -> bool:
    """Return whether a text holds the figure of a claim, in digits or in English words.

    Names are not looked for: an editor words the answer, the source its own sentence.
    """
    folded = fold(text)
    match claim.value:
        case Name():
            return True
        case Number():
            return _states_number(claim.value, folded)
        case Date():
            return _states_date(claim.value, folded)
        case Clock():
            return _states_clock(claim.value, folded)


def _states_number(number: Number, text: str) -> bool:
    readings = {reading for figure in figures_in(text) for reading in figure.numbers}
    readings |= numbers_in_digits(text)
    if re.search(r"\b(?:an?|single|only|sole|another|each)\b", text, re.IGNORECASE):
        readings.add(Decimal(1))
    readings |= vague_numbers_in(text)
    if number.unit in ("percent", "ratio") and any(
        _is_fraction(number, *part) for part in fractions_in(text)
    ):
        return True
    divisor = _magnitude(number)
    return all(end in readings or end / divisor in readings for end in (number.low, number.high))


def _is_fraction(number: Number, numerator: int, denominator: int) -> bool:
    if number.unit == "percent":
        return number.low * denominator == 100 * numerator
    return number.low * denominator == number.per * numerator


def _magnitude(number: Number) -> Decimal:
    return {"thousand": Decimal(1000), "million": Decimal(10**6), "billion": Decimal(10**9)}.get(
        number.magnitude, Decimal(1)
    )


def _states_date(date: Date, text: str) -> bool:
    days = [day for day in (date.start, date.end) if day is not None]
    if _is_one_night(date) and re.search(r"\bnight\b", text, re.IGNORECASE):
        return any(_states_day(day, text) for day in days)
    return all(_states_day(day, text) for day in days)


def _is_one_night(date: Date) -> bool:
    if date.start is None or date.end is None or not date.start.day or not date.end.day:
        return False
    return days_of(date.end)[0] - days_of(date.start)[0] == 1


def _states_day(day: Day, text: str) -> bool:
    """Return whether the finest part of a date is there: its day, else its month, its year or century."""
    numbers = {int(digits) for digits in re.findall(r"(?<![0-9][.,])[0-9]+(?![.,][0-9]{3}(?![0-9]))", text)}
    ordinals = {int(number) for number in ordinals_in(text)}
    if day.century is not None:
        return abs(day.century) in ordinals | numbers
    if day.day is not None:
        # “today” stands for the day of the item; the claim's note must say how the day was found
        return day.day in numbers | ordinals or _weekday(day) in text or bool(_RELATIVE_DAY.search(text))
    if day.month is not None:
        name = MONTHS[day.month - 1]
        return (
            name in text
            or name[:3] + "." in text
            or bool(re.search(rf"\b{name[:3]}\b", text))
            or day.month in numbers
        )
    assert day.year is not None, "a date has a century, a day, a month or a year"
    spoken = _spoken_year(day.year) or 0
    return spoken in numbers or spoken % 100 in numbers or f"{spoken // 10 * 10}s" in text


def _weekday(day: Day) -> str:
    """Return the name of a day's weekday; of a day without a year something no text has."""
    return WEEKDAYS[(days_of(day)[0] - 1) % 7] if day.year is not None else "\0"


def _states_clock(clock: Clock, text: str) -> bool:
    minutes = {
        int(m) for figure in figures_in(text) if figure.kind is FigureKind.TIME for m in figure.numbers
    }
    numbers = {int(n) for figure in figures_in(text) for n in figure.numbers if n == n.to_integral_value()}

    def there(minute: int) -> bool:
        hour, rest = divmod(minute % 1440, 60)
        return minute % 1440 in minutes or (rest == 0 and bool({hour, hour % 12 or 12} & numbers))

    return there(clock.start) and there(clock.end)


# Figures in documents


@dataclass(frozen=True, slots=True)
class _Cover:
    claim: Claim
    hits: list[Hit]


def _loose_figures(
    source: Source,
    document: Document,
    covers: Sequence[_Cover],
    excuses: Sequence[tuple[Hit, str]],
    book: Book,
) -> Iterator[LooseFigure]:
    known = _Known.of(covers, book.sources, source)
    for figure in figures_in(document.text):
        claims = [cover.claim for cover in covers if any(_inside(figure, hit) for hit in cover.hits)]
        if _is_small_word(figure, document.text) or any(_covers(c, figure, document.text) for c in claims):
            continue
        yield LooseFigure(
            source.key,
            document.line_at(figure.start),
            figure.kind,
            document.text[figure.start : figure.end],
            _snippet(document.text, figure),
            known.has(figure),
            next((reason for hit, reason in excuses if _inside(figure, hit)), ""),
        )


def _is_small_word(figure: Figure, text: str) -> bool:
    """Return whether a figure is a count up to ten in words, of which texts are full."""
    return text[figure.start].isalpha() and figure.kind is FigureKind.NUMBER and max(figure.numbers) <= 10


def _inside(figure: Figure, hit: Hit) -> bool:
    return hit.start <= figure.start and figure.end <= hit.end


def _covers(claim: Claim, figure: Figure, text: str) -> bool:
    """Return whether a figure within a claim's extract is what the claim states."""
    if isinstance(claim.value, Name):
        return True
    if figure.kind is FigureKind.DATE:
        return _dates_known(figure, _dates_of(claim))
    if any(_spoken_year(year) in figure.numbers for year, _, _ in _dates_of(claim)):
        return True
    return _states_part(claim, figure, text)


def _spoken_year(year: int | None) -> int | None:
    """Return the number by which a year is named: 807 for -806, which is 807 BC."""
    return year if year is None or year > 0 else 1 - year


def _states_part(claim: Claim, figure: Figure, text: str) -> bool:
    value = claim.value
    if isinstance(value, Number):
        return any(
            end in figure.numbers or end / _magnitude(value) in figure.numbers
            for end in (value.low, value.high)
        )
    return states(claim, text[figure.start : figure.end]) if isinstance(value, Clock) else False


def _dates_of(claim: Claim) -> Iterator[DatePart]:
    for date in (claim.value, claim.as_of):
        if isinstance(date, Date):
            yield from _parts_of(date)


def _parts_of(date: Date) -> Iterator[DatePart]:
    for day in (date.start, date.end):
        if day is not None and day.century is None:
            yield (day.year, day.month, day.day)


def _dates_known(figure: Figure, known: Iterable[DatePart]) -> bool:
    dates = list(known)
    return all(any(_same_date(part, date) for date in dates) for part in figure.dates)


def _same_date(written: DatePart, known: DatePart) -> bool:
    """Return whether a written date says no more than a known one."""
    return all(part is None or part == other for part, other in zip(written, known, strict=True))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stated anywhere of one document."""

    numbers: frozenset[Decimal]
    dates: tuple[DatePart, ...]

    @classmethod
    def of(cls, covers: Sequence[_Cover], sources: Iterable[Source], document: Source) -> _Known:
        numbers: set[Decimal] = set()
        for cover in covers:
            value = cover.claim.value
            if isinstance(value, Number):
                numbers |= {value.low, value.high}
            elif isinstance(value, Clock):
                numbers |= {Decimal(value.start % 1440), Decimal(value.end % 1440)}
        dates = {part for cover in covers for part in _dates_of(cover.claim)}
        for source in sources:
            if source.key == document.key or source.reprinted_in == document.key:
                dates |= set(_issued(source))
        return cls(frozenset(numbers), tuple(sorted(dates, key=str)))

    def has(self, figure: Figure) -> bool:
        if figure.kind is FigureKind.DATE:
            return _dates_known(figure, self.dates)
        if figure.kind is FigureKind.YEAR:
            return any(year in figure.numbers for year, _, _ in self.dates)
        return not self.numbers.isdisjoint(figure.numbers)


def _issued(source: Source) -> Iterator[DatePart]:
    """Yield the dates of publication in CSL's ``date-parts``."""
    issued = source.csl.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, Mapping) else None
    for date in parts if isinstance(parts, Sequence) and not isinstance(parts, str) else ():
        if isinstance(date, Sequence) and not isinstance(date, str):
            year, month, day = (int(part) for part in (*date, 0, 0, 0)[:3] if isinstance(part, int | str))
            yield (year, month or None, day or None)


def _snippet(text: str, figure: Figure) -> str:
    before, after = text[: figure.start][-_AROUND:], text[figure.end :][:_AROUND]
    whole_words = before.partition(" ")[2] or before, after.rpartition(" ")[0] or after
    return text[figure.start : figure.end].join(whole_words)


# The ledger


def _excuses(
    ledger: Iterable[LedgerEntry], sources: Mapping[str, Source], at_hand: Mapping[str, Document]
) -> tuple[Mapping[str, list[tuple[Hit, str]]], list[Diagnostic]]:
    excuses: dict[str, list[tuple[Hit, str]]] = defaultdict(list)
    complaints = []
    for entry in ledger:
        source = sources.get(entry.document)
        if source is None or not source.file:
            known = [key for key, source in sources.items() if source.file]
            message = f"ledger names “{entry.document}”, which is no document with a text"
            hint = did_you_mean(entry.document, known) or "name a source that has a “file”"
            complaints.append(Diagnostic("E007", message, entry.place, hint))
            continue
        if source.file not in at_hand:
            continue
        hits = at_hand[source.file].find(entry.passage)
        if not hits:
            message = f"passage of the ledger is not in {source.file}: “{entry.passage}”"
            hint = "copy the words from the document, letter by letter"
            complaints.append(Diagnostic("E006", message, entry.place, hint, Severity.WARNING))
        excuses[source.key] += [(hit, entry.reason) for hit in hits]
    return excuses, complaints


def _uncovered_counts(report: EvidenceReport, sources: Mapping[str, Source]) -> Iterator[Diagnostic]:
    counts: dict[str, int] = defaultdict(int)
    for figure in report.uncovered():
        counts[figure.document] += 1
    for key, count in counts.items():
        message = f"{sources[key].file}: {count} figures and dates stand in the extract of no claim"
        yield Diagnostic("E005", message, sources[key].place, "see the report for lines", Severity.NOTE)
