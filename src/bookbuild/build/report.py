"""What was built, in plain words: pages, notes, coverage, exceptions. The same for the same book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bookbuild.build.printed import PrintedEdition
from bookbuild.check import list_number_marks
from bookbuild.diagnostics import Diagnostic, in_order
from bookbuild.figures.compare import compare_all
from bookbuild.model.book import Book, each_prose
from bookbuild.model.comparison import Verdict
from bookbuild.model.prose import Status


def write_report(book: Book, printed: Sequence[PrintedEdition], findings: Sequence[Diagnostic]) -> str:
    """Return the report of one build."""
    return (
        "\n".join([*_book_lines(book), *_edition_lines(printed), *_exceptions(book), *_findings(findings)])
        + "\n"
    )


def _book_lines(book: Book) -> Iterator[str]:
    comparisons = compare_all(book)
    claims = sum(len(quantity.claims) for quantity in book.quantities)
    yield f"{book.title.source}, {book.date}"
    yield ""
    yield f"sources      {len(book.sources)}"
    yield f"quantities   {len(book.quantities)}"
    yield f"claims       {claims}"
    for verdict in Verdict:
        yield f"  {verdict.value:<11}{sum(one.verdict is verdict for one in comparisons)}"
    for register in book.registers:
        yield f"register     {register.id}: {len(register.entries)} entries"


def _edition_lines(printed: Sequence[PrintedEdition]) -> Iterator[str]:
    for one in printed:
        coverage = one.edition.coverage
        yield ""
        yield f"edition {one.edition.lang}"
        yield f"  pages      {one.pages}, of them {one.blank_pages} blank"
        yield f"  notes      {one.notes}"
        yield f"  coverage   {coverage.percent.normalize():f} % of {coverage.messages} messages"
        if coverage.missing or coverage.fuzzy:
            yield f"             {coverage.missing} missing, {coverage.fuzzy} fuzzy: the source is printed"
        places = {note.id: note for unit in one.units for note in unit.notes}
        for note_id in one.notes_on_next_page:
            note = places[note_id]
            yield f"  note {note.number} stands on the page after its call: {note.place}"
        yield from _unfinished(one)


def _unfinished(one: PrintedEdition) -> Iterator[str]:
    seen = {
        (prose.place, prose.status.value, prose.source[:60])
        for prose in each_prose(one.localized)
        if prose.status in (Status.MISSING, Status.FUZZY)
    }
    for place, status, words in sorted(seen):
        yield f"  {status:<9}  {place}: {words}"


def _exceptions(book: Book) -> Iterator[str]:
    marks = list_number_marks(book)
    if marks:
        yield ""
        yield f"numbers that are no claims ({len(marks)})"
    for number, place in marks:
        yield f"  {number:<10} {place}"


def _findings(findings: Sequence[Diagnostic]) -> Iterator[str]:
    if findings:
        yield ""
        yield "findings"
    for finding in in_order(findings):
        yield f"  {finding}"
