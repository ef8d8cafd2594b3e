"""The training loop: the model, its average, the optimizers, the schedule and the checkpoints."""

from __future__ import annotations

import copy
import csv
import math
import sys
import time
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from .augment import mask_features
from .commands import BLANK
from .corpus import Corpus
from .distributed import Group
from .int8 import emulate_int8
from .model import FoldvoxModel
from .muon import Muon
from .recipe import Recipe
from .scoring import Heard, Scores
from .streams import Batch

WARM_UP_STEPS, FLOOR = 200, 0.01
CROSS_ENTROPY_ONLY, INT8_FROM = 0.1, 0.9  # shares of the time
SAVE_MINUTES = 6.0
AVERAGING = 0.999
VALID_STREAMS = 150


class Trainer:
    """Trains until the recipe's minutes are over; the clock is part of the checkpoint."""

    def __init__(self, recipe: Recipe, corpus: Corpus, queue: Any, group: Group, run: Path, resume: bool):
        self.recipe, self.corpus, self.queue, self.group = recipe, corpus, queue, group
        self.run_folder, self.minutes = run, recipe.training["minutes"]
        self.model = FoldvoxModel(recipe.config).to(group.device)
        self.average = copy.deepcopy(self.model)
        self.optimizers = self._optimizers()
        self.peaks = [[part["lr"] for part in optimizer.param_groups] for optimizer in self.optimizers]
        self.step, self.done, self.emulating = 0, 0.0, False
        if resume:
            self._load(torch.load(self.checkpoint, map_location=group.device))
        else:
            self.mean, self.invstddev = self._statistics()
        self.trained = group.wrap(self.model)

    @property
    def checkpoint(self) -> Path:
        return self.run_folder / "last.pt"

    def _optimizers(self) -> List[torch.optim.Optimizer]:
        layers = set(self.model.transcriber.transformer.parameters())
        matrices = [
            p for name, p in self.model.named_parameters() if p in layers and name.endswith("weight") and p.dim() == 2
        ]
        others = [p for p in self.model.parameters() if all(p is not matrix for matrix in matrices)]
        rates = self.recipe.training
        return [
            Muon(matrices, lr=rates["muonRate"]),
            torch.optim.AdamW(others, lr=rates["adamRate"], betas=(0.9, 0.98), weight_decay=0.0),
        ]

    def _next(self) -> Batch:
        return Batch(*(torch.from_numpy(part).to(self.group.device) for part in self.queue.get()))

    def _statistics(self) -> "tuple[Tensor, Tensor]":
        features = torch.cat([self._next().features.float() for _ in range(4)])
        mean, invstddev = features.mean((0, 1)), 1 / features.std((0, 1))
        both = self.group.agree(*mean.tolist(), *invstddev.tolist())
        mean, invstddev = torch.tensor(both, dtype=torch.float32, device=self.group.device).chunk(2)
        return mean, invstddev

    def run(self) -> None:
        began, saved, losses = time.time() - self.done * 60, self.done, []
        bar = tqdm(total=100, unit="%", disable=not (self.group.leads and sys.stderr.isatty()))
        while True:
            (self.done,) = self.group.agree((time.time() - began) / 60)
            progress = self.done / self.minutes
            if progress >= 1:
                break
            losses.append(self._train_step(progress))
            bar.update(100 * progress - bar.n)
            if self.group.leads and self.done - saved > SAVE_MINUTES:
                saved = self.done
                self._save(float(np.mean(losses[-200:])))
        if self.group.leads:
            self._save(float(np.mean(losses[-200:])))

    def _set_rates(self, progress: float) -> None:
        share = min(1.0, (self.step + 1) / WARM_UP_STEPS) * max(FLOOR, 0.5 * (1 + math.cos(math.pi * progress)))
        for optimizer, peaks in zip(self.optimizers, self.peaks):
            for part, peak in zip(optimizer.param_groups, peaks):
                part["lr"] = peak * share

    def _train_step(self, progress: float) -> float:
        self._set_rates(progress)
        if progress >= INT8_FROM and not self.emulating:
            emulate_int8(self.model)
            self.emulating = True
        batch = self._next()
        features = (batch.features.float() - self.mean) * self.invstddev
        mask_features(features)
        with torch.autocast(self.group.device.type, torch.bfloat16):
            log_probs = self.trained(features)
        loss = losses(log_probs, batch, progress)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        decay = min(AVERAGING, self.step / (self.step + 50))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)
        return float(loss.detach())

    def _save(self, loss: float) -> None:
        state: Dict[str, Any] = {
            "recipe": self.recipe._asdict(), "model": self.model.state_dict(), "ema": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step, "done": self.done, "mean": self.mean, "inv": self.invstddev,
        }  # fmt: skip
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)
        scored = copy.deepcopy(self.average).cpu().eval()
        heard = Heard(scored, self.mean.cpu(), self.invstddev.cpu(), self.corpus, "valid", VALID_STREAMS)
        scores = heard.score()
        append_curve(self.run_folder / "curve.csv", self.done, self.step, loss, scores)
        line = f"{self.done:.1f} min, step {self.step}, loss {loss:.3f}"
        tqdm.write(f"{line}: valid WER {scores.wer:.3f}, single {scores.clips:.3f}")
        sys.stdout.flush()

    def _load(self, saved: Dict[str, Any]) -> None:
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["ema"])
        for optimizer, state in zip(self.optimizers, saved["optimizers"]):
            optimizer.load_state_dict(state)
        self.step, self.done, self.mean, self.invstddev = saved["step"], saved["done"], saved["mean"], saved["inv"]


def losses(log_probs: Tensor, batch: Batch, progress: float) -> Tensor:
    """Cross-entropy at the known places, and CTC after the first tenth: its share rises to 95 %."""
    picked = log_probs.gather(-1, batch.labels[..., None])[..., 0]
    loss = -(picked * batch.weights).sum() / batch.weights.sum()
    if progress < CROSS_ENTROPY_ONLY:
        return loss
    share = 0.5 if progress < 0.6 else 0.5 * max(0.1, (1 - progress) / 0.4)
    lengths = torch.full((log_probs.size(0),), log_probs.size(1))
    ctc = F.ctc_loss(
        log_probs.transpose(0, 1),
        batch.targets,
        lengths,
        batch.lengths.cpu(),
        BLANK,
        reduction="sum",
        zero_infinity=True,
    )
    return ctc / batch.lengths.sum().clamp(min=1) + share * loss


def append_curve(path: Path, minutes: float, step: int, loss: float, scores: Scores) -> None:
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(["minutes", "step", "loss", "valid_wer_joined", "valid_single", "valid_other_alarms"])
        figures = [f"{value:.4f}" for value in (loss, scores.wer, scores.clips, scores.other)]
        writer.writerow([f"{minutes:.1f}", step, *figures])
