"""What is known of the regions: sites that matter, labels, annotations; checked before any work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gtrack.core.errors import InputError
from gtrack.core.heads import Head
from gtrack.core.intervals import Interval
from gtrack.core.printable import few, shown
from gtrack.core.site_masks import SiteMasks
from gtrack.core.targets import Target
from gtrack.io.bed import read_bed
from gtrack.io.text import read_lines
from gtrack.workflows.folder.finished import FinishedScan

_COLUMNS = ("region", "label")


def read_truth(path: Path, regions: Sequence[Interval], chroms: Mapping[str, int]) -> Truth:
    """Read sites that are known to matter.

    Raises
    ------
    InputError
        When there are none, when one lies on no chromosome of the genome or beyond its end, or when
        none lies in a region: then nothing could be said.
    """
    sites = read_bed(path)
    for site in sites:
        if site.chrom not in chroms:
            raise InputError(
                f"{site.origin}: no chromosome {site.chrom} in the genome of the scan (it has "
                f"{few(chroms)}); give the truth under these names"
            )
        if site.end > chroms[site.chrom]:
            raise InputError(
                f"{site.origin}: ends at {site.end}, and {site.chrom} has {chroms[site.chrom]} bp; "
                "the truth is of another assembly"
            )
    scanned = SiteMasks(regions)
    outside = [s for s in sites if not scanned.touches(s.chrom, s.start, s.end)]
    if len(outside) == len(sites):
        raise InputError(
            f"{shown(path)}: none of its {len(sites):,} sites lies in a scanned region; give the "
            "truth of these regions"
        )
    return Truth(sites, len(outside))


class Truth:
    """Sites that are known to matter.

    Parameters
    ----------
    sites : sequence of Interval
    outside : int
        How many of them lie in no scanned region.
    """

    def __init__(self, sites: Sequence[Interval], outside: int) -> None:
        self.masks, self.outside = SiteMasks(sites), outside
        self._sites = sorted(sites, key=lambda site: (site.chrom, site.start, site.end))

    def __len__(self) -> int:
        return len(self._sites)

    def within(self, chrom: str, start: int, end: int) -> list[tuple[int, int, str]]:
        """Return start, end and name of the sites that touch a stretch."""
        return [
            (site.start, site.end, site.called)
            for site in self._sites
            if site.chrom == chrom and site.start < end and site.end > start
        ]


def read_labels(path: Path, regions: Sequence[Interval]) -> dict[int, tuple[str, str]]:
    """Read labels of regions: a table with the columns ``region`` and ``label``.

    A region is called by its name in the BED file, or ``chrom:start-end``, 0-based half-open.

    Returns
    -------
    dict of int to (str, str)
        By the region's row: its label, and ``file:line`` for messages.

    Raises
    ------
    InputError
        At the first line that is wrong, names no region or more than one, or names one twice.
    """
    by_name: dict[str, list[int]] = {}
    for row, region in enumerate(regions):
        names = {f"{region.chrom}:{region.start}-{region.end}", region.name} - {"."}
        for name in names:
            by_name.setdefault(name, []).append(row)
    found: dict[int, tuple[str, str]] = {}
    lines = read_lines(path)
    number, header = next(lines, (1, b""))
    if tuple(header.decode("utf-8", "replace").split("\t")) != _COLUMNS:
        raise InputError(
            f"{shown(path)}:{number}: the columns are 'region' and 'label', tab between"
        )
    for number, line in lines:
        origin = f"{shown(path)}:{number}"
        if not line.strip():
            continue
        cells = line.decode("utf-8", "replace").split("\t")
        if len(cells) != len(_COLUMNS):
            raise InputError(f"{origin}: {len(cells)} columns, not {len(_COLUMNS)}")
        rows = by_name.get(cells[0], [])
        if len(rows) != 1:
            what = "no region" if not rows else f"{len(rows)} regions"
            raise InputError(
                f"{origin}: {what} of the scan is called {cells[0]!r}; use a name of the BED file "
                "or chrom:start-end, 0-based"
            )
        if rows[0] in found:
            raise InputError(f"{origin}: {cells[0]!r} has a label already, {found[rows[0]][1]}")
        found[rows[0]] = (cells[1], origin)
    if not found:
        raise InputError(f"{shown(path)}: holds no label; leave out --labels")
    return found


def check_labels(labels: Mapping[int, tuple[str, str]], scan: FinishedScan) -> None:
    """Refuse labels that say nothing of what was scanned, before anything is computed.

    Raises
    ------
    InputError
        When there are labels and no model that calls anything, or one is no output of a model.
    """
    if not labels:
        return
    if scan.is_foreign:
        raise InputError("--labels: the tracks are of another tool, and no model calls a region")
    calling = [t for t in scan.targets if scan.plan.model(t.model).head.outputs != "values"]
    if not calling:
        raise InputError("--labels: the models give values, and call no region")
    for target in calling:
        head = scan.plan.model(target.model).head
        for label, origin in labels.values():
            names_target(label, origin, head, target)


def names_target(label: str, origin: str, head: Head, target: Target) -> bool:
    """Tell whether a label is that of a target.

    Raises
    ------
    InputError
        When it is no output of the model.
    """
    if len(head.names) == 1:  # one output: present or absent
        if label in ("1", "0", target.label):
            return label in ("1", target.label)
        allowed = f"0, 1 or {target.label}"
    else:
        if label in head.names:
            return label == target.label
        if label.isascii() and label.isdigit() and int(label[:9]) < len(head.names):
            return int(label) == target.index
        allowed = ", ".join(head.names[:12])
    raise InputError(
        f"{origin}: label {label!r} is no output of model {target.model}; use {allowed}"
    )
