"""Devices: which there are, and how torch is set while a scan runs on them.

torch takes seconds to load: it is when something of it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread, local

from gtrack.core.errors import InputError, ModelError

_MOST_GROUPS = 256

_DRIVERS = ("/dev/nvidiactl", "/dev/nvmap", "/dev/dxg", "/dev/kfd")
"""One of them is there wherever a program sees a GPU: NVIDIA's, Jetson's, that of WSL, AMD's."""

_here, _alone = local(), Lock()
_usual: list[int] = []  # for each thread inside: what it and new threads had before

# Read by torch at the first product on CUDA: without it cuBLAS may give other bits each time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def resolve_devices(wish: str) -> list[str]:
    """Turn ``--device`` into torch device names.

    Parameters
    ----------
    wish : str
        ``auto`` (one device), ``cpu``, ``cpu:N`` (N processes), ``cuda`` (all) or ``cuda:0,1``.

    Raises
    ------
    InputError
        When the text is none of these.
    ModelError
        When the device is not there.
    """
    if wish == "cpu":
        return ["cpu"]
    if wish == "auto":
        import torch  # noqa: PLC0415  (seconds)

        return ["cuda:0"] if torch.cuda.is_available() else ["cpu"]
    kind, colon, numbers = wish.partition(":")
    indices = numbers.split(",") if colon else []
    whole = all(index.isascii() and index.isdigit() for index in indices)
    if kind == "cpu" and whole and len(indices) == 1 and 0 < int(indices[0][:4]) <= _MOST_GROUPS:
        return ["cpu"] * int(indices[0])
    if kind != "cuda" or not whole:
        raise InputError(
            f"--device {wish}: use auto, cpu, cuda, or cuda:0,1 (cpu:2 is two processes)"
        )
    import torch  # noqa: PLC0415  (seconds)

    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    indices = indices or [str(index) for index in range(there)]
    if not indices or any(int(index) >= there for index in indices):
        raise ModelError(
            f"--device {wish}: torch {torch.__version__} sees {there} CUDA device(s) here; "
            "use --device cpu, or install a CUDA build of torch"
        )
    return [f"cuda:{int(index)}" for index in dict.fromkeys(indices)]


def always_there(wish: str, precision: str | None = None) -> bool:
    """Tell whether every machine has what is wished for: then nobody asks torch before it works.

    Parameters
    ----------
    wish : str
        As :func:`resolve_devices` takes it.
    precision : str or None
        As :func:`resolve_precision` takes it.
    """
    return wish in ("auto", "cpu") and precision != "tf32"


def surely_cpu(wish: str) -> bool:
    """Tell whether a wish is one for the CPU, as far as that is told without torch."""
    no_driver = wish == "auto" and not any(map(os.path.exists, _DRIVERS))
    return no_driver or wish.partition(":")[0] == "cpu"


def resolve_precision(wish: str | None, device: str) -> str:
    """Return the precision: fp32 on a CPU and tf32 on CUDA unless the user chose."""
    on_cuda = device.startswith("cuda")
    if wish is None:
        return "tf32" if on_cuda else "fp32"
    if wish == "tf32" and not on_cuda:
        raise InputError("--precision tf32 needs a CUDA device; use fp32 or bf16")
    return wish


def device_name(device: str) -> str | None:
    """Return what the maker calls a device; None of a CPU."""
    if not device.startswith("cuda"):
        return None
    import torch  # noqa: PLC0415  (seconds)

    return torch.cuda.get_device_name(device)


@contextmanager
def one_thread_per_operation(active: bool) -> Iterator[None]:
    """Let each CPU operation use one thread, so that results do not depend on their number.

    torch keeps a number for each thread, and one that new threads begin with. The latter is put
    back by the last of several threads that are inside at once.
    """
    if not active or getattr(_here, "inside", False):
        yield
        return
    import torch  # noqa: PLC0415  (seconds)

    with _alone:
        _usual.append(_usual[0] if _usual else torch.get_num_threads())
        torch.set_num_threads(1)
    _here.inside = True
    try:
        yield
    finally:
        _here.inside = False
        with _alone:
            torch.set_num_threads(_usual.pop())
            if _usual:  # a thread of its own, for this one has its number back
                again = Thread(target=torch.set_num_threads, args=(1,))
                again.start()
                again.join()
