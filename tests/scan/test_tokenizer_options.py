"""What a tokenizer.json would draw or cut at random changes no byte of a scan."""

from __future__ import annotations

import json
from pathlib import Path


def test_dropout_and_truncation_change_no_byte(run, own_models, tmp_path: Path) -> None:
    path = own_models.models["dnabert2"] / "tokenizer.json"
    plain = json.loads(path.read_text())
    drawn = {**plain, "model": {**plain["model"], "dropout": 0.3}}
    cut = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    tracks = []
    for number, record in enumerate((plain, drawn, drawn, {**plain, "truncation": cut})):
        path.write_text(json.dumps(record))
        out = tmp_path / str(number)
        run("scan", *own_models.options("dnabert2"), "--out", out)
        tracks.append((out / "tracks/dnabert2.relevance.bw").read_bytes())
    assert len(set(tracks)) == 1


def test_a_step_that_changes_letters_is_refused_by_name(run, own_models, tmp_path: Path) -> None:
    path = own_models.models["dnabert2"] / "tokenizer.json"
    record = json.loads(path.read_text())
    record["normalizer"] = {"type": "Replace", "pattern": {"String": "N"}, "content": "A"}
    path.write_text(json.dumps(record))
    ran = run("scan", *own_models.options("dnabert2"), "--out", tmp_path / "out", code=4)
    assert "its normalizer 'Replace' may change the letters of DNA" in ran.error
    assert not (tmp_path / "out").exists()
