"""LoRA adapters: merged as peft merges them, held to loops; other kinds refused by name."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from gtrack.core.errors import InputError, ModelError
from gtrack.models.adapters import Adapter, read_adapter
from gtrack.models.dnabert2.checkpoint import read_checkpoint
from gtrack.models.folder import open_model
from gtrack.workflows.convert import convert

Published = Callable[..., Path]
Adapted = Callable[..., Path]
State = dict[str, Tensor]

IDS = torch.tensor([[1, 5, 6, 7, 8, 9, 20, 2], [1, 30, 31, 7, 8, 40, 11, 2]])
ROUNDED = 1e-5  # logits of a few: what is merged is rounded to float32

LAYERS = (  # name, out, in
    ("bert.encoder.layer.0.attention.self.Wqkv", 72, 24),
    ("bert.encoder.layer.1.attention.output.dense", 24, 24),
    ("bert.encoder.layer.1.mlp.gated_layers", 32, 24),
    ("bert.encoder.layer.1.mlp.wo", 24, 16),
)


def narrow(seed: int = 7, ranks: tuple[int, ...] = (2, 2, 2, 2)) -> State:
    """Return A and B of every layer, under peft's names."""
    generator = torch.Generator().manual_seed(seed)
    made = {}
    for (name, out, into), rank in zip(LAYERS, ranks, strict=True):
        made[f"{name}.lora_A.weight"] = torch.randn(rank, into, generator=generator)
        made[f"{name}.lora_B.weight"] = torch.randn(out, rank, generator=generator)
    return made


def twin(base: Path, tensors: State, scales: dict[str, float]) -> Tensor:
    """Return logits of the base with the adapter beside it, unmerged, in float64.

    ``y = W x + scale B (A x)`` at every layer, as the adapter was trained.
    """
    network = read_checkpoint(base).network().double().eval()
    for name, scale in scales.items():
        down = tensors[f"{name}.lora_A.weight"].double()
        up = tensors[f"{name}.lora_B.weight"].double()

        def add(
            module: nn.Module,
            given: Any,
            out: Tensor,
            scale: float = scale,
            d: Any = down,
            u: Any = up,
        ) -> Tensor:
            return out + scale * ((given[0] @ d.T) @ u.T)

        network.get_submodule(name).register_forward_hook(add)
    for name, tensor in tensors.items():
        if ".lora_" not in name:
            module, _, end = name.rpartition(".")
            setattr(network.get_submodule(module), end, nn.Parameter(tensor.double()))
    logits: Tensor = network(input_ids=IDS).logits
    return logits


def merged(adapter: Path, base: Path, out: Path) -> Tensor:
    convert(adapter, out, base=base)
    logits: Tensor = open_model(out, dtype=torch.float64).network(input_ids=IDS).logits
    return logits


def scales(value: float) -> dict[str, float]:
    return {name: value for name, _, _ in LAYERS}


@pytest.mark.parametrize("pickle", [False, True])
def test_a_merged_adapter_says_what_the_unmerged_says(
    published: Published, adapted: Adapted, tmp_path: Path, pickle: bool
) -> None:
    base, tensors = published(), narrow()
    want = twin(base, tensors, scales(6 / 2))
    got = merged(adapted("a", tensors, pickle=pickle), base, tmp_path / "out")
    assert torch.allclose(got, want, atol=ROUNDED)
    plain = read_checkpoint(base).network().double().eval()(input_ids=IDS).logits
    assert not torch.allclose(want, plain, atol=0.05), "the adapter changes nothing"


def test_rank_stabilised(published: Published, adapted: Adapted, tmp_path: Path) -> None:
    base, tensors = published(), narrow()
    got = merged(adapted("a", tensors, use_rslora=True), base, tmp_path / "out")
    want = twin(base, tensors, scales(6 / math.sqrt(2)))
    assert torch.allclose(got, want, atol=ROUNDED)


