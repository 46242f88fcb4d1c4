"""A folder that is no model: every verb says what it is, in one line, with the cure."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file

from gtrack.cli import main
from gtrack.cli.convert import convert as command
from gtrack.core.errors import GtrackError, InputError, ModelError
from gtrack.models.folder import digest, open_model, recognise
from gtrack.workflows.convert import convert

Published = Callable[..., Path]


def refusals(folder: Path, out: Path) -> list[GtrackError]:
    """Return what each way to open a folder says of it."""
    said = []
    for opening in (open_model, recognise, digest, lambda each: convert(each, out)):
        with pytest.raises(GtrackError) as e:
            opening(folder)
        assert "\n" not in str(e.value)
        said.append(e.value)
    return said


def test_an_output_folder_lists_its_checkpoints(published: Published, tmp_path: Path) -> None:
    folder = tmp_path / "out put"
    folder.mkdir()
    for step in (1500, 500, 1000):
        published(f"out put/checkpoint-{step}")
    (folder / "runs").mkdir()
    (folder / "trainer_state.json").write_text("{}")
    for error in refusals(folder, tmp_path / "x"):
        assert error.exit_code == 2
        assert "holds checkpoint-500, checkpoint-1000, checkpoint-1500; give one" in str(error)
        last = shlex.split(re.search("such as (.*)", str(error))[1])[0]  # type: ignore[index]
        assert open_model(last).kind == "dnabert2"


def test_many_checkpoints_are_cut_short(tmp_path: Path) -> None:
    for step in range(1, 41):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "config.json").write_text("{}")
    with pytest.raises(InputError, match=r"checkpoint-33, .*checkpoint-40, and 32 more; give one"):
        open_model(tmp_path)


def test_an_adapter_is_named_with_the_command_that_merges(
    published: Published, adapted: Published, tmp_path: Path
) -> None:
    base = published("base")
    folder = adapted("runs/my lora", base_model_name_or_path=str(base))
    for error in refusals(folder, tmp_path / "OUT"):
        assert error.exit_code == 2
        said = re.search("a LoRA adapter, .*: gtrack (convert --base .*)", str(error))
        assert said is not None
    words = shlex.split(said[1])
    assert words[:4] == ["convert", "--base", str(base), str(folder)]
    done = CliRunner().invoke(command, words[1:])
    assert done.exit_code == 0, done.output
    assert "merged the adapter's changes to 1 layers" in done.stderr
    assert open_model(words[4]).kind == "dnabert2"


@pytest.mark.parametrize(
    ("named", "base"),
    [
        ("zhihan1996/DNABERT-2-117M", "--base zhihan1996/DNABERT-2-117M "),
        ("/home/alice/base", "--base BASE .*OUT (BASE: the model .* on, /home/alice/base there)"),
        (None, "--base BASE .*OUT (BASE: the model that it was trained on)"),
        ("x; rm -rf ~", "--base BASE .* on, x; rm -rf ~ there)"),
        ("a\x1b]0;X\x07b", "a\\x1b]0;X\\x07b there)"),
        (["x"], "--base BASE "),
        ("A" * 5000, "... there)"),
        ("a\x00b", "--base BASE "),
    ],
)
def test_the_base_of_an_adapter_is_what_its_config_says(
    adapted: Published, named: object, base: str
) -> None:
    folder = adapted(base_model_name_or_path=named)
    with pytest.raises(InputError) as e:
        open_model(folder)
    assert re.search(re.escape(base).replace(r"\.\*", ".*"), str(e.value))


def test_an_adapter_that_cannot_be_merged_says_so_at_once(adapted: Published) -> None:
    """No command is printed that would be refused in its turn."""
    with pytest.raises(ModelError, match=r"DoRA.*merge_and_unload") as e:
        open_model(adapted(use_dora=True))
    assert "--base" not in str(e.value)


def test_a_model_and_an_adapter_in_one_folder(
    published: Published, adapted: Published, tmp_path: Path
) -> None:
    """Hugging Face's loading takes the adapter, and its base from elsewhere: nothing is guessed."""
    folder, other = published("both"), adapted("other", base_model_name_or_path="a/b")
    whole = open_model(folder).network.classifier.weight
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        (folder / name).write_bytes((other / name).read_bytes())
    for error in refusals(folder, tmp_path / "out"):
        assert "holds both a model and an adapter" in str(error)
        assert f"gtrack convert --base a/b {folder} " in str(error)
    convert(folder, tmp_path / "merged", base=folder)
    (folder / "adapter_config.json").unlink()
    assert torch.equal(open_model(folder).network.classifier.weight, whole)


