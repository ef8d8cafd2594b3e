"""Trains the phoneme model `english` from a teacher's weights and labels.

    python -m training.product.train_english training/recipes/english.toml DATA HAMA_WHEEL RUN [--minutes 90] [--resume]

DATA is the prepared folder with its speech/ sets (training/README.md). Labels are computed once and kept in the cache.
RUN receives last.pt and curve.csv every few minutes. The loss is CTC with the nearest pronunciation of the transcript, and
the cross-entropy with what the teacher, told that pronunciation, hears in each token of the undisturbed sound. AdamW, a
warm-up and a cosine over the time; the averaged weights are what is scored and exported.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from training.product.learning.corpus import default_cache
from training.product.model.recipe import read_table
from training.product.phonemes.corpus import load_speech
from training.product.phonemes.hama import Hama
from training.product.phonemes.learner import SpeechLearner, speech_workers
from training.product.phonemes.listener import Listener


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("teacher", type=Path, help="hama's wheel")
    parser.add_argument("run", type=Path)
    parser.add_argument(
        "--teacher-of-learners", type=Path, help="an earlier `english`, which labels learners of English better"
    )
    parser.add_argument("--minutes", type=float, help="instead of the recipe's")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that make streams")
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--start-from", type=Path, help="begin with the weights of this model file, not the teacher's")
    parser.add_argument("--resume", action="store_true", help="go on from RUN/last.pt")
    args = parser.parse_args()
    if not args.resume and (args.run / "last.pt").exists():
        parser.error(f"{args.run} holds a training: --resume goes on with it, or name another folder")
    recipe = read_table(args.recipe)
    if args.minutes:
        recipe["training"]["minutes"] = args.minutes
    torch.set_num_threads(args.threads)
    torch.manual_seed(recipe["training"]["seed"])
    args.run.mkdir(parents=True, exist_ok=True)
    teacher = Hama(args.teacher)
    of_learners = Listener(args.teacher_of_learners) if args.teacher_of_learners else teacher
    speech = load_speech(args.data, recipe, teacher, of_learners, args.cache)
    learner = SpeechLearner(recipe, speech, teacher, args.run, args.resume, args.start_from)
    with speech_workers(recipe, speech, learner.normal, args.workers, learner.step) as batches:
        learner.run(batches)
    return 0


if __name__ == "__main__":
    sys.exit(main())
