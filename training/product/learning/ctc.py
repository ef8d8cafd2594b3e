"""Connectionist temporal classification (Graves et al., ICML 2006): its loss, of nothing but products on the model's device.

PyTorch's own wants lengths on the host, for which a GPU has to stop in every step, and cannot be captured in a graph.
"""

from __future__ import annotations

from typing import Any, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from training.product.model.recipe import BLANK

SCALED_EVERY = 4  # tokens: fp64 holds products of as many probabilities, however small
TINY = 1e-300


class _Ctc(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, log_probs: Tensor, words: Tensor, lengths: Tensor) -> Tensor:
        loss, gradient = _loss_and_gradient(log_probs, words, lengths)
        context.save_for_backward(gradient)
        return loss

    @staticmethod
    def backward(context: Any, outer: Tensor) -> Tuple[Tensor, None, None]:
        return context.saved_tensors[0] * outer, None, None


def ctc_loss(log_probs: Tensor, words: Tensor, lengths: Tensor) -> Tensor:
    """Minus the log-likelihood of every stream's words, summed: log_probs [B, T, V], words [B, U], lengths [B] of at most U."""
    return _Ctc.apply(log_probs, words, lengths)


def _loss_and_gradient(log_probs: Tensor, words: Tensor, lengths: Tensor) -> Tuple[Tensor, Tensor]:
    """States are a blank, the first word, a blank, ...: [B, S = 2 U + 1]. The forward recursion and the backward one are the
    same but for the direction of time and of the steps between states, and run as one of 2 B streams.
    """
    streams, times, _ = log_probs.shape
    states = torch.stack([torch.full_like(words, BLANK), words], 2).flatten(1)
    states = F.pad(states, (0, 1), value=BLANK)
    index = states[:, None].expand(-1, times, -1)
    said = log_probs.gather(2, index).double().exp().clamp(min=TINY)
    steps, ends = _steps(states), _ends(states, lengths)
    starts = (torch.arange(states.size(1), device=words.device) < 2).expand_as(ends)
    here, total = torch.cat([starts, ends]).double(), said.new_zeros(2 * streams)
    both, passed = torch.cat([said, said.flip(1)]), []
    between = torch.cat([steps, steps.transpose(1, 2)])
    for time, now in enumerate(both.unbind(1)):
        here = (here if time == 0 else (here[:, None] @ between)[:, 0]) * now
        if time % SCALED_EVERY == 0 or time == times - 1:
            scale = here.sum(1, keepdim=True).clamp(min=TINY)
            here, total = here / scale, total + scale[:, 0].log()
        passed.append(here)
    before, after = torch.stack(passed, 1).split(streams)
    likely = before * after.flip(1) / said
    likely = likely / likely.sum(2, keepdim=True).clamp(min=TINY)
    gradient = torch.zeros_like(log_probs).scatter_add_(2, index, -likely.to(log_probs.dtype))
    reached = (before[:, -1] * ends).sum(1).clamp(min=TINY).log()
    return -(total[:streams] + reached).sum().to(log_probs.dtype), gradient


def _steps(states: Tensor) -> Tensor:
    """[B, S, S]: 1 from a state to itself, to the next, and from word to word unless it is the same word."""
    count, other = states.size(1), torch.zeros_like(states, dtype=torch.bool)
    other[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    near = torch.ones(count, count, device=states.device).tril(1).triu()
    return (near + torch.diag_embed(other[:, 2:].float(), 2)).double()


def _ends(states: Tensor, lengths: Tensor) -> Tensor:
    """[B, S]: the last word, and the blank behind it."""
    places, last = torch.arange(states.size(1), device=states.device)[None], 2 * lengths[:, None]
    return (places <= last) & (places >= last - 1)
