// Writes a foldvox model file tensor by tensor, so that converting takes no more memory than its largest tensor.

import { beginChecksum, UNKNOWN_CHECKSUM } from "../model/checksum.ts";
import type { ModelConfig } from "../model/config.ts";
import { VERSION } from "../model/header.ts";
import type { Dtype } from "../model/safetensors.ts";
import type { Hash } from "../model/sha256.ts";

/** Where the file goes. */
export interface FileSink {
  /** Writes bytes at an offset, at the end or over what stands there. Errors: io. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
}

export interface TensorPlan {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

const ELEMENT_BYTES: Record<Dtype, number> = { F32: 4, I8: 1, U8: 1 };

const bytesOf = ({ dtype, shape }: TensorPlan) => shape.reduce((product, size) => product * size, ELEMENT_BYTES[dtype]);

export class ModelWriter {
  private readonly sink: FileSink;
  private readonly config: ModelConfig;
  private readonly plan: readonly TensorPlan[];
  private readonly hash: Hash;
  private index = 0;
  private at: number;

  private constructor(sink: FileSink, config: ModelConfig, plan: readonly TensorPlan[]) {
    this.sink = sink;
    this.config = config;
    this.plan = plan;
    const header = this.header(UNKNOWN_CHECKSUM);
    this.hash = beginChecksum({ version: VERSION, sha256: UNKNOWN_CHECKSUM }, header);
    this.at = header.length;
  }

  /** Begins a file with these tensors in this order. */
  static async begin(sink: FileSink, config: ModelConfig, plan: readonly TensorPlan[]): Promise<ModelWriter> {
    const writer = new ModelWriter(sink, config, plan);
    await sink.write(0, writer.header(UNKNOWN_CHECKSUM));
    return writer;
  }

  /** The next tensor's bytes. */
  async add(bytes: Uint8Array): Promise<void> {
    const next = this.plan[this.index++];
    if (!next || bytes.length !== bytesOf(next)) throw new RangeError(`not the bytes of ${next?.name}`);
    this.hash.update(bytes);
    await this.sink.write(this.at, bytes);
    this.at += bytes.length;
  }

  /** Puts the checksum into the header and returns the file's bytes. */
  async finish(): Promise<number> {
    if (this.index !== this.plan.length) throw new RangeError("not all tensors have been added");
    await this.sink.write(0, this.header(this.hash.digestHex()));
    return this.at;
  }

  private header(sha256: string): Uint8Array {
    const config = JSON.stringify(this.config);
    const metadata = { format: "foldvox", version: String(VERSION), sha256, config };
    const entries: Record<string, unknown> = { __metadata__: metadata };
    let offset = 0;
    for (const tensor of this.plan) {
      const end = offset + bytesOf(tensor);
      entries[tensor.name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, end] };
      offset = end;
    }
    const json = new TextEncoder().encode(JSON.stringify(entries));
    const padded = Math.ceil(json.length / 8) * 8;
    const header = new Uint8Array(8 + padded).fill(0x20, 8);
    new DataView(header.buffer).setUint32(0, padded, true);
    header.set(json, 8);
    return header;
  }
}
