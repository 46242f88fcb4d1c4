from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from gtrack.models.dnabert2.tokenizer import DnaTokenizer
from gtrack.workflows.training.tokenizer import LONGEST_TOKEN, SPECIAL, train_tokenizer


@pytest.fixture(scope="module")
def tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    motif = "TGACGTCATTGC"
    sequences = []
    for _ in range(400):
        sequence = "".join(rng.choice(list("ACGT"), 100))
        sequences.append(sequence[:40] + motif + sequence[52:])
    sequences[0] = sequences[0][:50] + "NN" + sequences[0][52:]
    content = train_tokenizer(sequences, 200, both_strands=True, seed=0)
    assert content == train_tokenizer(sequences, 200, both_strands=True, seed=0)
    assert content != train_tokenizer(sequences, 200, both_strands=True, seed=1)
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_bytes(content)
    return path


def test_a_trained_tokenizer_has_the_form_of_the_published_one(tokenizer_file: Path) -> None:
    content = json.loads(tokenizer_file.read_bytes())
    vocabulary = content["model"]["vocab"]
    assert list(vocabulary)[:9] == [*SPECIAL, *"ACGT"]
    assert len(vocabulary) == 200
    assert max(len(token) for token in vocabulary if token not in SPECIAL) <= LONGEST_TOKEN
    assert content["pre_tokenizer"] == {"type": "Whitespace"}
    assert content["normalizer"] is None
    assert (content["model"]["unk_token"], content["model"]["fuse_unk"]) == ("[UNK]", False)
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    encoded = tokenizer.encode("ACGTNNACGT")
    assert (encoded.tokens[0], encoded.tokens[-1]) == ("[CLS]", "[SEP]")
    assert encoded.tokens.count("[UNK]") == 2
    assert any(len(token) >= 8 for token in vocabulary if token not in SPECIAL)  # the motif


def test_a_trained_tokenizer_accounts_for_every_base(tokenizer_file: Path) -> None:
    tokenizer = DnaTokenizer.load(tokenizer_file.parent)
    encoding = tokenizer.encode(["NACGTTGACGTCATTGCNNA"])[0]
    assert (encoding.ids == tokenizer.unk).sum() == 3
    assert np.diff(encoding.spans[encoding.placed], axis=1).sum() == 17


@pytest.mark.shared
def test_the_published_tokenizer_has_that_form_too() -> None:
    path = Path(__file__).parents[4] / "shared" / "data" / "dnabert2" / "tokenizer.json"
    if not path.exists():
        pytest.skip("../shared/data is not here")
    content = json.loads(path.read_bytes())
    assert list(content["model"]["vocab"])[:9] == [*SPECIAL, *"ACGT"]
    assert content["pre_tokenizer"] == {"type": "Whitespace"}
    assert content["model"]["fuse_unk"] is False
