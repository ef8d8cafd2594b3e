// Checkpoints of torch.save: real ones, and hand-made ones with everything that can be wrong or hostile.

import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/convert/crc32.ts";
import { openStateDict } from "../../src/convert/open-state-dict.ts";
import { bytesAccess } from "../../src/convert/random-access.ts";
import { writeSafetensors } from "../../src/model/safetensors.ts";
import { checkpointOf, op, type PickledTensor, pickledTensor, pickleOf, zipOf } from "../support/archives.ts";
import { bytesOf } from "../support/engines.ts";
import { rejectionOf } from "../support/errors.ts";
import { floatTensor } from "../support/model-file.ts";
import { generator } from "../support/random.ts";
import { GOLDEN } from "../support/transducer.ts";

const open = (bytes: Uint8Array) => openStateDict(bytesAccess(bytes));
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const six = floats(1, 2, 3, 4, 5, 6);

/** All tensors of a file, read. */
async function readAll(bytes: Uint8Array): Promise<Record<string, number[]>> {
  const state = await open(bytes);
  const all: Record<string, number[]> = {};
  for (const [name, tensor] of state) all[name] = Array.from(await tensor.read());
  return all;
}

const one = (tensor: PickledTensor, storage: Uint8Array = six) => checkpointOf([["w", tensor]], { "0": storage });

async function refusal(bytes: Uint8Array): Promise<string> {
  const { code, message } = await rejectionOf(readAll(bytes));
  expect(code).toBe("bad-checkpoint");
  expect(message.length).toBeLessThan(600);
  return message;
}

describe("crc32", () => {
  it.each([
    ["", 0],
    ["a", 0xe8b7be43],
    ["123456789", 0xcbf43926],
    ["The quick brown fox jumps over the lazy dog", 0x414fa339],
  ])("of %j is the published sum", (text, sum) => {
    expect(crc32(new TextEncoder().encode(text))).toBe(sum);
  });
});

