"""Tables in the structure tree: one element for a table on several pages, and heads for every cell.

The engine makes a table of its own of what stands on each page, with the repeated head in each, gives
rows of a table without a head no head at all, and lays the head of every group on the whole column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from pikepdf import Array, Dictionary, Name, String

from bookbuild.distribute.elements import bare, kids_of, walk

_OF_TABLES = frozenset({Name.Table, Name.THead, Name.TBody, Name.TFoot, Name.TR, Name.TH, Name.TD})
_DRAWN = "tall-chart"
"""Class of the tables that are none: rows of a chart."""
_START = 12
"""Letters by which the beginning of a piece is known."""


@dataclass(slots=True)
class WrittenTable:
    """A table of a unit's HTML: the text of each group of its rows."""

    groups: list[str] = field(default_factory=list)
    """Text of each ``tbody``, without spaces and hyphens."""

    @property
    def text(self) -> str:
        return "".join(self.groups)


def mend_tables(
    tree: Any, html: str, text: Callable[[Any], str], pages: Callable[[Any], int], prefix: str
) -> dict[str, Any]:
    """Join the pieces of each table of a unit, in place, and tie every cell to its heads.

    ``text`` gives the bare text of an element, ``pages`` the page on which it stands. What a repeated
    head shows belongs to no element afterwards. Returns the ids of the heads, which begin with ``prefix``.
    """
    tables = [element for element in walk(tree) if Name.Table == element.S]
    pieces = [table for table in tables if not _is_drawn(table)]
    for table in tables:
        if _is_drawn(table):
            _unmake(table)
    ids: dict[str, Any] = {}
    for number, (table, written) in enumerate(_joined(pieces, tables_of(html), text, pages), 1):
        _name_heads(table, written, text, f"{prefix}t{number}-", ids)
    return ids


def _is_drawn(table: Any) -> bool:
    """Tell whether a table only holds the pieces of a chart together, so that pages may end between them."""
    cells = [element for element in walk(table) if element.S in {Name.TD, Name.TH}]
    return bool(cells) and all(any(Name.Figure == one.S for one in walk(cell)) for cell in cells)


def _unmake(table: Any) -> None:
    """Let a table be none: what stands in its cells stands there for itself."""
    for element in list(walk(table)):
        if element.S in _OF_TABLES:
            element.S = Name.NonStruct
            if Name.A in element:
                del element[Name.A]


def _joined(
    pieces: Sequence[Any],
    written: Sequence[WrittenTable],
    text: Callable[[Any], str],
    pages: Callable[[Any], int],
) -> Iterator[tuple[Any, WrittenTable]]:
    """Yield the tables, each whole, with what was written of it."""
    waiting = list(written)
    table, current, length, page = None, WrittenTable(), 0, 0
    for piece in pieces:
        own = "".join(text(group) for group in _groups(piece))
        later = table is not None and pages(piece) > page and _width(piece) == _width(table)
        if later and _goes_on(own, current, length, waiting):
            _append(table, piece)
            length, page = length + len(own), pages(piece)
            continue
        if table is not None:
            yield table, current
        skipped = next((n for n, one in enumerate(waiting) if one.text.startswith(own[:_START])), 0)
        waiting = waiting[skipped:]
        table, current, length, page = (
            piece,
            waiting.pop(0) if waiting else WrittenTable(),
            len(own),
            pages(piece),
        )
    if table is not None:
        yield table, current


def _goes_on(own: str, current: WrittenTable, length: int, waiting: Sequence[WrittenTable]) -> bool:
    """Tell whether a piece goes on with the current table, of which ``length`` letters have been met.

    Told by how it begins; where that stands in both or in neither, by whether it brings the text nearer
    to what was written. Numbers of pages and of notes make it differ by a few letters.
    """
    start = own[:_START]
    inside = start in current.text
    next_begins = bool(waiting) and waiting[0].text.startswith(start)
    if inside != next_begins:
        return inside
    return _brings_nearer(len(own), len(current.text) - length)


def _brings_nearer(own: int, missing: int) -> bool:
    return abs(missing - own) < abs(missing)


def _append(table: Any, piece: Any) -> None:
    """Move the rows of a piece to its table, and take the piece and what was only around it away."""
    for group in _groups(piece):
        group.P = table
        table.K.append(group)
    piece.K = Array()
    while Name.P in piece and not _holds_anything(piece):
        above = piece.P
        if Name.S not in above or Name.P not in above:
            return
        above.K = Array([kid for kid in kids_of(above) if not _same(kid, piece)])
        piece = above


