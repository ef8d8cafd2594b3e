"""Processes that make batches of streams while the model learns."""

from __future__ import annotations

import collections
import contextlib
import multiprocessing
import random
from typing import Any, Deque, Iterator, List

import torch

from .corpus import Corpus
from .recipe import Recipe
from .streams import SETTLED, Batch, StreamMaker

WAITING_BATCHES = 8
RECENT_BATCHES = 16


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
        self.recent: Deque[Batch] = collections.deque(maxlen=RECENT_BATCHES)

    def next(self, device: torch.device) -> Batch:
        """A GPU that is faster than the workers sees recent batches again (data echoing, Choi et al., arXiv 1907.05550), masked
        anew, instead of waiting.
        """
        if self.recent and self.queue.empty():
            return random.choice(self.recent)
        batch = Batch(*(torch.from_numpy(part).to(device) for part in self.queue.get()))
        if device.type == "cuda":
            self.recent.append(batch)
        return batch

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
