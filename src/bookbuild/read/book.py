"""The files of a book to one ``Book``."""

from __future__ import annotations

import contextlib
import functools
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from pydantic import BaseModel

from bookbuild.diagnostics import Diagnostic, did_you_mean, in_order
from bookbuild.model.blocks import Block, BulletList, DefinitionList, Image, NumberedList, Quotation
from bookbuild.model.book import Book, Chapter, Contributor, Generated, Inks, Part, PrintSpec, SpineText
from bookbuild.model.claim import Claim, Measure, Quantity, Stance
from bookbuild.model.evidence import LedgerEntry
from bookbuild.model.notation import NotationError, measure_of, parse_date, parse_value
from bookbuild.model.page import Opening, PageFormat
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, Prose
from bookbuild.model.register import Cell, Entry, FieldType, Layout, Register, RegisterField
from bookbuild.model.source import Source, SourceKind
from bookbuild.model.value import Date, Name, Value
from bookbuild.read.chapter import read_chapter
from bookbuild.read.files import names_in, text_of
from bookbuild.read.messages import Desk
from bookbuild.read.pictures import check_pictures
from bookbuild.read.records import (
    BookFile,
    ClaimRecord,
    FiguresFile,
    LedgerFile,
    PartRecord,
    PrintRecord,
    QuantityRecord,
    R,
    RegisterFile,
    SourcesFile,
    plain_source,
    read_record,
)
from bookbuild.read.tree import Mapping, Node, Scalar, Sequence, read_tree

FOLDER = "book"
"""Of the book's own files, where the folder of the whole project is named."""
# Records are paired with their nodes by zip(strict=False): a stand-in for what is not there has no node.

D = TypeVar("D")
P = ParamSpec("P")
T = TypeVar("T")
Problems = tuple[Diagnostic, ...]

_FILES_KEPT = 512
"""Of each kind."""

NO_VALUE = Name("")
"""Stands for a value that could not be read; its claim's diagnostic says why."""


class KeptFiles(Protocol):
    """What the files of a book were found to hold before."""

    def file(self, *read_from: str) -> Any:
        """Return what was read from the same, and what is wrong with it, or nothing."""

    def keep_file(self, read: object, *read_from: str) -> None:
        """Keep what was read, and what is wrong with it."""


def read_book(root: Path, kept: KeptFiles | None = None) -> tuple[Book | None, list[Diagnostic]]:
    """Read a book from its folder, or from a project that holds it as ``book/``.

    Places are relative to ``root``. Returns everything wrong, sorted by place. The book is given
    as far as it can be read, with empty stand-ins, so that it can be checked further; it must not
    be built if any diagnostic is an error. Nothing is returned if ``book.yaml`` or a whole data
    file cannot be read, since everything that refers to it would be reported too. The answer is the
    same with ``kept`` and without.
    """
    problems: list[Diagnostic] = []
    folder = _folder_of(root)
    if folder is None:
        hint = "name the project's folder with -C, or begin a book with: bookbuild new DIR"
        return None, [Diagnostic("B001", "there is no book.yaml", Place("book.yaml"), hint=hint)]
    path = f"{folder}book.yaml"
    read = _data_file(root, path, BookFile, problems)
    lang = read[0].source_language if read else ""
    shelf = _Shelf(root, folder, lang, problems, kept)
    chapters, all_chapters = shelf.chapters()
    sources = shelf.sources()
    units = read[0].units if read else {}
    quantities = shelf.quantities(tuple(units))
    registers = shelf.registers()
    if not read or sources is None or quantities is None or registers is None or not all_chapters:
        return None, in_order(problems)
    record, tree = read
    assembly = _Assembly(record, tree, chapters, Desk(path, lang, "book", problems))
    book = assembly.book(sources, quantities, registers)
    images = (block for chapter in book.chapters() for block in _images(chapter.blocks))
    problems.extend(check_pictures(root / folder, images, book.languages))
    return book, in_order(problems)


