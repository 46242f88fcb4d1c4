"""Manifests for tests: of a scan, and of one with a null and hits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from gtrack.core.manifest import RunManifest, TrackSpec

TRACKS = tuple(
    TrackSpec(
        "cnn" + kind.removeprefix("relevance"),
        kind,
        "bigWig",
        f"tracks/cnn{kind.removeprefix('relevance').replace('-', '.')}.relevance.bw",
        "cnn",
        p99=0.25,
        largest=0.75,
        bases=1234,
        peak={"chrom": "chr1", "start": 10, "end": 150},
    )
    for kind in ("relevance", "relevance-forward", "relevance-reverse")
)
MANIFEST = RunManifest(
    genome={
        "id": "custom",
        "chromosomes": 2,
        "bases": 5000,
        "sizes": "genome/chrom.sizes",
        "sizes_sha256": "a" * 64,
        "sequences_sha256": "b" * 64,
        "fasta": "genome/genome.fa",
    },
    models=(
        {
            "name": "cnn",
            "kind": "cnn",
            "sha256": "c" * 64,
            "unit": "base",
            "outputs": {"kind": "classes", "said_by": "rule"},
            "labels": ["no", "é"],
            "target": "é",
            "targets": ["é"],
            "parameters": {},
            "window_bp": 200,
            "stride": 100,
            "strands": "both",
            "strands_from": "training",
            "batch_units": 4096,
            "windows": 12,
            "windows_dropped": 0,
        },
    ),
    tracks=TRACKS,
    regions={
        "given": 4,
        "duplicates": 1,
        "scanned": 3,
        "url": "regions.bed",
        "table": "regions.tsv",
        "windows": "windows.tsv",
    },
    locus={"chrom": "chr1", "start": 10, "end": 150},
    job={
        "method": "attnlrp",
        "parameters": {"alibi_rule": "absorb"},
        "projection": "uniform",
        "weights_sha256": None,
        "per_strand_tracks": True,
        "precision": "fp32",
        "device_kind": "cpu",
    },
    plan_sha256="d" * 64,
    versions={"torch": "2.13.0"},
)


FOREIGN = replace(
    MANIFEST,
    models=(
        {
            **{"name": "cnn", "kind": "track", "sha256": "c" * 64, "unit": "base"},
            **{"outputs": {"kind": "values"}, "labels": ["track"], "target": "track"},
            **{"targets": ["track"], "parameters": {}},
        },
    ),
    tracks=TRACKS[:1],
    regions={"given": 4, "duplicates": 1, "scanned": 3, "url": "regions.bed"},
    job=None,
    plan_sha256=None,
)
"""Of a track that another tool made."""


WITH_HITS = replace(
    MANIFEST,
    tracks=(
        *TRACKS,
        TrackSpec("cnn-hits", "hits", "bigBed", "hits/cnn.hits.bb", "cnn", records=0),
        TrackSpec("genes", "annotation", "BED", "annotations/genes.bed"),
        TrackSpec(
            "peaks",
            "annotation",
            "narrowPeak",
            "annotations/peaks.narrowPeak.gz",
            index="annotations/peaks.narrowPeak.gz.tbi",
        ),
        TrackSpec("atac", "annotation", "bigWig", "annotations/atac.bw"),
        TrackSpec("wide", "annotation", "broadPeak", "annotations/wide.broadPeak"),
    ),
    null={
        "bases": 300_000,
        "models": [{"model": "cnn", "url": "null/cnn.npz", "windows": 9, "bases": 299_000}],
    },
    hits={
        "q": 0.05,
        "motifs": {"count": 2, "sha256": "f" * 64, "sources": ["m.meme"]},
        "logos": "hits/logos.json",
        "background": [0.3, 0.2, 0.2, 0.3],
        "options": {"gate": 0.01},
        "models": [
            {
                "model": "cnn",
                "hits": 0,
                "candidates": 3,
                "bed": "hits/cnn.hits.bed",
                "bigbed": "hits/cnn.hits.bb",
                "table": "hits/cnn.motifs.tsv",
            }
        ],
    },
)


def forget(out: Path) -> None:
    """Drop what a scan's manifest has on record of files, as in a folder of an earlier version."""
    record = json.loads((out / "manifest.json").read_text())
    del record["files"]
    (out / "manifest.json").write_text(json.dumps(record))
