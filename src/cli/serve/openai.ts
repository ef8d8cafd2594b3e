// POST /v1/audio/transcriptions as OpenAI's API has it: a form with a file, answered whole or as server-sent events.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { DecodingOptions } from "../../decode/decoding-options.ts";
import type { FinalResult } from "../../decode/text/results.ts";
import { FoldvoxError, shown } from "../../errors.ts";
import { grammarOf } from "../decoding-flags.ts";
import { sendProblem } from "./http-replies.ts";
import { problemText } from "./live-session.ts";
import type { Conversation, ServerState } from "./server-state.ts";
import type { FileSession } from "./session.ts";
import { RESPONSE_FORMATS, type ResponseFormat, responseOf, textOfFinals } from "./transcription-formats.ts";
import { TooLarge, Upload } from "./upload.ts";

/** What the form asks for. */
interface Wishes {
  readonly format: ResponseFormat;
  readonly wantsWords: boolean;
  readonly streams: boolean;
  readonly decoding: DecodingOptions | undefined;
}

/** Reads the form's fields. Those that mean nothing here (model, language, prompt, temperature) are passed over. Errors: bad-argument. */
function wishesOf(upload: Upload, own: DecodingOptions | undefined): Wishes {
  const format = (upload.field("response_format") ?? "json") as ResponseFormat;
  if (!RESPONSE_FORMATS.includes(format)) {
    throw new FoldvoxError(
      "bad-argument",
      `response_format is ${shown(format)}; there are ${RESPONSE_FORMATS.join(", ")}.`,
    );
  }
  const grammar = upload.field("grammar");
  return {
    format,
    wantsWords: upload.list("timestamp_granularities").includes("word"),
    streams: upload.field("stream") === "true",
    decoding: grammar === undefined ? own : { ...own, grammar: grammarOf(grammar) },
  };
}

/** A request. */
export class TranscriptionRequest implements Conversation {
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly server: ServerState;
  private readonly language: string;
  private session: FileSession | null = null;
  private isGone = false;

  constructor(request: IncomingMessage, response: ServerResponse, server: ServerState, language: string) {
    this.request = request;
    this.response = response;
    this.server = server;
    this.language = language;
  }

  /** A request that has been taken is answered: the end of the server waits for it. */
  windDown(): void {}

  cutShort(): void {
    this.isGone = true;
    this.session?.close();
    this.response.destroy();
  }

  /** Answers the request. Never rejects. */
  async run(): Promise<void> {
    this.server.enter(this);
    this.response.on("close", () => {
      this.isGone = true;
      this.session?.close();
    });
    let upload: Upload | null = null;
    try {
      // Said before the file has been sent: a client would send it in vain.
      this.server.pool.checkRoom();
      upload = await Upload.receive(this.request, this.server.limits.uploadBytes);
      // From here on the client waits for us, however long that takes.
      this.request.socket.setTimeout(0);
      await this.transcribe(upload, wishesOf(upload, this.server.decoding));
    } catch (error) {
      this.fail(error);
    } finally {
      this.session?.close();
      this.server.leave(this);
      await upload?.remove();
    }
  }

  private async transcribe(upload: Upload, wishes: Wishes): Promise<void> {
    const finals: FinalResult[] = [];
    if (wishes.streams) {
      this.response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    }
    const take = (heard: readonly FinalResult[]) => {
      for (const final of heard) {
        const delta = finals.length === 0 ? final.text : ` ${final.text}`;
        finals.push(final);
        if (wishes.streams) this.event({ type: "transcript.text.delta", delta });
      }
    };
    const seconds = await this.hear(upload.path, wishes.decoding, take);
    if (wishes.streams) {
      this.event({ type: "transcript.text.done", text: textOfFinals(finals) });
      this.response.end();
    } else {
      const { format, wantsWords } = wishes;
      const { type, body } = responseOf(format, { finals, seconds, language: this.language, wantsWords });
      this.response.writeHead(200, { "content-type": type }).end(body);
    }
    this.server.ended("openai", "finished", seconds);
  }

  /** Takes the file through a session; returns its seconds. Errors: those of the file, the recognizer, the limits. */
  private async hear(
    path: string,
    decoding: DecodingOptions | undefined,
    take: (finals: readonly FinalResult[]) => void,
  ): Promise<number> {
    const { limits, pool } = this.server;
    const session = pool.openFile({ path, limitSeconds: limits.seconds, decoding, partials: false });
    this.session = session;
    try {
      const { finals } = await session.hear((told) => take(told.finals));
      take(finals);
    } catch (error) {
      throw this.isGone ? new ClientGone() : error;
    }
    return session.audioSeconds;
  }

  private event(data: object): void {
    this.response.write(`data: ${JSON.stringify(data)}\n\n`);
  }

  private fail(error: unknown): void {
    const seconds = this.session?.audioSeconds ?? 0;
    if (this.isGone || error instanceof ClientGone) {
      this.server.ended("openai", "left", seconds);
      return;
    }
    const code = error instanceof FoldvoxError ? error.code : "internal";
    this.server.ended("openai", code, seconds, (error as Error).message);
    if (this.response.headersSent) {
      this.event({ error: { message: problemText(error), code } });
      this.response.end();
      return;
    }
    const status =
      code === "internal" || code === "io"
        ? 500
        : code === "stream-limit"
          ? 503
          : error instanceof TooLarge
            ? 413
            : 400;
    // What is left of the upload is not waited for.
    if (!this.request.complete) this.response.setHeader("connection", "close");
    sendProblem(this.response, status, problemText(error), code);
  }
}

/** The client has gone: nobody is left to answer. */
class ClientGone extends Error {}
