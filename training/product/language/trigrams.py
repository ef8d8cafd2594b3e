"""A back-off model of three words: probabilities, mixtures, pruning, and ARPA text."""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Logs = NDArray[np.float64]

# Probability that no sum of a context is allowed to leave less of.
LEAST = 1e-9
#: Share by which a lost n-gram may raise the perplexity, at first.
FIRST_THRESHOLD = 1e-8
START, END = "<s>", "</s>"


class Trigrams:
    """Bigrams (a, b) are sorted by a, b; trigrams (context, w) by context, w, where context is the place of a bigram. All
    logarithms are natural.
    """

    def __init__(
        self, words: List[str], unigrams: Logs, a: Numbers, b: Numbers, p2: Logs, c: Numbers, w: Numbers, p3: Logs
    ):
        self.words, self.unigrams = words, unigrams
        self.a, self.b, self.p2 = a, b, p2
        self.c, self.w, self.p3 = c, w, p3
        self.normalise()

    def place(self, a: Numbers, b: Numbers) -> Tuple[Numbers, NDArray[np.bool_]]:
        """Where the bigrams a b stand, and whether they are there."""
        return found(self.a * len(self.words) + self.b, a * len(self.words) + b)

    def bigram(self, a: Numbers, b: Numbers) -> Logs:
        """ln P(b | a)."""
        places, known = self.place(a, b)
        return np.where(known, self.p2[places], self.backoff1[a] + self.unigrams[b])

    def trigram(self, a: Numbers, b: Numbers, w: Numbers) -> Logs:
        """ln P(w | a b)."""
        context, known = self.place(a, b)
        size = len(self.words)
        places, whole = found(self.c * size + self.w, np.where(known, context * size + w, -1))
        shorter = np.where(known, self.backoff2[context], 0) + self.bigram(b, w)
        return np.where(whole, self.p3[places], shorter)

    def sums(self) -> Tuple[Logs, Logs, Logs, Logs]:
        """Of each word and each bigram: what its n-grams come to, and what they would by the next shorter histories."""
        words, bigrams = len(self.words), len(self.a)
        lower = self.bigram(self.b[self.c], self.w)
        return (
            np.bincount(self.a, np.exp(self.p2), words),
            np.bincount(self.a, np.exp(self.unigrams[self.b]), words),
            np.bincount(self.c, np.exp(self.p3), bigrams),
            np.bincount(self.c, np.exp(lower), bigrams),
        )

    def normalise(self) -> None:
        """Back-off weights that make every distribution sum to one."""
        self.backoff1 = np.zeros(len(self.words))
        own, lower, _, _ = self.sums()
        self.backoff1 = np.where(own > 0, weight(own, lower), 0)
        _, _, own, lower = self.sums()
        self.backoff2 = np.where(own > 0, weight(own, lower), 0)

    def prune(self, threshold: float) -> None:
        """Leaves out n-grams whose loss raises the perplexity by less than the threshold, as a share."""
        _, _, own, lower = self.sums()
        history = self.word_probability()[self.a] * np.exp(self.p2)
        shorter = self.bigram(self.b[self.c], self.w)
        keep = self.loss(self.p3, shorter, self.c, own, lower, self.backoff2, history) >= threshold
        self.c, self.w, self.p3 = self.c[keep], self.w[keep], self.p3[keep]
        self.normalise()
        own, lower, _, _ = self.sums()
        shorter = self.unigrams[self.b]
        keep = self.loss(self.p2, shorter, self.a, own, lower, self.backoff1, self.word_probability()) >= threshold
        keep[self.c] = True
        number = np.cumsum(keep) - 1
        self.a, self.b, self.p2 = self.a[keep], self.b[keep], self.p2[keep]
        self.c = number[self.c]
        self.normalise()

    def prune_to(self, most_bytes: int) -> None:
        """Leaves out n-grams, a few more each time, until the file that holds the others has no more bytes."""
        threshold = FIRST_THRESHOLD
        while self.bytes() > most_bytes:
            self.prune(threshold)
            threshold *= 1.1

    def bytes(self) -> int:
        """Of the n-grams in the file (src/ngrams/ngram-file.ts): a bigram that begins trigrams takes seven bytes, others three."""
        contexts = len(np.unique(self.c))
        return 8 * len(self.words) + 7 * contexts + 3 * (len(self.a) - contexts + len(self.w))

    def word_probability(self) -> Logs:
        """An utterance begins as often as it ends."""
        probability = np.exp(self.unigrams)
        probability[self.words.index(START)] = probability[self.words.index(END)]
        return probability

    @staticmethod
    def loss(
        log: Logs, shorter: Logs, history: Numbers, own: Logs, lower: Logs, backoff: Logs, probability: Logs
    ) -> Logs:
        """By how much the perplexity grows without each n-gram (equation 7)."""
        p, q = np.exp(log), np.exp(shorter)
        left = 1 - own[history] + p
        after = np.log(np.maximum(left, LEAST)) - np.log(np.maximum(1 - lower[history] + q, LEAST))
        change = p * (shorter + after - log) + (after - backoff[history]) * np.maximum(1 - own[history], 0)
        return np.expm1(-probability[history] * change)

    def write(self, path: Path) -> None:
        """ARPA text."""
        ten = np.log(10)
        words = self.words
        with open(path, "w", encoding="utf-8") as out:
            counts = (len(words), len(self.a), len(self.w))
            out.write("\\data\\\n" + "".join(f"ngram {n + 1}={count}\n" for n, count in enumerate(counts)))
            out.write("\n\\1-grams:\n")
            for word, log, backoff in zip(words, self.unigrams / ten, self.backoff1 / ten, strict=True):
                out.write(f"{-99 if word == START else min(0, log):.4f}\t{word}\t{backoff:.4f}\n")
            out.write("\n\\2-grams:\n")
            for a, b, log, backoff in zip(self.a, self.b, self.p2 / ten, self.backoff2 / ten, strict=True):
                out.write(f"{min(0, log):.4f}\t{words[a]} {words[b]}\t{backoff:.4f}\n")
            out.write("\n\\3-grams:\n")
            for a, b, w, log in zip(self.a[self.c], self.b[self.c], self.w, self.p3 / ten, strict=True):
                out.write(f"{min(0, log):.4f}\t{words[a]} {words[b]} {words[w]}\n")
            out.write("\n\\end\\\n")


