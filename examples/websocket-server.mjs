// A streaming server: each connection is a stream. Send binary messages of 16-bit samples at 16 kHz, then the text "end"; what
// comes back is JSON, { partial, committed } while an utterance goes on and { text, result } when it is complete.
//   PORT=2700 node examples/websocket-server.mjs

import { createRecognizer } from "foldvox";
import { WebSocketServer } from "ws";

const MAX_STREAMS = 32;
const recognizer = await createRecognizer({ maxStreams: MAX_STREAMS });
const server = new WebSocketServer({ port: Number(process.env.PORT ?? 2700), maxPayload: 1 << 20 });

/** Tells the client what is new, after each message of its audio. */
function tell(socket, stream, shown) {
  for (const final of stream.results()) socket.send(JSON.stringify(final));
  const { partial, committed } = stream.partial();
  if (partial !== shown) socket.send(JSON.stringify({ partial, committed }));
  return partial;
}

server.on("connection", (socket) => {
  let stream;
  try {
    stream = recognizer.createStream();
  } catch (error) {
    // All streams are taken: "try again later".
    socket.close(1013, error.message.slice(0, 120));
    return;
  }
  let shown = "";
  socket.on("message", (data, isBinary) => {
    try {
      if (isBinary) {
        const samples = new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1)));
        stream.acceptWaveform(16000, samples);
        shown = tell(socket, stream, shown);
      } else if (data.toString() === "end") {
        stream.inputFinished();
        tell(socket, stream, shown);
        socket.close(1000);
      }
    } catch (error) {
      socket.close(1008, error.message.slice(0, 120));
    }
  });
  socket.on("close", () => stream.free());
  socket.on("error", () => socket.terminate());
});

server.on("listening", () => console.log(`ws://localhost:${server.address().port}, ${MAX_STREAMS} streams`));
