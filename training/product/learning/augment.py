"""What happens to sound on its way: other speeds, rooms, noises, levels, telephone lines; and SpecAugment."""

from __future__ import annotations

from typing import List

import numpy as np
import torch
from torch import Tensor

from .corpus import RATE

NOISE_BANK_SECONDS = 60
MADE_NOISE = 0.25  # share of background noise
ROOMS, ROOM_SAMPLES = 200, 6400
FADE_SAMPLES = 80
FADE = np.linspace(0, 1, FADE_SAMPLES, dtype=np.float32)
WSOLA_WINDOW, WSOLA_REACH = 640, 160
WSOLA_SHAPE = np.hanning(WSOLA_WINDOW + 1)[:WSOLA_WINDOW].astype(np.float32)


def at_speed(sound: np.ndarray, pace: float) -> np.ndarray:
    """Resampled so that it plays `pace` times as fast, its pitch rising with it."""
    places = np.arange(int((len(sound) - 1) / pace), dtype=np.float32) * np.float32(pace)
    before = places.astype(np.int32)
    share = places - before
    return sound[before] * (1 - share) + sound[before + 1] * share


def hurried(sound: np.ndarray, pace: float) -> np.ndarray:
    """Said `pace` times as fast, at the same pitch: windows laid closer, each from where it fits best (WSOLA, Verhelst and
    Roelands, ICASSP 1993).
    """
    if len(sound) < 2 * WSOLA_WINDOW:
        return sound
    half, reach = WSOLA_WINDOW // 2, WSOLA_REACH
    count = int((len(sound) - WSOLA_WINDOW - reach) / (half * pace))
    said = np.zeros(half * (count + 1), np.float32)
    wanted = 0
    for index in range(count):
        at = int(index * half * pace)
        if index:
            low = max(0, at - reach)
            near = sound[low : at + reach + half : 4]
            fit = np.correlate(near, sound[wanted : wanted + half : 4], "valid")
            at = low + 4 * int(fit.argmax())
        piece = sound[at : at + WSOLA_WINDOW]
        said[index * half : index * half + len(piece)] += (piece * WSOLA_SHAPE[: len(piece)])[
            : len(said) - index * half
        ]
        wanted = min(at + half, len(sound) - half)
    return said


