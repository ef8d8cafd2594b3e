// The microphone helper without a browser: what it opens it closes, whatever happens. That real devices are released is tested in
// test/web.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openMicrophone } from "../../src/microphone/microphone.ts";

class FakeTrack extends EventTarget {
  readonly label = "Desk microphone";
  stopped = false;
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
class FakeContext {
  readonly sampleRate = 48000;
  closed = false;
  readonly audioWorklet = { addModule: vi.fn(async () => {}) };
  constructor(options: AudioContextOptions) {
    // Firefox refuses a context of another rate than the device's.
    expect(options.sampleRate).toBeUndefined();
    contexts.push(this);
  }
  createMediaStreamSource = () => ({ connect: () => {} });
  resume = () => resuming();
  close = async () => {
    this.closed = true;
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

  it("takes no senseless rate, and opens nothing then", async () => {
    await expect(openMicrophone({ onSamples: () => {}, sampleRate: 12 })).rejects.toMatchObject({
      code: "bad-argument",
    });
    expect(contexts).toHaveLength(0);
  });
});
