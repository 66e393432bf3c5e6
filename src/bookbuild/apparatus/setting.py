"""Messages of one section to words ready to be set: notes numbered, marks and references resolved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from bookbuild.apparatus.citations import Position, plain_words
from bookbuild.apparatus.facts import Facts, Ledger, quantity_anchor
from bookbuild.apparatus.spans import anchored, closed, direction_of, filled, first_upper, joined, plain
from bookbuild.diagnostics import InternalFault
from bookbuild.model.blocks import NoteBody
from bookbuild.model.claim import Claim, Quantity, Stance
from bookbuild.model.edition import (
    Break,
    ContestedMark,
    Footnote,
    Jump,
    NoteCall,
    OutsideLink,
    PageSlot,
    Phrase,
    Run,
    Span,
    Spans,
    Style,
    Styled,
    Words,
)
from bookbuild.model.inline import (
    CitationNote,
    ClaimMark,
    Code,
    CountMark,
    Emphasis,
    Foreign,
    IndexMark,
    Inline,
    InlineNote,
    LineBreak,
    Link,
    NumberMark,
    Reference,
    Strong,
    Text,
)
from bookbuild.model.inline import NoteCall as WrittenCall
from bookbuild.model.locale import Locale
from bookbuild.model.place import Place
from bookbuild.model.prose import Kind, Prose, Status, key_of
from bookbuild.model.value import Name

T = TypeVar("T")

_HEADING = re.compile(r'^(?:secs?|sections?)\.?\s+["“](?P<words>[^"”]+)["”](?P<rest>.*)$', re.DOTALL)

CLOSING = ".,;:!?…”’»)]"
"""Signs that stand before the call of a note."""


NO_WORDS = Words(())


@dataclass(frozen=True, slots=True)
class Cited:
    """One pointing at a source, as notes compare them."""

    key: str
    document: str
    """Where it was read, if not in itself; else empty."""
    locator: str
    prefix: str = ""


class SectionSetter:
    """Sets the messages of one section in reading order.

    Notes are numbered from 1 in the order in which :meth:`words` meets them, so the caller must go
    through a section once, in order.
    """

    def __init__(self, section: str, facts: Facts, ledger: Ledger, bodies: Sequence[NoteBody] = ()) -> None:
        self.notes: list[Footnote] = []
        self._section = section
        self._facts = facts
        self._locale = facts.locale
        self._ledger = ledger
        self._bodies = {body.label: body for body in bodies}
        self._numbers: dict[str, str] = {}
        self._points = 0
        self._cited: set[str] = set()
        self._pairs: set[tuple[str, str]] = set()
        self._given: set[tuple[str, str, str]] = set()
        self._last: Cited | None = None

    def words(self, prose: Prose, *, notes: bool = True) -> Words:
        """Set a message. Without ``notes`` it is a heading or a label: nothing in it is numbered or noted."""
        walk = _Walk(self, prose, notes)
        return self.wrap(prose, walk.spans())

    def wrap(self, prose: Prose, spans: Spans) -> Words:
        """Give spans the language and status of the message they come from."""
        untranslated = prose.status in {Status.FUZZY, Status.MISSING}
        if untranslated:
            self._ledger.untranslated.add((prose.kind.value, prose.source))
        foreign = prose.lang and prose.lang != self._locale.code and prose.status is not Status.NEUTRAL
        lang = prose.lang if foreign else ""
        number = self._facts.messages.get(key_of(prose), "")
        return Words(
            spans,
            lang,
            direction_of(lang) if lang else "",
            untranslated and self._facts.marked,
            number,
            prose.status.value if number and untranslated else "",
            prose.place,
        )

    def reference(self, cited: Cited, *, in_note: bool = False) -> Spans:
        """Format one pointing at a source in running words, without the closing stop, and remember it."""
        return self._reference(cited, None if in_note else self._last)

    def point(self, kind: str) -> str:
        """Return the id of a new anchor of this section."""
        self._points += 1
        return f"{kind}-{self._section}-{self._points}"

    def note_of_claims(self, claims: Sequence[tuple[Quantity, Claim]], place: Place) -> NoteCall:
        """Make the note of claims from one publication, read in one document."""
        first = claims[0][1]
        document = first.seen_in if first.seen_in != first.source else ""
        locators = _unique(self._locator(claim) for _, claim in claims)
        cited = Cited(first.source, document, self._locale.punctuated("; ").join(filter(None, locators)))
        note_id = self._next_id()
        reference = closed(self._reference(cited, self._last), self._facts.citer.suffix)
        self._last = cited
        speakers = _unique(
            joined((self._label(claim.said_by), *self.reservations(claim)), self._locale.punctuated(", "))
            for _, claim in claims
            if not self._facts.own_voice(claim)
        )
        names = joined(speakers, self._locale.punctuated("; "))
        said = closed(filled(self._locale, "Said by {names}", names=names)) if names else ()
        contested = _unique(quantity.id for quantity, _ in claims if self._facts.contested(quantity.id))
        spans = joined((reference, said, self._arrow(contested)), " ")
        for key in dict.fromkeys((first.source, first.seen_in)):
            self._ledger.cite(key, f"call-{note_id}")
        waiting = any(self.wrap(claim.said_by, ()).untranslated for _, claim in claims)
        words = Words((), untranslated=waiting)
        return self._add(note_id, (first_upper(spans, self._locale),), place, words)

    def note_of_citations(self, node: CitationNote, place: Place) -> NoteCall:
        """Make a note of one or more citations."""
        note_id = self._next_id()
        previous, parts = self._last, []
        references = [
            self._written(citation.key, citation.locator, citation.prefix) for citation in node.citations
        ]
        for number, cited in enumerate(references):
            spans = self._reference(cited, previous)
            if cited.prefix:
                spans = (Run(f"{cited.prefix} "), *_lower_ibid(spans, previous, cited))
            elif number:
                spans = _lower_ibid(spans, previous, cited)
            parts.append(spans)
            previous = cited
            for key in (cited.key, cited.document):
                if key:
                    self._ledger.cite(key, f"call-{note_id}")
        self._last = references[0] if len(references) == 1 else None
        spans = closed(joined(parts, self._facts.citer.delimiter), self._facts.citer.suffix)
        return self._add(note_id, (first_upper(spans, self._locale),), place)

    def note_of_words(self, paragraphs: Sequence[Sequence[Inline]], prose: Prose, place: Place) -> NoteCall:
        """Make an explanatory note."""
        note_id = self._next_id()
        set_paragraphs = tuple(
            _Walk(self, prose, True, note_id, tuple(nodes)).spans() for nodes in paragraphs
        )
        self._last = None
        words = self.wrap(prose, ())
        if prose.kind is not Kind.NOTE:  # it stands within a message that has its number in the text
            words = replace(words, message="", state="")
        return self._add(note_id, set_paragraphs, place, words)

    def written_note(self, label: str, place: Place) -> Span:
        """Make the note called by a label; a second call of the same label repeats its number."""
        if label in self._numbers:
            note_id, number = self._numbers[label].split(" ")
            return Styled(Style.SUPERSCRIPT, (Jump(note_id, (Run(number),)),))
        body = self._bodies.get(label)
        if body is None:
            raise InternalFault(f"note “{label}” of {self._section} has no body: check let it through")
        paragraphs = [text.inlines for text in body.paragraphs]
        call = self.note_of_words(paragraphs, body.paragraphs[0], body.place)
        for text in body.paragraphs:
            self.wrap(text, ())
        self._numbers[label] = f"{call.note.id} {call.note.number}"
        return call

    def mark(self, quantity: str) -> ContestedMark:
        """Return the sign that leads to the quantity's place in the appendix."""
        return ContestedMark(
            quantity_anchor(quantity), self._locale.label("sources conflict, see the appendix")
        )

    def figure(self, claim: Claim, form: str = "") -> Spans:
        """Return a claim's figure for running text."""
        if isinstance(claim.value, Name):
            return self._label(claim.name) if claim.name else (Run(claim.value.name),)
        return (Run(self._locale.value(claim.value, form=form)),)

    def use(self, quantity: str) -> str:
        """Note that the text prints a figure of this quantity here; return the anchor."""
        anchor = self.point("use")
        self._ledger.uses.setdefault(quantity, []).append(anchor)
        return anchor

    def index(self, entry: tuple[str, ...]) -> str:
        """Note an index entry here; return the anchor."""
        anchor = self.point("index")
        self._ledger.index.append((entry, anchor))
        return anchor

    def page(self, *anchors: str) -> Spans:
        """Return “p. 12”, without a break inside."""
        words = filled(self._locale, "p. {page}", page=(PageSlot(anchors),))
        return tuple(
            Run(span.text.replace(" ", "\u00a0")) if isinstance(span, Run) else span for span in words
        )

    def cross_reference(self, node: Reference, words: Spans) -> Spans:
        """Return the target's title in quotation marks, or the author's words, and the page."""
        target = self._facts.targets.get(node.target)
        if target is None:
            raise InternalFault(
                f"cross-reference to “{node.target}”, which nothing has: check let it through"
            )
        if not words:
            opening, closing, *_ = self._locale.quotes
            title = (
                self._label(target.title)
                if target.title
                else (Run(generated_title(node.target, self._locale)),)
            )
            words = (Run(opening), *title, Run(closing))
        page = (Run(" ("), *self.page(target.anchor), Run(")"))
        return (Jump(target.anchor, words), Styled(Style.ON_PAPER, page))

    def claim(self, mark: ClaimMark) -> tuple[Quantity, Claim]:
        """Return the claim that a mark names."""
        return self._facts.claim(f"{mark.quantity}/{mark.claim}")

    def count(self, name: str) -> Spans:
        """Return a number that the build knows."""
        return (Run(self._locale.number(self._facts.counts[name])),)

    def contested(self, quantity: str) -> bool:
        """Whether the figures of this quantity carry the mark."""
        return self._facts.contested(quantity)

    def number(self, text: str) -> Spans:
        """Return a number that is no claim."""
        try:
            return (Run(self._locale.number(Decimal(text))),)
        except InvalidOperation:
            return (Run(text),)

    def inline_claim(self, claim: Claim, note_id: str) -> Spans:
        """Return the reference of a claim that stands inside a note: in parentheses."""
        document = claim.seen_in if claim.seen_in != claim.source else ""
        for key in dict.fromkeys((claim.source, claim.seen_in)):
            self._ledger.cite(key, f"call-{note_id}")
        cited = Cited(claim.source, document, self._locator(claim))
        return (Run(" ("), *self._reference(cited, None), Run(")"))

    def inline_citations(self, node: CitationNote, note_id: str) -> Spans:
        """Return citations that stand inside a note."""
        parts = []
        for citation in node.citations:
            cited = self._written(citation.key, citation.locator, citation.prefix)
            prefix: Spans = (Run(f"{cited.prefix} "),) if cited.prefix else ()
            parts.append((*prefix, *self._reference(cited, None)))
            for key in (cited.key, cited.document):
                if key:
                    self._ledger.cite(key, f"call-{note_id}")
        return joined(parts, self._facts.citer.delimiter)

    def _written(self, key: str, locator: str, prefix: str) -> Cited:
        """Return a citation as compared: a reprinted source brings the document that reprints it."""
        source = self._facts.source(key)
        locator = self._curly(locator)
        if source.reprinted_in and not locator and source.locator:
            locator = self._plain(source.locator)
        return Cited(key, source.reprinted_in, locator, prefix)

    def _reference(self, cited: Cited, previous: Cited | None) -> Spans:
        cite, pair = self._facts.citer.cite, (cited.key, cited.document)
        new_locator = (*pair, cited.locator) not in self._given
        follows = previous is not None and (previous.key, previous.document) == pair
        was_cited, pair_known = cited.key in self._cited, pair in self._pairs
        document_known = cited.document in self._cited
        self._cited |= {cited.key, cited.document} - {""}
        self._pairs.add(pair)
        self._given.add((*pair, cited.locator))
        if follows and previous is not None:
            if cited.locator == previous.locator:
                return cite(cited.key, Position.IBID)
            if cited.locator:
                return cite(cited.key, Position.IBID_WITH_LOCATOR, cited.locator)
        position = Position.SUBSEQUENT if was_cited else Position.FIRST
        if not cited.document:
            return cite(cited.key, position, cited.locator)
        if pair_known:
            return cite(cited.key, position, cited.locator if new_locator else "")
        document_position = Position.SUBSEQUENT if document_known else Position.FIRST
        return self._read_in(
            cited, cite(cited.key, position), cite(cited.document, document_position, cited.locator)
        )

    def _read_in(self, cited: Cited, publication: Spans, document: Spans) -> Spans:
        reprinted = self._facts.source(cited.key).reprinted_in == cited.document
        english = (
            "{publication}, reprinted in {document}" if reprinted else "{publication}, as given in {document}"
        )
        return filled(self._locale, english, publication=publication, document=document)

    def _locator(self, claim: Claim) -> str:
        if claim.locator:
            return self._plain(claim.locator)
        source = self._facts.source(claim.source)
        inherited = source.locator if source.reprinted_in == claim.seen_in else None
        return self._plain(inherited) if inherited else ""

    def _curly(self, locator: str) -> str:
        """Write straight quotation marks of a locator as the language does.

        A section named by its heading needs no “sec.”: the heading says what it is, as in claims.
        """
        heading = _HEADING.match(locator)
        if heading and '"' not in heading["rest"]:
            return heading["words"] + heading["rest"]
        if heading:
            locator = locator[heading.start("words") - 1 :]
        opening, closing, *_ = self._locale.quotes
        pieces = locator.split('"')
        if len(pieces) % 2 == 0:
            return locator
        conjunction = self._locale.citation_terms.get("and", ("and",))[0]
        return "".join(
            f"{opening}{piece}{closing}"
            if number % 2
            else self._locale.punctuated(f" {conjunction} " if piece == " and " else piece)
            for number, piece in enumerate(pieces)
        )

    def _plain(self, prose: Prose) -> str:
        self.wrap(prose, ())
        return plain_words(prose)

    def reservations(self, claim: Claim) -> tuple[Spans, ...]:
        """Say what must be said with a figure where its row does not: a denial is no assertion."""
        label = self._locale.label
        said = [label("a denial")] if claim.stance is Stance.DENIES else []
        said += [label("a doubt")] if claim.stance is Stance.DOUBTS else []
        said += [label("a suspected slip")] if claim.slip else []
        return tuple((Run(words),) for words in said)

    def _label(self, prose: Prose) -> Spans:
        return _Walk(self, prose, False).spans()

    def _arrow(self, quantities: Sequence[str]) -> Spans:
        if not quantities:
            return ()
        arrow = "←" if self._locale.direction == "rtl" else "→"
        anchors = tuple(quantity_anchor(quantity) for quantity in quantities)
        link = Jump(anchors[0], (Run(f"{arrow} {self._locale.label('Appendix')}"),))
        return (link, Styled(Style.ON_PAPER, (Run(self._locale.punctuated(", ")), *self.page(*anchors))))

    def _next_id(self) -> str:
        return f"note-{self._section}-{len(self.notes) + 1}"

    def _add(
        self, note_id: str, paragraphs: tuple[Spans, ...], place: Place, words: Words = NO_WORDS
    ) -> NoteCall:
        """Number a note; ``words`` say its language and how far it is translated."""
        number = self._locale.number(len(self.notes) + 1)
        lang = words.lang or self._locale.code
        state = (words.untranslated, words.message, words.state)
        note = Footnote(note_id, number, paragraphs, lang, direction_of(lang), *state, place)
        self.notes.append(note)
        return NoteCall(note)


