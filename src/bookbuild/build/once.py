"""Work that several threads want done, and that is done once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Call it for the result; the first call works, the others wait for what it returns or raises."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._begun = False
        self._done: Future[T] = Future()

    def __call__(self) -> T:
        with self._lock:
            mine, self._begun = not self._begun, True
        if mine:
            try:
                self._done.set_result(self._work())
            except BaseException as error:
                self._done.set_exception(error)
        return self._done.result()
