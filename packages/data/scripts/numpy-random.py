"""Writes what NumPy draws after np.random.seed, for the tests of numpyRandom: the first values of each stream, and a digest
of a million. Made with NumPy 1.24 on GNU/Linux; run it as python3 numpy-random.py > numpy-random.json

Normal numbers are the logarithm's affair, and NumPy takes it from the C library, whose last bit is sometimes off. For them
the stream is made a second time with logarithms that are correctly rounded, and the places where the two differ are listed.
"""
import hashlib
import json
from decimal import Decimal, getcontext

import numpy as np

MILLION = 1_000_000
getcontext().prec = 40


def described(values):
    kind = "<i4" if values.dtype.kind in "iu" else "<f8"
    exact = values.astype(kind)
    assert (exact == values).all()
    return {"first": exact[:5].tolist(), "sha256": hashlib.sha256(exact.tobytes()).hexdigest()}


def after(seed, draw):
    np.random.seed(seed)
    return described(np.asarray(draw()))


def rounded_normals(seed, count):
    """The polar method on NumPy's own uniform numbers."""
    np.random.seed(seed)
    pairs = 2 * np.random.random_sample((count, 2)) - 1
    square = (pairs * pairs).sum(axis=1)
    inside = (square < 1) & (square != 0)
    pairs, square = pairs[inside][: count // 2], square[inside][: count // 2]
    logarithm = np.array([float(Decimal(value).ln()) for value in square])
    return (np.sqrt(-2 * logarithm / square)[:, None] * pairs[:, ::-1]).ravel()


def normals(seed):
    np.random.seed(seed)
    numpy = np.random.randn(MILLION)
    rounded = rounded_normals(seed, MILLION)
    (where,) = np.nonzero(numpy != rounded)
    units = (numpy.view("<i8") - rounded.view("<i8"))[where]
    return {**described(numpy), "rounded": described(rounded)["sha256"], "where": where.tolist(), "units": units.tolist()}


def without_replacement():
    weights = np.arange(1, 1001) / 500500
    return np.concatenate([np.random.choice(1000, 500, replace=False, p=weights) for _ in range(2000)])


def weighted():
    return np.random.choice(1000, MILLION, p=np.arange(1, 1001) / 500500)


def shuffled():
    items = np.arange(MILLION) / 4
    np.random.shuffle(items)
    return items


draws = {
    "rand": lambda: np.random.rand(MILLION),
    "uniform": lambda: np.random.uniform(-3, 7.5, MILLION),
    "randint 10": lambda: np.random.randint(10, size=MILLION),
    "randint 64": lambda: np.random.randint(64, size=MILLION),
    "randint -5 1000003": lambda: np.random.randint(-5, 1_000_003, size=MILLION),
    "randint 32 bits": lambda: np.random.randint(-(2**31), 2**31, size=MILLION),
    "randint 50 bits": lambda: np.random.randint(-(2**49), 2**49 + 1, size=MILLION).astype(float),
    "binomial 1 0.5": lambda: np.random.binomial(1, 0.5, MILLION),
    "binomial 20 0.9": lambda: np.random.binomial(20, 0.9, MILLION),
    "binomial 3000 0.01": lambda: np.random.binomial(3000, 0.01, MILLION),
    "binomial 100 0.4": lambda: np.random.binomial(100, 0.4, MILLION),
    "binomial 10000 0.75": lambda: np.random.binomial(10_000, 0.75, MILLION),
    "binomial 2000000000 0.3": lambda: np.random.binomial(2_000_000_000, 0.3, MILLION),
    "permutation": lambda: np.random.permutation(MILLION),
    "shuffle": shuffled,
    "choice": lambda: np.random.choice(1000, MILLION),
    "choice without replacement": lambda: np.random.choice(2 * MILLION, MILLION, replace=False),
    "choice with p": weighted,
    "choice with p without replacement": without_replacement,
}
seeds = {"0": 0, "2**32-1": 2**32 - 1, "[0]": [0], "[1, 2, 3]": [1, 2, 3], "range(1000)": list(range(1000))}

print(json.dumps({
    "numpy": np.__version__,
    "seeds": {name: after(seed, lambda: np.random.rand(10_000)) for name, seed in seeds.items()},
    "draws": {name: after(42, draw) for name, draw in draws.items()},
    "randn": normals(4),
}))
