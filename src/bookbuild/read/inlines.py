"""Raw inline source to inline content.

CommonMark by markdown-it-py, with MyST roles, Pandoc citations and notes as rules of ours.
Every node knows its offset in the source. A construct that a book does not have (raw HTML,
pictures in a line) or that is plainly a slip (an unclosed mark) is an :class:`InlineProblem`;
what is printed in its stead is the text as written, so nothing is lost either way.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkLabel, parseLinkTitle
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import backtick as read_code
from markdown_it.rules_inline import entity as read_entity
from markdown_it.rules_inline import link as read_link
from markdown_it.rules_inline.emphasis import tokenize as read_emphasis
from markdown_it.token import Token

from bookbuild.diagnostics import did_you_mean
from bookbuild.model.inline import (
    Citation,
    CitationNote,
    ClaimMark,
    Code,
    CountMark,
    Emphasis,
    Foreign,
    IndexMark,
    Inline,
    InlineNote,
    InlineProblem,
    LineBreak,
    Link,
    NoteCall,
    NumberMark,
    Reference,
    Strong,
    Text,
)
from bookbuild.model.notation import MAX_DIGITS
from bookbuild.read.files import refused_characters

MAX_NESTING = 8
"""Marks within marks, of any sort."""
FORMS = ("number", "day", "year")
"""What may stand after ``|`` in ``{claim}`` and ``{value}``."""

_DELIMITERS = re.compile(r"\*+|_+")
_ROLE = re.compile(r"\{([A-Za-z][A-Za-z0-9_:.+-]*)\}(`*)")
_CITATION = re.compile(r"""\[(?:[^\[\]"“]|"[^"]*"|“[^”]*”|\[[^\[\]]*\])*\]""")
_CITATION_START = re.compile(r"\[(?:[^\[\]@]*[\s;-])?@(?=\w)")
_CITED = re.compile(
    r"(?P<prefix>(?:.*?\s)??)(?P<minus>-?)@(?P<key>\w(?:[\w:./-]*\w)?)(?P<rest>.*)", re.DOTALL
)
_NOTE_CALL = re.compile(r"\[\^([^\[\]\n]{0,200})\]")
_HTML = re.compile(r"<(?:!--|!\[CDATA\[|\?|/?[A-Za-z][A-Za-z0-9-]*(?=[\s/>])|![A-Za-z])")
_ADDRESS = re.compile(r"https?://[^\s/?#]+|mailto:[^\s@]+@", re.IGNORECASE)
_BARE_CITATION = re.compile(r"@[A-Za-z][\w:./-]*")
_SIGNS = re.compile('[;"“”]')
_ID = re.compile(r"\w(?:[\w.:-]*\w)?")
_TARGET = re.compile(rf"{_ID.pattern}(?:/{_ID.pattern})?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_AMOUNT = re.compile(r"[-−]?\d+(\.\d+)?")
_ENTITY = re.compile(r"&(?:#|[A-Za-z][A-Za-z0-9]*;)")
MAX_PROBLEMS = 50
"""Per message: nobody reads more."""
_SCANNING = (400, 6)
"""Characters that may be looked through for the ends of brackets: so many, and so many times its length."""
_WINDOW = 4_000
"""A citation, or the text of a role, is never longer; its end is looked for no further."""


def parse_inlines(source: str) -> tuple[tuple[Inline, ...], list[InlineProblem]]:
    """Parse one message.

    ``source`` is raw inline source as in :class:`~bookbuild.model.prose.Prose`. Adjacent characters
    make one ``Text``. Problems are in the order of their offsets; never raises.
    """
    problems: list[InlineProblem] = []
    for offset, found in refused_characters(source):
        problems.append(InlineProblem(offset, "M035", found, "delete it"))
    inlines = _parse(source, 0, problems, 0)
    return inlines, sorted(set(problems), key=lambda problem: (problem.offset, problem.code, problem.message))


@dataclass(slots=True)
class _Run:
    """What one parse of one stretch carries along."""

    base: int
    problems: list[InlineProblem]
    depth: int
    scanned: int = 0
    comments_until: int | None = None
    """Where the last comment ends; -1: nowhere. None: nobody asked."""
    seen: set[tuple[int, str]] = field(default_factory=set)

    def report(self, offset: int, code: str, message: str, hint: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(InlineProblem(self.base + offset, code, message, hint))


class _State(StateInline):
    """markdown-it's state, with an offset in every token."""

    def __init__(self, src: str, md: MarkdownIt, run: _Run) -> None:
        self.run = run
        self.pending_from = 0
        super().__init__(src, md, {}, [])

    def append_pending(self, text: str) -> None:
        if not self.pending:
            self.pending_from = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802 - markdown-it's name
        token = super().pushPending()
        token.meta = {"offset": self.pending_from}
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.meta = {"offset": self.pos}
        return token

    def put(self, inline: Inline) -> None:
        self.push("inline_node", "", 0).meta["node"] = inline


def _parse(source: str, base: int, problems: list[InlineProblem], depth: int) -> tuple[Inline, ...]:
    run = _Run(base, problems, depth)
    if depth > MAX_NESTING:
        run.report(0, "M034", f"marks are nested deeper than {MAX_NESTING} levels", "write it flatter")
        return (Text(source, base),)
    md = _markdown()
    state = _State(source, md, run)
    md.inline.tokenize(state)
    if state.pending:
        state.pushPending()
    for rule in md.inline.ruler2.getRules(""):
        rule(state)
    return _assemble(state.tokens, run, source)


@functools.cache
def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"maxNesting": 20})
    md.helpers = SimpleNamespace(  # type: ignore[assignment]  # a module by default, looked up by name
        parseLinkLabel=_label_end,
        parseLinkDestination=parseLinkDestination,
        parseLinkTitle=parseLinkTitle,
    )
    md.validateLink = lambda url: True  # type: ignore[method-assign]  # judged by us, with a message
    md.inline.ruler.at("backticks", _rule(_code))
    md.inline.ruler.at("entity", _rule(_entity))
    md.inline.ruler.at("emphasis", _rule(_emphasis))
    md.inline.ruler.at("link", _rule(_link))
    md.inline.ruler.at("image", _rule(_image))
    md.inline.ruler.at("html_inline", _rule(_html))
    md.inline.ruler.before("backticks", "role", _rule(_role))
    md.inline.ruler.before("link", "inline_note", _rule(_inline_note))
    md.inline.ruler.before("link", "note_call", _rule(_note_call))
    md.inline.ruler.before("link", "citation", _rule(_citation))
    md.inline.ruler.before("link", "bare_citation", _rule(_bare_citation))
    md.inline.ruler2.disable("fragments_join")  # it would lose our offsets
    return md


