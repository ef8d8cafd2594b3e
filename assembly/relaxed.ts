// The exports of the relaxed build: all of the engine's, and the kernels that only it has, for tests and benchmarks.

export * from "./index";
export { matmulInt7, packInt7 } from "./kernels/matmul-int7";
export { quantizeRowsWithSums } from "./kernels/quantize";
