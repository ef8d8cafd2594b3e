"""int8 weights, and the forward pass that uses them, in PyTorch: the same formulas as the WebAssembly engine.

Weights: symmetric, one fp32 scale per output row, scale = max|w| / 63: seven bits, which relaxed SIMD multiplies more than
twice as fast as eight (assembly/kernels/matmul-int7.ts). Activations: quantized per row at the input of
every linear layer, q = round_half_even(x * (127 / max|x|)); y = acc * (rowScale * weightScale) + bias in fp32.
"""

from __future__ import annotations

import functools
from typing import Dict, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Sums of K products of the two stay exact in fp32 up to this K; longer rows are summed in fp64.
LARGEST_WEIGHT, LARGEST_ACTIVATION = 63, 127
EXACT_FP32_TERMS = (1 << 24) // (127 * LARGEST_WEIGHT)


def quantize_weight(weight: Tensor) -> Tuple[Tensor, Tensor]:
    """[out, in] fp32 to int8 [out, in] and fp32 scales [out]; a row of zeros has scale 0."""
    largest = weight.abs().amax(1)
    factor = torch.where(largest > 0, LARGEST_WEIGHT / largest, torch.zeros_like(largest))
    integers = torch.round(weight * factor[:, None]).clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT)
    return integers.to(torch.int8), largest / LARGEST_WEIGHT


class Int8Linear(nn.Module):
    """A linear layer over int8 weights [out, in] whose input rows are quantized on the way in."""

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor | None):
        super().__init__()
        self.exact = weight.size(1) <= EXACT_FP32_TERMS
        self.register_buffer("transposed", weight.t().to(torch.float32 if self.exact else torch.float64))
        self.register_buffer("scale", scale)
        self.bias = bias

    def forward(self, rows: Tensor) -> Tensor:
        largest = rows.abs().amax(-1, keepdim=True)
        factor = torch.where(largest > 0, 127 / largest, torch.zeros_like(largest))
        sums = (torch.round(rows * factor).to(self.transposed.dtype) @ self.transposed).to(rows.dtype)
        result = sums * ((largest / 127) * self.scale)
        return result if self.bias is None else result + self.bias


def to_int8(model: nn.Module, quantized: Dict[str, Tuple[Tensor, Tensor]]) -> nn.Module:
    """Replaces the linear layers below `model` that `quantized` has, (weight, scale) by module name, in place."""
    for name, module in list(model.named_modules()):
        if not isinstance(module, nn.Linear) or name not in quantized:
            continue
        weight, scale = quantized[name]
        parent = model.get_submodule(name.rpartition(".")[0])
        bias = None if module.bias is None else module.bias.detach()
        setattr(parent, name.rpartition(".")[2], Int8Linear(weight, scale, bias))
    return model


def emulate_int8(model: nn.Module) -> None:
    """From here on every nn.Linear rounds its weights and inputs as above; gradients pass straight through."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            module.forward = functools.partial(_rounded_linear, module)


def _rounded_linear(module: nn.Linear, rows: Tensor) -> Tensor:
    weight = _rounded(module.weight, LARGEST_WEIGHT)
    return F.linear(_rounded(rows, LARGEST_ACTIVATION), weight, module.bias)


def _rounded(rows: Tensor, largest: int) -> Tensor:
    """Each row to integers up to `largest`, and back."""
    with torch.no_grad():
        scale = rows.abs().amax(-1, keepdim=True).float().clamp(min=1e-12) / largest
        change = torch.round(rows / scale) * scale - rows
    return rows + change
