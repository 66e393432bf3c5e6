"""A build traced: which files it opens, whom it talks to, what it starts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import bookbuild
from bookbuild.config import Project

PACKAGE = Path(bookbuild.__file__).parent
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/mime.types",
    "/proc",
    "/sys/devices",
)
"""Libraries, time zones and character tables: of the machine, not of a person."""
SECRET = "nothing that a book may read"

AUDITED = textwrap.dedent(
    """
    import os, sys
    events, busy = [], False
    def note(event, arguments):
        global busy
        if not busy and event.split(".")[0] in {"open", "socket", "subprocess", "pty"} | OS:
            busy = True
            what = arguments[0] if arguments else ""
            if isinstance(what, (bytes, str, os.PathLike)):
                what = os.path.realpath(os.fsdecode(what))
            events.append(f"{event} {what}")
            busy = False
    OS = {"os.system", "os.exec", "os.posix_spawn", "os.fork"}
    from pathlib import Path
    from bookbuild.build import editions
    from bookbuild.config import Project, Settings
    from bookbuild.press.engine import engine
    engine()
    sys.addaudithook(note)
    editions.build_pdfs(Project(Path(sys.argv[1])), ("en",), Settings(), lambda *a, **k: None)
    open(sys.argv[2]).close()
    print("\\n".join(events))
    """
)
"""Without worker processes, so that the hook sees all; at the end a file is opened that must be seen.
The engine is loaded before: it asks the system's linker for its libraries."""


def strangers(paths: Iterable[str], project: Project, temporary: str) -> list[str]:
    """Return the paths that belong neither to the book nor to the program."""
    own = (
        *(str(folder.resolve()) for folder in (project.root, PACKAGE)),
        *(str(Path(prefix).resolve()) for prefix in (sys.prefix, sys.base_prefix, *sys.path) if prefix),
        str(Path(temporary).resolve()),
        "/dev/null",
        "/dev/urandom",
        "/dev/shm/",
        *SYSTEM,
    )
    return sorted({path for path in paths if not path.startswith(own)})


def environment(temporary: str) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": temporary,
        "TMPDIR": temporary,
        "PYTHONPATH": str(PACKAGE.parent),
    }


@pytest.fixture
def project(starter: Project, tmp_path: Path) -> Project:
    """The starter, with what would lead out of it if anything could."""
    shutil.copytree(starter.root, tmp_path / "home/book of mine")
    (tmp_path / "home/secret.css").write_text(f"/* {SECRET} */", encoding="utf-8")
    return Project(tmp_path / "home/book of mine")


@pytest.fixture
def temporary() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def test_audited_a_build_opens_only_its_own_files_and_no_connection(project: Project, temporary: str) -> None:
    seen = project.root.parent / "secret.css"
    done = subprocess.run(
        [sys.executable, "-c", AUDITED, str(project.root), str(seen)],
        env=environment(temporary),
        capture_output=True,
        text=True,
        check=True,
    )
    events = [line.partition(" ")[::2] for line in done.stdout.splitlines()]
    opened = [what for event, what in events if event == "open" and what.startswith("/")]

    assert len(opened) > 30
    assert strangers(opened, project, temporary) == [str(seen.resolve())]  # which the trace itself opened
    assert {event for event, _ in events} == {"open"}


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("what", ["pdf", "dist"])
def test_traced_by_the_system_a_build_with_workers_talks_to_nobody(
    what: str, project: Project, temporary: str, tmp_path: Path
) -> None:
    log = tmp_path / "trace"
    tracer = ("strace", "-f", "-qq", "--seccomp-bpf", "-o", str(log))
    tracer = (*tracer, "-e", "trace=open,openat,connect,sendto,execve")
    build = (sys.executable, "-m", "bookbuild", "-C", str(project.root), "-q", what, "--lang", "en", "-j2")
    done = subprocess.run(
        [*tracer, *build],
        env=environment(temporary),
        cwd=project.root,
        capture_output=True,
        text=True,
    )
    if "ptrace" in done.stderr:
        pytest.skip("this system does not allow tracing")
    assert done.returncode == 0
    trace = log.read_text(encoding="utf-8", errors="replace")
    opened = re.findall(r'open(?:at)?\((?:\w+, )?"(/[^"]*)".* = \d', trace)
    families = set(re.findall(r"sa_family=(\w+)", trace))
    started = set(re.findall(r'execve\("([^"]*)".* = 0', trace))

    assert len(opened) > 100
    assert strangers(opened, project, temporary) == []
    assert families <= {"AF_UNIX"}  # between the program and its own workers
    assert {Path(path).name[:6] for path in started} == {"python"}
