"""The folded Emformer encoder in PyTorch, offline (block mask, for training) and streaming (`infer`).

Parameters are named as the tensors of a foldvox model file, which are torchaudio's state-dict names; with every fold 1
the numbers are torchaudio's too (`training/check_torchaudio.py` measures it). A fold is a view: row-major [T][d] and
[T*N][d/N] are the same bytes, so a folded layer is the same layer over N times as many rows of d/N.

Shapes: B streams, T tokens of width d, R right-context tokens a segment, M memory entries, A attention fold, F
feed-forward fold. Inside attention the keys are ordered [memory; right context; left context; utterance].
Memory entries are pooled slot by slot at full width d, so one entry is A rows. Source of the base layer: torchaudio's
Emformer (Shi et al., arXiv 2010.10759); the fold is this project's definition after Li et al., arXiv 2309.07988.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU, "silu": nn.SiLU}
MEMORY_LIMIT = 10.0


class LayerState(NamedTuple):
    """What one layer keeps between segments: memory [B, m <= M, d], key and value [B, (l <= L) * A, d / A]."""

    memory: Tensor
    key: Tensor
    value: Tensor


class FoldedAttention(nn.Module):
    """The three projections of width d / A; queries [B, n, d / A] attend to keys and values [B, m, d / A]."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"{heads} heads do not divide the folded width {width}")
        self.heads = heads
        self.emb_to_key_value = nn.Linear(width, 2 * width)
        self.emb_to_query = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, mask: Optional[Tensor]) -> Tensor:
        """`mask` [n, m] is True where a query may look; None lets every query see every key."""
        query, key, value = (self._split(rows) for rows in (query, key, value))
        if self.training and hasattr(F, "scaled_dot_product_attention"):
            context = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        else:
            context = self._plain(query, key, value, mask)
        return self.out_proj(context.transpose(1, 2).flatten(2))

    def _split(self, rows: Tensor) -> Tensor:
        batch, count, width = rows.shape
        return rows.reshape(batch, count, self.heads, width // self.heads).transpose(1, 2)

    @staticmethod
    def _plain(query: Tensor, key: Tensor, value: Tensor, mask: Optional[Tensor]) -> Tensor:
        scores = (query * query.size(-1) ** -0.5) @ key.transpose(2, 3)
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e8)
        return scores.softmax(-1) @ value


