"""Phoneme errors: the edit distance to the nearest of all ways to pronounce a sentence."""

from __future__ import annotations

from typing import List, NamedTuple, Sequence

import numpy as np

from .inventory import BLANK, Pronunciation


class Match(NamedTuple):
    """The pronunciation of each word that is nearest to what was heard, and how many phonemes differ from them."""

    words: List[Pronunciation]
    errors: int

    @property
    def phonemes(self) -> List[int]:
        return [token for word in self.words for token in word]


def greedy(scores: np.ndarray) -> List[int]:
    """The best path of [rows][tokens], collapsed."""
    best = scores.argmax(-1)
    begins = np.insert(best[1:] != best[:-1], 0, True)
    return [int(token) for token in best[begins] if token != BLANK]


def nearest(heard: Sequence[int], words: Sequence[Sequence[Pronunciation]]) -> Match:
    """Edit distance over words in a row, each said in any of its variants.

    costs[j] is the distance of the words so far to heard[:j]; a variant starts from the costs of the word before, and
    remembers in `origin` from which j. Insertions run along the row: min over k <= j of costs[k] + j - k.
    """
    sounds, places = np.asarray(heard, int), np.arange(len(heard) + 1)
    costs, choices = places.astype(float), []
    for variants in words:
        ends = [_say(costs, variant, sounds, places) for variant in variants]
        all_costs, origins = np.stack([end[0] for end in ends]), np.stack([end[1] for end in ends])
        chosen = all_costs.argmin(0)
        costs = all_costs[chosen, places]
        choices.append((chosen, origins[chosen, places]))
    place, said = len(heard), []
    for variants, (chosen, origin) in zip(reversed(words), reversed(choices)):
        said.append(variants[chosen[place]])
        place = origin[place]
    return Match(said[::-1], int(costs[-1]))


def _say(costs: np.ndarray, variant: Pronunciation, sounds: np.ndarray, places: np.ndarray):
    origin = places.copy()
    for phoneme in variant:
        substituted, deleted = costs[:-1] + (sounds != phoneme), costs[1:] + 1
        better = substituted <= deleted
        new = np.concatenate([[costs[0] + 1], np.where(better, substituted, deleted)])
        source = np.concatenate([[origin[0]], np.where(better, origin[:-1], origin[1:])])
        level = new - places
        least = np.minimum.accumulate(level)
        last = np.maximum.accumulate(np.where(level <= least, places, 0))
        costs, origin = least + places, source[last]
    return costs, origin
