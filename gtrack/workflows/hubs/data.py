"""The data files of a hub: the scan's own, copied or linked; annotations as bigBed."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from gtrack.core.annotation_formats import ANNOTATION_FORMATS
from gtrack.core.big_file import BigFile
from gtrack.core.errors import InputError, VerificationError
from gtrack.core.features import on_genome
from gtrack.core.manifest import TrackSpec
from gtrack.core.printable import few, shown
from gtrack.core.targets import path_of
from gtrack.io.annotations import read_features
from gtrack.io.atomic import write_parts
from gtrack.io.bbi import big_file
from gtrack.io.bigbed import write_feature_bigbed
from gtrack.io.bigwig import cut_bigwig
from gtrack.io.file_records import OTHER_BYTES, FileRecord, has_changed, recorded_parts
from gtrack.io.hit_columns import COLUMNS
from gtrack.io.packed_bed import pack_bed
from gtrack.io.text import read_lines, read_parts
from gtrack.publish.hub.tracks import HubTrack
from gtrack.workflows.folder.finished import FinishedScan
from gtrack.workflows.folder.integrity import changed, record_of


class HubData:
    """Puts the data of tracks into the folder of a hub, one after the other.

    Parameters
    ----------
    scan : FinishedScan
    build : Path
        The folder, beside the place that it will have.
    link : bool
        Link to files that need no change.
    own_genome : bool
        Whether the hub brings the genome, and so may name no sequence that is not in it.

    Attributes
    ----------
    notes : list of str
        What became of annotations, where the user should know.
    known : dict of str to FileRecord
        Of files that are as the scan has them, what the scan has on record.
    """

    def __init__(self, scan: FinishedScan, build: Path, *, link: bool, own_genome: bool) -> None:
        self._scan, self._build, self._link, self._own = scan, build, link, own_genome
        self.notes: list[str] = []
        self.known: dict[str, FileRecord] = {}

    def add(self, spec: TrackSpec, name: str) -> HubTrack:
        """Put the data of a track there, under its name in the hub.

        Raises
        ------
        InputError
            When the file is not there, broken, or of another genome.
        """
        source = self._scan.out / spec.path
        if spec.is_signal:
            return self._given_signal(spec, name, source)
        if spec.kind == "annotation":
            track = self._annotation(spec, name, source)
            if spec.names is not None:
                self._place(
                    self._scan.out / path_of(spec.names), self._build / track.names, spec.names
                )
            return track
        target = self._build / f"{name}.{'bw' if spec.format == 'bigWig' else 'bb'}"
        head = self._opened(source, spec)
        self._place(source, target, spec.url)
        unit = self._scan.manifest.unit(spec.model)
        if spec.kind != "hits":
            return HubTrack(spec, name, head, head.largest, unit=unit)
        largest, motifs = self._hits(spec)
        track = HubTrack(spec, name, head, largest, motifs, unit=unit)
        return replace(track, index=self._packed(spec, self._build / track.table))

    def _opened(self, source: Path, spec: TrackSpec) -> BigFile:
        """Read the head of a file that goes into the hub as it is."""
        head, sizes = big_file(source), self._scan.chrom_sizes
        if head.kind != spec.format:
            raise InputError(f"{shown(source)}: is a {head.kind}, not a {spec.format}; scan again")
        for chrom, size in head.chrom_sizes.items():
            if sizes.get(chrom, size) != size:
                raise InputError(
                    f"{shown(source)}: gives {size:,} bp for {shown(chrom)}, which has "
                    f"{sizes[chrom]:,} in the scan; give a file of the same assembly"
                )
        return head

    def _given_signal(self, spec: TrackSpec, name: str, source: Path) -> HubTrack:
        """Take a bigWig as it is, where its sequences are the scan's; one cut to them otherwise."""
        target, sizes = self._build / f"{name}.bw", self._scan.chrom_sizes
        head = self._opened(source, spec)
        if not self._own or head.chrom_sizes.items() <= sizes.items():
            self._place(source, target, spec.url)
        else:
            self.refuse_changed(spec.url)  # all of it is read
            cut_bigwig(source, target, sizes)
            head = big_file(target)
            self.notes.append(
                f"{spec.name}: has sequences that were not in the scan's FASTA; made anew without "
                "them, with the same values"
            )
        return HubTrack(spec, name, head)

    def _annotation(self, spec: TrackSpec, name: str, source: Path) -> HubTrack:
        """Take a bigBed as it is, where its sequences are the scan's; make one otherwise."""
        target, sizes = self._build / f"{name}.bb", self._scan.chrom_sizes
        if not ANNOTATION_FORMATS[spec.format].lines:
            head = self._opened(source, spec)
            if not self._own or head.chrom_sizes.items() <= sizes.items():
                self._place(source, target, spec.url)
                return HubTrack(spec, name, head, coloured=head.defined >= 9)
            self.notes.append(
                f"{spec.name}: has sequences that were not in the scan's FASTA; made anew without "
                "them, as bigBed 12"
            )
        self.refuse_changed(spec.url)  # all of it is read
        elsewhere, colours = Counter[str](), set()
        features = []
        for feature in on_genome(read_features(source, spec.format), sizes, elsewhere):
            features.append(feature)
            colours.add(feature.rgb)
        write_feature_bigbed(target, sizes, features)
        if elsewhere:
            self.notes.append(
                f"{spec.name}: {sum(elsewhere.values()):,} features on sequences that are not in "
                f"the scan's FASTA are left out ({few(sorted(elsewhere))})"
            )
        return HubTrack(spec, name, big_file(target), coloured=colours - {"0"} != set())

    def _beds(self, spec: TrackSpec) -> list[str]:
        """Return the URLs of the lists of hits that a track shows."""
        entries = (self._scan.manifest.hits or {}).get("models", ())
        return [each["bed"] for each in entries if each["bigbed"] == spec.url]

    def _packed(self, spec: TrackSpec, target: Path) -> str:
        """Put the list of hits there as bgzipped BED with its index; return the index's ending."""
        beds = self._beds(spec)
        if len(beds) != 1:
            return ""
        return pack_bed(self._scan.out / path_of(beds[0]), target, self._scan.chrom_sizes)

    def _hits(self, spec: TrackSpec) -> tuple[float, tuple[str, ...]]:
        """Return the largest |relevance| of hits, and the names of their motifs."""
        urls = self._beds(spec)
        for url in urls:
            self.refuse_changed(url)
        beds = [self._scan.out / path_of(url) for url in urls]
        name_at, sum_at = COLUMNS.index("name"), COLUMNS.index("relSum")
        largest, motifs = 0.0, set()
        for bed in beds:
            for number, line in read_lines(bed):
                if line.startswith(b"#"):
                    continue
                cells = line.split(b"\t")
                try:
                    largest = max(largest, abs(float(cells[sum_at])))
                except (IndexError, ValueError) as error:
                    raise InputError(
                        f"{shown(bed)}:{number}: no hit of gtrack's; run gtrack hits again"
                    ) from error
                motifs.add(cells[name_at].decode(errors="replace"))
        return largest, tuple(sorted(motifs))

    def _place(self, source: Path, target: Path, url: str) -> None:
        """Copy a file, whose every byte must be as it was written, or link to it."""
        record = record_of(self._scan.manifest, url)
        if record is not None:
            self.known[target.name] = record
        if self._link:  # the folder keeps its depth when it gets its name
            target.symlink_to(os.path.relpath(source, self._build))
            return
        found: list[str] = []
        write_parts(target, recorded_parts(read_parts(source), found.append))
        if record is not None and record.sha256 != found[0]:
            self._refuse(url, OTHER_BYTES)

    def refuse_changed(self, url: str) -> None:
        """Refuse a file of which all bytes go into the hub in another form.

        Raises
        ------
        VerificationError
            When one of them is not as it was written.
        """
        source = self._scan.out / path_of(url)
        record = record_of(self._scan.manifest, url)
        if record is not None and (why := has_changed(source, record)):
            self._refuse(url, why)

    def _refuse(self, url: str, why: str) -> NoReturn:
        raise VerificationError(str(changed(self._scan.out, self._scan.manifest, url, why)))
