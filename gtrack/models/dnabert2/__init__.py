"""DNABERT-2: the network, its tokenizer, its checkpoints, and the three as one sequence model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from gtrack.core.encodings import Encodings, padded
from gtrack.core.errors import ModelError
from gtrack.core.heads import PROBLEM_TYPE_OF, Head, head_of
from gtrack.core.scan.batches import BatchShape
from gtrack.models import FILES
from gtrack.models.dnabert2.checkpoint import Checkpoint, adopt, read_checkpoint
from gtrack.models.dnabert2.configuration import Dnabert2Config
from gtrack.models.dnabert2.multimolecule import is_multimolecule
from gtrack.models.dnabert2.network import Dnabert2ForSequenceClassification
from gtrack.models.dnabert2.tokenizer import TOKENIZER, DnaTokenizer
from gtrack.models.hints import without_tokenizer
from gtrack.models.pool_units import PoolUnits
from gtrack.models.weights import WRAPPERS, settle, write_weights

__all__ = ["Dnabert2", "TokenBatch", "tokenizer_of"]

_BASES_PER_TOKEN = 4  # at least so many, on average: what a window of a tokenizer's length holds


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
    own : bool
        It was trained by gtrack, not by somebody else's script.
    """

    kind, unit = "dnabert2", "token"
    exact_length = False
    repeatable, keeps_float32 = True, False  # gtrack.core.optional_ports
    unit_limit: int | None = None  # ALiBi grows with the input
    files = FILES[kind]
    wrappers = WRAPPERS
    default_batch_units = 1024

    def __init__(
        self,
        network: Dnabert2ForSequenceClassification,
        tokenizer: DnaTokenizer,
        *,
        own: bool = True,
    ) -> None:
        config = network.config
        self._own = own
        _check_fit(tokenizer, config, "the model")
        self.network = network
        self.tokenizer = tokenizer
        self.labels: tuple[str, ...] = tuple(config.id2label[i] for i in range(config.num_labels))
        self.window_bp: int | None = config.window_bp
        self.likely_window_bp: int | None = _BASES_PER_TOKEN * (tokenizer.max_length or 128)
        self.strands: str | None = config.strands

    @classmethod
    def claims(cls, config: Mapping[str, Any], tensors: Collection[str]) -> bool:
        """Tell whether a folder holds a DNABERT-2, gtrack's own or a published one.

        A published one is known by its tensors: its ``model_type`` is often absent, and its
        ``auto_map`` is never followed.
        """
        if config.get("model_type") == Dnabert2Config.model_type:
            return True
        names = " ".join(tensors)
        published = ".attention.self.Wqkv.weight", ".mlp.gated_layers.weight"
        return all(name in names for name in published) or is_multimolecule(tensors)

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
        found = read_checkpoint(folder)
        tokenizer = tokenizer_of(folder)
        _check_fit(tokenizer, found.config, folder)
        network = settle(found.network(), device=device, dtype=dtype)
        return cls(network, tokenizer, own=found.own)

    @classmethod
    def adopt(
        cls,
        tensors: Mapping[str, Tensor],
        config: Mapping[str, Any],
        folder: Path,
        beside: Path | None = None,
    ) -> AdoptedCheckpoint:
        """Take a checkpoint with or without its heads, and the tokenizer beside it or elsewhere.

        Raises
        ------
        ModelError
            When the tensors, the config or the tokenizer do not fit.
        """
        checkpoint, tokenizer = adopt(tensors, config, folder), tokenizer_of(beside or folder)
        _check_fit(tokenizer, checkpoint.config, folder)
        return AdoptedCheckpoint(checkpoint, tokenizer)

    @property
    def head(self) -> Head:
        """What the outputs are, by the config."""
        return head_of(self.network.config.problem_type, self.labels, own=self._own)

    @property
    def mask_unit(self) -> int:
        """Id of [MASK]."""
        return self.tokenizer.mask

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

    def encode(self, sequences: Sequence[str]) -> Encodings:
        """Encode sequences of A, C, G, T and N as [CLS] tokens [SEP]; see :class:`DnaTokenizer`."""
        return self.tokenizer.encode(sequences)

    def collate(self, rows: Encodings, n_rows: int, n_units: int) -> TokenBatch:
        """Return a batch of exactly ``(n_rows, n_units)``; missing rows are [CLS] [SEP].

        Raises
        ------
        ValueError
            When a row is longer than `n_units` or there are more than `n_rows` of them.
        """
        ids, mask = padded(rows, n_rows, n_units, self.tokenizer.pad)
        if n_units < 2:
            raise ValueError(f"a batch of {n_units} units has no room for [CLS] and [SEP]")
        ids[len(rows) :, :2] = self.tokenizer.cls, self.tokenizer.sep
        mask[len(rows) :, :2] = True
        return TokenBatch(
            ids=torch.from_numpy(ids).to(self.device),
            mask=torch.from_numpy(mask).to(self.device),
            padded=not mask.all(),
        )

    def lay(self, rows: Encodings, batches: Sequence[BatchShape]) -> PoolUnits:
        """Lay the tokens of a pool; see :class:`gtrack.core.optional_ports.Pooling`."""
        tokens, pinned = self.tokenizer, self.device.type == "cuda"
        return PoolUnits.of(
            *(rows, batches),
            pad=tokens.pad,
            dummy=(tokens.cls, tokens.sep),
            dtype=torch.int32,
            pinned=pinned,
        )

    def batches(self, laid: PoolUnits) -> Iterator[TokenBatch]:
        """Yield the batches of a pool that was laid, on the device."""
        return (TokenBatch(*batch) for batch in laid.on(self.device))

    def embed(self, batch: TokenBatch) -> Tensor:
        """Return word embeddings, shape (rows, units, hidden)."""
        return self.network.embed(batch.ids)

    def forward(self, embedded: Tensor, batch: TokenBatch) -> Tensor:
        """Return logits, shape (rows, labels)."""
        mask = batch.mask if batch.padded else None
        logits: Tensor = self.network(inputs_embeds=embedded, attention_mask=mask).logits
        return logits