def test_patterns_give_layers_ranks_and_alphas_of_their_own(
    published: Published, adapted: Adapted, tmp_path: Path
) -> None:
    """The first pattern that is the end of a name counts, from a dot on; ^ is the beginning."""
    base, tensors = published(), narrow(ranks=(3, 2, 4, 2))
    folder = adapted(
        "a",
        tensors,
        rank_pattern={"Wqkv": 3, r"layer\.1\.mlp\.gated.*": 4, "kv": 99},
        alpha_pattern={"ense": 99, "output.dense": 10, r"^bert\.encoder\.layer\.1\..*": 8},
    )
    want = twin(base, tensors, dict(zip(scales(0), (6 / 3, 10 / 2, 8 / 4, 8 / 2), strict=True)))
    assert torch.allclose(merged(folder, base, tmp_path / "out"), want, atol=ROUNDED)


def test_layers_saved_whole_take_the_place_of_the_bases(
    published: Published, adapted: Adapted, tmp_path: Path
) -> None:
    base, generator = published(), torch.Generator().manual_seed(3)
    whole = {
        "classifier.weight": torch.randn(2, 24, generator=generator),
        "classifier.bias": torch.randn(2, generator=generator),
        "bert.pooler.dense.weight": torch.randn(24, 24, generator=generator),
        "bert.pooler.dense.bias": torch.randn(24, generator=generator),
    }
    want = twin(base, narrow() | whole, scales(3))
    got = merged(adapted("a", narrow() | whole), base, tmp_path / "out")
    assert torch.allclose(got, want, atol=ROUNDED)
    # The same, as a whole state dict of peft has it.
    named = {
        re.sub(
            r"(lora_[AB])",
            r"\1.default",
            re.sub(r"(classifier|pooler)", r"\1.modules_to_save.default", k),
        ): v
        for k, v in (narrow() | whole).items()
    }
    named |= {
        f"{k.replace('.default', '')}".replace("modules_to_save", "original_module"): v * 0
        for k, v in named.items()
        if "modules_to_save" in k
    }
    got = merged(adapted("b", named), base, tmp_path / "again")
    assert torch.allclose(got, want, atol=ROUNDED)


def test_fan_in_fan_out_is_of_other_layers(
    published: Published, adapted: Adapted, tmp_path: Path
) -> None:
    """It tells of Conv1D, whose weights lie the other way; for linear layers peft sets it aside."""
    base = published()
    plain = merged(adapted("a", narrow()), base, tmp_path / "plain")
    assert torch.equal(
        merged(adapted("b", narrow(), fan_in_fan_out=True), base, tmp_path / "fan"), plain
    )


def test_tables_of_embeddings(published: Published, adapted: Adapted, tmp_path: Path) -> None:
    """There peft transposes: the table is (tokens, hidden), A (rank, tokens), B (hidden, rank)."""
    base, generator = published(), torch.Generator().manual_seed(4)
    down, up = torch.randn(2, 48, generator=generator), torch.randn(24, 2, generator=generator)
    words = "bert.embeddings.word_embeddings"
    folder = adapted("a", {f"{words}.lora_embedding_A": down, f"{words}.lora_embedding_B": up})
    convert(folder, tmp_path / "out", base=base)
    got = load_file(tmp_path / "out" / "model.safetensors")[f"{words}.weight"]
    table = load_file(base / "model.safetensors")[f"{words}.weight"]
    for token in (0, 17, 47):
        for unit in (0, 23):
            change = sum(float(up[unit, k]) * float(down[k, token]) for k in range(2))
            assert float(got[token, unit]) == pytest.approx(
                float(table[token, unit]) + 3 * change, rel=1e-6, abs=1e-6
            )
    # With its table of words peft saves that table, too, which may have grown.
    grown = torch.randn(48, 24, generator=generator)
    tensors = {
        f"{words}.lora_embedding_A": down,
        f"{words}.lora_embedding_B": up * 0,
        f"{words}.base_layer.weight": grown,
    }
    convert(adapted("b", tensors), tmp_path / "whole", base=base)
    assert torch.equal(
        load_file(tmp_path / "whole" / "model.safetensors")[f"{words}.weight"], grown
    )


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 5), st.floats(-4, 4, width=32))
def test_merging_is_adding_the_scaled_product(out: int, rank: int, into: int, scale: float) -> None:
    generator = torch.Generator().manual_seed(out * 100 + rank * 10 + into)
    weight = torch.randn(out, into, generator=generator)
    up, down = (
        torch.randn(out, rank, generator=generator),
        torch.randn(rank, into, generator=generator),
    )
    adapter = Adapter(Path("a"), "", {"x.y": (down, up)}, {"x.y": scale})
    state = adapter.merged({"module.x.y.weight": weight, "z": weight}, Path("base"))
    assert torch.equal(state["z"], weight)
    for i in range(out):
        for j in range(into):
            change = sum(float(up[i, k]) * float(down[k, j]) for k in range(rank))
            want = float(weight[i, j]) + scale * change
            assert float(state["x.y.weight"][i, j]) == pytest.approx(want, rel=1e-6, abs=1e-6)


