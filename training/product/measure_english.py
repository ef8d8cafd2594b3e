"""Measures the phoneme model `english` on speakers that training never heard, and writes its card.

    python -m training.product.measure_english MODEL DATA RECIPE [--fp32 FP32_MODEL] [--curve RUN/curve.csv] [--per-set 100]

MODEL runs in its segments with the engine's int8 arithmetic (training/product/model/int8.py). Phoneme errors are the distance
to the nearest way to say the transcript (CMUdict with variants, schwa and strut being one). Of the held speakers the
even ones in order of name tune what is chosen (`--split valid`); the odd ones are reported. Writes MODEL's .json and,
with a curve, its .md beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import torch
from tqdm import tqdm

from training.product.learning.corpus import default_cache
from training.product.learning.intervals import word_error_rate
from training.product.model.recipe import read_table
from training.product.phonemes.card import write_english_card
from training.product.phonemes.corpus import NOISE_SHARE, load_noises
from training.product.phonemes.errors import greedy, nearest
from training.product.phonemes.listener import PAUSE, Listener
from training.product.phonemes.readings import Reading, held_readings
from training.product.phonemes.speech import telephone

# Noises that a kitchen or a room has; the rest of the six are no rooms.
ROOM_NOISES = ("doing_the_dishes", "running_tap", "exercise_bike")
CONDITIONS = ("clean", "20 dB", "10 dB", "5 dB", "telephone")


class Disturbance:
    """A wave as each condition would have it; the same one every time."""

    def __init__(self, data: Path, cache: Path):
        paths = sorted((data / "noise").iterdir())
        sounds = [noise for path, noise in zip(paths, load_noises(data, cache)) if path.stem in ROOM_NOISES]
        self.noises = [noise[int(len(noise) * NOISE_SHARE) :].astype(np.float32) / 32768 for noise in sounds]

    def __call__(self, wave: np.ndarray, condition: str, index: int) -> np.ndarray:
        if condition == "clean":
            return wave
        if condition == "telephone":
            return telephone(wave * 3, 300, 3400, True)
        rng = np.random.default_rng(index)
        noise = self.noises[rng.integers(len(self.noises))]
        noise = np.resize(noise[rng.integers(0, len(noise) // 2) :], len(wave))
        level = np.sqrt((wave**2).mean() / (noise**2).mean()) * 10 ** (-float(condition.split()[0]) / 20)
        return (wave + noise * level).astype(np.float32)


def phoneme_errors(path: Path, readings: List[Reading], disturbed: Disturbance, condition: str) -> Dict[str, Any]:
    """Rate and interval over speakers, by set; "readers" are all whose first language is English."""
    heard = heard_errors(path, readings, disturbed, condition)
    return {name: _summary(own) for name, own in heard.items()}


def heard_errors(
    path: Path, readings: List[Reading], disturbed: Disturbance, condition: str
) -> Dict[str, Dict[str, Any]]:
    """The same, of every utterance: `errors` {seed: [utterances]}, `words` (phonemes to hear) and `speakers`."""
    listener = Listener(path)
    results: Dict[str, Dict[str, Any]] = {}
    for index, reading in enumerate(tqdm(readings, desc=f"{path.stem}, {condition}", disable=None)):
        wave = np.pad(disturbed(reading.wave, condition, index), PAUSE)
        match = nearest(greedy(listener.scores(wave)), reading.words)
        kind = "learners" if "speechocean" in reading.of else "readers"
        for name in (kind, reading.of):
            own = results.setdefault(name, {"errors": {"0": []}, "words": [], "speakers": []})
            own["errors"]["0"].append(match.errors)
            own["words"].append(len(match.phonemes))
            own["speakers"].append(reading.speaker)
    return results


def _summary(own: Dict[str, List[Any]]) -> Dict[str, Any]:
    rate, interval = word_error_rate(own)
    return {
        "rate": round(rate, 4),
        "interval": [round(end, 4) for end in interval],
        "phonemes": sum(own["words"]),
        "utterances": len(own["words"]),
        "speakers": len(set(own["speakers"])),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--fp32", type=Path, help="the same weights without quantization")
    parser.add_argument("--curve", type=Path)
    parser.add_argument("--history", default="", help="what the card tells of a training beside its curve")
    parser.add_argument("--split", choices=("valid", "heldout"), default="heldout")
    parser.add_argument("--per-set", type=int, default=100)
    parser.add_argument("--cache", type=Path, default=default_cache())
    args = parser.parse_args()
    torch.set_num_threads(1)
    recipe = read_table(args.recipe)
    readings = list(held_readings(args.data, recipe, args.split, args.per_set, args.cache, True))
    disturbed = Disturbance(args.data, args.cache)
    results: Dict[str, Any] = {name: phoneme_errors(args.model, readings, disturbed, name) for name in CONDITIONS}
    if args.fp32:
        results["fp32, clean"] = phoneme_errors(args.fp32, readings, disturbed, "clean")
    for condition, of in results.items():
        print(condition, {name: each["rate"] for name, each in of.items()})
    if args.split == "heldout":
        measured = {"history": args.history, "errors": results}
        args.model.with_suffix(".json").write_text(json.dumps(measured, indent=1) + "\n")
    if args.curve:
        args.model.with_suffix(".csv").write_bytes(args.curve.read_bytes())
        write_english_card(args.model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
