"""Forward passes of many sequences, and of sequences with a unit masked, against a plain loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.attribution import forwards
from gtrack.attribution.finite import NonFiniteError
from gtrack.attribution.forwards import outputs_of, outputs_of_rows
from gtrack.attribution.leave_one_out import leave_one_out
from gtrack.core.encodings import Encoding, Encodings
from gtrack.core.errors import ModelError
from gtrack.core.ports import Maskable, lacking
from gtrack.engines.local import Threads
from gtrack.models.folder import open_model

EXAMPLE = Path(__file__).resolve().parents[3] / "example_data" / "models"
THREE = np.array([[-1.0, 1.0, 0.0], [0.5, -0.25, 1.0]])


def alone(model, ids):
    """Return the outputs of one row of units, not padded."""
    none = np.zeros((len(ids), 2), np.int32), np.zeros(len(ids), bool)
    row = Encodings.of([Encoding(np.asarray(ids, np.int32), *none)])
    batch = model.collate(row, 1, len(ids))
    with torch.no_grad():
        return model.forward(model.embed(batch), batch)[0].double().numpy()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    texts=st.lists(st.text("ACGTN", min_size=1, max_size=50), max_size=12),
    budget=st.integers(1, 200),
    letters=st.integers(1, 80),
    kind=st.sampled_from(["cnn", "dnabert2"]),
)
def test_each_is_what_it_is_alone(make_cnn, make_dnabert2, texts, budget, letters, kind):
    model = {"cnn": make_cnn, "dnabert2": make_dnabert2}[kind](labels=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forwards, "LETTERS", letters)
        found = outputs_of(model, iter([*texts, *texts[:2]]), budget=budget)
    assert found.shape == (len(texts) + len(texts[:2]), 3)
    for text, outputs in zip([*texts, *texts[:2]], found, strict=True):
        expected = alone(model, model.encode([text]).ids)
        np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-12)


def test_each_kind_of_row_is_read_once(make_cnn, sequences, monkeypatch):
    model, read = make_cnn(), []
    plain = model.collate

    def counting(rows, n_rows, n_units):
        read.append(len(rows))
        return plain(rows, n_rows, n_units)

    monkeypatch.setattr(model, "collate", counting)
    outputs_of(model, [*sequences, *sequences, sequences[1]], budget=100)
    assert sum(read) == len(sequences)


def test_threads_give_the_same_bytes(make_dnabert2, sequences):
    model = make_dnabert2(dtype=torch.float32)
    many, runner = [*sequences, *(text[3:] for text in sequences)], Threads(3)
    try:
        threads = outputs_of(model, many, budget=40, runner=runner)
    finally:
        runner.close()
    np.testing.assert_array_equal(threads, outputs_of(model, many, budget=40))


def test_a_number_that_is_none_is_refused_by_the_number_of_its_sequence(make_dnabert2, monkeypatch):
    model = make_dnabert2(dtype=torch.float32)
    with torch.no_grad():
        model.network.get_input_embeddings().weight[11] = torch.nan  # TT
    monkeypatch.setattr(forwards, "LETTERS", 10)
    texts = ["ACACACAC", "CACACA", "GG", "AA", "ACGTACGTTTAA", "TT"]
    with pytest.raises(NonFiniteError, match="first arises in") as refused:
        outputs_of(model, texts, budget=64)
    assert refused.value.row == 4
    with pytest.raises(NonFiniteError) as refused:
        leave_one_out(model, texts, np.array([[-1.0, 1.0]]))
    assert refused.value.row == 4


def test_what_the_model_cannot_take_is_refused(make_cnn):
    model = make_cnn()
    model.unit_limit = 8
    with pytest.raises(ModelError, match="has 9 bases, and the model reads at most 8"):
        outputs_of(model, ["ACGT", "ACGTACGTA"], budget=64)
    with pytest.raises(ModelError, match="tf32"):
        outputs_of(model, ["ACGT"], budget=64, precision="tf32")


def test_bf16_is_near(make_dnabert2, sequences):
    model = make_dnabert2(dtype=torch.float32)
    exact = outputs_of(model, sequences, budget=99)
    rounded = outputs_of(model, sequences, budget=99, precision="bf16")
    assert 0 < np.abs(exact - rounded).max() < 0.1 * np.abs(exact).max()


@pytest.mark.parametrize("budget", [1, 70, None])
def test_one_token_masked_after_the_other(make_dnabert2, sequences, budget):
    model = make_dnabert2(labels=3)
    texts = [*sequences, "A", "NNN", sequences[0]]
    found = leave_one_out(model, texts, THREE, budget=budget)
    assert len(found) == len(texts)
    for encoding, effects in zip(model.encode(texts), found, strict=True):
        assert effects.shape == (2, len(encoding))
        assert np.isnan(effects[:, [0, -1]]).all()
        for unit in range(1, len(encoding) - 1):
            ids = encoding.ids.copy()
            ids[unit] = model.tokenizer.mask
            expected = THREE @ (alone(model, encoding.ids) - alone(model, ids))
            np.testing.assert_allclose(effects[:, unit], expected, rtol=0, atol=1e-12)
    assert np.nanmax(np.abs(found[0])) > 0.1
    assert leave_one_out(model, [], THREE) == []


def test_the_example_model_in_float32():
    if not (EXAMPLE / "dnabert2").exists():
        pytest.skip("example_data lacks its models; build them first")
    model = open_model(EXAMPLE / "dnabert2")
    text = "".join(np.random.default_rng(4).choice(list("ACGT"), 200))
    contrast = np.array([[-1.0, 1.0]])
    (found,) = leave_one_out(model, [text], contrast)
    one = model.encode([text])[0]
    for unit in range(1, len(one) - 1):
        ids = np.where(np.arange(len(one)) == unit, model.mask_unit, one.ids)
        expected = contrast @ (alone(model, one.ids) - alone(model, ids))
        np.testing.assert_allclose(found[:, unit], expected, rtol=0, atol=1e-5)


def test_a_model_without_a_mask_is_refused(make_cnn, make_dnabert2):
    assert lacking(make_dnabert2(), Maskable) == []
    with pytest.raises(ModelError, match=r"kind 'cnn' has no \[MASK\].*in-silico mutagenesis"):
        leave_one_out(make_cnn(), ["ACGT"], np.array([[-1.0, 1.0]]))


def test_rows_of_units_are_numbered_from_where_the_caller_says(make_dnabert2):
    model = make_dnabert2(dtype=torch.float32)
    with torch.no_grad():
        model.network.classifier.bias[0] = torch.nan
    with pytest.raises(NonFiniteError) as refused:
        outputs_of_rows(model, model.encode(["ACGT"]), budget=9, first=7)
    assert refused.value.row == 7
