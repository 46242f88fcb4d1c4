"""2bit: what is read back is what the FASTA says, mask and all."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.io import twobit
from gtrack.io.twobit import write_twobit
from gtrack.io.twobit_reader import twobit_sizes
from tests.twobits import as_twobit, read_twin


def write_fasta(path: Path, genome: dict[str, str], width: int = 60, end: str = "\n") -> Path:
    lines = []
    for name, bases in genome.items():
        lines.append(f">{name} and a description > of it")
        lines += [bases[at : at + width] for at in range(0, len(bases), width)]
    path.write_text(end.join(lines) + end, newline="")
    return path


def sizes(genome: dict[str, str]) -> dict[str, int]:
    return {name: len(bases) for name, bases in genome.items()}


names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
stretches = st.tuples(st.sampled_from("ACGTNacgtnRY"), st.integers(1, 9))
sequences = st.lists(stretches, max_size=40).map(lambda s: "".join(b * n for b, n in s))


@given(
    genome=st.dictionaries(names, sequences, max_size=4).filter(bool),
    width=st.integers(1, 70),
    end=st.sampled_from(["\n", "\r\n"]),
    piece=st.integers(1, 50),
)
@settings(deadline=None)
def test_any_genome_reads_back(tmp_path_factory, genome, width, end, piece) -> None:
    folder = tmp_path_factory.mktemp("2bit")
    fasta = write_fasta(folder / "g.fa", genome, width, end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(twobit, "_PIECE", piece)  # so that pieces end anywhere
        write_twobit(folder / "g.2bit", fasta, sizes(genome))
    wanted = {name: as_twobit(bases) for name, bases in genome.items()}
    assert read_twin((folder / "g.2bit").read_bytes()) == wanted
    assert twobit_sizes(folder / "g.2bit") == sizes(genome)
    assert sorted(path.name for path in folder.iterdir()) == ["g.2bit", "g.fa"]


def test_the_bytes_are_those_of_the_format(tmp_path: Path) -> None:
    fasta = write_fasta(tmp_path / "g.fa", {"c": "TCAGNNacgt"})
    write_twobit(tmp_path / "g.2bit", fasta, {"c": 10})
    assert (tmp_path / "g.2bit").read_bytes() == (
        struct.pack("<IIII", 0x1A412743, 0, 1, 0)
        + b"\x01c"
        + struct.pack("<I", 22)
        + struct.pack("<IIIIIIII", 10, 1, 4, 2, 1, 6, 4, 0)
        + bytes([0b00011011, 0b00001001, 0b11000000])
    )


def test_py2bit_reads_it(tmp_path: Path) -> None:
    py2bit = pytest.importorskip("py2bit")
    rng = np.random.default_rng(2)
    genome = {f"chr{i}": "".join(rng.choice(list("ACGTacgtN"), 10_000 + i)) for i in range(5)}
    write_twobit(tmp_path / "g.2bit", write_fasta(tmp_path / "g.fa", genome), sizes(genome))
    reader = py2bit.open(str(tmp_path / "g.2bit"), True)
    assert reader.chroms() == sizes(genome)
    for name, bases in genome.items():
        assert reader.sequence(name) == bases.replace("n", "N")
    reader.close()


def test_compressed_fasta_gives_the_same_bytes(tmp_path: Path) -> None:
    genome = {"a": "ACGTN" * 100, "b": "acg"}
    fasta = write_fasta(tmp_path / "g.fa", genome)
    (tmp_path / "g.fa.gz").write_bytes(gzip.compress(fasta.read_bytes()))
    for name in ("g.fa", "g.fa.gz"):
        write_twobit(tmp_path / f"{name}.2bit", tmp_path / name, sizes(genome))
    assert (tmp_path / "g.fa.2bit").read_bytes() == (tmp_path / "g.fa.gz.2bit").read_bytes()


@pytest.mark.parametrize(
    "bases", [{"one": 4_294_967_296}, {f"chr{i}": 2_000_000_000 for i in range(9)}]
)
def test_a_genome_beyond_the_format_is_refused_at_once(tmp_path: Path, bases) -> None:
    fasta = write_fasta(tmp_path / "g.fa", {"a": "ACGT"})
    with pytest.raises(InputError, match=r"g\.fa: too large for the 2bit format.* 4 GB"):
        write_twobit(tmp_path / "g.2bit", fasta, bases)
    assert not (tmp_path / "g.2bit").exists()


@pytest.mark.parametrize(
    "other",
    [{"a": 4}, {"a": 4, "b": 3}, {"b": 2, "a": 4}, {"a": 4, "c": 2}, {"a": 4, "b": 2, "c": 1}],
)
def test_another_fasta_than_promised_is_refused(tmp_path: Path, other) -> None:
    fasta = write_fasta(tmp_path / "g.fa", {"a": "ACGT", "b": "AC"})
    (tmp_path / "g.2bit").write_bytes(b"before")
    with pytest.raises(InputError, match=r"g\.fa: other sequences than were scanned"):
        write_twobit(tmp_path / "g.2bit", fasta, other)
    assert (tmp_path / "g.2bit").read_bytes() == b"before"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("text", [">a\nAC>\nGT\n", ">a\nAC>b\nGT\n", ">a\nACGT"[:4], "ACGT\n"])
def test_what_no_fasta_reader_would_pass_on_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "g.fa").write_text(text)
    with pytest.raises(InputError, match="other sequences"):
        write_twobit(tmp_path / "g.2bit", tmp_path / "g.fa", {"a": 4})


def test_a_name_too_long_for_the_format_is_refused(tmp_path: Path) -> None:
    fasta = write_fasta(tmp_path / "g.fa", {"a" * 256: "ACGT"})
    with pytest.raises(InputError, match="longer than 255 bytes"):
        write_twobit(tmp_path / "g.2bit", fasta, {"a" * 256: 4})


def test_memory_does_not_grow_with_the_genome(tmp_path: Path) -> None:
    fasta = tmp_path / "g.fa"
    with fasta.open("w") as file:
        file.write(">c\n")
        for _ in range(1000):
            file.write(("ACGT" * 20_000) + "\n")
    tracemalloc.start()
    write_twobit(tmp_path / "g.2bit", fasta, {"c": 80_000_000})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 48e6, "80 Mb of sequence, 20 MB packed"
    assert (tmp_path / "g.2bit").stat().st_size == 22 + 16 + 20_000_000


@pytest.mark.parametrize("order", ["<", ">"])
def test_sizes_of_either_byte_order(tmp_path: Path, order: str) -> None:
    data = struct.pack(f"{order}IIII", 0x1A412743, 0, 1, 0) + b"\x02ab"
    data += struct.pack(f"{order}IIIIIB", 23, 3, 0, 0, 0, 0b00011000)
    (tmp_path / "g.2bit").write_bytes(data)
    assert read_twin(data, order) == {"ab": "TCA"}
    assert twobit_sizes(tmp_path / "g.2bit") == {"ab": 3}


@pytest.mark.parametrize(
    "data", [b"", b"no 2bit at all, this", struct.pack("<IIII", 0x1A412743, 0, 3, 0) + b"\x02ab"]
)
def test_what_is_no_2bit_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "g.2bit").write_bytes(data)
    with pytest.raises(InputError, match=r"g\.2bit: is not a whole 2bit file"):
        twobit_sizes(tmp_path / "g.2bit")
    with pytest.raises(InputError, match="no such file"):
        twobit_sizes(tmp_path / "none.2bit")
