// The microphone helper without a browser: what it opens it closes, whatever happens. That real devices are released is tested in
// test/web.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openMicrophone } from "../../src/microphone/microphone.ts";

class FakeTrack extends EventTarget {
  readonly label = "Desk microphone";
  stopped = false;
  muted = false;
  /** What a system does that takes the microphone away for a while. */
  mute(muted: boolean) {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? "mute" : "unmute"));
  }
  stop() {
    this.stopped = true;
  }
}

class FakeStream {
  readonly tracks: FakeTrack[];
  constructor(tracks: FakeTrack[]) {
    this.tracks = tracks;
  }
  getTracks = () => this.tracks;
  getAudioTracks = () => this.tracks;
}

const contexts: FakeContext[] = [];
class FakeContext extends EventTarget {
  readonly sampleRate = 48000;
  state = "suspended";
  get closed() {
    return this.state === "closed";
  }
  readonly audioWorklet = { addModule: vi.fn(async () => {}) };
  constructor(options: AudioContextOptions) {
    // Firefox refuses a context of another rate than the device's.
    super();
    expect(options.sampleRate).toBeUndefined();
    contexts.push(this);
  }
  become(state: string) {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
  createMediaStreamSource = () => ({ connect: () => {} });
  resumed = 0;
  resume = async () => {
    this.resumed++;
    await resuming();
    this.become("running");
  };
  close = async () => {
    if (this.closed) throw new DOMException("Cannot close a closed AudioContext.", "InvalidStateError");
    this.state = "closed";
  };
}

const nodes: FakeNode[] = [];
class FakeNode {
  readonly port: { onmessage: ((event: { data: Float32Array }) => void) | null } = { onmessage: null };
  readonly options: AudioWorkletNodeOptions;
  constructor(_context: FakeContext, name: string, options: AudioWorkletNodeOptions) {
    expect(name).toBe("foldvox-capture");
    this.options = options;
    nodes.push(this);
  }
  disconnect = () => {};
}

let track: FakeTrack;
let getUserMedia: ReturnType<typeof vi.fn>;
let resuming: () => Promise<void>;

beforeEach(() => {
  contexts.length = 0;
  nodes.length = 0;
  track = new FakeTrack();
  resuming = async () => {};
  getUserMedia = vi.fn(async () => new FakeStream([track]));
  vi.stubGlobal("AudioContext", FakeContext);
  vi.stubGlobal("AudioWorkletNode", FakeNode);
  vi.stubGlobal("MediaStream", FakeStream);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
});

afterEach(() => vi.unstubAllGlobals());

describe("openMicrophone", () => {
  it("hands out samples at the wanted rate until it is closed, and then releases the device", async () => {
    const blocks: Float32Array[] = [];
    const microphone = await openMicrophone({ onSamples: (samples) => blocks.push(samples), sampleRate: 8000 });
    expect(microphone).toMatchObject({ sampleRate: 8000, deviceRate: 48000, label: "Desk microphone" });
    expect(nodes[0]!.options.processorOptions).toMatchObject({ sampleRate: 8000 });
    nodes[0]!.port.onmessage!({ data: new Float32Array(160) });
    expect(blocks).toHaveLength(1);
    await microphone.close();
    await microphone.close();
    expect(nodes[0]!.port.onmessage).toBeNull();
    expect(track.stopped).toBe(true);
    expect(contexts[0]!.closed).toBe(true);
  });

  it("leaves a track alone that it was given", async () => {
    const microphone = await openMicrophone({ onSamples: () => {}, track: track as unknown as MediaStreamTrack });
    await microphone.close();
    expect(getUserMedia).not.toHaveBeenCalled();
    expect(track.stopped).toBe(false);
    expect(contexts[0]!.closed).toBe(true);
  });

  it("takes a context that somebody else has closed for a device that has gone", async () => {
    const onEnded = vi.fn();
    const microphone = await openMicrophone({ onSamples: () => {}, onEnded });
    contexts[0]!.become("closed");
    await microphone.close();
    expect(onEnded).toHaveBeenCalledTimes(1);
    expect([microphone.state, track.stopped]).toEqual(["closed", true]);
  });

  it("asks for what it is told", async () => {
    await openMicrophone({ onSamples: () => {}, constraints: { deviceId: "desk", autoGainControl: true } });
    const { audio } = getUserMedia.mock.calls[0]![0] as { audio: MediaTrackConstraints };
    expect(audio).toMatchObject({ deviceId: "desk", autoGainControl: true, noiseSuppression: false });
  });

  it("tells once when the device goes, and closes", async () => {
    const onEnded = vi.fn();
    await openMicrophone({ onSamples: () => {}, onEnded });
    track.dispatchEvent(new Event("ended"));
    track.dispatchEvent(new Event("ended"));
    expect(onEnded).toHaveBeenCalledTimes(1);
    expect(contexts[0]!.closed).toBe(true);
  });

  it.each([
    ["NotAllowedError", "not-allowed"],
    ["SecurityError", "not-allowed"],
    ["NotFoundError", "audio-capture"],
    ["NotReadableError", "audio-capture"],
    ["TypeError", "audio-capture"],
  ])("%s is %s, and nothing stays open", async (name, code) => {
    getUserMedia.mockRejectedValue(new DOMException("no", name));
    await expect(openMicrophone({ onSamples: () => {} })).rejects.toMatchObject({ name: "FoldvoxError", code });
    expect(contexts[0]!.closed).toBe(true);
  });

  it("without a secure page is not-allowed", async () => {
    vi.stubGlobal("navigator", {});
    await expect(openMicrophone({ onSamples: () => {} })).rejects.toMatchObject({ code: "not-allowed" });
    expect(contexts[0]!.closed).toBe(true);
  });

  it("releases the device when the browser's audio does not start", async () => {
    vi.useFakeTimers();
    resuming = () => new Promise(() => {});
    const opening = openMicrophone({ onSamples: () => {} });
    const failed = expect(opening).rejects.toMatchObject({ code: "audio-capture" });
    await vi.advanceTimersByTimeAsync(6000);
    vi.useRealTimers();
    await failed;
    expect(track.stopped).toBe(true);
    expect(contexts[0]!.closed).toBe(true);
  });

  it("loads its worklet from where it is told", async () => {
    await openMicrophone({ onSamples: () => {}, worklet: "/assets/capture.js" });
    expect(contexts[0]!.audioWorklet.addModule).toHaveBeenCalledWith("/assets/capture.js");
  });

  it("takes no senseless rate, and opens nothing then", async () => {
    await expect(openMicrophone({ onSamples: () => {}, sampleRate: 12 })).rejects.toMatchObject({
      code: "bad-argument",
    });
    expect(contexts).toHaveLength(0);
  });
});

describe("a microphone that is not heard", () => {
  /** The state as it is told, one after the other. */
  async function watched() {
    const told: string[] = [];
    const microphone = await openMicrophone({ onSamples: () => {}, onStateChange: (state) => told.push(state) });
    return { told, microphone, context: contexts[0]! };
  }

  it("is interrupted, as by a call on a phone, and goes on when the browser allows it", async () => {
    const { told, microphone, context } = await watched();
    expect(microphone.state).toBe("listening");
    resuming = () => Promise.reject(new DOMException("not now", "InvalidStateError"));
    context.become("interrupted");
    await Promise.resolve();
    expect([microphone.state, told]).toEqual(["interrupted", ["interrupted"]]);
    resuming = async () => {};
    // Safari: when the call has ended the context is suspended, and may be resumed.
    context.become("suspended");
    await vi.waitFor(() => expect(microphone.state).toBe("listening"));
    expect(told).toEqual(["interrupted", "listening"]);
  });

  it("goes on with the user's next click, key or visit, and no later than close()", async () => {
    const page = new EventTarget();
    vi.stubGlobal("document", page);
    const { told, microphone, context } = await watched();
    resuming = () => new Promise(() => {});
    context.become("suspended");
    const asked = context.resumed;
    for (const gesture of ["pointerdown", "keydown", "visibilitychange"]) page.dispatchEvent(new Event(gesture));
    expect(context.resumed).toBe(asked + 3);
    microphone.resume();
    expect(context.resumed).toBe(asked + 4);
    await microphone.close();
    page.dispatchEvent(new Event("pointerdown"));
    context.dispatchEvent(new Event("statechange"));
    expect(context.resumed).toBe(asked + 4);
    expect(told).toEqual(["interrupted", "closed"]);
  });

  it("is muted while its track is", async () => {
    const { told, microphone } = await watched();
    track.mute(true);
    expect(microphone.state).toBe("muted");
    track.mute(false);
    expect(told).toEqual(["muted", "listening"]);
    track.dispatchEvent(new Event("ended"));
    expect(told.at(-1)).toBe("closed");
    track.muted = true;
    const again = await openMicrophone({ onSamples: () => {} });
    expect(again.state).toBe("muted");
  });
});

describe("a signal", () => {
  it("ends opening, and whatever the user allows later is released", async () => {
    let allow: (stream: FakeStream) => void = () => {};
    getUserMedia.mockImplementation(() => new Promise((resolve) => (allow = resolve)));
    const controller = new AbortController();
    const opening = openMicrophone({ onSamples: () => {}, signal: controller.signal });
    controller.abort();
    await expect(opening).rejects.toBe(controller.signal.reason);
    expect(contexts[0]!.closed).toBe(true);
    allow(new FakeStream([track]));
    await vi.waitFor(() => expect(track.stopped).toBe(true));
  });

  it("that has aborted opens nothing", async () => {
    const signal = AbortSignal.abort();
    await expect(openMicrophone({ onSamples: () => {}, signal })).rejects.toBe(signal.reason);
    expect(contexts).toHaveLength(0);
  });

  it("closes an open microphone", async () => {
    const controller = new AbortController();
    const microphone = await openMicrophone({ onSamples: () => {}, signal: controller.signal });
    controller.abort();
    expect([microphone.state, track.stopped]).toEqual(["closed", true]);
  });
});
