"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gtrack.core.errors import InputError, OutputError
from gtrack.io import atomic
from gtrack.io.atomic import create, finished_name, make_new, replacing, sync_folder, write_text
from gtrack.io.bigwig.files import NewFile
from gtrack.io.folders import making_folder


def listing(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_the_name_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as handle:
        handle.write(b"new")
        handle.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert listing(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [InputError("no"), KeyboardInterrupt(), ZeroDivisionError()])
def test_an_error_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as handle:
            handle.write(b"new")
            raise error

    with pytest.raises(type(error)):
        write()
    assert path.read_text() == "old"
    assert listing(tmp_path) == ["a.txt"]


def test_the_system_refuses_inside_the_block(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught, replacing(tmp_path / "a.txt"):
        raise OSError(28, "No space left on device")
    assert str(caught.value) == f"{tmp_path / 'a.txt'}: cannot write: No space left on device"
    assert caught.value.exit_code == 3
    assert listing(tmp_path) == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_a_folder_that_is_closed_is_told_with_the_cure(tmp_path: Path, number: int) -> None:
    with pytest.raises(OutputError) as caught, replacing(tmp_path / "a.txt"):
        raise OSError(number, os.strerror(number))
    assert str(caught.value).endswith("; make its folder writable, or write elsewhere")


def test_the_folder_is_not_there_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in ("absent", "file"):
        with pytest.raises(OutputError, match="cannot write"), replacing(tmp_path / folder / "a"):
            pass
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        write_text(tmp_path / "taken", "a folder has that name")
    assert listing(tmp_path) == ["file", "taken"]


TOO_LARGE = """
import resource, sys
from pathlib import Path
from gtrack.core.errors import OutputError
from gtrack.io.atomic import replacing

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with replacing(Path(sys.argv[1])) as handle:
        for _ in range(int(sys.argv[2])):
            handle.write(b"x" * 1000)
except OutputError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize(("thousands", "code"), [(100, 0), (101, 3), (1000, 3)])
def test_a_full_disk_leaves_nothing(tmp_path: Path, thousands: int, code: int) -> None:
    """A file size limit refuses as a full disk does: in the middle of a write, or at its flush."""
    path = tmp_path / "a.bin"
    done = subprocess.run(
        [sys.executable, "-c", TOO_LARGE, str(path), str(thousands)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert listing(tmp_path) == ([] if code else ["a.bin"])
    if code:
        assert done.stdout == f"{path}: cannot write: File too large\n"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027, 0o077])
def test_permissions_follow_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_text(tmp_path / "a", "x")
        assert os.umask(umask) == umask, "the process keeps its umask"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~umask


def test_writers_side_by_side_do_not_meet(tmp_path: Path) -> None:
    text = {name: name * 50_000 for name in "abcdefgh"}
    threads = [
        threading.Thread(target=write_text, args=(tmp_path / "same", whole))
        for whole in text.values()
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert listing(tmp_path) == ["same"]
    assert (tmp_path / "same").read_text() in text.values()


def test_text_is_utf8_with_lf(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "é\n日\n")
    assert (tmp_path / "a").read_bytes() == "é\n日\n".encode()


def test_a_folder_can_be_synced(tmp_path: Path) -> None:
    sync_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "absent")


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "file"
    victim.write_text("precious")
    path.symlink_to(victim)
    write_text(path, "new")
    assert not path.is_symlink()
    path.unlink()
    path.symlink_to(victim)
    file = NewFile(path)
    file.write(b"new")
    file.publish()
    assert (path.is_symlink(), path.read_text()) == (False, "new")
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("dangling", [False, True])
def test_a_planted_name_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dangling: bool
) -> None:
    """Even where the name of the unfinished file is guessed."""
    victim, planted = tmp_path / "victim", tmp_path / "file.00000000.tmp"
    if not dangling:
        victim.write_text("precious")
    planted.symlink_to(victim)
    monkeypatch.setattr(atomic.secrets, "token_hex", lambda count: "0" * 2 * count)
    with pytest.raises(OutputError, match="cannot write: File exists"):
        write_text(tmp_path / "file", "new")
    with pytest.raises(FileExistsError):
        NewFile(tmp_path / "file")
    assert victim.exists() != dangling
    assert dangling or victim.read_text() == "precious"
    assert not (tmp_path / "file").exists()


def test_what_is_made_is_closed_in_other_programs(tmp_path: Path) -> None:
    with create(tmp_path / "a") as file:
        assert not os.get_inheritable(file.fileno())
        file.write(b"x")
        file.seek(0)
        assert file.read() == b"x"


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The operating system's answer, which cannot be had here otherwise."""

    def fsync(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)
    write_text(tmp_path / "a", "x")
    file = NewFile(tmp_path / "b")
    file.write(b"y")
    file.sync()
    file.publish()
    with making_folder(tmp_path / "c") as folder:
        (folder / "d").write_text("z")
    assert listing(tmp_path) == ["a", "b", "c"]


def test_a_disk_that_fails_to_sync_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutputError, match="cannot write: Input/output error"):
        write_text(tmp_path / "a", "x")
    with pytest.raises(OSError, match="Input/output error"), making_folder(tmp_path / "c"):
        pass
    assert listing(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "finished"),
    [
        ("a.bw.0123abcd.tmp", "a.bw"),
        ("a.hits.bb.0123abcd.tmp.bb", "a.hits.bb"),
        ("a.bw.tmp", None),
        ("a.bw.0123ABCD.tmp", None),
        ("a.bw.0123abc.tmp", None),
        (".0123abcd.tmp", None),
        ("a.bw", None),
    ],
)
def test_unfinished_names(name: str, finished: str | None) -> None:
    assert finished_name(name) == finished


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    final, mine = tmp_path / "m", tmp_path / ".m.0123.partial"
    mine.mkdir()
    (tmp_path / ".m.0123abcd.partial").mkdir()  # of a killed run
    (tmp_path / ".m.0123abcd.partial/half").write_text("")
    with pytest.raises(FileExistsError), making_folder(final) as work:
        shutil.copytree(tmp_path, work)
    assert listing(tmp_path) == [".m.0123.partial"]
    final.mkdir()
    with making_folder(final) as work:
        (work / "a").write_text("x")
    assert listing(final) == ["a"]
    with pytest.raises(OSError, match="not empty"), making_folder(final) as work:
        (work / "b").write_text("x")
    assert listing(final) == ["a"]
    assert listing(tmp_path) == [".m.0123.partial", "m"]


