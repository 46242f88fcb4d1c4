"""What people bring to ``gtrack convert``: containers, wrappers, single files, a config lent."""

import json
import re
import shlex
import struct
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from gtrack.core.errors import InputError, ModelError
from gtrack.models.dnabert2.names import own_names
from gtrack.models.folder import open_model
from gtrack.models.pickles import read_pickle
from gtrack.models.weights import WRAPPERS, unwrapped
from gtrack.workflows.convert import convert

Published = Callable[..., Path]
State = dict[str, Tensor]


def logits(folder: Path) -> Tensor:
    model = open_model(folder)
    batch = model.collate(model.encode(["ACGTTGCANNACG"]), 1, 24)
    return model.forward(model.embed(batch), batch)


def with_prefix(state: State, prefix: str) -> State:
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


# --- what training tools put before names -------------------------------------------------------


@pytest.mark.parametrize("pickle", [False, True])
@pytest.mark.parametrize(
    "prefix",
    [
        "module.",
        "_orig_mod.",
        "model.",
        "base_model.model.",
        "_forward_module.",
        "_fsdp_wrapped_module.",
        "module._orig_mod.",
        "model._orig_mod.module.",
        "base_model.model.model.",
        "net.",
        "self_made.inner.",
        "module.bert_model.",
    ],
)
def test_wrappers_prefixes_are_stripped(
    published: Published, random_state: State, tmp_path: Path, prefix: str, pickle: bool
) -> None:
    want = logits(published("want"))
    source = published(state=with_prefix(random_state, prefix), pickle=pickle)
    convert(source, tmp_path / "out")
    assert torch.equal(logits(tmp_path / "out"), want)
    if not pickle:
        assert torch.equal(logits(source), want)


@pytest.mark.parametrize(
    ("at", "put"),
    [
        ("bert.", "bert.module."),
        ("encoder.", "encoder._orig_mod."),
        ("layer.0.", "layer.0._checkpoint_wrapped_module."),
        ("layer.1.", "layer.1._fsdp_wrapped_module._checkpoint_wrapped_module."),
        ("mlp.", "mlp._orig_mod."),
    ],
)
def test_parts_that_are_wrapped_alone(
    published: Published, random_state: State, tmp_path: Path, at: str, put: str
) -> None:
    state = {name.replace(at, put): tensor for name, tensor in random_state.items()}
    convert(published("odd", state=state, pickle=True), tmp_path / "out")
    assert torch.equal(logits(tmp_path / "out"), logits(published()))


@given(st.lists(st.sampled_from(WRAPPERS), max_size=4).map("".join))
def test_any_nesting_of_wrappers_is_undone(prefix: str) -> None:
    names = ["bert.encoder.layer.0.mlp.wo.weight", "classifier.bias"]
    found = unwrapped([f"{prefix}{name}" for name in names], WRAPPERS, Path("here"))
    assert list(found) == names


