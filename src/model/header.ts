// The header of a foldvox model file: everything that is known before the weights arrive.

import { INT4_GROUP } from "../engine/layout.ts";
import { FoldvoxError, shown } from "../errors.ts";
import { isUint8Array } from "../kinds.ts";
import { type ModelConfig, parseConfig } from "./config.ts";
import { readSafetensorsHeader, type SafetensorsHeader, type TensorEntry } from "./safetensors.ts";
import { expectedTensors, groupsName, scaleName, type TensorSpec } from "./tensors.ts";

/** A tensor of the model file. */
export type ModelTensor = TensorEntry;

/** The header: the part of a model file before the weights. */
export interface ModelHeader {
  readonly config: ModelConfig;
  /** Version of the file format. */
  readonly version: number;
  /** In the file's order. */
  readonly tensors: readonly ModelTensor[];
  /** Checksum of the file (src/model/checksum.ts), in hexadecimal. */
  readonly sha256: string;
  /** Bytes before the data section, of the data section, and of the file. */
  readonly headerBytes: number;
  readonly dataBytes: number;
  readonly fileBytes: number;
}

const FORMAT = "foldvox";
/** The version that this release writes. It reads all versions from 1 on. */
export const VERSION = 2;

interface Metadata {
  readonly version: number;
  readonly sha256: string;
  readonly config: string;
}

function checkMetadata(metadata: Readonly<Record<string, string>>): Metadata {
  const { format, version, sha256, config } = metadata;
  if (format !== FORMAT) {
    throw new FoldvoxError(
      "bad-model",
      "The file is a safetensors file, but not a foldvox model: its metadata lack the format.",
    );
  }
  const number = Number(version);
  if (version !== String(number) || !Number.isInteger(number) || number < 1 || number > VERSION) {
    throw new FoldvoxError(
      "model-version",
      `The model file is of version ${shown(version)}; this release reads versions 1 to ${VERSION}. Use a newer foldvox, or export the model anew.`,
    );
  }
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new FoldvoxError(
      "bad-model",
      "The model's metadata lack a sha256 of 64 hexadecimal digits. Export the model anew.",
    );
  }
  if (config === undefined) {
    throw new FoldvoxError("bad-model", "The model's metadata lack its configuration. Export the model anew.");
  }
  return { version: number, sha256, config };
}

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** Describes what is wrong with a file's tensors. */
class TensorProblems {
  private readonly missing: string[] = [];
  private readonly unexpected: string[];
  private readonly wrong: string[] = [];

  constructor(header: SafetensorsHeader, specs: readonly TensorSpec[]) {
    const found = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
    const take = (name: string, shape: readonly number[], dtypes: readonly string[]) => {
      const tensor = found.get(name);
      found.delete(name);
      if (!tensor) this.missing.push(name);
      else if (!sameShape(tensor.shape, shape)) this.wrong.push(`${name} is [${tensor.shape}], not [${shape}]`);
      else if (!dtypes.includes(tensor.dtype))
        this.wrong.push(`${name} is ${tensor.dtype}, not ${dtypes.join(" or ")}`);
    };
    for (const { name, shape, kind } of specs) {
      if (kind === "optional" && !found.has(name)) continue;
      const dtype = found.get(name)?.dtype;
      const [outputs, inputs] = shape as [number, number];
      const int4 = kind === "matrix" && dtype === "U8" && inputs % INT4_GROUP === 0;
      const quantizable = kind === "matrix" || kind === "table";
      if (int4) {
        take(name, [outputs, inputs / 2], ["U8"]);
        take(groupsName(name), [outputs, inputs / INT4_GROUP], ["I8"]);
      } else take(name, shape, quantizable ? ["I8", "F32"] : ["F32"]);
      if (int4 || (quantizable && dtype === "I8")) take(scaleName(name), [outputs], ["F32"]);
    }
    this.unexpected = Array.from(found.keys(), shown);
  }

  /** Errors: bad-model, listing the first few of each kind. */
  throwIfAny(): void {
    const list = (title: string, items: string[]) =>
      items.length === 0
        ? []
        : [`${title}: ${items.slice(0, 5).join(", ")}${items.length > 5 ? ` and ${items.length - 5} more` : ""}`];
    const all = [
      ...list("missing", this.missing),
      ...list("unexpected", this.unexpected),
      ...list("wrong", this.wrong),
    ];
    if (all.length === 0) return;
    throw new FoldvoxError(
      "bad-model",
      `The model's tensors do not fit its configuration. ${all.join("; ")}. Export the model anew.`,
    );
  }
}

/**
 * Reads and checks a model's header from the first bytes of its file, which must hold the whole header.
 * Errors: bad-argument, bad-model, model-version, model-truncated.
 * @example
 * ```ts
 * import { arenaBytes, readModelHeader } from "foldvox";
 *
 * const response = await fetch(modelUrl, { headers: { Range: "bytes=0-65535" } });
 * const header = readModelHeader(new Uint8Array(await response.arrayBuffer()));
 * console.log(header.config.name, header.config.tokens.length, arenaBytes(header));
 * ```
 */
export function readModelHeader(bytes: Uint8Array): ModelHeader {
  if (!isUint8Array(bytes)) {
    throw new FoldvoxError("bad-argument", `The model's first bytes are ${shown(bytes)}; give a Uint8Array.`);
  }
  const header = readSafetensorsHeader(bytes);
  const { version, sha256, config: json } = checkMetadata(header.metadata);
  const config = parseConfig(json);
  new TensorProblems(header, expectedTensors(config)).throwIfAny();
  const { tensors, headerBytes, dataBytes } = header;
  return { config, version, tensors, sha256, headerBytes, dataBytes, fileBytes: headerBytes + dataBytes };
}
