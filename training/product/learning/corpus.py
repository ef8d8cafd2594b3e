"""The prepared data folder: decoding, where the word lies in each clip, and which speakers are never trained on.

Folder layout (training/README.md): commands/{train,dev}, noise/*, other-speech/other-speech, each a sound file (Opus,
FLAC or WAV) with a table. Decoded Opus is kept as int16 arrays at 16 kHz in a cache folder, so a second start takes
seconds.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from .running import Sounds, Spoken

RATE = 16000
ENERGY_FRAME = 160
HELD_PERCENT = 10
VALID_PERCENT = 25
SCARCE_CLIPS = 300
OTHER_HELD_PERCENT = 20
SOUND_SUFFIXES = (".opus", ".flac", ".wav")
SPLITS = ("train", "valid", "heldout")
SYNTHETIC = "synthetic"  # the split of what no person said


class Clip(NamedTuple):
    """One recorded word: `start` and `samples` in its source, `begin` to `end` (within the clip) hold the energy."""

    word: str
    speaker: str
    source: str
    start: int
    samples: int
    begin: int
    end: int
    label: int  # token of a word of the vocabulary, 0 (the blank) for any other
    sounds: Optional[Sounds] = None  # where they are known


class Utterance(NamedTuple):
    """Running speech, and what some recognizer read in it."""

    sound: np.ndarray  # int16
    words: List[str]


class Running(NamedTuple):
    """What training knows of running speech: people's, synthetic strings of the vocabulary's words, and words cut out."""

    talk: List[Spoken]
    strings: List[Spoken]
    cuts: List[Clip]


class Corpus(NamedTuple):
    audio: Dict[str, np.ndarray]  # int16 by source: "train", "dev", SYNTHETIC, sets of running speech
    clips: Dict[str, List[Clip]]  # by split: "train", "valid", "heldout", SYNTHETIC
    talk: Dict[str, List[Utterance]]  # other speech, by split
    noise: List[np.ndarray]  # int16
    running: Optional[Running] = None  # speech in which the places of words and phonemes are known

    def waveform(self, clip: Clip) -> np.ndarray:
        """The whole clip, fp32 in +-1."""
        return self.audio[clip.source][clip.start : clip.start + clip.samples].astype(np.float32) / 32768


def default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "foldvox-training"


def load_corpus(data: Path, cache: Path, words: Sequence[str]) -> Corpus:
    """The folder as a model of these words sees it; their tokens are 1, 2, ..."""
    tokens = {word: token for token, word in enumerate(words, 1)}
    audio, clips = {}, {split: [] for split in (*SPLITS, SYNTHETIC)}
    for source, path in clip_sets(data).items():
        audio[source] = decode(sound_file(path), cache)
        rows = read_rows(path.with_suffix(".tsv"))
        few = scarce(rows, words)
        have_few = {row["speaker"] for row in rows if row["word"] in few}
        for row in rows:
            start, samples = int(row["start"]), int(row["samples"])
            if samples < ENERGY_FRAME:
                raise ValueError(f"the clip at {start} of {path} is shorter than 10 ms")
            begin, end = find_word(audio[source][start : start + samples])
            split = row.get("split") or split_of(row["speaker"], source, row["speaker"] in have_few)
            label = tokens.get(row["word"], 0)
            clips[split].append(Clip(row["word"], row["speaker"], source, start, samples, begin, end, label))
    talk: Dict[str, List[Utterance]] = {split: [] for split in SPLITS}
    for split, utterance in read_talk(data / "other-speech" / "other-speech", cache):
        talk[split].append(utterance)
    talk[SYNTHETIC] = [said for _, said in read_talk(data / "synthetic-speech" / "synthetic-speech", cache)]
    noise = [decode(path, cache) for path in sorted((data / "noise").iterdir()) if path.suffix in SOUND_SUFFIXES]
    return Corpus(audio, clips, talk, noise)


def clip_sets(data: Path) -> Dict[str, Path]:
    """The sets of clips that are there, by source."""
    sets = {source: data / "commands" / source for source in ("train", "dev")}
    synthetic = data / "synthetic-commands" / "synthetic-commands"
    return {**sets, SYNTHETIC: synthetic} if synthetic.parent.exists() else sets


def scarce(rows: List[Dict[str, str]], words: Sequence[str]) -> List[str]:
    """The words of the vocabulary of which a table has few clips."""
    clips_of = Counter(row["word"] for row in rows)
    return [word for word in words if clips_of[word] < SCARCE_CLIPS]


def read_talk(path: Path, cache: Path) -> List[Tuple[str, Utterance]]:
    """The utterances of a set with their splits; none if it is not there."""
    if not path.parent.exists():
        return []
    sound, said = decode(sound_file(path), cache), []
    for row in read_rows(path.with_suffix(".tsv")):
        start, words = int(row["start"]), re.findall(r"\w+", row["machine_transcript"].lower())
        said.append((talk_split(row), Utterance(sound[start : start + int(row["samples"])], words)))
    return said


def split_of(speaker: str, source: str, has_scarce: bool) -> str:
    """The split by speaker hash, so that no speaker is in two, where the table has no column that says it.

    A quarter of the dev speakers are `valid` (watched while training); the others, and a tenth of the train speakers
    who have said a scarce word (one of fewer than 300 clips), are `heldout`: reported, and used for nothing else.
    """
    if source == SYNTHETIC:
        return SYNTHETIC
    if source == "dev":
        return "valid" if hash_of("valid" + speaker) % 100 < VALID_PERCENT else "heldout"
    return "heldout" if has_scarce and hash_of("held" + speaker) % 100 < HELD_PERCENT else "train"


def talk_split(row: Dict[str, str]) -> str:
    """The split of a row of the other speech, likewise by reader: a fifth are `heldout`."""
    reader = row["utterance"].split("-")[0]
    return row.get("split") or ("heldout" if hash_of("other" + reader) % 100 < OTHER_HELD_PERCENT else "train")


def hash_of(text: str) -> int:
    return int(hashlib.sha1(text.encode()).hexdigest()[:8], 16)


def read_rows(path: Path) -> List[Dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def sound_file(stem: Path) -> Path:
    """The sound of a set, whichever way it is stored."""
    for suffix in SOUND_SUFFIXES:
        if stem.with_suffix(suffix).exists():
            return stem.with_suffix(suffix)
    raise FileNotFoundError(f"{stem} is there neither as {' nor as '.join(SOUND_SUFFIXES)}")


def decode(path: Path, cache: Path) -> np.ndarray:
    """The whole file at 16 kHz, int16. Opus is decoded once, by opusdec, which keeps the place of every start."""
    if path.suffix != ".opus":
        return read_pcm(path)
    known = f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}"
    target = cache / f"{path.stem}-{hash_of(known):08x}.npy"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = ["opusdec", "--quiet", "--rate", str(RATE), "--no-dither", "--force-wav", str(path), "-"]
        output = subprocess.run(command, capture_output=True, check=True).stdout
        pcm = output[44:]  # the header of a streamed WAV file
        # Under its own name until it is whole: another process may be reading the folder.
        unfinished = target.with_suffix(f".{os.getpid()}.npy")
        np.save(unfinished, np.frombuffer(pcm[: len(pcm) // 2 * 2], np.int16))
        unfinished.replace(target)
    return np.load(target)


def read_pcm(path: Path) -> np.ndarray:
    """A FLAC or WAV file as int16. Errors: ValueError if it is not mono at 16 kHz."""
    import soundfile

    sound, rate = soundfile.read(path, dtype="int16")
    if rate != RATE or sound.ndim != 1:
        raise ValueError(f"{path} is not mono at {RATE} Hz")
    return sound


def find_word(clip: np.ndarray) -> Tuple[int, int]:
    """Where the energy lies, in samples: grown from the loudest 10 ms frame, bridging pauses of up to 120-140 ms."""
    frames = clip[: len(clip) // ENERGY_FRAME * ENERGY_FRAME].astype(np.float32).reshape(-1, ENERGY_FRAME)
    energy = 10 * np.log10(np.convolve((frames**2).mean(1), np.ones(3) / 3, "same") + 1.0)
    loudest = int(energy.argmax())
    threshold = max(energy.max() - 28, min(np.percentile(energy, 10) + 8, energy.max() - 6))
    loud = energy > threshold
    first = _grow(loud, loudest, -1, 12)
    last = _grow(loud, loudest, 1, 14)
    return first * ENERGY_FRAME, min((last + 1) * ENERGY_FRAME, len(clip))


def _grow(loud: np.ndarray, start: int, step: int, bridge: int) -> int:
    reached, gap, at = start, 0, start
    while 0 <= at + step < len(loud) and gap < bridge:
        at += step
        reached, gap = (at, 0) if loud[at] else (reached, gap + 1)
    return reached
