"""Processes that make batches of streams while the model learns."""

from __future__ import annotations

import collections
import contextlib
import multiprocessing
import random
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import Any, Deque, Dict, Iterator, List

import torch

from training.product.model.recipe import Recipe

from .corpus import Corpus
from .streams import SETTLED, Batch, StreamMaker

RECENT_BATCHES = 16


@contextlib.contextmanager
def stream_workers(corpus: Corpus, recipe: Recipe, size: int, count: int, seed: List[int]) -> "Iterator[Batches]":
    """`count` processes that make batches of `size` streams; with one, the same seed gives the same batches."""
    settled, workers = multiprocessing.Event(), {}
    for index in range(count):
        maker = StreamMaker(corpus, recipe, [*seed, index])
        batches, pipe = multiprocessing.Pipe(duplex=False)
        workers[batches] = multiprocessing.Process(target=_produce, args=(pipe, maker, size, settled), daemon=True)
        workers[batches].start()
        # Now only the worker can write: where it dies the pipe ends, even amid a batch. A queue's would stay open.
        pipe.close()
    try:
        yield Batches(workers, settled)
    finally:
        for worker in workers.values():
            worker.terminate()


class Batches:
    """What the workers have made; an error once one of them has died."""

    def __init__(self, workers: Dict[Connection, multiprocessing.Process], settled: Any):
        self.workers, self.settled = workers, settled
        self.recent: Deque[Batch] = collections.deque(maxlen=RECENT_BATCHES)

    def next(self, device: torch.device) -> Batch:
        """A GPU that is faster than the workers sees recent batches again (data echoing, Choi et al., arXiv 1907.05550), masked
        anew, instead of waiting.
        """
        if self.recent and not wait(self.workers, 0):
            return random.choice(self.recent)
        return self.fresh(device)

    def fresh(self, device: torch.device) -> Batch:
        """A batch that was not given before."""
        ready = random.choice(wait(self.workers))
        try:
            parts = ready.recv()
        except (EOFError, OSError) as error:
            worker = self.workers[ready]
            worker.join()
            message = f"a process that makes streams has died (exit code {worker.exitcode}); its error, if it had one, is above"
            raise RuntimeError(message) from error
        batch = Batch(*(torch.from_numpy(part).to(device) for part in parts))
        if device.type == "cuda":
            self.recent.append(batch)
        return batch

    def settle(self) -> None:
        """From about the next batch on, streams are less disturbed: the last of a training are to be like the use."""
        self.settled.set()


def _produce(pipe: Connection, maker: StreamMaker, size: int, settled: Any) -> None:
    torch.set_num_threads(1)
    sent = None
    with ThreadPoolExecutor(1) as sender:
        while True:
            if settled.is_set():
                maker.strength = SETTLED
            # Arrays: tensors would be passed as file descriptors, of which there may be too few.
            parts = [part.numpy() for part in maker.batch(size) if part is not None]
            if sent:
                sent.result()
            sent = sender.submit(pipe.send, parts)  # while the next is made
