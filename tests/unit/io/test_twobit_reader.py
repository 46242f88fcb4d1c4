"""2bit read by position: what a slow reader reads, of any version; broken files are refused."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtrack.core.errors import InputError
from gtrack.io.fasta import Genome, fasta_lines
from gtrack.io.twobit import write_twobit
from gtrack.io.twobit_reader import TwoBitReader, is_twobit
from tests.twobits import as_twobit, read_twin

names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
stretches = st.tuples(st.sampled_from("ACGTNacgtnRY"), st.integers(1, 30))
sequences = st.lists(stretches, min_size=1, max_size=30).map(lambda s: "".join(b * n for b, n in s))


def written(folder: Path, genome: dict[str, str]) -> Path:
    """Write a genome as FASTA, and the 2bit of it."""
    fasta = folder / "g.fa"
    fasta.write_text("".join(f">{name} x\n{bases}\n" for name, bases in genome.items()))
    write_twobit(folder / "g.2bit", fasta, {name: len(bases) for name, bases in genome.items()})
    return folder / "g.2bit"


def swapped(data: bytes, version: int) -> bytes:
    """Write a 2bit of version 0 in the other byte order, or as version 1."""
    order, wide = (">", "I") if version == 0 else ("<", "Q")
    (count,) = struct.unpack_from("<I", data, 8)
    head, at, records = struct.pack(f"{order}4I", 0x1A412743, version, count, 0), 16, []
    for _ in range(count):
        name = data[at : at + 1 + data[at]]
        at += len(name)
        records.append((name, struct.unpack_from("<I", data, at)[0]))
        at += 4
    grown = count * (struct.calcsize(f"<{wide}") - 4)
    head += b"".join(name + struct.pack(f"{order}{wide}", to + grown) for name, to in records)
    ends = [to for _, to in records[1:]] + [len(data)]
    for (_, start), end in zip(records, ends, strict=True):
        (n,) = struct.unpack_from("<I", data, start + 4)
        (m,) = struct.unpack_from("<I", data, start + 8 + 8 * n)
        numbers = struct.unpack_from(f"<{4 + 2 * n + 2 * m}I", data, start)
        head += struct.pack(f"{order}{len(numbers)}I", *numbers)
        head += data[start + 4 * len(numbers) : end]
    return head


@given(st.dictionaries(names, sequences, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_any_stretch_is_what_a_slow_reader_reads(tmp_path_factory, genome, rng) -> None:
    folder = tmp_path_factory.mktemp("law")
    path = written(folder, genome)
    data = path.read_bytes()
    wanted = read_twin(data)
    assert wanted == {name: as_twobit(bases) for name, bases in genome.items()}
    (folder / "big.2bit").write_bytes(swapped(data, 0))
    (folder / "long.2bit").write_bytes(swapped(data, 1))
    assert read_twin(swapped(data, 0), ">") == wanted
    for name in ("g.2bit", "big.2bit", "long.2bit"):
        assert is_twobit(folder / name)
        with Genome.open(folder / name) as opened:
            assert opened.chrom_sizes == {chrom: len(bases) for chrom, bases in wanted.items()}
            for chrom, bases in wanted.items():
                for _ in range(6):
                    a, b = sorted((rng.randint(0, len(bases)), rng.randint(0, len(bases))))
                    assert opened.letters(chrom, a, b) == bases[a:b].encode()
                    assert opened.fetch(chrom, a, b) == bases[a:b].upper()


def test_it_is_the_genome_that_the_fasta_is(tmp_path: Path) -> None:
    rng = random.Random(4)
    genome = {name: "".join(rng.choices("ACGTacgtNn", k=1_300_000)) for name in ("a", "b")}
    path = written(tmp_path, genome)
    with Genome.open(path) as packed, Genome.open(tmp_path / "g.fa") as fasta:
        assert packed.chrom_sizes == fasta.chrom_sizes
        assert (packed.form, packed.files) == ("2bit", (path,))
        assert packed.fetch("b", 17, 1_250_001) == fasta.fetch("b", 17, 1_250_001)
        with pytest.raises(InputError, match=r"g\.2bit: a:.*: beyond the 1300000 bp"):
            packed.fetch("a", 0, 1_300_001)
        (tmp_path / "again.fa").write_bytes(b"".join(fasta_lines(packed)))
    with Genome.open(tmp_path / "again.fa") as again:
        assert {c: again.letters(c, 0, n).decode() for c, n in again.chrom_sizes.items()} == genome


def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    data = written(tmp_path, {"one": "ACGTNNNNacgtacg", "two": "ttttttGG"}).read_bytes()
    for size in range(4, len(data)):
        (tmp_path / "cut.2bit").write_bytes(data[:size])
        with pytest.raises(
            InputError, match=r"cut\.2bit: is not a whole 2bit file: .*; get it again"
        ):
            TwoBitReader(tmp_path / "cut.2bit")


@given(st.integers(0, 90), st.binary(min_size=1, max_size=8))
def test_a_changed_file_is_read_or_refused(tmp_path_factory, at, other) -> None:
    folder = tmp_path_factory.mktemp("changed")
    data = written(folder, {"one": "ACGTNNNNacgtacg", "two": "ttttttGG"}).read_bytes()
    bad = data[:at] + other + data[at + len(other) :]
    (folder / "bad.2bit").write_bytes(bad)
    said = refusal(folder / "bad.2bit")
    assert said is None or said.startswith(f"{folder}/bad.2bit: is not a whole 2bit file")


def refusal(path: Path) -> str | None:
    """Read all of a file; return how it was refused."""
    try:
        reader = TwoBitReader(path)
        for chrom, size in reader.chrom_sizes.items():
            assert len(reader.letters(chrom, 0, size)) == size
        reader.close()
    except InputError as error:
        return str(error)
    return None


def test_a_sequence_without_bases_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"one": "ACGT", "two": ""})
    with pytest.raises(InputError, match=r"g\.2bit: sequence 'two' has no bases; leave it out"):
        Genome.open(path)


def test_a_name_that_is_no_name_is_refused(tmp_path: Path) -> None:
    data = written(tmp_path, {"one": "ACGT", "two": "ACGT"}).read_bytes()
    for old, new, said in ((b"one", b"o e", "has the name 'o e'"), (b"one", b"two", "twice")):
        (tmp_path / "bad.2bit").write_bytes(data.replace(old, new))
        with pytest.raises(InputError, match=said):
            TwoBitReader(tmp_path / "bad.2bit")
