"""Writes test/golden/transducer/: small Emformer RNN-Ts and what torchaudio makes of them. --base: the base size.

    python -m training.goldens.make_transducer_goldens test/golden/transducer         # committed, under 2 MB
    python -m training.goldens.make_transducer_goldens --base build/parity            # 0.4 GB, for `npm run parity`

Needs a torchaudio that exports RNNTBeamSearch, 2.1 or later (before, it carries one hypothesis between chunks), and
sentencepiece: `pip install torch==2.2.2 torchaudio==2.2.2 "numpy<2" sentencepiece`, for Python 3.8 to 3.12.

Per model NAME: NAME.pt (torch.save of its state dict), NAME.json (arguments of emformer_rnnt_model) and
NAME.golden.safetensors, indices as fp32:
  features [T, mels]    multiples of 1/64, in place of normalised features
  output [T', D]        model.transcribe_streaming, chunk by chunk, checked here against model.transcribe
  tokens [U], rows [U]  greedy search by hand: torchaudio has none
  predicted [U + 1, D]  the predictor after the start token and after each of them
  log_probs [R, V]      joiner and log-softmax of every (T' / R)th row, with what the greedy path has said before it
  beam.W [W, longest]   RNNTBeamSearch.infer with beam W, chunk by chunk: tokens, -1 behind their end
  beam.W.scores [W]     and how probable, in its order
Random weights decide nothing, so the small models are trained for a minute on synthetic sound, and the base model's joiner is
fitted to random tokens: both then say 3 to 5 tokens a second, as speech does, with most of the probability on one.
pieces*.model and pieces.json: small SentencePiece models and what SentencePiece decodes. A second run gives the same values
up to the rounding of the torch that runs it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

import numpy as np
import torch
from torch import Tensor, nn
from torchaudio.functional import rnnt_loss
from torchaudio.models import RNNT, RNNTBeamSearch, emformer_rnnt_model

from training.product.model.safetensors import write_safetensors

STEPS = 504
PARITY_LIMIT = 2e-5
TOKENS_PER_SECOND = (3.0, 5.0)
FRAMES_PER_SECOND = 100
MOST_SYMBOLS = 100
JOINER_STEPS = 120

COMMON = dict(
    transformer_dropout=0.0, transformer_weight_init_scale_strategy="depthwise", lstm_dropout=0.0,
)  # fmt: skip
BASE: Dict[str, Any] = dict(
    COMMON, input_dim=80, encoding_dim=1024, num_symbols=4097, segment_length=16, right_context_length=4,
    time_reduction_input_dim=128, time_reduction_stride=4, transformer_num_heads=8, transformer_ffn_dim=2048,
    transformer_num_layers=20, transformer_activation="gelu", transformer_left_context_length=30,
    transformer_max_memory_size=0, transformer_tanh_on_mem=True, symbol_embedding_dim=512, num_lstm_layers=3,
    lstm_layer_norm=True, lstm_layer_norm_epsilon=1e-3,
)  # fmt: skip
SMALL: Dict[str, Dict[str, Any]] = {
    # As the base model, but small: layer-normalised LSTMs, gelu, no memory.
    "like-base": dict(
        COMMON, input_dim=6, encoding_dim=24, num_symbols=33, segment_length=8, right_context_length=4,
        time_reduction_input_dim=8, time_reduction_stride=4, transformer_num_heads=4, transformer_ffn_dim=48,
        transformer_num_layers=3, transformer_activation="gelu", transformer_left_context_length=30,
        transformer_max_memory_size=0, transformer_tanh_on_mem=True, symbol_embedding_dim=20, num_lstm_layers=3,
        lstm_layer_norm=True, lstm_layer_norm_epsilon=1e-3,
    ),
    # Plain LSTMs, whose gates have a bias; odd sizes; memory under tanh.
    "plain-lstm": dict(
        COMMON, input_dim=5, encoding_dim=19, num_symbols=22, segment_length=6, right_context_length=2,
        time_reduction_input_dim=11, time_reduction_stride=2, transformer_num_heads=2, transformer_ffn_dim=35,
        transformer_num_layers=2, transformer_activation="relu", transformer_left_context_length=7,
        transformer_max_memory_size=3, transformer_tanh_on_mem=True, symbol_embedding_dim=13, num_lstm_layers=2,
        lstm_layer_norm=False, lstm_layer_norm_epsilon=1e-5,
    ),
    # Clamped memory, silu, one LSTM layer, no right context.
    "clamped-memory": dict(
        COMMON, input_dim=6, encoding_dim=20, num_symbols=19, segment_length=6, right_context_length=0,
        time_reduction_input_dim=9, time_reduction_stride=3, transformer_num_heads=3, transformer_ffn_dim=30,
        transformer_num_layers=2, transformer_activation="silu", transformer_left_context_length=5,
        transformer_max_memory_size=2, transformer_tanh_on_mem=False, symbol_embedding_dim=11, num_lstm_layers=1,
        lstm_layer_norm=True, lstm_layer_norm_epsilon=1e-5,
    ),
}  # fmt: skip


class Greedy(NamedTuple):
    tokens: List[int]
    rows: List[int]
    # [rows, V]: log-probs that decided a row's first token
    log_probs: Tensor
    predicted: Tensor


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--base", action="store_true", help="the base size instead of the small ones")
    parser.add_argument("--only", choices=[*SMALL, "pieces"], help="one of the small ones")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.folder.mkdir(parents=True, exist_ok=True)
    if args.base:
        base_golden(args.folder)
        return 0
    for seed, (name, arguments) in enumerate(SMALL.items()):
        if args.only not in (None, name):
            continue
        small_golden(args.folder, name, arguments, seed)
    if args.only in (None, "pieces"):
        piece_goldens(args.folder)
    return 0


def small_golden(folder: Path, name: str, arguments: Dict[str, Any], seed: int) -> None:
    torch.manual_seed(2000 + seed)
    model = emformer_rnnt_model(**arguments)
    move_norms(model)
    train(model, arguments)
    features, _ = synthetic(arguments, STEPS * arguments["segment_length"])
    with torch.no_grad():
        golden(folder, name, arguments, model, features, streamed(model, arguments, features), (2, 10), STEPS, 3)


@torch.no_grad()
def base_golden(folder: Path) -> None:
    torch.manual_seed(1)
    model = emformer_rnnt_model(**BASE).eval()
    move_norms(model)
    features = torch.round(torch.randn(STEPS * BASE["segment_length"], BASE["input_dim"]) * 64) / 64
    output = streamed(model, BASE, features)
    fit_joiner(model, output, FRAMES_PER_SECOND / BASE["time_reduction_stride"])
    golden(folder, "base", BASE, model, features, output, (10,), 100, 4)


def golden(
    folder: Path, name: str, arguments: Dict[str, Any], model: RNNT, features: Tensor, output: Tensor,
    beams: Tuple[int, ...], beam_steps: int, joined_every: int,
) -> None:  # fmt: skip
    padded = nn.functional.pad(features, (0, 0, 0, arguments["right_context_length"]))[None]
    offline = model.transcribe(padded, torch.tensor([features.size(0)]))[0][0]
    difference = float((offline - output).abs().max())
    if difference > PARITY_LIMIT * float(output.abs().max()):
        raise AssertionError(f"{name}: offline is {difference} away from streaming")

    path = greedy(model, output)
    rate = len(path.tokens) / (features.size(0) / FRAMES_PER_SECOND)
    print(f"{name}: {output.size(0)} rows, {len(path.tokens)} tokens, {rate:.2f} a second")
    if not TOKENS_PER_SECOND[0] <= rate <= TOKENS_PER_SECOND[1]:
        raise AssertionError(f"{name}: not a plausible rate of tokens")
    tensors = {
        "features": features,
        "output": output,
        "tokens": torch.tensor(path.tokens).float(),
        "rows": torch.tensor(path.rows).float(),
        "predicted": path.predicted,
        "log_probs": path.log_probs[::joined_every],
    }
    for width in beams:
        tokens, scores = beam(model, chunks(arguments, features)[:beam_steps], width)
        tensors[f"beam.{width}"], tensors[f"beam.{width}.scores"] = tokens, scores
        print(f"{name}: beam {width}: scores {[round(float(score), 3) for score in scores]}")
    torch.save(model.state_dict(), folder / f"{name}.pt")
    (folder / f"{name}.json").write_text(json.dumps(arguments, indent=2) + "\n")
    arrays = {key: tensor.contiguous().numpy().astype(np.float32) for key, tensor in tensors.items()}
    write_safetensors(folder / f"{name}.golden.safetensors", arrays)


@torch.no_grad()
def move_norms(model: nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.weight.add_(0.1 * torch.randn_like(module.weight))
            module.bias.add_(0.1 * torch.randn_like(module.bias))


def chunks(arguments: Dict[str, Any], features: Tensor) -> List[Tensor]:
    """Each segment with its right context; zeros behind the end, as torchaudio's offline pipeline pads."""
    segment, lookahead = arguments["segment_length"], arguments["right_context_length"]
    padded = nn.functional.pad(features, (0, 0, 0, lookahead))
    return [padded[at : at + segment + lookahead] for at in range(0, features.size(0), segment)]


