"""What preflight finds: a code, a sentence for people, the pages, and data for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bookbuild.diagnostics import Diagnostic, Severity
from bookbuild.model.place import Place

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: Mapping[str, str] = {
    "D001": "the file is no PDF, or is damaged beyond reading",
    "D002": "the file asks for a password",
    "D003": "the file is encrypted",
    "D004": "the file is damaged and could only be read after repair",
    "D005": "a page or object cannot be interpreted",
    "D006": "the file has no pages",
    "D007": "the file is larger than preflight is willing to interpret",
    "D008": "a compressed stream is empty: Ghostscript and others take the file for damaged",
    "D101": "no trim box",
    "D102": "boxes do not lie inside each other: trim, bleed, media",
    "D103": "pages differ in size",
    "D104": "the trim size is not the one ordered",
    "D105": "the bleed box gives less bleed than ordered",
    "D106": "ink reaches the trim but not the edge of the bleed",
    "D107": "text is too near to the trim",
    "D108": "ink stands in the bleed only: a printer's mark in the wrong place",
    "D109": "a page is turned or scaled",
    "D110": "a page has no usable media box",
    "D111": "a page has a trim box and an art box",
    "D112": "the crop box cuts the trim",
    "D201": "a font is not embedded",
    "D202": "a Type 3 font",
    "D203": "a character without a glyph is printed",
    "D204": "a character is printed with an empty glyph",
    "D205": "text that cannot be searched or read aloud",
    "D206": "an embedded font cannot be read",
    "D301": "RGB colour in text or line work",
    "D302": "device-independent colour",
    "D303": "more ink than the paper takes",
    "D304": "black text made of several inks",
    "D305": "black text in RGB",
    "D306": "black text leaves a gap in the colour below it",
    "D307": "white text that overprints, and so vanishes",
    "D308": "a spot colour",
    "D309": "registration colour inside the trim",
    "D310": "an RGB picture",
    "D311": "a colour profile that repeats the output intent's",
    "D401": "a hairline",
    "D402": "a picture with too few pixels",
    "D403": "line art with too few pixels",
    "D404": "transparency",
    "D405": "transparency is blended in RGB",
    "D406": "a picture that is not what will be printed: alternates, OPI, PostScript",
    "D407": "a picture cannot be decoded",
    "D501": "no output intent",
    "D502": "the output intent is defective",
    "D503": "no XMP metadata, or it is not XML",
    "D504": "XMP metadata and the information dictionary disagree",
    "D505": "the PDF/X marker is missing or another than ordered",
    "D506": "the file says PDF/X and is not",
    "D507": "the PDF/A marker is missing or another than ordered",
    "D508": "the file says PDF/A and is not",
    "D509": "no document identifier",
    "D510": "no title",
    "D511": "no language, or another than ordered",
    "D513": "dates are missing or cannot be read",
    "D601": "annotations on the paper",
    "D602": "JavaScript",
    "D603": "layers",
    "D604": "attachments",
    "D605": "form fields",
    "D606": "an action that starts something",
    "D607": "sound, film or three dimensions",
    "D701": "the number of pages is no multiple of what the printer folds",
    "D702": "another number of pages than expected",
    "D703": "a blank page where none is expected",
    "D704": "ink on a page that is to be blank",
    "D705": "a bookmark leads nowhere",
    "D706": "a link leads nowhere",
    "D707": "a link to a file on somebody's disk, or left over from the making",
    "D708": "no bookmarks",
    "D801": "the file is not tagged",
    "D802": "content that is neither tagged nor marked as decoration",
    "D803": "the structure tree is broken",
    "D804": "a figure without a text alternative",
    "D805": "a link that is not in the structure",
    "D806": "the window is told to show the file name instead of the title",
    "D807": "a rank of headings is skipped",
    "D808": "the PDF/UA marker is missing",
}
"""Every code of preflight and what it stands for; also the table of the documentation."""

_AGAIN = "write the file again from the program that made it"
_EXPORT = "choose the printer's PDF/X preset in the program that made the file"
_COPY = "keep it in the copy for the screen; the one for the printer has none"
_TAGS = "let the program that made the file tag it (“tagged PDF”, PDF/UA)"

ADVICE: Mapping[str, str] = {
    "D001": "is it complete, and is it the right file?",
    "D002": "save it without protection",
    "D003": "save it without protection",
    "D004": _AGAIN,
    "D005": _AGAIN,
    "D006": _AGAIN,
    "D007": "divide it, or save it with simpler pages",
    "D008": _AGAIN,
    "D101": _EXPORT,
    "D102": _EXPORT,
    "D103": "give all pages one size; a folded sheet is a file of its own",
    "D104": "order this size, or set “page” in book.yaml to the one ordered",
    "D105": "set “bleed” in book.yaml to what the printer asks for",
    "D106": "let it run to the edge of the bleed, or end before the trim",
    "D107": "move it inwards",
    "D108": "marks stand outside the bleed: let the program that made the file offset them",
    "D109": "save the page upright and at its own size",
    "D110": _AGAIN,
    "D111": "keep the trim box only",
    "D112": "take the crop box out",
    "D201": "embed every font in the program that made the file",
    "D202": "use a font in outlines: OpenType or TrueType",
    "D203": "use another character, or a font that has it",
    "D204": "is a blank meant? then write one",
    "D205": "let the program that made the file write the characters of its fonts (ToUnicode)",
    "D206": "use another copy of the font",
    "D301": "use grey or CMYK",
    "D302": "convert it to grey or CMYK of the printing condition",
    "D303": "lighten it, or convert it through the profile of the printing condition",
    "D304": "small text in black ink only",
    "D305": "use black ink only: device-cmyk(0 0 0 1)",
    "D306": "set black text to overprint (OPM 1)",
    "D307": "set white to knock out",
    "D308": "convert it to CMYK, or order the ink",
    "D309": "use black: registration colour is for marks beside the page",
    "D310": "convert it through the profile of the printing condition, or to grey",
    "D311": "use DeviceCMYK, which the output intent describes",
    "D401": "draw it at least 0.25 pt wide",
    "D402": "print it smaller, or bring it with more pixels",
    "D403": "print it smaller, bring it with more pixels, or as SVG",
    "D404": "flatten it, or order PDF/X-4",
    "D405": "blend in CMYK: set the page's group to DeviceCMYK",
    "D406": "put the picture itself into the file",
    "D407": "bring the picture as a plain PNG, JPEG or TIFF",
    "D501": _EXPORT,
    "D502": _EXPORT,
    "D503": _EXPORT,
    "D504": "set title, author and dates once and save again: one of the two was changed alone",
    "D505": _EXPORT,
    "D506": _EXPORT,
    "D507": "choose PDF/A in the program that made the file",
    "D508": "choose PDF/A in the program that made the file",
    "D509": _AGAIN,
    "D510": "set the title in the document's properties",
    "D511": "set the language in the document's properties",
    "D513": "set the dates in the document's properties",
    "D601": _COPY,
    "D602": "nothing of it may stay in a book",
    "D603": "merge the layers",
    "D604": _COPY,
    "D605": "flatten the form: what is filled in becomes text",
    "D606": "take it out",
    "D607": "take it out, or print a picture of it",
    "D701": "add blank pages at the end, or cut some",
    "D702": "is it the right file? the spine is reckoned from the number of pages",
    "D703": "is something lost? or say that the page is to be blank",
    "D704": "is it the right page? take what stands there away",
    "D705": "make the bookmarks again",
    "D706": "make the link again, or take it out",
    "D707": "link to the web, or within the file",
    "D708": "let the program that made the file write bookmarks from the headings",
    "D801": _TAGS,
    "D802": _TAGS,
    "D803": _TAGS,
    "D804": "describe the picture (:alt: in a chapter)",
    "D805": _TAGS,
    "D806": "set “show the document's title” in the document's properties",
    "D807": "use the ranks of headings one after the other",
    "D808": _TAGS,
}
"""Code → what to do, where a finding does not know better."""

DISTRIBUTION_CODES: Mapping[str, str] = {
    "D901": "paper or board that is no paper",
    "D902": "an ISBN that is none",
    "D903": "a translation is less complete than coverage: asks for",
    "D904": "the profile for print is not there",
    "D905": "the tags of the screen copy lack the call of a note or the language of a phrase",
    "D910": "a distribution has no sums, or its manifest names no inputs",
    "D911": "a file of the distribution is missing",
    "D912": "a file of the distribution was changed",
    "D913": "a file does not belong to the distribution",
    "D914": "the book was changed since the distribution was made",
}
"""Every code of making and verifying a distribution, likewise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a printer, an archive or a reader would object to."""

    code: str
    message: str
    """Lower case, no full stop; without the pages."""
    severity: Severity = ERROR
    pages: tuple[int, ...] = ()
    """Physical pages from 1, in order; empty for the file as a whole."""
    hint: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    """What was measured, with units in the names; plain JSON values."""

    def __str__(self) -> str:
        where = f" ({_pages(self.pages)})" if self.pages else ""
        head = f"{self.severity.value}[{self.code}]: {self.message}{where}"
        return f"{head}\n  hint: {self.hint}" if self.hint else head

    def as_data(self) -> dict[str, object]:
        """Return the finding as plain values for JSON."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "pages": list(self.pages),
            "hint": self.hint,
            "data": dict(self.data),
        }

    def as_diagnostic(self, path: str) -> Diagnostic:
        """Return the finding as the command line shows findings; ``path`` names the PDF."""
        where = f" ({_pages(self.pages)})" if self.pages else ""
        return Diagnostic(self.code, self.message + where, Place(path), self.hint, self.severity)


