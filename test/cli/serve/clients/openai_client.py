"""OpenAI's Python library with another base URL. Arguments: address, token, file, grammar."""

import json
import sys

from openai import AuthenticationError, OpenAI

address, token, path, grammar = sys.argv[1:]
client = OpenAI(base_url=f"{address}/v1", api_key=token)


def transcribe(**options):
    with open(path, "rb") as audio:
        return client.audio.transcriptions.create(model="whisper-1", file=audio, **options)


verbose = transcribe(response_format="verbose_json", timestamp_granularities=["word", "segment"])
streamed = list(transcribe(response_format="json", stream=True))
try:
    with open(path, "rb") as audio:
        OpenAI(base_url=f"{address}/v1", api_key="wrong").audio.transcriptions.create(model="whisper-1", file=audio)
    refused = None
except AuthenticationError as error:
    refused = error.code
print(
    json.dumps(
        {
            "models": [model.id for model in client.models.list()],
            "json": transcribe().text,
            "text": transcribe(response_format="text"),
            "srt": transcribe(response_format="srt"),
            "vtt": transcribe(response_format="vtt"),
            "duration": verbose.duration,
            "words": [(word.word, word.start, word.end) for word in verbose.words],
            "segments": [segment.text for segment in verbose.segments],
            "streamed": "".join(event.delta for event in streamed if event.type == "transcript.text.delta"),
            "done": streamed[-1].text,
            "order": transcribe(extra_body={"grammar": grammar}).text,
            "refused": refused,
        }
    )
)
