// The engine's exports: the model's steps, and single kernels for tests and benchmarks. Arguments are sizes and addresses in the
// arena. Nothing is checked here, because the host has checked it (src/engine).

export { initModel, acceptSamples, acceptFrames, finishSamples, finishFrames, step } from "./model/model";
export { predictSymbols, joinRow } from "./model/model";
export { resetStream } from "./model/stream";

export { initLogMel, logMel } from "./frontend/log-mel";
export { selfAttention } from "./layers/self-attention";
export { feedForward } from "./layers/feed-forward";
export { activate } from "./kernels/activation";
export { attend } from "./kernels/attention";
export { depthwise, transposeTaps } from "./kernels/depthwise";
export { glu } from "./kernels/glu";
export { layerNorm } from "./kernels/layer-norm";
export { lstmCell, lstmHidden } from "./kernels/lstm";
export { matmulF32 } from "./kernels/matmul-f32";
export { matmulInt4, unpackInt4 } from "./kernels/matmul-int4";
export { matmulInt8 } from "./kernels/matmul-int8";
export { dequantizeRow, quantizeRows } from "./kernels/quantize";
export { logAddTail, logSoftmax, softmax } from "./kernels/softmax";
export { topK } from "./kernels/top-k";

import { SIMD } from "./target/build";

/** First byte after the module's own static data. The arena must start there or later. */
export function staticEnd(): usize {
  return __heap_base;
}

/** True in the SIMD build: how the host tells the builds apart. */
export function simd(): bool {
  return SIMD;
}
