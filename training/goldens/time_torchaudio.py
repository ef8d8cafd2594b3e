"""Times torchaudio's streaming encoder on request, for bench/transducer.ts, which takes turns with it.

    python -m training.goldens.time_torchaudio ARGUMENTS.json

One thread, random weights. For every line on stdin with a number of steps, prints the milliseconds that a step took.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from torchaudio.models import emformer_rnnt_model


def main() -> int:
    torch.set_num_threads(1)
    arguments = json.loads(Path(sys.argv[1]).read_text())
    model = emformer_rnnt_model(**arguments).eval()
    frames = arguments["segment_length"] + arguments["right_context_length"]
    features, length, state = torch.randn(1, frames, arguments["input_dim"]), torch.tensor([frames]), None
    for line in sys.stdin:
        with torch.no_grad():
            steps, start = int(line), time.perf_counter()
            for _ in range(steps):
                _, _, state = model.transcribe_streaming(features, length, state)
        print(1000 * (time.perf_counter() - start) / steps, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
