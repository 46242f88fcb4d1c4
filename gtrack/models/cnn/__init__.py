"""The baseline CNN: from text to one-hot bases, network, checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from gtrack.core.errors import ModelError
from gtrack.core.sequences import base_codes
from gtrack.core.units import Encoding
from gtrack.models.cnn.network import (
    N_CODE,
    CnnConfig,
    CnnForSequenceClassification,
    ConvBlock,
    DnaBlock,
    GlobalMaxPool,
)
from gtrack.models.weights import WEIGHTS, read_config, read_weights, settle, write_weights

__all__ = [
    "BaseBatch",
    "Cnn",
    "CnnConfig",
    "CnnForSequenceClassification",
    "ConvBlock",
    "DnaBlock",
    "GlobalMaxPool",
]


@dataclass(frozen=True, slots=True, eq=False)
class BaseBatch:
    """One batch on the model's device.

    Parameters
    ----------
    codes : Tensor of int64, shape (rows, bases)
        Base codes; 4 for N and at padding.
    mask : Tensor of bool, shape (rows, bases)
        False at padding; a dummy row is padding from end to end.
    padded : bool
        Whether `mask` is False anywhere.
    """

    codes: Tensor
    mask: Tensor
    padded: bool


class Cnn:
    """The CNN as a :class:`gtrack.core.ports.SequenceModel`; a unit is a base.

    Parameters
    ----------
    network : CnnForSequenceClassification
        On any device.
    """

    kind = "cnn"
    default_batch_units = 16384
    max_units: int | None = None  # it pools over any length

    def __init__(self, network: CnnForSequenceClassification) -> None:
        config = network.config
        self.network = network
        self.labels: tuple[str, ...] = tuple(config.id2label[i] for i in range(config.num_labels))
        self.window_bp: int | None = config.window_bp
        self.strands: str | None = config.strands

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> Self:
        """Read a model folder: ``config.json`` and ``model.safetensors``.

        Raises
        ------
        ModelError
            When a file is damaged, or the weights do not fit the config.
        """
        written = read_config(folder)
        try:
            config = CnnConfig.from_dict(written)
            with torch.device("meta"):  # no memory is spent before the shapes are known to fit
                network = CnnForSequenceClassification(config)
        except (TypeError, ValueError, RuntimeError) as problem:
            raise ModelError(f"{folder / 'config.json'}: {problem}") from problem
        weights = read_weights(folder)
        try:
            network.load_state_dict(weights, strict=True, assign=True)
        except RuntimeError as problem:
            raise ModelError(
                f"{folder / WEIGHTS}: does not fit config.json: {problem}; "
                "copy both files from one model"
            ) from problem
        return cls(settle(network, device=device, dtype=dtype))

    def save(self, folder: Path) -> None:
        """Write ``config.json`` and ``model.safetensors`` into an existing folder."""
        self.network.config.architectures = [type(self.network).__name__]
        self.network.config.save_pretrained(folder)
        write_weights(self.network.state_dict(), folder)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.network.classifier.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights."""
        return self.network.classifier.weight.dtype

    def encode(self, sequences: Sequence[str]) -> list[Encoding]:
        """Encode upper-case sequences: one unit per base, N (and anything else) not placed."""
        rows = []
        for sequence in sequences:
            codes = base_codes(sequence).astype(np.int32)
            starts = np.arange(len(codes), dtype=np.int32)
            spans = np.stack([starts, starts + 1], axis=1)
            rows.append(Encoding(ids=codes, spans=spans, placed=codes < N_CODE))
        return rows

    def collate(self, rows: Sequence[Encoding], n_rows: int, n_units: int) -> BaseBatch:
        """Return a batch of exactly ``(n_rows, n_units)``; missing rows are padding end to end.

        Raises
        ------
        ValueError
            When a row is longer than `n_units` or there are more than `n_rows` of them.
        """
        lengths = np.zeros(n_rows, np.int64)
        longest = max((len(row) for row in rows), default=0)
        if len(rows) > n_rows or longest > n_units:
            raise ValueError(
                f"{len(rows)} rows of up to {longest} units do not fit a batch of "
                f"{n_rows} x {n_units}"
            )
        codes = np.full((n_rows, n_units), N_CODE, np.int64)
        for index, row in enumerate(rows):
            codes[index, : len(row)] = row.ids
            lengths[index] = len(row)
        mask = np.arange(n_units) < lengths[:, None]
        return BaseBatch(
            codes=torch.from_numpy(codes).to(self.device),
            mask=torch.from_numpy(mask).to(self.device),
            padded=bool(lengths.min() < n_units),
        )

    def embed(self, batch: BaseBatch) -> Tensor:
        """Return one-hot bases, shape (rows, bases, 4)."""
        return self.network.embed(batch.codes)

    def forward(self, embedded: Tensor, batch: BaseBatch) -> Tensor:
        """Return the logits, shape (rows, labels), in the type of the weights even under autocast.

        Which position wins the pooling is decided by small differences, and roundings to bfloat16
        decide otherwise (docs/decisions/0015).
        """
        mask = batch.mask if batch.padded else None
        with torch.autocast(embedded.device.type, enabled=False):
            logits: Tensor = self.network(inputs_embeds=embedded, attention_mask=mask).logits
        return logits
