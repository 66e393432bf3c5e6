"""What goes with the PDFs: manifest, citation, ONIX for the trade, sources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from bookbuild.model.book import Book, PrintSpec
from bookbuild.model.source import Source

_ONIX = "http://ns.editeur.org/onix/3.0/reference"
_ROLES = (
    ("translat", "B06"),
    ("compil", "C01"),
    ("edit", "B01"),
    ("illustrat", "A12"),
    ("writ", "A01"),
    ("author", "A01"),
)
"""Words in a contributor's role → ONIX list 17."""
_ISO_639_2 = {
    "ar": "ara", "az": "aze", "be": "bel", "bg": "bul", "bs": "bos", "ca": "cat", "cs": "cze", "da": "dan",
    "de": "ger", "el": "gre", "en": "eng", "es": "spa", "et": "est", "fa": "per", "fi": "fin", "fr": "fre",
    "he": "heb", "hr": "hrv", "hu": "hun", "hy": "arm", "it": "ita", "ka": "geo", "kk": "kaz", "ky": "kir",
    "lt": "lit", "lv": "lav", "mk": "mac", "nl": "dut", "no": "nor", "pl": "pol", "pt": "por", "ro": "rum",
    "ru": "rus", "sk": "slo", "sl": "slv", "sq": "alb", "sr": "srp", "sv": "swe", "tk": "tuk", "tr": "tur",
    "uk": "ukr", "uz": "uzb",
}  # fmt: skip
"""Two-letter code → the bibliographic three-letter code that ONIX uses."""


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """One language of the book, as the records tell of it; words in that language."""

    lang: str
    title: str
    subtitle: str
    edition: str
    publisher: str
    names: tuple[tuple[str, str], ...]
    """Role and name."""
    blurb: str
    isbn: str
    """13 digits, or empty."""
    pages: int
    """Of the interior as printed, with blank ones."""
    added: int
    """Blank pages at the end among them."""
    notes: int
    spine_mm: Decimal
    coverage_percent: Decimal
    """Share of the translation that is finished."""


def manifest_json(
    book: Book,
    editions: Sequence[EditionFacts],
    inputs: Mapping[str, bytes],
    versions: Mapping[str, str],
    files: Mapping[str, bytes],
) -> bytes:
    """Return what the distribution was made of. ``inputs``: path from the project's root → content."""
    facts = {
        "book": book.id,
        "date": book.date,
        "versions": dict(sorted(versions.items())),
        "editions": [
            {
                "lang": one.lang,
                "title": one.title,
                "isbn": one.isbn,
                "pages": one.pages,
                "blank-pages-added": one.added,
                "notes": one.notes,
                "spine-mm": str(one.spine_mm),
                "translated-percent": str(one.coverage_percent),
            }
            for one in editions
        ],
        "inputs": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(inputs.items())},
        "files": {name: len(content) for name, content in sorted(files.items())},
    }
    return _json(facts)


def citation_cff(book: Book, one: EditionFacts, version: str) -> bytes:
    """Return the citation of the book in the Citation File Format 1.2.0."""
    authors = [f"  - name: {_quoted(name)}" for _, name in one.names] or [
        f"  - name: {_quoted(one.publisher)}"
    ]
    title = one.title + (f": {one.subtitle}" if one.subtitle else "")
    lines = [
        "cff-version: 1.2.0",
        'message: "If you use this book or its data, please cite it as below."',
        "type: dataset",
        f"title: {_quoted(title)}",
        "authors:",
        *authors,
        f"date-released: {book.date}",
        *([f"version: {_quoted(one.edition)}"] if one.edition else []),
        "preferred-citation:",
        "  type: book",
        f"  title: {_quoted(title)}",
        "  authors:",
        *(f"  {line}" for line in authors),
        f"  year: {int(book.date[:4])}",
        "  publisher:",
        f"    name: {_quoted(one.publisher)}",
        *([f"  isbn: {_quoted(one.isbn)}"] if one.isbn else []),
        f"  pages: {one.pages}",
        "  languages:",
        *(f"    - {_ISO_639_2.get(lang.split('-')[0], 'und')}" for lang in book.languages),
        f"# written by bookbuild {version}",
    ]
    return ("\n".join(lines) + "\n").encode()


def onix(book: Book, editions: Sequence[EditionFacts], spec: PrintSpec) -> bytes:
    """Return an ONIX for Books 3.0 message (reference names), one product for each edition."""
    products = "".join(_product(book, one, spec) for one in editions)
    sent = book.date.replace("-", "")
    publisher = escape(editions[0].publisher if editions else book.publisher.source)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ONIXMessage release="3.0" xmlns="{_ONIX}">\n'
        f"<Header><Sender><SenderName>{publisher}</SenderName></Sender>"
        f"<SentDateTime>{sent}</SentDateTime></Header>\n"
        f"{products}</ONIXMessage>\n"
    ).encode()


