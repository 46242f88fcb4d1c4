"""Whatever the system refuses is one line and a code, of every verb and every path option."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest

from gtrack.cli import VERBS, main
from gtrack.cli.refusals import cured, refusal
from gtrack.core.errors import InputError, ModelError, OutputError, VerificationError
from gtrack.core.small_file import AWAY, FAILS
from gtrack.io.bigwig import BigWigWriter

LONG = "x" * 300
CONTEXT = click.Context(main)


def commands() -> Iterator[tuple[str, ...]]:
    for verb in VERBS:
        command = main.get_command(CONTEXT, verb)
        if isinstance(command, click.Group):
            yield from ((verb, name) for name in command.commands)
        else:
            yield (verb,)


def command_of(words: tuple[str, ...]) -> click.Command:
    command = main.get_command(CONTEXT, words[0])
    for word in words[1:]:
        assert isinstance(command, click.Group)
        command = command.get_command(CONTEXT, word)
    assert command is not None
    return command


PATHS = [
    (words, option.opts[0] if isinstance(option, click.Option) else option.name)
    for words in commands()
    for option in command_of(words).params
    if isinstance(option.type, click.Path)
]
PAIRS = [
    (words, option.opts[0])
    for words in commands()
    for option in command_of(words).params
    if isinstance(option, click.Option)
    and any(word in str(option.metavar) for word in ("=PATH", "=FILE", "=BIGWIG", "FILE|", "JSON"))
]


def bad_paths(folder: Path) -> dict[str, str]:
    (folder / "loop").symlink_to("loop")
    return {
        "empty": "",
        "long": LONG,
        "inner": f"{LONG}/a",
        "loop": "loop",
        "below a loop": "loop/a",
        "deep": "a/" * 1900,
        "longest": "a" * 200 + "/" + "b" * 5000,
    }


def refused(run, *words: object) -> str:
    ran = run(*words, code=None)
    assert ran.code in (2, 3, 4), ran
    assert ran.err.count("\n") == 1, ran
    assert ran.error.startswith("gtrack: error: ")
    assert ran.error.isprintable()
    assert len(ran.error) < 5000
    return ran.error


@pytest.mark.parametrize(("words", "option"), PATHS, ids=lambda value: str(value))
def test_paths_that_cannot_be(run, tmp_path: Path, monkeypatch, words, option: str) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = [p for p in command_of(words).params if isinstance(p, click.Argument)]
    for path in bad_paths(tmp_path).values():
        if option.startswith("-"):
            refused(run, *words, *("there" for each in arguments if each.required), option, path)
        else:
            refused(run, *words, *(path for _ in arguments))
    assert sorted(os.listdir(tmp_path)) == ["loop"]


EXAMPLE = Path(__file__).resolve().parents[1] / "example_data"


@pytest.mark.parametrize("bad", ["long", "inner", "loop", "below a loop", "deep", "longest"])
@pytest.mark.parametrize(
    "option", ["--model", "--annotation", "--projection", "--motifs", "--track"]
)
def test_paths_behind_a_name(run, inputs, tmp_path: Path, monkeypatch, option: str, bad) -> None:
    """Those that are found out before a model is opened are; the rest when they are looked at."""
    monkeypatch.chdir(tmp_path)
    path = bad_paths(tmp_path)[bad]
    if option == "--track":
        given = ["hits", "--bed", inputs.bed, "--fasta", inputs.fasta, "--out", "out"]
        given += ["--motifs", EXAMPLE / "motifs.meme", "--track", f"m={path}"]
        refused(run, *given)
        return
    words = ["scan", *inputs.options("cnn"), "--out", "out"]
    ends = {"--annotation": ".bed", "--motifs": ""}
    names = {"--model": "m=", "--annotation": "a=", "--projection": "weighted="}
    refused(run, *words, option, f"{names.get(option, '')}{path}{ends.get(option, '')}")


def test_names_that_are_no_utf8(run, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/a\xff\x1b[31m")
    for words in (("merge", odd), ("report", odd), ("scan", "--bed", odd), ("convert", odd, odd)):
        assert "\\x1b" in refused(run, *words) or words[0] == "scan"


def test_no_bigwig_or_weights_below_a_name_that_is_no_utf8(run, inputs, tmp_path: Path) -> None:
    """Told before anything is computed; they were called damaged, and so was the disk."""
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/o\xff"))
    track = odd.with_suffix(".bw")
    with BigWigWriter(tmp_path / "a.bw", {"chr1": 9}) as writer:
        writer.add("chr1", 0, np.ones(9, np.float32))
    (tmp_path / "a.bw").rename(track)
    model = Path(os.fsdecode(os.fsencode(tmp_path) + b"/m\xff"))
    shutil.copytree(inputs.models["cnn"], model)
    scan = ("scan", *inputs.options("cnn"), "--out")
    of_tracks = ("--motifs", EXAMPLE / "motifs.meme", "--bed", inputs.bed, "--fasta", inputs.fasta)
    for words in (
        (*scan, odd),
        (*scan, tmp_path / "out", "--model", f"m={model}"),
        (*scan, tmp_path / "out", "--projection", f"weighted={track}"),
        ("hits", "--track", f"m={track}", *of_tracks, "--out", tmp_path / "out"),
        ("hits", "--track", f"m={EXAMPLE / 'a.bw'}", *of_tracks, "--out", odd),
    ):
        assert "its name is not UTF-8, which bigWigs and weights need; give" in refused(run, *words)
    assert not odd.exists()


def test_a_current_folder_that_is_gone(inputs, tmp_path: Path) -> None:
    """Torch ends the process there, and a relative --out was a traceback."""
    gone = tmp_path / "gone"
    gone.mkdir()
    ran = subprocess.run(
        [
            *("sh", "-c", 'rmdir "$0" && exec "$@"', gone, sys.executable, "-P", "-m", "gtrack"),
            *("scan", *inputs.options("cnn"), "--out", "out"),
        ],
        capture_output=True,
        text=True,
        cwd=gone,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "gtrack: error: the current folder is gone; cd to one that is there\n"


def test_files_for_folders_and_folders_for_files(run, inputs, tmp_path: Path) -> None:
    model, out = inputs.options("cnn"), tmp_path / "out"
    for words in (
        ("merge", inputs.bed),
        ("hits", inputs.bed, "--motifs", inputs.bed),
        ("view", inputs.bed),
        ("hub", inputs.bed, "--email", "a@b.c"),
        ("session", inputs.bed, "--url", "https://example.org"),
        ("report", inputs.bed),
        ("passport", inputs.bed),
        ("evaluate", inputs.bed),
        ("export", inputs.bed, "--to", "finemo"),
        ("convert", inputs.bed, out),
        ("scan", *model, "--out", inputs.bed),
        ("scan", *model, "--out", inputs.bed / "below"),
        ("scan", *model, "--out", out, "--motifs", tmp_path),
        ("train", "cnn", "--csv", tmp_path, "--out", out),
        ("train", "cnn", "--csv", inputs.bed, "--config", tmp_path, "--out", out),
        ("train", "dnabert2", "--csv", inputs.bed, "--tokenizer", inputs.bed, "--out", out),
    ):
        refused(run, *words)


def test_a_permission_that_is_missing(run, monkeypatch, tmp_path: Path) -> None:
    """As root nothing is refused, so the system is asked to say it."""
    stat = os.stat

    def denied(path, *args, **options):
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *args, **options)

    monkeypatch.setattr(os, "stat", denied)
    said = refused(run, "report", tmp_path / "secret")
    assert "secret: Permission denied; ask its owner" in said


@pytest.mark.parametrize("files", [5, 6, 7, 8, 9, 12])
def test_hardly_any_open_files(inputs, tmp_path: Path, files: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "gtrack", "scan", *inputs.options("cnn"), "--out", tmp_path / "out"],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
    )
    assert "Traceback" not in ran.stderr
    if ran.returncode:
        assert ran.returncode == 3, ran.stderr
        assert ran.stderr.splitlines()[-1].endswith("raise the limit of open files: ulimit -n 1024")


def test_a_bug_keeps_its_traceback(run, monkeypatch) -> None:
    import gtrack.workflows.merge

    for bug in (
        KeyError("x"),
        RuntimeError("x"),
        OSError("no number"),
        OSError(9, "Bad"),
        TypeError,
    ):

        def failing(*_: object, bug=bug) -> None:
            raise bug

        monkeypatch.setattr(gtrack.workflows.merge, "merge", failing)
        with pytest.raises(bug if isinstance(bug, type) else type(bug)):
            run("merge", "x")


def chained(first: BaseException, then: BaseException) -> BaseException:
    try:
        try:
            raise first
        except BaseException:
            raise then  # noqa: B904 (as libraries do)
    except BaseException as error:
        return error


@pytest.mark.parametrize("number", sorted(AWAY))
def test_a_networks_disk_that_does_not_answer(
    run, monkeypatch, tmp_path: Path, number: int
) -> None:
    """Lustre evicts a client, a mount is gone, a ticket has run out: none is a bug of ours."""
    stat = os.stat

    def away(path, *args, **options):
        if str(path).endswith("scan"):
            raise OSError(number, os.strerror(number), str(path))
        return stat(path, *args, **options)

    monkeypatch.setattr(os, "stat", away)
    said = refused(run, "report", tmp_path / "scan")
    assert f"scan: {os.strerror(number)}; " in said
    assert said.endswith("; try again")


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("ENOLCK", "this disk cannot do that; choose another disk"),
        ("EOPNOTSUPP", "this disk cannot do that; choose another disk"),
        ("ENOSYS", "this disk cannot do that; choose another disk"),
        ("EPROTO", "the network's disk does not answer; try again"),
        ("ECONNREFUSED", "the network's disk does not answer; try again"),
        ("ENXIO", "it is a device or a socket; give a file"),
        ("ENODEV", "it is a device or a socket; give a file"),
        ("EUCLEAN", "the disk is damaged: have it checked, then try again"),
        ("EBUSY", "something else uses it; try again later"),
    ],
)
def test_what_a_mount_says_to_whoever_looks_at_a_path(
    run, monkeypatch, inputs, tmp_path: Path, name: str, cure: str
) -> None:
    """NFS without locks, FUSE without a call, a program behind a mount that has ended."""
    number = getattr(errno, name, errno.EBUSY)
    stat, opened = os.stat, os.open

    def refusing(looked):
        def look(path, *args, **options):
            if str(path).endswith("mounted"):
                raise OSError(number, os.strerror(number), str(path))
            return looked(path, *args, **options)

        return look

    monkeypatch.setattr(os, "stat", refusing(stat))
    monkeypatch.setattr(os, "open", refusing(opened))
    mounted = tmp_path / "mounted"
    bed = ("scan", *inputs.options("cnn", bed=mounted), "--out", tmp_path / "out")
    for words in (("report", mounted), ("scan", *inputs.options("cnn"), "--out", mounted), bed):
        said = refused(run, *words)
        assert f"mounted: {os.strerror(number)}; " in said
        if hasattr(errno, name):
            assert said.endswith(f"; {cure}")


@pytest.mark.parametrize("number", sorted(FAILS))
def test_what_a_disk_did_not_give_is_not_damaged(number: int) -> None:
    """A cure that removes it would be none."""
    failed = OSError(number, os.strerror(number), "a")
    for damaged in (InputError("a: damaged; move it away"), VerificationError("a: remove it")):
        said = cured(chained(failed, damaged))
        assert str(said).startswith(f"a: {os.strerror(number)}; ")
        assert str(said).endswith("try again")
    unwritten = OutputError("a: cannot write")
    assert cured(chained(failed, unwritten)) is unwritten
    of_a_host = InputError("https://example.org: no answer; look at the address")
    assert cured(chained(TimeoutError(110, "Connection timed out"), of_a_host)) is of_a_host


def test_what_led_to_it() -> None:
    many, loop = OSError(24, "Too many open files", "a"), OSError(40, "Loop", "a")
    assert isinstance(refusal(chained(many, ImportError("no x"))), OutputError)
    assert isinstance(refusal(chained(loop, RuntimeError("Symlink loop"))), InputError)
    assert isinstance(refusal(MemoryError()), ModelError)
    assert refusal(chained(FileNotFoundError(2, "No such", "a"), RuntimeError("a bug"))) is None
    said = cured(chained(many, InputError("a: cannot be read; get it again")))
    assert "ulimit" in str(said)
    assert said.exit_code == 3
