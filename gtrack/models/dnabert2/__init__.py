"""DNABERT-2: the network, its tokenizer, its checkpoints, and the three as one sequence model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from gtrack.core.errors import ModelError
from gtrack.core.units import Encoding
from gtrack.models.dnabert2.checkpoint import read_checkpoint
from gtrack.models.dnabert2.network import Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import DnaTokenizer
from gtrack.models.weights import settle, write_weights

__all__ = ["Dnabert2", "TokenBatch"]


@dataclass(frozen=True, slots=True, eq=False)
class TokenBatch:
    """One batch on the model's device.

    Parameters
    ----------
    ids : Tensor of int64, shape (rows, units)
        Tokens; [PAD] after the end of a row.
    mask : Tensor of bool, shape (rows, units)
        False at padding.
    padded : bool
        Whether `mask` is False anywhere.
    """

    ids: Tensor
    mask: Tensor
    padded: bool


class Dnabert2:
    """DNABERT-2 as a :class:`gtrack.core.ports.SequenceModel`; a unit is a token.

    Parameters
    ----------
    network : Dnabert2ForSequenceClassification
        On any device.
    tokenizer : DnaTokenizer
        Of the same folder.
    """

    kind = "dnabert2"
    default_batch_units = 1024

    def __init__(self, network: Dnabert2ForSequenceClassification, tokenizer: DnaTokenizer) -> None:
        config = network.config
        if tokenizer.size > config.vocab_size:
            raise ModelError(
                f"the tokenizer has {tokenizer.size} tokens and the network {config.vocab_size}: "
                "they are not of one model"
            )
        self.network = network
        self.tokenizer = tokenizer
        self.labels: tuple[str, ...] = tuple(config.id2label[i] for i in range(config.num_labels))
        self.window_bp: int | None = config.window_bp
        self.max_units: int | None = tokenizer.max_length
        self.strands: str | None = config.strands

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> Self:
        """Open a folder: gtrack's own or a published classifier in safetensors.

        Raises
        ------
        ModelError
            When the checkpoint, the tokenizer or the device cannot serve.
        """
        tokenizer = DnaTokenizer.load(folder)
        network = read_checkpoint(folder).network()
        return cls(settle(network, device=device, dtype=dtype), tokenizer)

    def save(self, folder: Path) -> None:
        """Write the config, the weights and the tokenizer into an existing folder."""
        self.network.config.architectures = [type(self.network).__name__]
        self.network.config.save_pretrained(folder)
        write_weights(self.network.state_dict(), folder)
        self.tokenizer.save(folder)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.network.classifier.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights."""
        return self.network.classifier.weight.dtype

    def encode(self, sequences: Sequence[str]) -> list[Encoding]:
        """Encode sequences of A, C, G, T and N as [CLS] tokens [SEP]; see :class:`DnaTokenizer`."""
        return self.tokenizer.encode(sequences)

    def collate(self, rows: Sequence[Encoding], n_rows: int, n_units: int) -> TokenBatch:
        """Return a batch of exactly ``(n_rows, n_units)``; missing rows are [CLS] [SEP].

        Raises
        ------
        ValueError
            When a row is longer than `n_units` or there are more than `n_rows` of them.
        """
        longest = max((len(row) for row in rows), default=0)
        if len(rows) > n_rows or max(longest, 2) > n_units:
            raise ValueError(
                f"{len(rows)} rows of up to {longest} units do not fit a batch of "
                f"{n_rows} x {n_units}"
            )
        ids = np.full((n_rows, n_units), self.tokenizer.pad, np.int64)
        lengths = np.full(n_rows, 2)
        ids[:, :2] = self.tokenizer.cls, self.tokenizer.sep
        for index, row in enumerate(rows):
            ids[index, :2] = self.tokenizer.pad
            ids[index, : len(row)] = row.ids
            lengths[index] = len(row)
        mask = np.arange(n_units) < lengths[:, None]
        return TokenBatch(
            ids=torch.from_numpy(ids).to(self.device),
            mask=torch.from_numpy(mask).to(self.device),
            padded=bool(lengths.min() < n_units),
        )

    def embed(self, batch: TokenBatch) -> Tensor:
        """Return word embeddings, shape (rows, units, hidden)."""
        return self.network.embed(batch.ids)

    def forward(self, embedded: Tensor, batch: TokenBatch) -> Tensor:
        """Return logits, shape (rows, labels)."""
        mask = batch.mask if batch.padded else None
        logits: Tensor = self.network(inputs_embeds=embedded, attention_mask=mask).logits
        return logits