def streamed(model: RNNT, arguments: Dict[str, Any], features: Tensor) -> Tensor:
    state, rows = None, []
    for chunk in chunks(arguments, features):
        output, _, state = model.transcribe_streaming(chunk[None], torch.tensor([chunk.size(0)]), state)
        rows.append(output[0])
    return torch.cat(rows)


def greedy(model: RNNT, output: Tensor) -> Greedy:
    one = torch.tensor([1])
    blank = model.joiner.linear.out_features - 1
    tokens: List[int] = []
    rows: List[int] = []
    log_probs: List[Tensor] = []
    prediction, _, state = model.predict(torch.tensor([[blank]]), one, None)
    predicted = [prediction[0, 0]]
    for row in range(output.size(0)):
        for symbol in range(MOST_SYMBOLS + 1):
            joined = model.join(output[None, row : row + 1], one, prediction, one)[0][0, 0, 0].log_softmax(-1)
            if symbol == 0:
                log_probs.append(joined)
            best = int(joined.argmax())
            if best == blank or symbol == MOST_SYMBOLS:
                break
            tokens.append(best)
            rows.append(row)
            prediction, _, state = model.predict(torch.tensor([[best]]), one, state)
            predicted.append(prediction[0, 0])
    return Greedy(tokens, rows, torch.stack(log_probs), torch.stack(predicted))


