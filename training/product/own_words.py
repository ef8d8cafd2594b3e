"""Trains a model for one's own words, starting from a shipped one, and exports it.

    python -m training.product.own_words RECORDINGS RUN --words lamp,door,kettle [--minutes 20]

RECORDINGS as in prepare_words.py; folders of words that are not named teach what is not a command. The model has the
shape of --like (default: recipes/commands.toml) and starts from the weights of --start-from (default:
models/commands.safetensors); a few dozen recordings of each word by several people are enough to begin with. Writes
RUN/NAME.safetensors, which `foldvox transcribe -m` and createRecognizer({ model }) read, and says how many of the recordings
kept back it gets right.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from training.product.export import export
from training.product.learning.corpus import load_corpus
from training.product.learning.distributed import Group
from training.product.learning.scoring import best_words, emissions
from training.product.learning.trainer import Trainer
from training.product.learning.workers import stream_workers
from training.product.model.emformer import FoldvoxModel
from training.product.model.recipe import Recipe, make_config, read_table
from training.product.prepare_words import prepare

ROOT = Path(__file__).resolve().parents[2]
# A model that knows speech already is changed more gently.
GENTLER = 0.4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--words", required=True, help="the vocabulary, separated by commas")
    parser.add_argument("--name", default="own-words")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--like", type=Path, default=ROOT / "training" / "recipes" / "commands.toml")
    parser.add_argument("--start-from", type=Path, default=ROOT / "models" / "commands.safetensors")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    words = args.words.split(",")
    missing = set(words) - set(prepare(args.recordings, args.run / "data"))
    if missing:
        parser.error(f"{args.recordings} has no folder for {', '.join(sorted(missing))}")
    recipe = own_recipe(args, words)
    torch.manual_seed(recipe.training["seed"])
    corpus = load_corpus(args.run / "data", args.run / "cache", words)
    trainer = Trainer(recipe, corpus, Group.join(), args.run, resume=False, start=args.start_from)
    with stream_workers(corpus, recipe, recipe.training["batch"], 1, [recipe.training["seed"]]) as batches:
        trainer.run(batches)
    saved = torch.load(trainer.checkpoint, map_location="cpu")
    target = args.run / f"{args.name}.safetensors"
    print(f"{target}: {export(saved, target, 'int8', 0.0):,} bytes")
    report(saved, corpus, words)
    return 0


def own_recipe(args: argparse.Namespace, words: "list[str]") -> Recipe:
    table = read_table(args.like)
    config = make_config(args.name, words, table["encoder"], table["head"])
    training = {**table["training"], "minutes": args.minutes}
    for rate in ("muonRate", "adamRate"):
        training[rate] *= GENTLER
    return Recipe(config, training)


def report(saved: dict, corpus: object, words: "list[str]") -> None:
    model = FoldvoxModel(saved["recipe"]["config"]).eval()
    model.load_state_dict(saved["ema"])
    clips = corpus.clips["valid"] + corpus.clips["heldout"]
    heard = emissions(model, saved["mean"], saved["inv"], [corpus.waveform(clip) for clip in clips])
    paths = [best_words(model, log_probs) for log_probs in heard]
    for token, word in enumerate(words, 1):
        own = [path == [token] for clip, path in zip(clips, paths) if clip.label == token]
        if own:
            print(f"{word}: {sum(own)} of {len(own)} right")
    others = [path == [] for clip, path in zip(clips, paths) if clip.label == 0]
    if others:
        print(f"other words: {sum(others)} of {len(others)} kept quiet")


if __name__ == "__main__":
    sys.exit(main())
