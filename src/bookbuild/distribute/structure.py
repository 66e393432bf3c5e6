"""Tags of the joined book: one structure tree, notes tied to their calls, languages, artifacts (ISO 14289-1).

The press joins tagged units; the engine's tags know paragraphs, headings, tables and figures,
but neither notes nor languages nor what is decoration. What is missing follows from the units:
their promised notes, and the ``lang`` attributes of their HTML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, String

from bookbuild.distribute.elements import bare, kids_of, walk
from bookbuild.distribute.marks import Box, Interpreter, Kind, Limits
from bookbuild.distribute.tables import mend_tables
from bookbuild.model.unit import Unit

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_NOTE = "bookbuild-note-"


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What was found and tied."""

    elements: int
    notes: int
    """Notes tied to their calls."""
    untied: tuple[str, ...]
    """Ids of the notes whose body or call was not found in the tags."""
    phrases: int
    unmarked: tuple[str, ...]
    """Phrases in another language that were not found in the tags."""


@dataclass(slots=True)
class _Content:
    """What the marked-content sequences of the pages show."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    boxes: dict[tuple[int, int], Box] = field(default_factory=dict)


def complete_tags(pdf: pikepdf.Pdf, units: Sequence[Unit], lang: str) -> TagFacts:
    """Make one structure tree of the units' trees, in place.

    ``StructTreeRoot.K`` holds the engine's elements of each unit, one for each, in order.

    Raises:
        ValueError: the file is not tagged, or has another number of trees than there are units.
    """
    old = pdf.Root.get(Name.StructTreeRoot)
    trees = list(old.K) if isinstance(old, Dictionary) else []
    if len(trees) != len(units):
        raise ValueError(f"{len(trees)} structure trees for {len(units)} units")
    return _Tagger(pdf, units, trees, lang).run()


class _Tagger:
    def __init__(self, pdf: pikepdf.Pdf, units: Sequence[Unit], trees: Sequence[Any], lang: str) -> None:
        self.pdf = pdf
        self.units = units
        self.trees = trees
        self.lang = lang
        self.pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
        self.content = _Content()
        self.parents: dict[int, dict[int, Any]] = {}
        self.annotations: list[tuple[Any, Any]] = []
        self.ids: dict[str, Any] = {}
        self.count = self.notes = self.phrases = 0
        self.untied: list[str] = []
        self.unmarked: list[str] = []

    def run(self) -> TagFacts:
        self._read_content()
        root = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        document = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Document, P=root, Lang=String(self.lang), K=Array())
        )
        root.K = document
        for number, (unit, tree) in enumerate(zip(self.units, self.trees, strict=True)):
            tree = tree if tree.is_indirect else self.pdf.make_indirect(tree)
            tree.P = document
            tree.S = Name.Sect
            if unit.lang != self.lang:
                tree.Lang = String(unit.lang)
            document.K.append(tree)
            self._drop_namespaces(tree)
            self.ids |= mend_tables(tree, unit.html, self._text, self._page, f"u{number}-")
            self._mend_links(tree)
            self._mend_lists(tree)
            self._tie_notes(unit, tree)
            self._mark_languages(unit, tree)
            self._collect(tree)
        self._number(root)
        self._mark_artifacts()
        self.pdf.Root.StructTreeRoot = root
        self.pdf.Root.MarkInfo = Dictionary(Marked=True)
        return TagFacts(self.count, self.notes, tuple(self.untied), self.phrases, tuple(self.unmarked))

    def _read_content(self) -> None:
        interpreter = Interpreter(Limits())
        interpreter.read_text = True
        for number, page in enumerate(self.pdf.pages, 1):
            for mark in interpreter.page(page, number):
                if mark.mcid < 0 or mark.kind is not Kind.TEXT:
                    continue
                key = (number, mark.mcid)
                self.content.texts[key] = self.content.texts.get(key, "") + mark.text
                box = self.content.boxes.get(key, mark.box)
                self.content.boxes[key] = (
                    min(box[0], mark.box[0]),
                    min(box[1], mark.box[1]),
                    max(box[2], mark.box[2]),
                    max(box[3], mark.box[3]),
                )

    def _leaves(self, element: Any) -> Iterator[tuple[int, int]]:
        """Yield page and MCID of everything an element shows, in order."""
        page = self._page(element)
        for kid in kids_of(element):
            if isinstance(kid, int):
                yield page, kid
            elif Name.S in kid:
                yield from self._leaves(kid)
            elif Name.MCID in kid:
                yield (self.pages.get(kid.Pg.objgen, page) if Name.Pg in kid else page), int(kid.MCID)

    def _text(self, element: Any) -> str:
        return bare("".join(self.content.texts.get(leaf, "") for leaf in self._leaves(element)))

    def _page(self, element: Any) -> int:
        return self.pages.get(element.Pg.objgen, 0) if Name.Pg in element else 0

    def _drop_namespaces(self, tree: Any) -> None:
        """Keep to the elements of PDF 1.7, and no ids of the engine's: they are the same in every unit."""
        for element in walk(tree):
            for name in (Name.NS, Name.ID):
                if name in element:
                    del element[name]

    def _mend_links(self, tree: Any) -> None:
        """Keep one annotation for each link: the engine makes one more for every box inside it."""
        for element in walk(tree):
            objects = [kid for kid in kids_of(element) if isinstance(kid, Dictionary) and Name.Obj in kid]
            if not objects or Name.Link == element.S:
                continue
            if not _is_within_link(element):
                element.S = Name.Link
                continue
            element.K = Array(
                [kid for kid in kids_of(element) if isinstance(kid, int) or Name.Obj not in kid]
            )
            for kid in objects:
                page = (kid.Pg if Name.Pg in kid else element.Pg).get(Name.Annots, Array())
                for index in range(len(page) - 1, -1, -1):
                    if page[index].objgen == kid.Obj.objgen:
                        del page[index]

    def _mend_lists(self, tree: Any) -> None:
        """Give list items their body, which the engine leaves out."""
        for element in list(walk(tree)):
            if Name.LI == element.S:
                kids = kids_of(element)
                labels = [kid for kid in kids if isinstance(kid, Dictionary) and kid.get(Name.S) == Name.Lbl]
                rest = [kid for kid in kids if not any(kid == label for label in labels)]
                if any(isinstance(kid, int) or kid.get(Name.S) != Name.LBody for kid in rest):
                    body = Dictionary(Type=Name.StructElem, S=Name.LBody, P=element, K=Array(rest))
                    if Name.Pg in element:
                        body.Pg = element.Pg
                    body = self.pdf.make_indirect(body)
                    for kid in rest:
                        if isinstance(kid, Dictionary) and Name.S in kid:
                            kid.P = body
                    element.K = Array([*labels, body])

    def _tie_notes(self, unit: Unit, tree: Any) -> None:
        """Tag the bodies of notes as notes, their numbers as labels, their calls as references."""
        bodies = [
            note for area in _note_areas(tree) for note in kids_of(area) if isinstance(note, Dictionary)
        ]
        areas = {area.objgen for area in _note_areas(tree)}
        calls = iter([e for e in walk(tree, skip=areas) if Name.NonStruct == e.S])
        for area in _note_areas(tree):
            area.S = Name.Div
        for promised, body in zip(unit.notes, bodies, strict=False):
            body.S = Name.Note
            name = _NOTE + promised.id
            body.ID = String(name)
            self.ids[name] = body
            first = next(
                (kid for kid in kids_of(body) if isinstance(kid, Dictionary) and Name.S in kid), None
            )
            if first is not None and self._text(first).rstrip(".") == bare(promised.number):
                first.S = Name.Lbl
            call = next((e for e in calls if self._text(e) == bare(promised.number)), None)
            if call is None:
                self.untied.append(promised.id)
                continue
            call.S = Name.Reference
            call.Ref = Array([body])
            body.Ref = Array([call])
            self._link(call, body)
            self._link(first if first is not None else body, call)
            self.notes += 1
        self.untied += [note.id for note in unit.notes[len(bodies) :]]

    def _link(self, source: Any, target: Any) -> None:
        """Lay a link over an element unless one is there: from a call to its note, and back."""
        leaf = next((leaf for leaf in self._leaves(source) if leaf in self.content.boxes), None)
        goal = next((leaf for leaf in self._leaves(target) if leaf in self.content.boxes), None)
        if leaf is None or goal is None or any(Name.Link == e.S for e in walk(source)):
            return
        page = self.pdf.pages[leaf[0] - 1].obj
        left, low, right, high = self.content.boxes[leaf]
        top = self.content.boxes[goal][3]
        destination = Array([self.pdf.pages[goal[0] - 1].obj, Name.XYZ, 0, round(top + 4, 2), 0])
        annotation = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Border=Array([0, 0, 0]),
                F=4,
                Dest=destination,
                Rect=Array([round(v, 2) for v in (left - 1, low - 1, right + 1, high + 1)]),
                Contents=String(self._text(source)),
            )
        )
        if Name.Annots not in page:
            page.Annots = Array()
        page.Annots.append(annotation)
        inner = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Link, P=source, Pg=page, K=Array(kids_of(source)))
        )
        for kid in kids_of(source):
            if isinstance(kid, Dictionary) and Name.S in kid:
                kid.P = inner
        inner.K.append(Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page))
        source.K = Array([inner])

    def _mark_languages(self, unit: Unit, tree: Any) -> None:
        """Give the elements that show a phrase in another language that language."""
        phrases = list(phrases_of(unit.html, unit.lang))
        if not phrases:
            return
        pieces = [(owner, bare(self.content.texts.get(leaf, ""))) for owner, leaf in self._owned_leaves(tree)]
        stream = _Stream(pieces)
        for lang, words in phrases:
            # A phrase broken over lines or pages has an element in each.
            found = stream.find(bare(words))
            if not found:
                self.unmarked.append(words)
                continue
            for element in found:
                element.Lang = String(lang)
            self.phrases += 1

    def _owned_leaves(self, element: Any) -> Iterator[tuple[Any, tuple[int, int]]]:
        """Yield every leaf with the element that holds it, in order."""
        for one in walk(element):
            page = self._page(one)
            for kid in kids_of(one):
                if isinstance(kid, int):
                    yield one, (page, kid)
                elif Name.MCID in kid and Name.S not in kid:
                    yield (
                        one,
                        (self.pages.get(kid.Pg.objgen, page) if Name.Pg in kid else page, int(kid.MCID)),
                    )

    def _collect(self, tree: Any) -> None:
        for element in walk(tree):
            self.count += 1
            page = self._page(element)
            for kid in kids_of(element):
                if isinstance(kid, int):
                    self.parents.setdefault(page, {})[kid] = element
                elif Name.MCID in kid:
                    own = self.pages.get(kid.Pg.objgen, page) if Name.Pg in kid else page
                    self.parents.setdefault(own, {})[int(kid.MCID)] = element
                elif Name.Obj in kid:
                    self.annotations.append((kid.Obj, element))

    def _number(self, root: Any) -> None:
        """Write the parent tree and the id tree."""
        numbers: list[Any] = []
        for number, page in enumerate(self.pdf.pages, 1):
            owners = self.parents.get(number)
            if Name.StructParents in page.obj:
                del page.obj[Name.StructParents]
            if owners:
                page.obj.StructParents = number - 1
                page.obj.Tabs = Name.S
                row = Array([owners.get(mcid) for mcid in range(max(owners) + 1)])
                numbers += [number - 1, self.pdf.make_indirect(row)]
        following = len(self.pdf.pages)
        for annotation, element in self.annotations:
            annotation.StructParent = following
            annotation.F = 4
            annotation.Contents = String(" ".join(self._words(element).split()) or "link")
            numbers += [following, element]
            following += 1
        root.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(numbers)))
        root.ParentTreeNextKey = following
        names = [part for name in sorted(self.ids) for part in (String(name), self.ids[name])]
        if names:
            limits = Array([names[0], names[-2]])
            leaf = self.pdf.make_indirect(Dictionary(Limits=limits, Names=Array(names)))
            root.IDTree = self.pdf.make_indirect(Dictionary(Kids=Array([leaf])))

    def _words(self, element: Any) -> str:
        return "".join(self.content.texts.get(leaf, "") for leaf in self._leaves(element))

    def _mark_artifacts(self) -> None:
        """Turn content that no element owns, such as running heads, into artifacts."""
        for number, page in enumerate(self.pdf.pages, 1):
            if Name.Contents in page.obj:
                page.obj.Contents = self.pdf.make_stream(self._owned(page, self.parents.get(number, {})))

    def _owned(self, page: Any, owners: dict[int, Any]) -> bytes:
        out: list[Any] = []
        pagination = Dictionary(Type=Name.Pagination)
        inside, stack = 0, []
        for instruction in pikepdf.parse_content_stream(page):
            name = str(getattr(instruction, "operator", ""))
            if name in {"BDC", "BMC"}:
                operands = instruction.operands
                mcid = (
                    operands[1].get(Name.MCID)
                    if name == "BDC" and isinstance(operands[1], Dictionary)
                    else None
                )
                artifact = Name.Artifact == operands[0]
                if mcid is not None and int(mcid) not in owners:
                    instruction = ContentStreamInstruction([Name.Artifact, pagination], Operator("BDC"))
                    artifact = True
                stack.append(artifact or mcid is not None)
                inside += stack[-1]
            elif name == "EMC" and stack:
                inside -= stack.pop()
            elif name in _PAINTS and not inside:
                out += _as_artifact(out, instruction, name)
                continue
            out.append(instruction)
        return pikepdf.unparse_content_stream(out)


