"""Makes the ARPA text of models/english.ngrams from PocketSphinx' language model, pruned to the size wanted.

    pip download --no-deps pocketsphinx==5.1.1 && unzip pocketsphinx-*.whl 'pocketsphinx/model/en-us/en-us.lm.bin'
    python -m training.product.make_language_model pocketsphinx/model/en-us/en-us.lm.bin english.arpa
    npx foldvox convert arpa english.arpa models/english.ngrams --lexicon models/english.lexicon --name english --language en

The n-grams that are left out are those whose loss changes the model least (Stolcke, "Entropy-based pruning of backoff language
models", 1998); back-off weights are computed anew, so every distribution sums to one. Words beyond the most frequent ones are left out.
"""

import argparse
from pathlib import Path
from typing import List, Tuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Logs = NDArray[np.float64]

#: The file's logarithms have this base.
BASE = np.log(1.0001)
#: Probability that no sum of a context is allowed to leave less of.
LEAST = 1e-9
START, END = "<s>", "</s>"


class Trigrams:
    """A back-off model of three words. Bigrams (a, b) are sorted by a, b; trigrams (context, w) by context, w, where context is
    the place of a bigram. All logarithms are natural."""

    def __init__(self, words: List[str], unigrams: Logs, a: Numbers, b: Numbers, p2: Logs, c: Numbers, w: Numbers, p3: Logs):
        self.words, self.unigrams = words, unigrams
        self.a, self.b, self.p2 = a, b, p2
        self.c, self.w, self.p3 = c, w, p3
        self.normalise()

    def bigram(self, a: Numbers, b: Numbers) -> Logs:
        """ln P(b | a)."""
        keys, wanted = self.a * len(self.words) + self.b, a * len(self.words) + b
        places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[places] == wanted, self.p2[places], self.backoff1[a] + self.unigrams[b])

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


def weight(own: Logs, lower: Logs) -> Logs:
    """The back-off weight of histories whose n-grams come to these sums."""
    return np.log(np.maximum(1 - own, 1e-6)) - np.log(np.maximum(1 - lower, 1e-6))


def fields(memory: NDArray[np.uint8], start: int, width: int, count: int, stride: int) -> Numbers:
    """Numbers of so many bits, packed one record of `stride` bits after the other."""
    places = np.arange(count, dtype=np.int64) * stride + start
    value = np.zeros(count, np.uint64)
    for i in range(5):
        value |= memory[(places >> 3) + i].astype(np.uint64) << np.uint64(8 * i)
    return ((value >> (places & 7).astype(np.uint64)) & np.uint64((1 << width) - 1)).astype(np.int64)


def read_trie(path: Path, most_words: int) -> Trigrams:
    """Sphinx' binary trie, in which a word leads to the words before it; its most frequent words."""
    data = path.read_bytes()
    magic = b"Trie Language Model"
    if not data.startswith(magic) or data[len(magic)] != 3:
        raise SystemExit(f"{path} is no trigram model of PocketSphinx.")
    at = len(magic) + 1
    counts = [int(n) for n in np.frombuffer(data, "<u4", 3, at)]
    at += 16
    tables = np.frombuffer(data, "<f4", 3 * 65536, at).reshape(3, 65536) * BASE
    at += tables.size * 4
    unigram = np.dtype([("p", "<f4"), ("backoff", "<f4"), ("next", "<u4")])
    unigrams = np.frombuffer(data, unigram, counts[0] + 1, at)
    at += unigrams.nbytes
    word_bits, next_bits = counts[0].bit_length(), counts[2].bit_length()
    strides = word_bits + 32 + next_bits, word_bits + 16
    parts = []
    for count, stride in zip(counts[1:], strides, strict=True):
        size = ((1 + count) * stride + 7) // 8 + 8
        parts.append(np.frombuffer(data, np.uint8, size, at))
        at += size
    names = data[at + 4 :].split(b"\0")[: counts[0]]
    bigrams = int(unigrams["next"][-1])
    first = fields(parts[0], 0, word_bits, bigrams, strides[0])
    log2 = tables[0][fields(parts[0], word_bits + 16, 16, bigrams, strides[0])]
    children = np.diff(np.append(fields(parts[0], word_bits + 32, next_bits, bigrams, strides[0]), counts[2]))
    second = np.repeat(np.arange(counts[0]), np.diff(unigrams["next"].astype(np.int64)))
    parent = np.repeat(np.arange(bigrams), children)
    oldest = fields(parts[1], 0, word_bits, len(parent), strides[1])
    log3 = tables[2][fields(parts[1], word_bits, 16, len(parent), strides[1])]
    return chosen([name.decode() for name in names], unigrams["p"][:-1] * BASE, (first, second, log2), (oldest, parent, log3), most_words)


def chosen(
    words: List[str],
    unigrams: Logs,
    bigrams: Tuple[Numbers, Numbers, Logs],
    trigrams: Tuple[Numbers, Numbers, Logs],
    most_words: int,
) -> Trigrams:
    """The model of the most frequent words, in reading order, sorted."""
    first, second, log2 = bigrams
    oldest, parent, log3 = trigrams
    rank = unigrams.copy()
    rank[[words.index(START), words.index(END)]] = 0
    keep = np.zeros(len(words), bool)
    keep[np.argsort(-rank, kind="stable")[:most_words]] = True
    whole = keep[oldest] & keep[first[parent]] & keep[second[parent]]
    number = np.cumsum(keep) - 1
    triples = number[oldest[whole]], number[first[parent[whole]]], number[second[parent[whole]]]
    log3 = log3[whole]
    kept = keep[first] & keep[second]
    a, b, log2 = number[first[kept]], number[second[kept]], log2[kept]
    order = np.lexsort((b, a))
    a, b, log2 = a[order], b[order], log2[order]
    size = int(keep.sum())
    context = np.searchsorted(a * size + b, triples[0] * size + triples[1])
    order = np.lexsort((triples[2], context))
    names = [word for word, is_kept in zip(words, keep, strict=True) if is_kept]
    logs = np.asarray(unigrams[keep], np.float64)
    others = np.array([name != START for name in names])
    logs -= np.log(np.exp(logs[others]).sum())
    return Trigrams(names, logs, a, b, log2, context[order], triples[2][order], log3[order])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="en-us.lm.bin")
    parser.add_argument("output", type=Path, help="ARPA text to write")
    parser.add_argument("--words", type=int, default=65_530, help="words to keep, the most frequent ones")
    parser.add_argument("--threshold", type=float, default=8.3e-8, help="share by which a lost n-gram may raise the perplexity")
    args = parser.parse_args()
    model = read_trie(args.model, args.words)
    model.prune(args.threshold)
    model.write(args.output)
    print(f"{args.output}: {len(model.words):,} words, {len(model.a):,} bigrams, {len(model.w):,} trigrams")


if __name__ == "__main__":
    main()
