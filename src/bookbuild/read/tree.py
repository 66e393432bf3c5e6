"""YAML text to a tree of nodes that know their places.

YAML 1.2 core (https://yaml.org/spec/1.2.2/), less what data has no need of: anchors,
aliases, merge keys, tags and directives are refused, so a small file cannot grow to a large one.
Every scalar keeps its text as written. The tree is composed here from the parser's
events and not by recursion, so depth and size are limited before they cost anything.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
import yamlcore

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.place import Place
from bookbuild.read.files import refused_characters

MAX_DEPTH = 20
MAX_NODES = 400_000
MAX_DIAGNOSTICS = 100
"""Per file: nobody reads more."""

_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number or empty value, as written."""

    text: str
    place: Place
    """Of the first character of the text itself, inside quotation marks."""
    empty: bool = False
    """Nothing, ``~`` or ``null``."""
    lines: tuple[tuple[int, Place], ...] = ()
    """Offset in ``text`` → place, one pair for each line of the file."""


@dataclass(frozen=True, slots=True)
class Sequence:
    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    place: Place
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    """Where each key is written."""


Node = Scalar | Sequence | Mapping


def read_tree(text: str, path: str, *, first_line: int = 1) -> tuple[Node | None, list[Diagnostic]]:
    """Return the root of a YAML document, or nothing, and everything wrong with it.

    ``first_line`` is the line of the file on which ``text`` begins, counted from 1. The tree is
    given even with repeated keys (the first one counts), so that further checks can go on.
    """
    composer = _Composer(text, path, first_line)
    try:
        root = composer.compose()
    except _Stopped:
        root = None
    except yaml.MarkedYAMLError as error:
        root = None
        composer.problems.append(composer.syntax(error))
    return root, composer.problems


class _Stopped(Exception):
    """A limit is reached; what it is has been noted."""


