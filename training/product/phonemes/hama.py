"""The teacher: hama 1.7.0's phoneme recognizer (Apache-2.0), a Conformer of 2.0 M parameters, read from its own file.

`asr_waveform.hama` in the package of that name and version holds a front end, a convolution that makes tokens of 20 ms,
four Conformer blocks (Gulati et al., arXiv 2005.08100) and a projection to 191 symbols. This module runs it in PyTorch
(its probabilities differ by less than 2e-3 from those of the package's own library) and hands its weights over as
the beginnings of a streaming model.
"""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Dict, List

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .inventory import BLANK, PHONEMES, TOKENS

WIDTH, BLOCKS, HEADS, KERNEL = 144, 4, 4, 31
POWER_FLOOR = 1e-10
ASSETS = "hama/assets/"
# Its symbols that mean one of our phonemes; symbols of other languages count as the nearest, all others as the blank.
SYMBOLS = {
    "t͡ʃ": "tʃ", "d͡ʒ": "dʒ", "g": "ɡ", "r": "ɹ", "ʌ": "ə", "ɐ": "ə", "ɚ": "ɝ", "ɜ": "ɝ", "a": "ɑ", "ɒ": "ɑ", "e": "eɪ",
    "o": "oʊ", "ɾ": "t", "ɫ": "l", "ɨ": "ɪ", "ᵊ": "ə", "ɻ": "ɹ", "x": "h", "ɘ": "ə", "ɵ": "ə", "y": "u", "ʉ": "u",
    "c": "k", "t͡ɕ": "tʃ", "ɕ": "ʃ", "ʂ": "ʃ", "ɱ": "m", "ɲ": "n",
}  # fmt: skip
PLAIN = {"tʃ": "t͡ʃ", "dʒ": "d͡ʒ", "ɡ": "g"}
# The exporter named what it had folded or transposed by number.
STEM, FILTERS, PRODUCTS = 801, 804, 829


