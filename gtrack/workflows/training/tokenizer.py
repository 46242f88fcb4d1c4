"""A byte-pair encoding of DNA, trained on the sequences of a training set.

It has the form of the published DNABERT-2 tokenizer (Zhou et al. 2023, arXiv 2306.15006): special
tokens first, then A, C, G and T, then merges; every N is one [UNK] and ends a word.
"""

from __future__ import annotations

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

from gtrack.core.sequences import BASES
from gtrack.core.training.pieces import pieces

SPECIAL = ("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]")

LONGEST_TOKEN = 32
"""Bases of a token, at most; the published vocabulary has the same bound."""


def train_tokenizer(sequences: list[str], vocab: int, *, both_strands: bool, seed: int) -> bytes:
    """Train a tokenizer; the same sequences, size and seed give the same bytes.

    Parameters
    ----------
    sequences : list of str
        Upper-case A, C, G, T and N.
    vocab : int
        Number of tokens; fewer where the text has no more pairs to merge.
    both_strands : bool
        Take each piece from either strand with probability 1/2.
    seed : int
        Seed of the sample: sequences are taken in random order until there are enough.

    Returns
    -------
    bytes
        Content of ``tokenizer.json``.
    """
    tokenizer = Tokenizer(BPE(unk_token=SPECIAL[0], fuse_unk=False))
    tokenizer.pre_tokenizer = Whitespace()
    trainer = BpeTrainer(
        vocab_size=vocab,
        min_frequency=2,
        special_tokens=list(SPECIAL),
        initial_alphabet=list(BASES),
        limit_alphabet=len(BASES),
        max_token_length=LONGEST_TOKEN,
        show_progress=False,
    )
    tokenizer.train_from_iterator(pieces(sequences, both_strands=both_strands, seed=seed), trainer)
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, SPECIAL.index(name)) for name in ("[CLS]", "[SEP]")],
    )
    content: str = tokenizer.to_str(pretty=False)
    return content.encode()
