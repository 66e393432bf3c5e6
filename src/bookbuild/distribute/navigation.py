"""Preflight of what moves: links, bookmarks, annotations, scripts, layers, attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from bookbuild.diagnostics import Severity
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.findings import Report
from bookbuild.distribute.marks import Box

_WARNING, _NOTE = Severity.WARNING, Severity.NOTE
_DEEPEST = 64
_LOCAL = re.compile(r"(file:|/home/|/tmp/|/Users/|[A-Za-z]:[\\/]|book:|localhost)", re.IGNORECASE)
_STARTS = {
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/ResetForm",
    "/Hide",
    "/Rendition",
    "/Trans",
    "/SetOCGState",
}
_MEDIA = {"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"}
_PAPER = {"/PrinterMark", "/TrapNet"}
_ENOUGH_PAGES = 20


class Destinations:
    """Pages and named destinations of a file."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pages = {page.obj.objgen for page in pdf.pages}
        self._count = len(pdf.pages)
        self._named: dict[str, Any] = {}
        old = pdf.Root.get("/Dests")
        if isinstance(old, Dictionary):
            self._named.update({str(name)[1:]: value for name, value in old.items()})
        tree = pdf.Root.get("/Names", Dictionary()).get("/Dests")
        if isinstance(tree, Dictionary):
            for key, value in _leaves(tree, 0):
                self._named[str(key)] = value

    def problem(self, target: Any, depth: int = 0) -> str:
        """Return why a destination leads nowhere, or nothing."""
        if isinstance(target, Dictionary) and depth == 0:
            return self.problem(target.get("/D"), 1)
        if isinstance(target, Array):
            if not len(target):
                return "an empty destination"
            page = target[0]
            if isinstance(page, int):
                return "" if 0 <= page < self._count else f"page {page + 1} of {self._count}"
            if isinstance(page, Dictionary) and page.objgen in self._pages:
                return ""
            return "a page that is not in the file"
        if isinstance(target, Name | pikepdf.String):
            name = str(target)[1:] if isinstance(target, Name) else str(target)
            if name not in self._named:
                return f"“{name[:60]}”, which the file does not have"
            return self.problem(self._named[name], 0) if depth < 2 else "a name for a name"
        return "nothing"


