"""PocketSphinx with its own English models, streaming, at its defaults."""

import numpy as np
from pocketsphinx import Decoder
from protocol import CHUNK, answer

decoder = Decoder(samprate=16000, loglevel="FATAL")


def text() -> str:
    heard = decoder.hyp()
    return heard.hypstr if heard else ""


def hear(samples):
    pcm = np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)
    decoder.start_utt()
    for start in range(0, len(pcm), CHUNK):
        decoder.process_raw(pcm[start : start + CHUNK].tobytes(), False, False)
        yield text()
    decoder.end_utt()
    yield text()


answer(hear, streams=True)
