"""A model or a method of another package that breaks its port: one line that names what it gave."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import gtrack
from gtrack.attribution.gradient import Gradient
from gtrack.core.encodings import Encodings, Explained
from gtrack.core.errors import ModelError
from gtrack.models.cnn import Cnn
from gtrack.workflows.explain import ExplainJob, explain

TEXT = "ACGTTGCATGACGTACGGATCCATTACGTTGACG"


class Brought(Cnn):
    """As another package's: nothing in gtrack knows what it promises, or how its bases reach."""

    repeatable = keeps_float32 = False
    kind = "brought"


Wrong = dict[str, tuple[Callable[[Tensor], Any], str]]
OUTPUTS: Wrong = {
    "one axis": (lambda said: said[:, 0], ",), and ("),
    "three axes": (lambda said: said[:, None], ", 1, 2), and ("),
    "no rows": (lambda said: said[:0], "(0, 2), and ("),
    "other outputs": (lambda said: said[:, :1], ", 1), and ("),
    "complex": (lambda said: said.to(torch.complex64), "gives torch.complex64, and real numbers"),
    "a tuple": (lambda said: (said,), "something of type tuple, and a tensor of shape ("),
    "nothing": (lambda said: None, "something of type NoneType, and a tensor of"),
    "an array": (lambda said: said.detach().numpy(), "something of type ndarray, and a tensor of"),
}
EMBEDDED: Wrong = {
    "a tuple": (
        lambda rows: (rows,),
        "something of type tuple, and a tensor of shape (rows, units, channels)",
    ),
    "two axes": (lambda rows: rows.sum(-1), ", 34), and (rows, units, "),
    "integers": (lambda rows: rows.long(), "gives torch.int64, and a floating type is wanted"),
}


@pytest.fixture
def model(inputs) -> Any:
    return Brought.load(inputs.models["cnn"])


def refused(model: Any, method: str) -> str:
    with pytest.raises(ModelError) as said:
        explain(model, "m", [TEXT], ExplainJob(method=method, strand="forward", workers=1))
    assert "\n" not in str(said.value)
    assert str(said.value).startswith("model m")
    return str(said.value)


@pytest.mark.parametrize("method", ["gradient", "ism"])
@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs(model, monkeypatch, name: str, method: str) -> None:
    change, words = OUTPUTS[name]
    forward = Cnn.forward
    monkeypatch.setattr(Brought, "forward", lambda *given: change(forward(*given)))
    said = refused(model, method)
    assert "forward of kind 'brought'" in said
    assert words in said


@pytest.mark.parametrize("method", ["gradient", "ism"])
@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded(model, monkeypatch, name: str, method: str) -> None:
    change, words = EMBEDDED[name]
    embed = Cnn.embed
    monkeypatch.setattr(Brought, "embed", lambda *given: change(embed(*given)))
    said = refused(model, method)
    assert "embed of kind 'brought' gives" in said
    assert words in said


def test_fewer_rows_than_a_batch_has(model, monkeypatch) -> None:
    def embed(self, batch):
        return Cnn.embed(self, batch)[:0]

    monkeypatch.setattr(Brought, "embed", embed)
    monkeypatch.setattr(Brought, "forward", lambda self, rows, batch: rows.sum(1)[:, :2])
    said = refused(model, "gradient")
    assert "gives outputs of shape (0, 2) and relevance of shape (1, 0, " in said
    assert "; (1, 2) and (1, 1, 34 or more) are wanted" in said


@pytest.mark.parametrize("method", ["gradient", "ism"])
def test_half_floats_are_taken(model, monkeypatch, method: str) -> None:
    """As a network that was trained in halves says them: a rounded number is a number."""
    job = ExplainJob(method=method, strand="forward", workers=1)
    forward, exact = Cnn.forward, explain(model, "m", [TEXT], job)._pools[0].answers
    monkeypatch.setattr(Brought, "forward", lambda *given: forward(*given).half())
    half = explain(model, "m", [TEXT], job)._pools[0].answers
    np.testing.assert_allclose(half.outputs, exact.outputs, atol=1e-3)
    np.testing.assert_allclose(half.relevance, exact.relevance, atol=5e-3)


@pytest.mark.parametrize("method", ["gradient", "ism"])
def test_counts_need_no_gradient_to_be_mutated(model, monkeypatch, method: str) -> None:
    forward = Cnn.forward
    monkeypatch.setattr(Brought, "forward", lambda *given: (100 * forward(*given)).long())
    if method == "gradient":
        said = refused(model, method)
        assert "forward of kind 'brought' gives outputs without a gradient (torch.int64)" in said
        assert said.endswith("mend its package, or use --method ism")
        return
    explain(model, "m", [TEXT], ExplainJob(method=method, workers=1))


