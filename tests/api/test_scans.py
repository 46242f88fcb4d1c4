"""``gtrack.scan``, ``open_scan`` and ``call_hits``: the bytes of the command, and read back."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyBigWig
import pytest

import gtrack
from tests.hour import of_the_hour

DATA = Path(__file__).resolve().parents[2] / "example_data"
MOTIFS = DATA / "motifs.meme"


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file but the one that says where and when."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock" and not of_the_hour(path)
    }


def test_the_bytes_are_those_of_the_command(tmp_path: Path, inputs, run, capfd) -> None:
    command = (
        *("scan", *inputs.options(), "--out", tmp_path / "command", "--motifs", MOTIFS),
        *("--null-bases", "10000", "--target", "cnn=all", "--window", "cnn=96"),
        *("--per-strand-tracks", "--device", "cpu", "--annotation", f"again={inputs.bed}"),
    )
    run(*command)
    capfd.readouterr()
    told: list[tuple[str, int, int]] = []
    scan = gtrack.scan(
        bed=inputs.bed,
        fasta=str(inputs.fasta),
        models={**inputs.models, "cnn": gtrack.load_model(inputs.models["cnn"], device="cpu")},
        out=tmp_path / "python",
        motifs=MOTIFS,
        null=10_000,
        target={"cnn": "all"},
        window={"cnn": 96},
        per_strand_tracks=True,
        device="cpu",
        annotations={"again": inputs.bed},
        progress=lambda *words: told.append(words),
    )
    assert capfd.readouterr() == ("", "")
    assert contents(tmp_path / "python") == contents(tmp_path / "command")
    ends = {what: (done, in_all) for what, done, in_all in told}
    assert set(ends) == {"cnn", "dnabert2", "cnn null", "dnabert2 null"}
    assert all(done == in_all for done, in_all in ends.values())
    labels = gtrack.load_model(inputs.models["cnn"], device="cpu").labels
    assert scan.models == {"cnn": labels, "dnabert2": ("site",)}
    check_values(scan, labels)
    check_tables(scan)


def check_values(scan: gtrack.Scan, labels: tuple[str, ...]) -> None:
    """Values are those of the file that the manifest names, per target and strand."""
    for label in labels:
        with pyBigWig.open(str(scan.out / f"tracks/cnn.{label}.relevance.bw")) as track:
            expected = np.array(track.values("chr2", 0, 12_000), np.float32)
        np.testing.assert_array_equal(scan.values(f"cnn:{label}", "chr2", 0, 12_000), expected)
        found = scan.values("cnn", "chr2", 0, 12_000, target=label)
        np.testing.assert_array_equal(found, expected)
        strands = [
            scan.values("cnn", "chr2", 0, 12_000, target=label, strand=strand).astype(float)
            for strand in ("forward", "reverse")
        ]
        largest = np.nanmax(np.abs(expected))
        mean = np.mean(strands, axis=0)
        np.testing.assert_allclose(mean, expected, rtol=0, atol=5e-5 * largest)
    assert scan.values("dnabert2", "chr1", 0, 0).shape == (0,)
    assert np.isnan(scan.values("dnabert2", "chr10", 0, 100)).all()


def check_tables(scan: gtrack.Scan) -> None:
    """Tables are those that pandas reads, with pandas' own types."""
    for name, columns in (("regions", scan.regions()), ("windows", scan.windows())):
        text = {"chrom": str, "name": str, "strand": str, "model": str, "target": str}
        text |= {"region": str} if name == "windows" else {}
        read = pd.read_csv(scan.out / f"{name}.tsv", sep="\t", na_values="NA", dtype=text)
        pd.testing.assert_frame_equal(pd.DataFrame(columns), read)
    for key, names in (("hits", scan.hits()), ("cnn", scan.hits("cnn:site"))):
        files = [
            scan.out / f"hits/{stem}.hits.bed"
            for stem in ("cnn.background", "cnn.site", "dnabert2")
        ]
        frames = [pd.read_csv(file, sep="\t", skiprows=3) for file in files]
        wanted = pd.concat(frames if key == "hits" else frames[1:2], ignore_index=True)
        wanted = wanted.rename(columns={"#chrom": "chrom"})
        found = pd.DataFrame(names)
        assert list(found) == list(wanted)
        assert len(found) == len(wanted)


def test_hits_are_called_and_seen_by_who_opened_before(
    tmp_path: Path, demo: tuple[Path, object], run
) -> None:
    for name in ("command", "python"):
        shutil.copytree(demo[0], tmp_path / name)
    run("hits", tmp_path / "command", "--motifs", MOTIFS, "--q", "0.01", "--all", "--loci")
    scan = gtrack.open_scan(tmp_path / "python")
    before = scan.hits()
    told: list[tuple[str, int, int]] = []
    hits = gtrack.call_hits(
        scan, MOTIFS, q=0.01, everything=True, loci=True, progress=lambda *w: told.append(w)
    )
    assert contents(tmp_path / "python") == contents(tmp_path / "command")
    assert {what: done == in_all for what, done, in_all in told} == {"cnn": True, "dnabert2": True}
    pd.testing.assert_frame_equal(pd.DataFrame(scan.hits()), pd.DataFrame(hits))
    assert 0 < len(hits["name"]) < len(before["name"])
    assert "hits at q < 0.01>" in repr(scan)
    candidates = pd.DataFrame(scan.hits("cnn", everything=True))
    assert set(candidates.model) == {"cnn:1"}
    assert len(candidates) > (hits["model"] == "cnn:1").sum()
    kinds = {name: column.dtype.kind for name, column in hits.items()}
    assert kinds == dict.fromkeys(hits, "U") | dict.fromkeys(
        ("chromStart", "chromEnd", "score"), "i"
    ) | dict.fromkeys(
        ("relSum", "relZ", "seqP", "relP", "qValue", "qWord", "qPlace", "chance"), "f"
    ) | {"bound": "b"}


