"""torchaudio's own Emformer carrying the weights of a FoldvoxModel whose folds are all 1, and small random models."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import torch
from torch import Tensor

from training.product.model.emformer import FoldvoxModel, with_final_context


class Reference(NamedTuple):
    output: Tensor
    emformer: Any


def random_config(
    width: int,
    stride: int,
    mels: int,
    plan: Sequence[Tuple[int, int, int, int]],
    segment: int,
    leftContext: int,  # noqa: N803 - the names of the model file
    rightContext: int,  # noqa: N803
    memory: int = 0,
    tanhOnMemory: bool = True,  # noqa: N803
    activation: str = "gelu",
    outputDim: int = 16,  # noqa: N803
    tokens: int = 9,
    head: str = "ctc",
    name: str = "random",
    embedding: Sequence[int] = (),
    relative: Sequence[int] = (),
    kernels: Sequence[int] = (),
    firstFeedForward: int = 0,  # noqa: N803
    inputKernel: int = 0,  # noqa: N803
    inputActivation: str = "none",  # noqa: N803
    direct: bool = False,
) -> Dict[str, Any]:
    """A model configuration; `plan` lists (attentionFold, feedForwardFold, heads, feedForward) per layer.

    `embedding` lists the layers that get a sub-token embedding, `relative` those that see relative positions; `kernels` are
    those of the layers' convolutions, 0 for none. A transducer's blank is its last token.
    """
    layers: List[Dict[str, Any]] = []
    for index, (attention_fold, ff_fold, heads, hidden) in enumerate(plan):
        layer = {"attentionFold": attention_fold, "feedForwardFold": ff_fold, "heads": heads, "feedForward": hidden}
        layer.update({"firstFeedForward": firstFeedForward} if firstFeedForward else {})
        layer.update({"kernel": kernels[index]} if kernels and kernels[index] else {})
        layers.append({**layer, "subtokenEmbedding": index in embedding, "relativePosition": index in relative})
    words = [f"t{index}" for index in range(tokens)]
    words[0 if head == "ctc" else -1] = "<blank>"
    ends: Dict[str, Any] = {"output": "direct"} if direct else {}
    ends.update({"inputKernel": inputKernel, "inputActivation": inputActivation} if inputKernel else {})
    return {
        "name": name,
        "language": "und",
        "licence": "MIT",
        "attribution": [],
        "features": {
            "sampleRate": 16000, "windowSamples": 400, "hopSamples": 160, "mels": mels, "log": "natural", "gain": 1.0,
        },
        "encoder": {
            "inputDim": mels, "projection": width if inputKernel else width // stride, "stride": stride, "width": width,
            "activation": activation, "segment": segment, "leftContext": leftContext, "rightContext": rightContext,
            "memory": memory, "tanhOnMemory": tanhOnMemory, "outputDim": width if direct else outputDim, **ends,
            "layers": layers,
        },
        "head": {"type": head, "blank": 0 if head == "ctc" else tokens - 1},
        "tokens": words,
        "tokenUnit": "piece",
    }  # fmt: skip


def torchaudio_emformer(model: FoldvoxModel) -> Any:
    """torchaudio's Emformer with the weights of `model`, whose folds must all be 1."""
    from torchaudio.models import Emformer

    encoder = model.config["encoder"]
    if any(layer["attentionFold"] * layer["feedForwardFold"] != 1 for layer in encoder["layers"]):
        raise ValueError("torchaudio knows no folds")
    first = encoder["layers"][0]
    emformer = Emformer(
        encoder["width"], first["heads"], first["feedForward"], len(encoder["layers"]), encoder["segment"],
        activation=encoder["activation"], left_context_length=encoder["leftContext"],
        right_context_length=encoder["rightContext"], max_memory_size=encoder["memory"],
        tanh_on_mem=encoder["tanhOnMemory"],
    ).eval()  # fmt: skip
    emformer.load_state_dict(model.transcriber.transformer.state_dict())
    return emformer


@torch.no_grad()
def torchaudio_stream(model: FoldvoxModel, features: Tensor) -> Reference:
    """`features` [T, mels] through torchaudio's Emformer, step by step, with our input and output layers around it."""
    emformer = torchaudio_emformer(model)
    tokens = model.tokens(with_final_context(model, features)[None])
    total = tokens.size(1) - model.right_context
    states, outputs = None, []
    for start in range(0, total, model.segment):
        step = tokens[:, start : start + model.segment + model.right_context]
        if step.size(1) == model.segment + model.right_context:
            encoded, _, states = emformer.infer(step, torch.tensor([step.size(1)]), states)
        else:
            encoded = _short_segment(emformer, step, model.right_context, states)
        outputs.append(model.finish(encoded)[0])
    return Reference(torch.cat(outputs), emformer)


def _short_segment(emformer: Any, step: Tensor, right_context: int, states: Any) -> Tensor:
    """The last segment, whose length Emformer.infer refuses: its layers called as it would call them."""
    rows = step.permute(1, 0, 2)
    count = rows.size(0) - right_context
    utterance, right = rows[:count], rows[count:]
    memory = utterance.mean(0, keepdim=True) if emformer.use_mem else torch.empty(0)
    for index, layer in enumerate(emformer.emformer_layers):
        state = None if states is None else states[index]
        utterance, right, _, memory = layer.infer(utterance, torch.tensor([count]), right, state, memory)
    return utterance.permute(1, 0, 2)
