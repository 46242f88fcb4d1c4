"""Checkpoints: what is accepted, what is refused, and that the refusal names it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gtrack.core.errors import ModelError
from gtrack.models.dnabert2.checkpoint import adopt, read_checkpoint

State = dict[str, torch.Tensor]
Published = Callable[..., Path]
IDS = torch.tensor([[1, 5, 6, 7, 8, 9, 20, 2]])


def logits(folder: Path) -> torch.Tensor:
    return read_checkpoint(folder).network().eval()(IDS).logits


def test_other_spellings_of_one_checkpoint_give_the_same_logits(
    published: Published, random_state: State
) -> None:
    """DDP prefixes, buffers of old versions, and a bare encoder are the same network."""
    expected = logits(published())
    prefixed = {f"module.{k}": v for k, v in random_state.items()}
    buffers = {
        "bert.embeddings.position_ids": torch.arange(512)[None],
        "bert.embeddings.token_type_ids": torch.zeros(1, 512, dtype=torch.int64),
    }
    bare = {k.removeprefix("bert."): v for k, v in random_state.items()}
    for name, state in (("ddp", prefixed), ("buffers", random_state | buffers), ("bare", bare)):
        assert torch.equal(logits(published(name, state=state)), expected)


def test_nothing_but_the_known_fields_has_an_effect(published: Published) -> None:
    plain = read_checkpoint(published())
    other = read_checkpoint(
        published("other", is_decoder=True, pruned_heads={"0": [1]}, evil={"x": 1}, use_cache=False)
    )
    assert other.config.to_dict() == plain.config.to_dict()
    assert not hasattr(plain.config, "auto_map")


def test_labels_and_records_come_from_the_config(published: Published) -> None:
    named = published("named", id2label={"0": "closed", "1": "open"}, window_bp=200, strands="both")
    config = read_checkpoint(named).config
    assert config.id2label == {0: "closed", 1: "open"}
    assert (config.window_bp, config.strands) == (200, "both")
    silent = read_checkpoint(published("silent")).config
    assert silent.id2label == {0: "LABEL_0", 1: "LABEL_1"}
    assert (silent.window_bp, silent.strands) == (None, None)


@pytest.mark.parametrize("rows", [1, 3, 7])
def test_labels_are_counted_from_the_classifier(
    published: Published, random_state: State, rows: int
) -> None:
    head = {"classifier.weight": torch.randn(rows, 24), "classifier.bias": torch.zeros(rows)}
    folder = published(state=random_state | head)
    assert len(read_checkpoint(folder).config.id2label) == rows
    assert logits(folder).shape == (1, rows)


def test_a_base_is_refused_unless_for_training(published: Published, random_state: State) -> None:
    base = {k: v for k, v in random_state.items() if "pooler" not in k and "classifier" not in k}
    pretraining = {
        "cls.predictions.decoder.weight": base["bert.embeddings.word_embeddings.weight"].clone(),
        "cls.predictions.decoder.bias": torch.zeros(48),
        "cls.predictions.transform.dense.weight": torch.zeros(24, 24),
    }
    folder = published(state=base | pretraining)
    with pytest.raises(
        ModelError, match=r"no pooler and no classifier.*gtrack train dnabert2"
    ) as e:
        read_checkpoint(folder)
    assert e.value.exit_code == 4
    checkpoint = read_checkpoint(folder, allow_headless=True)
    assert checkpoint.absent == ("pooler", "classifier")
    assert sorted(checkpoint.dropped) == sorted(pretraining)
    torch.manual_seed(5)
    network = checkpoint.with_labels(("a", "b", "c")).network()
    torch.manual_seed(5)
    again = checkpoint.with_labels(("a", "b", "c")).network()
    assert network.config.id2label == {0: "a", 1: "b", 2: "c"}
    assert network.bert.pooler.dense.weight.std().item() == pytest.approx(0.02, rel=0.1)
    assert not network.classifier.bias.any()
    for (name, tensor), other in zip(
        network.state_dict().items(), again.state_dict().values(), strict=True
    ):
        assert torch.equal(tensor, other)
        if name in base:
            assert torch.equal(tensor, base[name])


def test_pooler_without_classifier_keeps_the_pooler(
    published: Published, random_state: State
) -> None:
    state = {k: v for k, v in random_state.items() if "classifier" not in k}
    checkpoint = read_checkpoint(published(state=state), allow_headless=True)
    assert checkpoint.absent == ("classifier",)
    pooler = checkpoint.network().bert.pooler.dense.weight
    assert torch.equal(pooler, random_state["bert.pooler.dense.weight"])


def test_other_labels_start_a_classifier_afresh_only_when_their_number_differs(
    published: Published, random_state: State
) -> None:
    checkpoint = read_checkpoint(published())
    renamed = checkpoint.with_labels(("no", "yes"))
    assert renamed.absent == ()
    assert torch.equal(renamed.network().classifier.weight, random_state["classifier.weight"])
    three = checkpoint.with_labels(("a", "b", "c"))
    assert three.absent == ("classifier",)
    assert three.network().classifier.weight.shape == (3, 24)


def without(state: State, name: str) -> State:
    return {k: v for k, v in state.items() if k != name}


def changed(state: State, name: str, tensor: torch.Tensor) -> State:
    return state | {name: tensor}


GATED = "bert.encoder.layer.1.mlp.gated_layers.weight"
BROKEN = {
    "missing": (lambda s: without(s, GATED), f"tensor {GATED} is missing"),
    "half a head": (lambda s: without(s, "classifier.bias"), "tensor classifier.bias is missing"),
    "no weight": (lambda s: without(s, "classifier.weight"), "tensor classifier.weight is missing"),
    "unexpected": (
        lambda s: changed(s, "bert.embeddings.position_embeddings.weight", torch.zeros(512, 24)),
        "tensor bert.embeddings.position_embeddings.weight is unexpected",
    ),
    "shape": (lambda s: changed(s, GATED, torch.zeros(30, 24)), f"tensor {GATED} is .*(30, 24)"),
    "integers": (
        lambda s: changed(s, GATED, torch.zeros(32, 24, dtype=torch.int32)),
        f"tensor {GATED} is torch.int32",
    ),
    "nan": (
        lambda s: changed(s, GATED, torch.full((32, 24), float("nan"))),
        f"model.safetensors: tensor {GATED} holds NaN",
    ),
    "infinity": (
        lambda s: changed(s, "classifier.bias", torch.tensor([0.0, float("-inf")])),
        "tensor classifier.bias holds NaN or infinity",
    ),
    "layers": (
        lambda s: {k: v for k, v in s.items() if "layer.1." not in k},
        "1 layers of tensors, but config.json says num_hidden_layers 2",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_tensors_are_named(published: Published, random_state: State, case: str) -> None:
    breaks, message = BROKEN[case]
    folder = published(state=breaks(random_state))
    with pytest.raises(ModelError, match=message) as e:
        read_checkpoint(folder, allow_headless=True)
    assert str(folder) in str(e.value)
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"num_attention_heads": 5}, "hidden_size 24 is not a multiple"),
        ({"num_attention_heads": "absent"}, "num_attention_heads is missing"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers is 1000000000, more than"),
        ({"num_hidden_layers": 10**6}, "2 layers of tensors"),
        ({"hidden_size": 3 * 10**17}, "hidden_size is 300000000000000000, more than"),
        ({"intermediate_size": 17}, "calls for numbers of shape"),
        ({"hidden_act": "relu"}, "hidden_act"),
        ({"layer_norm_eps": "1e-12"}, "layer_norm_eps"),
        ({"num_labels": 3}, "3 labels, but the classifier has 2 rows"),
        ({"num_labels": "2"}, "num_labels is '2'"),
        ({"id2label": {"0": "a"}}, "1 labels, but"),
        ({"id2label": {"1": "a", "2": "b"}}, "id2label does not name"),
        ({"id2label": {"0": "a", "1": "a"}}, "distinct"),
        ({"id2label": {"0": "a", "1": 7}}, r'no text; write "id2label": {"0": "a", "1": "7"}'),
        (
            {"id2label": {"0": "a", "1": ""}},
            r'no text; write "id2label": {"0": "a", "1": "LABEL_1"}',
        ),
        (
            {"id2label": {"0": " ", "1": "a"}},
            r'no text; write "id2label": {"0": "LABEL_0", "1": "a"}',
        ),
        ({"id2label": ["no", "yes"]}, r'; write "id2label": {"0": "no", "1": "yes"}, a name'),
        ({"id2label": 7}, "id2label"),
        ({"window_bp": "200"}, "window_bp"),
        ({"window_bp": 10**7}, "window_bp is 10000000, more than the 100,000"),
        ({"strands": "sideways"}, "strands"),
    ],
)
def test_config_that_cannot_be_is_refused(
    published: Published, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        read_checkpoint(published(**fields))


@pytest.mark.parametrize("name", ["score.weight", "classifier.0.weight", "loss_fct.weight"])
def test_heads_of_other_classes_are_said_to_be(published: Published, name: str) -> None:
    folder = published()
    state = load_file(folder / "model.safetensors")
    save_file({**state, name: torch.ones(2, 24)}, folder / "model.safetensors")
    with pytest.raises(ModelError, match=rf"{name} is unexpected.*; a head of another class than"):
        read_checkpoint(folder)


def test_a_head_of_two_layers_is_no_damaged_one(published: Published, random_state: State) -> None:
    """It lacks the plain one's tensors as well; to copy it again would not help."""
    state = {k: v for k, v in random_state.items() if "classifier" not in k}
    state |= {"classifier.dense.weight": torch.ones(24, 24)}
    state |= {"classifier.out_proj.weight": torch.ones(2, 24)}
    with pytest.raises(ModelError, match=r"classifier\.dense\.weight is unexpected.*another class"):
        read_checkpoint(published(state=state))


def test_a_classifier_without_a_pooler_is_no_pretrained_base(
    published: Published, random_state: State
) -> None:
    folder = published(state={k: v for k, v in random_state.items() if "pooler" not in k})
    with pytest.raises(ModelError, match=r"has a classifier, and no pooler .*another class than"):
        read_checkpoint(folder)
    assert read_checkpoint(folder, allow_headless=True).absent == ("pooler",)


def test_adopt_takes_tensors_from_anywhere(published: Published, random_state: State) -> None:
    folder = published()
    raw = json.loads((folder / "config.json").read_text())
    state = adopt(load_file(folder / "model.safetensors"), raw, folder).state
    assert state.keys() == random_state.keys()
