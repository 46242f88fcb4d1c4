"""The ways a run can end badly, each with the exit code that the shell sees.

A message is one line that names the file, the line where there is one, what is wrong and the cure.
"""

from gtrack.core.printable import one_line


class GtrackError(Exception):
    """Base of every failure that gtrack expects; shown without a traceback.

    The message may quote names from files: it is made one printable line here, for all of them.

    Attributes
    ----------
    exit_code : int
        What the process returns.
    """

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class InputError(GtrackError):
    """The user's input or options are wrong (exit 2)."""

    exit_code = 2


class OutputError(GtrackError):
    """The output folder or the disk refuses (exit 3)."""

    exit_code = 3


class ModelError(GtrackError):
    """The model or the device cannot do it (exit 4)."""

    exit_code = 4


class VerificationError(GtrackError):
    """A finished file does not hold what was written (exit 5)."""

    exit_code = 5