def _name_heads(
    table: Any, written: WrittenTable, text: Callable[[Any], str], prefix: str, ids: dict[str, Any]
) -> None:
    """Give heads their scope and id, and every cell the ids of the heads that stand over it."""
    columns: dict[int, list[str]] = {}
    count = 0

    def name(head: Any, scope: Name) -> str:
        nonlocal count
        count += 1
        key = f"{prefix}{count}"
        attributes = _attributes(head)
        attributes.Scope = scope
        head.ID = String(key)
        ids[key] = head
        return key

    for group in _parts(table, Name.THead):
        for row in _rows(group):
            for column, cell in _columns(row):
                cell.S = Name.TH
                key = name(cell, Name.Column)
                for one in range(column, column + _span(cell)):
                    columns.setdefault(one, []).append(key)
    width = _width(table)
    above: list[str] = []
    own: list[str] = []
    for rows in _row_groups(table, written, text):
        heads: list[str] = []
        for row in rows:
            cells = list(_columns(row))
            if not cells:
                continue
            if len(cells) == 1 and Name.TH == cells[0][1].S and _span(cells[0][1]) == width > 1:
                heads.append(name(cells[0][1], Name.Row))
                continue
            if not columns and width > 1 and text(cells[0][1]):
                cells[0][1].S = Name.TH
            if columns or text(cells[0][1]):
                own = [name(cell, Name.Row) for _, cell in cells if Name.TH == cell.S]
            for column, cell in cells:
                if Name.TD == cell.S:
                    over = [
                        key for one in range(column, column + _span(cell)) for key in columns.get(one, [])
                    ]
                    _attributes(cell).Headers = Array([String(key) for key in (*over, *above, *heads, *own)])
        if heads and len(heads) == len(rows):
            above = heads  # a group of nothing but its head stands over the groups after it


def _row_groups(table: Any, written: WrittenTable, text: Callable[[Any], str]) -> Iterator[list[Any]]:
    """Yield the rows of each group; a group on two pages is one."""
    lengths = [len(group) for group in written.groups]
    rows: list[Any] = []
    length = 0
    for group in _groups(table):
        if Name.THead == group.S:
            continue
        own = len(text(group))
        if rows and lengths and _brings_nearer(own, lengths[0] - length):
            rows += _rows(group)
            length += own
            continue
        if rows:
            yield rows
            lengths = lengths[1:]
        rows, length = list(_rows(group)), own
    if rows:
        yield rows


def _groups(table: Any) -> list[Any]:
    """Return the row groups that are not the head."""
    return [kid for kid in _elements(table) if kid.S in {Name.TBody, Name.TFoot, Name.TR}]


def _parts(table: Any, kind: Name) -> list[Any]:
    return [kid for kid in _elements(table) if kind == kid.S]


def _rows(group: Any) -> Iterator[Any]:
    return (element for element in walk(group) if Name.TR == element.S)


def _columns(row: Any) -> Iterator[tuple[int, Any]]:
    """Yield the cells of a row with the column in which each begins; no cell spans rows."""
    column = 0
    for cell in _elements(row):
        if cell.S in {Name.TD, Name.TH}:
            yield column, cell
            column += _span(cell)


def _span(cell: Any) -> int:
    return int(_attributes(cell).get(Name.ColSpan, 1))


def _attributes(cell: Any) -> Any:
    """Return what a cell says of itself as part of a table."""
    attributes = cell.get(Name.A)
    first = attributes[0] if isinstance(attributes, Array) and len(attributes) else attributes
    if not isinstance(first, Dictionary):
        cell.A = first = Dictionary(O=Name.Table)
        return cell.A
    return first


def _width(table: Any) -> int:
    """Return the number of columns."""
    return max((column + _span(cell) for row in _rows(table) for column, cell in _columns(row)), default=0)


def _elements(element: Any) -> list[Any]:
    return [kid for kid in kids_of(element) if isinstance(kid, Dictionary) and Name.S in kid]


def _holds_anything(element: Any) -> bool:
    return bool(kids_of(element))


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, Dictionary) and one.is_indirect and one.objgen == other.objgen


def _classes(attributes: list[tuple[str, str | None]]) -> list[str]:
    return (dict(attributes).get("class") or "").split()


_VOID = frozenset({"br", "col", "hr", "img", "wbr"})
"""What may stand in a table and has no end tag."""


class _Tables(HTMLParser):
    """Gathers the text of the row groups; what stands in notes is set elsewhere and left out."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[WrittenTable] = []
        self.within = ""
        """The part of a table that is open, or nothing."""
        self.drawn = False
        """Whether the open table is one of a chart's."""
        self.note = 0
        """Open elements from a note's on."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        if self.note or "footnote" in _classes(attributes):
            self.note += 1
        elif tag == "table":
            self.drawn = _DRAWN in _classes(attributes)
            if not self.drawn:
                self.tables.append(WrittenTable())
                self.within = "table"
        elif self.drawn:
            return
        elif tag == "thead":
            self.within = tag
        elif tag in {"tbody", "tfoot"} or (tag == "tr" and self.within == "table"):
            self.tables[-1].groups.append("")
            self.within = "tbody"

    def handle_endtag(self, tag: str) -> None:
        if self.note:
            self.note -= 1
        elif tag == "table":
            self.within = ""
            self.drawn = False
        elif tag in {"thead", "tbody", "tfoot"} and not self.drawn:
            self.within = "table"

    def handle_data(self, data: str) -> None:
        if self.within == "tbody" and not self.note:
            self.tables[-1].groups[-1] += bare(data)


def tables_of(html: str) -> list[WrittenTable]:
    """Return the tables of a unit's HTML, in order.

    >>> tables_of("<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b c</td></tr></tbody></table>")
    [WrittenTable(groups=['bc'])]
    """
    parser = _Tables()
    parser.feed(html)
    parser.close()
    return parser.tables
