"""Compares the PyTorch model with torchaudio's Emformer, its offline with its streaming pass, and the transducer's loss with
the sum over all paths.

    python3 training/check_torchaudio.py

Runs wherever torch and torchaudio are installed (Debian: python3-torch, python3-torchaudio); exits 1 on disagreement.
"""

from __future__ import annotations

import itertools
import sys

import torch
from torchaudio.models import Emformer

from foldvox_training.model import FoldvoxModel
from foldvox_training.recipe import BLANK
from foldvox_training.reference import random_config, torchaudio_stream
from foldvox_training.transducer import transducer_loss

LIMIT = 1e-5


def main() -> int:
    torch.set_num_threads(1)
    worst = {"torchaudio streaming": 0.0, "torchaudio offline": 0.0, "folded offline": 0.0}
    grid = itertools.product((1, 3, 4), (0, 1, 7, 30), (0, 1, 2), (0, 1, 4))
    for seed, (segment, left, right, memory) in enumerate(grid):
        torch.manual_seed(seed)
        shape = dict(segment=segment, leftContext=left, rightContext=right, memory=memory, tanhOnMemory=seed % 2 == 0)
        features = torch.randn(1, (segment * 9 + 1 + right) * 2, 6)
        plain = FoldvoxModel(random_config(width=24, stride=2, mels=6, plan=[(1, 1, 4, 48)] * 3, **shape)).eval()
        folded_plan = [(1, 2, 2, 48), (2, 2, 3, 48), (4, 1, 2, 48)]
        folded = FoldvoxModel(random_config(width=24, stride=2, mels=6, plan=folded_plan, **shape)).eval()
        with torch.no_grad():
            frames = features[0, : features.size(1) - right * 2]
            features[:, frames.size(0) :] = 0
            theirs = torchaudio_stream(plain, frames)
            emformer: Emformer = theirs.emformer
            count = torch.tensor([frames.size(0) // 2])
            offline = plain.finish(emformer(plain.tokens(features), count)[0])[0]
            ours = plain.stream(frames)
            worst["torchaudio streaming"] = max(worst["torchaudio streaming"], gap(theirs.output, ours))
            worst["torchaudio offline"] = max(worst["torchaudio offline"], gap(offline, plain(features)[0]))
            worst["folded offline"] = max(worst["folded offline"], gap(folded.stream(frames), folded(features)[0]))
    for name, value in worst.items():
        print(f"{name}: largest difference {value:.2e} over {seed + 1} configurations")
    worst["transducer loss"] = loss_gap()
    print(f"transducer loss: difference from the sum over all paths {worst['transducer loss']:.2e}")
    return int(max(worst.values()) > LIMIT)


def loss_gap() -> float:
    """Of our transducer loss to the sum over all paths, relative to the loss."""
    torch.manual_seed(0)
    times, lengths = 7, [3, 0, 2, 1]
    scores, words = torch.randn(4, times, 4, 9), torch.randint(1, 9, (4, 3))
    steps, total = scores.log_softmax(-1), 0.0
    for stream, length in enumerate(lengths):
        paths = []
        for said in itertools.combinations(range(times), length):
            behind = [sum(other < time for other in said) for time in range(times)]
            taken = [words[stream, n] if time in said else BLANK for time, n in enumerate(behind)]
            paths.append(steps[stream, range(times), behind, taken].sum())
        total -= float(torch.stack(paths).logsumexp(0))
    return abs(float(transducer_loss(scores, words, torch.tensor(lengths))) - total) / total


def gap(first: torch.Tensor, second: torch.Tensor) -> float:
    return float((first - second).abs().max())


if __name__ == "__main__":
    sys.exit(main())
