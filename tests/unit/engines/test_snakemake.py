"""Jobs by the real Snakemake, here: order, marks, what fails and what dies, and the end of all."""

from __future__ import annotations

import errno
import fcntl
import importlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.attribution.pool import OutOfMemoryError
from gtrack.core.errors import InputError, ModelError
from gtrack.engines.snakemake.engine import Snakemake
from gtrack.engines.snakemake.groups import laid_out
from gtrack.engines.snakemake.job import _one_of, _take
from gtrack.engines.snakemake.run_folder import Marks, RunFolder, remove_kept

COUNTS = st.none() | st.integers(1, 500)


@given(st.integers(1, 200_000), st.none() | st.integers(1, 256), st.integers(0, 8), COUNTS, COUNTS)
def test_all_pieces_are_in_jobs_and_jobs_are_few(pieces, cores, devices, jobs, workers) -> None:
    made = laid_out(pieces, cores=cores, devices=devices, jobs=jobs, workers=workers)
    groups = -(-pieces // made.size)
    assert groups <= min(pieces, 1000)
    assert made.jobs >= 1
    assert made.threads == workers or workers is None
    if cores is not None and devices:
        assert made.jobs <= devices, "a GPU is for one job"
    elif jobs is not None:
        assert made.jobs == jobs


def test_a_mark_that_is_being_written_waits(tmp_path: Path) -> None:
    run = RunFolder.made_in(tmp_path, {})
    marks = Marks(run)
    run.mark(0, 0)
    with (run.path / "done" / "000000").open("a") as file:
        file.write("1\n2")
        file.flush()
        assert list(marks.new()) == [0, 1]
        file.write("3\n")
    run.mark(40, 40)
    assert sorted(marks.new()) == [23, 40]
    assert list(marks.new()) == []


def test_a_run_removes_what_earlier_runs_left_and_nothing_else(tmp_path: Path) -> None:
    first = RunFolder.made_in(tmp_path, {})
    (tmp_path / "engine" / "run-of-mine").mkdir()
    (tmp_path / "engine" / "merge").touch()
    second = RunFolder.made_in(tmp_path, {})
    assert not first.is_current()
    assert second.is_current()
    second.remove()
    assert sorted(path.name for path in (tmp_path / "engine").iterdir()) == ["merge", "run-of-mine"]


# --- jobs ---------------------------------------------------------------------------------------

WORK = '''
import json, os, time
from contextlib import contextmanager
from pathlib import Path
from gtrack.attribution.pool import OutOfMemoryError
from gtrack.core.errors import InputError, ModelError

class Work:
    """Pieces are numbers; `does` says what is special about some; the rest leave a file."""

    def __init__(self, folder):
        self.folder = Path(folder)

    @classmethod
    def reopened(cls, folder):
        return cls(folder)

    def spelled(self, piece):
        return f"piece {piece}"

    def piece(self, words):
        return int(words.split()[1])

    def is_done(self, piece):
        return (self.folder / f"{piece}.done").exists()

    def processes(self):
        return {line.split()[0] for path in self.folder.glob("*.tried")
                for line in path.read_text().splitlines()}

    def again(self, piece, why):
        with (self.folder / "again").open("a") as file:
            print(piece, why, file=file)

    @contextmanager
    def opened(self, device, workers):
        does = json.loads((self.folder / "does.json").read_text())

        def do(piece):
            tried = self.folder / f"{piece}.tried"
            with tried.open("a") as file:
                file.write(f"{os.getpid()} {device} {workers}\\n")
            what = does.get(str(piece), "")
            if what == "input":
                raise InputError("m.bw: changed")
            if what == "memory":
                raise OutOfMemoryError("m", 4, 512)
            if what == "disk":
                raise OSError(28, "No space left on device", "x.npz")
            if what == "die" or (what == "once" and len(tried.read_text().splitlines()) == 1):
                os._exit(9)
            if what == "wait":
                time.sleep(600)
            while what == "meet" and len(self.processes()) < 2:
                time.sleep(0.05)
            time.sleep(float(what) if what.startswith("0") else 0)
            (self.folder / f"{piece}.done").touch()

        yield do

def main(folder, pieces):
    from gtrack.core.interruption import guarded
    from gtrack.engines.snakemake.engine import Snakemake

    def work():
        engine = Snakemake(["cpu"], 1, {"jobs": "2"})
        try:
            list(engine.map(Work(folder), range(pieces)))
        finally:
            engine.close()

    guarded(work, lambda: print("said"), last=True)
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module that jobs can import, and the folder of its work."""
    (tmp_path / "gtrack_snakemake_work.py").write_text(WORK)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "does.json").write_text("{}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, sys.path)]))
    yield importlib.import_module("gtrack_snakemake_work")
    sys.modules.pop("gtrack_snakemake_work")


def work_that(module: ModuleType, folder: Path, **does: str):
    """Return work whose pieces ``_K`` do something special."""
    (folder / "does.json").write_text(json.dumps({key[1:]: what for key, what in does.items()}))
    return module.Work(folder)


def ran(work, pieces: int, devices=("cpu",), workers: int | None = 1, **options: str) -> list[int]:
    engine = Snakemake.adjusted(options)(devices, workers)
    try:
        return list(engine.map(work, range(pieces)))
    finally:
        engine.close()


def tried(folder: Path, piece: int) -> list[list[str]]:
    """Return who tried a piece: process, device, threads."""
    path = folder / f"{piece}.tried"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def test_pieces_are_done_once_and_come_in_order(module, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "3.done").touch()
    work = work_that(module, out, _0="0.5")
    assert ran(work, 11, jobs="2", workers=3) == list(range(11))
    assert [len(tried(out, piece)) for piece in range(11)] == [1, 1, 1, 0] + [1] * 7
    assert {threads for piece in range(11) for *_, threads in tried(out, piece)} == {"3"}
    jobs = {pid for piece in range(11) for pid, *_ in tried(out, piece)}
    assert len(jobs) == 5, "ten pieces in twos"
    assert not (out / "engine").exists()
    RunFolder.made_in(out, {})  # of a run that was killed when all was done
    assert ran(work, 11) == list(range(11)), "nothing to do, and no Snakemake for it"
    assert not (out / "engine").exists()


def test_a_fault_of_the_input_ends_all_at_once_and_names_piece_and_log(module, tmp_path) -> None:
    out = tmp_path / "out"
    work = work_that(module, out, _2="input")
    with pytest.raises(InputError, match=r"^piece 2: m\.bw: changed; its log is ") as raised:
        ran(work, 4)
    assert len(tried(out, 2)) == 1, "no other try can mend it"
    log = Path(str(raised.value).rpartition(" ")[2])
    assert "piece 2: InputError: m.bw: changed" in log.read_text()
    left = {path for path in (out / "engine").rglob("*") if path.is_file()}
    assert {path.suffix for path in left} == {".log"}
    assert {log, log.with_name("snakemake.log")} <= left
    work_that(module, out)
    assert ran(work, 4) == [0, 1, 2, 3]
    assert not (out / "engine").exists(), "logs of the run before are gone with it"


def test_a_full_disk_is_told_as_the_system_says_it(module, tmp_path: Path) -> None:
    work = work_that(module, tmp_path / "out", _0="disk")
    with pytest.raises(OSError, match=r"No space left on device \(piece 0; its log is ") as raised:
        ran(work, 1)
    assert (raised.value.errno, raised.value.filename) == (28, "x.npz")
    log = Path(str(raised.value.strerror).rpartition(" ")[2].rstrip(")"))
    assert log.read_text().count("piece 0: OSError") == 4, "the first and three tries more"


def test_a_job_that_dies_is_run_again_from_where_it_was(module, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert ran(work_that(module, out, _6="once"), 10) == list(range(10))
    assert [len(tried(out, piece)) for piece in range(10)] == [1] * 6 + [2] + [1] * 3
    assert (out / "again").read_text() == "6 its job ended without a word\n"
    with pytest.raises(ModelError, match=r"^piece 10: its job ended without a word.* its log is "):
        ran(work_that(module, out, _10="die"), 11)
    assert len(tried(out, 10)) == 4, "three tries more"


def test_memory_that_is_short_comes_with_the_batch_that_did_not_fit(module, tmp_path) -> None:
    out = tmp_path / "out"
    with pytest.raises(OutOfMemoryError, match=r"^piece 0: model m: out of memory.*log is ") as it:
        ran(work_that(module, out, _0="memory"), 1)
    assert (it.value.model, it.value.n_rows, it.value.units) == ("m", 4, 2048)
    assert pickle.loads(pickle.dumps(it.value)).units == 2048
    assert len(tried(out, 0)) == 4, "a try more may have more memory"
    assert (out / "again").read_text().count("0 model m: out of memory for a batch") == 3


def test_what_is_kept_goes_and_what_is_the_users_stays(tmp_path: Path) -> None:
    engine = tmp_path / "engine"
    RunFolder.made_in(tmp_path, {})
    (engine / "logs").mkdir()
    for name in ("plan", "merge", "hits", "scan.000000-000003", "logs/scan.000000-000003.log"):
        (engine / name).touch()
    remove_kept(tmp_path)
    assert not engine.exists()
    remove_kept(tmp_path)
    mine = ["logs/my.log", "notes", "run-of-mine", "scan.1-2"]
    (engine / "logs").mkdir(parents=True)
    for name in [*mine, "scan.000000-000003", "logs/merge.log"]:
        (engine / name).touch()
    (engine / "merge").symlink_to(engine / "notes")
    remove_kept(tmp_path)
    left = sorted(str(path.relative_to(engine)) for path in engine.rglob("*"))
    assert left == sorted(["logs", *mine])
    assert (engine / "notes").exists()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "engine").symlink_to(engine)
    (engine / "merge").touch()
    remove_kept(tmp_path / "elsewhere")
    assert (engine / "merge").exists()


def test_each_device_is_for_one_job_at_a_time(module, tmp_path: Path) -> None:
    out = tmp_path / "out"
    does = {f"_{piece}": "meet" for piece in range(8)}
    assert ran(work_that(module, out, **does), 8, devices=("cuda:0", "cuda:5")) == list(range(8))
    assert {device for piece in range(8) for _, device, _ in tried(out, piece)} == {
        "cuda:0",
        "cuda:5",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="flock is all that others have")
def test_where_the_disk_has_no_locks_each_device_is_for_one_job(
    tmp_path: Path, monkeypatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    devices, run = ["cuda:0", "cuda:5"], tmp_path / f"run-{os.getpid():08x}"
    run.mkdir()
    for _ in range(2):  # the end of a job frees its device
        with _one_of(devices, run) as first, _one_of(devices, run) as second:
            assert [first, second] == devices
            with ExitStack() as held:
                assert not any(_take(each, run, held) for each in devices)


def test_a_profile_says_what_the_options_do_not(module, tmp_path: Path) -> None:
    out, profile = tmp_path / "out", tmp_path / "mine"
    profile.mkdir()
    (profile / "config.yaml").write_text("jobs: 2\nset-threads:\n  scan: 2\n")
    ran(work_that(module, out), 8, profile=str(profile))
    assert {threads for piece in range(8) for *_, threads in tried(out, piece)} == {"2"}
    assert len({pid for piece in range(8) for pid, *_ in tried(out, piece)}) == 8
    (profile / "config.yaml").write_text("colour: red\n")
    with pytest.raises(InputError, match=r"Snakemake ended with 2: .*unrecognized.*--colour"):
        ran(module.Work(out), 9, profile=str(profile))


def test_options_are_refused_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for options, said in (
        ({"executor": "moonbase"}, "pip install snakemake-executor-plugin-moonbase"),
        ({"executor": "dryrun"}, "--executor dryrun"),
        ({"jobs": "0"}, "--jobs 0"),
    ):
        with pytest.raises(InputError, match=said):
            Snakemake.adjusted(options)
    monkeypatch.setattr("gtrack.engines.snakemake.engine.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'gtrack\[snakemake\]'"):
        Snakemake.adjusted({})


@pytest.mark.parametrize(
    ("number", "to_all", "code"),
    [
        (signal.SIGINT, True, 130),  # a terminal sends it to all of them
        (signal.SIGTERM, False, 143),
        (signal.SIGKILL, True, -9),
    ],
)
def test_jobs_end_with_the_run_and_another_goes_on(module, tmp_path, number, to_all, code) -> None:
    out = tmp_path / "out"
    work = work_that(module, out, _1="wait", _4="wait")
    command = [
        sys.executable,
        "-c",
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"import gtrack_snakemake_work as work; work.main({str(out)!r}, 8)",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    while not (waiting := [pid for piece in (1, 4) for pid, *_ in tried(out, piece)]):
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, number) if to_all else process.send_signal(number)
    said, _ = process.communicate(timeout=300)
    assert (process.returncode, said) == (code, b"said\n" * (code > 0))
    while alive(int(waiting[0])):  # the test's own timeout ends this
        time.sleep(0.05)
    before = {piece: len(tried(out, piece)) for piece in range(8) if work.is_done(piece)}
    work_that(module, out)
    assert ran(work, 8, jobs="2") == list(range(8))
    assert before == {piece: len(tried(out, piece)) for piece in before}, "none is done twice"
    assert not (out / "engine").exists()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