def _folder_of(root: Path) -> str | None:
    return next((folder for folder in ("", f"{FOLDER}/") if (root / folder / "book.yaml").exists()), None)


def read_ledger(root: Path) -> tuple[tuple[LedgerEntry, ...], list[Diagnostic]]:
    """Read ``ledger.yaml``: passages of the documents that the editors leave out on purpose.

    A book without the file leaves nothing out. Places as in :func:`read_book`.
    """
    problems: list[Diagnostic] = []
    folder = _folder_of(root)
    path = f"{folder}ledger.yaml"
    if folder is None or not (root / path).exists():
        return (), problems
    read = _data_file(root, path, LedgerFile, problems)
    if read is None:
        return (), problems
    record, node = read
    entries = zip(record.root, _items(node), strict=False)
    return tuple(
        LedgerEntry(one.document, one.passage, one.reason, part.place) for one, part in entries
    ), problems


def _short(path: str) -> str:
    """Name a data file to translators: ``figures/killed``."""
    return path.removeprefix(f"{FOLDER}/").removesuffix(".yaml")


def _images(blocks: Iterable[Block]) -> Iterator[Image]:
    for block in blocks:
        match block:
            case Image():
                yield block
            case Quotation():
                yield from _images(block.blocks)
            case BulletList() | NumberedList() | DefinitionList():
                for item in block.items:
                    yield from _images(item.blocks)
            case _:
                pass


def _data_file(root: Path, path: str, shape: type[R], problems: list[Diagnostic]) -> tuple[R, Node] | None:
    """Read and validate one YAML file; nothing if it cannot be used at all."""
    text, found = text_of(root, path)
    problems.extend(found)
    return None if text is None else _validated(text, path, shape, problems)


def _validated(text: str, path: str, shape: type[R], problems: list[Diagnostic]) -> tuple[R, Node] | None:
    """Read and validate the text of a YAML file; nothing if it cannot be used at all."""
    node, found = read_tree(text, path)
    problems.extend(found)
    if node is None:
        if not found:
            problems.append(
                Diagnostic("Y008", "the file is empty", Place(path), hint="write it, or remove the file")
            )
        return None
    if shape is SourcesFile and isinstance(node, Mapping) and list(node.entries) == ["references"]:
        node = node.entries["references"]  # as Zotero and Pandoc export it
    record, found = read_record(shape, node)
    problems.extend(found)
    return (record, node) if record is not None else None


class _Shelf:
    """The files of a book but book.yaml."""

    def __init__(
        self,
        root: Path,
        folder: str,
        lang: str,
        problems: list[Diagnostic],
        kept: KeptFiles | None = None,
    ) -> None:
        self.root = root
        self.folder = folder
        self.lang = lang
        self.problems = problems
        self.kept = kept

    def report(self, code: str, message: str, place: Place, hint: str) -> None:
        self.problems.append(Diagnostic(code, message, place, hint=hint))

    def names(self, folder: str, suffix: str) -> list[str]:
        names, found = names_in(self.root, f"{self.folder}{folder}", suffix)
        self.problems.extend(found)
        return names

    def chapters(self) -> tuple[dict[str, Chapter], bool]:
        """Return the chapters by id, and whether all of them could be read."""
        chapters: dict[str, Chapter] = {}
        complete = True
        for path in self.names("chapters", ".md"):
            text, found = text_of(self.root, path)
            self.problems.extend(found)
            if text is None:
                complete = False
                continue
            chapter_id = unicodedata.normalize("NFC", Path(path).stem)
            chapters[chapter_id], problems = self.chapter(text, path, chapter_id)
            self.problems.extend(problems)
        return chapters, complete

    def chapter(self, text: str, path: str, chapter_id: str) -> tuple[Chapter, Problems]:
        read_from = (text, path, chapter_id, self.lang)
        found: tuple[Chapter, Problems] = self.read(_chapter, *read_from)
        return found

    def read(self, parse: Callable[..., tuple[Any, Problems]], *read_from: str) -> Any:
        """Return what ``parse`` reads from some texts, or read before from the same."""
        found = self.kept.file(parse.__name__, *read_from) if self.kept else None
        if not found:
            found = parse(*read_from)
            if self.kept:
                self.kept.keep_file(found, parse.__name__, *read_from)
        return found

    def sources(self) -> tuple[Source, ...] | None:
        path = f"{self.folder}sources.yaml"
        return self.data(_sources, path) if (self.root / path).exists() else ()

    def quantities(self, units: tuple[str, ...]) -> tuple[Quantity, ...] | None:
        files = [self.data(_quantities, path, *units) for path in self.names("figures", ".yaml")]
        read = [file for file in files if file is not None]
        return tuple(one for file in read for one in file) if len(read) == len(files) else None

    def registers(self) -> tuple[Register, ...] | None:
        files = [self.data(_one_register, path) for path in self.names("registers", ".yaml")]
        read = [file for file in files if file is not None]
        return tuple(read) if len(read) == len(files) else None

    def data(self, parse: Callable[..., tuple[D | None, Problems]], path: str, *known: str) -> D | None:
        """Read a data file; ``parse`` is given its text, path and language, and what else must be known."""
        text, found = text_of(self.root, path)
        self.problems.extend(found)
        if text is None:
            return None
        data: D | None
        data, problems = self.read(parse, text, path, self.lang, *known)
        self.problems.extend(problems)
        return data


