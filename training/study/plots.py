"""Plots of the fold study: size and energy against word errors, and which layers fold at what price."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List

Result = Dict[str, Any]
FOLDS = ("attentionFold", "feedForwardFold")


def plot_size(results: List[Result], path: Path) -> None:
    _against_errors(results, path, "int8 bytes", lambda result: result["cost"]["bytes"])


def plot_energy(results: List[Result], path: Path) -> None:
    placement = results[0]["cost"]["energy"][0]["placement"]
    label = f"energy estimate ({placement})"
    _against_errors(results, path, label, lambda result: result["cost"]["energy"][0]["milliwatts"])


def plot_sensitivity(results: List[Result], path: Path) -> None:
    """The plans that differ from the baseline by folds alone: what each costs in words, and what it saves."""
    plans = [result for result in results[1:] if _unfolded(result) == _unfolded(results[0])]
    if not plans:
        return
    figure, axes = _figure(7, 1 + 0.6 * len(plans))
    for row, result in enumerate(plans):
        worse, low, high = _percent(result["worse"], *result["worseInterval"])
        axes.errorbar(worse, row, xerr=[[worse - low], [high - worse]], fmt="o", capsize=3)
    saved = [100 * (1 - plan["cost"]["bytes"] / results[0]["cost"]["bytes"]) for plan in plans]
    axes.set_yticks(range(len(plans)), [f"{plan['name']} (-{share:.0f} %)" for plan, share in zip(plans, saved)])
    axes.axvline(0, color="grey", linewidth=1)
    axes.invert_yaxis()
    axes.set(xlabel="WER above the baseline, points (95 %, paired); bytes saved in brackets")
    _save(figure, axes, path)


def _against_errors(results: List[Result], path: Path, label: str, pick: Callable[[Result], float]) -> None:
    figure, axes = _figure(9, 6)
    for result in results:
        share, wer = 100 * pick(result) / pick(results[0]), 100 * result["wer"]
        worse, low, high = _percent(result["worse"], *result["worseInterval"])
        folded = any(layer[fold] > 1 for layer in result["layers"] for fold in FOLDS)
        axes.errorbar(share, wer, [[worse - low], [high - worse]], fmt="o" if folded else "s", capsize=3)
        # Controls stand beside the plans of their bytes.
        side = {"xytext": (7, 5)} if folded else {"xytext": (-7, 5), "ha": "right"}
        axes.annotate(result["name"], (share, wer), textcoords="offset points", **side)
    title = f"{label}, baseline = 100 %"
    axes.set(xlabel=title, ylabel="WER, % (bars: 95 % of the paired difference); squares are unfolded")
    _save(figure, axes, path)


def _unfolded(result: Result) -> Any:
    """What folding leaves alone."""
    return [layer["feedForward"] for layer in result["layers"]], result["cost"]["keyValueBytes"]


def _percent(*values: float) -> List[float]:
    return [100 * value for value in values]


def _figure(width: float, height: float) -> Any:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(width, height), layout="constrained")


def _save(figure: Any, axes: Any, path: Path) -> None:
    from matplotlib import pyplot

    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
