"""Targets of models, values, and a folder of gtrack 0.1.0, in a real Chromium."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gtrack.core.manifest import TrackSpec
from gtrack.publish.manifest import read_manifest
from tests.conftest import make_genome, write_fasta_file
from tests.hits.conftest import REGIONS, meme

TEST = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer" / "series.test.js"
OLD = Path(__file__).resolve().parents[1] / "fixtures" / "gtrack-0.1.0"
LOOSE = ("--q", "1", "--gate", "0.1", "--p-sequence", "0.02")
MAIL = ("--email", "me@example.org")


def says(folder: Path, problem: str) -> Path:
    """Say in a model's folder what its outputs are."""
    config = folder / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"problem_type": problem}))
    return folder


def case(name: str, out: Path, unit: str) -> dict[str, Any]:
    tracks = read_manifest(out / "manifest.json").tracks

    def of(kind: str) -> list[TrackSpec]:
        return [track for track in tracks if track.kind == kind]

    hits = {track.title: track.records for track in of("hits")}
    return {
        **{"name": name, "out": str(out), "unit": unit, "hits": hits},
        "models": [track.title for track in of("relevance")],
    }


@pytest.mark.parametrize("kind", ["labels", "values", "0.1.0"])
def test_series(kind: str, tmp_path: Path, run, make_cnn, node, chromium, viewing):
    out, unit = tmp_path / "out", "value" if kind == "values" else "logit"
    if kind == "0.1.0":
        shutil.copytree(OLD, out)
    else:
        problem = {"labels": "multi_label_classification", "values": "regression"}[kind]
        folder = make_cnn(tmp_path / "cnn", labels=("CTCF", "a=b/c", "SP1"))
        fasta = write_fasta_file(tmp_path / "genome.fa", make_genome())
        (tmp_path / "regions.bed").write_text(REGIONS)
        (tmp_path / "m.meme").write_text(meme())
        options = ["--bed", tmp_path / "regions.bed", "--fasta", fasta, "--null-bases", 10000]
        options += ["--model", f"m={says(folder, problem)}", "--target", "m=a=b/c"]
        run("scan", *options, "--target", "m=CTCF", "--out", out)
        run("hits", out, "--motifs", tmp_path / "m.meme", *LOOSE)
    run("hub", out, *MAIL)
    with ExitStack() as stack:
        urls = {
            "url": stack.enter_context(viewing(out)),
            "hub": stack.enter_context(viewing(out, "--hub")),
        }
        path = tmp_path / "case.json"
        path.write_text(json.dumps([case(kind, out, unit) | urls]))
        node(TEST, GTRACK_CASE=str(path), CHROMIUM=chromium)
