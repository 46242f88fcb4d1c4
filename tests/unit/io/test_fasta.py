"""The FASTA reader: cases 26, 27 and 29 to 31 of the fault matrix, and laws of reading."""

from __future__ import annotations

import gzip
import io
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyfaidx
import pytest
from Bio import bgzf
from hypothesis import given, settings
from hypothesis import strategies as st

from gtrack.core.errors import InputError, OutputError
from gtrack.io import faidx, fasta_index, fasta_scan, text
from gtrack.io.bgzf import blocks_of
from gtrack.io.fasta import Genome

SMALL = b">chr1 first\nACGTAC\nGTNNAC\nGT\n>chr2\nTTTT\n"


def bgzip(data: bytes, block: int = 65280) -> bytes:
    buffer = io.BytesIO()
    writer = bgzf.BgzfWriter(fileobj=buffer, mode="wb")
    for at in range(0, len(data), block):
        writer.write(data[at : at + block])
        writer.flush()
    writer._handle = io.BytesIO()  # close() would close the buffer
    return buffer.getvalue() + text.BGZF_EOF


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "gtrack"


def write(folder: Path, data: bytes, name: str = "g.fa") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def everything(path: Path, cache_dir: Path | None = None) -> dict[str, str]:
    with Genome.open(path, cache_dir) as genome:
        return {chrom: genome.fetch(chrom, 0, size) for chrom, size in genome.chrom_sizes.items()}


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        Genome.open(path).close()
    message = str(caught.value)
    assert message.startswith(str(path) + ":")
    assert message.isprintable()
    assert not Path(f"{path}.fai").exists()
    return message.removeprefix(str(path) + ":")


# Reading


@pytest.mark.parametrize("name", ["g.fa", "g.fa.gz", "g.fa.bgz"])
def test_bases_by_position(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, SMALL if name == "g.fa" else bgzip(SMALL, 9), name)
    with Genome.open(path) as genome:
        assert genome.path == path
        assert list(genome.chrom_sizes.items()) == [("chr1", 14), ("chr2", 4)]
        assert genome.fetch("chr1", 0, 14) == "ACGTACGTNNACGT"
        assert genome.fetch("chr1", 5, 7) == "CG"
        assert genome.fetch("chr2", 3, 4) == "T"
        assert genome.fetch("chr2", 4, 4) == ""


def test_soft_mask_and_iupac(tmp_path: Path) -> None:
    """Cases 26 and 27: lower case is upper case, all that is not A, C, G, T is N."""
    letters = "ABCDGHKMNRSTVWXY"
    path = write(tmp_path, f">c\n{letters}{letters.lower()}\n".encode())
    expected = "".join(c if c in "ACGT" else "N" for c in letters)
    assert everything(path) == {"c": expected * 2}


def test_nothing_is_clipped(tmp_path: Path) -> None:
    with Genome.open(write(tmp_path, SMALL)) as genome:
        for start, end in ((0, 15), (14, 15), (-1, 3), (5, 4), (15, 15)):
            with pytest.raises(
                InputError, match=r"g\.fa: chr1:.*: beyond the 14 bp of the sequence"
            ):
                genome.fetch("chr1", start, end)
        with pytest.raises(InputError, match=r"g\.fa: chr3:1: no such sequence"):
            genome.fetch("chr3", 0, 1)


@pytest.mark.parametrize(("bad", "seen"), [(b"*", r"\*"), (b"-", "-")])
def test_a_character_that_is_no_letter_is_named(tmp_path: Path, bad: bytes, seen: str) -> None:
    with Genome.open(write(tmp_path, b">c\nACGT\nA" + bad + b"GT\n")) as genome:
        assert genome.fetch("c", 0, 5) == "ACGTA"
        with pytest.raises(InputError, match=rf"g\.fa: c:6: character '{seen}' is no base"):
            genome.fetch("c", 2, 8)


