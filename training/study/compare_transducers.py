"""How far a transducer's int8 weights take its answers from those of its fp32 weights.

    python -m training.study.compare_transducers FP32.safetensors INT8.safetensors... DATA

Log-probabilities of the joiner on joined streams of `valid` speakers, the predictor told the words that were said and moved on
where the fp32 model begins to hear one: relative L2 distance of all of them, and in how many tokens the best is the same.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List

import torch
from torch import Tensor

from training.product.learning.corpus import default_cache, load_corpus
from training.product.learning.scoring import Joined, emissions, join
from training.product.model.model_file import load_model
from training.product.model.recipe import BLANK

STREAMS, SEED = 150, 11


@torch.no_grad()
def answers(path: Path, streams: List[Joined]) -> List[Tensor]:
    """Log-probabilities [T, words + 1, vocabulary] of each stream; the second index: how many words the predictor was told."""
    model, mean, invstddev = load_model(path)
    given = []
    encoded = emissions(model, mean, invstddev, [wave for wave, _, _ in streams])
    for vectors, (_, clips, _) in zip(encoded, streams):
        row, state = model.predictor(torch.tensor([BLANK]), model.predictor.start(1))
        rows = [row]
        for label in (clip.label for clip in clips if clip.label):
            row, state = model.predictor(torch.tensor([label]), state)
            rows.append(row)
        given.append(model.joiner(vectors[:, None], torch.cat(rows)[None]).log_softmax(-1))
    return given


def path_of(answer: Tensor) -> Tensor:
    """How many words have been said before each token, as the model hears it."""
    said, running, path = 0, BLANK, []
    for token in answer:
        path.append(said)
        best = int(token[said].argmax())
        if best not in (BLANK, running) and said + 1 < answer.size(1):
            said += 1
        running = best
    return torch.tensor(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fp32", type=Path)
    parser.add_argument("int8", type=Path, nargs="+")
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=default_cache())
    args = parser.parse_args()
    words = load_model(args.fp32)[0].config["tokens"][1:]
    corpus = load_corpus(args.data, args.cache, words)
    streams = join(corpus, corpus.clips["valid"], SEED, STREAMS)
    exact = answers(args.fp32, streams)
    paths = [path_of(answer) for answer in exact]

    def along(given: List[Tensor]) -> Tensor:
        return torch.cat([answer[torch.arange(len(path)), path] for answer, path in zip(given, paths)])

    wanted = along(exact)
    for model in args.int8:
        found = along(answers(model, streams))
        distance = float((found - wanted).norm() / wanted.norm())
        same = float((found.argmax(-1) == wanted.argmax(-1)).float().mean())
        print(f"{model}: relative L2 {100 * distance:.2f} %, same best token {100 * same:.2f} % of {len(wanted):,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
