// Where the engine's code comes from, and which build of it runs.

import { FoldvoxError } from "../errors.ts";
import { readUrl } from "../platform.ts";

/** What a caller may give in place of the bundled .wasm files. */
export type WasmSource = WebAssembly.Module | BufferSource | URL | string;

function failed(cause: unknown): FoldvoxError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FoldvoxError(
    "wasm-failed",
    `The engine does not compile here: ${reason}. Where WebAssembly may not be compiled from bytes, pass a WebAssembly.Module as the wasm option.`,
    { cause },
  );
}

/** Compiles at once, for places without asynchronous start-up. Errors: wasm-failed. */
export function compileSync(source: WebAssembly.Module | BufferSource): WebAssembly.Module {
  if (source instanceof WebAssembly.Module) return source;
  try {
    return new WebAssembly.Module(source);
  } catch (cause) {
    throw failed(cause);
  }
}

/** The bundled build: the first that validates (feature probes have lied, so the real module is asked); scalar always does. */
async function bundledBytes(threads: boolean): Promise<BufferSource> {
  // Written out, so that bundlers see and copy the files.
  if (threads) {
    const shared = await readUrl(new URL("./foldvox.threads.wasm", import.meta.url));
    if (WebAssembly.validate(shared)) return shared;
  }
  const simd = await readUrl(new URL("./foldvox.simd.wasm", import.meta.url));
  if (WebAssembly.validate(simd)) return simd;
  return readUrl(new URL("./foldvox.scalar.wasm", import.meta.url));
}

/** Whether it is the threads build, which wants shared memory. */
export function isThreaded(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === "helpWithProducts");
}

/**
 * Compiles the given engine, or the bundled one, for threads if they are wanted and can be had. A compiled module holds no
 * memory and may be shared. Errors: wasm-failed, io.
 */
export async function compile(source?: WasmSource, threads = false): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  let bytes: BufferSource;
  if (source === undefined) bytes = await bundledBytes(threads);
  else if (typeof source === "string" || source instanceof URL) bytes = await readUrl(source);
  else bytes = source;
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw failed(cause);
  }
}
