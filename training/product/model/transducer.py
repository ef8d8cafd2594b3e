"""The transducer in PyTorch: predictor and joiner behind the folded encoder, its loss, and greedy search.

Names and numbers are those of torchaudio's emformer_rnnt_model (Graves, arXiv 1211.3711). Shapes: B streams, T tokens,
U words of the longest stream, D the encoder's outputDim, V tokens of the vocabulary.
"""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.product.model.recipe import BLANK

from .emformer import FoldvoxModel

NEVER = -1e5  # a log-probability that no path reaches; finite, so that gradients stay so
BEYOND_RELU = 4.0  # the encoder's vectors come from a layer norm and are seldom below the negative of this

State = List[Tuple[Tensor, Tensor]]


class _Lstm(nn.Module):
    """Gates in the order i f g o; with layer norm, over gates and cell and without bias."""

    def __init__(self, inputs: int, hidden: int, layer_norm: bool, epsilon: float):
        super().__init__()
        self.x2g = nn.Linear(inputs, 4 * hidden, bias=not layer_norm)
        self.p2g = nn.Linear(hidden, 4 * hidden, bias=False)
        self.c_norm = nn.LayerNorm(hidden, eps=epsilon) if layer_norm else nn.Identity()
        self.g_norm = nn.LayerNorm(4 * hidden, eps=epsilon) if layer_norm else nn.Identity()

    def forward(self, rows: Tensor, state: Tuple[Tensor, Tensor]) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        hidden, cell = state
        gates = self.g_norm(self.x2g(rows) + self.p2g(hidden))
        enter, forget, value, leave = gates.chunk(4, -1)
        cell = self.c_norm(forget.sigmoid() * cell + enter.sigmoid() * value.tanh())
        hidden = leave.sigmoid() * cell.tanh()
        return hidden, (hidden, cell)


class _Predictor(nn.Module):
    def __init__(self, config: Dict[str, Any], tokens: int, output: int):
        super().__init__()
        embedding, self.hidden = config["symbolEmbedding"], config["lstmHidden"]
        widths = [embedding] + [self.hidden] * (config["lstmLayers"] - 1)
        self.embedding = nn.Embedding(tokens, embedding)
        self.input_layer_norm = nn.LayerNorm(embedding)
        self.lstm_layers = nn.ModuleList(
            [_Lstm(width, self.hidden, config["layerNorm"], config["epsilon"]) for width in widths]
        )
        self.linear = nn.Linear(self.hidden, output)
        self.output_layer_norm = nn.LayerNorm(output)

    def start(self, streams: int) -> State:
        zeros = self.embedding.weight.new_zeros(streams, self.hidden)
        return [(zeros, zeros) for _ in self.lstm_layers]

    def forward(self, tokens: Tensor, state: State) -> Tuple[Tensor, State]:
        """One token [B] of every stream: [B, D] and the states after it."""
        rows, after = self.input_layer_norm(self.embedding(tokens)), []
        for lstm, before in zip(self.lstm_layers, state):
            rows, new = lstm(rows, before)
            after.append(new)
        return self.output_layer_norm(self.linear(rows)), after


class _Joiner(nn.Module):
    def __init__(self, width: int, tokens: int):
        super().__init__()
        self.linear = nn.Linear(width, tokens)

    def forward(self, encoded: Tensor, predicted: Tensor) -> Tensor:
        return self.linear((encoded + predicted).relu())


