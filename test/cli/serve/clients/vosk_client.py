"""The client for servers within the vosk package (vosk-transcriber --server), which wants ffmpeg. Arguments: address, file."""

import asyncio
import json
import sys
from argparse import Namespace

from vosk.transcriber.transcriber import Transcriber


async def main(address: str, path: str) -> None:
    # Its constructor loads a model of Vosk's, also where a server does the work.
    transcriber = Transcriber.__new__(Transcriber)
    transcriber.args = Namespace(server=address, output_type="txt")
    process = await transcriber.resample_ffmpeg_async(path)
    result, byte_count = await transcriber.recognize_stream_server(process)
    print(json.dumps({"text": transcriber.format_result(result), "bytes": byte_count, "last": result[-1]}))


asyncio.run(main(*sys.argv[1:]))