class Room:
    """Simulated rooms: a direct path and an exponentially decaying noise tail, applied in the frequency domain."""

    def __init__(self, rng: np.random.Generator, samples: int):
        self.size = 1 << (samples + ROOM_SAMPLES - 1).bit_length()
        self.responses: List[Tensor] = []
        for _ in range(ROOMS):
            decay = rng.uniform(0.1, 0.6)  # seconds until 60 dB down
            times = np.arange(ROOM_SAMPLES) / RATE
            tail = rng.normal(size=ROOM_SAMPLES) * 10 ** (-3 * times / decay)
            tail[: int(rng.uniform(0.001, 0.01) * RATE)] = 0
            tail *= 10 ** (-rng.uniform(0, 18) / 20) / np.sqrt((tail**2).sum())
            tail[0] = 1
            self.responses.append(torch.fft.rfft(torch.from_numpy(tail).float(), self.size))

    def __call__(self, wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """As heard in one of the rooms, at the loudness it had."""
        spectrum = torch.fft.rfft(torch.from_numpy(wave), self.size) * self.responses[rng.integers(ROOMS)]
        heard = torch.fft.irfft(spectrum, self.size)[: len(wave)].numpy()
        return heard * np.sqrt((wave**2).mean() / ((heard**2).mean() + 1e-12))


class Noise:
    """Background noise, recorded or made, and a white floor, drawn from stored sound: fresh noise took half the time."""

    def __init__(self, recordings: List[np.ndarray], rng: np.random.Generator):
        self.recordings = recordings
        self.white = rng.normal(size=NOISE_BANK_SECONDS * RATE).astype(np.float32)

    def background(self, samples: int, rng: np.random.Generator) -> np.ndarray:
        """At an effective amplitude of about 1. There is little recorded noise to learn from: half of it plays at another
        speed, a quarter backwards, a quarter has a second one on it, and a quarter of all noise is made.
        """
        if rng.random() < MADE_NOISE:
            noise = self._made(samples, rng)
        else:
            noise = self._recorded(samples, rng)
            if rng.random() < 0.25:
                noise += self._recorded(samples, rng) * 10 ** (rng.uniform(-12, 0) / 20)
        return noise / (np.sqrt((noise**2).mean()) + 0.03)

    def _recorded(self, samples: int, rng: np.random.Generator) -> np.ndarray:
        noise = self.recordings[rng.integers(len(self.recordings))]
        pace = float(np.exp(rng.normal(0, 0.3))) if rng.random() < 0.5 else 1.0
        pace = min(pace, (len(noise) - 3) / samples)
        needed = int(samples * pace) + 2
        offset = rng.integers(0, len(noise) - needed)
        piece = noise[offset : offset + needed].astype(np.float32)
        piece = piece[::-1] if rng.random() < 0.25 else piece
        return at_speed(piece, pace)[:samples]

    def _made(self, samples: int, rng: np.random.Generator) -> np.ndarray:
        """Coloured noise that swells and fades, and on it blows, rings and whistles."""
        offset = rng.integers(0, len(self.white) - samples)
        places = np.linspace(0, np.pi, samples // 2 + 1, dtype=np.float32)
        colour = sum(rng.normal(0, 1.2) * np.cos(waves * places) for waves in range(1, 6))
        spectrum = np.fft.rfft(self.white[offset : offset + samples]) * np.exp(colour)
        noise = np.fft.irfft(spectrum, samples).astype(np.float32)
        times = np.arange(samples, dtype=np.float32) / RATE
        noise *= np.exp(rng.uniform(0, 1) * np.sin(2 * np.pi * rng.uniform(0.2, 6) * times + rng.uniform(0, 6)))
        noise /= np.sqrt((noise**2).mean())
        for _ in range(rng.poisson(rng.choice([0, 1, 4, 12]))):
            at, size = rng.integers(samples), int(np.exp(rng.uniform(-4, 0)) * RATE)
            size = min(size, samples - at)
            noise[at : at + size] += self._event(size, rng) * 10 ** (rng.uniform(0, 25) / 20)
        return noise

    def _event(self, samples: int, rng: np.random.Generator) -> np.ndarray:
        """Something that begins at once and dies away: a blow, or a tone with overtones whose pitch may glide."""
        times = np.arange(samples, dtype=np.float32) / max(1, samples)
        fading = np.exp(-rng.uniform(0, 6) * times) * np.minimum(1, np.arange(samples, dtype=np.float32) / 80)
        if rng.random() < 0.4:
            offset = rng.integers(0, len(self.white) - samples)
            return self.white[offset : offset + samples] * fading
        pitch = np.exp(rng.uniform(np.log(80), np.log(3000))) * np.exp(rng.normal(0, 0.3) * times)
        phase = np.cumsum(2 * np.pi * pitch / RATE)
        overtones = [rng.uniform(0, 1) * np.sin(rng.uniform(0.99, 1.01) * number * phase) for number in range(1, 7)]
        return sum(overtones[: rng.integers(1, 7)]) * fading

    def floor(self, samples: int, rng: np.random.Generator) -> np.ndarray:
        """White noise, tilted either way half the time, at an effective amplitude of about 1."""
        offset = rng.integers(1, len(self.white) - samples)
        white = self.white[offset : offset + samples]
        tilt = max(0.0, rng.uniform(-0.9, 0.9)) * rng.choice([-1, 1])
        return white + np.float32(tilt) * self.white[offset - 1 : offset - 1 + samples]


def warp(features: Tensor, rng: np.random.Generator) -> Tensor:
    """[B, frames, mels], half the streams with their mel axis stretched by up to 10 %: other voices."""
    batch, frames, mels = features.shape
    stretch = np.where(rng.random(batch) < 0.5, rng.uniform(0.9, 1.1, batch), 1.0)
    places = np.clip(np.arange(mels)[None] * stretch[:, None], 0, mels - 1.001)
    before = places.astype(np.int64)
    share = torch.from_numpy((places - before).astype(np.float32))[:, None]
    index = torch.from_numpy(before)[:, None].expand(-1, frames, -1)
    return features.gather(2, index) * (1 - share) + features.gather(2, index + 1) * share


def microphone(features: Tensor, rng: np.random.Generator, share: float) -> None:
    """In place: a share of the streams get another frequency response, a slope and two waves over the mel axis."""
    batch, _, mels = features.shape
    places = np.linspace(0, 1, mels)
    waves = [np.cos(np.pi * (periods * places + rng.uniform(0, 2, (batch, 1)))) for periods in (2, 5)]
    curves = rng.uniform(-2, 2, (batch, 1)) * (places - 0.5) + rng.uniform(0, 0.5, (batch, 1)) * (waves[0] + waves[1])
    curves *= rng.random((batch, 1)) < share
    features += torch.from_numpy(curves.astype(np.float32))[:, None]


def telephone(features: Tensor, rng: np.random.Generator, share: float) -> None:
    """In place: a share of the streams lose what lies above 3.3 to 4 kHz, and some of them also below 300 Hz."""
    for row in features:
        if rng.random() < share:
            cut = rng.integers(55, 62)
            row[:, cut:] = row[:, cut:].clamp(max=float(np.log(10 ** rng.uniform(-6, -4))))
            if rng.random() < 0.5:
                row[:, : rng.integers(4, 12)] -= float(rng.uniform(1, 5))


def mask_features(features: Tensor) -> None:
    """SpecAugment (Park et al., arXiv 1904.08779), in place: two bands of up to 9 mels, two gaps of up to 7 frames."""
    batch, frames, mels = features.shape
    for axis, limit in ((2, 10), (2, 10), (1, 8), (1, 8)):
        size = features.size(axis)
        start, width = (torch.randint(below, (batch, 1), device=features.device) for below in (size - limit, limit))
        places = torch.arange(size, device=features.device)
        hidden = (places >= start) & (places < start + width)
        features.masked_fill_(hidden[:, None, :] if axis == 2 else hidden[:, :, None], 0)


def faded(piece: np.ndarray) -> np.ndarray:
    """The piece, its ends faded in place if it is long enough."""
    if len(piece) > 2 * FADE_SAMPLES:
        piece[:FADE_SAMPLES] *= FADE
        piece[-FADE_SAMPLES:] *= FADE[::-1]
    return piece
