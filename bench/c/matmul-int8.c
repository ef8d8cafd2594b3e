// The C twin of assembly/kernels/matmul-int8.ts: the same tiles, loop and epilogue in 128-bit SSE intrinsics. It answers
// on stdout how many seconds the asked-for number of products took, so that a benchmark can interleave it with others.
//
//   product M N K repeats     seconds
//   peak repeats              seconds, of 64 pmaddwd + paddd on registers only (each 16 operations) a repeat
//   read bytes repeats        seconds, of reading that much memory from front to end
#include <smmintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static __m128i sum_each(__m128i a, __m128i b, __m128i c, __m128i d) {
  __m128i ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
  __m128i cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
  return _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd));
}

static __m128 rescale(__m128i acc, __m128 row_scales, __m128 weight_scales, __m128 bias) {
  return _mm_add_ps(_mm_mul_ps(_mm_cvtepi32_ps(acc), _mm_mul_ps(row_scales, weight_scales)), bias);
}

static __m128i weights8(const int8_t *w) { return _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)w)); }
static __m128i activations8(const int16_t *q) { return _mm_loadu_si128((const __m128i *)q); }
static __m128i dot_step(__m128i acc, __m128i y, __m128i x) { return _mm_add_epi32(acc, _mm_madd_epi16(y, x)); }

static void store_pair(float *out, int stride, __m128 x) {
  _mm_storel_pi((__m64 *)out, x);
  _mm_storeh_pi((__m64 *)(out + stride), x);
}

static __m128 pair_scales(const float *s) { return _mm_setr_ps(s[0], s[0], s[1], s[1]); }

static void tile4x2(float *out, int n_out, const int16_t *q, int stride, const float *scales, const int8_t *w, __m128 ws,
                    __m128 b, int K) {
  __m128i c00 = _mm_setzero_si128(), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (int k = 0; k < stride; k += 8) {
    __m128i x0 = weights8(w + k), x1 = weights8(w + K + k);
    __m128i y0 = activations8(q + k);
    c00 = dot_step(c00, y0, x0), c01 = dot_step(c01, y0, x1);
    __m128i y1 = activations8(q + stride + k);
    c10 = dot_step(c10, y1, x0), c11 = dot_step(c11, y1, x1);
    __m128i y2 = activations8(q + 2 * stride + k);
    c20 = dot_step(c20, y2, x0), c21 = dot_step(c21, y2, x1);
    __m128i y3 = activations8(q + 3 * stride + k);
    c30 = dot_step(c30, y3, x0), c31 = dot_step(c31, y3, x1);
  }
  store_pair(out, n_out, rescale(sum_each(c00, c01, c10, c11), pair_scales(scales), ws, b));
  store_pair(out + 2 * n_out, n_out, rescale(sum_each(c20, c21, c30, c31), pair_scales(scales + 2), ws, b));
}

static void tile3x2(float *out, int n_out, const int16_t *q, int stride, const float *scales, const int8_t *w, __m128 ws,
                    __m128 b, int K) {
  __m128i c00 = _mm_setzero_si128(), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  for (int k = 0; k < stride; k += 8) {
    __m128i x0 = weights8(w + k), x1 = weights8(w + K + k);
    __m128i y0 = activations8(q + k);
    c00 = dot_step(c00, y0, x0), c01 = dot_step(c01, y0, x1);
    __m128i y1 = activations8(q + stride + k);
    c10 = dot_step(c10, y1, x0), c11 = dot_step(c11, y1, x1);
    __m128i y2 = activations8(q + 2 * stride + k);
    c20 = dot_step(c20, y2, x0), c21 = dot_step(c21, y2, x1);
  }
  store_pair(out, n_out, rescale(sum_each(c00, c01, c10, c11), pair_scales(scales), ws, b));
  _mm_storel_pi((__m64 *)(out + 2 * n_out), rescale(sum_each(c20, c21, c20, c21), _mm_set1_ps(scales[2]), ws, b));
}

static void tile2x4(float *out, int n_out, const int16_t *q, int stride, const float *scales, const int8_t *w, __m128 ws,
                    __m128 b, int K) {
  __m128i c00 = _mm_setzero_si128(), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  for (int k = 0; k < stride; k += 8) {
    __m128i y0 = activations8(q + k), y1 = activations8(q + stride + k);
    __m128i x0 = weights8(w + k);
    c00 = dot_step(c00, y0, x0), c10 = dot_step(c10, y1, x0);
    __m128i x1 = weights8(w + K + k);
    c01 = dot_step(c01, y0, x1), c11 = dot_step(c11, y1, x1);
    __m128i x2 = weights8(w + 2 * K + k);
    c02 = dot_step(c02, y0, x2), c12 = dot_step(c12, y1, x2);
    __m128i x3 = weights8(w + 3 * K + k);
    c03 = dot_step(c03, y0, x3), c13 = dot_step(c13, y1, x3);
  }
  _mm_storeu_ps(out, rescale(sum_each(c00, c01, c02, c03), _mm_set1_ps(scales[0]), ws, b));
  _mm_storeu_ps(out + n_out, rescale(sum_each(c10, c11, c12, c13), _mm_set1_ps(scales[1]), ws, b));
}

