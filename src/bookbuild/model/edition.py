"""An edition: all that one PDF shows, in order. No markup and no decisions left.

``apparatus`` makes it; ``render`` writes it as HTML. Everything is in the language of the edition,
notes are numbered, and a page number is always a :class:`PageSlot`: the anchors whose pages it prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bookbuild.model.book import Coverage
from bookbuild.model.chart import Chart
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.place import NOWHERE, Place
from bookbuild.model.unit import Folios, Numbering


class Style(Enum):
    """How a run of spans differs from the text around it."""

    EMPHASIS = "emphasis"
    STRONG = "strong"
    CODE = "code"
    TITLE = "title"
    """The title of a work that stands on its own."""
    SMALL_CAPS = "small-caps"
    SUPERSCRIPT = "superscript"
    SUBSCRIPT = "subscript"
    FIGURE = "figure"
    """A claim's figure in running text."""
    ON_PAPER = "on-paper"
    """Only where there are pages: “, p. 12”."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters to be set."""

    text: str


@dataclass(frozen=True, slots=True)
class Styled:
    style: Style
    spans: Spans


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in another language than those around them."""

    lang: str
    direction: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class Break:
    """A line break."""


@dataclass(frozen=True, slots=True)
class OutsideLink:
    href: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class Jump:
    """A link to an anchor of the edition."""

    anchor: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class PageSlot:
    """The folios of the pages on which these anchors fall."""

    anchors: tuple[str, ...]
    before: str = ""
    """Words before them where it is one page: “Used on p. ”."""
    before_several: str = ""
    """The same where there are more."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words whose page something asks for. Never empty: an empty box upsets the engine's line breaks."""

    id: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class ContestedMark:
    """The sign beside a figure on which sources conflict; leads to the appendix."""

    anchor: str
    label: str
    """Text alternative."""


@dataclass(frozen=True, slots=True)
class Footnote:
    id: str
    """Anchor of its body; its call has ``call-<id>``."""
    number: str
    paragraphs: tuple[Spans, ...]
    """Without the number."""
    lang: str = ""
    direction: str = ""
    """Both said, as a note may stand in words of another language."""
    untranslated: bool = False
    """Something in it waits for a translator, and is marked."""
    message: str = ""
    """Number of its message in a translator's proof, else empty."""
    state: str = ""
    """``fuzzy`` or ``missing`` in a translator's proof, else empty."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class NoteCall:
    """The superior number; the note belongs to the foot of the page on which it stands."""

    note: Footnote


Span = Run | Styled | Phrase | Break | OutsideLink | Jump | PageSlot | Anchor | ContestedMark | NoteCall
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """One message, ready to be set."""

    spans: Spans
    lang: str = ""
    """Empty: the language of the edition."""
    direction: str = ""
    untranslated: bool = False
    """Fuzzy or missing: the source text is printed, and marked."""
    message: str = ""
    """Number of the message in a translator's proof, else empty."""
    state: str = ""
    """``fuzzy`` or ``missing`` in a translator's proof, else empty."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    """2 and 3 within a chapter; 1 is the section's own title."""
    words: Words
    id: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    words: Words
    id: str = ""
    role: str = ""
    """What it is where it is not plain text: ``verdict``, ``counts``, ``mark-key`` …; a class."""


@dataclass(frozen=True, slots=True)
class Quotation:
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class NumberedList:
    items: tuple[tuple[Block, ...], ...]
    start: int = 1


