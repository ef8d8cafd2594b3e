"""Makes the data folder of the recipes from the public originals.

    python -m training.data.prepare_data SPEECH_COMMANDS LIBRISPEECH OUT [--speech-hours 2]

SPEECH_COMMANDS is speech_commands_v0.02.tar.gz unpacked (word/*.wav, validation_list.txt, testing_list.txt,
_background_noise_/), LIBRISPEECH is LibriSpeech/train-clean-100 unpacked (*.flac, *.trans.txt); training/README.md says
where they are. Clips of the corpus's validation list go to commands/dev, all others but those of its testing list to
commands/train. One FLAC file per set, 100 ms of silence between clips, 500 ms between utterances.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import soundfile

from training.product.learning.corpus import RATE, read_pcm
from training.product.learning.sound_set import CLIP_GAP, UTTERANCE_GAP, write_set

SEED = 7


def commands(corpus: Path) -> Dict[str, List[Tuple[Path, Dict[str, str]]]]:
    lists = {name: set((corpus / f"{name}_list.txt").read_text().split()) for name in ("validation", "testing")}
    sets: Dict[str, List[Tuple[Path, Dict[str, str]]]] = {"train": [], "dev": []}
    for path in sorted(corpus.glob("[a-z]*/*_nohash_*.wav")):
        name = path.relative_to(corpus).as_posix()
        if name not in lists["testing"]:
            speaker = path.name.split("_nohash_")[0]
            sets["dev" if name in lists["validation"] else "train"].append(
                (path, {"word": path.parent.name, "speaker": speaker})
            )
    return sets


def utterances(corpus: Path, hours: float) -> List[Tuple[Path, Dict[str, str]]]:
    """Utterances drawn at random until that many hours are together; transcripts in lower case."""
    transcripts = dict(
        line.split(" ", 1) for path in sorted(corpus.rglob("*.trans.txt")) for line in path.read_text().splitlines()
    )
    names, rows, seconds = sorted(transcripts), [], 0.0
    for index in np.random.default_rng(SEED).permutation(len(names)):
        name = names[index]
        path = corpus / "/".join(name.split("-")[:2]) / f"{name}.flac"
        rows.append((path, {"utterance": name, "machine_transcript": transcripts[name].lower()}))
        seconds += soundfile.info(path).duration
        if seconds >= hours * 3600:
            break
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("speech_commands", type=Path)
    parser.add_argument("librispeech", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--speech-hours", type=float, default=2.0)
    args = parser.parse_args()
    for name, rows in commands(args.speech_commands).items():
        write_set(args.out / "commands" / name, ("word", "speaker"), rows, CLIP_GAP)
    other = utterances(args.librispeech, args.speech_hours)
    write_set(args.out / "other-speech" / "other-speech", ("utterance", "machine_transcript"), other, UTTERANCE_GAP)
    (args.out / "noise").mkdir(parents=True, exist_ok=True)
    for path in sorted((args.speech_commands / "_background_noise_").glob("*.wav")):
        soundfile.write(args.out / "noise" / f"{re.sub(r'[^a-z_]', '', path.stem)}.flac", read_pcm(path), RATE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
