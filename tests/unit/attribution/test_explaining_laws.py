"""What holds for every method on both models: invariance, linearity, and giving the model back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gtrack.attribution import METHODS
from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.cplrp import CpLrp
from gtrack.attribution.finite import NonFiniteError
from gtrack.attribution.gradient import Gradient
from gtrack.attribution.precision import products
from gtrack.attribution.rules import RULES
from gtrack.attribution.rules.context import in_float64
from gtrack.core.catalogue import load
from gtrack.core.errors import ModelError
from gtrack.models import MODELS
from gtrack.models.cnn import Cnn, CnnConfig, CnnForSequenceClassification

KINDS = ["dnabert2", "cnn"]
ALL_METHODS = [AttnLrp, CpLrp, Gradient]


def literal(precision="fp32"):
    """AttnLRP with the uniform rule on the sum of scores and ALiBi."""
    return AttnLrp({"alibi_rule": "uniform"}, precision)


@pytest.fixture
def make(make_dnabert2, make_cnn):
    return {"dnabert2": make_dnabert2, "cnn": make_cnn}


def explained_alone(method, model, batch, contrast):
    with method.applied(model) as explain:
        return explain(batch, contrast)


@pytest.mark.parametrize("method", [*ALL_METHODS, literal])
@pytest.mark.parametrize(("dtype", "bound"), [(torch.float64, 1e-10), (torch.float32, 5e-5)])
@pytest.mark.parametrize("kind", KINDS)
def test_padding_and_company_change_nothing(
    make, collate, sequences, difference, kind, dtype, bound, method
):
    model = make[kind](dtype=dtype)
    together = explained_alone(
        method(), model, collate(model, sequences, units=112, rows=7), difference
    )
    for row, sequence in enumerate(sequences):
        alone = explained_alone(method(), model, collate(model, [sequence]), difference)
        units = alone.relevance.shape[2]
        scale = np.abs(alone.relevance).max()
        assert scale > 1e-3
        found = together.relevance[0, row]
        assert np.abs(found[:units] - alone.relevance[0, 0]).max() <= bound * scale
        assert not found[units:].any(), "padding has relevance"
        np.testing.assert_allclose(together.logits[row], alone.logits[0], atol=bound * 10)


@pytest.mark.parametrize("method", [AttnLrp, CpLrp, literal])
@pytest.mark.parametrize(("kind", "bound"), [("dnabert2", 1e-10), ("cnn", 1e-5)])
def test_relevance_is_linear_in_the_contrast(make, collate, sequences, kind, bound, method):
    model = make[kind]()
    batch = collate(model, sequences)
    with method().applied(model) as explain:
        contrasts = np.array([[-1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
        both, one, zero = explain(batch, contrasts).relevance
    scale = np.abs(both).max()
    assert np.abs(both - (one - zero)).max() <= bound * scale
    assert np.abs(one).max() > 1e-3


@pytest.mark.parametrize("order", [KINDS, KINDS[::-1]])
def test_both_models_in_one_process(make, collate, sequences, difference, order):
    models = {kind: make[kind]() for kind in KINDS}
    batches = {kind: collate(models[kind], sequences) for kind in KINDS}
    alone = {
        kind: explained_alone(AttnLrp(), make[kind](), batches[kind], difference) for kind in KINDS
    }
    first, second = order
    with (
        AttnLrp().applied(models[first]) as explain_first,
        AttnLrp().applied(models[second]) as explain_second,
    ):
        found = {
            first: explain_first(batches[first], difference),
            second: explain_second(batches[second], difference),
        }
    for kind in KINDS:
        np.testing.assert_array_equal(found[kind].relevance, alone[kind].relevance)
        np.testing.assert_array_equal(found[kind].logits, alone[kind].logits)


class Snapshot:
    """Everything that an explanation could leave behind."""

    FUNCTIONS = ("gelu", "layer_norm", "scaled_dot_product_attention", "linear", "conv1d", "relu")

    def __init__(self, network):
        self.classes = {
            kind: dict(vars(kind))
            for kind in {type(m) for m in network.modules()} | {nn.LayerNorm, nn.Dropout, nn.Linear}
        }
        self.functions = {name: getattr(nn.functional, name) for name in self.FUNCTIONS}
        self.modules = [
            (m.training, sorted(vars(m)), len(m._forward_hooks), len(m._backward_hooks))
            for m in network.modules()
        ]
        self.parameters = [
            (id(p), p.data_ptr(), p.requires_grad, id(p.grad), p.detach().clone())
            for p in network.parameters()
        ]
        self.buffers = {name: (id(b), b.clone()) for name, b in network.named_buffers()}
        self.arithmetic = (
            torch.get_float32_matmul_precision(),
            torch.backends.cudnn.allow_tf32,
            torch.is_autocast_enabled("cpu"),
            torch.is_grad_enabled(),
        )

    def assert_same(self, network):
        now = Snapshot(network)
        assert now.classes == self.classes
        assert now.functions == self.functions
        assert now.modules == self.modules
        assert now.arithmetic == self.arithmetic
        for before, after in zip(self.parameters, now.parameters, strict=True):
            assert before[:4] == after[:4]
            assert torch.equal(before[4], after[4])
        for name, (where, value) in self.buffers.items():
            assert now.buffers[name][0] == where
            assert torch.equal(now.buffers[name][1], value)


@pytest.mark.parametrize("method", [*ALL_METHODS, literal])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_the_model_is_given_back(make, collate, sequences, difference, kind, method, fails, dtype):
    model = make[kind](dtype=dtype, **({"batch_norm": True} if kind == "cnn" else {}))
    model.network.train()  # in the middle of a training, half of it frozen
    for parameter in list(model.network.parameters())[::2]:
        parameter.requires_grad_(False)
        parameter.grad = torch.ones_like(parameter)  # of a step that was not taken yet
    batch = collate(model, sequences)
    if kind == "dnabert2":
        model.network.bert.encoder.alibi(112, model.embed(batch))  # its cache is not a trace
    before = Snapshot(model.network)
    with torch.no_grad():  # explaining must work from there, and not end it
        try:
            with method().applied(model) as explain:
                explain(batch, difference)
                if fails:
                    raise KeyError("somewhere else")
        except KeyError:
            assert fails
        assert not torch.is_grad_enabled()
    before.assert_same(model.network)


@pytest.mark.parametrize("kind", KINDS)
def test_given_back_after_a_failing_pass(make, collate, sequences, difference, kind):
    model = make[kind]()
    model.network.classifier.weight.data[0, 0] = float("nan")
    batch = collate(model, sequences)
    if kind == "dnabert2":
        model.network.bert.encoder.alibi(112, model.embed(batch))
    names = [sorted(vars(m)) for m in model.network.modules()]
    with pytest.raises(NonFiniteError), AttnLrp().applied(model) as explain:
        explain(batch, difference)
    assert [sorted(vars(m)) for m in model.network.modules()] == names
    assert not any(m._forward_hooks for m in model.network.modules())


@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize(
    ("kind", "where", "named"),
    [
        ("dnabert2", "bert.encoder.layer.1.mlp.wo", "bert.encoder.layer.1.mlp.wo"),
        ("dnabert2", "classifier", "classifier"),
        ("cnn", "blocks.1.conv", "blocks.1"),
        ("cnn", "classifier", "classifier"),
    ],
)
def test_nan_is_named(make, collate, sequences, difference, kind, where, named, method):
    model = make[kind]()
    model.network.get_submodule(where).bias.data[0] = float("inf")
    model.network.get_submodule(where).weight.data[0] = float("nan")
    with pytest.raises(NonFiniteError, match=rf"row 0 .* {named}") as failure:
        explained_alone(method(), model, collate(model, sequences), difference)
    assert failure.value.row == 0
    assert failure.value.exit_code == 4
    assert named in failure.value.module


def test_nan_of_one_row_names_that_row(make, collate, difference):
    model = make["dnabert2"]()
    row = model.encode(["ACGTTT"])[0].ids[1]  # the token ACGT, which no other sequence has
    model.network.bert.embeddings.word_embeddings.weight.data[row] = float("inf")
    batch = collate(model, ["GGGGGG", "ACGTTT"])
    with pytest.raises(
        NonFiniteError, match=r"output of bert\.embeddings\.word_embeddings"
    ) as failure:
        explained_alone(AttnLrp(), model, batch, difference)
    assert failure.value.row == 1


def test_nan_of_the_backward_pass_is_named(make, collate, difference):
    """Finite logits, infinite gradient: only the second pass can see it."""
    model = make["dnabert2"](dtype=torch.float32)
    model.network.classifier.weight.data *= 1e12
    batch = collate(model, ["ACGTTTGA"])
    with pytest.raises(
        NonFiniteError, match=r"the gradient at the output of bert\.pooler\.activation"
    ):
        explained_alone(Gradient(), model, batch, difference * 1e30)


def cosine(a, b):
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_arithmetic_that_does_not_suit_is_refused(make):
    model = make["cnn"]()
    for precision in ("tf32", "bf16", "fp8"):
        with (
            pytest.raises(ModelError, match="precision"),
            AttnLrp(precision=precision).applied(model),
        ):
            pass


@pytest.mark.parametrize(
    ("kind", "precision", "inside"),
    [
        ("dnabert2", "fp32", "highest"),
        ("dnabert2", "tf32", "high"),
        ("cnn", "tf32", "highest"),  # which position wins the pooling is not left to roundings
    ],
)
def test_the_setting_of_products_is_put_back(make, kind, precision, inside):
    model = make[kind]()

    def setting():
        return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32

    found = setting()
    try:
        for before in (("medium", True), ("highest", False)):
            torch.set_float32_matmul_precision(before[0])
            torch.backends.cudnn.allow_tf32 = before[1]
            with products(precision, model):
                assert setting() == (inside, inside == "high")
            assert setting() == before
    finally:
        torch.set_float32_matmul_precision(found[0])
        torch.backends.cudnn.allow_tf32 = found[1]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "tf32"])
@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_cuda_agrees_with_cpu(make, collate, sequences, difference, kind, method, precision):
    model = make[kind](dtype=torch.float32)
    batch = collate(model, sequences)
    on_cpu = explained_alone(method(), model, batch, difference)
    model.network.to("cuda")
    batch = collate(model, sequences)
    on_cuda = explained_alone(method(precision=precision), model, batch, difference)
    assert cosine(on_cpu.relevance[0], on_cuda.relevance[0]).min() >= 0.9999


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_dna_any_company(data):
    """Relevance of a sequence does not depend on what else is in the batch (CNN, float64)."""
    torch.manual_seed(0)
    config = CnnConfig(channels=(5, 4), kernel_sizes=(5, 3))
    model = Cnn(CnnForSequenceClassification(config).double())
    dna = st.text("ACGTN", min_size=1, max_size=30)
    sequence, company = data.draw(dna), data.draw(st.lists(dna, max_size=3))
    extra = data.draw(st.integers(0, 9))
    contrasts = np.array([[-1.0, 1.0]])
    rows = model.encode([sequence, *company])
    units = max(len(row) for row in rows) + extra
    with AttnLrp().applied(model) as explain:
        alone = explain(model.collate(rows[:1], 1, len(rows[0])), contrasts)
        together = explain(model.collate(rows, len(rows) + 1, units), contrasts)
    np.testing.assert_allclose(together.logits[0], alone.logits[0], atol=1e-12)
    found = together.relevance[0, 0]
    np.testing.assert_allclose(found[: len(sequence)], alone.relevance[0, 0], atol=1e-10)
    assert not found[len(sequence) :].any()


@pytest.mark.parametrize("method", [*ALL_METHODS, literal])
@pytest.mark.parametrize("kind", KINDS)
def test_several_targets_are_each_explained_as_if_alone(make, collate, sequences, kind, method):
    """One forward and a backward each give the very values of as many passes."""
    model = make[kind](labels=3, dtype=torch.float32)
    batch = collate(model, sequences, rows=6)
    contrasts = np.array([[1.0, -0.5, -0.5], [0.0, 1.0, 0.0], [0.0, 0.0, -2.0]])
    with method().applied(model) as explain:
        together = explain(batch, contrasts)
        alone = [explain(batch, contrast[None]) for contrast in contrasts]
    assert together.relevance.shape[:2] == (3, 6)
    for target, one in enumerate(alone):
        np.testing.assert_array_equal(together.relevance[target], one.relevance[0])
        np.testing.assert_array_equal(together.logits, one.logits)
    assert not np.allclose(together.relevance[0], together.relevance[1])


def test_the_literal_rule_is_computed_in_float64(make, collate, sequences, difference):
    """Its scores near 0 would magnify float32's roundings a thousandfold."""
    model, exact = make["dnabert2"](dtype=torch.float32), make["dnabert2"](dtype=torch.float32)
    exact.network.double()
    batch = collate(model, sequences)
    wanted = explained_alone(literal(), exact, batch, difference)
    assert wanted.relevance.dtype == np.float64
    for precision in ("fp32", "bf16"):
        found = explained_alone(literal(precision), model, batch, difference)
        assert found.relevance.dtype == found.logits.dtype == np.float32
        np.testing.assert_array_equal(found.relevance, wanted.relevance.astype(np.float32))
        np.testing.assert_array_equal(found.logits, wanted.logits.astype(np.float32))


