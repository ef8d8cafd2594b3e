"""One streaming step of a CTC model's encoder as an ONNX graph, to run the same model in other runtimes.

    python3 training/export_onnx.py models/commands.safetensors FOLDER   # needs onnx and onnxruntime as well

Writes FOLDER/step.fp32.onnx (int8 weights multiplied by their scales) and FOLDER/step.int8.onnx, the same dynamically
quantized by onnxruntime: weights per output channel, activations per product, MatMulInteger. Inputs and outputs:

    features   [1, (segment + rightContext) * stride, mels]   normalised frames; the last rightContext tokens come again
    key, value [layers, leftContext * width]                  left context per layer, oldest token first
    log_probs  [1, segment, tokens], next_key, next_value

The graph has fixed shapes, so it starts where the left context is full; `warm_state` gives such a state. Shapes that are
known let runtimes plan their memory and fold constants. For the same reason the cached keys are kept per head, where
they need no transposition: the graph is meant to be as fast as it can be elsewhere, too.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Tuple

import torch
from torch import Tensor, nn

from foldvox_training.model import FoldedEmformerLayer, FoldvoxModel, relative_places
from foldvox_training.model_file import load_weights


class LayerStep(nn.Module):
    """One layer over [1, segment + rightContext, d] and its left context; rows are the segment, then right context."""

    def __init__(self, layer: FoldedEmformerLayer):
        super().__init__()
        self.layer = layer
        encoder, fold = layer.encoder, layer.attention_fold
        self.heads, self.head_width = layer.attention.heads, layer.attention_width // layer.attention.heads
        self.past, self.kept = encoder["leftContext"] * fold, encoder["segment"] * fold
        rows = torch.arange(encoder["segment"] + encoder["rightContext"])
        if layer.relative:
            keys = torch.cat([torch.arange(-encoder["leftContext"], 0), rows])
            places = relative_places(encoder, fold, rows, keys)
            self.register_buffer("bias", layer.attention.relative_bias.detach()[None, :, places])
        else:
            self.bias = None

    def forward(self, tokens: Tensor, past_key: Tensor, past_value: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """`past_key` and `past_value` [leftContext * d]; returns tokens and the next of both."""
        layer, attention = self.layer, self.layer.attention
        tokens = layer._embed(tokens)
        rows = layer.layer_norm_input(layer._fold(tokens))
        count = rows.size(1)
        key, value = attention.emb_to_key_value(rows).chunk(2, -1)
        query = self._split(attention.emb_to_query(rows) * self.head_width**-0.5, count)
        key = torch.cat(
            [past_key.reshape(1, self.heads, self.head_width, self.past), self._split(key, count).transpose(-1, -2)], 3
        )
        value = torch.cat([past_value.reshape(1, self.heads, self.past, self.head_width), self._split(value, count)], 2)
        scores = query @ key
        if self.bias is not None:
            scores = scores + self.bias
        attended = attention.out_proj((scores.softmax(-1) @ value).transpose(1, 2).reshape(1, count, -1))
        next_key = key[..., self.kept : self.kept + self.past].reshape(-1)
        next_value = value[:, :, self.kept : self.kept + self.past].reshape(-1)
        return layer._feed_forward(tokens + attended.reshape(tokens.shape)), next_key, next_value

    def _split(self, rows: Tensor, count: int) -> Tensor:
        return rows.reshape(1, count, self.heads, self.head_width).transpose(1, 2)


class StreamingStep(nn.Module):
    """A whole step, as in the header of this file."""

    def __init__(self, model: FoldvoxModel):
        super().__init__()
        encoder = model.config["encoder"]
        if encoder["memory"] or model.head is None:
            raise ValueError("only CTC models without a memory bank are exported")
        self.model, self.segment = model, encoder["segment"]
        self.layers = nn.ModuleList([LayerStep(layer) for layer in model.layers])

    def forward(self, features: Tensor, key: Tensor, value: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        tokens = self.model.tokens(features)
        keys: List[Tensor] = []
        values: List[Tensor] = []
        for layer, past_key, past_value in zip(self.layers, key.unbind(0), value.unbind(0)):
            tokens, next_key, next_value = layer(tokens, past_key, past_value)
            keys.append(next_key)
            values.append(next_value)
        return self.model.finish(tokens[:, : self.segment]), torch.stack(keys), torch.stack(values)


def read_model(path: Path) -> FoldvoxModel:
    """The model with fp32 weights; the graph's features are normalised."""
    return load_weights(path)[0]


@torch.no_grad()
def warm_state(model: FoldvoxModel, features: Tensor) -> Tuple[int, Tensor, Tensor]:
    """Streams from the start of `features` [T, mels] until the left context is full: steps, key, value."""
    encoder = model.config["encoder"]
    steps, tokens = -(-encoder["leftContext"] // model.segment), model.tokens(features[None])
    states = model.initial_state(tokens)
    for step in range(steps):
        first = step * model.segment
        _, states = model.infer(tokens[:, first : first + model.segment + model.right_context], model.segment, states)
    keys, values = [], []
    for layer, state in zip(model.layers, states):
        keys.append(layer.attention._split(state.key).transpose(-1, -2).reshape(-1))
        values.append(layer.attention._split(state.value).reshape(-1))
    return steps, torch.stack(keys), torch.stack(values)


@torch.no_grad()
def export(model: FoldvoxModel, folder: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    encoder = model.config["encoder"]
    frames = (encoder["segment"] + encoder["rightContext"]) * encoder["stride"]
    state = torch.zeros(len(encoder["layers"]), encoder["leftContext"] * encoder["width"])
    folder.mkdir(parents=True, exist_ok=True)
    fp32 = folder / "step.fp32.onnx"
    torch.onnx.export(
        StreamingStep(model),
        (torch.zeros(1, frames, encoder["inputDim"]), state, state),
        str(fp32),
        input_names=["features", "key", "value"],
        output_names=["log_probs", "next_key", "next_value"],
        opset_version=20,
        dynamo=False,
    )
    # Linear layers over [1, rows, width] come out as MatMul and Add: quantize_dynamic leaves Gemm as it is.
    prepared = folder / "prepared.onnx"
    quant_pre_process(str(fp32), str(prepared))
    quantize_dynamic(str(prepared), str(folder / "step.int8.onnx"), per_channel=True, weight_type=QuantType.QInt8)
    prepared.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    export(read_model(args.model), args.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
