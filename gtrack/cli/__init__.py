"""The command line: one thin file per verb, loaded when the verb is used.

``gtrack --help`` imports click and nothing heavier: the verbs' modules import their workflows
inside the functions that need them.
"""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from gtrack import __version__
from gtrack.cli.refusals import cured, refusal
from gtrack.cli.terminal import echo, hear_log
from gtrack.core.errors import GtrackError, InputError
from gtrack.core.interruption import ARRIVED, guarded
from gtrack.core.printable import one_line

VERBS = {
    "scan": "Explain every region and write relevance tracks.",
    "plan": "Check all inputs and cut a scan into shards.",
    "work": "Do shards of a plan beside others, until none is left.",
    "status": "Say how far a scan is, and what to do next.",
    "merge": "Merge finished shards into tracks.",
    "predict": "Say what models say of sequences or regions.",
    "hits": "Call motif hits that the relevance supports.",
    "annotate": "Show genes, peaks and signals beside the tracks.",
    "verify": "Say which files of a scan are not as written.",
    "passport": "Say whether to believe the maps of a scan.",
    "view": "Look at a scan in the browser, on this machine.",
    "hub": "Make a track hub that UCSC and IGV open by URL.",
    "session": "Write an IGV session that opens from anywhere.",
    "figure": "Draw loci for a paper: SVG, PDF or PNG.",
    "report": "Write one HTML file with the top loci, to mail.",
    "evaluate": "Measure how far the maps can be trusted.",
    "export": "Write a scan as inputs of Fi-NeMo or TF-MoDISco.",
    "workflow": "Say where the Snakemake workflow is.",
    "train": "Train a CNN or fine-tune a DNABERT-2.",
    "convert": "Convert a published DNABERT-2 checkpoint to safetensors.",
    "genomes": "List the assemblies that --genome knows.",
    "demo": "Scan the example regions with the example models.",
}
"""Verb -> what it does; the command is ``gtrack.cli.VERB:VERB``."""

RESUMED = {
    "scan": "the same command with --resume goes on (with --plan: the same command)",
    "work": "its shards are free for others; the same command does what is left",
    "train": "the same command with --resume goes on",
}
"""Verb -> what a user does after an interruption, where that is not just to run it again."""


class _Verbs(click.Group):
    """Verbs that are imported when they are used, and errors that are one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"gtrack.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def main(self, args: Any = None, *rest: Any, **options: Any) -> Any:
        words = sys.argv[1:] if args is None else list(args)
        verb = next((word for word in words if not word.startswith("-")), "")
        cure = RESUMED.get(verb, "run the same command again")
        guarded(
            lambda: super(_Verbs, self).main(words, *rest, **options),
            lambda: echo(f"gtrack: interrupted; {cure}", err=True),
        )

    def invoke(self, ctx: click.Context) -> object:
        hear_log()
        try:
            _stand_somewhere()
            return super().invoke(ctx)
        except GtrackError as error:
            if ARRIVED.number is not None:  # it failed because it was interrupted
                raise
            _refuse(cured(error))
        except click.UsageError as error:
            if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
                raise
            verb = (
                f"gtrack {ctx.invoked_subcommand}" if ctx.invoked_subcommand in VERBS else "gtrack"
            )
            line = one_line(error.format_message())
            end = "" if line.endswith((".", "?", "!")) else "."
            echo(f"gtrack: error: {line}{end} See {verb} --help", err=True)
            sys.exit(error.exit_code)
        except (OSError, MemoryError, ImportError, RuntimeError) as error:
            said = None if ARRIVED.number is not None or _is_pipe(error) else refusal(error)
            if said is None:
                raise
            _refuse(said)


def _stand_somewhere() -> None:
    """Refuse to work in a folder that was removed: torch's libraries end the process there."""
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise InputError("the current folder is gone; cd to one that is there") from error


def _refuse(error: GtrackError) -> NoReturn:
    echo(f"gtrack: error: {error}", err=True)
    sys.exit(error.exit_code)


def _is_pipe(error: BaseException) -> bool:
    """Whether who reads what is printed has gone: click ends the run then."""
    return isinstance(error, OSError) and error.errno == errno.EPIPE


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gtrack")
def main() -> None:
    """Show which bases made a DNA model say so.

    Regions (BED), a genome (FASTA) and models in; signed relevance per base (bigWig) out.

    \b
    Example:
      gtrack scan --bed regions.bed --fasta genome.fa \\
                  --model cnn=models/cnn --out out/first
    """
