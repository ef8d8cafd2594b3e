"""One stream to learn from while it is put together: its sound, and what its tokens should tell.

Tokens around a word's end (240 ms, up to `delay` behind) carry the word, all else the blank.
"""

from __future__ import annotations

from typing import List, Optional

import numpy as np

from .corpus import RATE
from .running import PHONEMES, Sounds

BLANK_WEIGHT = 0.3
LABEL_SECONDS, EARLIEST_SECONDS = 0.24, 0.08
SPEECH_LEVEL = 0.06
HALF_TOKEN = RATE // 50  # by which a phoneme may be told behind its middle


class Stream:
    """`wave` [samples]; for each of `tokens`: `labels`, `weights` (0 where whatever is heard is right) and `sounds`, the
    phonemes said there and, in the last column, whether they are known. `words` are those said in it.
    """

    def __init__(self, samples: int, tokens: int, token_samples: int, delay: int):
        self.token_samples, self.delay = token_samples, delay
        self.wave = np.zeros(samples, np.float32)
        self.labels = np.zeros(tokens, np.int64)
        self.weights = np.full(tokens, BLANK_WEIGHT, np.float32)
        self.sounds = np.zeros((tokens, PHONEMES + 1), np.uint8)
        self.sounds[:, -1] = 1
        self.words: List[int] = []

    @property
    def last(self) -> int:
        """The last sample in which a word may end that is to be told."""
        return len(self.wave) - (self.delay + 1) * self.token_samples

    def mark(self, label: int, begin: int, end: int) -> None:
        """A word from sample `begin` to `end`: the tokens that are to tell it."""
        token = self.token_samples
        self.words.append(label)
        last = int(np.ceil(end / token + 0.3)) + self.delay - 1
        start = max((begin + int(EARLIEST_SECONDS * RATE)) // token, last - int(LABEL_SECONDS * RATE) // token)
        self.labels[start : last + 1], self.weights[start : last + 1] = label, 1

    def forgive(self, begin: int, end: int) -> None:
        """From sample `begin` to `end`, and as long behind as a word takes to come out, whatever is heard is right."""
        first, last = begin // self.token_samples, end // self.token_samples
        self.weights[max(0, first) : max(0, last + self.delay + 2)] = 0

    def sound(self, at: int, sounds: Optional[Sounds]) -> None:
        """The phonemes of what is said from sample `at` on; from there on nothing is known if there are none."""
        if sounds is None:
            self.sounds[at // self.token_samples :, -1] = 0
            return
        tokens = (at + sounds.at + HALF_TOKEN) // self.token_samples
        near = (tokens >= 0) & (tokens < len(self.labels))
        self.sounds[tokens[near], sounds.phonemes[near] - 1] = 1


def part_of(sounds: Sounds, low: int, high: int, pace: float) -> Sounds:
    """Those from sample `low` to `high`, counted from there, at another pace."""
    inside = (sounds.at >= low) & (sounds.at < high)
    at = ((sounds.at[inside] - low) / pace).astype(np.int64)
    return sounds._replace(at=at, phonemes=sounds.phonemes[inside])