def test_half_precision_keeps_what_was_added(
    published: Published, adapted: Adapted, random_state: State, tmp_path: Path
) -> None:
    """A change below a half's last digit is not lost: what is merged is float32."""
    half = published("half", state={k: v.half() for k, v in random_state.items()})
    folder = adapted("a", lora_alpha=1e-4)
    convert(folder, tmp_path / "out", base=half)
    got = load_file(tmp_path / "out" / "model.safetensors")
    name = f"{LAYERS[0][0]}.weight"
    assert got[name].dtype == torch.float32
    assert got[f"{LAYERS[1][0]}.weight"].dtype == torch.float16
    assert not torch.equal(got[name], random_state[name].half().float())


# --- the base -----------------------------------------------------------------------------------


def test_the_tokenizer_is_the_adapters_or_the_bases(
    published: Published, adapted: Adapted, tmp_path: Path
) -> None:
    base, folder = published(), adapted()
    convert(folder, tmp_path / "one", base=base)
    assert (tmp_path / "one/tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    own = (base / "tokenizer.json").read_bytes() + b"\n"
    (folder / "tokenizer.json").write_bytes(own)
    convert(folder, tmp_path / "two", base=base)
    assert (tmp_path / "two/tokenizer.json").read_bytes() == own


def test_outputs_are_the_bases_unless_the_adapter_has_others(
    published: Published, adapted: Adapted, tmp_path: Path
) -> None:
    base = published(
        id2label={"0": "closed", "1": "open"},
        problem_type="single_label_classification",
        window_bp=90,
    )
    done = convert(adapted("same"), tmp_path / "same_out", base=base, window_bp=200)
    assert (done.labels, done.window_bp, done.merged) == (("closed", "open"), 200, 1)
    head = {"classifier.weight": torch.ones(3, 24), "classifier.bias": torch.zeros(3)}
    three = adapted("three", narrow() | head)
    done = convert(three, tmp_path / "three_out", base=base)
    assert (done.labels, done.merged) == (("LABEL_0", "LABEL_1", "LABEL_2"), 4)
    assert done.window_bp is None  # how long its own sequences were, nothing says
    assert open_model(done.folder).head.said_by == "rule"
    said = {
        "id2label": {"0": "a", "1": "b", "2": "c"},
        "problem_type": "multi_label_classification",
    }
    (three / "config.json").write_text(json.dumps(said))
    done = convert(three, tmp_path / "named", base=base)
    assert done.labels == ("a", "b", "c")
    assert open_model(done.folder).head.outputs == "labels"


@pytest.mark.parametrize("prefix", ["", "module.", "model.", "_orig_mod.module."])
def test_bases_of_other_spellings(
    published: Published, adapted: Adapted, random_state: State, tmp_path: Path, prefix: str
) -> None:
    base = published("base")
    spelt = published("spelt", state={f"{prefix}{k}": v for k, v in random_state.items()})
    bare = published("bare", state={k.removeprefix("bert."): v for k, v in random_state.items()})
    folder = adapted("a", narrow())
    want = merged(folder, base, tmp_path / "want")
    assert torch.equal(merged(folder, spelt, tmp_path / "got"), want)
    assert torch.equal(merged(folder, bare, tmp_path / "bare_out"), want)


def test_a_base_without_a_pooler_cannot_be_completed(
    published: Published, adapted: Adapted, random_state: State, tmp_path: Path
) -> None:
    """The public base has none: it began at random where the adapter was trained."""
    state = {k: v for k, v in random_state.items() if "pooler" not in k and "classifier" not in k}
    base, out = published("headless", state=state), tmp_path / "out"
    head = {k: v for k, v in random_state.items() if k.startswith("classifier.")}
    with pytest.raises(ModelError, match=r"holds the pooler.*modules_to_save=\['pooler', 'class"):
        convert(adapted("lost", narrow() | head), out, base=base)
    assert not out.exists()
    pooler = {k: v for k, v in random_state.items() if "pooler" in k}
    got = merged(adapted("kept", narrow() | head | pooler), base, out)
    assert torch.allclose(got, twin(published("whole"), narrow(), scales(3)), atol=ROUNDED)
    # Without a classifier it is the base that was adapted, to be trained on.
    done = convert(adapted("language", narrow()), tmp_path / "language_out", base=base)
    assert done.absent == ("pooler", "classifier")


def test_the_wrong_base_is_named(published: Published, adapted: Adapted, tmp_path: Path) -> None:
    other = {
        "bert.encoder.layer.9.mlp.wo.lora_A.weight": torch.ones(2, 16),
        "bert.encoder.layer.9.mlp.wo.lora_B.weight": torch.ones(24, 2),
    }
    base = published()
    with pytest.raises(ModelError, match=r"layer\.9\.mlp\.wo .*has no such layer.*DNABERT-2-117M"):
        convert(adapted("deeper", other), tmp_path / "out", base=base)
    wide = {
        f"{LAYERS[3][0]}.lora_A.weight": torch.ones(2, 24),
        f"{LAYERS[3][0]}.lora_B.weight": torch.ones(24, 2),
    }
    with pytest.raises(ModelError, match=r"by \(24, 24\), and .* has \(24, 16\); give by --base"):
        convert(adapted("wider", wide), tmp_path / "out", base=base)
    with pytest.raises(InputError, match="an adapter itself; merge that first"):
        convert(adapted("on"), tmp_path / "out", base=adapted("under"))
    assert not (tmp_path / "out").exists()


# --- refused by name ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"peft_type": "ADALORA"}, "ADALORA"),
        ({"peft_type": "IA3"}, "IA3"),
        ({"peft_type": "LOHA"}, "LOHA"),
        ({"peft_type": "PREFIX_TUNING"}, "PREFIX_TUNING, which changes what the model reads"),
        ({"peft_type": None}, "None"),
        ({"bias": "all"}, "bias 'all'"),
        ({"bias": "lora_only"}, "bias 'lora_only'"),
        ({"lora_bias": True}, "lora_bias True"),
        ({"layer_replication": [[0, 2], [1, 2]]}, "layer_replication"),
        ({"trainable_token_indices": [1, 2]}, "trainable_token_indices"),
        ({"init_lora_weights": "pissa_niter_16"}, "pissa_niter_16"),
        ({"init_lora_weights": "loftq"}, "loftq"),
        ({"a_field_of_next_year": {"x": 1}}, "a_field_of_next_year"),
        ({"rank_pattern": {"(a+)+x": 2}}, "too involved"),
        ({"alpha_pattern": {".*.*.*.*x": 2}}, "too involved"),
        ({"alpha_pattern": {"(": 2}}, "too involved"),
        ({"alpha_pattern": ["Wqkv"]}, "no table of patterns"),
        ({"lora_alpha": "six"}, "not a number"),
        ({"lora_alpha": 10**400}, "not a number"),
        ({"r": 4}, "has rank 2, and adapter_config.json says 4"),
    ],
)
def test_other_kinds_and_options_are_refused_by_name(
    published: Published, adapted: Adapted, tmp_path: Path, fields: dict[str, Any], named: str
) -> None:
    folder = adapted(**fields)
    with pytest.raises(ModelError, match=re.escape(named)) as e:
        convert(folder, tmp_path / "out", base=published())
    assert str(folder) in str(e.value)
    assert "\n" not in str(e.value)
    assert not (tmp_path / "out").exists()


