// The framing of the Wyoming protocol: a line of JSON, then as many bytes of further JSON and of payload as the line announces.

import { FoldvoxError } from "../../errors.ts";

/** A message of the protocol. */
export interface WyomingEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly payload: Uint8Array;
}

/** The longest line, and the most of further JSON and of payload that an event may have. */
const LONGEST_LINE = 64 * 2 ** 10;
const LARGEST_PART = 2 ** 20;

const NEWLINE = 10;
const NOTHING = new Uint8Array(0);

const bad = (message: string) => new FoldvoxError("bad-argument", message);

function objectOf(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(`${what} is no JSON.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(`${what} is no object.`);
  return value as Record<string, unknown>;
}

function partBytes(value: unknown, name: string): number {
  if (value === undefined || value === null) return 0;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LARGEST_PART) return value as number;
  throw bad(`An event's ${name} is not a whole number of at most ${LARGEST_PART}.`);
}

interface Head {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly dataBytes: number;
  readonly payloadBytes: number;
}

function readHead(line: string): Head {
  const { type, data, data_length, payload_length } = objectOf(line, "An event's line");
  if (typeof type !== "string") throw bad("An event has no type.");
  const inline = typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
  const dataBytes = partBytes(data_length, "data_length");
  return { type, data: inline, dataBytes, payloadBytes: partBytes(payload_length, "payload_length") };
}

/** Cuts bytes that arrive in pieces of any length into events. */
export class WyomingReader {
  private pieces: Uint8Array[] = [];
  private have = 0;
  private head: Head | null = null;

  /** The events that these bytes complete. Errors: bad-argument; nothing can be read behind it. */
  push(bytes: Uint8Array): WyomingEvent[] {
    if (bytes.length > 0) this.pieces.push(bytes);
    this.have += bytes.length;
    const events: WyomingEvent[] = [];
    for (let event = this.next(); event !== null; event = this.next()) events.push(event);
    return events;
  }

  /** An event if there is a whole one. */
  private next(): WyomingEvent | null {
    if (!this.head) {
      const all = this.joined();
      const end = all.subarray(0, LONGEST_LINE).indexOf(NEWLINE);
      if (end < 0) {
        if (all.length >= LONGEST_LINE) throw bad(`An event's line has more than ${LONGEST_LINE} bytes.`);
        return null;
      }
      this.head = readHead(Buffer.from(all.subarray(0, end)).toString());
      this.keep(all.subarray(end + 1));
    }
    const { type, data, dataBytes, payloadBytes } = this.head;
    if (this.have < dataBytes + payloadBytes) return null;
    const all = this.joined();
    const further =
      dataBytes === 0 ? {} : objectOf(Buffer.from(all.subarray(0, dataBytes)).toString(), "An event's data");
    const payload = payloadBytes === 0 ? NOTHING : all.subarray(dataBytes, dataBytes + payloadBytes);
    this.head = null;
    this.keep(all.subarray(dataBytes + payloadBytes));
    return { type, data: { ...data, ...further }, payload };
  }

  private joined(): Uint8Array {
    if (this.pieces.length !== 1) this.pieces = [Buffer.concat(this.pieces)];
    return this.pieces[0]!;
  }

  private keep(rest: Uint8Array): void {
    this.pieces = rest.length > 0 ? [rest] : [];
    this.have = rest.length;
  }
}

/** An event's bytes. */
export function wyomingBytes(type: string, data: object = {}): Uint8Array {
  return Buffer.from(`${JSON.stringify({ type, data })}\n`);
}
