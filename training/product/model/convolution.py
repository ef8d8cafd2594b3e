"""The convolution over tokens of a Conformer's layer (Gulati et al., arXiv 2005.08100, section 2.2), in an Emformer's frame.

Filters are centred. A segment sees the gated rows of the utterance before it and of this step's right context behind it, and
zeros beyond; a row of right context is filtered in the same window. The Conformer's batch norm is not here: at inference it is
part of the filters' weights and bias.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Depthwise(nn.Module):
    """One filter a channel: [B, n + kernel - 1, d] to [B, n, d]."""

    def __init__(self, width: int, kernel: int):
        super().__init__()
        self.weight = nn.Parameter((2 * torch.rand(width, kernel) - 1) * kernel**-0.5)
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, rows: Tensor) -> Tensor:
        weight, bias = self.weight[:, None].to(rows.dtype), self.bias.to(rows.dtype)
        return F.conv1d(rows.transpose(1, 2), weight, bias, groups=weight.size(0)).transpose(1, 2)


class Windows(NamedTuple):
    """What each segment's filters see of whole streams: `index` [segments, S + R + kernel - 1] into the rows of a layer and one
    more, of zeros; and where among the filtered rows [segments * (S + R)] each row's own stands.
    """

    index: Tensor
    place: Tensor


def block_windows(encoder: Dict[str, Any], kernel: int, count: int) -> Windows:
    """Of `count` utterance tokens; a layer's rows are all segments' right contexts, then the utterance."""
    segment, right, reach = encoder["segment"], encoder["rightContext"], kernel // 2
    segments = -(-count // segment)
    number = torch.arange(segments)[:, None]
    # The last segment may be short: its right context follows at once.
    own = (count - number * segment).clamp(max=segment)
    offset = torch.arange(-reach, segment + right + reach)[None]
    utterance, context = segments * right + number * segment + offset, number * right + offset - own
    index = torch.full(utterance.shape, segments * right + count)
    index = torch.where((offset < own) & (number * segment + offset >= 0), utterance, index)
    index = torch.where((offset >= own) & (offset < own + right), context, index)
    first = number * (segment + right)
    of_context, of_utterance = first + own + torch.arange(right)[None], first + torch.arange(segment)[None]
    return Windows(index, torch.cat([of_context.reshape(-1), of_utterance.reshape(-1)[:count]]))


class Convolution(nn.Module):
    """contract(activation(depthwise(glu(expand(norm(x))))))."""

    def __init__(self, width: int, kernel: int, activation: Callable[[], nn.Module]):
        super().__init__()
        self.reach = kernel // 2
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 2 * width)
        self.depthwise = Depthwise(width, kernel)
        self.activation = activation()
        self.contract = nn.Linear(width, width)

    def forward(self, rows: Tensor, windows: Windows) -> Tensor:
        """All rows of whole streams [B, rows, d]."""
        seen = F.pad(self._gated(rows), (0, 0, 0, 1))[:, windows.index]
        return self._filtered(seen.flatten(0, 1)).reshape(rows.size(0), -1, rows.size(2))[:, windows.place]

    def infer(self, rows: Tensor, count: int, past: Tensor) -> Tuple[Tensor, Tensor]:
        """One segment of `count` rows and its right context [B, count + R, d], after the gated `past` [B, reach, d]; returns the rows
        filtered, and the next past.
        """
        seen = torch.cat([past, self._gated(rows)], 1)
        return self._filtered(F.pad(seen, (0, 0, 0, self.reach))), seen[:, count : count + self.reach]

    def _gated(self, rows: Tensor) -> Tensor:
        return F.glu(self.expand(self.norm(rows)), -1)

    def _filtered(self, rows: Tensor) -> Tensor:
        return self.contract(self.activation(self.depthwise(rows)))
