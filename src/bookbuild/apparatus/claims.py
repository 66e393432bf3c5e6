"""Comparisons to the positive apparatus: every claim, by scope and camp, with who says it and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bookbuild.apparatus.citations import Position, plain_words
from bookbuild.apparatus.facts import Facts, Ledger, quantity_anchor
from bookbuild.apparatus.setting import SectionSetter
from bookbuild.apparatus.spans import anchored, closed, filled, first_upper, joined, plain
from bookbuild.model.chart import Chart
from bookbuild.model.claim import Claim, Measure, Quantity, Stance, claim_name
from bookbuild.model.comparison import Camp, Comparison, ScopeComparison, Verdict, Witness
from bookbuild.model.edition import (
    ClaimGroup,
    ClaimRow,
    ClaimScope,
    ClaimTable,
    Jump,
    LabelledChart,
    MarkLabel,
    PageSlot,
    QuantityEntry,
    Reading,
    ReadingList,
    ReadingScope,
    Run,
    Spans,
    Style,
    Styled,
    Words,
)
from bookbuild.model.prose import Prose
from bookbuild.model.source import SourceKind
from bookbuild.model.value import Name, Number, Value

OFTEN = 4
"""A remark on so many claims or more is printed once, with a number."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


_LONG = 12
"""Letters of a value that a narrow column has room for: “3 March 2011” is the longest."""