@pytest.mark.parametrize("method", ["gradient", "ism"])
def test_outputs_that_are_no_numbers(model, monkeypatch, method: str) -> None:
    forward = Cnn.forward
    monkeypatch.setattr(Brought, "forward", lambda *given: forward(*given) * float("nan"))
    assert "NaN or infinity first arises in" in refused(model, method)


def moved(rows: Encodings, by: int) -> Encodings:
    return Encodings(rows.ids, rows.offsets + by, rows.spans, rows.placed)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: moved(rows, 1), "do not cut 34 units into rows; an Encodings of 1 rows is"),
        (lambda rows: moved(rows, -1), "do not cut 34 units into rows; an Encodings of 1 rows is"),
        (lambda rows: list(rows), "gives something of type list, and an Encodings of 1 rows"),
        (lambda rows: None, "gives something of type NoneType, and an Encodings of 1 rows"),
        (lambda rows: rows[:0], "gives 0 rows, and an Encodings of 1 rows"),
        (lambda rows: Encodings.of([rows[0], rows[0]]), "gives 2 rows, and an Encodings of 1"),
    ],
)
def test_encoded(model, monkeypatch, inputs, change, words: str) -> None:
    encode = Cnn.encode
    monkeypatch.setattr(Brought, "encode", lambda *given: change(encode(*given)))
    said = refused(model, "gradient")
    assert "encode of kind 'brought'" in said
    assert words in said


class Loose(Gradient):
    """A method that answers for other rows, targets or units than it was asked for."""

    change: Callable[[Explained], Explained]

    @contextmanager
    def applied(self, model):
        with super().applied(model) as explained:
            yield lambda *given: self.change(explained(*given))


@pytest.mark.parametrize(
    "cut",
    [
        lambda said: Explained(said.logits[:0], said.relevance),
        lambda said: Explained(said.logits, said.relevance[:, :0]),
        lambda said: Explained(said.logits, said.relevance[0]),
        lambda said: Explained(said.logits, said.relevance[:, :, 20:]),
        lambda said: Explained(said.logits, np.repeat(said.relevance, 2, axis=0)),
        lambda said: Explained(said.logits[:, :1], said.relevance),
    ],
)
def test_a_method_that_answers_for_something_else(model, monkeypatch, cut) -> None:
    monkeypatch.setattr("gtrack.workflows.explain.method_class", lambda name: Loose)
    monkeypatch.setattr(Loose, "change", staticmethod(cut), raising=False)
    assert "34 or more) are wanted (gtrack.core.encodings.Explained)" in refused(model, "loose")


class Fixed(torch.nn.Module):
    """Scans with a matrix that is no parameter."""

    def __init__(self, kept: bool) -> None:
        super().__init__()
        self.kept = torch.tensor([[1.0, 0], [0, 1], [2, 0], [0, 2]], dtype=torch.float64)
        if kept:
            matrix = self.kept
            del self.kept
            self.register_buffer("kept", matrix)

    def forward(self, rows: Tensor) -> Tensor:
        return (rows @ self.kept.to(rows)).sum(1)


@pytest.mark.parametrize("method", ["gradient", "ism"])
@pytest.mark.parametrize("kept", [True, False])
def test_a_network_without_a_parameter(model, monkeypatch, kept: bool, method: str) -> None:
    network = Fixed(kept)
    monkeypatch.setattr(Brought, "device", torch.device("cpu"))
    monkeypatch.setattr(model, "network", network)
    monkeypatch.setattr(Brought, "embed", lambda self, batch: one_hot(batch.codes, kept))
    monkeypatch.setattr(Brought, "forward", lambda self, rows, batch: network(rows))
    job = ExplainJob(method=method, targets=("1",), outputs="values", strand="forward", workers=1)
    found = explain(model, "m", ["ACGT"], job)
    others = {"gradient": [0, 1, 0, 2], "ism": [-1, 1 / 3, -1, 5 / 3]}[method]
    np.testing.assert_allclose(np.ravel(found.bases), others, atol=1e-6)


def one_hot(codes: Tensor, double: bool) -> Tensor:
    found = torch.nn.functional.one_hot(codes.long(), 5)[..., :4]
    return found.double() if double else found.float()


@pytest.mark.parametrize("method", ["attnlrp", "gradient"])
@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_compiled_network(inputs, name: str, method: str, whole: bool) -> None:
    """Explained as it was before, to the bit, and compiled again afterwards."""
    model = gtrack.load_model(inputs.models[name])
    exact = gtrack.explain(model, TEXT, method=method, workers=1).bases
    network: Any = model.network
    first = next(iter(network._modules))
    if whole:
        network.compile(backend="eager")
    else:
        network._modules[first] = torch.compile(network._modules[first], backend="eager")
    before = network._compiled_call_impl, network._modules[first]
    found = gtrack.explain(model, TEXT, method=method, workers=1).bases
    np.testing.assert_array_equal(found, exact)
    assert (network._compiled_call_impl, network._modules[first]) == before
