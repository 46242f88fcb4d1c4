"""Many short texts in little memory: their bytes end to end."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

_CODEC = "utf-8", "surrogatepass"
_AT_ONCE = 1 << 12  # texts that are made at once


class Texts(Sequence[str]):
    """Texts as a sequence; each is made when it is asked for.

    Parameters
    ----------
    data : bytes
        UTF-8 of all, end to end.
    edges : ndarray of int64, shape (N + 1,)
        Where each begins, and the last ends.

    Examples
    --------
    >>> names = Texts.of(["a", "", "ü"])
    >>> names[2], list(names[::-1]), names.take(np.array([0, 0])).data
    ('ü', ['ü', '', 'a'], b'aa')
    """

    __slots__ = ("_edges", "data")

    def __init__(self, data: bytes, edges: NDArray[np.integer]) -> None:
        self.data = data
        self._edges = edges.astype(np.uint32 if len(data) < 1 << 32 else np.int64)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Keep texts."""
        if isinstance(texts, Texts):
            return texts
        return cls.of_bytes(text.encode(*_CODEC) for text in texts)

    @classmethod
    def of_bytes(cls, encoded: Iterable[bytes]) -> Texts:
        """Keep texts that are UTF-8 already."""
        growing, rest = GrowingTexts(), iter(encoded)
        while part := list(islice(rest, _AT_ONCE)):
            growing.add(part)
        return growing.texts()

    def __len__(self) -> int:
        return len(self._edges) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Texts: ...
    def __getitem__(self, index: int | slice) -> str | Texts:
        if isinstance(index, slice):
            low, high, step = index.indices(len(self))
            if step == 1:
                edges = self._edges[low : max(low, high) + 1]
                return Texts(self.data[int(edges[0]) : int(edges[-1])], edges - edges[0])
            return self.take(np.arange(low, high, step))
        at = range(len(self))[index]
        return self.data[int(self._edges[at]) : int(self._edges[at + 1])].decode(*_CODEC)

    def __iter__(self) -> Iterator[str]:
        for low in range(0, len(self), _AT_ONCE):
            edges = self._edges[low : low + _AT_ONCE + 1].tolist()
            for first, end in pairwise(edges):
                yield self.data[first:end].decode(*_CODEC)

    def take(self, index: NDArray[np.integer]) -> Texts:
        """Return the texts of some indices, in their order."""
        first, end = (self._edges[index + more].tolist() for more in (0, 1))
        return Texts.of_bytes(self.data[a:b] for a, b in zip(first, end, strict=True))


class Chosen(Sequence[str]):
    """Texts of which few are distinct, as a sequence.

    Parameters
    ----------
    among : sequence of str
    places : ndarray of int, shape (N,)
        Of each, in `among`.

    Examples
    --------
    >>> list(Chosen("+-", np.array([0, 1, 1])))
    ['+', '-', '-']
    """

    __slots__ = ("among", "places")

    def __init__(self, among: Sequence[str], places: NDArray[np.integer]) -> None:
        self.among, self.places = among, places

    @classmethod
    def of(cls, texts: Sequence[str]) -> Chosen:
        """Find the distinct ones; of what is `Chosen` among many, those that are used."""
        if isinstance(texts, Chosen) and len(texts.among) * 8 <= len(texts):
            return texts
        if isinstance(texts, Chosen):
            used, places = np.unique(texts.places, return_inverse=True)
            return cls([texts.among[each] for each in used.tolist()], places)
        known = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        return cls([*known], np.fromiter(map(known.__getitem__, texts), np.intp, len(texts)))

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Chosen: ...
    def __getitem__(self, index: int | slice) -> str | Chosen:
        if isinstance(index, slice):
            return Chosen(self.among, self.places[index])
        return self.among[int(self.places[index])]

    def __iter__(self) -> Iterator[str]:
        return map(self.among.__getitem__, self.places.tolist())


class GrowingTexts:
    """Texts that come part by part."""

    def __init__(self) -> None:
        self._data, self._lengths = bytearray(), array("I")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, encoded: Sequence[bytes]) -> None:
        """Take more, in UTF-8."""
        self._data += b"".join(encoded)
        self._lengths.extend(map(len, encoded))

    def are(self, text: str) -> bool:
        """Tell whether each is this text."""
        one = text.encode(*_CODEC)
        return {*self._lengths} <= {len(one)} and self._data == one * len(self)

    def texts(self) -> Texts:
        """Return what came so far."""
        edges = np.zeros(len(self._lengths) + 1, np.int64)
        np.cumsum(self._lengths, out=edges[1:])
        return Texts(bytes(self._data), edges)
