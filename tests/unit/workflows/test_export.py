"""Exports: the arrays hold the genome and the track, in the shapes that the packages read."""

from __future__ import annotations

import shlex
import shutil
from importlib import import_module
from pathlib import Path

import numpy as np
import pyBigWig
import pytest

from gtrack.core.errors import InputError, OutputError
from gtrack.io.npz_exports import Member, write_npz
from gtrack.workflows import export as module
from gtrack.workflows.export import export

WIDTH = 120


def package(name: str) -> object:
    """Import a package that gtrack does not depend on; skip where it is not installed."""
    return pytest.importorskip(
        name, reason=f"the peer {name} is no dependency of gtrack and absent"
    )


def expected(inputs, out: Path, name: str, width: int):
    """Compute sequence and relevance base by base."""
    order = list(inputs.genome)
    rows = [line.split("\t") for line in (out / "regions.bed").read_text().splitlines()]
    one_hot = np.zeros((len(rows), 4, width), np.int8)
    relevance = np.zeros((len(rows), width), np.float32)
    starts, ranks = [], []
    with pyBigWig.open(str(out / f"tracks/{name}.relevance.bw")) as track:
        for row, (chrom, start, end, *_) in enumerate(rows):
            first = (int(start) + int(end) - width) // 2
            starts.append(first)
            ranks.append(order.index(chrom))
            for at in range(width):
                position = first + at
                if not 0 <= position < len(inputs.genome[chrom]):
                    continue
                base = inputs.genome[chrom][position].upper()
                if base in "ACGT":
                    one_hot[row, "ACGT".index(base), at] = 1
                value = track.values(chrom, position, position + 1)[0]
                relevance[row, at] = 0 if np.isnan(value) else value
    return rows, one_hot, relevance, starts, ranks


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_finemo_gets_the_genome_and_the_track(scanned, tmp_path: Path, name: str) -> None:
    inputs, out, _ = scanned
    (done,) = export(out, "finemo", tmp_path, models=[name], width=WIDTH)
    rows, one_hot, relevance, starts, ranks = expected(inputs, out, name, WIDTH)
    with np.load(done.files[0], allow_pickle=False) as data:
        assert set(data) == {
            *("sequences", "contributions", "chr", "chr_id", "start", "peak_id", "peak_name")
        }
        assert data["sequences"].dtype == np.int8
        assert data["contributions"].dtype == np.float32
        assert np.array_equal(data["sequences"], one_hot)
        assert np.array_equal(data["contributions"], relevance)
        assert data["chr"].tolist() == [row[0] for row in rows]
        assert data["chr_id"].tolist() == ranks
        assert data["start"].tolist() == starts
        assert data["start"].min() < 0, "a window that leaves its chromosome is among them"
        assert data["peak_id"].tolist() == list(range(len(rows)))
        assert data["peak_name"].tolist() == [row[3] for row in rows]
    assert np.any(relevance != 0)
    assert done.regions == len(rows) == 12
    assert done.regions_cut == sum(int(row[2]) - int(row[1]) > WIDTH for row in rows) > 0
    assert 0 < done.bases_beyond < done.bases_without_value
    known = one_hot.sum(axis=1) == 1
    assert done.bases_without_value >= int((~known).sum())
    assert not relevance[~known].any(), "a base that is no A, C, G or T has no value"


def test_modisco_gets_relevance_at_the_observed_base(scanned, tmp_path: Path) -> None:
    inputs, out, _ = scanned
    exports = export(out, "modisco", tmp_path, width=WIDTH + 1)
    assert [done.target.model for done in exports] == ["cnn", "dnabert2"]
    for done in exports:
        _, one_hot, relevance, starts, _ = expected(inputs, out, done.target.model, WIDTH + 1)
        with np.load(done.files[0]) as ohe, np.load(done.files[1]) as attr:
            assert set(ohe) == set(attr) == {"arr_0"}
            assert np.array_equal(ohe["arr_0"], one_hot)
            assert attr["arr_0"].shape == (12, 4, WIDTH + 1)
            assert np.array_equal(attr["arr_0"].sum(axis=1), relevance)
            assert not attr["arr_0"][one_hot == 0].any()
        for line, first in zip(done.files[2].read_text().splitlines(), starts, strict=True):
            cells = line.split("\t")
            assert int(cells[1]) + int(cells[9]) == first + WIDTH // 2, "the middle base"


