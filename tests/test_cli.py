"""The command line as such: help, start-up, verbs, exit codes, the examples of the manual pages."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from gtrack.cli import RESUMED, VERBS, main
from tests.conftest import DEMO

EXAMPLE_DATA = Path(__file__).resolve().parents[1] / "example_data"
CONTEXT = click.Context(main)


def commands() -> dict[str, click.Command]:
    """Return every command by its words: verbs, and what a verb holds."""
    found: dict[str, click.Command] = {}
    for verb in VERBS:
        command = main.get_command(CONTEXT, verb)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{verb} {name}": each for name, each in command.commands.items()}
        else:
            found[verb] = command
    return found


def example(command: click.Command) -> list[list[str]]:
    """Return the words of each command line under ``Example:`` in a help text."""
    text = (command.help or "").partition("Example:\n")[2].partition("\n\n")[0]
    lines = text.replace("\\\n", " ").strip().splitlines()
    return [shlex.split(line) for line in lines]


COMMANDS = commands()


def test_every_verb_is_listed(run) -> None:
    help_text = run("--help").out
    for verb, line in VERBS.items():
        assert re.search(rf"^  {verb} +{re.escape(line)}", help_text, re.MULTILINE)
    assert "Example:\n    gtrack scan --bed" in help_text
    assert set(RESUMED) <= set(VERBS)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_verb_has_help_and_an_example(run, words: str) -> None:
    help_text = run(*words.split(), "--help").out
    assert help_text.startswith(f"Usage: gtrack {words} ") or f" {words} " in help_text
    lines = example(COMMANDS[words])
    assert lines, "an Example: block"
    for line in lines:
        assert line[: 1 + len(words.split())] == ["gtrack", *words.split()]
    for option in COMMANDS[words].params:
        if isinstance(option, click.Option):
            assert option.help, f"{option.opts[0]} has no help"
    assert max(map(len, help_text.splitlines())) <= 100


@pytest.mark.parametrize("words", COMMANDS)
def test_the_options_of_every_example_are_known(words: str) -> None:
    command = COMMANDS[words]
    known = {name for option in command.params for name in option.opts}
    for line in example(command):
        assert {word for word in line if word.startswith("--")} <= known


def test_help_is_light() -> None:
    code = (
        "import sys; from gtrack.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('torch', 'numpy', 'rich', 'pyBigWig') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", COMMANDS)
def test_help_of_a_verb_needs_no_torch(words: str) -> None:
    code = (
        "import sys; from gtrack.cli import main\n"
        f"try: main([*{words.split()!r}, '--help'])\n"
        "except SystemExit: pass\n"
        "print('torch' in sys.modules or 'rich' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "False"


def test_version(run) -> None:
    assert re.fullmatch(r"gtrack, version \d+\.\d+\.\d+\n", run("--version").out)


def test_no_verb_shows_the_help(run) -> None:
    ran = run(code=None)
    assert "Commands:" in ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["scam"], "No such command 'scam'"),
        (["--scan"], "No such option"),
        (["merge"], "Missing argument 'DIR'"),
        (["scan", "stray"], "Got unexpected extra argument (stray)"),
        (["scan", "--shards", "many"], "'many' is not a valid integer"),
    ],
)
def test_a_misspelt_command_is_one_line(run, arguments: list[str], why: str) -> None:
    ran = run(*arguments, code=2)
    assert why in ran.err
    if arguments[0] != "--scan":
        assert ran.err.count("\n") == 1
        assert ran.error.startswith("gtrack: error: ")
        assert "--help" in ran.error


def test_an_interruption_before_anything_is_made(program, inputs, tmp_path: Path) -> None:
    """SIGTERM while the inputs are read: 143, and the folder is gone again."""
    inputs.bed.write_text("chr2\t100\t200\n" * 400_000)
    out = tmp_path / "out"
    child = program.start("scan", *inputs.options("cnn"), "--out", out)
    while not (out / ".lock").exists():
        time.sleep(0.005)
    child.send(signal.SIGTERM)
    ran = child.wait()
    assert ran.code == 143, ran
    assert ran.err.count("\n") == 1
    assert "interrupted; the same command with --resume goes on" in ran.error
    assert not out.exists()


def test_a_shard_and_a_merge_say_how_to_go_on(program, inputs, tmp_path: Path) -> None:
    inputs.bed.write_text("chr2\t3900\t9000\n")
    out = tmp_path / "out"
    program("plan", *inputs.options("dnabert2"), "--out", out, "--stride", "4", "--shards", "1")
    child = program.start("scan", "--plan", out, "--shard", 0, stop_at="shards/000000.npz")
    child.wait_for_stop()
    child.interrupt(signal.SIGINT)
    ran = child.wait()
    assert ran.code == 130, ran
    assert "(with --plan: the same command)" in ran.error
    assert not list((out / "shards").glob("*.tmp")), "a file is whole, or it is not there"


def test_bars_on_a_terminal(inputs, tmp_path: Path) -> None:
    """On a terminal: one bar per model with regions, speed and time left."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gtrack", "scan", *inputs.options(), "--out", tmp_path / "out"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "120", "TERM": "xterm"},
    )
    os.close(theirs)
    seen = b""
    while chunk := _read(mine):
        seen += chunk
    os.close(mine)
    assert process.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    for name in ("cnn", "dnabert2"):
        assert re.search(rf"{name} .*100% 12/12 regions [\d,]+ bases/s 0:00:\d\d ETA 0:00:00", text)
    assert "12 regions given; 12 scanned, 0 refused" in text


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux: the other end is closed
        return b""