@dataclass(frozen=True, slots=True)
class Definition:
    terms: tuple[Words, ...]
    blocks: tuple[Block, ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionList:
    items: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; every row is as long as the head."""

    head: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    align: tuple[str, ...]
    """``left``, ``right``, ``center`` per column."""
    id: str
    caption: Words | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim in the positive apparatus."""

    id: str
    value: Words
    speaker: Words
    publication: Spans
    """Where and when it was printed."""
    read_in: Spans
    """The document in which it was read, with the place in it; empty if that is the publication."""
    brief: tuple[Words, ...]
    """Stance, date of reference, other camps, in the appendix also lineage: a few words each."""
    remarks: tuple[Words, ...]
    """Lineage, slip, note: a sentence or more each."""
    dissents: bool = False
    """Denies or doubts."""


@dataclass(frozen=True, slots=True)
class ClaimGroup:
    """A camp, or all claims of a scope that do not conflict."""

    label: Words | None
    rows: tuple[ClaimRow, ...]


@dataclass(frozen=True, slots=True)
class ClaimScope:
    """The claims that count the same thing."""

    title: Words | None
    """None for what the quantity itself counts."""
    verdict: Words | None
    groups: tuple[ClaimGroup, ...]


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """All claims of one quantity."""

    id: str
    head: tuple[Words, ...]
    """Names of the three columns; empty in the appendix, which names them once."""
    scopes: tuple[ClaimScope, ...]
    caption: Words | None = None
    role: str = ""
    """``names`` or ``dates`` where the values are such and need room; a class."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value and all who give it."""

    value: Words
    witnesses: tuple[tuple[Words, ...], ...]
    """A line for every origin: words that are set one after another; each claim has an anchor in them."""


@dataclass(frozen=True, slots=True)
class ReadingScope:
    """The readings that count the same thing."""

    title: Words | None
    """None for what the quantity itself counts."""
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class ReadingList:
    """All claims of a quantity on which the sources do not differ, in the short form."""

    id: str
    scopes: tuple[ReadingScope, ...]


@dataclass(frozen=True, slots=True)
class MarkLabel:
    """What is written beside one mark of a chart."""

    value: str
    speaker: str
    """May be longer than its column: it is shortened or broken when drawn."""
    group: str = ""
    """Letter of the camp, where the row opens one."""
    scope: str = ""
    """What is counted, where the row opens a scope of its own."""


@dataclass(frozen=True, slots=True)
class LabelledChart:
    """A chart with its words."""

    chart: Chart
    marks: tuple[MarkLabel, ...]
    """As ``chart.marks``."""
    value_ticks: tuple[str, ...]
    """As ``chart.value_axis.ticks``."""
    date_ticks: tuple[str, ...]
    unit: str
    """Name of the unit on the value axis; empty where the ticks say it."""
    alternative: str
    """The same content in a sentence."""


@dataclass(frozen=True, slots=True)
class ChartFigure:
    charts: tuple[LabelledChart, ...]
    id: str
    caption: Words | None = None


@dataclass(frozen=True, slots=True)
class QuantityEntry:
    """One quantity in the appendix."""

    id: str
    title: Words
    counts: Words
    verdict: Words
    charts: tuple[LabelledChart, ...]
    table: ClaimTable | ReadingList
    sums: tuple[Words, ...]
    note: Words | None
    used: Words | None
    """The pages of this edition that print one of its figures."""


@dataclass(frozen=True, slots=True)
class Field:
    label: Words
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    id: str
    head: Spans
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class RegisterList:
    """A register set as entries with hanging heads."""

    id: str
    caption: Words | None
    entries: tuple[RegisterEntry, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    path: str
    """Relative to the book's folder."""
    alt: str
    id: str
    caption: Words | None = None


@dataclass(frozen=True, slots=True)
class Divider:
    """A break without a heading."""


@dataclass(frozen=True, slots=True)
class ContentsLine:
    level: int
    """0 for parts, 1 for chapters and their equals, 2 for sections, captions."""
    number: str
    words: Spans
    anchor: str


@dataclass(frozen=True, slots=True)
class ContentsList:
    title: str
    id: str
    lines: tuple[ContentsLine, ...]


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """A work in the bibliography."""

    id: str
    words: Spans
    pages: tuple[str, ...]
    """Anchors that cite it."""


@dataclass(frozen=True, slots=True)
class WorkGroup:
    heading: Heading
    works: tuple[WorkEntry, ...]


@dataclass(frozen=True, slots=True)
class SubEntry:
    words: Spans
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    words: Spans
    pages: tuple[str, ...]
    subentries: tuple[SubEntry, ...]


@dataclass(frozen=True, slots=True)
class IndexLetter:
    head: str
    entries: tuple[IndexEntry, ...]


@dataclass(frozen=True, slots=True)
class IndexColumns:
    letters: tuple[IndexLetter, ...]


@dataclass(frozen=True, slots=True)
class TitlePages:
    """Half-title, title page and imprint: four pages."""

    title: Words
    subtitle: Words | None
    contributors: tuple[Words, ...]
    edition: Words | None
    publisher: Words
    dedication: Words | None
    imprint: tuple[tuple[Words, ...], ...]
    """Groups of lines."""


@dataclass(frozen=True, slots=True)
class PartPage:
    number: str
    title: Words


Block = (
    Heading
    | Paragraph
    | Quotation
    | BulletList
    | NumberedList
    | DefinitionList
    | Table
    | ClaimTable
    | ChartFigure
    | QuantityEntry
    | RegisterList
    | Picture
    | Divider
    | ContentsList
    | WorkGroup
    | IndexColumns
    | TitlePages
    | PartPage
)


class SectionKind(Enum):
    """What a section is; its class in markup."""

    TITLE_PAGES = "title-pages"
    CONTENTS = "contents"
    CHAPTER = "chapter"
    PART = "part"
    APPENDIX = "appendix"
    BIBLIOGRAPHY = "bibliography"
    INDEX = "index"
    COLOPHON = "colophon"


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch that opens on a new page."""

    id: str
    """Also the anchor of its first page."""
    kind: SectionKind
    number: str
    """Of a chapter of the body; else empty."""
    title: Words | None
    """Printed at its head; None where its blocks print their own."""
    name: str
    """Plain title, for bookmarks, messages and the report."""
    running_head: str
    """Of its rectos; empty: none on either side."""
    bookmark_level: int
    """1 outermost; 0 none."""
    opening: Opening
    numbering: Numbering
    folios: Folios
    blocks: tuple[Block, ...]
    notes: tuple[Footnote, ...] = ()
    """In the order of their calls."""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything that one PDF shows, in order."""

    book: str
    """Id of the book."""
    lang: str
    direction: str
    title: str
    """Plain, for the running heads of versos and the document's properties."""
    author: str
    date: str
    """ISO 8601."""
    page: PageFormat
    sections: tuple[Section, ...]
    coverage: Coverage
    counts: Mapping[str, int]
    """``notes``, ``claims``, ``quantities``, ``conflicts``, ``sources``, ``untranslated`` …"""
    uses: Mapping[str, tuple[str, ...]]
    """Quantity → anchors at which the text prints one of its figures, in order."""
    untranslated: int
    """Messages of which the source text is printed."""
