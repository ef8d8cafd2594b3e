"""Training streams: clips joined with gaps over noise, with the token that each step of the encoder should emit.

Every stream of a batch has the same length, so no padding is computed. Words are known by where the
energy of their clips lies, or, in running speech, by the phonemes in it.
"""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Tuple

import numpy as np
import torch
from torch import Tensor

from training.product.model.features import HOP, LogMel
from training.product.model.recipe import Recipe

from .augment import FADE_SAMPLES, Noise, Room, at_speed, faded, hurried, microphone, telephone, warp
from .corpus import RATE, SYNTHETIC, Clip, Corpus, Running
from .passages import lay_string, lay_talk
from .running import Sounds
from .stream import SPEECH_LEVEL, Stream, part_of

# Shares of synthetic voices, where there are any
SYNTHETIC_WORDS, SYNTHETIC_TALK = 0.25, 0.4
MOST_WORDS = 10  # of a stream; there are seldom more than 6
SETTLED = 0.4  # of the usual rooms, noises and microphones

# What streams are made of, in shares.
KINDS = {
    "commands": 0.40, "strings": 0.18, "speech, then commands": 0.07, "other words": 0.05, "other speech": 0.06,
    "running speech": 0.11, "nonsense": 0.03, "noise": 0.10,
}  # fmt: skip
# Of the streams of commands, those in which words touch and overlap; of the words of these, those said in a hurry.
TIGHT, HURRIED = 0.5, 0.5
CUT_OUT = 0.15  # of the words, those that come from running speech


class Batch(NamedTuple):
    features: Tensor  # fp16 [B, (tokens + rightContext) * stride, mels], not normalised
    labels: Tensor  # int64 [B, tokens]
    weights: Tensor  # fp32 [B, tokens]
    targets: Tensor  # int64 [B, MOST_WORDS]
    lengths: Tensor  # int64 [B]
    sounds: Tensor  # uint8 [B, tokens, phonemes + 1]: which are said; the last column tells whether they are known
    taught: Optional[Tensor] = None  # fp32 [B, tokens, vocabulary], a teacher's log-probabilities


class Voices(NamedTuple):
    """Clips to draw from."""

    clips: List[Clip]
    by_word: Dict[str, List[Clip]]
    others: List[Clip]
    by_speaker: Dict[str, Dict[str, List[Clip]]]

    @classmethod
    def of(cls, clips: List[Clip], words: List[str]) -> "Voices":
        by_speaker: Dict[str, Dict[str, List[Clip]]] = {}
        for clip in clips:
            by_speaker.setdefault(clip.speaker, {}).setdefault(clip.word, []).append(clip)
        by_word = {word: [clip for clip in clips if clip.word == word] for word in words}
        return cls(clips, by_word, [clip for clip in clips if not clip.label], by_speaker)


