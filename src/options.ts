// Option objects as callers give them. An unknown option is an error; otherwise a typo would silently mean the default.

import { FoldvoxError, shown } from "./errors.ts";

/** What an option has to be; "any" where its owner says more about it. */
export type OptionType = "any" | "object" | "function" | "boolean" | "signal";

/** The options of an interface: every name, none forgotten. */
export type OptionTypes<Options> = Record<keyof Required<Options> & string, OptionType>;

const ADVICE = { object: "an object", function: "a function", boolean: "true or false", signal: "an AbortSignal" };

/** Whether a value can be used as a signal, whatever realm or library it comes from. */
function isSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener, throwIfAborted } = Object(value) as Partial<AbortSignal>;
  const methods = [addEventListener, removeEventListener, throwIfAborted];
  return typeof aborted === "boolean" && methods.every((method) => typeof method === "function");
}

function isOfType(value: unknown, type: OptionType): boolean {
  if (type === "any") return true;
  return type === "signal" ? isSignal(value) : typeof value === type && value !== null;
}

/**
 * Checks that `given` is an object of these options. What is undefined counts as not given.
 * Errors: bad-argument, beginning with `what`.
 */
export function checkOptions(what: string, given: unknown, types: Readonly<Record<string, OptionType>>): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new FoldvoxError("bad-argument", `${what} is ${shown(given)}; give an object.`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(types, name)) {
      const names = Object.keys(types).join(", ");
      throw new FoldvoxError("bad-argument", `${what}.${name} is no option; there are ${names}.`);
    }
    const type = types[name]!;
    if (isOfType(value, type)) continue;
    const advice = type === "any" ? "something else" : ADVICE[type];
    throw new FoldvoxError("bad-argument", `${what}.${name} is ${shown(value)}; give ${advice}.`);
  }
}

/** A count from 1 to `most`. Errors: bad-argument, beginning with `what`. */
export function checkCount(what: string, count: number, most: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new FoldvoxError("bad-argument", `${what} is ${shown(count)}; give a whole number from 1 to ${most}.`);
}
