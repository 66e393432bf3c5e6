"""Comparisons to data that others can use: CSV, JSON, and descriptions of the CSV.

The CSV follows RFC 4180 in UTF-8 with ``\\n``; one row per claim, in the order of the book.
:data:`COLUMNS` says what each column holds; columns are never renamed or moved, new ones are
added at the end. The same list makes the Frictionless Data Package (v1) and the CSV on the Web
metadata (W3C, 2015) that belong beside the file.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bookbuild.figures.calendar import date_of
from bookbuild.figures.line import YEARLESS_UNIT
from bookbuild.model.book import Book
from bookbuild.model.claim import Measure, Quantity, claim_name
from bookbuild.model.comparison import Comparison, ScopeComparison, Witness
from bookbuild.model.notation import write_date, write_value
from bookbuild.model.prose import Prose
from bookbuild.model.value import Interval, Name, Number, Value


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the CSV."""

    name: str
    type: str
    """``string``, ``integer`` or ``boolean``; amounts are strings, so that no reader rounds them."""
    description: str


COLUMNS = (
    Column("claim", "string", "name of the claim: quantity/claim; the key of the row"),
    Column("quantity", "string", "id of the quantity"),
    Column("title", "string", "title of the quantity"),
    Column("counts", "string", "what precisely the quantity counts"),
    Column("measure", "string", "count, physical, percent, ratio, money, date, time or name"),
    Column("unit", "string", "unit of low and high"),
    Column("scope", "string", "what the claim counts where that is not what the quantity counts"),
    Column("value", "string", "the value in the notation of the book's authors"),
    Column("low", "string", "least value allowed: an amount, an ISO 8601 date or a time; empty if unbounded"),
    Column("low_included", "boolean", "whether low itself is allowed; empty if unbounded"),
    Column("high", "string", "greatest value allowed, likewise"),
    Column("high_included", "boolean", "whether high itself is allowed; empty if unbounded"),
    Column("stance", "string", "asserts, denies or doubts"),
    Column("said_by", "string", "who says it"),
    Column("source", "string", "key of the publication in which it was printed"),
    Column("seen_in", "string", "key of the document in which it was read"),
    Column("locator", "string", "place in that document"),
    Column("as_of", "string", "date for which the figure is given, in EDTF"),
    Column("extract", "string", "the words that carry the figure"),
    Column("extract_lang", "string", "language of the extract where it is not that of the book, BCP 47"),
    Column("repeats", "string", "the claim that this one passes on"),
    Column(
        "origin",
        "string",
        "the claim with which the chain of repetitions began; one for each speaker and source",
    ),
    Column("slip", "string", "why a slip is suspected; such a claim is compared with nothing"),
    Column("note", "string", "the editor's remark"),
    Column("camps", "string", "numbers of the camps of its scope to which it belongs, from 1, by space"),
    Column("scope_verdict", "string", "verdict on the claims of this scope; empty for a suspected slip"),
    Column("quantity_verdict", "string", "single, agree, compatible, wording or conflict"),
    Column("within", "string", "of names: the wider name in which the editors include this one"),
    Column("wordings", "boolean", "whether the quantity records only how sources word one thing"),
)
"""The columns of the CSV, in order."""


