"""Targets: the outputs of models that are explained, and what the files of each are called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a model may be called: it becomes a file name and a track name."""

ENDS = ("", ".forward", ".reverse")
"""What may follow the stem of a target in the name of a track."""

_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_LONGEST = 120  # bytes of an encoded label: a file name has 255


@dataclass(frozen=True, slots=True)
class Target:
    """One output of one model that is explained: it has tracks, a null and hits of its own.

    Parameters
    ----------
    model : str
        The user's name for the model.
    index : int
        Of the output.
    label : str
        Name of the output.
    stem : str
        How its files and tracks are called: the model's name, or ``NAME.LABEL`` (percent-encoded)
        where several targets of the model are explained. No two are equal, case ignored.
    place : int
        Which of its model's targets it is, from 0.
    alone : bool
        Whether it is the model's only target.
    """

    model: str
    index: int
    label: str
    stem: str
    place: int
    alone: bool

    @property
    def among(self) -> str | None:
        """The label, where the model has several targets to tell apart."""
        return None if self.alone else self.label

    @property
    def title(self) -> str:
        """What a person reads."""
        return titled(self.model, self.among)


def url_of(folder: str, name: str) -> str:
    """Return the URL of a file, relative to the manifest; a ``%`` in its name is escaped."""
    return f"{folder}/{quote(name)}"


def track_url(stem: str) -> str:
    """Return the URL of a track, relative to the manifest."""
    return url_of("tracks", f"{stem}.relevance.bw")


def path_of(url: str) -> str:
    """Return the path of a file that the manifest names by URL."""
    return unquote(url)


def titled(model: str, label: str | None) -> str:
    """Return what a person reads: the model, and the label where the model has several targets."""
    return model if label is None else f"{model}: {label}"


def named(target: Target) -> dict[str, str]:
    """Return how the manifest names a target: a model, and a label where it has several."""
    return {"model": target.model} | ({} if target.among is None else {"target": target.among})


def name_targets(
    models: Iterable[tuple[str, Sequence[int], Sequence[str]]],
) -> tuple[Target, ...]:
    """Return the targets of models, model by model, each with a stem of its own.

    A model with one target keeps its name as it is; what would collide with that, or with the
    track of one strand, gets a number.

    Parameters
    ----------
    models : iterable of (name, targets, labels)
        Name, indices of the outputs that are explained, names of all outputs.

    Examples
    --------
    >>> [each.stem for each in name_targets([("m", (0, 1), ("a=b", "A=B")), ("n", (0,), ("x",))])]
    ['m.a%3Db', 'm.A%3DB-2', 'n']
    """
    given = list(models)
    taken: set[str] = set()
    for name, targets, _ in given:
        if len(targets) == 1:
            taken |= _names(name)
    found = []
    for name, targets, labels in given:
        for place, index in enumerate(targets):
            stem, label = name, labels[index]
            if len(targets) > 1:
                stem = _free(f"{name}.{encoded(label)}", taken)
                taken |= _names(stem)
            found.append(Target(name, index, label, stem, place, len(targets) == 1))
    return tuple(found)


def encoded(label: str) -> str:
    """Return a label percent-encoded (UTF-8; letters, digits, ``_`` and ``-`` stay), for a name.

    A long one is cut and ends with eight digits of its SHA-256.

    Examples
    --------
    >>> encoded("H3K4me3=high")
    'H3K4me3%3Dhigh'
    """
    data = label.encode("utf-8", "surrogatepass")
    text = "".join(chr(byte) if byte in _SAFE else f"%{byte:02X}" for byte in data)
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}-{hashlib.sha256(data).hexdigest()[:8]}"


def _free(stem: str, taken: set[str]) -> str:
    number, wish = 2, stem
    while _names(wish) & taken:
        wish, number = f"{stem}-{number}", number + 1
    return wish


def _names(stem: str) -> set[str]:
    return {f"{stem}{end}".casefold() for end in ENDS}