def test_weights_split_by_training_tools(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model_fsdp_0").mkdir()
    with pytest.raises(ModelError, match=r"accelerate merge-weights .*/pytorch_model_fsdp_0 "):
        open_model(tmp_path)
    (tmp_path / "zero_to_fp32.py").touch()
    with pytest.raises(ModelError, match=r"by the zero_to_fp32\.py that lies beside"):
        open_model(tmp_path)


@pytest.mark.parametrize("ending", ["safetensors", "bin"])
def test_parts_without_their_index(tmp_path: Path, ending: str) -> None:
    (tmp_path / "config.json").write_text("{}")
    stem = "model" if ending == "safetensors" else "pytorch_model"
    (tmp_path / f"{stem}-00001-of-00002.{ending}").touch()
    for error in refusals(tmp_path, tmp_path / "out"):
        assert f"copy {stem}.{ending}.index.json, too" in str(error)


def test_an_empty_folder(tmp_path: Path) -> None:
    for error in refusals(tmp_path, tmp_path / "out"):
        assert "no model.safetensors in this folder" in str(error)


def test_a_file_in_the_place_of_a_folder(published: Published, tmp_path: Path) -> None:
    folder, pickled = published(), published("pickled", pickle=True)
    with pytest.raises(InputError, match=f"give the folder that it lies in: {folder}$"):
        open_model(folder / "model.safetensors")
    with pytest.raises(InputError, match="make one: gtrack convert") as e:
        open_model(pickled / "pytorch_model.bin")
    words = shlex.split(re.search("gtrack (convert .* OUT)", str(e.value))[1])  # type: ignore[index]
    convert(words[1], tmp_path / "out")
    (folder / "README").write_text("mine")
    with pytest.raises(InputError, match=r"config\.json and model\.safetensors$"):
        open_model(folder / "README")


def test_a_file_of_a_checkpoint_names_its_folder(published: Published, tmp_path: Path) -> None:
    folder = published("my model")
    part = folder / "model-00001-of-00002.safetensors"
    (folder / "model.safetensors").rename(part)
    with pytest.raises(InputError, match=r"one of several parts; give the folder .*my model'$"):
        convert(part, tmp_path / "out")
    index = folder / "model.safetensors.index.json"
    index.write_text("{}")
    for path in (index, folder / "config.json"):
        for error in refusals(path, tmp_path / "out"):
            assert str(error).endswith(f"give the folder that it lies in: '{folder}'")


def test_the_cache_of_the_hub_names_its_snapshot(published: Published, tmp_path: Path) -> None:
    (tmp_path / "models--ann--m" / "snapshots").mkdir(parents=True)
    published("models--ann--m/snapshots/0a1b")
    for error in refusals(tmp_path / "models--ann--m", tmp_path / "out"):
        given = re.search("; give what lies in it: (.*)", str(error))
        assert given is not None
        assert open_model(given[1]).kind == "dnabert2"


def test_commands_are_quoted(published: Published, tmp_path: Path) -> None:
    folder = published("it's; a $folder", pickle=True)
    with pytest.raises(ModelError, match="only a pickle checkpoint") as e:
        open_model(folder)
    words = shlex.split(re.search("gtrack (convert .* OUT)", str(e.value))[1])  # type: ignore[index]
    assert words[1] == str(folder)
    convert(words[1], tmp_path / "out")


def test_verbs_that_open_models_say_it(
    published: Published, adapted: Published, tmp_path: Path
) -> None:
    """Scan, plan and train meet an adapter: one line, exit 2, no traceback."""
    fasta, bed, csv = (tmp_path / name for name in ("g.fa", "r.bed", "t.csv"))
    fasta.write_text(">chr1\n" + "ACGTTGCA" * 100 + "\n")
    bed.write_text("chr1\t100\t300\n")
    rng = np.random.default_rng(12)
    rows = ("".join(rng.choice(list("ACGT"), 40)) + f",{i % 2}\n" for i in range(60))
    csv.write_text("sequence,label\n" + "".join(rows))
    folder = adapted(base_model_name_or_path="a/b")
    where = ("--bed", bed, "--fasta", fasta, "--model", f"m={folder}", "--window", 100)
    for words in (
        ("scan", *where, "--out", tmp_path / "o", "--workers", 1),
        ("plan", *where, "--out", tmp_path / "o"),
        ("train", "dnabert2", "--from", folder, "--csv", csv, "--out", tmp_path / "o"),
        ("train", "cnn", "--from", folder, "--csv", csv, "--out", tmp_path / "o"),
    ):
        done = CliRunner().invoke(main, list(map(str, words)))
        assert done.exit_code == 2, done.output
        assert f"gtrack convert --base a/b {folder} OUT" in done.stderr
        assert not (tmp_path / "o").exists()


def test_a_config_alone_and_weights_alone(published: Published, tmp_path: Path) -> None:
    folder = published()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").unlink()
    for error in refusals(folder, tmp_path / "out"):
        assert f"gtrack convert --base BASE {folder} OUT (BASE: that model" in str(error)
    done = convert(folder, tmp_path / "out", base=published("base"))
    assert open_model(done.folder).labels == ("LABEL_0", "LABEL_1")
    (folder / "config.json").write_text(json.dumps(config))
    save_file({"x.lora_A.weight": torch.ones(2, 2)}, folder / "model.safetensors")
    with pytest.raises(ModelError, match="not merged"):
        open_model(folder)
