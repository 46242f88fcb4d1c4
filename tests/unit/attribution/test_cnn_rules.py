"""LRP on the CNN against explicit relevance, written with matrices and loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.cplrp import CpLrp
from gtrack.attribution.gradient import Gradient
from gtrack.attribution.rules.cnn import SharedMaximum
from gtrack.models.cnn import DnaBlock


def affine_map(block, channels, units):
    """Return matrix and offset of convolution and BatchNorm together, from the Jacobian."""

    def linear(x):
        z = block.conv(x[None])
        return (z if block.norm is None else block.norm(z))[0]

    zero = torch.zeros(channels, units, dtype=torch.float64)
    matrix = jacobian(linear, zero)
    offset = linear(zero)
    return matrix.flatten(2).flatten(0, 1).numpy(), offset.detach().flatten().numpy()


def relevance_by_matrices(network, one_hot, contrast):
    """Return score and relevance per base by the formulas of LRP, one layer after the other."""
    units = one_hot.shape[0]
    activations = [one_hot.T.numpy().flatten()]
    maps = []
    channels = 4
    for block in network.blocks:
        matrix, offset = affine_map(block, channels, units)
        channels = block.conv.out_channels
        maps.append((type(block) is DnaBlock, matrix, offset))
        activations.append(np.maximum(matrix @ activations[-1] + offset, 0))
    by_channel = activations[-1].reshape(channels, units)
    winners = by_channel.argmax(1)
    pooled = by_channel.max(1)
    weight = network.classifier.weight.detach().numpy()
    logits = weight @ pooled + network.classifier.bias.detach().numpy()

    relevance = np.zeros(channels)  # epsilon rule of the dense layer
    for label, logit in enumerate(logits):
        stabilised = logit + 1e-6 * (1 if logit >= 0 else -1)
        for channel in range(channels):
            share = weight[label, channel] * pooled[channel] / stabilised
            relevance[channel] += share * logit * contrast[label]
    at_positions = np.zeros((channels, units))  # winner takes all
    for channel in range(channels):
        at_positions[channel, winners[channel]] = relevance[channel]
    relevance = at_positions.flatten()
    for (first, matrix, offset), below in zip(maps[::-1], activations[-2::-1], strict=True):
        if not first:  # gamma rule
            matrix = matrix + 0.25 * np.maximum(matrix, 0)
            offset = offset + 0.25 * np.maximum(offset, 0)
        passed = np.zeros_like(below)
        for output in np.flatnonzero(relevance):
            z = matrix[output] @ below + offset[output]
            if first:
                z += 1e-6 * (1 if z >= 0 else -1)
            passed += below * matrix[output] / z * relevance[output]
        relevance = passed
    return logits, relevance.reshape(4, units).sum(0)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("labels", [1, 2, 3])
@pytest.mark.parametrize("seed", [0, 1])
def test_lrp_equals_matrices(make_cnn, collate, sequences, batch_norm, labels, seed):
    model = make_cnn(seed=seed, labels=labels, batch_norm=batch_norm)
    contrast = np.array([1.0, -0.5, -0.5])[:labels]
    batch = collate(model, sequences)
    with AttnLrp().applied(model) as explain:
        ours = explain(batch, contrast[None])
    for row, sequence in enumerate(sequences):
        one_hot = model.embed(collate(model, [sequence]))[0]
        logits, relevance = relevance_by_matrices(model.network, one_hot, contrast)
        scale = np.abs(relevance).max()
        assert scale > 1e-3
        np.testing.assert_allclose(ours.logits[row], logits, atol=1e-9)
        found = ours.relevance[0, row]
        np.testing.assert_allclose(found[: len(sequence)], relevance, atol=1e-9 * scale)
        assert not found[len(sequence) :].any()


def test_attnlrp_and_cplrp_are_the_same_and_not_the_gradient(make_cnn, collate, sequences):
    model = make_cnn()
    batch = collate(model, sequences)
    maps = []
    for method in (AttnLrp(), CpLrp(), Gradient()):
        with method.applied(model) as explain:
            maps.append(explain(batch, np.array([[-1.0, 1.0]])).relevance)
    np.testing.assert_array_equal(maps[0], maps[1])
    assert not np.allclose(maps[0], maps[2], rtol=0.05)


def test_without_biases_relevance_is_conserved(make_cnn, collate, sequences):
    model = make_cnn()
    for name, parameter in model.network.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.zeros_(parameter)
    batch = collate(model, sequences)
    contrast = np.array([-1.0, 1.0])
    with AttnLrp().applied(model) as explain:
        explained = explain(batch, contrast[None])
    score = explained.logits @ contrast
    np.testing.assert_allclose(explained.relevance[0].sum(1), score, rtol=1e-4)


def test_n_gets_nothing(make_cnn, collate):
    model = make_cnn()
    with AttnLrp().applied(model) as explain:
        batch = collate(model, ["ACGTNNNNACGTTTGCA"])
        found = explain(batch, np.array([[-1.0, 1.0]])).relevance[0, 0]
    assert not found[4:8].any()
    assert np.count_nonzero(found) > 5


def test_equal_winners_share():
    x = torch.tensor([[[0.5, 2.0, 2.0 * (1 - 1e-16), 1.9999]]], dtype=torch.float64)
    x.requires_grad_(True)
    (gradient,) = torch.autograd.grad(SharedMaximum.apply(x).sum(), x)
    assert gradient.flatten().tolist() == [0.0, 0.5, 0.5, 0.0]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_types_have_no_wider_ties(dtype):
    x = torch.tensor([[[1.2, 2.0, 2.0, 1.95]]], dtype=dtype, requires_grad=True)
    pooled = SharedMaximum.apply(x)
    assert pooled.dtype == dtype
    (gradient,) = torch.autograd.grad(pooled.sum(), x)
    assert gradient.flatten().tolist() == [0.0, 0.5, 0.5, 0.0]


def test_a_repeat_is_explained_evenly(make_cnn, collate):
    """Copies of one motif, out of each other's sight, get one value each, whatever the padding."""
    model = make_cnn(dtype=torch.float32)
    copy = "GATTACAGATCCTGA" + "N" * 20
    for units in (3 * 35, 160, 333):
        with AttnLrp().applied(model) as explain:
            batch = collate(model, ["N" * 20 + copy * 3], units=units + 20)
            found = explain(batch, np.array([[-1.0, 1.0]])).relevance[0, 0]
        copies = found[20 : 20 + 3 * 35].reshape(3, 35)
        scale = np.abs(copies).max()
        assert scale > 1e-3
        np.testing.assert_allclose(copies, np.tile(copies[0], (3, 1)), atol=5e-5 * scale)
