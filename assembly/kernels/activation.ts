// Activations and other maps of one vector onto itself.

import { SIMD } from "../target/build";
import { add, div, lanes, loadLanes, max, min, mul, splat, storeLanes, sub } from "../target/lanes";
import { exp, normal, tanh } from "./elementary";

/** Which map; the model's descriptor holds the number. */
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
      return div<V>(x, add<V>(splat<V>(1), exp<V>(sub<V>(splat<V>(0), x))));
    case Activation.TANH:
      return tanh<V>(x);
    default: // Emformer's clamp of memory without tanh
      return min<V>(max<V>(x, splat<V>(-10)), splat<V>(10));
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

/** x[n] = activation(x[n]) in place; not for NONE. */
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
    default:
      return map(Activation.CLAMP, x, n);
  }
}
