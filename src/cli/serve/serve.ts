// foldvox serve: the command around the server.

import { availableParallelism } from "node:os";
import { parse } from "node:path";
import type { Command } from "commander";
import { addDecodingFlags, type DecodingFlags, streamOptions } from "../decoding-flags.ts";
import { modelPath } from "../files.ts";
import { atLeastZero, wholeNumber } from "../flag-values.ts";
import { Log } from "../log.ts";
import { SpeechServer } from "./server.ts";

interface ServeFlags extends DecodingFlags {
  model?: string;
  host: string;
  port: number;
  /** False for no Wyoming. */
  wyoming: boolean;
  wyomingPort: number;
  threads?: number;
  streams: number;
  maxConnections: number;
  maxSeconds: number;
  maxUpload: number;
  idle: number;
  grace: number;
}

const portNumber = atLeastZero(65535);

/** Adds the options and the action to the command. */
export function addServe(command: Command): Command {
  return addDecodingFlags(
    command
      .description(
        "Serve recognition over the network: Vosk's WebSocket protocol and OpenAI's audio/transcriptions on one port, Wyoming on another. Beside them GET /health and /metrics. Logs go to stderr, a JSON object a line.",
      )
      .option("--host <address>", "where to listen; 0.0.0.0 for all of the network", "127.0.0.1")
      .option("--port <n>", "of HTTP and WebSockets", portNumber, 2700)
      .option("--wyoming-port <n>", "of Wyoming", portNumber, 10300)
      .option("--no-wyoming", "do without Wyoming")
      .option("-t, --threads <n>", "recognition threads (default: as many as the machine has)", wholeNumber(256))
      .option("--streams <n>", "streams at the same time; their memory is taken at the start", wholeNumber(65536), 256)
      .option("--max-connections <n>", "sockets at the same time", wholeNumber(1_000_000), 1024)
      .option("--max-seconds <s>", "of audio in one conversation", wholeNumber(1_000_000), 14400)
      .option("--max-upload <megabytes>", "of an uploaded file", wholeNumber(100_000), 100)
      .option("--idle <s>", "without a sign of life until a client is let go", wholeNumber(86400), 120)
      .option("--grace <s>", "for finishing what is being said when the server is told to end", atLeastZero(3600), 25),
  )
    .addHelpText(
      "after",
      `
With FOLDVOX_TOKEN set in the environment, clients must show it: Authorization: Bearer TOKEN, or ?token=TOKEN.
SIGTERM or SIGINT ends the server in order, a second one at once.`,
    )
    .action(serve);
}

async function serve(flags: ServeFlags): Promise<void> {
  const log = new Log();
  const server = await SpeechServer.start(
    {
      model: flags.model,
      modelName: parse(modelPath(flags.model ?? "commands")).name,
      streamOptions: await streamOptions(flags),
      host: flags.host,
      port: flags.port,
      wyomingPort: flags.wyoming ? flags.wyomingPort : null,
      threads: flags.threads ?? availableParallelism(),
      streams: flags.streams,
      limits: {
        connections: flags.maxConnections,
        seconds: flags.maxSeconds,
        uploadBytes: flags.maxUpload * 1e6,
        idleSeconds: flags.idle,
      },
      token: process.env.FOLDVOX_TOKEN || null,
    },
    log,
  );
  await new Promise<void>((resolve) => {
    let isEnding = false;
    const end = (signal: string) => {
      if (isEnding) process.exit(1);
      isEnding = true;
      log.info("signal", { signal });
      server.end(flags.grace).then(resolve, (error: Error) => {
        log.error("ending", { problem: error.message });
        process.exit(1);
      });
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
  });
}
