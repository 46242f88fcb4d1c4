"""What a notebook has set torch to, and other threads, change no number of gtrack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

import gtrack
from gtrack.models.undisturbed import in_turn

SEQUENCES = ["ACGTTGCATGCCGTA" * 4, "acgtnacgtryacgtacgt", "GATTACA" * 9]
METHODS = ["attnlrp", "gradient", "ism"]


@contextmanager
def _default_type() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def _default_device() -> Iterator[None]:
    torch.set_default_device("meta")  # any that is not the model's
    try:
        yield
    finally:
        torch.set_default_device(None)


SETTINGS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "inference mode": torch.inference_mode,
    "no grad": torch.no_grad,
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "default type": _default_type,
    "default device": _default_device,
    "device": lambda: torch.device("meta"),
}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
@pytest.mark.parametrize("method", METHODS)
def test_settings_around_change_nothing(
    setting: str, name: str, method: str, models: dict[str, Path]
) -> None:
    """With one worker, who is this thread; others of torch's threads have settings of their own."""
    model = gtrack.load_model(models[name], device="cpu")
    how = {"method": method, "workers": 1}
    alone = gtrack.explain(model, SEQUENCES, **how)
    said = gtrack.predict(model, SEQUENCES, workers=1)
    with SETTINGS[setting]():
        before = _settings()
        inside = gtrack.load_model(models[name], device="cpu")
        for each in (model, inside):
            np.testing.assert_array_equal(gtrack.explain(each, SEQUENCES, **how).bases, alone.bases)
            again = gtrack.predict(each, SEQUENCES, workers=1)
            np.testing.assert_array_equal(again.logits, said.logits)
        assert _settings() == before
    np.testing.assert_array_equal(gtrack.explain(inside, SEQUENCES, **how).bases, alone.bases)


def _settings() -> tuple[object, ...]:
    return (
        torch.is_inference_mode_enabled(),
        torch.is_grad_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.empty(0).device,
        torch.empty(0).dtype,
        torch.get_float32_matmul_precision(),
    )


def test_a_scan_under_autocast_has_the_bytes_of_any_other(tmp_path: Path, make_inputs) -> None:
    inputs = make_inputs(tmp_path)
    given = {"bed": inputs.bed, "fasta": inputs.fasta, "models": {"cnn": inputs.models["cnn"]}}
    given |= {"device": "cpu", "workers": 1}
    plain = gtrack.scan(**given, out=tmp_path / "plain")
    with torch.autocast("cpu", dtype=torch.bfloat16), torch.inference_mode():
        under = gtrack.scan(**given, out=tmp_path / "under")
    track = "tracks/cnn.relevance.bw"
    assert (under.out / track).read_bytes() == (plain.out / track).read_bytes()


def test_no_thread_of_an_explanation_computes_in_the_precision_set_around(
    models: dict[str, Path],
) -> None:
    """Each pass set it and put it back, while others were under way."""
    model = gtrack.load_model(models["dnabert2"], device="cpu")
    seen: Counter[str] = Counter()
    model.network.classifier.register_forward_hook(
        lambda *_: seen.update([torch.get_float32_matmul_precision()])
    )
    other = gtrack.load_model(models["cnn"], device="cpu")
    torch.set_float32_matmul_precision("medium")
    torch.backends.cudnn.allow_tf32 = True  # a pass of an earlier test may have left it
    try:
        with ThreadPoolExecutor(4) as pool:
            for each in [model, other] * 4:
                pool.submit(gtrack.explain, each, SEQUENCES * 20, batch_units=64, workers=2)
                pool.submit(gtrack.predict, each, SEQUENCES * 20, batch_units=64, workers=2)
        assert torch.get_float32_matmul_precision() == "medium"
        assert torch.backends.cudnn.allow_tf32
    finally:
        torch.set_float32_matmul_precision("highest")
        torch.backends.cudnn.allow_tf32 = True
    assert set(seen) == {"highest"}