def claims_csv(comparisons: Iterable[Comparison]) -> str:
    """Return one row per claim under a head of column names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in COLUMNS)
    for comparison in comparisons:
        for row in claim_rows(comparison):
            writer.writerow(_cell(row[column.name]) for column in COLUMNS)
    return text.getvalue()


def claim_rows(comparison: Comparison) -> list[Mapping[str, str | bool | None]]:
    """Return the row of every claim of a quantity, as written; column → value, None where empty."""
    rows: dict[str, Mapping[str, str | bool | None]] = {}
    for scope in comparison.scopes:
        camps: dict[str, list[str]] = {witness.claim.id: [] for witness in scope.witnesses}
        for number, camp in enumerate(scope.camps, 1):
            for witness in camp.witnesses:
                camps[witness.claim.id].append(str(number))
        for witness in scope.witnesses:
            rows[witness.claim.id] = _row(comparison, witness, scope, " ".join(camps[witness.claim.id]))
    for witness in comparison.slips:
        rows[witness.claim.id] = _row(comparison, witness, None, "")
    return [rows[claim.id] for claim in comparison.quantity.claims]


def comparisons_json(comparisons: Iterable[Comparison]) -> str:
    """Return quantities with verdicts, camps, sums and claims as JSON, for programs."""
    return (
        json.dumps([_as_data(comparison) for comparison in comparisons], ensure_ascii=False, indent=1) + "\n"
    )


def data_package(book: Book, csv_name: str) -> str:
    """Return a Frictionless ``datapackage.json`` that describes the CSV file of that name."""
    fields = [{"name": c.name, "type": c.type, "description": c.description} for c in COLUMNS]
    package = {
        "profile": "tabular-data-package",
        "name": f"{book.id}-claims",
        "title": book.title.source,
        "created": f"{book.date}T00:00:00Z",
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "claims",
                "path": csv_name,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"lineTerminator": "\n"},
                "schema": {
                    "fields": fields,
                    "primaryKey": "claim",
                    "missingValues": [""],
                },
            }
        ],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def csvw_metadata(book: Book, csv_name: str) -> str:
    """Return CSV on the Web metadata, to be named ``<csv_name>-metadata.json``."""
    metadata = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": book.source_language}],
        "url": csv_name,
        "dc:title": book.title.source,
        "dc:publisher": book.publisher.source,
        "dc:date": book.date,
        "tableSchema": {
            "columns": [
                {"name": c.name, "titles": c.name, "datatype": c.type, "dc:description": c.description}
                for c in COLUMNS
            ],
            "primaryKey": "claim",
        },
    }
    return json.dumps(metadata, ensure_ascii=False, indent=1) + "\n"


def _row(
    comparison: Comparison, witness: Witness, scope: ScopeComparison | None, camps: str
) -> Mapping[str, str | bool | None]:
    quantity, claim = comparison.quantity, witness.claim
    unit = scope.unit if scope else quantity.unit
    low, low_included, high, high_included = _ends(witness.interval, quantity, unit)
    return {
        "claim": claim_name(quantity, claim),
        "quantity": quantity.id,
        "title": quantity.title.source,
        "counts": quantity.counts.source,
        "measure": quantity.measure.value,
        "unit": unit,
        "scope": _source(claim.scope),
        "value": claim.notation,
        "low": low,
        "low_included": low_included,
        "high": high,
        "high_included": high_included,
        "stance": claim.stance.value,
        "said_by": claim.said_by.source,
        "source": claim.source,
        "seen_in": claim.seen_in,
        "locator": _source(claim.locator),
        "as_of": None if claim.as_of is None else write_date(claim.as_of),
        "extract": claim.extract or None,
        "extract_lang": claim.extract_lang or None,
        "repeats": claim.repeats or None,
        "origin": witness.origin,
        "slip": _source(claim.slip),
        "note": _source(claim.note),
        "camps": camps or None,
        "scope_verdict": scope.verdict.value if scope else None,
        "quantity_verdict": comparison.verdict.value,
        "within": dict(quantity.within).get(claim.value.name) if isinstance(claim.value, Name) else None,
        "wordings": quantity.wordings,
    }


def _source(prose: Prose | None) -> str | None:
    return prose.source if prose else None


def _cell(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value or ""


def _ends(
    interval: Interval | None, quantity: Quantity, unit: str
) -> tuple[str | None, bool | None, str | None, bool | None]:
    if interval is None:
        return None, None, None, None
    low, high = interval.low, interval.high
    if quantity.measure is Measure.DATE:  # a date ends with its last day, which is included
        high = None if high is None else high - 1
    return (
        None if low is None else _amount(low, quantity.measure, unit),
        None if low is None else not interval.low_open,
        None if high is None else _amount(high, quantity.measure, unit),
        None if high is None else quantity.measure is Measure.DATE or not interval.high_open,
    )


def _amount(amount: Decimal, measure: Measure, unit: str) -> str:
    if measure is Measure.DATE:
        year, month, day = date_of(int(amount))
        written = "-" if unit == YEARLESS_UNIT else f"{'-' if year < 0 else ''}{abs(year):04}"
        return f"{written}-{month:02}-{day:02}"
    if measure is Measure.TIME:
        return f"{int(amount) // 60 % 24:02}:{int(amount) % 60:02}"
    return f"{amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize():f}"


def _as_data(comparison: Comparison) -> dict[str, object]:
    rows = claim_rows(comparison)
    quantity = comparison.quantity
    return {
        "id": quantity.id,
        "title": quantity.title.source,
        "counts": quantity.counts.source,
        "measure": quantity.measure.value,
        "unit": quantity.unit,
        "wordings": quantity.wordings,
        "within": dict(quantity.within),
        "verdict": comparison.verdict.value,
        "statements": comparison.statements,
        "origins": comparison.origins,
        "scopes": [_scope_as_data(quantity, scope) for scope in comparison.scopes],
        "slips": [claim_name(quantity, witness.claim) for witness in comparison.slips],
        "sums": [
            {
                "total": found.total,
                "parts": list(found.parts),
                "stated": _interval_as_data(found.stated, quantity, quantity.unit),
                "added": _interval_as_data(found.added, quantity, quantity.unit),
                "agrees": found.agrees,
            }
            for found in comparison.sums
        ],
        "claims": [dict(row) for row in rows],
    }


def _scope_as_data(quantity: Quantity, scope: ScopeComparison) -> dict[str, object]:
    return {
        "scope": scope.scope or None,
        "unit": scope.unit,
        "verdict": scope.verdict.value,
        "origins": scope.origins,
        "camps": [
            {
                "claims": [claim_name(quantity, witness.claim) for witness in camp.witnesses],
                "origins": camp.origins,
                "shared": _interval_as_data(camp.shared, quantity, scope.unit),
                "common": [_written(value, scope.unit) for value in camp.common],
            }
            for camp in scope.camps
        ],
        "doubts": [claim_name(quantity, witness.claim) for witness in scope.doubts],
    }


def _interval_as_data(interval: Interval | None, quantity: Quantity, unit: str) -> dict[str, object] | None:
    if interval is None:
        return None
    low, low_included, high, high_included = _ends(interval, quantity, unit)
    return {"low": low, "low_included": low_included, "high": high, "high_included": high_included}


def _written(value: Value, unit: str) -> str:
    return write_value(value, unit if isinstance(value, Number) else "")
