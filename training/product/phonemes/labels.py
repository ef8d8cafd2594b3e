"""What a model learns to say of every token of an utterance: computed once by the teacher, and kept.

Of all ways to pronounce the transcript the one nearest to what the teacher heard is taken. The target of a token is the
probability of each phoneme there, given that pronunciation and the teacher's own probabilities (the occupancies of CTC's
forward-backward pass, Graves et al. 2006). So the teacher says when, the transcript what. Where each phoneme begins is the
best path through that pronunciation: the largest of the occupancies would lose 4 % of learners' phonemes (0.7 % of others').
An utterance whose transcript the teacher contradicts is left out, and where the dictionary lacks a word the teacher's own
probabilities are the target.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Callable, Iterator, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from training.product.learning.corpus import decode, read_rows, sound_file

from .errors import greedy, nearest
from .inventory import BLANK, pronounce

# [1, samples] of a wave to probabilities [1, tokens of 20 ms, 40].
Teacher = Callable[[Tensor], Tensor]

TOKEN_SAMPLES = 320
# Share of every token's probability that is spread evenly, so that no pronunciation is impossible.
SPREAD = 0.02
# Phoneme errors above which teacher and transcript contradict each other; learners of English are given more rope.
CONTRADICTED, LEARNERS_CONTRADICTED = 0.7, 0.85


class Set(NamedTuple):
    """A set of utterances: int16 `sound`, and for utterance i its place [start, samples, first row, rows], its speaker and the
    rows of `targets` [rows][40], of what the teacher `heard`, fp16, and of the phonemes that `begin` there (or the blank).
    """

    name: str
    sound: np.ndarray
    places: np.ndarray
    speakers: np.ndarray
    targets: np.ndarray
    heard: np.ndarray
    begin: np.ndarray

    def of(self, speakers: "set[str]", wanted: bool) -> "Set":
        """The utterances whose speakers are, or are not, among those."""
        chosen = np.array([(speaker in speakers) == wanted for speaker in self.speakers], bool)
        return self._replace(places=self.places[chosen], speakers=self.speakers[chosen])


def load_set(data: Path, name: str, teacher: Optional[Teacher], cache: Path) -> Set:
    """`name` is as "speech/dev-clean"; its labels are made if the cache has none. One core labels an hour in a minute.

    Errors: ValueError if there are none, nor a teacher.
    """
    stem = data / name
    sound = decode(sound_file(stem), cache)
    known = hashlib.sha1(stem.with_suffix(".tsv").read_bytes()).hexdigest()[:8]
    path = cache / f"{name.replace('/', '-')}-{known}.labels.npz"
    if not path.exists():
        if teacher is None:
            raise ValueError(
                f"{path} is not there: the labels of {name} are made by train.py --teacher, with the same cache"
            )
        _write(path, name, sound, read_rows(stem.with_suffix(".tsv")), teacher)
    with np.load(path) as kept:
        return Set(name, sound, kept["places"], kept["speakers"], kept["targets"], kept["heard"], kept["begin"])


def _write(path: Path, name: str, sound: np.ndarray, rows, teacher: Teacher) -> None:
    limit = LEARNERS_CONTRADICTED if is_learners(name) else CONTRADICTED
    places, speakers, targets, heard, begin, first = [], [], [], [], [], 0
    for row, probabilities, (target, begins) in tqdm(
        _labelled(sound, rows, teacher, limit), desc=name, total=len(rows), disable=None
    ):
        places.append((int(row["start"]), int(row["samples"]), first, len(target)))
        speakers.append(row["speaker"])
        targets.append(target.half().numpy())
        heard.append(probabilities.half().numpy())
        begin.append(begins)
        first += len(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part.npz")
    rows = {"targets": targets, "heard": heard, "begin": begin}
    joined = {name: np.concatenate(parts) for name, parts in rows.items()}
    np.savez(unfinished, places=np.array(places), speakers=np.array(speakers), **joined)
    unfinished.replace(path)


def is_learners(name: str) -> bool:
    """Whether a set's speakers learn English: there transcripts are trusted more than the teacher."""
    return "speechocean" in name


def _labelled(sound: np.ndarray, rows, teacher: Teacher, limit: float) -> Iterator:
    for row in rows:
        start, samples = int(row["start"]), int(row["samples"])
        wave = torch.from_numpy(sound[start : start + samples].astype(np.float32) / 32768)
        probabilities = teacher(wave[None])[0]
        label = label_of(probabilities, row.get("text") or row["word"], limit)
        if label is not None:
            yield row, probabilities, label


def label_of(probabilities: Tensor, text: str, limit: float) -> Optional[Tuple[Tensor, np.ndarray]]:
    """Targets [rows, 40] for what the teacher heard and the phonemes that begin in each row, or None if it contradicts the
    text.
    """
    words = pronounce(text)
    if words is None:
        best = probabilities.argmax(-1).numpy()
        return probabilities, _begin(best)
    match = nearest(greedy(probabilities.numpy()), words)
    if match.errors > limit * len(match.phonemes):
        return None
    target = occupancies(probabilities, match.phonemes)
    # Too few rows for so many phonemes.
    return (target, _begin(best_path(probabilities, match.phonemes))) if torch.isfinite(target).all() else None


def _begin(path: np.ndarray) -> np.ndarray:
    """Of a path its phonemes where they begin, blanks elsewhere."""
    return np.where(path != np.insert(path[:-1], 0, BLANK), path, BLANK).astype(np.uint8)


def best_path(probabilities: Tensor, phonemes: Sequence[int]) -> np.ndarray:
    """The likeliest token of each row on the way through the phonemes, blanks between (Viterbi's algorithm)."""
    spelled = np.full(2 * len(phonemes) + 1, BLANK)
    spelled[1::2] = phonemes
    scores = _spread(probabilities).log().numpy()[:, spelled]
    # A blank may be left out between two phonemes that differ.
    skips = np.zeros(len(spelled), bool)
    skips[3::2] = spelled[3::2] != spelled[1:-2:2]
    total = np.full(len(spelled), -np.inf)
    total[:2] = scores[0, :2]
    came = np.zeros(scores.shape, np.int8)
    for row in range(1, len(scores)):
        one, two = np.insert(total[:-1], 0, -np.inf), np.insert(total[:-2], 0, [-np.inf, -np.inf])
        ways = np.stack([total, one, np.where(skips, two, -np.inf)])
        came[row] = ways.argmax(0)
        total = ways.max(0) + scores[row]
    place = len(spelled) - 1 - int(total[-2] > total[-1])
    path = np.empty(len(scores), int)
    for row in range(len(scores) - 1, -1, -1):
        path[row] = spelled[place]
        place -= int(came[row, place])
    return path


def occupancies(probabilities: Tensor, phonemes) -> Tensor:
    """[rows, 40]: the probability of each token in each row, given the phonemes that all rows spell.

    PyTorch's gradient of the CTC loss by log-probabilities is exactly the probabilities less these (Graves, equation 16).
    """
    spread = _spread(probabilities)
    scores = spread.log()[:, None].requires_grad_()
    lengths = torch.tensor([scores.size(0)]), torch.tensor([len(phonemes)])
    loss = F.ctc_loss(scores, torch.tensor([phonemes]), *lengths, reduction="sum")
    if not torch.isfinite(loss):
        return torch.full_like(probabilities, torch.nan)
    (gradient,) = torch.autograd.grad(loss, scores)
    return (spread - gradient[:, 0]).clamp(0, 1)


def _spread(probabilities: Tensor) -> Tensor:
    return probabilities * (1 - SPREAD) + SPREAD / probabilities.size(1)