def _label_end(state: StateInline, start: int, disable_nested: bool = False) -> int:
    """Find the bracket that closes a label, as long as the message's brackets stay reasonable."""
    assert isinstance(state, _State), "messages are tokenized by _parse only"
    run = state.run
    free, times = _SCANNING
    if run.scanned > free + times * len(state.src):
        if (0, "M034") not in run.seen:
            run.seen.add((0, "M034"))
            run.report(0, "M034", "too many square brackets that do not close", "close them, or write \\[")
        return -1
    end = parseLinkLabel(state, start, disable_nested)
    run.scanned += (state.posMax if end < 0 else end) - start
    return end


def _rule(rule: Callable[[_State, bool], bool]) -> Callable[[StateInline, bool], bool]:
    def called(state: StateInline, silent: bool) -> bool:
        assert isinstance(state, _State), "messages are tokenized by _parse only"
        return rule(state, silent)

    return called


def _assemble(tokens: list[Token], run: _Run, source: str) -> tuple[Inline, ...]:
    stack: list[tuple[Token, list[Inline]]] = [(Token("", "", 0), [])]
    flattened = 0  # marks open beyond the limit, which is reported; nobody is to recurse too deep
    for token in tokens:
        at = run.base + token.meta["offset"]
        siblings = stack[-1][1]
        if token.type in {"text", "text_special"}:
            _unmatched(token, run, source)
            if token.info == "entity":
                for _, found in refused_characters(token.content):
                    run.report(token.meta["offset"], "M035", found, "delete it")
            if token.content:
                siblings.append(Text(token.content, at))
        elif token.type == "inline_node":
            siblings.append(token.meta["node"])
        elif token.type == "code_inline":
            siblings.append(Code(token.content, at))
        elif token.type == "softbreak":
            siblings.append(Text(" ", at))
        elif token.type == "hardbreak":
            siblings.append(LineBreak(at))
        elif token.nesting > 0:
            if len(stack) + run.depth <= MAX_NESTING:
                stack.append((token, []))
                continue
            if not flattened:
                offset = token.meta["offset"]
                message = f"marks are nested deeper than {MAX_NESTING} levels"
                run.report(offset, "M034", message, "write it flatter")
            flattened += 1
        elif token.nesting < 0:
            if flattened:
                flattened -= 1
                continue
            opening, children = stack.pop()
            stack[-1][1].append(_container(opening, _together(children), run))
    return _together(stack[0][1])