@pytest.fixture
def beside_the_example(demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds example_data, as the folder of a clone does."""
    (tmp_path / "example_data").symlink_to(EXAMPLE_DATA)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def scanned_example(once, program, beside_the_example: Path) -> Path:
    """Return the folder that the example of ``gtrack scan`` makes, in such a folder."""
    (scan,) = example(COMMANDS["scan"])
    out = scan[scan.index("--out") + 1]

    def fill(folder: Path) -> None:
        (folder / "example_data").symlink_to(EXAMPLE_DATA)
        program(*scan[1:], folder=folder)

    made = once("example of scan", fill)
    return Path(shutil.copytree(made / out, beside_the_example / out))


def models_of(out: Path) -> list[str]:
    return [model["name"] for model in json.loads((out / "manifest.json").read_text())["models"]]


def test_the_example_of_demo_runs(demo) -> None:
    out, _ = demo
    assert example(COMMANDS["demo"]) == [["gtrack", *DEMO]], "what the fixture has run"
    assert models_of(out) == ["cnn", "dnabert2"]


def test_the_example_of_hits_runs_on_that_of_scan(run, scanned_example: Path) -> None:
    (hits,) = example(COMMANDS["hits"])
    assert scanned_example == Path.cwd() / hits[2]
    assert models_of(scanned_example) == ["cnn", "dnabert2"]
    before = {path.name: path.read_bytes() for path in (scanned_example / "hits").iterdir()}
    run(*hits[1:])
    after = {path.name: path.read_bytes() for path in (scanned_example / "hits").iterdir()}
    assert after == before


def test_the_examples_of_hub_session_and_report_run_on_that_of_scan(
    run, scanned_example: Path
) -> None:
    made_by = {
        "hub": "hub/hub.txt",
        "session": "igv_session.shared.json",
        "report": "report.html",
    }
    for words, made in made_by.items():
        line, *_ = example(COMMANDS[words])  # of a hub, then how to check one where it is hosted
        assert scanned_example == Path.cwd() / line[2]
        run(*line[1:])
        assert (scanned_example / made).is_file()
    (view,) = example(COMMANDS["view"])
    assert [*view[:2], Path.cwd() / view[2]] == ["gtrack", "view", scanned_example]


def test_the_examples_of_plan_work_and_merge_run(run, beside_the_example: Path) -> None:
    (plan,), (merge,), (work,) = (example(COMMANDS[verb]) for verb in ("plan", "merge", "work"))
    assert plan[plan.index("--out") + 1] == merge[-1] == work[-1]
    said = run(*plan[1:]).err
    shards = plan[plan.index("--shards") + 1]
    worked, loop, then = said.splitlines()[-3:]
    assert worked.split() == work
    words = f"for K in $(seq 0 {int(shards) - 1}); do gtrack scan --plan {merge[-1]} --shard $K;"
    assert loop.strip() == f"{words} done"
    assert then.split() == ["gtrack", "merge", merge[-1]]
    run("scan", "--plan", merge[-1], "--shard", 1)
    assert run(*work[1:]).err.splitlines()[-1] == f"next: {shlex.join(merge)}"
    run(*merge[1:])
    assert (beside_the_example / merge[-1] / "manifest.json").exists()


def test_what_is_printed_to_be_pasted_is_quoted(run, inputs, tmp_path: Path) -> None:
    out = tmp_path / "it's my plan"
    base = [*inputs.options("cnn"), "--out", out]
    loop, then = run("plan", *base, "--shards", 1).err.splitlines()[-2:]
    assert shlex.split(then) == ["gtrack", "merge", str(out)]
    assert shlex.split(loop)[shlex.split(loop).index("--plan") + 1] == str(out)
    error = run("merge", out, code=2).error
    assert shlex.split(error.partition("; run ")[2])[3] == str(out)
    run("scan", "--plan", out, "--shard", 0)
    run("merge", out)
    error = run("hub", "--check", out, code=2).error
    assert shlex.split(error.partition("; ")[2])[2] == str(out)
    error = run("view", out, "--hub", "--no-browser", code=2).error
    assert shlex.split(error.partition("; ")[2])[2] == str(out)
    said = run("hub", out, "--email", "me@example.org").err
    tried = next(line for line in said.splitlines() if line.startswith("try it: "))
    assert shlex.split(tried)[4] == str(out)
