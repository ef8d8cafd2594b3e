// A recognition thread of the server: one recognizer, and the sessions that the main thread has placed here.
//
// It works in rounds. A round takes a slice of audio from every session that keeps pace with the clock, and then from one of
// those that send faster than anybody speaks: a file at full speed costs a live stream no more than one slice.

import { parentPort, workerData } from "node:worker_threads";
import { FoldvoxError } from "../../errors.ts";
import type { Recognizer } from "../../recognizer/recognizer.ts";
import { readAudioFile } from "../audio-file.ts";
import { openRecognizer } from "../files.ts";
import type {
  Failure,
  Heard,
  RecognitionSetup,
  Reply,
  Request,
  SessionFile,
  SessionFormat,
  SessionWishes,
} from "./messages.ts";
import { SessionDecoding } from "./session-decoding.ts";
import { ThreadSession } from "./thread-session.ts";

const failureOf = (error: unknown): Failure => ({
  code: error instanceof FoldvoxError ? error.code : "internal",
  message: (error as Error).message,
});

class RecognitionThread {
  private readonly recognizer: Recognizer;
  private readonly post: (replies: Reply[]) => void;
  private readonly sessions = new Map<number, ThreadSession>();
  private readonly decoding: SessionDecoding;
  private replies: Reply[] = [];
  private isScheduled = false;
  private audioSeconds = 0;
  private computeSeconds = 0;

  constructor(recognizer: Recognizer, setup: RecognitionSetup, post: (replies: Reply[]) => void) {
    this.recognizer = recognizer;
    this.post = post;
    this.decoding = new SessionDecoding(recognizer, setup.options.decoding);
  }

  take(requests: readonly Request[]): void {
    for (const request of requests) {
      if (request.kind === "report") this.report();
      else this.attempt(request.session, () => this.handle(request));
    }
    this.flush();
    this.schedule();
  }

  private handle(request: Exclude<Request, { kind: "report" }>): void {
    const { session } = request;
    if (request.kind === "open") this.open(session, request.format);
    else if (request.kind === "close") this.close(session);
    else if (request.kind === "file") void this.readFile(session, request.file);
    // A session that has failed here may still be sent to: the main thread learns of it a moment later.
    else this.sessions.get(session)?.push(request.kind === "audio" ? request.bytes : null);
  }

  private open(id: number, format: SessionFormat): void {
    this.place(id, format, false).begin(format);
  }

  private place(id: number, wishes: SessionWishes, isFile: boolean): ThreadSession {
    const decoding = this.decoding.optionsFor(wishes);
    const stream = this.recognizer.createStream(decoding ? { decoding } : {});
    const session = new ThreadSession(stream, wishes, isFile);
    this.sessions.set(id, session);
    return session;
  }

  private close(id: number): void {
    this.sessions.get(id)?.close();
    this.sessions.delete(id);
  }

  /** Opens a session and hands it all audio of a file, as fast as it is heard. Never rejects. */
  private async readFile(id: number, file: SessionFile): Promise<void> {
    const { path, limitSeconds } = file;
    try {
      const session = this.place(id, file, true);
      const audio = readAudioFile(
        path,
        ({ sampleRate }) => session.begin({ encoding: "f32le", channels: 1, sampleRate }),
        (problem) => this.replies.push({ kind: "warning", problem }),
      );
      for await (const samples of audio) {
        session.push(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
        this.schedule();
        await session.untilUsedUp();
        if (this.sessions.get(id) !== session) return;
        if (session.stream.audioSeconds <= limitSeconds) continue;
        throw new FoldvoxError(
          "bad-argument",
          `The audio is longer than ${limitSeconds} s, the most that this server takes.`,
        );
      }
      session.push(null);
    } catch (error) {
      this.attempt(id, () => {
        throw error;
      });
    }
    this.flush();
    this.schedule();
  }

  /** A session whose request fails is closed, and the main thread told why. */
  private attempt(id: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.close(id);
      this.replies.push({ kind: "failed", session: id, ...failureOf(error) });
    }
  }

  private report(): void {
    const { audioSeconds, computeSeconds } = this;
    const memory = this.recognizer.memoryReport();
    const report = { memory, streams: this.sessions.size, audioSeconds, computeSeconds };
    this.replies.push({ kind: "report", report });
  }

  private schedule(): void {
    if (this.isScheduled) return;
    for (const { isWaiting } of this.sessions.values()) {
      if (!isWaiting) continue;
      this.isScheduled = true;
      setImmediate(() => {
        this.isScheduled = false;
        this.round();
        this.flush();
        this.schedule();
      });
      return;
    }
  }

  private round(): void {
    const startedAt = performance.now();
    for (const [id, session] of this.chosen()) {
      const before = session.stream.audioSeconds;
      this.attempt(id, () => {
        const completed = session.takeSlice();
        for (const heard of session.replies(completed)) {
          if (session.isFile && !session.isFinished) this.tell(id, session, heard);
          else this.replies.push({ kind: "heard", session: id, heard });
        }
      });
      this.audioSeconds += session.stream.audioSeconds - before;
      if (session.isFinished) this.close(id);
    }
    this.computeSeconds += (performance.now() - startedAt) / 1000;
  }

  private tell(session: number, { stream }: ThreadSession, { finals }: Heard): void {
    this.replies.push({ kind: "told", session, finals, seconds: stream.audioSeconds });
  }

  /** All live sessions that have audio, and one of the others. */
  private chosen(): [number, ThreadSession][] {
    const waiting = [...this.sessions].filter(([, { isWaiting }]) => isWaiting);
    const live = waiting.filter(([, { isLive }]) => isLive);
    const ahead = waiting.filter(([, { isLive }]) => !isLive).slice(0, 1);
    // Whoever had a turn waits for the others to have theirs.
    for (const [id, session] of ahead) {
      this.sessions.delete(id);
      this.sessions.set(id, session);
    }
    return [...live, ...ahead];
  }

  private flush(): void {
    if (this.replies.length === 0) return;
    this.post(this.replies);
    this.replies = [];
  }
}

/** Answers the main thread until the port is closed. */
export async function serveRecognition(): Promise<void> {
  const setup = workerData as RecognitionSetup;
  const port = parentPort!;
  const post = (replies: Reply[]) => port.postMessage(replies);
  try {
    const { model, options, maxStreams } = setup;
    const recognizer = await openRecognizer(model, { ...options, maxStreams });
    const thread = new RecognitionThread(recognizer, setup, post);
    port.on("message", (requests: Request[]) => thread.take(requests));
    const { sha256, config } = recognizer.header;
    post([{ kind: "ready", model: { sha256, build: recognizer.build, language: config.language } }]);
  } catch (error) {
    post([{ kind: "broken", ...failureOf(error) }]);
  }
}
