// State dicts as torch.save writes them: a zip archive with a pickle, which says where every tensor lies, and one entry of
// plain bytes for every storage.

import { shown } from "../errors.ts";
import { badCheckpoint } from "./bad-checkpoint.ts";
import { type Pickled, PickledClass, type PickleMeaning, unpickle } from "./pickle.ts";
import type { RandomAccess } from "./random-access.ts";
import { floatsOf, type StateDict, type StateTensor } from "./state-dict.ts";
import { readEntry, readZip, type ZipEntry } from "./zip.ts";

const ORDERED_DICT = "collections.OrderedDict";
const REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER = "torch._utils._rebuild_parameter";

/** Bytes of an element of each storage class. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  "torch.FloatStorage": 4,
  "torch.DoubleStorage": 8,
  "torch.HalfStorage": 2,
  "torch.BFloat16Storage": 2,
  "torch.LongStorage": 8,
  "torch.IntStorage": 4,
  "torch.BoolStorage": 1,
  "torch.ByteStorage": 1,
};

const CLASSES = new Set([ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, ...Object.keys(ELEMENT_BYTES)]);

/** Where a storage's bytes are. */
class Storage {
  readonly type: string;
  readonly key: string;
  readonly count: number;
  constructor(type: string, key: string, count: number) {
    this.type = type;
    this.key = key;
    this.count = count;
  }
}

/** A tensor before its bytes are read: a part of a storage. */
class TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly contiguous: boolean;
  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    let stride = 1;
    let contiguous = true;
    for (let i = shape.length - 1; i >= 0; i--) {
      // The stride of a dimension of one is never used.
      if (shape[i] !== 1 && strides[i] !== stride) contiguous = false;
      stride *= shape[i]!;
    }
    this.contiguous = contiguous;
  }
}

const strange = (what: string) =>
  badCheckpoint(`The checkpoint describes ${what}. Save the state dict anew in PyTorch.`);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 8 && value.every(isCount);

