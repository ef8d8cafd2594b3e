"""Writes test/golden/: small random models with their streamed outputs, and log-mel features of real speech.

    python3 -m training.goldens.make_goldens test/golden                       # encoders and features (needs torchaudio)
    python3 -m training.goldens.make_goldens test/golden --model models/commands.safetensors --wave examples/digits.wav

Per encoder NAME: NAME.fp32.safetensors and NAME.int8.safetensors (model files) and NAME.golden.safetensors with
`features` [T, mels] (normalised, multiples of 1/64), `output` (the fp32 stream, from torchaudio's Emformer where all
folds are 1), `output_int8` (this package's emulation of the int8 engine) and `int8_spread` [2], the rms and the largest
difference of that emulation in fp32 from itself in fp64: rounding an activation is a step, so a last-bit difference can
become one int8 step and travel through the left context. A test of another engine should allow a few times that.
With --model: NAME-WAVE.golden.safetensors with that model's `output_int8` for the 16 kHz recording. Seeds are fixed; a
second run gives the same values up to the rounding of the torch that runs it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import torch
from torch import Tensor, nn

from training.goldens.reference import random_config, torchaudio_stream
from training.product.learning.scoring import greedy
from training.product.model.attention import FoldedAttention
from training.product.model.convolution import Depthwise
from training.product.model.emformer import FoldvoxModel
from training.product.model.features import PIPELINE_GAIN, LogMel
from training.product.model.model_file import load_model, save_model
from training.product.model.safetensors import write_safetensors

STEPS = 203
PARITY_LIMIT = 1e-5
SPEECH = "/usr/share/asterisk/sounds/en_US_f_Allison/agent-pass.g722"
SPEECH_SAMPLES = 30077

# One row per encoder; plan rows are (attentionFold, feedForwardFold, heads, feedForward).
ENCODERS: List[Dict[str, Any]] = [
    dict(name="plain-gelu", width=36, stride=4, mels=7, plan=[(1, 1, 4, 64)] * 3, segment=4, leftContext=30,
         rightContext=1, outputDim=17, tokens=7),
    dict(name="plain-memory-tanh", width=20, stride=2, mels=13, plan=[(1, 1, 5, 44)] * 3, segment=3, leftContext=7,
         rightContext=2, memory=4, activation="relu", outputDim=11, tokens=6),
    dict(name="plain-memory-clamp", width=56, stride=4, mels=5, plan=[(1, 1, 8, 60)] * 2, segment=2, leftContext=1,
         rightContext=3, memory=2, tanhOnMemory=False, activation="silu", outputDim=9, tokens=8),
    dict(name="plain-one-token", width=12, stride=1, mels=9, plan=[(1, 1, 1, 20)] * 2, segment=1, leftContext=0,
         rightContext=0, outputDim=13, tokens=5),
    dict(name="plain-transducer", width=24, stride=4, mels=6, plan=[(1, 1, 3, 52)] * 2, segment=4, leftContext=30,
         rightContext=1, outputDim=15, head="transducer", tokens=12),
    dict(name="plain-long-segment", width=16, stride=1, mels=5, plan=[(1, 1, 2, 28)] * 2, segment=16, leftContext=30,
         rightContext=4, memory=1, activation="relu", outputDim=5, tokens=4),
    dict(name="fold-2", width=36, stride=4, mels=7, plan=[(1, 1, 3, 72), (1, 2, 3, 72), (2, 2, 2, 72), (2, 1, 6, 72)],
         segment=4, leftContext=30, rightContext=1, outputDim=14, tokens=7),
    dict(name="fold-4-memory", width=72, stride=4, mels=6, plan=[(4, 2, 3, 40), (2, 4, 4, 40), (1, 1, 8, 40)],
         segment=5, leftContext=7, rightContext=4, memory=3, activation="relu", outputDim=7, tokens=5),
    dict(name="fold-8-clamp", width=56, stride=2, mels=6, plan=[(8, 4, 7, 48), (1, 8, 7, 48), (4, 2, 2, 48)],
         segment=2, leftContext=30, rightContext=0, memory=2, tanhOnMemory=False, activation="silu", outputDim=12,
         tokens=6, embedding=(0, 2)),
    dict(name="fold-embedding", width=20, stride=4, mels=13, plan=[(2, 2, 5, 36), (4, 1, 1, 36), (1, 4, 4, 36)],
         segment=3, leftContext=1, rightContext=2, outputDim=10, tokens=6, embedding=(0, 1)),
    dict(name="fold-transducer", width=72, stride=2, mels=5, plan=[(2, 2, 3, 60), (2, 2, 3, 60)], segment=1,
         leftContext=7, rightContext=1, memory=1, outputDim=19, head="transducer", tokens=12),
    dict(name="fold-8-no-context", width=24, stride=1, mels=8, plan=[(8, 8, 3, 48), (2, 4, 3, 48)], segment=5,
         leftContext=0, rightContext=3, outputDim=9, tokens=5),
    dict(name="relative", width=36, stride=4, mels=7, plan=[(1, 1, 4, 64)] * 3, segment=4, leftContext=30,
         rightContext=1, outputDim=17, tokens=7, relative=(0, 1, 2)),
    dict(name="relative-fold-memory", width=72, stride=4, mels=6, plan=[(2, 1, 3, 40), (4, 2, 2, 40), (1, 1, 8, 40)],
         segment=3, leftContext=7, rightContext=2, memory=3, outputDim=8, tokens=5, relative=(0, 1)),
    dict(name="relative-no-context", width=24, stride=1, mels=8, plan=[(8, 8, 3, 48), (1, 2, 3, 48)], segment=5,
         leftContext=0, rightContext=3, outputDim=9, tokens=5, relative=(0, 1)),
    dict(name="convolution", width=36, stride=2, mels=7, plan=[(1, 1, 4, 64)] * 3, segment=4, leftContext=21,
         rightContext=3, activation="silu", tokens=7, kernels=(15, 15, 0), firstFeedForward=48, inputKernel=3,
         inputActivation="gelu", direct=True),
    dict(name="convolution-fold-memory", width=20, stride=2, mels=6, plan=[(2, 2, 5, 28), (1, 4, 4, 28)], segment=3,
         leftContext=7, rightContext=2, memory=2, outputDim=9, tokens=5, kernels=(5, 9), firstFeedForward=20,
         inputKernel=5, inputActivation="silu", embedding=(0,), relative=(1,)),
    dict(name="convolution-no-context", width=22, stride=3, mels=5, plan=[(1, 1, 2, 30)] * 2, segment=5, leftContext=0,
         rightContext=0, activation="relu", head="transducer", tokens=6, kernels=(3, 1), inputKernel=3, direct=True),
    dict(name="convolution-stacked", width=24, stride=4, mels=5, plan=[(1, 1, 3, 28)] * 2, segment=2, leftContext=9,
         rightContext=5, outputDim=8, tokens=5, kernels=(31, 7)),
]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--wave", type=Path)
    parser.add_argument("--speech", default=SPEECH, help="a recording of speech that ffmpeg reads")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.folder.mkdir(parents=True, exist_ok=True)
    if args.model:
        trained_golden(args.folder, args.model, args.wave)
        return 0
    for seed, encoder in enumerate(ENCODERS):
        encoder_golden(args.folder, seed, encoder)
    feature_golden(args.folder, args.speech)
    return 0


@torch.no_grad()
def encoder_golden(folder: Path, seed: int, encoder: Dict[str, Any]) -> None:
    torch.manual_seed(1000 + seed)
    config = random_config(**encoder)
    model = FoldvoxModel(config).eval()
    random_weights(model)
    mels, advance = encoder["mels"], encoder["segment"] * encoder["stride"]
    frames = STEPS * advance - advance // 2 + encoder["stride"] // 2
    features = torch.round(torch.randn(frames, mels) * 64) / 64
    ours_alone = any(row[0] * row[1] > 1 for row in encoder["plan"]) or {"relative", "kernels"} & encoder.keys()
    output = model.stream(features)
    if not ours_alone:
        reference = torchaudio_stream(model, features).output
        difference = float((reference - output).abs().max())
        if difference > PARITY_LIMIT:
            raise AssertionError(f"{encoder['name']}: {difference} away from torchaudio")
        output = reference
    tensors = dict(model.state_dict())
    tensors["features.mean"], tensors["features.invstddev"] = torch.randn(mels), torch.rand(mels) + 0.5
    name = encoder["name"]
    save_model(folder / f"{name}.fp32.safetensors", config, tensors, "fp32")
    save_model(folder / f"{name}.int8.safetensors", config, tensors, "int8")
    emulation = load_model(folder / f"{name}.int8.safetensors")[0]
    output_int8 = emulation.stream(features)
    spread = (emulation.double().stream(features.double()) - output_int8).abs().float()
    golden = {
        "features": features.numpy(),
        "output": output.numpy(),
        "output_int8": output_int8.numpy(),
        "int8_spread": torch.stack([(spread**2).mean().sqrt(), spread.max()]).numpy(),
    }
    write_safetensors(folder / f"{name}.golden.safetensors", golden)
    away = float(((output_int8 - output) ** 2).mean().sqrt())
    print(f"{name}: {frames} frames, {output.size(0)} tokens, int8 rms {away:.1e} away, spread {golden['int8_spread']}")


def random_weights(model: nn.Module) -> None:
    """torchaudio's initialization ("depthwise"), then norms moved off 1 and 0, so that no tensor can be left out."""
    for index, layer in enumerate(model.layers):
        for linear in (layer.attention.emb_to_key_value, layer.attention.emb_to_query):
            nn.init.xavier_uniform_(linear.weight, gain=(index + 1) ** -0.5)
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.weight.add_(0.1 * torch.randn_like(module.weight))
            module.bias.add_(0.1 * torch.randn_like(module.bias))
        elif isinstance(module, Depthwise):
            module.bias.add_(0.1 * torch.randn_like(module.bias))
        elif isinstance(module, FoldedAttention) and module.relative_bias is not None:
            module.relative_bias.normal_()


