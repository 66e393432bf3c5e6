"""Spans to markup. Every character of the book is escaped here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from enum import Enum

from markupsafe import Markup, escape

from bookbuild.model.edition import (
    Anchor,
    Break,
    ContestedMark,
    Footnote,
    Jump,
    NoteCall,
    OutsideLink,
    PageSlot,
    Phrase,
    RegisterEntry,
    Run,
    Span,
    Spans,
    Style,
    Styled,
    Words,
)

CONTESTED = "◊"
"""The sign of a contested figure; the house fonts have it."""

_TAGS = {
    Style.EMPHASIS: ("<em>", "</em>"),
    Style.STRONG: ("<strong>", "</strong>"),
    Style.CODE: ("<code>", "</code>"),
    Style.TITLE: ("<cite>", "</cite>"),
    Style.SMALL_CAPS: ('<span class="small-caps">', "</span>"),
    Style.SUPERSCRIPT: ("<sup>", "</sup>"),
    Style.SUBSCRIPT: ("<sub>", "</sub>"),
    Style.FIGURE: ('<span class="figure">', "</span>"),
    Style.ON_PAPER: ('<span class="on-paper">', "</span>"),
}
_TAIL = re.compile(r"\S[^\w\s]*$")
_LAST_WORD = re.compile(r"[^\s\u00a0–-]{6,}$")
_TIES = (
    # “p. 30”, “No. 4”, “HR 1594”; “№ 366”; “→ Appendix”
    re.compile(r"(?:(?<![\w.])\w{1,3}\.|\b[A-Z]{2,3}|[№§→]) (?=\d)|(?<=→) (?=\w)"),
    # “26 fevral 1992”, “3 March”: a day and its month, or a small number and a name
    re.compile(r"(?<![\d.,])\d{1,2} (?=[^\W\d_]+ \d{4}\b|[A-ZÇƏĞİÖŞÜА-ЯԱ-Ֆ][^\W\d_])"),
)
_RANGE = re.compile(r"\d+–\d+\u00a0\w+")
_BEFORE = Markup('<span class="before-pages" data-several="{}">{}</span>')
"""Words before a page slot; the press knows how many pages it will name."""
_HELD = Markup('<span class="held">{}{}</span>')
_HEAD = 41
"""Letters that a running head has room for, “(continued)” included."""
_LONG_TITLE, _LAST_LINE, _LONGEST_TIE = 30, 0.4, 24
"""Letters from which a title may take two lines; the share of it that the last of them should have at least;
letters that surely stand on one line."""
_LINE, _SHORT = 40, 560
"""An entry of at most some nine lines is kept whole; each field takes a line more than its letters."""
_SAFE_SCHEMES = ("http://", "https://", "mailto:")


class Medium(Enum):
    """Where the markup is read."""

    PAPER = "paper"
    """Notes float to the foot of the page; page numbers are slots."""
    FACING = "facing"
    """Paper whose other side of the spread has the same text in another language: blocks tell their pair."""
    SCREEN = "screen"
    """Notes stand at the end of their section; page numbers are links."""


def words_markup(words: Words, medium: Medium, *, closing: bool = True) -> Markup:
    """Write one message; a wrapper tells its language where that differs, and that it is untranslated.

    ``closing`` as in :func:`spans_markup`; not for headings, where no word is broken.
    """
    inside = spans_markup(words.spans, medium, closing=closing)
    if not words.lang and not words.untranslated and not words.message:
        return inside
    names = " ".join(name for name in ("untranslated" if words.untranslated else "", words.state) if name)
    attributes = Markup(' class="{}"').format(names) if names else Markup("")
    if words.message:
        attributes += Markup(' data-message="{}"').format(words.message)
    attributes += _language(words.lang, words.direction)
    return Markup("<span{}>{}</span>").format(attributes, inside)


def carried(title: Spans | Words, continued: str) -> Markup:
    """Return the attribute with the running head of the pages on which an entry goes on."""
    spans = title.spans if isinstance(title, Words) else title
    text = spans_markup(spans, Medium.PAPER).striptags()
    room = _HEAD - len(f" ({continued})")
    if len(text) > room:
        text = f"{text[: room - 1].rpartition(' ')[0].rstrip(' ,;:–-')} …"
    return Markup(' data-carried="{} ({})"').format(text, continued)


def balanced(title: Markup) -> Markup:
    """Hold the last words of a title together, so that no small rest of it makes a second line.

    >>> str(balanced(Markup("Background as the documents tell it")))
    'Background as the <span class="held">documents tell it</span>'
    """
    words = title.split(" ")
    if "<" in title or len(title) < _LONG_TITLE:
        return title
    tail = words.pop()
    while words and len(tail) < len(title) * _LAST_LINE and len(tail) + len(words[-1]) < _LONGEST_TIE:
        tail = words.pop() + Markup(" ") + tail
    return Markup(" ").join([*words, _HELD.format(tail, "")])


def counted(markup: Markup) -> Markup:
    """Tie every number to the word that it counts."""
    return Markup(re.sub(r"(?<=\d) (?=\w)", "\u00a0", markup))


def short_entry(entry: RegisterEntry) -> bool:
    """Tell whether an entry of a register is so short that it should not be broken."""
    fields = [spans_markup(words.spans, Medium.PAPER) for field in entry.fields for words in field.words]
    return sum(len(field.striptags()) for field in fields) + _LINE * len(entry.fields) < _SHORT


def spans_markup(spans: Spans, medium: Medium, *, closing: bool = False) -> Markup:
    """Write spans in order; on paper a call never begins a line: it is held by what stands before it.

    ``closing``: the spans end their paragraph, whose last word is not to be broken.
    """
    if medium is Medium.SCREEN:
        return Markup("").join(_span(span, medium) for span in spans)
    parts: list[Markup] = []
    at = 0
    while at < len(spans):
        end = at + 1
        while end < len(spans) and isinstance(spans[end], ContestedMark | NoteCall):
            end += 1
        parts.append(_held(spans[at], spans[at + 1 : end], medium, closing=closing and end == len(spans)))
        at = end
    return Markup("").join(parts)


def _held(span: Span, calls: Spans, medium: Medium, *, closing: bool = False) -> Markup:
    """Write a span and the calls behind it, its last letter and its stops unbroken with them."""
    behind = Markup("").join(_span(call, medium) for call in calls)
    match span:
        case Run(text) if closing and (word := _LAST_WORD.search(text)):
            last = _held(Run(word[0]), calls, medium)
            return _tied(text[: word.start()]) + Markup('<span class="whole">{}</span>').format(last)
        case Run(text) if calls and (tail := _TAIL.search(text)):
            return _tied(text[: tail.start()]) + _HELD.format(escape(tail[0]), behind)
        case Styled(Style.FIGURE, (Run(text),)) if calls and not re.search(r"\s", text):
            return _HELD.format(_span(span, medium), behind)
        case _:
            return _span(span, medium) + behind


def _tied(text: str) -> Markup:
    """Write a text whose numbers stay on the line of what they belong to."""
    for tie in _TIES:
        text = tie.sub(lambda found: f"{found[0][:-1]}\u00a0", text)
    if any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text):
        return escape(text)  # an element around a range would change where it stands among such letters
    parts: list[Markup] = []
    at = 0
    for found in _RANGE.finditer(text):
        parts += [escape(text[at : found.start()]), _HELD.format(found[0], "")]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def note_markup(note: Footnote, medium: Medium) -> Markup:
    """Write the body of a note without its number."""
    first = Words((), untranslated=note.untranslated, message=note.message, state=note.state)
    paragraphs = [
        words_markup(replace(first if number == 0 else Words(()), spans=paragraph), medium)
        for number, paragraph in enumerate(note.paragraphs)
    ]
    if len(paragraphs) == 1:
        return paragraphs[0]
    part = Markup('<span class="note-paragraph">{}</span>')
    return Markup("").join(part.format(paragraph) for paragraph in paragraphs)


def turned(words: Words) -> Markup:
    """Return the attribute of a block whose words run in another direction than the book's."""
    return Markup(' dir="{}"').format(words.direction) if words.direction else Markup("")


