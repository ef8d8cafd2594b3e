"""A set of the prepared data folder: one FLAC file of all its sounds, and a table that says where each lies."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Dict, Iterable, Tuple

import numpy as np
import soundfile
from tqdm import tqdm

from .corpus import RATE, read_pcm

# Samples of silence behind a clip and behind an utterance.
CLIP_GAP, UTTERANCE_GAP = RATE // 10, RATE // 2


def write_set(path: Path, columns: Tuple[str, ...], rows: Iterable[Tuple[Path, Dict[str, str]]], gap: int) -> None:
    """`path`.flac with every file's sound and a gap behind it, and `path`.tsv that says where each lies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table, at, silence = [], 0, np.zeros(gap, np.int16)
    with soundfile.SoundFile(path.with_suffix(".flac"), "w", RATE, 1, "PCM_16") as output:
        for source, about in tqdm(rows, desc=path.name, unit="file", disable=None):
            sound = read_pcm(source)
            output.write(sound)
            output.write(silence)
            table.append({"start": at, "samples": len(sound), **about})
            at += len(sound) + gap
        if not table:
            output.write(silence)  # a FLAC file without any sound cannot be read
    with path.with_suffix(".tsv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("start", "samples", *columns), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
