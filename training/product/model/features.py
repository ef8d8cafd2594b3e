"""Log-mel features of a batch of waveforms: a frame is 400 samples every 160, centred, reflected at the ends.

The filters are torchaudio's MelSpectrogram defaults (HTK scale, no norm, 0 to 8000 Hz); `log: natural` is
ln(power + 1e-6). `log: piecewise` is what torchaudio's RNN-T pipeline really computes: it takes ln x above e in place
and then divides everything that is now at most e by e, so x <= e gives x / e, e < x <= e^e gives ln(x) / e, and larger
x gives ln x.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

WINDOW, HOP, RATE = 400, 160, 16000
NATURAL_FLOOR = 1e-6
PIPELINE_GAIN = 32767.0**2


def mel_filters(mels: int) -> Tensor:
    """[201, mels] triangles, computed in fp64."""

    def mel(hertz: float) -> float:
        return 2595.0 * math.log10(1.0 + hertz / 700.0)

    bins = torch.linspace(0, RATE / 2, WINDOW // 2 + 1, dtype=torch.float64)
    points = torch.linspace(mel(0.0), mel(RATE / 2), mels + 2, dtype=torch.float64)
    edges = 700.0 * (10.0 ** (points / 2595.0) - 1.0)
    widths = edges[1:] - edges[:-1]
    slopes = edges[None] - bins[:, None]
    rising, falling = -slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]
    return torch.minimum(rising, falling).clamp(min=0).float()


class LogMel:
    """Waveforms [B, samples] (+-1) to un-normalised features [B, 1 + samples / 160, mels]."""

    def __init__(self, mels: int = 80, log: str = "natural", gain: float = 1.0):
        self.filters, self.window = mel_filters(mels), torch.hann_window(WINDOW)
        self.log, self.gain = log, gain

    def __call__(self, waveform: Tensor) -> Tensor:
        spectrum = torch.stft(
            waveform, WINDOW, HOP, window=self.window, center=True, pad_mode="reflect", return_complex=True
        )
        power = (spectrum.real**2 + spectrum.imag**2).transpose(1, 2) @ self.filters * self.gain
        if self.log == "natural":
            return torch.log(power + NATURAL_FLOOR)
        power = torch.where(power > math.e, torch.log(power.clamp(min=math.e)), power)
        return torch.where(power > math.e, power, power / math.e)
