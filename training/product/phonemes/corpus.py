"""The sets of utterances of a recipe, and which speakers are kept from training."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence
from typing import Set as SetOf

import numpy as np

from training.product.learning.corpus import SOUND_SUFFIXES, decode, sound_file

from .labels import Set, Teacher, is_learners, load_set

HELD_SEED = 5
# Of each noise, what training plays; the rest is for measuring.
NOISE_SHARE = 0.8


class Speech(NamedTuple):
    """What is trained on, by set; noises and other people's talk to mix in, int16."""

    sets: List[Set]
    noises: List[np.ndarray]
    talk: np.ndarray


def load_speech(data: Path, recipe: Dict[str, Any], teacher: Teacher, of_learners: Teacher, cache: Path) -> Speech:
    """`data` is the prepared folder (training/README.md); the teachers make labels where the cache has none."""
    sets = [load_set(data, name, of_learners if is_learners(name) else teacher, cache) for name in recipe["sets"]]
    sets = [each.of(held_speakers(each.speakers, recipe["held"].get(each.name, 0)), False) for each in sets]
    noises = [noise[: int(len(noise) * NOISE_SHARE)] for noise in load_noises(data, cache)]
    return Speech(sets, noises, decode(sound_file(data / "other-speech" / "other-speech"), cache))


def load_noises(data: Path, cache: Path) -> List[np.ndarray]:
    """All recorded noises, int16."""
    return [decode(path, cache) for path in sorted((data / "noise").iterdir()) if path.suffix in SOUND_SUFFIXES]


def held_speakers(speakers: Sequence[str], count: int) -> SetOf[str]:
    """So many of them; the same ones every time."""
    names = sorted(set(speakers))
    np.random.default_rng(HELD_SEED).shuffle(names)
    return set(names[:count])
