"""Running speech of which is known where each word and each phoneme lies (phonemes/spoken.py finds out)."""

from __future__ import annotations

from typing import List, NamedTuple

import numpy as np

PHONEMES = 39  # of phonemes/inventory.py


class Sounds(NamedTuple):
    """Phonemes, as tokens of phonemes/inventory.py, and the samples of their middles."""

    at: np.ndarray
    phonemes: np.ndarray


class Said(NamedTuple):
    """A word of the vocabulary from sample `begin` to `end`."""

    label: int
    begin: int
    end: int


class Spoken(NamedTuple):
    sound: np.ndarray  # int16
    speaker: str
    words: List[Said]
    sounds: Sounds
    start: int  # in its set's sound
