"""One streaming step of a CTC model's encoder as an ONNX graph, to run the same model in other runtimes.

    python3 -m training.product.export_onnx models/commands.safetensors FOLDER   # needs onnx and onnxruntime as well

Writes FOLDER/step.fp32.onnx (int8 weights multiplied by their scales) and FOLDER/step.int8.onnx, the same dynamically
quantized by onnxruntime: weights per output channel, activations per product, MatMulInteger. Inputs and outputs:

    features   [1, (segment + rightContext) * stride, mels]   normalised frames; the last rightContext tokens come again
    key, value [layers, leftContext * width]                  left context per layer, oldest token first
    gated      [rows * width]                                 past rows of convolutions, layer by layer; only where there are any
    log_probs  [1, segment, tokens], next_key, next_value, next_gated

Where tokens share frames (inputKernel), features have those of the tokens before and behind around them.

The graph has fixed shapes, so it starts where the left context is full; `warm_state` gives such a state. Shapes that are
known let runtimes plan their memory and fold constants. For the same reason the cached keys are kept per head, where
they need no transposition: the graph is meant to be as fast as it can be elsewhere, too.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from training.product.model.attention import relative_places
from training.product.model.emformer import FoldvoxModel
from training.product.model.layer import FoldedEmformerLayer
from training.product.model.model_file import load_weights


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

    def forward(
        self, tokens: Tensor, past_key: Tensor, past_value: Tensor, gated: Optional[Tensor]
    ) -> Tuple[Tensor, Tensor, Tensor, Optional[Tensor]]:
        """`past_key` and `past_value` [leftContext * d], `gated` [reach * d]; returns tokens and the next of all."""
        layer, attention = self.layer, self.layer.attention
        tokens = layer.enter(tokens)
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
        tokens = tokens + attended.reshape(tokens.shape)
        if gated is not None:
            filtered, next_gated = layer.convolution.infer(
                tokens, layer.segment, gated.reshape(1, layer.convolution.reach, tokens.size(2))
            )
            tokens, gated = tokens + filtered, next_gated.reshape(-1)
        return layer.leave(tokens), next_key, next_value, gated

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

    def forward(self, features: Tensor, key: Tensor, value: Tensor, gated: Optional[Tensor] = None) -> Tuple[Tensor, ...]:
        tokens = self.model.overlapping(features) if self.model.input_kernel else self.model.tokens(features)
        sizes = [layer.kernel // 2 * tokens.size(2) for layer in self.model.layers]
        past = [] if gated is None else iter(gated.split([size for size in sizes if size]))
        after: List[List[Tensor]] = [[], [], []]
        for layer, past_key, past_value, size in zip(self.layers, key.unbind(0), value.unbind(0), sizes):
            tokens, *states = layer(tokens, past_key, past_value, next(past) if size else None)
            for all_layers, state in zip(after, states):
                all_layers.extend([] if state is None else [state])
        output = self.model.finish(tokens[:, : self.segment])
        keys, values, gates = after
        return (output, torch.stack(keys), torch.stack(values), *([torch.cat(gates)] if gates else []))


def read_model(path: Path) -> FoldvoxModel:
    """The model with fp32 weights; the graph's features are normalised."""
    return load_weights(path)[0]


@torch.no_grad()
def warm_state(model: FoldvoxModel, features: Tensor) -> Tuple[int, Dict[str, Tensor]]:
    """Streams from the start of `features` [T, mels] until the left context is full: steps, and the graph's states by name."""
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
    gated = [state.gated.reshape(-1) for state in states]
    filters = {"gated": torch.cat(gated)} if any(map(len, gated)) else {}
    return steps, {"key": torch.stack(keys), "value": torch.stack(values), **filters}


def window_frames(encoder: Dict[str, Any]) -> int:
    """Frames that a step is given."""
    shared = encoder.get("inputKernel", encoder["stride"]) - encoder["stride"]
    return (encoder["segment"] + encoder["rightContext"]) * encoder["stride"] + shared


@torch.no_grad()
def export(model: FoldvoxModel, folder: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    encoder = model.config["encoder"]
    state = torch.zeros(len(encoder["layers"]), encoder["leftContext"] * encoder["width"])
    states = {"key": state, "value": state}
    past = sum(layer.kernel // 2 for layer in model.layers)
    states.update({"gated": torch.zeros(past * encoder["width"])} if past else {})
    folder.mkdir(parents=True, exist_ok=True)
    fp32 = folder / "step.fp32.onnx"
    torch.onnx.export(
        StreamingStep(model),
        (torch.zeros(1, window_frames(encoder), encoder["inputDim"]), *states.values()),
        str(fp32),
        input_names=["features", *states],
        output_names=["log_probs", *(f"next_{name}" for name in states)],
        opset_version=20,
        dynamo=False,
    )
    # Linear layers over [1, rows, width] come out as MatMul and Add: quantize_dynamic leaves Gemm as it is. Filters stay fp32, as
    # ours do: an integer convolution is slower.
    prepared = folder / "prepared.onnx"
    quant_pre_process(str(fp32), str(prepared))
    quantize_dynamic(
        str(prepared), str(folder / "step.int8.onnx"), ["MatMul"], per_channel=True, weight_type=QuantType.QInt8
    )
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
