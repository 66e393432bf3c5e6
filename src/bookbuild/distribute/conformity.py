"""Preflight of what a file says of itself: output intent, metadata, PDF/X and PDF/A."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Stream

from bookbuild.diagnostics import Severity
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.findings import Report
from bookbuild.distribute.marks import Interpreter
from bookbuild.distribute.xmp import DC, PDF, PDFA_ID, PDFUA_ID, PDFX, PDFX_ID, XMP, moment, read_xmp

_WARNING = Severity.WARNING
_SIGNATURES = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}


def profile_problem(data: bytes, channels: int) -> str:
    """Return what is wrong with an ICC profile, or nothing (ICC.1, 7.2)."""
    if len(data) < 132 or data[36:40] != b"acsp":
        return "it is no ICC profile"
    if struct.unpack(">I", data[:4])[0] != len(data):
        return "the ICC profile is cut off"
    if data[16:20] != _SIGNATURES.get(channels, b""):
        kind = data[16:20].decode("ascii", "replace").strip()
        return f"the profile is for {kind}, the file says {channels} channels"
    return ""


def check_output_intent(pdf: pikepdf.Pdf, wanted: Expectations, report: Report) -> str:
    """D501, D502; return the SHA-256 of the profile, or nothing."""
    intents = [i for i in pdf.Root.get("/OutputIntents", Array()) if isinstance(i, Dictionary)]
    kind = "/GTS_PDFA1" if wanted.purpose is Purpose.ARCHIVE else "/GTS_PDFX"
    fitting = [i for i in intents if str(i.get("/S", "")) == kind]
    if wanted.purpose is Purpose.SCREEN:
        return ""
    if not fitting:
        found = f"; only {', '.join(str(i.get('/S', ''))[1:] for i in intents)}" if intents else ""
        severity = Severity.ERROR if wanted.pdfx or wanted.pdfa else _WARNING
        hint = "name the printing condition: the profile your printer gives"
        report.add(
            "D501", f"there is no output intent of kind {kind[1:]}{found}", severity=severity, hint=hint
        )
        return ""
    digests = set()
    for intent in fitting:
        identifier = str(intent.get("/OutputConditionIdentifier", "")).strip()
        if not identifier:
            report.add("D502", "the output intent has no identifier")
        elif len(identifier) > 60 or "\n" in identifier:
            hint = "a name of the registry, such as FOGRA39"
            report.add(
                "D502", f"the output intent is called “{identifier[:40]}…”", severity=_WARNING, hint=hint
            )
        profile = intent.get("/DestOutputProfile")
        if not isinstance(profile, Stream):
            severity = _WARNING if "/RegistryName" in intent and wanted.pdfx == "X-1a" else Severity.ERROR
            report.add("D502", "the output intent has no profile", severity=severity)
            continue
        data = profile.read_bytes()
        digests.add(hashlib.sha256(data).hexdigest())
        channels = int(profile.get("/N", 0))
        if problem := profile_problem(data, channels):
            report.add("D502", f"the output intent's profile: {problem}")
        elif wanted.on_paper and data[12:16] != b"prtr":
            report.add("D502", "the output intent's profile is not one of a printer")
        elif wanted.on_paper and channels == 3:
            report.add("D502", "the output intent's profile is for RGB")
    if len(digests) > 1:
        report.add("D502", "there are output intents with different profiles")
    return min(digests, default="")


def read_metadata(pdf: pikepdf.Pdf, wanted: Expectations, report: Report) -> dict[str, str]:
    """D503; return the XMP properties."""
    stream = pdf.Root.get("/Metadata")
    severity = Severity.ERROR if wanted.pdfx or wanted.pdfa or wanted.tagged else _WARNING
    if not isinstance(stream, Stream):
        report.add("D503", "there is no XMP metadata", severity=severity)
        return {}
    try:
        return read_xmp(stream.read_bytes())
    except ValueError as error:
        report.add("D503", f"the XMP metadata is no XML: {error}"[:160])
        return {}


def check_metadata(pdf: pikepdf.Pdf, xmp: dict[str, str], wanted: Expectations, report: Report) -> None:
    """D504, D509–D513, D806."""
    info = {str(key)[1:]: str(value) for key, value in pdf.docinfo.items()}
    pairs = (
        ("Title", f"{{{DC}}}title"),
        ("Author", f"{{{DC}}}creator"),
        ("Subject", f"{{{DC}}}description"),
        ("Creator", f"{{{XMP}}}CreatorTool"),
        ("Producer", f"{{{PDF}}}Producer"),
        ("Trapped", f"{{{PDF}}}Trapped"),
    )
    for name, key in pairs:
        one, other = info.get(name, "").lstrip("/").strip(), xmp.get(key, "").strip()
        if one and other and one != other and one.replace(", ", "; ") != other:
            report.add("D504", f"{name} is “{one[:60]}” in the dictionary, “{other[:60]}” in XMP", field=name)
    for name, key in (("CreationDate", f"{{{XMP}}}CreateDate"), ("ModDate", f"{{{XMP}}}ModifyDate")):
        _check_date(name, info.get(name, ""), xmp.get(key, ""), wanted, report)
    title = xmp.get(f"{{{DC}}}title", "") or info.get("Title", "")
    severity = _WARNING if wanted.on_paper and not wanted.pdfx else Severity.ERROR
    if not title.strip():
        report.add("D510", "the file has no title", severity=severity)
    elif wanted.title and title != wanted.title:
        report.add("D510", f"the title is “{title[:60]}”, not “{wanted.title[:60]}”")
    _check_language(pdf, wanted, report)
    if "/ID" not in pdf.trailer:
        report.add("D509", "there is no document identifier", severity=severity)


def _check_date(name: str, one: str, other: str, wanted: Expectations, report: Report) -> None:
    for text in (one, other):
        if text and moment(text) is None:
            report.add("D513", f"{name} is no date: “{text[:40]}”")
            return
    if one and other and moment(one) != moment(other):
        report.add("D504", f"{name} is {one} in the dictionary, {other} in XMP", field=name)
    if wanted.pdfx and not one and not other:
        report.add("D513", f"{name} is missing")


def _check_language(pdf: pikepdf.Pdf, wanted: Expectations, report: Report) -> None:
    lang = str(pdf.Root.get("/Lang", ""))
    if not lang:
        severity = _WARNING if wanted.on_paper else Severity.ERROR
        report.add("D511", "the file does not say its language", severity=severity)
    elif wanted.lang and lang.casefold() != wanted.lang.casefold():
        report.add("D511", f"the language is “{lang}”, not “{wanted.lang}”")
    view = pdf.Root.get("/ViewerPreferences", Dictionary())
    if not wanted.on_paper and not bool(view.get("/DisplayDocTitle", False)):
        severity = Severity.ERROR if wanted.tagged else _WARNING
        report.add("D806", "the window will show the file name, not the title", severity=severity)


def check_pdfx(
    pdf: pikepdf.Pdf, xmp: dict[str, str], profile: str, wanted: Expectations, report: Report
) -> None:
    """D505, D506."""
    from_xmp = xmp.get(f"{{{PDFX_ID}}}GTS_PDFXVersion", "") or xmp.get(f"{{{PDFX}}}GTS_PDFXVersion", "")
    found = from_xmp or str(pdf.docinfo.get("/GTS_PDFXVersion", ""))
    if not wanted.on_paper:
        return
    if wanted.pdfx and not found.upper().startswith(
        "PDF/X-1" if wanted.pdfx == "X-1a" else f"PDF/{wanted.pdfx}"
    ):
        report.add("D505", f"the file says it is “{found or 'no PDF/X'}”; PDF/{wanted.pdfx} was ordered")
    elif not found:
        report.add("D505", "the file does not say that it is PDF/X", severity=_WARNING)
    if found:
        for broken in _pdfx_faults(pdf, found, profile):
            report.add("D506", f"the file says {found} but {broken}")


def _pdfx_faults(pdf: pikepdf.Pdf, found: str, profile: str) -> Iterator[str]:
    if pdf.is_encrypted:
        yield "is encrypted"
    if "/ID" not in pdf.trailer:
        yield "has no identifier"
    if str(pdf.docinfo.get("/Trapped", "")) not in {"/True", "/False"}:
        yield "does not say whether it is trapped"
    if any("/TrimBox" not in page.obj and "/ArtBox" not in page.obj for page in pdf.pages):
        yield "has pages without trim box"
    if not any(str(i.get("/S", "")) == "/GTS_PDFX" for i in pdf.Root.get("/OutputIntents", Array())):
        yield "has no output intent"
    elif "X-4" in found and not profile and not found.rstrip().endswith("p"):
        yield "does not embed the output intent's profile"
    version = tuple(int(part) for part in pdf.pdf_version.split("."))
    if "X-1" in found and version > (1, 4):
        yield f"is PDF {pdf.pdf_version}"
    if "X-4" in found and version > (1, 6):
        yield f"is PDF {pdf.pdf_version}, not 1.6"


def check_pdfa(
    pdf: pikepdf.Pdf, xmp: dict[str, str], interpreter: Interpreter, wanted: Expectations, report: Report
) -> None:
    """D507, D508, D808."""
    part, level = xmp.get(f"{{{PDFA_ID}}}part", ""), xmp.get(f"{{{PDFA_ID}}}conformance", "")
    found = f"{part}{level.lower()}"
    if wanted.pdfa and found != wanted.pdfa.lower():
        report.add("D507", f"the file says it is PDF/A-{found or '?'}; PDF/A-{wanted.pdfa} was ordered")
    elif wanted.purpose is Purpose.ARCHIVE and not part:
        report.add("D507", "the file does not say that it is PDF/A", severity=_WARNING)
    if part:
        for broken in _pdfa_faults(pdf, part, interpreter):
            report.add("D508", f"the file says PDF/A-{found} but {broken}")
    if wanted.tagged and xmp.get(f"{{{PDFUA_ID}}}part", "") != "1":
        report.add("D808", "the file does not say that it is PDF/UA-1")


def _pdfa_faults(pdf: pikepdf.Pdf, part: str, interpreter: Interpreter) -> Iterator[str]:
    if pdf.is_encrypted:
        yield "is encrypted"
    if "/ID" not in pdf.trailer:
        yield "has no identifier"
    if "/OutputIntents" not in pdf.Root:
        yield "has no output intent"
    if any(font.used and font.visible and not font.embedded for font in interpreter.fonts.values()):
        yield "does not embed all fonts"
    names = pdf.Root.get("/Names", Dictionary())
    if "/JavaScript" in names or "/AA" in pdf.Root:
        yield "holds scripts"
    if part == "1" and "/OCProperties" in pdf.Root:
        yield "has layers"
    if part in {"1", "2"} and "/EmbeddedFiles" in names:
        yield "has attachments"
    if part == "3" and "/EmbeddedFiles" in names and "/AF" not in pdf.Root:
        yield "does not tie its attachments to the document"


def check_profiles(profile: str, interpreter: Interpreter, wanted: Expectations, report: Report) -> None:
    """D311: nothing is painted through the very profile of the output intent (ISO 15930-7, 6.2.4.2)."""
    if wanted.on_paper and profile and profile in interpreter.profiles:
        report.add("D311", "a colour space repeats the output intent's profile", severity=_WARNING)
