"""Spans to markup. Every character of the book is escaped here."""

from __future__ import annotations

import re
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
_HELD = Markup('<span class="held">{}{}</span>')
_SAFE_SCHEMES = ("http://", "https://", "mailto:")


class Medium(Enum):
    """Where the markup is read."""

    PAPER = "paper"
    """Notes float to the foot of the page; page numbers are slots."""
    SCREEN = "screen"
    """Notes stand at the end of their section; page numbers are links."""


def words_markup(words: Words, medium: Medium) -> Markup:
    """Write one message; a wrapper tells its language where that differs, and that it is untranslated."""
    inside = spans_markup(words.spans, medium)
    if not words.lang and not words.untranslated and not words.message:
        return inside
    names = " ".join(name for name in ("untranslated" if words.untranslated else "", words.state) if name)
    attributes = Markup(' class="{}"').format(names) if names else Markup("")
    if words.message:
        attributes += Markup(' data-message="{}"').format(words.message)
    attributes += _language(words.lang, words.direction)
    return Markup("<span{}>{}</span>").format(attributes, inside)


def spans_markup(spans: Spans, medium: Medium) -> Markup:
    """Write spans in order; on paper a call never begins a line: it is held by what stands before it."""
    if medium is Medium.SCREEN:
        return Markup("").join(_span(span, medium) for span in spans)
    parts: list[Markup] = []
    at = 0
    while at < len(spans):
        end = at + 1
        while end < len(spans) and isinstance(spans[end], ContestedMark | NoteCall):
            end += 1
        parts.append(_held(spans[at], spans[at + 1 : end], medium))
        at = end
    return Markup("").join(parts)


def _held(span: Span, calls: Spans, medium: Medium) -> Markup:
    """Write a span and the calls behind it, its last letter and its stops unbroken with them."""
    behind = Markup("").join(_span(call, medium) for call in calls)
    match span:
        case Run(text) if calls and (tail := _TAIL.search(text)):
            return escape(text[: tail.start()]) + _HELD.format(escape(tail[0]), behind)
        case Styled(Style.FIGURE, (Run(text),)) if calls and not re.search(r"\s", text):
            return _HELD.format(_span(span, medium), behind)
        case _:
            return _span(span, medium) + behind


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


def _span(span: Span, medium: Medium) -> Markup:
    match span:
        case Run(text):
            return escape(text)
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
        case PageSlot(anchors):
            return page_slot(anchors, medium)
        case NoteCall(note):
            return _call(note, medium)


def _language(lang: str, direction: str) -> Markup:
    said = (("lang", lang), ("dir", direction))
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in said if value)


def page_slot(anchors: tuple[str, ...], medium: Medium) -> Markup:
    """Write the pages of anchors: a slot for the press, or numbered links on the screen."""
    if medium is Medium.PAPER:
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
