// The fields of a model's configuration, each checked as it is read.

import { FoldvoxError, shown } from "../errors.ts";
import { type PhraseConfig, readPhraseConfig } from "./phrase-config.ts";

/** Of a token, in UTF-16 units. */
const LONGEST_TOKEN = 256;

/** Line breaks and escape sequences of any kind: a token that holds one can forge output. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Errors: bad-model, naming the field. */
export function wrong(path: string, problem: string): FoldvoxError {
  return new FoldvoxError(
    "bad-model",
    `The model's configuration is wrong: ${path} ${problem}. Export the model anew.`,
  );
}

/** Reads fields of one JSON object, and knows the object's path in the configuration. */
export class Fields {
  private readonly object: Record<string, unknown>;
  private readonly path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(path, "is not an object");
    this.object = value as Record<string, unknown>;
    this.path = path;
  }

  private at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  child(name: string): Fields {
    return new Fields(this.object[name], this.at(name));
  }

  integer(name: string, least: number, most: number): number {
    const value = this.object[name];
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      throw wrong(this.at(name), `is ${shown(value)}, not a whole number from ${least} to ${most}`);
    }
    return value as number;
  }

  positive(name: string): number {
    const value = this.object[name];
    // In the engine's f32 the number must be neither zero nor infinite.
    if (typeof value !== "number" || !Number.isFinite(Math.fround(value)) || !(Math.fround(value) > 0)) {
      throw wrong(this.at(name), `is ${shown(value)}, not a positive number`);
    }
    return value;
  }

  boolean(name: string): boolean {
    const value = this.object[name];
    if (typeof value !== "boolean") throw wrong(this.at(name), "is not true or false");
    return value;
  }

  string(name: string, absent?: string): string {
    const value = this.object[name] ?? absent;
    if (typeof value !== "string") throw wrong(this.at(name), "is not a text");
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.object[name];
    if (!choices.includes(value as T)) {
      throw wrong(this.at(name), `is ${shown(value)}, not one of ${choices.join(", ")}`);
    }
    return value as T;
  }

  list(name: string, least: number, most: number): unknown[] {
    const value = this.object[name];
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw wrong(this.at(name), `is not a list of ${least} to ${most} entries`);
    }
    return value;
  }

  integers(name: string, least: number, most: number): number[] {
    return this.list(name, 0, most - least + 1).map((value, i) => {
      if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
      throw wrong(`${this.at(name)}[${i}]`, `is ${shown(value)}, not a whole number from ${least} to ${most}`);
    });
  }

  strings(name: string, least: number, most: number): string[] {
    return this.list(name, least, most).map((value, i) => {
      if (typeof value !== "string" || value === "") throw wrong(`${this.at(name)}[${i}]`, "is not a text");
      return value;
    });
  }

  /** Texts that are printed unchanged, on terminals and in subtitles. */
  tokens(name: string, least: number, most: number): string[] {
    const tokens = this.strings(name, least, most);
    for (let i = 0; i < tokens.length; i++) {
      const place = `${this.at(name)}[${i}]`;
      if (tokens[i]!.length > LONGEST_TOKEN) throw wrong(place, `has more than ${LONGEST_TOKEN} characters`);
      if (CONTROL.test(tokens[i]!)) throw wrong(place, "holds a control character or a line break");
    }
    return tokens;
  }

  phrases(name: string): PhraseConfig {
    return readPhraseConfig(this.object[name], (problem) => wrong(this.at(name), problem));
  }

  has(name: string): boolean {
    return this.object[name] !== undefined;
  }
}