class _Walk:
    """One message on its way from inline nodes to spans."""

    def __init__(
        self,
        setter: SectionSetter,
        prose: Prose,
        notes: bool,
        note_id: str = "",
        nodes: tuple[Inline, ...] | None = None,
    ) -> None:
        self._setter = setter
        self._prose = prose
        self._notes = notes
        self._note_id = note_id
        self._nodes = prose.inlines if nodes is None else nodes
        self._plan = _plan(self._nodes, setter) if notes and not note_id else {}
        self._marked: set[str] = set()

    def spans(self) -> Spans:
        return self._level(self._nodes)

    def _level(self, nodes: Sequence[Inline]) -> Spans:
        spans: list[Span] = []
        waiting: list[str] = []
        for node in nodes:
            if isinstance(node, IndexMark) and not node.children:
                if self._numbered:
                    waiting.append(self._setter.index(node.entry))
                continue
            made = self._node(node)
            if waiting and plain(made).strip():
                for anchor in waiting:
                    made = anchored(anchor, made)
                waiting = []
            spans.extend(made)
        # Marks that print nothing at the end of a message belong to its beginning.
        for anchor in waiting:
            spans = list(anchored(anchor, tuple(spans)))
        return tuple(_calls_after_signs(spans))

    def _node(self, node: Inline) -> Spans:
        match node:
            case Text(text):
                return (Run(text),)
            case Emphasis(children):
                return (Styled(Style.EMPHASIS, self._level(children)),)
            case Strong(children):
                return (Styled(Style.STRONG, self._level(children)),)
            case Code(text):
                return (Styled(Style.CODE, (Run(text),)),)
            case LineBreak():
                return (Break(),)
            case Link(href, children):
                return (OutsideLink(href, self._level(children)),)
            case Foreign(lang, children):
                return (Phrase(lang, direction_of(lang), self._level(children)),)
            case NumberMark(text):
                return self._setter.number(text)
            case CountMark(name):
                return self._setter.count(name)
            case IndexMark():
                return self._index(node)
            case Reference(_, children):
                return self._reference(node, self._level(children))
            case ClaimMark():
                return self._claim(node)
            case CitationNote() | WrittenCall() | InlineNote():
                return self._note(node)

    @property
    def _numbered(self) -> bool:
        """Whether this is running text: not a heading, not a note."""
        return self._notes and not self._note_id

    def _index(self, node: IndexMark) -> Spans:
        words = self._level(node.children)
        return anchored(self._setter.index(node.entry), words) if self._numbered and words else words

    def _reference(self, node: Reference, words: Spans) -> Spans:
        return self._setter.cross_reference(node, words) if self._notes else words

    def _note(self, node: CitationNote | WrittenCall | InlineNote) -> Spans:
        if not self._notes:
            return ()
        place = self._prose.place_at(node.offset)
        match node:
            case CitationNote() if self._note_id:
                return self._setter.inline_citations(node, self._note_id)
            case CitationNote():
                return (self._setter.note_of_citations(node, place),)
            case WrittenCall(label):
                return (self._setter.written_note(label, place),) if not self._note_id else ()
            case InlineNote(children):
                if self._note_id:
                    return (Run(" ("), *self._level(children), Run(")"))
                return (self._setter.note_of_words([children], self._prose, place),)

    def _claim(self, node: ClaimMark) -> Spans:
        setter = self._setter
        quantity, claim = setter.claim(node)
        figure = (Styled(Style.FIGURE, setter.figure(claim, node.form)),)
        if not self._notes:
            return figure
        if self._note_id:
            return (*figure, *(setter.inline_claim(claim, self._note_id) if node.with_note else ()))
        spans: list[Span] = []
        if quantity.id not in self._marked:
            spans.extend(anchored(setter.use(quantity.id), figure))
        else:
            spans.extend(figure)
        if setter.contested(quantity.id) and quantity.id not in self._marked:
            spans.append(setter.mark(quantity.id))
        self._marked.add(quantity.id)
        together = self._plan.get(id(node), ())
        if together:
            place = self._prose.place_at(together[0].offset)
            spans.append(setter.note_of_claims([setter.claim(mark) for mark in together], place))
        return tuple(spans)


