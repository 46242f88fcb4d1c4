"""DNABERT-2 (Zhou et al. 2023, arXiv 2306.15006) as a network of gtrack's own: no remote code.

The arithmetic and the names of the tensors are those of the published checkpoints. Modules without
parameters (:class:`AttentionProduct`, :class:`GatedGelu`, ``nn.Tanh``) mark the places where the
rules of an explanation attach; without rules they are plain arithmetic.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gtrack.models.dnabert2.alibi import Alibi
from gtrack.models.dnabert2.configuration import Dnabert2Config
from gtrack.models.loss import Outputs, head_loss

__all__ = ["AttentionProduct", "Dnabert2Config", "Dnabert2ForSequenceClassification", "GatedGelu"]


def split(qkv: Tensor) -> tuple[Tensor, ...]:
    """Return queries, keys and values, views of shape (B, H, L, d) of (B, L, 3, H, d)."""
    return qkv.permute(2, 0, 3, 1, 4).unbind(0)


class AttentionProduct(nn.Module):
    """``softmax(q k^T / sqrt(d) + bias) v``, heads concatenated."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout

    def forward(self, qkv: Tensor, bias: Tensor) -> Tensor:
        """Attend.

        Parameters
        ----------
        qkv : Tensor, shape (B, L, 3, H, d)
            Queries, keys and values of every unit.
        bias : Tensor, shape (1 or B, H, Q, L)
            Added to the scores: ALiBi, and a huge negative number at padded keys; no gradient. Only
            the first Q units ask: the last layer needs nothing but [CLS].

        Returns
        -------
        Tensor, shape (B, Q, H * d)
        """
        q, k, v = split(qkv)
        return self.attend(q, k, v, bias)

    def attend(self, q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
        """Attend, with queries, keys and values of shape (B, H, L, d) each."""
        asking = bias.shape[-2]
        out = F.scaled_dot_product_attention(
            q[:, :, :asking],
            k,
            v,
            attn_mask=bias.to(v.dtype).expand(v.shape[0], -1, -1, -1),
            dropout_p=self.dropout if self.training else 0.0,
        )
        return out.transpose(1, 2).flatten(2)


class GatedGelu(nn.Module):
    """``gelu(first half) * second half`` of the last axis, with the exact (erf) GELU."""

    def forward(self, h: Tensor) -> Tensor:
        """Map shape (B, L, 2 I) to (B, L, I)."""
        gate, up = h.chunk(2, dim=-1)
        return F.gelu(gate) * up


class _SelfAttention(nn.Module):
    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.Wqkv = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.product = AttentionProduct(config.attention_probs_dropout_prob)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        qkv = self.Wqkv(x).unflatten(-1, (3, self.heads, -1))
        out: Tensor = self.product(qkv, bias)
        return out


class _AttentionOutput(nn.Module):
    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, attended: Tensor, residual: Tensor) -> Tensor:
        out: Tensor = self.LayerNorm(self.dropout(self.dense(attended)) + residual)
        return out


class _GatedMlp(nn.Module):
    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.gated_layers = nn.Linear(config.hidden_size, 2 * config.intermediate_size, bias=False)
        self.act = GatedGelu()
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.wo = nn.Linear(config.intermediate_size, config.hidden_size)
        self.layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.layernorm(self.wo(self.dropout(self.act(self.gated_layers(x)))) + x)
        return out


class _Layer(nn.Module):
    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.attention = nn.ModuleDict(
            {"self": _SelfAttention(config), "output": _AttentionOutput(config)}
        )
        self.mlp = _GatedMlp(config)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        attended = self.attention["self"](x, bias)
        out: Tensor = self.mlp(self.attention["output"](attended, x[:, : bias.shape[-2]]))
        return out


def _table(rows: int, width: int) -> nn.Embedding:
    """Return rows as ``nn.Embedding`` makes them; on the meta device without random numbers."""
    weight = torch.empty(rows, width)
    if not weight.is_meta:  # see `Dnabert2ForSequenceClassification`
        nn.init.normal_(weight)
    table: nn.Embedding = nn.Embedding.from_pretrained(weight, freeze=False)  # type: ignore[no-untyped-call]
    return table


