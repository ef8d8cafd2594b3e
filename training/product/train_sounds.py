"""Learns which phonemes letters stand for, for words that the lexicon does not hold, from the words that it holds.

    npm run lexicon -- align words.json aligned.json
    python -m training.product.train_sounds aligned.json sounds.safetensors

For each letter of a word, from left to right, a network chooses the chunk of phonemes that it stands for: none, one or two. It sees
the letter, five letters on either side, and the three chunks chosen before. One word in twenty is held out; at the end the share of
these whose likeliest pronunciation is none of CMUdict's is printed, searched with a beam as src/pronounce/letters-to-sounds.ts does.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from training.product.model.safetensors import write_safetensors
from training.product.phonemes.letter_sounds import LetterSounds, contexts, error_rates

HELD_OUT = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("aligned", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)

    data = json.loads(args.aligned.read_text(encoding="utf-8"))
    words = data["words"]
    held = np.zeros(len(words), bool)
    held[rng.permutation(len(words))[:: HELD_OUT]] = True
    rows, targets = contexts([word for word, out in zip(words, held, strict=True) if not out], data["letters"], len(data["chunks"]))
    rows, targets = torch.from_numpy(rows), torch.from_numpy(targets)
    network = LetterSounds(len(data["letters"]), len(data["chunks"]), args.width)
    print(f"{len(targets)} letters, {sum(p.numel() for p in network.parameters())} parameters", flush=True)

    batch = 1024
    steps = args.epochs * (len(targets) // batch)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=0.1)
    step, started = 0, time.time()
    for epoch in range(args.epochs):
        order = torch.randperm(len(targets))
        total = 0.0
        for start in range(0, len(targets) - batch + 1, batch):
            if step == steps:
                break
            chosen = order[start : start + batch]
            loss = nn.functional.cross_entropy(network(rows[chosen]), targets[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
            step += 1
        print(f"epoch {epoch + 1}: loss {total / (len(targets) // batch):.4f}, {time.time() - started:.0f} s", flush=True)
        if epoch % 4 == 3 or epoch + 1 == args.epochs:
            network.eval()
            some = [word for word, out in zip(words, held, strict=True) if out]
            some = some if epoch + 1 == args.epochs else some[::4]
            print("  held out: " + error_rates(network, some, data), flush=True)
            network.train()
    write_safetensors(args.output, network.tensors())


if __name__ == "__main__":
    main()
