"""The scan that the plugin's browser tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "example_data"


@pytest.fixture(scope="session")
def example_scan(program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the finished scan of the example, with hits; browser tests only read it."""
    if not (DATA / "models" / "cnn").is_dir():
        pytest.skip("example_data lacks its models; build it first")
    out = tmp_path_factory.mktemp("example") / "out"
    program("demo", "--data", DATA, "--out", out)
    return out
