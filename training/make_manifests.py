"""Writes the manifests that `foldvox evaluate` reads, from speakers no model here was trained on.

    python3 training/make_manifests.py DATA OUT [--split heldout|valid] [--joined 400]

OUT receives single.tsv + single.wav (every clip of a command word, one a row), other.tsv + other.wav (clips of other
words and other speech without command words: rows without text, for false alarms) and joined.tsv + joined.wav (streams
of 2 to 6 clips of one speaker with gaps of 0.05 to 0.8 s). Columns: path, start, samples, text, speaker, words; `words`
holds `word@end` in seconds within the row, the end found by energy. Fixed seed: the same folder gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import wave
from pathlib import Path
from typing import List, Tuple

import numpy as np

from foldvox_training.corpus import RATE, Corpus, default_cache, load_corpus
from foldvox_training.scoring import join

SEED = 11
COLUMNS = ("path", "start", "samples", "text", "speaker", "words")

# Waveform, text, speaker, words.
Row = Tuple[np.ndarray, str, str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", choices=("heldout", "valid"), default="heldout")
    parser.add_argument("--joined", type=int, default=400)
    parser.add_argument("--cache", type=Path, default=default_cache())
    args = parser.parse_args()
    corpus = load_corpus(args.data, args.cache)
    args.out.mkdir(parents=True, exist_ok=True)
    clips = corpus.clips[args.split]
    singles = [
        (corpus.waveform(clip), clip.word, clip.speaker, f"{clip.word}@{clip.end / RATE:.2f}")
        for clip in clips
        if clip.label
    ]
    write(args.out, "single", singles)
    write(args.out, "other", others(corpus, args.split))
    joined: List[Row] = []
    for sound, chosen, ends in join(corpus, clips, SEED, args.joined):
        spoken = [(clip.word, end) for clip, end in zip(chosen, ends) if clip.label]
        text = " ".join(word for word, _ in spoken)
        joined.append((sound, text, chosen[0].speaker, " ".join(f"{word}@{end:.2f}" for word, end in spoken)))
    write(args.out, "joined", joined)
    return 0


def others(corpus: Corpus, split: str) -> List[Row]:
    """Clips of other words by the split's speakers, and other speech (which training draws from too)."""
    rows: List[Row] = [(corpus.waveform(clip), "", clip.speaker, "") for clip in corpus.clips[split] if not clip.label]
    for start, samples in corpus.other_spans:
        rows.append((corpus.other[start : start + samples].astype(np.float32) / 32768, "", "", ""))
    return rows


def write(out: Path, name: str, rows: List[Row]) -> None:
    """One WAV file that holds every row's sound back to back, and the table."""
    lines, pieces, start = ["\t".join(COLUMNS)], [], 0
    for sound, text, speaker, words in rows:
        lines.append("\t".join((f"{name}.wav", str(start), str(len(sound)), text, speaker, words)))
        pieces.append(np.round(np.clip(sound, -1, 32767 / 32768) * 32768).astype("<i2"))
        start += len(sound)
    with wave.open(str(out / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate(pieces).tobytes())
    (out / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(rows)} rows, {start / RATE / 60:.1f} minutes")


if __name__ == "__main__":
    sys.exit(main())