KILLED = """
import os, sys
from pathlib import Path
from gtrack.io.atomic import finished_name
from gtrack.io.leases import Lease, holder_of

folder, at, ended = Path(sys.argv[1]), 0, False

def kill(frame, event, called):
    global left
    left -= event in ("c_call", "c_return")
    if left < 0:
        os._exit(9)

while not ended:
    child, left = os.fork(), at
    if child == 0:
        lease = Lease(folder / "a")
        sys.setprofile(kill)
        assert lease.take()
        os._exit(0)
    ended, at = os.waitpid(child, 0)[1] == 0, at + 1
    for path in folder.iterdir():
        if path.name == "a":
            holder = holder_of(path.read_bytes())
            assert holder and holder.beats and holder.pid == child, at
        else:
            assert finished_name(path.name) == "a", path
        path.unlink()
assert at > 50, at
"""


def test_who_is_killed_at_any_instant_leaves_a_whole_lease_or_none(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_a_new_file_is_made_once(tmp_path: Path) -> None:
    make_new(tmp_path / "a", b"first")
    with pytest.raises(FileExistsError):
        make_new(tmp_path / "a", b"second")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"first"]
    with pytest.raises(FileNotFoundError):
        make_new(tmp_path / "none/a", b"")


@pytest.mark.parametrize("number", [errno.EPERM, errno.EIO, errno.ENOENT])
def test_where_link_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """EPERM: a disk without second names; ENOENT: the file beside it was swept."""

    def link(aside: Path, path: Path) -> None:
        if number == errno.ENOENT:
            Path(aside).unlink()
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", link)
    if number == errno.EIO:
        with pytest.raises(OSError, match="Input/output"):
            make_new(tmp_path / "a", b"all")
        assert not list(tmp_path.iterdir())
        return
    make_new(tmp_path / "a", b"all")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"all"]
    with pytest.raises(FileExistsError):
        make_new(tmp_path / "a", b"other")


def test_a_link_that_was_made_though_the_answer_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link

    def link(aside: Path, path: Path) -> None:
        real(aside, path)
        raise FileExistsError(errno.EEXIST, "File exists")

    monkeypatch.setattr(os, "link", link)
    make_new(tmp_path / "a", b"all")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"all"]


def test_a_new_file_stands_though_what_it_was_made_of_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlink(path: Path) -> None:
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(os, "unlink", unlink)
    make_new(tmp_path / "a", b"all")
    assert (tmp_path / "a").read_bytes() == b"all"


@pytest.mark.parametrize("was_there", [False, True])
@pytest.mark.parametrize("done", [True, False])
def test_a_name_that_was_given_though_the_answer_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was_there: bool, done: bool
) -> None:
    """NFS asks twice, and is told of its own success that there is nothing to rename."""
    path, real = tmp_path / "a", os.replace
    if was_there:
        path.write_bytes(b"before")

    def replace(temporary: Path, path: Path) -> None:
        if done:
            real(temporary, path)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    def write() -> None:
        with replacing(path) as file:
            file.write(b"all")

    monkeypatch.setattr(os, "replace", replace)
    if done:
        write()
    else:
        with pytest.raises(OutputError, match="No such file"):
            write()
    left = [each.read_bytes() for each in tmp_path.iterdir()]
    assert left == ([b"all"] if done else [b"before"] * was_there)
