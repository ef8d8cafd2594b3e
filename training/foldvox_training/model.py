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
HIDING = -1e8
# Places of keys that have no relative place: looked up from the end of a layer's bias table.
NOWHERE, HIDDEN = -1, -2


def relative_span(encoder: Dict[str, Any], fold: int) -> int:
    """How many distances of key and query, in sub-tokens, a step can meet."""
    return (encoder["leftContext"] + 2 * (encoder["segment"] + encoder["rightContext"])) * fold - 1


def relative_places(encoder: Dict[str, Any], fold: int, query: Tensor, key: Tensor) -> Tensor:
    """[n * fold, m * fold] distances of the sub-tokens of tokens at times `query` [n] and `key` [m], from 0 upwards."""
    query, key = ((times[:, None] * fold + torch.arange(fold)).reshape(-1) for times in (query, key))
    reach = encoder["leftContext"] + encoder["segment"] + encoder["rightContext"]
    return key[None] - query[:, None] + reach * fold - 1


def chosen(places: Tensor, span: int) -> Tensor:
    """[span + 2, n, m] from places [n, m], of which NOWHERE and HIDDEN come last: 1 where a key has the place, else 0."""
    return (places % (span + 2) == torch.arange(span + 2)[:, None, None]).float()


class LayerState(NamedTuple):
    """What one layer keeps between segments: memory [B, m <= M, d], key and value [B, (l <= L) * A, d / A]."""

    memory: Tensor
    key: Tensor
    value: Tensor


class FoldedAttention(nn.Module):
    """The three projections of width d / A; queries [B, n, d / A] attend to keys and values [B, m, d / A].

    With `span` > 0 every head adds a learned bias to its scores, chosen by the distance of key and query in sub-tokens
    (relative position, Shaw et al., arXiv 1803.02155, as the scalar of Raffel et al., arXiv 1910.10683): the Emformer
    has no other notion of order.
    """

    def __init__(self, width: int, heads: int, span: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"{heads} heads do not divide the folded width {width}")
        self.heads = heads
        self.emb_to_key_value = nn.Linear(width, 2 * width)
        self.emb_to_query = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)
        self.register_parameter("relative_bias", nn.Parameter(torch.zeros(heads, span)) if span else None)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, places: Tensor) -> Tensor:
        """`places` [span + 2, n, m] holds 1 at the relative place of every key (see `chosen`)."""
        query, key, value = (self._split(rows) for rows in (query, key, value))
        # Explicit products: PyTorch's fused attention took 26 ms backwards where this takes 4 (2 cores, bf16, CPU).
        scores = (query * query.size(-1) ** -0.5) @ key.transpose(2, 3)
        context = (scores + self._bias(scores, places)).softmax(-1).to(value.dtype) @ value
        return self.out_proj(context.transpose(1, 2).flatten(2))

    def _bias(self, scores: Tensor, places: Tensor) -> Tensor:
        """[heads or 1, n, m]: what is added by place; HIDDEN and NOWHERE are the last two."""
        bias = scores.new_zeros(1, 0) if self.relative_bias is None else self.relative_bias.to(scores.dtype)
        table = F.pad(F.pad(bias, (0, 1), value=HIDING), (0, 1))
        # A product and no look-up: its gradient took a third to a half of a step on an H100.
        return (table @ places.flatten(1).to(scores.dtype)).unflatten(1, places.shape[1:])

    def _split(self, rows: Tensor) -> Tensor:
        batch, count, width = rows.shape
        return rows.reshape(batch, count, self.heads, width // self.heads).transpose(1, 2)


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
        self.encoder, self.relative = encoder, bool(layer.get("relativePosition"))
        self.span = relative_span(encoder, attention_fold) if self.relative else 0
        self.attention = FoldedAttention(self.attention_width, layer["heads"], self.span)
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

    @property
    def kind(self) -> Tuple[int, bool]:
        """What the relative places of a layer depend on."""
        return self.attention_fold, self.relative

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

    def forward(self, tokens: Tensor, memory: Tensor, places: Tensor, pool: Optional[Tensor]) -> Tuple[Tensor, Tensor]:
        """Whole streams: `tokens` [B, n, d] are all right contexts, then the utterance; `memory` [B, segments - 1, d].

        `places` [span + 2, rows, keys] (folded) are relative places; `pool` [segments, n] averages each segment's utterance
        tokens, or is None without a memory bank. Returns the tokens and the next layer's memory.
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
        attended = self.attention(self.attention.emb_to_query(queries), key, value, places)
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
        state = LayerState(
            _last(torch.cat([state.memory, entry], 1), self.memory_size),
            _last(torch.cat([state.key, key[:, head:]], 1), self.left_context * self.attention_fold),
            _last(torch.cat([state.value, value[:, head:]], 1), self.left_context * self.attention_fold),
        )
        if self.memory_size:
            entry = self._limit(attended[:, rows.size(1) :]).reshape(entry.size(0), 1, tokens.size(2))
        result = self._feed_forward(tokens + attended[:, : rows.size(1)].reshape(tokens.shape))
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
        # Of the length used last: those of 20 s are a quarter of a gigabyte.
        self._places: Dict[Tuple[int, torch.device], Tuple[Dict[Tuple[int, bool], Tensor], Tensor, Tensor]] = {}

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
        places, gather, pool = self._block_places(count, tokens.device)
        segments = math.ceil(count / self.segment)
        memory = tokens[:, :0]
        if self.memory:
            memory = (pool[:, gather.numel() :] @ tokens[:, :count])[:, :-1]
        rows = torch.cat([tokens[:, gather], tokens[:, :count]], 1)
        for layer in self.layers:
            rows, memory = layer(rows, memory, places[layer.kind], pool if self.memory else None)
        assert gather.numel() == segments * self.right_context
        return self.finish(rows[:, gather.numel() :])

    def _block_places(self, count: int, device: torch.device) -> Tuple[Dict[Tuple[int, bool], Tensor], Tensor, Tensor]:
        """Relative places by kind of layer, the token of every right-context row, the pooling matrix; by length."""
        if (count, device) in self._places:
            return self._places[count, device]
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
        times = torch.cat([gather, position])
        places = {}
        for fold, relative in {layer.kind for layer in self.layers}:
            hidden = ~mask.repeat_interleave(fold, 0).repeat_interleave(fold, 1)
            place = torch.full(hidden.shape, NOWHERE)
            if relative:
                known = relative_places(self.config["encoder"], fold, times, times)
                place[: known.size(0), entries.numel() * fold :] = known
            span = relative_span(self.config["encoder"], fold) if relative else 0
            places[fold, relative] = chosen(place.masked_fill(hidden, HIDDEN), span).to(device)
        member = (of[None] == index[:, None]).float()
        pool = torch.cat([torch.zeros(segments, gather.numel()), member / member.sum(1, keepdim=True)], 1)
        self._places = {(count, device): (places, gather.to(device), pool.to(device))}
        return self._places[count, device]

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
