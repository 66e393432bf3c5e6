"""Small things done to spans: their plain text, joining, closing with a stop, filling a label."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bookbuild.model.edition import (
    Anchor,
    Break,
    Jump,
    NoteCall,
    OutsideLink,
    Phrase,
    Run,
    Span,
    Spans,
    Style,
    Styled,
)
from bookbuild.model.locale import Locale

STOPS = ".?!…"
_SLOT = re.compile("([\ue100-\ue17f])")


RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "yi", "dv", "sd", "ug"})


def direction_of(lang: str) -> str:
    """Return ``rtl`` or ``ltr`` for a BCP 47 tag."""
    return "rtl" if lang.split("-")[0] in RIGHT_TO_LEFT else "ltr"


def plain(spans: Spans) -> str:
    """Return the characters that are set, without notes, marks and page numbers."""
    words: list[str] = []
    for span in spans:
        match span:
            case Run(text):
                words.append(text)
            case Styled(Style.ON_PAPER):
                pass
            case Styled(_, inside) | Phrase(_, _, inside) | OutsideLink(_, inside) | Jump(_, inside):
                words.append(plain(inside))
            case Anchor(_, inside):
                words.append(plain(inside))
            case Break():
                words.append(" ")
            case _:
                pass
    return "".join(words)


def quiet(spans: Spans) -> Spans:
    """Return the spans without anchors, notes, marks and links: for contents and running heads."""
    kept: list[Span] = []
    for span in spans:
        match span:
            case Run():
                kept.append(span)
            case Styled(Style.ON_PAPER):
                pass
            case Styled(style, inside):
                kept.append(Styled(style, quiet(inside)))
            case Phrase(lang, direction, inside):
                kept.append(Phrase(lang, direction, quiet(inside)))
            case OutsideLink(_, inside) | Jump(_, inside) | Anchor(_, inside):
                kept.extend(quiet(inside))
            case Break():
                kept.append(Run(" "))
            case NoteCall():
                pass
            case _:
                pass
    return tuple(kept)


def joined(parts: Iterable[Spans], by: str) -> Spans:
    """Join non-empty parts by the same characters."""
    spans: list[Span] = []
    for part in parts:
        if not part:
            continue
        if spans:
            spans.append(Run(by))
        spans.extend(part)
    return tuple(spans)


def closed(spans: Spans, stop: str = ".") -> Spans:
    """Add a stop unless the text already ends with one."""
    text = plain(spans).rstrip('”’»")]')
    return spans if not stop or (text and text[-1] in STOPS) else (*spans, Run(stop))


def filled(locale: Locale, english: str, **values: Spans) -> Spans:
    """Fill a label of the apparatus with spans where ``{name}`` stands."""
    signs = {name: chr(0xE100 + number) for number, name in enumerate(values)}
    text = locale.label(english, **signs)
    by_sign = {sign: values[name] for name, sign in signs.items()}
    spans: list[Span] = []
    for piece in _SLOT.split(text):
        if piece in by_sign:
            spans.extend(by_sign[piece])
        elif piece:
            spans.append(Run(piece))
    return tuple(spans)


def first_upper(spans: Spans, locale: Locale) -> Spans:
    """Write the first letter as a capital, by the rules of the language."""
    if not spans:
        return spans
    first, rest = spans[0], spans[1:]
    match first:
        case Run(text) if text:
            return (Run(locale.upper(text[0]) + text[1:]), *rest)
        case Styled(style, inside):
            return (Styled(style, first_upper(inside, locale)), *rest)
        case Anchor(name, inside):
            return (Anchor(name, first_upper(inside, locale)), *rest)
        case _:
            return spans


def anchored(name: str, spans: Spans) -> Spans:
    """Put an anchor around the first word of spans; returns them unchanged if they have no word.

    One word, because the page of words that a page break divides would be that of their end.

    >>> anchored("a", (Run(" At Askeran,"),))[1]
    Anchor(id='a', spans=(Run(text='At'),))
    """
    for number, span in enumerate(spans):
        match span:
            case Run(text) if text.strip():
                start = len(text) - len(text.lstrip())
                end = start + len(text[start:].split(" ")[0])
                before, word, after = text[:start], text[start:end], text[end:]
                middle = (Anchor(name, (Run(word),)),)
                around = ((Run(before),) if before else (), (Run(after),) if after else ())
                return (*spans[:number], *around[0], *middle, *around[1], *spans[number + 1 :])
            case Styled(style, inside) if plain(inside).strip():
                return (*spans[:number], Styled(style, anchored(name, inside)), *spans[number + 1 :])
            case Phrase() | OutsideLink() | Jump() | Anchor():
                return (*spans[:number], Anchor(name, (span,)), *spans[number + 1 :])
            case _:
                pass
    return spans
