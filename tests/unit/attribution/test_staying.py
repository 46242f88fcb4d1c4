"""Answers that stay on the device until their pool is done: the same numbers, and no waiting.

The device is the CPU here, which runs the same lines; the tests marked ``gpu`` ask CUDA itself
whether anything waits.
"""

from __future__ import annotations

import pickle
from contextlib import ExitStack

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.gradient import Gradient
from gtrack.attribution.pool import NotFinite, OutOfMemoryError, PoolExplainer
from gtrack.core.errors import ModelError
from gtrack.engines.local import Serial

CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
METHODS = {
    "attnlrp": AttnLrp,
    "literal": lambda: AttnLrp({"alibi_rule": "uniform"}),
    "centred": lambda: Gradient({"centred": "yes"}),
}
WAITING = {"cpu", "item", "__bool__", "tolist", "numpy", "nonzero", "__float__", "__int__"}


class Counting(TorchFunctionMode):
    """Notes what makes the host wait for a device."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_function__(self, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in WAITING:
            self.seen.append(name)
        return function(*args, **(kwargs or {}))


@pytest.fixture
def pool():
    """Return sequences of many lengths, one of them with N."""
    rng = np.random.default_rng(3)
    made = ["".join(rng.choice(list("ACGT"), size)) for size in (40, 61, 17, 52, 33, 90, 41)]
    made[1] = made[1][:20] + "NNN" + made[1][23:]
    return made


@pytest.fixture(params=["cnn", "dnabert2"])
def model(request, make_dnabert2, make_cnn):
    return {"dnabert2": make_dnabert2, "cnn": make_cnn}[request.param](dtype=torch.float32)


@pytest.fixture
def explainers():
    """Return a function that puts a method on a model: answers that stay, and that do not."""
    with ExitStack() as stack:

        def make(model, method="attnlrp", budget=130, targets=1):
            explain = stack.enter_context(METHODS[method]().applied(model))
            contrasts = np.array([[-1.0, 1.0], [1.0, 0.5]])[:targets]
            return [
                PoolExplainer(*("m", model, explain, contrasts, budget, False, Serial(), stays))
                for stays in (True, False)
            ]

        yield make


@pytest.mark.parametrize("targets", [1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_the_same_bytes(model, pool, explainers, method: str, targets: int) -> None:
    rows = model.encode(pool)
    staying, batchwise = (
        each(rows, pool, str) for each in explainers(model, method, targets=targets)
    )
    assert np.array_equal(staying.relevance, batchwise.relevance)
    assert np.array_equal(staying.outputs, batchwise.outputs)
    assert staying.relevance.any()


def test_nothing_waits_between_batches(model, pool, explainers) -> None:
    staying, batchwise = explainers(model)
    prepared = staying.prepare(model.encode(pool), pool, str)
    assert len(prepared.batches) > 2
    with Counting() as of_batches:
        batchwise.begin(prepared)
    assert of_batches.seen.count("cpu") >= len(prepared.batches), "the count sees what waits"
    staying.begin(prepared)  # what is made once: the contrasts
    with Counting() as counting:
        wait = staying.begin(prepared)
    assert counting.seen in (["cpu", "numpy"], ["numpy", "cpu"]), "one copy of the pool, at the end"
    assert wait().outputs.shape == (len(pool), 2)


def test_all_batches_are_told(model, pool, explainers) -> None:
    for explainer in explainers(model):
        told: list[tuple[int, int]] = []
        explainer(model.encode(pool), pool, str, lambda *each, to=told: to.append(each))
        count = len(explainer.prepare(model.encode(pool), pool, str).batches)
        assert told == [(number, count) for number in range(count)]


def test_a_bad_row_is_named_as_ever(make_dnabert2, pool, explainers) -> None:
    model = make_dnabert2(dtype=torch.float32)
    with torch.no_grad():
        model.network.bert.embeddings.word_embeddings.weight[0] = torch.nan  # of [UNK]: an N
    said = []
    for explainer in explainers(model, "literal"):
        with pytest.raises(ModelError, match=r"in row 1: row \d of the batch: NaN") as error:
            explainer(model.encode(pool), pool, lambda row: f"row {row}")
        said.append(str(error.value))
    assert said[0] == said[1]
    assert "first arises in" in said[0]


def test_a_flag_that_does_not_come_again_is_said(make_cnn, pool, explainers) -> None:
    model = make_cnn(dtype=torch.float32)
    explainer, _ = explainers(model)
    weight = model.network.classifier.weight
    with torch.no_grad():
        before = weight.clone()
        weight.fill_(torch.nan)
    wait = explainer.begin(explainer.prepare(model.encode(pool), pool, str))
    with torch.no_grad():
        weight.copy_(before)
    with pytest.raises(NotFinite) as problem:
        wait()
    with pytest.raises(ModelError, match="not when it was computed again"):
        problem.value.again()


def test_memory_that_is_short_names_the_batch(model, pool, explainers, monkeypatch) -> None:
    for explainer in explainers(model, budget=400):

        def fails(*_: object, **__: object) -> None:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

        monkeypatch.setattr(model, "forward", fails)
        with pytest.raises(OutOfMemoryError, match="smaller --batch-tokens, for example") as error:
            explainer(model.encode(pool), pool, str)
        again = pickle.loads(pickle.dumps(error.value))
        assert (str(again), again.units) == (str(error.value), error.value.units)


@pytest.mark.gpu
@CUDA
@pytest.mark.parametrize("method", METHODS)
def test_cuda_never_waits(model, pool, explainers, method: str) -> None:
    rows = model.encode(pool)
    model.network.to("cuda")
    staying, batchwise = explainers(model, method)
    wanted = batchwise(rows, pool, str)
    for _ in range(2):  # what is made once: contrasts, ALiBi; then recordings
        staying(rows, pool, str)
    prepared = staying.prepare(rows, pool, str)
    assert prepared.laid.buffer.is_pinned()
    torch.cuda.set_sync_debug_mode("error")
    try:
        wait = staying.begin(prepared)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    found = wait()
    assert np.array_equal(found.relevance, wanted.relevance)
    assert np.array_equal(found.outputs, wanted.outputs)


@pytest.mark.gpu
@CUDA
@pytest.mark.parametrize("precision", ["fp32", "tf32", "bf16"])
def test_cuda_gives_the_same_bits_each_time(model, pool, precision: str) -> None:
    rows = model.encode(pool)
    model.network.to("cuda")
    with AttnLrp(precision=precision).applied(model) as explain:
        contrasts = np.array([[-1.0, 1.0]])
        explainer = PoolExplainer("m", model, explain, contrasts, 130, False, Serial())
        found = [explainer(rows, pool, str) for _ in range(5)]  # the first alone is not recorded
    assert any(each is not None for each in explainer._recorded[0]._of_shape.values())
    for each in found[1:]:
        assert np.array_equal(each.relevance, found[0].relevance)
        assert np.array_equal(each.outputs, found[0].outputs)
    assert torch.get_deterministic_debug_mode() == 0


@pytest.mark.gpu
@CUDA
def test_recordings_outlive_a_longer_pool(model, pool) -> None:
    """What was made for the longest input before, ALiBi, is read by recordings still."""
    model.network.to("cuda")
    texts = [pool, [3 * text for text in pool], [9 * text for text in pool]]
    with AttnLrp().applied(model) as explain:
        contrasts = np.array([[-1.0, 1.0]])
        explainer = PoolExplainer("m", model, explain, contrasts, 400, False, Serial())
        first = [explainer(model.encode(each), each, str) for each in texts]
        for _ in range(4):
            for each, before in zip(texts, first, strict=True):
                again = explainer(model.encode(each), each, str)
                junk = torch.full((1 << 22,), torch.nan, device="cuda")  # where memory was free
                assert np.array_equal(again.relevance, before.relevance)
                del junk


@pytest.mark.gpu
@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="no second CUDA device")
def test_a_second_device_gives_the_bits_of_the_first(model, pool) -> None:
    """No thread has it for its current device by itself, which recordings ask for."""
    pools = [pool, [text.translate(str.maketrans("ACGT", "CATG")) for text in pool]]
    found = []
    for device in ("cuda:0", "cuda:1"):
        model.network.to(device)
        with AttnLrp().applied(model) as explain:
            contrasts = np.array([[-1.0, 1.0]])
            explainer = PoolExplainer("m", model, explain, contrasts, 130, False, Serial())
            found.append([explainer(model.encode(each), each, str) for each in 4 * pools])
        assert any(each is not None for each in explainer._recorded[0]._of_shape.values())
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one.relevance, other.relevance)
        assert np.array_equal(one.outputs, other.outputs)
    assert torch.cuda.current_device() == 0
