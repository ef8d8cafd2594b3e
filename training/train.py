"""Trains a model of the commands from a recipe.

    python training/train.py training/recipes/commands.toml DATA RUN [--minutes 110] [--threads 1] [--resume]
    torchrun --nproc-per-node 2 training/train.py ...          # several processes, GPUs or machines

DATA is the prepared folder (training/README.md); RUN receives last.pt and curve.csv every few minutes. Frame-level
cross-entropy at the known word positions for the first tenth of the time, then CTC with a falling share of
cross-entropy, and int8 arithmetic emulated in the last tenth; Muon for the layers' matrices and AdamW for the rest,
with a warm-up and a cosine over the time; the averaged weights are what is scored and exported.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foldvox_training.corpus import default_cache, load_corpus
from foldvox_training.distributed import Group
from foldvox_training.recipe import read_recipe
from foldvox_training.streams import StreamMaker
from foldvox_training.trainer import Trainer


def main() -> int:
    args = parse()
    recipe = read_recipe(args.recipe)
    recipe.training.update({key: getattr(args, key) for key in ("minutes", "seed") if getattr(args, key) is not None})
    torch.set_num_threads(args.threads)
    group = Group.join()
    torch.manual_seed(recipe.training["seed"])
    np.random.seed(recipe.training["seed"])
    args.run.mkdir(parents=True, exist_ok=True)
    corpus = load_corpus(args.data, args.cache)
    if group.leads:
        print({split: len(clips) for split, clips in corpus.clips.items()}, flush=True)
    queue: Any = multiprocessing.Queue(8)
    workers = []
    for index in range(args.workers):
        # The process id differs after a resume, so that the same streams are not seen twice.
        seed = [recipe.training["seed"], group.rank, index, os.getpid()]
        maker = StreamMaker(corpus, recipe, seed)
        size = recipe.training["batch"] // group.size
        workers.append(multiprocessing.Process(target=produce, args=(queue, maker, size), daemon=True))
        workers[-1].start()
    try:
        Trainer(recipe, corpus, queue, group, args.run, args.resume).run()
    finally:
        for worker in workers:
            worker.terminate()
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
    parser.add_argument("--resume", action="store_true", help="go on from RUN/last.pt")
    return parser.parse_args()


def produce(queue: Any, maker: StreamMaker, size: int) -> None:
    torch.set_num_threads(1)
    while True:
        # Arrays: tensors would be passed as file descriptors, of which a queue can use up too many.
        queue.put([part.numpy() for part in maker.batch(size)])


if __name__ == "__main__":
    sys.exit(main())