A, B = f"{LAYERS[0][0]}.lora_A.weight", f"{LAYERS[0][0]}.lora_B.weight"


@pytest.mark.parametrize(
    ("tensors", "named"),
    [
        ({A: torch.ones(2, 24)}, "no whole pair"),
        ({A: torch.ones(2, 24), B: torch.ones(72, 3)}, "no whole pair"),
        ({A: torch.ones(2, 24, 3), B: torch.ones(72, 2, 1)}, "no whole pair"),
        ({A: torch.ones(2, 24), B: torch.full((72, 2), math.nan)}, "holds NaN"),
        (
            {
                A: torch.ones(2, 24),
                A.replace("A.w", "A.x.w"): torch.ones(2, 24),
                B: torch.ones(72, 2),
            },
            "no whole",
        ),
        ({f"{LAYERS[0][0]}.lora_magnitude_vector": torch.ones(72)}, "lora_magnitude_vector"),
        ({f"{LAYERS[0][0]}.ia3_l": torch.ones(72, 1)}, "ia3_l"),
        (
            {
                A: torch.ones(2, 24),
                B: torch.ones(72, 2),
                "something.weight": torch.ones(3, 3),
            },
            "something.weight is unexpected",
        ),
    ],
)
def test_tensors_of_no_plain_lora(
    published: Published, adapted: Adapted, tmp_path: Path, tensors: State, named: str
) -> None:
    with pytest.raises(ModelError, match=re.escape(named)):
        convert(adapted("a", tensors), tmp_path / "out", base=published())


