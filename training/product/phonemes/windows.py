"""A model's forward pass over whole streams, segment by segment side by side: the same numbers as emformer.py's, at a
fraction of the work where contexts are short.

emformer.py lets every row of a stream meet every other and hides most of them; here each segment is a window of its own,
[left context | segment | right context]. For streams of 12 s of 20 ms tokens that is 48 windows of 114 keys instead of 870
rows of 870 keys. For models without memory and relative positions.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.product.model.emformer import FoldvoxModel
from training.product.model.layer import FoldedEmformerLayer


def forward_windows(model: FoldvoxModel, features: Tensor) -> Tensor:
    """`features` [B, (n S + R) stride, mels] gives log-probabilities [B, n S, tokens]."""
    segment, right = model.segment, model.right_context
    tokens = model.tokens(features)
    count = (tokens.size(1) - right) // segment
    own = tokens[:, : count * segment].unflatten(1, (count, segment))
    behind = tokens[:, segment:].unfold(1, right, segment)[:, :count].transpose(2, 3)
    rows = torch.cat([own, behind], 2)
    for layer in model.layers:
        rows = _layer(layer, rows)
    return model.finish(rows[:, :, :segment].flatten(1, 2))


def _layer(layer: FoldedEmformerLayer, x: Tensor) -> Tensor:
    """[B, n, S + R, d] to the same."""
    if layer.first_ff is not None:
        x = _added(layer, layer.first_ff, x).reshape(x.shape)
    rows = layer.layer_norm_input(_folded(x, layer.attention_fold))
    x = x + _attend(layer, rows).reshape(x.shape)
    convolution = layer.convolution
    if convolution is not None:
        gated = F.glu(convolution.expand(convolution.norm(x)), -1)
        seen = torch.cat([_before(gated[:, :, : layer.segment], convolution.reach), gated], 2)
        # Filters run over [windows, rows, d].
        filtered = convolution.depthwise(F.pad(seen, (0, 0, 0, convolution.reach)).flatten(0, 1)).unflatten(0, x.shape[:2])
        x = x + convolution.contract(convolution.activation(filtered))
    return layer.layer_norm_output(_added(layer, layer.pos_ff, x)).reshape(x.shape)


def _folded(x: Tensor, fold: int) -> Tensor:
    """[B, n, rows, d] to [B, n, rows * fold, d / fold]."""
    return x.reshape(*x.shape[:2], x.size(2) * fold, x.size(3) // fold)


def _added(layer: FoldedEmformerLayer, feed_forward: nn.Module, x: Tensor) -> Tensor:
    rows = _folded(x, layer.ff_fold)
    return feed_forward(rows) + rows


def _attend(layer: FoldedEmformerLayer, rows: Tensor) -> Tensor:
    """Of rows of sub-tokens."""
    attention, fold = layer.attention, layer.attention_fold
    left, segment, right = (fold * tokens for tokens in (layer.left_context, layer.segment, layer.encoder["rightContext"]))

    def heads(each: Tensor) -> Tensor:
        return each.unflatten(-1, (attention.heads, -1)).transpose(2, 3)

    own = attention.emb_to_key_value(rows)
    key, value = torch.cat([_before(own[:, :, :segment], left), own], 2).chunk(2, -1)
    query = heads(attention.emb_to_query(rows))
    scores = (query * query.size(-1) ** -0.5) @ heads(key).transpose(3, 4)
    # Rows before the stream's start are nothing to attend to.
    times = torch.arange(rows.size(1))[:, None] * segment + torch.arange(-left, segment + right)
    weights = scores.masked_fill((times < 0)[:, None, None], float("-inf")).softmax(-1)
    return attention.out_proj((weights.to(value.dtype) @ heads(value)).transpose(2, 3).flatten(3))


def _before(rows: Tensor, count: int) -> Tensor:
    """`rows` [B, n, S, c] of segments to the `count` rows before each [B, n, count, c], zeros before the start."""
    segments, segment = rows.shape[1:3]
    flat = F.pad(rows.flatten(1, 2), (0, 0, count, 0))
    return flat[:, : count + (segments - 1) * segment].unfold(1, count, segment).transpose(2, 3)
