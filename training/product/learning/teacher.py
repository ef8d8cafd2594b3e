"""A trained model that tells a learning one what it hears in each token of the training streams (distillation)."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from training.product.model.model_file import load_weights

from .streams import Batch


class Teacher:
    """The CTC model of a file, with fp32 arithmetic; its tokens must be those of its pupils, in time and vocabulary."""

    def __init__(self, path: Path, device: torch.device):
        self.model, self.mean, self.invstddev = (part.to(device) for part in load_weights(path))
        self.device = device

    @torch.no_grad()
    def __call__(self, batch: Batch) -> Tensor:
        """Log-probabilities [B, tokens, vocabulary] of the streams as they are, before anything of them is masked."""
        with torch.autocast(self.device.type, torch.bfloat16):
            return self.model((batch.features.float() - self.mean) * self.invstddev)
