"""Units laid out on other machines, by the workers of a Dask scheduler.

Only laying out goes there: what comes back is looked at, joined and checked here. The book's folder
must lie at the same path on every machine, with the same files, and every worker must have the very
same program, engine, libraries and fonts: that is asked before anything is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from typing import Any, TypeVar

from bookbuild.build.workers import WorkFailedError
from bookbuild.diagnostics import BookbuildError, EnvironmentFailure
from bookbuild.press.cache import setting_digest

T = TypeVar("T")

_PATIENCE = "10s"
_alone = threading.Lock()


class Cluster(Executor):
    """What ``Workers`` is, elsewhere. Futures raise what theirs do."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        outer: Future[T] = Future()
        outer.set_running_or_notify_cancel()
        self._executor.submit(_one_at_a_time, fn, args, kwargs).add_done_callback(
            lambda inner: _hand_over(inner, outer, args[0] if args else None)
        )
        return outer

    def abort(self) -> None:
        """Give up what is under way and waiting."""
        self.shutdown(wait=False, cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait)


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Lend the workers of a scheduler.

    Raises:
        EnvironmentFailure: the library is missing, nobody answers, there is no worker, or one of
            them would set other pages than this machine.
    """
    try:
        import distributed
    except ModuleNotFoundError as missing:
        raise EnvironmentFailure(
            f"--scheduler needs {missing.name}; run: pip install 'bookbuild[dask]'"
        ) from missing
    library: Any = distributed  # without types
    try:
        client = library.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise EnvironmentFailure(f"{address}: no scheduler answers there ({error})") from error
    with client:
        _require_equals(address, client.run(setting_digest))
        with Cluster(client.get_executor(pure=False)) as workers:
            yield workers


def _require_equals(address: str, digests: dict[str, str]) -> None:
    if not digests:
        raise EnvironmentFailure(f"{address}: the scheduler has no workers")
    ours = _ours()
    others = sorted(worker for worker, digest in digests.items() if digest != ours)
    if others:
        raise EnvironmentFailure(
            f"{', '.join(others)}: another version of bookbuild, its engine, Pango or the fonts; "
            "install the same on every machine"
        )


def _ours() -> str:
    return setting_digest()


def _one_at_a_time(fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    """Do some work while no other thread of this process does: the engine is not made for threads."""
    with _alone:
        return fn(*args, **kwargs)


def _hand_over(inner: Future[T], outer: Future[T], subject: object) -> None:
    try:
        outer.set_result(inner.result())
    except BookbuildError as error:
        outer.set_exception(error)
    except (Exception, CancelledError) as error:
        failure = WorkFailedError(f"failed on the cluster: {type(error).__name__}: {error}")
        failure.subject = subject
        outer.set_exception(failure)
