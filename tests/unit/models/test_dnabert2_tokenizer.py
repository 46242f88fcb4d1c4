"""Every base of a sequence lies in exactly one unit, and only known bases are placed."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import BPE, WordLevel
from tokenizers.normalizers import Lowercase, Replace
from tokenizers.pre_tokenizers import Split, Whitespace

from gtrack.core.encodings import Encoding
from gtrack.core.errors import ModelError
from gtrack.models.dnabert2.tokenizer import DnaTokenizer

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "dnabert2"
SPECIAL = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "[PAD]": 3, "[MASK]": 4}


@pytest.fixture(scope="module")
def tiny(tokenizer_json: Path) -> DnaTokenizer:
    return DnaTokenizer.load(tokenizer_json.parent)


@pytest.fixture(scope="module")
def real() -> DnaTokenizer:
    if not REAL.is_dir():
        pytest.skip("../shared/data/dnabert2 is absent")
    return DnaTokenizer.load(REAL)


def check_tiling(tokenizer: DnaTokenizer, sequence: str, encoding: Encoding) -> None:
    """Base by base, as slowly as it gets."""
    units = [[] for _ in sequence]
    for unit, (start, end) in enumerate(encoding.spans):
        for base in range(start, end):
            units[base].append(unit)
    assert [len(u) for u in units] == [1] * len(sequence)
    for base, (unit,) in zip(sequence, units, strict=True):
        assert encoding.placed[unit] == (base in "ACGT")
    assert (encoding.ids[0], encoding.ids[-1]) == (tokenizer.cls, tokenizer.sep)
    assert not encoding.placed[[0, -1]].any()
    assert (encoding.spans[[0, -1]] == [[0, 0], [len(sequence)] * 2]).all()
    assert encoding.ids.dtype == encoding.spans.dtype == np.int32


@given(sequences=st.lists(st.text("ACGTN", min_size=1, max_size=300), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_base_in_exactly_one_unit(tiny: DnaTokenizer, sequences: list[str]) -> None:
    for sequence, encoding in zip(sequences, tiny.encode(sequences), strict=True):
        check_tiling(tiny, sequence, encoding)


@pytest.mark.shared
@given(sequence=st.text("ACGTN", min_size=1, max_size=600))
@settings(max_examples=60, deadline=None)
def test_every_base_in_exactly_one_unit_of_the_published_tokenizer(
    real: DnaTokenizer, sequence: str
) -> None:
    (encoding,) = real.encode([sequence])
    check_tiling(real, sequence, encoding)


@pytest.mark.shared
def test_published_tokenizer_reads_the_same_tokens(real: DnaTokenizer) -> None:
    """Ids as the library's own template gives them, and special tokens where the paper has them."""
    plain = Tokenizer.from_file(str(REAL / "tokenizer.json"))
    sequence = "ACGTTGCAAACCCNNGGGTTTACG" * 20
    assert real.encode([sequence])[0].ids.tolist() == plain.encode(sequence).ids
    assert (real.unk, real.cls, real.sep, real.pad, real.mask) == (0, 1, 2, 3, 4)
    assert real.size == 4096
    assert real.max_length is None


@pytest.mark.parametrize("sequence", ["A", "N", "NNNN", "A" * 5000, "NA" * 500])
def test_edges(tiny: DnaTokenizer, sequence: str) -> None:
    check_tiling(tiny, sequence, tiny.encode([sequence])[0])


def test_a_million_bases_are_not_truncated(tiny: DnaTokenizer) -> None:
    sequence = "".join(np.random.default_rng(1).choice(list("ACGTN"), 10**6))
    (encoding,) = tiny.encode([sequence])
    lengths = np.diff(encoding.spans[1:-1], axis=1)
    assert lengths.sum() == 10**6
    assert lengths[encoding.placed[1:-1]].sum() == 10**6 - sequence.count("N")


@pytest.mark.parametrize("sequence", ["", "acgt", "ACGU", "AC GT", "ACGT\n", "ÄCGT"])
def test_other_letters_are_a_programming_error(tiny: DnaTokenizer, sequence: str) -> None:
    with pytest.raises(ValueError, match="other than A, C, G, T, N"):
        tiny.encode(["ACGT", sequence])


