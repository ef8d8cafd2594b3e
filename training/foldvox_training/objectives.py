"""What a model learns by, according to its head: connectionist temporal classification (CTC) or a transducer's loss."""

from __future__ import annotations

from typing import Any, Dict, Protocol, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .recipe import BLANK
from .streams import Batch
from .transducer import transducer_loss

CROSS_ENTROPY_ONLY = 0.1  # of the whole training
MOST_BEFORE = 6


class Objective(Protocol):
    def inputs(self, batch: Batch) -> Tuple[Any, ...]:
        """What the model is called with beside the features."""

    def loss(self, output: Tensor, batch: Batch, progress: float) -> Tensor:
        """Of what the model gave, `progress` (0 to 1) into the training."""


class Ctc:
    """Cross-entropy at the known places; after the first tenth CTC too, and less and less cross-entropy.

    With a teacher, also the divergence from what it says of every token (Hinton et al., arXiv 1503.02531). Four plain layers
    of 80 after 800 steps on `valid`: 31.6 % WER, where without it the best shift of the blank gave 38.5 %.
    """

    def inputs(self, batch: Batch) -> Tuple[Any, ...]:
        return ()

    def loss(self, output: Tensor, batch: Batch, progress: float) -> Tensor:
        words = batch.lengths.cpu()
        picked = output.gather(-1, batch.labels[..., None])[..., 0]
        cross_entropy = -(picked * batch.weights).sum() / batch.weights.sum()
        taught = 0.0
        if batch.taught is not None:
            taught = F.kl_div(output, batch.taught, reduction="sum", log_target=True) / words.sum().clamp(min=1)
        if progress < CROSS_ENTROPY_ONLY:
            return cross_entropy + taught
        share = 0.5 if progress < 0.6 else 0.5 * max(0.1, (1 - progress) / 0.4)
        tokens = torch.full((output.size(0),), output.size(1))
        ctc = F.ctc_loss(
            output.transpose(0, 1), batch.targets, tokens, words, BLANK, reduction="sum", zero_infinity=True
        )
        return ctc / words.sum().clamp(min=1) + share * cross_entropy + taught


class Transducer:
    """The predictor hears a few words at random before the stream's: one that begins with every stream learns how many words
    a stream has, and the last words of longer ones were left out.
    """

    def __init__(self, tokens: int):
        self.tokens = tokens

    def inputs(self, batch: Batch) -> Tuple[Any, ...]:
        words = batch.targets
        before = torch.randint(1, self.tokens, (len(words), int(torch.randint(MOST_BEFORE + 1, ()))))
        return torch.cat([before.to(words.device), words], 1), words.size(1) + 1

    def loss(self, output: Tensor, batch: Batch, progress: float) -> Tensor:
        return transducer_loss(output, batch.targets, batch.lengths) / batch.lengths.sum().clamp(min=1)


def objective_of(config: Dict[str, Any]) -> Objective:
    return Ctc() if config["head"]["type"] == "ctc" else Transducer(len(config["tokens"]))
