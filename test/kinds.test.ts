// Objects of another realm: those of a frame, of a test environment, of a vm context. Their classes are not ours.

import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  isArrayBuffer,
  isBlob,
  isFloat32Array,
  isInt16Array,
  isShared,
  isUint8Array,
  isUrl,
  isWasmModule,
} from "../src/kinds.ts";
import { chunksOf } from "../src/model/source.ts";
import { createRecognizer, createRecognizerSync } from "../src/recognizer/create-recognizer.ts";
import { bytesOf } from "./support/engines.ts";
import { errorOf, rejectionOf } from "./support/errors.ts";

const foreign = (expression: string) => runInNewContext(expression, { WebAssembly: undefined, wasm: null });

describe("kinds", () => {
  it("are known in every realm, and not mistaken", () => {
    for (const value of [new Uint8Array(1), Buffer.alloc(1), foreign("new Uint8Array(1)")]) {
      expect([isUint8Array(value), isFloat32Array(value), isArrayBuffer(value)]).toEqual([true, false, false]);
    }
    expect(isFloat32Array(foreign("new Float32Array(1)"))).toBe(true);
    expect(isInt16Array(foreign("new Int16Array(1)"))).toBe(true);
    expect(isArrayBuffer(foreign("new ArrayBuffer(1)"))).toBe(true);
    expect(isArrayBuffer(foreign("new SharedArrayBuffer(1)"))).toBe(false);
    expect(isShared(foreign("new Uint8Array(new SharedArrayBuffer(1))"))).toBe(true);
    expect([isUrl(new URL("a:b")), isUrl("a:b"), isBlob(new Blob([])), isBlob({})]).toEqual([true, false, true, false]);
    expect(isUint8Array({ [Symbol.toStringTag]: "Uint8Array" })).toBe(false);
  });

  it("include compiled modules", () => {
    const compiled = runInNewContext("new WebAssembly.Module(bytes)", {
      bytes: Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0),
    });
    expect(compiled).not.toBeInstanceOf(WebAssembly.Module);
    expect([isWasmModule(compiled), isWasmModule(new Uint8Array(8))]).toEqual([true, false]);
  });
});

describe("a recognizer of another realm's objects", () => {
  const model = bytesOf("models/commands-tiny.safetensors");
  const wasm = runInNewContext("new WebAssembly.Module(bytes)", { bytes: bytesOf("build/foldvox.simd.wasm") });

  it("hears what it hears in ours", () => {
    const samples = new Int16Array(bytesOf("examples/digits.wav").buffer, 44, 32000);
    const hear = (options: Parameters<typeof createRecognizerSync>[0], given: Int16Array) => {
      const recognizer = createRecognizerSync(options);
      const stream = recognizer.createStream();
      stream.acceptWaveform(16000, given);
      stream.inputFinished();
      const heard = stream.results();
      recognizer.free();
      return heard;
    };
    const theirs = runInNewContext("[Uint8Array.from(model).buffer, Int16Array.from(samples)]", { model, samples });
    const heard = hear({ model: theirs[0], wasm }, theirs[1]);
    expect(heard).toEqual(hear({ model, wasm: bytesOf("build/foldvox.simd.wasm") }, samples));
    expect(heard).toHaveLength(1);
  });

  it("says what it was given in place of what it takes", async () => {
    const recognizer = createRecognizerSync({ model, wasm });
    const stream = recognizer.createStream();
    const told = (samples: unknown) => errorOf(() => stream.acceptWaveform(16000, samples as Float32Array)).message;
    expect(told(Buffer.alloc(4))).toMatch(/a Uint8Array; bytes become samples by a PcmDecoder, .* WavReader/);
    expect(told(new Float64Array(4))).toMatch(/a Float64Array; give a Float32Array/);
    expect(told([0, 0])).toMatch(/a list; give a Float32Array/);
    expect(told({ [Symbol.toStringTag]: "AudioBuffer" })).toMatch(/an AudioBuffer; give its getChannelData/);
    recognizer.free();
    expect((await rejectionOf(createRecognizer({ model: new Map() as never }))).message).toMatch(
      /a Map; give a URL, bytes/,
    );
    expect((await rejectionOf(createRecognizer({ model, wasm: new Map() as never }))).message).toMatch(
      /wasm is a Map; give/,
    );
  });

  it("takes bytes from another realm's iterables", async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of chunksOf(foreign("(async function* () { yield new Uint8Array(3) })()")))
      chunks.push(chunk);
    expect(chunks.map(({ length }) => length)).toEqual([3]);
  });
});
