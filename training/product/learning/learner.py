"""One model while it learns: its weights, their running average, the optimizers and the loss."""

from __future__ import annotations

import copy
import math
from typing import Any, Callable, Dict, List, Tuple

import torch
from torch import Tensor, nn

from training.product.model.int8 import emulate_int8
from training.product.model.transducer import make_model

from .augment import mask_features
from .distributed import Group
from .ear import Ear, phoneme_loss
from .graphed import Graphed
from .muon import Muon
from .objectives import Ctc, objective_of
from .streams import Batch

WARM_UP_STEPS, FLOOR = 200, 0.01
INT8_FROM = 0.9  # of the whole training
AVERAGING = 0.999
LONGEST_GRADIENT = 2.0


class Learner:
    """Learns from batches of streams; `progress` from 0 to 1 says how much of the training is over."""

    def __init__(self, config: Dict[str, Any], training: Dict[str, Any], group: Group, dropout: float = 0.0):
        self.device = group.device
        self.model, self.objective = make_model(config, dropout).to(self.device), objective_of(config)
        self.average = copy.deepcopy(self.model)
        self.ear = None
        if "phonemeLayer" in training:
            self.ear = Ear(self.model, config["encoder"]["width"], training["phonemeLayer"]).to(self.device)
        self.phoneme_share = training.get("phonemeShare", 0)
        self.wrapped = group.wrap(self.ear or self.model)
        self.peaks = training["muonRate"], training["adamRate"]
        # What changes from step to step is kept on the device, where a graph finds it.
        self.rates, self.shares = torch.zeros(2, device=self.device), torch.zeros(2, device=self.device)
        self.forgetting = torch.zeros((), device=self.device)
        self.optimizers = self._optimizers()
        self._follow_rates()
        self.step, self.emulating = 0, False
        # What a transducer's predictor hears has another length in every step.
        self.graphs = self.device.type == "cuda" and group.size == 1 and isinstance(self.objective, Ctc)
        self.once: Callable[..., Tuple[Tensor, Tensor]] = self._once_called()

    def _optimizers(self) -> List[torch.optim.Optimizer]:
        """Muon for the matrices of the layers, AdamW for everything else."""
        matrices = {
            name: parameter
            for name, parameter in self.model.named_parameters()
            if "emformer_layers" in name and name.endswith("weight") and parameter.dim() == 2
        }
        others = [parameter for name, parameter in self.model.named_parameters() if name not in matrices]
        others += self.ear.linear.parameters() if self.ear else []
        capturable, (muon, adam) = self.device.type == "cuda", self.rates
        return [
            Muon(matrices.values(), lr=muon),
            torch.optim.AdamW(others, lr=adam, betas=(0.9, 0.98), weight_decay=0.0, fused=True, capturable=capturable),
        ]

    def _follow_rates(self) -> None:
        """An optimizer that was loaded has the rate of its checkpoint, and the device's settings."""
        for optimizer, rate in zip(self.optimizers, self.rates):
            optimizer.param_groups[0]["lr"] = rate
            if "capturable" in optimizer.defaults:
                optimizer.param_groups[0]["capturable"] = optimizer.defaults["capturable"]

    def learn(self, batch: Batch, mean: Tensor, invstddev: Tensor, progress: float) -> Tuple[Tensor, Tensor]:
        """One step; returns what the model gave and the loss. On a GPU both are still being computed, and overwritten by the
        next step.
        """
        if progress >= INT8_FROM and not self.emulating:
            emulate_int8(self.model)
            self.emulating, self.once = True, self._once_called()
        self._set_rates(progress)
        self.step += 1
        return self.once(mean, invstddev, *(part for part in batch if part is not None))

    def _once_called(self) -> Callable[..., Tuple[Tensor, Tensor]]:
        return Graphed(self._once) if self.graphs else self._once

    def _once(self, mean: Tensor, invstddev: Tensor, *parts: Tensor) -> Tuple[Tensor, Tensor]:
        """A step on the device, from a batch to changed weights."""
        batch = Batch(*parts)
        features = (batch.features.float() - mean) * invstddev
        mask_features(features)
        with torch.autocast(self.device.type, torch.bfloat16):
            output = self.wrapped(features, *self.objective.inputs(batch))
            output, phonemes = output if self.ear else (output, None)
        loss = self.objective.loss(output, batch, self.shares)
        if phonemes is not None:
            loss = loss + self.phoneme_share * phoneme_loss(phonemes, batch.sounds)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), LONGEST_GRADIENT)
        for optimizer in self.optimizers:
            optimizer.step()
        with torch.no_grad():
            kept, learnt = list(self.average.parameters()), list(self.model.parameters())
            torch._foreach_add_(kept, torch._foreach_mul(torch._foreach_sub(learnt, kept), self.forgetting))
        return output.detach(), loss.detach()

    def _set_rates(self, progress: float) -> None:
        """A warm-up, then a cosine; the running average forgets more at first."""
        share = min(1.0, (self.step + 1) / WARM_UP_STEPS) * max(FLOOR, 0.5 * (1 + math.cos(math.pi * progress)))
        for own, peak in zip(self.rates, self.peaks):
            own.fill_(peak * share)
        for own, weight in zip(self.shares, self.objective.shares(progress)):
            own.fill_(weight)
        self.forgetting.fill_(1 - min(AVERAGING, (self.step + 1) / (self.step + 51)))

    def state(self) -> Dict[str, Any]:
        return {
            "model": self.model.state_dict(),
            "ema": self.average.state_dict(),
            "ear": self.ear.linear.state_dict() if self.ear else None,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
        }

    def load(self, state: Dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["ema"])
        if self.ear:
            self.ear.linear.load_state_dict(state["ear"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        self._follow_rates()
        self.step = state["step"]
