"""Every activation as the engine computes it, over the whole range: how many units in the last place it is off."""

import ctypes

import mpmath
import numpy as np
import pytest

from clearprop.engine.passes import forward_pass
from clearprop.maths.derivation import ACTIVATIONS

# The bounds that docs/speed.md states. gelu: of z, since 1 + erf loses the small numbers.
ULPS = dict.fromkeys(ACTIVATIONS, 2.0) | {"exp": 1.0, "identity": 0.0, "relu": 0.0, "selu": 2.5}

SELU = "1.0507009873554805", "1.6732632423543772"
WIDER = {np.float32: np.float64, np.float64: np.longdouble}


def exact(name, z):
    """The function of one number, to 60 digits."""
    with mpmath.workdps(60):
        z = mpmath.mpf(float(z))
        return {
            "exp": lambda: mpmath.exp(z), "identity": lambda: z, "relu": lambda: max(z, 0),
            "tanh": lambda: mpmath.tanh(z),
            "leaky_relu": lambda: z if z > 0 else z / 100, "elu": lambda: z if z > 0 else mpmath.expm1(z),
            "selu": lambda: mpmath.mpf(SELU[0]) * (z if z > 0 else mpmath.mpf(SELU[1]) * mpmath.expm1(z)),
            "gelu": lambda: z * mpmath.erfc(-z / mpmath.sqrt(2)) / 2 if z > -60 else z * 0,
            "logistic": lambda: _logistic(z), "silu": lambda: z * _logistic(z),
            "softplus": lambda: max(z, 0) + mpmath.log1p(mpmath.exp(-abs(z))),
            "mish": lambda: z * _tanh_softplus(z),
        }[name]()  # fmt: skip


def _logistic(z):
    return 1 / (1 + mpmath.exp(-z)) if z > 0 else mpmath.exp(z) / (1 + mpmath.exp(z))


def _tanh_softplus(z):
    e = mpmath.exp(-abs(z))
    return (1 + 2 * e) / (1 + 2 * e + 2 * e * e) if z > 0 else e * (e + 2) / (e * (e + 2) + 2)


def more_exactly(name, z):
    """The same of an array, in a wider type than its own."""
    z = z.astype(WIDER[z.dtype.type])
    number = z.dtype.type
    e, steep = np.exp(-np.abs(z)), np.expm1(np.minimum(z, 0))
    logistic = np.where(z > 0, 1, e) / (1 + e)
    up, down = 1 + 2 * e, e * (e + 2)
    return {
        "exp": lambda: np.exp(z), "identity": lambda: z, "relu": lambda: np.maximum(z, 0), "tanh": lambda: np.tanh(z),
        "leaky_relu": lambda: np.where(z > 0, z, z / 100), "elu": lambda: np.maximum(z, 0) + steep,
        "selu": lambda: number(SELU[0]) * (np.maximum(z, 0) + number(SELU[1]) * steep),
        "logistic": lambda: logistic, "silu": lambda: z * logistic, "softplus": lambda: np.maximum(z, 0) + np.log1p(e),
        "mish": lambda: z * np.where(z > 0, up / (up + 2 * e * e), down / (down + 2)),
    }[name]()  # fmt: skip


def in_the_engine(name, z):
    """The activation by the pass that the kernels call, many at a time."""
    z, a, b = z.copy(), np.empty_like(z), np.zeros(len(z), z.dtype)
    pointer = ctypes.c_void_p
    call = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, ctypes.c_ssize_t, ctypes.c_ssize_t, pointer)
    call(forward_pass(name, z.dtype.name).address)(z.ctypes.data, b.ctypes.data, a.ctypes.data, 1, len(z), 0)
    return a


def boundaries(dtype):
    """Where something changes: the ends of the range, halves of ln 2 and their neighbours, where exp becomes small."""
    info = np.finfo(dtype)
    ends = [
        0.0,
        info.smallest_subnormal,
        info.tiny,
        info.max / 4,
        87.33,
        88.72,
        103.97,
        708.39,
        709.78,
        745.13,
    ]
    halves = np.arange(1, 60) * np.log(2) / 2
    near = np.concatenate([ends, halves, 2.0 ** np.arange(-24, 9)]).astype(dtype)
    return np.concatenate([near, np.nextafter(near, dtype(0)), np.nextafter(near, info.max)])


def everywhere(dtype, many):
    """Numbers of every exponent alike, and more where the functions bend; with both signs."""
    rng = np.random.default_rng(0)
    word, largest = (np.uint32, 0x7F800000) if dtype == np.float32 else (np.uint64, 0x7FF0000000000000)
    step = largest // many  # an odd number of steps a power of two, so that the last bits are all seen
    bits = np.arange(0, largest - step, step + 1 - step % 2, dtype=word) + rng.integers(0, step, dtype=word)
    bent = np.concatenate([rng.uniform(0, most, many) for most in (1, 8, 110, 760)]).astype(dtype)
    sizes = np.concatenate([bits.view(dtype), bent, boundaries(dtype)])
    sizes = sizes[sizes < np.finfo(dtype).max / 2]
    return np.concatenate([sizes, -sizes])


def allowed(name, z, want, units):
    """What may be off: `units` in the last place; of silu and mish also what exp loses where it is subnormal."""
    info = np.finfo(z.dtype)
    if name == "gelu":
        want = z
    found = units * np.spacing(np.abs(want).astype(z.dtype)).astype(np.longdouble)
    if name in ("silu", "mish"):
        subnormal = z < np.log(info.tiny) + 1
        found = np.where(
            subnormal, np.maximum(found, np.abs(z) * np.longdouble(info.smallest_subnormal)), found
        )
    return found


NAMES = ["exp", *ACTIVATIONS]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [name for name in NAMES if name != "gelu"])
def test_the_engine_is_accurate_over_the_whole_range(name, dtype):
    if np.finfo(WIDER[dtype]).nmant < np.finfo(dtype).nmant + 10:
        pytest.skip("long double is no wider here")
    z = everywhere(dtype, 60_000)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        want, got = more_exactly(name, z), in_the_engine(name, z)
        there = np.abs(want) <= np.finfo(dtype).max
        off = np.abs(got.astype(np.longdouble) - want)
        wrong = there & ~(off <= allowed(name, z, want, ULPS[name]))
    assert np.isinf(got[~there]).all()
    assert not wrong.any(), (z[wrong][:5], got[wrong][:5], want[wrong][:5])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_the_engine_against_60_digits(name, dtype):
    z = everywhere(dtype, 40)
    with np.errstate(over="ignore", under="ignore"):
        got = in_the_engine(name, z)
        for number, a in zip(z, got, strict=True):
            want = exact(name, number)
            if abs(want) > float(np.finfo(dtype).max):
                assert np.isinf(a)
                continue
            off = float(abs(mpmath.mpf(float(a)) - want))
            most = allowed(name, np.array([number]), np.array([float(want)]), ULPS[name])
            assert off <= most, (number, a, want)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_a_planted_error_of_three_units_is_found(name, dtype):
    """The bound is sharp: what is 3.1 units off is not allowed, but for what exp loses."""
    z = np.array([-3.0, -0.5, 0.5, 3.0], dtype)
    want = np.array([float(exact(name, number)) for number in z])
    unit = np.spacing(np.abs(z if name == "gelu" else want).astype(dtype)).astype(float)
    assert (3.1 * unit > allowed(name, z, want, ULPS[name])).all()
