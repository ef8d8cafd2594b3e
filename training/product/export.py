"""Turns a training checkpoint into a foldvox model file.

    python -m training.product.export CHECKPOINT... models/commands.safetensors [--weights int8|fp32] [--blank-shift 0]

The averaged weights are exported, those of several checkpoints as their mean, with the configuration of the recipe and
the feature statistics that training measured. `--blank-shift` lowers the blank's bias: CTC leaves faint words to the
blank. make_model.py chooses it on the `valid` speakers. `--side lexicon=models/english.lexicon` names a file that lies beside
the model and is loaded with it, by size and checksum.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import Any, Dict, List

import torch

from training.product.model.model_file import load_model, save_model
from training.product.model.recipe import BLANK


def averaged(checkpoints: List[Path]) -> Dict[str, Any]:
    """The last of the checkpoints, of one training, with the mean of their averaged weights (Izmailov et al., arXiv
    1803.05407: the ends of several schedules).
    """
    saved = [torch.load(path, map_location="cpu") for path in checkpoints]
    mean = {name: sum(each["ema"][name] for each in saved) / len(saved) for name in saved[-1]["ema"]}
    return {**saved[-1], "ema": mean}


def side_file(path: Path) -> Dict[str, Any]:
    """What a model's configuration says of a file beside it."""
    data = path.read_bytes()
    return {"file": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def export(
    saved: Dict[str, Any], output: Path, weights: str, blank_shift: float, sides: Dict[str, Path] | None = None
) -> int:
    """Writes the checkpoint's averaged model to `output` and reads it back; returns the file's bytes."""
    tensors = dict(saved["ema"])
    tensors["features.mean"], tensors["features.invstddev"] = saved["mean"], saved["inv"]
    last = "head.linear.bias" if saved["recipe"]["config"]["head"]["type"] == "ctc" else "joiner.linear.bias"
    tensors[last] = tensors[last].clone()
    tensors[last][BLANK] -= blank_shift
    output.parent.mkdir(parents=True, exist_ok=True)
    config = {**saved["recipe"]["config"], **{name: side_file(path) for name, path in (sides or {}).items()}}
    size = save_model(output, config, tensors, weights)
    load_model(output)
    return size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("output", type=Path)
    parser.add_argument("--weights", choices=("int8", "fp32"), default="int8")
    parser.add_argument("--blank-shift", type=float, default=0.0)
    parser.add_argument("--side", action="append", default=[], metavar="NAME=FILE")
    args = parser.parse_args()
    sides = {name: Path(path) for name, path in (side.split("=", 1) for side in args.side)}
    saved = averaged(args.checkpoints)
    size = export(saved, args.output, args.weights, args.blank_shift, sides)
    parameters = sum(tensor.numel() for tensor in saved["ema"].values())
    print(f"{args.output}: {args.weights}, {parameters} parameters, {size} bytes, step {saved['step']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
