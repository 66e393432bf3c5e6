"""Worker processes that a stranger's book cannot take down with it.

Each thread of the pool owns one process and hands it one unit of work at a time: whose work a
process was doing when it died or did not come back is always known. Limits are those of the
system (``setrlimit``) and of the clock; a process that breaks one ends, and another takes its place.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import functools
import gc
import os
import resource
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from multiprocessing import current_process, forkserver, get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any, NoReturn, TypeVar

from bookbuild.diagnostics import BookbuildError
from bookbuild.press.fonts import hide_system_fonts

T = TypeVar("T")

_MEGABYTE = 1024 * 1024
_FILE_MEGABYTES = 256
"""Largest file that a worker may write: fonts are unpacked to temporary files, nothing else is."""
_PATIENCE = 4
"""Seconds by the clock for each second of computing: other programs run too."""
_AGAIN = 1
"""Seconds of computing after which work whose time is up is told so once more."""
_VALUES_BETWEEN_SEARCHES = 20_000
"""A unit's boxes and styles live as long as the unit: looking for cycles among them as often as the
interpreter does by itself takes a tenth of the time."""
_START = 120
"""Seconds in which a process must have begun."""
_FORBIDDEN = frozenset(
    {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen"}
    | {"os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
"""Audit events of a network connection or another program: nothing in layout has need of them."""
_PR_SET_PDEATHSIG = 1
_SOCKET_PATH = 107
"""Bytes that the system allows for the path of a socket."""


@dataclass(frozen=True, slots=True)
class WorkLimits:
    """What one unit of work may cost."""

    seconds: int = 300
    """Of computing."""
    megabytes: int = 4096
    """Of address space, that of the program itself included."""


def begin_loading() -> None:
    """Start the server from which workers are forked; it begins to load the engine.

    Threads of ours never meet a fork, and all workers have what is loaded in common.
    """
    folder = hide_system_fonts().parent  # the server and its children inherit it
    _keep_sockets_in(folder)
    get_context("forkserver").set_forkserver_preload(["bookbuild.press.preload"])
    resource_tracker.ensure_running()  # which minds signals itself
    with _unheard(signal.SIGINT):  # a terminal sends it to all; the server cannot take it while it starts
        forkserver.ensure_running()
    _end_server_at_exit()


def _keep_sockets_in(folder: Path) -> None:
    """Let multiprocessing use a folder that a later run sweeps after a kill, where a socket fits in there."""
    if len(os.fsencode(folder / "listener-12345678")) <= _SOCKET_PATH:
        vars(current_process())["_config"].setdefault("tempdir", str(folder))


class WorkFailedError(BookbuildError):
    """A unit of work failed in its process; ``ours`` tells our fault from the world's or the book's."""

    def __init__(self, reason: str, *, ours: bool = False, report: str = "") -> None:
        super().__init__(reason)
        self.ours = ours
        self.report = report
        self.subject: Any = None
        """The first argument of the work."""


@dataclass(frozen=True, slots=True)
class _Work:
    future: Future[Any]
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Workers(Executor):
    """A pool of limited processes. ``submit`` takes a module-level function and what can be pickled.

    Futures raise :class:`WorkFailedError`, or what of our own exceptions the work raised.
    """

    def __init__(self, jobs: int, limits: WorkLimits) -> None:
        self._jobs = jobs
        self._limits = limits
        self._context = get_context("forkserver")
        begin_loading()
        self._changing = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._waiting: SimpleQueue[_Work | None] = SimpleQueue()
        self._unfinished = 0
        """Work that was asked for and is not done."""
        self._own = threading.local()
        self._children: list[_Child] = []
        self._aborted = self._closed = False

    def prepare(self, fn: Callable[[], object]) -> None:
        """Start a first process and have it do something before it is asked for anything.

        A single piece of work that comes meanwhile waits for it: another process would take longer.
        """
        with self._changing:
            self._start_thread(_Work(Future(), fn, (), {}))

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        work = _Work(Future(), fn, args, kwargs)
        with self._changing:
            if self._closed:
                raise RuntimeError("the workers have been sent home")
            self._unfinished += 1
            self._waiting.put(work)
            if len(self._threads) < min(self._jobs, self._unfinished):
                self._start_thread()
        return work.future

    def abort(self) -> None:
        """End all processes at once; work under way and waiting fails."""
        self._aborted = True
        for child in tuple(self._children):
            child.end()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._changing:
            self._closed = True
        if cancel_futures or self._aborted:
            self._cancel_what_waits()
        for _ in self._threads:
            self._waiting.put(None)
        if wait:
            for thread in self._threads:
                thread.join()
        for child in self._children:
            child.close()

    def _cancel_what_waits(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                work = self._waiting.get_nowait()
                if work:
                    work.future.cancel()

    def _start_thread(self, first: _Work | None = None) -> None:
        thread = threading.Thread(
            target=self._attend, args=(first,), name=f"worker-{len(self._threads)}", daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def _attend(self, first: _Work | None) -> None:
        """Do what is asked, in a process of this thread's own, until the pool is shut down."""
        if first:
            self._do(first)
        while (work := self._waiting.get()) is not None:
            self._do(work)
            with self._changing:
                self._unfinished -= 1

    def _do(self, work: _Work) -> None:
        if not work.future.set_running_or_notify_cancel():
            return
        try:
            result = self._run(work.fn, work.args, work.kwargs)
        except BaseException as error:
            work.future.set_exception(error)
        else:
            work.future.set_result(result)

    def _run(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        if self._aborted:
            raise WorkFailedError("was given up")
        child: _Child | None = getattr(self._own, "child", None)
        if child is None:
            child = self._own.child = _Child(self._context, self._limits)
            self._children.append(child)
        try:
            done, value = child.ask((fn, args, kwargs))
        except WorkFailedError as error:
            self._own.child = None
            self._children.remove(child)
            done, value = False, error
        if done:
            result: T = value
            return result
        if isinstance(value, WorkFailedError):
            value.subject = args[0] if args else None
        raise value


@contextlib.contextmanager
def _unheard(sent: signal.Signals) -> Iterator[None]:
    """Let a signal wait; a program started meanwhile never hears it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {sent})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@functools.cache
def _end_server_at_exit() -> None:
    """See to it that no server outlives the program.

    It may still be importing when all work is done, or was interrupted: nobody may wait for it then, and
    it needs files that go with the program (what was registered before this is done after it).
    """
    atexit.register(_end_server)


def _end_server() -> None:
    pid = getattr(forkserver._forkserver, "_forkserver_pid", None)
    if pid:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


class _Child:
    def __init__(self, context: ForkServerContext, limits: WorkLimits) -> None:
        self.limits = limits
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, limits), daemon=True)
        self.process.start()
        theirs.close()
        self.ready = False

    def ask(self, work: object) -> tuple[bool, Any]:
        """Return whether work was done, and its result or exception.

        Raises:
            WorkFailedError: the process is gone, and this object is of no more use.
        """
        try:
            if not self.ready and self.connection.poll(_START):
                self.ready = self.connection.recv()
            self.connection.send(work)
            if not self.connection.poll(self.limits.seconds * _PATIENCE + 1):
                self.end()
                raise WorkFailedError(f"took more than {self.limits.seconds} seconds")
            done, value = self.connection.recv()
        except (EOFError, OSError) as error:
            self.process.join(10)
            raise WorkFailedError(_how_it_ended(self.process.exitcode)) from error
        return bool(done), value

    def end(self) -> None:
        self.process.kill()
        self.process.join(10)

    def close(self) -> None:
        self.connection.close()
        self.process.join(10)
        if self.process.is_alive():
            self.end()


def _how_it_ended(status: int | None) -> str:
    if status == -signal.SIGKILL:
        return "was killed: is the machine's memory full?"
    if status is not None and status < 0:
        return f"ended by signal {-status} ({signal.strsignal(-status)})"
    return f"ended without a result (status {status})"


class _TimeIsUp(BaseException):
    """Not an Exception, so that nothing on the way swallows it."""


def _time_is_up(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _TimeIsUp


def _serve(connection: Connection, limits: WorkLimits) -> None:
    """Do what is asked until nobody asks; runs in the child."""
    _confine(limits)
    gc.freeze()  # the engine itself, which stays
    gc.set_threshold(_VALUES_BETWEEN_SEARCHES)
    with contextlib.suppress(EOFError, OSError):
        connection.send(True)
        while True:
            fn, args, kwargs = connection.recv()
            try:
                answer = _answer(fn, args, kwargs, limits)
            except _TimeIsUp:
                signal.setitimer(signal.ITIMER_PROF, 0)
                answer = False, WorkFailedError(f"took more than {limits.seconds} seconds")
            connection.send(answer)


def _confine(limits: WorkLimits) -> None:
    tempfile.tempdir = str(hide_system_fonts().parent)  # which a later run sweeps if this one is killed
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, _time_is_up)
    with contextlib.suppress(AttributeError, OSError):  # Linux: die with the parent, however that ends
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The server ends, and its processes with it, when nobody holds this any more. Each is handed a copy.
    with contextlib.suppress(AttributeError, TypeError, OSError):
        os.close(vars(forkserver)["_forkserver"]._forkserver_alive_fd)
    for kind, megabytes in ((resource.RLIMIT_AS, limits.megabytes), (resource.RLIMIT_FSIZE, _FILE_MEGABYTES)):
        _lower(kind, megabytes * _MEGABYTE)
    _lower(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_refuse)


def _lower(kind: int, limit: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(kind, (limit, hard))


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not allowed while pages are laid out")


def _answer(
    fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], limits: WorkLimits
) -> tuple[bool, Any]:
    # Again and again: the engine takes what is raised while it draws an SVG for a fault of the picture.
    signal.setitimer(signal.ITIMER_PROF, limits.seconds, _AGAIN)
    try:
        return True, fn(*args, **kwargs)
    except MemoryError:
        return False, WorkFailedError(f"needed more than {limits.megabytes} MB of memory")
    except BookbuildError as error:
        return False, error
    except RecursionError:
        return False, WorkFailedError("is nested too deep")
    except Exception as error:
        reason = f"failed: {type(error).__name__}: {error}"
        return False, WorkFailedError(reason, ours=True, report=traceback.format_exc())
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
