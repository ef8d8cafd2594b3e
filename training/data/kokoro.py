"""Natural speech of many synthetic voices: Kokoro-82M (hexgrad, Apache-2.0) as an ONNX file, run by onnxruntime.

A voice is a table [510, 256] of styles, one row for every length of text; mixtures of voices are voices too. There are 28
English ones, and some of other languages that read English with an accent.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Dict, List

import numpy as np
import onnxruntime
import soxr

from training.product.learning.corpus import RATE

KOKORO_RATE = 24000
MOST_SYMBOLS = 500
MIXED = (0.2, 0.5, 0.3)  # shares of voices made of one, two and three
ACCENTED = 0.3
# Recognizers understand less of these than of the others.
UNCLEAR = ("jf_alpha", "z")
# espeak-ng's symbols in those that Kokoro was trained on, the longer first; British ones where they differ.
SYMBOLS = {
    "a^ɪ": "I", "a^ʊ": "W", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q", "ɔ^ɪ": "Y", "t^ʃ": "ʧ", "d^ʒ": "ʤ", "ə^l": "ᵊl",
    "i^ə": "iə", "ɪ^ə": "ɪə", "e^ə": "ɛː", "oː^ɹ": "ɔɹ", "ɔː^ɹ": "ɔɹ", "ɑː^ɹ": "ɑɹ", "ɚ": "əɹ", "ɜː": "ɜɹ",
    "ɐ": "ə", "r": "ɹ", "ʲ": "", "^": "",
}  # fmt: skip


class Voice:
    """A mixture of voices, drawn at random; `foreign` is the share whose first voice is of another language."""

    def __init__(self, tables: Dict[str, np.ndarray], rng: np.random.Generator, foreign: float = 0.0):
        english = [name for name in tables if name[0] in "ab"]
        accented = [name for name in tables if name[0] not in "ab" and not name.startswith(UNCLEAR)]
        pool = english + (accented if rng.random() < ACCENTED else [])
        count = int(rng.choice([1, 2, 3], p=MIXED))
        first = english[rng.integers(len(english))]
        if foreign and rng.random() < foreign:
            first = accented[rng.integers(len(accented))]
        self.names = [first, *(pool[rng.integers(len(pool))] for _ in range(count - 1))]
        self.british = first[0] == "b"
        shares = rng.dirichlet(np.full(count, 2.0))
        self.styles = sum(share * tables[name] for share, name in zip(shares, self.names))


class Kokoro:
    """`folder` holds kokoro.onnx, vocab.json and voices/*.bin (training/README.md says from where)."""

    def __init__(self, folder: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(folder / "kokoro.onnx", options, ["CPUExecutionProvider"])
        self.symbols = json.loads((folder / "vocab.json").read_text())["vocab"]
        paths = sorted((folder / "voices").glob("*.bin"))
        self.tables = {path.stem: np.fromfile(path, np.float32).reshape(-1, 256) for path in paths}
        self.spelt: Dict[str, List[int]] = {}

    def voice(self, rng: np.random.Generator, foreign: float = 0.0) -> Voice:
        return Voice(self.tables, rng, foreign)

    def say(self, text: str, voice: Voice, pace: float, row: int | None = None) -> np.ndarray:
        """fp32 at 16 kHz, the loudest sample at 0.7; `row` of the voice's styles, that of the text's length if not given."""
        tokens = self._tokens(text, voice.british)
        style = voice.styles[len(tokens) - 1 if row is None else row]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style.reshape(1, -1).astype(np.float32),
            "speed": np.array([pace], np.float32),
        }
        sound = soxr.resample(self.session.run(None, inputs)[0].ravel(), KOKORO_RATE, RATE)
        return sound * (0.7 / max(1e-3, np.abs(sound).max()))

    def _tokens(self, text: str, british: bool) -> List[int]:
        """What espeak-ng makes of the text, in the model's symbols."""
        known = f"{british} {text}"
        if known not in self.spelt:
            voice = "en-gb" if british else "en-us"
            command = ["espeak-ng", "-v", voice, "-q", "--ipa", "--tie=^", re.sub(r"[.!?]", "", text)]
            ipa = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            ipa = " ".join(ipa.split()) + text[-1:].strip("abcdefghijklmnopqrstuvwxyz'")
            for symbol, own in SYMBOLS.items():
                ipa = ipa.replace(symbol, own)
            ipa = ipa if british else ipa.replace("ː", "")
            self.spelt[known] = [self.symbols[symbol] for symbol in ipa if symbol in self.symbols][:MOST_SYMBOLS]
        return self.spelt[known]
