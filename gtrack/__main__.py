"""The program: ``gtrack``, and ``python -m gtrack``.

Signals are looked after before anything else is imported: click alone takes a twentieth of a
second.
"""

from __future__ import annotations

import sys

from gtrack.core.interruption import guarded


def main() -> None:
    """Run the command line."""
    guarded(_run, _say, last=True)


def _run() -> None:
    from gtrack.cli import main as command  # noqa: PLC0415

    command()


def _say() -> None:
    sys.stderr.write("gtrack: interrupted; run the same command again\n")


if __name__ == "__main__":
    main()
