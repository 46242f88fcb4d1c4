"""The fault matrix: 60 ways in which a run can go wrong, and which test holds each of them.

`MATRIX` names the tests of every row, or why one cannot be had here; the names are looked up. What
no other module tests is tested below.
"""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hour import lasting
from tests.users import as_another_user

TESTS = Path(__file__).resolve().parents[1]
BED, BYTES, RESUME = "scan/test_faults.py", "scan/test_bytes.py", "scan/test_resume.py"
HERE, SERVER = "scan/test_fault_matrix.py", "unit/publish/test_server.py"

MATRIX: dict[int, tuple[str, ...]] = {
    **dict.fromkeys([1, 2, 3, 4, 5, 9, 14, 15, 16, 17, 19, 22], (f"{BED}::test_a_bad_bed",)),
    **dict.fromkeys([6, 7, 8, 10, 20], (f"{BED}::test_accepted_dress",)),
    11: (f"{BYTES}::test_duplicates_are_scanned_once",),
    12: ("scan/test_outputs.py::test_every_known_base_has_one_value_and_nothing_else_has_one",),
    13: (f"{BYTES}::test_the_dress_of_the_bed_does_not_matter",),
    18: (f"{BED}::test_a_bad_bed", f"{HERE}::test_a_line_without_an_end_takes_no_memory"),
    21: (f"{BYTES}::test_the_dress_of_the_bed_does_not_matter",),
    23: (f"{BED}::test_bgzip_without_its_last_block",),
    24: (f"{BED}::test_a_bad_bed", f"{HERE}::test_a_line_without_an_end_takes_no_memory"),
    25: (f"{BED}::test_n_iupac_and_soft_mask", f"{BED}::test_only_n"),
    **dict.fromkeys([26, 27], (f"{BED}::test_n_iupac_and_soft_mask",)),
    28: (f"{BED}::test_one_base_and_a_whole_chromosome",),
    29: (
        f"{BED}::test_indices",
        "unit/io/test_fasta.py::test_where_the_folder_takes_no_index_the_cache_does",
    ),
    **dict.fromkeys([30, 31], (f"{BED}::test_compressed_genomes",)),
    32: (
        f"{RESUME}::test_resume_refuses_what_changed_and_names_it",
        f"{RESUME}::test_a_shard_refuses_a_changed_genome",
        f"{RESUME}::test_a_merge_refuses_a_changed_genome",
    ),
    33: (
        f"{BED}::test_a_full_disk",
        "unit/io/test_atomic.py::test_a_full_disk_leaves_nothing",
        f"{HERE}::test_a_disk_that_is_full_at_any_file",
    ),
    34: (
        f"{BYTES}::test_killed_and_resumed",
        f"{BYTES}::test_killed_twenty_times_and_resumed",
    ),
    35: (f"{BYTES}::test_killed_around_a_rename", f"{BYTES}::test_killed_around_every_rename"),
    36: (
        f"{BYTES}::test_interrupted_and_resumed",
        "scan/test_signals.py::test_a_storm_of_signals",
        "scan/test_signals.py::test_the_first_tenth_of_a_second",
        "test_cli.py::test_an_interruption_before_anything_is_made",
    ),
    37: (f"{RESUME}::test_two_scans_of_one_folder",),
    38: (f"{HERE}::test_a_folder_that_cannot_be_written",),
    39: (f"{HERE}::test_nothing_is_moved_between_file_systems",),
    40: (
        f"{RESUME}::test_a_damaged_shard_is_done_again",
        f"{RESUME}::test_no_flipped_bit_of_a_shard_goes_unseen",
        "unit/io/test_shards.py::test_a_right_seal_behind_what_is_no_archive",
        f"{HERE}::test_a_shard_under_the_name_of_another_is_done_again",
    ),
    41: (
        f"{HERE}::test_a_torn_line_of_the_record",
        "hits/test_wrong_folders.py::test_a_manifest_that_is_none",
    ),
    42: (
        f"{HERE}::test_a_cut_track_is_found",
        "hits/test_verify_command.py::test_no_reader_takes_a_damaged_track",
        "unit/io/test_bigwig_verify.py::test_every_cut_is_found",
    ),
    43: (f"{BED}::test_out_of_memory",),
    44: (f"{HERE}::test_a_device_that_can_do_no_more",),
    45: (
        f"{BED}::test_weights_that_are_no_numbers",
        f"{BED}::test_numbers_that_overflow",
        f"{BED}::test_what_is_done_before_a_failure_is_kept",
    ),
    46: ("unit/engines/test_crews.py::test_a_piece_that_always_dies_is_told",),
    47: (f"{BED}::test_a_pickle_is_never_opened",),
    48: (f"{BED}::test_remote_code_is_never_run",),
    49: (
        f"{BED}::test_malformed_weights",
        "unit/models/test_folder.py::test_hostile_safetensors_are_refused_in_one_line",
    ),
    50: ("unit/models/test_dnabert2_tokenizer.py::test_files_that_are_no_tokenizer",),
    51: (
        f"{SERVER}::test_no_path_but_the_named",
        f"{SERVER}::test_nothing_else_is_served",
        f"{SERVER}::test_links_stay_inside",
    ),
    52: (f"{SERVER}::test_any_range_header", f"{SERVER}::test_ranges_of_nothing"),
    53: (f"{SERVER}::test_hosts", f"{SERVER}::test_this_machine_only"),
    54: (
        "plugin/test_hostile.py::test_names_that_are_markup_are_text",
        "unit/publish/test_report.py::test_no_element_or_attribute_comes_from_a_name",
    ),
    55: (
        "hits/test_hub_command.py::test_options_that_would_end_up_in_the_hub_are_checked",
        "hits/test_hub_command.py::test_any_name_is_text",
    ),
    56: ("scan/test_options.py::test_a_model_name_is_a_file_name",),
    57: (
        "hits/test_wrong_folders.py::test_a_manifest_that_is_none",
        "unit/publish/test_view.py::test_a_manifest_that_names_other_files",
        "hits/test_wrong_folders.py::test_a_file_too_large_to_be_text_is_not_read",
    ),
    58: (f"{HERE}::test_a_run_that_stood_still_goes_on",),
    59: (f"{BYTES}::test_language_and_time_zone_do_not_matter",),
    60: (
        f"{HERE}::test_two_machines_of_one_plan_and_one_is_killed",
        f"{BYTES}::test_shards_one_by_one_in_any_order",
    ),
}
"""Row of the matrix -> the tests that hold it."""

