"""The plan of a scan: everything that decides its bytes, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.batches import pool_bounds, shard_bounds
from gtrack.core.errors import InputError
from gtrack.core.intervals import Interval
from gtrack.core.null_windows import NullGrid, NullPlan, lay_null
from gtrack.core.windows import WindowGrid, lay_windows

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a model may be called: it becomes a file name and a track name."""


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """How one model is scanned.

    Parameters
    ----------
    name : str
        The user's name for it.
    kind : str
        Name in the table of models.
    sha256 : str
        Digest of weights, configuration and tokenizer.
    labels : tuple of str
        One name per logit.
    target : int
        Index of the label that is explained.
    window_bp, stride : int
        Input length and tiling step, in bp.
    strand : str
        ``both``, ``forward``, ``reverse`` or ``region``.
    strand_from : str
        Why: ``option``, ``training`` or ``default``.
    batch_units : int
        Budget of a batch, in tokens or bases, padding included.
    """

    name: str
    kind: str
    sha256: str
    labels: tuple[str, ...]
    target: int
    window_bp: int
    stride: int
    strand: str
    strand_from: str
    batch_units: int

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise InputError(
                f"model name {self.name!r}: use 1 to 64 of A-Z a-z 0-9 . _ - and start with a "
                "letter or digit"
            )
        if not 0 <= self.target < len(self.labels):
            raise InputError(f"model {self.name}: no label of index {self.target}")

    @property
    def contrast(self) -> NDArray[np.float64]:
        """Weights of the logits in the explained score, shape (labels,).

        ``logit[target] - mean(other logits)``; a single-output model's one logit.
        """
        n = len(self.labels)
        if n == 1:
            return np.ones(1)
        weights = np.full(n, -1 / (n - 1))
        weights[self.target] = 1.0
        return weights

    def probability(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the target's softmax (one output: sigmoid) probability.

        Parameters
        ----------
        logits : ndarray, shape (rows, labels)

        Returns
        -------
        ndarray, shape (rows,)
        """
        single = logits.shape[1] == 1
        wide = np.hstack([np.zeros_like(logits), logits]) if single else logits
        powers = np.exp(wide - wide.max(axis=1, keepdims=True))
        return np.asarray(powers[:, 1 if single else self.target] / powers.sum(axis=1))


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """Options that decide values, the same for every model."""

    genome: str = "custom"
    method: str = "attnlrp"
    alibi_rule: str | None = "absorb"
    projection: str = "uniform"
    weights_sha256: str | None = None
    per_strand_tracks: bool = False
    precision: str = "fp32"
    device_kind: str = "cpu"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A whole scan, ready to be carried out shard by shard.

    Parameters
    ----------
    options : ScanOptions
    models : tuple of ModelPlan
    chrom_sizes : dict of str to int
        Every chromosome of the FASTA, in its order.
    regions : tuple of Interval
        Canonical: sorted, without exact duplicates.
    known : tuple of int
        A, C, G, T bases of each region.
    given : int
        Regions in the BED file, duplicates included.
    pools : dict of str to tuple of str
        Per model, the sha256 of the sequences of each pool: what the model will read.
    covered : dict of str to int
        Per model, how many bases will have a value.
    versions : dict of str to str
        Packages that the bytes depend on.
    n_shards : int
        Pieces that the work is cut into; no part of the digest.
    null : NullPlan or None
        Shuffled windows that are explained, too; no part of the digest.
    """

    options: ScanOptions
    models: tuple[ModelPlan, ...]
    chrom_sizes: dict[str, int]
    regions: tuple[Interval, ...]
    known: tuple[int, ...]
    given: int
    pools: dict[str, tuple[str, ...]]
    covered: dict[str, int]
    versions: dict[str, str]
    n_shards: int
    null: NullPlan | None = None
    _grids: dict[str, WindowGrid] = field(default_factory=dict, init=False, repr=False)
    _nulls: dict[str, NullGrid] = field(default_factory=dict, init=False, repr=False)

    def grid(self, name: str) -> WindowGrid:
        """Return the windows of one model: a function of the plan, laid on first use."""
        if name not in self._grids:
            model = self.model(name)
            self._grids[name] = lay_windows(
                self.regions, self.chrom_sizes, model.window_bp, model.stride, model.strand
            )
        return self._grids[name]

    def null_grids(self) -> dict[str, NullGrid]:
        """Return the windows of every model's null, laid on first use; empty without a null."""
        if self.null is not None and not self._nulls:
            bases = self.null.bases
            self._nulls.update((m.name, lay_null(self.grid(m.name), bases)) for m in self.models)
        return self._nulls

    def model(self, name: str) -> ModelPlan:
        """Return one model by its name."""
        return next(model for model in self.models if model.name == name)

    def shard(self, index: int, name: str) -> list[tuple[int, int, int]]:
        """Return (pool, first window, end) of one model's pools in a shard."""
        bounds = pool_bounds(len(self.grid(name)))
        first, end = shard_bounds(len(bounds), self.n_shards)[index]
        return [(pool, *bounds[pool]) for pool in range(first, end)]

    def owned(self, name: str, first: int, end: int) -> int:
        """Return how many bases the windows ``first`` to ``end`` of a model own, N included."""
        return self.grid(name).owned(first, end)

    def facts(self) -> dict[str, Any]:
        """Return what the digest covers, by the name a user would look for."""
        return {
            "options": asdict(self.options),
            "models": [asdict(model) for model in self.models],
            "chromosomes": digest_of(list(self.chrom_sizes.items())),  # in their order
            "regions": digest_of(
                [
                    self.given,
                    *((r.chrom, r.start, r.end, r.name, r.strand, r.summit) for r in self.regions),
                ]
            ),
            "sequences": digest_of([self.pools, self.covered, self.known]),
            "versions": self.versions,
        }

    @property
    def digest(self) -> str:
        """sha256 of everything that decides the bytes of the results."""
        return digest_of(self.facts())


def digest_of(value: Any) -> str:
    """Return the sha256 of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def resolve_target(name: str, labels: tuple[str, ...], wish: str | None) -> int:
    """Return the index of the label to explain.

    Parameters
    ----------
    name : str
        The model, for messages.
    labels : tuple of str
        Its labels.
    wish : str or None
        A label's name or index; None takes label 1 of a two-label model, or the only output.

    Raises
    ------
    InputError
        When there is no such label, or no default.
    """
    listed = ", ".join(f"{i}={label}" for i, label in enumerate(labels))
    if wish is None:
        if len(labels) <= 2:
            return len(labels) - 1
        raise InputError(f"model {name} has {len(labels)} labels ({listed}): choose by --target")
    if wish in labels:
        return labels.index(wish)
    if wish.isascii() and wish.isdigit() and int(wish) < len(labels):
        return int(wish)
    raise InputError(f"--target {wish}: model {name} has only {listed}")


_OPTIONS = {
    "weights_sha256": "the bigWig of --projection weighted",
    "device_kind": "--device",
}
_MODEL_OPTIONS = {
    "target": "--target",
    "window_bp": "--window",
    "stride": "--stride",
    "strand": "--strand",
    "batch_units": "--batch-tokens",
}


def differences(stored: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name the facts of two plans that differ, in words for a user.

    Parameters
    ----------
    stored, now : mapping
        Of :meth:`Plan.facts`; one may come from JSON.
    """
    one, other = (json.loads(json.dumps(facts)) for facts in (stored, now))
    found = [
        f"{_OPTIONS.get(key, '--' + key.replace('_', '-'))} ({was} before, now {value})"
        for key, value in other["options"].items()
        if (was := one["options"].get(key)) != value
    ]
    models = {model["name"]: model for model in one["models"]}
    if [*models] != [model["name"] for model in other["models"]]:
        found.append(f"the models ({', '.join(models)} before)")
    for model in other["models"]:
        found += _model_differences(models.get(model["name"], model), model)
    laid = [
        [(model["name"], model["window_bp"], model["stride"]) for model in facts["models"]]
        for facts in (one, other)
    ]
    if one["regions"] != other["regions"]:
        found.append("the BED regions")
    elif one["chromosomes"] != other["chromosomes"]:
        found.append("the FASTA (its chromosomes)")
    elif laid[0] == laid[1] and one["sequences"] != other["sequences"]:
        found.append("the FASTA (its bases)")
    for name, value in other["versions"].items():
        if (was := one["versions"].get(name)) != value:
            found.append(f"the version of {name} ({was} before, now {value})")
    return found


def _model_differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    name = other["name"]
    if one["sha256"] != other["sha256"]:
        return [f"the files of model {name}"]
    return [
        f"{option} of model {name} ({one[key]} before, now {other[key]})"
        for key, option in _MODEL_OPTIONS.items()
        if one[key] != other[key]
    ]
