// Where the engine's code comes from, and which build of it runs.

import { bundledEngines, bundledThreadEngines, FILES_ADVICE } from "../bundled/files.ts";
import { FoldvoxError, shown } from "../errors.ts";
import { isArrayBuffer, isUrl, isWasmModule, ownModule } from "../kinds.ts";
import { readUrl } from "../platform.ts";
import type { Bytes, WasmModule } from "../web-types.ts";

/** The engine that a caller may give in place of the bundled .wasm files. */
export type WasmSource = WasmModule | Bytes | URL | string;

function failed(reason: string, options?: { cause: unknown }): FoldvoxError {
  return new FoldvoxError(
    "wasm-failed",
    `The engine does not compile here: ${reason}. A content security policy must allow 'wasm-unsafe-eval'; where only compiled modules are allowed, pass a WebAssembly.Module as the wasm option; foldvox/plain does without WebAssembly.`,
    options,
  );
}

const failure = (cause: unknown) => failed(cause instanceof Error ? cause.message : String(cause), { cause });

/** Throws if this runtime cannot compile WebAssembly. Errors: wasm-failed. */
export function requireWebAssembly(): void {
  if (typeof WebAssembly === "undefined") throw failed("there is no WebAssembly");
}

const NONE_VALIDATES = "its WebAssembly lacks what every build needs";

/**
 * The first bundled build that can be read and that validates. Threads builds come first if threads are wanted. The real modules are
 * validated because feature probes have been wrong. Errors: wasm-failed; io if none can be read.
 */
async function bundledBytes(threads: boolean): Promise<Bytes> {
  let problem: unknown = failed(NONE_VALIDATES);
  for (const engine of threads ? [...bundledThreadEngines, ...bundledEngines] : bundledEngines) {
    try {
      const found = engine();
      const bytes = ArrayBuffer.isView(found) ? found : await readUrl(found);
      if (WebAssembly.validate(bytes)) return bytes;
    } catch (cause) {
      // If a server has only some builds, try the next.
      problem = cause;
    }
  }
  if (!(problem instanceof FoldvoxError) || problem.code !== "io" || problem.message.includes(FILES_ADVICE))
    throw problem;
  throw new FoldvoxError("io", `${problem.message} ${FILES_ADVICE}`, { cause: problem });
}

/** The same for builds that are already in memory. Errors: wasm-failed, bad-argument. */
function bundledBytesSync(): Bytes {
  for (const engine of bundledEngines) {
    const found = engine();
    if (!ArrayBuffer.isView(found)) {
      throw new FoldvoxError(
        "bad-argument",
        "The engine's file cannot be read at once; pass its bytes as the wasm option, or use foldvox/inline.",
      );
    }
    if (WebAssembly.validate(found)) return found;
  }
  throw failed(NONE_VALIDATES);
}

/** Compiles synchronously. Errors: wasm-failed, bad-argument. */
export function compileSync(source?: WasmModule | Bytes): WasmModule {
  requireWebAssembly();
  if (isWasmModule(source)) return ownModule(source);
  const bytes = source ?? bundledBytesSync();
  try {
    return new WebAssembly.Module(bytes as BufferSource);
  } catch (cause) {
    throw failure(cause);
  }
}

/** Whether it is the threads build, which needs shared memory. */
export function isThreaded(module: WasmModule): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === "help");
}

/**
 * Compiles the given engine, or the bundled one: for threads if they are wanted and supported. A compiled module holds no
 * memory and may be shared. Errors: wasm-failed, io.
 */
export async function compile(source?: WasmSource, threads = false): Promise<WasmModule> {
  requireWebAssembly();
  if (isWasmModule(source)) return ownModule(source);
  let bytes: Bytes;
  if (source === undefined) bytes = await bundledBytes(threads);
  else if (ArrayBuffer.isView(source) || isArrayBuffer(source)) bytes = source;
  else if (typeof source === "string" || isUrl(source)) bytes = await readUrl(source);
  else throw new FoldvoxError("bad-argument", `wasm is ${shown(source)}; give a compiled module, bytes, or a URL.`);
  try {
    return await WebAssembly.compile(bytes as BufferSource);
  } catch (cause) {
    throw failure(cause);
  }
}