def _together(inlines: Iterable[Inline]) -> tuple[Inline, ...]:
    """Make one text of texts that stand side by side."""
    found: list[Inline] = []
    for text, group in itertools.groupby(inlines, lambda one: isinstance(one, Text)):
        parts = list(group)
        if text:
            parts = [Text("".join(part.text for part in parts if isinstance(part, Text)), parts[0].offset)]
        found.extend(parts)
    return tuple(found)


def _container(opening: Token, children: tuple[Inline, ...], run: _Run) -> Inline:
    at = run.base + opening.meta["offset"]
    if opening.type == "em_open":
        return Emphasis(children, at)
    if opening.type == "strong_open":
        return Strong(children, at - 1)  # the token is that of the inner of two marks
    href = str(opening.attrs.get("href", ""))
    if href.startswith("#"):
        return Reference(href[1:], children, at)
    if not _ADDRESS.match(href):
        run.report(
            opening.meta["offset"],
            "M030",
            f"link to “{href}”",
            "links lead to https://…, http://…, mailto:… or to an id of the book, #id",
        )
    return Link(href, children, at)


def _unmatched(token: Token, run: _Run, source: str) -> None:
    if not token.content or not token.meta.get("delimiter"):
        return
    at = token.meta["run"]
    if (at, "M026") not in run.seen:
        run.seen.add((at, "M026"))
        mark = _DELIMITERS.match(source, at)
        assert mark is not None, "a delimiter token stands where its mark stands"
        hint = f"close it, or write \\{mark[0][0]} for the character itself"
        run.report(at, "M026", f"“{mark[0][:12]}” has no counterpart", hint)


# Rules. ``silent`` asks how far a construct reaches and must leave no trace.


def _emphasis(state: _State, silent: bool) -> bool:
    start, before = state.pos, len(state.tokens) + bool(state.pending)
    if not read_emphasis(state, silent):
        return False
    flanking = state.delimiters[-1]
    for number, token in enumerate(state.tokens[before:]):
        token.meta.update(offset=start + number, run=start, delimiter=flanking.open or flanking.close)
    return True


def _code(state: _State, silent: bool) -> bool:
    start, before = state.pos, len(state.tokens)
    if not read_code(state, silent):
        return False
    if not silent:
        if len(state.tokens) == before or state.tokens[-1].type != "code_inline":
            mark = state.src[start : state.pos]
            state.run.report(
                start, "M027", f"“{mark}” has no counterpart", "close it, or write \\` for the sign"
            )
        else:
            state.tokens[-1].meta["offset"] = start
    return True


