"""Sources to formatted citations, by a CSL style through citeproc-py.

The engine is fenced in here. It is asked for one citation at a time, in a position that we name
(first, subsequent, ibid.), because notes are ours: their numbers, their order and what follows what.
Its traps are met at the door: text is escaped on the way in, keys are our own, fields that it
does not know are left out, ranges of dates are written by the locale, equal locators are equal.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from enum import Enum
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any, cast

from citeproc import VARIABLES, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source import Citation, CitationItem, Locator
from citeproc.source.json import CiteProcJSON

from bookbuild.apparatus.spans import direction_of, plain
from bookbuild.diagnostics import EnvironmentFailure
from bookbuild.model.book import Book
from bookbuild.model.edition import Phrase, Run, Span, Spans, Style, Styled
from bookbuild.model.locale import Locale
from bookbuild.model.prose import Prose, Status
from bookbuild.model.source import Source
from bookbuild.model.value import Date, Day

TITLE_OPENS, TITLE_CLOSES = "\ue0f0", "\ue0f1"
"""Private-use signs around a title on its way through the engine: its language is ours to mark."""

DATE = "\ue0f3"
"""Before a date in words: after a full stop it begins with a capital, by the language's rules."""

LOCATOR = "\ue0f2"
"""Stands for a locator that has no CSL label: the engine places it, we put its words."""

LABELS = {
    "p": "page", "pp": "page", "page": "page", "pages": "page",
    "sec": "section", "secs": "section", "section": "section", "§": "section",
    "ch": "chapter", "chap": "chapter", "chapter": "chapter",
    "para": "paragraph", "paras": "paragraph", "paragraph": "paragraph", "¶": "paragraph",
    "art": "article", "article": "article", "n": "note", "note": "note", "fig": "figure",
    "figure": "figure", "vol": "volume", "vols": "volume", "l": "line", "line": "line", "part": "part",
}  # fmt: skip
"""Words before a locator → CSL label. Others are printed as written."""

_LABELLED = re.compile(r"^(?P<label>[^\W\d_]+|[§¶])\.?\s+(?P<rest>.+)$", re.DOTALL)
_COUNTED = {
    "page", "section", "chapter", "paragraph", "article-locator", "volume", "note", "figure", "part", "line",
}  # fmt: skip
"""Terms that CSL has for one and for several."""
_SEPARATORS = re.compile(r'(?P<name>\b(?:delimiter|prefix|suffix|sort-separator)=")(?P<sign>[^"]*)')
_DATE_AFTER_STOP = re.compile(rf"((?:^|[.?!][”»’“\"]?) ?){DATE}(\w)")
_LATIN = "A-Za-z\u00c0-\u058f"
_LEFT_TO_RIGHT = re.compile(rf"(https?://\S+|[{_LATIN}](?:[^\u0590-\u08ff:()\[\]«»“”]*[{_LATIN}\d])?\.?)")
"""Words of a script written from left to right, with what stands between them."""
_DATES = {"issued", "accessed", "event-date", "original-date", "submitted"}
_NAMES = {"author", "editor", "translator", "recipient", "interviewer", "composer", "container-author"}


class Position(Enum):
    """Where a citation stands among those before it in its chapter, by CSL's words."""

    FIRST = "first"
    SUBSEQUENT = "subsequent"
    IBID = "ibid"
    IBID_WITH_LOCATOR = "ibid-with-locator"


