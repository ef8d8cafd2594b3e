"""Builds a shipped model: trains, chooses the blank's bias, exports, measures and writes the card.

    python -m training.product.make_model training/recipes/commands.toml DATA RUN [options of train.py]

Trains to the end of every schedule of the recipe, in turn, and averages the weights of those that it names. Goes on where
it stopped: RUN/last.pt is resumed. Writes models/NAME.safetensors with NAME.md (card), NAME.json
(results), NAME.csv and NAME.png (curve). Needs a built foldvox (`npm run build`) for the measurements.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

from training.product.export import averaged, export
from training.product.learning.corpus import RATE, Corpus, default_cache, load_corpus
from training.product.learning.scoring import Heard, best_words, emissions
from training.product.make_card import write_card
from training.product.make_manifests import noises
from training.product.measure import measure
from training.product.model.recipe import Recipe, read_recipe
from training.product.model.transducer import make_model

ROOT = Path(__file__).resolve().parents[2]
BLANK_SHIFTS = [quarter / 4 for quarter in range(-6, 13)]
VALID_STREAMS = 400
# False words per hour that a recognizer of commands may give: of background noise, and of other words.
QUIET, DEAF = 2.0, 60.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--cache", type=Path, default=default_cache())
    args, options = parser.parse_known_args()
    if any(option.startswith("--m") for option in options):
        parser.error("how long to train is the recipe's to say: it has several schedules")
    recipe = read_recipe(args.recipe)
    if recipe.words != read_recipe(ROOT / "training" / "recipes" / "commands.toml").words:
        parser.error("the card is about the twenty commands; for other words: train.py, export.py and measure.py")
    saved = averaged(train(recipe, args, [*options, "--cache", str(args.cache)]))
    shifts = blank_shifts(saved, load_corpus(args.data, args.cache, recipe.words))
    shift = choose(shifts)
    target, fp32 = args.models / f"{recipe.config['name']}.safetensors", args.run / "fp32.safetensors"
    export(saved, target, "int8", shift)
    export(saved, fp32, "fp32", shift)
    shutil.copyfile(args.run / "curve.csv", target.with_suffix(".csv"))
    plot_curve(target.with_suffix(".csv"), target.with_suffix(".png"))
    python("training.product.make_manifests", args.recipe, args.data, args.run / "manifests", "--cache", str(args.cache))
    results = measure(target, fp32, args.run / "manifests")
    trained = {**saved["recipe"]["training"], "steps": saved["step"]}
    results.update(blankShift=shift, blankShifts=shifts, training=trained, machine=saved["machine"])
    target.with_suffix(".json").write_text(json.dumps(results, indent=2) + "\n")
    write_card(target)
    return 0


def train(recipe: Recipe, args: argparse.Namespace, options: List[str]) -> List[Path]:
    """The checkpoints to average, of the ends of schedules that the recipe names, or of the only one."""
    ends = [*recipe.training.get("restarts", []), recipe.training["minutes"]]
    last = args.run / "last.pt"
    for end in ends:
        checkpoint = args.run / f"{end}.pt"
        if not checkpoint.exists():
            resume = ["--resume"] if last.exists() else []
            python("training.product.train", args.recipe, args.data, args.run, "--minutes", end, *resume, *options)
            shutil.copyfile(last, checkpoint)
    return [args.run / f"{end}.pt" for end in recipe.training.get("averaged", ends[-1:])]


def python(module: str, *arguments: Any) -> None:
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True)


def blank_shifts(saved: Dict[str, Any], corpus: Corpus) -> List[Dict[str, float]]:
    """What lowering the blank's bias does on the `valid` speakers, and in background noise."""
    model = make_model(saved["recipe"]["config"])
    model.load_state_dict(saved["ema"])
    statistics = saved["mean"], saved["inv"]
    heard = Heard(model.eval(), *statistics, corpus, "valid", VALID_STREAMS)
    silent = {
        "OfNoise": [row.sound for row in noises(corpus)],
        "OfOtherWords": [corpus.waveform(clip) for clip in corpus.clips["valid"] if not clip.label],
    }
    emitted = {kind: emissions(model, *statistics, sounds) for kind, sounds in silent.items()}
    rows = []
    for shift in BLANK_SHIFTS:
        scores = heard.score(shift)
        row = {"shift": shift, "single": 1 - scores.clips, "joined": scores.wer}
        for kind, sounds in silent.items():
            words = sum(len(best_words(model, emission, shift)) for emission in emitted[kind])
            row[f"falseWordsPerHour{kind}"] = words / max(1, sum(map(len, sounds))) * RATE * 3600
        rows.append({name: round(value, 4) for name, value in row.items()})
    return rows


def choose(rows: List[Dict[str, float]]) -> float:
    """The shift with the fewest errors among those that are quiet enough, or as quiet as can be had."""
    for kind, limit in (("falseWordsPerHourOfNoise", QUIET), ("falseWordsPerHourOfOtherWords", DEAF)):
        quiet = max(limit, min(row[kind] for row in rows))
        rows = [row for row in rows if row[kind] <= quiet]
    return min(rows, key=lambda row: row["single"] + row["joined"])["shift"]


def plot_curve(curve: Path, picture: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = list(csv.DictReader(curve.open()))
    minutes = [float(row["minutes"]) for row in rows]
    figure, (errors, losses) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    errors.plot(
        minutes, [100 * float(row["valid_wer_joined"]) for row in rows], marker="o", label="WER, joined streams"
    )
    errors.plot(
        minutes, [100 - 100 * float(row["valid_single"]) for row in rows], marker="s", label="single clips wrong"
    )
    errors.set(xlabel="minutes of training", ylabel="% on the valid speakers", ylim=(0, None))
    errors.legend()
    losses.plot(minutes, [float(row["loss"]) for row in rows], marker="o", color="gray")
    losses.set(xlabel="minutes of training", ylabel="training loss", ylim=(0, None))
    figure.savefig(picture, dpi=80)


if __name__ == "__main__":
    sys.exit(main())
