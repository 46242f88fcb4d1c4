"""A manifest from anywhere may name a file by more letters than a system takes: no traceback."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

import gtrack
from gtrack.cli import main
from gtrack.workflows.view import ViewJob, view

LONG = "A" * 5000
PLACES = {
    "a track": lambda record: record["tracks"][0].update(url=LONG),
    "hits": lambda record: record["hits"]["models"][0].update(bed=LONG),
    "logos": lambda record: record["hits"].update(logos=LONG),
    "regions": lambda record: record["regions"].update(table=LONG, url=LONG),
    "windows": lambda record: record["regions"].update(windows=LONG),
    "a genome": lambda record: record["genome"].update(fasta=LONG),
    "sizes": lambda record: record["genome"].update(sizes=LONG),
}
VERBS = [["verify"], ["session"], ["report"], ["hub", "--email", "me@example.org"], ["status"]]


@pytest.fixture(scope="module")
def scan(called_scan, tmp_path_factory, write_meme) -> Path:
    """Make a scan with hits; tests copy it."""
    folder = tmp_path_factory.mktemp("long")
    out = Path(shutil.copytree(called_scan[1], folder / "out"))
    (folder / "m.meme").write_text(write_meme())
    words = ["hits", out, "--motifs", folder / "m.meme", "--q", "1", "--gate", "0.1", "--all"]
    assert CliRunner().invoke(main, [*map(str, words)]).exit_code == 0
    return out


@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_no_system_takes(scan: Path, tmp_path: Path, place: str) -> None:
    out = tmp_path / "out"
    shutil.copytree(scan, out)
    path = out / "manifest.json"
    record = json.loads(path.read_text())
    PLACES[place](record)
    if "files" in record:
        record["files"][LONG] = next(iter(record["files"].values()))
    path.write_text(json.dumps(record))
    for verb, *options in VERBS:
        done = CliRunner().invoke(main, [verb, str(out), *options])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        assert "Traceback" not in done.output
    with suppress(gtrack.GtrackError):
        view(ViewJob(out, 0, False, False, None, None))[0].server_close()
    with suppress(gtrack.GtrackError):
        gtrack.open_scan(out).regions()
