"""The threads of tokenizers: as many as are asked for, and nothing is left of the asking."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gtrack.engines.rust_threads import rust_threads

CHILD = """
import os, sys
from tokenizers import Tokenizer, models
from gtrack.engines.rust_threads import rust_threads

def running():
    return len(os.listdir("/proc/self/task"))

words = Tokenizer(models.BPE(vocab={"A": 0, "C": 1}, merges=[]))
with rust_threads(int(sys.argv[1])):
    before = running()
    words.encode_batch_fast(["ACAC"] * 500)
    print(running() - before)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="counts threads in /proc")
@pytest.mark.parametrize("threads", [1, 3])
def test_tokenizers_takes_what_it_is_given(threads: int) -> None:
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("RAYON", "TOKENIZERS"))}
    command = [sys.executable, "-c", CHILD, str(threads)]
    done = subprocess.run(command, env=mine, capture_output=True, text=True, check=True)
    assert int(done.stdout) == threads


def test_what_the_user_has_set_stays(monkeypatch) -> None:
    monkeypatch.setenv("RAYON_NUM_THREADS", "7")
    with rust_threads(2):
        assert os.environ["RAYON_NUM_THREADS"] == "7"
    assert os.environ["RAYON_NUM_THREADS"] == "7"


def fails(threads: int) -> None:
    with rust_threads(threads):
        assert os.environ["RAYON_NUM_THREADS"] == str(threads)
        raise ZeroDivisionError


def test_nothing_is_left_of_it(monkeypatch) -> None:
    monkeypatch.delenv("RAYON_NUM_THREADS", raising=False)
    with pytest.raises(ZeroDivisionError):
        fails(2)
    assert "RAYON_NUM_THREADS" not in os.environ
