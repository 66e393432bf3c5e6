"""What to try against what the press finds, where the finding itself does not know better.

The engine's own faults (P120–P128, G200–G202) mostly come of a style that hides, moves or repeats what it
should print, or of a page with more notes than it can take; both are in the authors' hands.
"""

from __future__ import annotations

from collections.abc import Mapping

_HIDES = "does a style sheet hide, move or repeat it? try without the book's own styles"
_SPREAD = "spread the notes, or shorten those around it"
_REPORT = "build again without the cache (--no-cache); if it stays, report it with the chapter"

ADVICE: Mapping[str, str] = {
    "P102": "put the file there, or take what asks for it out",
    "P110": "take the rule out, or write it as CSS for print",
    "P111": "look at what the message quotes, in the chapter and in the book's styles",
    "P116": "name its file in an @font-face rule of the book's styles",
    "P120": _HIDES,
    "P121": _HIDES,
    "P122": _SPREAD,
    "P124": _HIDES,
    "P125": "shorten the note, or spread the notes of the page",
    "P126": "shorten the note, or move part of it into the text",
    "P128": _SPREAD,
    "P140": _HIDES,
    "P141": "does a style sheet hide what it leads to? or write the id of something that is printed",
    "G200": _HIDES,
    "G201": _HIDES,
    "G202": _HIDES,
    "G204": f"does a style sheet hide or change it? if not, {_REPORT}",
    "G205": _REPORT,
    "G206": "use another character, or give the book a font that has it",
    "G207": "take “size”, “bleed” and “marks” out of the styles: book.yaml says what the page is",
    "G208": "make the line, table or picture narrower; or does a style sheet move it?",
    "G209": "does a style sheet move the one over the other, or set lines too tight?",
    "G210": "does a style sheet hide what it leads to?",
    "G211": "is it written so in the chapter? then put it in `backticks`, or write it otherwise",
    "G212": "leave string(folio) in the margin boxes of the page, alone and visible",
    "G213": _REPORT,
    "G214": "build each language alone: its pages may be in order",
}
"""Code → a hint for those of its findings that have none of their own."""
