"""Input x gradient, and the mean over the four bases taken from it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gtrack.attribution.gradient import Gradient

CONTRASTS = np.array([[-1.0, 1.0], [0.25, 2.0]])


def by_formula(model, text, contrast):
    """Return x . (g - mean of g over A, C, G, T) by differences in float64."""
    one_hot = np.array([[float(base == letter) for base in "ACGT"] for letter in text])

    def score(x):
        batch = model.collate(model.encode([text]), 1, len(text))
        with torch.no_grad():
            return float(model.forward(torch.from_numpy(x)[None], batch)[0].numpy() @ contrast)

    step, gradient = 1e-6, np.empty_like(one_hot)
    for at in np.ndindex(*one_hot.shape):
        up, down = one_hot.copy(), one_hot.copy()
        up[at] += step
        down[at] -= step
        gradient[at] = (score(up) - score(down)) / (2 * step)
    return (one_hot * (gradient - gradient.mean(axis=1, keepdims=True))).sum(axis=1)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_centred_is_the_formula(make_cnn, collate, batch_norm):
    model, texts = make_cnn(batch_norm=batch_norm), ["ACGTTGCATGCCAN", "TTGAC"]
    batch = collate(model, texts)
    with Gradient({"centred": "yes"}).applied(model) as explain:
        centred = explain(batch, CONTRASTS).relevance
    with Gradient().applied(model) as explain:
        plain = explain(batch, CONTRASTS).relevance
    for target, contrast in enumerate(CONTRASTS):
        for row, text in enumerate(texts):
            found = centred[target, row, : len(text)]
            np.testing.assert_allclose(found, by_formula(model, text, contrast), atol=1e-7)
    assert centred[0, 0, -1] == 0  # N
    assert np.abs(centred - plain).max() > 0.01


def test_it_is_for_one_hot_bases_alone(make_cnn, make_dnabert2, collate, sequences):
    chosen = Gradient({"centred": "yes"})
    assert chosen.used("cnn") == {"centred": "yes"}
    assert chosen.used("dnabert2") == {}
    model = make_dnabert2()
    batch = collate(model, sequences)
    maps = []
    for method in (chosen, Gradient()):
        with method.applied(model) as explain:
            maps.append(explain(batch, CONTRASTS).relevance)
    np.testing.assert_array_equal(*maps)
