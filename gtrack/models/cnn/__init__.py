"""The baseline CNN: from text to one-hot bases, network, checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gtrack.core.encodings import Encodings, padded, positions
from gtrack.core.errors import ModelError
from gtrack.core.heads import Head, head_of
from gtrack.core.sequences import base_codes
from gtrack.models.cnn.network import (
    N_CODE,
    CnnConfig,
    CnnForSequenceClassification,
    ConvBlock,
    DnaBlock,
    GlobalMaxPool,
)
from gtrack.models.weights import (
    WEIGHTS,
    WRAPPERS,
    read_config,
    read_weights,
    settle,
    unwrapped,
    write_weights,
)

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

    kind, unit = "cnn", "base"
    exact_length = False
    files: tuple[str, ...] = ()
    wrappers = WRAPPERS
    default_batch_units = 16384
    unit_limit: int | None = None  # it pools over any length
    likely_window_bp: int | None = None
    absent: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    def __init__(self, network: CnnForSequenceClassification) -> None:
        config = network.config
        self.network = network
        self.labels: tuple[str, ...] = tuple(config.id2label[i] for i in range(config.num_labels))
        self.strands: str | None = config.strands

    @classmethod
    def claims(cls, config: Mapping[str, Any], tensors: Collection[str]) -> bool:
        """Tell whether a folder holds a CNN of gtrack's: its config says so."""
        return config.get("model_type") == CnnConfig.model_type

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
        model = cls.adopt(read_weights(folder), read_config(folder), folder)
        settle(model.network, device=device, dtype=dtype)
        return model

    @classmethod
    def adopt(
        cls,
        tensors: Mapping[str, Tensor],
        config: Mapping[str, Any],
        folder: Path,
        beside: Path | None = None,
    ) -> Self:
        """Take tensors and a config, on the CPU; it needs no other files.

        Raises
        ------
        ModelError
            When the config describes no network, or the tensors do not fit it.
        """
        # transformers refuses a problem that does not suit the number of outputs; so does `head`
        shape = {name: value for name, value in config.items() if name != "problem_type"}
        try:
            made = CnnConfig.from_dict(shape)
            with torch.device("meta"):  # no memory is spent before the shapes are known to fit
                network = CnnForSequenceClassification(made)
        except (TypeError, ValueError, RuntimeError) as problem:
            raise ModelError(f"{folder / 'config.json'}: {problem}") from problem
        names = unwrapped(tensors, cls.wrappers, folder)
        state = {bare: tensors[name] for bare, name in names.items()}
        try:
            network.load_state_dict(state, strict=True, assign=True)
        except RuntimeError as problem:
            raise ModelError(
                f"{folder / WEIGHTS}: does not fit config.json: {problem}; "
                "copy both files from one model"
            ) from problem
        made.problem_type = config.get("problem_type")
        return cls(network)

    @property
    def head(self) -> Head:
        """What the outputs are, by the config."""
        return head_of(self.network.config.problem_type, self.labels, own=True)

    @property
    def window_bp(self) -> int | None:
        """Length of sequence that the model was trained on."""
        length: int | None = self.network.config.window_bp
        return length

    @window_bp.setter
    def window_bp(self, length: int | None) -> None:
        self.network.config.window_bp = length

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

    def encode(self, sequences: Sequence[str]) -> Encodings:
        """Encode upper-case sequences: one unit per base, N (and anything else) not placed."""
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
        codes = base_codes("".join(sequences)).astype(np.int32)
        starts = positions(np.zeros_like(lengths), lengths).astype(np.int32)
        return Encodings(
            ids=codes,
            offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            spans=np.stack([starts, starts + 1], axis=1),
            placed=codes < N_CODE,
        )

    def collate(self, rows: Encodings, n_rows: int, n_units: int) -> BaseBatch:
        """Return a batch of exactly ``(n_rows, n_units)``; missing rows are padding end to end.

        Raises
        ------
        ValueError
            When a row is longer than `n_units` or there are more than `n_rows` of them.
        """
        codes, mask = padded(rows, n_rows, n_units, N_CODE)
        return BaseBatch(
            codes=torch.from_numpy(codes).to(self.device),
            mask=torch.from_numpy(mask).to(self.device),
            padded=not mask.all(),
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
