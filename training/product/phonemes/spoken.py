"""Running speech of which is known where each word and each phoneme lies, from the labels of labels.py.

The teacher's label of a phoneme is one or two tokens of 20 ms within it. A word goes from the middle between its first
phoneme and the one before to the middle between its last and the next; where there is a pause, to where its energy ends.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import numpy as np

from training.product.learning.corpus import ENERGY_FRAME, RATE, Clip, Corpus, Running, hash_of, read_rows
from training.product.learning.running import PHONEMES, Said, Sounds, Spoken
from training.product.model.recipe import read_table

from .corpus import held_speakers
from .errors import greedy, nearest
from .inventory import BLANK, TOKENS, pronounce, words_of
from .labels import TOKEN_SAMPLES, Set, load_set

COMMANDS, STRINGS = "commands/train", "synthetic-strings/synthetic-strings"
PLAIN = "plain-"
REACH = int(0.25 * RATE)  # the furthest that a phoneme's label lies from the edge of its word
QUIETER = 25  # decibels below the word's loudest 10 ms that end it
MARGIN = int(0.1 * RATE)  # of neighbours around a word that is cut out


def spoken(labelled: Set, table: Path, words: Sequence[str]) -> Iterator[Spoken]:
    """The utterances of a set. Those that hold a word of the vocabulary and cannot be aligned are left out."""
    tokens = {word: token for token, word in enumerate(words, 1)}
    texts = {int(row["start"]): row["text"] for row in read_rows(table)}
    for (start, samples, first, rows), speaker in zip(labelled.places.tolist(), labelled.speakers):
        text, sound = texts[start], labelled.sound[start : start + samples]
        sounds = phonemes_of(labelled.targets[first : first + rows])
        said: List[Said] = []
        if not tokens.keys().isdisjoint(words_of(text)):
            spans = align(text, sounds, labelled.heard[first : first + rows])
            wanted = [(word, span) for word, span in zip(words_of(text), spans) if word in tokens]
            if any(span is None for _, span in wanted) or not spans:
                continue
            said = [Said(tokens[word], *edges(sound, sounds, *span)) for word, span in wanted]
        yield Spoken(sound, speaker, said, sounds, start)


def phonemes_of(targets: np.ndarray) -> Sounds:
    """The middles of the labels in [rows][tokens]."""
    assert targets.shape[1] == PHONEMES + 1 == len(TOKENS)
    best = targets.argmax(1)
    changes = np.flatnonzero(np.diff(best, prepend=-1, append=-1))
    begins, ends = changes[:-1], changes[1:]
    said = best[begins] != BLANK
    return Sounds((begins + ends)[said] * (TOKEN_SAMPLES // 2), best[begins][said])


def align(text: str, sounds: Sounds, heard: np.ndarray) -> List["Tuple[int, int] | None"]:
    """Of each word the places of its first and its last phoneme in `sounds`; None where they are not all there."""
    variants = pronounce(text)
    if variants is None:
        return []
    chosen = nearest(greedy(heard), variants).words
    place = np.full(sum(map(len, chosen)), -1)
    flat = [phoneme for variant in chosen for phoneme in variant]
    for block in difflib.SequenceMatcher(None, flat, sounds.phonemes.tolist(), autojunk=False).get_matching_blocks():
        place[block.a : block.a + block.size] = np.arange(block.b, block.b + block.size)
    spans, at = [], 0
    for variant in chosen:
        own = place[at : at + len(variant)]
        whole = own.min() >= 0 and own[-1] - own[0] == len(own) - 1
        spans.append((int(own[0]), int(own[-1])) if whole else None)
        at += len(variant)
    return spans


def edges(sound: np.ndarray, sounds: Sounds, first: int, last: int) -> Tuple[int, int]:
    """Where the word with these phonemes begins and ends, in samples."""
    at = sounds.at
    low = max(0, at[first] - REACH, (at[first - 1] + at[first]) // 2 if first else 0)
    high = min(len(sound), at[last] + REACH, (at[last] + at[last + 1]) // 2 if last + 1 < len(at) else len(sound))
    frames = sound[low : low + max(1, (high - low) // ENERGY_FRAME) * ENERGY_FRAME].astype(np.float32)
    level = 10 * np.log10((frames.reshape(-1, ENERGY_FRAME) ** 2).mean(1) + 1)
    loud = np.flatnonzero(level > level.max() - QUIETER)
    return int(low + loud[0] * ENERGY_FRAME), int(min(high, low + (loud[-1] + 1) * ENERGY_FRAME))


def cut_out(each: Spoken, source: str, words: Sequence[str]) -> Iterator[Clip]:
    """The words of the vocabulary in it, with what is said around them."""
    for label, begin, end in each.words:
        low, high = max(0, begin - MARGIN), min(len(each.sound), end + MARGIN)
        near = (each.sounds.at >= low) & (each.sounds.at < high)
        sounds = Sounds(each.sounds.at[near] - low, each.sounds.phonemes[near])
        yield Clip(
            words[label - 1], each.speaker, source, each.start + low, high - low, begin - low, end - low, label, sounds
        )


def split_of_voice(voice: str) -> str:
    """The split of a synthetic string, by its voice; voices that sound like machines are never measured with."""
    if voice.startswith(PLAIN):
        return "train"
    return {0: "valid", 4: "heldout"}.get(hash_of(voice) % 8, "train")


def sounds_by_start(labelled: Set) -> Dict[int, Sounds]:
    """Of a set of clips: the phonemes by where each starts."""
    return {
        start: phonemes_of(labelled.targets[first : first + rows]) for start, _, first, rows in labelled.places.tolist()
    }


def with_running_speech(
    corpus: Corpus, data: Path, recipe: Path, words: Sequence[str], teacher: Any, cache: Path
) -> Corpus:
    """The corpus with the sets of another recipe, without its held speakers, and with the phonemes of its own clips."""
    table, talk, cuts, audio = read_table(recipe), [], [], dict(corpus.audio)
    for name in table["sets"]:
        labelled = load_set(data, name, teacher, cache)
        if name == COMMANDS:
            known = sounds_by_start(labelled)
            train = [clip._replace(sounds=known.get(clip.start)) for clip in corpus.clips["train"]]
            corpus = corpus._replace(clips={**corpus.clips, "train": train})
            continue
        held = held_speakers(labelled.speakers, table["held"].get(name, 0))
        audio[name] = labelled.sound
        for each in spoken(labelled.of(held, False), (data / name).with_suffix(".tsv"), words):
            talk.append(each)
            cuts.extend(cut_out(each, name, words))
    strings: List[Spoken] = []
    if (data / STRINGS).parent.exists():
        labelled = load_set(data, STRINGS, teacher, cache)
        strings = [each for each in spoken(labelled, (data / STRINGS).with_suffix(".tsv"), words)]
        strings = [each for each in strings if each.words and split_of_voice(each.speaker) == "train"]
    return corpus._replace(audio=audio, running=Running(talk, strings, cuts))