def test_what_lies_beside_the_network_is_left_out_and_said(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    """A Lightning module keeps its loss and metrics beside the model."""
    beside = {
        "criterion.pos_weight": torch.ones(2),
        "val_matrix.confmat": torch.ones(2, 2, dtype=torch.int64),
        "n_averaged": torch.tensor(3),
    }
    for prefix in ("model.", "net.", "module.net."):
        source = published(f"beside_{prefix}", state=with_prefix(random_state, prefix) | beside)
        done = convert(source, tmp_path / f"out_{prefix}")
        assert sorted(done.dropped) == sorted(beside)
        assert torch.equal(logits(done.folder), logits(published(f"plain_{prefix}")))
        with pytest.raises(ModelError, match=f"lies beside the network; .*gtrack convert {source}"):
            open_model(source)
    with pytest.raises(ModelError, match=r"n_averaged is unexpected"):
        convert(published("within", state=random_state | beside), tmp_path / "within_out")


@pytest.mark.parametrize("name", ["loss_fct.weight", "criterion.pos_weight", "focalLoss.alpha"])
def test_weights_of_a_loss_within_the_network_are_left_out_and_said(
    published: Published, random_state: State, tmp_path: Path, name: str
) -> None:
    """People subclass the published classifier and give it a weighted loss; a norm is not one."""
    for prefix in ("", "model."):
        state = with_prefix(random_state | {name: torch.ones(2)}, prefix)
        source = published(f"loss_{prefix}", state=state)
        done = convert(source, tmp_path / f"out_{prefix}")
        assert done.dropped == (prefix + name,)
        assert torch.equal(logits(done.folder), logits(published(f"plain_{prefix}")))
        with pytest.raises(ModelError, match=f"{name} lies beside the network; .*gtrack convert"):
            open_model(source)
    for other, tensor in {name: torch.ones(2, 2), "norm.weight": torch.ones(2)}.items():
        with pytest.raises(ModelError, match=rf"{other} (is unexpected|lies beside)"):
            convert(published(f"no_{other}", state=random_state | {other: tensor}), tmp_path / "no")


def test_a_head_of_another_class_is_not_taken_for_dnaberts(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    encoder = {k.removeprefix("bert."): v for k, v in random_state.items() if "class" not in k}
    for prefix, head in (("dnabert.", "fc"), ("encoder.", "classifier"), ("model.", "classifier")):
        own = {f"{head}.weight": torch.ones(2, 24), f"{head}.bias": torch.zeros(2)}
        source = published(f"own_{prefix}", state=with_prefix(encoder, prefix) | own)
        with pytest.raises(ModelError, match=rf"{head}\.weight lies beside the network, .*another"):
            convert(source, tmp_path / "out")
        with pytest.raises(ModelError, match=rf"{head}\.weight lies beside the network, .*another"):
            open_model(source)
        if prefix != "model.":
            with pytest.raises(ModelError, match=f"which is under {prefix[:-1]}:"):
                open_model(source)


def test_two_networks_in_one_file(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    ema = {name: tensor + 1 for name, tensor in random_state.items()}
    both = with_prefix(random_state, "model.") | with_prefix(ema, "ema_model.")
    with pytest.raises(
        ModelError, match=r"2 networks, under (ema_)?model\.bert and (ema_)?model\.bert;"
    ):
        convert(published(state=both), tmp_path / "out")
    with pytest.raises(ModelError, match="are both bert"):
        own_names(with_prefix(random_state, "model.") | random_state, Path("here"))


# --- containers ---------------------------------------------------------------------------------


def optimizer(state: State) -> dict[str, Any]:
    """Return the state of a real optimizer after a step."""
    parameters = [nn.Parameter(tensor.clone()) for tensor in list(state.values())[:3]]
    adam = torch.optim.AdamW(parameters)
    sum(each.sum() for each in parameters).backward()
    adam.step()
    return adam.state_dict()


def lightning(state: State) -> dict[str, Any]:
    """Return what Lightning's ``.ckpt`` holds."""
    return {
        "epoch": 3,
        "global_step": 500,
        "pytorch-lightning_version": "2.5.1",
        "state_dict": with_prefix(state, "model."),
        "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"current": {"ready": 4}}}},
        "callbacks": {
            "ModelCheckpoint{'monitor': 'auroc'}": {"best_model_score": torch.tensor(0.9)}
        },
        "optimizer_states": [optimizer(state)],
        "lr_schedulers": [{"last_epoch": 3, "_last_lr": [1e-4]}],
        "hparams_name": "kwargs",
        "hyper_parameters": {"lr": 1e-4, "model_name": "zhihan1996/DNABERT-2-117M"},
    }


CONTAINERS = {
    "lightning": lightning,
    "model_state_dict": lambda s: {"epoch": 3, "model_state_dict": s, "optimizer": optimizer(s)},
    "state_dict": lambda s: {"state_dict": s},
    "model": lambda s: {"model": s, "args": {"lr": 1e-5}, "optimizer_state_dict": optimizer(s)},
    "module": lambda s: {"module": with_prefix(s, "module."), "ds_version": "0.14"},
    "nested": lambda s: {"checkpoint": {"net": {"weights": s}}, "steps": [1, 2]},
    "module itself": lambda s: {k: nn.Parameter(v) for k, v in s.items()},
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_containers_of_tensors(
    published: Published, random_state: State, tmp_path: Path, kind: str
) -> None:
    source = published(pickle=True)
    torch.save(CONTAINERS[kind](random_state), source / "pytorch_model.bin")
    convert(source, tmp_path / "out")
    assert torch.equal(logits(tmp_path / "out"), logits(published("want")))


def test_several_networks_in_a_container_name_a_command_that_takes_one(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    source = published("it's here", pickle=True)
    ema = {name: tensor + 1 for name, tensor in random_state.items()}
    torch.save({"model": random_state, "ema": ema}, source / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"holds 2 networks \(model, ema\)") as e:
        convert(source, tmp_path / "out")
    command = shlex.split(re.search("python -c .*", str(e.value))[0])  # type: ignore[index]
    subprocess.run([sys.executable, *command[1:]], cwd=source, check=True)
    convert(source, tmp_path / "out")
    assert torch.equal(logits(tmp_path / "out"), logits(published("want")))


class Code:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.canary,)


def test_code_deep_in_a_container_never_runs(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    source, canary = published(pickle=True), tmp_path / "canary"
    content = lightning(random_state) | {"hyper_parameters": Code(canary)}
    torch.save(content, source / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"refused \(\w+\).*torch\.save\(model\.state_dict"):
        convert(source, tmp_path / "out")
    assert not canary.exists()
    torch.load(source / "pytorch_model.bin", weights_only=False)
    assert canary.exists(), "the canary would have sung"


def test_tensors_that_claim_more_than_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "pytorch_model.bin"
    torch.save({"a.weight": torch.zeros(1).expand(10**12)}, path)
    with pytest.raises(ModelError, match=r"a\.weight is none of plain numbers, each stored"):
        read_pickle(path)
    torch.save({"a.weight": torch.eye(3).to_sparse()}, path)
    with pytest.raises(ModelError, match=r"none of plain numbers|refused"):
        read_pickle(path)
    torch.save({"a.weight": torch.ones(3, device="meta")}, path)
    with pytest.raises(ModelError, match=r"none of plain numbers|refused"):
        read_pickle(path)
    torch.save({"a.weight": torch.ones(3).to(torch.float8_e4m3fn)}, path)
    with pytest.raises(ModelError, match="float8_e4m3fn; save the checkpoint as float32"):
        read_pickle(path)
    torch.save({"a.weight": torch.ones(3), "b.weight": torch.arange(4.0)[1:]}, path)
    assert read_pickle(path)["b.weight"].tolist() == [1, 2, 3]


def test_containers_that_would_be_walked_for_ever(tmp_path: Path) -> None:
    """Four containers of 2,000 names each are 16 million millions of ways to their bottom."""
    content: Any = {"x": 1}
    for _ in range(4):
        content = {f"{i}": content for i in range(2000)}
    torch.save(content, tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match="something other than tensors"):
        read_pickle(tmp_path / "pytorch_model.bin")  # or this test does not end


def test_an_archive_that_unpacks_to_more_than_it_is(tmp_path: Path) -> None:
    path, packed = tmp_path / "pytorch_model.bin", tmp_path / "packed.bin"
    torch.save({"a.weight": torch.zeros(1_000_000)}, path)
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(packed, "w") as made:
        for entry in archive.infolist():
            made.writestr(entry.filename, archive.read(entry), zipfile.ZIP_DEFLATED)
    assert packed.stat().st_size < 20_000
    with pytest.raises(ModelError, match=r"unpacks to 4,\d+,\d+ bytes"):
        read_pickle(packed)
    assert read_pickle(path)["a.weight"].shape == (1_000_000,)


def test_a_pickle_of_a_later_protocol_is_told_in_the_one_line(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    """torch warned of it beside the refusal, which called the file damaged."""
    source = published(pickle=True)
    torch.save(random_state, source / "pytorch_model.bin", pickle_protocol=4)
    with warnings.catch_warnings(record=True) as said:
        with pytest.raises(ModelError, match=r"refused \(.*, pickle protocol 4, of which"):
            convert(source, tmp_path / "out")
    assert not said


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bin"
    for head in (b"", b"\x80\x02", b"PK\x03\x04", struct.pack("<Q", 10**9)):
        path.write_bytes(head + content)
        with pytest.raises(ModelError, match=r"refused|something other|empty;") as e:
            read_pickle(path)
        assert "\n" not in str(e.value)


# --- files of other names, and a config from the base -------------------------------------------


@pytest.mark.parametrize("name", ["best.ckpt", "model.pth", "weights.pt", "epoch=3-step=500.ckpt"])
def test_the_only_pickle_of_a_folder_is_meant(
    published: Published, random_state: State, tmp_path: Path, name: str
) -> None:
    source = published(pickle=True)
    (source / "pytorch_model.bin").unlink()
    for beside in (
        "training_args.bin",
        "optimizer.pt",
        "scheduler.pt",
        "scaler.pt",
        "rng_state.pth",
        "rng_state_0.pth",
    ):
        (source / beside).write_bytes(b"not read")
    torch.save(lightning(random_state), source / name)
    with pytest.raises(ModelError, match=f"only a pickle checkpoint \\({name}\\).*gtrack convert"):
        open_model(source)
    convert(source, tmp_path / "out")
    want = logits(published("want"))
    assert torch.equal(logits(tmp_path / "out"), want)
    torch.save(random_state, source / "another.pt")
    with pytest.raises(InputError, match=r"holds 2 files that can be the weights") as e:
        convert(source, tmp_path / "again")
    command = shlex.split(re.search("gtrack convert (.*) OUT", str(e.value))[1])  # type: ignore[index]
    convert(command[0], tmp_path / "again")
    assert torch.equal(logits(tmp_path / "again"), want)
    convert(source / name, tmp_path / "third")
    assert torch.equal(logits(tmp_path / "third"), want)


def test_a_checkpoint_alone_takes_config_and_tokenizer_of_the_base(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    base = published("base", id2label={"0": "no", "1": "yes"}, window_bp=90)
    alone = tmp_path / "runs" / "last.ckpt"
    alone.parent.mkdir()
    torch.save(lightning(random_state), alone)
    with pytest.raises(ModelError, match=r"config\.json: cannot be read.* gtrack convert --base"):
        convert(alone, tmp_path / "out")
    done = convert(alone, tmp_path / "out", base=base)
    assert (done.labels, done.window_bp) == (("no", "yes"), None)
    assert torch.equal(logits(done.folder), logits(base))
    three = random_state | {
        "classifier.weight": torch.ones(3, 24),
        "classifier.bias": torch.ones(3),
    }
    save_file(three, tmp_path / "runs" / "three.safetensors")
    done = convert(tmp_path / "runs" / "three.safetensors", tmp_path / "three", base=base)
    assert done.labels == ("LABEL_0", "LABEL_1", "LABEL_2")


def test_a_missing_tokenizer_names_the_command_that_cures(
    published: Published, tmp_path: Path
) -> None:
    source, base = published(), published("base")
    (source / "tokenizer.json").unlink()
    for opening in (open_model, lambda folder: convert(folder, tmp_path / "out")):
        with pytest.raises(InputError, match=r"holds no tokenizer\.json; take") as e:
            opening(source)
        said = re.search("gtrack (convert --base .* OUT)", str(e.value))[1]  # type: ignore[index]
        assert shlex.split(said)[:4] == [
            "convert",
            "--base",
            "zhihan1996/DNABERT-2-117M",
            str(source),
        ]
        assert e.value.exit_code == 2
    done = convert(source, tmp_path / "out", base=base)
    assert torch.equal(logits(done.folder), logits(base))
    (source / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    assert torch.equal(logits(source), logits(base)), "the other cure, copying, helps, too"


def test_a_base_without_use_is_said(published: Published, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lacks nothing that a base could lend; leave it out"):
        convert(published(), tmp_path / "out", base=published("base"))


# --- forms of the public checkpoints ------------------------------------------------------------

HUB = "zhihan1996/DNABERT-2-117M"
FORMS: dict[str, dict[str, Any]] = {
    # tanoManzo/DNABERT-2-117M_ft_..., tydymy/DNABERT-2-117M-finetuned-...
    "problem_type, no labels": {
        "_name_or_path": HUB,
        "architectures": ["BertForSequenceClassification"],
        "auto_map": {"AutoModel": f"{HUB}--bert_layers.BertModel"},
        "problem_type": "single_label_classification",
        "transformers_version": "4.42.3",
    },
    # tanoManzo/dnabert2_ft_...: a base with a switch for its kernels
    "flash attention, pad": {
        "_name_or_path": "vivym/DNABERT-2-117M",
        "pad_token_id": 0,
        "use_flash_attention": False,
        "model_type": "bert",
    },
    # zhangtaolab/dnabert2-H3K27ac: labels by name
    "labels": {
        "id2label": {"0": "Not H3K27ac", "1": "H3K27ac"},
        "label2id": {"Not H3K27ac": 0, "H3K27ac": 1},
        "model_type": "bert",
    },
    # transformers 5
    "dtype": {"dtype": "float32", "torch_dtype": "absent", "_name_or_path": "absent"},
}


def as_pairs(folder: Path) -> None:
    """Write merges as pairs: the tokenizer.json of 287 kB, where that of 168 kB has texts."""
    path = folder / "tokenizer.json"
    record = json.loads(path.read_text())
    record["model"]["merges"] = [
        merge if isinstance(merge, list) else merge.split() for merge in record["model"]["merges"]
    ]
    path.write_text(json.dumps(record, indent=2))


def as_texts(folder: Path) -> None:
    path = folder / "tokenizer.json"
    record = json.loads(path.read_text())
    record["model"]["merges"] = [
        merge if isinstance(merge, str) else " ".join(merge) for merge in record["model"]["merges"]
    ]
    for key in ("byte_fallback", "ignore_merges"):  # newer than the published file
        record["model"].pop(key, None)
    path.write_text(json.dumps(record))


@pytest.mark.parametrize("pickle", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("written", [as_pairs, as_texts])
def test_public_fine_tunes_open(
    published: Published, tmp_path: Path, form: str, written: Callable[[Path], None], pickle: bool
) -> None:
    source = published(pickle=pickle, **FORMS[form])
    written(source)
    done = convert(source, tmp_path / "out", window_bp=200)
    assert torch.equal(logits(done.folder), logits(published("want")))
    names = tuple(FORMS[form].get("id2label", {"0": "LABEL_0", "1": "LABEL_1"}).values())
    assert done.labels == names
    if not pickle:
        assert torch.equal(logits(source), logits(done.folder))


def test_dnabert_s_is_an_encoder_to_train_on(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    """It was saved as BertModel: no ``bert.`` before its names, a pooler and no classifier."""
    state = {k.removeprefix("bert."): v for k, v in random_state.items() if "classifier" not in k}
    source = published(state=state, pickle=True, architectures=["BertModel"], model_type="bert")
    done = convert(source, tmp_path / "out")
    assert (done.absent, done.dropped) == (("classifier",), ())
    with pytest.raises(ModelError, match=r"no classifier: .*gtrack train dnabert2 --from"):
        open_model(done.folder)
    made = load_file(done.folder / "model.safetensors")
    assert all(np.array_equal(made[f"bert.{name}"], tensor) for name, tensor in state.items())
