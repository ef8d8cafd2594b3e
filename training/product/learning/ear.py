"""A model that tells phonemes too while it learns: from a layer in its middle, by a linear layer that is not kept."""

from __future__ import annotations

from typing import Any, Tuple

import torch.nn.functional as F
from torch import Tensor, nn

from .running import PHONEMES


class Ear(nn.Module):
    """The model's output, and scores of phonemes [B, tokens, phonemes] that its layer `layer` gives on the way."""

    def __init__(self, model: nn.Module, width: int, layer: int):
        super().__init__()
        self.model, self.linear = model, nn.Linear(width, PHONEMES)
        model.layers[layer].register_forward_hook(self._keep)

    def _keep(self, layer: nn.Module, given: Any, output: Tuple[Tensor, Any]) -> None:
        self.rows = output[0]

    def forward(self, *inputs: Any) -> Tuple[Tensor, Tensor]:
        output = self.model(*inputs)
        # Right context comes first.
        return output, self.linear(self.rows[:, -output.size(1) :])


def phoneme_loss(scores: Tensor, sounds: Tensor) -> Tensor:
    """Of every token's phonemes, a yes or no for each, where it is known what is said: nats a token."""
    known = sounds[..., -1:].float()
    wrong = F.binary_cross_entropy_with_logits(scores.float(), sounds[..., :-1].float(), reduction="none")
    return (wrong * known).sum() / known.sum().clamp(min=1)
