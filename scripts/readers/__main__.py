"""Lets real readers read a scan, and holds what they read against ours: ``make readers``.

    python -m scripts.readers SCAN READERS [--page FILE]

SCAN is a finished scan with hits and a hub (make demo), READERS the folder with their environments
(make readers). What a machine lacks is said, and counts as nothing read. Exit 1 when a reader reads
something else than gtrack.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from scripts.readers import igv_js, in_igv, in_jupyter, in_python, in_r
from scripts.readers.ours import Scan
from scripts.readers.page import page
from scripts.readers.verdict import ABSENT, WRONG, Row, table


def main(words: list[str]) -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.readers")
    parser.add_argument("scan", type=Path, help="a finished scan with hits and a hub")
    parser.add_argument("readers", type=Path, help="the folder with the readers' environments")
    parser.add_argument("--page", type=Path, help="a page of the documents to write as well")
    parser.add_argument("--keep", type=Path, help="a folder for pictures and what readers answered")
    given = parser.parse_args(words)
    scan = Scan.read(given.scan)
    with tempfile.TemporaryDirectory(prefix="gtrack-readers-") as scratch:
        out = (given.keep or Path(scratch)).resolve()
        out.mkdir(parents=True, exist_ok=True)
        rows = read(scan, out, given.readers.resolve())
    print(table(rows))
    if given.page:
        given.page.write_text(page(rows, datetime.now(UTC).date()))
    return int(any(row.result == WRONG for row in rows))


def read(scan: Scan, out: Path, folder: Path) -> list[Row]:
    """Let all of them read, one after the other."""
    readers: list[tuple[str, Callable[[], list[Row]]]] = [
        ("IGV desktop", lambda: in_igv.rows(scan, out)),
        ("igv.js, the first with letters", lambda: igv_js.rows(scan, out, folder / "igv-first")),
        ("igv.js, the newest", lambda: igv_js.rows(scan, out, folder / "igv-newest")),
        (
            "bioframe, deepTools, pyGenomeTracks",
            lambda: in_python.rows(scan, out, folder / "bin/python"),
        ),
        ("R", lambda: in_r.rows(scan, out)),
        ("JupyterLab", lambda: in_jupyter.rows(scan, out, folder / "bin/jupyter-lab")),
    ]
    rows: list[Row] = []
    for name, ask in readers:
        found = ask()
        counts = {each: sum(row.result == each for row in found) for each in (WRONG, ABSENT)}
        said = ", ".join(f"{count} {each}" for each, count in counts.items() if count)
        print(
            f"{name}: {len(found)} lines{', ' if said else ''}{said}", file=sys.stderr, flush=True
        )
        rows += found
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