APART: dict[int, str] = {
    33: "a disk that is really full: mounting a small one needs rights that CI lacks; a limit on "
    "the size of files stands for it, which ends in the same call of the system",
    43: "the memory of a GPU: none is here; torch's own error is raised in its place. A batch is "
    "not halved: batches are fixed by the plan, so the smaller --batch-tokens is named",
    44: "a GPU in a sticky state: none is here; torch's own words are raised in its place. The run "
    "ends with 4 and is resumed, it does not start a process again by itself",
    57: "zips and sessions: gtrack imports none, so there is nothing to slip",
    60: "Snakemake and Ray: no part of this environment; what they start is the command that is "
    "killed here",
}
"""Row -> what of it is not tried here as the matrix has it, and why."""


def test_every_row_has_its_tests() -> None:
    assert list(range(1, 61)) == sorted(MATRIX)
    assert APART.keys() <= MATRIX.keys()
    for row, tests in MATRIX.items():
        assert tests, row
        for test in tests:
            file, _, name = test.partition("::")
            tree = ast.parse((TESTS / file).read_text())
            assert any(
                isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body
            ), f"row {row}: {test} is gone"


# --- rows that no other module holds ------------------------------------------------------------


@pytest.fixture
def given(own_models):
    own_models.bed.write_text("chr2\t3900\t6500\tb\t0\t+\nchr10\t300\t420\te\t0\t-\n")
    return own_models


@pytest.fixture
def command(given, tmp_path: Path) -> list[object]:
    return ["scan", *given.options("cnn"), "--out", tmp_path / "out", "--stride", "8"]