def generated_title(name: str, locale: Locale) -> str:
    """Return the title of matter that nobody wrote, by the word that stands for it in ``contents``."""
    english = {
        "appendix": "Appendix: the figures side by side",
        "bibliography": "Sources",
        "index": "Index",
        "colophon": "Colophon",
    }[name]
    return locale.label(english)


def _plan(nodes: Sequence[Inline], setter: SectionSetter) -> Mapping[int, Sequence[ClaimMark]]:
    """Say which claims share a note: neighbours among the notes of a message, of one source and document.

    The note stands at the last of them. Keyed by the identity of that mark.
    """
    runs: list[list[ClaimMark]] = []
    before: tuple[str, str] | None = None
    for node in _bearing(nodes):
        if not isinstance(node, ClaimMark):
            before = None
            continue
        _, claim = setter.claim(node)
        if before == (claim.source, claim.seen_in):
            runs[-1].append(node)
        else:
            runs.append([node])
        before = (claim.source, claim.seen_in)
    return {id(run[-1]): run for run in runs}


def _bearing(nodes: Sequence[Inline]) -> list[Inline]:
    found: list[Inline] = []
    for node in nodes:
        match node:
            case ClaimMark(with_note=True) | CitationNote() | WrittenCall() | InlineNote():
                found.append(node)
            case Emphasis() | Strong() | Link() | Foreign() | IndexMark() | Reference():
                found.extend(_bearing(node.children))
            case _:
                pass
    return found


