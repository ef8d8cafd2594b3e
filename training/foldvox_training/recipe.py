"""Recipes: a TOML file (training/recipes) with a model's shape and how to train it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Dict, NamedTuple

from .commands import BLANK, WORDS

ATTRIBUTION = [
    "Trained on Speech Commands v0.02 by Pete Warden (arXiv 1804.03209), CC BY 4.0",
    "Other speech for training: LibriSpeech train-clean-100 by Vassil Panayotov et al., CC BY 4.0",
]
FEATURES = {"sampleRate": 16000, "windowSamples": 400, "hopSamples": 160, "mels": 80, "log": "natural", "gain": 1.0}
FRAMES_A_SECOND = FEATURES["sampleRate"] // FEATURES["hopSamples"]


class Recipe(NamedTuple):
    """`config` is what the model file holds (and `relativePosition` by layer); `training` the table of that name."""

    config: Dict[str, Any]
    training: Dict[str, Any]

    @property
    def tokens(self) -> int:
        """Tokens of a training stream."""
        return int(self.training["seconds"] * FRAMES_A_SECOND) // self.config["encoder"]["stride"]


def read_recipe(path: Path) -> Recipe:
    """The recipe at `path`; the file holds only what distinguishes one model of the commands from another."""
    with path.open("rb") as file:
        recipe = tomllib.load(file)
    encoder = {"inputDim": FEATURES["mels"], "activation": "gelu", "memory": 0, "tanhOnMemory": True}
    encoder.update(recipe["encoder"])
    keys = ("attentionFold", "feedForwardFold", "heads", "feedForward")
    encoder["layers"] = [dict(zip(keys, layer), relativePosition=True) for layer in encoder["layers"]]
    config = {
        "name": recipe["name"],
        "language": "en",
        "licence": "MIT",
        "attribution": ATTRIBUTION,
        "features": FEATURES,
        "encoder": encoder,
        "head": {"type": "ctc", "blank": BLANK, **recipe["head"]},
        "tokens": ["<blank>", *WORDS],
        "tokenUnit": "word",
    }
    return Recipe(config, recipe["training"])
