"""Utterances of speakers that training never heard: half of these speakers tune what is chosen, the others are reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

import numpy as np

from training.product.learning.corpus import RATE, decode, read_rows, sound_file

from .corpus import held_speakers
from .inventory import pronounce

LONGEST = 14 * RATE


class Reading(NamedTuple):
    """An utterance of a held-out speaker."""

    of: str
    speaker: str
    text: str
    wave: np.ndarray
    words: Optional[List[Any]]


def held_readings(
    data: Path, recipe: Dict[str, Any], split: str, most: int, cache: Path, spelled: bool
) -> Iterator[Reading]:
    """Up to `most` utterances of each speech set, where `spelled` of those that CMUdict can spell."""
    for name, count in recipe["held"].items():
        if not name.startswith("speech/"):
            continue
        rows = read_rows((data / name).with_suffix(".tsv"))
        names = sorted(held_speakers([row["speaker"] for row in rows], count))[0 if split == "valid" else 1 :: 2]
        rows = [row for row in rows if row["speaker"] in names and int(row["samples"]) < LONGEST]
        sound, given = decode(sound_file(data / name), cache), 0
        for index in np.random.default_rng(3).permutation(len(rows)):
            words = pronounce(rows[index]["text"])
            if (spelled and words is None) or given == most:
                continue
            given += 1
            start, samples = int(rows[index]["start"]), int(rows[index]["samples"])
            wave = sound[start : start + samples].astype(np.float32) / 32768
            yield Reading(name, rows[index]["speaker"], rows[index]["text"], wave, words)
