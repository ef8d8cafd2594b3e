"""What a model learns by, according to its head: connectionist temporal classification (CTC) or a transducer's loss."""

from __future__ import annotations

from typing import Any, Dict, Protocol, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from training.product.model.recipe import BLANK
from training.product.model.transducer import transducer_loss

from .ctc import ctc_loss
from .streams import Batch

CROSS_ENTROPY_ONLY = 0.1  # of the whole training
MOST_BEFORE = 6


class Objective(Protocol):
    def inputs(self, batch: Batch) -> Tuple[Any, ...]:
        """What the model is called with beside the features."""

    def shares(self, progress: float) -> Sequence[float]:
        """Weights of the parts of the loss, `progress` (0 to 1) into the training."""

    def loss(self, output: Tensor, batch: Batch, shares: Tensor) -> Tensor:
        """Of what the model gave."""


class Ctc:
    """Cross-entropy at the known places; after the first tenth CTC too, and less and less cross-entropy.

    With a teacher, also the divergence from what it says of every token (Hinton et al., arXiv 1503.02531). Four plain layers
    of 80 after 800 steps on `valid`: 31.6 % WER, where without it the best shift of the blank gave 38.5 %.
    """

    def inputs(self, batch: Batch) -> Tuple[Any, ...]:
        return ()

    def shares(self, progress: float) -> Sequence[float]:
        """Of CTC and of cross-entropy."""
        if progress < CROSS_ENTROPY_ONLY:
            return 0.0, 1.0
        return 1.0, 0.5 if progress < 0.6 else 0.5 * max(0.1, (1 - progress) / 0.4)

    def loss(self, output: Tensor, batch: Batch, shares: Tensor) -> Tensor:
        words = batch.lengths.sum().clamp(min=1)
        # A blank that costs nothing where whatever is heard is right.
        free = F.pad((batch.weights == 0)[..., None], (BLANK, output.size(-1) - 1 - BLANK))
        output = output.masked_fill(free, 0)
        picked = output.gather(-1, batch.labels[..., None])[..., 0]
        cross_entropy = -(picked * batch.weights).sum() / batch.weights.sum()
        loss = shares[0] * ctc_loss(output, batch.targets, batch.lengths) / words + shares[1] * cross_entropy
        if batch.taught is not None:
            loss = loss + F.kl_div(output, batch.taught, reduction="sum", log_target=True) / words
        return loss


class Transducer:
    """The predictor hears a few words at random before the stream's: one that begins with every stream learns how many words
    a stream has, and the last words of longer ones were left out.
    """

    def __init__(self, tokens: int):
        self.tokens = tokens

    def inputs(self, batch: Batch) -> Tuple[Any, ...]:
        words = batch.targets[:, : int(batch.lengths.max())]
        before = torch.randint(1, self.tokens, (len(words), int(torch.randint(MOST_BEFORE + 1, ()))))
        return torch.cat([before.to(words.device), words], 1), words.size(1) + 1

    def shares(self, progress: float) -> Sequence[float]:
        return ()

    def loss(self, output: Tensor, batch: Batch, shares: Tensor) -> Tensor:
        words = batch.targets[:, : output.size(2) - 1]
        return transducer_loss(output, words, batch.lengths) / batch.lengths.sum().clamp(min=1)


def objective_of(config: Dict[str, Any]) -> Objective:
    return Ctc() if config["head"]["type"] == "ctc" else Transducer(len(config["tokens"]))