def _print_spec(record: PrintRecord) -> PrintSpec:
    return PrintSpec(
        paper=record.paper,
        board=record.board,
        icc=record.icc,
        condition=record.condition,
        inks=Inks(record.inks),
        ink_limit_percent=record.ink_limit,
        bleed_mm=record.bleed,
        page_multiple=record.page_multiple,
        flap_mm=record.flaps,
        spine_text=SpineText(record.spine_text),
        barcode_percent=record.barcode,
    )


# What a file holds follows from its text alone. A preview reads a book again after every change, and
# all of its files but one say what they said before.


def _kept_of_each_file(read: Callable[Concatenate[str, str, P], T]) -> Callable[Concatenate[str, str, P], T]:
    """Keep what was last read of each file; what it said before that is let go of.

    A day of writing is a thousand versions of a chapter, each a tree of a megabyte.
    """
    kept: dict[str, tuple[object, T]] = {}

    @functools.wraps(read)
    def reading(text: str, path: str, /, *rest: P.args, **named: P.kwargs) -> T:
        said = (text, rest, named)
        earlier = kept.pop(path, None)
        found = earlier if earlier and earlier[0] == said else (said, read(text, path, *rest, **named))
        kept[path] = found  # the last, so that the first is the one that was not asked for longest
        while len(kept) > _FILES_KEPT:
            with contextlib.suppress(KeyError, RuntimeError, StopIteration):  # another thread was here
                del kept[next(iter(kept))]
        return found[1]

    return reading


@_kept_of_each_file
def _chapter(text: str, path: str, chapter_id: str, lang: str) -> tuple[Chapter, Problems]:
    chapter, problems = read_chapter(text, path, chapter_id, lang)
    return chapter, tuple(problems)


@_kept_of_each_file
def _sources(text: str, path: str, lang: str) -> tuple[tuple[Source, ...] | None, Problems]:
    desk = Desk(path, lang, "sources", [])
    read = _validated(text, path, SourcesFile, desk.problems)
    sources = None
    if read is not None:
        record, node = read
        sources = tuple(
            _source(item, part, desk) for item, part in zip(record.root, _items(node), strict=False)
        )
    return sources, tuple(desk.problems)


@_kept_of_each_file
def _quantities(text: str, path: str, lang: str, *units: str) -> tuple[tuple[Quantity, ...] | None, Problems]:
    desk = Desk(path, lang, _short(path), [])
    read = _validated(text, path, FiguresFile, desk.problems)
    quantities = None
    if read is not None:
        record, node = read
        pairs = zip(record.quantities, _items(node, "quantities"), strict=False)
        quantities = tuple(_quantity(item, part, units, desk) for item, part in pairs)
    return quantities, tuple(desk.problems)


