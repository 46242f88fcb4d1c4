"""Configs of gtrack's own networks: what transformers would write, without importing it before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from transformers import PretrainedConfig

from gtrack.models.cnn import CnnConfig
from gtrack.models.dnabert2.configuration import Dnabert2Config

SHAPES: list[tuple[type[CnnConfig] | type[Dnabert2Config], dict[str, Any]]] = [
    (CnnConfig, {}),
    (CnnConfig, {"channels": (5, 4), "kernel_sizes": (3, 5), "num_labels": 3, "window_bp": 64}),
    (CnnConfig, {"id2label": {0: "shut", 1: "open"}, "label2id": {"shut": 0, "open": 1}}),
    (Dnabert2Config, {"hidden_size": 24, "num_attention_heads": 3, "num_labels": 1}),
    (Dnabert2Config, {"strands": "region", "problem_type": "regression"}),
]


@pytest.mark.parametrize(("kind", "fields"), SHAPES)
def test_the_file_is_that_of_a_config_of_transformers(
    kind: type[CnnConfig] | type[Dnabert2Config], fields: dict[str, Any], tmp_path: Path
) -> None:
    config = kind(**fields)
    config.use_cache = False  # as its Trainer does
    (tmp_path / "ours").mkdir()
    config.save_pretrained(tmp_path / "ours")
    shape = {
        name: value
        for name, value in config.to_dict().items()
        if name not in ("id2label", "label2id", "model_type", *fields)
    }

    class Theirs(PretrainedConfig):  # type: ignore[misc]
        model_type = kind.model_type

    theirs = Theirs(**{**shape, **fields})
    theirs.use_cache = False
    theirs.save_pretrained(tmp_path / "theirs")
    written, wanted = ((tmp_path / of / "config.json").read_bytes() for of in ("ours", "theirs"))
    assert written == wanted
    read = json.loads(written)
    assert kind(**read).to_dict() == config.to_dict()


def test_a_model_is_opened_and_explained_without_transformers() -> None:
    code = (
        "import sys; import gtrack.workflows.scan, gtrack.attribution.attnlrp; "
        "from gtrack.models.folder import open_model; "
        "[open_model(f'example_data/models/{kind}') for kind in ('cnn', 'dnabert2')]; "
        "slow = 'transformers', 'torch._dynamo', 'sympy', 'sklearn'; "
        "print(*(each for each in slow if each in sys.modules))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == []
