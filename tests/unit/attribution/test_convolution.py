"""The gamma rule where few sums are asked: the same as the whole convolution, and as the twin."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.rules import convolution
from gtrack.attribution.rules.convolution import Kernel
from gtrack.attribution.rules.explicit_cnn import CnnTwin

CONTRASTS = np.array([[-1.0, 1.0], [1.0, 0.0]])
SHAPES = [((8, 9), (7, 5)), ((6, 5, 7), (7, 3, 5)), ((8,), (5,))]


@pytest.fixture
def texts():
    """Return sequences as long as windows are, one with Ns; ends and repeats included."""
    random = np.random.default_rng(3)
    made = ["".join(random.choice(list("ACGT"), size)) for size in (200, 160, 200, 90)]
    made[2] = made[2][:50] + "N" * 9 + made[2][59:]
    return [*made, "ACGTT" * 40, "N" * 60]


@pytest.fixture
def asked(monkeypatch):
    """Return a list that says of each backward pass how many sums were asked alone."""
    counts = []
    back_few = Kernel.back_few

    def counted(self, x, at, relevance):
        counts.append(len(at))
        return back_few(self, x, at, relevance)

    monkeypatch.setattr(Kernel, "back_few", counted)
    return counts


def relevance_of(model, batch, contrasts=CONTRASTS):
    with AttnLrp().applied(model) as explain:
        return explain(batch, contrasts).relevance


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize(("channels", "widths"), SHAPES)
def test_few_sums_and_whole_convolutions_agree(
    make_cnn, collate, texts, asked, monkeypatch, channels, widths, batch_norm
):
    model = make_cnn(channels=channels, kernel_sizes=widths, batch_norm=batch_norm)
    batch = collate(model, texts, units=208, rows=7)
    usual = relevance_of(model, batch)
    assert bool(asked) == (len(channels) > 1), "the last block's sums are few"
    asked.clear()
    monkeypatch.setattr(convolution, "_FEW", 1)
    always = relevance_of(model, batch)
    assert len(asked) == len(CONTRASTS) * (len(channels) - 1)
    monkeypatch.setattr(convolution, "_FEW", 1 << 40)
    asked.clear()
    whole = relevance_of(model, batch)
    assert not any(asked)
    scale = np.abs(whole).max()
    assert scale > 1e-3
    np.testing.assert_allclose(usual, whole, atol=1e-12 * scale)
    np.testing.assert_allclose(always, whole, atol=1e-12 * scale)


@pytest.mark.parametrize(("channels", "widths"), SHAPES)
def test_few_sums_follow_the_formulas(make_cnn, collate, texts, channels, widths):
    model = make_cnn(seed=5, channels=channels, kernel_sizes=widths)
    twin = CnnTwin(model.network)
    found = relevance_of(model, collate(model, texts, units=208))
    for row, text in enumerate(texts):
        embedded = model.embed(collate(model, [text]))[0].numpy()
        for target, contrast in enumerate(CONTRASTS):
            _, relevance = twin.relevance(embedded, contrast, "attnlrp", {})
            scale = max(np.abs(relevance).max(), 1e-9)
            np.testing.assert_allclose(
                found[target, row, : len(text)], relevance, atol=1e-9 * scale
            )


def test_float32_is_as_near_as_it_was(make_cnn, collate, texts):
    small, exact = (make_cnn(dtype=dtype) for dtype in (torch.float32, torch.float64))
    found, wanted = (relevance_of(m, collate(m, texts)) for m in (small, exact))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, atol=5e-5 * np.abs(wanted).max())


def test_steps_do_not_matter(make_cnn, collate, texts, asked, monkeypatch):
    model = make_cnn()
    batch = collate(model, texts)
    once = relevance_of(model, batch)
    assert max(asked) > 3
    monkeypatch.setattr(convolution, "_FLOATS", 1)
    scale = np.abs(once).max()
    np.testing.assert_allclose(relevance_of(model, batch), once, atol=1e-12 * scale)


def test_the_same_bytes_twice(make_cnn, collate, texts):
    model = make_cnn(dtype=torch.float32)
    batch = collate(model, texts)
    assert relevance_of(model, batch).tobytes() == relevance_of(model, batch).tobytes()


def test_a_kernel_wider_than_the_sequence(make_cnn, collate, asked):
    model = make_cnn(channels=(5, 4), kernel_sizes=(3, 41))
    text = "ACGTTGCAGTCATTGCA"
    found = relevance_of(model, collate(model, [text]))[0, 0]
    assert not asked, "patches would be padding for the most part"
    embedded = model.embed(collate(model, [text]))[0].numpy()
    _, relevance = CnnTwin(model.network).relevance(embedded, CONTRASTS[0], "attnlrp", {})
    np.testing.assert_allclose(found, relevance, atol=1e-9 * np.abs(relevance).max())


def test_a_channel_that_never_answers_has_no_relevance(make_cnn, collate, texts):
    model = make_cnn()
    with torch.no_grad():
        model.network.blocks[-1].conv.bias[:3] = -1e3
    found = relevance_of(model, collate(model, texts))
    assert np.isfinite(found).all()
    assert found.any()
    with torch.no_grad():
        model.network.blocks[-1].conv.bias[:] = -1e3
    assert not relevance_of(model, collate(model, texts)).any()
