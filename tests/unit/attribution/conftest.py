"""Small random models and batches for the tests of explanations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers

from gtrack.models.cnn import Cnn, CnnConfig, CnnForSequenceClassification
from gtrack.models.dnabert2 import Dnabert2
from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer

VOCABULARY = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", *"ACGT", "AC", "GT", "TT", "ACGT"]
MERGES = [("A", "C"), ("G", "T"), ("T", "T"), ("AC", "GT")]


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def make_dnabert2() -> Callable[..., Dnabert2]:
    """Make a DNABERT-2 with random biases and LayerNorms; vocabulary of 13 tokens."""

    def make(
        *, seed: int = 0, dtype: torch.dtype = torch.float64, labels: int = 2, heads: int = 4
    ) -> Dnabert2:
        config = Dnabert2Config(
            vocab_size=len(VOCABULARY),
            hidden_size=8 * heads,
            num_hidden_layers=3,
            num_attention_heads=heads,
            intermediate_size=40,
            num_labels=labels,
            pad_token_id=3,
        )
        network = Dnabert2ForSequenceClassification(config)
        random = torch.Generator().manual_seed(seed)
        for name, parameter in network.named_parameters():
            norm = "norm.weight" in name.lower()
            noise = torch.randn(parameter.shape, generator=random)
            parameter.data = (1 + 0.2 * noise if norm else 0.25 * noise).to(dtype)
        bpe = Tokenizer(
            models.BPE({t: i for i, t in enumerate(VOCABULARY)}, MERGES, unk_token="[UNK]")
        )
        bpe.pre_tokenizer = pre_tokenizers.Whitespace()
        bpe.add_special_tokens(VOCABULARY[:5])
        tokenizer = DnaTokenizer(bpe.to_str().encode(), Path("tokenizer.json"))
        return Dnabert2(network.eval().to(dtype), tokenizer)

    return make


@pytest.fixture
def make_cnn() -> Callable[..., Cnn]:
    """Make a CNN with random biases, and BatchNorms with random statistics where wanted."""

    def make(
        *,
        seed: int = 0,
        dtype: torch.dtype = torch.float64,
        labels: int = 2,
        batch_norm: bool = False,
        channels: tuple[int, ...] = (6, 5, 7),
        kernel_sizes: tuple[int, ...] = (7, 3, 5),
    ) -> Cnn:
        config = CnnConfig(
            channels=channels, kernel_sizes=kernel_sizes, batch_norm=batch_norm, num_labels=labels
        )
        network = CnnForSequenceClassification(config)
        random = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for name, tensor in network.state_dict().items():
                if tensor.is_floating_point():
                    noise = torch.randn(tensor.shape, generator=random)
                    positive = "norm.weight" in name or "running_var" in name
                    tensor.copy_(0.5 + noise.abs() if positive else 0.4 * noise)
        return Cnn(network.eval().to(dtype))

    return make


@pytest.fixture
def sequences() -> list[str]:
    """Return sequences of several lengths, N included."""
    random = np.random.default_rng(7)
    made = ["".join(random.choice(list("ACGT"), size)) for size in (40, 61, 17, 52)]
    made[1] = made[1][:20] + "NNN" + made[1][23:]
    return made


@pytest.fixture
def collate():
    """Return a function that makes one batch of sequences, padded to `units` where given."""

    def make(model, sequences, units=None, rows=None):
        encodings = model.encode(sequences)
        longest = max(len(row) for row in encodings)
        return model.collate(encodings, rows or len(encodings), units or longest)

    return make


DIFFERENCE = np.array([[-1.0, 1.0]])


@pytest.fixture
def difference() -> np.ndarray:
    """Return one contrast, logit 1 - logit 0."""
    return DIFFERENCE.copy()
