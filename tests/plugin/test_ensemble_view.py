"""An ensemble and tracks of scores in a real Chromium: the band, and what scores must not touch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from gtrack.publish.manifest import read_manifest
from tests.conftest import make_genome, write_fasta_file
from tests.hits.conftest import REGIONS, meme
from tests.seeds import jittered
from tests.tracks import read_values, take_as_written

TEST = Path(__file__).resolve().parents[2] / "igv_plugin" / "test" / "viewer" / "ensemble.test.js"
LOOSE = ("--q", "1", "--gate", "0.1", "--p-sequence", "0.02")
PLACE = ("chr2", 4000, 4060)


def test_the_viewer_shows_the_mean_with_its_band(
    tmp_path: Path, run, make_cnn, node, chromium
) -> None:
    out, folder = tmp_path / "out", make_cnn(tmp_path / "a")
    fasta = write_fasta_file(tmp_path / "genome.fa", make_genome())
    (tmp_path / "regions.bed").write_text(REGIONS)
    (tmp_path / "m.meme").write_text(meme())
    options = ["--bed", tmp_path / "regions.bed", "--fasta", fasta, "--null-bases", 10000]
    for seed, name in enumerate(("a", "b", "c")):
        model = folder if name == "a" else jittered(tmp_path / name, folder, seed)
        options += ["--model", f"{name}={model}"]
    run("scan", *options, "--no-passport", "--out", out, "--score-track", "--ensemble", "all=a,b,c")
    run("hits", out, "--motifs", tmp_path / "m.meme", *LOOSE)
    run("hub", out, "--email", "me@example.org")
    broken = Path(shutil.copytree(out, tmp_path / "broken"))
    whole = (broken / "tracks/all.sd.bw").read_bytes()
    (broken / "tracks/all.sd.bw").write_bytes(whole[: len(whole) // 2])
    take_as_written(broken)  # or the viewer would not start
    tracks = {track.name: track for track in read_manifest(out / "manifest.json").tracks}
    values = {
        kind: read_values(out / tracks[name].path, *PLACE).tolist()
        for kind, name in (("mean", "all"), ("sd", "all-sd"))
    }
    case = {
        **{"scan": str(out), "broken": str(broken), "models": ["a", "b", "c", "all"]},
        "place": dict(zip(("chrom", "start", "end"), PLACE, strict=True)),
        "score": max(tracks[f"{name}-score"].largest or 0 for name in ("a", "b", "c", "all")),
        **values,
    }
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case))
    node(TEST, GTRACK_CASE=str(path), CHROMIUM=chromium)
