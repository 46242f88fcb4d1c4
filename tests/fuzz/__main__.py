"""``python -m tests.fuzz``: try spoilt files for a while; a find is printed with its number.

One case again: ``python -m tests.fuzz --only TARGET:NUMBER``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from tests.fuzz.running import fuzz, once
from tests.fuzz.targets import make


def main() -> None:
    """Read the options and fuzz."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("--seconds", type=float, default=120, help="of CPU time")
    options.add_argument("--first", type=int, default=0, help="number of the first case")
    options.add_argument("--targets", default="", help="some of them, with commas")
    options.add_argument("--only", help="TARGET:NUMBER of one case, in this process")
    options.add_argument("--log", type=Path, help="file that finds and counts are added to")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        targets = make(Path(folder) / "base")
        if given.only:
            name = given.only.partition(":")[0]
            once(targets[name], given.only, Path(folder) / "base")
            print("no find")
            return
        chosen = {name: targets[name] for name in given.targets.split(",") if name} or targets
        result = fuzz(chosen, given.seconds, given.first, Path(folder) / "base")
        for find in result["finds"]:
            print(json.dumps(find, indent=1))
        if given.log:
            with given.log.open("a") as log:
                log.write(json.dumps(result) + "\n")
        print({name: value for name, value in result.items() if name != "finds"})
        raise SystemExit(bool(result["finds"]))


main()
