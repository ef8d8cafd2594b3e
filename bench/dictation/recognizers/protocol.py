"""What bench:dictation asks of a recognizer in Python, which has a process of its own.

A recognizer prints "ready" when its model is loaded. Then it is given paths of WAV files, line by line, and answers each with
a line of JSON: the `text` that it heard, the `seconds` that it computed, when it showed its `first` word and when the text was
`final`, both in seconds after the audio began, had the audio come in real time. Mono, 16 kHz.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Callable, Iterator

import numpy as np
import soundfile

RATE = 16000
CHUNK = 1280  # 80 ms


Hear = Callable[[np.ndarray], Iterator[str]]


def answer(hear: Hear, streams: bool = False) -> None:
    """`hear` is given float32 samples. It yields its text so far after every chunk and at the end if it `streams`, else once."""
    print("ready", flush=True)
    for line in sys.stdin:
        samples, rate = soundfile.read(line.strip(), dtype="float32")
        assert rate == RATE
        print(json.dumps(timed(hear, samples, streams)), flush=True)


def timed(hear: Hear, samples: np.ndarray, streams: bool) -> dict:
    """A chunk is computed when it has been spoken and the one before it is done."""
    length, seconds, clock, first, text, chunks = len(samples) / RATE, 0.0, 0.0, None, "", 0
    texts = hear(samples)
    while True:
        began = time.perf_counter()
        heard = next(texts, None)
        if heard is None:
            break
        took = time.perf_counter() - began
        chunks += 1
        spoken = min(chunks * CHUNK / RATE, length) if streams else length
        clock = max(clock, spoken) + took
        seconds += took
        text = heard
        if first is None and text.strip():
            first = clock
    return {"text": text, "seconds": seconds, "first": first, "final": clock}
