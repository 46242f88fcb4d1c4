"""The plan of a scan: everything that decides its bytes, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gtrack.core.errors import InputError
from gtrack.core.heads import Head
from gtrack.core.intervals import Interval
from gtrack.core.narrow_columns import narrowest
from gtrack.core.regions import Regions
from gtrack.core.scan.batches import shard_pools
from gtrack.core.scan.digests import canonical, digest_of, digest_of_parts
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.null_windows import NullGrid, NullPlan, lay_null
from gtrack.core.scan.region_digest import digest_of_regions
from gtrack.core.scan.windows import lay_windows
from gtrack.core.targets import NAME, Target, name_targets

_AT_ONCE = 1 << 10  # numbers whose text is in memory


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
    unit : {"token", "base"}
        What the model reads.
    exact : bool
        Its input has one length: it is never padded, and no window is shorter.
    unit_limit : int or None
        Most units that it takes.
    head : Head
        What its outputs are.
    targets : tuple of int
        Indices of the outputs that are explained.
    parameters : dict of str to str
        Those of the method that matter to this kind of model.
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
    unit: str
    exact: bool
    unit_limit: int | None
    head: Head
    targets: tuple[int, ...]
    parameters: dict[str, str]
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
        if not self.targets or len(set(self.targets)) != len(self.targets):
            raise InputError(f"model {self.name}: targets {self.targets} are not distinct")
        for target in self.targets:
            if not 0 <= target < len(self.head.names):
                raise InputError(f"model {self.name}: no output of index {target}")

    @property
    def contrasts(self) -> NDArray[np.float64]:
        """Weights of the outputs in what is explained, shape (targets, outputs)."""
        return self.head.contrasts(self.targets)

    def lay(self, regions: Sequence[Interval], chrom_sizes: Mapping[str, int]) -> WindowGrid:
        """Lay its windows over canonical regions; see :func:`lay_windows`."""
        return lay_windows(
            regions, chrom_sizes, self.window_bp, self.stride, self.strand, exact=self.exact
        )


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """Options that decide values, the same for every model."""

    genome: str = "custom"
    method: str = "attnlrp"
    parameters: dict[str, str] = field(default_factory=dict)
    projection: str = "uniform"
    weights_sha256: str | None = None
    per_strand_tracks: bool = False
    precision: str = "fp32"
    device_kind: str = "cpu"
    flank: int | None = None
    resize: int | None = None

    def facts(self) -> dict[str, Any]:
        """Return them by name; how regions were widened only where they were."""
        facts = asdict(self)
        return {
            name: value
            for name, value in facts.items()
            if name not in ("flank", "resize") or value is not None
        }


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A whole scan, ready to be carried out shard by shard.

    Parameters
    ----------
    options : ScanOptions
    models : tuple of ModelPlan
    chrom_sizes : dict of str to int
        Every chromosome of the FASTA, in its order.
    regions : Regions
        Canonical: sorted, without exact duplicates; made of any intervals.
    known : ndarray of int, shape (regions,)
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
    tried : dict of str to dict
        Per model, facts of its record that decide no bytes: how batches were found, and what an
        audit of the arithmetic saw; no part of the digest.
    sealed : str or None
        The digest under which an earlier version made it: such a plan can be read, not continued.
    grids, nulls : dict
        Per model, its windows and those of its null: functions of the rest, laid on first use
        where they are not given.
    """

    options: ScanOptions
    models: tuple[ModelPlan, ...]
    chrom_sizes: dict[str, int]
    regions: Regions
    known: NDArray[np.integer]
    given: int
    pools: dict[str, tuple[str, ...]]
    covered: dict[str, int]
    versions: dict[str, str]
    n_shards: int
    null: NullPlan | None = None
    tried: dict[str, dict[str, Any]] = field(default_factory=dict)
    sealed: str | None = None
    grids: dict[str, WindowGrid] = field(default_factory=dict, repr=False)
    nulls: dict[str, NullGrid] = field(default_factory=dict, repr=False)
    targets: tuple[Target, ...] = field(init=False, repr=False)
    _digest: str | None = field(default=None, init=False, repr=False)
    _facts: dict[str, Any] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "regions", Regions.of(self.regions).without_origins())
        object.__setattr__(self, "known", narrowest(self.known))
        explained = [(m.name, m.targets, m.head.names) for m in self.models]
        object.__setattr__(self, "targets", name_targets(explained))

    def targets_of(self, name: str) -> tuple[Target, ...]:
        """Return the targets of one model, in the order of its plan."""
        return tuple(target for target in self.targets if target.model == name)

    def grid(self, name: str) -> WindowGrid:
        """Return the windows of one model."""
        if name not in self.grids:
            self.grids[name] = self.model(name).lay(self.regions, self.chrom_sizes)
        return self.grids[name]

    def null_grids(self) -> dict[str, NullGrid]:
        """Return the windows of every model's null; empty without a null."""
        if self.null is not None and not self.nulls:
            bases = self.null.bases
            self.nulls.update((m.name, lay_null(self.grid(m.name), bases)) for m in self.models)
        return self.nulls

    def model(self, name: str) -> ModelPlan:
        """Return one model by its name."""
        return next(model for model in self.models if model.name == name)

    def shard(self, index: int, name: str) -> list[tuple[int, int, int]]:
        """Return (pool, first window, end) of one model's pools in a shard."""
        return shard_pools(len(self.grid(name)), self.n_shards, index)

    def shard_seal(self, index: int) -> str:
        """Return the sha256 (hex) that marks one shard: plan, number, windows, models and targets.

        A shard under the name of another, or of another cut of the same plan, does not bear it.
        """
        parts = [f"{self.digest} shard {index}"]
        for model in self.models:
            cut = self.shard(index, model.name)
            windows = (cut[0][1], cut[-1][2]) if cut else (0, 0)
            parts.append(f"{model.name} windows {windows} targets {model.targets}")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def owned(self, name: str, first: int, end: int) -> int:
        """Return how many bases the windows ``first`` to ``end`` of a model own, N included."""
        return self.grid(name).owned(first, end)

    def facts(self) -> dict[str, Any]:
        """Return what the digest covers, by the name a user would look for."""
        if self._facts is None:
            facts = {
                "options": self.options.facts(),
                "models": [asdict(model) for model in self.models],
                "chromosomes": digest_of(list(self.chrom_sizes.items())),  # in their order
                "regions": digest_of_regions(self.given, self.regions),
                "sequences": digest_of_parts(_of_sequences(self.pools, self.covered, self.known)),
                "versions": self.versions,
            }
            object.__setattr__(self, "_facts", facts)
        assert self._facts is not None
        return self._facts

    @property
    def digest(self) -> str:
        """sha256 of everything that decides the bytes of the results."""
        if self._digest is None:
            object.__setattr__(self, "_digest", self.sealed or digest_of(self.facts()))
        assert self._digest is not None
        return self._digest


def _of_sequences(
    pools: Mapping[str, Sequence[str]], covered: Mapping[str, int], known: NDArray[np.integer]
) -> Iterator[str]:
    """Yield the canonical JSON of what was read, of which little is in memory at once."""
    yield f"[{canonical(pools)},{canonical(covered)},["
    for low in range(0, len(known), _AT_ONCE):
        yield ("," if low else "") + ",".join(map(str, known[low : low + _AT_ONCE].tolist()))
    yield "]]"
