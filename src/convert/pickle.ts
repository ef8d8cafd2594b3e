// A reader for the pickles in PyTorch checkpoints: the few opcodes of protocol 2 that torch.save uses for a state dict. It builds
// plain values and executes nothing: classes are names, and what "calling" one means is said by the caller, who knows them.
// Anything else is refused. Opcodes: Python's pickletools.

import { shown } from "../errors.ts";
import { badCheckpoint } from "./bad-checkpoint.ts";

/** A class by name; nothing of it exists here. */
export class PickledClass {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Lists and tuples are arrays, dicts are Maps. */
export type Pickled = number | boolean | null | string | PickledClass | object | Pickled[] | Map<Pickled, Pickled>;

/** What the pickle's classes mean. */
export interface PickleMeaning {
  /** Classes that may be named, as module.name. */
  readonly classes: ReadonlySet<string>;
  /** What a class gives for these arguments. */
  construct(name: string, args: readonly Pickled[]): Pickled;
  /** What a persistent id stands for. */
  persistent(id: Pickled): Pickled;
}

const MARK = Symbol("mark");

/** More than any state dict holds. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A dict takes some two hundred bytes: so many of any kind stay within a gigabyte. A state dict has a few for every tensor. */
const MOST_VALUES = 4_000_000;

class Unpickler {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly meaning: PickleMeaning;
  private readonly stack: (Pickled | typeof MARK)[] = [];
  /** Where the marks in the stack are. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, Pickled>();
  private at = 0;
  private values = 0;

  constructor(bytes: Uint8Array, meaning: PickleMeaning) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.meaning = meaning;
  }

  run(): Pickled {
    for (;;) {
      const place = this.at;
      const opcode = this.bytes[this.advance(1)]!;
      if (opcode === 0x2e) return this.pop(); // STOP
      if (!this.step(opcode)) {
        throw this.refused(`it uses opcode 0x${opcode.toString(16).padStart(2, "0")} at byte ${place}`);
      }
    }
  }

  /** One opcode; false if it is none that a state dict needs. */
  private step(opcode: number): boolean {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.bytes[this.advance(1)] !== 2) throw this.refused("it is not of protocol 2, which torch.save uses");
        return true;
      case 0x28: // MARK
        this.marks.push(this.stack.length);
        return this.push(MARK as unknown as Pickled);
      case 0x4e: // NONE
        return this.push(null);
      case 0x88: // NEWTRUE
        return this.push(true);
      case 0x89: // NEWFALSE
        return this.push(false);
      case 0x4b: // BININT1
        return this.push(this.bytes[this.advance(1)]!);
      case 0x4d: // BININT2
        return this.push(this.view.getUint16(this.advance(2), true));
      case 0x4a: // BININT
        return this.push(this.view.getInt32(this.advance(4), true));
      case 0x8a: // LONG1
        return this.push(this.long());
      case 0x47: // BINFLOAT
        return this.push(this.view.getFloat64(this.advance(8), false));
      case 0x58: // BINUNICODE
        return this.push(this.text(this.view.getUint32(this.advance(4), true)));
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return this.push([]);
      case 0x7d: // EMPTY_DICT
        return this.push(new Map());
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.push(this.popMany(opcode - 0x84));
      case 0x74: // TUPLE
        return this.push(this.popToMark());
      case 0x61: // APPEND
        return this.append([this.pop()]);
      case 0x65: // APPENDS
        return this.append(this.popToMark());
      case 0x73: // SETITEM
        return this.setItems(this.popMany(2));
      case 0x75: // SETITEMS
        return this.setItems(this.popToMark());
      case 0x71: // BINPUT
        return this.remember(this.bytes[this.advance(1)]!);
      case 0x72: // LONG_BINPUT
        return this.remember(this.view.getUint32(this.advance(4), true));
      case 0x68: // BINGET
        return this.recall(this.bytes[this.advance(1)]!);
      case 0x6a: // LONG_BINGET
        return this.recall(this.view.getUint32(this.advance(4), true));
      case 0x63: // GLOBAL
        return this.push(this.pickledClass());
      case 0x52: // REDUCE
        return this.reduce();
      case 0x51: // BINPERSID
        return this.push(this.meaning.persistent(this.pop()));
      case 0x62: // BUILD
        return this.build();
      default:
        return false;
    }
  }

  private refused(what: string): Error {
    return badCheckpoint(
      `The checkpoint's pickle is refused: ${what}. Only plain state dicts are read, and nothing is executed. In PyTorch, save model.state_dict() alone.`,
    );
  }

  /** Steps over bytes and returns where they were. */
  private advance(count: number): number {
    const at = this.at;
    if (at + count > this.bytes.length) throw this.refused("it ends early");
    this.at += count;
    return at;
  }

  private push(value: Pickled): true {
    if (++this.values > MOST_VALUES) throw this.refused(`it makes more than ${MOST_VALUES} values`);
    this.stack.push(value);
    return true;
  }

  private pop(): Pickled {
    const value = this.stack.pop();
    if (value === undefined || value === MARK)
      throw this.refused(`it takes a value that is not there, at byte ${this.at}`);
    return value as Pickled;
  }

  private popMany(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  private popToMark(): Pickled[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.refused(`it lacks a mark, at byte ${this.at}`);
    const values = this.stack.splice(mark);
    values.shift();
    return values as Pickled[];
  }

  private top(): Pickled {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  private append(values: Pickled[]): true {
    const list = this.top();
    if (!Array.isArray(list)) throw this.refused("it appends to what is no list");
    for (const value of values) list.push(value);
    return true;
  }

  private setItems(pairs: Pickled[]): true {
    const dict = this.top();
    if (!(dict instanceof Map) || pairs.length % 2 !== 0) throw this.refused("it sets items of what is no dict");
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i]!, pairs[i + 1]!);
    return true;
  }

  private remember(slot: number): true {
    this.memo.set(slot, this.top());
    return true;
  }

  private recall(slot: number): true {
    const value = this.memo.get(slot);
    if (value === undefined) throw this.refused(`it recalls value ${slot}, which it has not kept`);
    return this.push(value);
  }

  /** Little-endian two's complement; sizes and counts fit in a number. */
  private long(): number {
    const count = this.bytes[this.advance(1)]!;
    const at = this.advance(count);
    if (count > 8) throw this.refused("it holds a number that no size has");
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]!);
    return Number(BigInt.asIntN(8 * count, value));
  }

  private text(count: number): string {
    const at = this.advance(count);
    return decodeUtf8(this.bytes.subarray(at, at + count));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.refused("it ends early");
    const text = decodeUtf8(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  private pickledClass(): PickledClass {
    const name = `${this.line()}.${this.line()}`;
    if (!this.meaning.classes.has(name)) throw this.refused(`it names ${shown(name)}`);
    return new PickledClass(name);
  }

  private reduce(): true {
    const args = this.pop();
    const made = this.pop();
    if (!(made instanceof PickledClass) || !Array.isArray(args)) throw this.refused("it calls what is no class");
    return this.push(this.meaning.construct(made.name, args));
  }

  /** Attributes of an OrderedDict: state dicts carry their versions there, which nobody needs. */
  private build(): true {
    this.pop();
    if (!(this.top() instanceof Map)) throw this.refused("it sets attributes of what is no dict");
    return true;
  }
}

const decoder = new TextDecoder();
const decodeUtf8 = (bytes: Uint8Array) => decoder.decode(bytes);

/** The value of a pickle. Errors: bad-checkpoint. */
export function unpickle(bytes: Uint8Array, meaning: PickleMeaning): Pickled {
  if (bytes.length > MOST_BYTES)
    throw badCheckpoint(`The checkpoint's pickle has ${bytes.length} bytes; a state dict's is small.`);
  return new Unpickler(bytes, meaning).run();
}
