"""What is read of a genome, the proof that it is what was read before, and its copy for viewers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gtrack.core.assemblies import check_lengths, said_of_none_shared
from gtrack.core.chrom_aliases import alias_table
from gtrack.core.errors import GtrackError, InputError, OutputError
from gtrack.core.intervals import Interval
from gtrack.core.listed_files import fasta_files
from gtrack.core.printable import shown
from gtrack.core.scan.batches import pool_bounds
from gtrack.core.scan.digests import digest_of
from gtrack.core.scan.gathering import RegionBases, read_at
from gtrack.core.scan.grid import WindowGrid
from gtrack.core.scan.loose import LooseGenome
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.regions import merge_regions
from gtrack.core.sequences import Reference
from gtrack.io.atomic import write_parts, write_text
from gtrack.io.fasta import Genome, fasta_lines
from gtrack.io.text import compression, read_parts
from gtrack.io.twobit_reader import is_twobit
from gtrack.workflows.folder.owned import GENOME
from gtrack.workflows.folder.scan_folder import ScanFolder

SIZES = "genome/chrom.sizes"
"""Names and lengths of all chromosomes, in the folder of a scan."""

ALIASES = "genome/chromAlias.txt"
"""Other names of chromosomes, where igv.js must be told of them."""

_COPY_UP_TO = 100_000_000
"""A custom genome of at most this many bytes, and bases, is copied, so that a viewer finds it."""


def window_sequences(genome: Reference, grid: WindowGrid, first: int, end: int) -> list[str]:
    """Return the sequences, in letters of ``ACGTN``, of the windows ``first`` to ``end``."""
    columns = grid.chrom[first:end], grid.start[first:end], grid.end[first:end]
    return read_at(genome.fetch, grid.chroms, *columns)


def genome_notes(genome: Reference, name: str, read: RegionBases) -> tuple[str, ...]:
    """Return what a user should know of a genome: how it is read, and what of it is read as N.

    Parameters
    ----------
    genome : Reference
    name : str
        The id of its assembly.
    read : RegionBases
        What the letters of its regions are.
    """
    notes = [] if genome.note is None else [genome.note]
    if (checked := check_lengths(name, genome.chrom_sizes)) is not None:
        notes.append(f"--genome {name}: {checked}")
    elif (unchecked := said_of_none_shared(name, genome.chrom_sizes)) is not None:
        notes.append(unchecked)
    if read.others:
        named = ", ".join(f"{letter} {count:,}" for letter, count in read.others.most_common())
        notes.append(
            f"{shown(genome.path)}: {read.others.total():,} of the {read.bases:,} bases of the "
            f"regions are no A, C, G, T or N ({named}) and are read as N"
        )
    return tuple(notes)


def pool_digest(sequences: Sequence[str]) -> str:
    """Return the sha256 (hex) of a pool's sequences: the plan's proof of what a model reads."""
    return hashlib.sha256("".join(sequences).encode()).hexdigest()


def planned_sequences(
    genome: Reference, grid: WindowGrid, first: int, end: int, sha256: str
) -> list[str] | None:
    """Return the sequences of a pool of windows; None where they are not those of the plan."""
    sequences = window_sequences(genome, grid, first, end)
    return sequences if pool_digest(sequences) == sha256 else None


def is_planned(genome: Genome, plan: Plan, models: Iterable[str]) -> bool:
    """Tell whether these models read of a genome what was planned; one shows it of all regions."""
    return genome.chrom_sizes == plan.chrom_sizes and all(
        planned_sequences(genome, grid, first, end, sha256) is not None
        for name in models
        for grid in (plan.grid(name),)
        for (first, end), sha256 in zip(pool_bounds(len(grid)), plan.pools[name], strict=True)
    )


def regions_digest(genome: Genome, regions: Sequence[Interval]) -> str:
    """Return the sha256 (hex) of the places and the sequences of sorted regions."""
    return digest_of(
        [
            (chrom, start, end, pool_digest([genome.fetch(chrom, start, end)]))
            for chrom, runs in merge_regions(regions).items()
            for start, end in runs
        ]
    )


def genome_record(
    name: str, chrom_sizes: Mapping[str, int], sequences_sha256: str, fasta: str | None
) -> dict[str, Any]:
    """Return what the manifest says of a genome.

    Parameters
    ----------
    name : str
        Its id.
    chrom_sizes : mapping of str to int
        Lengths in bp.
    sequences_sha256 : str
        Of what was read.
    fasta : str or None
        Relative URL of its copy.
    """
    record = {
        "id": name,
        "chromosomes": len(chrom_sizes),
        "bases": sum(chrom_sizes.values()),
        "sizes": SIZES,
        "sizes_sha256": digest_of(chrom_sizes),
        "sequences_sha256": sequences_sha256,
        "fasta": fasta,
    }
    return record if alias_table(chrom_sizes) is None else {**record, "aliases": ALIASES}


def copied_bytes(source: Path | None, name: str, chrom_sizes: Mapping[str, int]) -> int:
    """Return about how many bytes the copy of a genome has; 0 where none is made.

    Parameters
    ----------
    source : Path or None
        The FASTA or 2bit; None of loose sequences, which are always written.
    name : str
        Its id.
    chrom_sizes : mapping of str to int
        Lengths in bp.
    """
    bases = sum(chrom_sizes.values())
    size = bases + bases // 60 + sum(len(chrom) + 3 for chrom in chrom_sizes)
    if source is None:
        return size
    if compression(source) != "gzip" and not is_twobit(source):
        size = source.stat().st_size
    return size if name == "custom" and max(bases, size) <= _COPY_UP_TO else 0


def keep_genome(
    folder: ScanFolder,
    source: Path,
    name: str,
    chrom_sizes: Mapping[str, int],
    is_same: Callable[[Genome], bool],
) -> str | None:
    """Write the chromosomes' sizes and aliases, and copy a custom genome, for a viewer.

    Parameters
    ----------
    folder : ScanFolder
    source : Path
        The FASTA or 2bit, of which the copy is a FASTA.
    name : str
        Its id; a viewer knows those that are not ``custom``.
    chrom_sizes : mapping of str to int
        Lengths in bp.
    is_same : callable
        Told the copy; whether it is the genome that was read.

    Returns
    -------
    str or None
        URL relative to the folder; None when the genome is too large or a viewer knows it by its
        id.

    Raises
    ------
    InputError
        When the FASTA is not the one that was read.
    OutputError
        When it cannot be copied.
    """
    genome = folder.out / "genome"
    try:
        genome.mkdir(exist_ok=True)
        sizes = "".join(f"{chrom}\t{size}\n" for chrom, size in chrom_sizes.items())
        write_text(folder.out / SIZES, sizes)
        if (aliases := alias_table(chrom_sizes)) is not None:
            write_text(folder.out / ALIASES, aliases)
        if source == folder.out / GENOME:  # of loose sequences, which lies there already
            return _kept(source, is_same)
        if name != "custom":
            return None
        with Genome.open(source) as read:
            bases = sum(read.chrom_sizes.values())
            if max(bases, read.files[0].stat().st_size) > _COPY_UP_TO:
                return None
            copy = genome / ("genome.fa.gz" if read.form == "bgzf" else "genome.fa")
            folder.remove_genome_indexes()  # of a copy that an interrupted run made
            write_parts(
                copy, fasta_lines(read) if read.form == "2bit" else read_parts(read.files[0])
            )
    except OSError as error:
        raise OutputError(f"{genome}: cannot copy {source}: {error.strerror}") from error
    with _indexed(copy) as copied:
        same = is_same(copied)
    if not same:
        folder.remove("genome")
        raise InputError(f"{source}: changed since it was scanned; restore the file")
    return f"genome/{copy.name}"


def keep_sequences(folder: ScanFolder, loose: LooseGenome) -> None:
    """Write loose sequences as the genome of a scan, unless they stand there already.

    Raises
    ------
    OutputError
        When the disk refuses.
    """
    path = folder.out / GENOME
    if path.is_file():
        try:
            with _indexed(path) as there:
                if all(_has(there, loose, chrom) for chrom in loose.chrom_sizes):
                    return
        except GtrackError:
            pass  # damaged, or without its index: it is written anew
    path.parent.mkdir(exist_ok=True)
    folder.remove_genome_indexes()
    write_parts(path, fasta_lines(loose))
    with _indexed(path):
        pass


@contextmanager
def _indexed(copy: Path) -> Iterator[Genome]:
    """Open a copy, for which its index is made; viewers look for that beside it.

    Raises
    ------
    OutputError
        When the disk took the copy, and not the index, which then lies in the user's cache.
    """
    with Genome.open(copy) as genome:
        for url in fasta_files(str(copy))[1:]:
            if not Path(url).is_file():
                raise OutputError(
                    f"{url}: cannot be written; free some room, then give the command again, a "
                    "scan's with --resume"
                )
        yield genome


def _has(there: Genome, loose: LooseGenome, chrom: str) -> bool:
    size = loose.chrom_sizes[chrom]
    same = there.chrom_sizes.get(chrom) == size
    return same and there.fetch(chrom, 0, size) == loose.fetch(chrom, 0, size)


def _kept(path: Path, is_same: Callable[[Genome], bool]) -> str:
    with Genome.open(path) as genome:
        if not is_same(genome):
            raise InputError(
                f"{path}: changed since the scan began; the same gtrack scan with --resume mends it"
            )
    return GENOME
