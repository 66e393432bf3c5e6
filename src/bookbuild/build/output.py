"""Files that a build makes: all of a run's, each the old one or the new one, whatever happens.

New content is written beside the old under hidden names, flushed to the disk, and given its name
when all of it is there. One run at a time does so in a folder. What a killed run left behind is
removed by the next.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bookbuild.diagnostics import EnvironmentFailure

LOCK = ".bookbuild-lock"
_PART = ".part"
_PATIENCE = 30.0
"""Seconds to wait for another run: it holds the folder only while it writes."""


def publish_files(folder: Path, files: Mapping[str, bytes], *, patience: float = _PATIENCE) -> None:
    """Write files into a folder, all or none; ``files``: name → content. The folder is made if missing.

    Raises:
        EnvironmentFailure: the disk is full, the folder cannot be written, a folder has the name of
            a file, another process holds the folder for longer than ``patience`` seconds.
    """
    with _as_failures(folder):
        _make(folder)
        with _held(folder, patience):
            _sweep(folder)
            staged: list[tuple[str, Path]] = []
            try:
                for name, content in files.items():
                    _stage(folder / name, content, staged)
                with _undisturbed():
                    while staged:
                        temporary, path = staged.pop(0)
                        os.replace(temporary, path)  # noqa: PTH105 - mkstemp gives a name, not a Path
                _flush(folder)
            finally:
                for temporary, _ in staged:
                    Path(temporary).unlink(missing_ok=True)


def tidy(folder: Path) -> None:
    """Remove what a killed run left in a folder, unless another run is at work there."""
    if folder.is_dir():
        with contextlib.suppress(OSError, EnvironmentFailure), _held(folder, 0):
            _sweep(folder)


def _make(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file; a folder is wanted", str(folder))
    folder.mkdir(parents=True, exist_ok=True)


def _stage(path: Path, content: bytes, staged: list[tuple[str, Path]]) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; a file is wanted", str(path))
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=_PART, dir=path.parent)
        staged.append((temporary, path))
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)  # noqa: PTH101
    except OSError as error:  # of a hidden file, or of none: name the one that people know
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals wait: the files of a run take their names together."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _held(folder: Path, patience: float) -> Iterator[None]:
    """Hold a folder's lock, with the process's id in it; the system frees it however the process ends.

    Raises:
        EnvironmentFailure: another process holds it for too long.
    """
    path = folder / LOCK
    until = time.monotonic() + patience
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            if _locked(descriptor) and _is_still(path, descriptor):
                try:
                    with contextlib.suppress(OSError):  # a full disk: others will not know who we are
                        os.ftruncate(descriptor, 0)
                        os.write(descriptor, str(os.getpid()).encode())
                    yield
                finally:
                    path.unlink(missing_ok=True)
                return
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace") or "another process"
        finally:
            os.close(descriptor)
        if time.monotonic() >= until:
            raise EnvironmentFailure(f"{folder}: locked by process {holder}; wait until it has finished")
        time.sleep(0.05)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}:
            raise
    return True  # a file system without locks: go on without


def _is_still(path: Path, descriptor: int) -> bool:
    """Tell whether the lock file was not removed by its holder while we opened it."""
    try:
        found, ours = path.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino)


def _sweep(folder: Path) -> None:
    for path in folder.glob(f".*{_PART}"):
        path.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _as_failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        path = error.filename or folder
        reason = (error.strerror or str(error)).lower()
        raise EnvironmentFailure(f"cannot write {path}: {reason}; nothing was changed") from error
