// What a value is, whatever realm it comes from: a frame's, a test environment's or a vm context's classes are not ours, and
// instanceof does not know their objects.

import { tagOf } from "./errors.ts";
import type { WasmModule } from "./web-types.ts";

/** The name of a typed array's class; of subclasses, such as Node's Buffer, that of the built-in. */
const arrayTagOf = (value: unknown): string => (ArrayBuffer.isView(value) ? tagOf(value) : "");

export const isUint8Array = (value: unknown): value is Uint8Array => arrayTagOf(value) === "Uint8Array";
export const isFloat32Array = (value: unknown): value is Float32Array => arrayTagOf(value) === "Float32Array";
export const isInt16Array = (value: unknown): value is Int16Array => arrayTagOf(value) === "Int16Array";
export const isArrayBuffer = (value: unknown): value is ArrayBuffer => tagOf(value) === "ArrayBuffer";
export const isAudioBuffer = (value: unknown): boolean => tagOf(value) === "AudioBuffer";
export const isUrl = (value: unknown): value is URL => tagOf(value) === "URL";
export const isBlob = (value: unknown): value is Blob => /^(Blob|File)$/.test(tagOf(value));
export const isResponse = (value: unknown): value is Response => tagOf(value) === "Response";
export const isReadableStream = (value: unknown): value is ReadableStream => tagOf(value) === "ReadableStream";

/** A stand-in for WebAssembly has a Module of its own (src/plain/webassembly.ts). */
export const isWasmModule = (value: unknown): value is WasmModule =>
  tagOf(value) === "WebAssembly.Module" || value instanceof WebAssembly.Module;

/** The module as one of our realm, for a loader that asks by instanceof. */
export const ownModule = (module: WasmModule): WasmModule =>
  module instanceof WebAssembly.Module || typeof structuredClone !== "function" ? module : structuredClone(module);

/** Whether memory is shared with other threads, which may write to it at any time. */
export const isShared = (view: ArrayBufferView): boolean => tagOf(view.buffer) === "SharedArrayBuffer";
