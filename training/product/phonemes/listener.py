"""A model of ours that hears phonemes, offline: to measure it, and as a teacher."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.product.learning.corpus import RATE
from training.product.model.features import LogMel
from training.product.model.model_file import load_model
from training.product.model.recipe import FEATURES

from .windows import forward_windows

PAUSE = RATE // 5


class Listener:
    """The model of a file, in its segments; int8 files with the engine's arithmetic (training/product/model/int8.py)."""

    def __init__(self, path: Path):
        self.model, self.mean, self.invstddev = load_model(path)
        config = self.model.config["features"]
        self.features = LogMel(FEATURES["mels"], config["log"], config["gain"])

    @torch.no_grad()
    def scores(self, wave: np.ndarray) -> np.ndarray:
        """Log-probabilities [tokens][40] of float samples; zeros fill the last segment and its right context."""
        model = self.model
        frames = (self.features(torch.from_numpy(wave)[None])[0] - self.mean) * self.invstddev
        tokens = len(frames) // model.stride
        segments = -(-tokens // model.segment)
        needed = (segments * model.segment + model.right_context) * model.stride
        padded = torch.nn.functional.pad(frames, (0, 0, 0, max(0, needed - len(frames))))[None, :needed]
        return forward_windows(model, padded)[0, :tokens].numpy()

    def __call__(self, waveform: Tensor) -> Tensor:
        """As a teacher (labels.py): [1, samples] to probabilities [1, tokens of 20 ms, 40], of which it hears the last after
        a pause.
        """
        scores = self.scores(np.pad(waveform[0].numpy(), (0, PAUSE)))
        return torch.from_numpy(scores[: waveform.size(1) // (RATE // 50) + 1]).exp()[None]
