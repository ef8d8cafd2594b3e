"""Training streams: clips joined with gaps over noise, with the token each 40 ms should emit.

Every stream of a batch has the same length, so no padding is computed. The labels are known because the clips are
trimmed by energy: a word's last tokens (up to 6, one of them after the word's end) carry the word, all else the blank.
"""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from .commands import WORDS
from .corpus import RATE, Clip, Corpus

TOKEN_SAMPLES = 640
BLANK_WEIGHT = 0.3


class Batch(NamedTuple):
    waveform: np.ndarray  # fp32 [B, (tokens + rightContext) * 640]
    labels: np.ndarray  # int64 [B, tokens]
    weights: np.ndarray  # fp32 [B, tokens]
    targets: np.ndarray  # int64 [B, most words]
    lengths: np.ndarray  # int64 [B]


class StreamMaker:
    """Draws streams from the training split; words are drawn evenly over the vocabulary."""

    def __init__(self, corpus: Corpus, tokens: int, right_context: int, seed: int):
        self.corpus, self.tokens = corpus, tokens
        self.samples = (tokens + right_context) * TOKEN_SAMPLES
        self.rng = np.random.default_rng(seed)
        clips = corpus.clips["train"]
        self.by_word = {word: [clip for clip in clips if clip.word == word] for word in WORDS}
        self.others = [clip for clip in clips if not clip.label]
        self.by_speaker: Dict[str, Dict[str, List[Clip]]] = {}
        for clip in clips:
            self.by_speaker.setdefault(clip.speaker, {}).setdefault(clip.word, []).append(clip)

    def batch(self, size: int) -> Batch:
        streams = [self.stream() for _ in range(size)]
        targets = np.zeros((size, max(1, max(len(words) for _, _, _, words in streams))), np.int64)
        for row, (_, _, _, words) in zip(targets, streams):
            row[: len(words)] = words
        lengths = np.array([len(words) for _, _, _, words in streams])
        waveform, labels, weights = (np.stack([stream[part] for stream in streams]) for part in range(3))
        return Batch(waveform, labels, weights, targets, lengths)

    def stream(self) -> Tuple[np.ndarray, np.ndarray, np.ndarray, List[int]]:
        """Waveform, labels, weights and the words: 78 % commands, 8 % other words, 9 % other speech, 5 % noise."""
        rng = self.rng
        wave = np.zeros(self.samples, np.float32)
        labels, weights = np.zeros(self.tokens, np.int64), np.full(self.tokens, BLANK_WEIGHT, np.float32)
        words: List[int] = []
        kind = rng.random()
        if kind < 0.86:
            words = self._say(wave, labels, weights, only_others=kind > 0.78)
        elif kind < 0.95:
            wave += self._other_speech()
        self._add_noise(wave, certain=kind >= 0.95)
        return np.clip(wave, -1, 1), labels, weights, words

    def _say(self, wave: np.ndarray, labels: np.ndarray, weights: np.ndarray, only_others: bool) -> List[int]:
        rng = self.rng
        first = self._choose(self.by_word[WORDS[rng.integers(len(WORDS))]])
        speed = float(np.clip(np.exp(rng.normal(0, 0.08)), 0.82, 1.22))
        at = int(rng.uniform(0, 0.5) * RATE)
        untrimmed = 0.6 if rng.random() < 0.3 else 0.08
        loudness = rng.uniform(-3, 3)
        limit = self.samples - TOKEN_SAMPLES - int(rng.choice([0, 0, 0, 0.3, 0.7]) * self.samples)
        words: List[int] = []
        clip: Optional[Clip] = None
        while True:
            other = only_others or rng.random() < 0.12
            clip = first if clip is None and not other else self._next(first.speaker, other)
            pace = speed * float(np.exp(rng.normal(0, 0.03)))
            sound, begin, end = self._cut(clip, rng.random() < untrimmed, pace)
            if at + len(sound) > limit:
                return words
            level = np.sqrt((sound[begin:end] ** 2).mean() + 1e-9)
            decibels = loudness + rng.uniform(-2, 2)
            wave[at : at + len(sound)] += sound * ((0.06 / level) ** 0.7 * 10 ** (decibels / 20))
            if clip.label:
                words.append(clip.label)
                last = int(np.ceil((at + end) / TOKEN_SAMPLES + 0.3))
                start = max((at + begin) // TOKEN_SAMPLES + 2, last - 5)
                labels[start : last + 1], weights[start : last + 1] = clip.label, 1
            at += len(sound) + int(max(-0.02, rng.exponential(0.22) - 0.05) * RATE)

    def _choose(self, clips: List[Clip]) -> Clip:
        return clips[self.rng.integers(len(clips))]

    def _next(self, speaker: str, other: bool) -> Clip:
        """Mostly of the same speaker; else any clip of the wanted kind."""
        rng, own = self.rng, self.by_speaker[speaker]
        if other:
            candidates = [clip for clips in own.values() for clip in clips if not clip.label]
            return self._choose(candidates if candidates and rng.random() < 0.7 else self.others)
        words = [word for word in own if word in self.by_word]
        if words and rng.random() < 0.6:
            return self._choose(own[words[rng.integers(len(words))]])
        return self._choose(self.by_word[WORDS[rng.integers(len(WORDS))]])

    def _cut(self, clip: Clip, whole: bool, pace: float) -> Tuple[np.ndarray, int, int]:
        """The clip, trimmed to its word and up to 100 ms on each side unless `whole`, resampled by `pace`."""
        sound, begin, end = self.corpus.waveform(clip), clip.begin, clip.end
        if not whole:
            low = max(0, begin - int(self.rng.integers(0, 1600)))
            sound = sound[low : min(len(sound), end + int(self.rng.integers(0, 1600)))].copy()
            begin, end = begin - low, end - low
            fade = min(160, len(sound) // 4)
            ramp = np.linspace(0, 1, fade, dtype=np.float32)
            sound[:fade] *= ramp
            sound[-fade:] *= ramp[::-1]
        count = int(len(sound) / pace)
        sound = np.interp(np.arange(count) * pace, np.arange(len(sound)), sound).astype(np.float32)
        return sound, int(begin / pace), int(end / pace)

    def _other_speech(self) -> np.ndarray:
        rng, wave = self.rng, np.zeros(self.samples, np.float32)
        start, samples = self.corpus.other_spans[rng.integers(len(self.corpus.other_spans))]
        offset = rng.integers(0, max(1, samples - self.samples))
        end = start + min(samples, offset + self.samples)
        piece = self.corpus.other[start + offset : end].astype(np.float32) / 32768
        wave[: len(piece)] = piece * (0.06 / np.sqrt((piece**2).mean() + 1e-9)) * 10 ** (rng.uniform(-6, 6) / 20)
        return wave

    def _add_noise(self, wave: np.ndarray, certain: bool) -> None:
        """Background noise 0 to 30 dB under the speech in 65 %, a white floor, a spectral tilt in 25 %, a gain."""
        rng = self.rng
        if certain or rng.random() < 0.65:
            noise = self.corpus.noise[rng.integers(len(self.corpus.noise))]
            offset = rng.integers(0, len(noise) - self.samples)
            piece = noise[offset : offset + self.samples].astype(np.float32) / 32768
            wave += piece * (0.05 / (np.sqrt((piece**2).mean()) + 1e-6)) * 10 ** (-rng.uniform(0, 30) / 20)
        wave += rng.normal(0, 10 ** rng.uniform(-5, -3), self.samples).astype(np.float32)
        if rng.random() < 0.25:
            wave[1:] = wave[1:] + rng.uniform(-0.4, 0.4) * wave[:-1]
        wave *= 10 ** (rng.uniform(-22, 8) / 20)
