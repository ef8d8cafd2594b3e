// The int8 product against its C twin and against the machine: GOP/s, share of a register-only peak, ratio to C.

import { CTwin } from "./c-twin.ts";
import { KernelBench } from "./kernels.ts";
import { type Case, compare } from "./rounds.ts";
import type { Table } from "./table.ts";

/** Rows, outputs, inputs: those of base size, of 144 wide, of the commands model, then row counts. */
const SHAPES: [M: number, N: number, K: number][] = [
  [5, 2048, 512],
  [5, 512, 2048],
  [5, 576, 144],
  [5, 512, 128],
  [10, 256, 64],
  ...[1, 2, 3, 4, 8, 16, 32].map((M): [number, number, number] => [M, 2048, 512]),
];

const PEAK_REPEATS = 500_000;

/** Enough products for a few milliseconds. */
const repeatsFor = (operations: number) => Math.max(1, Math.round(1e8 / operations));

export async function matmul(): Promise<Table> {
  const twins = (["sse4.1", "avx"] as const).map((encoding) => ({ encoding, twin: CTwin.start(encoding) }));
  const rows: (string | number | null)[][] = [];
  for (const [M, N, K] of SHAPES) {
    const operations = 2 * M * N * K;
    const repeats = repeatsFor(operations);
    const product = new KernelBench().product(M, N, K);
    const units = (repeats * operations) / 1e9;
    const wasm: Case = {
      name: "wasm",
      units,
      run: () => {
        for (let i = 0; i < repeats; i++) product();
      },
    };
    const cases = [wasm];
    for (const { encoding, twin } of twins) {
      if (!twin) continue;
      const run = async () => {
        await twin.ask(`product ${M} ${N} ${K} ${repeats}`);
      };
      cases.push({ name: encoding, units, run });
    }
    const peakTwin = twins[1]!.twin;
    if (peakTwin) {
      const run = async () => {
        await peakTwin.ask(`peak ${PEAK_REPEATS}`);
      };
      cases.push({ name: "peak", units: (PEAK_REPEATS * 64 * 16) / 1e9, run });
    }
    const timings = await compare(`int8 product ${M} x ${N} x ${K}`, cases);
    const rate = timings[0]!.rate;
    const ratioOf = (name: string) => {
      const timing = timings.find((t) => t.name === name);
      return timing ? 1 / timing.ratio : null;
    };
    rows.push([`${M} x ${N} x ${K}`, rate, ratioOf("sse4.1"), ratioOf("avx"), ratioOf("peak")]);
  }
  for (const { twin } of twins) twin?.stop();
  return {
    title: "int8 product: rows x outputs x inputs, one thread",
    columns: ["shape", "GOP/s", "of C, SSE4.1", "of C, 128-bit AVX", "of the 128-bit peak"],
    rows,
  };
}
