"""One Markdown file to one chapter.

Blocks by markdown-it-py (CommonMark with tables, definition lists, notes and colon fences); the
text inside them is read as messages. What Markdown would drop or misread without a word is
reported: cells too many, text nested too deep, code blocks, directives that never close.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from bookbuild.diagnostics import Diagnostic, did_you_mean
from bookbuild.model.blocks import (
    Block,
    BulletList,
    ChartBlock,
    Definition,
    DefinitionList,
    FigureTable,
    Heading,
    Image,
    ListItem,
    NoteBody,
    NumberedList,
    Paragraph,
    Quotation,
    RegisterBlock,
    Rule,
    Table,
)
from bookbuild.model.book import Chapter
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, Prose
from bookbuild.read.messages import Desk
from bookbuild.read.records import FrontMatter, read_record
from bookbuild.read.tree import Mapping, Scalar, read_tree

MAX_BLOCK_NESTING = 6
"""Lists, quotations, definitions and notes within each other."""
MAX_COLUMNS = 60
"""Of a table: no page is as wide."""

_HEADING_ID = re.compile(r"(?<!\s)\s*\{\s*#([^{}]*)\}\s*$")
_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_DIRECTIVE = re.compile(r"\s*\{([^{}]*)\}[ \t]*(.*)$")
_OPTION = re.compile(r"\s*:([A-Za-z][\w-]*):(?=\s|$)\s*(.*)$")
_FENCE_END = re.compile(r"[\s>]*:{3,}\s*$")
_LINK_DEFINITION = re.compile(r"\[[^\]@^]+\]:\s*\S")
_TABLE_RULE = re.compile(r"[\s>]*(?=.*\|)\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_CONTAINERS = re.compile(r"\s*(?:>\s?|(?:[-*+]|\d{1,9}[.)])\s+|:\s+)*")
_ALIGN = {"text-align:left": "left", "text-align:right": "right", "text-align:center": "center"}


def read_chapter(text: str, path: str, chapter_id: str, lang: str) -> tuple[Chapter, list[Diagnostic]]:
    """Read a chapter's text, as :func:`~bookbuild.read.files.text_of` returns it.

    Places are in ``path``. The chapter holds all that could be read; problems are in no order.
    """
    desk = Desk(path, lang, chapter_id, [])
    title, short_title, first_line = _front_matter(text, desk)
    reader = _Reader(text, desk)
    body = "\n" * first_line + "\n".join(reader.parsable(first_line))
    blocks = reader.blocks(_parsed(body), Kind.PARAGRAPH)
    place = Place(path)
    return Chapter(chapter_id, title, short_title, blocks, tuple(reader.notes), place), desk.problems


def _front_matter(text: str, desk: Desk) -> tuple[Prose, Prose | None, int]:
    """Return the title, the short title and the number of lines that the front matter takes."""
    none = Prose("", Kind.TITLE, lang=desk.lang, lines=((0, Place(desk.path)),), chapter=desk.chapter)
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        hint = "begin the file with the lines “---”, “title: …”, “---”"
        desk.report("M001", "the chapter has no front matter", Place(desk.path), hint)
        return none, None, 0
    closing = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."}), 0)
    if not closing:
        desk.report("M001", "the front matter is not closed", Place(desk.path), "end it with a line “---”")
        return none, None, len(lines)
    node, problems = read_tree("\n".join(lines[1:closing]) + "\n", desk.path, first_line=2)
    desk.problems.extend(problems)
    if node is None:
        if not problems:
            desk.report("Y011", "“title” is missing", Place(desk.path, 2), "add a line “title: …”")
        return none, None, closing + 1
    _, problems = read_record(FrontMatter, node)
    desk.problems.extend(problems)
    entries = node.entries if isinstance(node, Mapping) else {}
    title, short = entries.get("title"), entries.get("short-title")
    return (
        desk.scalar(title, Kind.TITLE) if isinstance(title, Scalar) and title.text else none,
        desk.scalar(short, Kind.TITLE) if isinstance(short, Scalar) and short.text else None,
        closing + 1,
    )


@functools.cache
def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable("table")
    md.use(deflist_plugin).use(colon_fence_plugin)
    md.use(footnote_plugin, inline=False, move_to_end=False)
    md.block.ruler.disable("reference")  # a message is read alone, so its links are whole
    # The text is normal already; messages are parsed by us, with offsets.
    md.core.ruler.enableOnly(["block"])
    return md


def _parsed(text: str) -> SyntaxTreeNode:
    return SyntaxTreeNode(_markdown().parse(text))


@dataclass(frozen=True, slots=True)
class _Directive:
    name: str
    argument: str
    place: Place
    options: dict[str, list[tuple[str, Place]]]
    body: list[tuple[int, str]]
    """Index in the file and text of the lines after the options."""


class _Reader:
    def __init__(self, text: str, desk: Desk) -> None:
        self.lines = text.split("\n")
        self.desk = desk
        self.notes: list[NoteBody] = []

    def parsable(self, first: int) -> Iterator[str]:
        """Yield the lines from ``first`` on, but for those that would make tables of a thousand columns."""
        for index, line in enumerate(self.lines[first:], first):
            bars = line.count("|")
            if bars > 10 * MAX_COLUMNS:
                place = Place(self.desk.path, index + 1)
                self.desk.report("M043", f"a line with {bars:,} bars", place, "write \\| for the sign itself")
            yield "" if bars > 10 * MAX_COLUMNS else line

    def blocks(self, parent: SyntaxTreeNode, kind: Kind, depth: int = 0) -> tuple[Block, ...]:
        """Read the children of a container; ``kind`` is that of paragraphs directly in it."""
        if depth == MAX_BLOCK_NESTING + 1:
            message = f"nested deeper than {MAX_BLOCK_NESTING} levels of lists and quotations"
            self.desk.report("M012", message, self.place(parent), "write it as paragraphs, or as a table")
        if depth > MAX_BLOCK_NESTING:
            return ()
        found: list[Block] = []
        before: SyntaxTreeNode | None = None
        for node in parent.children:
            if before and before.type == "footnote_reference":
                self.check_belongs_to_note(node, before)
            found.extend(self.block(node, kind, depth))
            before = node
        return tuple(found)

    def block(self, node: SyntaxTreeNode, kind: Kind, depth: int) -> Iterator[Block]:
        match node.type:
            case "paragraph":
                self.check_paragraph(node)
                yield Paragraph(self.inline(node, kind))
            case "heading":
                yield self.heading(node, depth)
            case "blockquote":
                yield Quotation(self.blocks(node, Kind.PARAGRAPH, depth + 1))
            case "bullet_list":
                yield BulletList(tuple(self.items(node, depth)))
            case "ordered_list":
                start = _token(node).attrs.get("start", 1)
                yield NumberedList(tuple(self.items(node, depth)), int(start))
            case "dl":
                yield DefinitionList(tuple(self.definitions(node, depth)))
            case "table":
                yield self.table(node)
            case "hr":
                yield Rule()
            case "footnote_reference":
                self.note(node, depth)
            case "colon_fence":
                yield from self.directive(node)
            case "fence":
                found = self.lines[node.map[0]].strip() if node.map else ""
                hint = (
                    "a block that bookbuild fills begins with “:::”"
                    if "{" in found
                    else "code stands within a line, between backticks"
                )
                self.desk.report("M004", f"a code block, “{found}”", self.place(node), hint)
            case "code_block":
                hint = "indent it by less than four blanks; a note's next paragraph by exactly four"
                self.desk.report("M004", "indented text makes a code block", self.place(node), hint)
            case other:
                raise AssertionError(f"markdown-it has no rule left that makes a {other}")

    def items(self, node: SyntaxTreeNode, depth: int) -> Iterator[ListItem]:
        for child in node.children:
            yield ListItem(self.blocks(child, Kind.ITEM, depth + 1))

    def definitions(self, node: SyntaxTreeNode, depth: int) -> Iterator[Definition]:
        terms: list[Prose] = []
        blocks: list[Block] = []
        for child in node.children:
            if child.type == "dt":
                if blocks:
                    yield Definition(tuple(terms), tuple(blocks))
                    terms, blocks = [], []
                terms.append(self.inline(child, Kind.TERM))
            else:
                blocks.extend(self.blocks(child, Kind.ITEM, depth + 1))
        if terms or blocks:
            yield Definition(tuple(terms), tuple(blocks))

    # Messages

    def inline(self, node: SyntaxTreeNode, kind: Kind) -> Prose:
        """Read the text of a paragraph or term."""
        inline = next((child for child in node.children if child.type == "inline"), None)
        first = (node.map or (inline.map if inline else None) or (0, 0))[0]
        content = inline.content if inline else ""
        return self.desk.message(list(self.placed(content, first)), kind)

    def placed(self, content: str, first: int) -> Iterator[tuple[str, Place]]:
        for index, line in enumerate(content.split("\n"), first):
            yield line.lstrip(" \t"), self.find(line.strip(" \t"), index)

    def find(self, words: str, index: int) -> Place:
        """Return the place in the file of words that end line ``index`` (from 0)."""
        raw = self.lines[index] if index < len(self.lines) else ""
        column = raw.rfind(words)
        if column < 0:
            column = len(raw) - len(raw.lstrip())
        return Place(self.desk.path, index + 1, column + 1)

    def place(self, node: SyntaxTreeNode) -> Place:
        index = node.map[0] if node.map else 0
        raw = self.lines[index] if index < len(self.lines) else ""
        marks = _CONTAINERS.match(raw) if node.level else None
        column = marks.end() if marks else len(raw) - len(raw.lstrip())
        return Place(self.desk.path, index + 1, column + 1)

    # Headings and paragraphs

    def heading(self, node: SyntaxTreeNode, depth: int) -> Heading:
        place = self.place(node)
        level = int(node.tag[1:])
        inline = node.children[0] if node.children else None
        content = inline.content if inline else ""
        if node.markup in {"-", "="}:
            hint = "write “## ” before it; or leave an empty line before a rule of dashes"
            self.desk.report("M003", "a heading marked by a line below it", place, hint)
        elif not 2 <= level <= 3:
            hint = "the chapter's title stands in the front matter; sections are ## and ###"
            self.desk.report("M002", f"a heading of level {level}", place, hint)
        if depth:
            self.desk.report("M018", "a heading within a list, quotation or note", place, "move it out")
        match = _HEADING_ID.search(content)
        name = match[1].strip() if match else ""
        if match:
            content = content[: match.start()]
            self.check_id(name, place)
        first = node.map[0] if node.map else 0
        raw = self.lines[first]
        at = raw.find(content, len(raw) - len(raw.lstrip("# \t>")))
        text = self.desk.message([(content, Place(self.desk.path, first + 1, max(0, at) + 1))], Kind.HEADING)
        return Heading(min(max(level, 2), 3), text, name, place)

    def check_id(self, name: str, place: Place) -> None:
        if not _ID.fullmatch(name):
            hint = "an id is made of the letters a–z, digits and hyphens"
            self.desk.report("M017", f"“{name}” cannot be an id", place, hint)

    def check_paragraph(self, node: SyntaxTreeNode) -> None:
        first, last = node.map or (0, 0)
        raw = self.lines[first].strip() if first < len(self.lines) else ""
        if _LINK_DEFINITION.match(raw):
            hint = "write the address in its place: [words](https://…)"
            self.desk.report("M037", "a link definition", self.place(node), hint)
        if last - first > 1 and "|" in raw and _TABLE_RULE.match(self.lines[first + 1]):
            head, rule = len(_cells(raw)), len(_cells(self.lines[first + 1].lstrip("> \t")))
            message = f"not a table: {head} cells in the head, {rule} in the line of dashes"
            self.desk.report("M011", message, self.place(node), "write as many cells in both")

    def check_belongs_to_note(self, node: SyntaxTreeNode, note: SyntaxTreeNode) -> None:
        raw = self.lines[node.map[0]] if node.map else ""
        if node.type == "paragraph" and not node.level and raw[:1] == " ":
            hint = "indent it by four blanks, or not at all"
            label = _token(note).meta["label"]
            message = f"this indented paragraph is not part of the note [^{label}] above it"
            self.desk.report("M014", message, self.place(node), hint)

    def note(self, node: SyntaxTreeNode, depth: int) -> None:
        label = _token(node).meta["label"]
        first = next((child.map[0] for child in node.children if child.map), None)
        index = node.map[0] if node.map else (first or 0)
        raw = self.lines[index] if index < len(self.lines) else ""
        place = Place(self.desk.path, index + 1, max(0, raw.find(f"[^{label}]:")) + 1)
        paragraphs = []
        for block in self.blocks(node, Kind.NOTE, depth + 1):
            if isinstance(block, Paragraph):
                paragraphs.append(block.text)
            else:
                hint = "a note is made of paragraphs; move the rest to the text"
                name = type(block).__name__.lower()
                self.desk.report("M013", f"note [^{label}] holds a {name}", place, hint)
        self.notes.append(NoteBody(label, tuple(paragraphs), place))

    # Tables

    def table(self, node: SyntaxTreeNode, directive: _Directive | None = None) -> Table:
        rows = [row for part in node.children for row in part.children]
        columns = len(rows[0].children)
        if columns > MAX_COLUMNS:
            message = f"a table of {columns} columns; the limit is {MAX_COLUMNS}"
            self.desk.report("M043", message, self.place(node), "part it, or turn rows to columns")
        cells = [tuple(self.row(row, columns)) for row in rows] if columns <= MAX_COLUMNS else [()]
        align = tuple(_ALIGN.get(str(cell.attrs.get("style", "")), "") for cell in rows[0].children)
        caption, name = self.caption(directive) if directive else (None, "")
        place = directive.place if directive else self.place(node)
        return Table(cells[0], tuple(cells[1:]), align, caption, name, place)

    def row(self, row: SyntaxTreeNode, columns: int) -> Iterator[Prose]:
        index = row.map[0] if row.map else row.children[0].children[0].map[0]  # type: ignore[index]
        raw = self.lines[index]
        cells = _cells(raw, nested=row.level > 2)
        if len(cells) != columns:
            message = f"a row of {len(cells)} cells under a head of {columns}"
            hint = (
                "write \\| for a bar within a cell" if len(cells) > columns else "write an empty cell as | |"
            )
            self.desk.report("M010", message, self.place(row), hint)
        for at, written in cells[:columns] + [(len(raw), "")] * (columns - len(cells)):
            yield self.cell(written, index, at)

    def cell(self, written: str, index: int, at: int) -> Prose:
        """Read a cell; ``\\|`` is a bar, which shifts what follows it by one."""
        lead = len(written) - len(written.lstrip(" \t"))
        prose = self.desk.message(
            [(written.replace("\\|", "|"), Place(self.desk.path, index + 1, at + 1))], Kind.CELL
        )
        shifts = [match.start() - lead for match in re.finditer(r"\\\|", written)]
        if not shifts:
            return prose
        lines = list(prose.lines)
        for number, shift in enumerate(shifts):
            offset = shift - number + 1
            lines.append((offset, Place(self.desk.path, index + 1, at + lead + shift + 3)))
        return Prose(
            prose.source, prose.kind, prose.inlines, prose.lang, lines=tuple(lines), chapter=prose.chapter
        )

    # Directives

    def directive(self, node: SyntaxTreeNode) -> Iterator[Block]:
        place = self.place(node)
        first, end = node.map or (0, 1)
        if end - first < 2 or not _FENCE_END.match(self.lines[min(end, len(self.lines)) - 1]):
            hint = "end it with a line “:::”"
            self.desk.report("M007", f"“{self.lines[first].strip()}” is not closed", place, hint)
        match = _DIRECTIVE.match(node.info)
        name = match[1].strip() if match else ""
        if not match or name not in DIRECTIVES:
            known = ", ".join(f"{{{word}}}" for word in DIRECTIVES)
            hint = (did_you_mean(name, DIRECTIVES) if name else "") or f"the blocks are {known}"
            self.desk.report("M005", f"unknown block “:::{node.info.rstrip()}”", place, hint)
            return
        shape = DIRECTIVES[name]
        directive = self.parts(node, name, match[2].strip(), place, shape)
        if shape.argument and not directive.argument:
            self.desk.report(
                "M008", f":::{{{name}}} without {shape.argument}", place, "name it on the same line"
            )
        elif directive.argument and not shape.argument:
            self.desk.report("M008", f":::{{{name}}} takes no “{directive.argument}”", place, "delete it")
        if directive.body and not shape.body:
            index, text = directive.body[0]
            hint = "write a caption as “:caption: …”" if ":" not in text[:1] else "options are “:name: value”"
            self.desk.report(
                "M009", f"“{text.strip()}” within :::{{{name}}}", self.find(text.strip(), index), hint
            )
        block = shape.make(self, directive)
        if block is not None:
            yield block

    def parts(
        self, node: SyntaxTreeNode, name: str, argument: str, place: Place, shape: _Shape
    ) -> _Directive:
        """Part a directive's content into options and body."""
        options: dict[str, list[tuple[str, Place]]] = {}
        body: list[tuple[int, str]] = []
        current = ""
        first = node.map[0] + 1 if node.map else 0
        for index, line in enumerate(node.content.split("\n")[:-1], first):
            match = _OPTION.match(line)
            if body or not (match or (current and line[:1] in {" ", "\t"} and line.strip())):
                if line.strip() or body:
                    body.append((index, line))
                current = ""
                continue
            words = match[2] if match else line.strip()
            written = (words, self.find(words.rstrip(), index))
            if not match:
                options.setdefault(current, []).append(written)
                continue
            current = match[1]
            at = self.find(line.strip(), index)
            if current in options:
                self.desk.report("M006", f"option “:{current}:” stands twice", at, "keep one of them")
            elif current not in shape.options:
                hint = did_you_mean(current, shape.options) or f"the options are {', '.join(shape.options)}"
                self.desk.report("M006", f"unknown option “:{current}:” of :::{{{name}}}", at, hint)
            elif not words.strip():
                self.desk.report("M006", f"option “:{current}:” is empty", at, "write it, or delete the line")
            options[current] = [written]
        while body and not body[-1][1].strip():
            body.pop()
        return _Directive(name, argument, place, options, body)

    def caption(self, directive: _Directive) -> tuple[Prose | None, str]:
        """Return a directive's caption and id."""
        lines = directive.options.get("caption")
        name, place = directive.options.get("name", [("", directive.place)])[0]
        if name.strip():
            self.check_id(name.strip(), place)
        return (self.desk.message(lines, Kind.CAPTION) if lines else None), name.strip()

    def figure_table(self, directive: _Directive) -> Block | None:
        return FigureTable(directive.argument, *self.caption(directive), directive.place)

    def chart(self, directive: _Directive) -> Block | None:
        return ChartBlock(directive.argument, *self.caption(directive), directive.place)

    def register(self, directive: _Directive) -> Block | None:
        return RegisterBlock(directive.argument, *self.caption(directive), directive.place)

    def image(self, directive: _Directive) -> Block | None:
        alt = self.desk.message(directive.options.get("alt", [("", directive.place)]), Kind.ALT)
        return Image(directive.argument, alt, *self.caption(directive), directive.place)

    def captioned_table(self, directive: _Directive) -> Block | None:
        """Read the table within ``:::{table}``, whose caption and id are the directive's."""
        start = directive.body[0][0] if directive.body else 0
        tree = _parsed("\n" * start + "\n".join(line for _, line in directive.body) + "\n")
        if len(tree.children) != 1 or tree.children[0].type != "table":
            hint = "between “:::{table}” and “:::” stand options and one table with | bars"
            self.desk.report(
                "M009", "no table, or more than a table, within :::{table}", directive.place, hint
            )
            return None
        return self.table(tree.children[0], directive)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a directive takes, and what it becomes."""

    argument: str
    """What its argument names; empty: it takes none."""
    options: tuple[str, ...]
    make: Callable[[_Reader, _Directive], Block | None]
    body: bool = False


_CAPTIONED = ("caption", "name")
DIRECTIVES = {
    "figure-table": _Shape("a quantity", _CAPTIONED, _Reader.figure_table),
    "chart": _Shape("a quantity", _CAPTIONED, _Reader.chart),
    "register": _Shape("a register", _CAPTIONED, _Reader.register),
    "image": _Shape("a file", ("alt", *_CAPTIONED), _Reader.image),
    "table": _Shape("", _CAPTIONED, _Reader.captioned_table, body=True),
}


def _token(node: SyntaxTreeNode) -> Token:
    token = node.token or (node.nester_tokens.opening if node.nester_tokens else None)
    assert token is not None, "every node but the root has a token"
    return token


def _cells(raw: str, *, nested: bool = False) -> list[tuple[int, str]]:
    """Part a table's row at its bars: column (from 0) and text of each cell, escapes kept.

    As markdown-it does, bars within code part cells too; an empty first and last piece are the
    row's own borders. A ``nested`` row may begin with the marks of its list or quotation.
    """
    prefix = _CONTAINERS.match(raw) if nested else None
    start = prefix.end() if prefix else len(raw) - len(raw.lstrip())
    end = len(raw.rstrip())
    cells: list[tuple[int, str]] = []
    at = start
    for match in re.finditer(r"(?<!\\)\|", raw[:end]):
        if match.start() >= start:
            cells.append((at, raw[at : match.start()]))
            at = match.end()
    cells.append((at, raw[at:end]))
    if cells and not cells[0][1]:
        cells.pop(0)
    if cells and not cells[-1][1]:
        cells.pop()
    return cells
