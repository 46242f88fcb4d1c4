from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from gtrack.core.sequences import reverse_complement
from gtrack.models.dnabert2.tokenizer import DnaTokenizer
from gtrack.workflows.training.augment import order_pool, plan_showing
from gtrack.workflows.training.examples import NO_PLACE, ExampleSet
from gtrack.workflows.training.tokenizer import LONGEST_TOKEN, SPECIAL, train_tokenizer
from gtrack.workflows.training.trainer import pad_batch, rate_factor
from gtrack.workflows.training.truth import Truth


def example_set(lengths: list[int], flank: int = 0) -> ExampleSet:
    rng = np.random.default_rng(0)
    rows = len(lengths)
    return ExampleSet(
        Truth("classes", ("a", "b"), np.arange(rows) % 2),
        ["".join(rng.choice(list("ACGT"), length + 2 * flank)) for length in lengths],
        np.full(rows, flank, np.int32),
        np.full(rows, flank, np.int32),
        ["f:1"] * rows,
        [""] * rows,
        np.full(rows, NO_PLACE, np.int64),
        {},
    )


def test_every_pass_shows_every_row_once() -> None:
    examples = example_set([30] * 20)
    train = np.arange(3, 20)
    showing = plan_showing(
        examples, train, 17 * 3 + 4, augment=frozenset(), short_first=False, seed=1
    )
    passes = showing.rows[: 17 * 3].reshape(3, 17)
    assert all(sorted(rows) == train.tolist() for rows in passes)
    assert passes[0].tolist() != passes[1].tolist()
    assert not showing.flips.any()
    assert not showing.offsets.any()


def test_draws_flip_and_move_within_the_flanks() -> None:
    examples = example_set([30] * 10, flank=4)
    augment = frozenset({"rc", "shift"})
    showing = plan_showing(
        examples, np.arange(10), 2000, augment=augment, short_first=False, seed=1
    )
    assert sorted(set(showing.offsets.tolist())) == list(range(-4, 5))
    assert abs(showing.flips.mean() - 0.5) < 0.05
    for draw in range(50):
        whole = examples.sequences[showing.rows[draw]]
        at = 4 + showing.offsets[draw]
        window = whole[at : at + 30]
        expected = reverse_complement(window) if showing.flips[draw] else window
        assert showing.sequence(examples, draw) == expected


def test_short_first_is_a_curriculum_of_the_same_draws() -> None:
    examples = example_set([80, 20] * 10)
    plans = [
        plan_showing(examples, np.arange(20), 50, augment=frozenset(), short_first=flag, seed=1)
        for flag in (False, True)
    ]
    lengths = examples.lengths()[plans[1].rows]
    assert (np.diff(lengths) >= 0).all()
    assert sorted(plans[0].rows) == sorted(plans[1].rows)


def test_a_pool_brings_like_lengths_together() -> None:
    units = np.random.default_rng(0).integers(10, 100, 64)
    order = order_pool(units, 8, seed=1, pool=0)
    assert sorted(order) == list(range(64))
    spread = [np.ptp(units[batch]) for batch in order.reshape(8, 8)]
    assert max(spread) < 40
    assert order.tolist() != order_pool(units, 8, seed=1, pool=1).tolist()


def test_padding_is_masked() -> None:
    batch = pad_batch([np.array([1, 2]), np.array([1, 2, 3])], pad=9)
    assert batch["input_ids"].tolist() == [[1, 2, 9], [1, 2, 3]]
    assert batch["attention_mask"].tolist() == [[1, 1, 0], [1, 1, 1]]
    assert "attention_mask" not in pad_batch([np.array([1, 2])], pad=9)


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    factors = [rate_factor(step, 1000, 50) for step in range(1001)]
    assert factors[0] == 1 / 50
    assert factors[49] == 1.0
    assert set(factors[50:500]) == {1.0}
    assert factors[750] == pytest.approx(0.5)
    assert factors[1000] == pytest.approx(0, abs=1e-12)
    assert all(math.isfinite(rate_factor(step, 1, 100)) for step in range(2))


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
