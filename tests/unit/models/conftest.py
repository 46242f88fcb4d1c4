"""Tiny DNABERT-2 checkpoints in the published layout, with a byte-pair encoding of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.trainers import BpeTrainer

from gtrack.models.dnabert2.network import Dnabert2Config, Dnabert2ForSequenceClassification

# What a published config.json holds, at a size that a test can afford; no model_type, remote code.
PUBLISHED = {
    "_name_or_path": "somebody/DNABERT-2",
    "alibi_starting_size": 512,
    "attention_probs_dropout_prob": 0.0,
    "auto_map": {"AutoConfig": "configuration_bert.BertConfig", "AutoModel": "evil.Model"},
    "classifier_dropout": None,
    "gradient_checkpointing": False,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": 24,
    "initializer_range": 0.02,
    "intermediate_size": 16,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "num_attention_heads": 3,
    "num_hidden_layers": 2,
    "position_embedding_type": "absolute",
    "torch_dtype": "float32",
    "transformers_version": "4.28.0",
    "type_vocab_size": 2,
    "use_cache": True,
    "vocab_size": 48,
}

Published = Callable[..., Path]

# What peft 0.21 writes beside an adapter that LoraConfig(r=2, lora_alpha=6, task_type="SEQ_CLS")
# has made, but for the fields that are null.
ADAPTER = {
    "alpha_pattern": {},
    "base_model_name_or_path": "zhihan1996/DNABERT-2-117M",
    "bias": "none",
    "ensure_weight_tying": False,
    "fan_in_fan_out": False,
    "inference_mode": True,
    "init_lora_weights": True,
    "loftq_config": {},
    "lora_alpha": 6,
    "lora_bias": False,
    "lora_dropout": 0.1,
    "megatron_core": "megatron.core",
    "modules_to_save": ["classifier", "score"],
    "peft_type": "LORA",
    "peft_version": "0.21.2",
    "qalora_group_size": 16,
    "r": 2,
    "rank_pattern": {},
    "target_modules": ["Wqkv"],
    "task_type": "SEQ_CLS",
    "use_dora": False,
    "use_qalora": False,
    "use_rslora": False,
}

Adapted = Callable[..., Path]


@pytest.fixture(scope="session")
def tokenizer_json(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A byte-pair encoding of 48 tokens, trained on seeded random DNA."""
    rng = np.random.default_rng(2604)
    texts = ["".join(rng.choice(list("ACGT"), 200)) for _ in range(50)]
    tokenizer = Tokenizer(BPE(unk_token="[UNK]", fuse_unk=False))
    tokenizer.pre_tokenizer = Whitespace()
    special = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
    tokenizer.train_from_iterator(
        texts, BpeTrainer(vocab_size=48, special_tokens=special, show_progress=False)
    )
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(path))
    return path


@pytest.fixture(scope="session")
def random_state() -> dict[str, torch.Tensor]:
    """Weights of a published classifier of two labels; no bias or norm is trivial."""
    generator = torch.Generator().manual_seed(21690)
    fields = {k: v for k, v in PUBLISHED.items() if k != "auto_map"}
    network = Dnabert2ForSequenceClassification(Dnabert2Config(**fields))
    return {
        name: torch.randn(tensor.shape, generator=generator) * (0.3 if tensor.ndim > 1 else 0.5)
        + (1.0 if name.lower().endswith("layernorm.weight") else 0.0)
        for name, tensor in network.state_dict().items()
    }


@pytest.fixture
def published(
    tmp_path: Path, tokenizer_json: Path, random_state: dict[str, torch.Tensor]
) -> Published:
    """Return a function that writes a checkpoint folder as the Hub or a training script has it."""

    def write(
        name: str = "checkpoint",
        *,
        state: dict[str, torch.Tensor] | None = None,
        pickle: bool = False,
        **fields: object,
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        config = {k: v for k, v in {**PUBLISHED, **fields}.items() if v != "absent"}
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "tokenizer.json").write_bytes(tokenizer_json.read_bytes())
        (folder / "tokenizer_config.json").write_text('{"model_max_length": 128}')
        state = random_state if state is None else state
        if pickle:
            torch.save(state, folder / "pytorch_model.bin")
        else:
            save_file(state, folder / "model.safetensors")
        return folder

    return write


@pytest.fixture
def adapted(tmp_path: Path) -> Adapted:
    """Return a function that writes an adapter's folder as peft's ``save_pretrained`` does.

    Without tensors it changes the queries, keys and values of layer 0.
    """

    def write(
        name: str = "adapter",
        tensors: dict[str, torch.Tensor] | None = None,
        *,
        pickle: bool = False,
        **fields: object,
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        if tensors is None:
            generator = torch.Generator().manual_seed(2106)
            layer = "bert.encoder.layer.0.attention.self.Wqkv"
            tensors = {
                f"{layer}.lora_A.weight": torch.randn(2, 24, generator=generator),
                f"{layer}.lora_B.weight": torch.randn(72, 2, generator=generator),
            }
        saved = {f"base_model.model.{key}": tensor for key, tensor in tensors.items()}
        (folder / "adapter_config.json").write_text(json.dumps({**ADAPTER, **fields}))
        if pickle:
            torch.save(saved, folder / "adapter_model.bin")
        else:
            save_file(saved, folder / "adapter_model.safetensors")
        return folder

    return write