def test_buffers_go_to_float64_and_back():
    network = nn.Sequential(nn.Conv1d(4, 2, 3), nn.BatchNorm1d(2)).eval()
    before = Snapshot(network)
    with in_float64(network):
        assert {p.dtype for p in network.parameters()} == {torch.float64}
        assert network(torch.ones(1, 4, 9, dtype=torch.float64)).dtype == torch.float64
    before.assert_same(network)


@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_one_forward_serves_every_target(make, collate, sequences, kind, method):
    model = make[kind](labels=3)
    batch = collate(model, sequences)
    calls = []
    handle = model.network.classifier.register_forward_hook(lambda *_: calls.append(1))
    with method().applied(model) as explain:
        explain(batch, np.eye(3))
    handle.remove()
    assert len(calls) == 1


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_infinite_relevance_of_any_target_is_refused(make, collate, bad):
    model = make["dnabert2"](dtype=torch.float32, labels=3)
    model.network.classifier.weight.data *= 1e12
    batch = collate(model, ["ACGTTTGA"])
    contrasts = np.eye(3)
    contrasts[bad] *= 1e30
    with pytest.raises(NonFiniteError, match=r"the gradient at the output of bert\.pooler"):
        explained_alone(Gradient(), model, batch, contrasts)


def test_the_tables_hold_what_they_name():
    for name in METHODS:
        assert load(METHODS, name, "gtrack.methods")().name == name
    for kind in MODELS:
        assert load(MODELS, kind, "gtrack.models").kind == kind
        assert callable(load(RULES, kind, "gtrack.rules"))
