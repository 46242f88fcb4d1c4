"""What is printed to be pasted is read by a shell as it was meant; names stay what they are."""

from __future__ import annotations

import os
import shutil
import subprocess
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gtrack.cli.terminal import echo, printable_console
from gtrack.core.errors import InputError
from gtrack.core.hits.motifs import Motif
from gtrack.core.printable import one_line, pasted, shown
from gtrack.io.bed_columns import cell
from gtrack.publish.hub.labels import label, safe
from gtrack.publish.markup import shortened, text

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


JOINED = (
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian
    "\u062f\u0650\u200c\u0647",  # after a vowel sign
    "\u0915\u094d\u200d\u0937 \u0915\u094d\u200c\u0937",  # Hindi: half letter, and not joined
    "\u09b0\u200d\u09cd\u09af\u09be\u09ac",  # Bengali: the virama comes after
    "\u0d05\u0d35\u0d28\u0d4d\u200d",  # Malayalam: a word ends with it
    "\U0001f469\u200d\U0001f52c",  # a scientist
    "\U0001f469\U0001f3fd\u200d\U0001f91d\u200d\U0001f469\U0001f3fb",  # with skin tones
    "\u2764\ufe0f\u200d\U0001f525 \U0001f642\u200d\u2194\ufe0f",  # a heart on fire, a shaken head
)
HIDDEN = (
    "\u200b \u200e \u200f \u202a \u202b \u202c \u202d \u202e \u2060 \u2066 \u2067 \u2068 \u2069"
)
IDLE = (
    *("pay\u200dment", "a\u200cb", "\u200c", "\u200dx", "x\u200d", "\u0646\u200c", "\u200c\u0646"),
    *("\u0646\u200c\u200c\u0646", "\U0001f469\u200d\u200d\U0001f52c", "\U0001f469\u200dx"),
    *("^\u200d\U0001f52c", "1\u200d\u0646", "\u0646\u200c\u202e\u0646", "\u03b1\u200d\u03b2"),
)


@pytest.mark.parametrize("name", JOINED)
def test_joiners_of_words_and_emoji_stay(name: str, capsys) -> None:
    echo(name)
    assert capsys.readouterr().out == f"{name}\n"
    console = printable_console()
    with console.capture() as captured:
        console.print(name, markup=False, soft_wrap=True)
    assert captured.get() == f"{name}\n"
    assert shown(name) == one_line(name) == cell(name) == safe(name) == text(name) == name
    assert Motif(name, name, [[1, 0, 0, 0]] * 2).name == name


@pytest.mark.parametrize(
    "between", [("\u0646", "\u0646"), ("\u094d", "\u0937"), "\U0001f469\U0001f52c"]
)
@pytest.mark.parametrize("hidden", [*HIDDEN.split(" "), "\x1b", "\x00", "\x9b", "\ufeff", "\u061c"])
def test_what_hides_or_turns_text_is_escaped_between_them_too(between, hidden: str) -> None:
    name = hidden.join(between)
    for door in (shown, one_line, cell, text):
        assert hidden not in door(name)
        assert door(name).isprintable()
    assert hidden not in safe(name)


@pytest.mark.parametrize("name", IDLE)
def test_a_joiner_that_joins_nothing_is_no_hidden_letter(name: str) -> None:
    """Names that look alike would not be told apart."""
    for door in (shown, one_line, cell, text):
        assert door(name).isprintable()
    assert safe(name).isprintable()
    with pytest.raises(InputError, match="unprintable"):
        Motif(name, name, [[1, 0, 0, 0]] * 2)


def test_a_name_that_is_cut_at_a_joiner_ends_with_a_letter() -> None:
    name = JOINED[0] * 9
    for limit in range(20, 40):
        assert "\\" not in text(shortened(name, limit))
        assert len(shortened(name, limit)) <= limit
        assert not {"\u200c."} & {a + b for a, b in pairwise(label(name, limit))}
