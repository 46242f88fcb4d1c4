"""A model that reads overlapping 3-mers and says two numbers, as a package beside gtrack."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gtrack.core.encodings import Encoding, Encodings, padded
from gtrack.core.errors import ModelError
from gtrack.core.heads import Head, head_of
from gtrack.models.weights import WRAPPERS, read_config, read_weights, settle, unwrapped
from gtrack_trimers.network import TrimerConfig, TrimerNetwork

WORDS = ["".join(word) for word in product("ACGT", repeat=3)]
NUMBER = {word: at for at, word in enumerate(WORDS)}
UNKNOWN, PAD = len(WORDS), len(WORDS) + 1


@dataclass(frozen=True)
class Batch:
    """Ids and mask, shape (rows, units), on the model's device."""

    ids: Tensor
    mask: Tensor


class Trimers:
    """The model; a unit is a 3-mer, and every base but those at the ends lies in three of them."""

    kind, unit = "trimers", "token"
    exact_length = True
    files: tuple[str, ...] = ("words.json",)
    wrappers = WRAPPERS
    unit_limit: int | None = None
    likely_window_bp: int | None = None
    strands: str | None = "forward"
    default_batch_units = 4096

    def __init__(self, network: TrimerNetwork) -> None:
        self.network = network
        names = network.config.id2label
        self.labels: tuple[str, ...] = tuple(names[i] for i in range(len(names)))
        self.window_bp: int | None = network.config.window_bp

    @classmethod
    def claims(cls, config: Mapping[str, Any], tensors: Collection[str]) -> bool:
        """Tell whether a folder holds such a model."""
        return config.get("model_type") == TrimerConfig.model_type and "words.weight" in tensors

    @classmethod
    def load(cls, folder: Path, *, device: Any = "cpu", dtype: Any = torch.float32) -> Trimers:
        """Open a folder."""
        if json.loads((folder / "words.json").read_bytes()) != WORDS:
            raise ModelError(
                f"{folder / 'words.json'}: not the 64 words of A, C, G, T; copy it again"
            )
        network = TrimerNetwork(TrimerConfig.from_dict(read_config(folder)))
        tensors = read_weights(folder)
        names = unwrapped(tensors, cls.wrappers, folder)
        try:
            network.load_state_dict({bare: tensors[name] for bare, name in names.items()})
        except RuntimeError as problem:
            raise ModelError(f"{folder}: {problem}") from problem
        return cls(settle(network, device=device, dtype=dtype))

    @property
    def head(self) -> Head:
        """What the outputs are."""
        return head_of(self.network.config.problem_type, self.labels)

    def encode(self, sequences: Sequence[str]) -> Encodings:
        """Read every 3-mer; one with an N is unknown, and stands for known bases beside the N."""
        return Encodings.of([_encode(sequence) for sequence in sequences])

    def collate(self, rows: Encodings, n_rows: int, n_units: int) -> Batch:
        """Make a batch; dummy rows are padding."""
        ids, mask = padded(rows, n_rows, n_units, PAD)
        device = self.network.words.weight.device
        return Batch(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device))

    def embed(self, batch: Batch) -> Tensor:
        """Return the embedded words, shape (rows, units, channels)."""
        return self.network.words(batch.ids)

    def forward(self, embedded: Tensor, batch: Batch) -> Tensor:
        """Return the two values, shape (rows, 2)."""
        return self.network(embedded, batch.mask)


def _encode(sequence: str) -> Encoding:
    ids, spans = [], []
    covered = np.zeros(len(sequence), bool)
    for at in range(len(sequence) - 2):
        word = sequence[at : at + 3]
        start, end = at, at + 3
        if "N" in word:  # the run of known bases that no word before it stands for
            runs = [(at + run.start(), at + run.end()) for run in re.finditer("[ACGT]+", word)]
            start, end = max(runs, key=lambda run: (~covered[slice(*run)]).sum(), default=(at, at))
        covered[start:end] = True
        ids.append(NUMBER.get(word, UNKNOWN))
        spans.append((start, end))
    span = np.array(spans, np.int32).reshape(-1, 2)
    return Encoding(np.array(ids, np.int32), span, span[:, 0] < span[:, 1])
