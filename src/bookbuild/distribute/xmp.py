"""XMP metadata of a PDF: read any, write ours (ISO 16684-1, ISO 32000-1 14.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
XMP_MM = "http://ns.adobe.com/xap/1.0/mm/"
PDF = "http://ns.adobe.com/pdf/1.3/"
PDFX_ID = "http://www.npes.org/pdfx/ns/id/"
PDFX = "http://ns.adobe.com/pdfx/1.3/"
PDFA_ID = "http://www.aiim.org/pdfa/ns/id/"
PDFUA_ID = "http://www.aiim.org/pdfua/ns/id/"

_MOMENT = re.compile(
    r"(\d{4})-?(\d\d)?-?(\d\d)?T?(\d\d)?:?(\d\d)?:?(\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?'?\d\d'?)?$"
)


def read_xmp(data: bytes) -> dict[str, str]:
    """Return properties by ``{namespace}name``; of lists the items joined with “; ”.

    Raises:
        ValueError: it is not XML, or declares entities.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ValueError("it declares entities")
    try:
        tree = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    found: dict[str, str] = {}
    for description in tree.iter(f"{{{RDF}}}Description"):
        for name, value in description.attrib.items():
            if not name.startswith(f"{{{RDF}}}"):
                found.setdefault(name, value.strip())
        for child in description:
            items = [(item.text or "").strip() for item in child.iter(f"{{{RDF}}}li")]
            found.setdefault(child.tag, "; ".join(items) if items else (child.text or "").strip())
    return found


def moment(text: str) -> tuple[str, ...] | None:
    """Return year to second and zone of a date of either form, or None if it is none.

    >>> moment("D:20261121000000Z") == moment("2026-11-21T00:00:00Z") == moment("D:20261121000000+00'00'")
    True
    """
    match = _MOMENT.match(text.removeprefix("D:").strip())
    if not match:
        return None
    year, *rest, zone = match.groups()
    zone = (zone or "").translate({ord(":"): None, ord("'"): None})
    parts = [part or default for part, default in zip(rest, ("01", "01", "00", "00", "00"), strict=True)]
    return (year, *parts, "Z" if zone in {"+0000", "-0000"} else zone)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says of itself, in both of its places."""

    title: str
    authors: tuple[str, ...]
    subject: str
    lang: str
    moment: str
    """ISO 8601 with zone, as in ``2026-11-21T00:00:00Z``; of the edition, not of the run."""
    identifier: str
    """A UUID derived from the inputs."""
    producer: str
    rights: str = ""
    publisher: str = ""


def info_date(iso: str) -> str:
    """Write an ISO moment as the information dictionary wants it.

    >>> info_date("2026-11-21T00:00:00Z")
    'D:20261121000000Z'
    """
    return "D:" + re.sub(r"[-:T]", "", iso)


def write_xmp(facts: FileFacts, marks: Mapping[str, Mapping[str, str]], schemas: str = "") -> bytes:
    """Write an XMP packet. ``marks``: namespace → name → value, such as ``PDFA_ID → {"part": "3"}``.

    ``schemas`` is put in as it is: the description of extension schemas that PDF/A asks for.
    """
    prefixes = {PDFX_ID: "pdfxid", PDFX: "pdfx", PDFA_ID: "pdfaid", PDFUA_ID: "pdfuaid"}
    authors = "".join(f"<rdf:li>{escape(name)}</rdf:li>" for name in facts.authors)
    lines = [
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">',
        (
            f'<rdf:Description rdf:about="" xmlns:dc="{DC}" xmlns:xmp="{XMP}" xmlns:pdf="{PDF}" '
            f'xmlns:xmpMM="{XMP_MM}">'
        ),
        "<dc:format>application/pdf</dc:format>",
        _alternative("title", facts.title),
        f"<dc:creator><rdf:Seq>{authors}</rdf:Seq></dc:creator>" if authors else "",
        _alternative("description", facts.subject),
        _alternative("rights", facts.rights),
        f"<dc:publisher><rdf:Bag><rdf:li>{escape(facts.publisher)}</rdf:li></rdf:Bag></dc:publisher>"
        if facts.publisher
        else "",
        f"<dc:language><rdf:Bag><rdf:li>{escape(facts.lang)}</rdf:li></rdf:Bag></dc:language>",
        *(
            f"<xmp:{name}>{facts.moment}</xmp:{name}>"
            for name in ("CreateDate", "ModifyDate", "MetadataDate")
        ),
        f"<xmp:CreatorTool>{escape(facts.producer)}</xmp:CreatorTool>",
        f"<pdf:Producer>{escape(facts.producer)}</pdf:Producer>",
        # PDF/A knows no such property.
        "<pdf:Trapped>False</pdf:Trapped>" if PDFX_ID in marks or PDFX in marks else "",
        f"<xmpMM:DocumentID>uuid:{facts.identifier}</xmpMM:DocumentID>",
        f"<xmpMM:InstanceID>uuid:{facts.identifier}</xmpMM:InstanceID>",
        "<xmpMM:RenditionClass>default</xmpMM:RenditionClass><xmpMM:VersionID>1</xmpMM:VersionID>",
        "</rdf:Description>",
    ]
    for namespace, values in marks.items():
        prefix = prefixes[namespace]
        inner = "".join(
            f"<{prefix}:{name}>{escape(value)}</{prefix}:{name}>" for name, value in values.items()
        )
        lines.append(f'<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">{inner}</rdf:Description>')
    lines += [schemas, "</rdf:RDF></x:xmpmeta>", '<?xpacket end="r"?>']
    return "\n".join(line for line in lines if line).encode()


def _alternative(name: str, text: str) -> str:
    if not text:
        return ""
    return f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt></dc:{name}>'
