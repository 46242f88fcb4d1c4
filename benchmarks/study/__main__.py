"""``python -m benchmarks.study [DATA] --work DIR``, or ``python benchmarks/study``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.study.app import main

if __name__ == "__main__":
    sys.exit(main())
