"""A distribution in its folder is either the old one or the new one, whole.

All files are written to a hidden folder beside it and flushed to disk; then the two folders
change names in one step of the system (``renameat2`` with ``RENAME_EXCHANGE``; where there is
no such step, in two, and the next run puts back what a kill between them left).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from bookbuild.diagnostics import Diagnostic, EnvironmentFailure, InternalFault
from bookbuild.model.place import Place

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
_AGAIN = "make the distribution again"
_AT_FDCWD = -100
_EXCHANGE = 2
_BLOCK = 1 << 20


def publish_distribution(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a distribution in the place of the one before, with its sums; all files or none.

    ``files``: path inside the folder, with forward slashes → content. ``SHA256SUMS`` is added.

    Raises:
        EnvironmentFailure: the disk is full or read-only, or another run is publishing here.
        InternalFault: a path leads out of the folder.
    """
    complete = {**files, SUMS: sums_of(files)}
    for name in complete:
        _require_inside(name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(folder):
            _sweep(folder)
            new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.new-", dir=folder.parent))
            try:
                _write_all(new, complete)
                _swap(new, folder)
            finally:
                shutil.rmtree(new, ignore_errors=True)
            _flush(folder.parent)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise EnvironmentFailure(
            f"cannot write {folder}: {reason}; the distribution that was there is unchanged"
        ) from error


def sums_of(files: Mapping[str, bytes]) -> bytes:
    """Return the sums as ``sha256sum --check`` reads them, sorted by path."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items())]
    return "".join(f"{line}\n" for line in lines).encode()


def verify_distribution(
    folder: Path, root: Path | None = None, present: Collection[str] = ()
) -> list[Diagnostic]:
    """Compare a distribution with its sums, and its inputs below ``root`` with the manifest.

    ``present`` are the inputs there are now: what the manifest does not name came after it.

    D910 no sums, D911 a file is missing, D912 a file was changed, D913 a file too many,
    D914 an input was changed since.
    """
    try:
        listed = _read_sums((folder / SUMS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        message = f"the sums cannot be read: {error}"
        return [Diagnostic("D910", message, Place(str(folder / SUMS)), _AGAIN)]
    found = []
    for name, digest in sorted(listed.items()):
        actual = _digest(folder / name)
        if actual is None:
            found.append(Diagnostic("D911", f"“{name}” is missing", Place(str(folder)), _AGAIN))
        elif actual != digest:
            found.append(
                Diagnostic("D912", f"“{name}” was changed after it was made", Place(str(folder)), _AGAIN)
            )
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in listed and name != SUMS:
            found.append(
                Diagnostic(
                    "D913",
                    f"“{name}” does not belong to the distribution",
                    Place(str(folder)),
                    "keep it in another folder",
                )
            )
    return found + (_changed_inputs(folder, root, present) if root is not None else [])


def _changed_inputs(folder: Path, root: Path, present: Collection[str]) -> list[Diagnostic]:
    try:
        inputs = json.loads((folder / MANIFEST).read_text("utf-8"))["inputs"]
        pairs = sorted((str(name), str(digest)) for name, digest in inputs.items())
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return [
            Diagnostic("D910", "the manifest does not name the inputs", Place(str(folder / MANIFEST)), _AGAIN)
        ]
    changed = [
        (name, "changed") for name, digest in pairs if _is_inside(name) and _digest(root / name) != digest
    ]
    added = [(name, "added") for name in sorted(set(present) - set(inputs))]
    return [
        Diagnostic(
            "D914", f"“{name}” was {how} since the distribution was made", Place(name), "run: bookbuild dist"
        )
        for name, how in (*changed, *added)
    ]


def _read_sums(text: str) -> dict[str, str]:
    listed = {}
    for number, line in enumerate(text.splitlines(), 1):
        digest, separator, name = line.partition("  ")
        if not separator or len(digest) != 64 or not _is_inside(name):
            raise ValueError(f"line {number}")
        listed[name] = digest
    return listed


def _digest(path: Path) -> str | None:
    hashed = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                hashed.update(block)
    except OSError:
        return None
    return hashed.hexdigest()


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _require_inside(name: str) -> None:
    if not _is_inside(name):
        raise InternalFault(f"a file of the distribution leads out of its folder: {name!r}")


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; the system lets go of it when the process ends, however it ends."""
    descriptor = os.open(folder.parent / f".{folder.name}.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                raise EnvironmentFailure(
                    f"{folder}: another bookbuild is writing here; wait for it"
                ) from error
            raise
        yield
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Put back what a kill between two renames left, and remove what a kill before them left."""
    olds = sorted(folder.parent.glob(f".{folder.name}.old-*"))
    if olds and not folder.exists():
        olds.pop().rename(folder)
    for path in [*olds, *folder.parent.glob(f".{folder.name}.new-*")]:
        shutil.rmtree(path, ignore_errors=True)


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)  # mkdtemp makes it private
    folders = {folder}
    for name, content in sorted(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.update(parent for parent in path.parents if parent == folder or folder in parent.parents)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for one in sorted(folders, reverse=True):
        _flush(one)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(new: Path, folder: Path) -> None:
    """Give ``new`` the name ``folder``; what had it gets the name of ``new``, or a hidden one."""
    if not folder.exists():
        new.rename(folder)
        return
    if _exchange(new, folder):
        return
    old = new.with_name(new.name.replace(".new-", ".old-"))
    folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where system or file system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_EXCHANGE))
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}:
        return False
    raise OSError(code, os.strerror(code), str(other))
