// The many things that a model's bytes may come in.

import { describe, expect, it } from "vitest";
import { chunksOf, type ModelSource } from "../../src/model/source.ts";
import { rejectionOf } from "../support/errors.ts";

const bytes = Uint8Array.from({ length: 200000 }, (_, i) => i * 7);

async function collect(source: ModelSource): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunksOf(source)) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}

async function* pieces() {
  for (let at = 0; at < bytes.length; at += 999) yield bytes.subarray(at, at + 999);
}

const streamOf = (...chunks: unknown[]) =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

describe("chunksOf", () => {
  it.each<[string, () => ModelSource]>([
    ["bytes", () => bytes],
    ["a view into a larger buffer", () => new Uint8Array([9, ...bytes, 9]).subarray(1, bytes.length + 1)],
    ["an ArrayBuffer", () => bytes.buffer],
    ["a Blob", () => new Blob([bytes])],
    ["a Response", () => new Response(bytes)],
    ["a stream", () => streamOf(bytes.subarray(0, 5), bytes.subarray(5))],
    ["an async iterable", pieces],
  ])("yields all bytes of %s", async (_, source) => {
    expect(Buffer.compare(await collect(source()), bytes)).toBe(0);
  });

  it("hands bytes on without a copy", async () => {
    for await (const chunk of chunksOf(bytes)) expect(chunk).toBe(bytes);
  });

  it("cancels a stream that is left early", async () => {
    let reason: unknown = "not cancelled";
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel: (given) => {
        reason = given;
      },
    });
    for await (const chunk of chunksOf(endless)) if (chunk.length > 0) break;
    expect(reason).toBeUndefined();
  });

  it.each([undefined, null, 5, {}, [1, 2], new DataView(new ArrayBuffer(2))])("refuses %s", async (source) => {
    expect((await rejectionOf(collect(source as unknown as ModelSource))).code).toBe("bad-argument");
  });

  it("refuses chunks that are no bytes", async () => {
    const error = await rejectionOf(collect(streamOf("text")));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toContain('"text"');
  });

  it("refuses a stream that is being read already", async () => {
    const stream = streamOf(bytes);
    stream.getReader();
    expect((await rejectionOf(collect(stream))).code).toBe("bad-argument");
    const response = new Response(bytes);
    await response.arrayBuffer();
    expect((await rejectionOf(collect(response))).code).toBe("bad-argument");
  });

  it("says what a server answered", async () => {
    const error = await rejectionOf(collect(new Response("no", { status: 404 })));
    expect(error.code).toBe("io");
    expect(error.message).toContain("404");
    expect((await rejectionOf(collect(new Response(null)))).code).toBe("io");
  });

  it("says why a stream broke off", async () => {
    const cause = new TypeError("the network went away");
    const broken = new ReadableStream({
      pull: (controller) => controller.error(cause),
    });
    const error = await rejectionOf(collect(broken));
    expect(error).toMatchObject({ code: "io", cause });
    expect(error.message).toContain("the network went away");
  });

  it("lets the error of an iterable through", async () => {
    const mine = new Error("mine");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes;
      throw mine;
    }
    await expect(collect(failing())).rejects.toBe(mine);
  });
});
