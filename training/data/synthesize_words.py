"""Makes command words of many natural voices, as more clips to train on: DATA/synthetic-commands.

    python -m training.data.synthesize_words DATA KOKORO [--voices 150] [--processes 1]

Every voice says every word of the recipe, the scarce ones several times, and a few other words. KOKORO is the folder of the
voices (training/data/kokoro.py).
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Dict, List, Tuple

import numpy as np
import soundfile
from tqdm import tqdm

from training.data.kokoro import Kokoro
from training.product.learning.corpus import RATE, read_rows, scarce
from training.product.learning.sound_set import CLIP_GAP, write_set
from training.product.model.recipe import read_recipe

SEED = 10
SCARCE_TIMES, OTHER_TIMES = 4, 12
# The row of a voice's styles decides its prosody; the row of so short a text mumbles.
ROWS = (15, 120)
OTHER_WORDS = """note snow now goat gold girl gone own an of often offer cough soft stopped step shop top yet yeah
guess chess less cup app puppy town done drown lift life laugh let light rice ride wide white fire file fight find
floor far through true tool sit fix mix seventh ape hate late aid mine night none line want warm run fun once then
there this that hello please music computer okay lights turn play open close volume weather timer back start next
pause what when how why thanks sorry good morning today water house window door people about other little after before
under over again never always""".split()


def speak(number: int) -> List[Tuple[Path, Dict[str, str]]]:
    """The clips of a voice, as files, with the columns of their table."""
    rng = np.random.default_rng([SEED, number])
    voice, rows = worker.kokoro.voice(rng), []
    for word in [*worker.words, *rng.choice(OTHER_WORDS, OTHER_TIMES, replace=False)]:
        row = int(rng.integers(*ROWS))
        # Later rows speak more slowly.
        pace = rng.uniform(0.85, 1.3) * (1 + 0.002 * row)
        path = worker.folder / f"{number}-{len(rows)}.wav"
        soundfile.write(path, worker.kokoro.say(word + "..!?"[rng.integers(4)], voice, pace, row), RATE, "PCM_16")
        rows.append((path, {"word": str(word), "speaker": f"kokoro{number}"}))
    return rows


def begin(kokoro: Path, words: List[str], folder: Path) -> None:
    """What every process keeps."""
    worker.kokoro, worker.words, worker.folder = Kokoro(kokoro), words, folder


worker = SimpleNamespace()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("kokoro", type=Path)
    parser.add_argument("--voices", type=int, default=150)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--recipe", type=Path, default=Path(__file__).resolve().parents[1] / "recipes" / "commands.toml")
    args = parser.parse_args()
    words = read_recipe(args.recipe).words
    few = scarce(read_rows(args.data / "commands" / "train.tsv"), words)
    said = [word for word in words for _ in range(SCARCE_TIMES if word in few else 1)]
    with tempfile.TemporaryDirectory() as folder:
        with multiprocessing.Pool(args.processes, begin, (args.kokoro, said, Path(folder))) as pool:
            spoken = list(tqdm(pool.imap(speak, range(args.voices)), total=args.voices, disable=None))
        rows = [row for rows in spoken for row in rows]
        write_set(args.data / "synthetic-commands" / "synthetic-commands", ("word", "speaker"), rows, CLIP_GAP)
    return 0


if __name__ == "__main__":
    sys.exit(main())
