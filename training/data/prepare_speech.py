"""Adds the transcribed speech that `english` learns from to the data folder, from the public originals.

    python -m training.data.prepare_speech OUT [--librispeech LibriSpeech] [--speechocean speechocean762] [--ljspeech LJSpeech-1.1]

LibriSpeech is the folder that holds dev-clean and test-clean (https://www.openslr.org/12), speechocean762 and LJSpeech-1.1 the
unpacked archives of https://www.openslr.org/101 and https://keithito.com/LJ-Speech-Dataset. Each set becomes OUT/speech/NAME.flac
with 500 ms of silence between utterances, and NAME.tsv that says where each lies, who says it and what.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

import soundfile
import soxr

from training.product.learning.corpus import RATE
from training.product.learning.sound_set import UTTERANCE_GAP, write_set

COLUMNS = ("utterance", "speaker", "text")
LIBRISPEECH_SETS = ("dev-clean", "test-clean")

Rows = List[Tuple[Path, Dict[str, str]]]


def librispeech(folder: Path) -> Rows:
    """Utterances in order; speakers are told apart from those of other corpora by "ls-"."""
    rows = []
    for path in sorted(folder.rglob("*.trans.txt")):
        for line in path.read_text().splitlines():
            name, text = line.split(" ", 1)
            about = {"utterance": name, "speaker": f"ls-{name.split('-')[0]}", "text": text.lower()}
            rows.append((path.with_name(f"{name}.flac"), about))
    return rows


def speechocean(folder: Path) -> Rows:
    """Its train and test lists together."""
    rows = []
    for part in ("train", "test"):
        tables = [_table(folder / part / name) for name in ("wav.scp", "utt2spk", "text")]
        for name, wave in tables[0].items():
            about = {"utterance": f"so762-{part}-{name}", "speaker": f"so762-{tables[1][name]}"}
            rows.append((folder / wave, {**about, "text": tables[2][name].lower()}))
    return rows


def ljspeech(folder: Path) -> Rows:
    """Read with its normalized transcripts."""
    with (folder / "metadata.csv").open(newline="", encoding="utf-8") as file:
        entries = list(csv.reader(file, delimiter="|", quoting=csv.QUOTE_NONE))
    return [
        (folder / "wavs" / f"{name}.wav", {"utterance": name, "speaker": "ljspeech", "text": text.lower()})
        for name, _, text in entries
    ]


def _table(path: Path) -> Dict[str, str]:
    return dict(line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines())


def at_rate(rows: Rows, folder: Path) -> Iterator[Tuple[Path, Dict[str, str]]]:
    """The same rows; sound at another rate is brought to 16 kHz in a file of `folder` that the next one replaces."""
    for path, about in rows:
        sound, rate = soundfile.read(path, dtype="float32")
        if rate != RATE:
            path = folder / "resampled.wav"
            soundfile.write(path, soxr.resample(sound, rate, RATE), RATE, "PCM_16")
        yield path, about


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--librispeech", type=Path)
    parser.add_argument("--speechocean", type=Path)
    parser.add_argument("--ljspeech", type=Path)
    args = parser.parse_args()
    sets: Dict[str, Rows] = {}
    if args.librispeech:
        sets.update({name: librispeech(args.librispeech / name) for name in LIBRISPEECH_SETS})
    if args.speechocean:
        sets["speechocean762"] = speechocean(args.speechocean)
    if args.ljspeech:
        sets["ljspeech"] = ljspeech(args.ljspeech)
    folder = args.out / "speech"
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sets.items():
        write_set(folder / name, COLUMNS, at_rate(rows, folder), UTTERANCE_GAP)
    (folder / "resampled.wav").unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