@_kept_of_each_file
def _one_register(text: str, path: str, lang: str) -> tuple[Register | None, Problems]:
    desk = Desk(path, lang, _short(path), [])
    read = _validated(text, path, RegisterFile, desk.problems)
    return (_register(*read, desk) if read is not None else None), tuple(desk.problems)


class _Assembly:
    """book.yaml and what it calls for."""

    def __init__(self, record: BookFile, tree: Node, chapters: dict[str, Chapter], desk: Desk) -> None:
        self.record = record
        self.tree = tree
        self.chapters = chapters
        self.desk = desk
        self.listed: dict[str, Place] = {}

    def book(
        self, sources: tuple[Source, ...], quantities: tuple[Quantity, ...], registers: tuple[Register, ...]
    ) -> Book:
        record, tree, desk = self.record, self.tree, self.desk

        def words(node: Node, key: str) -> Prose:
            return _prose(node, key, Kind.BOOK, desk) or _nothing(Kind.BOOK, desk)

        front, body, back = self.contents()
        self.check_languages()
        return Book(
            id=record.id,
            title=words(tree, "title"),
            subtitle=_prose(tree, "subtitle", Kind.BOOK, desk),
            source_language=record.source_language,
            languages=tuple(dict.fromkeys(record.languages)),
            edition=_prose(tree, "edition", Kind.BOOK, desk),
            date=record.date,
            publisher=words(tree, "publisher"),
            publisher_place=_prose(tree, "place", Kind.BOOK, desk),
            contributors=tuple(
                Contributor(words(node, "role"), words(node, "name")) for node in _items(tree, "contributors")
            ),
            licence=_prose(tree, "licence", Kind.BOOK, desk),
            blurb=_prose(tree, "blurb", Kind.BOOK, desk),
            dedication=_prose(tree, "dedication", Kind.BOOK, desk),
            isbn=dict(record.isbn),
            page=PageFormat(*record.page.trim, record.page.bleed),
            opening=Opening(record.chapters_open),
            about_percent=record.about,
            coverage_percent=record.coverage,
            units={
                unit: _prose(_child(tree, "units"), unit, Kind.UNIT, desk) or _nothing(Kind.UNIT, desk)
                for unit in record.units
            },
            front=front,
            body=body,
            back=back,
            sources=sources,
            quantities=quantities,
            appendix_order=self.appendix_order(quantities),
            registers=registers,
            printing=_print_spec(record.printing),
            place=Place(self.desk.path),
        )

    def contents(self) -> tuple[tuple[Chapter, ...], tuple[Part, ...], tuple[Chapter | Generated, ...]]:
        contents = self.record.contents
        node = _child(self.tree, "contents")
        front = self.listed_chapters(contents.front, _items(node, "front"))
        parts = zip(contents.body, _items(node, "body"), strict=False)
        body = tuple(self.part(part, part_node) for part, part_node in parts)
        back: list[Chapter | Generated] = []
        generated = {word.value: word for word in Generated}
        for name, item in zip(contents.back, _items(node, "back"), strict=False):
            if name in generated:
                self.check_listed_once(name, item.place)
                back.append(generated[name])
            else:
                back.extend(self.listed_chapters([name], [item]))
        for name, chapter in self.chapters.items():
            if name not in self.listed:
                hint = "name it in “contents” of book.yaml; a draft’s file name begins with “_”"
                self.desk.report("B004", f"chapter “{name}” is not in the book", chapter.place, hint)
        return front, body, tuple(back)

    def appendix_order(self, quantities: Iterable[Quantity]) -> tuple[str, ...]:
        """Return the ids of the quantities, by the files that the book lists under ``figures``."""
        shelves: dict[str, list[str]] = {}
        for quantity in quantities:
            shelves.setdefault(Path(quantity.place.path).stem, []).append(quantity.id)
        listed: dict[str, None] = {}
        for name, node in zip(self.record.figures, _items(self.tree, "figures"), strict=False):
            if name in listed:
                self.desk.report("B011", f"“{name}” stands a second time", node.place, "keep one of them")
            elif name and name not in shelves:
                hint = did_you_mean(name, shelves) or "write the file, or take the name out"
                self.desk.report("B011", f"there are no quantities in figures/{name}.yaml", node.place, hint)
            listed[name] = None
        return tuple(one for shelf in [*listed, *shelves] for one in shelves.pop(shelf, []))

    def part(self, record: PartRecord, node: Node) -> Part:
        title = _prose(node, "part", Kind.TITLE, self.desk)
        return Part(title, self.listed_chapters(record.chapters, _items(node, "chapters")))

    def listed_chapters(self, names: Iterable[str], nodes: Iterable[Node]) -> tuple[Chapter, ...]:
        return tuple(self._listed(names, nodes))

    def _listed(self, names: Iterable[str], nodes: Iterable[Node]) -> Iterator[Chapter]:
        for name, node in zip(names, nodes, strict=False):
            if not name or not self.check_listed_once(name, node.place):
                continue
            if name in self.chapters:
                yield self.chapters[name]
            elif name in {word.value for word in Generated}:
                message = f"“{name}” is matter that bookbuild makes"
                self.desk.report("B010", message, node.place, "it stands in “back” only")
            else:
                free = [other for other in self.chapters if other not in self.listed]
                hint = did_you_mean(name, free or self.chapters) or "write the file, or take the name out"
                self.desk.report("B002", f"there is no chapters/{name}.md", node.place, hint)

    def check_listed_once(self, name: str, place: Place) -> bool:
        first = self.listed.setdefault(name, place)
        if first is not place:
            message = f"“{name}” stands a second time; the first is in line {first.line}"
            self.desk.report("B003", message, place, "keep one of them")
        return first is place

    def check_languages(self) -> None:
        record = self.record
        languages = _child(self.tree, "languages")
        if record.source_language and record.source_language not in record.languages:
            message = f"the source language “{record.source_language}” is not among the languages"
            self.desk.report("B007", message, languages.place, "add it to the languages")
        for lang, node in zip(record.languages, _items(languages), strict=False):
            if lang and record.languages.index(lang) != _items(languages).index(node):
                self.desk.report(
                    "B007", f"language “{lang}” stands a second time", node.place, "keep one of them"
                )
        isbn = _child(self.tree, "isbn")
        for lang in record.isbn:
            if lang not in record.languages and isinstance(isbn, Mapping):
                hint = did_you_mean(lang, record.languages) or "add it to the languages, or delete the line"
                self.desk.report(
                    "B007", f"an ISBN for “{lang}”, which is no language of the book", isbn.keys[lang], hint
                )