def test_stored_truncation_and_padding_have_no_effect(tokenizer_json: Path, tmp_path: Path) -> None:
    stored = Tokenizer.from_file(str(tokenizer_json))
    stored.enable_truncation(8)
    stored.enable_padding(length=500, pad_id=3)
    stored.save(str(tmp_path / "tokenizer.json"))
    sequence = "ACGTTGCA" * 30
    (plain,) = DnaTokenizer.load(tokenizer_json.parent).encode([sequence])
    (other,) = DnaTokenizer.load(tmp_path).encode([sequence])
    assert other.ids.tolist() == plain.ids.tolist()


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"model_max_length": 128}, 128),
        ({"model_max_length": 10**30}, None),
        ({"model_max_length": 1e30}, None),
        ({}, None),
        (None, None),
    ],
)
def test_length_of_the_training_inputs(
    tokenizer_json: Path, tmp_path: Path, config: dict[str, object] | None, expected: int | None
) -> None:
    (tmp_path / "tokenizer.json").write_bytes(tokenizer_json.read_bytes())
    if config is not None:
        (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizer = DnaTokenizer.load(tmp_path)
    assert tokenizer.max_length == expected
    again = tmp_path / "again"
    again.mkdir()
    tokenizer.save(again)
    assert DnaTokenizer.load(again).max_length == expected
    assert (again / "tokenizer.json").read_bytes() == tokenizer_json.read_bytes()


def write(folder: Path, tokenizer: Tokenizer) -> DnaTokenizer:
    tokenizer.save(str(folder / "tokenizer.json"))
    return DnaTokenizer.load(folder)


def test_tokens_that_do_not_account_for_every_base_are_refused(tmp_path: Path) -> None:
    letters = {letter: 5 + i for i, letter in enumerate("ACGT")}

    def tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
        made = Tokenizer(BPE(vocabulary | SPECIAL, [], unk_token="[UNK]", fuse_unk=False))
        made.pre_tokenizer = Whitespace()
        return made

    without_t = tokenizer({k: v for k, v in letters.items() if k != "T"})
    with pytest.raises(ModelError, match="bases unread"):
        write(tmp_path, without_t).encode(["ACGT"])

    lower = tokenizer({k.lower(): v for k, v in letters.items()})
    lower.normalizer = Lowercase()
    with pytest.raises(ModelError, match="bases unread"):
        write(tmp_path, lower).encode(["ACGT"])

    doubled = tokenizer(letters)
    doubled.normalizer = Replace("N", "A")
    with pytest.raises(ModelError, match="differ"):
        write(tmp_path, doubled).encode(["ACNGT"])

    dropped = tokenizer(letters)
    dropped.pre_tokenizer = Split("G", "removed")
    with pytest.raises(ModelError, match="do not tile"):
        write(tmp_path, dropped).encode(["ACGT"])
    with pytest.raises(ModelError, match="do not tile"):
        write(tmp_path, dropped).encode(["GG"])


def test_missing_special_token_is_named(tmp_path: Path) -> None:
    vocabulary = {k: v for k, v in SPECIAL.items() if k != "[SEP]"} | {"A": 5}
    with pytest.raises(ModelError, match=r"tokenizer\.json: the vocabulary has no token \[SEP\]"):
        write(tmp_path, Tokenizer(WordLevel(vocabulary, unk_token="[UNK]")))


def test_files_that_are_no_tokenizer(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    with pytest.raises(ModelError, match=r"tokenizer\.json: cannot be read"):
        DnaTokenizer.load(tmp_path)
    path.write_text("{")
    with pytest.raises(ModelError, match="not a tokenizer"):
        DnaTokenizer.load(tmp_path)
    with path.open("wb") as file:
        file.truncate(64_000_001)  # sparse: nothing is written, and nothing may be read
    with pytest.raises(ModelError, match="64,000,001 bytes, more than"):
        DnaTokenizer.load(tmp_path)
