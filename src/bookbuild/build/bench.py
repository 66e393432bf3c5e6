"""Worker processes for a book that is being written: those that somebody waits for, and the others.

An edit in the text may call for one chapter that is looked at and a long appendix that is not. So the
unit that is looked at has workers of its own, and the rest run with low priority on the others. What
was asked for twice is laid out once. Checking the whole book has a process of its own.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from bookbuild.build.manuscript import check_book
from bookbuild.build.workers import Workers, WorkLimits
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookbuildError, BookError, Diagnostic
from bookbuild.press.cache import job_key
from bookbuild.press.sheets import LaidOut
from bookbuild.press.typeset import (
    Before,
    Job,
    Resumed,
    give_way,
    typeset,
    typeset_again,
    typeset_in_background,
)

_WATCHED_WORKERS = 2
"""One lays out the newest state while the other ends with the one before."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the whole book said."""

    findings: tuple[Diagnostic, ...]
    failure: str = ""
    """Why there could be no check."""


class Bench:
    """Lend worker processes until it is closed. Safe to use from several threads."""

    def __init__(self, jobs: int, limits: WorkLimits) -> None:
        self._watched = Workers(_WATCHED_WORKERS, limits)
        self._others = Workers(jobs, limits)
        self._checker = Workers(1, limits)
        self._lock = threading.RLock()
        self._under_way: dict[tuple[str, str], tuple[bool, Future[LaidOut | Resumed]]] = {}
        self._warm = False

    def lay_out(self, job: Job, watched: bool, before: Before | None = None) -> Future[LaidOut | Resumed]:
        """Begin to lay out a unit, or what changed since ``before``; what is under way is waited for."""
        key = (job_key(job), before.key if before else "")
        with self._lock:
            known = self._under_way.get(key)
            # What waits in the long queue while somebody begins to look at it changes queues.
            if known and (known[0] or not watched or not known[1].cancel()):
                return known[1]
            self._warm |= watched
            workers, work = (
                (self._watched, typeset_again) if watched else (self._others, typeset_in_background)
            )
            future = workers.submit(work, job, before)
            self._under_way[key] = (watched, future)
        future.add_done_callback(functools.partial(self._forget, key))
        return future

    def check(self, project: Project, languages: Sequence[str], settings: Settings) -> Future[Checked]:
        """Begin to look for everything that is wrong with the book."""
        return self._checker.submit(_checked, project, tuple(languages), settings)

    def warm(self, job: Job) -> None:
        """Have the engine loaded where it will be waited for."""
        with self._lock:
            begin, self._warm = not self._warm, True
        for _ in range(_WATCHED_WORKERS if begin else 0):
            self._watched.submit(typeset, job)

    def close(self) -> None:
        """Stop all work at once; nothing of it is kept half done."""
        for workers in (self._watched, self._others, self._checker):
            workers.abort()
        for workers in (self._watched, self._others, self._checker):
            workers.shutdown()

    def _forget(self, key: tuple[str, str], future: Future[LaidOut | Resumed]) -> None:
        with self._lock:
            known = self._under_way.get(key)
            if known and known[1] is future:
                del self._under_way[key]


def _checked(project: Project, languages: tuple[str, ...], settings: Settings) -> Checked:
    give_way()
    try:
        return Checked(tuple(check_book(project, languages, settings, _in_silence)))
    except BookError as error:
        return Checked(error.diagnostics)
    except BookbuildError as error:
        return Checked((), str(error))


def _in_silence(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Tell nobody: a check in the background has no terminal."""