def _source(record: BaseModel, node: Node, desk: Desk) -> Source:
    extra = record.bookbuild  # type: ignore[attr-defined]  # a field of the shape made from CSL's lists
    extra_node = _child(node, "bookbuild")
    csl = plain_source(record)
    return Source(
        key=str(csl.get("id", "")),
        csl=csl,
        kind=SourceKind(extra.kind),
        reprinted_in=extra.reprinted_in,
        locator=_prose(extra_node, "locator", Kind.SOURCE, desk),
        file=extra.file,
        title_translated=_prose(extra_node, "title-translated", Kind.SOURCE, desk),
        note=_prose(extra_node, "note", Kind.REMARK, desk),
        words=_own_words(node, desk),
        place=node.place,
    )


def _own_words(node: Node, desk: Desk) -> dict[str, Prose]:
    """Return the parts of a CSL item that are the editors' words and not the source's, as messages.

    A title in square brackets is supplied by the editors; a body's literal name, a literal date and a
    genre, place and name of a publisher are said in the reader's language.
    """
    words: dict[str, Prose | None] = {
        key: _prose(node, key, Kind.SOURCE, desk) for key in ("genre", "publisher-place", "publisher")
    }
    title = _child(node, "title")
    if isinstance(title, Scalar) and title.text.startswith("[") and title.text.endswith("]"):
        words["title"] = _prose(node, "title", Kind.SOURCE, desk)
    words["issued"] = _prose(_child(node, "issued"), "literal", Kind.SOURCE, desk)
    for number, name in enumerate(_items(node, "author")):
        words[f"author/{number}"] = _prose(name, "literal", Kind.SOURCE, desk)
    return {key: prose for key, prose in words.items() if prose is not None}


