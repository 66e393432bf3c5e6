"""What there is to see, as the browser is told: numbered states, each told once to all who listen."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bookbuild.diagnostics import Diagnostic
from bookbuild.model.place import Place
from bookbuild.model.proof import EditionPages, Leaf

_BREATH = 0.03
"""Seconds between two states: many units may be ready at once."""


class Shown(Protocol):
    """What a board asks; :class:`~bookbuild.build.proofs.Proofs` answers it."""

    def editions(self) -> Sequence[EditionPages]: ...
    def findings(self) -> Sequence[Diagnostic]: ...
    def failures(self) -> Sequence[str]: ...
    def broken(self) -> bool: ...
    def busy(self) -> tuple[int, bool]: ...


class Board:
    """Keep the newest state for those who ask, and wake those who wait."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve().as_posix()
        self._news = threading.Event()
        self._turn = threading.Condition()
        self._number = 0
        self._state = ""
        self._closed = False
        self._thread: threading.Thread | None = None

    def start(self, shown: Shown) -> None:
        """Begin to tell states."""
        self._thread = threading.Thread(target=self._run, args=(shown,), name="board", daemon=True)
        self._thread.start()

    def tell(self) -> None:
        """Say that there may be something new. Returns at once."""
        self._news.set()

    def after(self, number: int, seconds: float) -> tuple[int, str] | None:
        """Wait for a state newer than ``number``; nothing if none came, or the board is closed."""
        with self._turn:
            self._turn.wait_for(lambda: self._number > number or self._closed, seconds)
            return (self._number, self._state) if self._number > number and not self._closed else None

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Tell nothing more."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        self._news.set()
        if self._thread:
            self._thread.join()

    def _run(self, shown: Shown) -> None:
        while self._news.wait() and not self._closed:
            self._news.clear()
            state = state_json(shown, self._root)
            with self._turn:
                if state != self._state:
                    self._number += 1
                    self._state = state
                    self._turn.notify_all()
            threading.Event().wait(_BREATH)


def state_json(shown: Shown, root: str) -> str:
    """Write everything that the browser is told but what stands on the pages."""
    units, checking = shown.busy()
    return json.dumps(
        {
            "root": root,
            "setting": units,
            "checking": checking,
            "broken": shown.broken(),
            "failures": list(shown.failures()),
            "editions": [dataclasses.asdict(edition) for edition in shown.editions()],
            "findings": [finding_data(one) for one in shown.findings()],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def finding_data(finding: Diagnostic) -> dict[str, object]:
    """Return a finding as JSON has it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "hint": finding.hint,
        "place": _place(finding.place),
    }


def leaves_json(leaves: Sequence[Leaf]) -> str:
    """Write what stands where on some pages, in lists: a book has many thousand anchors."""
    pages = [
        {
            "folio": leaf.folio,
            "look": leaf.look,
            "marks": [
                [mark.anchor, mark.x, mark.y, _place(mark.place), _place(mark.translated)]
                for mark in leaf.marks
            ],
            "jumps": [[jump.left, jump.top, jump.right, jump.bottom, jump.anchor] for jump in leaf.jumps],
        }
        for leaf in leaves
    ]
    return json.dumps(pages, ensure_ascii=False, separators=(",", ":"))


def _place(place: Place) -> list[str | int] | None:
    return [place.path, place.line, place.column] if place.path else None
