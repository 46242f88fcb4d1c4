"""What is taken from a ``tokenizer.json``: the words and the merges of a byte-pair encoding.

A tokenizer is made anew of these alone. What else such a file can hold is one of three things.

===============  ================================================================================
has no effect    post-processor, decoder, truncation, padding, BPE dropout: what they would add,
                 cut or draw at random is never wanted here
does no harm     normalizers and pre-tokenizers that leave A, C, G, T, N, and words of them, alone
is refused       all other ones, other models than BPE, prefixes and suffixes of words, special
                 tokens that are spelt in bases: they would change the letters that the model reads
===============  ================================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import BPE

from gtrack.core.errors import ModelError
from gtrack.core.printable import shown

UNKNOWN = "[UNK]"
"""The token of what is no word."""

LARGEST_ID = 10**6
"""Ids of tokens, at most: a table is made of them."""

_BASES = re.compile("[ACGTN]+")
_NORMALIZERS = {"NFC", "NFD", "NFKC", "NFKD", "Nmt", "Strip", "StripAccents"}
_PRE_TOKENIZERS = {
    "BertPreTokenizer", "Digits", "Punctuation", "UnicodeScripts", "Whitespace", "WhitespaceSplit",
}  # fmt: skip


def read_tokenizer(content: bytes, where: Path) -> tuple[Tokenizer, dict[str, int]]:
    """Make a tokenizer of the words and merges in a file.

    Parameters
    ----------
    content : bytes
        Of ``tokenizer.json``.
    where : Path
        The file, for messages.

    Returns
    -------
    tokenizer : Tokenizer
        Byte-pair encoding: the same text always gives the same tokens. It adds none.
    vocabulary : dict of str to int
        Id of every token, added ones included; no two are equal.

    Raises
    ------
    ModelError
        When the file is malformed, or asks for something that would change letters or leave some
        out; named.
    """
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise ModelError(f"{where}: not a tokenizer: not JSON: {problem}") from problem
    try:
        return _made(record)
    except ValueError as problem:
        raise ModelError(f"{where}: {problem}") from problem


def _made(record: Any) -> tuple[Tokenizer, dict[str, int]]:
    model = _mapping(_mapping(record, "the file").get("model"), "model")
    for key, harmless in (("normalizer", _NORMALIZERS), ("pre_tokenizer", _PRE_TOKENIZERS)):
        for step in _steps(record.get(key), key):
            _check_step(step, key, harmless)
    words = _words(model)
    vocabulary = words | _added(record.get("added_tokens"), words)
    if len(set(vocabulary.values())) < len(vocabulary):
        raise ValueError("two tokens have one id")
    flags = {name: _flag(model, name) for name in ("fuse_unk", "byte_fallback", "ignore_merges")}
    unknown = model.get("unk_token")
    if unknown != UNKNOWN:
        raise ValueError(
            f"unk_token is {shown(repr(unknown), 40)}, so that N would be dropped or misread; "
            f'write "unk_token": "{UNKNOWN}" into "model"'
        )
    if UNKNOWN not in words:
        if UNKNOWN not in vocabulary:
            raise ValueError(f"the vocabulary has no token {UNKNOWN}")
        words = {**words, UNKNOWN: vocabulary[UNKNOWN]}
    try:
        # No cache of words: a window is a word, seldom seen twice, and thousands are remembered.
        asked = {**flags, "unk_token": UNKNOWN, "cache_capacity": 0}
        made = Tokenizer(BPE(words, _merges(model, words), **asked))
    except Exception as problem:  # the library raises bare Exception
        raise ValueError(f"not a tokenizer: {shown(str(problem))}") from problem
    return made, vocabulary


def _mapping(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"not a tokenizer: {name} is no JSON object")
    return value


def _steps(value: object, key: str) -> Iterator[dict[str, Any]]:
    """Yield the steps of a normalizer or pre-tokenizer; a sequence holds several."""
    if value is None:
        return
    step = _mapping(value, key)
    if step.get("type") != "Sequence":
        yield step
        return
    inner = step.get("normalizers" if key == "normalizer" else "pretokenizers")
    if not isinstance(inner, list):
        raise ValueError(f"not a tokenizer: {key} is a Sequence of nothing")
    for each in inner:
        yield from _steps(each, key)


def _check_step(step: Mapping[str, Any], key: str, harmless: set[str]) -> None:
    kind = step.get("type")
    if isinstance(kind, str) and kind in harmless:
        return
    if kind == "BertNormalizer" and step.get("lowercase") is False:
        return
    if kind == "ByteLevel" and step.get("add_prefix_space") is False:  # ASCII stays as it is
        return
    what = "change" if key == "normalizer" else "split or change"
    raise ValueError(
        f"its {key} {shown(repr(kind), 40)} may {what} the letters of DNA; gtrack explains bases, "
        "so it takes none that does"
    )


def _words(model: Mapping[str, Any]) -> dict[str, int]:
    kind = model.get("type", "BPE")  # files of old versions do not say it
    if kind != "BPE":
        raise ValueError(f"a tokenizer of type {shown(repr(kind), 40)}; DNABERT-2 has a BPE")
    for name in ("continuing_subword_prefix", "end_of_word_suffix"):
        if model.get(name):
            raise ValueError(
                f"{name} is {shown(repr(model[name]), 40)}: tokens are not their bases"
            )
    words = _mapping(model.get("vocab"), "vocab")
    return {word: _checked_id(word, index) for word, index in words.items()}


def _checked_id(word: str, index: object) -> int:
    if type(index) is not int or not 0 <= index < LARGEST_ID:
        raise ValueError(
            f"token {shown(word, 40)!r} has id {shown(repr(index), 40)}, not one from 0 to "
            f"{LARGEST_ID - 1:,}"
        )
    return index


def _added(tokens: object, words: Mapping[str, int]) -> dict[str, int]:
    """Return the special tokens beside the vocabulary; the id of one in it is that in it."""
    if tokens is None:
        return {}
    if not isinstance(tokens, list):
        raise ValueError("not a tokenizer: added_tokens is no list")
    added: dict[str, int] = {}
    for token in tokens:
        content, index = (_mapping(token, "an added token").get(key) for key in ("content", "id"))
        if not isinstance(content, str):
            raise ValueError("not a tokenizer: an added token without content")
        if _BASES.fullmatch(content):
            raise ValueError(
                f"the added token {shown(content, 40)!r} is spelt in bases and would be cut out of "
                "sequences; take it out of added_tokens"
            )
        added[content] = words.get(content, _checked_id(content, index))
    return added


def _flag(model: Mapping[str, Any], name: str) -> bool:
    value = model.get(name)
    if value is not None and type(value) is not bool:
        raise ValueError(f"{name} is {shown(repr(value), 40)}, not true or false")
    return bool(value)


def _merges(model: Mapping[str, Any], words: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return the pairs that are merged, in order: both forms of the file, ``"A C"`` and a list."""
    merges = model.get("merges")
    if not isinstance(merges, list):
        raise ValueError("not a tokenizer: merges is no list")
    pairs = []
    for number, merge in enumerate(merges):
        parts = merge.split(" ") if isinstance(merge, str) else merge
        if not (isinstance(parts, list) and len(parts) == 2 and all(map(_is_text, parts))):
            raise ValueError(f"merge {number} is no pair of tokens")
        left, right = parts
        missing = next((each for each in (left, right, left + right) if each not in words), None)
        if missing is not None:
            raise ValueError(f"merge {number} needs {shown(missing, 40)!r}, which is no token")
        pairs.append((left, right))
    return pairs


def _is_text(part: object) -> bool:
    return isinstance(part, str) and bool(part)