def synthetic(arguments: Dict[str, Any], frames: int) -> Tuple[Tensor, List[int]]:
    """Noise in which tokens sound, each a fixed pattern of ten frames, about four a second; multiples of 1/64."""
    patterns = torch.randn(
        arguments["num_symbols"] - 1, arguments["input_dim"], generator=torch.Generator().manual_seed(9)
    )
    features, tokens, at = 0.3 * torch.randn(frames, arguments["input_dim"]), [], 0
    while True:
        at += 10 + int(torch.randint(0, 10, (1,)))
        if at + 10 + arguments["right_context_length"] > frames:
            return torch.round(features * 64) / 64, tokens
        tokens.append(int(torch.randint(0, len(patterns), (1,))))
        features[at : at + 10] += 1.5 * patterns[tokens[-1]]
        at += 10


def train(model: RNNT, arguments: Dict[str, Any], steps: int = 1500) -> None:
    """A short training on synthetic sound: enough for the sharp distributions of a trained model."""
    blank, lookahead = arguments["num_symbols"] - 1, arguments["right_context_length"]
    frames, batch = 96, 12
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    model.train()
    for step in range(steps):
        features, targets = zip(*(synthetic(arguments, frames) for _ in range(batch)))
        sources = nn.functional.pad(torch.stack(features), (0, 0, 0, lookahead))
        counts = torch.tensor([len(target) for target in targets])
        padded = torch.zeros(batch, int(counts.max()), dtype=torch.long)
        for row, target in zip(padded, targets):
            row[: len(target)] = torch.tensor(target)
        # Half of the batches begin in mid-stream, after tokens said before: else the predictor learns to count.
        said = torch.randint(0, blank, (batch, int(torch.randint(1, 150, (1,)))))
        state = None
        if step % 2 == 1:
            with torch.no_grad():
                _, _, state = model.predict(nn.functional.pad(said[:, :-1], (1, 0), value=blank), counts, None)
        start = said[:, -1:] if state else torch.full((batch, 1), blank)
        histories = torch.cat([start, padded], 1)
        lengths = torch.full((batch,), frames)
        logits, rows, _, _ = model(sources, lengths, histories, counts + 1, state)
        loss = rnnt_loss(logits, padded.int(), rows.int(), counts.int(), blank=blank, reduction="sum") / int(
            counts.sum()
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
    model.eval()
    print(f"trained to {float(loss):.3f} nats a token")


def fit_joiner(model: RNNT, output: Tensor, rows_per_second: float) -> None:
    """For a model too large to train here: a joiner fitted to say given random tokens in random rows, and else the blank."""
    linear, blank = model.joiner.linear, model.joiner.linear.out_features - 1
    chosen = torch.rand(output.size(0)) < sum(TOKENS_PER_SECOND) / 2 / rows_per_second
    history, pairs, targets = [blank], [], []
    for row in range(output.size(0)):
        if chosen[row]:
            pairs.append((row, len(history) - 1))
            history.append(int(torch.randint(0, blank, (1,))))
            targets.append(history[-1])
        pairs.append((row, len(history) - 1))
        targets.append(blank)
    predicted = model.predict(torch.tensor([history]), torch.tensor([len(history)]), None)[0][0]
    rows, places = torch.tensor(pairs).t()
    joined = torch.relu(output[rows] + predicted[places])
    weight, bias = linear.weight.clone().requires_grad_(), linear.bias.clone().requires_grad_()
    optimizer = torch.optim.Adam([weight, bias], lr=2e-3)
    for step in range(JOINER_STEPS):
        with torch.enable_grad():
            loss = nn.functional.cross_entropy(nn.functional.linear(joined, weight, bias), torch.tensor(targets))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    linear.weight.copy_(weight)
    linear.bias.copy_(bias)
    print(f"joiner fitted to {float(loss):.4f} nats a decision")


def beam(model: RNNT, inputs: List[Tensor], width: int) -> Tuple[Tensor, Tensor]:
    search = RNNTBeamSearch(model, blank=model.joiner.linear.out_features - 1)
    state, hypotheses = None, None
    for chunk in inputs:
        hypotheses, state = search.infer(chunk, torch.tensor([chunk.size(0)]), width, state, hypotheses)
    # A hypothesis is (tokens, predictor output, predictor state, score); the first token is the start.
    longest = max(len(hypothesis[0]) - 1 for hypothesis in hypotheses)
    tokens = torch.full((width, longest), -1.0)
    for row, hypothesis in zip(tokens, hypotheses):
        row[: len(hypothesis[0]) - 1] = torch.tensor(hypothesis[0][1:]).float()
    return tokens, torch.tensor([hypothesis[3] for hypothesis in hypotheses])


TEXT = """He hoped there would be stew for dinner, turnips and carrots.
She said: "Don't stop; the well-known answer is 42!" (Or isn't it?)
Stuff it into you, his belly counselled him. After early nightfall the yellow lamps would light up.
Number ten, fresh nelly is waiting on you, good night husband. The music came nearer and he recalled the words.
""".splitlines()
SPOKEN = [
    "he hoped there would be stew for dinner",
    "don't stop; the well-known answer is 42!",
    "zweiundvierzig Bücher für 7 €",
    "日本語 and emoji 🎉",
    "  leading and  double spaces ",
]


def piece_goldens(folder: Path) -> None:
    """SentencePiece models without a normaliser (its tables would be 200 KB), and the texts of token sequences."""
    import sentencepiece

    cases = []
    for name, options in {
        "pieces-bpe": dict(vocab_size=80, model_type="bpe"),
        "pieces-unigram-bytes": dict(vocab_size=360, model_type="unigram", byte_fallback=True, pad_id=3),
        "pieces-suffix": dict(
            vocab_size=90, model_type="bpe", treat_whitespace_as_suffix=True, split_by_whitespace=False
        ),
    }.items():
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TEXT), model_prefix=str(folder / name), normalization_rule_name="identity",
            hard_vocab_limit=False, minloglevel=2, **options,
        )  # fmt: skip
        (folder / f"{name}.vocab").unlink()
        processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.model"))
        pieces = [processor.id_to_piece(index) for index in range(processor.get_piece_size())]
        spoken = []
        for text in SPOKEN:
            ids = [index for index in processor.encode(text) if not processor.is_unknown(index)]
            spoken.append({"ids": ids, "text": processor.decode(ids)})
        cases.append({"name": name, "pieces": pieces, "spoken": spoken})
    (folder / "pieces.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
