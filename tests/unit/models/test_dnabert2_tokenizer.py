"""Every base of a sequence lies in exactly one unit, and only known bases are placed."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Whitespace

from gtrack.core.encodings import Encoding
from gtrack.core.errors import ModelError
from gtrack.models.dnabert2 import tokenizer as tokenizer_module
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


@given(
    sequences=st.lists(
        st.text("ACGT", min_size=1, max_size=300) | st.text("ACGTN", min_size=1, max_size=60),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_letters_say_what_places_say(tiny: DnaTokenizer, sequences: list[str]) -> None:
    """The quick way, and the one of rows with N put back in their order, against the slow one."""
    found, slow = tiny.encode(sequences), tiny._tiled(sequences)
    for name in ("ids", "offsets", "spans", "placed"):
        quick, column = getattr(found, name), getattr(slow, name)
        assert quick.dtype == column.dtype
        np.testing.assert_array_equal(quick, column)


def long_words() -> bytes:
    """A tokenizer with words of 1 to 18 letters."""
    merges = [("A", "C"), ("AC", "AC"), ("ACAC", "ACAC"), ("ACAC" * 2, "ACAC" * 2)]
    merges += [("ACAC" * 4, "AC"), ("G", "T"), ("GT", "ACAC" * 2)]
    words = ["[UNK]", *SPECIAL, *"ACGT", *("".join(pair) for pair in merges)]
    vocabulary = {word: at for at, word in enumerate(dict.fromkeys(words))}
    return Tokenizer(BPE(vocabulary, merges, unk_token="[UNK]")).to_str().encode()


@pytest.mark.parametrize("at_once", [1, 7, 1 << 15])
def test_tokens_of_any_length_are_spelt(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(tokenizer_module, "_AT_ONCE", at_once)
    tokenizer = DnaTokenizer(long_words(), Path("long"))
    rng = np.random.default_rng(7)
    sequences = ["".join(rng.choice(["AC", "ACACACAC", "GT", "T"], 40)) for _ in range(9)]
    letters = "".join(sequences)
    rows = tokenizer.words(sequences)
    ids = np.array([each for row in rows for each in row.ids])
    bases = tokenizer._bases[ids]
    assert {1, 2, 8, 10, 18} <= set(bases.tolist())
    assert tokenizer._spell(ids, bases, letters.encode())
    other = letters.translate(str.maketrans("ACGT", "CGTA"))
    for at in range(len(letters)):
        wrong = letters[:at] + other[at] + letters[at + 1 :]
        assert not tokenizer._spell(ids, bases, wrong.encode())
    assert not tokenizer._spell(ids, bases, letters[:-1].encode())
    assert not tokenizer._spell(ids[:-1], bases[:-1], letters.encode())
    found, slow = tokenizer.encode(sequences), tokenizer._tiled(sequences)
    for name in ("ids", "offsets", "spans", "placed"):
        np.testing.assert_array_equal(getattr(found, name), getattr(slow, name))


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
    with pytest.raises(ModelError, match="bases unread"):
        write(tmp_path, lower).encode(["ACGT"])


def test_missing_special_token_is_named(tmp_path: Path) -> None:
    for name in SPECIAL:
        vocabulary = {k: v for k, v in SPECIAL.items() if k != name} | {"A": 5}
        with pytest.raises(
            ModelError, match=rf"json: the vocabulary has no token {re.escape(name)}"
        ):
            write(tmp_path, Tokenizer(BPE(vocabulary, [], unk_token="[UNK]")))


def test_files_that_are_no_tokenizer(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    with pytest.raises(ModelError, match=r"tokenizer\.json: cannot be read"):
        DnaTokenizer.load(tmp_path)
    path.write_text("{")
    with pytest.raises(ModelError, match="not a tokenizer"):
        DnaTokenizer.load(tmp_path)
    with path.open("wb") as file:
        file.truncate(90_000_000)  # sparse: nothing is written, and nothing may be read
    with pytest.raises(ModelError, match="90,000,000 bytes, more than the 4,000,000"):
        DnaTokenizer.load(tmp_path)


# --- what else a tokenizer.json can hold ------------------------------------------------------

SEQUENCES = ["ACGTTGCAAACCC" * 12, "ACNNGT" * 9, "N", "GATTACA"]


def stored(tokenizer_json: Path) -> dict:
    return json.loads(tokenizer_json.read_text())


def opened(folder: Path, record: object) -> DnaTokenizer:
    (folder / "tokenizer.json").write_text(json.dumps(record))
    return DnaTokenizer.load(folder)


def ids(tokenizer: DnaTokenizer) -> list[int]:
    return tokenizer.encode(SEQUENCES).ids.tolist()


def made(kind: object) -> dict:
    """What the library writes of a normalizer or pre-tokenizer."""
    tokenizer = Tokenizer(BPE())
    if isinstance(kind, normalizers.Normalizer):
        tokenizer.normalizer = kind
        return json.loads(tokenizer.to_str())["normalizer"]
    tokenizer.pre_tokenizer = kind
    return json.loads(tokenizer.to_str())["pre_tokenizer"]


@pytest.mark.parametrize("share", [0.1, 1.0, 7, "x", None])
def test_merges_are_never_dropped_at_random(
    tokenizer_json: Path, tmp_path: Path, tiny: DnaTokenizer, share: object
) -> None:
    record = stored(tokenizer_json)
    record["model"]["dropout"] = share
    tokenizer = opened(tmp_path, record)
    assert ids(tokenizer) == ids(tiny)
    assert len({tuple(ids(tokenizer)) for _ in range(5)}) == 1


def test_what_adds_cuts_or_pads_has_no_effect(
    tokenizer_json: Path, tmp_path: Path, tiny: DnaTokenizer
) -> None:
    record = stored(tokenizer_json)
    record["truncation"] = {"direction": "Left", "max_length": 3, "strategy": "x", "stride": 9}
    record["padding"] = {"strategy": {"Fixed": 10**9}, "pad_id": -1}
    record["post_processor"] = {"type": "TemplateProcessing", "single": [{"Sequence": 7}]}
    record["decoder"] = {"type": "Replace", "pattern": {"Regex": "("}, "content": ""}
    assert ids(opened(tmp_path, record)) == ids(tiny)


@pytest.mark.parametrize(
    "kind",
    [
        *(normalizers.NFC(), normalizers.NFKD(), normalizers.Strip(), normalizers.StripAccents()),
        normalizers.Sequence([normalizers.NFC(), normalizers.BertNormalizer(lowercase=False)]),
        *(pre_tokenizers.Whitespace(), pre_tokenizers.BertPreTokenizer()),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits()]),
    ],
    ids=lambda kind: type(kind).__name__,
)
def test_steps_that_do_no_harm_are_as_the_library_takes_them(
    tokenizer_json: Path, tmp_path: Path, kind: object
) -> None:
    """The library, with the step, gives the tokens that gtrack gives without it."""
    record = stored(tokenizer_json)
    key = "normalizer" if isinstance(kind, normalizers.Normalizer) else "pre_tokenizer"
    record[key] = made(kind)
    tokenizer = opened(tmp_path, record)
    library = Tokenizer.from_str(json.dumps(record))
    for sequence in SEQUENCES:
        found = tokenizer.encode([sequence])[0].ids.tolist()[1:-1]
        assert found == library.encode(sequence, add_special_tokens=False).ids


def a_bomb() -> normalizers.Normalizer:
    return normalizers.Sequence([normalizers.Replace("A", "A" * 100)] * 6)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        *((normalizers.Replace("N", "A"), "Replace"), (normalizers.Lowercase(), "Lowercase")),
        *((normalizers.Prepend("A"), "Prepend"), (normalizers.BertNormalizer(), "BertNormalizer")),
        *((a_bomb(), "Replace"), (normalizers.ByteLevel(), "ByteLevel")),
        *((pre_tokenizers.Split("G", "removed"), "Split"), (pre_tokenizers.Metaspace(), "Meta")),
        (pre_tokenizers.ByteLevel(add_prefix_space=True), "ByteLevel"),
        (pre_tokenizers.CharDelimiterSplit("A"), "CharDelimiterSplit"),
        (pre_tokenizers.Sequence([Whitespace(), pre_tokenizers.Split("C", "isolated")]), "Split"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_steps_that_change_letters_are_refused_by_name(
    tokenizer_json: Path, tmp_path: Path, kind: object, named: str
) -> None:
    record = stored(tokenizer_json)
    key = "normalizer" if isinstance(kind, normalizers.Normalizer) else "pre_tokenizer"
    record[key] = made(kind)
    with pytest.raises(ModelError, match=rf"tokenizer\.json: its {key} '{named}.* the letters"):
        opened(tmp_path, record)


BROKEN = [
    *(({"dropout": 0.1, "type": "Unigram"}, "type 'Unigram'"), ({"vocab": []}, "vocab is no JSON")),
    *(({"unk_token": None}, "unk_token is None"), ({"unk_token": "[X]"}, "unk_token is '[X]'")),
    *(
        ({"continuing_subword_prefix": "##"}, "prefix is '##'"),
        ({"merges": 7}, "merges is no list"),
    ),
    *(({"end_of_word_suffix": "</w>"}, "suffix is"), ({"fuse_unk": 1}, "fuse_unk is 1")),
    *(({"merges": ["A"]}, "merge 0 is no pair"), ({"merges": [["A", 1]]}, "merge 0 is no pair")),
    *(({"merges": [["A", "Q"]]}, "needs 'Q'"), ({"byte_fallback": "x"}, "byte_fallback is 'x'")),
]


@pytest.mark.parametrize(("change", "says"), BROKEN, ids=[says for _, says in BROKEN])
def test_models_that_cannot_serve_are_refused_by_name(
    tokenizer_json: Path, tmp_path: Path, change: dict, says: str
) -> None:
    record = stored(tokenizer_json)
    record["model"] |= change
    with pytest.raises(ModelError, match=re.escape(says)):
        opened(tmp_path, record)


@pytest.mark.parametrize("index", [-1, 2**40, 1.5, None, "7", True, 10**30])
def test_ids_that_are_none(tokenizer_json: Path, tmp_path: Path, index: object) -> None:
    record = stored(tokenizer_json)
    record["model"]["vocab"]["A"] = index
    with pytest.raises(ModelError, match="token 'A' has id"):
        opened(tmp_path, record)


def test_two_tokens_of_one_id(tokenizer_json: Path, tmp_path: Path) -> None:
    record = stored(tokenizer_json)
    record["model"]["vocab"]["A"] = record["model"]["vocab"]["C"]
    with pytest.raises(ModelError, match="two tokens have one id"):
        opened(tmp_path, record)


def test_a_special_token_that_is_spelt_in_bases(tokenizer_json: Path, tmp_path: Path) -> None:
    record = stored(tokenizer_json)
    record["added_tokens"].append({**record["added_tokens"][0], "content": "GAT", "id": 48})
    with pytest.raises(ModelError, match="added token 'GAT' is spelt in bases"):
        opened(tmp_path, record)


def test_special_tokens_that_the_vocabulary_lacks(tokenizer_json: Path, tmp_path: Path) -> None:
    """As newer libraries write them: beside the vocabulary alone."""
    record, tiny = stored(tokenizer_json), DnaTokenizer.load(tokenizer_json.parent)
    for name in SPECIAL:
        del record["model"]["vocab"][name]
    assert ids(opened(tmp_path, record)) == ids(tiny)


@pytest.mark.parametrize("text", ["[" * 200_000, "7", "[]", "{}", '{"model": 1}', "\xff", "NaN"])
def test_what_is_no_tokenizer_at_all(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokenizer.json").write_text(text, encoding="latin-1")
    with pytest.raises(ModelError, match="not a tokenizer"):
        DnaTokenizer.load(tmp_path)


def test_merges_in_both_forms(tokenizer_json: Path, tmp_path: Path, tiny: DnaTokenizer) -> None:
    record = stored(tokenizer_json)
    pairs = [m.split(" ") if isinstance(m, str) else m for m in record["model"]["merges"]]
    for merges in (pairs, [" ".join(pair) for pair in pairs]):
        record["model"]["merges"] = merges
        assert ids(opened(tmp_path, record)) == ids(tiny)
