"""Nothing of a file goes raw to a terminal, and what is printed to be pasted can be."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from safetensors.torch import load_file, save_file

from gtrack.cli.progress import Bars
from gtrack.cli.terminal import LONGEST, command_line, echo, printable_console
from gtrack.core.errors import InputError
from gtrack.core.printable import one_line
from tests.documents import JOINED

EVIL = "\x1b]0;X\x07\u202eabc\r\x9b31m\x00\ud800"
TEXTS = st.text(st.characters(), max_size=60) | st.sampled_from([EVIL, "a\nb", "x" * 50_000])


@given(lines=st.lists(TEXTS, min_size=1, max_size=3))
def test_a_line_is_one_printable_line(lines: list[str]) -> None:
    from click.testing import CliRunner

    with CliRunner().isolation() as (_, err, *_rest):
        echo(*lines, err=True)
        said = err.getvalue().decode()
    assert said.count("\n") == len(lines)
    assert said.translate(JOINED).replace("\n", "").replace("\t", "").isprintable()
    assert max(map(len, said.split("\n"))) < 12 * LONGEST


@given(text=TEXTS)
def test_errors_are_one_printable_line(text: str) -> None:
    said = str(InputError(f"{text}: wrong; the cure"))
    assert said.translate(JOINED).isprintable()
    assert said.endswith("the cure")
    assert len(said) < 50_000
    assert one_line(said) == said or len(said) > 4000


@given(text=TEXTS)
def test_rich_lets_no_control_through(text: str) -> None:
    console = printable_console()
    table = Table("a")
    table.add_row(text.replace("[", ""))
    with console.capture() as captured:
        console.print(table)
        console.print(text, markup=False, soft_wrap=True)
    assert captured.get().translate(JOINED).replace("\n", "").isprintable()


def test_bars_show_names_as_they_are_and_no_controls(capsys) -> None:
    with Bars() as bars:
        bars.tell(f"[red]m{EVIL}", 0, 10, "bases", f"[b]{EVIL}")
        bars.say(f"said {EVIL}")
    said = capsys.readouterr().err
    assert said.replace("\n", "").isprintable()
    assert "said \\x1b" in said


@given(words=st.lists(st.text(st.characters(exclude_characters="\0"), max_size=20), min_size=1))
def test_a_command_means_what_was_meant(words: list[str]) -> None:
    try:
        wanted = b"".join(os.fsencode(word) + b"\0" for word in words)
    except UnicodeEncodeError:
        return  # no name of a file
    said = command_line(words)
    assert said.isprintable()
    ran = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {said}"], capture_output=True, env={"LC_ALL": "C.UTF-8"}
    )
    assert ran.stdout == wanted


def test_there_is_one_door() -> None:
    """Only ``terminal.py`` calls click.echo or print, or makes a console."""
    folder = Path(__file__).resolve().parents[1] / "gtrack"
    for module in folder.rglob("*.py"):
        if module.name in ("terminal.py", "__main__.py", "lock.py", "job.py"):
            # What those say is their own, or goes to the log of a job.
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                doors = ("print", "click.echo", "click.secho", "Console", "rich.print")
                assert called not in doors, f"{module}:{node.lineno}"
                # A table on stdout is a file: its cells are escaped as those of any other.
                assert not called.startswith(("sys.stdout.write", "sys.stderr.", "rich.console."))


@pytest.fixture
def evil(own_models):
    """A CNN whose labels command a terminal, and regions with names that do."""
    folder = own_models.models["cnn"]
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "\x1b]0;X\x07", "1": "=cmd|'x'!A1\u202e\x1b[31m" + "y" * 3000}
    (folder / "config.json").write_text(json.dumps(config))
    return own_models


def printable(ran) -> None:
    assert (ran.out + ran.err).replace("\n", "").isprintable()
    assert max(map(len, ran.err.split("\n"))) < 6000


def test_labels_that_command_a_terminal(run, evil, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["scan", *evil.options("cnn"), "--out", out]
    ran = run(*command, "--target", "nope", code=2)
    printable(ran)
    assert "\\x1b]0;X" in ran.err
    printable(run(*command, "--target", "all"))
    printable(run("report", out))
    printable(run("hub", out, "--email", "me@example.org", "--genome", "custom"))
    label = "=cmd|'x'!A1\\u202e\\x1b[31m" + "y" * 3000
    rows = [line.split("\t") for line in (out / "regions.tsv").read_text().splitlines()]
    assert label in {row[7] for row in rows}, "a file has the whole name; controls keep columns"


def test_tensors_and_checkpoints_that_command_a_terminal(run, evil, tmp_path: Path) -> None:
    folder = evil.models["cnn"]
    tensors = load_file(folder / "model.safetensors")
    save_file(tensors | {"\x1b]0;X\x07" * 500: tensors["classifier.bias"].clone()}, folder / "x")
    shutil.move(folder / "x", folder / "model.safetensors")
    ran = run("scan", *evil.options("cnn"), "--out", tmp_path / "out", code=4)
    printable(ran)
    assert "is unexpected" in ran.err
    printable(run("convert", folder, tmp_path / "converted", code=None))
