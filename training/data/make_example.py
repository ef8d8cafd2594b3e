"""Builds examples/digits.wav: a spoken number from Debian's Asterisk prompts (Allison Smith), and its transcript; and
examples/dictation.wav, one of the prompts.

    python3 -m training.data.make_example examples [--sounds /usr/share/asterisk/sounds/en_US_f_Allison/digits]

Needs the Debian package asterisk-core-sounds-en-g722 and ffmpeg. The prompts are trimmed at -45 dB under their peak and
joined with the pauses below; nothing else is changed. The voice is in no training data.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np

WORDS = "zero one two three four five six seven eight nine".split()
# Groups as a phone number is read: short pauses inside a group, longer ones between groups (seconds).
GROUPS = ("3", "190", "725", "84", "60")
INSIDE, BETWEEN, EDGE = 0.09, 0.32, 0.3
RATE, FRAME = 16000, 160

ATTRIBUTION = """# Example recordings

`digits.wav` is made of prompts from the Asterisk Core Sounds (English), copyright 2003-2010 Allison Smith, who speaks
them, recorded with financial contributions by Digium, Inc. They come from the Debian package
[`asterisk-core-sounds-en-g722`](https://packages.debian.org/asterisk-core-sounds-en-g722) and are under the
[Creative Commons Attribution-ShareAlike 3.0](https://creativecommons.org/licenses/by-sa/3.0/) licence; so is
`digits.wav`.

Changes: the digit prompts were decoded from G.722 to 16 kHz PCM, trimmed of silence and joined with pauses
(`training/data/make_example.py`). `digits.txt` holds the words in order. The voice is not in the training data.

`dictation.wav` is one prompt of the same recordings, `tt-allbusy`, decoded in the same way and under the same licence:
"all representatives of the household are currently assisting other telemarketers, please hold and your call will be
answered in the order it was received".

`phrases.wav` is synthetic: "turn on the kitchen light", "tell me a story" and "set a timer for ten minutes" by the voice
`af_heart` of [Kokoro](https://huggingface.co/hexgrad/Kokoro-82M) (Apache-2.0), with pauses cut to 0.7 seconds.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sounds", type=Path, default=Path("/usr/share/asterisk/sounds/en_US_f_Allison/digits"))
    args = parser.parse_args()
    pieces = [silence(EDGE)]
    for group in GROUPS:
        for digit in group:
            pieces += [trim(decode(args.sounds / f"{digit}.g722")), silence(INSIDE)]
        pieces[-1] = silence(BETWEEN)
    pieces[-1] = silence(EDGE)
    args.folder.mkdir(parents=True, exist_ok=True)
    write(args.folder / "digits.wav", np.concatenate(pieces))
    write(args.folder / "dictation.wav", decode(args.sounds.parent / "tt-allbusy.g722"))
    words = [WORDS[int(digit)] for digit in "".join(GROUPS)]
    (args.folder / "digits.txt").write_text(" ".join(words) + "\n")
    (args.folder / "ATTRIBUTION.md").write_text(ATTRIBUTION)
    print(f"{len(words)} words, {sum(map(len, pieces)) / RATE:.2f} s")
    return 0


def write(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), np.int16)


def decode(path: Path) -> np.ndarray:
    command = ["ffmpeg", "-loglevel", "error", "-i", str(path), "-ar", str(RATE), "-ac", "1", "-f", "s16le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<i2")


def trim(sound: np.ndarray) -> np.ndarray:
    """From the first to the last 10 ms frame within 45 dB of the loudest one."""
    power = (sound[: len(sound) // FRAME * FRAME].astype(np.float64).reshape(-1, FRAME) ** 2).mean(1)
    loud = np.flatnonzero(power > power.max() * 10**-4.5)
    return sound[loud[0] * FRAME : (loud[-1] + 1) * FRAME]


if __name__ == "__main__":
    sys.exit(main())
