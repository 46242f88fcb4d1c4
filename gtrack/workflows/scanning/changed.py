"""Which input changed since a plan was made, by the option that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.printable import shown
from gtrack.core.scan.plan import Plan
from gtrack.core.scan.plan_differences import BASES, CHROMOSOMES, REGIONS, differences
from gtrack.io.digest import regular_digest
from gtrack.workflows.folder.run_record import read_run
from gtrack.workflows.scanning.job import ScanJob


def changed_inputs(job: ScanJob, stored: Plan, now: Plan) -> list[str]:
    """Name what differs between the plan of a folder and that of a job, in words for a user.

    Parameters
    ----------
    job : ScanJob
        Which asks for the plan `now`, in the folder of the plan `stored`.
    """
    found = differences(stored.facts(), now.facts())
    if job.sequences is not None:
        own = {
            REGIONS: f"--sequences {shown(job.sequences)} (names or lengths)",
            CHROMOSOMES: f"--sequences {shown(job.sequences)} (names or lengths)",
            BASES: f"--sequences {shown(job.sequences)} (its bases)",
        }
    elif job.tile:
        own = {REGIONS: _tiled(job, genome_alike=CHROMOSOMES not in found)}
    else:
        widened = any(each.startswith(("--flank", "--resize")) for each in found)
        own = {REGIONS: "" if widened else f"the regions of --bed {_named(job.bed)}"}
    return [*dict.fromkeys(said for each in found if (said := own.get(each, each)))]


def _tiled(job: ScanJob, *, genome_alike: bool) -> str:
    """Say why other tiles are laid: what is asked, the blacklist, or runs of N of the FASTA.

    Nothing where other chromosomes explain it.
    """
    try:
        before: Mapping[str, object] = read_run(job.out)
    except InputError:  # no record is left
        before = {}
    if list(job.tile) != before.get("tile", list(job.tile)):
        return "--tile (other stretches than before)"
    was, now = before.get("blacklist"), job.blacklist
    if before and (was is None) != (now is None):
        return (
            f"--blacklist ({'none' if was is None else shown(str(was))} before, now {_named(now)})"
        )
    digest = before.get("blacklist_sha256")
    if now is not None and digest is None:  # of a gtrack that kept no digest
        return f"--blacklist {shown(now)}, or the FASTA's runs of N"
    if now is not None and digest != regular_digest(now):
        return f"--blacklist {shown(now)}"
    return "the FASTA (its runs of N)" if genome_alike else ""


def _named(path: Path | None) -> str:
    return "none" if path is None else shown(path)