static void tile1x4(float *out, const int16_t *q, int stride, const float *scales, const int8_t *w, __m128 ws, __m128 b,
                    int K) {
  __m128i c0 = _mm_setzero_si128(), c1 = c0, c2 = c0, c3 = c0;
  for (int k = 0; k < stride; k += 8) {
    __m128i y = activations8(q + k);
    c0 = dot_step(c0, y, weights8(w + k)), c1 = dot_step(c1, y, weights8(w + K + k));
    c2 = dot_step(c2, y, weights8(w + 2 * K + k)), c3 = dot_step(c3, y, weights8(w + 3 * K + k));
  }
  _mm_storeu_ps(out, rescale(sum_each(c0, c1, c2, c3), _mm_set1_ps(scales[0]), ws, b));
}

// One output on one row: the last N % 4 outputs.
static int dot(const int16_t *q, const int8_t *w, int K) {
  int acc = 0;
  for (int k = 0; k < K; k++) acc += q[k] * w[k];
  return acc;
}

__attribute__((noinline)) static void matmul(float *out, const int16_t *q, const float *scales, const int8_t *w,
                                             const float *ws, const float *bias, int M, int N, int K) {
  int stride = (K + 7) & ~7;
  int n = 0;
  for (; n + 4 <= N; n += 4) {
    __m128 s = _mm_loadu_ps(ws + n), b = _mm_loadu_ps(bias + n);
    __m128 s_lo = _mm_movelh_ps(s, s), s_hi = _mm_movehl_ps(s, s), b_lo = _mm_movelh_ps(b, b), b_hi = _mm_movehl_ps(b, b);
    const int8_t *wn = w + n * K;
    for (int m = 0; m < M;) {
      int left = M - m;
      float *o = out + m * N + n;
      const int16_t *qm = q + m * stride;
      if (left >= 4 && left != 5) {
        tile4x2(o, N, qm, stride, scales + m, wn, s_lo, b_lo, K);
        tile4x2(o + 2, N, qm, stride, scales + m, wn + 2 * K, s_hi, b_hi, K);
        m += 4;
      } else if (left >= 3) {
        tile3x2(o, N, qm, stride, scales + m, wn, s_lo, b_lo, K);
        tile3x2(o + 2, N, qm, stride, scales + m, wn + 2 * K, s_hi, b_hi, K);
        m += 3;
      } else if (left == 2) {
        tile2x4(o, N, qm, stride, scales + m, wn, s, b, K);
        m += 2;
      } else {
        tile1x4(o, qm, stride, scales + m, wn, s, b, K);
        m += 1;
      }
    }
  }
  for (; n < N; n++) {
    for (int m = 0; m < M; m++) {
      out[m * N + n] = (float)dot(q + m * stride, w + n * K, K) * (scales[m] * ws[n]) + bias[n];
    }
  }
}

__attribute__((noinline)) static int peak(long repeats) {
  __m128i acc[8], x = _mm_set1_epi16(3);
  for (int i = 0; i < 8; i++) acc[i] = _mm_set1_epi32(i);
  for (long r = 0; r < repeats; r++) {
#pragma GCC unroll 64
    for (int i = 0; i < 64; i++) {
      // Without this the compiler would see that every product is the same.
      __asm__ volatile("" : "+x"(x));
      acc[i % 8] = _mm_add_epi32(acc[i % 8], _mm_madd_epi16(x, x));
    }
  }
  for (int i = 1; i < 8; i++) acc[0] = _mm_add_epi32(acc[0], acc[i]);
  return _mm_cvtsi128_si32(acc[0]);
}

// Four streams of additions, so that none waits for another.
__attribute__((noinline)) static int read_all(const int8_t *from, size_t bytes) {
  __m128i a = _mm_setzero_si128(), b = a, c = a, d = a;
  for (const __m128i *p = (const __m128i *)from, *end = p + bytes / 16; p + 4 <= end; p += 4) {
    a = _mm_add_epi32(a, _mm_loadu_si128(p)), b = _mm_add_epi32(b, _mm_loadu_si128(p + 1));
    c = _mm_add_epi32(c, _mm_loadu_si128(p + 2)), d = _mm_add_epi32(d, _mm_loadu_si128(p + 3));
  }
  return _mm_cvtsi128_si32(_mm_add_epi32(_mm_add_epi32(a, b), _mm_add_epi32(c, d)));
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(void) {
  const size_t most = 1 << 22;
  int8_t *w = malloc(most + 16);
  int16_t *q = malloc(most);
  float *f = calloc(most, sizeof(float)), *out = calloc(most, sizeof(float));
  for (size_t i = 0; i < most; i++) w[i] = (int8_t)(i * 7919 >> 3);
  for (size_t i = 0; i < most / 2; i++) q[i] = (int8_t)(i * 104729 >> 5);
  int8_t *large = NULL;
  size_t large_bytes = 0;
  char line[128];
  volatile int keep = 0;
  while (fgets(line, sizeof line, stdin)) {
    int M, N, K;
    long repeats;
    size_t bytes;
    double start = now();
    if (sscanf(line, "product %d %d %d %ld", &M, &N, &K, &repeats) == 4) {
      for (long r = 0; r < repeats; r++) matmul(out, q, f, w, f, f, M, N, K);
    } else if (sscanf(line, "peak %ld", &repeats) == 1) {
      keep += peak(repeats);
    } else if (sscanf(line, "read %zu %ld", &bytes, &repeats) == 2) {
      if (bytes != large_bytes) {
        free(large);
        large = malloc(large_bytes = bytes);
        // Pages that were never written are all the same one.
        memset(large, 1, bytes);
        start = now();
      }
      for (long r = 0; r < repeats; r++) keep += read_all(large, bytes);
    }
    printf("%.9f\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