NAMES = st.lists(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8),
    min_size=1,
    max_size=5,
    unique=True,
)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, dict[str, str]]:
    """A FASTA file and what it holds."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    content = {}
    out = draw(st.sampled_from(["", end]))
    for name in draw(NAMES):
        bases = draw(st.text("ACGTNacgtnRYx", min_size=1, max_size=60))
        width = draw(st.integers(1, 70))
        content[name] = "".join(c if c in "ACGT" else "N" for c in bases.upper())
        out += f">{name}{draw(st.sampled_from(['', ' text > more', chr(9) + 'x']))}{end}"
        out += end.join(bases[at : at + width] for at in range(0, len(bases), width))
        out += end + draw(st.sampled_from(["", end, end + end]))
    if draw(st.booleans()):
        out = out.rstrip("\r\n")
    return out.encode(), content


@settings(deadline=None)
@given(files(), st.sampled_from([0, 7, 100]), st.randoms(use_true_random=False))
def test_any_layout_reads_as_its_bases(
    tmp_path_factory: pytest.TempPathFactory,
    made: tuple[bytes, dict[str, str]],
    block: int,
    rng: random.Random,
) -> None:
    data, content = made
    folder = tmp_path_factory.mktemp("law")
    path = write(folder, bgzip(data, block) if block else data, "g.fa.gz" if block else "g.fa")
    with Genome.open(path) as genome:
        assert list(genome.chrom_sizes.items()) == [(n, len(s)) for n, s in content.items()]
        for name, bases in content.items():
            assert genome.fetch(name, 0, len(bases)) == bases
            for _ in range(10):
                start, end = sorted((rng.randint(0, len(bases)), rng.randint(0, len(bases))))
                assert genome.fetch(name, start, end) == bases[start:end]
    records = fasta_scan.scan(path)
    assert faidx.decode(faidx.encode(records)) == records
    if block:
        assert faidx.fits_text(records, len(data))
    else:
        assert faidx.fits_plain(records, path)
    assert everything(path) == content  # through the index that now lies there


@settings(deadline=None)
@given(files())
def test_the_index_is_that_of_pyfaidx(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[bytes, dict[str, str]]
) -> None:
    data = made[0].lstrip(b"\r\n")
    while b"\n\n" in data or b"\n\r\n" in data:  # pyfaidx counts blank lines as it likes
        data = data.replace(b"\n\n", b"\n").replace(b"\n\r\n", b"\n")
    path = write(tmp_path_factory.mktemp("oracle"), data)
    own = faidx.encode(fasta_scan.scan(path))
    pyfaidx.Faidx(str(path)).close()
    assert Path(f"{path}.fai").read_bytes() == own


def test_a_base_that_starts_a_full_block_is_found(tmp_path: Path) -> None:
    """Blocks of 65,536 bytes, the most that BGZF allows; bgzip itself stops at 65,280."""
    rng = random.Random(1)
    bases = "".join(rng.choices("ACGT", k=200_000))
    for header in (b">c" + b"x" * (65536 - 3) + b"\n", b">c\n"):
        path = write(tmp_path, bgzip(header + bases.encode() + b"\n", 65536), "g.fa.gz")
        name = header[1:-1].decode()
        with Genome.open(path) as genome:
            for start in (0, 65533, 65536, 131069, 131072):
                assert genome.fetch(name, start, start + 68_000) == bases[start : start + 68_000]
        Path(f"{path}.fai").unlink()
        Path(f"{path}.gzi").unlink()


def test_threads_with_a_genome_each(tmp_path: Path) -> None:
    rng = random.Random(2)
    bases = "".join(rng.choices("ACGT", k=300_000))
    path = write(tmp_path, bgzip(b">c\n" + bases.encode() + b"\n"), "g.fa.gz")

    def check(seed: int) -> bool:
        starts = sorted(random.Random(seed).choices(range(290_000), k=200))
        with Genome.open(path) as genome:
            return all(genome.fetch("c", s, s + 900) == bases[s : s + 900] for s in starts)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(check, range(8)))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["g.fa.gz", "g.fa.gz.fai", "g.fa.gz.gzi"]


# Refusals


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", " empty"),
        (b"\n\n", " no sequence in it"),
        (b">c\n>d\n\n", "1: sequence 'c' has no bases; leave it out: awk"),
        (b">c\nACGT\n>d", "3: sequence 'd' has no bases; leave it out: awk"),
        (b"ACGT\n", "1: not a FASTA file"),
        (b"\x1aBAM or the like\n>c\nACGT\n", "1: not a FASTA file"),
        (b"\n;comment\n>c\nACGT\n", "2: not a FASTA file"),
        (b"chr1\t1\t50\n", "1: not a FASTA file"),
        (b">\nACGT\n", "1: no sequence name"),
        (b"> c\nACGT\n", "1: no sequence name"),
        (b">c\nACGT\n>\xc3\xa9\nACGT\n", "3: sequence name 'é' is not printable ASCII"),
        (
            b">c\nACGT\n>d\nA\n>c x\nACGT\n",
            "5: the name of sequence 'c' occurs twice, first in line 1",
        ),
        (b">c\nACGT\nACG\nACGT\n", "3: a line of another length inside sequence 'c'"),
        (b">c\nACGT\nACGT\n>d\nACG\nACGT\n", "6: a line of another length inside sequence 'd'"),
        (b">c\nACGT\n\nACGT\n", "3: a line of another length inside sequence 'c'"),
        (b">c\nACGT\r\nACGT\nACGT\r\n", "3: a line of another length inside sequence 'c'"),
        (b">c\nACGT\r\nACGTA\nACGT\r\n", "3: a line of another length inside sequence 'c'"),
        (b">c\rACGT\r>d\rACGT\r", "1: carriage returns inside the line"),
        (b">c\nACGT\n" + b">d\r" + b"ACGT\r" * (1 << 18), "3: carriage returns inside the line"),
        (b">c\nACGT\rACGT\n", "2: carriage returns inside the line"),
        (b">c\nACGT\r\r\n", "2: carriage returns inside the line"),
        (b">c\nACGT\nACG \nAC\n", "3: a blank among the bases of sequence 'c'"),
        (b">c\nACGT\nAC T\nAC\n", "3: a blank among the bases of sequence 'c'"),
        (b">c\nACGT\nA\tGT\n", "3: a tab among the bases"),
        (b">c\n        1 acgt acgt\n", "2: a blank among the bases"),
        (b">c\n1acgt\n", "2: a digit among the bases"),
        (b">c\nACGT\n\x1a", "3: character '\\x1a' among the bases"),
        (b">c\nAC\0T\n", "2: character '\\x00' among the bases"),
        (b">c\nAC\xffT\n", "2: character '\\xff' among the bases"),
        (b">c\nACGT>d\nACGT\n", "2: the line of sequence 'c' has a '>' inside it"),
        (b">c\nACGT\n    \nACGT\n", "3: a line of another length inside sequence 'c'"),
        (b">c\n" + b"A" * (3 << 20) + b" A\n", "2: a blank among the bases"),
        (b">c\n" + b"ACGTN\n" * 500_000 + b"AC T\n", "500002: a blank among the bases"),
        (b"LOCUS       X 5 bp\nORIGIN\n", " not a FASTA file but GenBank"),
        (b"@read\nACGT\n+\nIIII\n", " not a FASTA file but FASTQ"),
        (b">" + b"c" * (1 << 20) + b"\nACGT\n", "1: the header does not end where a line ends"),
        (b"BZh9", " compressed with bzip2"),
    ],
)
def test_what_is_no_fasta_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    assert refusal(write(tmp_path, data)).startswith(message)
    assert [p.name for p in tmp_path.iterdir()] == ["g.fa"]


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.fa") == " no such file"
    assert refusal(tmp_path).startswith(" is a folder")
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").startswith(" a pipe cannot be read by position")


def test_endings_that_lie(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, bgzip(SMALL), "g.fa")).endswith(
        "rename it to " + f"{tmp_path}/g.fa.gz"
    )
    assert refusal(write(tmp_path, SMALL, "g.fa.gz")).startswith(" not compressed, despite")


@pytest.mark.parametrize(
    "broken",
    [
        b">c x\nACGT\nACG \nACGT\n>d\nAC\n",
        b">c\r\nACGT\r\nA\tC\r\n",
        b">c\n        1 acgtacgtac gtac\n       15 acgtac\n",
        b">c\nACGT\nACG\nACGT\n",
        b">c\nACGT\n\nACGT\n>d\nA\n",
        b">c\rACGT\rACGT\r>d\rAC\r",
        b"> c one\nACGT\n>d\nAC\n",
        b">c\nACGT\nAC\x1a\n",
        b">c\nACGT\n>e\n>f\n\n>d\nAC\n>g\n",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_doing_what_the_line_says_cures(tmp_path: Path, broken: bytes, packed: bool) -> None:
    """Case 14 and its kind: the command is pasted as it stands, and the bases are all there."""
    folder = tmp_path / "it's here"
    folder.mkdir()
    data = gzip.compress(broken) if packed else broken
    path = write(folder, data, "g.fa.gz" if packed else "g.fa")
    command = refusal(path).rsplit(": ", 1)[-1]
    subprocess.run(command, shell=True, check=True)
    found = everything(folder / "g.mended.fa")
    kept = "".join(c for c in broken.decode() if c not in "\t\x1a 0123456789")
    names = {part.split()[0][0]: "".join(part.split()[1:]) for part in kept.split(">")[1:]}
    names = {k: v.replace("one", "") for k, v in names.items()}
    assert list(found) == [name for name, bases in names.items() if bases]
    for name, bases in found.items():
        assert names[name].upper().endswith(bases)
        assert len(bases) >= 2 or name == "d"


def test_blanks_that_another_index_counts_are_found(tmp_path: Path) -> None:
    """Case 14 beside an index that takes the blank for a base, as pyfaidx and gtrack 0.2 did."""
    lines = b"".join(b"ACGTACGTA\n" if n != 70_000 else b"ACGTACG T\n" for n in range(100_000))
    path = write(tmp_path, b">c\n" + lines)
    write(tmp_path, b"c\t900000\t3\t9\t10\n", "g.fa.fai")
    age(tmp_path / "g.fa.fai", 9)
    with pytest.raises(InputError, match=r"g\.fa:70002: a blank among the bases of sequence 'c'"):
        Genome.open(path)


RNA = (
    "1-8: 3 of 8 letters are U and none is T: this is RNA, and models read DNA; write T for U: sed"
)


@pytest.mark.parametrize(
    ("letters", "said"),
    [
        ("ACGUuGCU", RNA),
        ("ACGUTGCa", "1-8: 1 of 8 letters is U and 1 T: neither DNA nor RNA has both"),
        ("MKTEELFW", "1-8: 4 of 8 letters are E, F or L: this is protein, and models read DNA"),
    ],
)
def test_rna_and_protein_are_refused_with_counts(tmp_path: Path, letters: str, said: str) -> None:
    """Case 15."""
    with Genome.open(write(tmp_path, f">c\n{letters}\n".encode())) as genome:
        with pytest.raises(InputError) as caught:
            genome.fetch("c", 0, 8)
    assert f"g.fa: c:{said}" in str(caught.value)


def test_rna_is_cured_by_what_the_line_says(tmp_path: Path) -> None:
    path = write(tmp_path, b">unit U u\nACGUu\nGC\n")
    with Genome.open(path) as genome, pytest.raises(InputError) as caught:
        genome.fetch("unit", 0, 7)
    subprocess.run(str(caught.value).rpartition("write T for U: ")[2], shell=True, check=True)
    assert everything(tmp_path / "g.mended.fa") == {"unit": "ACGTTGC"}
    assert (tmp_path / "g.mended.fa").read_bytes().startswith(b">unit U u\n")


# Plain gzip


def test_plain_gzip_is_read_through_the_cache(tmp_path: Path, cache: Path) -> None:
    """Case 31: once a file, whatever it is called; nothing beside it."""
    path = write(tmp_path, gzip.compress(SMALL), "g.fa.gz")
    for _ in range(2):
        with Genome.open(path) as genome:
            assert genome.path == path
            assert genome.form == "fasta"
            assert genome.files[0].read_bytes() == SMALL
            assert "plain gzip, read through" in (genome.note or "")
            assert genome.fetch("chr1", 0, 14) == "ACGTACGTNNACGT"
    whole = genome.files[0]
    inode = whole.stat().st_ino
    again = write(tmp_path, path.read_bytes(), "other name.fa.gz")
    assert everything(again) == {"chr1": "ACGTACGTNNACGT", "chr2": "TTTT"}
    assert whole.stat().st_ino == inode
    assert [p.suffix for p in cache.iterdir()].count(".fa") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["g.fa.gz", "other name.fa.gz"]


def test_what_lies_in_the_cache_is_that_of_the_file(tmp_path: Path, cache: Path) -> None:
    path = write(tmp_path, gzip.compress(SMALL), "g.fa.gz")
    everything(path)
    (whole,) = cache.glob("*.fa")
    whole.write_bytes(SMALL[:20])  # as a full disk of others might leave it
    assert everything(path)["chr2"] == "TTTT"
    path.write_bytes(gzip.compress(b">chr1\nGGGG\n"))
    assert everything(path) == {"chr1": "GGGG"}
    for note in cache.glob("*.unpacked"):
        note.write_text("../../etc/passwd\t5\n")
    assert everything(path) == {"chr1": "GGGG"}


def test_scans_beside_each_other_unpack_the_same_file(tmp_path: Path, cache: Path) -> None:
    rng = random.Random(5)
    bases = "".join(rng.choices("ACGT", k=500_000))
    path = write(tmp_path, gzip.compress(f">c\n{bases}\n".encode()), "g.fa.gz")
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(everything, [path] * 8):
            assert found == {"c": bases}
    assert not list(cache.glob("*.tmp"))


def test_a_gzip_too_large_gets_the_command_to_run(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gtrack.io.unpacked.LARGEST", 20)
    path = write(tmp_path, gzip.compress(SMALL), "g one.fa.gz")
    message = refusal(path)
    command = f"gunzip -c '{tmp_path}/g one.fa.gz' | bgzip > '{tmp_path}/g one.fa.bgz'"
    assert message.endswith(f"use bgzip: {command}")
    assert not list(cache.glob("*"))
    if shutil.which("bgzip"):
        subprocess.run(command, shell=True, check=True)
        assert everything(tmp_path / "g one.fa.bgz")["chr2"] == "TTTT"


def test_a_full_disk_says_so_and_leaves_nothing(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gtrack.io.unpacked._SPARE", 1 << 62)
    path = write(tmp_path, gzip.compress(SMALL), "g.fa.gz")
    with pytest.raises(OutputError, match=r"nearly full.*set XDG_CACHE_HOME.*gunzip -c"):
        Genome.open(path)
    assert not list(cache.iterdir())


def test_a_damaged_gzip_is_refused_by_its_own_name(tmp_path: Path, cache: Path) -> None:
    whole = gzip.compress(SMALL)
    path = write(tmp_path, whole[:-12], "g.fa.gz")
    assert refusal(path).startswith(" truncated")
    assert not list(cache.iterdir())
    path.write_bytes(gzip.compress(b">c\nACGT\nAC T\n"))
    assert refusal(path).startswith("3: a blank among the bases")


def test_truncated_bgzip(tmp_path: Path) -> None:
    """Case 30, with and without an index that was made before."""
    whole = bgzip(SMALL, 9)
    path = write(tmp_path, whole, "g.fa.gz")
    for size in (len(whole) // 2, len(whole) - 28, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert refusal(path).startswith(" truncated")
    path.write_bytes(whole)
    Genome.open(path).close()
    path.write_bytes(whole[: len(whole) // 2])
    for index in (f"{path}.fai", f"{path}.gzi"):
        os.utime(index, (2e9, 2e9))
    with pytest.raises(InputError, match="truncated"):
        Genome.open(path)


def test_a_damaged_block_is_refused_where_it_is_read(tmp_path: Path) -> None:
    rng = random.Random(3)
    whole = bytearray(bgzip(b">c\n" + bytes(rng.choices(b"ACGT", k=1000)) + b"\n", 100))
    path = write(tmp_path, bytes(whole), "g.fa.gz")
    Genome.open(path).close()
    blocks = blocks_of(path)
    whole[blocks[5][0] + 30] ^= 255
    stat = path.stat()
    path.write_bytes(whole)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with Genome.open(path) as genome:
        assert len(genome.fetch("c", 0, 400)) == 400
        with pytest.raises(InputError, match=r"g\.fa\.gz: c:451-600: cannot be read"):
            genome.fetch("c", 450, 600)


# The index


def age(path: Path, seconds: float) -> None:
    os.utime(path, (path.stat().st_mtime + seconds,) * 2)


def test_an_index_beside_the_file_is_used_and_kept(tmp_path: Path, cache: Path) -> None:
    path = write(tmp_path, SMALL)
    pyfaidx.Faidx(str(path)).close()
    index = Path(f"{path}.fai")
    age(index, 5)
    before = index.stat()
    assert everything(path)["chr2"] == "TTTT"
    assert index.stat().st_mtime_ns == before.st_mtime_ns
    assert index.stat().st_ino == before.st_ino
    assert not cache.exists()


def test_a_new_index_lies_beside_the_file(tmp_path: Path, cache: Path) -> None:
    path = write(tmp_path, SMALL)
    Genome.open(path).close()
    index = tmp_path / "g.fa.fai"
    assert index.read_bytes() == b"chr1\t14\t12\t6\t7\nchr2\t4\t35\t4\t5\n"
    assert sorted(tmp_path.iterdir()) == [path, index]
    inode = index.stat().st_ino
    Genome.open(path).close()
    assert index.stat().st_ino == inode
    assert not cache.exists()


STALE = {
    "older": SMALL,
    "other width": SMALL.replace(b"ACGTAC\nGTNNAC\nGT\n", b"ACGT\nACGT\nNNAC\nGT\n"),
    "other name": SMALL.replace(b"chr2", b"chr3"),
    "longer": SMALL + b">chr3\nACGT\n",
    "shorter": b">chr1 first\nACGTAC\nGTNNAC\nGT\n",
    "first record longer": SMALL.replace(b"GT\n>chr2", b"GTT\n>chr2"),
}


@pytest.mark.parametrize("case", STALE)
def test_a_stale_index_is_left_alone_and_not_trusted(
    tmp_path: Path, cache: Path, case: str
) -> None:
    """Case 29: older than the FASTA, or newer and not fitting."""
    path = write(tmp_path, SMALL)
    index = tmp_path / "g.fa.fai"
    index.write_bytes(faidx.encode(fasta_scan.scan(path)))
    path.write_bytes(STALE[case])
    age(index, -9 if case == "older" else 9)
    before = index.read_bytes(), index.stat().st_mtime_ns
    truth = everything(write(tmp_path, STALE[case], "fresh.fa"))
    for _ in range(2):
        assert everything(path) == truth
        (cached,) = cache.iterdir()
        assert cached.read_bytes() == faidx.encode(fasta_scan.scan(path))
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"chr1\t14\t12\t6\n",
        b"chr1\t14\t12\t6\tx\n",
        b"chr1\t14\t12\t0\t0\n",
        b"chr1\t14\t12\t6\t7\nchr1\t4\t35\t4\t5\n",
        b"chr2\t4\t35\t4\t5\nchr1\t14\t12\t6\t7\n",
        b"chr1\t14\t12\t6\t7\n",
        b"chr1\t14\t12\t6\t7\nchr2\t400\t35\t4\t5\n",
        b"chr1\t99999999999999999\t12\t6\t7\n",
        b"chr1\t14\t99999999999999999\t6\t7\n",
        b"\xff\x00",
    ],
)
def test_rubbish_beside_the_file_is_not_trusted(tmp_path: Path, rubbish: bytes) -> None:
    path = write(tmp_path, SMALL)
    index = write(tmp_path, rubbish, "g.fa.fai")
    age(index, 9)
    assert everything(path) == {"chr1": "ACGTACGTNNACGT", "chr2": "TTTT"}
    assert index.read_bytes() == rubbish


def test_a_stale_gzi_is_not_trusted(tmp_path: Path, cache: Path) -> None:
    path = write(tmp_path, bgzip(SMALL, 9), "g.fa.gz")
    Genome.open(path).close()
    path.write_bytes(bgzip(SMALL, 7))
    for index in (f"{path}.fai", f"{path}.gzi"):
        age(Path(index), 9)
    assert everything(path)["chr1"] == "ACGTACGTNNACGT"
    assert sorted(p.suffix for p in cache.iterdir()) == [".fai", ".gzi"]
    Path(f"{path}.gzi").unlink()
    assert everything(path)["chr1"] == "ACGTACGTNNACGT"
    assert not Path(f"{path}.gzi").exists()


def test_a_file_from_the_future_is_indexed_once(tmp_path: Path) -> None:
    """Case 59: a clock that was wrong."""
    path = write(tmp_path, SMALL)
    age(path, 1e6)
    Genome.open(path).close()
    inode = (tmp_path / "g.fa.fai").stat().st_ino
    assert everything(path)["chr2"] == "TTTT"
    assert (tmp_path / "g.fa.fai").stat().st_ino == inode


def unwritable_places(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """FASTA files with no room for an index beside them, root or not."""
    yield "a full name", write(tmp_path, SMALL, "g" * 250 + ".fa")
    handle = os.open(write(tmp_path, SMALL), os.O_RDONLY)
    yield "a folder of the kernel", Path(f"/proc/self/fd/{handle}")
    os.close(handle)
    folder = tmp_path / "read-only"
    folder.mkdir()
    path = write(folder, SMALL)
    folder.chmod(0o555)
    yield "a folder without write permission", path
    assert list(folder.iterdir()) == [path]


def test_where_the_folder_takes_no_index_the_cache_does(tmp_path: Path) -> None:
    """Case 29: a FASTA in a folder that refuses files."""
    for number, (why, path) in enumerate(unwritable_places(tmp_path)):
        own = tmp_path / f"cache{number}" / "deep"
        for _ in range(2):
            assert everything(path, own) == {"chr1": "ACGTACGTNNACGT", "chr2": "TTTT"}, why
            assert [p.suffix for p in own.iterdir()] == [".fai"]
        inode = next(own.iterdir()).stat().st_ino
        Genome.open(path, own).close()
        assert next(own.iterdir()).stat().st_ino == inode


def test_where_nothing_takes_an_index(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL, "g" * 250 + ".fa")
    blocked = write(tmp_path, b"", "file")
    with pytest.raises(OutputError, match="set XDG_CACHE_HOME"):
        Genome.open(path, blocked / "cache")
    assert sorted(tmp_path.iterdir()) == sorted([path, blocked])


def test_the_cache_is_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert fasta_index.user_cache() == tmp_path / ".cache" / "gtrack"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert fasta_index.user_cache() == tmp_path / "x" / "gtrack"


MEASURE = """
import resource, sys
from pathlib import Path
from gtrack.io.fasta import Genome
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(2):
    with Genome.open(Path(sys.argv[1])) as genome:
        print(genome.fetch("c", 199_999_990, 200_000_000))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_chromosome_in_one_line_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "g.fa"
    with path.open("wb") as file:
        file.write(b">c\n")
        for _ in range(200):
            file.write(b"acgta" * 200_000)
        file.write(b"\n")
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, path],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    first, second, growth = result.stdout.splitlines()
    assert first == second == "ACGTAACGTA"
    assert int(growth) < 50 * 1024  # KiB
