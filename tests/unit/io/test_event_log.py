"""Logs of many processes in one folder: whole lines, whatever happens."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

from gtrack.io.event_log import append_event, is_event_log, own_name, read_events


def _append(folder: Path, number: int) -> None:
    for at in range(50):
        append_event(folder, "done", {"at": at, "by": number, "more": "x" * 900}, make=not at)


def test_many_processes_append_side_by_side(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append, args=(tmp_path / "runs", n)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    events = list(read_events(tmp_path / "runs"))
    assert sorted((e["by"], e["at"]) for e in events) == [
        (n, at) for n in range(4) for at in range(50)
    ]
    names = os.listdir(tmp_path / "runs")
    assert len(names) == 4, "each process has a file of its own"
    assert all(map(is_event_log, names))
    for event in events:
        assert list(event)[:4] == ["time", "event", "host", "pid"]
        assert event["pid"] in {worker.pid for worker in workers}


def test_a_process_has_one_file_and_begins_it_once(tmp_path: Path) -> None:
    append_event(tmp_path / "runs", "lost", {})
    assert list(tmp_path.iterdir()) == [], "nothing is made but at a beginning"
    append_event(tmp_path / "runs", "started", {"name": "\udcff\x1b[31m\n"}, make=True)
    append_event(tmp_path / "runs", "ended", {})
    (path,) = (tmp_path / "runs").iterdir()
    assert path.name == own_name()
    text = path.read_text()
    assert text.isascii()
    assert text.isprintable() is False, "two lines"
    assert "\x1b" not in text
    assert [each["event"] for each in read_events(tmp_path / "runs")] == ["started", "ended"]
    path.unlink()
    append_event(tmp_path / "runs", "ended", {})
    assert not path.exists(), "what was removed meanwhile does not come back"


_FULL = """
import resource, signal, sys
from pathlib import Path
from gtrack.io.event_log import append_event
folder = Path(sys.argv[1])
append_event(folder, "started", {}, make=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (300, resource.RLIM_INFINITY))
append_event(folder, "done", {"more": "x" * 400})
append_event(folder, "ended", {})
"""


def test_a_line_that_the_disk_has_no_room_for_is_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    subprocess.run([sys.executable, "-c", _FULL, folder], check=True)
    assert [each["event"] for each in read_events(folder)] == ["started", "ended"]
    (path,) = folder.iterdir()
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_what_is_no_line_of_ours_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    append_event(folder, "started", {}, make=True)
    name = own_name()
    other = name.replace(f"-{os.getpid()}-", "-1-")  # the time may hold its digits, too
    half = b'{"event":"done"}\n[1]\n{"event":3}\n' + b"[" * 5000 + b"\n\xff\n{}\n" + b'{"event":"ha'
    (folder / other).write_bytes(half)
    (folder / "notes.jsonl").write_text('{"event":"mine"}\n')
    (folder / other.replace("Z-", "Z-a")).symlink_to(folder / name)
    assert [each["event"] for each in read_events(folder)] == ["done", "started"]
    assert list(read_events(tmp_path / "none")) == []


def test_links_in_the_place_of_a_log_are_not_followed(tmp_path: Path) -> None:
    folder, mine = tmp_path / "runs", tmp_path / "mine"
    folder.mkdir()
    mine.write_text("kept\n")
    (folder / own_name()).symlink_to(mine)
    append_event(folder, "started", {}, make=True)
    assert mine.read_text() == "kept\n"


def test_names() -> None:
    assert is_event_log("20261129T220102Z-node_1.cluster-17-0a1b.jsonl")
    for other in ("20261129T220102Z--17-0a1b.jsonl", "a.jsonl", "20261129T220102Z-n-17-0a1b.json"):
        assert not is_event_log(other)
