"""Makes a data folder from recordings of one's own words.

    python training/prepare_words.py RECORDINGS OUT

RECORDINGS holds a folder for each word, of sound files (WAV, FLAC, Ogg, MP3; any rate) whose names begin with who
speaks: RECORDINGS/lamp/anna_3.wav. Folders of words that are not in the recipe's vocabulary teach what is not a command.
Also used if they are there: RECORDINGS/_speech_ (talk in which no command is given) and RECORDINGS/_noise_ (the places
where the model will listen). A fifth of the speakers, or of the recordings if fewer than five speak, are kept from training.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

import numpy as np
import soundfile
import soxr

from foldvox_training.corpus import RATE
from prepare_data import CLIP_GAP, UTTERANCE_GAP, write_set

SOUNDS = {".wav", ".flac", ".ogg", ".mp3"}
DEV_PERCENT, FEWEST_SPEAKERS = 20, 5
PINK_SECONDS, SEED = 60, 4

Rows = List[Tuple[Path, Dict[str, str]]]


def recordings(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SOUNDS)


def read_mono(path: Path) -> np.ndarray:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(sound.mean(1), rate, RATE)


def held_out(key: str) -> bool:
    return int(hashlib.sha1(key.encode()).hexdigest()[:8], 16) % 100 < DEV_PERCENT


def prepare(source: Path, out: Path) -> List[str]:
    """Writes the data folder; returns the words that have a folder."""
    words = sorted(folder.name for folder in source.iterdir() if folder.is_dir() and not folder.name.startswith("_"))
    if not words:
        raise ValueError(f"{source} holds no folder of a word")
    clips = [(word, path.stem.split("_")[0], path) for word in words for path in recordings(source / word)]
    by_speaker = len({speaker for _, speaker, _ in clips}) >= FEWEST_SPEAKERS
    with tempfile.TemporaryDirectory() as temporary:
        sets: Dict[str, Rows] = {"train": [], "dev": []}
        for index, (word, speaker, path) in enumerate(clips):
            copy = resampled(path, Path(temporary) / f"{index}.wav")
            own = "dev" if held_out(speaker if by_speaker else path.name) else "train"
            sets[own].append((copy, {"word": word, "speaker": speaker}))
        for name, rows in sets.items():
            write_set(out / "commands" / name, ("word", "speaker"), rows, CLIP_GAP)
        talk = [
            (resampled(path, Path(temporary) / f"talk{index}.wav"), {"utterance": path.stem, "machine_transcript": ""})
            for index, path in enumerate(recordings(source / "_speech_"))
        ]
        if talk:
            write_set(out / "other-speech" / "other-speech", ("utterance", "machine_transcript"), talk, UTTERANCE_GAP)
    write_noise(list(recordings(source / "_noise_")), out / "noise")
    return words


def resampled(path: Path, copy: Path) -> Path:
    soundfile.write(copy, read_mono(path), RATE, "PCM_16")
    return copy


def write_noise(paths: List[Path], out: Path) -> None:
    """The recordings, each at least a minute long by repetition; pink noise if there are none."""
    out.mkdir(parents=True, exist_ok=True)
    samples = PINK_SECONDS * RATE
    for path in paths:
        sound = read_mono(path)
        soundfile.write(out / f"{path.stem}.flac", np.resize(sound, max(len(sound), samples)), RATE, "PCM_16")
    if not paths:
        spectrum = np.fft.rfft(np.random.default_rng(SEED).normal(size=samples))
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
        pink = np.fft.irfft(spectrum)
        soundfile.write(out / "pink.flac", 0.1 * pink / np.abs(pink).max(), RATE, "PCM_16")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    print("words:", " ".join(prepare(args.recordings, args.out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
