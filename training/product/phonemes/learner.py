"""`english` while it learns: beginnings, the step, checkpoints and the curve."""

from __future__ import annotations

import contextlib
import copy
import csv
import math
import multiprocessing
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.product.learning.corpus import RATE
from training.product.model.emformer import FoldvoxModel
from training.product.model.features import LogMel
from training.product.model.model_file import read_weights
from training.product.model.recipe import BLANK, FEATURES

from .corpus import Speech
from .hama import Hama
from .inventory import TOKENS
from .speech import SpeechBatch, SpeechStreams
from .windows import forward_windows

SAVE_SECONDS, CURVE_STEPS, WARM_UP = 420, 25, 150
LEAST_RATE, LARGEST_GRADIENT, AVERAGE = 0.02, 2.0, 0.998
# Quiet sound keeps its shape: ln(gain x + 1e-6) with a gain of 1 would drown it.
GAIN = 1e4
FITTED_UTTERANCES = 180
ATTRIBUTION = [
    "Begun with the weights of hama 1.7.0 by Seongmin Park (Apache-2.0), and taught by it",
    "Trained on LibriSpeech dev-clean and test-clean (in part) and train-clean-100 by Vassil Panayotov et al., CC BY 4.0",
    "Trained on speechocean762 by Junbo Zhang et al. (Interspeech 2021)",
    "Trained on The LJ Speech Dataset by Keith Ito and Linda Johnson, public domain",
    "Trained on Speech Commands v0.02 by Pete Warden (arXiv 1804.03209), CC BY 4.0",
    "Pronunciations from CMUdict, Carnegie Mellon University",
]


def make_phoneme_config(recipe: Dict[str, Any]) -> Dict[str, Any]:
    """The configuration of a recipe's model (src/model/config.ts). `layers` are so many alike, or [attentionFold,
    feedForwardFold, feedForward, how many] from the sound upwards; folded attention has heads as wide as others'.
    """
    encoder = dict(recipe["encoder"])
    heads, feed_forward, kernel = (encoder.pop(key) for key in ("heads", "feedForward", "kernel"))
    rows = encoder["layers"] if isinstance(encoder["layers"], list) else [[1, 1, feed_forward, encoder["layers"]]]
    encoder["layers"] = [
        {
            "attentionFold": attention_fold,
            "feedForwardFold": ff_fold,
            "heads": heads // attention_fold,
            "feedForward": hidden,
            "kernel": kernel,
            "firstFeedForward": hidden,
        }
        for attention_fold, ff_fold, hidden, count in rows
        for _ in range(count)
    ]
    shape = {"inputDim": FEATURES["mels"], "projection": encoder["width"], "outputDim": encoder["width"]}
    return {
        "name": recipe["name"],
        "language": "en",
        "licence": "Apache-2.0",
        "attribution": ATTRIBUTION,
        "features": {**FEATURES, "gain": GAIN},
        "encoder": {**shape, "memory": 0, "tanhOnMemory": True, **encoder},
        "head": {"type": "ctc", "blank": BLANK, "delay": 0, **recipe["head"]},
        "tokens": TOKENS,
        "tokenUnit": "phoneme",
    }


@contextlib.contextmanager
def speech_workers(
    recipe: Dict[str, Any], speech: Speech, normal: Tuple[Tensor, Tensor], count: int, step: int
) -> "Iterator[multiprocessing.Queue]":
    """Processes that make batches. A resumed training goes on with new streams."""
    queue: multiprocessing.Queue = multiprocessing.Queue(6)
    seeds = [[recipe["training"]["seed"], step, index] for index in range(count)]
    makers = [multiprocessing.Process(target=_produce, args=(queue, recipe, speech, normal, seed)) for seed in seeds]
    for maker in makers:
        maker.daemon = True
        maker.start()
    try:
        yield queue
    finally:
        for maker in makers:
            maker.terminate()


def _produce(queue, recipe: Dict[str, Any], speech: Speech, normal: Tuple[Tensor, Tensor], seed: List[int]) -> None:
    torch.set_num_threads(1)
    encoder, training = recipe["encoder"], recipe["training"]
    tokens = encoder["segment"] * training["segments"] + encoder["rightContext"]
    shares = [recipe["sets"][each.name] for each in speech.sets]
    features = LogMel(FEATURES["mels"], FEATURES["log"], GAIN)
    streams = SpeechStreams(speech.sets, shares, speech.noises, speech.talk, normal, features, tokens, seed)
    while True:
        queue.put(streams.batch(training["batch"]))


