"""One model while it learns: its weights, their running average, the optimizers and the loss."""

from __future__ import annotations

import copy
import math
from typing import Any, Dict, List

import torch
from torch import Tensor, nn

from .augment import mask_features
from .distributed import Group
from .int8 import emulate_int8
from .muon import Muon
from .objectives import objective_of
from .streams import Batch
from .transducer import make_model

WARM_UP_STEPS, FLOOR = 200, 0.01
INT8_FROM = 0.9  # of the whole training
AVERAGING = 0.999
LONGEST_GRADIENT = 2.0


class Learner:
    """Learns from batches of streams; `progress` from 0 to 1 says how much of the training is over."""

    def __init__(self, config: Dict[str, Any], training: Dict[str, Any], group: Group):
        self.device = group.device
        self.model, self.objective = make_model(config).to(self.device), objective_of(config)
        self.average = copy.deepcopy(self.model)
        self.optimizers = self._optimizers(training["muonRate"], training["adamRate"])
        self.peaks = [[part["lr"] for part in optimizer.param_groups] for optimizer in self.optimizers]
        self.step, self.emulating = 0, False
        self.wrapped = group.wrap(self.model)

    def _optimizers(self, muon_rate: float, adam_rate: float) -> List[torch.optim.Optimizer]:
        """Muon for the matrices of the layers, AdamW for everything else."""
        matrices = {
            name: parameter
            for name, parameter in self.model.named_parameters()
            if "emformer_layers" in name and name.endswith("weight") and parameter.dim() == 2
        }
        others = [parameter for name, parameter in self.model.named_parameters() if name not in matrices]
        return [
            Muon(matrices.values(), lr=muon_rate),
            torch.optim.AdamW(others, lr=adam_rate, betas=(0.9, 0.98), weight_decay=0.0),
        ]

    def learn(self, batch: Batch, mean: Tensor, invstddev: Tensor, progress: float) -> float:
        """One step; returns the loss."""
        self._set_rates(progress)
        if progress >= INT8_FROM and not self.emulating:
            emulate_int8(self.model)
            self.emulating = True
        features = (batch.features.float() - mean) * invstddev
        mask_features(features)
        with torch.autocast(self.device.type, torch.bfloat16):
            output = self.wrapped(features, *self.objective.inputs(batch))
        loss = self.objective.loss(output, batch, progress)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), LONGEST_GRADIENT)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        decay = min(AVERAGING, self.step / (self.step + 50))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)
        return float(loss.detach())

    def _set_rates(self, progress: float) -> None:
        """A warm-up, then a cosine."""
        share = min(1.0, (self.step + 1) / WARM_UP_STEPS) * max(FLOOR, 0.5 * (1 + math.cos(math.pi * progress)))
        for optimizer, peaks in zip(self.optimizers, self.peaks):
            for part, peak in zip(optimizer.param_groups, peaks):
                part["lr"] = peak * share

    def state(self) -> Dict[str, Any]:
        return {
            "model": self.model.state_dict(),
            "ema": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
        }

    def load(self, state: Dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["ema"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        self.step = state["step"]