class Report:
    """Collect findings; equal ones on several pages become one."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], tuple[Severity, str, Mapping[str, object]]] = {}
        self._pages: dict[tuple[str, str], set[int]] = {}

    def add(
        self,
        code: str,
        message: str,
        *,
        severity: Severity = ERROR,
        page: int = 0,
        hint: str = "",
        **data: object,
    ) -> None:
        """Add a finding; ``page`` 0 means the file as a whole. Without a hint it has that of its code."""
        assert code in CODES, f"{code} has no line in CODES"
        key = (code, message)
        self._first.setdefault(key, (severity, hint or ADVICE[code], data))
        if page:
            self._pages.setdefault(key, set()).add(page)

    def findings(self) -> list[Finding]:
        """Return what was found: errors first, then by code, first page and message."""
        order = {ERROR: 0, WARNING: 1, NOTE: 2}
        found = [
            Finding(code, message, severity, tuple(sorted(self._pages.get((code, message), ()))), hint, data)
            for (code, message), (severity, hint, data) in self._first.items()
        ]
        return sorted(found, key=lambda f: (order[f.severity], f.code, f.pages[:1], f.message))


def _pages(pages: tuple[int, ...]) -> str:
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    shown = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in runs[:8])
    more = f" and {sum(b - a + 1 for a, b in runs[8:])} more" if len(runs) > 8 else ""
    return f"page{'s' if len(pages) > 1 else ''} {shown}{more}"
