"""Makes running speech of many voices, as more speech in which no command is given: DATA/synthetic-speech.

    python -m training.data.synthesize_talk DATA [--hours 2] [--kokoro KOKORO]

The words are those of DATA's training readers, each drawn by the one before it; the voices espeak-ng's, with its variants, and
flite's (Debian: espeak-ng, flite), and those of a folder of natural ones (training/data/kokoro.py). There is little speech
of people at hand, and a model that hears it often enough knows it by heart: of unseen readers it heard commands 14 times as
often.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

import numpy as np
import soundfile

from training.data import plain_voices
from training.data.kokoro import Kokoro
from training.product.learning.corpus import RATE, read_rows, talk_split
from training.product.learning.sound_set import UTTERANCE_GAP, write_set

SEED = 9
FLITE_SHARE = 0.4
KOKORO_SHARE = 0.4
FEWEST_WORDS, MOST_WORDS = 15, 40


def sentences(transcripts: List[List[str]], rng: np.random.Generator) -> Iterator[str]:
    """Without end: words that follow each other as two and two do in the transcripts."""
    followers: Dict[str, List[str]] = defaultdict(list)
    for words in transcripts:
        for word, follower in zip(words, words[1:]):
            followers[word].append(follower)
    starts = sorted(followers)
    while True:
        words = [starts[rng.integers(len(starts))]]
        for _ in range(rng.integers(FEWEST_WORDS, MOST_WORDS)):
            choices = followers.get(words[-1], starts)
            words.append(choices[rng.integers(len(choices))])
        yield " ".join(words)


def speak(text: str, path: Path, rng: np.random.Generator, kokoro: Optional[Kokoro]) -> str:
    """Writes the text as sound in a random voice, whose name it returns."""
    if kokoro and rng.random() < KOKORO_SHARE:
        mixed = kokoro.voice(rng)
        soundfile.write(path, kokoro.say(text + ".", mixed, rng.uniform(0.8, 1.3)), RATE, "PCM_16")
        return "+".join(mixed.names)
    return plain_voices.say(text, path, rng, FLITE_SHARE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--kokoro", type=Path)
    args = parser.parse_args()
    rng, kokoro = np.random.default_rng(SEED), Kokoro(args.kokoro) if args.kokoro else None
    read = read_rows(args.data / "other-speech" / "other-speech.tsv")
    trained = [row for row in read if talk_split(row) == "train"]
    transcripts = [row["machine_transcript"].lower().split() for row in trained]
    if not any(len(words) > 1 for words in transcripts):
        parser.error(f"{args.data}/other-speech has no transcripts to take the words from")
    texts = sentences(transcripts, rng)
    with tempfile.TemporaryDirectory() as folder:
        rows: List[Tuple[Path, Dict[str, str]]] = []
        seconds = 0.0
        while seconds < args.hours * 3600:
            path, text = Path(folder) / f"{len(rows)}.wav", next(texts)
            rows.append((path, {"utterance": speak(text, path, rng, kokoro), "machine_transcript": text}))
            seconds += soundfile.info(path).duration
        target = args.data / "synthetic-speech" / "synthetic-speech"
        write_set(target, ("utterance", "machine_transcript"), rows, UTTERANCE_GAP)
    return 0


if __name__ == "__main__":
    sys.exit(main())
