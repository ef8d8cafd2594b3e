"""Writes the manifests that `foldvox evaluate` reads, from speakers no model here was trained on.

    python3 -m training.product.make_manifests RECIPE DATA OUT [--split heldout|valid] [--joined 600]

OUT receives a WAV file and a table for each of
  single            every clip of a command word
  joined            streams of 1 to 6 clips of one speaker, 0.05 to 0.8 s apart
  phrases           phrases of a small grammar (phrases.gram, for evaluate --grammar), each word by any of the speakers
  short-gaps        streams of 3 to 8 clips of one speaker, 0 to 0.25 s apart
  telephone-numbers streams of 4 to 8 digits of one speaker, as short gaps, in a telephone's band at 8 kHz
  in-speech         a word of the vocabulary with the words around it, out of what readers and learners read (phonemes/corpus.py
                    keeps their speakers from training), where the recipe names such speech
  strings           synthetic voices that say several words in one breath (synthesize_strings.py; every eighth of them)
  {single,joined}-{20,10,5}db   the same in background noise at that ratio of speech to noise, and in a telephone's
  {single,joined}-telephone     band: 8 kHz, 300 to 3,400 Hz, mu-law
  other-words       clips of other words by the same speakers: every word heard is false
  speech            read speech without a command word, by readers of whom nothing was trained on: likewise (heldout only)
  readers           all that these readers say (heldout only); `text` is the command words in it, which need not be heard
  noise             the background noises at three levels: likewise (training used them too)
Columns: path, start, samples, text, speaker, words; `words` holds `word@begin-end` in seconds within the row, found by
energy. Fixed seeds: the same folder gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import wave
from pathlib import Path
from typing import List, NamedTuple, Sequence, Tuple

import numpy as np

from training.product.learning.corpus import RATE, Corpus, default_cache, load_corpus
from training.product.learning.running import Said, Spoken
from training.product.learning.scoring import Joined, join, string
from training.product.model.recipe import read_recipe, read_table
from training.product.phonemes.corpus import held_speakers
from training.product.phonemes.labels import load_set
from training.product.phonemes.spoken import STRINGS, split_of_voice, spoken

JOINED_SEED, NOISE_SEED, PHRASES_SEED, GAPS_SEED = 11, 12, 13, 15
SHORT_GAPS, SHORT_MARGIN = (0.0, 0.25), 0
SURROUNDINGS = int(0.4 * RATE)
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
    recipe = read_recipe(args.recipe)
    words = recipe.words
    corpus = load_corpus(args.data, args.cache, words)
    args.out.mkdir(parents=True, exist_ok=True)
    sets = {"single": singles(corpus, args.split), "joined": joined(corpus, args.split, args.joined)}
    write(args.out, "short-gaps", short_gaps(corpus, args.split, args.joined // 2, words, 8))
    numbers = short_gaps(corpus, args.split, args.joined // 2, DIGITS, 8)
    numbers = [row._replace(sound=by_telephone(row.sound)) for row in numbers]
    write(args.out, "telephone-numbers", numbers, TELEPHONE_RATE)
    if "speech" in recipe.training:
        speech_recipe = args.recipe.parent / recipe.training["speech"]
        write(args.out, "in-speech", in_speech(args.data, speech_recipe, args.split, words, args.cache))
        if (args.data / STRINGS).parent.exists():
            write(args.out, "strings", strings(args.data, args.split, words, args.cache))
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
            f"{clip.word}@{clip.begin / RATE:.2f}-{clip.end / RATE:.2f}",
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
    places = tuple((int(end * RATE) - clip.end + clip.begin, int(end * RATE)) for clip, end in zip(chosen, ends))
    spoken = [(clip.word, *place) for clip, place in zip(chosen, places) if clip.label]
    text = " ".join(word for word, _, _ in spoken)
    return Row(sound, text, chosen[0].speaker, in_words(spoken), places)


def in_words(spoken: Sequence[Tuple[str, int, int]]) -> str:
    """The column of words, from samples."""
    return " ".join(f"{word}@{begin / RATE:.2f}-{end / RATE:.2f}" for word, begin, end in spoken)


def short_gaps(corpus: Corpus, split: str, count: int, words: Sequence[str], most: int) -> List[Row]:
    """Strings of some of the words, by one speaker each."""
    rng, speakers = np.random.default_rng([GAPS_SEED, len(words)]), {}
    for clip in corpus.clips[split]:
        if clip.word in words:
            speakers.setdefault(clip.speaker, []).append(clip)
    names = sorted(name for name, own in speakers.items() if len(own) > 3)
    rows = []
    for index in range(count if names else 0):
        own = speakers[names[index % len(names)]]
        chosen = [own[place] for place in rng.permutation(len(own))[: rng.integers(3, most + 1)]]
        rows.append(row_of(string(corpus, chosen, rng, SHORT_GAPS, SHORT_MARGIN)))
    return rows


def in_speech(data: Path, recipe: Path, split: str, words: Sequence[str], cache: Path) -> List[Row]:
    """Words of the vocabulary in what speakers read who are kept from training, from the word before to the word after."""
    rows: List[Row] = []
    table = read_table(recipe)
    for name, count in table["held"].items():
        if not name.startswith("speech/"):
            continue
        labelled = load_set(data, name, None, cache)
        held = sorted(held_speakers(labelled.speakers, count))[0 if split == "valid" else 1 :: 2]
        for each in spoken(labelled.of(set(held), True), (data / name).with_suffix(".tsv"), words):
            for low, high, said in around(each):
                named = [(words[label - 1], begin - low, end - low) for label, begin, end in said]
                sound = each.sound[low:high].astype(np.float32) / 32768
                rows.append(Row(sound, " ".join(word for word, _, _ in named), each.speaker, in_words(named)))
    return rows


def around(each: Spoken) -> List[Tuple[int, int, List[Said]]]:
    """Passages of the vocabulary's words that lie near each other, with some of what is said before and behind them."""
    passages: List[Tuple[int, int, List[Said]]] = []
    for word in each.words:
        low, high = max(0, word.begin - SURROUNDINGS), min(len(each.sound), word.end + SURROUNDINGS)
        if passages and low < passages[-1][1]:
            before = passages.pop()
            passages.append((before[0], high, [*before[2], word]))
        else:
            passages.append((low, high, [word]))
    return passages


def strings(data: Path, split: str, words: Sequence[str], cache: Path) -> List[Row]:
    """Strings of synthetic voices of which training knows none: `split_of_voice` tells which."""
    rows = []
    labelled = load_set(data, STRINGS, None, cache)
    for each in spoken(labelled, (data / STRINGS).with_suffix(".tsv"), words):
        if split_of_voice(each.speaker) == split and each.words:
            said = [(words[label - 1], begin, end) for label, begin, end in each.words]
            rows.append(
                Row(
                    each.sound.astype(np.float32) / 32768,
                    " ".join(word for word, _, _ in said),
                    each.speaker,
                    in_words(said),
                )
            )
    return rows


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
