"""Where a viewer reads the genome that was scanned, where it was not copied into the folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gtrack.core.assemblies import CUSTOM
from gtrack.core.errors import GtrackError, InputError
from gtrack.core.listed_files import fasta_files
from gtrack.core.manifest import RunManifest
from gtrack.core.scan.digests import digest_of
from gtrack.core.targets import path_of
from gtrack.io.fasta import Genome
from gtrack.io.file_records import regular_size
from gtrack.publish.viewer.online import HOSTS, online_sequence
from gtrack.publish.viewer.served import Entry, ServedFile
from gtrack.workflows.folder.run_record import source_fasta


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown: the scan of a folder, or its hub."""

    folder: Path
    hub: bool = False
    fasta: Path | None = None
    online: bool = False


def scanned(path: Path, scan: RunManifest) -> Genome:
    """Return a genome, closed, that is the one that was scanned."""
    if regular_size(path) is None:
        raise InputError(f"{path}: not there")
    with Genome.open(path) as genome:
        if digest_of(genome.chrom_sizes) != scan.genome["sizes_sha256"]:
            raise InputError(f"{path}: not the genome that was scanned")
    return genome


@dataclass(frozen=True, slots=True)
class Sequence:
    """Where the page reads the sequence of a genome that was not copied."""

    options: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, Entry] = field(default_factory=dict)
    note: str | None = None
    hosts: tuple[str, ...] = ()
    not_online: str | None = None


def genome_shown(job: Asked, scan: RunManifest) -> Sequence:
    """Find the genome that was scanned and not copied; say what is not seen without it."""
    name = str(scan.genome.get("id"))
    root = job.folder.resolve()
    beside = {key: str(scan.genome[key]) for key in ("sizes", "aliases") if key in scan.genome}
    files: dict[str, Entry] = {
        f"/{url}": ServedFile(job.folder / path_of(url), root) for url in beside.values()
    }
    alias = {"aliasURL": beside["aliases"]} if "aliases" in beside else {}
    try:
        path = job.fasta or source_fasta(job.folder)
        genome = scanned(path, scan)
    except (GtrackError, KeyError) as error:
        if job.fasta is not None:
            raise
        return _without(job, name, str(error), beside["sizes"], alias, files)
    if genome.form == "2bit":  # of which igv.js must be told the sizes
        urls = ["_gtrack/genome.2bit"]
        where = {"twoBitURL": urls[0], "chromSizesURL": beside["sizes"]}
    else:
        urls = fasta_files("_gtrack/genome.fa" + (".gz" if genome.form == "bgzf" else ""))
        where = dict(zip(("fastaURL", "indexURL", "compressedIndexURL"), urls, strict=False))
    reference = {"id": name, "name": path.name if name == CUSTOM else name, **where, **alias}
    files |= {f"/{u}": ServedFile(f) for u, f in zip(urls, genome.files, strict=True)}
    return Sequence({"reference": reference}, files)


def _without(
    job: Asked,
    name: str,
    why: str,
    sizes: str,
    alias: Mapping[str, str],
    files: Mapping[str, Entry],
) -> Sequence:
    """Show bars by the lengths alone; letters of a known genome from UCSC where that is asked."""
    gone = f"the genome is not at hand ({why})"
    cure = "bars, not letters; --fasta FILE gives the letters"
    if name == CUSTOM:
        own = f"{gone}: {cure}"
        return Sequence(files=files, note=own, not_online="only a known genome like hg38 can be")
    host = HOSTS[0].partition("//")[2]
    named = {"id": name, "name": name, **alias}
    if not job.online:
        bare = {"reference": {**named, "format": "chromsizes", "fastaURL": sizes}}
        own = f"{gone}: {cure}, and --online lets the page fetch {name} from {host}"
        return Sequence(bare, files, own)
    reference = {**named, **online_sequence(name), "chromSizesURL": sizes}
    note = (
        f"{gone}: the page fetches the letters of {name} from {host}, which learns the places "
        "that are looked at; --fasta FILE spares it"
    )
    return Sequence({"reference": reference, "sizes": sizes}, files, note, HOSTS)
