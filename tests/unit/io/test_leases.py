"""Files that say who is at work, and that they still are."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.io import leases
from gtrack.io.leases import EXPIRY, Lease, Watch, content_of, holder_of, is_ours, take_away


def test_a_lease_is_taken_once_and_dropped(tmp_path: Path) -> None:
    first, second = Lease(tmp_path / "a"), Lease(tmp_path / "a")
    assert first.take()
    assert not second.take()
    second.drop()
    holder = holder_of((tmp_path / "a").read_bytes())
    assert holder is not None
    assert (holder.pid, holder.host) == (os.getpid(), socket.gethostname())
    assert holder.beats
    assert holder.is_here
    assert not holder.is_gone
    first.drop()
    assert not list(tmp_path.iterdir())
    assert second.take()
    second.drop()


def test_of_many_one_gets_it(tmp_path: Path) -> None:
    tries = [Lease(tmp_path / "a") for _ in range(8)]
    start, got = threading.Barrier(8, timeout=60), []

    def take(lease: Lease) -> None:
        start.wait()
        got.append(lease.take())

    threads = [threading.Thread(target=take, args=(lease,)) for lease in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]
    for lease in tries:
        lease.drop()


def test_every_beat_changes_the_file_and_nothing_else_of_it(tmp_path: Path) -> None:
    lease = Lease(tmp_path / "a")
    lease.take()
    seen = [content_of(lease.path)]
    for _ in range(12):
        lease.beat()
        seen.append(content_of(lease.path))
    assert len(set(seen)) == 13
    assert len({len(each or b"") for each in seen}) == 1
    assert len({holder_of(each or b"") for each in seen}) == 1
    lease.drop()


def test_the_heart_beats_for_all_that_are_held(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.01)
    held = [Lease(tmp_path / name) for name in "ab"]
    for lease in held:
        assert lease.take()
    for lease in held:
        before = content_of(lease.path)
        while content_of(lease.path) == before:
            pass
    held[0].drop()
    before = content_of(held[1].path)
    while content_of(held[1].path) == before:
        pass
    held[1].drop()
    assert not list(tmp_path.iterdir())


def test_a_lease_that_somebody_else_took_over_stays_theirs(tmp_path: Path) -> None:
    slow, thief = Lease(tmp_path / "a"), Lease(tmp_path / "a")
    slow.take()
    assert take_away(slow.path, content_of(slow.path) or b"")
    assert thief.take()
    theirs = content_of(thief.path)
    slow.beat()
    slow.drop()
    assert content_of(thief.path) == theirs
    thief.drop()


def test_a_file_that_is_another_now_is_put_back(tmp_path: Path) -> None:
    lease = Lease(tmp_path / "a")
    lease.take()
    judged = content_of(lease.path) or b""
    lease.beat()
    theirs = content_of(lease.path)
    assert not take_away(lease.path, judged)
    assert content_of(lease.path) == theirs
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    lease.drop()
    assert not take_away(lease.path, judged), "it is gone"


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_end_of_a_process_here_is_seen(tmp_path: Path) -> None:
    machine, host = leases._machine(), socket.gethostname()
    _, began = leases._stat(os.getpid())

    def gone(pid: int, host: str, process: str) -> bool:
        text = f"pid {pid} on {host}\nbeat {0:012d} of {1:016x} {process}\n"
        holder = holder_of(text.encode())
        assert holder is not None
        return holder.is_gone

    assert not gone(os.getpid(), host, f"{machine} {began}")
    assert gone(dead_process(), host, f"{machine} {began}")
    assert gone(os.getpid(), host, f"{machine} 1"), "another process has its number"
    assert not gone(dead_process(), host, "another-container 5"), "of another machine of this name"
    assert not gone(dead_process(), "far", f"{machine} {began}")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        _, began = leases._stat(child.pid)
        assert not gone(child.pid, host, f"{machine} {began}")
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert began, "its number is still taken"
        assert gone(child.pid, host, f"{machine} {began}"), "nobody has taken its end"


@pytest.mark.parametrize(
    ("content", "ours"),
    [(b"", True), (b"pid 7 on far", True), (b"mine", False), (b"pid 7 on far\n", False)],
)
def test_what_others_write_is_no_lease(content: bytes, ours: bool) -> None:
    assert is_ours(content) is ours
    assert (holder_of(content) is not None) is (content == b"pid 7 on far")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    with pytest.raises(OSError, match="symbolic"):
        content_of(tmp_path / "a")
    assert not Lease(tmp_path / "a").take()
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("then", [None, b"another's"])
def test_a_lease_that_goes_while_it_is_read(tmp_path: Path, monkeypatch, then) -> None:
    """NFS says ESTALE of it; where it says no more than that, nobody knows what is there."""
    path, real = tmp_path / "a", os.read
    path.write_bytes(b"somebody's")

    def read(descriptor: int, most: int) -> bytes:
        monkeypatch.setattr(os, "read", real)
        path.unlink()
        if then is not None:
            path.write_bytes(then)
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(os, "read", read)
    assert content_of(path) == then
    path.write_bytes(b"somebody's")

    def stale(descriptor: int, most: int) -> bytes:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(os, "read", stale)
    with pytest.raises(OSError, match="Stale"):
        content_of(path)


@given(st.lists(st.tuples(st.floats(0.1, 4.9), st.booleans()), max_size=60))
def test_how_long_a_counter_stands_still(looks: list[tuple[float, bool]]) -> None:
    """Law: the time between looks, added up since the last change; by a clock of one's own."""
    now, beats, since = [50.0], 0, 0.0
    watch, path = Watch(lambda: now[0]), Path("a")
    assert watch.still(path, b"0") == 0
    for seconds, changed in looks:
        now[0] += seconds
        beats += changed
        said = watch.still(path, b"%d" % beats)
        since = 0.0 if changed else since + seconds
        assert said is None if changed else said == pytest.approx(since)


def test_a_look_that_took_long_counts_little() -> None:
    now = [0.0]
    watch = Watch(lambda: now[0])
    watch.still(Path("a"), b"x")
    now[0] += 10 * EXPIRY
    assert watch.still(Path("a"), b"x") == 5.0
    watch.forget(Path("a"))
    assert watch.still(Path("a"), b"y") == 0.0
