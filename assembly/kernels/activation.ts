// Activations and other maps of one vector onto itself.

import { SIMD } from "../target/build";
import { lanes, loadLanes, max, min, mul, splat, storeLanes } from "../target/lanes";
import { gated, normal, tanh } from "./elementary";

/** The one list of activations. The model's descriptor holds the number, and the host has the list in src/engine/layout.ts. */
export namespace Activation {
  export const RELU = 0;
  export const GELU = 1;
  export const SILU = 2;
  export const TANH = 3;
  export const CLAMP = 4;
  /** The identity, for products without an activation */
  export const NONE = 5;
}

// @ts-ignore: decorator
@inline function apply<V>(activation: i32, x: V): V {
  switch (activation) {
    case Activation.RELU:
      return max<V>(x, splat<V>(0));
    case Activation.GELU: // torch.nn.GELU()
      return mul<V>(x, normal<V>(x));
    case Activation.SILU:
      return gated<V>(x, x);
    case Activation.TANH:
      return tanh<V>(x);
    case Activation.CLAMP: // Emformer's clamp of memory without tanh
      return min<V>(max<V>(x, splat<V>(-10)), splat<V>(10));
    default:
      return unreachable();
  }
}

// The switch stands outside the loops, so that each loop holds one activation only.
// @ts-ignore: decorator
@inline function map(activation: i32, x: usize, n: i32): void {
  let i = 0;
  if (SIMD) {
    for (; i + 4 <= n; i += 4) {
      const p = x + (<usize>i << 2);
      storeLanes<v128>(p, apply<v128>(activation, loadLanes<v128>(p)));
    }
  }
  for (; i < n; i += lanes<f32>()) {
    const p = x + (<usize>i << 2);
    storeLanes<f32>(p, apply<f32>(activation, loadLanes<f32>(p)));
  }
}

/** x[n] = activation(x[n]) in place. Traps for NONE and for numbers that are no activation. */
export function activate(activation: i32, x: usize, n: i32): void {
  switch (activation) {
    case Activation.RELU:
      return map(Activation.RELU, x, n);
    case Activation.GELU:
      return map(Activation.GELU, x, n);
    case Activation.SILU:
      return map(Activation.SILU, x, n);
    case Activation.TANH:
      return map(Activation.TANH, x, n);
    case Activation.CLAMP:
      return map(Activation.CLAMP, x, n);
    default:
      unreachable();
  }
}