class ClaimSetter:
    """Sets the claims of one section: tables, charts, entries of the appendix."""

    def __init__(
        self, setter: SectionSetter, facts: Facts, ledger: Ledger, charts: Mapping[str, Sequence[Chart]]
    ) -> None:
        self._setter = setter
        self._facts = facts
        self._locale = facts.locale
        self._ledger = ledger
        self._charts = charts
        self._rows = 0
        self._remarks_of_many: Mapping[str, int] = {}

    def number_remarks(self, comparisons: Sequence[Comparison]) -> list[Words]:
        """Return the remarks that stand on many claims; from now on a number stands for each of them."""
        notes = [claim.note for one in comparisons for claim in one.quantity.claims if claim.note]
        times = Counter(note.source for note in notes)
        often = {note.source: note for note in notes if times[note.source] >= OFTEN}
        self._remarks_of_many = {source: number for number, source in enumerate(often, 1)}
        return [self._note(note) for note in often.values()]

    def entry(self, comparison: Comparison, uses: Sequence[str]) -> QuantityEntry:
        """Set one quantity for the appendix. ``uses``: anchors at which the text prints its figures."""
        quantity, setter = comparison.quantity, self._setter
        title = setter.words(quantity.title, notes=False)
        counts = setter.words(quantity.counts)
        unit = self._unit(quantity)
        if unit:
            counts = _with(counts, (*counts.spans, Run(f" ({unit})")))
        used = self._words(self._used(tuple(uses))) if uses else None
        return QuantityEntry(
            id=quantity_anchor(quantity.id),
            title=title,
            counts=counts,
            verdict=self._words(self.verdict(comparison)),
            charts=() if _short(comparison) else tuple(filter(_differ, self.charts(comparison))),
            table=(
                self.readings(comparison, f"claims-{quantity.id}")
                if _short(comparison)
                else self.table(comparison, f"claims-{quantity.id}", cite_rows=True)
            ),
            sums=tuple(self._words(spans) for spans in self._sums(comparison)),
            note=setter.words(quantity.note) if quantity.note else None,
            used=used,
        )

    def _used(self, anchors: tuple[str, ...]) -> Spans:
        """Return the line with the pages; only the press knows how many there are."""
        label = self._locale.label
        before, _, after = label("Used on p. {pages}", pages="\0").partition("\0")
        before_several = label("Used on pp. {pages}", pages="\0").partition("\0")[0]
        slot = PageSlot(anchors, before, before_several)
        return (slot, Run(after)) if after else (slot,)

    def table(
        self,
        comparison: Comparison,
        table_id: str,
        caption: Words | None = None,
        *,
        cite_rows: bool = False,
    ) -> ClaimTable:
        """Set all claims of a quantity. ``cite_rows``: rows count as places that cite their sources."""
        label = self._locale.label
        several = len(comparison.scopes) > 1 or bool(comparison.slips)
        scopes = [self._scope(comparison, scope, several, table_id, cite_rows) for scope in comparison.scopes]
        if comparison.slips:
            rows = tuple(
                self._row(comparison, witness.claim, table_id, cite_rows) for witness in comparison.slips
            )
            title = self._words((Run(label("Suspected slips, set apart")),))
            scopes.append(ClaimScope(title, None, (ClaimGroup(None, rows),)))
        names = (label("Figure"), label("Who says it"), label("Where printed · read in"))
        head = () if cite_rows else tuple(self._words((Run(name),)) for name in names)
        role = "names" if comparison.quantity.measure is Measure.NAME else ""
        if any(
            len(plain(row.value.spans)) > _LONG
            for one in scopes
            for group in one.groups
            for row in group.rows
        ):
            role = role or "dates"
        return ClaimTable(table_id, head, tuple(scopes), caption, role)

    def readings(self, comparison: Comparison, list_id: str) -> ReadingList:
        """Set all claims of a quantity in the short form: every value once, with all who give it."""
        scopes = [
            ReadingScope(self._scope_title(scope), self._by_value(comparison, scope.witnesses, list_id))
            for scope in comparison.scopes
        ]
        if comparison.slips:
            title = self._words((Run(self._locale.label("Suspected slips, set apart")),))
            scopes.append(ReadingScope(title, self._by_value(comparison, comparison.slips, list_id)))
        return ReadingList(list_id, tuple(scopes))

    def _by_value(
        self, comparison: Comparison, witnesses: Sequence[Witness], list_id: str
    ) -> tuple[Reading, ...]:
        quantity = comparison.quantity
        values: dict[str, list[Claim]] = {}
        for witness in witnesses:
            said = self._value_text(witness.claim, quantity, quantity.unit)
            values.setdefault(said, []).append(witness.claim)
        return tuple(
            Reading(self._value(claims[0], quantity), tuple(self._witnesses(comparison, claims, list_id)))
            for claims in values.values()
        )

    def _witnesses(
        self, comparison: Comparison, claims: Sequence[Claim], list_id: str
    ) -> Iterator[tuple[Words, ...]]:
        """Yield who gives a value: a line for every origin, with those who pass it on."""
        here = {claim_name(comparison.quantity, claim): claim for claim in claims}
        passed = {claim.id: here[claim.repeats] for claim in claims if claim.repeats in here}
        # Whoever passes on what was itself passed on keeps the remark that says from whom.
        direct = {name for name, origin in passed.items() if origin.id not in passed}
        before, after = self._around("passed on by {names}", "names")
        comma, semicolon = (self._locale.punctuated(sign) for sign in (", ", "; "))
        for origin in claims:
            if origin.id in direct:
                continue
            line = [*self._witness(comparison, origin, list_id)]
            followers = [claim for claim in claims if claim.id in direct and passed[claim.id] is origin]
            for number, claim in enumerate(followers):
                line.append(self._words((Run(comma if number else f"{semicolon}{before}"),)))
                line += self._witness(comparison, claim, list_id, lineage=False)
            said = after if followers else ""
            stop = "" if plain(line[-1].spans).endswith("…") and not said else "."
            yield (*line, self._words((Run(said + stop),))) if said + stop else tuple(line)

    def _around(self, english: str, slot: str) -> tuple[str, str]:
        before, _, after = self._locale.label(english, **{slot: "\ue100"}).partition("\ue100")
        return before, after

    def _witness(
        self, comparison: Comparison, claim: Claim, list_id: str, *, lineage: bool = True
    ) -> Iterator[Words]:
        row = self._row(comparison, claim, list_id, True, sentence=False)
        words = row.speaker
        yield _with(words, anchored(row.id, words.spans))
        comma = self._locale.punctuated(", ")
        where = joined((row.publication, row.read_in), comma)
        if where:
            own = self._facts.own_voice(claim)
            yield self._words((Run(comma if own else ": "), *where))
        asides = [*self._brief(claim, ()), *self._remarks(comparison, claim, lineage=lineage)]
        for aside in asides:
            yield _with(aside, (Run(" ("), *_opened(aside.spans), Run(")")))

    def _scope_title(self, scope: ScopeComparison) -> Words | None:
        prose = next((w.claim.scope for w in scope.witnesses if w.claim.scope), None)
        if not scope.scope or prose is None:
            return None
        title = self._setter.words(prose, notes=False)
        return _with(title, first_upper(title.spans, self._locale))

    def verdict(self, comparison: Comparison | ScopeComparison) -> Spans:
        """Say the verdict in a plain sentence."""
        plural = self._locale.plural
        statements = (
            comparison.statements if isinstance(comparison, Comparison) else len(comparison.witnesses)
        )
        counted = {
            "statements": plural("{n} statement", "{n} statements", statements),
            "origins": plural("{n} origin", "{n} origins", comparison.origins),
        }
        match comparison.verdict:
            case Verdict.SINGLE:
                english = "{statements}, {origins}: nothing to compare."
            case Verdict.AGREE:
                english = "{statements}, {origins}: they agree."
            case Verdict.COMPATIBLE:
                english = "{statements}, {origins}: they differ but can all be true together."
            case Verdict.WORDING:
                english = "{statements}, {origins}: they use different words."
            case Verdict.CONFLICT:
                english = "{statements}, {origins}: they conflict."
        sentence = self._locale.label(english, **counted)
        if isinstance(comparison, Comparison) and comparison.scope_differs:
            sentence += " " + self._locale.label(
                "Not all of them count the same thing; those that do not stand apart."
            )
        return (Run(sentence),)

    def charts(self, comparison: Comparison) -> tuple[LabelledChart, ...]:
        """Give the charts of a quantity their words."""
        drawn = self._charts.get(comparison.quantity.id, ())
        return tuple(self._chart(chart, comparison) for chart in drawn)

    def _chart(self, chart: Chart, comparison: Comparison) -> LabelledChart:
        quantity, compact = comparison.quantity, self._locale.compact
        claims = {claim.id: claim for claim in quantity.claims}
        seen: set[tuple[int, int]] = set()
        scopes: set[int] = set()
        marks: list[MarkLabel] = []
        spoken: list[str] = []
        for mark in chart.marks:
            claim = claims[mark.witness.claim.id]
            group = ""
            scope = comparison.scopes[mark.scope]
            if mark.camp is not None and scope.verdict is Verdict.CONFLICT:
                if (mark.scope, mark.camp) not in seen:
                    group = LETTERS[mark.camp % 26]
                seen.add((mark.scope, mark.camp))
            value = self._value_text(claim, quantity, chart.value_axis.unit)
            counted = ""
            if claim.scope and mark.scope not in scopes:
                counted = plain(self._setter.words(claim.scope, notes=False).spans)
            scopes.add(mark.scope)
            marks.append(MarkLabel(value, self._speaker(claim), group, counted))
            reserved = "".join(f" ({plain(words)})" for words in self._setter.reservations(claim))
            spoken.append(f"{self._speaker(claim)}: {value}{reserved}")
        said = self._locale.punctuated("; ").join(spoken)
        title = plain(self._setter.words(quantity.title, notes=False).spans)
        date_ticks = chart.date_axis.ticks if chart.date_axis else ()
        return LabelledChart(
            chart=chart,
            marks=tuple(marks),
            value_ticks=tuple(compact(tick.value) for tick in chart.value_axis.ticks),
            date_ticks=tuple(compact(tick.value) for tick in date_ticks),
            unit=self._unit_name(quantity),
            alternative=f"{title}. {said}.",
        )

    def range(self, comparison: Comparison) -> str:
        """Return the two figures that lie furthest apart, lowest first; of names, how many there are.

        Only scopes in conflict count where there is one, and no denials: nobody gives their figures.
        """
        scopes = [one for one in comparison.scopes if one.verdict is Verdict.CONFLICT] or comparison.scopes
        witnesses = [witness for scope in scopes for witness in scope.witnesses]
        if comparison.quantity.measure is Measure.NAME:
            names = {str(witness.claim.value) for witness in witnesses}
            return self._locale.plural("{n} name", "{n} names", len(names))
        given = [w for w in witnesses if w.claim.stance is Stance.ASSERTS] or witnesses
        lowest, highest = min(given, key=_upper_end), max(given, key=_lower_end)
        unit = comparison.quantity.unit
        low, high = (self._value_text(w.claim, comparison.quantity, unit) for w in (lowest, highest))
        return low if low == high else f"{low} … {high}"

    def _scope(
        self, comparison: Comparison, scope: ScopeComparison, several: bool, table_id: str, cite_rows: bool
    ) -> ClaimScope:
        title = self._scope_title(scope)
        verdict = self._words(self.verdict(scope)) if several and len(scope.witnesses) > 1 else None
        if scope.verdict is not Verdict.CONFLICT:
            rows = tuple(
                self._row(comparison, witness.claim, table_id, cite_rows) for witness in scope.witnesses
            )
            return ClaimScope(title, verdict, (ClaimGroup(None, rows),))
        groups, shown, fits = [], set[str](), _camps_by_claim(scope)
        for number, camp in enumerate(scope.camps):
            witnesses = [w for w in camp.witnesses if w.claim.id not in shown]
            shown |= {witness.claim.id for witness in witnesses}
            if witnesses:
                rows = tuple(
                    self._row(
                        comparison,
                        witness.claim,
                        table_id,
                        cite_rows,
                        _letters_but(number, fits[witness.claim.id]),
                    )
                    for witness in witnesses
                )
                groups.append(ClaimGroup(self._camp(number, camp), rows))
        rest = [witness for witness in scope.witnesses if witness.claim.id not in shown]
        if rest:
            rows = tuple(self._row(comparison, witness.claim, table_id, cite_rows) for witness in rest)
            groups.append(ClaimGroup(self._words((Run(self._locale.label("Doubts")),)), rows))
        return ClaimScope(title, verdict, tuple(groups))

    def _camp(self, number: int, camp: Camp) -> Words:
        plural = self._locale.plural
        statements = plural("{n} statement", "{n} statements", len(camp.witnesses))
        origins = plural("{n} origin", "{n} origins", camp.origins)
        common = " … ".join(self._common(value, camp) for value in camp.common)
        said = f" {statements}{self._locale.punctuated(', ')}{origins}" + (f" · {common}" if common else "")
        return self._words((Styled(Style.STRONG, (Run(LETTERS[number % 26]),)), Run(said)))

    def _common(self, value: Value, camp: Camp) -> str:
        named = next((w.claim.name for w in camp.witnesses if w.claim.value == value and w.claim.name), None)
        return plain_words(named) if named else self._locale.compact(value)

    def _row(
        self,
        comparison: Comparison,
        claim: Claim,
        table_id: str,
        cite_rows: bool,
        others: Sequence[str] = (),
        *,
        sentence: bool = True,
    ) -> ClaimRow:
        self._rows += 1
        quantity = comparison.quantity
        row_id = f"row-{table_id}-{self._rows}"
        read_elsewhere = claim.seen_in != claim.source
        locator, comma = self._locator(claim), self._locale.punctuated(", ")
        if cite_rows:
            for key in dict.fromkeys((claim.source, claim.seen_in)):
                self._ledger.cite(key, row_id)
        speaker = self._setter.words(claim.said_by, notes=False)
        publication = () if self._facts.own_voice(claim) else self._short(claim.source)
        if not read_elsewhere and locator:
            publication = joined((publication, (Run(locator),)), comma)
        inside = joined((self._short(claim.seen_in), (Run(locator),) if locator else ()), comma)
        read_in = filled(self._locale, "read in {document}", document=inside)
        brief, remarks = [*self._brief(claim, others)], [*self._remarks(comparison, claim)]
        if cite_rows and not self._says_more(claim):
            brief, remarks = [*brief, *remarks], []
        return ClaimRow(
            id=row_id,
            value=self._value(claim, quantity),
            speaker=_with(speaker, first_upper(speaker.spans, self._locale)) if sentence else speaker,
            publication=first_upper(publication, self._locale) if sentence else publication,
            read_in=read_in if read_elsewhere else (),
            brief=tuple(brief),
            remarks=tuple(remarks),
            dissents=claim.stance is not Stance.ASSERTS,
        )

    def _brief(self, claim: Claim, others: Sequence[str]) -> Iterator[Words]:
        label = self._locale.label
        if claim.stance is Stance.DENIES:
            yield self._words((Run(label("A denial.")),))
        if claim.stance is Stance.DOUBTS:
            yield self._words((Run(label("A doubt.")),))
        if claim.as_of:
            yield self._words((Run(label("As of {date}.", date=self._locale.date(claim.as_of))),))
        if others:
            yield self._words((Run(label("Fits {camps} too.", camps=self._locale.list_of(others))),))

    def _says_more(self, claim: Claim) -> bool:
        """Whether a claim has remarks that need a line, and not only a few words."""
        from_afar = bool(claim.repeats) and not self._facts.own_voice(self._facts.claim(claim.repeats)[1])
        own_note = claim.note is not None and claim.note.source not in self._remarks_of_many
        return bool(claim.slip) or own_note or from_afar

    def _remarks(self, comparison: Comparison, claim: Claim, *, lineage: bool = True) -> Iterator[Words]:
        if claim.repeats and lineage:
            _, passed_on = self._facts.claim(claim.repeats)
            whom: Spans = self._setter.words(passed_on.said_by, notes=False).spans
            if not self._facts.own_voice(passed_on):
                whom = (*whom, Run(" ("), *self._short(passed_on.source), Run(")"))
            yield self._words(closed(filled(self._locale, "Passes on {claim}", claim=whom)))
        if claim.slip:
            slip = self._setter.words(claim.slip)
            yield _with(slip, closed(filled(self._locale, "Suspected slip: {reason}", reason=slip.spans)))
        if claim.note:
            number = self._remarks_of_many.get(claim.note.source)
            yield self._numbered(number) if number else self._note(claim.note)

    def _note(self, prose: Prose) -> Words:
        note = self._setter.words(prose)
        return _with(note, closed(first_upper(note.spans, self._locale)))

    def _numbered(self, number: int) -> Words:
        label = self._locale.label("Remark {number}.", number=self._locale.number(number))
        return self._words((Jump(remark_anchor(number), (Run(label),)),))

    def _sums(self, comparison: Comparison) -> list[Spans]:
        sums: list[Spans] = []
        for total in comparison.sums:
            quantity, claim = self._facts.claim(total.total)
            parts = [self._facts.claim(part) for part in total.parts]
            added = " + ".join(self._value_text(one, whole, whole.unit) for whole, one in parts)
            stated = self._value_text(claim, quantity, quantity.unit)
            english = (
                "Sum, {speaker}: {added} = {sum}, as stated."
                if total.agrees
                else "Sum, {speaker}: {added} = {sum}; stated: {stated}."
            )
            low, high = total.added.low, total.added.high
            result = "–".join(
                dict.fromkeys(self._locale.number(end) for end in (low, high) if isinstance(end, Decimal))
            )
            words = {"speaker": self._speaker(claim), "added": added, "sum": result, "stated": stated}
            sums.append((Run(self._locale.label(english, **words)),))
        return sums

    def _value(self, claim: Claim, quantity: Quantity) -> Words:
        if isinstance(claim.value, Name) and claim.name:
            name = self._setter.words(claim.name, notes=False)
            return _with(name, first_upper(name.spans, self._locale))
        return self._words((Run(self._value_text(claim, quantity, quantity.unit)),))

    def _value_text(self, claim: Claim, quantity: Quantity, unit: str) -> str:
        value = claim.value
        if isinstance(value, Name):
            return plain_words(claim.name) if claim.name else value.name
        text = self._locale.compact(value)
        if (
            isinstance(value, Number)
            and quantity.measure is not Measure.COUNT
            and value.unit not in {"", unit}
        ):
            return f"{text} {self._locale.unit(value.unit)}"
        return text

    def _unit(self, quantity: Quantity) -> str:
        """Return the unit for the head of a table: not for counts, whose title says it."""
        if quantity.unit == "duration":
            return ""  # no unit of its own: each value is printed with the one it was given in
        if quantity.measure in {Measure.PHYSICAL, Measure.MONEY, Measure.PERCENT}:
            return self._locale.unit(quantity.unit)
        return ""

    def _unit_name(self, quantity: Quantity) -> str:
        if quantity.measure is Measure.COUNT:
            prose = self._facts.book.units.get(quantity.unit)
            return plain_words(prose) if prose else ""
        return self._unit(quantity)

    def _speaker(self, claim: Claim) -> str:
        spans = self._setter.words(claim.said_by, notes=False).spans
        return plain(first_upper(spans, self._locale))

    def _short(self, key: str) -> Spans:
        """Name a source briefly: a document by its voice, a paper by its name and date, else as in notes."""
        if key in self._facts.voices:
            return self._setter.words(self._facts.voices[key], notes=False).spans
        source = self._facts.source(key)
        issued, comma = self._facts.citer.issued(source), self._locale.punctuated(", ")
        paper = source.csl.get("container-title")
        if source.kind is SourceKind.PRESS and paper:
            return joined(
                ((Styled(Style.TITLE, (Run(str(paper)),)),), (Run(issued),) if issued else ()), comma
            )
        if source.csl.get("type") in {"legislation", "bill", "treaty"}:
            # Acts have long titles: who and which number or date tells them apart.
            body = self._facts.citer.names(key)
            number = str(source.csl.get("number", ""))
            if body and (number or issued):
                # A date that the editors explain is told apart by its first words.
                return joined((body, (Run(number or issued.split(self._locale.punctuated(";"))[0]),)), comma)
        return self._facts.citer.cite(key, Position.SUBSEQUENT)

    def _locator(self, claim: Claim) -> str:
        prose: Prose | None = claim.locator
        if prose is None:
            source = self._facts.source(claim.source)
            prose = source.locator if source.reprinted_in == claim.seen_in else None
        if prose is None:
            return ""
        return plain(self._setter.words(prose, notes=False).spans)

    def _words(self, spans: Spans) -> Words:
        return Words(spans)


