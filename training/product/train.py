"""Trains a model of the commands from a recipe.

    python -m training.product.train training/recipes/commands.toml DATA RUN [--minutes 110] [--threads 1] [--resume]
    python -m training.product.train RECIPE DATA RUN --start-from MODEL
    torchrun --nproc-per-node 2 -m training.product.train ...          # several processes, GPUs or machines

DATA is the prepared folder (training/README.md); RUN receives last.pt and curve.csv every few minutes (of several
machines, all must see it to resume). Frame-level
cross-entropy at the known word positions for the first tenth of the time, then CTC with a falling share of
cross-entropy, and int8 arithmetic emulated in the last tenth; Muon for the layers' matrices and AdamW for the rest,
with a warm-up and a cosine over the time; the averaged weights are what is scored and exported.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from training.product.learning.corpus import default_cache, load_corpus
from training.product.learning.distributed import Group
from training.product.learning.trainer import Trainer
from training.product.learning.workers import stream_workers
from training.product.model.recipe import read_recipe
from training.product.phonemes.hama import Hama
from training.product.phonemes.spoken import with_running_speech


def main() -> int:
    args = parse()
    recipe = read_recipe(args.recipe)
    recipe.training.update({key: getattr(args, key) for key in ("minutes", "seed") if getattr(args, key) is not None})
    torch.set_num_threads(args.threads)
    group = Group.join()
    torch.manual_seed(recipe.training["seed"])
    args.run.mkdir(parents=True, exist_ok=True)
    corpus = load_corpus(args.data, args.cache, recipe.words)
    if "speech" in recipe.training:
        sets = args.recipe.parent / recipe.training["speech"]
        corpus = with_running_speech(
            corpus, args.data, sets, recipe.words, args.teacher and Hama(args.teacher), args.cache
        )
    if group.leads:
        print({split: len(clips) for split, clips in corpus.clips.items()}, flush=True)
    trainer = Trainer(recipe, corpus, group, args.run, args.resume, args.start_from)
    size = recipe.training["batch"] // group.size
    # A resumed training goes on with new streams, and new masks.
    seed = [recipe.training["seed"], group.rank, trainer.learner.step]
    torch.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
    with stream_workers(corpus, recipe, size, args.workers, seed) as batches:
        trainer.run(batches)
    group.leave()
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--minutes", type=float, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, help="instead of the recipe's")
    parser.add_argument("--threads", type=int, default=1, help="of each process (two processes beat two threads)")
    parser.add_argument("--workers", type=int, default=1, help="processes that make streams, for each process")
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument(
        "--start-from", type=Path, help="begin with the weights of this model file, of the same encoder"
    )
    parser.add_argument(
        "--teacher", type=Path, help="the wheel of hama, which labels running speech not labelled before"
    )
    parser.add_argument("--resume", action="store_true", help="go on from RUN/last.pt")
    args = parser.parse_args()
    if not args.resume and (args.run / "last.pt").exists():
        parser.error(f"{args.run} holds a training: --resume goes on with it, or name another folder")
    return args


if __name__ == "__main__":
    sys.exit(main())