def _quantity(record: QuantityRecord, node: Node, units: tuple[str, ...], desk: Desk) -> Quantity:
    measure = Measure.NAME
    known_unit = True
    try:
        measure = measure_of(record.unit, units) if record.unit else measure
    except NotationError as error:
        known_unit = False
        desk.report("F001", error.message, _child(node, "unit").place, error.hint)
    unit = record.unit if record.unit and known_unit else ""
    claims = zip(record.claims, _items(node, "claims"), strict=False)
    return Quantity(
        id=record.id,
        title=_prose(node, "title", Kind.QUANTITY, desk) or _nothing(Kind.QUANTITY, desk),
        counts=_prose(node, "counts", Kind.COUNTS, desk) or _nothing(Kind.COUNTS, desk),
        measure=measure,
        unit=record.unit,
        claims=tuple(_claim(claim, part, record.id, unit, units, desk) for claim, part in claims),
        note=_prose(node, "note", Kind.REMARK, desk),
        part_of=record.part_of,
        wordings=record.records == "wordings",
        within=tuple(record.within.items()),
        place=node.place,
    )


def _claim(
    record: ClaimRecord, node: Node, quantity: str, unit: str, units: tuple[str, ...], desk: Desk
) -> Claim:
    value, place = _value(node, unit, units, desk)
    repeats = record.repeats.strip()
    return Claim(
        id=record.id,
        value=value,
        notation=record.value,
        said_by=_prose(node, "said-by", Kind.SPEAKER, desk) or _nothing(Kind.SPEAKER, desk),
        source=record.source,
        seen_in=record.seen_in or record.source,
        locator=_prose(node, "locator", Kind.SOURCE, desk),
        as_of=_date(record.as_of),
        extract=" ".join(record.extract.split()),
        extract_lang=record.extract_lang,
        name=_prose(node, "value", Kind.NAME, desk) if isinstance(value, Name) and value.name else None,
        repeats=f"{quantity}/{repeats}" if repeats and "/" not in repeats else repeats,
        scope=_prose(node, "scope", Kind.SCOPE, desk),
        slip=_prose(node, "slip", Kind.REMARK, desk),
        stance=Stance(record.stance),
        note=_prose(node, "note", Kind.REMARK, desk),
        place=node.place,
        value_place=place,
        places={key: child.place for key, child in node.entries.items()} if isinstance(node, Mapping) else {},
    )


def _value(node: Node, unit: str, units: tuple[str, ...], desk: Desk) -> tuple[Value, Place]:
    written = _child(node, "value")
    if not isinstance(written, Scalar) or not written.text or not unit:
        return NO_VALUE, written.place
    try:
        return parse_value(written.text, unit, units), written.place
    except NotationError as error:
        place = Place(written.place.path, written.place.line, written.place.column + error.column - 1)
        desk.report("F002", error.message, place, error.hint)
        return NO_VALUE, written.place


def _date(text: str) -> Date | None:
    try:
        return parse_date(text) if text else None
    except NotationError:  # reported with the record
        return None


def _register(record: RegisterFile, tree: Node, desk: Desk) -> Register:
    fields = tuple(
        RegisterField(
            item.id,
            _prose(node, "label", Kind.LABEL, desk) or _nothing(Kind.LABEL, desk),
            FieldType(item.type),
        )
        for item, node in zip(record.fields, _items(tree, "fields"), strict=False)
    )
    known = [field.id for field in fields]
    for name, node in zip(record.head, _items(tree, "head"), strict=False):
        if name and name not in known:
            hint = did_you_mean(name, known) or f"the fields are {', '.join(known)}"
            desk.report("R001", f"unknown field “{name}” in the head", node.place, hint)
    for number, (name, node) in enumerate(zip(known, _items(tree, "fields"), strict=False)):
        if name and name in known[:number]:
            desk.report("R002", f"field “{name}” is defined a second time", node.place, "keep one of them")
    entries = tuple(_entry(node, fields, desk) for node in _items(tree, "entries"))
    return Register(
        id=record.id,
        title=_prose(tree, "title", Kind.TITLE, desk) or _nothing(Kind.TITLE, desk),
        layout=Layout(record.layout),
        head=tuple(name for name in record.head if name in known),
        fields=fields,
        entries=entries,
        alphabetical=record.alphabetical,
        place=Place(desk.path),
    )


