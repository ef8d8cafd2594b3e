"""The wyoming package against a server: what it is, and the text of WAV files. Arguments: port, then files; --names A,B."""

import asyncio
import json
import sys
import wave

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioStart, AudioStop, wav_to_chunks
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong


async def main(port: int, names: list, paths: list) -> None:
    texts = []
    async with AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(Describe().event())
        info = Info.from_event(await client.read_event())
        await client.write_event(Ping(text="there?").event())
        pong = Pong.from_event(await client.read_event())
        for path in paths:
            await client.write_event(Transcribe(language="en", transcript_names=names or None).event())
            with wave.open(path, "rb") as wav:
                await client.write_event(
                    AudioStart(rate=wav.getframerate(), width=wav.getsampwidth(), channels=wav.getnchannels()).event()
                )
                for chunk in wav_to_chunks(wav, samples_per_chunk=1024):
                    await client.write_event(chunk.event())
            await client.write_event(AudioStop().event())
            while True:
                event = await client.read_event()
                if event is None or Transcript.is_type(event.type):
                    texts.append(None if event is None else Transcript.from_event(event).text)
                    break
    program = info.asr[0]
    print(
        json.dumps(
            {
                "program": program.name,
                "version": program.version,
                "models": [(model.name, model.languages) for model in program.models],
                "pong": pong.text,
                "texts": texts,
            }
        )
    )


names = sys.argv[2][len("--names=") :].split(",") if len(sys.argv) > 2 and sys.argv[2].startswith("--names=") else []
asyncio.run(main(int(sys.argv[1]), names, sys.argv[3:] if names else sys.argv[2:]))
