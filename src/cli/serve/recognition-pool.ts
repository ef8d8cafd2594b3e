// The recognition threads, and which session lives in which. A thread that dies takes its sessions along, and another is started.

import { Worker } from "node:worker_threads";
import { FoldvoxError } from "../../errors.ts";
import type {
  ModelFacts,
  RecognitionSetup,
  Reply,
  Request,
  SessionFile,
  SessionFormat,
  ThreadReport,
} from "./messages.ts";
import { type AnySession, FileSession, Session, type SessionHost } from "./session.ts";

/** A thread that dies at once is not started again before this. */
const RESTART_MS = 1000;

/** What a pool tells of its threads. */
export interface PoolEvents {
  /** Seconds from a piece of audio's arrival to its answer. */
  answered(seconds: number): void;
  threadDied(thread: number, reason: string): void;
  threadStarted(thread: number, model: ModelFacts): void;
  /** Damage in a file that was passed over. */
  warned(problem: string): void;
}

/** One thread, whichever worker runs it at the moment. */
class Thread implements SessionHost {
  readonly number: number;
  model: ModelFacts | null = null;
  readonly sessions = new Map<number, AnySession>();
  private readonly setup: RecognitionSetup;
  private readonly events: PoolEvents;
  private worker: Worker | null = null;
  private outbox: Request[] = [];
  private reports: ((report: ThreadReport | null) => void)[] = [];
  private isEnding = false;
  private nextSession = 0;

  constructor(number: number, setup: RecognitionSetup, events: PoolEvents) {
    this.number = number;
    this.setup = setup;
    this.events = events;
  }

  /** Resolves when the model is loaded. Errors: those of createRecognizer. */
  start(): Promise<void> {
    // The command is its own worker (main.ts).
    const worker = new Worker(new URL(import.meta.url), { workerData: this.setup });
    this.worker = worker;
    return new Promise((resolve, reject) => {
      const died = (reason: string) => {
        reject(new Error(`A recognition thread died: ${reason}`));
        if (this.worker !== worker) return;
        this.worker = null;
        this.model = null;
        this.lost(reason);
      };
      worker.on("message", (replies: Reply[]) => {
        for (const reply of replies) {
          if (reply.kind === "ready") {
            this.model = reply.model;
            this.events.threadStarted(this.number, reply.model);
            resolve();
          } else if (reply.kind === "broken") {
            const { code, message } = reply;
            reject(code === "internal" ? new Error(message) : new FoldvoxError(code, message));
          } else {
            this.take(reply);
          }
        }
      });
      worker.on("error", (error) => died(error.message));
      worker.on("exit", (code) => died(`it ended with code ${code}`));
    });
  }

  open(format: SessionFormat): Session {
    return this.place(new Session(this.nextSession++, this, format));
  }

  openFile(file: SessionFile): FileSession {
    return this.place(new FileSession(this.nextSession++, this, file));
  }

  private place<Placed extends AnySession>(session: Placed): Placed {
    this.sessions.set(session.id, session);
    return session;
  }

  send(request: Request): void {
    if (this.outbox.push(request) > 1) return;
    setImmediate(() => {
      const requests = this.outbox;
      this.outbox = [];
      const buffers = requests.flatMap((one) => (one.kind === "audio" ? [one.bytes.buffer as ArrayBuffer] : []));
      this.worker?.postMessage(requests, buffers);
    });
  }

  left({ id }: AnySession): void {
    this.sessions.delete(id);
  }

  answered(seconds: number): void {
    this.events.answered(seconds);
  }

  /** Null if the thread is not there. */
  report(): Promise<ThreadReport | null> {
    if (!this.model) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.reports.push(resolve);
      this.send({ kind: "report" });
    });
  }

  async end(): Promise<void> {
    this.isEnding = true;
    await this.worker?.terminate();
  }

  private take(reply: Exclude<Reply, { kind: "ready" | "broken" }>): void {
    if (reply.kind === "warning") this.events.warned(reply.problem);
    else if (reply.kind === "told") this.sessions.get(reply.session)?.told(reply);
    else if (reply.kind === "report") this.reports.shift()?.(reply.report);
    else if (reply.kind === "heard") this.sessions.get(reply.session)?.heard(reply.heard);
    else this.sessions.get(reply.session)?.failed(reply);
  }

  private lost(reason: string): void {
    for (const tell of this.reports.splice(0)) tell(null);
    const failure = { code: "internal", message: `The recognition thread died: ${reason}` } as const;
    for (const session of [...this.sessions.values()]) session.failed(failure);
    if (this.isEnding) return;
    this.events.threadDied(this.number, reason);
    setTimeout(() => {
      if (this.isEnding) return;
      // It has told threadDied if it failed again.
      this.start().catch(() => {});
    }, RESTART_MS);
  }
}

/** All recognition threads of a server. */
export class RecognitionPool {
  private readonly threads: readonly Thread[];
  private readonly maxStreams: number;

  private constructor(threads: readonly Thread[], maxStreams: number) {
    this.threads = threads;
    this.maxStreams = maxStreams;
  }

  /** Starts the threads, each with room for `setup.maxStreams`. Errors: those of createRecognizer. */
  static async start(count: number, setup: RecognitionSetup, events: PoolEvents): Promise<RecognitionPool> {
    const threads = Array.from({ length: count }, (_, i) => new Thread(i, setup, events));
    const pool = new RecognitionPool(threads, setup.maxStreams);
    try {
      await Promise.all(threads.map((thread) => thread.start()));
    } catch (error) {
      await pool.end();
      throw error;
    }
    return pool;
  }

  get threadsAlive(): number {
    return this.threads.filter(({ model }) => model !== null).length;
  }

  get threadsWanted(): number {
    return this.threads.length;
  }

  get streams(): number {
    return this.threads.reduce((total, { sessions }) => total + sessions.size, 0);
  }

  get streamsMost(): number {
    return this.threadsAlive * this.maxStreams;
  }

  /** What the model file says of itself; null while no thread is alive. */
  get model(): ModelFacts | null {
    return this.threads.find(({ model }) => model !== null)?.model ?? null;
  }

  /** A session in the thread that has the fewest. Errors: stream-limit. What is wrong with the format its first reply tells. */
  open(format: SessionFormat): Session {
    return this.roomiest().open(format);
  }

  /** The same for audio that is a file. Errors: stream-limit. */
  openFile(file: SessionFile): FileSession {
    return this.roomiest().openFile(file);
  }

  /** Errors: stream-limit if open() would have no place. */
  checkRoom(): void {
    this.roomiest();
  }

  private roomiest(): Thread {
    const alive = this.threads.filter(({ model }) => model !== null);
    const [first, ...others] = alive;
    const least = others.reduce((best, one) => (one.sessions.size < best!.sessions.size ? one : best), first);
    if (!least || least.sessions.size >= this.maxStreams) {
      throw new FoldvoxError(
        "stream-limit",
        `All ${this.streamsMost} streams of this server are taken; try again later.`,
      );
    }
    return least;
  }

  /** What each thread has done and takes; null for one that is not there. */
  reports(): Promise<(ThreadReport | null)[]> {
    return Promise.all(this.threads.map((thread) => thread.report()));
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}