class FoldedEmformerLayer(nn.Module):
    """One Emformer layer whose attention and feed-forward are folded, each by its own factor."""

    def __init__(self, encoder: Dict[str, Any], layer: Dict[str, Any], dropout: float):
        super().__init__()
        width, attention_fold, ff_fold = encoder["width"], layer["attentionFold"], layer["feedForwardFold"]
        if width % attention_fold or width % ff_fold or layer["feedForward"] % ff_fold:
            raise ValueError(f"width {width} and feedForward {layer['feedForward']} must divide by their folds")
        self.attention_width, self.ff_width = width // attention_fold, width // ff_fold
        self.attention_fold = attention_fold
        self.segment, self.left_context = encoder["segment"], encoder["leftContext"]
        self.memory_size, self.tanh_on_memory = encoder["memory"], encoder["tanhOnMemory"]
        hidden = layer["feedForward"] // ff_fold
        if layer.get("subtokenEmbedding"):
            self.subtoken_embedding = nn.Parameter(0.1 * torch.randn(attention_fold, self.attention_width))
        else:
            self.register_parameter("subtoken_embedding", None)
        self.layer_norm_input = nn.LayerNorm(self.attention_width)
        self.attention = FoldedAttention(self.attention_width, layer["heads"])
        self.pos_ff = nn.Sequential(
            nn.LayerNorm(self.ff_width),
            nn.Linear(self.ff_width, hidden),
            ACTIVATIONS[encoder["activation"]](),
            nn.Dropout(dropout),
            nn.Linear(hidden, self.ff_width),
            nn.Dropout(dropout),
        )
        self.layer_norm_output = nn.LayerNorm(self.ff_width)
        self.dropout = nn.Dropout(dropout)

    def _fold(self, tokens: Tensor) -> Tensor:
        """[B, n, d] to [B, n * A, d / A]: the same bytes."""
        return tokens.reshape(tokens.size(0), tokens.size(1) * self.attention_fold, self.attention_width)

    def _embed(self, tokens: Tensor) -> Tensor:
        return tokens if self.subtoken_embedding is None else tokens + self.subtoken_embedding.reshape(-1)

    def _limit(self, summary: Tensor) -> Tensor:
        return summary.tanh() if self.tanh_on_memory else summary.clamp(-MEMORY_LIMIT, MEMORY_LIMIT)

    def _feed_forward(self, tokens: Tensor) -> Tensor:
        """[B, n, d] to [B, n, d], over rows of d / F."""
        rows = tokens.reshape(tokens.size(0), -1, self.ff_width)
        return self.layer_norm_output(self.pos_ff(rows) + rows).reshape(tokens.shape)

    def forward(self, tokens: Tensor, memory: Tensor, mask: Tensor, pool: Optional[Tensor]) -> Tuple[Tensor, Tensor]:
        """Whole streams: `tokens` [B, n, d] are all right contexts, then the utterance; `memory` [B, segments - 1, d].

        `mask` [rows, keys] (folded) is True where a row may look; `pool` [segments, n] averages each segment's
        utterance tokens, or is None without a memory bank. Returns the tokens and the next layer's memory.
        """
        tokens = self._embed(tokens)
        count = tokens.size(1) * self.attention_fold
        rows = self.layer_norm_input(self._fold(tokens))
        queries = rows
        if pool is not None:
            summaries = pool.to(rows.dtype) @ rows.reshape(tokens.shape)
            queries = torch.cat([rows, self._fold(summaries)], 1)
        keyed = torch.cat([self._fold(memory).to(rows.dtype), rows], 1) if memory.size(1) else rows
        key, value = self.attention.emb_to_key_value(keyed).chunk(2, -1)
        attended = self.attention(self.attention.emb_to_query(queries), key, value, mask)
        if pool is not None:
            memory = self._limit(attended[:, count:]).reshape(memory.size(0), -1, tokens.size(2))[:, :-1]
        residual = tokens + self.dropout(attended[:, :count].reshape(tokens.shape))
        return self._feed_forward(residual), memory

    def infer(
        self, right: Tensor, utterance: Tensor, entry: Tensor, state: LayerState
    ) -> Tuple[Tensor, Tensor, Tensor, LayerState]:
        """One segment: `right` [B, R, d], `utterance` [B, n <= S, d], `entry` [B, 1 or 0, d], the memory to append.

        Returns right context, utterance, the next layer's entry and the new state.
        """
        tokens = self._embed(torch.cat([right, utterance], 1))
        right_rows, memory_rows = right.size(1) * self.attention_fold, state.memory.size(1) * self.attention_fold
        rows = self.layer_norm_input(self._fold(tokens))
        queries, mask = rows, None
        if self.memory_size:
            summary = rows.reshape(tokens.shape)[:, right.size(1) :].mean(1, keepdim=True)
            queries = torch.cat([rows, self._fold(summary)], 1)
            keys = memory_rows + state.key.size(1) + rows.size(1)
            mask = torch.ones(queries.size(1), keys, dtype=torch.bool)
            mask[rows.size(1) :, :memory_rows] = False
        key, value = self.attention.emb_to_key_value(torch.cat([self._fold(state.memory), rows], 1)).chunk(2, -1)
        head = memory_rows + right_rows
        all_keys = torch.cat([key[:, :head], state.key, key[:, head:]], 1)
        all_values = torch.cat([value[:, :head], state.value, value[:, head:]], 1)
        attended = self.attention(self.attention.emb_to_query(queries), all_keys, all_values, mask)
        state = LayerState(
            _last(torch.cat([state.memory, entry], 1), self.memory_size),
            _last(torch.cat([state.key, key[:, head:]], 1), self.left_context * self.attention_fold),
            _last(torch.cat([state.value, value[:, head:]], 1), self.left_context * self.attention_fold),
        )
        if self.memory_size:
            entry = self._limit(attended[:, rows.size(1) :]).reshape(entry.size(0), 1, tokens.size(2))
        result = self._feed_forward(tokens + attended[:, : rows.size(1)].reshape(tokens.shape))
        return result[:, : right.size(1)], result[:, right.size(1) :], entry, state


def _last(rows: Tensor, count: int) -> Tensor:
    return rows[:, max(0, rows.size(1) - count) :]


class _Transformer(nn.Module):
    def __init__(self, encoder: Dict[str, Any], dropout: float):
        super().__init__()
        self.emformer_layers = nn.ModuleList(
            [FoldedEmformerLayer(encoder, layer, dropout) for layer in encoder["layers"]]
        )


class _Transcriber(nn.Module):
    def __init__(self, encoder: Dict[str, Any], dropout: float):
        super().__init__()
        self.input_linear = nn.Linear(encoder["inputDim"], encoder["projection"], bias=False)
        self.transformer = _Transformer(encoder, dropout)
        self.output_linear = nn.Linear(encoder["width"], encoder["outputDim"])
        self.layer_norm = nn.LayerNorm(encoder["outputDim"])


class _Head(nn.Module):
    def __init__(self, width: int, tokens: int):
        super().__init__()
        self.linear = nn.Linear(width, tokens)


