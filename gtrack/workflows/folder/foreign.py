"""Tracks of another tool in a folder of gtrack's: what is said of them, as a plan of a scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gtrack.core.errors import GtrackError, InputError
from gtrack.core.intervals import Interval
from gtrack.core.manifest import TRACK, RunManifest
from gtrack.core.scan.digests import digest_of
from gtrack.core.scan.regions import canonical_regions
from gtrack.core.small_file import whole
from gtrack.core.targets import Target, name_targets
from gtrack.io.bed import read_bed
from gtrack.io.plan_folder import PLAN_MOST

LABEL = TRACK
"""What stands for the output of a model that is not known."""


@dataclass(frozen=True, slots=True)
class ForeignTracks:
    """Tracks that no scan made, and the regions in which they are looked at.

    Parameters
    ----------
    sha256 : mapping of str to str
        Each track's name, with the digest of the file that was given.
    chrom_sizes : dict of str to int
        Every chromosome of the FASTA, in its order.
    regions : tuple of Interval
        Canonical: sorted, without exact duplicates.
    sequences_sha256 : str
        Of the places and sequences of the regions.
    """

    sha256: Mapping[str, str]
    chrom_sizes: dict[str, int]
    regions: tuple[Interval, ...]
    sequences_sha256: str

    @property
    def targets(self) -> tuple[Target, ...]:
        """One a track."""
        return name_targets((name, (0,), (LABEL,)) for name in self.sha256)


def read_foreign(manifest: RunManifest, regions: Path, sizes: Path) -> ForeignTracks:
    """Read back what a folder without a plan is about.

    Parameters
    ----------
    manifest : RunManifest
    regions, sizes : Path
        The regions as BED, and the lengths of all chromosomes.

    Raises
    ------
    InputError
        When the files are not there, or not those of the manifest.
    """
    try:
        rows = [line.rsplit("\t", 1) for line in whole(sizes, PLAN_MOST).decode().splitlines()]
        chrom_sizes = {chrom: int(size) for chrom, size in rows}
        found, _ = canonical_regions(read_bed(regions), chrom_sizes)
        inside = all(region.end <= chrom_sizes[region.chrom] for region in found)
    except (OSError, ValueError, KeyError, GtrackError) as error:
        raise InputError(
            f"{sizes.parents[1]}: regions.bed or genome/chrom.sizes is damaged ({error}); copy the "
            "whole folder again"
        ) from error
    known = manifest.genome["sizes_sha256"], manifest.regions["scanned"]
    if not inside or (digest_of(chrom_sizes), len(found)) != known:
        raise InputError(
            f"{sizes.parents[1]}: manifest.json is not of these regions and this genome; copy the "
            "whole folder again"
        )
    digests = {model["name"]: model["sha256"] for model in manifest.models}
    sequences = manifest.genome["sequences_sha256"]
    return ForeignTracks(digests, chrom_sizes, tuple(found), sequences)


def no_model(out: Path, names: Sequence[str], to_do: str) -> InputError:
    """Return the refusal of what needs a model, or a plan, where there are only tracks."""
    tracks = f"a foreign track ({names[0]})"
    if len(names) > 1:
        tracks = f"foreign tracks ({', '.join(names)})"
    return InputError(f"{out} holds hits of {tracks}: there is no model to {to_do}")
