"""PyTorch on the CPU, eager: the step that was exported to ONNX (`torch`), or torchaudio's own Emformer (`torchaudio`).

python3 pytorch.py first|serve FOLDER fp32 THREADS torch|torchaudio      answers as protocol.mjs says
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Callable, List, Tuple

import numpy as np
import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from training.product.export_onnx import StreamingStep, read_model  # noqa: E402


class Exported:
    """The exported step, from the state that the graphs start from."""

    def __init__(self, folder: Path):
        self.folder, self.step = folder, StreamingStep(read_model(folder / "model.fp32.safetensors"))

    def warm(self, _: Callable[[int], Tensor]) -> None:
        shapes = json.loads((self.folder / "step.json").read_text())["states"]
        self.states = [floats(self.folder / f"{name}.f32").reshape(shape) for name, shape in shapes.items()]

    def __call__(self, frames: Tensor) -> Tensor:
        output, *self.states = self.step(frames, *self.states)
        return output


class Torchaudio:
    """torchaudio's Emformer with the model's weights; input and output layers are ours. It warms itself."""

    def __init__(self, folder: Path):
        from training.goldens.reference import torchaudio_emformer

        self.model = read_model(folder / "model.fp32.safetensors")
        self.emformer = torchaudio_emformer(self.model)
        self.steps = json.loads((folder / "step.json").read_text())

    def warm(self, frames_of: Callable[[int], Tensor]) -> None:
        self.states = None
        for step in range(-self.steps["warm"], 0):
            self(frames_of(step))

    def __call__(self, frames: Tensor) -> Tensor:
        tokens = self.model.tokens(frames)
        encoded, _, self.states = self.emformer.infer(tokens, torch.tensor([tokens.size(1)]), self.states)
        return self.model.finish(encoded)


def floats(path: Path) -> Tensor:
    return torch.from_numpy(np.fromfile(path, np.float32))


def clocks() -> Tuple[float, float]:
    return time.perf_counter(), time.process_time()


def elapsed(start: Tuple[float, float]) -> List[float]:
    """Milliseconds since, and those of all processors."""
    return [1000 * (now - then) for now, then in zip(clocks(), start)]


def main() -> int:
    mode, folder, _, threads, kind = sys.argv[1:]
    torch.set_num_threads(int(threads))
    path, runtime = Path(folder), Exported if kind == "torch" else Torchaudio
    steps = json.loads((path / "step.json").read_text())
    features = floats(path / "features.f32").reshape(-1, steps["mels"])

    def frames_of(step: int) -> Tensor:
        first = (steps["warm"] + step) * steps["advance"] - steps["before"]
        return features[None, first : first + steps["frames"]]

    start = clocks()
    model = runtime(path)
    model.warm(frames_of)
    if mode == "first":
        model(frames_of(0))
        print(*elapsed(start))
        return 0
    print("ready", flush=True)
    following = 0
    for line in sys.stdin:
        question, argument = line.split()
        if question == "check":
            model.warm(frames_of)
            rows = torch.cat([model(frames_of(step))[0] for step in range(steps["steps"])])
            rows.numpy().tofile(argument)
            print("checked", flush=True)
            continue
        start = clocks()
        for _ in range(int(argument)):
            model(frames_of(following % steps["steps"]))
            following += 1
        print(*(ms / int(argument) for ms in elapsed(start)), flush=True)
    return 0


if __name__ == "__main__":
    with torch.inference_mode():
        sys.exit(main())
