"""Comparisons and evidence to plain tables for the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from bookbuild.figures.evidence import EvidenceReport
from bookbuild.model.comparison import Camp, Comparison, Verdict
from bookbuild.model.evidence import Finding
from bookbuild.model.notation import write_value
from bookbuild.model.value import Value

NARROWEST = 48
"""Columns below which lines are no longer shortened."""


def listing(
    comparisons: Iterable[Comparison], *, width: int = 80, verdict: Verdict | None = None, quantity: str = ""
) -> str:
    """Return the quantities as a table, conflicts with their camps, and a line of totals.

    ``width`` is that of the terminal in columns; ``verdict`` and ``quantity`` (an id) leave out all
    others. Values are in the authors' notation.
    """
    width = max(width, NARROWEST)
    chosen = [
        comparison
        for comparison in comparisons
        if (verdict is None or comparison.verdict is verdict) and quantity in ("", comparison.quantity.id)
    ]
    if not chosen:
        return "no quantity\n"
    id_width = min(max(8, *(_columns(c.quantity.id) for c in chosen)), width // 4)
    lines = [_row(("quantity", "verdict", "says", "from", "values"), id_width, width)]
    for comparison in chosen:
        lines += _lines(comparison, id_width, width)
    lines += ["", _totals(chosen)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def evidence_listing(report: EvidenceReport, *, width: int = 80) -> str:
    """Return what the documents say of the claims, and the figures of theirs that no claim covers."""
    width = max(width, NARROWEST)
    lines = [", ".join(f"{report.count(finding)} {finding.value}" for finding in Finding)]
    document = ""
    for figure in report.uncovered():
        if figure.document != document:
            document = figure.document
            lines += ["", f"{document}: stands in the extract of no claim"]
        lines.append(_shorten(f"{figure.line:>6}  {figure.kind.value:<6}  {figure.snippet}", width))
    excused = sum(bool(figure.excused) for figure in report.loose)
    elsewhere = sum(figure.elsewhere and not figure.excused for figure in report.loose)
    lines += ["", f"not listed: {elsewhere} that a claim states elsewhere in the document, {excused} excused"]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _lines(comparison: Comparison, id_width: int, width: int) -> Iterator[str]:
    counts = (str(comparison.statements), str(comparison.origins))
    single = len(comparison.scopes) == 1 and not comparison.contested
    values = _values(comparison.scopes[0].camps[:1], comparison.scopes[0].unit) if single else ""
    head = (
        comparison.quantity.id,
        comparison.verdict.value,
        *counts,
        values or comparison.quantity.title.source,
    )
    yield _row(head, id_width, width)
    if single:
        return
    for scope in comparison.scopes:
        if len(comparison.scopes) > 1:
            name = scope.scope or comparison.quantity.counts.source
            yield _row(
                ("", scope.verdict.value, str(len(scope.witnesses)), str(scope.origins), name),
                id_width,
                width,
            )
        for number, camp in enumerate(scope.camps, 1):
            counts = (str(len(camp.witnesses)), str(camp.origins))
            label = f"camp {number}" if len(scope.camps) > 1 else ""
            yield _row(("", label, *counts, "  " + _values((camp,), scope.unit)), id_width, width)
    for witness in comparison.slips:
        yield _row(("", "slip?", "1", "", "  " + witness.claim.notation), id_width, width)


def _values(camps: Sequence[Camp], unit: str) -> str:
    return "; ".join(_common(camp, unit) for camp in camps)


def _common(camp: Camp, unit: str) -> str:
    if camp.common:
        return " and ".join(_written(value, unit) for value in camp.common)
    denied = [witness.claim.notation for witness in camp.witnesses if witness.claim.stance.value == "denies"]
    return f"not {', '.join(dict.fromkeys(denied))}" if denied and camp.shared is None else "any value"


def _written(value: Value, unit: str) -> str:
    return write_value(value, unit)


def _row(cells: tuple[str, str, str, str, str], id_width: int, width: int) -> str:
    name, verdict, statements, origins, values = cells
    fixed = f"{_fit(name, id_width)}  {_fit(verdict, 10)}  {statements:>4}  {origins:>4}  "
    return fixed + _shorten(values, max(width - _columns(fixed), 8))


def _totals(chosen: Sequence[Comparison]) -> str:
    counts = [
        f"{verdict.value} {sum(comparison.verdict is verdict for comparison in chosen)}"
        for verdict in Verdict
    ]
    claims = sum(comparison.statements for comparison in chosen)
    return f"quantities {len(chosen)}, claims {claims}: {', '.join(counts)}"


def _fit(text: str, width: int) -> str:
    shortened = _shorten(text, width)
    return shortened + " " * (width - _columns(shortened))


def _shorten(text: str, width: int) -> str:
    if _columns(text) <= width:
        return text
    kept = text
    while _columns(kept) > width - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: wide characters two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
