"""``gtrack hub``: a finished scan as a folder that UCSC and IGV open by URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gtrack.core.assemblies import CUSTOM, assembly_id, check_assembly
from gtrack.core.chrom_aliases import alias_table
from gtrack.core.errors import InputError, OutputError, VerificationError
from gtrack.core.printable import shown
from gtrack.core.scan.regions import merge_regions
from gtrack.core.web_address import folder_address
from gtrack.io.atomic import write_parts, write_text
from gtrack.io.fasta import Genome
from gtrack.io.file_lists import write_list
from gtrack.io.file_records import regular_size
from gtrack.io.folders import entries
from gtrack.io.text import read_parts
from gtrack.io.twobit import write_twobit
from gtrack.publish.hub.datahub import DATAHUB, datahub_text, in_washu
from gtrack.publish.hub.document import ALIASES, Hub, groups_text, hub_text, names_for
from gtrack.publish.hub.facets import TABLE, in_facets, table_text
from gtrack.publish.hub.pages import hub_pages
from gtrack.publish.hub.readme import README, readme_text
from gtrack.publish.hub.settings import EMAIL
from gtrack.publish.session import hub_position
from gtrack.workflows.folder.finished import FinishedScan, open_finished, scanned_genome
from gtrack.workflows.folder.hub_folder import hub_files, making_hub, refuse_foreign_hub
from gtrack.workflows.folder.kept_inputs import of_files, refuse_inputs
from gtrack.workflows.hubs.check import check_hub_folder
from gtrack.workflows.hubs.data import HubData


@dataclass(frozen=True, slots=True)
class HubJob:
    """The options of ``gtrack hub``.

    Parameters
    ----------
    out : Path
        Folder of a finished scan.
    email : str
        Whom the hub's users ask.
    genome : str or None
        An assembly that UCSC knows, or ``custom``; by default what the scan says.
    name : str or None
        What the hub is called; by default the folder's name.
    link : bool
        Link to the scan's files and do not copy them.
    url : str or None
        Where the folder `hub` will be on the web.
    fasta : Path or None
        The genome, where it is not where the scan read it.
    """

    out: Path
    email: str
    genome: str | None = None
    name: str | None = None
    link: bool = False
    url: str | None = None
    fasta: Path | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(EMAIL, self.email):
            raise InputError(f"--email {shown(self.email)}: write an address like me@example.org")
        if self.genome is not None:
            object.__setattr__(self, "genome", assembly_id(self.genome))
        if self.url is not None:
            folder_address("--url", self.url, "my/hub")


@dataclass(frozen=True, slots=True)
class HubSummary:
    """What was made: the `folder` with `files` and `size` bytes, what to know, and `links`."""

    folder: Path
    hub: Hub
    files: int
    size: int
    notes: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def make_hub(job: HubJob) -> HubSummary:
    """Write the folder ``hub`` of a scan; an earlier hub stays until the new one is whole.

    Raises
    ------
    InputError
        When there is no finished scan, the genome is not the one that was scanned, or an option
        is wrong.
    OutputError
        When the disk refuses, or another run holds the folder.
    VerificationError
        When the finished hub breaks a rule of hubs.
    """
    with open_finished(job.out).folder.held():
        scan = open_finished(job.out, "hits", "annotations")
        final = scan.folder.hub
        refuse_foreign_hub(final)
        refuse_inputs(of_files({"--fasta ": job.fasta}), hub_files(final), "a new hub replaces")
        try:
            with making_hub(final) as build:
                hub, notes = _write(job, scan, build)
                _verify(build)
        except OSError as error:
            raise OutputError(f"{final}: cannot write: {error.strerror or error}") from error
    files = [path for path in final.iterdir() if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    return HubSummary(final, hub, len(files), size, notes, hub_links(hub, job.url))


def hub_links(hub: Hub, url: str | None) -> tuple[tuple[str, str], ...]:
    """Return the addresses that open a hub at `url` in UCSC's, IGV's and WashU's browser."""
    if url is None:
        return ()
    base = hub_base(url)
    address = f"{base}hub.txt"
    where = {
        "genome" if hub.brings_genome else "db": hub.genome,
        "hubUrl": address,
        "position": hub_position(hub.manifest.locus),
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in where.items())
    links = [
        ("UCSC", f"https://genome.ucsc.edu/cgi-bin/hgTracks?{query}"),
        ("IGV", f"https://igv.org/app/?hubURL={quote(address, safe='')}"),
    ]
    if in_washu(hub.genome):
        wish = {"genome": hub.genome, "hub": base + DATAHUB, "position": where["position"]}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in wish.items())
        links.append(("WashU", f"https://epigenomegateway.wustl.edu/browser/?{query}"))
    return tuple(links)


def hub_base(url: str | None) -> str:
    """Return the address of the hub's folder, to which names are added; empty where unknown."""
    if url is None:
        return ""
    return url[: -len("hub.txt")] if url.endswith("/hub.txt") else f"{url.rstrip('/')}/"


def _write(job: HubJob, scan: FinishedScan, build: Path) -> tuple[Hub, tuple[str, ...]]:
    """Write all files into a folder of their own."""
    genome = job.genome or assembly_id(str(scan.manifest.genome["id"]))
    sizes = scan.chrom_sizes
    notes = []
    if genome != CUSTOM:
        notes.append(check_assembly(genome, sizes, merge_regions(scan.regions).keys()))
    writer = HubData(scan, build, link=job.link, own_genome=genome == CUSTOM)
    tracks = [
        writer.add(spec, name)
        for spec, name in zip(scan.manifest.tracks, names_for(scan.manifest.tracks), strict=True)
    ]
    title = job.name or job.out.resolve().name or "gtrack"
    hub = Hub(title, job.email, genome, scan.manifest, tuple(tracks))
    if hub.brings_genome:
        copied = scan.manifest.genome["fasta"]
        if copied and not job.fasta and regular_size(scan.out / copied) is not None:
            writer.refuse_changed(copied)
        with scanned_genome(scan, job.fasta) as fasta:
            _write_genome(build / "genome.2bit", fasta)
        text = "".join(f"{chrom}\t{size}\n" for chrom, size in sizes.items())
        write_text(build / "chrom.sizes", text)
        write_text(build / "groups.txt", groups_text(hub))
        if hub.aliases:
            write_text(build / ALIASES, alias_table(sizes) or "")
    for page, text in hub_pages(hub).items():
        write_text(build / page, text)
    write_text(build / "hub.txt", hub_text(hub))
    if many := in_facets(hub.tracks):
        write_text(build / TABLE, table_text(many, hub.names, hub.manifest.models))
    write_text(build / DATAHUB, datahub_text(hub, hub_base(job.url)))
    write_text(build / README, readme_text(hub, hub_links(hub, job.url)))
    write_list(build, sorted(entries(build)), writer.known)
    return hub, (*notes, *writer.notes)


def _write_genome(path: Path, genome: Genome) -> None:
    """Write a genome as 2bit: one that is 2bit stays as it is."""
    if genome.form == "2bit":
        write_parts(path, read_parts(genome.path))
    else:
        write_twobit(path, genome.files[0], genome.chrom_sizes)


def _verify(build: Path) -> None:
    findings = check_hub_folder(build, real=False).findings
    if findings:
        raise VerificationError(f"the finished hub breaks a rule ({findings[0]}); please report it")