def test_the_peaks_give_back_the_windows(scanned, tmp_path: Path) -> None:
    _, out, _ = scanned
    (done,) = export(out, "finemo", tmp_path, models=["cnn"], width=WIDTH)
    peaks = [line.split("\t") for line in done.files[-1].read_text().splitlines()]
    assert {len(peak) for peak in peaks} == {10}
    with np.load(done.files[0]) as data:
        starts = [int(peak[1]) + int(peak[9]) - WIDTH // 2 for peak in peaks]
        assert starts == data["start"].tolist()
    assert all(0 <= int(peak[9]) < int(peak[2]) - int(peak[1]) for peak in peaks)


@pytest.mark.parametrize("width", [WIDTH, WIDTH + 1, 20, 21])
def test_modisco_gets_a_window_that_it_cuts_right(run, scanned, tmp_path: Path, width: int) -> None:
    """It cuts w // 2 bases on each side of the middle, and w of them are too few when w is odd."""
    inputs, out, _ = scanned
    to = tmp_path / "a folder"
    ran = run("export", out, to, "--to", "modisco", "--model", "cnn", "--width", width, code=0)
    (line,) = [line for line in ran.err.splitlines() if line.startswith("next: ")]
    words = shlex.split(line.removeprefix("next: "))
    assert words[:2] == ["modisco", "motifs"]
    given = dict(zip(words[2::2], words[3::2], strict=True))
    assert given["-o"] == str(to / "cnn.modisco.h5")
    with np.load(given["-s"]) as ohe, np.load(given["-a"]) as attr:
        assert ohe["arr_0"].shape == attr["arr_0"].shape
        middle, half = ohe["arr_0"].shape[2] // 2, int(given["-w"]) // 2
        cut = ohe["arr_0"][:, :, middle - half : middle + half]
    assert cut.shape[2] == int(given["-w"]) == width - width % 2
    assert ("leaves the last base of each out" in ran.err) == bool(width % 2)
    # And where its seqlets lie: it counts from the middle of the peak's interval.
    peaks = [x.split("\t") for x in (to / "cnn.modisco.narrowPeak").read_text().splitlines()]
    parities = set()
    for row, (chrom, start, end, name, *_) in zip(cut, peaks, strict=True):
        first = (int(start) + int(end)) // 2 - half
        genome = inputs.genome[chrom].upper()
        for at in range(int(given["-w"])):
            base = genome[first + at] if 0 <= first + at < len(genome) else "N"
            assert [int(base == letter) for letter in "ACGT"] == row[:, at].tolist(), name
    for line in (out / "regions.bed").read_text().splitlines():
        parities.add((int(line.split("\t")[1]) + int(line.split("\t")[2])) % 2)
    assert parities == {0, 1}


def test_what_modisco_writes_fi_nemo_reads(run, scanned, tmp_path: Path) -> None:
    _, out, _ = scanned
    printed = []
    for to in ("modisco", "finemo"):
        said = run("export", out, tmp_path / "it's", "--to", to, "--width", WIDTH, code=0).err
        lines = [line.removeprefix("next: ") for line in said.splitlines() if "next: " in line]
        printed.append([shlex.split(line) for line in lines])
    for motifs, hits in zip(*printed, strict=True):
        assert hits[:2] == ["finemo", "call-hits"]
        read = dict(zip(hits[2::2], hits[3::2], strict=True))
        assert Path(read["-r"]).is_file()
        assert read["-m"] == motifs[motifs.index("-o") + 1]
        assert not Path(read["-o"]).exists()
    written = [command[-1] for commands in printed for command in commands]
    assert len(set(written)) == 4, "no command writes over what another wrote"


def test_the_summit_of_a_narrow_peak_is_the_centre(run, inputs, tmp_path: Path) -> None:
    inputs.bed.with_suffix(".narrowPeak").write_text(
        "chr2\t6000\t6400\tpeak\t0\t.\t1\t1\t1\t30\nchr2\t8000\t8400\tflat\t0\t.\t1\t1\t1\t-1\n"
    )
    bed = inputs.bed.with_suffix(".narrowPeak")
    run("scan", *inputs.options("cnn", bed=bed), "--out", tmp_path / "out", code=0)
    (done,) = export(tmp_path / "out", "finemo", width=100)
    assert done.files[0] == tmp_path / "out" / "export" / "cnn.finemo.npz"
    with np.load(done.files[0]) as data:
        assert data["start"].tolist() == [6000 + 30 - 50, 8200 - 50]
    peaks = [line.split("\t")[1:3] for line in done.files[-1].read_text().splitlines()]
    assert peaks == [["6030", "6031"], ["8200", "8201"]], "the middle is the summit"


def test_the_bytes_do_not_depend_on_the_chunks(
    scanned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = scanned
    for to in ("finemo", "modisco"):
        export(out, to, tmp_path / "one")
        monkeypatch.setattr(module, "_CHUNK", 5)
        export(out, to, tmp_path / "other")
        monkeypatch.undo()
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert len(files) == 10
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_the_width_is_the_models_window_when_not_given(scanned, tmp_path: Path) -> None:
    _, out, _ = scanned
    plan = module.open_finished(out).plan
    for done in export(out, "modisco", tmp_path):
        assert done.width == plan.model(done.target.model).window_bp
    for done in export(out, "finemo", tmp_path):
        assert done.width - plan.model(done.target.model).window_bp in (0, 1)
        assert done.width % 2 == 0, "Fi-NeMo refuses odd widths"


def test_the_command_says_what_has_no_value(run, scanned, tmp_path: Path) -> None:
    _, out, _ = scanned
    arguments = ["export", out, tmp_path, "--to", "finemo", "--model", "cnn", "--width", 300]
    ran = run(*arguments, code=0)
    assert "cnn: 12 regions x 300 bp; " in ran.err
    assert " of 3,600 bases have no value and stand as 0 (" in ran.err
    assert "1 regions" not in ran.err
    assert "next: finemo call-hits -r " in ran.err
    assert ran.out == ""
    ran = run(*arguments, code=2)
    assert "is there already; use --overwrite" in ran.error
    run(*arguments, "--overwrite", code=0)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--model", "none"], "has no such model; use cnn, dnabert2"),
        (["--width", "121"], "Fi-NeMo takes positive even widths only"),
        (["--fasta", "missing.fa"], "missing.fa: the genome of the scan is not there"),
    ],
)
def test_wrong_options_are_one_line(
    run, scanned, tmp_path: Path, options: list[str], why: str
) -> None:
    _, out, _ = scanned
    ran = run("export", out, tmp_path / "x", "--to", "finemo", *options, code=2)
    assert why in ran.error


