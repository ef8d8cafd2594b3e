"""Measures a model file in the engine, on the manifests of make_manifests.py.

    python -m training.product.measure MODEL MANIFESTS --fp32 FP32_MODEL --out RESULTS.json

Every manifest is run by `foldvox evaluate` (build/cli.js: `npm run build` first); --fp32 names the same weights without
quantization, which PyTorch runs over the clean manifests for comparison.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import wave
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List

import numpy as np

from training.product.learning.scoring import best_words, emissions, word_errors
from training.product.model.model_file import load_model

COMMAND = ["node", str(Path(__file__).resolve().parents[2] / "build" / "cli.js")]
COMPARED = ("single", "joined")


def measure(model: Path, fp32: Path, manifests: Path) -> Dict[str, Any]:
    """`engine`: what evaluate says, by manifest; `fp32`: WER and exact rows of PyTorch; `byWord`: single clips; `int4`: bytes
    of the model in four bits, and what evaluate says of it; `unsaidWordsPerHour` of all that unseen readers say.
    """
    results: Dict[str, Any] = {"engine": {}, "fp32": {}, "byWord": {}}
    results["int4"] = in_four_bits(fp32, manifests)
    for manifest in sorted(manifests.glob("*.tsv")):
        print(f"{model.name}: {manifest.stem}", flush=True)
        with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as utterances:
            results["engine"][manifest.stem] = evaluate(model, manifest, "--utterances", utterances.name)
            rows = [json.loads(line) for line in utterances]
        grammar = manifest.with_suffix(".gram")
        if grammar.exists():
            results["engine"][f"{manifest.stem}-grammar"] = evaluate(model, manifest, "--grammar", grammar)
        if manifest.stem == "single":
            results["byWord"] = by_word(rows)
        if manifest.stem == "readers":
            results["unsaidWordsPerHour"] = round(unsaid(rows) / results["engine"]["readers"]["hours"], 2)
        if manifest.stem in COMPARED:
            results["fp32"][manifest.stem] = in_pytorch(fp32, manifest)
    return results


def evaluate(model: Path, manifest: Path, *options: Any) -> Dict[str, Any]:
    """What `foldvox evaluate` says."""
    command = [*COMMAND, "evaluate", model, manifest, "--json", *options]
    return json.loads(
        subprocess.run([str(part) for part in command], capture_output=True, check=True, text=True).stdout
    )


def in_four_bits(fp32: Path, manifests: Path) -> Dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "int4.safetensors"
        command = [*COMMAND, "quantize", "--weights", "int4", str(fp32), "-o", str(model)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        results = {name: evaluate(model, manifests / f"{name}.tsv") for name in COMPARED}
        return {"bytes": model.stat().st_size, **results}


def by_word(rows: List[Dict[str, Any]]) -> Dict[str, Any]:
    words: Dict[str, List[bool]] = {}
    for row in rows:
        words.setdefault(row["text"], []).append(row["errors"] == 0)
    return {
        word: {"clips": len(right), "exact": round(float(np.mean(right)), 4)} for word, right in sorted(words.items())
    }


def unsaid(rows: List[Dict[str, Any]]) -> int:
    """Words heard that the row's text does not hold, or not as often."""
    return sum((Counter(row["hypothesis"].split()) - Counter(row["text"].split())).total() for row in rows)


def in_pytorch(path: Path, manifest: Path) -> Dict[str, float]:
    model, mean, invstddev = load_model(path)
    words = {word: token for token, word in enumerate(model.config["tokens"])}
    rows = list(csv.DictReader(manifest.open(newline="", encoding="utf-8"), delimiter="\t"))
    with wave.open(str(manifest.with_suffix(".wav"))) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    sounds = [pcm[int(row["start"]) : int(row["start"]) + int(row["samples"])] for row in rows]
    heard = [best_words(model, emission) for emission in emissions(model, mean, invstddev, sounds)]
    wanted = [[words[word] for word in row["text"].split()] for row in rows]
    # As in evaluate: rows without words count for false alarms, not for these.
    errors = [word_errors(reference, hypothesis) for reference, hypothesis in zip(wanted, heard) if reference]
    total = sum(map(len, wanted))
    return {"wer": round(sum(errors) / total, 5), "exact": round(float(np.mean([count == 0 for count in errors])), 5)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("manifests", type=Path)
    parser.add_argument("--fp32", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.write_text(json.dumps(measure(args.model, args.fp32, args.manifests), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