class Citer:
    """Formats citations and bibliography entries of one book in one locale."""

    def __init__(self, book: Book, locale: Locale, csl: str) -> None:
        """Read the style and the sources.

        ``csl`` is the text of the style. Raises EnvironmentFailure if it is not CSL.
        """
        self._book = book
        self._locale = locale
        self._keys = {source.key: f"k{number}" for number, source in enumerate(book.sources)}
        self._sources = {source.key: source for source in book.sources}
        self._formatted: dict[tuple[str, Position, str], Spans] = {}
        self._entries: dict[str, Spans] = {}
        style = _style(csl, locale)
        self._words_dates = not _has_own_dates(style)
        layout = style.root.citation.layout
        self.delimiter: str = layout.get("delimiter") or "; "
        self.suffix: str = layout.get("suffix") or ""
        # Notes are joined and closed by us, also around words that are not the style's.
        layout.set("suffix", "")
        items = [self._item(source) for source in book.sources]
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a field that the engine does not know is our fault
            self._engine = CitationStylesBibliography(style, CiteProcJSON(items), formatter.html)
        self._engine.register(Citation([CitationItem(key) for key in self._keys.values()]))

    def cite(self, key: str, position: Position, locator: str = "") -> Spans:
        """Return one citation without the style's closing stop.

        ``locator`` as written: ``p. 12``, ``sec. "Basic facts"``, or words.
        """
        known = (key, position, locator)
        if known not in self._formatted:
            self._formatted[known] = self._cite(key, position, locator)
        return self._formatted[known]

    def entry(self, key: str) -> Spans:
        """Return the entry of a bibliography, with its closing stop."""
        if key not in self._entries:
            self._entries[key] = self._entry(key)
        return self._entries[key]

    def _entry(self, key: str) -> Spans:
        items = self._engine.items
        item = next(item for item in items if item.key == self._keys[key])
        text = self._engine.style.root.bibliography.layout.render_bibliography([item])
        return self._spans(str(text[0]) if text else "", key, "")

    def names(self, key: str) -> Spans:
        """Return the authors of a source, in the locale's words; nothing if none is named."""
        names = cast("list[Mapping[str, str]]", self._sources[key].csl.get("author", []))
        said = _names(names, self._sources[key], "author")
        words = [unescape(name.get("literal") or name.get("family", "")) for name in said]
        return (Run(self._locale.list_of(words)),) if words else ()

    def issued(self, source: Source) -> str:
        """Return the date of publication in the locale's words; empty if none is known."""
        return self._date_words(source)

    def _cite(self, key: str, position: Position, locator: str) -> Spans:
        label, words = read_locator(locator)
        mine: dict[str, object] = {}
        if locator:
            mine["locator"] = Locator(label or "none", escape(words, quote=False) if label else LOCATOR)
        citation = Citation([CitationItem(self._keys[key], **mine)])
        citation.bibliography = self._engine
        self._engine._cites = self._history(key, position)
        text = self._engine.cite(citation, None)
        return self._spans(str(text), key, words)

    def _history(self, key: str, position: Position) -> list[Any]:
        """Return the citations that put the next one of ``key`` in this position."""
        if position is Position.FIRST:
            return []
        others: dict[str, object] = {}
        if position is Position.IBID_WITH_LOCATOR:
            others["locator"] = Locator("page", "0")
        before = CitationItem(self._keys[key], **others)
        Citation([before])
        if position is not Position.SUBSEQUENT:
            return [before]
        between = CitationItem("another")
        Citation([between])
        return [before, between]

    def _item(self, source: Source) -> dict[str, object]:
        item: dict[str, object] = {
            "id": self._keys[source.key],
            "type": str(source.csl.get("type", "document")),
        }
        for name, value in source.csl.items():
            if name.replace("-", "_") not in VARIABLES or name in {"note", "abstract", "annote"}:
                continue
            if name in _NAMES:
                item[name] = _names(value, source, name)
            elif name == "issued" or name in _DATES:
                item[name] = self._date(value, source if name == "issued" else None)
            elif name in {"title", "title-short"}:
                item[name] = (
                    f"{TITLE_OPENS}{escape(self._title(source, str(value)), quote=False)}{TITLE_CLOSES}"
                )
            elif name == "container-title" and _said(source, name, str(value)) == value:
                item[name] = f"{TITLE_OPENS}{escape(str(value), quote=False)}{TITLE_CLOSES}"
            elif name == "language":
                item[name] = str(value)
            else:
                item[name] = escape(_said(source, name, str(value)), quote=False)
        title = self._title(source, str(source.csl.get("title", "")))
        if title.startswith("[") and "title-short" not in item and "," in title:
            # The editors' own description of a text without a title: its first part will do later on.
            short = escape(title.split(",")[0] + "]", quote=False)
            item["title-short"] = f"{TITLE_OPENS}{short}{TITLE_CLOSES}"
        return item

    def _title(self, source: Source, title: str) -> str:
        """Return the title; one that the editors supplied (in square brackets) in the locale's words."""
        if title.startswith("["):
            if source.title_translated and _is_translated(source.title_translated):
                return plain_words(source.title_translated)
            return _said(source, "title", title)
        return title

    def _date(self, value: object, source: Source | None) -> Mapping[str, object]:
        """Return a CSL date that the engine prints whole: ranges and “about” are written by us."""
        if not isinstance(value, Mapping):
            return {"literal": DATE + escape(str(value), quote=False)}
        parts = value.get("date-parts")
        if isinstance(parts, (list, tuple)) and parts:
            if not self._words_dates and len(parts) == 1 and not value.get("circa"):
                return {"date-parts": [list(parts[0])]}
            return {"literal": DATE + escape(self._locale.date(_date(value), short=True), quote=False)}
        literal = str(value.get("literal") or value.get("raw") or "")
        words = _said(source, "issued", literal) if source else literal
        return {"literal": DATE + escape(words, quote=False)}

    def _date_words(self, source: Source) -> str:
        value = source.csl.get("issued")
        if not isinstance(value, Mapping):
            return ""
        if value.get("date-parts"):
            return self._locale.date(_date(value))
        return _said(source, "issued", str(value.get("literal") or value.get("raw") or ""))

    def _spans(self, html: str, key: str, locator: str) -> Spans:
        source = self._sources[key]
        title_lang = str(source.csl.get("language") or self._book.source_language)
        title = str(source.csl.get("title", ""))
        supplied = title.startswith("[")
        lang = "" if supplied or title_lang == self._locale.code else title_lang
        # A supplied title is no quotation and no name of a work.
        if supplied:
            html = re.sub(f"[“„«‘]({TITLE_OPENS}.*?{TITLE_CLOSES})[”“»’]", r"\1", html)
        html = _DATE_AFTER_STOP.sub(lambda found: found[1] + self._locale.upper(found[2]), html)
        reader = _Markup(lang, locator)
        reader.feed(html.replace(DATE, ""))
        reader.close()
        spans = reader.spans()
        if lang:
            spans = tuple(part for span in spans for part in _with_quoted(span, lang, self._locale.quotes))
        return _in_order(spans, self._locale.direction, title_lang)


