"""A function as one CUDA graph: launching some thousand small kernels one by one takes longer than they do.

A training step of 6 layers of 64 over 64 streams on an H100: 39 ms launched one by one, 5 ms as a graph; of `commands` over 256
streams 44 and 18 ms.
"""

from __future__ import annotations

from typing import Any, Callable, Optional, Tuple

import torch
from torch import Tensor


class Graphed:
    """Calls `function` with tensors of the same shapes each time: captured at the second call, after the first, done as it is,
    has made whatever it makes once. What it returns is overwritten by the next call.
    """

    def __init__(self, function: Callable[..., Any]):
        self.function, self.called = function, False
        self.graph: Optional[torch.cuda.CUDAGraph] = None
        self.inputs: Tuple[Tensor, ...] = ()
        self.outputs: Any = None

    def __call__(self, *given: Tensor) -> Any:
        if not self.called:
            self.called = True
            return self._aside(given)
        if self.graph is None:
            self.inputs, self.graph = tuple(tensor.clone() for tensor in given), torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.outputs = self.function(*self.inputs)
        for own, new in zip(self.inputs, given):
            own.copy_(new)
        self.graph.replay()
        return self.outputs

    def _aside(self, given: Tuple[Tensor, ...]) -> Any:
        """On another stream than the default, as capturing will be."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            outputs = self.function(*given)
        torch.cuda.current_stream().wait_stream(stream)
        return outputs
