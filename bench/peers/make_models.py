"""Writes what every runtime is given: the same models as foldvox files and as ONNX graphs, and frames to run over.

    python3 bench/peers/make_models.py build/peers

Per model build/peers/NAME/: model.fp32.safetensors, model.int8.safetensors, step.fp32.onnx, step.int8.onnx (see
training/product/export_onnx.py), features.f32 [frames, mels], the states after the first `warm` steps key.f32, value.f32 and,
of convolutions, gated.f32, and step.json with the shapes. Seeds are fixed. A folder that is complete, and newer than the
model that it is of, is left alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, Tuple

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from training.product.export_onnx import export, warm_state, window_frames  # noqa: E402
from training.product.model.emformer import FoldvoxModel  # noqa: E402
from training.product.model.model_file import load_weights, read_weights, save_model  # noqa: E402
from training.goldens.reference import random_config  # noqa: E402
from training.goldens.make_goldens import random_weights  # noqa: E402

SHIPPED = ("commands", "commands-tiny", "english")
# Steps with a full left context.
STEPS = 48


def untrained(
    name: str, width: int, layers: int, heads: int, output: int, fold: int = 1
) -> Dict[str, Any]:
    """`layers` standard layers, or the fold times as many folded ones that cost as many linear multiply-adds."""
    plan = [(fold, fold, heads // fold, 4 * width)] * (layers * fold)
    return random_config(
        name=name, width=width, stride=4, mels=80, plan=plan, segment=4, leftContext=30, rightContext=1,
        outputDim=output, tokens=32,
    )  # fmt: skip


UNTRAINED = [
    untrained("6x144", 144, 6, 4, 144),
    untrained("6x144-folded", 144, 6, 4, 144, fold=2),
    untrained("base", 512, 20, 8, 1024),
    untrained("base-folded", 512, 20, 8, 1024, fold=2),
]


@torch.no_grad()
def make(seed: int, config: Dict[str, Any]) -> Tuple[FoldvoxModel, Dict[str, Tensor]]:
    torch.manual_seed(2000 + seed)
    model = FoldvoxModel(config).eval()
    random_weights(model)
    mels = config["encoder"]["inputDim"]
    return model, {
        **model.state_dict(),
        "features.mean": torch.zeros(mels),
        "features.invstddev": torch.ones(mels),
    }


def write(folder: Path, model: FoldvoxModel, tensors: Dict[str, Tensor]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # Without the files beside a model: encoders are compared.
    config = {key: value for key, value in model.config.items() if key not in ("lexicon", "ngrams", "phrases")}
    encoder = config["encoder"]
    for weights in ("fp32", "int8"):
        save_model(folder / f"model.{weights}.safetensors", config, tensors, weights)
    export(load_weights(folder / "model.fp32.safetensors")[0], folder)
    segment, right, stride = (
        encoder["segment"],
        encoder["rightContext"],
        encoder["stride"],
    )
    warm = -(-encoder["leftContext"] // segment)
    shared = encoder.get("inputKernel", stride) - stride
    frames = ((warm + STEPS) * segment + right) * stride + shared // 2
    torch.manual_seed(1)
    features = torch.round(torch.randn(frames, encoder["inputDim"]) * 64) / 64
    _, states = warm_state(model, features)
    for name, tensor in {"features": features, **states}.items():
        (folder / f"{name}.f32").write_bytes(tensor.contiguous().numpy().tobytes())
    shapes = {
        "warm": warm, "steps": STEPS, "advance": segment * stride, "frames": window_frames(encoder),
        "before": (shared + 1) // 2, "states": {name: list(tensor.shape) for name, tensor in states.items()},
        "mels": encoder["inputDim"], "output": segment * len(config["tokens"]),
    }  # fmt: skip
    (folder / "step.json").write_text(json.dumps(shapes) + "\n")


def made(last: Path, name: str) -> bool:
    """Whether the folder is complete, `last` being its last file, and of the model as it is now."""
    model = ROOT / "models" / f"{name}.safetensors"
    return last.exists() and not (
        name in SHIPPED and model.stat().st_mtime > last.stat().st_mtime
    )


def main() -> int:
    torch.set_num_threads(1)
    target = Path(sys.argv[1])
    names = SHIPPED + tuple(config["name"] for config in UNTRAINED)
    for name in [name for name in names if not made(target / name / "step.json", name)]:
        print(f"making {name}", flush=True)
        if name in SHIPPED:
            path = ROOT / "models" / f"{name}.safetensors"
            model, (tensors, _) = load_weights(path)[0], read_weights(path)
            write(target / name, model, tensors)
        else:
            seed = next(
                index
                for index, config in enumerate(UNTRAINED)
                if config["name"] == name
            )
            write(target / name, *make(seed, UNTRAINED[seed]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
