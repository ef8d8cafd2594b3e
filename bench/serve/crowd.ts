// Clients of Vosk's protocol that play a recording in real time, as a conversation each, again and again.

import WebSocket from "ws";

const PIECE_SECONDS = 0.1;
export const RATE = 16000;
const PIECE_BYTES = PIECE_SECONDS * RATE * 2;

export interface Word {
  readonly word: string;
  readonly end: number;
}

interface Answer {
  readonly partial?: string;
  readonly text?: string;
  readonly result?: readonly Word[];
}

/** What clients have seen. */
export interface Seen {
  /** From the end of a word, as the lone client hears it, to its first telling, in ms. */
  readonly words: number[];
  /** From sending a piece to its answer, in ms. */
  readonly answers: number[];
  conversations: number;
  /** Conversations whose words differ from those of the lone client. */
  wrong: number;
}

const nothing = (): Seen => ({ words: [], answers: [], conversations: 0, wrong: 0 });

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const wordCount = (text: string) => (text === "" ? 0 : text.split(" ").length);

/** Plays the recording once, in real time; returns what was heard. `expected` are its words with their times, if known. */
export function converse(
  url: string,
  audio: Uint8Array,
  expected: readonly Word[] | null,
  seen: Seen | null,
): Promise<Word[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const heard: Word[] = [];
    const sentAt: number[] = [];
    let startedAt = 0;
    let answered = 0;
    let told = 0;
    socket.on("open", async () => {
      startedAt = performance.now();
      for (let at = 0, piece = 1; at < audio.length; at += PIECE_BYTES, piece++) {
        // A piece cannot be had before its last sample has been spoken.
        await delay(Math.max(0, startedAt + 1000 * PIECE_SECONDS * piece - performance.now()));
        sentAt.push(performance.now());
        socket.send(audio.subarray(at, at + PIECE_BYTES));
      }
      socket.send('{"eof":1}');
    });
    socket.on("message", (data) => {
      const now = performance.now();
      const { partial, result = [] } = JSON.parse(String(data)) as Answer;
      const sent = sentAt[answered++];
      if (sent !== undefined) seen?.answers.push(now - sent);
      heard.push(...result);
      for (const known = heard.length + wordCount(partial ?? ""); told < known; told++) {
        const word = expected?.[told];
        if (word) seen?.words.push(now - startedAt - 1000 * word.end);
      }
    });
    socket.on("close", () => resolve(heard));
    socket.on("error", reject);
  });
}

/** So many clients for so long, begun evenly over one recording. */
export async function crowd(
  url: string,
  audio: Uint8Array,
  expected: readonly Word[],
  count: number,
  seconds: number,
): Promise<Seen> {
  const seen = nothing();
  const spread = (1000 * audio.length) / (2 * RATE);
  const until = performance.now() + spread + 1000 * seconds;
  const right = expected.map(({ word }) => word).join(" ");
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      await delay((i / count) * spread);
      while (performance.now() < until) {
        const heard = await converse(url, audio, expected, seen);
        seen.conversations++;
        if (heard.map(({ word }) => word).join(" ") !== right) seen.wrong++;
      }
    }),
  );
  return seen;
}