class _Embeddings(nn.Module):
    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.word_embeddings = _table(config.vocab_size, config.hidden_size)
        self.token_type_embeddings = _table(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, words: Tensor) -> Tensor:
        out: Tensor = self.dropout(self.LayerNorm(words + self.token_type_embeddings.weight[0]))
        return out


class _Encoder(nn.Module):
    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.alibi = Alibi(config.num_attention_heads)
        self.layer = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return the last hidden state of [CLS] alone, shape (B, 1, hidden)."""
        bias: Tensor = self.alibi(x.shape[1], x)
        if mask is not None:
            # exp() of the lowest number is exactly 0, as for -inf, but 0 times it is not NaN.
            padded = mask[:, None, None, :] == 0
            bias = bias.masked_fill(padded, torch.finfo(bias.dtype).min)
        last = len(self.layer) - 1
        for index, layer in enumerate(self.layer):
            x = layer(x, bias if index < last else bias[:, :, :1])
        return x


class _Pooler(nn.Module):
    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.activation = nn.Tanh()

    def forward(self, hidden: Tensor) -> Tensor:
        out: Tensor = self.activation(self.dense(hidden[:, 0]))
        return out


class _Bert(nn.Module):
    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.embeddings = _Embeddings(config)
        self.encoder = _Encoder(config)
        self.pooler = _Pooler(config)

    def forward(self, words: Tensor, mask: Tensor | None) -> Tensor:
        out: Tensor = self.pooler(self.encoder(self.embeddings(words), mask))
        return out


class Dnabert2ForSequenceClassification(nn.Module):
    """DNABERT-2 with pooler and classifier; state-dict keys as in the published checkpoints.

    There is no limit to the length of the input other than memory: ALiBi grows with it.
    """

    accepts_loss_kwargs = False  # the Trainer then scales the loss itself when it accumulates

    def __init__(self, config: Dnabert2Config) -> None:
        super().__init__()
        self.config = config
        self.num_labels = config.num_labels
        self.bert = _Bert(config)
        dropout = config.classifier_dropout
        self.dropout = nn.Dropout(config.hidden_dropout_prob if dropout is None else dropout)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)
        if not self.classifier.weight.is_meta:  # random numbers of none would load torch's compiler
            self.apply(self._begin)

    def _begin(self, module: nn.Module) -> None:
        """Give a module the weights that training begins with."""
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, mean=0.0, std=self.config.initializer_range)
        if isinstance(module, nn.LayerNorm):
            nn.init.ones_(module.weight)
        if isinstance(module, nn.Linear | nn.LayerNorm) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def get_input_embeddings(self) -> nn.Module:
        """Return the table of word embeddings."""
        return self.bert.embeddings.word_embeddings

    def embed(self, input_ids: Tensor) -> Tensor:
        """Return word embeddings alone, shape (B, L, hidden): where relevance is read."""
        out: Tensor = self.bert.embeddings.word_embeddings(input_ids)
        return out

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        **kwargs: Any,
    ) -> Outputs:
        """Return logits, and the loss where `labels` are given.

        Parameters
        ----------
        input_ids : Tensor of int, shape (B, L), or None
            Tokens, [CLS] first.
        attention_mask : Tensor, shape (B, L), or None
            0 at padding; None: nothing is padding. Padded units never change a logit.
        inputs_embeds : Tensor, shape (B, L, hidden), or None
            Word embeddings (:meth:`embed`) in place of `input_ids`; the token-type row is added.
        labels : Tensor, shape (B,) or (B, outputs), or None
            Class indices, or 0/1 per label, or values; :func:`gtrack.models.loss.head_loss`.
        **kwargs
            What trainers and tokenizers add (``token_type_ids``, ``num_items_in_batch``); unused.

        Returns
        -------
        Outputs
            ``logits`` of shape (B, labels), and ``loss``.

        Raises
        ------
        ValueError
            Unless exactly one of `input_ids` and `inputs_embeds` is given.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give either input_ids or inputs_embeds")
        words = inputs_embeds if input_ids is None else self.embed(input_ids)
        logits: Tensor = self.classifier(self.dropout(self.bert(words, attention_mask)))
        loss = None if labels is None else head_loss(self.config, logits, labels)
        return Outputs(loss, logits)
