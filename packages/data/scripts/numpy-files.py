"""Writes archives for the tests of the .npy reader: every dtype it reads, both byte orders and layouts, and format
versions 1 to 3, stored and compressed; and what has no dtype. Made with NumPy 1.24; run it as python3 numpy-files.py
"""
import io
import zipfile

import numpy as np

values = np.array([[0, 1, 2], [3, 4, 5]])
arrays = {kind: values.astype(kind) for kind in ("<f4", "<f8", "<f2", ">f2", ">f4", ">f8", "<i4", ">i8", "<u8", "<u4", "<i2", ">u2", "|i1", "|u1", "|b1")}
arrays["fortran"] = np.asfortranarray(values.astype("<f8"))
arrays["fortran 3"] = np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4))
arrays["scalar"] = np.array(2.5)
arrays["empty"] = np.zeros((0, 3), dtype="<f4")
arrays["vector"] = np.arange(1000, dtype="<i8")
arrays["special"] = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 65504, 2**-24])
arrays["special half"] = np.array([np.nan, np.inf, -np.inf, -0.0, 2**-24, 65504, -1.5], dtype="<f2")
refused = {"wide": np.array([2**31]), "complex": np.array([1j]), "text": np.array(["a"]), "fields": np.zeros(2, dtype=[("a", "<f4")])}

np.savez("numpy-stored.npz", **arrays)
np.savez_compressed("numpy-compressed.npz", **arrays)
with zipfile.ZipFile("numpy-refused.npz", "w") as archive:
    for name, array in refused.items():
        archive.writestr(f"{name}.npy", (lambda buffer: (np.save(buffer, array), buffer.getvalue())[1])(io.BytesIO()))
with zipfile.ZipFile("numpy-versions.npz", "w") as archive:
    for major in (1, 2, 3):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, values, version=(major, 0))
        archive.writestr(f"{major}.npy", buffer.getvalue())
