// The container: what is written is read, and whatever else comes is refused in words.

import { describe, expect, it } from "vitest";
import {
  headerLength,
  readSafetensors,
  readSafetensorsHeader,
  type Tensor,
  writeSafetensors,
} from "../../src/model/safetensors.ts";
import { errorOf } from "../support/errors.ts";

const a: Tensor = { dtype: "F32", shape: [2, 3], bytes: Uint8Array.from({ length: 24 }, (_, i) => i) };
const b: Tensor = { dtype: "I8", shape: [5], bytes: Uint8Array.from([1, 2, 255, 4, 5]) };
const c: Tensor = { dtype: "F32", shape: [], bytes: new Uint8Array(4) };
const tensors = new Map([
  ["a", a],
  ["b", b],
  ["c", c],
]);

/** A file with this header text, and as many bytes of data. */
function raw(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setUint32(0, json.length, true);
  file.set(json, 8);
  return file;
}

const entry = (fields: object) => raw(JSON.stringify({ x: fields }), 64);
const f32 = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

describe("a file", () => {
  it("comes back as it was written, in order, with its metadata", () => {
    const file = writeSafetensors(tensors, { format: "test", note: "Grüße \u2581" });
    expect(readSafetensors(file)).toEqual(tensors);
    const header = readSafetensorsHeader(file);
    expect(header.tensors.map(({ name, offset, bytes }) => [name, offset, bytes])).toEqual([
      ["a", 0, 24],
      ["b", 24, 5],
      ["c", 29, 4],
    ]);
    expect(header.metadata).toEqual({ format: "test", note: "Grüße \u2581" });
    expect(header.headerBytes % 8).toBe(0);
    expect(header.headerBytes + header.dataBytes).toBe(file.length);
    expect(headerLength(file.subarray(0, 8))).toBe(header.headerBytes);
  });

  it("may be a view that starts anywhere, and its tensors are views too", () => {
    const file = writeSafetensors(tensors);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    const read = readSafetensors(shifted.subarray(3));
    expect(read).toEqual(tensors);
    expect(read.get("a")!.bytes.buffer).toBe(shifted.buffer);
  });

  it("is in the published layout", () => {
    const header = '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const file = raw(header, 8);
    new DataView(file.buffer).setFloat32(8 + header.length, 1.5, true);
    const { bytes } = readSafetensors(file).get("x")!;
    expect(Array.from(new Float32Array(bytes.slice().buffer))).toEqual([1.5, 0]);
  });

  it("may hold no tensors, tensors without elements, and entries in any order", () => {
    expect(readSafetensors(raw("{}")).size).toBe(0);
    const file = raw(
      '{"z":{"dtype":"I8","shape":[1],"data_offsets":[8,9]},"e":{"dtype":"F32","shape":[0,7],"data_offsets":[8,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
      9,
    );
    expect([...readSafetensors(file).keys()]).toEqual(["y", "e", "z"]);
  });

  it("cut off at any byte is truncated, and one byte longer is refused", () => {
    const file = writeSafetensors(tensors, { note: "x" });
    for (let length = 0; length < file.length; length++) {
      expect(errorOf(() => readSafetensors(file.subarray(0, length))).code, `${length} bytes`).toBe("model-truncated");
    }
    expect(errorOf(() => readSafetensors(new Uint8Array([...file, 0]))).code).toBe("bad-model");
  });
});