class _Composer:
    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.text = text
        self.raw_lines = text.split("\n")
        self.path = path
        self.first_line = first_line
        self.problems: list[Diagnostic] = []
        self.nodes = 0
        self.resolver = yamlcore.CoreLoader("")

    def compose(self) -> Node | None:
        stack: list[Mapping | Sequence] = []
        waiting: list[str | None] = []  # the key read last, for every mapping of the stack
        root: Node | None = None
        documents = 0
        for event in yaml.parse(self.text, Loader=yamlcore.CCoreLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "a second document begins here, after “---”"
                    raise self.stopped(
                        "Y008", message, self.place(event.start_mark), "one file holds one document"
                    )
                if event.version or event.tags:
                    self.report("Y004", "a directive, “%…”", self.place(event.start_mark), "delete the line")
            elif isinstance(event, yaml.AliasEvent):
                # Nothing could stand in an alias's place; reading on would blame the wrong things.
                message = f"an alias, “*{event.anchor}”"
                hint = "write the value out; or “quote” it if the star is text"
                raise self.stopped("Y003", message, self.place(event.start_mark), hint)
            elif isinstance(event, yaml.NodeEvent):
                self.refuse_marks(event)
                node = self.node(event)
                root = node if root is None else root
                self.attach(node, stack, waiting)
                if isinstance(node, Mapping | Sequence):
                    stack.append(node)
                    waiting.append(None)
                    if len(stack) > MAX_DEPTH:
                        message = f"nested deeper than {MAX_DEPTH} levels"
                        raise self.stopped("Y006", message, node.place, "write it flatter")
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                waiting.pop()
        return root

    def node(self, event: yaml.NodeEvent) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.stopped(
                "Y007", f"more than {MAX_NODES} values", self.place(event.start_mark), "split the file"
            )
        if isinstance(event, yaml.MappingStartEvent):
            return Mapping(self.place(event.start_mark))
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(self.place(event.start_mark))
        assert isinstance(event, yaml.ScalarEvent), "aliases are refused before"
        return self.scalar(event)

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text = unicodedata.normalize("NFC", event.value)
        plain = not event.style
        tag = self.resolver.resolve(yaml.ScalarNode, event.value, (True, False)) if plain else ""
        place = self.place(event.start_mark)
        if event.style in {"'", '"'}:
            place = Place(place.path, place.line, place.column + 1)
        lines = self.lines(text, event, place)
        for _, found in refused_characters(text):
            self.report("Y015", found, place, "delete it")
        return Scalar("" if tag == _NULL else text, lines[0][1], tag == _NULL, lines)

    def lines(self, text: str, event: yaml.ScalarEvent, place: Place) -> tuple[tuple[int, Place], ...]:
        """Find each raw line of a scalar again in its text."""
        assert event.start_mark, "the parser marks every event"
        assert event.end_mark, "the parser marks every event"
        first, last = event.start_mark.line, event.end_mark.line
        if last == first:
            return ((0, place),)
        found: list[tuple[int, Place]] = []
        at = 0
        for number in range(first, min(last + 1, len(self.raw_lines))):
            raw = self.raw_lines[number]
            if number == first:
                if event.style in {"|", ">"}:
                    continue
                raw = " " * (place.column - 1) + raw[place.column - 1 :]
            words = raw.strip().rstrip("'\"")
            offset = text.find(words, at) if words else -1
            if offset >= 0:
                column = raw.index(words) + 1
                found.append((offset, Place(self.path, self.first_line + number, column)))
                at = offset + len(words)
        if not found or found[0][0] != 0:
            found.insert(0, (0, place))
        return tuple(found)

    def attach(self, node: Node, stack: list[Mapping | Sequence], waiting: list[str | None]) -> None:
        if not stack:
            return
        parent = stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif waiting[-1] is None:
            waiting[-1] = self.key(node, parent)
        else:
            if waiting[-1] != "<<":  # reported
                parent.entries.setdefault(waiting[-1], node)
            waiting[-1] = None

    def key(self, node: Node, parent: Mapping) -> str:
        if not isinstance(node, Scalar):
            raise self.stopped(
                "Y009",
                "a key that is itself a list or a mapping",
                node.place,
                "write a word before the colon",
            )
        key = node.text
        if key == "<<":
            self.report("Y005", "a merge key, “<<”", node.place, "write the values out")
        for other, first in parent.keys.items() if len(parent.keys) < 200 else ():
            if other != key and _folded(other) == _folded(key):
                message = f"key “{key}” differs from “{other}” in line {first.line} only by case"
                self.report("Y002", message, node.place, "keep one of them")
        if key in parent.keys:
            message = f"key “{key}” stands a second time; the first is in line {parent.keys[key].line}"
            self.report("Y002", message, node.place, "keep one of them")
        else:
            parent.keys[key] = node.place
        return key

    def refuse_marks(self, event: yaml.NodeEvent) -> None:
        place = self.place(event.start_mark)
        tag = getattr(event, "tag", None)  # unresolved: whatever stands here is the author's
        if event.anchor:
            self.report("Y003", f"an anchor, “&{event.anchor}”", place, "delete it; or “quote” the text")
        if tag:
            self.report("Y004", f"a tag, “{tag}”", place, "delete it; or “quote” the text")

    def syntax(self, error: yaml.MarkedYAMLError) -> Diagnostic:
        mark = error.problem_mark or error.context_mark
        message = " ".join(part for part in (error.problem, error.context) if part) or "not YAML"
        if mark and error.context_mark and mark.line >= len(self.raw_lines) - 1 > error.context_mark.line:
            mark = error.context_mark  # what was never closed, rather than the end of the file
        elif mark and error.context_mark and mark.line != error.context_mark.line:
            message += f" that begins in line {self.first_line + error.context_mark.line}"
        place = self.place(mark) if mark else Place(self.path)
        line = self.raw_lines[mark.line] if mark and mark.line < len(self.raw_lines) else ""
        return Diagnostic("Y001", message, place, hint=_advice(line, message))

    def place(self, mark: Any) -> Place:  # PyYAML has two unrelated classes of marks
        return Place(self.path, self.first_line + mark.line, mark.column + 1)

    def report(self, code: str, message: str, place: Place, hint: str) -> None:
        if len(self.problems) < MAX_DIAGNOSTICS:
            self.problems.append(Diagnostic(code, message, place, hint=hint))

    def stopped(self, code: str, message: str, place: Place, hint: str) -> _Stopped:
        self.report(code, message, place, hint)
        return _Stopped()


def _folded(key: str) -> str:
    return unicodedata.normalize("NFC", key).casefold()


def _advice(line: str, message: str) -> str:
    if "escape" in message:
        return "write two backslashes for one, or single quotation marks around the text"
    if "\t" in line:
        return "YAML is indented by blanks, not by tabs"
    if line.count(": ") > 1 or "mapping values are not allowed" in message:
        return "put the text in quotation marks: it holds “: ”"
    if "cannot start any token" in message:
        return "put the text in quotation marks"
    return "look for a missing quotation mark, bracket or colon, and for wrong indenting, here or above"


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything in it, in the order written."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        if isinstance(top, Mapping):
            stack.extend(reversed(top.entries.values()))
        elif isinstance(top, Sequence):
            stack.extend(reversed(top.items))
