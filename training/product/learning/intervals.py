"""Bootstrap intervals by speaker of word error rates, and of their differences."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import numpy as np

RESAMPLES, SEED = 4000, 3


def by_speaker(result: Dict[str, Any]) -> Tuple[np.ndarray, np.ndarray]:
    """Word errors (mean over seeds) and words of every speaker, speakers in order.

    `result` has `errors` {seed: [streams]}, `words` [streams] and `speakers` [streams].
    """
    names, index = np.unique(result["speakers"], return_inverse=True)
    errors = np.mean([errors for errors in result["errors"].values()], axis=0)
    return np.bincount(index, errors, len(names)), np.bincount(index, result["words"], len(names))


def word_error_rate(result: Dict[str, Any]) -> Tuple[float, List[float]]:
    """Mean over seeds, and the 95 % bootstrap interval over speakers."""
    return _rate(*by_speaker(result))


def difference(result: Dict[str, Any], base: Dict[str, Any]) -> Tuple[float, List[float]]:
    """WER above the base's, paired: both recognized the same streams, and the same speakers are drawn for both."""
    (errors, words), (others, _) = by_speaker(result), by_speaker(base)
    return _rate(errors - others, words)


def _rate(errors: np.ndarray, words: np.ndarray) -> Tuple[float, List[float]]:
    drawn = np.random.default_rng(SEED).integers(0, len(words), (RESAMPLES, len(words)))
    rates = errors[drawn].sum(1) / words[drawn].sum(1)
    return float(errors.sum() / words.sum()), np.percentile(rates, [2.5, 97.5]).tolist()
