// Transcripts that the browser keeps: the last ones, on this device, until they are deleted.

import type { FinalResult } from "../../../src/index.ts";

export interface Recent {
  /** When it began, in milliseconds since 1970; also its name. */
  readonly time: number;
  /** A file's name; empty of what was spoken. */
  readonly source: string;
  readonly finals: readonly FinalResult[];
}

const KEY = "foldvox-transcripts";
const MOST = 20;
/** Browsers keep some 5 MB of a site. */
const MOST_CHARACTERS = 1_000_000;

export class Recents {
  private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  private kept: readonly Recent[];

  /** Without a storage, as where cookies are refused, transcripts last as long as the page. */
  constructor(storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null) {
    this.storage = storage;
    this.kept = this.read();
  }

  /** The newest first. */
  get list(): readonly Recent[] {
    return this.kept;
  }

  /** Keeps a transcript in place of the one with its time; the oldest go where there are too many. */
  put(recent: Recent): void {
    const others = this.kept.filter(({ time }) => time !== recent.time);
    const kept = [recent, ...others].slice(0, MOST);
    while (kept.length > 1 && JSON.stringify(kept).length > MOST_CHARACTERS) kept.pop();
    this.write(kept);
  }

  remove(time: number): void {
    this.write(this.kept.filter((recent) => recent.time !== time));
  }

  clear(): void {
    this.kept = [];
    try {
      this.storage?.removeItem(KEY);
    } catch {
      // What cannot be written was not kept either.
    }
  }

  private write(kept: readonly Recent[]): void {
    this.kept = kept;
    try {
      this.storage?.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Full or refused: they last as long as the page.
    }
  }

  private read(): readonly Recent[] {
    try {
      const read: unknown = JSON.parse(this.storage?.getItem(KEY) ?? "[]");
      return Array.isArray(read) ? read.filter(isRecent) : [];
    } catch {
      return [];
    }
  }
}

function isRecent(value: unknown): value is Recent {
  const { time, source, finals } = Object(value) as Partial<Recent>;
  const isFinal = (final: unknown) => {
    const { text, result } = Object(final) as Partial<FinalResult>;
    return typeof text === "string" && Array.isArray(result);
  };
  return typeof time === "number" && typeof source === "string" && Array.isArray(finals) && finals.every(isFinal);
}