def feature_golden(folder: Path, speech: str) -> None:
    """`waveform` [n] with torchaudio's offline `natural` and `piecewise` features [T, 80], un-normalised."""
    from torchaudio.pipelines.rnnt_pipeline import _piecewise_linear_log
    from torchaudio.transforms import MelSpectrogram

    command = ["ffmpeg", "-loglevel", "error", "-i", speech, "-ar", "16000", "-ac", "1", "-f", "s16le", "-"]
    pcm = np.frombuffer(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout, "<i2")
    waveform = torch.from_numpy(pcm[:SPEECH_SAMPLES].astype(np.float32) / 32768)
    power = MelSpectrogram(sample_rate=16000, n_fft=400, n_mels=80, hop_length=160)(waveform).t()
    golden = {
        "waveform": waveform,
        "natural": torch.log(power + 1e-6),
        "piecewise": _piecewise_linear_log(power * PIPELINE_GAIN),
    }
    for log, gain in (("natural", 1.0), ("piecewise", PIPELINE_GAIN)):
        away = (LogMel(80, log, gain)(waveform[None])[0] - golden[log]).abs()
        print(f"log-mel {log}: ours is {float(away.max()):.1e} (rms {float((away**2).mean().sqrt()):.1e}) away")
    arrays = {name: tensor.contiguous().numpy() for name, tensor in golden.items()}
    write_safetensors(folder / "log-mel.safetensors", arrays)


def read_wave(path: Path) -> Tensor:
    with wave.open(str(path)) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (16000, 1, 2):
            raise ValueError(f"{path}: 16 kHz mono s16 wanted")
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return torch.from_numpy(pcm.astype(np.float32) / 32768)


def trained_golden(folder: Path, path: Path, wave_path: Path) -> None:
    model, mean, invstddev = load_model(path)
    features = model.config["features"]
    waveform = read_wave(wave_path)
    mel = LogMel(features["mels"], features["log"], features["gain"])(waveform[None])[0]
    output = model.stream((mel - mean) * invstddev)
    target = folder / f"{path.stem}-{wave_path.stem}.golden.safetensors"
    write_safetensors(target, {"output_int8": output.numpy()})
    words = [model.config["tokens"][token] for token in greedy(output.argmax(-1).tolist())]
    print(f"{target.name}: {' '.join(words)}")


if __name__ == "__main__":
    sys.exit(main())
