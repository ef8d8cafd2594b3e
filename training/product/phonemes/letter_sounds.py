"""A network that chooses the chunk of phonemes of one letter after another; what it sees, and how well it does."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

WINDOW = 5  # letters seen on either side
BACK = 3  # chunks seen behind
SEEN = 2 * WINDOW + 1 + BACK
BEAM = 8


class LetterSounds(nn.Module):
    """Sums a learnt vector for each letter and chunk that it sees, by place, then two layers. [N, SEEN] -> [N, chunks]."""

    def __init__(self, letters: int, chunks: int, width: int) -> None:
        super().__init__()
        self.letters, self.chunks = letters, chunks
        # Letter 0 and chunk `chunks` stand for none.
        sizes = [letters + 1] * (2 * WINDOW + 1) + [chunks + 1] * BACK
        self.register_buffer("starts", torch.tensor(np.cumsum([0, *sizes[:-1]])))
        self.table = nn.EmbeddingBag(sum(sizes), width, mode="sum")
        nn.init.normal_(self.table.weight, std=0.1)
        self.bias = nn.Parameter(torch.zeros(width))
        self.hidden = nn.Linear(width, width)
        self.output = nn.Linear(width, chunks)
        self.dropout = nn.Dropout(0.15)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        first = self.dropout(torch.relu(self.table(rows.long() + self.starts) + self.bias))
        second = first + torch.relu(self.hidden(first))
        return self.output(self.dropout(second))

    def tensors(self) -> dict[str, np.ndarray]:
        named = {
            "table": self.table.weight,
            "bias": self.bias,
            "hidden.weight": self.hidden.weight,
            "hidden.bias": self.hidden.bias,
            "output.weight": self.output.weight,
            "output.bias": self.output.bias,
        }
        return {name: tensor.detach().numpy().astype(np.float32) for name, tensor in named.items()}


def seen(letters: list[int], chunks: list[int], none: int) -> list[int]:
    """What is seen at the letter behind those whose chunks are given."""
    i = len(chunks)
    around = [letters[j] if 0 <= j < len(letters) else 0 for j in range(i - WINDOW, i + WINDOW + 1)]
    return around + [chunks[i - back] if i >= back else none for back in range(1, BACK + 1)]


def contexts(words: list[Any], letters: str, chunks: int) -> tuple[np.ndarray, np.ndarray]:
    """What is seen at each letter of all pronunciations [N, SEEN], and the chunk that it stands for [N]."""
    rows, targets = [], []
    for word, variants in words:
        numbers = [letters.index(letter) + 1 for letter in word]
        for said in variants:
            for i, chunk in enumerate(said):
                rows.append(seen(numbers, said[:i], chunks))
                targets.append(chunk)
    return np.array(rows, np.uint8), np.array(targets, np.int64)


@torch.no_grad()
def candidates(network: LetterSounds, word: str, data: dict[str, Any]) -> list[tuple[int, ...]]:
    """Pronunciations of a word, the likeliest first, as numbers of phonemes. Chunks that come to the same are summed up."""
    letters = [data["letters"].index(letter) + 1 for letter in word]
    beam: list[tuple[float, list[int]]] = [(0.0, [])]
    for _ in letters:
        rows = torch.tensor([seen(letters, said, network.chunks) for _, said in beam])
        scores = torch.log_softmax(network(rows), 1) + torch.tensor([[score] for score, _ in beam])
        best = torch.topk(scores.flatten(), min(BEAM, scores.numel()))
        beam = [
            (score, [*beam[place // network.chunks][1], place % network.chunks])
            for score, place in zip(best.values.tolist(), best.indices.tolist(), strict=True)
        ]
    found: dict[tuple[int, ...], float] = {}
    for score, said in beam:
        phonemes = tuple(phoneme for chunk in said for phoneme in data["chunks"][chunk])
        found[phonemes] = np.logaddexp(found.get(phonemes, -np.inf), score)
    return sorted(found, key=lambda phonemes: -found[phonemes])


def distance(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """Levenshtein's."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        diagonal, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], min(row[j + 1] + 1, row[j] + 1, diagonal + (x != y))
    return row[-1]


def error_rates(network: LetterSounds, words: list[Any], data: dict[str, Any]) -> str:
    """Errors against the nearest of a word's pronunciations."""
    wrong = wrong_of_three = errors = length = total = 0
    for word, variants in words:
        expected = [tuple(phoneme for chunk in said for phoneme in data["chunks"][chunk]) for said in variants]
        if not expected:
            continue
        found = candidates(network, word, data)
        nearest = min(expected, key=lambda one: distance(found[0], one))
        errors += distance(found[0], nearest)
        length += len(nearest)
        wrong += found[0] not in expected
        wrong_of_three += not any(one in expected for one in found[:3])
        total += 1
    return (
        f"{total} words, {100 * wrong / total:.1f} % of words and {100 * errors / length:.2f} % of phonemes wrong; "
        f"{100 * wrong_of_three / total:.1f} % of words wrong in all of the first three"
    )
