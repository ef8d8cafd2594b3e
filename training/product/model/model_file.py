"""The foldvox model file: one safetensors file, written in the order in which the engine reads it, and read back.

`__metadata__` holds format, version, the SHA-256 of the file (its own digits as zeros) and the model's configuration as JSON text.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Mapping, Tuple

import numpy as np
import torch
from torch import Tensor

from .emformer import FoldvoxModel
from .int8 import quantize_weight, to_int8
from .safetensors import read_safetensors, write_safetensors
from .transducer import make_model


def tensor_names(config: Dict[str, Any]) -> List[str]:
    """The file's fp32 tensor names in canonical order, without weight scales."""
    encoder, both = config["encoder"], ("weight", "bias")
    names = ["features.mean", "features.invstddev", "transcriber.input_linear.weight"]
    names += ["transcriber.input_linear.bias"] if "inputKernel" in encoder else []
    for index, layer in enumerate(encoder["layers"]):
        prefix = f"transcriber.transformer.emformer_layers.{index}."
        if layer.get("subtokenEmbedding"):
            names.append(prefix + "subtoken_embedding")
        for part in _layer_parts(layer):
            names += [f"{prefix}{part}.{kind}" for kind in both]
            if part == "attention.emb_to_query" and layer.get("relativePosition"):
                names.append(prefix + "attention.relative_bias")
    parts = [] if encoder.get("output") == "direct" else ["transcriber.output_linear", "transcriber.layer_norm"]
    parts += ["head.linear"] if config["head"]["type"] == "ctc" else []
    names += [f"{part}.{kind}" for part in parts for kind in both]
    return names + (_transducer_names(config["predictor"]) if "predictor" in config else [])


def _layer_parts(layer: Dict[str, Any]) -> List[str]:
    """What of a layer has a weight and a bias."""
    parts = ["first_ff.0", "first_ff.1", "first_ff.4"] if layer.get("firstFeedForward") else []
    parts += ["layer_norm_input", "attention.emb_to_key_value", "attention.emb_to_query", "attention.out_proj"]
    if layer.get("kernel"):
        parts += [f"convolution.{part}" for part in ("norm", "expand", "depthwise", "contract")]
    return [*parts, "pos_ff.0", "pos_ff.1", "pos_ff.4", "layer_norm_output"]


def _transducer_names(predictor: Dict[str, Any]) -> List[str]:
    names = ["predictor.embedding.weight", "predictor.input_layer_norm.weight", "predictor.input_layer_norm.bias"]
    for index in range(predictor["lstmLayers"]):
        prefix = f"predictor.lstm_layers.{index}."
        norms = ["c_norm.weight", "c_norm.bias", "g_norm.weight", "g_norm.bias"]
        own = (
            ["x2g.weight", "p2g.weight", *norms] if predictor["layerNorm"] else ["x2g.weight", "x2g.bias", "p2g.weight"]
        )
        names += [prefix + name for name in own]
    parts = ("predictor.linear", "predictor.output_layer_norm", "joiner.linear")
    return names + [f"{part}.{kind}" for part in parts for kind in ("weight", "bias")]


def _file_config(config: Dict[str, Any]) -> Dict[str, Any]:
    """Without what the presence of a tensor says."""
    known = ("subtokenEmbedding", "relativePosition")
    layers = [{k: v for k, v in layer.items() if k not in known} for layer in config["encoder"]["layers"]]
    return {**config, "encoder": {**config["encoder"], "layers": layers}}


def _stays_exact(name: str, config: Dict[str, Any]) -> bool:
    """Filters, one a channel, are read rarely and are small; overlapping frames lose too much (src/model/tensors.ts)."""
    overlapping = name == "transcriber.input_linear.weight" and "inputKernel" in config["encoder"]
    return overlapping or name.endswith("depthwise.weight")


def save_model(path: Path, config: Dict[str, Any], tensors: Mapping[str, Tensor], weights: str) -> int:
    """Writes a model file with `weights` "int8" or "fp32"; returns its bytes. `tensors` are fp32 by canonical name."""
    arrays: Dict[str, np.ndarray] = {}
    for name in tensor_names(config):
        tensor = tensors[name].detach().float().cpu()
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name} is not finite")
        if weights == "int8" and tensor.dim() == 2 and name.endswith(".weight") and not _stays_exact(name, config):
            integers, scale = quantize_weight(tensor)
            arrays[name], arrays[name + "_scale"] = integers.numpy(), scale.numpy()
        else:
            arrays[name] = tensor.numpy()
    text = json.dumps(_file_config(config), separators=(",", ":"), ensure_ascii=False)
    write_safetensors(path, arrays, {"format": "foldvox", "version": "2", "sha256": "", "config": text})
    return path.stat().st_size


def read_weights(path: Path) -> Tuple[Dict[str, Tensor], Dict[str, Any]]:
    """Every tensor as fp32, int8 weights multiplied by their scales, and the configuration: to train on from."""
    arrays, metadata = read_safetensors(path)
    tensors = {name: torch.from_numpy(array).float() for name, array in arrays.items()}
    for name in [name for name in tensors if name.endswith("_scale")]:
        tensors[name[: -len("_scale")]] *= tensors.pop(name)[:, None]
    return tensors, json.loads(metadata["config"])


def load_weights(path: Path) -> Tuple[FoldvoxModel, Tensor, Tensor]:
    """The model with its weights as fp32, whatever the file holds, features.mean and features.invstddev."""
    tensors, config = read_weights(path)
    _add_optional(config, tensors)
    mean, invstddev = tensors.pop("features.mean"), tensors.pop("features.invstddev")
    model = make_model(config)
    model.load_state_dict(tensors)
    return model.eval(), mean, invstddev


def _add_optional(config: Dict[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Tells every layer what the presence of a tensor says."""
    for index, layer in enumerate(config["encoder"]["layers"]):
        prefix = f"transcriber.transformer.emformer_layers.{index}."
        layer["subtokenEmbedding"] = prefix + "subtoken_embedding" in tensors
        layer["relativePosition"] = prefix + "attention.relative_bias" in tensors


def load_model(path: Path) -> Tuple[FoldvoxModel, Tensor, Tensor]:
    """The model (int8 files run as the engine runs them), features.mean and features.invstddev."""
    arrays, metadata = read_safetensors(path)
    config = json.loads(metadata["config"])
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    _add_optional(config, tensors)
    mean, invstddev = tensors.pop("features.mean"), tensors.pop("features.invstddev")
    scaled = {name[: -len("_scale")]: tensors.pop(name) for name in list(tensors) if name.endswith("_scale")}
    quantized = {name[: -len(".weight")]: (tensors[name], scale) for name, scale in scaled.items()}
    model = make_model(config)
    embedding = quantized.pop("predictor.embedding", None)
    if embedding:
        tensors["predictor.embedding.weight"] = embedding[0].float() * embedding[1][:, None]
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    if quantized:
        to_int8(model, quantized)
    return model.eval(), mean, invstddev
