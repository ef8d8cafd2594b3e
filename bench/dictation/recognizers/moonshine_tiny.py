"""Moonshine Tiny by moonshine-voice. It hears an utterance when it has ended."""

from moonshine_voice import ModelArch
from moonshine_voice.transcriber import Transcriber
from moonshine_voice.utils import get_model_path
from protocol import answer

recognizer = Transcriber(str(get_model_path("tiny-en")), ModelArch.TINY)


def hear(samples):
    transcript = recognizer.transcribe_without_streaming(samples.tolist())
    yield " ".join(line.text for line in transcript.lines)


answer(hear)
