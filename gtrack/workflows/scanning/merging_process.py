"""A merge in a process of its own: ``python -m`` this module, OUT, its plan's digest, `CODE`.

Numbers of shards that are on disk come as lines, in order. After the line ``end`` tracks and tables
get their names, and one line of JSON says what is in them. Where the lines stop without it, as when
the process that wrote them was killed, nothing is left.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gtrack.workflows.folder.scan_folder import ScanFolder
from gtrack.workflows.scanning.merging import ModelMerging
from gtrack.workflows.scanning.table_files import writing_tables

END = "end"

CODE = str(Path(__file__).parents[2])
"""Which gtrack this is: what began a scan merges it."""


def main(words: Sequence[str]) -> int:
    """Merge what the lines of the standard input name; return 0 when all of it is there."""
    if words[2] != CODE:
        raise SystemExit("another gtrack")
    facts = merged(Path(words[0]), words[1], sys.stdin)
    os.write(sys.stdout.fileno(), json.dumps(facts).encode())
    return 0


def merged(out: Path, digest: str, lines: Iterable[str]) -> dict[str, Any]:
    """Merge shards as they come; return the facts of all models, and how long it was busy."""
    folder = ScanFolder(out)
    plan, busy = folder.read_plan(), 0.0
    if plan.digest != digest:
        raise SystemExit("another plan")
    with ExitStack() as tables:
        windows, regions = tables.enter_context(writing_tables(plan, out))
        with ExitStack() as tracks:
            models = [
                tracks.enter_context(ModelMerging(plan, order, folder, windows, regions))
                for order in range(len(plan.models))
            ]
            for line in lines:
                began = time.perf_counter()
                if line.strip() == END:
                    break
                for model in models:
                    model.add(int(line))
                busy += time.perf_counter() - began
            else:
                raise SystemExit("given up")
        found = [model.merged().facts() for model in models]
    return {"models": found, "seconds": busy}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
