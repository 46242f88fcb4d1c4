"""The baseline CNN: input, padding, and its folder."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, PretrainedConfig

from gtrack.core.errors import ModelError
from gtrack.models.cnn import Cnn, CnnConfig, CnnForSequenceClassification
from gtrack.models.folder import open_model, recognise


@pytest.fixture(params=[False, True], ids=["plain", "batch_norm"])
def model(request):
    torch.manual_seed(0)
    config = CnnConfig(
        channels=(8, 6), kernel_sizes=(7, 5), batch_norm=request.param, window_bp=64, strands="both"
    )
    network = CnnForSequenceClassification(config).double()
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point():
            positive = "running_var" in name or "norm.weight" in name
            tensor.copy_(torch.rand_like(tensor) + 0.5 if positive else torch.randn_like(tensor))
    return Cnn(network.eval())


def logits(model, sequences, units=None, rows=None):
    encoded = model.encode(sequences)
    longest = max(len(row) for row in encoded)
    batch = model.collate(encoded, rows or len(encoded), units or longest)
    with torch.no_grad():
        return model.forward(model.embed(batch), batch).numpy()


def test_encoding_counts_every_base(model):
    (row,) = model.encode(["ACNGT"])
    assert row.ids.tolist() == [0, 1, 4, 2, 3]
    assert row.spans.tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]
    assert row.placed.tolist() == [True, True, False, True, True]


def test_one_hot_order_and_n(model):
    batch = model.collate(model.encode(["ACGTN"]), 1, 6)
    assert model.embed(batch)[0].tolist() == [*np.eye(4).tolist(), [0] * 4, [0] * 4]


def test_padding_and_dummies_do_not_change_logits(model):
    random = np.random.default_rng(1)
    sequences = ["".join(random.choice(list("ACGTN"), size)) for size in (3, 50, 31)]
    together = logits(model, sequences, units=80, rows=5)
    assert np.isfinite(together).all()
    for row, sequence in enumerate(sequences):
        np.testing.assert_allclose(together[row], logits(model, [sequence])[0], atol=1e-12)
    assert np.ptp(together[:3], axis=0).min() > 1e-3


def test_logits_by_hand(model):
    """One position at a time, with nothing but dot products."""
    sequence = "ACGTTGCANGATTACA"
    net = model.network
    x = model.embed(model.collate(model.encode([sequence]), 1, len(sequence)))[0].numpy()
    for block in net.blocks:
        weight, bias = (t.detach().numpy() for t in (block.conv.weight, block.conv.bias))
        half = weight.shape[2] // 2
        padded = np.pad(x, ((half, half), (0, 0)))
        out = np.empty((len(x), len(weight)))
        for position in range(len(x)):
            window = padded[position : position + weight.shape[2]]
            out[position] = [(w * window.T).sum() for w in weight] + bias
        if block.norm is not None:
            norm = {name: value.numpy() for name, value in block.norm.state_dict().items()}
            scale = norm["weight"] / np.sqrt(norm["running_var"] + block.norm.eps)
            out = (out - norm["running_mean"]) * scale + norm["bias"]
        x = np.maximum(out, 0)
    dense = net.classifier
    expected = dense.weight.detach().numpy() @ x.max(0) + dense.bias.detach().numpy()
    np.testing.assert_allclose(logits(model, [sequence])[0], expected, atol=1e-12)


def test_collate_refuses_what_does_not_fit(model):
    rows = model.encode(["ACGT", "ACG"])
    with pytest.raises(ValueError, match="do not fit"):
        model.collate(rows, 1, 4)
    with pytest.raises(ValueError, match="do not fit"):
        model.collate(rows, 2, 3)


def test_a_folder_gives_the_model_back(model, tmp_path):
    model.network.config.id2label = {0: "closed", 1: "open"}
    model.save(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
    assert recognise(tmp_path) == "cnn"
    again = open_model(tmp_path, dtype=torch.float64)
    assert isinstance(again, Cnn)
    assert (again.labels, again.window_bp, again.strands) == (("closed", "open"), 64, "both")
    assert not again.network.training
    assert not any(p.requires_grad for p in again.network.parameters())
    np.testing.assert_array_equal(logits(again, ["ACGTTGCA"]), logits(model, ["ACGTTGCA"]))


def test_transformers_reads_the_config_and_registers_nothing(model, tmp_path):
    model.save(tmp_path)
    read = PretrainedConfig.from_pretrained(tmp_path)
    assert (read.channels, read.kernel_sizes, read.window_bp) == (
        model.network.config.channels,
        model.network.config.kernel_sizes,
        64,
    )
    with pytest.raises(ValueError, match="gtrack_cnn"):  # nothing is registered for the process
        AutoConfig.from_pretrained(tmp_path)


def edit_config(folder, **fields):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"channels": [8, 7]}, "does not fit config.json"),
        ({"kernel_sizes": [7, 4]}, "odd"),
        ({"channels": [8]}, "as long as"),
        ({"channels": [10**9, 10**9]}, r"config\.json"),
        ({"channels": "many"}, r"config\.json"),
        ({"pooling": "mean"}, "max"),
        ({"strands": "up"}, "strands"),
        ({"window_bp": -1}, "window_bp"),
    ],
)
def test_a_wrong_config_is_refused(model, tmp_path, fields, complaint):
    model.save(tmp_path)
    edit_config(tmp_path, **fields)
    with pytest.raises(ModelError, match=complaint):
        open_model(tmp_path)


def test_missing_and_surplus_weights_are_refused(model, tmp_path):
    model.save(tmp_path)
    path = tmp_path / "model.safetensors"
    weights = load_file(path)
    bias = weights.pop("classifier.bias")
    save_file(weights, path)
    with pytest.raises(ModelError, match=r"classifier\.bias"):
        open_model(tmp_path)
    save_file(weights | {"classifier.bias": bias, "surplus": bias.clone()}, path)
    with pytest.raises(ModelError, match="surplus"):
        open_model(tmp_path)


def test_losses(model):
    network = model.network
    codes = torch.tensor([[0, 1, 2, 3, 4], [3, 3, 3, 3, 3]])
    labels = torch.tensor([1, 0])
    out = network(input_ids=codes, labels=labels)
    log_p = out.logits.log_softmax(1)
    assert out.loss.item() == pytest.approx(-(log_p[0, 1] + log_p[1, 0]).item() / 2)
    single = CnnForSequenceClassification(CnnConfig(channels=(4,), kernel_sizes=(3,), num_labels=1))
    out = single(input_ids=codes, labels=labels)
    p = torch.sigmoid(out.logits[:, 0])
    assert out.loss.item() == pytest.approx(-(p[0].log() + (1 - p[1]).log()).item() / 2, rel=1e-5)
    with pytest.raises(ValueError, match="either"):
        network()
