"""``gtrack.predict``: the numbers of ``explain`` without relevance; one line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gtrack

SEQUENCES = ["ACGTTGCATGCCGTA" * 4, "acgtnacgtryacgtacgt", "NNNNNN", "G"]


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
@pytest.mark.parametrize("strand", [None, "forward", "reverse"])
def test_the_numbers_are_those_of_explain(
    name: str, strand: str | None, models: dict[str, Path]
) -> None:
    model = gtrack.load_model(models[name], device="cpu")
    sequences = SEQUENCES * 70  # more than one pool
    said = gtrack.predict(model, sequences, strand=strand)
    found = gtrack.explain(model, sequences, strand=strand, target="all")
    close = {
        "rtol": 0,
        "atol": 0 if name == "dnabert2" else 1e-6,
    }  # the CNN's rules round otherwise
    np.testing.assert_allclose(said.logits, found.logits, **close)
    np.testing.assert_allclose(said.probabilities, found.probabilities.T, **close)
    assert (said.labels, said.outputs, said.strand) == (found.labels, "classes", found.strand)
    largest = [said.labels[k] for k in said.logits.argmax(axis=1)]
    assert said.predicted == largest
    table = pd.DataFrame(said.columns())
    assert [*table] == [
        *("logit.background", "logit.site", "probability.background", "probability.site"),
        "predicted",
    ]
    assert len(table) == len(said) == len(sequences)


@given(st.lists(st.text("ACGTNacgtn", min_size=1, max_size=60), min_size=1, max_size=4))
@settings(max_examples=20)
def test_probabilities_are_of_classes_and_strands_may_be_swapped(
    models: dict[str, Path], texts: list[str]
) -> None:
    said = gtrack.predict(models["cnn"], texts, device="cpu")
    np.testing.assert_allclose(said.probabilities.sum(axis=1), 1)
    turned = [text.upper().translate(str.maketrans("ACGT", "TGCA"))[::-1] for text in texts]
    other = gtrack.predict(models["cnn"], turned, device="cpu")
    np.testing.assert_allclose(other.logits, said.logits, atol=1e-4)


def test_labels_and_values(make_cnn, tmp_path: Path) -> None:
    folder = make_cnn(tmp_path / "labels", labels=3)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "problem_type": "multi_label_classification"}))
    said = gtrack.predict(folder, SEQUENCES, strand="reverse", device="cpu")
    np.testing.assert_allclose(said.probabilities, 1 / (1 + np.exp(-said.logits)), rtol=1e-9)
    for row, chosen in enumerate(said.predicted):
        listed = [] if chosen == "." else chosen.split(",")
        assert listed == [said.labels[k] for k in np.flatnonzero(said.logits[row] > 0)]
    values = gtrack.predict(folder, SEQUENCES[0], outputs="values", device="cpu")
    assert values.predicted == [""]
    assert np.isnan(values.probabilities).all()
    assert [*values.columns()] == ["value.none", "value.weak", "value.strong"]


def test_none_and_what_is_wrong(models: dict[str, Path]) -> None:
    assert gtrack.predict(models["cnn"], []).logits.shape == (0, 2)
    for bad, said in (
        (["ACGT", ""], "sequences[1]: empty"),
        ({"a": "ACGT"}, "give the one column with DNA"),
        ([7], "sequences[0]: int is no str"),
    ):
        with pytest.raises(gtrack.InputError) as caught:
            gtrack.predict(models["cnn"], bad)
        assert said in str(caught.value)
    with pytest.raises(gtrack.InputError, match="strand up"):
        gtrack.predict(models["cnn"], "ACGT", strand="up")
    assert repr(gtrack.predict(models["cnn"], "ACGT")) == (
        "<gtrack.Prediction of 1 sequences, both strands: classes background, site>"
    )
