"""``Scan.view``: a real widget of anywidget; its messages are caught where a kernel would send."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm

import gtrack


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    caught: list[dict[str, Any]] = []

    class Caught(BaseComm):
        def publish_msg(self, msg_type: str, data: Any = None, **more: Any) -> None:
            caught.append({"type": msg_type, "data": data, "buffers": more.get("buffers")})

    monkeypatch.setattr(comm, "create_comm", lambda *_, **given: Caught(**given))
    return caught


@pytest.fixture
def scan(demo: tuple[Path, object]) -> gtrack.Scan:
    return gtrack.open_scan(demo[0])


def read(widget: Any, sent: list[dict[str, Any]], file: str, end: int = 1 << 20) -> Any:
    asked = {"gtrack": "read", "id": "a", "file": file, "start": 0, "end": end}
    widget.comm.handle_msg(
        {"content": {"data": {"method": "custom", "content": asked}}, "buffers": []}
    )
    said, data = sent[-1]["data"]["content"], sent[-1]["buffers"]
    if said["status"] != 200:
        return said["status"]
    return gzip.decompress(data[0]) if said["packed"] else bytes(data[0])


def manifest(widget: Any, sent: list[dict[str, Any]]) -> Any:
    return json.loads(read(widget, sent, "/manifest.json"))


def test_the_page_reads_what_the_manifest_names(scan, sent, demo) -> None:
    widget = scan.view()
    opened = (each["data"]["state"] for each in sent if each["type"] == "comm_open")
    state = next(each for each in opened if "_esm" in each)  # after its layout
    assert (state["_model_module"], state["height"]) == ("anywidget", 560)
    assert state["_options"] == {"lettersFrom": 'scan.view(fasta="genome.fa")'}
    assert state["_esm"].endswith("export default { render }\n")
    assert str(demo[0]) not in json.dumps(state), "no path of the machine"
    whole = (demo[0] / "tracks" / "cnn.relevance.bw").read_bytes()
    assert read(widget, sent, "/tracks/cnn.relevance.bw") == whole
    assert read(widget, sent, "/manifest.json") == (demo[0] / "manifest.json").read_bytes()
    assert read(widget, sent, "/plan/plan.json") == 404
    assert read(widget, sent, "/tracks/../plan/plan.json") == 404


def test_other_messages_are_not_answered(scan, sent) -> None:
    widget = scan.view()
    count = len(sent)
    widget.comm.handle_msg(
        {"content": {"data": {"method": "custom", "content": {"a": 1}}}, "buffers": []}
    )
    assert len(sent) == count


def test_ten_views_answer_each_for_itself(scan, sent) -> None:
    views = [scan.view(models=[name]) for name in ("cnn", "dnabert2") * 5]
    shown = [{t.get("model") for t in manifest(view, sent)["tracks"]} - {None} for view in views]
    assert shown == [{"cnn"}, {"dnabert2"}] * 5


def test_models_that_are_not_asked_for_are_not_shown(scan, sent) -> None:
    widget = scan.view(models=["dnabert2"])
    less = manifest(widget, sent)
    assert {track.get("model") for track in less["tracks"]} == {"dnabert2", None}
    assert [entry["model"] for entry in less["hits"]["models"]] == ["dnabert2"]
    assert read(widget, sent, "/hits/dnabert2.hits.bed")


@pytest.mark.parametrize(
    ("locus", "place"),
    [
        ("chr1:119,651-119,790", {"chrom": "chr1", "start": 119_650, "end": 119_790}),
        ("chr1:119651", {"chrom": "chr1", "start": 119_650, "end": 119_651}),
        ("chr2", {"chrom": "chr2", "start": 0}),
    ],
)
def test_where_it_starts(scan, sent, locus: str, place: dict[str, object]) -> None:
    given = scan.view(locus)._options["locus"]
    assert place.items() <= given.items()
    assert given["end"] <= scan.chrom_sizes[given["chrom"]]


def test_a_region_is_a_place(scan, sent) -> None:
    table = scan.regions()
    name, start = str(table["name"][0]), int(table["start"][0])
    assert scan.view(name)._options["locus"]["start"] == start


def test_where_there_is_no_command_line_none_is_named(scan, sent) -> None:
    assert scan.view()._options["lettersFrom"] == 'scan.view(fasta="genome.fa")'


def test_names_mean_what_they_mean_in_a_figure(scan, sent) -> None:
    for name in ("MADEUP2", "pos16", "NRF1@chr1:147382", "chr1 147,321 147,460"):
        start = scan.view(name)._options["locus"]
        (drawn,) = scan.plot(name).loci
        assert f"{start['chrom']}:{start['start'] + 1}-{start['end']}" == drawn


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"locus": "chr9:1-2"}, "^locus chr9:1-2: the genome has no chr9; it has chr1"),
        ({"locus": "NOPE"}, "^locus NOPE: no place is called so"),
        ({"locus": "chr1:2-1"}, "not within"),
        ({"locus": "chr1:0-5"}, "not within"),
        ({"locus": "chr1:1-99999999999"}, "not within"),
        ({"locus": ""}, "no place is called so"),
        ({"models": ["bert"]}, "no such model"),
        ({"models": []}, "one at least"),
        ({"height": 0}, "pixels"),
        ({"fasta": "nowhere.fa"}, "nowhere.fa"),
    ],
)
def test_what_is_wrong_is_said(scan, sent, given: dict[str, Any], said: str) -> None:
    with pytest.raises(gtrack.GtrackError, match=said):
        scan.view(**given)
    assert not sent


def test_close_leaves_nothing(scan, sent) -> None:
    from ipywidgets.widgets import widget as widgets

    view = scan.view()
    known = view.model_id
    assert known in widgets._instances
    view.close()
    assert sent[-1]["type"] == "comm_close"
    assert view.comm is None
    assert known not in widgets._instances


def test_without_anywidget_the_cure_is_said(demo) -> None:
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        f"import gtrack; gtrack.open_scan({str(demo[0])!r}).view()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "InputError: Scan.view needs anywidget: pip install 'gtrack[notebook]'" in done.stderr


def test_reading_a_scan_loads_neither_anywidget_nor_torch(demo) -> None:
    code = (
        f"import sys, gtrack; scan = gtrack.open_scan({str(demo[0])!r})\n"
        "assert 'anywidget' not in sys.modules\n"
        "scan.view()\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
