"""Trains the `commands` model on one CPU.

    python training/train.py DATA RUN --minutes 92 [--threads 2] [--resume]

DATA is the prepared folder (training/README.md), RUN receives last.pt (every 4 minutes) and curve.csv. The recipe:
frame-level cross-entropy at the known word positions for the first quarter of the time, then CTC with a falling share
of cross-entropy; AdamW with a warm-up and a cosine over the wall clock; the averaged weights (EMA) are what is scored
and exported. Linear layers run in bfloat16 under autocast where the CPU is faster so (avx512_bf16).
"""

from __future__ import annotations

import argparse
import copy
import csv
import math
import multiprocessing
import os
import sys
import time
from pathlib import Path
from typing import Any, Dict

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from foldvox_training.commands import BLANK, CONFIG
from foldvox_training.corpus import default_cache, load_corpus
from foldvox_training.features import LogMel
from foldvox_training.model import FoldvoxModel
from foldvox_training.scoring import score
from foldvox_training.streams import StreamMaker

WARM_UP_STEPS, FLOOR = 300, 0.02
CROSS_ENTROPY_ONLY = 0.25  # share of the time
SAVE_MINUTES = 4.0
EMA_DECAY = 0.9985
VALID_STREAMS = 150


def main() -> int:
    args = parse()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    np.random.seed(args.seed)
    args.run.mkdir(parents=True, exist_ok=True)
    corpus = load_corpus(args.data, args.cache)
    print({split: len(clips) for split, clips in corpus.clips.items()}, flush=True)
    right = CONFIG["encoder"]["rightContext"]
    queue: Any = multiprocessing.Queue(6)
    worker = multiprocessing.Process(
        target=produce, args=(queue, StreamMaker(corpus, args.tokens, right, args.seed + os.getpid()), args.batch)
    )
    worker.daemon = True
    worker.start()
    try:
        Training(args, corpus, queue).run()
    finally:
        worker.terminate()
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--minutes", type=float, default=92)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=48, help="streams a step")
    parser.add_argument("--tokens", type=int, default=80, help="tokens of 40 ms a stream")
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--resume", action="store_true", help="go on from RUN/last.pt")
    return parser.parse_args()


def produce(queue: Any, maker: StreamMaker, size: int) -> None:
    torch.set_num_threads(1)
    os.nice(5)
    while True:
        queue.put(maker.batch(size))


class Training:
    """The model, its average, the optimizer and the clock."""

    def __init__(self, args: argparse.Namespace, corpus: Any, queue: Any):
        self.args, self.corpus, self.queue = args, corpus, queue
        self.extract = LogMel()
        self.model = FoldvoxModel(CONFIG)
        decayed = [parameter for parameter in self.model.parameters() if parameter.dim() > 1]
        plain = [parameter for parameter in self.model.parameters() if parameter.dim() <= 1]
        groups = [{"params": decayed, "weight_decay": 0.03}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=args.rate, betas=(0.9, 0.98))
        self.checkpoint, self.step, self.done = args.run / "last.pt", 0, 0.0
        if args.resume:
            saved = torch.load(self.checkpoint)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["opt"])
            self.step, self.done, self.mean, self.invstddev = saved["step"], saved["done"], saved["mean"], saved["inv"]
            self.average = copy.deepcopy(self.model)
            self.average.load_state_dict(saved["ema"])
        else:
            self.average = copy.deepcopy(self.model)
            self.mean, self.invstddev = self.statistics()

    def frames(self, waveform: np.ndarray) -> Tensor:
        mel = self.extract(torch.from_numpy(waveform))
        return mel[:, : waveform.shape[1] // 160]

    def statistics(self) -> "tuple[Tensor, Tensor]":
        mel = self.frames(np.concatenate([self.queue.get().waveform for _ in range(4)]))
        return mel.mean((0, 1)), 1 / mel.std((0, 1))

    def run(self) -> None:
        began, saved, losses = time.time() - self.done * 60, self.done, []
        while True:
            self.done = (time.time() - began) / 60
            if self.done >= self.args.minutes:
                break
            losses.append(self.train_step(self.done / self.args.minutes))
            if self.step % 50 == 0:
                print(f"{self.done:.1f} min, step {self.step}, loss {np.mean(losses[-50:]):.3f}", flush=True)
            if self.done - saved > SAVE_MINUTES:
                saved = self.done
                self.save(float(np.mean(losses[-200:])))
        self.save(float(np.mean(losses[-200:])))

    def train_step(self, progress: float) -> float:
        rate = self.args.rate * min(1, (self.step + 1) / WARM_UP_STEPS)
        rate *= FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * progress))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = self.queue.get()
        features = (self.frames(batch.waveform) - self.mean) * self.invstddev
        if progress > 0.05:
            mask_features(features)
        with torch.autocast("cpu", torch.bfloat16):
            log_probs = self.model(features)
        weights = torch.from_numpy(batch.weights)
        picked = log_probs.gather(-1, torch.from_numpy(batch.labels)[..., None])[..., 0]
        loss = -(picked * weights).sum() / weights.sum()
        if progress >= CROSS_ENTROPY_ONLY:
            share = 0.5 if progress < 0.6 else 0.5 * max(0.1, (1 - progress) / 0.4)
            lengths = torch.from_numpy(batch.lengths)
            ctc = F.ctc_loss(
                log_probs.transpose(0, 1), torch.from_numpy(batch.targets),
                torch.full((len(lengths),), log_probs.size(1)), lengths, BLANK, reduction="sum", zero_infinity=True,
            )  # fmt: skip
            loss = ctc / max(1, int(lengths.sum())) + share * loss
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        self.optimizer.step()
        self.step += 1
        decay = min(EMA_DECAY, self.step / (self.step + 50))
        with torch.no_grad():
            for kept, fresh in zip(self.average.parameters(), self.model.parameters()):
                kept.lerp_(fresh, 1 - decay)
        return float(loss.detach())

    def save(self, loss: float) -> None:
        state: Dict[str, Any] = {
            "model": self.model.state_dict(), "opt": self.optimizer.state_dict(), "ema": self.average.state_dict(),
            "step": self.step, "done": self.done, "mean": self.mean, "inv": self.invstddev,
        }  # fmt: skip
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)
        scores = score(self.average.eval(), self.mean, self.invstddev, self.corpus, "valid", VALID_STREAMS)
        self.average.train()
        append_curve(self.args.run / "curve.csv", self.done, self.step, loss, scores)
        print(f"{self.done:.1f} min: valid WER {scores.wer:.3f}, single {scores.clips:.3f}", flush=True)


def append_curve(path: Path, minutes: float, step: int, loss: float, scores: Any) -> None:
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow(["minutes", "step", "loss", "valid_wer_joined", "valid_single", "valid_other_alarms"])
        figures = [f"{value:.4f}" for value in (loss, scores.wer, scores.clips, scores.other)]
        writer.writerow([f"{minutes:.1f}", step, *figures])


def mask_features(features: Tensor) -> None:
    """SpecAugment, in place: two bands of up to 9 mels for the batch, two gaps of up to 7 frames for each stream."""
    for _ in range(2):
        start, width = np.random.randint(0, 73), np.random.randint(0, 10)
        features[:, :, start : start + width] = 0
    for row in features:
        for _ in range(2):
            start, width = np.random.randint(0, features.size(1) - 4), np.random.randint(0, 8)
            row[start : start + width] = 0


if __name__ == "__main__":
    sys.exit(main())