describe("a checkpoint", () => {
  it("that torch.save has written gives all tensors with their shapes", async () => {
    const state = await open(bytesOf(`${GOLDEN}/plain-lstm.pt`));
    expect(state.get("predictor.embedding.weight")!.shape).toEqual([22, 13]);
    expect(state.get("predictor.lstm_layers.1.x2g.bias")!.shape).toEqual([52]);
    for (const [, { shape, read }] of state) {
      const values = await read();
      expect(values.length).toBe(shape.reduce((product, size) => product * size, 1));
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it("made by hand reads the same, in the 64-bit form and with a comment too", async () => {
    const tensors: [string, PickledTensor][] = [
      ["a", { shape: [2, 3] }],
      ["b", { shape: [2], offset: 4, count: 6 }],
      ["c", { shape: [], count: 6 }],
    ];
    for (const options of [
      {},
      { wide: true },
      { comment: "PK and more" },
      { wide: true, comment: "x".repeat(65535) },
    ]) {
      const all = await readAll(checkpointOf(tensors, { "0": six }, options));
      expect(all).toEqual({ a: [1, 2, 3, 4, 5, 6], b: [5, 6], c: [1] });
    }
  });

  it.each<[string, Uint8Array, number[]]>([
    ["DoubleStorage", new Uint8Array(Float64Array.of(0.5, -2).buffer), [0.5, -2]],
    ["HalfStorage", new Uint8Array(Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7bff).buffer), [1, -2.5, 2 ** -24, 65504]],
    ["BFloat16Storage", new Uint8Array(Uint16Array.of(0x3f80, 0xc020).buffer), [1, -2.5]],
  ])("of %s becomes f32", async (storage, bytes, values) => {
    expect(await readAll(one({ shape: [values.length], storage }, bytes))).toEqual({ w: values });
  });

  it("may hold the state dict under the names that trainers use, with attributes and parameters", async () => {
    const tensor = pickledTensor({ shape: [6] });
    const parameter = [
      op.global("torch._utils", "_rebuild_parameter"),
      op.mark,
      tensor,
      op.no,
      op.none,
      op.tuple,
      op.reduce,
    ];
    const state = [
      op.emptyDict,
      op.text("w"),
      ...parameter,
      op.setItem,
      op.emptyDict,
      op.text("_metadata"),
      op.none,
      op.setItem,
      op.build,
    ];
    const whole = pickleOf(
      op.emptyDict,
      op.text("epoch"),
      op.int(3),
      op.setItem,
      op.text("state_dict"),
      ...state,
      op.setItem,
    );
    expect(
      await readAll(
        zipOf([
          ["x/data.pkl", whole],
          ["x/data/0", six],
        ]),
      ),
    ).toEqual({ w: [1, 2, 3, 4, 5, 6] });
  });

  it("may be a safetensors file", async () => {
    const file = writeSafetensors(new Map([["w", floatTensor([3], Float32Array.of(1, 2, 3))]]));
    expect(await readAll(file)).toEqual({ w: [1, 2, 3] });
    expect((await rejectionOf(readAll(file.subarray(0, file.length - 1)))).code).toBe("bad-checkpoint");
  });
});

describe("a pickle", () => {
  const checkpoint = (pickle: Uint8Array) =>
    zipOf([
      ["x/data.pkl", pickle],
      ["x/data/0", six],
    ]);
  const call = (module: string, name: string) =>
    pickleOf(op.global(module, name), op.mark, op.text("touch /tmp/foldvox-was-here"), op.tuple, op.reduce);

  it.each([
    ["os", "system"],
    ["posix", "system"],
    ["builtins", "eval"],
    ["builtins", "__import__"],
    ["subprocess", "Popen"],
    ["torch", "load"],
    ["torch._utils", "_rebuild_tensor_v3"],
    ["collections", "OrderedDict.fromkeys"],
    ["__main__", "constructor"],
  ])("that names %s.%s is refused by that name", async (module, name) => {
    expect(await refusal(checkpoint(call(module, name)))).toContain(`"${module}.${name}"`);
  });

  it("with any opcode besides those of a state dict is refused", async () => {
    // What torch.save uses: protocol 2 without objects of its own classes.
    const known = "28 4e 88 89 4b 4d 4a 8a 47 58 5d 29 7d 85 86 87 74 61 65 73 75 71 72 68 6a 63 52 51 62 80 2e".split(
      " ",
    );
    for (let opcode = 0; opcode < 256; opcode++) {
      const hex = opcode.toString(16).padStart(2, "0");
      if (known.includes(hex)) continue;
      expect(await refusal(checkpoint(pickleOf(Uint8Array.of(opcode))))).toContain(`0x${hex} at byte 2`);
    }
  });

  it.each<[string, Uint8Array, string]>([
    ["of another protocol", Uint8Array.of(0x80, 4, 0x2e), "protocol 2"],
    ["that ends early", Uint8Array.of(0x80, 2, 0x58, 255, 0, 0, 0, 65), "ends early"],
    ["of nothing", new Uint8Array(0), "ends early"],
    ["that pops an empty stack", pickleOf(op.setItem), "not there"],
    ["that lacks a mark", pickleOf(op.tuple), "lacks a mark"],
    ["that recalls nothing", pickleOf(Uint8Array.of(0x68, 9)), "value 9"],
    ["that calls a text", pickleOf(op.text("x"), op.emptyTuple, op.reduce), "calls what is no class"],
    [
      "that calls a class with a dict",
      pickleOf(op.global("collections", "OrderedDict"), op.emptyDict, op.reduce),
      "calls",
    ],
    ["that sets items of a list", pickleOf(op.emptyList, op.int(1), op.int(2), op.setItem), "no dict"],
    ["that builds a list", pickleOf(op.emptyList, op.none, op.build), "no dict"],
    ["that appends to a dict", pickleOf(op.emptyDict, op.none, Uint8Array.of(0x61)), "no list"],
    ["with a number of 255 bytes", pickleOf(Uint8Array.of(0x8a, 255), new Uint8Array(255)), "no size has"],
    ["of a number", pickleOf(op.int(1)), "no state dict"],
    ["of an entry that is no tensor", pickleOf(op.emptyDict, op.text("w"), op.int(1), op.setItem), '"w" is no tensor'],
    [
      "with a persistent id of its own",
      pickleOf(op.text("file:///etc/passwd"), op.persistent),
      "a storage that is none",
    ],
  ])("%s is refused", async (_, pickle, message) => {
    expect(await refusal(checkpoint(pickle))).toContain(message);
  });

  it("nested as deep as it likes is refused, and quickly", async () => {
    const deep = pickleOf(new Uint8Array(2e6).fill(0x5d), new Uint8Array(2e6 - 1).fill(0x61));
    expect(await refusal(checkpoint(deep))).toContain("no state dict");
  });

  it("cannot reach an object's prototype through its names", async () => {
    const state = checkpointOf(
      [
        ["__proto__", { shape: [6] }],
        ["constructor", { shape: [6] }],
      ],
      { "0": six },
    );
    expect([...(await open(state)).keys()]).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>)["0"]).toBeUndefined();
  });
});

describe("a tensor", () => {
  it.each<[string, PickledTensor, string]>([
    ["larger than its storage", { shape: [7], count: 6 }, "does not hold"],
    ["behind its storage", { shape: [2], offset: 5, count: 6 }, "does not hold"],
    ["of petabytes", { shape: [2 ** 30, 2 ** 30], count: 6 }, "does not hold"],
    ["of negative size", { shape: [-1], count: 6 }, "none"],
    ["with too few strides", { shape: [2, 3], strides: [3] }, "does not hold"],
    ["that is transposed", { shape: [2, 3], strides: [1, 2] }, "not contiguous"],
    ["of integers", { shape: [3], storage: "LongStorage", count: 3 }, "weights are floats"],
    ["of another class", { shape: [6], storage: "UntypedStorage" }, '"torch.UntypedStorage"'],
    ["whose data are missing", { shape: [6], key: "1" }, 'lacks the data of "w"'],
    ["whose key leads elsewhere", { shape: [6], key: "../data/0" }, 'lacks the data of "w"'],
    ["whose data are shorter", { shape: [6], count: 12 }, "24 bytes, not 48"],
  ])("%s is refused", async (_, tensor, message) => {
    expect(await refusal(one(tensor))).toContain(message);
  });
});