def _entity(state: _State, silent: bool) -> bool:
    # The library copies the rest of the text to look for one.
    return bool(_ENTITY.match(state.src, state.pos)) and read_entity(state, silent)


def _role(state: _State, silent: bool) -> bool:
    match = _ROLE.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    name, marks = match[1], match[2]
    if not marks:
        if name in ROLES and not silent:
            hint = f"write {{{name}}}`…`"
            state.run.report(state.pos, "M024", f"role {{{name}}} without text in backticks", hint)
        return False
    window = min(state.posMax, match.end() + _WINDOW)
    closing = re.compile(rf"(?<!`)`{{{len(marks)}}}(?!`)").search(state.src, match.end(), window)
    if not closing:
        if not silent:
            state.run.report(state.pos, "M024", f"role {{{name}}} is not closed", f"end it with “{marks}”")
            state.append_pending(match[0])
        state.pos = match.end()
        return True
    if not silent:
        content = state.src[match.end() : closing.start()]
        reader = ROLES.get(name)
        if reader is None:
            known = ", ".join(f"{{{role}}}" for role in ROLES)
            hint = did_you_mean(name, ROLES) or f"the roles are {known}"
            state.run.report(state.pos, "M023", f"unknown role {{{name}}}", hint)
            state.put(Code(state.src[state.pos : closing.end()], state.run.base + state.pos))
        else:
            role = _Role(name, content, state.pos, match.end(), state.run)
            state.put(reader(role))
    state.pos = closing.end()
    return True


@dataclass(frozen=True, slots=True)
class _Role:
    name: str
    content: str
    start: int
    """Offset of the brace in the run's source."""
    inside: int
    """Offset of the content."""
    run: _Run

    @property
    def at(self) -> int:
        return self.run.base + self.start

    def report(self, message: str, hint: str) -> Inline:
        self.run.report(self.start, "M025", message, hint)
        return Code(f"{{{self.name}}}`{self.content}`", self.at)  # as written, and no text to be checked

    def children(self, words: str) -> tuple[Inline, ...]:
        """Parse a part of the content that stands first in it but for blanks."""
        lead = self.content.index(words) if words else 0
        return _parse(words, self.run.base + self.inside + lead, self.run.problems, self.run.depth + 1)


def _claim(role: _Role) -> Inline:
    name, bar, form = role.content.replace("\\|", "|").partition("|")
    quantity, slash, claim = name.strip().partition("/")
    form = form.strip()
    if not (slash and _ID.fullmatch(quantity) and _ID.fullmatch(claim)):
        hint = f"a claim is named by its quantity and its id: {{{role.name}}}`killed/some-claim`"
        return role.report(f"“{role.content}” does not name a claim", hint)
    if bar and form not in FORMS:
        hint = did_you_mean(form, FORMS) or f"the forms are {', '.join(FORMS)}"
        return role.report(f"unknown form “{form}”", hint)
    return ClaimMark(quantity, claim, form, role.name == "claim", role.at)


def _number(role: _Role) -> Inline:
    text = role.content.strip()
    if not _AMOUNT.fullmatch(text):
        hint = "write digits without marks between thousands, decimals after a point: 1234.5"
        return role.report(f"“{role.content}” is not a number", hint)
    if len(text) > MAX_DIGITS:
        return role.report(
            f"a number of more than {MAX_DIGITS} signs", "round it, or write a word: 3 million"
        )
    return NumberMark(text.replace("−", "-"), role.at)


def _count(role: _Role) -> Inline:
    if not re.fullmatch(r"\w[\w-]*(/\w[\w.-]*)?", role.content.strip()):
        return role.report(f"“{role.content}” does not name a count", "write {count}`claims`, for example")
    return CountMark(role.content.strip(), role.at)


