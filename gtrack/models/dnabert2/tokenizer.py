"""DNA to tokens: the byte-pair encoding of a DNABERT-2 folder, with the bases of every token."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import chain, compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings, joined, positions
from gtrack.core.errors import ModelError
from gtrack.core.sequences import is_known
from gtrack.core.small_file import whole
from gtrack.models.dnabert2.multimolecule import respelt
from gtrack.models.dnabert2.tokenizer_file import read_tokenizer
from gtrack.models.weights import read_json

TOKENIZER = "tokenizer.json"
_SPECIAL = ("UNK", "CLS", "SEP", "PAD", "MASK")
_MAX_FILE = 4_000_000  # bytes; that of DNABERT-2 has 0.3 million
_MAX_LENGTH = 10**6
_AT_ONCE = 2048  # tokens
_SHORT, _FILL = 16, b"\xff"  # letters of a token that are taken at once, and what is none
_DNA = re.compile("[ACGT]+")


class DnaTokenizer:
    """A ``tokenizer.json`` made to account for every base: of it, the vocabulary and the merges.

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
        self._tokenizer, vocabulary = read_tokenizer(content, where)
        self._content = content
        self._where = where
        self.max_length = max_length
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
        pieces = [(i, token) for token, i in vocabulary.items() if _DNA.fullmatch(token)]
        self._letters = np.frombuffer("".join(token for _, token in pieces).encode(), np.uint8)
        self._letters_at = np.zeros(self.size, np.int64)  # where those of a token begin
        short = np.full(self.size, _FILL * _SHORT, f"S{_SHORT}")
        at = 0
        for index, token in pieces:
            self._bases[index], self._letters_at[index] = len(token), at
            short[index] = token.encode()[:_SHORT].ljust(_SHORT, _FILL)
            at += len(token)
        self._short = short.view(f"V{_SHORT}")  # as it is: copied faster than text

    @classmethod
    def load(cls, folder: Path) -> DnaTokenizer:
        """Read ``tokenizer.json`` (at most 4 MB), and the length in ``tokenizer_config.json``.

        Raises
        ------
        ModelError
            When the file is missing, too large, malformed, or lacks a special token.
        """
        path = folder / TOKENIZER
        try:
            content = whole(path, _MAX_FILE)
        except OSError as problem:
            raise ModelError(f"{path}: cannot be read: {problem.strerror}") from problem
        content = respelt(content)
        config = folder / "tokenizer_config.json"
        length = read_json(config).get("model_max_length") if config.exists() else None
        real = isinstance(length, int) and 0 < length < _MAX_LENGTH
        return cls(content, path, length if real else None)

    def save(self, folder: Path) -> None:
        """Write ``tokenizer.json``, as it was read or respelt, and ``tokenizer_config.json``."""
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
        letters = "".join(sequences).encode("ascii", "replace")
        if not all(sequences) or letters.translate(None, b"ACGTN"):
            raise ValueError("a sequence is empty or holds a letter other than A, C, G, T, N")
        if b"N" not in letters:
            return self._spelt(sequences, letters) or self._tiled(sequences)
        odd = np.array(["N" in sequence for sequence in sequences])
        if odd.all():
            return self._tiled(sequences)
        chosen = (list(compress(sequences, which)) for which in (~odd, odd))
        rank = np.argsort(np.argsort(odd, kind="stable"))  # of each row, those with N last
        return joined(*map(self.encode, chosen))[rank]

    def _spelt(self, sequences: Sequence[str], letters: bytes) -> Encodings | None:
        """Encode by the letters of the tokens, in half the time; None unless they spell all.

        A token that spells letters is no [CLS] or [SEP], whose spans are empty: so spans are sums.
        """
        found = self._tokenizer.encode_batch_fast(list(sequences), add_special_tokens=False)
        rows = [each.ids for each in found]
        units = np.fromiter(map(len, rows), np.int64, len(rows)) + 2
        edges = np.concatenate([[0], np.cumsum(units)])
        inner = np.ones(edges[-1], np.bool_)
        inner[edges[:-1]] = inner[edges[1:] - 1] = False
        read = np.fromiter(chain.from_iterable(rows), np.int32, int(edges[-1]) - 2 * len(rows))
        ids = np.empty(edges[-1], np.int32)
        ids[edges[:-1]], ids[edges[1:] - 1], ids[inner] = self.cls, self.sep, read
        bases = self._bases[ids]
        spans = np.empty((len(ids), 2), np.int32)
        ends = np.cumsum(bases)
        lengths = np.fromiter(map(len, sequences), np.int64, len(rows))
        row_end = np.cumsum(lengths)
        if not np.array_equal(ends[edges[1:] - 1], row_end) or not (bases[inner] > 0).all():
            return None
        if not self._spell(read, letters):
            return None
        spans[:, 1] = ends - np.repeat(row_end - lengths, units)
        spans[:, 0] = spans[:, 1] - bases
        return Encodings(ids, edges, spans, inner)

    def _spell(self, ids: NDArray[np.int32], letters: bytes) -> bool:
        """Tell whether tokens spell letters; few at once, as fresh memory costs more than work."""
        at = 0
        for low in range(0, len(ids), _AT_ONCE):
            part = ids[low : low + _AT_ONCE]
            if (self._bases[part] <= _SHORT).all():
                spelt = self._short[part].tobytes().translate(None, _FILL)
            else:
                at_each = positions(self._letters_at[part], self._bases[part])
                spelt = self._letters[at_each].tobytes()
            if spelt != letters[at : at + len(spelt)]:
                return False
            at += len(spelt)
        return at == len(letters)

    def _tiled(self, sequences: Sequence[str]) -> Encodings:
        """Encode by the places that the tokenizer gives."""
        found = self._tokenizer.encode_batch(list(sequences), add_special_tokens=False)
        numbers = chain.from_iterable(chain.from_iterable(each.offsets for each in found))
        return self._account(
            sequences,
            np.array([len(each) for each in found], np.int64),
            np.fromiter(chain.from_iterable(each.ids for each in found), np.int32),
            np.fromiter(numbers, np.int32).reshape(-1, 2),
        )

    def _account(
        self,
        sequences: Sequence[str],
        counts: NDArray[np.int64],
        ids: NDArray[np.int32],
        spans: NDArray[np.int32],
    ) -> Encodings:
        """Return the tokens of all rows with special ones, after checking where bases went."""
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
        row = np.repeat(np.arange(len(counts)), counts)
        last = np.cumsum(counts) - 1
        ends = np.append(spans[1:, 0], 0)[: len(ids)].astype(np.int64)  # where the next begins
        astray = counts == 0
        if not astray.any():
            ends[last] = lengths
            wrong = (ends <= spans[:, 0]) | (ends != spans[:, 1])
            wrong[last - counts + 1] |= spans[last - counts + 1, 0] != 0
            astray[row[wrong]] = True
        if astray.any():
            raise ModelError(
                f"{self._where}: the tokens do not tile a sequence of {lengths[astray][0]} bp"
            )
        known, width = is_known("".join(sequences)), ends - spans[:, 0]
        starts = spans[:, 0] + (np.cumsum(lengths) - lengths)[row]
        bases = self._bases[ids]
        placed = bases > 0
        # A token of n letters over n bases, none of them N, can only stand for those bases.
        unknown = np.add.reduceat(~known, starts) > 0 if len(ids) else placed
        if (placed & ((bases != width) | unknown)).any():
            raise ModelError(f"{self._where}: a token and the bases that it was made from differ")
        if width[placed].sum() != known.sum():
            raise ModelError(f"{self._where}: the vocabulary leaves A, C, G or T bases unread")
        edges = np.concatenate([[0], np.cumsum(counts + 2)]).astype(np.int64)
        inner = np.arange(len(ids)) + 2 * row + 1
        whole = Encodings(
            ids=np.empty(edges[-1], np.int32),
            offsets=edges,
            spans=np.zeros((edges[-1], 2), np.int32),
            placed=np.zeros(edges[-1], np.bool_),
        )
        whole.ids[edges[:-1]], whole.ids[edges[1:] - 1], whole.ids[inner] = self.cls, self.sep, ids
        whole.spans[inner], whole.spans[edges[1:] - 1] = spans, lengths[:, None]
        whole.placed[inner] = placed
        return whole
