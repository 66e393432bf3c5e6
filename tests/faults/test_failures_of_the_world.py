"""Section 6.5 of the fault list: disk, signals, two builds, cache, memory, clock, paths.

What is asked of every run that fails: one clear line, the exit status, the old output byte for
byte, no stray files, no traceback. The long form, with hundreds of failures, is ``./task fuzz world``.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cases.tiny_books import write_book
from tests.conftest import silent

from bookbuild.build import editions, output
from bookbuild.build.workers import Workers, WorkFailedError, WorkLimits
from bookbuild.config import Project, Settings
from bookbuild.diagnostics import BookError, EnvironmentFailure
from bookbuild.press.fonts import FACES

COMMAND = (sys.executable, "-m", "bookbuild")
PATIENCE = 180
_HANDED_DOWN = {"FONTCONFIG_FILE", "BOOKBUILD_FONTCONFIG"}
"""Where a run tells its workers that fonts are set up."""
"""Seconds for what takes one or two: the machine may be busy."""


@dataclass(frozen=True, slots=True)
class Built:
    """A small book that was built once, and its cache."""

    root: Path
    cache: Path
    files: Mapping[str, bytes]

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment of a run of its own, not of one that this process began."""
        own = {name: value for name, value in os.environ.items() if name not in _HANDED_DOWN}
        return {**own, "BOOKBUILD_CACHE": str(self.cache), **changes}

    def run(
        self, *words: str, prepare: Callable[[], None] | None = None, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command on the book; nothing that Python prints of a crash may be seen."""
        done = subprocess.run(
            [*COMMAND, "-C", str(self.root), *(words or ("-q", "pdf"))],
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            preexec_fn=prepare,
            timeout=PATIENCE,
        )
        assert "Traceback" not in done.stderr
        return done

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, "-C", str(self.root), *(words or ("-q", "pdf", "--no-cache"))],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_to_read(self) -> subprocess.Popen[str]:
        """Start a build that uses nothing of other runs, and wait until it says that it reads the book."""
        run = self.start("pdf", "--no-cache")
        assert run.stderr is not None
        assert run.stderr.readline().startswith("read")
        return run

    def is_as_before(self) -> bool:
        return contents(self.root / "dist") == self.files


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("world")
    write_book(folder / "tiny" / "book")
    built = Built(folder / "tiny", folder / "cache", {})
    assert built.run().returncode == 0
    return Built(built.root, built.cache, contents(built.root / "dist"))


@pytest.fixture
def built(first: Built, tmp_path: Path) -> Built:
    """A copy of the book with its output; the cache is shared."""
    shutil.copytree(first.root, tmp_path / "tiny")
    return Built(tmp_path / "tiny", first.cache, first.files)


def another_state_of(built: Built) -> None:
    """Change the book, so that a build would change its output."""
    with (built.root / "book/chapters/one.md").open("a", encoding="utf-8") as chapter:
        chapter.write("\nAnother paragraph.\n")


# F69–F71: where the output goes


@pytest.mark.parametrize("share", [0.0, 0.5, 0.98])
def test_a_full_disk_leaves_the_old_output(built: Built, share: float) -> None:
    another_state_of(built)
    limit = int(share * len(built.files["tiny-en.pdf"]))

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = built.run("-q", "pdf", "--no-cache", prepare=no_room)

    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith("bookbuild: ")
    assert share == 0 or "dist/tiny-en.pdf: file too large" in done.stderr
    assert built.is_as_before()


def test_a_missing_output_folder_is_made(built: Built) -> None:
    shutil.rmtree(built.root / "dist")
    assert built.run().returncode == 0
    assert built.is_as_before()


def test_a_file_in_the_place_of_the_output_folder_is_named(built: Built) -> None:
    shutil.rmtree(built.root / "dist")
    (built.root / "dist").write_text("mine", encoding="utf-8")

    done = built.run()

    assert (done.returncode, (built.root / "dist").read_text(encoding="utf-8")) == (3, "mine")
    assert "dist: is a file; a folder is wanted" in done.stderr


def test_a_folder_in_the_place_of_a_file_is_named_and_no_other_file_is_touched(built: Built) -> None:
    another_state_of(built)
    report = built.root / "dist/tiny-report.txt"
    report.unlink()
    report.mkdir()

    done = built.run()

    assert done.returncode == 3
    assert "tiny-report.txt: is a folder" in done.stderr
    assert (built.root / "dist/tiny-en.pdf").read_bytes() == built.files["tiny-en.pdf"]


def test_an_output_folder_that_cannot_be_written_is_named(built: Built) -> None:
    shutil.rmtree(built.root / "dist")
    (built.root / "dist").symlink_to("/sys")  # which not even root may write to

    done = built.run()

    assert done.returncode == 3
    assert "cannot write" in done.stderr
    assert "dist" in done.stderr


def test_whoever_reads_the_old_output_goes_on_reading_it(built: Built) -> None:
    another_state_of(built)
    with (built.root / "dist/tiny-en.pdf").open("rb") as viewer:
        assert built.run().returncode == 0
        assert viewer.read() == built.files["tiny-en.pdf"]
    assert not built.is_as_before()


# F72, F73: signals


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_whole_files_and_no_strays(built: Built, sent: signal.Signals, status: int) -> None:
    another_state_of(built)
    chance = random.Random(sent)
    left = []
    for _ in range(3):
        run = built.start_to_read()
        time.sleep(chance.random())
        run.send_signal(sent)
        said = run.communicate(timeout=PATIENCE)[1]

        assert run.returncode in (0, status)
        assert run.returncode == 0 or said.splitlines()[-1].endswith("; no file is half-written")
        assert "Traceback" not in said
        left.append(contents(built.root / "dist"))
    assert built.run().returncode == 0
    new = contents(built.root / "dist")
    for files in left:  # a run may have been done before the signal came
        assert set(files) == set(built.files)
        assert all(data in (built.files[name], new[name]) for name, data in files.items())


INTERRUPTED_WHILE_LOADING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background is born deaf to it
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "bookbuild.cli":
            os.kill(os.getpid(), signal.SIGINT)
from bookbuild.__main__ import main
sys.meta_path.insert(0, Finder())
main()
"""


def test_an_interruption_while_the_program_is_loaded_just_ends_it() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_WHILE_LOADING], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_what_a_killed_run_left_is_swept_by_the_next(built: Built) -> None:
    (built.root / "dist/.tiny-en.pdf.x1y2.part").write_bytes(b"half a b")
    (built.root / "dist" / output.LOCK).write_text("1", encoding="utf-8")

    assert built.run().returncode == 0
    assert built.is_as_before()


