"""Measures a model file on speakers it was not trained on.

    python training/score_model.py DATA MODEL [--split heldout|valid] [--silence SECONDS] [--out RESULTS.json]

Each command clip and each joined stream (those of make_manifests.py) is recognized alone to its end by greedy CTC, with
the engine's int8 arithmetic where the file has int8 weights. Intervals are 95 % bootstrap intervals over speakers.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import numpy as np
import torch

from foldvox_training.commands import WORDS
from foldvox_training.corpus import RATE, default_cache, load_corpus
from foldvox_training.model_file import load_model
from foldvox_training.scoring import join, recognize, word_errors

RESAMPLES, SEED = 2000, 5
JOINED_SEED, JOINED_STREAMS = 11, 400


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--split", choices=("heldout", "valid"), default="heldout")
    parser.add_argument("--silence", type=float, default=0.0, help="seconds of zeros appended to every row")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=default_cache())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    corpus = load_corpus(args.data, args.cache)
    model, mean, invstddev = load_model(args.model)
    clips = corpus.clips[args.split]
    tail = np.zeros(int(args.silence * RATE), np.float32)
    heard = recognize(model, mean, invstddev, [np.append(corpus.waveform(clip), tail) for clip in clips])
    # (speaker, label, right, tokens heard) of every clip
    rows = [(clip.speaker, clip.label, words == [clip.label], len(words)) for clip, words in zip(clips, heard)]
    commands, others = [row for row in rows if row[1]], [row for row in rows if not row[1]]
    streams = join(corpus, clips, JOINED_SEED, JOINED_STREAMS)
    joined: List[Tuple[Any, ...]] = []
    sounds = [np.append(sound, tail) for sound, _, _ in streams]
    for (_, chosen, _), words in zip(streams, recognize(model, mean, invstddev, sounds)):
        wanted = [clip.label for clip in chosen if clip.label]
        joined.append((chosen[0].speaker, word_errors(wanted, words), len(wanted)))
    results = {
        "split": args.split,
        "commandClips": len(commands),
        "otherClips": len(others),
        "speakers": len({row[0] for row in rows}),
        "singleExact": interval(commands, lambda part: float(np.mean([row[2] for row in part]))),
        "singleExactMeanOverWords": interval(commands, over_words),
        "singleInsertions": interval(commands, lambda part: float(np.mean([row[3] > 1 for row in part]))),
        "otherClipsWithAnyWord": interval(others, lambda part: float(np.mean([row[3] > 0 for row in part]))),
        "joinedStreams": len(joined),
        "joinedWords": sum(row[2] for row in joined),
        "joinedWer": interval(joined, lambda part: sum(row[1] for row in part) / sum(row[2] for row in part)),
        "byWord": {word: by_word(commands, index + 1) for index, word in enumerate(WORDS)},
    }
    text = json.dumps(results, indent=2)
    print(text)
    if args.out:
        args.out.write_text(text + "\n")
    return 0


def over_words(rows: List[Tuple[Any, ...]]) -> float:
    labels = sorted({row[1] for row in rows})
    return float(np.mean([np.mean([row[2] for row in rows if row[1] == label]) for label in labels]))


def by_word(rows: List[Tuple[Any, ...]], label: int) -> Dict[str, float]:
    own = [row[2] for row in rows if row[1] == label]
    return {"clips": len(own), "exact": round(float(np.mean(own)), 4)}


def interval(rows: List[Tuple[Any, ...]], measure: Callable[[List[Tuple[Any, ...]]], float]) -> Dict[str, float]:
    """The measure and its 2.5 and 97.5 percentiles when speakers are drawn with replacement."""
    speakers: Dict[str, List[Tuple[Any, ...]]] = {}
    for row in rows:
        speakers.setdefault(row[0], []).append(row)
    groups, rng = list(speakers.values()), np.random.default_rng(SEED)
    drawn = []
    for _ in range(RESAMPLES):
        chosen = [groups[index] for index in rng.integers(0, len(groups), len(groups))]
        drawn.append(measure([row for group in chosen for row in group]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"value": round(measure(rows), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


if __name__ == "__main__":
    sys.exit(main())