class SpeechLearner:
    """The model, its optimizer and the running average of its weights, resumable. It begins with the weights of the file
    `start`, else with the teacher's, else with nothing.
    """

    def __init__(
        self,
        recipe: Dict[str, Any],
        speech: Speech,
        teacher: Hama | None,
        run: Path,
        resume: bool,
        start: Path | None = None,
    ):
        self.recipe, self.training, self.run_folder = recipe, recipe["training"], run
        self.model = FoldvoxModel(make_phoneme_config(recipe))
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=self.training["rate"], betas=(0.9, 0.98), weight_decay=0.01
        )
        self.step, self.seconds = 0, 0.0
        if resume:
            saved = torch.load(run / "last.pt", map_location="cpu")
            self.normal = saved["mean"], saved["inv"]
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.step, self.seconds = saved["step"], saved["seconds"]
        elif start:
            tensors, _ = read_weights(start)
            self.normal = tensors.pop("features.mean"), tensors.pop("features.invstddev")
            self.model.load_state_dict(tensors)
        else:
            self._begin(speech, teacher)
        self.average = copy.deepcopy(self.model)
        if resume:
            self.average.load_state_dict(saved["ema"])

    def run(self, batches: multiprocessing.Queue) -> None:
        """Until the recipe's minutes are over."""
        began, saved, losses = time.monotonic() - self.seconds, time.monotonic(), []
        while self.seconds < self.training["minutes"] * 60:
            losses.append(self.learn(batches.get()))
            self.seconds = time.monotonic() - began
            if self.step % CURVE_STEPS == 0:
                self.tell(np.mean(losses, 0))
                losses = []
            if time.monotonic() - saved > SAVE_SECONDS:
                self.save()
                saved = time.monotonic()
        self.save()

    def _begin(self, speech: Speech, teacher: Hama | None) -> None:
        """Statistics of our features over some utterances, and the teacher's weights fitted to them."""
        rng, waves = np.random.default_rng(self.training["seed"]), []
        for index in rng.integers(0, len(speech.sets), FITTED_UTTERANCES):
            of = speech.sets[index]
            start, samples = of.places[rng.integers(len(of.places))][:2]
            waves.append(torch.from_numpy(of.sound[start : start + samples].astype(np.float32) / 32768))
        features = LogMel(FEATURES["mels"], FEATURES["log"], GAIN)
        frames = torch.cat([features(wave[None])[0] for wave in waves])
        self.normal = frames.mean(0), 1 / frames.std(0)
        if teacher:
            self.model.load_state_dict(teacher.start(*self.normal, waves, features))

    def _rate(self) -> float:
        done = min(1.0, self.seconds / (self.training["minutes"] * 60))
        cosine = LEAST_RATE + (1 - LEAST_RATE) * 0.5 * (1 + math.cos(math.pi * done))
        return self.training["rate"] * min(1.0, (self.step + 1) / WARM_UP) * cosine

    def learn(self, batch: SpeechBatch) -> Tuple[float, float]:
        """One step; returns both losses."""
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        scores = forward_windows(self.model, batch.features[:, : self._frames()])
        rows = scores.size(1)
        lengths = torch.tensor([len(each) for each in batch.phonemes])
        ctc = F.ctc_loss(
            scores.transpose(0, 1),
            torch.cat(batch.phonemes),
            torch.full((len(lengths),), rows),
            lengths,
            blank=BLANK,
            reduction="sum",
            zero_infinity=True,
        ) / max(1, int(lengths.sum()))
        occupancy = -(batch.targets[:, :rows] * scores).sum(-1).mean()
        self.optimizer.zero_grad()
        (ctc + self.training["occupancyShare"] * occupancy).backward()
        if torch.isfinite(torch.nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)):
            self.optimizer.step()
        self.step += 1
        with torch.no_grad():
            keep = min(AVERAGE, 1 - 1 / (self.step / 4 + 1))
            for mean, weight in zip(self.average.parameters(), self.model.parameters()):
                mean.lerp_(weight, 1 - keep)
        return float(ctc.detach()), float(occupancy.detach())

    def _frames(self) -> int:
        encoder = self.recipe["encoder"]
        tokens = encoder["segment"] * self.training["segments"] + encoder["rightContext"]
        return tokens * encoder["stride"]

    def tell(self, losses: np.ndarray) -> None:
        """Adds a row to the curve."""
        ctc, occupancy = losses
        heard = self.step * self.training["batch"] * self._frames() * FEATURES["hopSamples"] / RATE / 3600
        row = {"step": self.step, "minutes": self.seconds / 60, "hours": heard, "ctc": ctc, "occupancy": occupancy}
        path = self.run_folder / "curve.csv"
        new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, row)
            if new:
                writer.writeheader()
            writer.writerow({name: round(float(value), 4) for name, value in row.items()})
        print(", ".join(f"{name} {value:.3f}" for name, value in row.items()), flush=True)

    def save(self) -> None:
        """Writes the checkpoint, at once or not at all."""
        mean, inv = self.normal
        saved = {
            "model": self.model.state_dict(),
            "ema": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "mean": mean,
            "inv": inv,
            "step": self.step,
            "seconds": self.seconds,
            "recipe": {"config": self.model.config},
        }
        unfinished = self.run_folder / "last.pt.part"
        torch.save(saved, unfinished)
        unfinished.replace(self.run_folder / "last.pt")
