"""The `commands` model: its vocabulary and its configuration, as the model file holds it."""

from __future__ import annotations

from typing import Any, Dict

WORDS = (
    "zero one two three four five six seven eight nine yes no up down left right on off stop go".split()
)
SCARCE = frozenset({"yes", "no", "on", "off", "stop"})
BLANK = 0

# (attentionFold, feedForwardFold, heads, feedForward), first layer first: plain near the sound, folded above.
PLAN = [(1, 1, 4, 512)] * 2 + [(1, 2, 4, 512)] * 4 + [(2, 2, 2, 512)] * 2

CONFIG: Dict[str, Any] = {
    "name": "commands",
    "language": "en",
    "licence": "MIT",
    "attribution": [
        "Trained on Speech Commands v0.02 by Pete Warden (arXiv 1804.03209), CC BY 4.0",
        "Other speech for training: LibriSpeech train-clean-100 by Vassil Panayotov et al., CC BY 4.0",
    ],
    "features": {
        "sampleRate": 16000,
        "windowSamples": 400,
        "hopSamples": 160,
        "mels": 80,
        "log": "natural",
        "gain": 1.0,
    },
    "encoder": {
        "inputDim": 80,
        "projection": 32,
        "stride": 4,
        "width": 128,
        "activation": "gelu",
        "segment": 4,
        "leftContext": 30,
        "rightContext": 1,
        "memory": 0,
        "tanhOnMemory": True,
        "outputDim": 128,
        "layers": [
            {"attentionFold": row[0], "feedForwardFold": row[1], "heads": row[2], "feedForward": row[3]} for row in PLAN
        ],
    },
    "head": {"type": "ctc", "blank": BLANK},
    "tokens": ["<blank>", *WORDS],
    "tokenUnit": "word",
}
