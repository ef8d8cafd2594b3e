"""The folded Emformer encoder in PyTorch, offline (block mask, for training) and streaming (`infer`).

Parameters are named as the tensors of a foldvox model file, which are torchaudio's state-dict names; with every fold 1
the numbers are torchaudio's too (`training/goldens/check_torchaudio.py` measures it). A fold is a view: row-major [T][d] and
[T*N][d/N] are the same bytes, so a folded layer is the same layer over N times as many rows of d/N.

Shapes: B streams, T tokens of width d, R right-context tokens a segment, M memory entries, A attention fold, F
feed-forward fold. Inside attention the keys are ordered [memory; right context; left context; utterance].
Memory entries are pooled slot by slot at full width d, so one entry is A rows. Source of the base layer: torchaudio's
Emformer (Shi et al., arXiv 2010.10759); the fold is this project's definition after Li et al., arXiv 2309.07988.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, NamedTuple, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import HIDDEN, NOWHERE, chosen, relative_places, relative_span
from .convolution import Windows, block_windows
from .layer import ACTIVATIONS, FoldedEmformerLayer, LayerState

INPUT_ACTIVATIONS = {**ACTIVATIONS, "none": nn.Identity}


class _Transformer(nn.Module):
    def __init__(self, encoder: Dict[str, Any], dropout: float):
        super().__init__()
        self.emformer_layers = nn.ModuleList(
            [FoldedEmformerLayer(encoder, layer, dropout) for layer in encoder["layers"]]
        )


class _Transcriber(nn.Module):
    def __init__(self, encoder: Dict[str, Any], dropout: float):
        super().__init__()
        frames = encoder.get("inputKernel", 0)
        self.input_linear = nn.Linear((frames or 1) * encoder["inputDim"], encoder["projection"], bias=frames > 0)
        self.transformer = _Transformer(encoder, dropout)
        if encoder.get("output") != "direct":
            self.output_linear = nn.Linear(encoder["width"], encoder["outputDim"])
            self.layer_norm = nn.LayerNorm(encoder["outputDim"])


class _Head(nn.Module):
    def __init__(self, width: int, tokens: int):
        super().__init__()
        self.linear = nn.Linear(width, tokens)


class Blocks(NamedTuple):
    """How whole streams of a length run as one: relative places by kind of layer, the token of every right-context row, the
    pooling matrix, and the windows of convolutions by kernel.
    """

    places: Dict[Tuple[int, bool], Tensor]
    gather: Tensor
    pool: Tensor
    windows: Dict[int, Windows]


class FoldvoxModel(nn.Module):
    """Feature frames to log-probabilities (CTC head) or encoder vectors (transducer head)."""

    def __init__(self, config: Dict[str, Any], dropout: float = 0.0):
        super().__init__()
        encoder = config["encoder"]
        self.input_kernel = encoder.get("inputKernel", 0)
        if encoder["width"] != encoder["projection"] * (1 if self.input_kernel else encoder["stride"]):
            raise ValueError("width must be projection * stride, or projection where there is an input kernel")
        if encoder.get("output") == "direct" and encoder["outputDim"] != encoder["width"]:
            raise ValueError("a direct output is as wide as the encoder")
        self.config = config
        self.stride, self.segment = encoder["stride"], encoder["segment"]
        self.left_context, self.right_context = encoder["leftContext"], encoder["rightContext"]
        self.memory = encoder["memory"]
        self.transcriber = _Transcriber(encoder, dropout)
        self.input_activation = INPUT_ACTIVATIONS[encoder.get("inputActivation", "none")]()
        self.head = _Head(encoder["outputDim"], len(config["tokens"])) if config["head"]["type"] == "ctc" else None
        # Of the length used last: those of 20 s are a quarter of a gigabyte.
        self._blocks: Dict[Tuple[int, torch.device], Blocks] = {}

    @property
    def layers(self) -> List[FoldedEmformerLayer]:
        return list(self.transcriber.transformer.emformer_layers)

    def tokens(self, features: Tensor) -> Tensor:
        """[B, frames, mels] to [B, floor(frames / stride), d]; leftover frames are dropped.

        With an input kernel a token is made of some of its neighbours' frames too, and of zeros before and behind all.
        """
        if self.input_kernel:
            shared = self.input_kernel - self.stride
            return self.overlapping(F.pad(features, (0, 0, (shared + 1) // 2, shared // 2)))
        frames = features.size(1) // self.stride * self.stride
        projected = self.transcriber.input_linear(features[:, :frames])
        return projected.reshape(features.size(0), frames // self.stride, -1)

    def overlapping(self, frames: Tensor) -> Tensor:
        """Tokens of an input kernel, from frames with what the first and the last token share with others around them."""
        span = (frames.size(1) - self.input_kernel) // self.stride * self.stride + 1
        taps = [frames[:, k : k + span : self.stride] for k in range(self.input_kernel)]
        return self.input_activation(self.transcriber.input_linear(torch.cat(taps, 2)))

    def finish(self, encoded: Tensor) -> Tensor:
        """[B, T, d] to [B, T, tokens] log-probabilities or [B, T, outputDim]."""
        direct = self.config["encoder"].get("output") == "direct"
        vectors = encoded if direct else self.transcriber.layer_norm(self.transcriber.output_linear(encoded))
        if self.head is None:
            return vectors
        scores = self.head.linear(vectors)
        return (scores if scores.dtype == torch.float64 else scores.float()).log_softmax(-1)

    def forward(self, features: Tensor) -> Tensor:
        """Offline: `features` [B, (T + R) * stride (+ leftover), mels] gives [B, T, ...]."""
        tokens = self.tokens(features)
        count = tokens.size(1) - self.right_context
        places, gather, pool, windows = self._blocks_of(count, tokens.device)
        segments = math.ceil(count / self.segment)
        memory = tokens[:, :0]
        if self.memory:
            memory = (pool[:, gather.numel() :] @ tokens[:, :count])[:, :-1]
        rows = torch.cat([tokens[:, gather], tokens[:, :count]], 1)
        for layer in self.layers:
            own = windows[layer.kernel] if layer.kernel else None
            rows, memory = layer(rows, memory, places[layer.kind], pool if self.memory else None, own)
        assert gather.numel() == segments * self.right_context
        return self.finish(rows[:, gather.numel() :])

    def _blocks_of(self, count: int, device: torch.device) -> Blocks:
        """Of so many utterance tokens."""
        if (count, device) in self._blocks:
            return self._blocks[count, device]
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
        windows = {
            kernel: Windows(*(part.to(device) for part in block_windows(self.config["encoder"], kernel, count)))
            for kernel in {layer.kernel for layer in self.layers} - {0}
        }
        self._blocks = {(count, device): Blocks(places, gather.to(device), pool.to(device), windows)}
        return self._blocks[count, device]

    def initial_state(self, tokens: Tensor) -> List[LayerState]:
        """Nothing remembered, for streams like `tokens` [B, ..., d]."""
        states = []
        for layer in self.layers:
            rows = tokens.new_zeros(tokens.size(0), 0, layer.attention_width)
            gated = tokens.new_zeros(tokens.size(0), layer.kernel // 2, tokens.size(2))
            states.append(LayerState(tokens[:, :0], rows, rows, gated))
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