def found(keys: Numbers, wanted: Numbers) -> Tuple[Numbers, NDArray[np.bool_]]:
    """Where in the sorted keys the wanted ones stand, and whether they are there."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return places, keys[places] == wanted


def weight(own: Logs, lower: Logs) -> Logs:
    """The back-off weight of histories whose n-grams come to these sums."""
    return np.log(np.maximum(1 - own, 1e-6)) - np.log(np.maximum(1 - lower, 1e-6))


def mixture(models: Sequence[Trigrams], shares: Sequence[float]) -> Trigrams:
    """The mean of models of the same words, in these shares, with every n-gram that one of them has."""
    size = len(models[0].words)

    def mean(logs: List[Logs]) -> Logs:
        return np.log(sum(share * np.exp(log) for share, log in zip(shares, logs, strict=True)))

    pairs = np.unique(np.concatenate([model.a * size + model.b for model in models]))
    a, b = pairs // size, pairs % size
    contexts = [np.searchsorted(pairs, model.a * size + model.b)[model.c] for model in models]
    triples = np.unique(np.concatenate([c * size + model.w for c, model in zip(contexts, models, strict=True)]))
    c, w = triples // size, triples % size
    return Trigrams(
        models[0].words,
        mean([model.unigrams for model in models]),
        a,
        b,
        mean([model.bigram(a, b) for model in models]),
        c,
        w,
        mean([model.trigram(a[c], b[c], w) for model in models]),
    )


def best_shares(models: Sequence[Trigrams], text: Numbers) -> NDArray[np.float64]:
    """The shares in which a mixture of the models predicts the third words of text[n][3] best (by expectation and
    maximization).
    """
    each = np.exp([model.trigram(*text.T) for model in models])
    shares = np.full(len(models), 1 / len(models))
    for _ in range(50):
        weighed = shares[:, None] * each
        shares = (weighed / weighed.sum(0)).mean(1)
    return shares


def perplexity(model: Trigrams, text: Numbers) -> float:
    """Of the third words of text[n][3]."""
    return float(np.exp(-model.trigram(*text.T).mean()))
