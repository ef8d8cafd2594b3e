"""One training process, or several that torchrun started."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import List, NamedTuple

import torch
import torch.distributed as distributed
from torch import nn


class Group(NamedTuple):
    """The processes that train one model together; each has its own device and its own streams."""

    rank: int
    size: int
    device: torch.device

    @classmethod
    def join(cls) -> "Group":
        local = int(os.environ.get("LOCAL_RANK", 0))
        device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
        if "WORLD_SIZE" not in os.environ:
            return cls(0, 1, device)
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
        return cls(distributed.get_rank(), distributed.get_world_size(), device)

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def machine(self) -> str:
        """What trains, in words."""
        if self.device.type == "cuda":
            return f"{self.size} x {torch.cuda.get_device_name()}"
        linux = Path("/proc/cpuinfo")
        lines = linux.read_text().splitlines() if linux.exists() else []
        names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
        name = names[0] if names else platform.processor()
        return f"{os.cpu_count()} cores ({name})" if name else f"{os.cpu_count()} cores"

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model whose gradients are averaged over the group."""
        if self.size == 1:
            return model
        return nn.parallel.DistributedDataParallel(model, [self.device] if self.device.type == "cuda" else None)

    def agree(self, *numbers: float) -> List[float]:
        """The leader's numbers, everywhere: clocks differ between processes, and all must stop at the same step."""
        if self.size == 1:
            return list(numbers)
        values = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        distributed.broadcast(values, 0)
        return values.tolist()

    def leave(self) -> None:
        if self.size > 1:
            distributed.destroy_process_group()
