"""Shapes of the data files, validated by pydantic; every error at once and at its place.

All scalars arrive as text, as written. A record that is wrong in places is repaired with
empty stand-ins, so that what refers to it is not reported as well; a book that was repaired
is never built, because its errors stand in the diagnostics.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    RootModel,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic_core import ErrorDetails

from bookbuild.diagnostics import Diagnostic, did_you_mean
from bookbuild.model.notation import NotationError, parse_date
from bookbuild.model.place import Place
from bookbuild.read.csl import CSL_DATES, CSL_NAMES, CSL_TEXTS, CSL_TYPES
from bookbuild.read.tree import Mapping, Node, Scalar, Sequence


class Unfit(ValueError):
    """A value that its field cannot hold."""

    def __init__(self, message: str, hint: str, code: str = "Y013", column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.column = column
        """Within the value, counted from 1."""


class _StandIn(str):
    """An empty text in place of what could not be read."""


_STAND_IN = _StandIn()


def _text(value: object) -> str:
    if isinstance(value, _StandIn):
        return ""
    if not isinstance(value, str):
        raise Unfit(
            "a text is wanted here", "write words; quote them if they hold “: ” or begin with a mark", "Y012"
        )
    if not value.strip():
        raise Unfit("the text is empty", "write it, or delete the line", "Y014")
    return value


def _matching(pattern: str, message: str, hint: str, code: str = "Y013") -> PlainValidator:
    compiled = re.compile(pattern)

    def check(value: object) -> str:
        text = _text(value)
        if text and not compiled.fullmatch(text):
            raise Unfit(message.format(text), hint, code)
        return text

    return PlainValidator(check)


def _calendar_date(value: object) -> str:
    text = _text(value)
    if text:
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                raise ValueError(text)
            date.fromisoformat(text)
        except ValueError:
            raise Unfit(
                f"“{text}” is not a calendar date", "write year-month-day: 2026-11-21", "B008"
            ) from None
    return text


def _dated(value: object) -> str:
    text = _text(value)
    if text:
        try:
            parse_date(text)
        except NotationError as error:
            raise Unfit(error.message, error.hint, "F002", error.column) from None
    return text


def _percent(value: object) -> Decimal:
    text = _text(value)
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?)\s*%?", text or "100")
    if not match or Decimal(match[1]) > 100:
        raise Unfit(f"“{text}” is not a percentage", "write 10 %, for example", "B009")
    return Decimal(match[1])


_MM = {"mm": Decimal(1), "cm": Decimal(10), "in": Decimal("25.4")}


def _lengths(text: str, count: int) -> tuple[Decimal, ...]:
    number = r"(\d{1,4}(?:\.\d{1,4})?)"
    pattern = rf"\s*{number}\s*" + (rf"[×xX]\s*{number}\s*" if count == 2 else "") + r"(mm|cm|in)\s*"
    match = re.fullmatch(pattern, text)
    if not match:
        example = "148 × 210 mm" if count == 2 else "3 mm"
        raise Unfit(f"“{text}” is not a measure of the page", f"write {example}, for example", "B005")
    unit = _MM[match[count + 1]]
    return tuple(Decimal(amount) * unit for amount in match.groups()[:count])


def _trim(value: object) -> tuple[Decimal, Decimal]:
    width, height = _lengths(_text(value) or "148 × 210 mm", 2)
    if not (60 <= width <= 600 and 60 <= height <= 900):
        raise Unfit(f"a page of {width} × {height} mm", "between 60 × 60 and 600 × 900 mm", "B005")
    return width, height


def _bleed(value: object) -> Decimal:
    (bleed,) = _lengths(_text(value) or "0 mm", 1)
    if bleed > 20:
        raise Unfit(f"a bleed of {bleed} mm", "3 mm is usual, 20 mm the most", "B005")
    return bleed


def _flap(value: object) -> Decimal:
    (flap,) = _lengths(_text(value) or "0 mm", 1)
    if flap > 200:
        raise Unfit(f"a flap of {flap} mm", "80 mm is usual, 200 mm the most", "B005")
    return flap


def _between(least: int, most: int) -> Callable[[object], Decimal]:
    """Return a reader of percentages that may exceed a hundred."""

    def read(value: object) -> Decimal:
        text = _text(value)
        match = re.fullmatch(r"(\d{1,3})\s*%?", text)
        if not match or not least <= int(match[1]) <= most:
            raise Unfit(f"“{text}” is not a percentage from {least} to {most}", f"write {least} %", "B009")
        return Decimal(match[1])

    return read


def _multiple(value: object) -> int:
    text = _text(value)
    if text not in {"1", "2", "4", "8", "16", "32"}:
        raise Unfit(f"“{text}” is no number of pages that paper folds to", "1, 2, 4, 8, 16 or 32", "B005")
    return int(text)


_WRITTEN = WithJsonSchema({"type": ["string", "number"]})
"""Editors that know YAML 1.2 take 1992 for a number; we keep what is written."""

Text = Annotated[str, PlainValidator(_text), _WRITTEN]
Id = Annotated[
    str,
    _matching(
        r"[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9])?",
        "“{}” cannot be an id",
        "an id is made of the letters a–z, digits and hyphens, 80 at most",
    ),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9])?$"}),
]
Key = Annotated[
    str,
    _matching(r"\w(?:[\w:./-]*\w)?", "“{}” cannot be the key of a source", "letters, digits and - : . / _"),
    WithJsonSchema({"type": "string"}),
]
Language = Annotated[
    str,
    _matching(
        r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "“{}” is not a language code", "en or az-Latn, for example", "B006"
    ),
    WithJsonSchema({"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"}),
]
CalendarDate = Annotated[
    str, PlainValidator(_calendar_date), WithJsonSchema({"type": "string", "format": "date"})
]
DateNotation = Annotated[str, PlainValidator(_dated), _WRITTEN]
Percent = Annotated[Decimal, PlainValidator(_percent), _WRITTEN]
Trim = Annotated[tuple[Decimal, Decimal], PlainValidator(_trim), WithJsonSchema({"type": "string"})]
Multiple = Annotated[int, PlainValidator(_multiple), WithJsonSchema({"enum": [1, 2, 4, 8, 16, 32]})]
Bleed = Annotated[Decimal, PlainValidator(_bleed), WithJsonSchema({"type": "string"})]


def _hyphenated(name: str) -> str:
    return name.replace("_", "-")


class Record(BaseModel):
    # Most files are kept as read: what checks a shape is made when a file of it is read.
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=_hyphenated, defer_build=True)


class FrontMatter(Record):
    """Front matter of a chapter."""

    title: Text
    short_title: Text = ""


class ContributorRecord(Record):
    role: Text
    name: Text


class PageRecord(Record):
    trim: Trim = Field(default_factory=lambda: (Decimal(148), Decimal(210)))
    bleed: Bleed = Field(default_factory=Decimal)


class PrintRecord(Record):
    paper: Text = "offset-90"
    board: Text = "0.3 mm"
    icc: Text = ""
    condition: Text = ""
    inks: Literal["black", "four"] = "black"
    ink_limit: Annotated[Decimal, PlainValidator(_between(100, 400)), _WRITTEN] = Field(
        default_factory=lambda: Decimal(300)
    )
    bleed: Bleed = Field(default_factory=lambda: Decimal(3))
    page_multiple: Multiple = 4
    flaps: Annotated[Decimal, PlainValidator(_flap), WithJsonSchema({"type": "string"})] = Field(
        default_factory=Decimal
    )
    spine_text: Literal["habit", "down", "up"] = "habit"
    barcode: Annotated[Decimal, PlainValidator(_between(80, 200)), _WRITTEN] = Field(
        default_factory=lambda: Decimal(100)
    )


class PartRecord(Record):
    part: Text = ""
    chapters: list[Id]


class ContentsRecord(Record):
    front: list[Id] = []
    body: list[PartRecord] = Field(min_length=1)
    back: list[Id] = []


class BookFile(Record):
    """book.yaml."""

    id: Id
    title: Text
    subtitle: Text = ""
    source_language: Language
    languages: list[Language] = Field(min_length=1)
    edition: Text = ""
    date: CalendarDate
    publisher: Text
    place: Text = ""
    contributors: list[ContributorRecord] = []
    licence: Text = ""
    isbn: dict[str, Text] = {}
    blurb: Text = ""
    dedication: Text = ""
    page: PageRecord = Field(default_factory=PageRecord)
    printing: PrintRecord = Field(default_factory=PrintRecord, alias="print")
    chapters_open: Literal["recto", "next"] = "recto"
    about: Percent = Field(default_factory=lambda: Decimal(10))
    coverage: Percent = Field(default_factory=lambda: Decimal(100))
    units: dict[Id, Text] = {}
    figures: list[Text] = []
    contents: ContentsRecord


class ClaimRecord(Record):
    id: Id
    value: Text
    said_by: Text
    source: Key
    seen_in: Key = ""
    locator: Text = ""
    as_of: DateNotation = ""
    extract: Text = ""
    extract_lang: Language = ""
    repeats: Text = ""
    scope: Text = ""
    slip: Text = ""
    stance: Literal["asserts", "denies", "doubts"] = "asserts"
    note: Text = ""


class QuantityRecord(Record):
    id: Id
    title: Text
    counts: Text
    unit: Text
    note: Text = ""
    part_of: Id = ""
    records: Literal["values", "wordings"] = "values"
    within: dict[Text, Text] = {}
    claims: list[ClaimRecord] = Field(min_length=1)


class FiguresFile(Record):
    """figures/*.yaml."""

    quantities: list[QuantityRecord]


class FieldRecord(Record):
    id: Id
    label: Text
    type: Literal["text", "verbatim", "date", "source", "claims", "number", "list", "names"] = "text"


class EntryRecord(BaseModel):
    """Its keys besides ``id`` are the register's fields."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)
    id: Id


class RegisterFile(Record):
    """registers/*.yaml."""

    id: Id
    title: Text
    layout: Literal["entries", "table"] = "entries"
    alphabetical: bool = False
    head: list[Id] = Field(min_length=1)
    fields: list[FieldRecord] = Field(min_length=1)
    entries: list[EntryRecord]


def _date_part(value: object) -> int:
    text = _text(value)
    if text and not re.fullmatch(r"-?\d{1,6}", text):
        raise Unfit(f"“{text}” is not a year, month or day in figures", "write 1992, 2 or 26")
    return int(text or 0)


def _truth(value: object) -> bool:
    if value not in {"true", "false", "1", "0", _STAND_IN}:
        raise Unfit(f"“{value}” is neither true nor false", "write true or false")
    return value in {"true", "1"}


class CslDate(Record):
    date_parts: list[
        list[Annotated[int, PlainValidator(_date_part), WithJsonSchema({"type": "integer"})]]
    ] = []
    literal: Text = ""
    raw: Text = ""
    season: Text = ""
    circa: Annotated[bool, PlainValidator(_truth), WithJsonSchema({"type": "boolean"})] = False


class CslName(Record):
    family: Text = ""
    given: Text = ""
    literal: Text = ""
    suffix: Text = ""
    dropping_particle: Text = ""
    non_dropping_particle: Text = ""
    comma_suffix: Text = ""
    static_ordering: Text = ""
    parse_names: Text = ""


class SourceExtra(Record):
    """What CSL lacks."""

    kind: Literal["document", "press", "parliament", "organisation", "court", "report", "book", "other"] = (
        "other"
    )
    reprinted_in: Key = ""
    locator: Text = ""
    file: Text = ""
    title_translated: Text = ""
    note: Text = ""


def _csl_date(value: object) -> object:
    """Take EDTF in a text, as Pandoc has it, for CSL's own form."""
    if not isinstance(value, str):
        return value
    text = _dated(value)
    days = [parse_date(text).start, parse_date(text).end] if text else []
    parts = [
        [str(part) for part in (day.year, day.month, day.day) if part is not None] for day in days if day
    ]
    if not parts or not all(parts):
        return {"literal": text or _STAND_IN}
    return {"date-parts": parts[:1] if parts[1:] == parts[:1] else parts}


def _source_fields() -> dict[str, Any]:
    names: dict[str, Any] = {
        "id": (Key, ...),
        "type": (Annotated[str, PlainValidator(_csl_type), WithJsonSchema({"enum": list(CSL_TYPES)})], ...),
        "bookbuild": (SourceExtra, SourceExtra()),
    }
    for variable in CSL_TEXTS:
        names[variable.replace("-", "_h_")] = (Text, Field("", alias=variable))
    for variable in CSL_NAMES:
        names[variable.replace("-", "_h_")] = (list[CslName], Field([], alias=variable))
    for variable in CSL_DATES:
        names[variable.replace("-", "_h_")] = (
            Annotated[CslDate, BeforeValidator(_csl_date)],
            Field(CslDate(), alias=variable),
        )
    return names


def _csl_type(value: object) -> str:
    text = _text(value)
    if text and text not in CSL_TYPES:
        hint = did_you_mean(text, CSL_TYPES) or "see the types of CSL 1.0.2"
        raise Unfit(f"“{text}” is no type of source", hint)
    return text


SourceRecord: type[BaseModel] = create_model("SourceRecord", __base__=Record, **_source_fields())


L = TypeVar("L")


class ListFile(RootModel[L]):
    """A file that is one list."""

    model_config = ConfigDict(defer_build=True)


class SourcesFile(ListFile[list[SourceRecord]]):  # type: ignore[valid-type]  # made above from CSL's lists
    """sources.yaml."""


class LedgerRecord(Record):
    document: Key
    passage: Text
    reason: Text


class LedgerFile(ListFile[list[LedgerRecord]]):
    """ledger.yaml."""


R = TypeVar("R", bound=BaseModel)


def read_record(shape: type[R], node: Node) -> tuple[R | None, list[Diagnostic]]:
    """Validate a tree against a shape.

    Returns the record, repaired with empty stand-ins where it was wrong, or nothing if it could
    not be repaired; and everything wrong, in no particular order.
    """
    problems: list[Diagnostic] = []
    data = _plain(node, problems)
    for attempt in range(8):
        try:
            return shape.model_validate(data), problems
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            if not attempt:
                problems.extend(_diagnostic(shape, node, detail) for detail in details)
                data = copy.deepcopy(data)
            for detail in details:
                data = _repaired(data, detail)
    return None, problems


def _plain(node: Node, problems: list[Diagnostic]) -> Any:
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [_plain(item, problems) for item in node.items]
        case Mapping():
            plain = {}
            for key, value in node.entries.items():
                if isinstance(value, Scalar) and value.empty:
                    hint = "write a value, or delete the line"
                    problems.append(Diagnostic("Y014", f"“{key}” is empty", node.keys[key], hint=hint))
                    plain[key] = _STAND_IN
                else:
                    plain[key] = _plain(value, problems)
            return plain


def _repaired(data: Any, detail: ErrorDetails) -> Any:
    *way, last = detail["loc"] or (None,)
    if last is None:
        return {} if "list" not in detail["type"] else []
    if last == "[key]":  # the key itself is wrong
        *way, last = way
        detail = {**detail, "type": "extra_forbidden"}
    parent = data
    for step in way:
        parent = parent[step]
    kind = detail["type"]
    if kind in {"extra_forbidden", "literal_error"}:
        del parent[last]
    elif kind in {"list_type", "too_short"}:
        parent[last] = [_STAND_IN] if kind == "too_short" else []
    elif kind in {"model_type", "dict_type", "model_attributes_type"}:
        parent[last] = {}
    else:
        parent[last] = _STAND_IN
    return data


def _diagnostic(shape: type[BaseModel], root: Node, detail: ErrorDetails) -> Diagnostic:
    way = detail["loc"]
    node, reached = _reach(root, way)
    last = way[-1] if way else ""
    kind = detail["type"]
    if last == "[key]":
        *_, key, _mark = way
        parent, _ = _reach(root, way[:-2])
        node = Scalar(str(key), parent.keys[str(key)] if isinstance(parent, Mapping) else node.place)
    if kind == "extra_forbidden":
        parent, _ = _reach(root, way[:-1])
        known = _keys_at(shape, way[:-1])
        place = parent.keys[str(last)] if isinstance(parent, Mapping) else node.place
        hint = did_you_mean(str(last), known) or _listed("the keys are", known) or "delete the line"
        return Diagnostic("Y010", f"unknown key “{last}”", place, hint=hint)
    if kind == "missing":
        return Diagnostic("Y011", f"“{last}” is missing", node.place, hint=f"add a line “{last}: …”")
    if kind == "too_short":
        return Diagnostic(
            "Y011", f"“{last}” has nothing in it", node.place, hint="add one, or delete the key"
        )
    if kind == "literal_error":
        found = node.text if isinstance(node, Scalar) else _kind_of(node)
        known = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
        hint = did_you_mean(found, known) or f"one of {', '.join(known)}"
        return Diagnostic("Y013", f"“{found}” cannot be the “{last}”", node.place, hint=hint)
    if kind == "value_error":
        error = cast(Unfit, detail["ctx"]["error"])
        place = node.place
        if isinstance(node, Scalar):
            place = Place(place.path, place.line, place.column + error.column - 1)
        message = f"{error.message}, where {_kind_of(node)} stands" if error.code == "Y012" else error.message
        return Diagnostic(error.code, message, place, hint=error.hint)
    wanted = {"list_type": "a list", "dict_type": "a mapping"}.get(kind, "a mapping of keys to values")
    name = f"“{last}”" if isinstance(last, str) and last else "this"
    hint = {"a list": "begin each item with “- ”"}.get(wanted, "write keys, each with a colon and its value")
    message = f"{name} must be {wanted}; it is {_kind_of(node)}"
    return Diagnostic("Y012", message, node.place if reached else root.place, hint=hint)


def _reach(root: Node, way: AnyWay) -> tuple[Node, bool]:
    """Follow keys and indices as far as they go."""
    node = root
    for step in way:
        if isinstance(node, Mapping) and step in node.entries:
            node = node.entries[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return node, False
    return node, True


AnyWay = tuple[int | str, ...]


def _keys_at(shape: Any, way: AnyWay) -> list[str]:
    """Return the keys that a mapping at the end of the way may have."""
    for step in way:
        arguments = getattr(shape, "__args__", ())
        if isinstance(shape, type) and issubclass(shape, RootModel):
            shape = shape.model_fields["root"].annotation.__args__[0]  # type: ignore[union-attr]
        elif isinstance(shape, type) and issubclass(shape, BaseModel):
            by_alias = {field.alias or name: field for name, field in shape.model_fields.items()}
            if step not in by_alias:
                return []
            shape = by_alias[str(step)].annotation
        elif arguments:
            shape = arguments[-1]
    if isinstance(shape, type) and issubclass(shape, BaseModel) and not issubclass(shape, RootModel):
        return [field.alias or name for name, field in shape.model_fields.items()]
    return []


def _listed(lead: str, words: list[str]) -> str:
    return f"{lead} {', '.join(words)}" if 0 < len(words) <= 20 else ""


def _kind_of(node: Node) -> str:
    match node:
        case Scalar():
            return f"“{node.text}”" if node.text else "empty"
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def plain_source(record: BaseModel) -> AnyMapping[str, object]:
    """Return a source as CSL-JSON has it, without what is not CSL's.

    Unset variables are left out; date parts are numbers, everything else is text as written.
    """
    data = record.model_dump(by_alias=True, exclude_unset=True)
    data.pop("bookbuild", None)
    return data