class StreamMaker:
    """Draws streams from the training split; words are drawn evenly over the vocabulary."""

    def __init__(self, corpus: Corpus, recipe: Recipe, seed: int):
        encoder, head = recipe.config["encoder"], recipe.config["head"]
        self.corpus, self.tokens, self.delay = corpus, recipe.tokens, head["delay"]
        self.lead = head.get("lead", 0) * HOP
        self.token_samples = encoder["stride"] * HOP
        self.samples = (self.tokens + encoder["rightContext"]) * self.token_samples
        self.rng = np.random.default_rng(seed)
        self.strength = 1.0  # how many streams get a room, a noise, another microphone: of the usual share
        self.room, self.noise = Room(self.rng, self.samples), Noise(corpus.noise, self.rng)
        self.extract = LogMel()
        self.people, self.machines = (Voices.of(corpus.clips[split], recipe.words) for split in ("train", SYNTHETIC))
        unsaid = [word for word, clips in self.people.by_word.items() if not clips]
        if unsaid:
            raise ValueError(
                f"no recording to train on of {', '.join(unsaid)}: add some, by other people if all of those who say it are "
                "kept from training"
            )
        self.machines_know_all = all(self.machines.by_word.values())
        self.running = corpus.running or Running([], [], [])
        self.cuts = {word: clips for word, clips in Voices.of(self.running.cuts, recipe.words).by_word.items() if clips}
        self.kinds = dict(KINDS)
        if not self.people.others:
            self.kinds["other words"] = 0
        if not corpus.talk["train"]:
            self.kinds["other speech"] = self.kinds["speech, then commands"] = 0
        if not self.running.talk:
            self.kinds["running speech"] = 0
        if not self.running.strings:
            self.kinds["strings"] = 0
        self.shares = np.array(list(self.kinds.values())) / sum(self.kinds.values())

    def batch(self, size: int) -> Batch:
        streams = [self.stream() for _ in range(size)]
        lengths = torch.tensor([len(stream.words) for stream in streams])
        targets = torch.zeros(size, MOST_WORDS, dtype=torch.int64)
        for row, stream in zip(targets, streams):
            row[: len(stream.words)] = torch.tensor(stream.words, dtype=torch.int64)
        waves = torch.from_numpy(np.stack([stream.wave for stream in streams]))
        features = warp(self.extract(waves)[:, : self.samples // HOP], self.rng)
        microphone(features, self.rng, 0.4 * self.strength)
        telephone(features, self.rng, 0.08)
        labels, weights, sounds = (
            torch.from_numpy(np.stack([getattr(stream, name) for stream in streams]))
            for name in ("labels", "weights", "sounds")
        )
        return Batch(features.half(), labels, weights, targets, lengths, sounds)

    def stream(self) -> Stream:
        rng = self.rng
        stream = Stream(self.samples, self.tokens, self.token_samples, self.delay)
        kind, silent_from = rng.choice(list(self.kinds), p=self.shares), self.samples
        if kind in ("commands", "other words"):
            # Some begin with the stream, as a recording does whose first sound was cut.
            at = self.lead + int(max(0.0, rng.uniform(-0.1, 0.5)) * RATE)
            silent_from = self._say(stream, at, only_others=kind == "other words")
        elif kind == "strings":
            at = self.lead + int(max(0.0, rng.uniform(-0.1, 0.5)) * RATE)
            silent_from = lay_string(stream, at, self.running.strings[rng.integers(len(self.running.strings))], rng)
        elif kind == "running speech":
            lay_talk(stream, self.running.talk[rng.integers(len(self.running.talk))], rng)
        elif kind == "speech, then commands":
            spoken = int(rng.uniform(0.3, 0.6) * self.samples)
            self._talk(stream.wave[:spoken])
            stream.sound(0, None)
            silent_from = self._say(stream, spoken + int(rng.uniform(0.15, 0.6) * RATE), only_others=False)
        elif kind == "other speech":
            self._talk(stream.wave)
            stream.sound(0, None)
        elif kind == "nonsense":
            self._babble(stream.wave)
            stream.sound(0, None)
        stream.wave = self._record(stream.wave, silent_from, only_noise=kind == "noise")
        return stream

    def _say(self, stream: Stream, at: int, only_others: bool) -> int:
        """Speaks words from sample `at` on; returns where the input may end."""
        rng = self.rng
        synthetic = self.machines_know_all and rng.random() < SYNTHETIC_WORDS
        voices = self.machines if synthetic else self.people
        first = self._choose(voices.by_word[self._word()])
        speed = float(np.clip(np.exp(rng.normal(0, 0.1)), 0.78, 1.28))
        tight = rng.random() < TIGHT
        untrimmed = 0.0 if tight else 0.7 if rng.random() < 0.4 else 0.08
        loudness, haste = rng.uniform(-3, 3), rng.uniform(1, 1.7) if tight and rng.random() < HURRIED else 1.0
        behind = (self.delay + 1) * self.token_samples
        limit = self.samples - behind - int(rng.choice([0, 0, 0, 0.3, 0.7]) * self.samples)
        clip: Optional[Clip] = None
        over = self.samples
        while True:
            other = only_others or (bool(voices.others) and rng.random() < 0.12)
            clip = first if clip is None and not other else self._next(voices, first.speaker, other)
            pace = speed * float(np.exp(rng.normal(0, 0.03)))
            sound, begin, end, sounds = self._cut(clip, rng.random() < untrimmed, pace, haste, 320 if tight else 1600)
            if at + end > limit or len(stream.words) == MOST_WORDS:
                return over
            sound = sound[: self.samples - at]
            level = np.sqrt((sound[begin:end] ** 2).mean() + 1e-9)
            decibels = loudness + rng.uniform(-2, 2)
            stream.wave[at : at + len(sound)] += sound * ((SPEECH_LEVEL / level) ** 0.7 * 10 ** (decibels / 20))
            if clip.label:
                stream.mark(clip.label, at + begin, at + end)
            stream.sound(at, sounds)
            over = at + end + int(rng.uniform(0, 0.1) * RATE)
            gap = rng.uniform(-0.09, 0.06) if tight else max(-0.02, rng.exponential(0.22) - 0.05)
            at += len(sound) + int(gap * RATE)

    def _word(self) -> str:
        """Any word of the vocabulary, each as likely as any other, however few its clips."""
        words = list(self.people.by_word)
        return words[self.rng.integers(len(words))]

    def _choose(self, clips: List[Clip]) -> Clip:
        return clips[self.rng.integers(len(clips))]

    def _next(self, voices: Voices, speaker: str, other: bool) -> Clip:
        """Mostly of the same speaker; else any clip of the wanted kind."""
        rng, own = self.rng, voices.by_speaker[speaker]
        if self.cuts and not other and rng.random() < CUT_OUT:
            return self._choose(list(self.cuts.values())[rng.integers(len(self.cuts))])
        if other:
            candidates = [clip for clips in own.values() for clip in clips if not clip.label]
            return self._choose(candidates if candidates and rng.random() < 0.5 else voices.others)
        words = [word for word in own if word in voices.by_word]
        if words and rng.random() < 0.5:
            return self._choose(own[words[rng.integers(len(words))]])
        return self._choose(voices.by_word[self._word()])

    def _cut(
        self, clip: Clip, whole: bool, pace: float, haste: float, margin: int
    ) -> Tuple[np.ndarray, int, int, Optional[Sounds]]:
        """The clip, trimmed to its word and up to `margin` samples on each side unless `whole`, at another speed, in haste."""
        sound, begin, end, low, high = self.corpus.waveform(clip), clip.begin, clip.end, 0, clip.samples
        if not whole:
            low = max(0, begin - int(self.rng.integers(0, margin)))
            high = min(len(sound), end + int(self.rng.integers(0, margin)))
            sound = sound[low:high].copy()
            fade = min(160, len(sound) // 4)
            ramp = np.linspace(0, 1, fade, dtype=np.float32)
            sound[:fade] *= ramp
            sound[-fade:] *= ramp[::-1]
        begin, end = begin - low, end - low
        if haste > 1:
            before, sound = len(sound), hurried(sound, haste)
            haste = before / len(sound)
            begin, end = int(begin / haste), int(end / haste)
        sounds = None if clip.sounds is None else part_of(clip.sounds, low, high, pace * haste)
        return at_speed(sound, pace), int(begin / pace), int(end / pace), sounds

    def _talk(self, wave: np.ndarray) -> None:
        """Fills `wave` with running speech in which no command is given, one time in ten backwards. Half the time it is made of
        pieces of an utterance: what there is of speech would be known by heart else.
        """
        rng, talk = self.rng, self.corpus.talk
        utterances = talk[SYNTHETIC if talk[SYNTHETIC] and rng.random() < SYNTHETIC_TALK else "train"]
        spoken = utterances[rng.integers(len(utterances))].sound.astype(np.float32) / 32768
        spoken = spoken[::-1] if rng.random() < 0.1 else spoken
        level = SPEECH_LEVEL * 10 ** (rng.uniform(-6, 6) / 20) / np.sqrt((spoken**2).mean() + 1e-9)
        pace, in_pieces, at = float(np.exp(rng.normal(0, 0.15))), rng.random() < 0.5, 0
        while at < len(wave):
            size = min(len(wave) - at, int(rng.uniform(0.3, 1.2) * RATE) if in_pieces else len(wave))
            needed = int(size * pace) + 2
            start = rng.integers(0, max(1, len(spoken) - needed))
            piece = level * at_speed(spoken[start : start + needed], pace)[:size]
            wave[at : at + len(piece)] += faded(piece) if in_pieces else piece
            at += size

    def _babble(self, wave: np.ndarray) -> None:
        """Fills `wave` with pieces of words of one speaker, 60 to 180 ms each, joined without gaps: the sounds of the
        commands, in the voices that say them, but no whole word. There is little running speech to learn that from.
        """
        rng = self.rng
        speaker = self._choose(self.people.clips).speaker
        own = [clip for clips in self.people.by_speaker[speaker].values() for clip in clips]
        at, level, pace = 0, SPEECH_LEVEL * 10 ** (rng.uniform(-6, 6) / 20), float(np.exp(rng.normal(0, 0.1)))
        while at < len(wave):
            clip = self._choose(own)
            size = int(rng.uniform(0.06, 0.18) * RATE)
            start = int(rng.integers(clip.begin, max(clip.begin + 1, clip.end - size)))
            piece = at_speed(self.corpus.waveform(clip)[start : start + size], pace)[: len(wave) - at]
            piece *= level / np.sqrt((piece**2).mean() + 1e-9)
            wave[at : at + len(piece)] += faded(piece)
            at += max(1, len(piece) - FADE_SAMPLES)

    def _record(self, wave: np.ndarray, silent_from: int, only_noise: bool) -> np.ndarray:
        """A room in 20 %, noise 0 to 30 dB under the speech in 60 %, a floor, a spectral tilt in 25 %, a gain,
        far down in 10 %; a quarter of the inputs end within 100 ms of their last word, which leaves digital silence, as does
        the lead of the head before them all.
        """
        rng = self.rng
        if rng.random() < 0.2 * self.strength:
            wave = self.room(wave, rng)
        if only_noise or rng.random() < 0.6 * self.strength:
            wave += self.noise.background(len(wave), rng) * (SPEECH_LEVEL * 10 ** (-rng.uniform(0, 30) / 20))
        wave += self.noise.floor(len(wave), rng) * (10 ** rng.uniform(-5, -2))
        if rng.random() < 0.25 * self.strength:
            wave[1:] = wave[1:] + rng.uniform(-0.4, 0.4) * wave[:-1]
        wave *= 10 ** (rng.uniform(-22, 8) / 20)
        if rng.random() < 0.1:
            wave *= 10 ** (rng.uniform(-20, 0) / 20)
        if rng.random() < 0.25:
            wave[silent_from:] = 0
        wave[: self.lead] = 0
        return np.clip(wave, -1, 1)
