"""Compares the PyTorch model with torchaudio's Emformer, its offline with its streaming pass, and its losses, the transducer's
where the predictor says nothing, with PyTorch's CTC.

    python3 -m training.goldens.check_torchaudio

Runs wherever torch and torchaudio are installed (Debian: python3-torch, python3-torchaudio); exits 1 on disagreement.
"""

from __future__ import annotations

import itertools
import sys
from typing import Dict

import torch
import torch.nn.functional as F
from torchaudio.models import Emformer

from training.goldens.reference import random_config, torchaudio_stream
from training.product.learning.ctc import ctc_loss
from training.product.model.emformer import FoldvoxModel
from training.product.model.recipe import BLANK
from training.product.model.transducer import transducer_loss

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
    for name, value in loss_gaps().items():
        worst[name] = value
        print(f"{name} and its gradients: largest difference {value:.2e}")
    return int(max(worst.values()) > LIMIT)


def loss_gaps() -> Dict[str, float]:
    """Of our losses and their gradients to PyTorch's CTC; the transducer's is that if scores are the same behind any words."""
    torch.manual_seed(0)
    scores = torch.randn(4, 9, 1, 5, requires_grad=True)
    words, lengths = torch.tensor([[1, 2, 2], [3, 3, 3], [4, 1, 2], [2, 1, 1]]), torch.tensor([3, 2, 0, 1])
    steps = scores[:, :, 0].log_softmax(-1)
    tokens = torch.full((4,), 9)
    theirs = F.ctc_loss(steps.transpose(0, 1), words, tokens, lengths, BLANK, reduction="sum")
    ours = {
        "CTC loss": ctc_loss(steps, words, lengths),
        "transducer loss": transducer_loss(scores.expand(-1, -1, 4, -1), words, lengths),
    }
    wanted = torch.autograd.grad(theirs, scores, retain_graph=True)[0]
    gaps = {}
    for name, loss in ours.items():
        gradient = torch.autograd.grad(loss, scores, retain_graph=True)[0]
        gaps[name] = max(gap(gradient, wanted), gap(loss, theirs) / theirs.item())
    return gaps


def gap(first: torch.Tensor, second: torch.Tensor) -> float:
    return float((first - second).detach().abs().max())


if __name__ == "__main__":
    sys.exit(main())
