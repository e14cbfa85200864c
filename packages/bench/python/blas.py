"""Which library computes products of matrices."""
import ctypes
import os

import numpy as np


def blas():
    """The library behind products, and the processor that it takes this one for."""
    # It is loaded by the first product at the latest; PyTorch of Debian uses the same one.
    np.ones((2, 2)) @ np.ones((2, 2))
    try:
        with open("/proc/self/maps") as maps:
            paths = sorted({line.split()[-1] for line in maps if "blas" in line.split("/")[-1]})
    except OSError:
        return "unknown BLAS"
    for path in paths:
        library = ctypes.CDLL(path)
        for name in ("openblas_get_corename", "openblas_get_corename64_", "scipy_openblas_get_corename64_"):
            if hasattr(library, name):
                corename = getattr(library, name)
                corename.restype = ctypes.c_char_p
                return f"OpenBLAS ({corename().decode()})"
    names = ", ".join(os.path.basename(path) for path in paths)
    # The reference BLAS is many times slower, and comparing with it would flatter us.
    return f"{names or 'unknown BLAS'}, which is not OpenBLAS: expect slow products"


def threads(count):
    return f"{count} {'thread' if count == 1 else 'threads'}"
