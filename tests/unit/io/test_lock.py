"""One run per folder."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gtrack.core.errors import OutputError
from gtrack.io import leases, lock
from gtrack.io.lock import LOCK, is_lock, locked


def test_a_second_holder_is_told_who_the_first_is(tmp_path: Path) -> None:
    with locked(tmp_path):
        for shared in (False, True):
            with (
                pytest.raises(OutputError, match=rf"{tmp_path}: locked by pid {os.getpid()} on "),
                locked(tmp_path, shared=shared),
            ):
                pass
    assert not list(tmp_path.iterdir())
    with locked(tmp_path):
        assert (tmp_path / LOCK).exists()


def test_shared_holders(tmp_path: Path) -> None:
    with locked(tmp_path, shared=True):
        with locked(tmp_path, shared=True), pytest.raises(OutputError), locked(tmp_path):
            pass
        assert (tmp_path / LOCK).exists(), "one holder is left"
        with pytest.raises(OutputError), locked(tmp_path):
            pass
    assert not list(tmp_path.iterdir())


def test_a_lock_file_that_nobody_holds_is_taken(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("pid 1 on elsewhere, killed long ago, and with a longer line")
    with locked(tmp_path):
        assert (tmp_path / LOCK).read_text().startswith(f"pid {os.getpid()} on ")
        assert "killed" not in (tmp_path / LOCK).read_text()


def test_the_lock_goes_with_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path):
        raise KeyError
    assert not list(tmp_path.iterdir())


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="cannot write here: No such file"),
        locked(tmp_path / "x"),
    ):
        pass


def test_at_most_one_holder_while_the_file_comes_and_goes(tmp_path: Path) -> None:
    """Holders remove the file while others open it: none may end up with a removed one."""
    inside, most, held = 0, 0, 0

    def contend() -> None:
        nonlocal inside, most, held
        while held < 100:
            try:
                with locked(tmp_path):
                    inside += 1
                    most = max(most, inside)
                    held += 1
                    time.sleep(0.0002)
                    inside -= 1
            except OutputError:
                pass

    threads = [threading.Thread(target=contend) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("what", ["link", "dangling", "folder", "pipe", "mine"])
def test_a_lock_that_is_not_ours_is_left_alone(tmp_path: Path, what: str) -> None:
    folder, victim = tmp_path / "out", tmp_path / "victim"
    folder.mkdir()
    path = folder / LOCK
    if what == "link":
        victim.write_text("precious")
        path.symlink_to(victim)
    elif what == "dangling":
        path.symlink_to(victim)
    elif what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.write_text("held by another program")
    with (
        pytest.raises(OutputError, match=f"{path}: is no lock that gtrack made; move it away"),
        locked(folder),
    ):
        pass
    assert os.path.lexists(path)
    assert victim.read_text() == "precious" if what == "link" else not victim.exists()
    assert what != "mine" or path.read_text() == "held by another program"


@pytest.fixture(params=[errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS])
def no_flock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without flock: the operating system's answer cannot be had here otherwise."""

    def flock(descriptor: int, kind: int) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(fcntl, "flock", flock)


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_without_flock_files_keep_others_out(tmp_path: Path, no_flock: None) -> None:
    for shared in (False, True):
        with locked(tmp_path):
            (path,) = tmp_path.iterdir()
            assert path.read_text().startswith(f"pid {os.getpid()} on {socket.gethostname()}\n")
            assert is_lock(path.name)
            with pytest.raises(OutputError) as caught, locked(tmp_path, shared=shared):
                pass
            assert str(caught.value) == (
                f"{tmp_path}: locked by pid {os.getpid()} on {socket.gethostname()}; wait for its "
                "end, or stop it"
            )
        assert not list(tmp_path.iterdir())


def test_without_flock_holders_share(tmp_path: Path, no_flock: None) -> None:
    with locked(tmp_path, shared=True):
        with locked(tmp_path, shared=True):
            assert len(list(tmp_path.iterdir())) == 2
            assert all(is_lock(path.name) for path in tmp_path.iterdir())
            with pytest.raises(OutputError, match="locked by pid"), locked(tmp_path):
                pass
        with pytest.raises(OutputError, match="locked by pid"), locked(tmp_path):
            pass
        assert len(list(tmp_path.iterdir())) == 1
    with locked(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [f"{LOCK}.alone", f"{LOCK}.shared.0123abcd"])
def test_without_flock_a_dead_run_holds_nobody(
    tmp_path: Path, no_flock: None, dead: int, name: str
) -> None:
    path = tmp_path / name
    path.write_text(f"pid {dead} on {socket.gethostname()}")
    with locked(tmp_path):
        pass
    assert not list(tmp_path.iterdir())
    for text in (f"pid {dead} on elsewhere", f"pid 1 on {socket.gethostname()}", "mine"):
        path.write_text(text)
        with pytest.raises(OutputError, match=f"remove {path} if"), locked(tmp_path):
            pass
        assert path.read_text() == text


