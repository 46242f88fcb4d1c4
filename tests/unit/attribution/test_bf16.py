"""The law of --precision bf16: cosine .98 of fp32 for every window of the example, both models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.attribution.attnlrp import AttnLrp
from gtrack.attribution.gradient import Gradient
from gtrack.core.sequences import reverse_complement
from gtrack.io.bed import read_bed
from gtrack.io.fasta import Genome
from gtrack.models.cnn import Cnn, CnnConfig, CnnForSequenceClassification
from gtrack.models.folder import open_model

EXAMPLE = Path(__file__).parents[3] / "example_data"
CONTRAST = np.array([[-1.0, 1.0]])
METHODS = [AttnLrp, Gradient]


@pytest.fixture(scope="module")
def example():
    """Return every window of the example's regions, half a window apart, on both strands."""
    with Genome.open(EXAMPLE / "genome.fa") as genome:
        windows = [
            genome.fetch(region.chrom, start, start + 200)
            for region in read_bed(EXAMPLE / "regions.bed")
            for start in range(region.start, region.end - 199, 100)
        ]
    return windows + [reverse_complement(window) for window in windows]


def explained(method, precision, model, sequences, extra):
    """Return relevance of rows of one length, so that nothing is padded unless `extra` says so."""
    encodings = model.encode(sequences)
    found = [np.zeros(0)] * len(encodings)
    with method(precision=precision).applied(model) as explain:
        for length in np.unique(encodings.lengths).tolist():
            rows = np.flatnonzero(encodings.lengths == length)
            batch = model.collate(encodings[rows], len(rows), length + extra)
            relevance = explain(batch, CONTRAST).relevance[0]
            assert relevance.dtype == np.float32
            for i, row in zip(rows, relevance, strict=True):
                found[i] = row.astype(np.float64)
    return found


def lowest_cosine(exact, rough):
    """Return the lowest cosine; windows of nothing but N have no relevance in either."""
    cosines = []
    for a, b in zip(exact, rough, strict=True):
        assert a.any() == b.any()
        if a.any():
            cosines.append(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert len(cosines) > 500
    return min(cosines)


@pytest.mark.parametrize("extra", [0, 16])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["cnn", "dnabert2"])
def test_every_window_of_the_example(example, kind, method, extra):
    model = open_model(EXAMPLE / "models" / kind)
    exact = explained(method, "fp32", model, example, extra)
    rough = explained(method, "bf16", model, example, extra)
    assert lowest_cosine(exact, rough) >= 0.98
    same = all(np.array_equal(a, b) for a, b in zip(exact, rough, strict=True))
    assert same == (kind == "cnn"), "a CNN stays float32, DNABERT-2 does not"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), extra=st.integers(0, 3), method=st.sampled_from(METHODS))
def test_any_cnn_stays_in_float32(seed, extra, method):
    torch.manual_seed(seed)
    config = CnnConfig(channels=(8, 6), kernel_sizes=(5, 3))
    model = Cnn(CnnForSequenceClassification(config))
    random = np.random.default_rng(seed)
    sequences = ["".join(random.choice(list("ACGT"), 60)) for _ in range(3)]
    exact = explained(method, "fp32", model, sequences, extra)
    np.testing.assert_array_equal(exact, explained(method, "bf16", model, sequences, extra))