def test_an_adapter_without_its_weights(adapted: Adapted) -> None:
    folder = adapted()
    (folder / "adapter_model.safetensors").unlink()
    with pytest.raises(
        ModelError, match=r"neither adapter_model\.safetensors nor adapter_model\.bin"
    ):
        read_adapter(folder)


def test_an_adapter_without_a_matrix(published: Published, adapted: Adapted, tmp_path: Path):
    """As some ways to save leave it: merging nothing would pass for the trained model."""
    folder = adapted()
    tensors = load_file(folder / "adapter_model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if ".lora_" not in name}
    save_file(kept, folder / "adapter_model.safetensors")
    with pytest.raises(
        ModelError, match=r"holds no LoRA matrix, though .*Wqkv.*; save the adapter"
    ):
        convert(folder, tmp_path / "out", base=published())
    assert not (tmp_path / "out").exists()


def test_a_network_saved_with_its_adapter_unmerged(
    published: Published, random_state: State, tmp_path: Path
) -> None:
    """``torch.save(model.state_dict())`` of a model that peft has wrapped."""
    state = {f"base_model.model.{k}": v for k, v in random_state.items()}
    qkv = f"base_model.model.{LAYERS[0][0]}"
    for end in ("weight", "bias"):
        state[f"{qkv}.base_layer.{end}"] = state.pop(f"{qkv}.{end}")
    state |= {
        f"{qkv}.lora_A.default.weight": torch.ones(2, 24),
        f"{qkv}.lora_B.default.weight": torch.ones(72, 2),
    }
    for source in (published("safe", state=state), published("pickled", state=state, pickle=True)):
        with pytest.raises(ModelError, match=r"not merged; .*merge_and_unload"):
            convert(source, tmp_path / "out")
    with pytest.raises(ModelError, match=r"not merged; .*merge_and_unload"):
        open_model(tmp_path / "safe")