def test_what_is_too_narrow_for_modisco_is_refused(run, scanned, tmp_path: Path) -> None:
    _, out, _ = scanned
    ran = run("export", out, tmp_path / "x", "--to", "modisco", "--width", 19, code=2)
    assert "--width 19: modisco-lite takes 20 bp or more" in ran.error


def test_a_folder_without_a_finished_scan(run, tmp_path: Path) -> None:
    ran = run("export", tmp_path, "--to", "modisco", code=2)
    assert "no finished scan here" in ran.error


def test_another_genome_is_refused(scanned, tmp_path: Path, write_fasta) -> None:
    inputs, out, _ = scanned
    copy = Path(shutil.copytree(out, tmp_path / "out"))
    for at in (6100, 6300):
        changed = dict(inputs.genome)
        base = "A" if changed["chr2"][at] != "A" else "C"
        changed["chr2"] = changed["chr2"][:at] + base + changed["chr2"][at + 1 :]
        other = write_fasta(tmp_path / f"{at}.fa", changed)
        with pytest.raises(InputError, match="not the genome that was scanned"):
            export(copy, "finemo", fasta=other)
    shorter = write_fasta(tmp_path / "short.fa", {"chr2": inputs.genome["chr2"]})
    with pytest.raises(InputError, match="not the genome that was scanned"):
        export(copy, "finemo", fasta=shorter)
    shutil.rmtree(copy / "genome")
    with pytest.raises(InputError, match="give it with --fasta"):
        export(copy, "finemo")
    assert export(copy, "finemo", fasta=inputs.fasta)


def test_no_model_is_needed(run, inputs, own_models, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("scan", *own_models.options("cnn"), "--out", out, code=0)
    shutil.rmtree(own_models.models["cnn"])
    inputs.fasta.unlink()
    run("export", out, "--to", "modisco", code=0)
    assert (out / "export" / "cnn.modisco.attr.npz").is_file()


def test_rows_that_do_not_come_are_an_error(tmp_path: Path) -> None:
    rows = np.zeros((2, 3), np.int8)
    for shape, chunks, why in (
        ((5, 3), [rows, rows], "got 4 rows of 5"),
        ((2, 4), [rows], r"got int8 \(2, 3\)"),
        ((2, 3), [rows.astype(np.int16)], "got int16"),
    ):
        with pytest.raises(OutputError, match=why):
            write_npz(tmp_path / "x.npz", [Member("a", "|i1", shape, chunks)])
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore")
def test_finemo_loads_its_file_and_extracts_the_same(scanned, tmp_path: Path) -> None:
    package("finemo")
    data_io = import_module("finemo.data_io")
    inputs, out, _ = scanned
    (done,) = export(out, "finemo", tmp_path, models=["cnn"], width=60)
    sequences, contributions, _, has_peaks = data_io.load_regions_npz(str(done.files[0]))
    assert has_peaks
    track = str(out / "tracks" / "cnn.relevance.bw")
    # Its own reader takes no window that leaves a chromosome: those rows are left out here.
    inside = [
        row
        for row, line in enumerate(done.files[-1].read_text().splitlines())
        for chrom, start, *rest in [line.split("\t")]
        if 30 <= int(start) + int(rest[-1]) <= len(inputs.genome[chrom]) - 30
    ]
    lines = done.files[-1].read_text().splitlines(keepends=True)
    (tmp_path / "inside.narrowPeak").write_text("".join(lines[row] for row in inside))
    peaks = data_io.load_peaks(str(tmp_path / "inside.narrowPeak"), None, 30)
    own = data_io.load_regions_from_bw(peaks, str(inputs.fasta), [track], 30)
    assert len(inside) > 5
    assert np.array_equal(own[0], sequences[inside])
    assert np.allclose(own[1], contributions[inside], rtol=1e-3, atol=1e-6)  # its float16


def test_modisco_reads_its_files(scanned, tmp_path: Path) -> None:
    package("modiscolite")
    read = import_module("modiscolite.cli")._load_input
    _, out, _ = scanned
    (done,) = export(out, "modisco", tmp_path, models=["cnn"], width=WIDTH)
    assert read(done.files[0]).shape == read(done.files[1]).shape == (12, 4, WIDTH)
