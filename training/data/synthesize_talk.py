"""Makes running speech of many voices, as more speech in which no command is given: DATA/synthetic-speech.

    python -m training.data.synthesize_talk DATA [--hours 2] [--kokoro KOKORO]

The words are those of DATA's training readers, each drawn by the one before it; the voices espeak-ng's, with its variants, and
flite's (Debian: espeak-ng, flite), and those of a folder of natural ones (training/data/kokoro.py). There is little speech
of people at hand, and a model that hears it often enough knows it by heart: of unseen readers it heard commands 14 times as
often.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

import numpy as np
import soundfile
import soxr

from training.data.kokoro import Kokoro
from training.product.learning.corpus import RATE, read_rows, talk_split
from training.product.learning.sound_set import UTTERANCE_GAP, write_set

SEED = 9
ACCENTS = "en-gb en-us en-029 en-gb-scotland en-gb-x-gbclan en-gb-x-gbcwmd en-gb-x-rp".split()
VARIANTS = """m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 adam Alex Alicia Andrea Andy Annie antonio aunty belinda benjamin boris
caleb david Denis Diogo ed edward Gene grandma grandpa Gustave Henrique Hugo Iven Jacky john klatt klatt2 klatt3 klatt4 Lee
linda marcelo Marco Mario Max Michael michel miguel Mike norbert Pablo paul pedro quincy rob robert sandro shelby steph
travis victor Zac""".split()
FLITE_VOICES = "awb kal16 rms slt".split()
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

    def any_of(choices: List[str]) -> str:
        return choices[rng.integers(len(choices))]

    if kokoro and rng.random() < KOKORO_SHARE:
        mixed = kokoro.voice(rng)
        soundfile.write(path, kokoro.say(text + ".", mixed, rng.uniform(0.8, 1.3)), RATE, "PCM_16")
        return "+".join(mixed.names)
    if rng.random() < FLITE_SHARE:
        voice = any_of(FLITE_VOICES)
        stretch, pitch = (
            f"duration_stretch={rng.uniform(0.75, 1.3):.2f}",
            f"int_f0_target_mean={rng.uniform(80, 230):.0f}",
        )
        command = ["flite", "-voice", voice, "--setf", stretch, "--setf", pitch, "-t", text, "-o", str(path)]
    else:
        voice = f"{any_of(ACCENTS)}+{any_of(VARIANTS)}"
        pace = ["-p", str(rng.integers(15, 85)), "-s", str(rng.integers(120, 230))]
        command = ["espeak-ng", "-v", voice, *pace, "-w", str(path), text]
    subprocess.run(command, check=True, capture_output=True)
    sound, rate = soundfile.read(path, dtype="float32")
    soundfile.write(path, soxr.resample(sound, rate, RATE), RATE, "PCM_16")
    return voice


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