def _product(book: Book, one: EditionFacts, spec: PrintSpec) -> str:
    code = _ISO_639_2.get(one.lang.split("-")[0], "und")
    own = "<ProductIDType>01</ProductIDType><IDTypeName>bookbuild</IDTypeName>"
    kind, value = (
        ("<ProductIDType>15</ProductIDType>", one.isbn) if one.isbn else (own, f"{book.id}-{one.lang}")
    )
    identifier = f"<ProductIdentifier>{kind}<IDValue>{escape(value)}</IDValue></ProductIdentifier>"
    # With and without the blank pages that only fill up the last sheet.
    extents = (("06", one.pages), ("07", one.pages - one.added))
    subtitle = f"<Subtitle>{escape(one.subtitle)}</Subtitle>" if one.subtitle else ""
    level = "<TitleElementLevel>01</TitleElementLevel>"
    title = f"{level}<TitleText>{escape(one.title)}</TitleText>{subtitle}"
    name = escape(one.publisher)
    publisher = f"<PublishingRole>01</PublishingRole><PublisherName>{name}</PublisherName>"
    day = book.date.replace("-", "")
    date = f'<PublishingDateRole>01</PublishingDateRole><Date dateformat="00">{day}</Date>'
    measures = (("01", book.page.trim_height_mm), ("02", book.page.trim_width_mm), ("03", one.spine_mm))
    original = ""
    if one.lang != book.source_language:
        source = _ISO_639_2.get(book.source_language.split("-")[0], "und")
        original = (
            f"<Language><LanguageRole>02</LanguageRole><LanguageCode>{source}</LanguageCode></Language>"
        )
    return "\n".join(
        part
        for part in (
            f"<Product><RecordReference>{escape(book.id)}-{one.lang}</RecordReference>",
            f"<NotificationType>02</NotificationType>{identifier}",  # confirmed before publication
            "<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>BC</ProductForm>",
            *(
                f"<Measure><MeasureType>{kind}</MeasureType><Measurement>{_plain(size)}</Measurement>"
                "<MeasureUnitCode>mm</MeasureUnitCode></Measure>"
                for kind, size in measures
            ),
            f"<TitleDetail><TitleType>01</TitleType><TitleElement>{title}</TitleElement></TitleDetail>",
            *(
                f"<Contributor><SequenceNumber>{number}</SequenceNumber>"
                f"<ContributorRole>{_role(role)}</ContributorRole>"
                f"<CorporateName>{escape(name)}</CorporateName></Contributor>"
                for number, (role, name) in enumerate(one.names, 1)
            ),
            f"<EditionStatement>{escape(one.edition)}</EditionStatement>" if one.edition else "",
            f"<Language><LanguageRole>01</LanguageRole><LanguageCode>{code}</LanguageCode></Language>{original}",
            *(
                f"<Extent><ExtentType>{kind}</ExtentType><ExtentValue>{count}</ExtentValue>"
                "<ExtentUnit>03</ExtentUnit></Extent>"
                for kind, count in extents
            ),
            "</DescriptiveDetail>",
            "<CollateralDetail><TextContent><TextType>03</TextType><ContentAudience>00</ContentAudience>"
            f"<Text>{escape(one.blurb)}</Text></TextContent></CollateralDetail>"
            if one.blurb
            else "",
            f"<PublishingDetail><Publisher>{publisher}</Publisher><PublishingStatus>02</PublishingStatus>",
            f"<PublishingDate>{date}</PublishingDate></PublishingDetail></Product>\n",
        )
        if part
    )


def sources_json(sources: Iterable[Source]) -> bytes:
    """Return the works cited as CSL-JSON, sorted by key; what CSL lacks stands in ``custom``."""
    items = []
    for source in sorted(sources, key=lambda source: source.key):
        custom = {"kind": source.kind.value, "reprinted-in": source.reprinted_in}
        if source.locator:
            custom["locator"] = source.locator.source
        own = {name: value for name, value in custom.items() if value}
        items.append({**source.csl, "id": source.key, "custom": own})
    return _json(items)


def _role(words: str) -> str:
    lower = words.lower()
    return next((code for word, code in _ROLES if word in lower), "Z99")


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _quoted(text: str) -> str:
    """Write a text as YAML, which takes the strings of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
