"""Steps of the study are done once, again where what they read is another, and gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.study.recipes import ORDER, SEEDED, queue, seeds_of
from benchmarks.study.sets import SETS
from benchmarks.study.steps import StepError, Work, digest

STEP = "models/x/cnn.0"
COMMAND = [
    *("train", "cnn", "--csv", "data.csv", "--config", "tiny", "--steps", "3", "--batch", "4"),
    *("--test-share", "0.34", "--threads", "1", "--device", "cpu", "--out", STEP),
]


def training_set(path: Path, letter: str = "A") -> Path:
    rows = [f"{letter * 11}{'ACGT'[k % 4]}{letter * 8},{k % 2}" for k in range(12)]
    path.write_text("\n".join(["sequence,label", *rows]) + "\n")
    return path


def test_a_step_is_done_once_and_again_for_another_input(tmp_path: Path) -> None:
    work, data = Work(tmp_path), training_set(tmp_path / "data.csv")
    assert work.run(STEP, COMMAND, [data])
    first = work.at(STEP, "model.safetensors").read_bytes()
    assert not work.run(STEP, COMMAND, [data])
    assert work.costs()[STEP] > 0
    training_set(data, "C")
    assert work.run(STEP, COMMAND, [data])
    assert work.at(STEP, "model.safetensors").read_bytes() != first


def test_an_interrupted_step_is_gone_on_with(tmp_path: Path) -> None:
    """A killed run leaves its checkpoints and no marker, or a folder that nothing vouches for."""
    work, data = Work(tmp_path), training_set(tmp_path / "data.csv")
    begun = work.marker(STEP).with_suffix(".begun")
    begun.parent.mkdir(parents=True)
    begun.write_text(json.dumps([*COMMAND, digest([data])]))
    left = work.at(STEP + ".work")
    left.mkdir(parents=True)
    work.at(STEP).mkdir()
    assert work.run(STEP, COMMAND, [data], [left])
    assert work.at(STEP, "training.json").exists()
    assert not begun.exists()
    assert work.resumed() == 1
    assert not work.run(STEP, COMMAND, [data], [left])


def test_a_failing_step_names_its_log_and_is_not_done(tmp_path: Path) -> None:
    work = Work(tmp_path)
    with pytest.raises(StepError, match=r"models/x/cnn\.0: exit .*cnn\.0\.log"):
        work.run(STEP, COMMAND, [])
    assert not work.is_done(STEP, COMMAND)
    assert "data.csv" in work.at("logs", STEP + ".log").read_text()


def test_a_step_whose_input_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"needs .*data\.csv, which an earlier stage makes"):
        Work(tmp_path).run(STEP, COMMAND, [tmp_path / "data.csv"])


def test_every_set_has_both_models_and_the_seeded_more() -> None:
    made = queue(list(SETS), 3)
    assert len(made) == len(set(made)) == len(ORDER) + 2 * 2 * len(SEEDED)
    trained = {(r.set, r.kind, r.seed) for r in made}
    for name in SETS:
        for k, seed in enumerate(seeds_of(name, 3)):
            for kind in ("cnn", "dnabert2"):
                shipped = name == "example" and k == 0
                assert ((name, kind, seed) in trained) != shipped


def test_one_seed_trains_no_example() -> None:
    assert all(recipe.set != "example" and recipe.seed == 0 for recipe in queue(list(SETS), 1))
