"""Processes that make batches of streams while the model learns."""

from __future__ import annotations

import contextlib
import multiprocessing
from typing import Any, Iterator, List

import torch

from .corpus import Corpus
from .recipe import Recipe
from .streams import SETTLED, Batch, StreamMaker

WAITING_BATCHES = 8


@contextlib.contextmanager
def stream_workers(corpus: Corpus, recipe: Recipe, size: int, count: int, seed: List[int]) -> "Iterator[Batches]":
    """`count` processes that make batches of `size` streams; with one, the same seed gives the same batches."""
    queue: Any = multiprocessing.Queue(WAITING_BATCHES)
    settled, workers = multiprocessing.Event(), []
    for index in range(count):
        maker = StreamMaker(corpus, recipe, [*seed, index])
        workers.append(multiprocessing.Process(target=_produce, args=(queue, maker, size, settled), daemon=True))
        workers[-1].start()
    try:
        yield Batches(queue, settled)
    finally:
        for worker in workers:
            worker.terminate()


class Batches:
    """What the workers have made."""

    def __init__(self, queue: Any, settled: Any):
        self.queue, self.settled = queue, settled

    def next(self, device: torch.device) -> Batch:
        return Batch(*(torch.from_numpy(part).to(device) for part in self.queue.get()))

    def settle(self) -> None:
        """From about the next batch on, streams are less disturbed: the last of a training are to be like the use."""
        self.settled.set()


def _produce(queue: Any, maker: StreamMaker, size: int, settled: Any) -> None:
    torch.set_num_threads(1)
    while True:
        if settled.is_set():
            maker.strength = SETTLED
        # Arrays: tensors would be passed as file descriptors, of which a queue can use up too many.
        queue.put([part.numpy() for part in maker.batch(size) if part is not None])