class _Stream:
    """What the elements of a unit show, one after the other; finds the elements of a phrase, in order."""

    def __init__(self, pieces: Sequence[tuple[Any, str]]) -> None:
        self.elements = [element for element, _ in pieces]
        self.text = "".join(text for _, text in pieces)
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        self.taken: set[int] = set()
        self.cursor = 0
        at = 0
        for index, (_, text) in enumerate(pieces):
            if text:
                self.starts[at] = index
                at += len(text)
                self.ends[at] = index

    def find(self, words: str) -> list[Any]:
        """Return the elements that together show these words and nothing else; each is found once.

        What stands out of order, as notes do, is looked for from the beginning.
        """
        for start in (self.cursor, 0):
            at = self.text.find(words, start)
            while words and at >= 0:
                first, last = self.starts.get(at), self.ends.get(at + len(words))
                if first is not None and last is not None and at not in self.taken:
                    self.taken.add(at)
                    self.cursor = at
                    return self.elements[first : last + 1]
                at = self.text.find(words, at + 1)
        return []


_PAINTS = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh"})
_BUILDS = frozenset({"m", "l", "c", "v", "y", "h", "re"})


def _as_artifact(out: list[Any], paint: Any, name: str) -> list[Any]:
    """Return the rest of a path, wrapped; takes the path's beginning off the end of ``out``."""
    path: list[Any] = []
    while name != "sh" and out and str(getattr(out[-1], "operator", "")) in _BUILDS:
        path.insert(0, out.pop())
    begin = ContentStreamInstruction([Name.Artifact], Operator("BMC"))
    return [begin, *path, paint, ContentStreamInstruction([], Operator("EMC"))]