def wait_for(found: Callable[[], bool], run: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until something is so; a run that is to bring it about must not end before."""
    end = time.monotonic() + PATIENCE
    while not found():
        assert run is None or run.poll() is None
        assert time.monotonic() < end
        time.sleep(0.005)


def lives(group: int) -> bool:
    """Tell whether a process of a group still does anything; one that is dead may wait for its parent."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, owner = stat.read_text().rpartition(")")[2].split()[:3]
            if int(owner) == group and state not in "ZX":
                return True
    return False


def test_temporary_files_of_a_killed_run_are_swept_by_a_later_one(built: Built) -> None:
    (built.root / "styles").mkdir(exist_ok=True)
    shutil.copy(FACES[0].path, built.root / "book/own.ttf")
    face = '@font-face { font-family: Own; src: url("../own.ttf") }'  # the engine unpacks it in a worker
    (built.root / "styles/own.css").write_text(f"{face} h1 {{ font-family: Own }}", encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:  # not below tmp_path: a socket's path has 107 bytes at most
        place = Path(name)
        run = subprocess.Popen(
            [*COMMAND, "-q", "-C", str(built.root), "pdf", "--no-cache"],
            env=built.environment(TMPDIR=name),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(lambda: any(place.rglob("weasyprint-*")), run)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        wait_for(lambda: not lives(run.pid))
        [left] = place.iterdir()
        os.utime(left, (0, 0))

        assert built.run(TMPDIR=name).returncode == 0
        assert list(place.iterdir()) == []


WORKING = """
import os, time
from bookbuild.build.workers import Workers, WorkLimits
workers = Workers(1, WorkLimits(seconds=600))
print(workers.submit(os.getpid).result(), flush=True)
workers.submit(time.sleep, 3600).result()
"""


def _is_at_work(status: Path) -> bool:
    try:
        return "(zombie)" not in status.read_text(encoding="utf-8")  # dead, and nobody asked yet how it ended
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux ends a process with its parent")
def test_workers_of_a_killed_run_end_with_it() -> None:
    """They were once at work for as long as their limits let them."""
    run = subprocess.Popen([sys.executable, "-c", WORKING], stdout=subprocess.PIPE, text=True)
    assert run.stdout
    status = Path("/proc", run.stdout.readline().strip(), "status")
    assert _is_at_work(status)
    run.kill()
    run.wait()
    end = time.monotonic() + PATIENCE
    while _is_at_work(status) and time.monotonic() < end:
        time.sleep(0.1)
    assert not _is_at_work(status)
    run.stdout.close()


def test_after_a_kill_the_old_files_are_whole_and_the_next_run_gives_the_same_bytes(built: Built) -> None:
    run = built.start_to_read()
    time.sleep(0.3)
    run.kill()
    run.communicate(timeout=PATIENCE)

    assert built.files.items() <= contents(built.root / "dist").items()
    assert built.run().returncode == 0
    assert built.is_as_before()


# F74: two builds


def test_two_builds_at_once_both_succeed(built: Built) -> None:
    another_state_of(built)
    runs = [built.start("-q", "pdf"), built.start("-q", "pdf")]
    for run in runs:
        assert run.communicate(timeout=PATIENCE)[1] == ""
    assert [run.returncode for run in runs] == [0, 0]
    assert set(contents(built.root / "dist")) == set(built.files)


def test_a_folder_held_by_another_is_said_to_be_and_by_whom(tmp_path: Path) -> None:
    with (tmp_path / output.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        with pytest.raises(EnvironmentFailure, match="locked by process 4711"):
            output.publish_files(tmp_path, {"a": b"new"}, patience=0)
    assert contents(tmp_path) == {output.LOCK: b"4711"}


# F75, F76: cache, home, places for temporary files


def truncate(entry: Path) -> None:
    entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])


def flip_a_bit(entry: Path) -> None:
    content = bytearray(entry.read_bytes())
    content[len(content) // 3] ^= 4
    entry.write_bytes(content)


def make_a_folder_of(entry: Path) -> None:
    entry.unlink()
    entry.mkdir()


@pytest.mark.parametrize("damage", [truncate, flip_a_bit, make_a_folder_of])
def test_a_damaged_cache_is_never_trusted(
    built: Built, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    shutil.copytree(built.cache, cache)
    for entry in cache.glob("bookbuild/*/*"):
        damage(entry)

    assert built.run(BOOKBUILD_CACHE=str(cache)).returncode == 0
    assert built.is_as_before()


@pytest.mark.parametrize(
    "changes",
    [
        {"BOOKBUILD_CACHE": "/proc/1"},
        {"BOOKBUILD_CACHE": "", "HOME": "/nonexistent", "TMPDIR": "/nonexistent", "XDG_CACHE_HOME": ""},
    ],
    ids=["cache cannot be written", "no home, no TMPDIR"],
)
def test_a_build_needs_neither_cache_nor_home(built: Built, changes: dict[str, str]) -> None:
    assert built.run(**changes).returncode == 0
    assert built.is_as_before()


# F77, F79: workers


def double(number: int) -> int:
    return 2 * number


def never_end(_job: object) -> None:
    while True:
        pass


def fill_memory(_job: object) -> int:
    return len(bytearray(10**10))


def die(_job: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def break_down(_job: object) -> None:
    raise ZeroDivisionError("nothing to divide by")


def swallow_and_go_on(_job: object) -> None:
    """Do what the engine does while it draws an SVG: take every exception for a fault of the picture."""
    with contextlib.suppress(BaseException):
        never_end(None)
    never_end(None)


def reach_out(_job: object) -> None:
    import socket

    socket.create_connection(("127.0.0.1", 9))


@pytest.mark.parametrize(
    ("work", "reason", "ours"),
    [
        (never_end, "took more than 1 seconds", False),
        (swallow_and_go_on, "took more than 1 seconds", False),
        (fill_memory, "needed more than 2000 MB of memory", False),
        (die, "was killed", False),
        (break_down, "ZeroDivisionError: nothing to divide by", True),
        (reach_out, "socket.getaddrinfo is not allowed", True),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_work_that_fails_is_known_and_the_rest_is_done(
    work: Callable[[object], None], reason: str, ours: bool
) -> None:
    with Workers(1, WorkLimits(seconds=1, megabytes=2000)) as workers:
        failed = workers.submit(work, "the job")
        following = workers.submit(double, 21)

        with pytest.raises(WorkFailedError, match=reason) as raised:
            failed.result(PATIENCE)

        assert (raised.value.ours, raised.value.subject) == (ours, "the job")
        assert following.result(PATIENCE) == 42


def test_a_chapter_that_takes_too_long_is_named(built: Built) -> None:
    chapter = built.root / "book/chapters/one.md"
    chapter.write_text(f"---\ntitle: One\n---\n\n{'many words ' * 45_000}[@paper]\n", encoding="utf-8")

    done = built.run("-q", "pdf", "--no-cache", "--unit-seconds", "1")

    assert done.returncode == 3
    assert "book/chapters/one.md: laying out “One” took more than 1 seconds" in done.stderr
    assert built.is_as_before()


def test_a_fault_of_the_engine_names_the_chapter_and_leaves_a_report(built: Built, tmp_path: Path) -> None:
    (built.root / "styles").mkdir()
    (built.root / "styles/own.css").write_text(".chapter p { font-size: 1e9px }", encoding="utf-8")

    with contextlib.chdir(tmp_path):
        done = built.run("-q", "pdf")

    assert done.returncode == 4
    assert "book/chapters/one.md: laying out “One” failed: ZeroDivisionError" in done.stderr
    report = (tmp_path / "bookbuild-fault.txt").read_text(encoding="utf-8")
    assert "weasyprint" in report
    assert built.is_as_before()


# F78: clock, zone, locale


@pytest.mark.parametrize(
    "changes",
    [
        {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kolkata", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "C", "TZ": "America/St_Johns", "PYTHONHASHSEED": "2", "SOURCE_DATE_EPOCH": "4102444800"},
    ],
    ids=["Turkish, half an hour off", "C, 2100"],
)
def test_clock_zone_and_locale_change_no_byte(built: Built, changes: dict[str, str]) -> None:
    assert built.run("-q", "pdf", "--no-cache", **changes).returncode == 0
    assert built.is_as_before()


# F80: streams


@pytest.mark.parametrize("words", [("figures",), ("check", "--json"), ("--help",)])
def test_an_answer_that_cannot_be_written_is_a_failure(built: Built, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "-C", str(built.root), *words],
            env=built.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_closed_output_is_a_failure(built: Built) -> None:
    done = built.run("figures", prepare=lambda: os.close(1))
    assert done.returncode == 3
    assert done.stderr == "bookbuild: standard output is closed\n"


def test_nobody_listening_to_messages_changes_nothing(built: Built) -> None:
    assert built.run(prepare=lambda: os.close(2)).returncode == 0
    assert built.is_as_before()


def test_a_reader_that_goes_away_is_no_crash(built: Built) -> None:
    with built.start("figures", "--json") as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert "Traceback" not in run.stderr.read()
    assert run.returncode in (0, 3)


# F81: paths


@pytest.mark.parametrize("name", ["it's “so” & so;", "dağ 山", "a#b%20c?d", "-rf", "n" * 200])
def test_any_folder_name_will_do(built: Built, name: str, tmp_path: Path) -> None:
    shutil.move(built.root, tmp_path / name)
    moved = Built(tmp_path / name, built.cache, built.files)

    assert moved.run("-q", "pdf", "--no-cache").returncode == 0
    assert moved.is_as_before()


# F82–F84: sources


def test_a_source_that_changes_during_the_build_is_noticed(built: Built) -> None:
    def write(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        if stage.startswith("set"):
            another_state_of(built)

    with pytest.raises(EnvironmentFailure, match=r"book/chapters/one\.md: changed while building"):
        editions.build_pdfs(Project(built.root), ("en",), Settings(), write)
    assert built.is_as_before()


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing.md")


def a_link_out_of_the_book(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "code"),
    [(a_folder, "B021"), (a_link_to_nothing, "B023"), (a_link_out_of_the_book, "B020"), (a_pipe, "B021")],
)
def test_a_source_that_is_no_file_is_named(built: Built, make: Callable[[Path], None], code: str) -> None:
    make(built.root / "book/chapters/two.md")

    with pytest.raises(BookError) as raised:
        editions.build_pdfs(Project(built.root), ("en",), Settings(), silent)

    assert [(one.code, one.place.path) for one in raised.value.diagnostics] == [
        (code, "book/chapters/two.md")
    ]
    assert raised.value.diagnostics[0].hint


def test_a_source_that_may_not_be_read_is_named(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refuse(path: str | Path, *rest: int) -> int:
        if str(path).endswith("one.md"):  # permissions do not bind root, as whom tests may run
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return opened(path, *rest)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(BookError) as raised:
        editions.build_pdfs(Project(built.root), ("en",), Settings(), silent)

    assert str(raised.value.diagnostics[0]).startswith(
        "book/chapters/one.md:1:1: error[B023]: cannot be read: permission denied"
    )


def test_two_names_that_differ_by_case_are_both_named(built: Built) -> None:
    (built.root / "book/chapters/One.md").write_text("---\ntitle: Another\n---\n\nText.\n", encoding="utf-8")

    with pytest.raises(BookError) as raised:
        editions.build_pdfs(Project(built.root), ("en",), Settings(), silent)

    [found] = [one for one in raised.value.diagnostics if one.code == "B027"]
    assert "“one.md” and “One.md”" in found.message