def test_without_flock_there_is_at_most_one(tmp_path: Path, no_flock: None, dead: int) -> None:
    """The file of a dead run lies there, and many find it at once."""
    inside, most, held = 0, 0, 0

    def contend() -> None:
        nonlocal inside, most, held
        while held < 50:
            try:
                with locked(tmp_path):
                    inside += 1
                    most = max(most, inside)
                    held += 1
                    time.sleep(0.0002)
                    inside -= 1
                (tmp_path / f"{LOCK}.shared.0123abcd").write_text(
                    f"pid {dead} on {socket.gethostname()}"
                )
            except OutputError:
                pass

    threads = [threading.Thread(target=contend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


class Elsewhere:
    """A run on another machine: its file, and the clock of who looks at that."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path, self.now, self.beats, self.looks = folder / name, 1000.0, 0, 0
        self.alive_until, self.ends_at = 0.0, float("inf")
        self.write()

    def write(self) -> None:
        self.path.write_text(f"pid 7 on far\nbeat {self.beats:012d} of {7:016x} feed-12 99\n")

    def sleep(self, seconds: float) -> None:
        self.now, self.looks = self.now + seconds, self.looks + 1
        if self.now < self.alive_until:
            self.beats += 1
            self.write()
        if self.now > self.ends_at:
            self.path.unlink(missing_ok=True)


@pytest.fixture(params=["flock", "none"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    if request.param == "none":
        monkeypatch.setattr(fcntl, "flock", _no_flock)

    def make(name: str) -> Elsewhere:
        far = Elsewhere(tmp_path, name)
        monkeypatch.setattr(lock, "Watch", lambda: leases.Watch(lambda: far.now))
        monkeypatch.setattr(time, "sleep", far.sleep)
        return far

    return make


def _no_flock(descriptor: int, kind: int) -> None:
    raise OSError(errno.ENOSYS, "Function not implemented")


FAR = [(f"{LOCK}.alone", False), (f"{LOCK}.alone", True), (f"{LOCK}.shared.0123abcd", False)]


@pytest.mark.parametrize(("name", "shared"), FAR)
def test_a_run_on_another_machine_keeps_others_out(
    elsewhere, tmp_path: Path, name: str, shared: bool
) -> None:
    far = elsewhere(name)
    far.alive_until = 2000
    with (
        pytest.raises(OutputError, match=f"{tmp_path}: locked by pid 7 on far; wait for its end"),
        locked(tmp_path, shared=shared),
    ):
        pass
    assert far.looks == 1, "a counter that goes on is seen"
    assert list(tmp_path.iterdir()) == [far.path]


@pytest.mark.parametrize(("name", "shared"), FAR)
def test_a_run_that_died_on_another_machine_holds_nobody(
    elsewhere, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, shared: bool
) -> None:
    far = elsewhere(name)
    with locked(tmp_path, shared=shared):
        assert not far.path.exists() or far.path.read_text().startswith(f"pid {os.getpid()} on ")
    assert leases.EXPIRY < far.now - 1000 < leases.EXPIRY + 5
    assert not list(tmp_path.iterdir())
    said = capsys.readouterr().err
    assert said == (
        f"gtrack: {tmp_path}: looking for up to 60 s whether pid 7 on far is still at work there\n"
    )


def test_a_run_on_another_machine_may_end_meanwhile(elsewhere, tmp_path: Path) -> None:
    far = elsewhere(f"{LOCK}.shared.0123abcd")
    far.ends_at = 1010
    with locked(tmp_path):
        pass
    assert far.now < 1013


@pytest.mark.parametrize("name", [f"{LOCK}.alone", f"{LOCK}.shared.0123abcd"])
def test_a_run_that_was_killed_before_its_first_word_holds_nobody(
    elsewhere, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """An empty file is left on disks without second names only."""
    far = elsewhere(name)
    far.path.write_bytes(b"")
    with locked(tmp_path):
        pass
    assert leases.EXPIRY < far.now - 1000 < leases.EXPIRY + 5
    assert not list(tmp_path.iterdir())
    assert "whether a run that has just begun is still at work there" in capsys.readouterr().err


def test_a_run_that_gives_its_first_word_keeps_others_out(elsewhere, tmp_path: Path) -> None:
    far = elsewhere(f"{LOCK}.alone")
    far.path.write_bytes(b"")
    far.alive_until = 2000
    with pytest.raises(OutputError, match="locked by pid 7 on far; wait"), locked(tmp_path):
        pass
    assert far.looks == 1


def test_holders_share_with_those_on_other_machines(elsewhere, tmp_path: Path) -> None:
    far = elsewhere(f"{LOCK}.shared.0123abcd")
    with locked(tmp_path, shared=True):
        pass
    assert (far.looks, list(tmp_path.iterdir())) == (0, [far.path])


def test_a_disk_that_hangs_ends_nobodys_hold(elsewhere, tmp_path: Path) -> None:
    """Neither side gets anything done meanwhile: the time does not count."""
    far = elsewhere(f"{LOCK}.alone")
    hangs, sleep = [500.0], far.sleep

    def hang(seconds: float) -> None:
        sleep(seconds)
        if hangs:
            far.now += hangs.pop()
            far.alive_until = far.now + 3

    time.sleep = hang
    with pytest.raises(OutputError, match="locked by pid 7"), locked(tmp_path):
        pass


def test_a_signal_is_heard_while_it_looks(elsewhere, tmp_path: Path, monkeypatch) -> None:
    from gtrack.core.interruption import ARRIVED, Stopped

    far = elsewhere(f"{LOCK}.alone")
    monkeypatch.setattr(ARRIVED, "number", signal.SIGTERM)
    monkeypatch.setattr(ARRIVED, "waits", True)
    with pytest.raises(Stopped), locked(tmp_path):
        pass
    assert far.looks == 0
    assert list(tmp_path.iterdir()) == [far.path]


def test_what_a_killed_run_was_taking_away_goes(tmp_path: Path) -> None:
    aside = tmp_path / f"{LOCK}.shared.0123abcd.89abcdef.tmp"
    aside.write_text("pid 7 on far")
    assert is_lock(aside.name)
    with locked(tmp_path, shared=True):
        assert aside.exists()
    with locked(tmp_path):
        assert not aside.exists()


def test_other_failures_of_flock_are_no_lack_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(descriptor: int, kind: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OutputError, match="cannot write here: Input/output"), locked(tmp_path):
        pass
