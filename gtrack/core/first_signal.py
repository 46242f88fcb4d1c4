"""Ctrl-C in the first tenth of a second, while gtrack is imported: a line in place of a traceback.

Importing this module does it, where the process is gtrack; somebody's Python that uses gtrack is
left alone. :mod:`gtrack.core.interruption` takes over when it is imported. What comes before the
first line of the package is Python's own start.
"""

import os
import sys
from _signal import (  # type: ignore[import-not-found]
    SIGINT,
    default_int_handler,
    getsignal,
    signal,
)  # the module signal takes longer


def is_program() -> bool:
    """Whether this process is gtrack: by its script, or by ``-m``, when nothing is run yet."""
    if sys.argv[:1] == ["-m"]:
        return sys.orig_argv[sys.orig_argv.index("-m") + 1 :][:1] == ["gtrack"]
    return bool(sys.argv) and os.path.basename(sys.argv[0]) == "gtrack"


def _interrupted(number: int, frame: object) -> None:
    os.write(2, b"gtrack: interrupted; run the same command again\n")
    os._exit(128 + number)  # nothing was begun that had to be put in order


if is_program() and getsignal(SIGINT) is default_int_handler:
    signal(SIGINT, _interrupted)