def tokenizer_of(folder: Path) -> DnaTokenizer:
    """Return the tokenizer of a model folder.

    Raises
    ------
    InputError
        When it is missing, with the command that takes it from elsewhere.
    ModelError
        When it is of no use.
    """
    if not (folder / TOKENIZER).exists():
        raise without_tokenizer(folder, TOKENIZER)
    return DnaTokenizer.load(folder)


def _check_fit(tokenizer: DnaTokenizer, config: Dnabert2Config, where: Path | str) -> None:
    """Refuse a tokenizer that knows tokens which the network does not."""
    if tokenizer.size > config.vocab_size:
        raise ModelError(
            f"{where}: the tokenizer has {tokenizer.size} tokens and the network "
            f"{config.vocab_size}: they are not of one model; copy the tokenizer.json that the "
            "network was trained with"
        )


class AdoptedCheckpoint:
    """A checkpoint with its tokenizer, to be saved as a model folder of gtrack's own.

    Parameters
    ----------
    checkpoint : Checkpoint
    tokenizer : DnaTokenizer
    """

    def __init__(self, checkpoint: Checkpoint, tokenizer: DnaTokenizer) -> None:
        self._checkpoint, self._tokenizer = checkpoint, tokenizer
        config = checkpoint.config
        self.labels = tuple(config.id2label[i] for i in range(config.num_labels))
        self.window_bp: int | None = config.window_bp
        self.absent = checkpoint.absent
        self.dropped = (*checkpoint.dropped, *checkpoint.aside)

    def save(self, folder: Path) -> None:
        """Write the config, the weights and the tokenizer into an existing folder."""
        config = self._checkpoint.config
        config.window_bp = self.window_bp
        if config.problem_type is None and len(self.labels) == 1:
            # Without a word, one output of a folder of gtrack's own is a label.
            head = head_of(None, self.labels, own=self._checkpoint.own)
            config.problem_type = PROBLEM_TYPE_OF[head.outputs]
        config.architectures = ["Dnabert2ForSequenceClassification"]
        config.save_pretrained(folder)
        write_weights(self._checkpoint.state, folder)
        self._tokenizer.save(folder)