def paired(words: Words | None, medium: Medium) -> Markup:
    """Return the attribute of a block that is paired by the place where its words were written.

    The translation of words stands at the same place. Where there are none, blocks are paired by id.
    """
    if medium is not Medium.FACING or words is None or not words.place.line:
        return Markup("")
    place = words.place
    return Markup(' data-pair="{}:{}:{}"').format(place.path, place.line, place.column)


def _span(span: Span, medium: Medium) -> Markup:
    match span:
        case Run(text):
            return escape(text) if medium is Medium.SCREEN else _tied(text)
        case Styled(Style.ON_PAPER) if medium is Medium.SCREEN:
            return Markup("")
        case Styled(style, inside):
            opening, closing = _TAGS[style]
            return Markup(opening) + spans_markup(inside, medium) + Markup(closing)
        case Phrase(lang, direction, inside):
            said = _language(lang, direction)
            return Markup("<span{}>{}</span>").format(said, spans_markup(inside, medium))
        case Break():
            return Markup("<br>")
        case OutsideLink(href, inside):
            if not href.startswith(_SAFE_SCHEMES):
                return spans_markup(inside, medium)
            return Markup('<a href="{}">{}</a>').format(href, spans_markup(inside, medium))
        case Jump(anchor, inside):
            return Markup('<a href="#{}">{}</a>').format(anchor, spans_markup(inside, medium))
        case Anchor(anchor, inside):
            return Markup('<span id="{}">{}</span>').format(anchor, spans_markup(inside, medium))
        case ContestedMark(anchor, label):
            mark = Markup('<a class="contested" href="#{}" title="{}">{}</a>')
            return mark.format(anchor, label, CONTESTED)
        case PageSlot(anchors, before, several):
            form = _BEFORE if before and medium is not Medium.SCREEN else Markup("{1}")
            return form.format(several, before) + page_slot(anchors, medium)
        case NoteCall(note):
            return _call(note, medium)


def _language(lang: str, direction: str) -> Markup:
    said = (("lang", lang), ("dir", direction))
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in said if value)


def page_slot(anchors: tuple[str, ...], medium: Medium) -> Markup:
    """Write the pages of anchors: a slot for the press, or numbered links on the screen."""
    if medium is not Medium.SCREEN:
        return Markup('<span class="page-slot" data-pages="{}"></span>').format(" ".join(anchors))
    link = Markup('<a href="#{}">{}</a>')
    return Markup(", ").join(link.format(anchor, number) for number, anchor in enumerate(anchors, 1))


def _call(note: Footnote, medium: Medium) -> Markup:
    if medium is Medium.SCREEN:
        call = Markup('<sup class="call"><a id="call-{0}" href="#{0}" role="doc-noteref">{1}</a></sup>')
        return call.format(note.id, note.number)
    # The number is text that the style prints (attr), so that the engine counts nothing.
    call = Markup(
        '<span class="call" id="call-{0}">'
        '<span class="footnote" id="{0}" data-number="{1}"{2}>{3}</span></span>'
    )
    said = _language(note.lang, note.direction)
    return call.format(note.id, note.number, said, note_markup(note, medium))