def remark_anchor(number: int) -> str:
    """Return the anchor of a remark that is said of many claims."""
    return f"remark-{number}"


def _short(comparison: Comparison) -> bool:
    """Whether the short form holds all there is to see: nothing differs, or nothing but the words."""
    return comparison.verdict in {Verdict.SINGLE, Verdict.AGREE, Verdict.WORDING}


def _opened(spans: Spans) -> Spans:
    """Return a remark without its closing stop, to stand in brackets."""
    match spans:
        case (*rest, Run(text)) if text.endswith(".") and not text.endswith(".."):
            return (*rest, Run(text[:-1]))
        case (Jump(anchor, inside),):
            return (Jump(anchor, _opened(inside)),)
        case _:
            return spans


def order_in_appendix(comparisons: Sequence[Comparison], order: Sequence[str]) -> list[Comparison]:
    """Return what the appendix holds, in the editors' order: quantities with more than one claim."""
    places = {quantity: place for place, quantity in enumerate(order)}
    held = [comparison for comparison in comparisons if comparison.statements > 1]
    return sorted(held, key=lambda comparison: places.get(comparison.quantity.id, len(places)))


def _differ(chart: LabelledChart) -> bool:
    """Whether a chart shows more than one point or interval."""
    return len({mark.value for mark in chart.chart.marks}) > 1


def _camps_by_claim(scope: ScopeComparison) -> Mapping[str, list[int]]:
    """Return the numbers of the camps of every claim."""
    camps: dict[str, list[int]] = {}
    for number, camp in enumerate(scope.camps):
        for witness in camp.witnesses:
            camps.setdefault(witness.claim.id, []).append(number)
    return camps


def _letters_but(home: int, camps: Sequence[int]) -> list[str]:
    return [LETTERS[number % 26] for number in camps if number != home]


_Reach = tuple[Decimal, int, int]
"""An end, whether it is beyond (1) or short of (-1) the amount, and the brevity of the notation."""


def _upper_end(witness: Witness) -> _Reach:
    interval = witness.interval
    if interval is None or interval.high is None:
        return Decimal("Infinity"), 0, len(witness.claim.notation)
    return interval.high, -1 if interval.high_open else 0, len(witness.claim.notation)


def _lower_end(witness: Witness) -> _Reach:
    interval = witness.interval
    if interval is None or interval.low is None:
        return Decimal("-Infinity"), 0, -len(witness.claim.notation)
    return interval.low, 1 if interval.low_open else 0, -len(witness.claim.notation)


def _with(words: Words, spans: Spans) -> Words:
    return replace(words, spans=spans)
