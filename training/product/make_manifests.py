"""Writes the manifests that `foldvox evaluate` reads, from speakers no model here was trained on.

    python3 -m training.product.make_manifests RECIPE DATA OUT [--split heldout|valid] [--joined 600]

OUT receives a WAV file and a table for each of
  single            every clip of a command word
  joined            streams of 1 to 6 clips of one speaker, 0.05 to 0.8 s apart
  phrases           phrases of a small grammar (phrases.gram, for evaluate --grammar), each word by any of the speakers
  {single,joined}-{20,10,5}db   the same in background noise at that ratio of speech to noise, and in a telephone's
  {single,joined}-telephone     band: 8 kHz, 300 to 3,400 Hz, mu-law
  other-words       clips of other words by the same speakers: every word heard is false
  speech            read speech without a command word, by readers of whom nothing was trained on: likewise (heldout only)
  readers           all that these readers say (heldout only); `text` is the command words in it, which need not be heard
  noise             the background noises at three levels: likewise (training used them too)
Columns: path, start, samples, text, speaker, words; `words` holds `word@end` in seconds within the row, the end found
by energy. Fixed seeds: the same folder gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import wave
from pathlib import Path
from typing import List, NamedTuple, Sequence, Tuple

import numpy as np

from training.product.learning.corpus import RATE, Corpus, default_cache, load_corpus
from training.product.learning.scoring import Joined, join, string
from training.product.model.recipe import read_recipe

JOINED_SEED, NOISE_SEED, PHRASES_SEED = 11, 12, 13
COLUMNS = ("path", "start", "samples", "text", "speaker", "words")
SIGNAL_TO_NOISE = (20, 10, 5)
NOISE_SECONDS = 10
NOISE_LEVELS = (0.01, 0.05, 0.2)
TELEPHONE_RATE, TELEPHONE_BAND = 8000, (300, 3400)

# What an application might allow: each phrase is a row of words to choose from.
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PHRASES = (
    (("go",), ("up", "down", "left", "right"), DIGITS),
    (("on", "off"), DIGITS, DIGITS),
    (("stop",),),
    (("yes", "no"),),
)


class Row(NamedTuple):
    sound: np.ndarray  # fp32
    text: str = ""
    speaker: str = ""
    words: str = ""
    spoken: Tuple[Tuple[int, int], ...] = ()  # samples from, to


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path, help="says which words are the vocabulary")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", choices=("heldout", "valid"), default="heldout")
    parser.add_argument("--joined", type=int, default=600)
    parser.add_argument("--cache", type=Path, default=default_cache())
    args = parser.parse_args()
    words = read_recipe(args.recipe).words
    corpus = load_corpus(args.data, args.cache, words)
    args.out.mkdir(parents=True, exist_ok=True)
    sets = {"single": singles(corpus, args.split), "joined": joined(corpus, args.split, args.joined)}
    for name, rows in sets.items():
        write(args.out, name, rows)
        for decibels in SIGNAL_TO_NOISE:
            write(args.out, f"{name}-{decibels}db", in_noise(rows, corpus, decibels))
        write(
            args.out, f"{name}-telephone", [row._replace(sound=by_telephone(row.sound)) for row in rows], TELEPHONE_RATE
        )
    said = {clip.word for clip in corpus.clips[args.split] if clip.label}
    if {word for phrase in PHRASES for choices in phrase for word in choices} <= said:
        write(args.out, "phrases", phrases(corpus, args.split, args.joined))
        (args.out / "phrases.gram").write_text(grammar())
    clips = corpus.clips[args.split]
    write(args.out, "other-words", [Row(corpus.waveform(clip), "", clip.speaker) for clip in clips if not clip.label])
    if args.split == "heldout":
        readers = speech(corpus, words)
        write(args.out, "speech", [row for row in readers if not row.text])
        write(args.out, "readers", readers)
    write(args.out, "noise", noises(corpus))
    return 0


def singles(corpus: Corpus, split: str) -> List[Row]:
    return [
        Row(
            corpus.waveform(clip),
            clip.word,
            clip.speaker,
            f"{clip.word}@{clip.end / RATE:.2f}",
            ((clip.begin, clip.end),),
        )
        for clip in corpus.clips[split]
        if clip.label
    ]


def joined(corpus: Corpus, split: str, count: int) -> List[Row]:
    return [row_of(stream) for stream in join(corpus, corpus.clips[split], JOINED_SEED, count)]


def phrases(corpus: Corpus, split: str, count: int) -> List[Row]:
    """Every phrase as often as any other, its words drawn evenly."""
    rng, rows = np.random.default_rng(PHRASES_SEED), []
    for index in range(count):
        words = [choices[rng.integers(len(choices))] for choices in PHRASES[index % len(PHRASES)]]
        said = [[clip for clip in corpus.clips[split] if clip.word == word] for word in words]
        row = row_of(string(corpus, [clips[rng.integers(len(clips))] for clips in said], rng))
        rows.append(row._replace(speaker=""))  # there are several
    return rows


def grammar() -> str:
    """PHRASES in JSGF."""
    rules = [" ".join(f"({' | '.join(choices)})" for choices in phrase) for phrase in PHRASES]
    return f"#JSGF V1.0;\ngrammar phrases;\npublic <phrase> = {' | '.join(rules)};\n"


def row_of(stream: Joined) -> Row:
    sound, chosen, ends = stream
    spoken = [(clip.word, end) for clip, end in zip(chosen, ends) if clip.label]
    places = tuple((int(end * RATE) - clip.end + clip.begin, int(end * RATE)) for clip, end in zip(chosen, ends))
    text = " ".join(word for word, _ in spoken)
    return Row(sound, text, chosen[0].speaker, " ".join(f"{word}@{end:.2f}" for word, end in spoken), places)


def speech(corpus: Corpus, words: Sequence[str]) -> List[Row]:
    """What readers say of whom nothing was trained on; a row's text is the command words that occur in it."""
    rows = []
    for sound, said in corpus.talk["heldout"]:
        rows.append(Row(sound.astype(np.float32) / 32768, " ".join(word for word in said if word in words)))
    return rows


