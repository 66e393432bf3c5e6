"""A file in its place is either the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from bookbuild.diagnostics import EnvironmentFailure


def publish(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; the folder is made if it is missing.

    Raises:
        EnvironmentFailure: the disk is full, the folder cannot be written, a folder has the name.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # noqa: PTH101 - mkstemp gives a name, not a Path
        os.replace(temporary, path)  # noqa: PTH105
        temporary = ""
        _sync_folder(path.parent)
    except OSError as error:
        raise EnvironmentFailure(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
