"""Writes a scan's session with absolute addresses in it.

python -m scripts.readers.addresses SCAN ADDRESS FILE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ADDRESSES = ("url", "indexURL", "fastaURL", "compressedIndexURL", "aliasURL", "manifest")


def below(base: str, record: Any) -> Any:
    """Return a session in which each address begins with `base`."""
    if isinstance(record, list):
        return [below(base, each) for each in record]
    if not isinstance(record, dict):
        return record
    return {
        key: base + value if key in ADDRESSES and isinstance(value, str) else below(base, value)
        for key, value in record.items()
    }


def main(scan: str, base: str, to: str) -> None:
    """Write it."""
    session = json.loads((Path(scan) / "igv_session.json").read_text())
    Path(to).write_text(json.dumps(below(base, session)))


if __name__ == "__main__":
    main(*sys.argv[1:])
