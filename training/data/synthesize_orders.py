"""Has synthetic voices order coffee: utterances of scripts/calibrate/orders.jsgf, for `npm run calibrate`.

    python -m training.data.synthesize_orders KOKORO OUT [--count 100]

KOKORO is a folder as synthesize_words takes it. Writes OUT/000.wav and on, and OUT/orders.tsv.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import numpy as np
import soundfile

from training.data.kokoro import Kokoro
from training.product.learning.corpus import RATE

SEED = 77
ASKS = "brew|can i get|can i have|i want|get me|give me|i'd like|make me|may i have".split("|")
SIZES = "small|medium|large|eight ounce|twelve ounce|sixteen ounce|twenty ounce".split("|")
ROASTS = "light roast|medium roast|dark roast".split("|")
SHOTS = "single shot|double shot|triple shot".split("|")
DRINKS = (
    "americano|cappuccino|espresso|iced mocha|latte|mocha|coffee|drip coffee|house coffee|iced coffee".split("|")
)
AMOUNTS = "|a little bit of|a bit of|some|a lot of|lots of".split("|")
MILKS = "milk|skim milk|whole milk|soy milk|almond milk|cream".split("|")
SWEETS = "sugar|brown sugar|sweetener".split("|")


def order(rng: random.Random) -> str:
    """An utterance of the grammar."""
    wishes = [rng.choice(kind) for kind in (SIZES, ROASTS, SHOTS) if rng.random() < 0.5]
    rng.shuffle(wishes)
    what = [*wishes, rng.choice(DRINKS)]
    extras = [f"{rng.choice(AMOUNTS)} {rng.choice(kind)}".strip() for kind in (MILKS, SWEETS)]
    rng.shuffle(extras)
    extras = extras[: rng.choice((0, 0, 1, 1, 2))]
    article = "an" if what[0][0] in "aei" else "a"
    tail = ["with", " and ".join(extras)] if extras else []
    return " ".join([rng.choice(ASKS), article, *what, *tail])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kokoro", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=100)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    texts, rng = random.Random(SEED), np.random.default_rng(SEED)
    kokoro = Kokoro(args.kokoro)
    lines = ["path\tstart\tsamples\ttext\tspeaker"]
    for index in range(args.count):
        text, voice = order(texts), kokoro.voice(rng)
        wave = kokoro.say(text + ".", voice, float(rng.uniform(0.85, 1.25)))
        soundfile.write(args.out / f"{index:03d}.wav", wave, RATE, "PCM_16")
        lines.append(f"{index:03d}.wav\t0\t{len(wave)}\t{text}\t{'+'.join(voice.names)}")
    (args.out / "orders.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
