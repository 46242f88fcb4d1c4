"""In-silico mutagenesis against a loop that reads one altered sequence after the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gtrack.attribution import substitutions
from gtrack.attribution.finite import NonFiniteError
from gtrack.attribution.ism import Ism
from gtrack.attribution.substitutions import substitution_effects
from gtrack.core.substitutions import altered, substitutes
from gtrack.engines.local import Threads
from gtrack.models.folder import open_model

EXAMPLE = Path(__file__).resolve().parents[3] / "example_data" / "models"
THREE = np.array([[-1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.5, -0.25, 1.0]])


def said(model, text):
    """Return the outputs of one sequence, alone and whole."""
    rows = model.encode([text])
    batch = model.collate(rows, 1, int(rows.lengths[0]))
    with torch.no_grad():
        return model.forward(model.embed(batch), batch)[0].double().numpy()


def loop(model, text, contrasts, draws=3):
    """Return the effect of every base, (targets, bases); NaN at N."""
    found = np.full((len(contrasts), len(text)), np.nan)
    for at, (letter, codes) in enumerate(zip(text, substitutes(text, draws), strict=True)):
        if letter != "N":
            others = [said(model, text[:at] + "ACGT"[b] + text[at + 1 :]) for b in codes]
            found[:, at] = contrasts @ (said(model, text) - np.mean(others, axis=0))
    return found


def sequences(seed=3):
    """Return short and long sequences, with N at an end, inside, and alone."""
    random = np.random.default_rng(seed)
    made = ["".join(random.choice(list("ACGT"), size)) for size in (40, 1, 2, 9, 33)]
    return [*made, "N" + made[0][:12] + "NNN" + made[0][12:30] + "N", "NNNN", made[3]]


@pytest.mark.parametrize("draws", [3, 1])
@pytest.mark.parametrize(
    ("kernels", "batch_norm"),
    [((7, 3, 5), False), ((7, 3, 5), True), ((5,), True), ((1, 9), False), ((3, 1, 1, 11), True)],
)
def test_only_what_a_base_reaches_gives_what_a_loop_over_whole_passes_gives(
    make_cnn, kernels, batch_norm, draws
):
    channels = (6, 5, 7, 4)[: len(kernels)]
    model = make_cnn(labels=3, batch_norm=batch_norm, channels=channels, kernel_sizes=kernels)
    texts = sequences()
    found = substitution_effects(model, texts, None, THREE, draws=draws, budget=90)
    moved = 0.0
    for text, effects in zip(texts, found, strict=True):
        expected = loop(model, text, THREE, draws)
        np.testing.assert_allclose(effects, expected, rtol=0, atol=1e-12)
        moved = max(moved, np.abs(np.nan_to_num(expected)).max())
    assert moved > 0.1


@pytest.mark.parametrize("draws", [3, 1])
def test_tokens_are_cut_anew(make_dnabert2, draws):
    model = make_dnabert2(labels=3)
    texts = sequences()
    found = substitution_effects(model, texts, None, THREE, draws=draws, budget=70)
    for text, effects in zip(texts, found, strict=True):
        np.testing.assert_allclose(effects, loop(model, text, THREE, draws), rtol=0, atol=1e-12)
    cut = [len(row) for row in model.encode([*altered(texts[0], *everywhere(texts[0]))])]
    assert len(set(cut)) > 1  # substitutions do change the tokens here


def everywhere(text):
    return np.arange(len(text)), substitutes(text, 3)


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_the_example_models_in_float32(name):
    if not (EXAMPLE / name).exists():
        pytest.skip("example_data lacks its models; build them first")
    model, random = open_model(EXAMPLE / name), np.random.default_rng(1)
    text = "".join(random.choice(list("ACGT"), 60))
    contrast = np.array([[-1.0, 1.0]])
    (found,) = substitution_effects(model, [text], None, contrast)
    np.testing.assert_allclose(found, loop(model, text, contrast), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", ["cnn", "dnabert2"])
def test_some_places_have_what_all_places_give(kind, make_cnn, make_dnabert2):
    model = {"cnn": make_cnn, "dnabert2": make_dnabert2}[kind]()
    texts, contrast = sequences(), np.array([[-1.0, 1.0]])
    places = [
        np.array(where, int) for where in ([39, 0, 7, 7], [0], [], [8], [], [0, 1, 14], [2], [])
    ]
    for draws in (1, 3):
        whole = substitution_effects(model, texts, None, contrast, draws=draws)
        some = substitution_effects(model, texts, places, contrast, draws=draws)
        for all_of_it, where, part in zip(whole, places, some, strict=True):
            np.testing.assert_allclose(part, all_of_it[:, where], rtol=0, atol=1e-12)
    assert np.isnan(some[5][0, [0, 2]]).all()


@pytest.mark.parametrize("kind", ["cnn", "dnabert2"])
def test_order_and_neighbours_change_nothing(kind, make_cnn, make_dnabert2):
    model = {"cnn": make_cnn, "dnabert2": make_dnabert2}[kind]()
    texts, contrast = sequences(), np.array([[-1.0, 1.0]])
    forward = substitution_effects(model, texts, None, contrast, draws=1)
    backward = substitution_effects(model, texts[::-1], None, contrast, draws=1, budget=60)
    for one, other in zip(forward, backward[::-1], strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)
    runner = Threads(2)
    try:
        threads = substitution_effects(model, texts, None, contrast, draws=1, runner=runner)
    finally:
        runner.close()
    for one, other in zip(forward, threads, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_class_derived_from_the_cnn_is_read_whole(make_cnn, monkeypatch):
    """What it computes otherwise is not known."""
    model = make_cnn()

    class Halved(type(model)):
        def forward(self, embedded, batch):
            return super().forward(embedded, batch) / 2

    halved = object.__new__(Halved)
    halved.__dict__.update(model.__dict__)
    text, contrast = sequences()[0], np.array([[-1.0, 1.0]])
    (whole,) = substitution_effects(model, [text], None, contrast)
    (half,) = substitution_effects(halved, [text], None, contrast)
    np.testing.assert_allclose(half, whole / 2, rtol=0, atol=1e-12)
    monkeypatch.setattr(substitutions, "_of_local_cnn", None)
    substitution_effects(halved, [text], None, contrast)


@pytest.mark.parametrize("kind", ["cnn", "dnabert2"])
def test_the_method_answers_for_the_bases_of_padded_rows(kind, make_cnn, make_dnabert2, collate):
    model = {"cnn": make_cnn, "dnabert2": make_dnabert2}[kind]()
    texts, contrasts = sequences(), np.array([[-1.0, 1.0], [0.0, 1.0]])
    batch = collate(model, texts, units=64, rows=len(texts) + 2)
    with Ism({"draws": "3"}).applied(model) as explain:
        explained = explain.within(128)(batch, contrasts, texts)
    assert explained.relevance.shape == (2, len(texts) + 2, 40)
    for row, text in enumerate(texts):
        np.testing.assert_allclose(explained.logits[row], said(model, text), atol=1e-12)
        expected = np.nan_to_num(loop(model, text, contrasts))  # 0 at N
        values = explained.relevance[:, row]
        np.testing.assert_allclose(values[:, : len(text)], expected, rtol=0, atol=1e-12)
        assert not values[:, len(text) :].any()
    assert not explained.relevance[:, len(texts) :].any()


def test_the_type_is_that_of_the_model(make_cnn, collate):
    model = make_cnn(dtype=torch.float32)
    texts = sequences()
    with Ism().applied(model) as explain:
        explained = explain(collate(model, texts), np.array([[-1.0, 1.0]]), texts)
    assert explained.relevance.dtype == explained.logits.dtype == np.float32


@pytest.mark.parametrize("kind", ["cnn", "dnabert2"])
def test_a_number_that_is_none_names_the_row(kind, make_cnn, make_dnabert2, collate):
    model = {"cnn": make_cnn, "dnabert2": make_dnabert2}[kind](dtype=torch.float32)
    texts = ["ACACACAC", "ACGTACGTTT", "CACACA"]
    contrast = np.array([[-1.0, 1.0]])
    with torch.no_grad():
        if kind == "cnn":
            model.network.classifier.bias[0] = torch.inf
            bad = 0
        else:
            model.network.get_input_embeddings().weight[11] = torch.nan  # TT, of the second alone
            bad = 1
    with pytest.raises(NonFiniteError) as refused, Ism().applied(model) as explain:
        explain(collate(model, texts), contrast, texts)
    assert refused.value.row == bad
    with pytest.raises(NonFiniteError) as refused:
        substitution_effects(model, texts, [np.arange(2)] * 3, contrast)
    assert refused.value.row == bad


def test_places_outside_a_sequence_are_refused(make_cnn):
    model, contrast = make_cnn(), np.array([[-1.0, 1.0]])
    for place in (-1, 4):
        with pytest.raises(ValueError, match="sequence 1: a place outside its 4 bases"):
            substitution_effects(model, ["A", "ACGT"], [[0], [place]], contrast)
    with pytest.raises(ValueError, match="places of 1 sequences, and there are 2"):
        substitution_effects(model, ["A", "ACGT"], [[0]], contrast)
    with pytest.raises(ValueError, match="2 draws"):
        substitution_effects(model, ["A"], None, contrast, draws=2)
    assert substitution_effects(model, [], None, contrast) == []


def test_a_price_counts_what_is_read_and_grows_with_it(make_dnabert2):
    model = make_dnabert2(dtype=torch.float32)
    three, one = Ism().price(model, 300, 1024), Ism({"draws": "1"}).price(model, 300, 1024)
    assert (three[0], one[0]) == (900, 300)
    assert 0 < one[1] < three[1] < 100
    assert Ism().price(model, 1, 1024)[0] == 3


@given(st.text("ACGTN", min_size=1, max_size=60))
def test_substitutes_are_the_other_bases(text):
    three, one = substitutes(text, 3), substitutes(text, 1)
    assert three.shape == (len(text), 3)
    assert one.shape == (len(text), 1)
    for letter, others, drawn in zip(text, three.tolist(), one.tolist(), strict=True):
        if letter == "N":
            assert {*others, *drawn} == {4}
        else:
            assert sorted(["ACGT".index(letter), *others]) == [0, 1, 2, 3]
            assert drawn[0] in others


def test_draws_are_even_and_of_the_sequence():
    text = "A" * 3000
    counts = np.bincount(substitutes(text, 1)[:, 0], minlength=4)
    assert counts[0] == 0
    assert (abs(counts[1:] - 1000) < 130).all()  # 5 standard deviations
    assert substitutes("ACGTAACCGGTT", 1)[:, 0].tolist() == PINNED  # on every machine, for good
    assert substitutes("ACGTAACCGGTA", 1)[:, 0].tolist()[:11] != PINNED[:11]


PINNED = [2, 0, 0, 1, 3, 1, 0, 3, 0, 3, 2, 1]
