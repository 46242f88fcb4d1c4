"""The network against the published code (fixtures of ../shared) and a slow NumPy twin."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.torch import load_file

from gtrack.models.dnabert2.alibi import Alibi, alibi_slopes
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification

REFERENCE = Path(__file__).parents[3].parent / "shared" / "data" / "dnabert2_reference"

Array = NDArray[np.float64]


# --- the twin: one sequence at a time, one head at a time, float64, no padding ---------------


def twin_norm(x: Array, state: dict[str, Array], name: str) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    return centred / spread * state[f"{name}.weight"] + state[f"{name}.bias"]


def twin_linear(x: Array, state: dict[str, Array], name: str) -> Array:
    return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]


def twin_attention(x: Array, state: dict[str, Array], name: str, slopes: list[float]) -> Array:
    qkv = twin_linear(x, state, f"{name}.Wqkv")
    width = x.shape[1]
    d = width // len(slopes)
    out = np.zeros_like(x)
    for h, slope in enumerate(slopes):
        q, k, v = (qkv[:, part * width + h * d : part * width + (h + 1) * d] for part in range(3))
        for i in range(len(x)):
            score = np.array(
                [q[i] @ k[j] / math.sqrt(d) - slope * abs(i - j) for j in range(len(x))]
            )
            weight = np.exp(score - score.max())
            out[i, h * d : (h + 1) * d] = weight @ v / weight.sum()
    return out


def twin_logits(ids: list[int], state: dict[str, Array], slopes: list[float], layers: int) -> Array:
    words = state["bert.embeddings.word_embeddings.weight"][ids]
    kind = state["bert.embeddings.token_type_embeddings.weight"][0]
    x = twin_norm(words + kind, state, "bert.embeddings.LayerNorm")
    for n in range(layers):
        p = f"bert.encoder.layer.{n}"
        attended = twin_attention(x, state, f"{p}.attention.self", slopes)
        dense = twin_linear(attended, state, f"{p}.attention.output.dense")
        x = twin_norm(dense + x, state, f"{p}.attention.output.LayerNorm")
        h = x @ state[f"{p}.mlp.gated_layers.weight"].T
        gate, up = h[:, : h.shape[1] // 2], h[:, h.shape[1] // 2 :]
        gelu = gate * 0.5 * (1 + np.vectorize(math.erf)(gate / math.sqrt(2)))
        x = twin_norm(twin_linear(gelu * up, state, f"{p}.mlp.wo") + x, state, f"{p}.mlp.layernorm")
    pooled = np.tanh(twin_linear(x[:1], state, "bert.pooler.dense"))
    return twin_linear(pooled, state, "classifier")[0]


# The published table for 12 heads; for 3: those of 2 heads, then the first of 4.
SLOPES_12 = [2.0**-i for i in range(1, 9)] + [2.0 ** -(i - 0.5) for i in range(1, 5)]
SLOPES_3 = [2.0**-4, 2.0**-8, 2.0**-2]


def shape(heads: int = 3, **fields: object) -> Dnabert2Config:
    return Dnabert2Config(
        vocab_size=48, hidden_size=24, num_hidden_layers=2, num_attention_heads=heads,
        intermediate_size=16, **fields,
    )  # fmt: skip


@pytest.fixture
def network(random_state: dict[str, torch.Tensor]) -> Dnabert2ForSequenceClassification:
    network = Dnabert2ForSequenceClassification(shape())
    network.load_state_dict(random_state)
    return network.eval()


def padded(rows: list[list[int]], length: int) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.full((len(rows), length), 3)
    mask = torch.zeros((len(rows), length), dtype=torch.bool)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
        mask[index, : len(row)] = True
    return ids, mask


ROWS = [[1, *range(5, 25), 2], [1, 7, 2], [1, 2], [1, 9, 9, 9, 30, 47, 0, 12, 2]]


@pytest.mark.parametrize(("heads", "slopes"), [(3, SLOPES_3), (12, SLOPES_12)])
def test_logits_equal_the_twin_padded_or_alone(
    random_state: dict[str, torch.Tensor], heads: int, slopes: list[float]
) -> None:
    network = Dnabert2ForSequenceClassification(shape(heads))
    network.load_state_dict(random_state)
    state = {name: tensor.double().numpy() for name, tensor in random_state.items()}
    rounded = [float(np.float32(slope)) for slope in slopes]
    expected = np.array([twin_logits(row, state, rounded, 2) for row in ROWS])
    ids, mask = padded(ROWS, 32)
    for dtype, tolerance in ((torch.float32, 5e-6), (torch.float64, 1e-6)):
        network = network.to(dtype).eval()
        with torch.no_grad():
            together = network(ids, mask).logits.numpy()
            alone = [network(torch.tensor([row])).logits.numpy()[0] for row in ROWS]
        np.testing.assert_allclose(together, expected, atol=tolerance, rtol=0)
        np.testing.assert_allclose(alone, expected, atol=tolerance, rtol=0)
    if heads == 3:  # powers of two: the published float32 rounding of the bias is exact
        np.testing.assert_allclose(together, expected, atol=1e-11, rtol=0)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["small_h64_l3_a4", "small_h96_l3_a12"])
def test_logits_equal_the_published_code(name: str) -> None:
    if not REFERENCE.is_dir():
        pytest.skip("../shared/data/dnabert2_reference is absent")
    fields = json.loads((REFERENCE / f"{name}.config.json").read_text())
    network = Dnabert2ForSequenceClassification(Dnabert2Config(**fields)).eval()
    network.load_state_dict(load_file(REFERENCE / f"{name}.safetensors"))
    io = load_file(REFERENCE / f"{name}.io.safetensors")
    ids, mask = io["input_ids"], io["attention_mask"]
    with torch.no_grad():
        together = network(ids, mask).logits
        alone = torch.cat(
            [network(row[keep.bool()][None]).logits for row, keep in zip(ids, mask, strict=True)]
        )
        exact = network.double()(ids, mask).logits
    torch.testing.assert_close(together, io["logits"], atol=5e-6, rtol=0)
    torch.testing.assert_close(alone, io["logits_unpadded"], atol=5e-6, rtol=0)
    torch.testing.assert_close(exact, io["logits_f64"], atol=1e-11, rtol=0)


@given(
    rows=st.lists(st.lists(st.integers(0, 47), min_size=1, max_size=30), min_size=1, max_size=4),
    extra=st.integers(1, 40),
    garbage=st.integers(0, 47),
)
@settings(max_examples=25, deadline=None)
def test_padding_never_reaches_a_logit_or_a_gradient(
    random_state: dict[str, torch.Tensor], rows: list[list[int]], extra: int, garbage: int
) -> None:
    network = Dnabert2ForSequenceClassification(shape()).double().eval()
    network.load_state_dict(random_state)
    ids, mask = padded(rows, max(map(len, rows)) + extra)
    ids[~mask] = garbage
    words = network.embed(ids).detach().requires_grad_()
    logits = network(inputs_embeds=words, attention_mask=mask).logits
    for row, logit in zip(rows, logits, strict=True):
        torch.testing.assert_close(
            logit, network(torch.tensor([row])).logits[0], atol=1e-12, rtol=0
        )
    (gradient,) = torch.autograd.grad(logits.sum(), words)
    assert torch.isfinite(gradient).all()
    assert (gradient[~mask] == 0).all()


def test_a_row_that_is_all_padding_gives_no_nan(network: Dnabert2ForSequenceClassification) -> None:
    ids = torch.full((2, 8), 3)
    mask = torch.tensor([[1] * 8, [0] * 8])
    assert torch.isfinite(network(ids, mask).logits).all()


def test_input_longer_than_the_published_512_tokens(
    network: Dnabert2ForSequenceClassification,
) -> None:
    ids = torch.arange(700)[None] % 48
    assert torch.isfinite(network(ids).logits).all()


def test_slopes_of_the_published_table() -> None:
    np.testing.assert_allclose(alibi_slopes(12), SLOPES_12, rtol=1e-15)
    np.testing.assert_allclose(alibi_slopes(3), SLOPES_3, rtol=1e-15)
    np.testing.assert_allclose(alibi_slopes(1), [2.0**-8], rtol=0)


def test_bias_is_sliced_from_the_longest_and_follows_type() -> None:
    alibi = Alibi(12)
    for length, dtype in ((5, torch.float32), (9, torch.float32), (3, torch.float64)):
        bias = alibi(length, torch.zeros(1, dtype=dtype))
        assert bias.shape == (1, 12, length, length)
        assert bias.dtype == dtype
        assert bias[0, 8, 0, 2] == -2 * np.float32(2**-0.5)
        assert torch.equal(bias, bias.transpose(2, 3))
    assert not list(alibi.parameters())
    assert not alibi.state_dict()


def test_bias_made_in_inference_mode_serves_a_later_backward(
    network: Dnabert2ForSequenceClassification,
) -> None:
    ids = torch.tensor([ROWS[0]])
    with torch.inference_mode():
        before = network(ids).logits.clone()
    words = network.embed(ids).detach().requires_grad_()
    logits = network(inputs_embeds=words).logits
    (gradient,) = torch.autograd.grad(logits[0, 1], words)
    assert torch.equal(logits.detach(), before)
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize("labels", [1, 2, 3])
def test_training_lowers_the_loss_and_reaches_every_weight(labels: int) -> None:
    torch.manual_seed(0)
    network = Dnabert2ForSequenceClassification(shape(num_labels=labels)).train()
    ids, mask = padded(ROWS, 24)
    answers = torch.tensor([0, 1, 1, 0]) if labels < 3 else torch.tensor([0, 1, 2, 0])
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    losses = []
    for _ in range(60):
        loss = network(ids, mask, labels=answers).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
    assert losses[0] == pytest.approx(math.log(max(labels, 2)), rel=0.2)
    assert losses[-1] < 0.5 * losses[0]


def test_loss_of_one_logit_is_binary_cross_entropy() -> None:
    network = Dnabert2ForSequenceClassification(shape(num_labels=1)).eval()
    out = network(torch.tensor([ROWS[0], ROWS[0]]), labels=torch.tensor([0, 1]))
    p = 1 / (1 + math.exp(-out.logits[0].item()))
    assert out.loss.item() == pytest.approx(-(math.log(p) + math.log(1 - p)) / 2, rel=1e-5)


def test_dropout_acts_in_training_alone(network: Dnabert2ForSequenceClassification) -> None:
    ids = torch.tensor([ROWS[0]])
    assert torch.equal(network(ids).logits, network(ids).logits)
    network.train()
    assert not torch.equal(network(ids).logits, network(ids).logits)


def test_exactly_one_kind_of_input(network: Dnabert2ForSequenceClassification) -> None:
    with pytest.raises(ValueError, match="either input_ids or inputs_embeds"):
        network()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hidden_size", 25), ("hidden_size", 0), ("hidden_size", "24"), ("num_hidden_layers", -1),
        ("num_attention_heads", True), ("hidden_act", "relu"), ("hidden_dropout_prob", 1.0),
        ("layer_norm_eps", None), ("window_bp", 0), ("strands", "+"), ("classifier_dropout", -0.1),
    ],
)  # fmt: skip
def test_config_out_of_range(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        Dnabert2Config(**{"hidden_size": 24, "num_attention_heads": 3, field: value})
