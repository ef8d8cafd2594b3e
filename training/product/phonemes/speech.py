"""Training streams of running speech: utterances in a row with pauses, and what may happen to sound on its way to a recognizer.

The teacher heard the utterances as they are (labels.py); the learner hears them in rooms, in noise, at other speeds and
levels, through telephones and other microphones. Utterances longer than a stream are cut anywhere: every token has its
target.
"""

from __future__ import annotations

import math
from typing import List, NamedTuple, Sequence, Tuple

import numpy as np
import torch
from scipy.signal import butter, resample_poly, sosfilt
from torch import Tensor

from training.product.learning.augment import Noise, Room, at_speed, warp
from training.product.learning.corpus import RATE
from training.product.model.features import LogMel

from .inventory import BLANK, TOKENS
from .labels import TOKEN_SAMPLES, Set, is_learners

LOUDNESS = 0.06
# The teacher's own probabilities in the targets of native speakers.
HEARD_SHARE = 0.15
EDGE = 80


class SpeechBatch(NamedTuple):
    """Normalised features [B, frames, mels], targets [B, tokens, 40], and each stream's phonemes."""

    features: Tensor
    targets: Tensor
    phonemes: List[Tensor]


class SpeechStreams:
    """Makes batches of streams of so many `tokens`; `shares` says how often each of the sets is drawn from."""

    def __init__(
        self,
        sets: Sequence[Set],
        shares: Sequence[float],
        noises: List[np.ndarray],
        talk: np.ndarray,
        normal: Tuple[Tensor, Tensor],
        features: LogMel,
        tokens: int,
        seed: Sequence[int],
    ):
        self.rng = np.random.default_rng(seed)
        self.sets, self.shares = list(sets), np.array(shares) / sum(shares)
        self.tokens, self.samples = tokens, tokens * TOKEN_SAMPLES
        self.noise, self.talk = Noise(noises, self.rng), talk
        self.room = Room(self.rng, self.samples)
        self.features, (self.mean, self.invstddev) = features, normal
        self.silent = np.zeros(len(TOKENS), np.float32)
        self.silent[BLANK] = 1

    def batch(self, size: int) -> SpeechBatch:
        """`size` streams."""
        waves, targets, phonemes = zip(*(self._stream() for _ in range(size)))
        features = warp(self.features(torch.from_numpy(np.stack(waves))), self.rng)
        features = (features - self.mean) * self.invstddev
        self._mask(features)
        labels = [torch.from_numpy(each.astype(np.int64)) for each in phonemes]
        return SpeechBatch(features, torch.from_numpy(np.stack(targets)), labels)

    def _stream(self) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        rng = self.rng
        pace = float(np.clip(np.exp(rng.normal(0, 0.08)), 0.82, 1.22)) if rng.random() < 0.6 else 1.0
        wave, targets, begin = self._joined(math.ceil(self.tokens * pace) + 2)
        places = np.flatnonzero(begin != BLANK)
        phonemes = begin[places[places / pace < self.tokens - 1]]
        wave = at_speed(wave, pace)[: self.samples] if pace != 1 else wave[: self.samples]
        return self._disturbed(wave), _at_pace(targets, pace, self.tokens), phonemes

    def _joined(self, tokens: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Utterances and pauses that fill so many tokens: the sound, targets, and phonemes where they begin."""
        rng, parts, left = self.rng, [], tokens
        most = 6 if rng.random() < 0.3 else 45
        if rng.random() < 0.7:
            parts.append(self._silence(int(rng.integers(5, 50))))
        while (left := tokens - sum(len(targets) for _, targets, _ in parts)) > 10:
            parts.append(self._utterance(left))
            parts.append(self._silence(int(rng.integers(0, most))))
        parts.append(self._silence(max(left, 0)))
        wave, targets, begin = (np.concatenate(each) for each in zip(*parts))
        return wave[: tokens * TOKEN_SAMPLES], targets[:tokens], begin[:tokens]

    def _silence(self, tokens: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        sound, begin = np.zeros(tokens * TOKEN_SAMPLES, np.float32), np.full(tokens, BLANK, np.uint8)
        return sound, np.tile(self.silent, (tokens, 1)), begin

    def _utterance(self, room: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One of a set, or a piece of it that fits; sometimes, near the end of the stream, a pause in place of a piece."""
        rng = self.rng
        of = self.sets[rng.choice(len(self.sets), p=self.shares)]
        start, samples, first, rows = (int(value) for value in of.places[rng.integers(len(of.places))])
        rows = min(rows, samples // TOKEN_SAMPLES)
        begin = 0
        if rows > room:
            if room < 250 and rng.random() < 0.6:
                return self._silence(min(room, int(rng.integers(20, 80))))
            begin = int(rng.integers(0, rows - room + 1))
            rows = room
        sound = of.sound[start + begin * TOKEN_SAMPLES : start + (begin + rows) * TOKEN_SAMPLES]
        wave = sound.astype(np.float32) / 32768
        own = slice(first + begin, first + begin + rows)
        targets = of.targets[own].astype(np.float32)
        if not is_learners(of.name):
            targets = (1 - HEARD_SHARE) * targets + HEARD_SHARE * of.heard[own].astype(np.float32)
        level = LOUDNESS / (np.sqrt((wave**2).mean()) + 1e-4)
        wave *= np.float32(level * 10 ** (rng.normal(0, 3) / 20))
        edge = min(EDGE, len(wave) // 4)
        ramp = np.linspace(0, 1, edge, dtype=np.float32)
        wave[:edge] *= ramp
        wave[len(wave) - edge :] *= ramp[::-1]
        return wave, targets, of.begin[own]

    def _disturbed(self, wave: np.ndarray) -> np.ndarray:
        rng = self.rng
        in_room, coloured = rng.random() < 0.45, rng.random() < 0.3
        if in_room or coloured:
            wave = self._filtered(wave, in_room, coloured)
        if rng.random() < 0.8:
            decibels = rng.uniform(0, 30) if rng.random() < 0.6 else rng.uniform(-3, 14)
            noise = self._talk() if rng.random() < 0.15 else self.noise.background(self.samples, rng)
            wave = wave + noise * np.float32(LOUDNESS * 10 ** (-decibels / 20))
        wave = wave + self.noise.floor(self.samples, rng) * np.float32(LOUDNESS * 10 ** (-rng.uniform(25, 60) / 20))
        if rng.random() < 0.12:
            wave = telephone(wave, rng.uniform(150, 350), 3500, rng.random() < 0.6)
        loud = 3.0 if rng.random() < 0.05 else 1.0
        return np.clip(wave * np.float32(loud * 10 ** (rng.uniform(-26, 10) / 20)), -1, 1).astype(np.float32)

    def _filtered(self, wave: np.ndarray, in_room: bool, coloured: bool) -> np.ndarray:
        """In a room, through another microphone, or both; at the loudness it had."""
        rng, size = self.rng, self.room.size
        spectrum = torch.fft.rfft(torch.from_numpy(wave), size)
        if in_room:
            spectrum = spectrum * self.room.responses[rng.integers(len(self.room.responses))]
        if coloured:
            places = torch.linspace(0, 1, len(spectrum))
            waves = [
                float(rng.normal(0, 0.5)) * torch.cos(math.pi * (k * places + rng.uniform(0, 2))) for k in (1, 2, 3, 5)
            ]
            curve = sum(waves)
            if rng.random() < 0.3:  # weak below some 20 to 160 Hz
                curve = curve - (0.02 * rng.uniform(0.2, 1) - places).clamp(min=0) / 0.02 * 4
            if rng.random() < 0.3:  # weak above some 3 to 7 kHz
                curve = curve - (places - rng.uniform(0.4, 0.9)).clamp(min=0) * rng.uniform(5, 30)
            spectrum = spectrum * curve.exp()
        heard = torch.fft.irfft(spectrum, size)[: len(wave)].numpy()
        return heard * np.sqrt((wave**2).mean() / ((heard**2).mean() + 1e-12))

    def _talk(self) -> np.ndarray:
        """One to four other people."""
        starts = self.rng.integers(0, len(self.talk) - self.samples, self.rng.integers(1, 5))
        voices = sum(self.talk[start : start + self.samples].astype(np.float32) for start in starts) / 32768
        return voices / (np.sqrt((voices**2).mean()) + 1e-4)

    def _mask(self, features: Tensor) -> None:
        """SpecAugment (Park et al., arXiv 1904.08779) on most streams, in place."""
        rng = self.rng
        for stream in features:
            if rng.random() >= 0.7:
                continue
            for axis, count, limit in ((1, 2, 12), (0, int(rng.integers(0, 6)), 10)):
                for _ in range(count):
                    width = int(rng.integers(0, limit))
                    stream.narrow(axis, int(rng.integers(0, stream.size(axis) - width)), width).zero_()


def _at_pace(targets: np.ndarray, pace: float, tokens: int) -> np.ndarray:
    """Targets of sound that plays `pace` times as fast, between the two nearest."""
    if pace == 1:
        return targets[:tokens]
    places = np.minimum(np.arange(tokens) * pace, len(targets) - 1.001)
    before = places.astype(int)
    share = (places - before)[:, None].astype(np.float32)
    return targets[before] * (1 - share) + targets[before + 1] * share


def telephone(wave: np.ndarray, low: float, high: float, companded: bool) -> np.ndarray:
    """Sampled at 8 kHz, without what lies below `low` and above `high` Hz, and in the 8 bits of mu-law (ITU-T G.711)."""
    band = butter(2, [low / (RATE / 2), high / (RATE / 2)], "band", output="sos")
    narrow = np.clip(resample_poly(sosfilt(band, wave), 1, 2), -1, 1)
    if companded:
        coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
        narrow = np.sign(coded) * (256 ** np.abs(coded) - 1) / 255
    return resample_poly(narrow, 2, 1)[: len(wave)].astype(np.float32)
