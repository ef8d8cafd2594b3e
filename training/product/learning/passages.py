"""Running speech in a stream: words spoken in one breath, and talk in which no command is given."""

from __future__ import annotations

import numpy as np

from .augment import at_speed, faded
from .corpus import RATE
from .running import Spoken
from .stream import SPEECH_LEVEL, Stream, part_of

FROM_START, TO_END = 0.5, 0.6  # shares of strings that are not cut at their beginning, and at their end


def lay_string(stream: Stream, at: int, string: Spoken, rng: np.random.Generator) -> int:
    """Words that were spoken in one breath, or some of them, from sample `at` on; returns where the input may end."""
    words, pace = string.words, float(np.clip(np.exp(rng.normal(0, 0.12)), 0.78, 1.35))
    first = 0 if rng.random() < FROM_START else int(rng.integers(max(1, len(words) - 1)))
    low = _between(words[first - 1].end if first else 0, words[first].begin, rng)
    room = low + int((stream.last - at) * pace)
    fitting = [index for index in range(first, len(words)) if words[index].end <= room]
    if not fitting:
        return at
    last = fitting[-1] if rng.random() < TO_END else int(rng.choice(fitting))
    after = words[last + 1].begin if last + 1 < len(words) else len(string.sound)
    high = _between(words[last].end, min(after, words[last].end + int(0.3 * RATE), room), rng)
    sound = _played(string, low, high, pace, 5, rng)
    stream.wave[at : at + len(sound)] += sound
    for word in words[first : last + 1]:
        stream.mark(word.label, at + int((word.begin - low) / pace), at + int((word.end - low) / pace))
    stream.sound(at, part_of(string.sounds, low, high, pace))
    return at + len(sound) + int(rng.uniform(0, 0.1) * RATE)


def lay_talk(stream: Stream, talk: Spoken, rng: np.random.Generator) -> None:
    """Fills the stream. Whether a word of the vocabulary is heard in it does not matter: it is no command, but was said."""
    pace = float(np.exp(rng.normal(0, 0.1)))
    size = int(len(stream.wave) * pace)
    low = int(rng.integers(max(1, len(talk.sound) - size)))
    high = min(len(talk.sound), low + size)
    sound = _played(talk, low, high, pace, 6, rng)
    stream.wave[: len(sound)] += sound
    stream.sound(0, part_of(talk.sounds, low, high, pace))
    for word in talk.words:
        stream.forgive(int((word.begin - low) / pace), int((word.end - low) / pace))


def _played(spoken: Spoken, low: int, high: int, pace: float, decibels: float, rng: np.random.Generator) -> np.ndarray:
    """From sample `low` to `high`, at another pace, at the usual level give or take so many decibels."""
    sound = faded(at_speed(spoken.sound[low:high].astype(np.float32) / 32768, pace))
    return sound * (SPEECH_LEVEL * 10 ** (rng.uniform(-decibels, decibels) / 20) / np.sqrt((sound**2).mean() + 1e-9))


def _between(low: int, high: int, rng: np.random.Generator) -> int:
    """A sample from the one to the other, whichever is the larger."""
    return int(rng.integers(min(low, high), max(low, high) + 1))
