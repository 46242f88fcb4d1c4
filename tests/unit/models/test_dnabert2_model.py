"""DNABERT-2 as a sequence model: batches, embeddings and logits from text."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.encodings import Encodings
from gtrack.core.errors import ModelError
from gtrack.core.ports import SequenceModel
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.folder import open_model

Published = Callable[..., Path]


@pytest.fixture
def model(published: Published) -> Dnabert2:
    return Dnabert2.load(published(), dtype=torch.float64)


def test_it_is_a_sequence_model(model: Dnabert2) -> None:
    port: SequenceModel = model
    assert (port.kind, port.labels) == ("dnabert2", ("LABEL_0", "LABEL_1"))
    assert (port.window_bp, port.strands, port.default_batch_units) == (None, None, 1024)
    assert model.device == torch.device("cpu")
    assert model.network.classifier.weight.dtype == torch.float64
    assert not port.network.training
    assert not any(p.requires_grad for p in port.network.parameters())


@given(
    sequences=st.lists(st.text("ACGTN", min_size=1, max_size=60), min_size=1, max_size=4),
    spare_rows=st.integers(0, 3),
    spare_units=st.integers(0, 20),
)
@settings(max_examples=20, deadline=None)
def test_a_batch_changes_no_logit(
    tmp_path_factory: pytest.TempPathFactory,
    tokenizer_json: Path,
    random_state: dict[str, torch.Tensor],
    sequences: list[str],
    spare_rows: int,
    spare_units: int,
) -> None:
    model = self_made(tokenizer_json, random_state)
    rows = model.encode(sequences)
    n_rows = len(rows) + spare_rows
    n_units = max(map(len, rows)) + spare_units
    batch = model.collate(rows, n_rows, n_units)
    assert batch.ids.shape == batch.mask.shape == (n_rows, n_units)
    assert batch.padded == (not batch.mask.all())
    embedded = model.embed(batch)
    logits = model.forward(embedded, batch)
    assert embedded.shape == (n_rows, n_units, 24)
    for row, logit in zip(rows, logits, strict=False):
        alone = model.collate(Encodings.of([row]), 1, len(row))
        assert not alone.padded
        expected = model.forward(model.embed(alone), alone)[0]
        torch.testing.assert_close(logit, expected, atol=1e-12, rtol=0)
    for dummy in range(len(rows), n_rows):
        assert batch.ids[dummy, :2].tolist() == [1, 2]
        assert (batch.ids[dummy, 2:] == 3).all()
        assert batch.mask[dummy].sum() == 2
    assert torch.isfinite(logits).all()


def self_made(tokenizer_json: Path, state: dict[str, torch.Tensor]) -> Dnabert2:
    from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
    from gtrack.models.dnabert2.tokenizer import DnaTokenizer

    config = Dnabert2Config(
        vocab_size=48, hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
        intermediate_size=16,
    )  # fmt: skip
    network = Dnabert2ForSequenceClassification(config)
    network.load_state_dict(state)
    return Dnabert2(network.double().eval(), DnaTokenizer.load(tokenizer_json.parent))


def test_rows_that_do_not_fit_are_never_cut(model: Dnabert2) -> None:
    rows = model.encode(["ACGT" * 20, "ACG"])
    with pytest.raises(ValueError, match="do not fit"):
        model.collate(rows, 2, len(rows[0]) - 1)
    with pytest.raises(ValueError, match="do not fit"):
        model.collate(rows, 1, 100)
    with pytest.raises(ValueError, match="has no room for"):
        model.collate(rows[:0], 1, 1)


def test_saved_folder_opens_as_the_same_model(model: Dnabert2, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    model.network.config.window_bp = 200
    model.save(folder)
    names = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert {path.name for path in folder.iterdir()} == names
    again = open_model(folder, dtype=torch.float64)
    assert again.window_bp == 200
    assert isinstance(again, Dnabert2)
    assert again.tokenizer.max_length == 128
    results = []
    for either in (model, again):
        batch = either.collate(either.encode(["ACGTNACGTTTGA"]), 2, 16)
        results.append(either.forward(either.embed(batch), batch).numpy())
    np.testing.assert_array_equal(*results)


def test_float32_and_bfloat16_follow_float64(published: Published) -> None:
    folder = published()
    found = {}
    for dtype in (torch.float64, torch.float32, torch.bfloat16):
        model = open_model(folder, dtype=dtype)
        batch = model.collate(model.encode(["ACGTTGCA" * 8, "AC"]), 2, 64)
        with torch.inference_mode():
            logits = model.forward(model.embed(batch), batch)
        assert logits.dtype == dtype
        found[dtype] = logits.double().numpy()
    np.testing.assert_allclose(found[torch.float32], found[torch.float64], atol=5e-5)
    np.testing.assert_allclose(found[torch.bfloat16], found[torch.float64], atol=0.3)


def test_tokenizer_of_another_model_is_refused(published: Published) -> None:
    folder = published()
    text = (folder / "tokenizer.json").read_text()
    (folder / "tokenizer.json").write_text(text.replace('"T": 8', '"T": 4000'))
    with pytest.raises(ModelError, match="tokenizer has 4001 tokens and the network 48"):
        Dnabert2.load(folder)


def test_device_that_is_not_there(published: Published) -> None:
    folder = published()
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(ModelError, match="device cuda:0: "):
        Dnabert2.load(folder, device="cuda:0")
