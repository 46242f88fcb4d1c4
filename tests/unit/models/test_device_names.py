"""What --device can say."""

from __future__ import annotations

import pytest
import torch

from gtrack.core.errors import InputError, ModelError
from gtrack.models.device import resolve_devices


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with four GPUs, which is not to be had here."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)


@pytest.mark.parametrize(
    ("wish", "devices"),
    [
        ("auto", ["cuda:0"]),
        ("cuda", ["cuda:0", "cuda:1", "cuda:2", "cuda:3"]),
        ("cuda:2", ["cuda:2"]),
        ("cuda:2,0,2", ["cuda:2", "cuda:0"]),
        ("cpu", ["cpu"]),
        ("cpu:3", ["cpu", "cpu", "cpu"]),
    ],
)
def test_devices(four: None, wish: str, devices: list[str]) -> None:
    assert resolve_devices(wish) == devices


@pytest.mark.parametrize(
    "wish",
    ["", "gpu", "cuda:", "cuda:x", "cuda:0,", "cpu:", "cpu:0", "cpu:x", "cpu:1,2", "cpu:257"],
)
def test_no_devices(four: None, wish: str) -> None:
    with pytest.raises(InputError, match="use auto, cpu, cuda, or cuda:0,1"):
        resolve_devices(wish)


@pytest.mark.parametrize("wish", ["cuda:4", "cuda:0,9"])
def test_devices_that_are_not_there(four: None, wish: str) -> None:
    with pytest.raises(ModelError, match="sees 4 CUDA"):
        resolve_devices(wish)
