"""The shape of a DNABERT-2 network, checked field by field."""

from __future__ import annotations

from typing import Any, ClassVar

from gtrack.core.printable import shown
from gtrack.core.strands import STRANDS
from gtrack.models.network_config import NetworkConfig

LONGEST = 100_000
"""Window in bp, at most: attention takes memory by the square of its tokens, here some 30 GB."""

_LARGEST = 10**7  # of any size: no tensor of a network has more rows


class Dnabert2Config(NetworkConfig):
    """Shape of a DNABERT-2 network; the fields of the published ``config.json`` and two of our own.

    Parameters
    ----------
    window_bp : int or None
        Length of sequence, in bp, that the model was trained on.
    strands : {"both", "forward", "reverse", "region"} or None
        Strands that the model was trained on.
    **kwargs
        Labels: see :class:`gtrack.models.network_config.NetworkConfig`.

    Raises
    ------
    ValueError
        When a field is out of range.
    """

    model_type: ClassVar = "gtrack_dnabert2"

    def __init__(
        self,
        vocab_size: int = 4096,
        hidden_size: int = 768,
        num_hidden_layers: int = 12,
        num_attention_heads: int = 12,
        intermediate_size: int = 3072,
        type_vocab_size: int = 2,
        hidden_act: str = "gelu",
        hidden_dropout_prob: float = 0.1,
        attention_probs_dropout_prob: float = 0.0,
        classifier_dropout: float | None = None,
        initializer_range: float = 0.02,
        layer_norm_eps: float = 1e-12,
        window_bp: int | None = None,
        strands: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.vocab_size = _count("vocab_size", vocab_size)
        self.hidden_size = _count("hidden_size", hidden_size)
        self.num_hidden_layers = _count("num_hidden_layers", num_hidden_layers)
        self.num_attention_heads = _count("num_attention_heads", num_attention_heads)
        self.intermediate_size = _count("intermediate_size", intermediate_size)
        self.type_vocab_size = _count("type_vocab_size", type_vocab_size)
        self.hidden_act = hidden_act
        self.hidden_dropout_prob = _share("hidden_dropout_prob", hidden_dropout_prob)
        self.attention_probs_dropout_prob = _share(
            "attention_probs_dropout_prob", attention_probs_dropout_prob
        )
        self.classifier_dropout = (
            None if classifier_dropout is None else _share("classifier_dropout", classifier_dropout)
        )
        self.initializer_range = _share("initializer_range", initializer_range)
        self.layer_norm_eps = _share("layer_norm_eps", layer_norm_eps)
        self.window_bp = None if window_bp is None else _count("window_bp", window_bp, LONGEST)
        self.strands = strands
        if hidden_size % num_attention_heads:
            raise ValueError(
                f"hidden_size {hidden_size} is not a multiple of "
                f"num_attention_heads {num_attention_heads}"
            )
        if hidden_act != "gelu":
            raise ValueError(f"hidden_act is {shown(repr(hidden_act), 40)}; DNABERT-2 has 'gelu'")
        if strands is not None and strands not in STRANDS:
            raise ValueError(
                f"strands is {shown(repr(strands), 40)}, not one of {', '.join(STRANDS)}"
            )
        super().__init__(**kwargs)


def _count(name: str, value: object, most: int = _LARGEST) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{name} is {shown(repr(value), 40)}, not a positive whole number")
    if value > most:
        raise ValueError(
            f"{name} is {shown(str(value), 20)}, more than the {most:,} that gtrack takes"
        )
    return value


def _share(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise ValueError(f"{name} is {shown(repr(value), 40)}, not a number in [0, 1)")
    return value