def _calls_after_signs(spans: list[Span]) -> list[Span]:
    """Move signs that follow a call before it, and drop the space before a call."""
    out: list[Span] = []
    for span in spans:
        if isinstance(span, (NoteCall, ContestedMark)):
            if out and isinstance(out[-1], Run):
                text = out.pop()
                assert isinstance(text, Run), "just asked"
                if text.text.rstrip():
                    out.append(Run(text.text.rstrip()))
            out.append(span)
            continue
        if isinstance(span, Run) and out and isinstance(out[-1], (NoteCall, ContestedMark)):
            signs = len(span.text) - len(span.text.lstrip(CLOSING))
            # An ellipsis or bracket that opens something is no closing sign, but those are not in CLOSING.
            if signs:
                calls: list[Span] = []
                while out and isinstance(out[-1], (NoteCall, ContestedMark)):
                    calls.insert(0, out.pop())
                out.extend((Run(span.text[:signs]), *calls))
                span = Run(span.text[signs:])
                if not span.text:
                    continue
        out.append(span)
    return out


def _lower_ibid(spans: Spans, previous: Cited | None, cited: Cited) -> Spans:
    """Write “Ibid.” small where it does not begin its note."""
    if previous is None or (previous.key, previous.document) != (cited.key, cited.document):
        return spans
    match spans:
        case (Run(text), *rest):
            return (Run(text[:1].lower() + text[1:]), *rest)
        case _:
            return spans


def _unique(words: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(words))