describe("refuses", () => {
  const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  it.each<[string, Uint8Array, RegExp]>([
    ["a page of HTML", new TextEncoder().encode("<!DOCTYPE html><html>..."), /is a page of HTML/],
    ["a pointer of Git LFS", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1"), /another kind/],
    ["a header length of 0", new Uint8Array(16), /header length/],
    ["a header of 4 GiB", Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 0]), /header length/],
    ["a header beyond 2^32", Uint8Array.from([16, 0, 0, 0, 1, 0, 0, 0]), /header length/],
    ["a header that is not JSON", raw("{'x'}"), /not JSON/],
    ["a header that is not UTF-8", raw(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), /not JSON/],
    ["a header that is a list", raw("[]"), /not an object/],
    ["a header that is null", raw("null"), /not an object/],
    ["metadata that are not texts", raw('{"__metadata__":{"a":1}}'), /__metadata__/],
    ["metadata that are null", raw('{"__metadata__":null}'), /__metadata__/],
    ["a tensor that is null", raw('{"x":null}'), /"x"/],
    ["a tensor that is a number", raw('{"x":3}'), /"x"/],
    ["a tensor of an unknown type", entry({ ...f32, dtype: "F16" }), /"x" is of type "F16"; F32, I8 and U8/],
    ["a tensor without a type", entry({ ...f32, dtype: undefined }), /undefined/],
    ["a type of Object.prototype", entry({ ...f32, dtype: "constructor" }), /"constructor"/],
    ["a tensor without a shape", entry({ ...f32, shape: undefined }), /no shape/],
    ["a shape of nine dimensions", entry({ ...f32, shape: Array(9).fill(1) }), /no shape/],
    ["a negative dimension", entry({ ...f32, shape: [-2] }), /dimension of -2/],
    ["a broken dimension", entry({ ...f32, shape: [2.5] }), /dimension of 2.5/],
    ["a dimension that is a text", entry({ ...f32, shape: ["2"] }), /dimension of "2"/],
    ["dimensions whose product overflows", entry({ ...f32, shape: Array(8).fill(2 ** 52) }), /takes/],
    ["a tensor without offsets", entry({ ...f32, data_offsets: undefined }), /no data_offsets/],
    ["three offsets", entry({ ...f32, data_offsets: [0, 4, 8] }), /no data_offsets/],
    ["negative offsets", entry({ ...f32, data_offsets: [-8, 0] }), /no data_offsets/],
    ["offsets that run backwards", entry({ ...f32, data_offsets: [8, 0] }), /spans -8 bytes/],
    ["offsets that do not fit the shape", entry({ ...f32, data_offsets: [0, 12] }), /spans 12 bytes.*takes 8/],
    ["a gap at the start", entry({ ...f32, data_offsets: [4, 12] }), /"x" at byte 4 leaves a gap/],
    ["a gap", raw(JSON.stringify({ x: f32, y: { ...f32, data_offsets: [9, 17] } }), 17), /"y" at byte 9 leaves a gap/],
    ["an overlap", raw(JSON.stringify({ x: f32, y: { ...f32, data_offsets: [4, 12] } }), 12), /"y" at byte 4 overlaps/],
    ["two tensors in one place", raw(JSON.stringify({ x: f32, y: f32 }), 8), /overlaps/],
    ["a name of Object.prototype that is no tensor", raw('{"__proto__":1}'), /"__proto__"/],
    ["a type nested 400,000 deep", raw(`{"x":{"dtype":${deep(400000)},"shape":[],"data_offsets":[0,4]}}`), /a list/],
    ["a dimension nested 400,000 deep", raw(`{"x":{"dtype":"I8","shape":[${deep(400000)}]}}`), /a list/],
    ["a header nested 1,000,000 deep", raw(deep(1000000)), /./],
  ])("%s", (_, file, message) => {
    const error = errorOf(() => readSafetensors(file));
    expect(error.code).toBe("bad-model");
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThan(300);
  });

  it("a name of two million letters with a short message", () => {
    expect(errorOf(() => readSafetensors(raw(`{"${"n".repeat(2e6)}":0}`))).message.length).toBeLessThan(300);
  });
});

it("a header of four megabytes is read, or refused, in a bounded time", () => {
  const started = performance.now();
  const long = raw(JSON.stringify({ __metadata__: { much: "\u2581".repeat(1_300_000) } }));
  expect(readSafetensorsHeader(long).metadata.much).toHaveLength(1_300_000);
  expect(errorOf(() => readSafetensorsHeader(raw(`{"a":${"[".repeat(4_000_000)}`))).code).toBe("bad-model");
  expect(performance.now() - started).toBeLessThan(8000);
});
