"""Reads the binary language models of PocketSphinx."""

from __future__ import annotations

from pathlib import Path
from typing import List, Tuple

import numpy as np
from numpy.typing import NDArray

from .trigrams import END, START, Logs, Numbers, Trigrams

# The file's logarithms have this base.
BASE = np.log(1.0001)


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
    words = [name.decode() for name in names]
    return chosen(words, unigrams["p"][:-1] * BASE, (first, second, log2), (oldest, parent, log3), most_words)


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
