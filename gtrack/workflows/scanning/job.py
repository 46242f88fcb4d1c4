"""What a user asked of a scan: names, paths and numbers, before anything is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gtrack.core.assemblies import assembly_id
from gtrack.core.errors import InputError
from gtrack.core.scan.digests import digest_of
from gtrack.core.scan.ensemble import check_members
from gtrack.io.digest import regular_digest
from gtrack.workflows.folder.beside_record import NOTHING, Beside
from gtrack.workflows.folder.kept_inputs import of_files, of_models
from gtrack.workflows.scanning.sources import refuse_two_sources


@dataclass(frozen=True, slots=True)
class ScanJob:
    """The options of ``gtrack scan`` and ``gtrack plan``.

    `targets`, `outputs`, `windows` and `strides` are by model name; the key None is for every
    model. `parameters` are the method's own.
    `null_bases` asks for a null of that size; `motifs`, a file or a database, for hits at the end.
    `genome` becomes what UCSC and igv.js call it.
    `flank` or `resize` makes every region longer, or of one length, in bp, before it is scanned.
    `annotations` are files to show beside the tracks, each with its name; no track depends on them.
    `engine_options` are those of the engine: ``jobs``, ``executor``, ``profile``.
    `batch_units` is a number of tokens (a CNN: bases), or ``auto``: found by trying.
    `beside` are scores as tracks, and ensembles; no track of a model depends on them.
    `sequences` stands in the place of `bed` and `fasta`: loose sequences, a genome of their own.
    `tile` stands in the place of `bed`: stretches of the genome as people write them, "" being all
    of it, less those of `blacklist`, a BED.
    """

    bed: Path | None
    fasta: Path | None
    models: tuple[tuple[str, str], ...]
    out: Path
    flank: int | None = None
    resize: int | None = None
    genome: str = "custom"
    method: str = "attnlrp"
    parameters: Mapping[str, str] = field(default_factory=dict)
    projection: str = "uniform"
    weights: Path | None = None
    targets: Mapping[str | None, tuple[str, ...]] = field(default_factory=dict)
    outputs: Mapping[str | None, str] = field(default_factory=dict)
    windows: Mapping[str | None, int] = field(default_factory=dict)
    strides: Mapping[str | None, int] = field(default_factory=dict)
    strand: str | None = None
    per_strand_tracks: bool = False
    device: str = "auto"
    precision: str | None = None
    batch_units: int | Literal["auto"] | None = None
    shards: int | None = None
    engine: str = "local"
    engine_options: Mapping[str, str] = field(default_factory=dict)
    workers: int | None = None
    null_bases: int | None = None
    motifs: str | None = None
    annotations: tuple[tuple[str, Path], ...] = ()
    sequences: Path | None = None
    tile: tuple[str, ...] = ()
    blacklist: Path | None = None
    beside: Beside = NOTHING

    def __post_init__(self) -> None:
        refuse_two_sources(self.bed, self.fasta, self.sequences, self.tile, self.blacklist)
        object.__setattr__(self, "genome", assembly_id(self.genome))
        if self.flank is not None and self.resize is not None:
            raise InputError("give --flank or --resize, not both")
        if self.tile and (self.flank or self.resize):
            raise InputError(
                "--flank and --resize: --tile takes the bases that it names and no others; leave "
                "it out"
            )
        if self.sequences is not None and self.genome != "custom":
            raise InputError(
                f"--genome {self.genome}: loose sequences are a genome of their own; leave it out"
            )
        if self.sequences is not None and (self.flank or self.resize):
            raise InputError(
                "--flank and --resize: loose sequences are read whole, and nothing lies beside "
                "them; leave it out"
            )
        names = [name for name, _ in self.models]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError(f"--model {twice[0]}=...: the name is given twice; names are free")
        check_members(self.beside.ensembles, names)
        for option, given in (
            ("--target", self.targets),
            ("--outputs", self.outputs),
            ("--window", self.windows),
            ("--stride", self.strides),
        ):
            for name in given:
                if name is not None and name not in names:
                    known = ", ".join(names)
                    raise InputError(f"{option} {name}=...: no model has this name; use {known}")

    def inputs(self) -> Iterator[tuple[str, str | Path | None]]:
        """Yield each option that names an input, with its path."""
        files: dict[str, str | Path | None] = {"--bed ": self.bed, "--fasta ": self.fasta}
        files |= {"--sequences ": self.sequences, "--motifs ": self.motifs}
        files |= {"--blacklist ": self.blacklist}
        files |= {f"--annotation {name}=": path for name, path in self.annotations}
        yield from of_files({**files, "--projection weighted=": self.weights})
        yield from of_models(self.models)

    @property
    def regions_from(self) -> str:
        """Say of which regions none is, for a message: those of the BED, or the sequences."""
        if self.sequences is not None:
            return f"{self.sequences}: no sequence"
        return f"{'--tile' if self.tile else self.bed}: no region in {self.fasta}"

    def local(self, plan: str) -> dict[str, object]:
        """Return what ``run.local.json`` keeps: where the inputs are, and what does the work.

        Parameters
        ----------
        plan : str
            Digest of the plan that the job has led to.
        """
        return {
            **{name: _place(getattr(self, name)) for name in ("bed", "fasta", "sequences")},
            **({"tile": self.tile, "blacklist": _place(self.blacklist)} if self.tile else {}),
            **({} if (of := regular_digest(self.blacklist)) is None else {"blacklist_sha256": of}),
            "models": {name: _absolute(where) for name, where in self.models},
            "weights": _place(self.weights),
            **({} if self.motifs is None else {"motifs": _absolute(self.motifs)}),
            "annotations": {name: str(path.absolute()) for name, path in self.annotations},
            "device": self.device,
            "workers": self.workers,
            "asked": self.asked(plan),
        }

    def asked(self, plan: str) -> str:
        """Return the sha256 of a plan's digest and of what the models were asked for it.

        A job with this sum leads to the models of that plan again, while their files are the same.
        """
        options = self.targets, self.outputs, self.windows, self.strides
        named = [sorted((name or "", value) for name, value in each.items()) for each in options]
        alike = self.method, dict(self.parameters), self.strand, self.batch_units
        return digest_of([plan, [name for name, _ in self.models], *named, *alike])


def _place(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _absolute(where: str) -> str:
    return str(Path(where).absolute()) if Path(where).exists() else where
