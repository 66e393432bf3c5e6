"""Worker processes for a book that is being written: those that somebody waits for, and the others.

An edit in the text may call for one chapter that is looked at and a long appendix that is not. So the
unit that is looked at has workers of its own, and the rest run with low priority on the others. What
was asked for twice is laid out once. Checking the whole book has a process of its own.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from bookbuild.build.manuscript import check_book
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookbuildError, BookError, Diagnostic
from bookbuild.press.cache import job_key
from bookbuild.press.sheets import LaidOut
from bookbuild.press.typeset import Job, typeset

_WATCHED_WORKERS = 2
"""One lays out the newest state while the other ends with the one before."""
_NICENESS = 10


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the whole book said."""

    findings: tuple[Diagnostic, ...]
    failure: str = ""
    """Why there could be no check."""


class Bench:
    """Lend worker processes until it is closed. Safe to use from several threads."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bookbuild.press.typeset"])
        self._lock = threading.RLock()
        self._pools: dict[str, ProcessPoolExecutor] = {}
        self._under_way: dict[str, tuple[str, Future[LaidOut]]] = {}
        self._closed = False

    def lay_out(self, job: Job, watched: bool) -> Future[LaidOut]:
        """Begin to lay out a unit; if the same is under way already, wait for that."""
        key = job_key(job)
        with self._lock:
            kind = "watched" if watched else "others"
            known = self._under_way.get(key)
            # What waits in the long queue while somebody begins to look at it changes queues.
            if known and (known[0] == kind or not known[1].cancel()):
                return known[1]
            future = self._submit(kind, job)
            self._under_way[key] = (kind, future)
        future.add_done_callback(functools.partial(self._forget, key))
        return future

    def check(self, project: Project, languages: Sequence[str], settings: Settings) -> Future[Checked]:
        """Begin to look for everything that is wrong with the book."""
        with self._lock:
            pool = self._pool("check")
            try:
                return pool.submit(_checked, project, tuple(languages), settings)
            except BrokenProcessPool:
                return self._renewed("check").submit(_checked, project, tuple(languages), settings)

    def warm(self, job: Job) -> None:
        """Have the engine loaded where it will be waited for."""
        with self._lock:
            if "watched" not in self._pools and not self._closed:
                for _ in range(_WATCHED_WORKERS):
                    self._submit("watched", job)

    def close(self) -> None:
        """Stop all work at once; nothing of it is kept half done."""
        with self._lock:
            self._closed = True
            pools = list(self._pools.values())
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()
        for pool in pools:
            pool.shutdown(wait=True)

    def _submit(self, kind: str, job: Job) -> Future[LaidOut]:
        try:
            return self._pool(kind).submit(typeset, job)
        except BrokenProcessPool:  # a worker died: its successor may fare better
            return self._renewed(kind).submit(typeset, job)

    def _pool(self, kind: str) -> ProcessPoolExecutor:
        return self._pools.get(kind) or self._renewed(kind)

    def _renewed(self, kind: str) -> ProcessPoolExecutor:
        workers = {"watched": _WATCHED_WORKERS, "others": self._jobs, "check": 1}[kind]
        niceness = 0 if kind == "watched" else _NICENESS
        self._pools[kind] = pool = ProcessPoolExecutor(
            workers, mp_context=self._context, initializer=_begin_work, initargs=(niceness,)
        )
        return pool

    def _forget(self, key: str, future: Future[LaidOut]) -> None:
        with self._lock:
            known = self._under_way.get(key)
            if known and known[1] is future:
                del self._under_way[key]


def _begin_work(niceness: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells all of us; one of us answers
    os.nice(niceness)


def _checked(project: Project, languages: tuple[str, ...], settings: Settings) -> Checked:
    try:
        return Checked(tuple(check_book(project, languages, settings, _in_silence)))
    except BookError as error:
        return Checked(error.diagnostics)
    except BookbuildError as error:
        return Checked((), str(error))


def _in_silence(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Tell nobody: a check in the background has no terminal."""
