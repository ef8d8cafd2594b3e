"""Sentences of texts, and a back-off model of them."""

from __future__ import annotations

import re
from typing import Dict, Iterable, List, Set

import numpy as np

from .trigrams import END, START, Logs, Numbers, Trigrams

WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
ENDS = re.compile(r"[.?!;:]+[\"')\]]*\s|\n\s*\n")
# Taken from the count of every n-gram, for those that were not seen (absolute discounting; Ney, Essen, Kneser, 1994).
DISCOUNT2, DISCOUNT3 = 0.7, 0.8
# Of a word that no text has; and how often a trigram has to be there.
UNSEEN, LEAST_TRIGRAMS = 0.1, 2
# Words in a row that two texts do not share by chance.
QUOTED = 8


def sentences(text: str) -> List[List[str]]:
    """The words of each sentence, in lower case."""
    parts = ENDS.split(text.replace("\u2019", "'").replace("--", " ") + " ")
    return [words for words in (WORD.findall(part.lower()) for part in parts) if words]


def quotes(texts: Iterable[List[str]]) -> Set[str]:
    """What of these sentences another text does not have by chance: all rows of QUOTED words, and short sentences whole."""
    return {" ".join(words[i : i + QUOTED]) for words in texts for i in range(max(1, len(words) - QUOTED + 1))}


def shares_words(sentence: List[str], kept: Set[str]) -> bool:
    """Whether the sentence is one of these rows of words, or holds one."""
    return " ".join(sentence) in kept or any(
        " ".join(sentence[i : i + QUOTED]) in kept for i in range(len(sentence) - QUOTED + 1)
    )


def triples(texts: Iterable[List[str]], words: List[str]) -> Numbers:
    """[n][3]: every word and end of the sentences, with the two before it; those with unknown words are left out. A sentence
    begins with two starts.
    """
    number: Dict[str, int] = {word: i for i, word in enumerate(words)}
    start, end = number[START], number[END]
    rows: List[int] = []
    for sentence in texts:
        rows += [start, start, *(number.get(word, -1) for word in sentence), end]
    line = np.array(rows, np.int64)
    all_of = np.stack([line[:-2], line[1:-1], line[2:]], 1)
    return all_of[(all_of >= 0).all(1) & (all_of[:, 2] != start) & (all_of[:, 0] != end) & (all_of[:, 1] != end)]


def estimate(text: Numbers, words: List[str]) -> Trigrams:
    """The model of text[n][3], as `triples` gives it."""
    size, start = len(words), words.index(START)
    ones = np.bincount(text[:, 2], minlength=size) + UNSEEN
    ones[start] = UNSEEN
    unigrams: Logs = np.log(ones / ones.sum())
    pairs, twos = np.unique(text[:, 1] * size + text[:, 2], return_counts=True)
    a, b = pairs // size, pairs % size
    p2 = discounted(a, twos, DISCOUNT2, np.exp(unigrams)[b], size)
    within = text[:, 0] != text[:, 1]
    context = np.searchsorted(pairs, text[within, 0] * size + text[within, 1])
    known = pairs[np.minimum(context, len(pairs) - 1)] == text[within, 0] * size + text[within, 1]
    keys, threes = np.unique(context[known] * size + text[within, 2][known], return_counts=True)
    c, w = keys // size, keys % size
    lower = np.exp(p2)[np.searchsorted(pairs, b[c] * size + w)]
    p3 = discounted(c, threes, DISCOUNT3, lower, len(pairs))
    often = threes >= LEAST_TRIGRAMS
    return Trigrams(words, unigrams, a, b, p2, c[often], w[often], p3[often])


def discounted(history: Numbers, counts: Numbers, discount: float, lower: Logs, histories: int) -> Logs:
    """ln of what counts say of n-grams after their histories, with what the discount leaves shared out as the shorter histories say."""
    total, kinds = np.bincount(history, counts, histories), np.bincount(history, minlength=histories)
    return np.log((counts - discount + discount * kinds[history] * lower) / total[history])
