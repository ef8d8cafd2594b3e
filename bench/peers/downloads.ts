// What a page must download before it can recognize, models aside: gzipped scripts and WebAssembly.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { transformSync } from "esbuild";
import type { Table } from "../table.ts";

const FILES: Record<string, readonly string[]> = {
  "foldvox, as published": ["build/index.js", "build/foldvox.relaxed.wasm"],
  "onnxruntime-web (wasm only)": [
    "bench/peers/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs",
    "bench/peers/node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  ],
  "tfjs-backend-wasm (SIMD)": [
    "bench/peers/node_modules/@tensorflow/tfjs-core/dist/tf-core.min.js",
    "bench/peers/node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
    "bench/peers/node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
  ],
};

const contents = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url));
const gzipped = (bytes: Uint8Array | string) => gzipSync(bytes, { level: 9 }).length;

/** As a page's bundler makes it. */
function minified(file: string): Uint8Array | string {
  return file.endsWith(".wasm") ? contents(file) : transformSync(contents(file).toString(), { minify: true }).code;
}

const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

export function downloads(): Table {
  const small = sum(Object.values(FILES)[0]!.map((file) => gzipped(minified(file))));
  const published = Object.entries(FILES).map(([name, files]) => ({
    name,
    bytes: sum(files.map((file) => gzipped(contents(file)))),
  }));
  const rows = [{ name: "foldvox, minified", bytes: small }, ...published];
  return {
    title: "download: scripts and WebAssembly, gzip, without the model",
    columns: ["runtime", "KB", "times ours"],
    rows: rows.map(({ name, bytes }) => [name, bytes / 1000, bytes / small]),
    plot: { mark: "bar", y: ["KB"], unit: "KB" },
  };
}
