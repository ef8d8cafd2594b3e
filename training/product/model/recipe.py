"""Recipes: a TOML file (training/recipes) with a model's shape and how to train it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

BLANK = 0
ATTRIBUTION = [
    "Trained on Speech Commands v0.02 by Pete Warden (arXiv 1804.03209), CC BY 4.0",
    "Other speech for training: LibriSpeech train-clean-100 by Vassil Panayotov et al., CC BY 4.0",
]
FEATURES = {"sampleRate": 16000, "windowSamples": 400, "hopSamples": 160, "mels": 80, "log": "natural", "gain": 1.0}
FRAMES_A_SECOND = FEATURES["sampleRate"] // FEATURES["hopSamples"]


LAYER_KEYS = ("attentionFold", "feedForwardFold", "heads", "feedForward")


class Recipe(NamedTuple):
    """`config` is what the model file holds (and which layers get the optional tensors); `training` that table; `teachers` the
    table of models that learn beside it, with their configuration.
    """

    config: Dict[str, Any]
    training: Dict[str, Any]
    teachers: Optional[Dict[str, Any]] = None

    @property
    def words(self) -> List[str]:
        """The vocabulary; the blank comes before it."""
        return self.config["tokens"][1:]

    @property
    def tokens(self) -> int:
        """Tokens of a training stream."""
        return int(self.training["seconds"] * FRAMES_A_SECOND) // self.config["encoder"]["stride"]


def read_recipe(path: Path) -> Recipe:
    """The recipe at `path`; the file holds only what distinguishes one model of the commands from another."""
    recipe = read_table(path)
    config = make_config(recipe["name"], recipe["words"], recipe["encoder"], recipe["head"])
    if "predictor" in recipe:
        config["predictor"] = recipe["predictor"]
    teachers = recipe.get("teachers")
    if teachers:
        own = {key: value for key, value in teachers.items() if key not in ("count", "dropout")}
        teachers["config"] = make_config("teacher", recipe["words"], {**recipe["encoder"], **own}, recipe["head"])
    return Recipe(config, recipe["training"], teachers)


def read_table(path: Path) -> Dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def make_config(name: str, words: List[str], encoder: Dict[str, Any], head: Dict[str, Any]) -> Dict[str, Any]:
    """A model's configuration. A row of `layers` is [attentionFold, feedForwardFold, heads, feedForward, count = 1]."""
    encoder = {"inputDim": FEATURES["mels"], "activation": "gelu", "memory": 0, "tanhOnMemory": True, **encoder}
    optional = {
        "relativePosition": encoder.pop("relativePosition", True),
        "subtokenEmbedding": encoder.pop("subtokenEmbedding", False),
        **{key: encoder.pop(key) for key in ("kernel", "firstFeedForward") if key in encoder},
    }
    rows = [row[:4] for row in encoder["layers"] for _ in range(row[4] if len(row) > 4 else 1)]
    encoder["layers"] = [{**dict(zip(LAYER_KEYS, row)), **optional} for row in rows]
    return {
        "name": name,
        "language": "en",
        "licence": "MIT",
        "attribution": ATTRIBUTION,
        "features": FEATURES,
        "encoder": encoder,
        "head": {"type": "ctc", "blank": BLANK, **head},
        "tokens": ["<blank>", *words],
        "tokenUnit": "word",
    }