def test_a_scan_says_what_is_in_it(demo: tuple[Path, object]) -> None:
    scan = gtrack.open_scan(str(demo[0]))
    assert repr(scan) == (
        f"<gtrack.Scan {str(demo[0])!r}, finished: attnlrp of cnn, dnabert2; 50 regions on 4 of 4 "
        f"chromosomes; a null of 300,000 bases; {len(scan.hits()['name'])} hits at q < 0.05>"
    )
    assert scan.chrom_sizes["chr1"] == 200_000


def test_what_is_not_there_is_named(tmp_path: Path, demo: tuple[Path, object]) -> None:
    scan = gtrack.open_scan(demo[0])
    for call, message in (
        (lambda: scan.values("cnn", "1", 0, 9), "'1': no such chromosome; the genome has chr1, "),
        (lambda: scan.values("cnn", "chr1", 5, 2), "chr1:5-2: not within the 200,000 bp of chr1"),
        (lambda: scan.values("cnn", "chr1", 0, 200_001), "chr1:0-200001: not within"),
        (lambda: scan.values("net", "chr1", 0, 9), "'net': no such model; the scan has cnn, "),
        (lambda: scan.values("cnn:0", "chr1", 0, 9), "'cnn:0': name one of the targets that"),
        (lambda: scan.values("cnn:1", "chr1", 0, 9, target="1"), "'cnn:1' and target '1': name"),
        (lambda: scan.hits("cnn", everything=True), f"{demo[0]}: no candidates; call_hits("),
        (lambda: gtrack.open_scan(tmp_path), f"{tmp_path}: no finished scan here"),
        (lambda: gtrack.open_scan(tmp_path / "none"), f"{tmp_path}/none: no such folder"),
    ):
        with pytest.raises(gtrack.InputError) as caught:
            call()
        assert str(caught.value).startswith(message)
    with pytest.raises(gtrack.InputError, match="scan with per_strand_tracks"):
        scan.values("cnn", "chr1", 0, 9, strand="forward")


def test_a_scan_that_was_replaced_is_not_read_on(tmp_path: Path, inputs) -> None:
    def again(**options: object) -> gtrack.Scan:
        return gtrack.scan(
            bed=inputs.bed,
            fasta=inputs.fasta,
            models={"cnn": inputs.models["cnn"]},
            out=tmp_path / "out",
            device="cpu",
            **options,  # type: ignore[arg-type]
        )

    first = again()
    with pytest.raises(gtrack.InputError, match="no hits were called; call_hits"):
        first.hits()
    with pytest.raises(gtrack.InputError, match="too few to call hits in, without a null"):
        gtrack.call_hits(first, MOTIFS)
    with pytest.raises(
        gtrack.InputError, match="use resume=True to go on with its scan, overwrite"
    ):
        again()
    assert repr(again(resume=True)) == repr(first)
    again(overwrite=True, strand="forward")
    with pytest.raises(gtrack.InputError, match="another scan is there now; open it again"):
        first.hits()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strand": "+"}, "strand '+': use both, forward, reverse, region"),
        ({"projection": "mean"}, "projection 'mean': use uniform, repeat, center, weighted"),
        ({"precision": "fp16"}, "precision 'fp16': use fp32, tf32, bf16"),
        ({"workers": 0}, "workers 0: a whole number from 1 to 1,024"),
        ({"window": "200"}, "window '200': give a length in bp, a positive whole number"),
        ({"null": 5}, "null 5: True, or 10,000 to 100,000,000 bases"),
        ({"projection": "weighted"}, "projection 'weighted' and weights=BIGWIG go together"),
        ({"window": {"net": 5}}, "window={'net': ...}: no model has this name; use cnn"),
        ({"device": "tpu"}, "device tpu: use auto, cpu, cuda, or cuda:0,1"),
        ({"method": "deeplift"}, "method deeplift: 'deeplift' is not known to gtrack.methods"),
        ({"models": {}}, "models: none given"),
    ],
)
def test_a_wrong_option_is_named_in_the_words_of_python(
    options: dict[str, object], message: str, tmp_path: Path, inputs
) -> None:
    given = {"models": {"cnn": inputs.models["cnn"]}, **options}
    with pytest.raises(gtrack.InputError) as caught:
        gtrack.scan(bed=inputs.bed, fasta=inputs.fasta, out=tmp_path / "out", **given)
    assert str(caught.value).startswith(message)
    assert not (tmp_path / "out").exists()
