"""Makes a data folder from recordings of one's own words.

    python -m training.product.prepare_words RECORDINGS OUT

RECORDINGS holds a folder for each word, of sound files (WAV, FLAC, Ogg, MP3; any rate) whose names begin with who
speaks: RECORDINGS/lamp/anna_3.wav. Folders of words that are not in the recipe's vocabulary teach what is not a command.
Also used if they are there: RECORDINGS/_speech_ (talk in which no command is given) and RECORDINGS/_noise_ (the places
where the model will listen). A fifth of the speakers are kept from training, or of the recordings of each word if fewer than
five speak.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Set, Tuple

import numpy as np
import soundfile
import soxr

from training.product.learning.corpus import RATE
from training.product.learning.sound_set import CLIP_GAP, UTTERANCE_GAP, write_set

SOUNDS = {".wav", ".flac", ".ogg", ".mp3"}
PINK_SECONDS, SEED = 60, 4

Rows = List[Tuple[Path, Dict[str, str]]]


def recordings(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SOUNDS)


def read_mono(path: Path) -> np.ndarray:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(sound.mean(1), rate, RATE)


def kept_back(clips: List[Tuple[str, str, Path]]) -> Set[Path]:
    """The files of a fifth of the speakers; if there are fewer than five, a fifth of the files of each word."""
    speakers = a_fifth(speaker for _, speaker, _ in clips)
    if speakers:
        return {path for _, speaker, path in clips if speaker in speakers}
    words = {word for word, _, _ in clips}
    return {path for word in words for path in a_fifth(path for own, _, path in clips if own == word)}


def a_fifth(names: Iterable[Any]) -> Set[Any]:
    """Drawn by hash, always the same ones; rounded down."""
    drawn = sorted(set(names), key=lambda name: hashlib.sha1(str(name).encode()).digest())
    return set(drawn[: len(drawn) // 5])


def prepare(source: Path, out: Path) -> List[str]:
    """Writes the data folder; returns the words that have a folder."""
    words = sorted(folder.name for folder in source.iterdir() if folder.is_dir() and not folder.name.startswith("_"))
    if not words:
        raise ValueError(f"{source} holds no folder of a word")
    # Relative: what is kept back does not depend on where the folder lies.
    clips = [
        (word, path.stem.split("_")[0], path.relative_to(source))
        for word in words
        for path in recordings(source / word)
    ]
    kept = kept_back(clips)
    with tempfile.TemporaryDirectory() as temporary:
        sets: Dict[str, Rows] = {"train": [], "dev": []}
        for index, (word, speaker, path) in enumerate(clips):
            copy = resampled(source / path, Path(temporary) / f"{index}.wav")
            name, split = ("dev", "valid") if path in kept else ("train", "train")
            sets[name].append((copy, {"word": word, "speaker": speaker, "split": split}))
        for name, rows in sets.items():
            write_set(out / "commands" / name, ("word", "speaker", "split"), rows, CLIP_GAP)
        talk: Rows = []
        for index, path in enumerate(recordings(source / "_speech_")):
            copy = resampled(path, Path(temporary) / f"talk{index}.wav")
            talk.append((copy, {"utterance": path.stem, "machine_transcript": "", "split": "train"}))
        columns = ("utterance", "machine_transcript", "split")
        write_set(out / "other-speech" / "other-speech", columns, talk, UTTERANCE_GAP)
    write_noise(list(recordings(source / "_noise_")), out / "noise")
    return words


def resampled(path: Path, copy: Path) -> Path:
    soundfile.write(copy, read_mono(path), RATE, "PCM_16")
    return copy


def write_noise(paths: List[Path], out: Path) -> None:
    """The recordings, each at least a minute long by repetition; pink noise if there are none."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.flac"):
        old.unlink()
    samples = PINK_SECONDS * RATE
    for index, path in enumerate(paths):
        sound = read_mono(path)
        soundfile.write(out / f"{index}-{path.stem}.flac", np.resize(sound, max(len(sound), samples)), RATE, "PCM_16")
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
