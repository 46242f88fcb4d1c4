"""What a user does about a line of a BED that cannot be read: a command for the whole file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gtrack.io.shell import awk, filtered, holds

_EXACT = re.compile(rb"[0-9]+\.0*|[0-9.]+e\+?[0-9]+", re.IGNORECASE)
_THOUSANDS = re.compile(rb"[0-9]{1,3}(,[0-9]{3})+")


def cure(path: Path, fields: Sequence[bytes], tabs: bool) -> str:
    """Return what to say behind a message about a line: a command that mends all such lines.

    Empty where the line must be looked at.
    """
    positions = fields[1:3]
    if any(field[:1] == b'"' for field in fields[:3]):
        program = '{gsub(/"/, "")} 1'
    elif any(_THOUSANDS.fullmatch(field) for field in positions):
        program = '{gsub(/,/, "", $2); gsub(/,/, "", $3)} 1'
    elif any(_is_exact(field) for field in positions):
        whole = "$2 ~ /^[0-9]/ && $2 == int($2) && $3 == int($3)"
        program = whole + ' {$2 = sprintf("%.0f", $2); $3 = sprintf("%.0f", $3)} 1'
    elif any(field != field.strip() and field.strip().isdigit() for field in positions):
        program = '{gsub(/ /, "", $2); gsub(/ /, "", $3)} 1'
    elif re.fullmatch(rb"-[0-9]+", fields[1]) and fields[2].isdigit() and int(fields[2][:12]):
        program = "$2 < 0 {$2 = 0} 1"
    elif all(field.isdigit() and len(field) < 12 for field in positions):
        if int(fields[1]) <= int(fields[2]):
            return ""
        program = "$2 ~ /^[0-9]/ && $2 > $3 + 0 {t = $2; $2 = $3; $3 = t} 1"
    else:
        return ""
    if holds(path, b"\r"):
        program = r'{sub(/\r$/, "")} ' + program
    return f": {filtered(path, awk(program, tabs))}"


def kept(path: Path, columns: int, tabs: bool, ending: str = "") -> str:
    """Return the command that keeps the first columns of a BED alone."""
    if tabs:
        return filtered(path, f"cut -f1-{columns}", ending)
    first = ", ".join(f"${at}" for at in range(1, columns + 1))
    return filtered(path, awk(f"{{print {first}}}", tabs), ending)


def _is_exact(field: bytes) -> bool:
    return _EXACT.fullmatch(field) is not None and float(field).is_integer()