class FoldvoxModel(nn.Module):
    """Feature frames to log-probabilities (CTC head) or encoder vectors (transducer head)."""

    def __init__(self, config: Dict[str, Any], dropout: float = 0.0):
        super().__init__()
        encoder = config["encoder"]
        if encoder["width"] != encoder["projection"] * encoder["stride"]:
            raise ValueError("width must be projection * stride")
        self.config = config
        self.stride, self.segment = encoder["stride"], encoder["segment"]
        self.left_context, self.right_context = encoder["leftContext"], encoder["rightContext"]
        self.memory = encoder["memory"]
        self.transcriber = _Transcriber(encoder, dropout)
        self.head = _Head(encoder["outputDim"], len(config["tokens"])) if config["head"]["type"] == "ctc" else None
        self._masks: Dict[int, Tuple[Dict[int, Tensor], Tensor, Tensor]] = {}

    @property
    def layers(self) -> List[FoldedEmformerLayer]:
        return list(self.transcriber.transformer.emformer_layers)

    def tokens(self, features: Tensor) -> Tensor:
        """[B, frames, mels] to [B, floor(frames / stride), d]; leftover frames are dropped."""
        frames = features.size(1) // self.stride * self.stride
        projected = self.transcriber.input_linear(features[:, :frames])
        return projected.reshape(features.size(0), frames // self.stride, -1)

    def finish(self, encoded: Tensor) -> Tensor:
        """[B, T, d] to [B, T, tokens] log-probabilities or [B, T, outputDim]."""
        vectors = self.transcriber.layer_norm(self.transcriber.output_linear(encoded))
        if self.head is None:
            return vectors
        scores = self.head.linear(vectors)
        return (scores if scores.dtype == torch.float64 else scores.float()).log_softmax(-1)

    def forward(self, features: Tensor) -> Tensor:
        """Offline: `features` [B, (T + R) * stride (+ leftover), mels] gives [B, T, ...]."""
        tokens = self.tokens(features)
        count = tokens.size(1) - self.right_context
        masks, gather, pool = self._block_masks(count)
        segments = math.ceil(count / self.segment)
        memory = tokens[:, :0]
        if self.memory:
            memory = (pool[:, gather.numel() :] @ tokens[:, :count])[:, :-1]
        rows = torch.cat([tokens[:, gather], tokens[:, :count]], 1)
        for layer in self.layers:
            mask = masks[layer.attention_fold]
            rows, memory = layer(rows, memory, mask, pool if self.memory else None)
        assert gather.numel() == segments * self.right_context
        return self.finish(rows[:, gather.numel() :])

    def _block_masks(self, count: int) -> Tuple[Dict[int, Tensor], Tensor, Tensor]:
        """Masks by fold, the right-context token of every right-context row, and the pooling matrix; kept by length."""
        if count in self._masks:
            return self._masks[count]
        segments = math.ceil(count / self.segment)
        index = torch.arange(segments)
        ends = torch.clamp((index + 1) * self.segment, max=count)
        gather = (ends[:, None] + torch.arange(self.right_context)[None]).reshape(-1)
        right_of = index.repeat_interleave(self.right_context)
        position = torch.arange(count)
        of = position // self.segment
        query = torch.cat([right_of, of, index]) if self.memory else torch.cat([right_of, of])
        sees_right = right_of[None] == query[:, None]
        start = query[:, None] * self.segment
        sees = (position[None] >= start - self.left_context) & (position[None] < start + self.segment)
        entries = torch.arange(segments - 1 if self.memory else 0)[None]
        sees_memory = (entries < query[:, None]) & (entries >= query[:, None] - self.memory)
        sees_memory[gather.numel() + count :] = False
        mask = torch.cat([sees_memory, sees_right, sees], 1)
        folds = {layer.attention_fold for layer in self.layers}
        masks = {fold: mask.repeat_interleave(fold, 0).repeat_interleave(fold, 1) for fold in folds}
        member = (of[None] == index[:, None]).float()
        pool = torch.cat([torch.zeros(segments, gather.numel()), member / member.sum(1, keepdim=True)], 1)
        self._masks[count] = (masks, gather, pool)
        return self._masks[count]

    def initial_state(self, tokens: Tensor) -> List[LayerState]:
        """Nothing remembered, for streams like `tokens` [B, ..., d]."""
        states = []
        for layer in self.layers:
            rows = tokens.new_zeros(tokens.size(0), 0, layer.attention_width)
            states.append(LayerState(tokens[:, :0], rows, rows))
        return states

    def infer(self, tokens: Tensor, count: int, states: List[LayerState]) -> Tuple[Tensor, List[LayerState]]:
        """One step: `tokens` [B, count + R, d], of which the last R are right context; gives [B, count, ...]."""
        utterance, right = tokens[:, :count], tokens[:, count:]
        entry = utterance.mean(1, keepdim=True) if self.memory else tokens[:, :0]
        updated = []
        for layer, state in zip(self.layers, states):
            right, utterance, entry, state = layer.infer(right, utterance, entry, state)
            updated.append(state)
        return self.finish(utterance), updated

    @torch.no_grad()
    def stream(self, features: Tensor) -> Tensor:
        """`features` [T, mels] streamed to the end of input: [floor(T / stride), ...].

        At the end right-context zero frames are appended, the remainder is dropped and the last segment runs short.
        """
        tokens = self.tokens(with_final_context(self, features)[None])
        total = tokens.size(1) - self.right_context
        states, outputs = self.initial_state(tokens), []
        for start in range(0, total, self.segment):
            count = min(self.segment, total - start)
            output, states = self.infer(tokens[:, start : start + count + self.right_context], count, states)
            outputs.append(output[0])
        return torch.cat(outputs)


def with_final_context(model: FoldvoxModel, features: Tensor) -> Tensor:
    """[T, mels] with right_context * stride zero frames (zero after normalisation) behind it."""
    return F.pad(features, (0, 0, 0, model.right_context * model.stride))
