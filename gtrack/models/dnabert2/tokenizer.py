"""DNA to tokens: the byte-pair encoding of a DNABERT-2 folder, with the bases of every token."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from gtrack.core.encodings import Encoding, Encodings
from gtrack.core.errors import ModelError
from gtrack.core.sequences import is_known
from gtrack.models.weights import read_json

TOKENIZER = "tokenizer.json"
_SPECIAL = ("UNK", "CLS", "SEP", "PAD", "MASK")
_MAX_FILE = 64_000_000
_MAX_LENGTH = 10**6
_DNA = re.compile("[ACGT]+")
_READABLE = re.compile("[ACGTN]+")


class DnaTokenizer:
    """A ``tokenizer.json`` made to account for every base.

    Attributes
    ----------
    unk, cls, sep, pad, mask : int
        Ids of the special tokens, found by name.
    size : int
        One more than the largest id.
    max_length : int or None
        ``model_max_length`` of ``tokenizer_config.json``, in tokens; None without a real one.
        It limits nothing here: inputs are never truncated.
    """

    def __init__(self, content: bytes, where: Path, max_length: int | None = None) -> None:
        try:
            self._tokenizer = Tokenizer.from_buffer(content)
        except Exception as problem:  # the library raises bare Exception
            raise ModelError(f"{where}: not a tokenizer: {problem}") from problem
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._content = content
        self._where = where
        self.max_length = max_length
        vocabulary: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=True)
        for name in _SPECIAL:
            if f"[{name}]" not in vocabulary:
                raise ModelError(f"{where}: the vocabulary has no token [{name}]")
        self.unk = vocabulary["[UNK]"]
        self.cls = vocabulary["[CLS]"]
        self.sep = vocabulary["[SEP]"]
        self.pad = vocabulary["[PAD]"]
        self.mask = vocabulary["[MASK]"]
        self.size = max(vocabulary.values()) + 1
        # Bases of a token by its id: 0 for a token that is no piece of DNA.
        self._bases = np.zeros(self.size, np.int32)
        for token, index in vocabulary.items():
            if _DNA.fullmatch(token):
                self._bases[index] = len(token)

    @classmethod
    def load(cls, folder: Path) -> DnaTokenizer:
        """Read ``tokenizer.json`` (at most 64 MB), and the length in ``tokenizer_config.json``.

        Raises
        ------
        ModelError
            When the file is missing, too large, malformed, or lacks a special token.
        """
        path = folder / TOKENIZER
        try:
            size = path.stat().st_size
            if size > _MAX_FILE:
                raise ModelError(f"{path}: {size:,} bytes, more than the {_MAX_FILE:,} allowed")
            content = path.read_bytes()
        except OSError as problem:
            raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
        config = folder / "tokenizer_config.json"
        length = read_json(config).get("model_max_length") if config.exists() else None
        real = isinstance(length, int) and 0 < length < _MAX_LENGTH
        return cls(content, path, length if real else None)

    def save(self, folder: Path) -> None:
        """Write ``tokenizer.json``, byte for byte as it was read, and ``tokenizer_config.json``."""
        (folder / TOKENIZER).write_bytes(self._content)
        config: dict[str, Any] = {"tokenizer_class": "PreTrainedTokenizerFast"}
        for name in _SPECIAL:
            config[f"{name.lower()}_token"] = f"[{name}]"
        if self.max_length is not None:
            config["model_max_length"] = self.max_length
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")

    def encode(self, sequences: Sequence[str]) -> Encodings:
        """Encode sequences as [CLS] tokens [SEP], whole.

        Parameters
        ----------
        sequences : sequence of str
            A, C, G, T and N in upper case, 1 bp or longer.

        Returns
        -------
        Encodings
            Every base lies in exactly one unit; [CLS], [SEP] and [UNK] are not placed.

        Raises
        ------
        ValueError
            When a sequence is empty or holds another letter.
        ModelError
            When the tokens do not tile a sequence, or one of its known bases is no token.
        """
        for sequence in sequences:
            if not _READABLE.fullmatch(sequence):
                raise ValueError("a sequence is empty or holds a letter other than A, C, G, T, N")
        found = self._tokenizer.encode_batch(list(sequences), add_special_tokens=False)
        return Encodings.of(
            [
                self._account(sequence, np.array(e.ids, np.int32), np.array(e.offsets, np.int32))
                for sequence, e in zip(sequences, found, strict=True)
            ]
        )

    def _account(
        self, sequence: str, ids: NDArray[np.int32], offsets: NDArray[np.int32]
    ) -> Encoding:
        """Return one encoding with its special tokens, after checking where every base went."""
        edges = np.append(offsets[:, 0], len(sequence)) if len(ids) else np.array([-1])
        lengths = np.diff(edges)
        if edges[0] != 0 or (lengths < 1).any() or (offsets[:, 1] != edges[1:]).any():
            raise ModelError(
                f"{self._where}: the tokens do not tile a sequence of {len(sequence)} bp"
            )
        known = is_known(sequence)
        bases = self._bases[ids]
        placed = bases > 0
        # A token of n letters over n bases, none of them N, can only stand for those bases.
        unknown = np.add.reduceat(~known, edges[:-1]) > 0
        if (placed & ((bases != lengths) | unknown)).any():
            raise ModelError(f"{self._where}: a token and the bases that it was made from differ")
        if lengths[placed].sum() != known.sum():
            raise ModelError(f"{self._where}: the vocabulary leaves A, C, G or T bases unread")
        ends = [[0, 0]], [[len(sequence), len(sequence)]]
        return Encoding(
            ids=np.concatenate([[self.cls], ids, [self.sep]]).astype(np.int32),
            spans=np.concatenate([ends[0], offsets, ends[1]]).astype(np.int32),
            placed=np.concatenate([[False], placed, [False]]),
        )
