// The one switch between builds. Knows nothing of shapes or models.

/** True in the build with 128-bit SIMD. */
// @ts-ignore: decorator
@inline export const SIMD: bool = ASC_FEATURE_SIMD;

/** True in the builds with the dot product of relaxed SIMD. */
// @ts-ignore: decorator
@inline export const RELAXED: bool = ASC_FEATURE_RELAXED_SIMD;

/** True in the builds for several threads. */
// @ts-ignore: decorator
@inline export const THREADS: bool = ASC_FEATURE_THREADS;
