"""Two units of one content to pages that face each other. Runs in a worker, as ``typeset`` does.

In one PDF two languages share the names of anchors: those of the translation carry a prefix, its
*space*, everywhere but in what the engine is given, so that style sheets find the ids they know.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bookbuild.model.unit import PageMap, PlacedNote, Unit
from bookbuild.press import complaints
from bookbuild.press.facing_engine import Text, lay_out_facing
from bookbuild.press.sheets import LaidOut
from bookbuild.press.typeset import Job, html_of, look_at, set_up

_ID = re.compile(r'(\bid=")([^"]+)"')
_LINK = re.compile(r'(\bhref="#)([^"]+)"')
_PAGES = re.compile(r'(\bdata-pages=")([^"]*)"')


@dataclass(frozen=True, slots=True)
class FacingJob:
    """Everything that decides how two facing units look, and nothing else."""

    verso: Job
    recto: Job
    space: str
    """What the names of the recto's anchors begin with, such as ``az:``."""
    paired: bool
    """Blocks of equal keys begin on one spread; else the two only lie side by side."""

    @property
    def unit(self) -> str:
        """The unit that is named when the work fails."""
        return self.verso.unit


def typeset_facing(job: FacingJob) -> tuple[LaidOut, LaidOut]:
    """Lay out two units, verso and recto, and look at their pages.

    Raises:
        InternalFault: the installed engine is not the known one.
    """
    jobs = (job.verso, _local(job.recto, job.space))
    setups = tuple(map(set_up, jobs))
    heard: tuple[list[str], list[str]] = ([], [])
    texts = [
        Text(
            html_of(one, setup),
            setup.styles.parsed,
            setup.styles.counter_style,
            setup.styles.colour_profiles,
            one.side == "right",
            functools.partial(_listening, said),
        )
        for one, setup, said in zip(jobs, setups, heard, strict=True)
    ]
    documents = lay_out_facing(setups[0].loaded, texts[0], texts[1], paired=job.paired)
    found = []
    for document, one, setup, said in zip(documents, jobs, setups, heard, strict=True):
        with _listening(said):
            found.append(look_at(document, one, setup, said))
    verso, recto = found
    return verso, _in_space(recto, job.space)


def unit_in_space(unit: Unit, space: str) -> Unit:
    """Return a unit all of whose anchors, and references to them, begin with a prefix."""
    html = _ID.sub(rf'\g<1>{space}\g<2>"', unit.html)
    html = _LINK.sub(rf'\g<1>{space}\g<2>"', html)
    html = _PAGES.sub(lambda match: f'{match[1]}{" ".join(_moved(match[2].split(), space))}"', html)
    return replace(
        unit,
        id=f"{space}{unit.id}",
        html=html,
        anchors=tuple(_moved(unit.anchors, space)),
        mentions=tuple(_moved(unit.mentions, space)),
        notes=tuple(replace(note, id=f"{space}{note.id}") for note in unit.notes),
        bookmarks=tuple(replace(mark, anchor=f"{space}{mark.anchor}") for mark in unit.bookmarks),
        lines={f"{space}{anchor}": place for anchor, place in unit.lines.items()},
    )


def page_map_of(page_map: PageMap, space: str, spaces: tuple[str, ...]) -> PageMap:
    """Return the part of a page map whose anchors begin with a prefix, without it.

    With an empty prefix, those that begin with none of the other ``spaces``.
    """
    others = tuple(other for other in spaces if other)
    pages = {
        anchor.removeprefix(space): page
        for anchor, page in page_map.pages.items()
        if (anchor.startswith(space) if space else not anchor.startswith(others))
    }
    return PageMap(pages, page_map.folios)


def _moved(anchors: tuple[str, ...] | list[str], space: str) -> Iterator[str]:
    return (f"{space}{anchor}" for anchor in anchors)


def _local(job: Job, space: str) -> Job:
    """Return a job whose ids are what the style sheets know; its links keep their space."""
    return replace(
        job,
        html=job.html.replace(f'id="{space}', 'id="'),
        notes=tuple(note.removeprefix(space) for note in job.notes),
        anchors=tuple(anchor.removeprefix(space) for anchor in job.anchors),
    )


def _in_space(sheet: LaidOut, space: str) -> LaidOut:
    """Return a laid-out unit with its anchors back in their space."""
    sheets = sheet.sheets
    return replace(
        sheet,
        sheets=replace(
            sheets,
            anchors={f"{space}{anchor}": page for anchor, page in sheets.anchors.items()},
            notes=tuple(
                PlacedNote(f"{space}{note.id}", note.call_page, note.body_page) for note in sheets.notes
            ),
        ),
        destinations={f"{space}{anchor}": place for anchor, place in sheet.destinations.items()},
        findings=tuple(
            replace(finding, elements=tuple(_moved(finding.elements, space))) for finding in sheet.findings
        ),
    )


@contextmanager
def _listening(said: list[str]) -> Iterator[None]:
    with complaints.listening() as heard:
        yield
    said += heard