def _with_quoted(span: Span, lang: str, quotes: tuple[str, str, str, str]) -> Iterator[Span]:
    """Mark what is quoted in a locator, a heading of the source, as being in the source's language."""
    if not isinstance(span, Run):
        yield span
        return
    opens, closes = re.escape(quotes[0]), re.escape(quotes[1])
    for number, piece in enumerate(re.split(f"(?<={opens})([^{opens}{closes}]+)(?={closes})", span.text)):
        if piece:
            yield Phrase(lang, "", (Run(piece),)) if number % 2 else Run(piece)


def _in_order(spans: Spans, direction: str, lang: str) -> Spans:
    """Keep each name, title and place of the other direction in its own order.

    From right to left the parts of a citation follow each other leftwards; without a mark of their own two
    Latin ones that are neighbours would change places.
    """
    if direction == "ltr":
        return spans
    ordered: list[Span] = []
    for span in spans:
        match span:
            case Run(text):
                for number, piece in enumerate(_LEFT_TO_RIGHT.split(text)):
                    if piece:
                        run: Span = Run(piece)
                        ordered.append(Phrase(lang, "ltr", (run,)) if number % 2 else run)
            case Styled(style, inside):
                ordered.append(Styled(style, _in_order(inside, direction, lang)))
            case Phrase(said_in, "", inside) if direction_of(said_in) != direction:
                ordered.append(Phrase(said_in, "ltr", inside))
            case _:
                ordered.append(span)
    return tuple(ordered)


def read_locator(locator: str) -> tuple[str, str]:
    """Split a locator into its CSL label and the rest; the label is empty where there is none.

    >>> read_locator("pp. 12–14")
    ('page', '12–14')
    >>> read_locator("International media coverage")
    ('', 'International media coverage')
    """
    words = locator.strip()
    match = _LABELLED.match(words)
    label = LABELS.get(match["label"].lower(), "") if match else ""
    if match and label and (match["rest"][:1].isdigit() or match["rest"][:1] in "\"“‘'IVXivx"):
        return label, match["rest"].replace("-", "–") if label == "page" else match["rest"]
    return ("page", words) if words[:1].isdigit() else ("", words)


def plain_words(prose: Prose) -> str:
    """Return the words of a message that carries no marks."""
    return "".join(getattr(node, "text", "") or _inside(node) for node in prose.inlines) or prose.source


def _inside(node: object) -> str:
    children = getattr(node, "children", ())
    return "".join(getattr(child, "text", "") or _inside(child) for child in children)


def _is_translated(prose: Prose) -> bool:
    return prose.status in {Status.ORIGINAL, Status.TRANSLATED, Status.NEUTRAL}


def _said(source: Source | None, field: str, text: str) -> str:
    """Return the locale's words for a field that the editors wrote themselves, else the field."""
    words = getattr(source, "words", {}) or {}
    prose = words.get(field)
    return plain_words(prose) if prose is not None else text


def _names(value: object, source: Source, field: str) -> list[Mapping[str, str]]:
    names: list[Mapping[str, str]] = []
    for number, name in enumerate(cast("list[Mapping[str, object]]", value)):
        said = {part: escape(str(words), quote=False) for part, words in name.items()}
        if "literal" in said:
            said = {"literal": escape(_said(source, f"{field}/{number}", str(name["literal"])), quote=False)}
        known = {"family", "given", "dropping-particle", "non-dropping-particle", "suffix", "literal"}
        names.append({part: words for part, words in said.items() if part in known})
    return names