def noises(corpus: Corpus) -> List[Row]:
    rows, size = [], NOISE_SECONDS * RATE
    for level in NOISE_LEVELS:
        for noise in corpus.noise:
            sound = noise.astype(np.float32)
            sound *= level / np.sqrt((sound**2).mean())
            rows += [Row(np.clip(sound[at : at + size], -1, 1)) for at in range(0, len(sound) - size + 1, size)]
    return rows


def in_noise(rows: List[Row], corpus: Corpus, decibels: int) -> List[Row]:
    """With background noise that many decibels under each row's words (their mean power, against the noise's)."""
    rng, noisy = np.random.default_rng([NOISE_SEED, decibels]), []
    for row in rows:
        noise = corpus.noise[rng.integers(len(corpus.noise))]
        start = rng.integers(0, len(noise) - len(row.sound))
        piece = noise[start : start + len(row.sound)].astype(np.float32)
        power = np.mean(np.concatenate([row.sound[begin:end] for begin, end in row.spoken]) ** 2)
        piece *= np.sqrt(power / (np.mean(piece**2) + 1e-9)) * 10 ** (-decibels / 20)
        mixed = row.sound + piece
        noisy.append(row._replace(sound=mixed / max(1.0, float(np.abs(mixed).max()))))
    return noisy


def by_telephone(sound: np.ndarray) -> np.ndarray:
    """[n] at 16 kHz to [n / 2] at 8 kHz as a telephone carries it: G.711's band and mu-law with its 8 bits."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hertz < TELEPHONE_BAND[0]) | (hertz > TELEPHONE_BAND[1])] = 0
    narrow = np.clip(np.fft.irfft(spectrum, len(sound))[::2], -1, 1)
    compressed = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    compressed = np.round(compressed * 127) / 127
    return (np.sign(compressed) * np.expm1(np.abs(compressed) * np.log(256)) / 255).astype(np.float32)


def write(out: Path, name: str, rows: List[Row], rate: int = RATE) -> None:
    """One WAV file that holds every row's sound back to back, and the table; nothing if there is no row."""
    if not rows:
        return
    lines, pieces, start = ["\t".join(COLUMNS)], [], 0
    for row in rows:
        lines.append("\t".join((f"{name}.wav", str(start), str(len(row.sound)), row.text, row.speaker, row.words)))
        pieces.append(np.round(np.clip(row.sound, -1, 32767 / 32768) * 32768).astype("<i2"))
        start += len(row.sound)
    with wave.open(str(out / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.concatenate(pieces).tobytes())
    (out / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(rows)} rows, {start / rate / 60:.1f} minutes")


if __name__ == "__main__":
    sys.exit(main())