def _is_within_link(element: Any) -> bool:
    above, steps = element.get(Name.P), 0
    while isinstance(above, Dictionary) and steps < 200:
        if above.get(Name.S) == Name.Link:
            return True
        above, steps = above.get(Name.P), steps + 1
    return False


def _note_areas(tree: Any) -> list[Any]:
    """Return the engine's note areas: below the tree itself, neither sections nor headings."""
    return [
        kid
        for kid in kids_of(tree)
        if isinstance(kid, Dictionary) and kid.get(Name.S) in {Name.NonStruct, Name.Div}
    ]


class _Phrases(HTMLParser):
    def __init__(self, lang: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str, int]] = []
        self.base = lang
        self.texts: list[str] = []
        self.order: list[tuple[int, str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            lang = dict(attributes).get("lang") or ""
            self.stack.append((tag, lang, len(self.texts)))

    def handle_endtag(self, tag: str) -> None:
        while self.stack:
            name, lang, start = self.stack.pop()
            words = "".join(self.texts[start:])
            if lang and lang != self.base and name not in {"html", "body"} and words.strip():
                self.order.append((start, lang, " ".join(words.split())))
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def phrases_of(html: str, lang: str) -> list[tuple[str, str]]:
    """Return language and words of every element whose ``lang`` is not the unit's, in order.

    >>> phrases_of('<p>the town <i lang="az">Xocalı</i></p>', "en")
    [('az', 'Xocalı')]
    """
    parser = _Phrases(lang)
    parser.feed(html)
    parser.close()
    return [(tongue, words) for _, tongue, words in sorted(parser.order, key=lambda item: item[0])]
