"""Preflight of the structure tree: can the book be read aloud in its order (ISO 14289-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary

from bookbuild.diagnostics import Severity
from bookbuild.distribute.elements import kids_of
from bookbuild.distribute.expectations import Expectations, Purpose
from bookbuild.distribute.findings import Report

_WARNING = Severity.WARNING
_MOST = 3_000_000
_DEEPEST = 500
_HEADINGS = {f"/H{rank}": rank for rank in range(1, 7)}


def number_tree(node: Any, depth: int = 0) -> Iterator[tuple[int, Any]]:
    """Yield the entries of a number tree, in order (ISO 32000-1, 7.9.7)."""
    if depth > 64 or not isinstance(node, Dictionary):
        return
    numbers = node.get("/Nums", Array())
    for index in range(0, len(numbers) - 1, 2):
        yield int(numbers[index]), numbers[index + 1]
    for kid in node.get("/Kids", Array()):
        yield from number_tree(kid, depth + 1)


def elements(root: Any) -> Iterator[tuple[Any, int]]:
    """Yield the structure elements below a tree root, in reading order, with their depth."""
    stack = [(kid, 1) for kid in reversed(kids_of(root))]
    count = 0
    while stack:
        element, depth = stack.pop()
        if not isinstance(element, Dictionary) or "/S" not in element:
            continue
        count += 1
        if count > _MOST or depth > _DEEPEST:
            raise ValueError("the structure tree is too large, or runs in a circle")
        yield element, depth
        stack += [(kid, depth + 1) for kid in reversed(kids_of(element))]


def check_tags(
    pdf: pikepdf.Pdf,
    used: dict[int, set[int]],
    untagged: dict[int, int],
    wanted: Expectations,
    report: Report,
) -> None:
    """D801–D805, D807. ``used``: page → MCIDs in its content; ``untagged``: page → marks outside of any."""
    root = pdf.Root.get("/StructTreeRoot")
    marked = pdf.Root.get("/MarkInfo", Dictionary())
    if not isinstance(root, Dictionary) or not bool(marked.get("/Marked", False)):
        if wanted.tagged or wanted.purpose is Purpose.SCREEN:
            severity = Severity.ERROR if wanted.tagged else _WARNING
            report.add("D801", "the file is not tagged", severity=severity)
        return
    severity = Severity.ERROR if wanted.tagged else _WARNING
    if wanted.on_paper:
        return
    for page, count in untagged.items():
        if count:
            report.add(
                "D802", "content is neither tagged nor marked as artifact", severity=severity, page=page
            )
    roles = {str(k): str(v) for k, v in root.get("/RoleMap", Dictionary()).items()}
    _check_parents(pdf, root, used, severity, report)
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    _check_elements(root, roles, pages, severity, report)


def _check_parents(
    pdf: pikepdf.Pdf, root: Any, used: dict[int, set[int]], severity: Severity, report: Report
) -> None:
    parents = dict(number_tree(root.get("/ParentTree")))
    for number, page in enumerate(pdf.pages, 1):
        wanted_ids = used.get(number, set())
        if wanted_ids and "/StructParents" not in page.obj:
            report.add("D803", "tagged content that no element owns", severity=severity, page=number)
            continue
        if wanted_ids:
            owners = parents.get(int(page.obj.StructParents), Array())
            known = len(owners) if isinstance(owners, Array) else 0
            if any(i >= known or not isinstance(owners[i], Dictionary) for i in wanted_ids):
                report.add("D803", "tagged content that no element owns", severity=severity, page=number)
        for annotation in page.obj.get("/Annots", Array()):
            if not isinstance(annotation, Dictionary) or str(annotation.get("/Subtype", "")) != "/Link":
                continue
            owner = parents.get(int(annotation.get("/StructParent", -1)))
            if not isinstance(owner, Dictionary):
                report.add("D805", "a link outside the structure tree", severity=severity, page=number)


def _check_elements(
    root: Any, roles: dict[str, str], pages: dict[Any, int], severity: Severity, report: Report
) -> None:
    rank = 0
    for element, _ in elements(root):
        kind = str(element.S)
        kind = roles.get(kind, kind)
        if (
            kind in {"/Figure", "/Formula"}
            and not str(element.get("/Alt", element.get("/ActualText", ""))).strip()
        ):
            page = pages.get(element.Pg.objgen, 0) if "/Pg" in element else 0
            report.add("D804", "a figure without a text alternative", severity=severity, page=page)
        if kind in _HEADINGS:
            if _HEADINGS[kind] > rank + 1:
                text = f"a heading of rank {_HEADINGS[kind]} follows one of rank {rank}"
                report.add(
                    "D807",
                    text if rank else f"the first heading is of rank {_HEADINGS[kind]}",
                    severity=severity,
                )
            rank = _HEADINGS[kind]
