"""Snakemake itself, in a process of its own: ``python -m gtrack.engines.snakemake.driver RUN``.

Profiles and the settings of executors are known to Snakemake's parser of words alone, so words are
what it is given; it then calls its own API. It ends with the process that started it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from snakemake.cli import args_to_api, parse_args

from gtrack.engines.local import available_cores
from gtrack.engines.snakemake.groups import laid_out
from gtrack.engines.snakemake.run_folder import RunFolder

SNAKEFILE = Path(__file__).with_name("Snakefile")

_PATIENCE = 20.0
"""Seconds that an executor has to call back its jobs from a cluster."""


def main(words: Sequence[str]) -> int:
    """Run the jobs of one run, and return 0 when all were done."""
    run = RunFolder(Path(words[0]))
    record = run.record()
    parser, args = parse_args(_words(run, record["options"]))
    here = args.executor in (None, "local")
    # Jobs here need no word: what they have done is whole. Those elsewhere are called back.
    signal.signal(signal.SIGINT, _end_at_once if here else signal.default_int_handler)
    Thread(target=_end_with_parent, args=(_taken_stdin(), here), daemon=True).start()
    devices = record["devices"] if here else record["devices"][:1]  # each host has its own first
    on_gpu = devices[0] != "cpu"
    layout = laid_out(
        len(record["pieces"]),
        cores=available_cores() if here else None,
        devices=len(devices) if on_gpu else 0,
        jobs=args.jobs,
        workers=record["workers"],
    )
    if here:
        args.cores, args.jobs = layout.jobs * layout.threads, None
    else:
        args.jobs = layout.jobs
    config = {
        "run": str(run.path),
        "python": sys.executable,
        "pieces": len(record["pieces"]),
        "group": layout.size,
        "workers": layout.threads,
        "gpu": int(on_gpu),
        "devices": ",".join(devices),
    }
    args.config = [*(args.config or []), *(f"{key}={value}" for key, value in config.items())]
    return 0 if args_to_api(args, parser) else 1


def _words(run: RunFolder, options: dict[str, Any]) -> list[str]:
    """Return the words for Snakemake."""
    words = ["--snakefile", str(SNAKEFILE), "--directory", str(run.path)]
    words += ["--workflow-profile", "none", "--nolock", "--drop-metadata"]
    words += ["--scheduler", "greedy", "--rerun-triggers", "mtime"]
    for name in ("profile", "executor", "jobs"):
        if name in options:
            words += [f"--{name}", str(options[name])]
    return words


def _end_at_once(*_: object) -> None:
    os.killpg(0, signal.SIGKILL)


def _taken_stdin() -> int:
    """Return what stdin was, which from here on is empty, for jobs as well."""
    parent = os.dup(0)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    return parent


def _end_with_parent(parent: int, here: bool) -> None:
    """End this process and its jobs when the one that started it has ended, however that was."""
    os.read(parent, 1)  # nothing comes but the end
    if not here:
        os.kill(os.getpid(), signal.SIGINT)  # an executor calls its jobs back then
        time.sleep(_PATIENCE)
    _end_at_once()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