def read_container(data: bytes) -> Dict[str, Tensor]:
    """Tensors by name: a table (name, type, shape, offset, bytes) behind the magic, then the data, fp32 or fp16."""
    if data[:6] != b"HAMAPK":
        raise ValueError("this is no .hama file")
    (count,), at, table = struct.unpack_from("<I", data, 8), 12, []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, rank = data[at + 2 + length : at + 4 + length]
        at += 4 + length
        shape = struct.unpack_from(f"<{rank}I", data, at)
        offset, size = struct.unpack_from("<QQ", data, at + 4 * rank)
        at += 4 * rank + 16
        table.append((name, np.float16 if kind else np.float32, shape, offset, size))
    base = len(data) - max(offset + size for *_, offset, size in table)
    tensors = {}
    for name, kind, shape, offset, size in table:
        array = np.frombuffer(data, kind, size // np.dtype(kind).itemsize, base + offset)
        tensors[name] = torch.from_numpy(array.astype(np.float32).reshape(shape))
    return tensors


class Hama:
    """`wheel` is hama-1.7.0-py3-none-any.whl (`pip download --no-deps hama==1.7.0`)."""

    def __init__(self, wheel: Path):
        with zipfile.ZipFile(wheel) as archive:
            self.tensors = read_container(archive.read(ASSETS + "asr_waveform.hama"))
            symbols = list(json.loads(archive.read(ASSETS + "g2p_vocab.json"))["decoder"])
        self.symbols = [*symbols, "<wb>", "<blank>"]
        phonemes = [SYMBOLS.get(symbol, symbol) for symbol in self.symbols]
        self.mapping = torch.zeros(len(phonemes), len(TOKENS))
        for symbol, phoneme in enumerate(phonemes):
            self.mapping[symbol, TOKENS.index(phoneme) if phoneme in PHONEMES else BLANK] = 1

    def features(self, waveform: Tensor) -> Tensor:
        """[B, samples] to log-mels [B, 1 + samples / 160, 80]; its own filters, spaced unlike ours."""
        padded = F.pad(waveform[:, None], (200, 200), mode="reflect")
        parts = (F.conv1d(padded, self.tensors[f"stft_{part}_kernel"], stride=160) for part in ("real", "imag"))
        power = sum(part**2 for part in parts).transpose(1, 2) @ self.tensors["mel_fb"]
        return power.clamp(min=POWER_FLOOR).log()

    @torch.no_grad()
    def __call__(self, waveform: Tensor) -> Tensor:
        """[B, samples] to probabilities [B, tokens of 20 ms, our 40]."""
        stem = F.conv1d(self.features(waveform).transpose(1, 2), *self._stem(), stride=2, padding=1)
        tokens = F.gelu(stem).transpose(1, 2)
        for block in range(BLOCKS):
            tokens = self._block(tokens, self.block(block))
        weight, bias = self.tensors["acoustic_model.model.proj.weight"][:, :, 0], self._named("proj.bias")
        heard = F.linear(tokens, weight, bias).softmax(-1) @ self.mapping
        return heard / heard.sum(-1, keepdim=True)

    def _block(self, x: Tensor, block: Dict[str, Tensor]) -> Tensor:
        """Its parts under the names of our layers' tensors (model_file.py)."""

        def norm(name: str, rows: Tensor) -> Tensor:
            return F.layer_norm(rows, (WIDTH,), block[f"{name}.weight"], block[f"{name}.bias"])

        def linear(name: str, rows: Tensor) -> Tensor:
            return F.linear(rows, block[f"{name}.weight"], block[f"{name}.bias"])

        def heads(rows: Tensor) -> Tensor:
            return rows.unflatten(-1, (HEADS, -1)).transpose(1, 2)

        x = x + linear("first_ff.4", F.silu(linear("first_ff.1", norm("first_ff.0", x))))
        rows = norm("layer_norm_input", x)
        key, value = linear("attention.emb_to_key_value", rows).chunk(2, -1)
        scores = heads(linear("attention.emb_to_query", rows)) @ heads(key).transpose(2, 3)
        attended = (scores * (WIDTH // HEADS) ** -0.5).softmax(-1) @ heads(value)
        x = x + linear("attention.out_proj", attended.transpose(1, 2).flatten(2))
        gated = F.glu(linear("convolution.expand", norm("convolution.norm", x)), -1).transpose(1, 2)
        filters = block["convolution.depthwise.weight"][:, None], block["convolution.depthwise.bias"]
        filtered = F.conv1d(gated, *filters, padding=KERNEL // 2, groups=WIDTH)
        x = x + linear("convolution.contract", F.silu(filtered).transpose(1, 2))
        return norm("layer_norm_output", x + linear("pos_ff.4", F.silu(linear("pos_ff.1", norm("pos_ff.0", x)))))

    def block(self, index: int) -> Dict[str, Tensor]:
        """The tensors of a block by our names; halves of feed-forwards are in the weights, batch norm is in the filters."""
        name = f"blocks.{index}."
        expand1, contract1, projections, output, expand2, contract2 = (
            self.tensors[f"onnx::MatMul_{PRODUCTS + 9 * index + offset}"].T for offset in (0, 1, 2, 6, 7, 8)
        )
        query_bias, *key_value_bias = self._named(name + "attn.in_proj_bias").chunk(3)
        pairs = {
            "first_ff.0": self._pair(name + "ffn1.norm"),
            "first_ff.1": (expand1, self._named(name + "ffn1.fc1.bias")),
            "first_ff.4": (contract1 / 2, self._named(name + "ffn1.fc2.bias") / 2),
            "layer_norm_input": self._pair(name + "attn_norm"),
            "attention.emb_to_query": (projections[:WIDTH], query_bias),
            "attention.emb_to_key_value": (projections[WIDTH:], torch.cat(key_value_bias)),
            "attention.out_proj": (output, self._named(name + "attn.out_proj.bias")),
            "convolution.norm": self._pair(name + "conv.norm"),
            "convolution.expand": self._pair(name + "conv.pointwise1"),
            "convolution.depthwise": self._numbered("Conv", FILTERS + 3 * index),
            "convolution.contract": self._pair(name + "conv.pointwise2"),
            "pos_ff.0": self._pair(name + "ffn2.norm"),
            "pos_ff.1": (expand2, self._named(name + "ffn2.fc1.bias")),
            "pos_ff.4": (contract2 / 2, self._named(name + "ffn2.fc2.bias") / 2),
            "layer_norm_output": self._pair(name + "norm"),
        }
        return {
            f"{part}.{kind}": tensor for part, pair in pairs.items() for kind, tensor in zip(("weight", "bias"), pair)
        }

    def start(self, mean: Tensor, invstddev: Tensor, waveforms: List[Tensor], features) -> Dict[str, Tensor]:
        """A streaming model's first weights by their names in a model file.

        `features` makes our log-mels of a waveform. The teacher's filters are spaced otherwise; a linear map fitted on
        `waveforms` (by least squares, to 0.41 of a standard deviation of 3.96) leads from ours to its, and becomes part
        of the first product. Of several symbols that are one phoneme to us the head starts with the plain one's row.
        """
        ours = torch.cat([(features(each[None])[0] - mean) * invstddev for each in waveforms]).double()
        theirs = torch.cat([self.features(each[None])[0] for each in waveforms]).double()
        affine = torch.linalg.lstsq(F.pad(ours, (0, 1), value=1.0), theirs).solution.float()
        weight, bias = self._stem()
        frames = weight.transpose(1, 2)  # [width, 3 frames, mels]
        rows = [self.symbols.index(PLAIN.get(token, token)) for token in TOKENS]
        start = {
            "transcriber.input_linear.weight": (frames @ affine[:-1].T).reshape(WIDTH, -1),
            "transcriber.input_linear.bias": bias + (frames @ affine[-1]).sum(1),
            "head.linear.weight": self.tensors["acoustic_model.model.proj.weight"][rows, :, 0],
            "head.linear.bias": self._named("proj.bias")[rows],
        }
        for index in range(BLOCKS):
            prefix = f"transcriber.transformer.emformer_layers.{index}."
            start.update({prefix + name: tensor for name, tensor in self.block(index).items()})
        return start

    def _named(self, name: str) -> Tensor:
        return self.tensors[f"acoustic_model.model.{name}"]

    def _pair(self, name: str):
        """Weight and bias; the 1 of a pointwise filter's kernel is dropped."""
        weight = self._named(name + ".weight")
        return weight.flatten(1) if weight.dim() > 1 else weight, self._named(name + ".bias")

    def _numbered(self, kind: str, number: int):
        weight, bias = (self.tensors[f"onnx::{kind}_{place}"] for place in (number, number + 1))
        return weight.flatten(1), bias

    def _stem(self):
        return self.tensors[f"onnx::Conv_{STEM}"], self.tensors[f"onnx::Conv_{STEM + 1}"]
