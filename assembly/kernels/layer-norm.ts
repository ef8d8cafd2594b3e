// Layer normalisation of rows (Ba et al., arXiv 1607.06450): (x - mean) / sqrt(variance + eps) * gamma + beta.
//
// Loops take four vectors per iteration, as `sum` and `dot` do, because V8's loop overhead is large beside so little work. The
// norms of a step of `commands` take 5.0 instead of 8.3 µs (V8 13.6, one Zen 5 core of a busy machine).

import { SIMD } from "../target/build";
import { add, loadLanes, mul, splat, storeLanes, sub } from "../target/lanes";
import { dot, sum } from "../target/sums";

// @ts-ignore: decorator
@inline function centreAt<V>(out: usize, x: usize, mean: f32): void {
  storeLanes<V>(out, sub<V>(loadLanes<V>(x), splat<V>(mean)));
}

// @ts-ignore: decorator
@inline function scaleAt<V>(out: usize, scale: f32, gamma: usize, beta: usize): void {
  const x = mul<V>(loadLanes<V>(out), splat<V>(scale));
  storeLanes<V>(out, add<V>(mul<V>(x, loadLanes<V>(gamma)), loadLanes<V>(beta)));
}

// @ts-ignore: decorator
@inline function centreFour(out: usize, x: usize, mean: f32): void {
  centreAt<v128>(out, x, mean);
  centreAt<v128>(out + 16, x + 16, mean);
  centreAt<v128>(out + 32, x + 32, mean);
  centreAt<v128>(out + 48, x + 48, mean);
}

// @ts-ignore: decorator
@inline function scaleFour(out: usize, scale: f32, gamma: usize, beta: usize): void {
  scaleAt<v128>(out, scale, gamma, beta);
  scaleAt<v128>(out + 16, scale, gamma + 16, beta + 16);
  scaleAt<v128>(out + 32, scale, gamma + 32, beta + 32);
  scaleAt<v128>(out + 48, scale, gamma + 48, beta + 48);
}

/** out[M][N] = layer norm of x[M][N] with gamma[N], beta[N]; out may be x. */
export function layerNorm(out: usize, x: usize, gamma: usize, beta: usize, eps: f32, M: i32, N: i32): void {
  const inverse: f32 = <f32>1 / <f32>N;
  // Two loops over rows: a sum is a chain of additions, and the processor can start the next row's chain meanwhile.
  for (let m = 0; m < M; m++) {
    const mean = sum(x, N) * inverse;
    let i = 0;
    if (SIMD) {
      for (; i + 16 <= N; i += 16) centreFour(out + (<usize>i << 2), x + (<usize>i << 2), mean);
      for (; i + 4 <= N; i += 4) centreAt<v128>(out + (<usize>i << 2), x + (<usize>i << 2), mean);
    }
    for (; i < N; i++) centreAt<f32>(out + (<usize>i << 2), x + (<usize>i << 2), mean);
    x += <usize>N << 2;
    out += <usize>N << 2;
  }
  out -= <usize>(M * N) << 2;
  for (let m = 0; m < M; m++) {
    const scale: f32 = <f32>1 / sqrt<f32>(dot(out, out, N) * inverse + eps);
    let i = 0;
    if (SIMD) {
      for (; i + 16 <= N; i += 16) {
        const o = <usize>i << 2;
        scaleFour(out + o, scale, gamma + o, beta + o);
      }
      for (; i + 4 <= N; i += 4) {
        const o = <usize>i << 2;
        scaleAt<v128>(out + o, scale, gamma + o, beta + o);
      }
    }
    for (; i < N; i++) {
      const o = <usize>i << 2;
      scaleAt<f32>(out + o, scale, gamma + o, beta + o);
    }
    out += <usize>N << 2;
  }
}
