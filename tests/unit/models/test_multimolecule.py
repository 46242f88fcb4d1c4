"""multimolecule's layout of DNABERT-2: other names, the same logits."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from gtrack.core.errors import ModelError
from gtrack.models.folder import open_model, recognise
from gtrack.workflows.convert import convert

Published = Callable[..., Path]
State = dict[str, Tensor]

SPELT = {"[UNK]": "<unk>", "[CLS]": "<cls>", "[SEP]": "<eos>", "[PAD]": "<pad>", "[MASK]": "<mask>"}
SEQUENCES = ["ACGTTGCANNACG", "TTTTACGACGACGATCAGCATCAGC"]


def their_names(state: State) -> State:
    """Return tensors as DnaBert2ForSequencePrediction saves them."""
    theirs = {}
    for name, tensor in state.items():
        if found := re.fullmatch(r"bert\.(.+\.self)\.Wqkv\.(\w+)", name):
            for part, rows in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                theirs[f"model.{found[1]}.{part}.{found[2]}"] = rows.contiguous()
            continue
        name = re.sub("^bert", "model", name)
        name = re.sub("LayerNorm|layernorm", "layer_norm", name)
        name = name.replace("gated_layers", "up_proj").replace("mlp.wo.", "mlp.down_proj.")
        theirs[name.replace("classifier.", "sequence_head.decoder.")] = tensor
    return theirs


@pytest.fixture
def theirs(published: Published, random_state: State) -> Published:
    """Return a function that writes a folder as multimolecule does."""

    def write(name: str = "theirs", state: State | None = None, **fields: Any) -> Path:
        folder = published(name)
        config = json.loads((folder / "config.json").read_text())
        for key in ("auto_map", "hidden_dropout_prob", "attention_probs_dropout_prob"):
            del config[key]
        config |= {
            "model_type": "dnabert2",
            "architectures": ["DnaBert2ForSequencePrediction"],
            "hidden_dropout": 0.1,
            "attention_dropout": 0.0,
            "position_embedding_type": "alibi",
            "is_decoder": False,
            "add_cross_attention": False,
            "head": None,
            "lm_head": None,
            "problem_type": None,
        }
        (folder / "config.json").write_text(json.dumps(config | fields))
        text = (folder / "tokenizer.json").read_text()
        for ours, spelt in SPELT.items():
            text = text.replace(ours, spelt)
        # Their script leaves this one word of the file as it was.
        text = text.replace('"unk_token": "<unk>"', '"unk_token": "[UNK]"')
        (folder / "tokenizer.json").write_text(text)
        save_file(
            their_names(random_state) if state is None else state, folder / "model.safetensors"
        )
        return folder

    return write


def logits(folder: Path) -> Tensor:
    model = open_model(folder)
    batch = model.collate(model.encode(SEQUENCES), 2, 40)
    return model.forward(model.embed(batch), batch)


def test_the_same_weights_in_both_layouts_give_the_same_logits(
    published: Published, theirs: Published, tmp_path: Path
) -> None:
    want = logits(published())
    source = theirs()
    done = convert(source, tmp_path / "out", window_bp=200)
    assert torch.equal(logits(done.folder), want)
    assert done.labels == ("LABEL_0", "LABEL_1")
    assert torch.equal(logits(source), want), "scan reads the layout, too"
    assert json.loads((done.folder / "tokenizer_config.json").read_text())["sep_token"] == "[SEP]"
    plain = open_model(published("again")).encode(SEQUENCES)
    assert (open_model(done.folder).encode(SEQUENCES).ids == plain.ids).all()


def test_a_masked_language_model_converts_for_training(
    theirs: Published, random_state: State, tmp_path: Path
) -> None:
    state = {k: v for k, v in their_names(random_state).items() if re.search("model.e", k)}
    state |= {
        "lm_head.bias": torch.zeros(48),
        "lm_head.decoder.bias": torch.zeros(48),
        "lm_head.transform.layer_norm.weight": torch.ones(24),
    }
    done = convert(theirs(state=state), tmp_path / "out")
    assert done.absent == ("pooler", "classifier")
    assert len(done.dropped) == 3
    assert recognise(done.folder) == "dnabert2"


def test_what_the_head_says_of_its_outputs(
    theirs: Published, random_state: State, tmp_path: Path
) -> None:
    state = their_names(random_state)
    one = {
        "sequence_head.decoder.weight": torch.ones(1, 24),
        "sequence_head.decoder.bias": torch.zeros(1),
    }
    for name, head, outputs in (
        ("binary", {"num_labels": 1, "problem_type": "binary"}, "labels"),
        ("regression", {"num_labels": 1, "problem_type": "regression"}, "values"),
        ("silent", {"num_labels": 1}, "values"),
    ):
        folder = theirs(name, state | one, head=head, id2label={"0": "LABEL_0", "1": "LABEL_1"})
        done = convert(folder, tmp_path / f"{name}_out")
        assert done.labels == ("LABEL_0",)
        assert open_model(done.folder).head.outputs == outputs
    for name, word, outputs in (("c", "multiclass", "classes"), ("l", "multilabel", "labels")):
        folder = theirs(name, problem_type=word, id2label={"0": "a", "1": "b"})
        done = convert(folder, tmp_path / f"{name}_out")
        assert done.labels == ("a", "b")
        assert open_model(done.folder).head.outputs == outputs


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"head": {"transform": "nonlinear"}}, "head.transform is 'nonlinear'"),
        ({"head": {"act": "sigmoid"}}, "head.act is 'sigmoid'"),
        ({"head": {"output_name": "last_hidden_state"}}, "head.output_name"),
        ({"head": {"of_next_year": 1}}, "head.of_next_year"),
        ({"head": ["x"]}, "head is no table"),
        ({"position_embedding_type": "absolute"}, "position_embedding_type is 'absolute'"),
        ({"is_decoder": True}, "is_decoder is True"),
    ],
)
def test_options_that_make_another_network_are_refused(
    theirs: Published, tmp_path: Path, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(ModelError, match=re.escape(named)):
        convert(theirs(**fields), tmp_path / "out")
    usual = {"dropout": 0.1, "transform": None, "transform_act": "gelu", "bias": True, "act": None}
    convert(theirs("usual", head=usual), tmp_path / "usual_out")


@pytest.mark.parametrize("part", ["query", "key", "value"])
@pytest.mark.parametrize("change", ["missing", "narrow"])
def test_a_part_of_queries_keys_and_values_is_missing(
    theirs: Published, random_state: State, tmp_path: Path, part: str, change: str
) -> None:
    state = their_names(random_state)
    name = f"model.encoder.layer.1.attention.self.{part}.weight"
    state[name] = state[name][1:].clone()
    if change == "missing":
        del state[name]
    with pytest.raises(
        ModelError, match=r"layer\.1\.attention\.self\.(\w+\.weight|Wqkv.weight) is"
    ):
        convert(theirs(state=state), tmp_path / "out")
