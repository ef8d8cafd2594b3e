"""The training loop of one model: the clock, the checkpoints and the curve."""

from __future__ import annotations

import collections
import copy
import csv
import math
import sys
import time
from pathlib import Path
from typing import Any, Deque, Dict, Optional, Tuple

import torch
from torch import Tensor
from tqdm import tqdm

from training.product.model.model_file import read_weights
from training.product.model.recipe import Recipe
from training.product.model.transducer import TransducerModel

from .corpus import Corpus
from .distributed import Group
from .learner import Learner
from .scoring import Heard, Scores
from .streams import Batch
from .workers import Batches

SAVE_MINUTES = 6.0
VALID_STREAMS = 150
LOSSES = 200  # last ones, of which the mean is told
STATISTICS_BATCHES = 4
SETTLE_FROM = 0.75  # of the whole training, streams are less disturbed


class Trainer:
    """Trains until the recipe's minutes are over; the clock is part of the checkpoint.

    A new training may `start` from the weights of a model file with the same encoder. The teachers of the recipe learn
    from the same batches, and the model from the mean of what they say too.
    """

    def __init__(
        self, recipe: Recipe, corpus: Corpus, group: Group, run: Path, resume: bool, start: Optional[Path] = None
    ):
        self.recipe, self.corpus, self.group = recipe, corpus, group
        self.run_folder, self.minutes = run, recipe.training["minutes"]
        if group.leads and not resume:
            self.curve.unlink(missing_ok=True)
        self.learner = Learner(recipe.config, recipe.training, group)
        self.teachers = [
            Learner(recipe.teachers["config"], recipe.training, group, recipe.teachers["dropout"])
            for _ in range(recipe.teachers["count"] if recipe.teachers else 0)
        ]
        if resume:
            saved = torch.load(self.checkpoint, map_location=group.device)
            self.learner.load(saved)
            for teacher, state in zip(self.teachers, saved["teachers"]):
                teacher.load(state)
            self.done, self.statistics = saved["done"], (saved["mean"], saved["inv"])
        elif start:
            self.done, self.statistics = 0.0, start_from(self.learner, start)
        else:
            self.done, self.statistics = 0.0, None

    @property
    def checkpoint(self) -> Path:
        return self.run_folder / "last.pt"

    @property
    def curve(self) -> Path:
        return self.run_folder / "curve.csv"

    def _measure(self, batches: Batches) -> Tuple[Tensor, Tensor]:
        """Mean and inverse standard deviation of every mel, the same in every process."""
        mean, invstddev = statistics(batches, self.group.device)
        both = self.group.agree(*mean.tolist(), *invstddev.tolist())
        mean, invstddev = torch.tensor(both, dtype=torch.float32, device=self.group.device).chunk(2)
        return mean, invstddev

    def run(self, batches: Batches) -> None:
        if self.statistics is None:
            self.statistics = self._measure(batches)
        began, saved = time.time() - self.done * 60, self.done
        losses: Deque[Tensor] = collections.deque(maxlen=LOSSES)
        bar = tqdm(total=100, unit="%", disable=not (self.group.leads and sys.stderr.isatty()))
        while True:
            (self.done,) = self.group.agree((time.time() - began) / 60)
            progress = self.done / self.minutes
            if progress >= 1:
                break
            if progress >= SETTLE_FROM:
                batches.settle()
            batch = self._taught(batches.next(self.group.device), progress)
            losses.append(self.learner.learn(batch, *self.statistics, progress)[1].clone())
            bar.update(100 * progress - bar.n)
            if self.group.leads and self.done - saved > SAVE_MINUTES:
                saved = self.done
                self._save(losses)
        if self.group.leads and losses:
            self._save(losses)

    def _taught(self, batch: Batch, progress: float) -> Batch:
        """The batch with the mean of what the teachers say of it while they learn from it, each with masks of its own."""
        if not self.teachers:
            return batch
        said = [teacher.learn(batch, *self.statistics, progress)[0].clone() for teacher in self.teachers]
        return batch._replace(taught=torch.stack(said).logsumexp(0) - math.log(len(said)))

    def _save(self, losses: Deque[Tensor]) -> None:
        mean, invstddev = self.statistics
        state: Dict[str, Any] = {
            **self.learner.state(),
            "teachers": [teacher.state() for teacher in self.teachers],
            "recipe": self.recipe._asdict(),
            "done": self.done,
            "machine": self.group.machine(),
            "mean": mean,
            "inv": invstddev,
        }
        write_checkpoint(self.checkpoint, state)
        loss, step = float(torch.stack(list(losses)).mean()), self.learner.step
        scored = copy.deepcopy(self.learner.average).eval()
        scores = Heard(scored, mean.cpu(), invstddev.cpu(), self.corpus, "valid", VALID_STREAMS).score()
        append_curve(self.curve, self.done, step, loss, scores)
        line = f"{self.done:.1f} min, step {step}, loss {loss:.3f}"
        tqdm.write(f"{line}: valid WER {scores.wer:.3f}, single {scores.clips:.3f}")
        sys.stdout.flush()


@torch.no_grad()
def start_from(learner: Learner, path: Path) -> Tuple[Tensor, Tensor]:
    """Gives the learner the weights of a model file, those of words that both know too; returns its statistics.

    A transducer begins with the head of a CTC model as its joiner.
    """
    tensors, config = read_weights(path)
    model = learner.model
    if "head.linear.weight" in tensors:
        known = {token: row for row, token in enumerate(config["tokens"])}
        linear = model.joiner.linear if isinstance(model, TransducerModel) else model.head.linear
        for name, own in linear.named_parameters():
            rows = tensors.pop(f"head.linear.{name}")
            for row, token in enumerate(model.config["tokens"]):
                if token in known:
                    own[row] = rows[known[token]]
        if isinstance(model, TransducerModel):
            model.begin_as_ctc()
    statistics = tuple(tensors.pop(f"features.{name}").to(learner.device) for name in ("mean", "invstddev"))
    model.load_state_dict({**model.state_dict(), **tensors})
    learner.average.load_state_dict(model.state_dict())
    return statistics


def statistics(batches: Batches, device: torch.device) -> Tuple[Tensor, Tensor]:
    """Mean and inverse standard deviation of every mel, [mels] each, in batches of which none is seen twice."""
    features = torch.cat([batches.fresh(device).features.float() for _ in range(STATISTICS_BATCHES)])
    return features.mean((0, 1)), 1 / features.std((0, 1))


def write_checkpoint(path: Path, state: Dict[str, Any]) -> None:
    """At once or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def append_curve(path: Path, minutes: float, step: int, loss: float, scores: Scores) -> None:
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(["minutes", "step", "loss", "valid_wer_joined", "valid_single", "valid_other_alarms"])
        figures = [f"{value:.4f}" for value in (loss, scores.wer, scores.clips, scores.other)]
        writer.writerow([f"{minutes:.1f}", step, *figures])