_READ = """
import resource, sys
from gtrack.core.errors import InputError
from gtrack.io.bed import read_bed
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(read_bed(__import__("pathlib").Path(sys.argv[1])))
except InputError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_line_without_an_end_takes_no_memory(tmp_path: Path, packed: bool) -> None:  # 18, 24
    import gzip

    path = tmp_path / "a.bed"
    with gzip.open(path, "wb", 1) if packed else path.open("wb") as file:
        file.write(b"chr2\t1\t9\t")
        for _ in range(200):
            file.write(b"x" * 1_000_000)
    done = subprocess.run([sys.executable, "-c", _READ, path], capture_output=True, text=True)
    said, grown = done.stdout.splitlines()
    assert f"{path}:1: " in said, done.stderr
    assert int(grown) < 50_000, "kB"


def test_a_disk_that_is_full_at_any_file(program, given, command, tmp_path: Path) -> None:  # 33
    """The limits lie between the sizes of the files: plan, shards, tracks, the genome's copy."""
    out = tmp_path / "out"
    given.bed.write_text("chr2\t6000\t6100\ta\t0\t+\n")
    program(*command)
    before = lasting(out)
    sizes = sorted({len(data) for data in before.values()})
    assert sizes[-1] == len(before["genome/genome.fa"]), "the copy is the largest"
    for limit in (sizes[len(sizes) // 2], sizes[-2]):
        shutil.rmtree(out)
        ran = program.start(*command, file_limit=limit + 1).wait()
        assert ran.code == 3, (limit, ran)
        assert str(out) in ran.error
        assert ran.err.count("gtrack: error") == 1
        assert "Traceback" not in ran.err
        assert not list(out.rglob("*.tmp"))
        assert not (out / "manifest.json").exists()
        program(*command, "--resume")
        assert lasting(out) == before


def test_a_folder_that_cannot_be_written(run, command, given, tmp_path: Path, monkeypatch) -> None:
    """Row 38: said before a model is opened; and a finished scan there is read as ever."""
    from gtrack.workflows.scanning import opening

    run(*command)  # as root, so that every module is there
    shutil.rmtree(tmp_path / "out")
    opened = []
    monkeypatch.setattr(opening, "open_model", lambda *where, **_: opened.append(where))
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o555)
    for folder in (tmp_path, *tmp_path.parents[:3]):  # pytest-xdist has one folder more
        folder.chmod(folder.stat().st_mode | 0o055)
    with as_another_user():
        said = run(*command, code=3).error
        below = run(*command[:-3], out / "below", *command[-2:], code=3).error
    assert f"{out}: cannot write here: Permission denied; make it writable, or use an" in said
    assert f"{out / 'below'}: cannot be made: Permission denied; choose another --out" in below
    assert opened == []
    monkeypatch.undo()
    out.chmod(0o755)
    run(*command)
    out.chmod(0o555)
    (tmp_path / "m.meme").write_text(MEME)
    run("hits", out, "--motifs", tmp_path / "none", code=2)
    run("verify", out)
    with as_another_user():
        said = run("hits", out, "--motifs", tmp_path / "m.meme", code=3).error
        assert "--out" not in said
        assert "make it writable, or use another folder" in said
        run("verify", out)
    out.chmod(0o755)


MEME = """MEME version 4

ALPHABET= ACGT

MOTIF M1 ONE
letter-probability matrix: alength= 4 w= 4 nsites= 100 E= 0
0.97 0.01 0.01 0.01
0.01 0.97 0.01 0.01
0.01 0.01 0.97 0.01
0.01 0.01 0.01 0.97
"""


def test_nothing_is_moved_between_file_systems(run, command, monkeypatch, tmp_path: Path) -> None:
    """Row 39: what is renamed stands in the folder in which it gets its name."""
    moved = []
    rename = Path.replace

    def replace(self: Path, target: Path) -> Path:
        moved.append((self.parent, Path(target).parent))
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    run(*command)
    assert len(moved) > 8
    assert all(source == target for source, target in moved)
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev:
        return
    other = shm / f"gtrack-{os.getpid()}"
    try:
        run(*command[:-3], other, *command[-2:])
        run("verify", other)
        found, expected = lasting(other), lasting(tmp_path / "out")
        assert found == expected
    finally:
        shutil.rmtree(other, ignore_errors=True)


def test_a_shard_under_the_name_of_another_is_done_again(run, command, tmp_path: Path) -> None:
    out = tmp_path / "out"  # row 40
    run(*command, "--shards", 2)
    expected = lasting(out)
    shutil.rmtree(out)
    run("plan", *command[1:], "--shards", 2)
    for shard in (0, 1):
        run("scan", "--plan", out, "--shard", shard)
    shutil.copy(out / "shards/000000.npz", out / "shards/000001.npz")
    assert "1 of 2 shards are missing or damaged (first: 1)" in run("merge", out, code=2).error
    run(*command, "--shards", 2, "--resume")
    assert lasting(out) == expected


def test_a_torn_line_of_the_record(run, command, tmp_path: Path) -> None:  # 41
    """The one file that grows line by line: a power cut may leave half of the last."""
    out, genes = tmp_path / "out", tmp_path / "genes.bed"
    genes.write_text("chr2\t10\t400\tA\n")
    run(*command, "--annotation", f"genes={genes}")
    record = out / "plan/annotations.txt"
    record.write_bytes(record.read_bytes() + b"+half")
    run(*command, "--resume", "--annotation", f"peaks={genes}")
    lines = record.read_text().splitlines()
    assert "+half" in lines
    assert "+peaks.bed" in lines
    run(*command, "--resume", "--annotation", f"peaks={genes}")
    run("verify", out)


def test_a_cut_track_is_found(run, command, tmp_path: Path) -> None:  # 42
    run(*command)
    track = tmp_path / "out/tracks/cnn.relevance.bw"
    whole = track.read_bytes()
    for size in (len(whole) - 4, len(whole) * 99 // 100, 0):
        track.write_bytes(whole[:size])
        assert (
            f"{track}: has {size:,} bytes, and {len(whole):,} were written"
            in run("verify", tmp_path / "out", code=5).out
        )


@pytest.mark.parametrize(
    "words",
    [
        "CUDA error: device-side assert triggered\nCompile with `TORCH_USE_CUDA_DSA`",
        "CUDA error: an illegal memory access was encountered",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm`",
    ],
)
def test_a_device_that_can_do_no_more(run, command, tmp_path, monkeypatch, words: str) -> None:
    from gtrack.models.cnn import CnnForSequenceClassification  # row 44

    real, calls = CnnForSequenceClassification.forward, []

    def forward(self, *arguments, **options):
        calls.append(1)
        if len(calls) > 3:
            raise RuntimeError(words)
        return real(self, *arguments, **options)

    monkeypatch.setattr(CnnForSequenceClassification, "forward", forward)
    said = run(*command, "--workers", 1, code=4).error
    assert "model cnn, in the batch of window chr2:" in said
    assert f"the device failed ({words.splitlines()[0]}); what is done is kept" in said
    monkeypatch.undo()
    run(*command, "--workers", 1, *(["--resume"] if (tmp_path / "out").exists() else []))


def test_a_run_that_stood_still_goes_on(program, command, tmp_path: Path) -> None:  # 58
    program(*command)
    expected = lasting(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    child = program.start(*command, stop_at="tracks/*.bw")
    child.wait_for_stop()
    child.send(signal.SIGCONT)
    assert child.wait().code == 0
    assert lasting(tmp_path / "out") == expected


def test_two_machines_of_one_plan_and_one_is_killed(program, command, tmp_path: Path) -> None:
    out = tmp_path / "out"  # row 60
    program(*command, "--shards", 2)
    expected = lasting(out)
    shutil.rmtree(out)
    program("plan", *command[1:], "--shards", 2)
    killed = program.start("scan", "--plan", out, "--shard", 0, stop_at="shards/*.npz")
    killed.wait_for_stop()
    program("scan", "--plan", out, "--shard", 1)
    killed.send(signal.SIGKILL)
    assert killed.wait().code == -signal.SIGKILL
    assert "1 of 2 shards are missing" in program("merge", out, code=2).error
    program("scan", "--plan", out, "--shard", 0)
    program("merge", out)
    assert lasting(out) == expected
