"""The fold study in the engine: word errors of trained plans, costs, and how long a step takes (build/cli.js)."""

from __future__ import annotations

import json
import statistics as numbers
import subprocess
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence

COMMAND = ["node", str(Path(__file__).resolve().parents[2] / "build" / "cli.js")]


class Plan(NamedTuple):
    """One way to fold, as a whole model configuration."""

    name: str
    about: str
    config: Dict[str, Any]

    def model(self, folder: Path, seed: int) -> Path:
        return folder / f"{self.name.replace(' ', '-')}.{seed}.safetensors"


def word_errors(model: Path, manifest: Path) -> Dict[str, List[Any]]:
    """For every stream with words: `errors`, the `words` spoken, and the `speaker`."""
    utterances = model.with_suffix(".jsonl")
    foldvox("evaluate", model, manifest, "--json", "--utterances", utterances)
    rows = [row for row in map(json.loads, utterances.read_text().splitlines()) if row["text"]]
    return {
        "errors": [row["errors"] for row in rows],
        "words": [len(row["text"].split()) for row in rows],
        "speakers": [row["speaker"] for row in rows],
    }


def cost(model: Path) -> Dict[str, Any]:
    """What `foldvox inspect` says, flattened to what the study compares."""
    said = foldvox("inspect", model, "--json")
    kept = ("parameters", "bytes", "macsPerSecond", "stepsPerSecond", "keyValueBytes", "energy")
    return {**{key: said["cost"][key] for key in kept}, "arenaBytes": said["arena"]["bytes"]}


def real_time_factors(models: Sequence[Path], manifest: Path, rounds: int) -> List[float]:
    """Median of each model's, all in turn in every round: a slow minute of the machine meets every model."""
    factors = [[foldvox("evaluate", model, manifest, "--json")["rtf"] for model in models] for _ in range(rounds)]
    return [numbers.median(column) for column in zip(*factors)]


def foldvox(*arguments: Any) -> Any:
    """The JSON that the command prints."""
    done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, check=True, text=True)
    return json.loads(done.stdout)
