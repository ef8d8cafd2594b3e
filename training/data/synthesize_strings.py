"""Makes strings of command words spoken in one breath by natural voices, to train on: DATA/synthetic-strings.

    python -m training.data.synthesize_strings DATA KOKORO [--strings 400] [--plain 1600] [--processes 1]

Digits as of a telephone number, commands in a row, phrases, and words with others around them; slow and fast, with pauses and
without. KOKORO is the folder of the natural voices (training/data/kokoro.py); as many strings as `--plain` says are of voices that cost
little (plain_voices.py). These are for training only, whatever split their names would fall into.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Dict, Tuple

import numpy as np
import soundfile
from tqdm import tqdm

from training.data import plain_voices
from training.data.kokoro import Kokoro
from training.product.learning.corpus import RATE
from training.product.learning.sound_set import CLIP_GAP, write_set
from training.product.phonemes.spoken import PLAIN

SEED = 14
DIGITS = "zero one two three four five six seven eight nine".split()
COMMANDS = "yes no up down left right on off stop go".split()
BEFORE = "please,the number is,call,room,turn it,it is,my code is,and,then,I said,volume,we want,take,line".split(",")
AFTER = "please,thanks,again,of them,now,then,and more,minutes,percent,o'clock,times,people,for me,is it".split(",")
# Of the strings: digits, digits and commands, commands, and of all of them with other words around.
DIGITS_ONLY, MIXED, SURROUNDED, PAUSED = 0.6, 0.2, 0.15, 0.25
FLITE_SHARE = 0.7
FOREIGN = 0.4  # share of voices that read English with an accent


def text_of(rng: np.random.Generator) -> str:
    """Two to eight words, with commas where the voice is to pause."""
    drawn = rng.random()
    pool = DIGITS if drawn < DIGITS_ONLY else DIGITS + COMMANDS if drawn < DIGITS_ONLY + MIXED else COMMANDS
    words = [pool[rng.integers(len(pool))] for _ in range(rng.integers(2, 9))]
    # The same word again, as in many numbers.
    words = [words[i - 1] if i and rng.random() < 0.1 else word for i, word in enumerate(words)]
    if rng.random() < PAUSED:
        words = [word + "," if rng.random() < 0.4 else word for word in words]
    if rng.random() < SURROUNDED:
        words = (
            [BEFORE[rng.integers(len(BEFORE))], *words]
            if rng.random() < 0.5
            else [*words, AFTER[rng.integers(len(AFTER))]]
        )
    return " ".join(words).rstrip(",") + "..!?"[rng.integers(4)]


def speak(number: int) -> Tuple[Path, Dict[str, str]]:
    """A string as a file, with the columns of its table; those of plain voices have numbers below zero."""
    rng = np.random.default_rng([SEED, number] if number >= 0 else [SEED, -number, 1])
    path = worker.folder / f"{number}.wav"
    if number < 0:
        text = text_of(rng)
        speaker = PLAIN + plain_voices.say(text, path, rng, FLITE_SHARE)
    else:
        voice, text = worker.kokoro.voice(rng, FOREIGN), text_of(rng)
        speaker = f"kokoro-string{number}"
        soundfile.write(path, worker.kokoro.say(text, voice, rng.uniform(0.8, 1.6)), RATE, "PCM_16")
    return path, {"speaker": speaker, "text": text.rstrip(".!?").replace(",", "").lower()}


def begin(kokoro: Path, folder: Path) -> None:
    """What every process keeps."""
    worker.kokoro, worker.folder = Kokoro(kokoro), folder


worker = SimpleNamespace()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("kokoro", type=Path)
    parser.add_argument("--strings", type=int, default=400)
    parser.add_argument("--plain", type=int, default=1600)
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with multiprocessing.Pool(args.processes, begin, (args.kokoro, Path(folder))) as pool:
            numbers = range(-args.plain, args.strings)
            rows = list(tqdm(pool.imap(speak, numbers), total=len(numbers), disable=None))
        write_set(args.data / "synthetic-strings" / "synthetic-strings", ("speaker", "text"), rows, CLIP_GAP)
    return 0


if __name__ == "__main__":
    sys.exit(main())
