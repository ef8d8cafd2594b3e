// Zip archives and pickles by hand: valid ones as torch.save writes them, and every kind of broken one.

import { crc32 } from "../../src/convert/crc32.ts";

const text = (value: string) => new TextEncoder().encode(value);

function concat(...parts: (Uint8Array | number[])[]): Uint8Array {
  const bytes = parts.map((part) => Uint8Array.from(part));
  const all = new Uint8Array(bytes.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Little-endian numbers of these widths in bytes. */
function little(...fields: [value: number, bytes: number][]): Uint8Array {
  return concat(
    ...fields.map(([value, bytes]) => {
      const wide = BigInt.asUintN(8 * bytes, BigInt(value));
      return Uint8Array.from({ length: bytes }, (_, i) => Number((wide >> BigInt(8 * i)) & 255n));
    }),
  );
}

export interface ZipOptions {
  /** The 64-bit form of sizes, offsets and the end record. */
  readonly wide?: boolean;
  readonly method?: number;
  readonly flags?: number;
  readonly comment?: string;
  /** Replaces what the directory says of the first entry. */
  readonly claims?: { size?: number; stored?: number; offset?: number; crc?: number };
  /** Replaces what the end record says. */
  readonly end?: { entries?: number; bytes?: number; offset?: number };
}

/** An archive of these entries. */
export function zipOf(
  entries: readonly [name: string, content: Uint8Array | string][],
  options: ZipOptions = {},
): Uint8Array {
  const { wide = false, method = 0, flags = 0, comment = "", claims = {}, end = {} } = options;
  let body = new Uint8Array(0);
  let directory = new Uint8Array(0);
  entries.forEach(([name, content], i) => {
    const bytes = typeof content === "string" ? text(content) : content;
    const own = i === 0 ? claims : {};
    const offset = own.offset ?? body.length;
    const crc = own.crc ?? crc32(bytes);
    const size = own.size ?? bytes.length;
    const stored = own.stored ?? bytes.length;
    // torch.save pads the local extra field so that data are aligned.
    const padding = new Uint8Array(13);
    const local = little([0x04034b50, 4], [20, 2], [flags, 2], [method, 2], [0, 4], [crc, 4], [stored, 4], [size, 4]);
    body = concat(
      body,
      local,
      little([text(name).length, 2], [padding.length, 2]),
      text(name),
      padding,
      bytes,
    ) as Uint8Array<ArrayBuffer>;
    const extra = wide
      ? concat(little([9, 2], [2, 2], [0, 2]), little([1, 2], [24, 2], [size, 8], [stored, 8], [offset, 8]))
      : new Uint8Array(0);
    const narrow = (value: number) => (wide ? 0xffffffff : value);
    directory = concat(
      directory,
      little([0x02014b50, 4], [20, 2], [20, 2], [flags, 2], [method, 2], [0, 4], [crc, 4], [narrow(stored), 4]),
      little(
        [narrow(size), 4],
        [text(name).length, 2],
        [extra.length, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 4],
        [narrow(offset), 4],
      ),
      text(name),
      extra,
    ) as Uint8Array<ArrayBuffer>;
  });
  const count = end.entries ?? entries.length;
  const bytes = end.bytes ?? directory.length;
  const offset = end.offset ?? body.length;
  const wideEnd = wide
    ? concat(
        little(
          [0x06064b50, 4],
          [44, 8],
          [45, 2],
          [45, 2],
          [0, 4],
          [0, 4],
          [count, 8],
          [count, 8],
          [bytes, 8],
          [offset, 8],
        ),
        little([0x07064b50, 4], [0, 4], [body.length + directory.length, 8], [1, 4]),
      )
    : new Uint8Array(0);
  const last = wide
    ? little([0x06054b50, 4], [0, 4], [0xffff, 2], [0xffff, 2], [0xffffffff, 4], [0xffffffff, 4])
    : little([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [bytes, 4], [offset, 4]);
  return concat(body, directory, wideEnd, last, little([comment.length, 2]), text(comment));
}

/** Opcodes of protocol 2, as torch.save uses them. */
export const op = {
  proto: Uint8Array.of(0x80, 2),
  mark: Uint8Array.of(0x28),
  none: Uint8Array.of(0x4e),
  no: Uint8Array.of(0x89),
  emptyDict: Uint8Array.of(0x7d),
  emptyList: Uint8Array.of(0x5d),
  emptyTuple: Uint8Array.of(0x29),
  tuple: Uint8Array.of(0x74),
  setItem: Uint8Array.of(0x73),
  setItems: Uint8Array.of(0x75),
  reduce: Uint8Array.of(0x52),
  build: Uint8Array.of(0x62),
  persistent: Uint8Array.of(0x51),
  stop: Uint8Array.of(0x2e),
  text: (value: string) => concat([0x58], little([text(value).length, 4]), text(value)),
  int: (value: number) => concat([0x4a], little([value, 4])),
  long: (value: bigint) => {
    const bytes = Array.from({ length: 8 }, (_, i) => Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 255n));
    return Uint8Array.of(0x8a, 8, ...bytes);
  },
  global: (module: string, name: string) => text(`c${module}\n${name}\n`),
  ints: (values: readonly number[]) => concat(op.mark, ...values.map(op.int), op.tuple),
};

export const pickleOf = (...parts: Uint8Array[]) => concat(op.proto, ...parts, op.stop);

export interface PickledTensor {
  readonly shape: readonly number[];
  readonly strides?: readonly number[];
  readonly offset?: number;
  readonly key?: string;
  readonly count?: number;
  readonly storage?: string;
}

/** A tensor as the pickle of a state dict describes it. */
export function pickledTensor({
  shape,
  strides,
  offset = 0,
  key = "0",
  count,
  storage = "FloatStorage",
}: PickledTensor) {
  const size = shape.reduce((product, n) => product * n, 1);
  const packed = shape.map((_, i) => shape.slice(i + 1).reduce((product, n) => product * n, 1));
  return concat(
    op.global("torch._utils", "_rebuild_tensor_v2"),
    op.mark,
    op.mark,
    op.text("storage"),
    op.global("torch", storage),
    op.text(key),
    op.text("cpu"),
    op.int(count ?? size),
    op.tuple,
    op.persistent,
    op.int(offset),
    op.ints(shape),
    op.ints(strides ?? packed),
    op.no,
    op.global("collections", "OrderedDict"),
    op.emptyTuple,
    op.reduce,
    op.tuple,
    op.reduce,
  );
}

/** A checkpoint whose state dict has these tensors; storages by key. */
export function checkpointOf(
  tensors: readonly [name: string, tensor: PickledTensor][],
  storages: Readonly<Record<string, Uint8Array>>,
  options: ZipOptions = {},
): Uint8Array {
  const items = tensors.flatMap(([name, tensor]) => [op.text(name), pickledTensor(tensor)]);
  const state = pickleOf(
    op.global("collections", "OrderedDict"),
    op.emptyTuple,
    op.reduce,
    op.mark,
    ...items,
    op.setItems,
  );
  const data = Object.entries(storages).map(([key, bytes]): [string, Uint8Array] => [`model/data/${key}`, bytes]);
  return zipOf([["model/data.pkl", state], ["model/byteorder", "little"], ...data, ["model/version", "3\n"]], options);
}
