"""What is printed to be pasted is read by a shell as it was meant."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gtrack.core.printable import pasted

PATHS = st.binary(min_size=1, max_size=30).map(lambda data: os.fsdecode(data.replace(b"\0", b"")))


@settings(max_examples=20)
@given(st.lists(PATHS.filter(bool), min_size=1, max_size=20))
@example(["my plan", "it's", "a\nb", "\x1b]0;x\x07", "a#b", "$HOME", "`id`", "\\'", "\udcff"])
def test_a_shell_reads_a_pasted_path_as_it_is(paths: list[str]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    command = "printf '%s\\0' " + " ".join(map(pasted, paths))
    assert command.isprintable()
    done = subprocess.run([bash, "-c", command], capture_output=True, check=True)
    expected = [f"./{path}" if path.startswith("-") else path for path in paths]
    assert done.stdout.split(b"\0")[:-1] == [os.fsencode(path) for path in expected]


def test_plain_paths_stay_plain() -> None:
    assert pasted("out/first") == "out/first"