def _reference(role: _Role) -> Inline:
    words, target = _words_and_target(role.content) or ("", role.content.strip())
    if not _TARGET.fullmatch(target):
        hint = "write {ref}`some-id` or {ref}`words <some-id>`"
        return role.report(f"“{role.content}” does not name an id", hint)
    return Reference(target, role.children(words) if words else (), role.at)


def _words_and_target(content: str) -> tuple[str, str] | None:
    """Part ``words <target>``; nothing if it is not of that form."""
    words, sign, target = content.rstrip().removesuffix(">").rpartition("<")
    if not sign or ">" in target or not content.rstrip().endswith(">"):
        return None
    return words.strip(), target.strip()


def _index(role: _Role) -> Inline:
    words, target = _words_and_target(role.content) or (role.content.strip(), None)
    children = role.children(words) if words else ()
    entry = [_text_of(children)] if target is None else target.split(";")
    entry = [part.strip() for part in entry]
    if not all(entry):
        hint = "write {index}`word`, {index}`words <entry; sub-entry>` or {index}`<entry>`"
        return role.report(f"“{role.content}” names no index entry", hint)
    return IndexMark(tuple(entry), children, role.at)


def _foreign(role: _Role) -> Inline:
    lang, bar, words = role.content.replace("\\|", "|").partition("|")
    if not bar or not words.strip() or not _LANGUAGE.fullmatch(lang.strip()):
        return role.report(f"“{role.content}” lacks a language", "write {foreign}`az|Xocalı`, for example")
    base = role.run.base + role.inside + role.content.index("|") + 1
    return Foreign(lang.strip(), _parse(words, base, role.run.problems, role.run.depth + 1), role.at)


ROLES: dict[str, Callable[[_Role], Inline]] = {
    "claim": _claim,
    "value": _claim,
    "number": _number,
    "count": _count,
    "ref": _reference,
    "index": _index,
    "foreign": _foreign,
}


def _inline_note(state: _State, silent: bool) -> bool:
    start = state.pos
    if not state.src.startswith("^[", start):
        return False
    end = state.md.helpers.parseLinkLabel(state, start + 1)
    if end < 0:
        if not silent:
            state.run.report(start, "M028", "note “^[” is not closed", "end it with “]”")
        return False
    if not silent:
        base = state.run.base + start + 2
        children = _parse(state.src[start + 2 : end], base, state.run.problems, state.run.depth + 1)
        state.put(InlineNote(children, state.run.base + start))
    state.pos = end + 1
    return True


def _note_call(state: _State, silent: bool) -> bool:
    if not state.src.startswith("[^", state.pos):
        return False
    match = _NOTE_CALL.match(state.src, state.pos, state.posMax)
    if not match:
        if not silent:
            state.run.report(state.pos, "M028", "note call “[^” is not closed", "end it with “]”")
        return False
    label = match[1]
    if not label or re.search(r"\s", label):
        if not silent:
            hint = "a label is one word: [^some-label]; for a note in place write ^[text]"
            state.run.report(state.pos, "M033", f"“{match[0]}” is not a note call", hint)
        return False
    if not silent:
        state.put(NoteCall(label, state.run.base + state.pos))
    state.pos = match.end()
    return True