describe("an archive", () => {
  const tensors: [string, PickledTensor][] = [["w", { shape: [6] }]];
  const entries: [string, Uint8Array][] = [["x/data.pkl", new Uint8Array(20)]];

  it.each<[string, Uint8Array, string]>([
    ["of the old format, a bare pickle", Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46), "not a zip archive"],
    ["without end", checkpointOf(tensors, { "0": six }).subarray(0, -30), "not a zip archive"],
    ["of compressed entries", checkpointOf(tensors, { "0": six }, { method: 8 }), "is compressed"],
    ["that unpacks to more than it holds", zipOf(entries, { claims: { size: 2 ** 31 } }), "is compressed"],
    ["of encrypted entries", zipOf(entries, { flags: 1 }), "is encrypted"],
    ["with an entry outside", zipOf(entries, { claims: { offset: 5000 } }), "outside the file"],
    ["with an entry elsewhere", zipOf(entries, { claims: { offset: 3 } }), "does not begin where"],
    [
      "with an entry that reaches past the end",
      zipOf(entries, { claims: { size: 4000, stored: 4000 } }),
      "outside the file",
    ],
    [
      "with an entry of exabytes",
      zipOf(entries, { wide: true, claims: { size: 2 ** 62, stored: 2 ** 62 } }),
      "no file has",
    ],
    ["with a wrong checksum", zipOf(entries, { claims: { crc: 1 } }), "checksum"],
    ["with a directory outside", zipOf(entries, { end: { offset: 1e6 } }), "directory lies outside"],
    ["with a directory cut short", zipOf(entries, { end: { bytes: 20 } }), "ends early"],
    ["that claims more entries", zipOf(entries, { end: { entries: 2 } }), "ends early"],
    [
      "that claims billions of entries",
      zipOf(entries, { wide: true, end: { entries: 2 ** 40 } }),
      "no checkpoint has as many",
    ],
    ["with the same name twice", zipOf([...entries, ...entries]), "twice"],
    ["without a pickle", zipOf([["x/constants.pkl", "x"]]), "0 entries NAME/data.pkl"],
    [
      "with two pickles",
      zipOf([
        ["x/data.pkl", "x"],
        ["y/data.pkl", "x"],
      ]),
      "2 entries NAME/data.pkl",
    ],
    ["that climbs out of its folder", zipOf([["../../data.pkl", "x"]]), "0 entries NAME/data.pkl"],
    [
      "of a big-endian machine",
      zipOf([
        ["x/data.pkl", pickleOf(op.emptyDict)],
        ["x/byteorder", "big"],
      ]),
      '"big"',
    ],
    ["that is no file at all", new Uint8Array(3), "3 bytes"],
  ])("%s is refused", async (_, bytes, message) => {
    expect(await refusal(bytes)).toContain(message);
  });

  it("damaged anywhere is refused or reads the same", async () => {
    const bytes = checkpointOf(
      [
        ["a", { shape: [2, 3] }],
        ["b", { shape: [6], key: "1" }],
      ],
      { "0": six, "1": floats(9, 8, 7, 6, 5, 4) },
    );
    const whole = JSON.stringify(await readAll(bytes));
    const random = generator(11);
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << Math.floor(8 * random());
      try {
        expect(JSON.stringify(await readAll(damaged))).toBe(whole);
      } catch (error) {
        if ((error as Error).name !== "FoldvoxError") throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(0.5 * bytes.length);
  });

  it("cut off anywhere is refused", async () => {
    const bytes = checkpointOf(tensors, { "0": six });
    for (let end = 0; end < bytes.length; end++) {
      expect((await rejectionOf(readAll(bytes.subarray(0, end)))).code).toMatch(
        /bad-checkpoint|bad-model|model-truncated/,
      );
    }
  });
});

describe("work and memory", () => {
  it("do not grow with what a pickle makes for nothing", async () => {
    for (const made of [0x7d, 0x5d, 0x29, 0x28, 0x4e]) {
      const pickle = new Uint8Array(20_000_000).fill(made);
      pickle.set([0x80, 2]);
      const before = process.memoryUsage().rss;
      const archive = zipOf([["model/data.pkl", pickle]]);
      const { code } = await rejectionOf(open(archive));
      expect(code).toBe("bad-checkpoint");
      expect(process.memoryUsage().rss - before).toBeLessThan(1.5e9);
    }
  });

  it("of many views of one storage are those of one", async () => {
    const storage = new Uint8Array(16 << 20);
    const views = Array.from({ length: 40 }, (_, i): [string, PickledTensor] => [
      `w${i}`,
      { shape: [1], offset: i, count: storage.length / 4 },
    ]);
    const bytes = checkpointOf(views, { "0": storage });
    let read = 0;
    const access = bytesAccess(bytes);
    const state = await openStateDict({
      size: access.size,
      read: (offset, length) => {
        read += length;
        return access.read(offset, length);
      },
    });
    for (const tensor of state.values()) expect(await tensor.read()).toHaveLength(1);
    expect(read).toBeLessThan(3 * storage.length);
  });
});
