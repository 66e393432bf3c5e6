"""The book for reading: a tagged PDF/UA-1 for the screen, a PDF/A-3u with its data for the archive."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from bookbuild.distribute.condition import PrintCondition, Separator
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.interior import write_info
from bookbuild.distribute.separations import Plates
from bookbuild.distribute.structure import TagFacts, complete_tags
from bookbuild.distribute.xmp import PDFA_ID, PDFUA_ID, FileFacts, info_date, write_xmp
from bookbuild.model.unit import Unit


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file embedded in the archive copy."""

    name: str
    mime: str
    description: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadingCopy:
    """A finished file for reading and what it must be checked against."""

    pdf: bytes
    expectations: Expectations
    tags: TagFacts | None = None


def screen_pdf(pdf: bytes, units: Sequence[Unit], facts: FileFacts) -> ReadingCopy:
    """Return the book as PDF/UA-1. ``pdf`` is what the press joined from tagged units.

    Raises:
        ValueError: the press did not tag its units.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        tags = complete_tags(opened, units, facts.lang)
        _describe(opened, facts, {PDFUA_ID: {"part": "1"}})
        _show_title(opened)
        data = _saved(opened)
    expectations = Expectations(Purpose.SCREEN, tagged=True, lang=facts.lang, title=facts.title)
    return ReadingCopy(data, expectations, tags)


def archive_pdf(
    pdf: bytes, facts: FileFacts, condition: PrintCondition, attachments: Sequence[Attachment]
) -> ReadingCopy:
    """Return the book as PDF/A-3u with data embedded; all colours are those of the condition."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        plates = Plates(opened, Separator(condition, black_only=False), flatten=False, overprint=False)
        for page in opened.pages:
            plates.page(page)
            for key in {"/StructParents", "/Tabs", "/AA"} & set(page.obj.keys()):
                del page.obj[key]
            _tidy_annotations(page)
        for key in {"/StructTreeRoot", "/MarkInfo", "/OpenAction", "/AA", "/OCProperties"} & set(
            opened.Root.keys()
        ):
            del opened.Root[key]
        _embed(opened, attachments, facts)
        profile = Stream(opened, condition.profile)
        profile.N = 4
        intent = Dictionary(
            Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String(condition.identifier),
            Info=String(condition.info), DestOutputProfile=opened.make_indirect(profile),
        )  # fmt: skip
        opened.Root.OutputIntents = Array([intent])
        _describe(opened, facts, {PDFA_ID: {"part": "3", "conformance": "U"}})
        _show_title(opened)
        data = _saved(opened)
    expectations = Expectations(
        Purpose.ARCHIVE, pdfa="3u", lang=facts.lang, title=facts.title, max_ink_percent=Decimal(400)
    )
    return ReadingCopy(data, expectations)


def _tidy_annotations(page: pikepdf.Page) -> None:
    for annotation in page.obj.get(Name.Annots, Array()):
        annotation.F = 4  # printed, never hidden (ISO 19005-3, 6.3.2)
        for key in {"/StructParent", "/AA"} & set(annotation.keys()):
            del annotation[key]


def _embed(pdf: pikepdf.Pdf, attachments: Sequence[Attachment], facts: FileFacts) -> None:
    names, files = Array(), Array()
    for one in sorted(attachments, key=lambda attachment: attachment.name):
        stream = Stream(pdf, one.content)
        stream.Type, stream.Subtype = Name.EmbeddedFile, Name(f"/{one.mime}")
        stream.Params = Dictionary(Size=len(one.content), ModDate=String(info_date(facts.moment)))
        held = pdf.make_indirect(stream)
        spec = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String(one.name),
                UF=String(one.name),
                Desc=String(one.description),
                AFRelationship=Name.Data,
                EF=Dictionary(F=held, UF=held),
            )
        )
        names.extend([String(one.name), spec])
        files.append(spec)
    if len(files):
        if Name.Names not in pdf.Root:
            pdf.Root.Names = Dictionary()
        pdf.Root.Names.EmbeddedFiles = Dictionary(Names=names)
        pdf.Root.AF = files


def _describe(pdf: pikepdf.Pdf, facts: FileFacts, marks: Mapping[str, Mapping[str, str]]) -> None:
    del pdf.docinfo
    write_info(pdf, facts)
    metadata = Stream(pdf, write_xmp(facts, marks))
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = pdf.make_indirect(metadata)
    pdf.Root.Lang = String(facts.lang)


def _show_title(pdf: pikepdf.Pdf) -> None:
    if Name.ViewerPreferences not in pdf.Root:
        pdf.Root.ViewerPreferences = Dictionary()
    pdf.Root.ViewerPreferences.DisplayDocTitle = True


def _saved(pdf: pikepdf.Pdf) -> bytes:
    pdf.remove_unreferenced_resources()
    out = io.BytesIO()
    # Metadata stay readable to programs that know nothing of PDF.
    pdf.save(
        out,
        deterministic_id=True,
        fix_metadata_version=False,
        force_version="1.7",
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
    )
    return out.getvalue()
