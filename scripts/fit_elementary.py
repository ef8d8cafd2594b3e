#!/usr/bin/env python3
"""Fits the coefficients of assembly/kernels/elementary.ts and prints them with the error that remains in float32.

Needs numpy. Least squares on Chebyshev nodes, reweighted towards the largest error (Lawson's method), which comes
within a few per cent of the minimax polynomial; the coefficients are then rounded to float32 and evaluated in float32
in the same order as the kernel (Horner, no fused multiply-add).
"""
import math

import numpy as np

f32 = np.float32


def nodes(lo, hi, n=4001):
    return (lo + hi) / 2 + (hi - lo) / 2 * np.cos(np.pi * (np.arange(n) + 0.5) / n)


def lawson(basis, target, weight, rounds=200):
    """Coefficients c minimising max |weight * (basis c - target)|."""
    w = np.ones(len(target))
    best, best_error = None, math.inf
    for _ in range(rounds):
        scale = np.sqrt(w) * weight
        c, *_ = np.linalg.lstsq(basis * scale[:, None], target * scale, rcond=None)
        error = np.abs(weight * (basis @ c - target))
        if error.max() < best_error:
            best, best_error = c, error.max()
        w *= error / error.max() + 1e-3
        w /= w.sum()
    return best


def powers(x, n):
    return np.stack([x**k for k in range(n)], axis=1)


def horner(c, x):
    y = np.full_like(x, f32(c[-1]))
    for k in reversed(c[:-1]):
        y = y * x + f32(k)
    return y


def show(name, c, error):
    print(f"{name}: error {error:.3g}")
    for k, value in enumerate(c):
        print(f"  c{k} = {float(f32(value))!r}")


erf = np.vectorize(math.erf)

# exp(r) = 1 + r + r^2 Q(r), |r| <= ln(2)/2
h = math.log(2) / 2
r = nodes(-h, h)
c = lawson(powers(r, 5), (np.exp(r) - 1 - r) / r**2, r**2 / np.exp(r))
x = r.astype(f32)
y = f32(1) + (x + x * x * horner(c, x))
show("exp Q (relative)", c, np.max(np.abs(y - np.exp(x.astype(np.float64))) / np.exp(x.astype(np.float64))))

# 2^r = 1 + r P(r), |r| <= 1/2
r = nodes(-0.5, 0.5)
c = lawson(powers(r, 5), (np.exp2(r) - 1) / r, np.abs(r) / np.exp2(r))
x = r.astype(f32)
y = f32(1) + x * horner(c, x)
show("exp2 P (relative)", c, np.max(np.abs(y / np.exp2(x.astype(np.float64)) - 1)))

# log(1 + f) = f - f^2/2 + f^3 P(f), sqrt(1/2) <= 1 + f < sqrt(2)
f = nodes(math.sqrt(0.5) - 1, math.sqrt(2) - 1)
target = (np.log1p(f) - f + f * f / 2) / f**3
c = lawson(powers(f, 9), target, np.abs(f) ** 3)
x = f.astype(f32)
y = x - (x * x * f32(0.5) - x * x * x * horner(c, x))
show("log P (absolute)", c, np.max(np.abs(y - np.log1p(x.astype(np.float64)))))

# tanh(x) = x + x^3 P(x^2), |x| <= 0.625
x = nodes(1e-3, 0.625)
c = lawson(powers(x * x, 5), (np.tanh(x) / x - 1) / x**2, x**2)
xf = x.astype(f32)
y = xf + xf * xf * xf * horner(c, xf * xf)
show("tanh P (relative)", c, np.max(np.abs(y - np.tanh(xf.astype(np.float64))) / np.tanh(xf.astype(np.float64))))

# The normal distribution, (1 + erf(x / sqrt 2)) / 2 = 1/2 + x P(x^2) / Q(x^2), |x| <= 5.5437 (it rounds to 1 beyond), Q(0) = 1:
# linearised and iterated
x = nodes(0, 5.5437)
z = x * x
half = erf(x / math.sqrt(2)) / 2
e = np.where(x > 1e-9, half / np.maximum(x, 1e-9), 1 / math.sqrt(2 * math.pi))
deg = 5
q = np.ones_like(z)
for _ in range(60):
    basis = np.concatenate([powers(z, deg + 1), -e[:, None] * powers(z, deg + 1)[:, 1:]], axis=1)
    column = np.abs(basis).max(axis=0)
    c = lawson(basis / column, e, np.abs(x / q), rounds=12) / column
    q = powers(z, deg + 1) @ np.concatenate([[1], c[deg + 1:]])
p, qc = c[: deg + 1], np.concatenate([[1], c[deg + 1:]])
xf = x.astype(f32)
zf = xf * xf
normal = f32(0.5) + xf * horner(p, zf) / horner(qc, zf)
error = np.max(np.abs(normal - (0.5 + erf(xf.astype(np.float64) / math.sqrt(2)) / 2)))
show("normal P (absolute)", p, error)
show("normal Q", qc, error)