PARTS = [
    *("backends", "backends.cudnn", "backends.cudnn.conv", "backends.cudnn.rnn"),
    *("backends.cuda.matmul", "backends.mkldnn.matmul", "backends.mkldnn.conv"),
    "backends.mkldnn.rnn",
]
NEW_WAY = """
import sys
from operator import attrgetter
import torch, gtrack
part, precision, folder, *parts = sys.argv[1:]
before = gtrack.explain(folder, "ACGTTGCATGCCGTA" * 4, device="cpu").bases
attrgetter(part)(torch).fp32_precision = precision
said = [attrgetter(each)(torch).fp32_precision for each in parts]
assert (gtrack.explain(folder, "ACGTTGCATGCCGTA" * 4, device="cpu").bases == before).all()
assert said == [attrgetter(each)(torch).fp32_precision for each in parts]
torch.backends.fp32_precision = "ieee"  # parts that were not set go by the whole, still
assert torch.backends.mkldnn.conv.fp32_precision == ("bf16" if "mkldnn.conv" in part else "ieee")
"""


@pytest.mark.skipif(not hasattr(torch.backends, "fp32_precision"), reason="torch before 2.9")
@pytest.mark.parametrize("part", PARTS[:1] + PARTS[3:5] + PARTS[6:7])
def test_precision_may_be_set_in_the_new_way_of_torch(part: str, models: dict[str, Path]) -> None:
    """In a process of its own: torch does not let everything be set back."""
    precision = "tf32" if "cud" in part else "bf16"
    command = [sys.executable, "-c", NEW_WAY, part, precision, models["dnabert2"], *PARTS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_threads_take_turns_at_one_model(name: str, models: dict[str, Path]) -> None:
    """Rules of one are on the network: another's gradient would be of these."""
    model = gtrack.load_model(models[name], device="cpu")
    alone = {each: gtrack.explain(model, SEQUENCES, method=each).bases for each in METHODS}
    asked = METHODS * 8
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda each: gtrack.explain(model, SEQUENCES, method=each, workers=1), asked)
        )
    for method, each in zip(asked, found, strict=True):
        np.testing.assert_array_equal(each.bases, alone[method])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_fork_waits_for_no_thread_that_it_does_not_have(models: dict[str, Path]) -> None:
    model = gtrack.load_model(models["cnn"], device="cpu")
    said = gtrack.predict(model, SEQUENCES).logits

    def forked() -> int:
        child = os.fork()
        if not child:
            same = np.array_equal(gtrack.predict(model, SEQUENCES, workers=1).logits, said)
            os._exit(0 if same else 1)
        return child

    with ThreadPoolExecutor(1) as pool, in_turn(model.network):  # the other thread has no turn
        child = pool.submit(forked).result()
        deadline = time.monotonic() + 60
        while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        if not ended[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    assert ended == (child, 0)


@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
def test_a_model_in_training_is_asked_as_one_that_is_not(
    name: str, tmp_path: Path, make_cnn, make_dnabert2
) -> None:
    """And given back as it was: in training, with its gradients and running means."""
    make = {"cnn": make_cnn, "dnabert2": make_dnabert2}[name]
    more = {"batch_norm": True} if name == "cnn" else {"hidden_dropout_prob": 0.5}
    model = gtrack.load_model(make(tmp_path / "model", **more), device="cpu")
    said = gtrack.predict(model, SEQUENCES).logits
    found = gtrack.explain(model, SEQUENCES).bases
    model.network.train().requires_grad_(True)
    state = {key: value.clone() for key, value in model.network.state_dict().items()}
    np.testing.assert_array_equal(gtrack.predict(model, SEQUENCES).logits, said)
    np.testing.assert_array_equal(gtrack.explain(model, SEQUENCES).bases, found)
    assert all(module.training for module in model.network.modules())
    assert all(parameter.requires_grad for parameter in model.network.parameters())
    assert all(parameter.grad is None for parameter in model.network.parameters())
    for key, value in model.network.state_dict().items():
        assert torch.equal(value, state[key]), key


@pytest.mark.parametrize("type_", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", ["cnn", "dnabert2"])
@pytest.mark.parametrize("method", METHODS)
def test_a_network_in_a_half_type_is_answered_in_float32(
    type_: torch.dtype, name: str, method: str, models: dict[str, Path]
) -> None:
    model = gtrack.load_model(models[name], device="cpu")
    alone = gtrack.explain(model, SEQUENCES, method=method).bases
    model.network.to(type_)
    found = gtrack.explain(model, SEQUENCES, method=method).bases
    assert found.dtype == np.float32
    scale = np.nanmax(np.abs(alone))
    assert np.nanmax(np.abs(found - alone)) < 0.1 * scale
