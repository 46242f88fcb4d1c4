"""DNA to tokens: the byte-pair encoding of a DNABERT-2 folder, with the bases of every token."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Sequence
from itertools import chain, compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.encodings import Encodings, joined, positions
from gtrack.core.errors import ModelError
from gtrack.core.sequences import is_known, lengths_of
from gtrack.core.small_file import whole
from gtrack.models.dnabert2.multimolecule import respelt
from gtrack.models.dnabert2.tokenizer_file import read_tokenizer
from gtrack.models.weights import read_json

TOKENIZER = "tokenizer.json"
_SPECIAL = ("UNK", "CLS", "SEP", "PAD", "MASK")
_MAX_FILE = 4_000_000  # bytes; that of DNABERT-2 has 0.3 million
_MAX_LENGTH = 10**6
_AT_ONCE = 1 << 15  # tokens
_WORD = 8  # letters of a token that are compared at once, as one number
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
        pieces = {i: token.encode() for token, i in vocabulary.items() if _DNA.fullmatch(token)}
        self._bases = np.zeros(self.size, np.int32)  # of a token by its id: 0 where it is no DNA
        self._letters = np.frombuffer(b"".join(pieces.values()), np.uint8)
        self._letters_at = np.zeros(self.size, np.int64)  # where those of a token begin
        # Its first letters as a number, and which bits of that number they take.
        self._first, self._taken = np.zeros((2, self.size), np.uint64)
        own, lengths = list(pieces), [*map(len, pieces.values())]
        self._bases[own], self._letters_at[own] = lengths, np.cumsum(lengths) - lengths
        self._first[own] = _numbers(pieces.values())
        self._taken[own] = _numbers(b"\xff" * min(length, _WORD) for length in lengths)

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
        letters = "".join(sequences)
        sound = all(sequences) and letters.isascii()
        if sound and "N" not in letters:
            found = self._spelt(sequences, letters.encode())
            if found is not None:  # so there are no other letters
                return found
        if not sound or letters.encode().translate(None, b"ACGTN"):
            raise ValueError("a sequence is empty or holds a letter other than A, C, G, T, N")
        odd = np.array(["N" in sequence for sequence in sequences])
        if odd.all() or not odd.any():
            return self._tiled(sequences)
        chosen = (list(compress(sequences, which)) for which in (~odd, odd))
        rank = np.argsort(np.argsort(odd, kind="stable"))  # of each row, those with N last
        return joined(*map(self.encode, chosen))[rank]

    def words(self, sequences: Sequence[str]) -> list[Any]:
        """Let the library find the tokens: nearly all of the time."""
        return self._tokenizer.encode_batch_fast(list(sequences), add_special_tokens=False)

    def _spelt(self, sequences: Sequence[str], letters: bytes) -> Encodings | None:
        """Encode by the letters of the tokens, in half the time; None unless they spell all.

        A token that spells letters is no [CLS] or [SEP], whose spans are empty: so spans are sums.
        """
        read, edges, between = array("I", [self.cls]), [0], [self.sep, self.cls]
        for each in self.words(sequences):
            read.fromlist(each.ids)
            read.fromlist(between)
            edges.append(len(read) - 1)
        ids, offsets = np.asarray(read)[:-1].view(np.int32), np.array(edges, np.int64)
        places = ids.astype(np.intp)  # what NumPy takes by: once, not at each table
        bases = self._bases.take(places)
        ends = np.cumsum(bases, dtype=np.int64)
        inner = np.ones(len(ids), np.bool_)
        inner[offsets[:-1]] = inner[offsets[1:] - 1] = False
        lengths = lengths_of(sequences)
        row_end = np.cumsum(lengths)
        if not np.array_equal(ends[offsets[1:] - 1], row_end) or ((bases > 0) != inner).any():
            return None
        if not self._spell(places, bases, letters):
            return None
        spans = np.empty((len(ids), 2), np.int32)
        spans[:, 1] = ends - np.repeat(row_end - lengths, offsets[1:] - offsets[:-1])
        spans[:, 0] = spans[:, 1] - bases
        return Encodings(ids, offsets, spans, inner)

    def _spell(self, ids: NDArray[np.intp], bases: NDArray[np.int32], letters: bytes) -> bool:
        """Tell whether tokens of so many bases spell letters; few at once, as memory is dear."""
        begin = 0
        for low in range(0, len(ids), _AT_ONCE):
            part, size = ids[low : low + _AT_ONCE], bases[low : low + _AT_ONCE]
            starts = np.cumsum(size, dtype=np.int64)
            end = int(starts[-1])
            starts -= size
            here = letters[begin : begin + end + _WORD]
            words = here.ljust(end + _WORD)  # one from every base on, and one behind the last
            there = np.ndarray(end + 1, np.uint64, words, strides=(1,)).copy().take(starts)
            there ^= self._first.take(part)
            there &= self._taken.take(part)
            if there.any() or (size.max() > _WORD and not self._rest(part, size, starts, here)):
                return False
            begin += end
        return begin == len(letters)

    def _rest(
        self,
        ids: NDArray[np.intp],
        bases: NDArray[np.int32],
        starts: NDArray[np.int64],
        letters: bytes,
    ) -> bool:
        """Tell the same of the letters of long tokens beyond those that are compared at once."""
        long = np.flatnonzero(bases > _WORD)
        count = bases[long] - _WORD
        own = self._letters[positions(self._letters_at[ids[long]] + _WORD, count)]
        there = np.frombuffer(letters, np.uint8)[positions(starts[long] + _WORD, count)]
        return np.array_equal(own, there)

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


def _numbers(words: Iterable[bytes]) -> NDArray[np.uint64]:
    """Return the first letters of each as they lie in memory, read as one number; 0 for none."""
    return np.frombuffer(b"".join(word[:_WORD].ljust(_WORD, b"\0") for word in words), np.uint64)