def _date(value: Mapping[str, object]) -> Date:
    parts = cast("list[list[object]]", value["date-parts"])
    days = []
    for part in parts:
        numbers = [int(str(number)) for number in part]
        year, month, day = (*numbers, None, None)[:3]
        days.append(Day(year=year, month=month, day=day, approximate=bool(value.get("circa"))))
    return Date(days[0], days[-1])


def _style(csl: str, locale: Locale) -> Any:
    """Read a style, with the locale's separators, and with its terms before those of the engine's files."""
    written = _SEPARATORS.sub(lambda found: _separated(found, locale), csl)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            style = CitationStylesStyle(io.BytesIO(written.encode()), locale=locale.code)
    except Exception as failure:  # lxml, the schema and the engine each have their own
        raise EnvironmentFailure(f"the citation style is not usable: {failure}") from failure
    if locale.citation_terms:
        root = style.root
        own = [part for part in root.locales if part.get_root() is root]
        style.parser.feed(_locale_file(locale))
        words = style.parser.close()
        words.style = root
        root.locales[len(own) :] = [words, *root.locales[len(own) :]]
    return style


def _separated(found: re.Match[str], locale: Locale) -> str:
    pieces = re.split(r"(&#?\w+;)", found["sign"])
    return found["name"] + "".join(
        piece if number % 2 else locale.punctuated(piece) for number, piece in enumerate(pieces)
    )


def _locale_file(locale: Locale) -> bytes:
    """Write a locale's terms as CSL has them. Dates go from day to year, as in every pack."""
    terms = []
    for key, words in locale.citation_terms.items():
        name, _, form = key.partition(" ")
        asked = f' form="{form}"' if form else ""
        one, several = (escape(word) for word in (words[0], words[-1]))
        said = f"<single>{one}</single><multiple>{several}</multiple>" if name in _COUNTED else one
        terms.append(f'<term name="{name}"{asked}>{said}</term>')
    parts = '<date-part name="day" suffix=" "/><date-part name="month" suffix=" "/><date-part name="year"/>'
    return (
        f'<locale xmlns="http://purl.org/net/xbiblio/csl" version="1.0" xml:lang="{escape(locale.code)}">'
        f'<date form="text">{parts}</date><terms>{"".join(terms)}</terms></locale>'
    ).encode()


def _has_own_dates(style: Any) -> bool:
    """Whether a style asks for dates otherwise than whole and in the language's own form."""
    dates = style.root.xpath_search("//cs:macro//cs:date | //cs:layout//cs:date")
    return any(date.get("form") != "text" or date.get("date-parts") for date in dates)


class _Markup(HTMLParser):
    """Reads the engine's HTML back into spans."""

    def __init__(self, title_lang: str, locator: str) -> None:
        super().__init__(convert_charrefs=True)
        self._title_lang = title_lang
        self._locator = locator
        self._open: list[tuple[str, Style | None, list[Span]]] = [("", None, [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        styles = {
            "i": Style.TITLE, "b": Style.STRONG, "sup": Style.SUPERSCRIPT, "sub": Style.SUBSCRIPT,
            "span": Style.SMALL_CAPS if "small-caps" in str(dict(attrs).get("style")) else None,
        }  # fmt: skip
        self._open.append((tag, styles.get(tag), []))

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1][0] == tag:
            self._shut()

    def handle_data(self, data: str) -> None:
        for piece in re.split(f"([{TITLE_OPENS}{TITLE_CLOSES}{LOCATOR}])", data):
            if piece == TITLE_OPENS:
                self._open.append((TITLE_OPENS, None, []))
            elif piece == TITLE_CLOSES:
                if self._open[-1][0] == TITLE_OPENS:
                    self._shut()
            elif piece:
                self._open[-1][2].append(Run(self._locator if piece == LOCATOR else piece))

    def spans(self) -> Spans:
        while len(self._open) > 1:
            self._shut()
        return tuple(self._open[0][2])

    def _shut(self) -> None:
        tag, style, inside = self._open.pop()
        spans: Spans = tuple(inside)
        if tag == TITLE_OPENS and self._title_lang:
            spans = (Phrase(self._title_lang, "", spans),)
        elif style is Style.TITLE and plain(spans).startswith("["):
            pass  # supplied by the editors: no name of a work
        elif style:
            spans = (Styled(style, spans),)
        self._open[-1][2].extend(spans)
