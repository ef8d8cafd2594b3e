// src/cli/serve/session.ts, live-session.ts

import { describe, expect, it, vi } from "vitest";
import { IdleTimer, Valve } from "../../../src/cli/serve/live-session.ts";
import type { Heard, Request, SessionFormat } from "../../../src/cli/serve/messages.ts";
import { FileSession, Session, SessionClosed, type SessionHost } from "../../../src/cli/serve/session.ts";

const FORMAT: SessionFormat = { encoding: "s16le", channels: 1, sampleRate: 8000, partials: true };

/** A session's host that is this test. */
function testHost() {
  const sent: Request[] = [];
  const left: number[] = [];
  const answered: number[] = [];
  const host: SessionHost = {
    send: (request) => void sent.push(request),
    left: ({ id }) => void left.push(id),
    answered: (seconds) => void answered.push(seconds),
  };
  return { host, sent, left, answered };
}

function sessionOf() {
  const { host, ...seen } = testHost();
  return { session: new Session(7, host, FORMAT), ...seen };
}

const heard = (text: string): Heard => ({ finals: [{ text, result: [] }], partial: null });

describe("a session", () => {
  it("answers pieces in order, and counts what is not answered", async () => {
    const { session, sent, left, answered } = sessionOf();
    const bytes = new Uint8Array(16000);
    const pieces = [session.accept(bytes), session.accept(bytes.subarray(8000)), session.finish()];
    bytes.fill(1);
    expect(sent.map(({ kind }) => kind)).toEqual(["open", "audio", "audio", "finish"]);
    // The thread's own bytes: those of a socket are used again.
    expect((sent[1] as { bytes: Uint8Array }).bytes[0]).toBe(0);
    expect((sent[2] as { bytes: Uint8Array }).bytes.buffer.byteLength).toBe(8000);
    expect([session.pendingSeconds, session.audioSeconds]).toEqual([1.5, 1.5]);
    session.heard(heard("a"));
    expect(session.pendingSeconds).toBe(0.5);
    session.heard(heard("b"));
    expect(left).toEqual([]);
    session.heard(heard("c"));
    expect(left).toEqual([7]);
    expect((await Promise.all(pieces)).map(({ finals }) => finals[0]!.text)).toEqual(["a", "b", "c"]);
    expect(answered).toHaveLength(3);
    await expect(session.accept(bytes)).rejects.toThrow("has ended");
    session.close();
    expect(sent).toHaveLength(4);
  });

  it("fails as a whole: what waits, and what comes", async () => {
    const { session, left } = sessionOf();
    const waiting = session.accept(new Uint8Array(2));
    session.failed({ code: "bad-argument", message: "no such word" });
    await expect(waiting).rejects.toMatchObject({ code: "bad-argument", message: "no such word" });
    await expect(session.accept(new Uint8Array(2))).rejects.toMatchObject({ code: "bad-argument" });
    await expect(session.finish()).rejects.toMatchObject({ code: "bad-argument" });
    expect([left, session.pendingSeconds]).toEqual([[7], 0]);
  });

  it("may be given up", async () => {
    const { session, sent, left } = sessionOf();
    const waiting = session.accept(new Uint8Array(2));
    session.close();
    session.close();
    await expect(waiting).rejects.toBeInstanceOf(SessionClosed);
    expect(sent.at(-1)).toEqual({ kind: "close", session: 7 });
    expect(left).toEqual([7]);
    // What the thread says meanwhile is nobody's.
    session.heard(heard("late"));
  });
});

describe("a session whose audio is a file", () => {
  const file = { path: "/a", limitSeconds: 9, partials: false };

  it("opens with what is known: the file tells how it is written", async () => {
    const { host, sent, left, answered } = testHost();
    const session = new FileSession(3, host, file);
    expect(sent).toEqual([]);
    const told: number[] = [];
    const end = session.hear(({ seconds }) => void told.push(seconds));
    expect(sent).toEqual([{ kind: "file", session: 3, file }]);
    session.told({ finals: [], seconds: 1.5 });
    expect([told, session.audioSeconds, left]).toEqual([[1.5], 1.5, []]);
    session.heard(heard("end"));
    expect((await end).finals[0]!.text).toBe("end");
    // How long it took is no latency.
    expect([left, answered]).toEqual([[3], []]);
    await expect(session.hear(() => {})).rejects.toThrow("has ended");
  });

  it("may be given up: nothing more is told", async () => {
    const { host, left } = testHost();
    const session = new FileSession(3, host, file);
    const told: number[] = [];
    const end = session.hear(({ seconds }) => void told.push(seconds));
    session.close();
    await expect(end).rejects.toBeInstanceOf(SessionClosed);
    session.told({ finals: [], seconds: 2 });
    expect([told, session.audioSeconds, left]).toEqual([[], 0, [3]]);
  });
});

describe("an idle timer", () => {
  it("lets nobody go who waits for an answer", () => {
    vi.useFakeTimers();
    let waits = true;
    let calls = 0;
    const timer = new IdleTimer(
      10,
      () => waits,
      () => {
        calls++;
      },
    );
    vi.advanceTimersByTime(25_000);
    expect(calls).toBe(0);
    waits = false;
    timer.refresh();
    vi.advanceTimersByTime(9_000);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(2_000);
    expect(calls).toBe(1);
    timer.stop();
    vi.useRealTimers();
  });
});

describe("a valve", () => {
  it("holds a source while there is any reason to", () => {
    const calls: string[] = [];
    const valve = new Valve({ pause: () => void calls.push("pause"), resume: () => void calls.push("resume") });
    valve.set("behind", false);
    valve.set("behind", true);
    valve.set("unread", true);
    valve.set("behind", true);
    valve.set("behind", false);
    expect(calls).toEqual(["pause"]);
    valve.set("unread", false);
    expect(calls).toEqual(["pause", "resume"]);
  });
});
