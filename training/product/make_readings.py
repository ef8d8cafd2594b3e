"""Writes what held-out speakers read as WAV files and manifests for `foldvox evaluate`.

    python -m training.product.make_readings DATA training/recipes/english.toml OUT [--split valid] [--per-set 60]
    npx foldvox evaluate english OUT/readers.tsv

OUT/readers.tsv holds readers of audio books, OUT/learners.tsv learners of English.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Dict, List

import soundfile

from training.product.learning.corpus import RATE, default_cache
from training.product.model.recipe import read_table
from training.product.phonemes.labels import is_learners
from training.product.phonemes.readings import held_readings

COLUMNS = ("path", "start", "samples", "text", "speaker")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", choices=("valid", "heldout"), default="heldout")
    parser.add_argument("--per-set", type=int, default=60)
    parser.add_argument("--cache", type=Path, default=default_cache())
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    tables: Dict[str, List[Dict[str, str]]] = {"readers": [], "learners": []}
    for index, reading in enumerate(
        held_readings(args.data, read_table(args.recipe), args.split, args.per_set, args.cache, False)
    ):
        name = f"{index:04d}.wav"
        soundfile.write(args.out / name, reading.wave, RATE, "PCM_16")
        kind = "learners" if is_learners(reading.of) else "readers"
        row = (name, "0", str(len(reading.wave)), reading.text, reading.speaker)
        tables[kind].append(dict(zip(COLUMNS, row)))
    for kind, rows in tables.items():
        with (args.out / f"{kind}.tsv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
            writer.writeheader()
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