def _entry(node: Node, fields: tuple[RegisterField, ...], desk: Desk) -> Entry:
    entries = node.entries if isinstance(node, Mapping) else {}
    known = [field.id for field in fields]
    if isinstance(node, Mapping):
        for key, place in node.keys.items():
            if key != "id" and key not in known:
                hint = did_you_mean(key, known) or f"the fields are {', '.join(known)}"
                desk.report("R001", f"unknown field “{key}”", place, hint)
    cells = (
        _cell(field, entries[field.id], desk) for field in fields if field.id in entries and field.id != "id"
    )
    name = entries.get("id")
    return Entry(
        name.text if isinstance(name, Scalar) else "", tuple(cell for cell in cells if cell), node.place
    )


def _cell(field: RegisterField, node: Node, desk: Desk) -> Cell | None:
    listed = field.type in {FieldType.CLAIMS, FieldType.LIST, FieldType.NAMES}
    scalars = [node] if isinstance(node, Scalar) else _items(node)
    texts = [item for item in scalars if isinstance(item, Scalar)]
    if isinstance(node, Mapping) or len(texts) < len(scalars) or (isinstance(node, Sequence) and not listed):
        wanted = "a list of texts" if listed else "a text"
        hint = "write [one, another]" if listed else "write words; quote them if they hold “: ”"
        desk.report("R003", f"field “{field.id}” must be {wanted}", node.place, hint)
        return None
    texts = [item for item in texts if not item.empty and item.text.strip()]
    if not texts:
        if not isinstance(node, Scalar) or not node.empty:
            desk.report(
                "R003", f"field “{field.id}” is empty", node.place, "write a value, or delete the line"
            )
        return None
    match field.type:
        case FieldType.TEXT | FieldType.LIST:
            return Cell(
                field.id, texts=tuple(desk.scalar(item, Kind.REGISTER) for item in texts), place=node.place
            )
        case FieldType.DATE:
            return _date_cell(field, texts[0], desk)
        case _:
            words = tuple(" ".join(item.text.split()) for item in texts)
            return Cell(field.id, words=words, place=texts[0].place)


def _date_cell(field: RegisterField, node: Scalar, desk: Desk) -> Cell | None:
    try:
        return Cell(field.id, date=parse_date(node.text.strip()), place=node.place)
    except NotationError as error:
        place = Place(node.place.path, node.place.line, node.place.column + error.column - 1)
        desk.report("F002", error.message, place, error.hint)
        return None


def _child(node: Node, key: str) -> Node:
    """Return the value of a key; the node itself, for its place, if it has none."""
    return node.entries.get(key, node) if isinstance(node, Mapping) else node


def _items(node: Node, key: str = "") -> list[Node]:
    """Return the items of a list, or of the list under a key; none if it is no list."""
    found = node.entries.get(key) if key and isinstance(node, Mapping) else node
    return found.items if isinstance(found, Sequence) and (found is not node or not key) else []


def _prose(node: Node, key: str, kind: Kind, desk: Desk) -> Prose | None:
    """Return the message under a key, if it is a text."""
    value = node.entries.get(key) if isinstance(node, Mapping) else None
    return desk.scalar(value, kind) if isinstance(value, Scalar) and value.text.strip() else None


def _nothing(kind: Kind, desk: Desk) -> Prose:
    return Prose("", kind, lang=desk.lang, chapter=desk.chapter)
