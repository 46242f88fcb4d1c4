"""The one door to lxt: what it gives, what it does not drag in, how it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gtrack.attribution.rules.lxt import divide_gradient, load_rules, stop_gradient
from gtrack.core.errors import ModelError


def test_the_rules_are_lxts():
    x = torch.tensor([2.0, -3.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(divide_gradient(x, 4).sum(), x)
    assert gradient.tolist() == [0.25, 0.25]
    assert not stop_gradient(x).requires_grad


def test_nothing_else_of_lxt_is_imported():
    code = (
        "import sys, gtrack.attribution.rules.lxt; "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "('lxt', 'torchvision', 'zennit', 'open_clip', 'bitsandbytes', 'matplotlib')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_lxt_the_cure_is_named():
    """In a Python that has no packages, and so no lxt, but this source tree."""
    tree = str(Path(__file__).resolve().parents[3])
    code = (
        f"import sys; sys.path.insert(0, {tree!r})\n"
        "from gtrack.attribution.rules.lxt_file import lxt_file\n"
        "lxt_file()"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert "lxt is not installed" in done.stderr.splitlines()[-1]
    assert "make setup, or pip install --no-deps lxt==2.1" in done.stderr.splitlines()[-1]


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelError, match="reinstall lxt"):
        load_rules(tmp_path / "rules.py")


@pytest.mark.parametrize("text", ["def stop_gradient(x): pass\n", "import no_such_module\n", "("])
def test_another_lxt_is_refused(tmp_path, text):
    path = tmp_path / "rules.py"
    path.write_text(text)
    with pytest.raises(ModelError, match=r"rules\.py: .*lxt 2\.1"):
        load_rules(path)