class TransducerModel(FoldvoxModel):
    """Called with features alone it gives encoder vectors [B, T, D]; with words that the predictor is to hear [B, H + U]
    too, scores [B, T, U + 1, V] behind H of them and more.
    """

    def __init__(self, config: Dict[str, Any], dropout: float = 0.0):
        super().__init__(config, dropout)
        output, tokens = config["encoder"]["outputDim"], len(config["tokens"])
        self.predictor = _Predictor(config["predictor"], tokens, output)
        self.joiner = _Joiner(output, tokens)

    def forward(self, features: Tensor, heard: Tensor | None = None, places: int = 0) -> Tensor:
        """`places` is U + 1."""
        encoded = super().forward(features)
        if heard is None:
            return encoded
        state, predicted = self.predictor.start(heard.size(0)), []
        for token in F.pad(heard, (1, 0), value=BLANK).unbind(1):
            row, state = self.predictor(token, state)
            predicted.append(row)
        return self.joiner(encoded[:, :, None], torch.stack(predicted[-places:], 1)[:, None])

    @torch.no_grad()
    def begin_as_ctc(self) -> None:
        """Makes the scores those of a CTC model whose head the joiner has been given: the predictor adds about
        BEYOND_RELU to every vector, and the joiner's bias takes it away.
        """
        linear, norm = self.joiner.linear, self.predictor.output_layer_norm
        linear.bias -= BEYOND_RELU * linear.weight.sum(1)
        norm.weight.fill_(0.02)
        norm.bias.fill_(BEYOND_RELU)

    @torch.no_grad()
    def greedy(self, encoded: Tensor, blank_shift: float = 0.0) -> List[int]:
        """Words of one stream's encoder vectors [T, D]: between words the predictor stands still, so all that is left is joined
        at once.
        """
        words: List[int] = []
        encoded = encoded.to(self.joiner.linear.weight.device)
        row, state = self.predictor(torch.tensor([BLANK], device=encoded.device), self.predictor.start(1))
        running = BLANK  # the word whose run the token before is in
        while True:
            scores = self.joiner(encoded, row)
            scores[:, BLANK] -= blank_shift
            best = scores.argmax(-1)
            (said,) = ((best != BLANK) & (best != torch.cat([best.new_tensor([running]), best[:-1]]))).nonzero(
                as_tuple=True
            )
            if not said.numel():
                return words
            running = int(best[said[0]])
            words.append(running)
            row, state = self.predictor(best[said[:1]], state)
            encoded = encoded[said[0] + 1 :]


def make_model(config: Dict[str, Any], dropout: float = 0.0) -> FoldvoxModel:
    """With fresh weights; without a predictor it is the encoder and, for CTC, its head."""
    return (TransducerModel if "predictor" in config else FoldvoxModel)(config, dropout)


def transducer_loss(scores: Tensor, words: Tensor, lengths: Tensor) -> Tensor:
    """Minus the log-likelihood of every stream's words, summed: scores [B, T, U + 1, V], words [B, U], lengths [B].

    A token holds a word or a blank, and a word in successive tokens is one (the CTC topology of Moritz et al., arXiv
    2111.01272): under a predictor that says nothing this is CTC's loss. Where a word leaves the search in its token (Graves,
    arXiv 1211.3711), only the predictor can tell that it has been said, and does so for the same word said again as well;
    where it does not (monotonic RNN-T), the encoder has to say it in one token only, and in an hour had not learnt that
    (training/README.md).
    """
    streams, times, places, _ = scores.shape
    steps = scores.float().log_softmax(-1)
    blank = steps[..., BLANK]
    # Of the next word after u of them, and of the last of these once more.
    index = words[:, None, :, None].expand(-1, times, -1, -1)
    move, stay = (part.gather(-1, index)[..., 0] for part in (steps[:, :, :-1], steps[:, :, 1:]))
    again = F.pad(words[:, 1:] == words[:, :-1], (1, 0))[:, : places - 1]
    resting = F.pad(blank.new_zeros(streams, 1), (0, places - 1), value=NEVER)
    running = torch.full_like(resting[:, 1:], NEVER)
    for nothing, new, same in zip(blank.unbind(1), move.unbind(1), stay.unbind(1)):
        before = F.pad(running, (1, 0), value=NEVER)
        either = torch.logaddexp(resting, before)
        entered = torch.where(again, resting[:, :-1], either[:, :-1])
        running = torch.logaddexp(running + same, entered + new)
        resting = either + nothing
    ends = torch.logaddexp(resting, F.pad(running, (1, 0), value=NEVER))
    return -ends.gather(1, lengths[:, None]).sum()
