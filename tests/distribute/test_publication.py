"""A distribution is the old one or the new one, whole, whatever happens; and it can be checked."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from bookbuild.diagnostics import EnvironmentFailure, InternalFault
from bookbuild.distribute import publish
from bookbuild.distribute.publish import publish_distribution, sums_of, verify_distribution

FILES = {"en/interior-print.pdf": b"pages", "en/html/index.html": b"<p>", "manifest.json": b"{}"}


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def hidden(folder: Path) -> list[str]:
    return [
        path.name
        for path in folder.iterdir()
        if path.name.startswith(".") and not path.name.endswith(".lock")
    ]


def test_all_files_and_their_sums_are_in_the_folder(tmp_path: Path) -> None:
    publish_distribution(tmp_path / "dist" / "book-1", FILES)

    made = contents(tmp_path / "dist" / "book-1")
    assert made == {**FILES, "SHA256SUMS": sums_of(FILES)}
    assert hidden(tmp_path / "dist") == []


def test_the_sums_are_what_sha256sum_checks(tmp_path: Path) -> None:
    publish_distribution(tmp_path / "book", FILES)
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("sha256sum is not installed")
    run = subprocess.run(
        [tool, "--check", "--strict", "SHA256SUMS"], cwd=tmp_path / "book", capture_output=True
    )
    assert run.returncode == 0


def test_a_file_that_the_new_one_does_not_have_is_gone(tmp_path: Path) -> None:
    publish_distribution(tmp_path / "book", {**FILES, "old.txt": b"old"})
    publish_distribution(tmp_path / "book", FILES)
    assert "old.txt" not in contents(tmp_path / "book")


@pytest.mark.parametrize("exchange", [True, False])
def test_the_new_one_takes_the_old_ones_place(
    tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:
        monkeypatch.setattr(publish, "_exchange", lambda one, other: False)
    for word in (b"one", b"two", b"three"):
        publish_distribution(tmp_path / "book", {"a": word})
    assert contents(tmp_path / "book")["a"] == b"three"
    assert hidden(tmp_path) == []


def test_a_full_disk_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_distribution(tmp_path / "book", FILES)
    before = contents(tmp_path / "book")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFailure, match="no space left on device; the distribution that was there"):
        publish_distribution(tmp_path / "book", {"a": b"new"})
    assert contents(tmp_path / "book") == before
    assert hidden(tmp_path) == []


def test_an_interruption_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_distribution(tmp_path / "book", FILES)

    def interrupted(new: Path, folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(publish, "_swap", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish_distribution(tmp_path / "book", {"a": b"new"})
    assert contents(tmp_path / "book") == {**FILES, "SHA256SUMS": sums_of(FILES)}
    assert hidden(tmp_path) == []


def test_what_a_kill_between_two_renames_left_is_put_back(tmp_path: Path) -> None:
    publish_distribution(tmp_path / "book", FILES)
    (tmp_path / "book").rename(tmp_path / ".book.old-x")
    (tmp_path / ".book.new-x").mkdir()

    with pytest.raises(InternalFault):
        publish_distribution(tmp_path / "book", {"../a": b""})
    publish._sweep(tmp_path / "book")
    assert contents(tmp_path / "book") == {**FILES, "SHA256SUMS": sums_of(FILES)}
    assert hidden(tmp_path) == []


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    with (tmp_path / ".book.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EnvironmentFailure, match="another bookbuild is writing here"):
            publish_distribution(tmp_path / "book", FILES)
    publish_distribution(tmp_path / "book", FILES)
    assert (tmp_path / "book").is_dir()


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "", "a\\b"])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InternalFault, match="leads out of its folder"):
        publish_distribution(tmp_path / "book", {name: b""})
    assert not (tmp_path / "book").exists()


_VICTIM = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from bookbuild.distribute.publish import publish_distribution
    print("ready", flush=True)
    for turn in range(100000):
        word = b"%d" % turn
        publish_distribution(Path(sys.argv[1]), {f"{n}.txt": word * 2000 for n in range(12)})
    """
)


def test_killed_at_any_moment_it_is_whole(tmp_path: Path) -> None:
    chance = random.Random(5)
    folder = tmp_path / "book"
    publish_distribution(folder, {f"{n}.txt": b"first" for n in range(12)})
    for _ in range(20):
        run = subprocess.Popen([sys.executable, "-c", _VICTIM, str(folder)], stdout=subprocess.PIPE)
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
        assert verify_distribution(folder) == []
        made = contents(folder)
        assert len({content for name, content in made.items() if name != "SHA256SUMS"}) == 1
        assert len(made) == 13
    publish_distribution(folder, FILES)
    assert hidden(tmp_path) == []


def test_an_untouched_distribution_is_verified(tmp_path: Path) -> None:
    publish_distribution(tmp_path / "book", FILES)
    assert verify_distribution(tmp_path / "book") == []


def test_every_difference_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    publish_distribution(folder, FILES)
    (folder / "en/interior-print.pdf").write_bytes(b"other")
    (folder / "en/html/index.html").unlink()
    (folder / "more.txt").write_bytes(b"")

    found = verify_distribution(folder)
    assert [(one.code, one.message.split("”")[0]) for one in found] == [
        ("D911", "“en/html/index.html"),
        ("D912", "“en/interior-print.pdf"),
        ("D913", "“more.txt"),
    ]


@pytest.mark.parametrize("sums", [None, "nonsense\n", f"{'0' * 64}  ../../etc/passwd\n"])
def test_sums_that_cannot_be_read_are_reported(tmp_path: Path, sums: str | None) -> None:
    folder = tmp_path / "book"
    publish_distribution(folder, FILES)
    (folder / "SHA256SUMS").unlink()
    if sums is not None:
        (folder / "SHA256SUMS").write_text(sums)
    assert [one.code for one in verify_distribution(folder)] == ["D910"]


def test_a_changed_input_is_named(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "book.yaml").write_bytes(b"title: A")
    inputs = {"book/book.yaml": hashlib.sha256(b"title: A").hexdigest()}
    manifest = json.dumps({"inputs": inputs}).encode()
    publish_distribution(tmp_path / "dist", {"manifest.json": manifest})
    assert verify_distribution(tmp_path / "dist", tmp_path) == []

    (tmp_path / "book" / "book.yaml").write_bytes(b"title: B")
    (found,) = verify_distribution(tmp_path / "dist", tmp_path)
    assert found.code == "D914"
    assert "book/book.yaml" in found.message


def test_a_manifest_without_inputs_is_reported(tmp_path: Path) -> None:
    publish_distribution(tmp_path / "dist", FILES)
    assert [one.code for one in verify_distribution(tmp_path / "dist", tmp_path)] == ["D910"]
