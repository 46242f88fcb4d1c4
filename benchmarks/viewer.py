"""What a user of ``gtrack view`` waits for: the plugin's tests with their limits on time.

Scans the example, makes its hub, and runs those tests of the plugin that measure, in node and in
Chromium, with GTRACK_GATES=1: then a limit on time is a gate, while ``make test`` only tests what
is shown. One JSON line per figure; exit 1 when a gate or a test fails. For a quiet machine; needs
``make plugin``, node, Chromium and two minutes.

    python benchmarks/viewer.py
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[1] / "igv_plugin"
GTRACK = [sys.executable, "-m", "gtrack"]
FILES = (
    "test/hits.test.js",
    "test/browser/panel.test.js",
    "test/browser/tracks.test.js",
    "test/viewer/slow.test.js",
    "test/viewer/view.test.js",
)


@contextmanager
def viewing(*arguments: str) -> Iterator[str]:
    """Run ``gtrack view`` and give its URL."""
    command = [*GTRACK, "view", *arguments, "--no-browser"]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=pipe, stderr=quiet, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main() -> int:
    """Print every figure; return 1 where a gate or a test fails."""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if not node or not chromium or not (PLUGIN / "node_modules" / "playwright-core").is_dir():
        raise SystemExit("benchmarks/viewer.py needs node, chromium and make plugin")
    failed = False
    with tempfile.TemporaryDirectory() as name:
        scan = str(Path(name) / "out")
        for command in (["demo", "--out", scan], ["hub", scan, "--email", "me@example.org"]):
            subprocess.run([*GTRACK, *command], check=True, capture_output=True)
        with viewing(scan) as url, viewing(scan, "--hub") as hub:
            env = os.environ | {"GTRACK_GATES": "1", "GTRACK_SCAN": scan, "CHROMIUM": chromium}
            env |= {"GTRACK_URL": url, "GTRACK_HUB_URL": hub}
            for file in FILES:
                command = [node, "--test", "--test-reporter=tap", file]
                ran = subprocess.run(command, cwd=PLUGIN, env=env, capture_output=True, text=True)
                for line in re.findall(r'gate (\{"name".*\})', ran.stdout):
                    print(line, flush=True)
                if ran.returncode:
                    failed = True
                    print(ran.stdout[-5000:], file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
