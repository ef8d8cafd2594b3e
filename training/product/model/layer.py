"""One layer of the encoder, offline over whole streams (`forward`) and segment by segment (`infer`). Shapes: emformer.py."""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import HIDDEN, NOWHERE, FoldedAttention, chosen, relative_places, relative_span
from .convolution import Convolution, Windows

ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU, "silu": nn.SiLU}
MEMORY_LIMIT = 10.0


class LayerState(NamedTuple):
    """What one layer keeps between segments: memory [B, m <= M, d], key and value [B, (l <= L) * A, d / A], and the gated rows
    [B, kernel // 2, d] of its convolution.
    """

    memory: Tensor
    key: Tensor
    value: Tensor
    gated: Tensor


class FoldedEmformerLayer(nn.Module):
    """One Emformer layer whose attention and feed-forward are folded, each by its own factor; a Conformer's if it has `kernel`, a
    convolution behind attention, and `firstFeedForward`, another feed-forward before it.
    """

    def __init__(self, encoder: Dict[str, Any], layer: Dict[str, Any], dropout: float):
        super().__init__()
        width, attention_fold, ff_fold = encoder["width"], layer["attentionFold"], layer["feedForwardFold"]
        first = layer.get("firstFeedForward", 0)
        if width % attention_fold or width % ff_fold or layer["feedForward"] % ff_fold or first % ff_fold:
            raise ValueError(f"width {width} and the feed-forwards of {layer} must divide by their folds")
        self.attention_width, self.ff_width = width // attention_fold, width // ff_fold
        self.attention_fold, self.ff_fold = attention_fold, ff_fold
        self.segment, self.left_context = encoder["segment"], encoder["leftContext"]
        self.memory_size, self.tanh_on_memory = encoder["memory"], encoder["tanhOnMemory"]
        activation = ACTIVATIONS[encoder["activation"]]
        self.first_ff = self._make_feed_forward(first, activation, dropout) if first else None
        if layer.get("subtokenEmbedding"):
            self.subtoken_embedding = nn.Parameter(0.1 * torch.randn(attention_fold, self.attention_width))
        else:
            self.register_parameter("subtoken_embedding", None)
        self.layer_norm_input = nn.LayerNorm(self.attention_width)
        self.encoder, self.relative = encoder, bool(layer.get("relativePosition"))
        self.span = relative_span(encoder, attention_fold) if self.relative else 0
        self.attention = FoldedAttention(self.attention_width, layer["heads"], self.span)
        self.kernel = layer.get("kernel", 0)
        self.convolution = Convolution(width, self.kernel, activation) if self.kernel else None
        self.pos_ff = self._make_feed_forward(layer["feedForward"], activation, dropout)
        self.layer_norm_output = nn.LayerNorm(self.ff_width)
        self.dropout = nn.Dropout(dropout)

    def _make_feed_forward(self, hidden: int, activation: Callable[[], nn.Module], dropout: float) -> nn.Sequential:
        """`hidden` is the unfolded width."""
        return nn.Sequential(
            nn.LayerNorm(self.ff_width),
            nn.Linear(self.ff_width, hidden // self.ff_fold),
            activation(),
            nn.Dropout(dropout),
            nn.Linear(hidden // self.ff_fold, self.ff_width),
            nn.Dropout(dropout),
        )

    @property
    def kind(self) -> Tuple[int, bool]:
        """What the relative places of a layer depend on."""
        return self.attention_fold, self.relative

    def _fold(self, tokens: Tensor) -> Tensor:
        """[B, n, d] to [B, n * A, d / A]: the same bytes."""
        return tokens.reshape(tokens.size(0), tokens.size(1) * self.attention_fold, self.attention_width)

    def _limit(self, summary: Tensor) -> Tensor:
        return summary.tanh() if self.tanh_on_memory else summary.clamp(-MEMORY_LIMIT, MEMORY_LIMIT)

    def enter(self, tokens: Tensor) -> Tensor:
        """[B, n, d]: what attention and its residual begin with."""
        tokens = tokens if self.subtoken_embedding is None else tokens + self.subtoken_embedding.reshape(-1)
        return tokens if self.first_ff is None else self._add_feed_forward(self.first_ff, tokens).reshape(tokens.shape)

    def leave(self, tokens: Tensor) -> Tensor:
        """[B, n, d]: what is behind attention and convolution."""
        return self.layer_norm_output(self._add_feed_forward(self.pos_ff, tokens)).reshape(tokens.shape)

    def _add_feed_forward(self, feed_forward: nn.Module, tokens: Tensor) -> Tensor:
        """[B, n, d] to [B, n * F, d / F]."""
        rows = tokens.reshape(tokens.size(0), -1, self.ff_width)
        return feed_forward(rows) + rows

    def forward(
        self, tokens: Tensor, memory: Tensor, places: Tensor, pool: Optional[Tensor], windows: Optional[Windows]
    ) -> Tuple[Tensor, Tensor]:
        """Whole streams: `tokens` [B, n, d] are all right contexts, then the utterance; `memory` [B, segments - 1, d].

        `places` [span + 2, rows, keys] (folded) are relative places; `pool` [segments, n] averages each segment's utterance
        tokens, or is None without a memory bank; `windows` are those of the convolution, if there is one. Returns the tokens
        and the next layer's memory.
        """
        tokens = self.enter(tokens)
        count = tokens.size(1) * self.attention_fold
        rows = self.layer_norm_input(self._fold(tokens))
        queries = rows
        if pool is not None:
            summaries = pool.to(rows.dtype) @ rows.reshape(tokens.shape)
            queries = torch.cat([rows, self._fold(summaries)], 1)
        keyed = torch.cat([self._fold(memory).to(rows.dtype), rows], 1) if memory.size(1) else rows
        key, value = self.attention.emb_to_key_value(keyed).chunk(2, -1)
        attended = self.attention(self.attention.emb_to_query(queries), key, value, places)
        if pool is not None:
            memory = self._limit(attended[:, count:]).reshape(memory.size(0), -1, tokens.size(2))[:, :-1]
        tokens = tokens + self.dropout(attended[:, :count].reshape(tokens.shape))
        if self.convolution is not None:
            tokens = tokens + self.dropout(self.convolution(tokens, windows))
        return self.leave(tokens), memory

    def infer(
        self, right: Tensor, utterance: Tensor, entry: Tensor, state: LayerState
    ) -> Tuple[Tensor, Tensor, Tensor, LayerState]:
        """One segment: `right` [B, R, d], `utterance` [B, n <= S, d], `entry` [B, 1 or 0, d], the memory to append.

        Returns right context, utterance, the next layer's entry and the new state.
        """
        tokens = self.enter(torch.cat([right, utterance], 1))
        right_rows, memory_rows = right.size(1) * self.attention_fold, state.memory.size(1) * self.attention_fold
        rows = self.layer_norm_input(self._fold(tokens))
        queries = rows
        if self.memory_size:
            summary = rows.reshape(tokens.shape)[:, right.size(1) :].mean(1, keepdim=True)
            queries = torch.cat([rows, self._fold(summary)], 1)
        key, value = self.attention.emb_to_key_value(torch.cat([self._fold(state.memory), rows], 1)).chunk(2, -1)
        head = memory_rows + right_rows
        all_keys = torch.cat([key[:, :head], state.key, key[:, head:]], 1)
        all_values = torch.cat([value[:, :head], state.value, value[:, head:]], 1)
        past = state.key.size(1) // self.attention_fold
        places = self._step_places(right.size(1), utterance.size(1), past, memory_rows)
        attended = self.attention(self.attention.emb_to_query(queries), all_keys, all_values, places)
        gated, tokens = state.gated, tokens + attended[:, : rows.size(1)].reshape(tokens.shape)
        if self.convolution is not None:
            count = right.size(1)
            in_time = torch.cat([tokens[:, count:], tokens[:, :count]], 1)
            filtered, gated = self.convolution.infer(in_time, utterance.size(1), gated)
            filtered = torch.cat([filtered[:, utterance.size(1) :], filtered[:, : utterance.size(1)]], 1)
            tokens = tokens + filtered
        state = LayerState(
            _last(torch.cat([state.memory, entry], 1), self.memory_size),
            _last(torch.cat([state.key, key[:, head:]], 1), self.left_context * self.attention_fold),
            _last(torch.cat([state.value, value[:, head:]], 1), self.left_context * self.attention_fold),
            gated,
        )
        if self.memory_size:
            entry = self._limit(attended[:, rows.size(1) :]).reshape(entry.size(0), 1, tokens.size(2))
        result = self.leave(tokens)
        return result[:, : right.size(1)], result[:, right.size(1) :], entry, state

    def _step_places(self, right: int, count: int, past: int, memory_rows: int) -> Tensor:
        """Relative places of a segment: queries [right, utterance, summary], keys [memory, right, past, utterance]."""
        fold = self.attention_fold
        rows = torch.cat([count + torch.arange(right), torch.arange(count)])
        keys = torch.cat([rows[:right], torch.arange(-past, count)])
        if self.relative:
            places = relative_places(self.encoder, fold, rows, keys)
        else:
            places = torch.full((rows.numel() * fold, keys.numel() * fold), NOWHERE)
        places = F.pad(places, (memory_rows, 0, 0, fold if self.memory_size else 0), value=NOWHERE)
        places[rows.numel() * fold :, :memory_rows] = HIDDEN
        return chosen(places, self.span)


def _last(rows: Tensor, count: int) -> Tensor:
    return rows[:, max(0, rows.size(1) - count) :]
