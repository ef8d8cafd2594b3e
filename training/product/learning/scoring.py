"""Greedy CTC decoding, word errors, and the two measures watched while training: single clips and joined streams."""

from __future__ import annotations

import itertools
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np
import torch
from torch import Tensor

from training.product.model.emformer import FoldvoxModel
from training.product.model.features import HOP, LogMel
from training.product.model.recipe import BLANK
from training.product.model.transducer import TransducerModel

from .corpus import RATE, Clip, Corpus

BATCH = 64


class Scores(NamedTuple):
    clips: float  # share of single-word clips whose whole output is that word
    other: float  # share of other-word clips that gave any word
    wer: float  # on joined streams


def greedy(tokens: Sequence[int]) -> List[int]:
    """Best path: repeats merged, blanks (0) dropped."""
    return [token for token, last in zip(tokens, [0, *tokens]) if token not in (last, 0)]


def word_errors(reference: Sequence[int], hypothesis: Sequence[int]) -> int:
    """Levenshtein distance."""
    row = list(range(len(hypothesis) + 1))
    for i, wanted in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, heard in enumerate(hypothesis, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (wanted != heard))
    return row[-1]


Joined = Tuple[np.ndarray, List[Clip], List[float]]
"""A stream's waveform, its clips, and where their words end (s)."""


def join(corpus: Corpus, clips: List[Clip], seed: int, count: int) -> List[Joined]:
    """`count` streams of 1 to 6 clips of one speaker."""
    rng = np.random.default_rng(seed)
    speakers: Dict[str, List[Clip]] = {}
    for clip in clips:
        speakers.setdefault(clip.speaker, []).append(clip)
    names = sorted(name for name, own in speakers.items() if sum(clip.label > 0 for clip in own) > 1)
    if not names:
        return []
    streams = []
    for index in range(count):
        own = speakers[names[index % len(names)]]
        chosen = [own[i] for i in rng.permutation(len(own))[: rng.integers(1, 7)]]
        streams.append(string(corpus, chosen, rng))
    return streams


def string(
    corpus: Corpus,
    chosen: List[Clip],
    rng: np.random.Generator,
    gaps: Tuple[float, float] = (0.05, 0.8),
    margin: int = 800,
) -> Joined:
    """The clips one after the other, with up to `margin` samples around their words, and gaps of so many seconds."""
    pieces, ends, at = [np.zeros(int(rng.uniform(0.1, 0.4) * RATE), np.float32)], [], 0
    at += len(pieces[0])
    for clip in chosen:
        low, high = max(0, clip.begin - margin), min(clip.samples, clip.end + margin)
        gap = int(rng.uniform(*gaps) * RATE)
        pieces += [corpus.waveform(clip)[low:high], np.zeros(gap, np.float32)]
        ends.append((at + clip.end - low) / RATE)
        at += high - low + gap
    wave = np.concatenate(pieces)
    wave += rng.normal(0, 1e-4, len(wave)).astype(np.float32)
    return np.clip(wave, -1, 1), chosen, ends


@torch.no_grad()
def emissions(model: FoldvoxModel, mean: Tensor, invstddev: Tensor, waves: List[np.ndarray]) -> List[Tensor]:
    """Log-probs [T, tokens] (of a transducer: vectors) of each waveform, as if streamed alone to its end: the offline pass
    gives the same over waveforms of equally many tokens, which are those that share a batch.

    As in the recognizer, silence of the head's lead comes before every waveform, and of its delay behind it.
    """
    extract, answers, device = LogMel(), {}, next(model.parameters()).device
    head = model.config["head"]
    lead = np.zeros(head.get("lead", 0) * HOP, np.float32)
    tail = np.zeros(head.get("delay", 0) * model.stride * HOP, np.float32)
    waves = [np.concatenate([lead, wave, tail]) for wave in waves]
    stride, right = model.stride, model.right_context * model.stride
    counts = [(1 + len(wave) // HOP) // stride for wave in waves]
    for chosen in batches(counts):
        longest = 1 + max(len(waves[index]) for index in chosen) // HOP
        features = torch.zeros(len(chosen), longest + right, mean.numel())
        for row, index in enumerate(chosen):
            mel = extract(torch.from_numpy(waves[index])[None])[0]
            features[row, : mel.size(0)] = (mel - mean) * invstddev
        log_probs = model(features.to(device)).cpu()
        for row, index in enumerate(chosen):
            answers[index] = log_probs[row, : counts[index]]
    return [answers[index] for index in range(len(waves))]


def batches(counts: List[int]) -> Iterator[List[int]]:
    """Indices of equal counts, up to BATCH at a time."""
    order = sorted(range(len(counts)), key=counts.__getitem__)
    for _, equal in itertools.groupby(order, counts.__getitem__):
        while chosen := list(itertools.islice(equal, BATCH)):
            yield chosen


def best_words(model: FoldvoxModel, emission: Tensor, blank_shift: float = 0.0) -> List[int]:
    """Tokens that greedy decoding finds, with the blank's bias lowered by `blank_shift`: a softmax keeps the order."""
    if isinstance(model, TransducerModel):
        return model.greedy(emission, blank_shift)
    scores = emission.clone()
    scores[:, BLANK] -= blank_shift
    return greedy(scores.argmax(-1).tolist())


def share(outcomes: List[bool]) -> float:
    return sum(outcomes) / len(outcomes) if outcomes else float("nan")


class Heard:
    """Emissions of a split's single clips, and of `joined` streams made from them (fixed seed)."""

    def __init__(self, model: FoldvoxModel, mean: Tensor, invstddev: Tensor, corpus: Corpus, split: str, joined: int):
        self.model, self.clips = model, corpus.clips[split]
        streams = join(corpus, self.clips, 11, joined)
        self.wanted = [[clip.label for clip in chosen if clip.label] for _, chosen, _ in streams]
        self.singles = emissions(model, mean, invstddev, [corpus.waveform(clip) for clip in self.clips])
        self.streams = emissions(model, mean, invstddev, [wave for wave, _, _ in streams])

    def score(self, blank_shift: float = 0.0) -> Scores:
        singles = [best_words(self.model, emission, blank_shift) for emission in self.singles]
        right = [heard == [clip.label] for clip, heard in zip(self.clips, singles) if clip.label]
        alarms = [len(heard) > 0 for clip, heard in zip(self.clips, singles) if not clip.label]
        heard = [best_words(self.model, emission, blank_shift) for emission in self.streams]
        errors = sum(word_errors(reference, words) for reference, words in zip(self.wanted, heard))
        return Scores(share(right), share(alarms), errors / max(1, sum(map(len, self.wanted))))
