// Log-mel features: 400-sample Hann window, 400-point transform (not padded to 512), HTK mel filters without area
// normalisation, power spectrum, logarithm, then mean and variance normalisation. The same numbers as
// torchaudio.transforms.MelSpectrogram(16000, n_fft=400, hop_length=160, n_mels=80). Frames go four to a vector.

import { FFT_POINTS, powerSpectrum400 } from "../kernels/fft";
import { log } from "../kernels/elementary";
import { SIMD } from "../target/build";
import { add, div, gatherLanes, lanes, loadLanes, mul, scatterLanes, selectLess, splat, storeLanes, sub } from "../target/lanes";

/** Samples of a window, and points of its transform. */
// @ts-ignore: decorator
@inline export const WINDOW: i32 = 2 * FFT_POINTS;
/** Bins of its power spectrum. */
// @ts-ignore: decorator
@inline export const BINS: i32 = FFT_POINTS + 1;

/** f32 values of scratch for each frame: the windowed samples, the transform's own scratch, the power spectrum. */
// @ts-ignore: decorator
@inline const WINDOWED_VALUES: usize = 2 * WINDOW;
// @ts-ignore: decorator
@inline const TRANSFORM_VALUES: usize = 2 * WINDOW;
// @ts-ignore: decorator
@inline export const FRAME_VALUES: usize = WINDOWED_VALUES + TRANSFORM_VALUES + BINS;

/** Keeps ln finite in digital silence: about 20 dB above the rounding noise of 16-bit samples. */
// @ts-ignore: decorator
@inline const NATURAL_FLOOR: f32 = 1e-6;

/** The front end's descriptor. Addresses are of f32 arrays unless said otherwise. */
@unmanaged
export class LogMel {
  mels: i32;
  hop: i32;
  sampleRate: i32;
  piecewise: i32;
  gain: f32;
  /** [WINDOW] */
  window: usize;
  /** [WINDOW]: cos and sin of 2 pi k / WINDOW */
  cosines: usize;
  sines: usize;
  /** i32 [mels][2]: first bin and number of bins of each filter */
  filters: usize;
  /** The filters' weights back to back; at most 2 * BINS */
  filterWeights: usize;
  /** [mels], from the model file */
  mean: usize;
  inverseStdDev: usize;
  /** Scratch for four frames side by side: [FRAME_VALUES][4] */
  work: usize;
}

function hertzToMel(f: f64): f64 {
  return 2595.0 * NativeMath.log10(1.0 + f / 700.0);
}

function melToHertz(m: f64): f64 {
  return 700.0 * (NativeMath.pow(10.0, m / 2595.0) - 1.0);
}

/** Fills window, twiddles and filters. In f64 with the compiled-in mathematics, so the same on every engine. */
export function initLogMel(f: LogMel): void {
  for (let k = 0; k < WINDOW; k++) {
    const angle = (2.0 * NativeMath.PI * <f64>k) / <f64>WINDOW;
    const o = <usize>k << 2;
    store<f32>(f.cosines + o, <f32>NativeMath.cos(angle));
    store<f32>(f.sines + o, <f32>NativeMath.sin(angle));
    store<f32>(f.window + o, <f32>(0.5 - 0.5 * NativeMath.cos(angle)));
  }
  const binWidth = <f64>f.sampleRate / <f64>WINDOW;
  const melStep = hertzToMel(<f64>f.sampleRate / 2.0) / <f64>(f.mels + 1);
  let weights = f.filterWeights;
  for (let m = 0; m < f.mels; m++) {
    const low = melToHertz(melStep * <f64>m);
    const centre = melToHertz(melStep * <f64>(m + 1));
    const high = melToHertz(melStep * <f64>(m + 2));
    let first = -1;
    let count = 0;
    for (let k = 0; k < BINS; k++) {
      const hertz = <f64>k * binWidth;
      const weight = min((hertz - low) / (centre - low), (high - hertz) / (high - centre));
      if (weight <= 0) continue;
      if (first < 0) first = k;
      store<f32>(weights, <f32>weight);
      weights += 4;
      count++;
    }
    store<i32>(f.filters + (<usize>m << 3), max(first, 0));
    store<i32>(f.filters + (<usize>m << 3), count, 4);
  }
}

// @ts-ignore: decorator
@inline function logarithm<V>(f: LogMel, x: V): V {
  x = mul<V>(x, splat<V>(f.gain));
  if (!f.piecewise) return log<V>(add<V>(x, splat<V>(NATURAL_FLOOR)));
  // torchaudio's pipeline takes ln of values above e in place, and then divides every value that is at most e by e. So
  // x <= e gives x / e, e < x <= e^e gives ln(x) / e, and only larger x give ln x.
  const e = splat<V>(2.718281828459045);
  const y = selectLess<V>(e, x, log<V>(x), x);
  return selectLess<V>(e, y, y, div<V>(y, e));
}

/** lanes<V>() frames: out[frame][mels] from samples[frame * hop ...]. */
function framesSideBySide<V>(f: LogMel, out: usize, samples: usize): void {
  const size = <usize>lanes<V>() << 2;
  const work = f.work + WINDOWED_VALUES * size;
  const power = work + TRANSFORM_VALUES * size;
  const hopBytes = <usize>f.hop << 2;
  for (let k = 0; k < WINDOW; k++) {
    const o = <usize>k << 2;
    const x = gatherLanes<V>(samples + o, hopBytes);
    storeLanes<V>(f.work + <usize>k * size, mul<V>(x, splat<V>(load<f32>(f.window + o))));
  }
  powerSpectrum400<V>(power, f.work, work, f.cosines, f.sines);
  let weights = f.filterWeights;
  for (let m = 0; m < f.mels; m++) {
    let bin = power + <usize>load<i32>(f.filters + (<usize>m << 3)) * size;
    let energy = splat<V>(0);
    for (let n = load<i32>(f.filters + (<usize>m << 3), 4); n > 0; n--) {
      energy = add<V>(energy, mul<V>(splat<V>(load<f32>(weights)), loadLanes<V>(bin)));
      weights += 4;
      bin += size;
    }
    const o = <usize>m << 2;
    const centred = sub<V>(logarithm<V>(f, energy), splat<V>(load<f32>(f.mean + o)));
    scatterLanes<V>(out + o, <usize>f.mels << 2, mul<V>(centred, splat<V>(load<f32>(f.inverseStdDev + o))));
  }
}

/** out[frames][mels] = normalised log-mel of samples[(frames - 1) * hop + 400]. */
export function logMel(f: LogMel, out: usize, samples: usize, frames: i32): void {
  let t = 0;
  if (SIMD) {
    for (; t + 4 <= frames; t += 4) {
      framesSideBySide<v128>(f, out + (<usize>(t * f.mels) << 2), samples + (<usize>(t * f.hop) << 2));
    }
  }
  for (; t < frames; t++) {
    framesSideBySide<f32>(f, out + (<usize>(t * f.mels) << 2), samples + (<usize>(t * f.hop) << 2));
  }
}
