// Loading a model as its bytes arrive: the same whatever the chunks, and no damage goes unseen.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { ModelLoader } from "../../src/model/loader.ts";
import { readSafetensors, type Tensor } from "../../src/model/safetensors.ts";
import { errorOf } from "../support/errors.ts";
import { fileOf, modelFile, modelTensors, smallConfig } from "../support/model-file.ts";

const layers = [{ attentionFold: 2, feedForwardFold: 2, heads: 1, feedForward: 4 }];
const tiny = smallConfig({ projection: 1, width: 4, outputDim: 3, layers });
// int8: the tensors behind it start at odd offsets.
const file = modelFile(tiny, { weights: "int8" });
const { headerBytes, tensors } = readModelHeader(file);

/** Loads chunks as the recognizer does; destinations lie in one block, aligned and apart. */
function load(chunks: Iterable<Uint8Array>): Map<string, Uint8Array> {
  const loader = new ModelLoader();
  const arena = new ArrayBuffer(1 << 16);
  const placed = new Map<string, Uint8Array>();
  let at = 0;
  for (const chunk of chunks) {
    loader.push(chunk);
    if (!loader.header || placed.size > 0) continue;
    loader.place(({ name, bytes }) => {
      placed.set(name, new Uint8Array(arena, at, bytes));
      at = Math.ceil((at + bytes + 1) / 16) * 16;
      return placed.get(name)!;
    });
  }
  loader.finish();
  return placed;
}

