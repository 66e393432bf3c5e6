"""Pages of a unit that were laid out again, put in the place of what they were."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pikepdf import Name, ObjectStreamMode, Pdf

from bookbuild.model.unit import PlacedNote, Sheets
from bookbuild.press.sheets import FontUse, LaidOut
from bookbuild.press.trail import Trail
from bookbuild.press.typeset import Job, Resumed


def spliced(job: Job, was: LaidOut, resumed: Resumed) -> LaidOut:
    """Return the pages of a unit as if all of them had been laid out.

    ``was``: the unit's pages as they were. The pages, and what joining makes of them, have the same bytes;
    the unit's own file may have others.
    """
    first, until, middle = resumed.first, resumed.until, resumed.middle
    kept = [*range(1, first + 1), *range(until + 1, was.sheets.pages + 1)]
    pages = first + middle.sheets.pages + was.sheets.pages - until
    destinations = _destinations(was, resumed, pages)
    return LaidOut(
        sheets=Sheets(
            unit=job.unit,
            pdf=_pdf(was, resumed),
            pages=pages,
            anchors={anchor: destinations[anchor][0] for anchor in job.anchors},
            notes=tuple(_notes(job, was.sheets.notes, middle.sheets.notes, first, kept)),
        ),
        destinations=destinations,
        folio_places=tuple(
            sorted(
                [
                    *(place for place in was.folio_places if place.page in kept),
                    *(replace(place, page=place.page + first) for place in middle.folio_places),
                ],
                key=lambda place: place.page,
            )
        ),
        text_areas=(*was.text_areas[:first], *middle.text_areas, *was.text_areas[until:]),
        slot_pages=tuple(
            sorted(
                [
                    *(page for page in was.slot_pages if page in kept),
                    *(page + first for page in middle.slot_pages),
                ]
            )
        ),
        read_leftwards=(),
        fonts=resumed.fonts,
        findings=(),
        files={**was.files, **middle.files},
        trail=middle.trail,
    )


def _notes(
    job: Job, was: Sequence[PlacedNote], again: Sequence[PlacedNote], first: int, kept: Sequence[int]
) -> Iterator[PlacedNote]:
    placed = {note.id: note for note in was if note.call_page in kept}
    placed |= {note.id: PlacedNote(note.id, note.call_page + first, note.body_page + first) for note in again}
    yield from (placed[note] for note in job.notes)


def _destinations(was: LaidOut, resumed: Resumed, pages: int) -> dict[str, tuple[int, float, float]]:
    """Return the first place of every anchor, in the order of the pages."""
    first, until = resumed.first, resumed.until
    by_page: list[list[tuple[str, tuple[int, float, float]]]] = [[] for _ in range(pages + 1)]
    for anchor, place in was.destinations.items():
        if not first < place[0] <= until:
            by_page[place[0]].append((anchor, place))
    for anchor, (page, x, y) in resumed.middle.destinations.items():
        by_page[page + first].append((anchor, (page + first, x, y)))
    found: dict[str, tuple[int, float, float]] = {}
    for page_places in by_page:
        for anchor, place in page_places:
            found.setdefault(anchor, place)  # it may stand on several pages, and is met on the first
    return found


def _pdf(was: LaidOut, resumed: Resumed) -> bytes:
    """Put the new pages among the old ones; all share what the old ones share."""
    trail = resumed.middle.trail
    assert trail, "only what leaves a trail is resumed"
    with Pdf.open(io.BytesIO(was.sheets.pdf)) as pdf, Pdf.open(io.BytesIO(resumed.middle.sheets.pdf)) as new:
        shared = pdf.pages[0].obj.Resources
        del pdf.pages[resumed.first : resumed.until]
        for offset, page in enumerate(new.pages):
            pdf.pages.insert(resumed.first + offset, page)
        added = pdf.pages[resumed.first].obj.Resources
        between = range(resumed.first, resumed.first + len(new.pages))
        for index in between:
            pdf.pages[index].obj.Resources = shared
        _share(shared, added, resumed.fonts, trail)
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, object_stream_mode=ObjectStreamMode.preserve)
        return out.getvalue()


def _share(shared: Any, added: Any, fonts: Sequence[FontUse], trail: Trail) -> None:
    """Let new pages use what the others use; keep what is drawn on some page."""
    _keep(shared.Font, added.Font, {f"/{use.name}" for use in fonts})
    opacities = {f"/{name}" for page in trail.pages for name in page.drawn.opacities}
    _keep(shared.ExtGState, added.ExtGState, opacities)
    for name, group in added.XObject.items():
        _draw_with(group, shared)
        shared.XObject[name] = group
    groups = sum(page.drawn.groups for page in trail.pages)
    _keep(shared.XObject, {}, {f"/x{number}" for number in range(groups)})


def _keep(mine: Any, others: Mapping[str, Any], wanted: set[str]) -> None:
    for name in set(mine.keys()) - wanted:
        del mine[name]
    for name in sorted(wanted - set(mine.keys())):
        mine[name] = others[name]


def _draw_with(group: Any, shared: Any) -> None:
    """Let a group, and those in it, use the fonts and colours of the unit."""
    resources = group.get(Name.Resources)
    if resources is None:
        return
    for key in (Name.Font, Name.ColorSpace):
        if key in resources:
            resources[key] = shared[key]
    for inner in (resources.get(Name.XObject) or {}).values():
        if Name.Resources in inner:
            _draw_with(inner, shared)