def _leaves(node: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    if depth > _DEEPEST:
        return
    names = node.get("/Names", Array())
    yield from ((names[i], names[i + 1]) for i in range(0, len(names) - 1, 2))
    for kid in node.get("/Kids", Array()):
        yield from _leaves(kid, depth + 1)


def check_outline(pdf: pikepdf.Pdf, places: Destinations, wanted: Expectations, report: Report) -> None:
    """D705, D708."""
    outline = pdf.Root.get("/Outlines")
    first = outline.get("/First") if isinstance(outline, Dictionary) else None
    if first is None:
        if not wanted.on_paper and len(pdf.pages) >= _ENOUGH_PAGES:
            report.add("D708", "there are no bookmarks", severity=_WARNING)
        return
    seen: set[Any] = set()
    pending = [first]
    while pending:
        item = pending.pop()
        if not isinstance(item, Dictionary):
            continue
        if item.objgen in seen:
            report.add("D705", "the bookmarks run in a circle")
            return
        seen.add(item.objgen)
        title = str(item.get("/Title", ""))[:60]
        target = item.get("/Dest", item.get("/A"))
        action = str(target.get("/S", "")) if isinstance(target, Dictionary) else "/GoTo"
        if action == "/GoTo" and (problem := places.problem(target)):
            severity = _NOTE if target is None else Severity.ERROR
            report.add("D705", f"the bookmark “{title}” leads to {problem}", severity=severity)
        pending += [item[key] for key in ("/Next", "/First") if key in item]


def check_annotations(
    page: Any, number: int, bleed: Box, places: Destinations, wanted: Expectations, report: Report
) -> None:
    """D601, D605–D607, D706, D707 on one page."""
    for annotation in page.obj.get("/Annots", Array()):
        if not isinstance(annotation, Dictionary):
            continue
        kind = str(annotation.get("/Subtype", ""))
        if kind in _MEDIA:
            report.add("D607", f"an annotation of kind {kind[1:]}", page=number)
        if kind == "/Widget" and wanted.on_paper:
            report.add("D605", "a form field", page=number)
        elif wanted.on_paper and kind not in _PAPER and _on(annotation, bleed):
            hint = "links and comments have no place in a file for print"
            severity = Severity.ERROR if wanted.pdfx or kind != "/Link" else _WARNING
            report.add("D601", f"an annotation of kind {kind[1:]}", severity=severity, page=number, hint=hint)
        if kind == "/FileAttachment":
            report.add("D604", "an attached file on the page", page=number)
        _check_target(annotation, number, places, report)


def _on(annotation: Any, bleed: Box) -> bool:
    given = annotation.get("/Rect")
    if not isinstance(given, Array) or len(given) != 4:
        return True
    a, b, c, d = (float(value) for value in given)
    return min(a, c) < bleed[2] and max(a, c) > bleed[0] and min(b, d) < bleed[3] and max(b, d) > bleed[1]


def _check_target(annotation: Any, number: int, places: Destinations, report: Report) -> None:
    action = annotation.get("/A")
    kind = str(action.get("/S", "")) if isinstance(action, Dictionary) else ""
    if kind == "/URI":
        address = str(action.get("/URI", ""))
        if _LOCAL.match(address) or not address.strip():
            report.add("D707", f"a link to “{address[:60]}”", page=number)
        return
    if kind in _STARTS:
        report.add("D606", f"an action of kind {kind[1:]}", page=number)
        return
    if kind == "/GoToR":
        report.add("D707", "a link to another file", severity=_WARNING, page=number)
        return
    if str(annotation.get("/Subtype", "")) != "/Link" or kind not in {"", "/GoTo"}:
        return
    if problem := places.problem(annotation.get("/Dest", action)):
        report.add("D706", f"a link leads to {problem}", page=number)


def check_catalog(pdf: pikepdf.Pdf, wanted: Expectations, report: Report) -> None:
    """D602–D606 for the file as a whole."""
    root = pdf.Root
    names = root.get("/Names", Dictionary())
    if "/JavaScript" in names or _scripts(pdf):
        report.add("D602", "the file holds JavaScript", hint="nothing of it may stay in a book")
    if "/OCProperties" in root:
        groups = root.OCProperties.get("/OCGs", Array())
        severity = Severity.ERROR if wanted.on_paper else _WARNING
        report.add("D603", f"the file has {len(groups)} layers", severity=severity)
    if "/EmbeddedFiles" in names and wanted.purpose is not Purpose.ARCHIVE:
        severity = Severity.ERROR if wanted.on_paper else _NOTE
        report.add("D604", "the file has attachments", severity=severity)
    form = root.get("/AcroForm")
    if isinstance(form, Dictionary) and (len(form.get("/Fields", Array())) or "/XFA" in form):
        report.add("D605", "the file is a form")
    action = root.get("/OpenAction")
    if isinstance(action, Dictionary) and str(action.get("/S", "")) in _STARTS:
        report.add("D606", f"opening the file runs an action of kind {str(action.S)[1:]}")


def _scripts(pdf: pikepdf.Pdf) -> bool:
    for thing in pdf.objects:
        if isinstance(thing, Dictionary | Stream) and str(thing.get("/S", "")) == "/JavaScript":
            return True
        if isinstance(thing, Dictionary):
            for key in ("/A", "/OpenAction", "/AA"):
                inner = thing.get(key)
                if isinstance(inner, Dictionary) and _is_script(inner):
                    return True
    return False


def _is_script(action: Any) -> bool:
    if str(action.get("/S", "")) == "/JavaScript":
        return True
    return any(
        isinstance(value, Dictionary) and str(value.get("/S", "")) == "/JavaScript"
        for value in action.values()
    )