function* inSteps(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

const expected = new Map(Array.from(readSafetensors(file), ([name, { bytes }]) => [name, bytes.slice()]));
const data = file.subarray(headerBytes);

/** The model with one tensor's values changed, the checksum right. */
function withTensor(name: string, change: (values: DataView) => void): Uint8Array {
  const changed: Map<string, Tensor> = modelTensors(tiny, { weights: "int8" });
  const { bytes } = changed.get(name)!;
  change(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return fileOf(tiny, changed);
}

describe("a model", () => {
  it("arrives the same, wherever it is cut in two", () => {
    for (let cut = 0; cut <= file.length; cut++) {
      const placed = load([file.subarray(0, cut), file.subarray(cut)]);
      expect(Buffer.concat([...placed.values()]).equals(data), `cut at ${cut}`).toBe(true);
    }
  });

  it.each([1, 2, 3, 7, 64, 1000, 1 << 20])("arrives the same in chunks of %i bytes", (step) => {
    expect(load(inSteps(file, step))).toEqual(expected);
  });

  it("tells its header as soon as it is there, and asks for each tensor once, in the file's order", () => {
    const loader = new ModelLoader();
    loader.push(file.subarray(0, headerBytes - 1));
    expect(loader.header).toBeNull();
    loader.push(file.subarray(headerBytes - 1, headerBytes));
    expect(loader.header).toEqual(readModelHeader(file));
    const asked: string[] = [];
    loader.place((tensor) => {
      asked.push(tensor.name);
      return new Uint8Array(tensor.bytes);
    });
    loader.push(file.subarray(headerBytes));
    loader.finish();
    expect(asked).toEqual(tensors.map(({ name }) => name));
  });

  it("may come in chunks whose buffer is used again", () => {
    const buffer = new Uint8Array(50);
    function* reused() {
      for (const chunk of inSteps(file, buffer.length)) {
        buffer.set(chunk);
        yield buffer.subarray(0, chunk.length);
      }
    }
    expect(load(reused())).toEqual(expected);
  });

  it("with a header of megabytes in small chunks takes no longer for that", () => {
    const { config, ...rest } = { config: tiny, padding: "x".repeat(2e6) };
    const large = fileOf(config, modelTensors(tiny, { weights: "int8" }), rest);
    const start = performance.now();
    expect(load(inSteps(large, 64))).toEqual(expected);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("damage", () => {
  it("by truncation at any byte is seen", () => {
    for (let length = 0; length < file.length; length++) {
      const error = errorOf(() => load([file.subarray(0, length)]));
      expect(error.code, `${length} bytes`).toBe("model-truncated");
      expect(error.message).toContain(`after ${length}`);
    }
  });

  it("by bytes behind the last tensor is seen, with the last chunk or after it", () => {
    const longer = new Uint8Array([...file, 0]);
    for (const step of [1, longer.length]) {
      const error = errorOf(() => load(inSteps(longer, step)));
      expect(error.code).toBe("bad-model");
      expect(error.message).toContain("1 bytes follow");
    }
  });

  it("by one flipped bit anywhere in the data is seen", () => {
    for (let at = headerBytes; at < file.length; at++) {
      const flipped = file.slice();
      flipped[at]! ^= 1 << (at % 8);
      // A flip may also make a weight infinite or a scale negative, which is seen before the checksum.
      expect(["model-corrupt", "bad-model"], `byte ${at}`).toContain(errorOf(() => load([flipped])).code);
    }
  });

  it("by one flipped bit in the header is seen, or changes nothing but what the header says", () => {
    for (let at = 0; at < headerBytes; at++) {
      const flipped = file.slice();
      flipped[at]! ^= 1 << (at % 8);
      try {
        load([flipped]);
        expect(readModelHeader(flipped).tensors.length).toBe(tensors.length);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(FoldvoxError);
        expect((error as FoldvoxError).code).not.toBe("io");
      }
    }
  });

  it("of the checksum alone is seen", () => {
    const wrong = createHash("sha256").update("something else").digest("hex");
    const changed = fileOf(tiny, modelTensors(tiny, { weights: "int8" }), { sha256: wrong });
    expect(errorOf(() => load([changed])).code).toBe("model-corrupt");
  });
});

describe("weights", () => {
  const last = 4 * (expected.get("features.mean")!.length / 4 - 1);

  it.each([
    ["features.mean", 0, Number.NaN, "NaN at position 0"],
    ["features.mean", last, Number.POSITIVE_INFINITY, "Infinity at position 7"],
    ["head.linear.bias", 4, Number.NEGATIVE_INFINITY, "-Infinity at position 1"],
    ["head.linear.weight_scale", 8, -0.25, "-0.25 at position 2"],
    ["head.linear.weight_scale", 0, Number.NaN, "NaN at position 0"],
  ])("%s: at byte %i, %d is refused", (name, at, value, message) => {
    const bad = withTensor(name, (values) => values.setFloat32(at, value, true));
    for (const step of [1, bad.length]) {
      const error = errorOf(() => load(inSteps(bad, step)));
      expect(error.code).toBe("bad-model");
      expect(error.message).toContain(`"${name}" holds ${message}`);
    }
  });

  it("of four bits with a negative scale are refused", () => {
    const wide = smallConfig({ width: 64, projection: 16 });
    const tensors = modelTensors(wide, { weights: "int4" });
    const name = "transcriber.output_linear.weight_groups";
    tensors.get(name)!.bytes[3] = 0x80;
    const error = errorOf(() => load([fileOf(wide, tensors)]));
    expect(error.code).toBe("bad-model");
    expect(error.message).toContain(`"${name}" holds -128 at position 3`);
  });

  it("that are negative, zero or denormal are fine, and so is a scale of zero", () => {
    for (const value of [-1, 0, -0, 1e-45, -3e38]) {
      load([withTensor("features.mean", (values) => values.setFloat32(0, value, true))]);
    }
    load([withTensor("head.linear.weight_scale", (values) => values.setFloat32(0, 0, true))]);
  });
});

describe("the wrong order of calls", () => {
  it("is a programming error", () => {
    const loader = new ModelLoader();
    expect(() => loader.place(() => new Uint8Array(0))).toThrow(RangeError);
    loader.push(file);
    expect(() => loader.push(file)).toThrow(RangeError);
  });
});

describe("the checksum", () => {
  it("covers every bit of the file, its header too", () => {
    expect(load([file]).size).toBe(tensors.length);
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at]! ^= 1 << (at % 8);
      expect(errorOf(() => load([damaged])).code, `byte ${at}`).toMatch(/^(bad-model|model-)/);
    }
    // What means the same is not the same either.
    const text = new TextDecoder().decode(file.subarray(0, headerBytes));
    const renamed = file.slice();
    renamed.set(new TextEncoder().encode("nay"), text.indexOf("yes"));
    expect(errorOf(() => load([renamed])).code).toBe("model-corrupt");
  });

  it("is of what has been copied, where another thread writes to the source meanwhile", () => {
    const source = file.slice();
    const loader = new ModelLoader();
    loader.push(source);
    loader.place((tensor) => {
      const destination = new Uint8Array(tensor.bytes);
      // The other thread comes just before the copy is made.
      destination.set = (part: Uint8Array, at?: number) => {
        if (tensor.name === "head.linear.bias") part[0]! ^= 1;
        Uint8Array.prototype.set.call(destination, part, at);
      };
      return destination;
    });
    expect(errorOf(() => loader.finish()).code).toBe("model-corrupt");
  });
});
