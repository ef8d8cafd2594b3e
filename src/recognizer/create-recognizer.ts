// Makes a recognizer: compiles the engine while the model's bytes arrive in the arena.

import { bundledModel, bundledSideFile } from "../bundled/files.ts";
import { bundledProblem, isBundledName } from "../bundled/names.ts";
import type { Arena } from "../engine/arena-memory.ts";
import { Engine } from "../engine/engine.ts";
import { canShareMemory } from "../engine/helpers.ts";
import { compile, compileSync, isThreaded, requireWebAssembly } from "../engine/module.ts";
import { FoldvoxError, shown } from "../errors.ts";
import { isArrayBuffer, isUint8Array } from "../kinds.ts";
import { LinkedAbort, unlessAborted } from "../loading/abort.ts";
import { loadArena, placeTensors } from "../loading/load-arena.ts";
import { ModelLoader } from "../model/loader.ts";
import type { SideFile } from "../model/side-file.ts";
import { bytesOf } from "../model/source.ts";
import { findNodeModules } from "../platform.ts";
import type { WasmModule } from "../web-types.ts";
import { checkLanguage, type Language, languageOf, loadLanguage } from "./language.ts";
import { Recognizer } from "./recognizer.ts";
import {
  arenaOptions,
  RECOGNIZER_OPTIONS,
  type RecognizerOptions,
  SYNC_RECOGNIZER_OPTIONS,
  type SyncRecognizerOptions,
} from "./recognizer-options.ts";
import type { StreamOptions } from "./stream-options.ts";

/** Starts an engine unless the signal aborts. An engine that starts after the abort is freed. */
async function startEngine(arena: Arena, module: WasmModule, signal?: AbortSignal): Promise<Engine> {
  const starting = Engine.start(arena, module);
  try {
    return await unlessAborted(starting, signal);
  } catch (error) {
    starting.then(
      (engine) => engine.free(),
      () => {},
    );
    throw error;
  }
}

/** Makes a recognizer over an engine. The engine is freed if the model does not support the options. */
function recognizerOver(engine: Engine, options: StreamOptions, language: Language | null): Recognizer {
  try {
    return new Recognizer(engine, options, language);
  } catch (error) {
    engine.free();
    throw error;
  }
}

/**
 * Loads a model and starts an engine. Errors: bad-model, model-version, model-truncated, model-corrupt, out-of-memory,
 * wasm-failed, io, bad-argument; the signal's reason if it aborts.
 * @example
 * ```ts
 * const recognizer = await createRecognizer({ model: modelUrl, onProgress: ({ loadedBytes }) => console.log(loadedBytes) });
 * for await (const result of recognizer.transcribe(chunks)) console.log(result);
 * recognizer.free();
 * ```
 */
export async function createRecognizer(options: RecognizerOptions = {}): Promise<Recognizer> {
  const size = arenaOptions(options, RECOGNIZER_OPTIONS);
  options.signal?.throwIfAborted();
  await findNodeModules();
  // Checks that may throw come before compiling starts: nobody would listen to its promise after a throw.
  const name = options.model === undefined ? "commands" : options.model;
  const model = isBundledName(name) ? bundledModel(name) : name;
  requireWebAssembly();
  const wantsThreads = size.threads !== 1 && canShareMemory();
  // If one fails, the others stop.
  const both = new LinkedAbort(options.signal);
  try {
    const compiling = unlessAborted(compile(options.wasm, wantsThreads), both.signal);
    // The module decides the kind of memory. Without threads, the bundled module need not be awaited.
    const shared = (wantsThreads || options.wasm !== undefined) && isThreaded(await compiling);
    const needs = { ...size, threads: shared && wantsThreads ? size.threads! : 1, shared };
    // Files that the header names are loaded beside the weights.
    let language: Promise<Language | null> = Promise.resolve(null);
    const loading = loadArena(model, { ...options, signal: both.signal }, needs, ({ config }) => {
      const beside = isBundledName(name) ? ({ file }: SideFile) => bundledSideFile(file) : undefined;
      language = loadLanguage(model, config, { ...options, signal: both.signal }, beside);
      // Its failure is reported where it is awaited, unless the model fails first.
      language.catch(() => {});
    });
    const [module, arena] = await Promise.all([compiling, loading]);
    const known = await language;
    const engine = await startEngine(arena, module, both.signal);
    return recognizerOver(engine, options, known);
  } catch (error) {
    both.abort(error);
    throw isBundledName(name) ? bundledProblem(name, error) : error;
  } finally {
    both.unlink();
  }
}

/**
 * createRecognizer without asynchronous start-up, from bytes in memory. The same errors.
 * @example
 * ```ts types
 * import { readFileSync } from "node:fs";
 * import { createRecognizerSync } from "foldvox";
 *
 * const recognizer = createRecognizerSync({
 *   model: readFileSync("node_modules/foldvox/models/commands.safetensors"),
 *   wasm: new WebAssembly.Module(readFileSync("node_modules/foldvox/build/foldvox.simd.wasm")),
 * });
 * ```
 */
export function createRecognizerSync(options: SyncRecognizerOptions): Recognizer {
  const size = arenaOptions(options, SYNC_RECOGNIZER_OPTIONS);
  const { model } = options;
  if (!isUint8Array(model) && !isArrayBuffer(model)) {
    throw new FoldvoxError("bad-argument", `The model is ${shown(model)}; give its bytes, or use createRecognizer().`);
  }
  const module = compileSync(options.wasm);
  const limits = { maxBytes: options.maxBytes, sourceBytes: model.byteLength };
  const loader = new ModelLoader();
  loader.push(bytesOf(model));
  const arena = loader.header
    ? placeTensors(loader, loader.header, { ...size, shared: isThreaded(module) }, limits)
    : null;
  loader.finish();
  const { lexicon, ngrams, pronunciations } = options;
  const { config } = loader.header!;
  checkLanguage(config, options);
  const files = lexicon && { lexicon: bytesOf(lexicon), ngrams: ngrams ? bytesOf(ngrams) : null };
  const language = files ? languageOf(files, config, pronunciations) : null;
  return recognizerOver(Engine.startSync(arena!, module), options, language);
}
