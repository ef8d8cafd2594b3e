// A streaming server: each connection is a stream. Send binary messages of 16-bit samples at 16 kHz, then the text "end"; what
// comes back is JSON, { partial, committed } while an utterance goes on and { text, result } when it is complete.
//   PORT=2700 node examples/websocket-server.mjs

import { createRecognizer, PcmDecoder } from "foldvox";
import { WebSocketServer } from "ws";

const MAX_STREAMS = 32;
/** Who gives no sign for so long loses the place to others: no sound, or, between sounds, no answer to a ping. */
const IDLE_MS = Number(process.env.IDLE_MS ?? 60_000);
const recognizer = await createRecognizer({ maxStreams: MAX_STREAMS });
const server = new WebSocketServer({ port: Number(process.env.PORT ?? 2700), maxPayload: 1 << 20 });

server.on("connection", (socket) => {
  let stream;
  try {
    stream = recognizer.createStream();
  } catch (error) {
    // All streams are taken: "try again later".
    socket.close(1013, error.message.slice(0, 120));
    return;
  }
  // Messages may end within a sample.
  const pcm = new PcmDecoder("s16le", 1);
  let shown = "";
  let ended = false;
  let spoke = false;
  const idle = setTimeout(() => {
    socket.close(1001, "no sound came for long");
    // Whoever has vanished does not say goodbye.
    setTimeout(() => socket.terminate(), 1000);
  }, IDLE_MS);
  const pings = setInterval(() => socket.ping(), IDLE_MS / 3);
  socket.on("pong", () => spoke && idle.refresh());
  const tellClient = () => {
    for (const final of stream.results()) socket.send(JSON.stringify(final));
    const { partial, committed } = stream.partial();
    if (partial !== shown) socket.send(JSON.stringify({ partial, committed }));
    shown = partial;
    if (ended) socket.close(1000);
  };
  socket.on("message", (data, isBinary) => {
    // Nothing belongs behind the end.
    if (ended) return;
    try {
      if (isBinary) {
        idle.refresh();
        spoke = true;
        stream.acceptWaveform(16000, pcm.decode(data));
      } else if (data.toString() === "end") {
        stream.inputFinished();
        ended = true;
      }
      tellClient();
    } catch (error) {
      socket.close(1008, error.message.slice(0, 120));
    }
  });
  socket.on("close", () => {
    clearTimeout(idle);
    clearInterval(pings);
    stream.free();
  });
  socket.on("error", () => socket.terminate());
});

server.on("listening", () => console.log(`ws://localhost:${server.address().port}, ${MAX_STREAMS} streams`));
