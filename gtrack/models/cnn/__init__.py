"""The baseline CNN: from text to one-hot bases, network, checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gtrack.core.encodings import Encodings, base_spans, padded
from gtrack.core.errors import ModelError
from gtrack.core.heads import Head, head_of
from gtrack.core.printable import shown
from gtrack.core.scan.batches import BatchShape
from gtrack.core.sequences import base_codes, lengths_of
from gtrack.models import FILES
from gtrack.models.cnn.network import (
    N_CODE,
    CnnConfig,
    CnnForSequenceClassification,
    ConvBlock,
    DnaBlock,
    GlobalMaxPool,
)
from gtrack.models.labels import labels_of
from gtrack.models.pool_units import PoolUnits
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

_FIELDS = ("channels", "kernel_sizes", "batch_norm", "pooling", "window_bp", "strands")


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
    repeatable = keeps_float32 = True  # on CUDA: gtrack.core.optional_ports
    files = FILES[kind]
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
        names = unwrapped(tensors, cls.wrappers, folder)
        state = {bare: tensors[name] for bare, name in names.items()}
        try:
            made = _config(config, state)
            with torch.device("meta"):
                network = CnnForSequenceClassification(made)
        except ValueError as problem:
            raise ModelError(f"{folder / 'config.json'}: {problem}") from problem
        expected = network.state_dict()
        for name in sorted(expected.keys() | state.keys()):
            _check_tensor(folder / WEIGHTS, name, expected.get(name), state.get(name))
        network.load_state_dict(state, strict=True, assign=True)
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

    def encode(self, sequences: Sequence[str]) -> Encodings:
        """Encode upper-case sequences: one unit per base, N (and anything else) not placed."""
        lengths = lengths_of(sequences)
        codes = base_codes("".join(sequences)).astype(np.int32)
        return Encodings(
            ids=codes,
            offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            spans=base_spans(lengths),
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

    def lay(self, rows: Encodings, batches: Sequence[BatchShape]) -> PoolUnits:
        """Lay the bases of a pool, a byte each; see :class:`gtrack.core.optional_ports.Pooling`."""
        pinned = self.device.type == "cuda"
        return PoolUnits.of(
            *(rows, batches), pad=N_CODE, dummy=(), dtype=torch.uint8, pinned=pinned
        )

    def batches(self, laid: PoolUnits) -> Iterator[BaseBatch]:
        """Yield the batches of a pool that was laid, on the device."""
        return (BaseBatch(*batch) for batch in laid.on(self.device))

    def embed(self, batch: BaseBatch) -> Tensor:
        """Return one-hot bases, shape (rows, bases, 4)."""
        return self.network.embed(batch.codes)

    def forward(self, embedded: Tensor, batch: BaseBatch) -> Tensor:
        """Return the logits, shape (rows, labels), in the type of the weights even under autocast.

        Which position wins the pooling is decided by small differences, and roundings to bfloat16
        or tf32 decide otherwise (docs/decisions/0015).
        """
        mask = batch.mask if batch.padded else None
        with torch.autocast(embedded.device.type, enabled=False):
            logits: Tensor = self.network(inputs_embeds=embedded, attention_mask=mask).logits
        return logits


def _config(raw: Mapping[str, Any], state: Mapping[str, Tensor]) -> CnnConfig:
    """Return the config of the known fields alone, once its sizes are those of the tensors."""
    classifier = state.get("classifier.bias")
    labels = labels_of(raw, None if classifier is None else classifier.numel())
    made = CnnConfig(
        **{name: raw[name] for name in _FIELDS if name in raw},
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        problem_type=raw.get("problem_type"),
    )
    blocks = {name.split(".")[1] for name in state if name.startswith("blocks.")}
    if len(blocks) != len(made.channels):
        raise ValueError(
            f"channels has {len(made.channels):,} layers, but {WEIGHTS} {len(blocks):,}; copy both "
            "files from one model"
        )
    return made


def _check_tensor(where: Path, name: str, wanted: Tensor | None, there: Tensor | None) -> None:
    """Refuse a tensor that is missing, unexpected, or of another shape than the config's."""
    if wanted is None or there is None:
        what = "is missing" if there is None else "is unexpected"
    elif wanted.shape != there.shape:
        what = f"has shape {tuple(there.shape)}, where {tuple(wanted.shape)} is called for"
    elif wanted.is_floating_point() != there.is_floating_point():
        what = f"is {there.dtype}"
    else:
        return
    raise ModelError(
        f"{where}: does not fit config.json: tensor {shown(name)} {what}; copy both files from one "
        "model"
    )