def _citation(state: _State, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "[" or not _CITATION_START.match(state.src, start, state.posMax):
        return False
    window = min(state.posMax, start + _WINDOW)
    match = _CITATION.match(state.src, start, window)
    closing = match.end() - 1 if match else state.src.find("]", start, window)
    if closing < 0:
        if not silent:
            state.run.report(start, "M028", "citation “[…@” is not closed", "end it with “]”")
        return False
    if state.src.startswith("(", closing + 1):
        return False  # a link whose words hold an @
    if not silent:
        state.put(CitationNote(_cited(state, start + 1, closing), state.run.base + start))
    state.pos = closing + 1
    return True


def _cited(state: _State, start: int, end: int) -> tuple[Citation, ...]:
    run = state.run
    citations = []
    at = start
    for item in _parted(state.src[start:end]):
        match = _CITED.fullmatch(item)
        if match is None:
            hint = "each part between semicolons names a source: [@one, p. 2; see @other]"
            run.report(at, "M029", f"“{item.strip()}” names no source", hint)
        else:
            rest = match["rest"].strip()
            locator = rest.removeprefix(",").strip()
            if re.search(r"(?:^|\s)-?@\w", rest):
                run.report(at, "M029", f"two sources in “{item.strip()}”", "separate them with a semicolon")
            elif rest and not (rest.startswith(",") and locator):
                hint = "write [@source, p. 12]"
                run.report(at + match.start("rest"), "M029", f"“{rest}” after the source is no locator", hint)
            key_at = run.base + at + match.start("minus")
            prefix = match["prefix"].strip()
            citations.append(Citation(match["key"], prefix, locator, bool(match["minus"]), key_at))
        at += len(item) + 1
    return tuple(citations)


def _parted(cited: str) -> list[str]:
    """Part what a citation holds at its semicolons, but for those within quotation marks."""
    parts, end = [], len(cited)
    straight, curly = 0, ""  # from here to the end: how many there are; which is the next
    for sign in reversed(list(_SIGNS.finditer(cited))):
        match sign[0]:
            case '"':
                straight += 1
            case "“" | "”":
                curly = sign[0]
            case _ if curly != "”" and straight % 2 == 0:
                parts.append(cited[sign.end() : end])
                end = sign.start()
    return [cited[:end], *reversed(parts)]


def _bare_citation(state: _State, silent: bool) -> bool:
    if state.src[state.pos] != "@" or silent:
        return False
    before = state.src[state.pos - 1] if state.pos else " "
    match = _BARE_CITATION.match(state.src, state.pos, state.posMax)
    if match and (before.isspace() or before in "([“‘—–"):
        hint = f"a citation stands in square brackets, [{match[0]}]; write \\@ for the sign itself"
        state.run.report(state.pos, "M032", f"“{match[0]}” stands outside brackets", hint)
    return False


def _link(state: _State, silent: bool) -> bool:
    start, before = state.pos, len(state.tokens) + bool(state.pending)
    if read_link(state, silent):
        if not silent:
            state.tokens[before].meta["offset"] = start
        return True
    if not silent and state.src[start] == "[":
        label = re.compile(r"\[[^\[\]\n]*\]\(").match(state.src, start, state.posMax)
        if label:
            state.run.report(start, "M031", f"link “{label[0]}” is not closed", "write [words](address)")
    return False


def _image(state: _State, silent: bool) -> bool:
    match = re.compile(r"!\[[^\[\]]*\]\([^()\s]*\)").match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        hint = "a picture stands in a block of its own: :::{image} images/file.png"
        state.run.report(state.pos, "M022", "a picture within a line", hint)
        state.append_pending(match[0])
    state.pos = match.end()
    return True


def _html(state: _State, silent: bool) -> bool:
    match = _HTML.match(state.src, state.pos, state.posMax)
    if match and not silent:
        run = state.run
        if run.comments_until is None:
            run.comments_until = state.src.rfind("-->")
        if match[0] == "<!--" and run.comments_until < state.pos:
            state.run.report(state.pos, "M021", "a comment opens here and does not close", "delete it")
        else:
            end = state.src.find(">", state.pos, state.pos + 60)
            shown = state.src[state.pos : end + 1] if end > 0 else match[0]
            hint = "use Markdown; for the sign itself write \\<"
            state.run.report(state.pos, "M020", f"HTML, “{shown}”", hint)
    return False


def _text_of(inlines: tuple[Inline, ...]) -> str:
    parts = []
    for inline in inlines:
        if isinstance(inline, Text | Code):
            parts.append(inline.text)
        elif not isinstance(
            inline,
            CitationNote | NoteCall | ClaimMark | NumberMark | CountMark | LineBreak,
        ):
            parts.append(_text_of(inline.children))
    return "".join(parts)
