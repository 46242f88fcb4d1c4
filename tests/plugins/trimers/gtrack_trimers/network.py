"""The network: embedded words, a hidden layer, their mean, two values."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel


class TrimerConfig(PretrainedConfig):
    """Sizes; ``window_bp`` is the one length of its input."""

    model_type = "trimers"

    def __init__(self, channels: int = 6, window_bp: int = 40, **kwargs: Any) -> None:
        self.channels, self.window_bp = channels, window_bp
        super().__init__(**kwargs)


class TrimerNetwork(PreTrainedModel):
    """``values = out(mean over words of tanh(hidden(word)))``."""

    config_class = TrimerConfig

    def __init__(self, config: TrimerConfig) -> None:
        super().__init__(config)
        self.words = nn.Embedding(66, config.channels)
        self.hidden = nn.Linear(config.channels, config.channels)
        self.squash = nn.Tanh()
        self.out = nn.Linear(config.channels, config.num_labels)
        self.post_init()

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Map shape (B, L, channels) to (B, values)."""
        active = self.squash(self.hidden(embedded)) * mask[..., None]
        return self.out(active.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1))
