"""Voices that cost little: espeak-ng's with its variants, and flite's (Debian: espeak-ng, flite). They sound like machines, but words run
into each other in them as they do in speech.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import soundfile
import soxr

from training.product.learning.corpus import RATE

ACCENTS = "en-gb en-us en-029 en-gb-scotland en-gb-x-gbclan en-gb-x-gbcwmd en-gb-x-rp".split()
VARIANTS = """m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 adam Alex Alicia Andrea Andy Annie antonio aunty belinda benjamin boris
caleb david Denis Diogo ed edward Gene grandma grandpa Gustave Henrique Hugo Iven Jacky john klatt klatt2 klatt3 klatt4 Lee
linda marcelo Marco Mario Max Michael michel miguel Mike norbert Pablo paul pedro quincy rob robert sandro shelby steph
travis victor Zac""".split()
FLITE_VOICES = "awb kal16 rms slt".split()


def say(text: str, path: Path, rng: np.random.Generator, flite_share: float) -> str:
    """Writes the text as sound in a random voice, whose name it returns."""
    if rng.random() < flite_share:
        voice = str(rng.choice(FLITE_VOICES))
        stretch, pitch = (
            f"duration_stretch={rng.uniform(0.75, 1.3):.2f}",
            f"int_f0_target_mean={rng.uniform(80, 230):.0f}",
        )
        command = ["flite", "-voice", voice, "--setf", stretch, "--setf", pitch, "-t", text, "-o", str(path)]
    else:
        voice = f"{rng.choice(ACCENTS)}+{rng.choice(VARIANTS)}"
        pace = ["-p", str(rng.integers(15, 85)), "-s", str(rng.integers(120, 230))]
        command = ["espeak-ng", "-v", voice, *pace, "-w", str(path), text]
    subprocess.run(command, check=True, capture_output=True)
    sound, rate = soundfile.read(path, dtype="float32")
    soundfile.write(path, soxr.resample(sound, rate, RATE), RATE, "PCM_16")
    return voice