function rebuildTensor([storage, offset, shape, strides]: readonly Pickled[]): TensorView {
  if (!(storage instanceof Storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    throw strange("a tensor that is none");
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.length !== strides.length || !isCount(offset + count) || offset + count > storage.count) {
    throw strange(`a tensor [${shape}] that its storage of ${storage.count} values does not hold`);
  }
  return new TensorView(storage, offset, shape, strides);
}

const MEANING: PickleMeaning = {
  classes: CLASSES,
  construct(name, args) {
    if (name === ORDERED_DICT && args.length === 0) return new Map();
    if (name === REBUILD_TENSOR) return rebuildTensor(args);
    if (name === REBUILD_PARAMETER && args[0] instanceof TensorView) return args[0];
    throw strange(`a ${name} made in a way that state dicts do not`);
  },
  persistent(id) {
    const [kind, type, key, , count] = Array.isArray(id) ? id : [];
    if (kind !== "storage" || !(type instanceof PickledClass) || typeof key !== "string" || !isCount(count)) {
      throw strange("a storage that is none");
    }
    if (!(type.name in ELEMENT_BYTES)) throw strange(`a storage of ${type.name}`);
    return new Storage(type.name, key, count);
  },
};

/** Values of a half-precision float: sign, five bits of exponent, ten of mantissa. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

/** A storage's elements from `offset` as f32. */
function toFloats(name: string, type: string, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length / ELEMENT_BYTES[type]!;
  switch (type) {
    case "torch.FloatStorage":
      return floatsOf(bytes);
    case "torch.DoubleStorage":
      return Float32Array.from({ length }, (_, i) => view.getFloat64(8 * i, true));
    case "torch.HalfStorage":
      return Float32Array.from({ length }, (_, i) => halfToFloat(view.getUint16(2 * i, true)));
    case "torch.BFloat16Storage": {
      const words = Uint32Array.from({ length }, (_, i) => view.getUint16(2 * i, true) << 16);
      return new Float32Array(words.buffer);
    }
    default:
      throw badCheckpoint(`Tensor ${shown(name)} is of ${type}; weights are floats.`);
  }
}

/** The archive's entries, below the one folder that torch.save puts them in. */
class Archive {
  private readonly file: RandomAccess;
  private readonly entries: ReadonlyMap<string, ZipEntry>;
  private readonly folder: string;
  private last: { readonly name: string; readonly bytes: Uint8Array } | null = null;

  constructor(file: RandomAccess, entries: ReadonlyMap<string, ZipEntry>) {
    this.file = file;
    this.entries = entries;
    const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
    if (pickles.length !== 1) {
      throw badCheckpoint(
        `The archive holds ${pickles.length} entries NAME/data.pkl, not one: it was not written by torch.save. A TorchScript archive or a zip of files must be loaded in PyTorch, and its state dict saved.`,
      );
    }
    this.folder = pickles[0]!.slice(0, -"data.pkl".length);
  }

  entry(name: string): ZipEntry | undefined {
    return this.entries.get(this.folder + name);
  }

  /** The entry's bytes. The last one's are kept: many tensors may be views of one storage, which is read and summed once. */
  async read(name: string): Promise<Uint8Array> {
    if (this.last?.name !== name) this.last = { name, bytes: await readEntry(this.file, this.entry(name)!) };
    return this.last.bytes;
  }
}

function stateTensor(archive: Archive, name: string, view: TensorView): StateTensor {
  const { storage, shape, offset } = view;
  const element = ELEMENT_BYTES[storage.type]!;
  const entry = /^\d+$/.test(storage.key) ? archive.entry(`data/${storage.key}`) : undefined;
  if (!entry)
    throw badCheckpoint(`The archive lacks the data of ${shown(name)}. Download or copy the checkpoint again.`);
  if (entry.bytes !== storage.count * element) {
    throw badCheckpoint(
      `The data of ${shown(name)} have ${entry.bytes} bytes, not ${storage.count * element}. Download or copy the checkpoint again.`,
    );
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const read = async () => {
    if (!view.contiguous)
      throw badCheckpoint(`Tensor ${shown(name)} is not contiguous; save tensor.contiguous() in PyTorch.`);
    const bytes = await archive.read(`data/${storage.key}`);
    return toFloats(name, storage.type, bytes.subarray(offset * element, (offset + count) * element));
  };
  return { shape, read };
}

/** The dict of tensors itself, or where trainers put it. */
function findStateDict(root: Pickled): Map<Pickled, Pickled> {
  let found = root;
  for (const key of ["state_dict", "model_state_dict", "model"]) {
    if (found instanceof Map && found.get(key) instanceof Map) found = found.get(key)!;
  }
  if (!(found instanceof Map))
    throw badCheckpoint("The checkpoint is no state dict. In PyTorch, save model.state_dict().");
  return found;
}

/** Whether the file begins as a zip archive, or as the pickles of PyTorch before 1.6. */
export async function isTorchCheckpoint(file: RandomAccess): Promise<boolean> {
  if (file.size < 4) return false;
  const [a, b] = await file.read(0, 2);
  return (a === 0x50 && b === 0x4b) || a === 0x80;
}

/** Reads the directory of a checkpoint; tensors are read when asked for. Errors: bad-checkpoint, io. */
export async function openTorchCheckpoint(file: RandomAccess): Promise<StateDict> {
  const archive = new Archive(file, await readZip(file));
  if (archive.entry("byteorder")) {
    const order = String.fromCharCode(...(await archive.read("byteorder")).subarray(0, 16));
    if (order !== "little")
      throw badCheckpoint(`The checkpoint's byte order is ${shown(order)}; save it on a little-endian machine.`);
  }
  const root = unpickle(await archive.read("data.pkl"), MEANING);
  const state = new Map<string, StateTensor>();
  for (const [name, value] of findStateDict(root)) {
    if (typeof name !== "string" || !(value instanceof TensorView)) {
      throw badCheckpoint(
        `The state dict's entry ${shown(name)} is no tensor. In PyTorch, save model.state_dict() alone.`,
      );
    }
    state.set(name, stateTensor(archive, name, value));
  }
  return state;
}
