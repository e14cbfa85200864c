"""The line protocol of a side: one JSON object a line in, one out. See src/harness/protocol.ts."""
import gc
import json
import resource
import sys
import time

import numpy as np

COMPARED_STEPS = 8


def sample(array):
    """At most 64 elements, evenly spaced, and the mean of all."""
    flat = np.asarray(array).reshape(-1)
    count = min(64, flat.size)
    picked = [flat[i * flat.size // count] for i in range(count)]
    return [float(x) for x in picked] + [float(flat.mean(dtype=np.float64))]


class Repeated:
    """A job of one function; `read` turns its result into numbers."""

    def __init__(self, work, read=sample):
        self.work, self.read = work, read

    def run(self, times):
        work = self.work
        for _ in range(times):
            work()

    def values(self):
        return self.read(self.work())


class Training(Repeated):
    """A job of training: each step gives its loss."""

    def values(self):
        return [float(self.work()) for _ in range(COMPARED_STEPS)]


def answer(implementation, state, request):
    ask = request["ask"]
    if ask == "describe":
        return {"description": implementation.describe()}
    if ask == "prepare":
        state["job"] = None
        dtype = np.dtype(request["precision"])
        inputs = {
            name: np.fromfile(each["path"], dtype=np.float64).reshape(each["shape"]).astype(dtype)
            for name, each in request["inputs"].items()
        }
        state["job"] = implementation.prepare(request["job"], inputs)
        return {"precision": request["precision"]}
    if ask == "values":
        return {"values": [x if abs(x) < float("inf") else None for x in state["job"].values()]}
    if ask == "run":
        start = time.perf_counter_ns()
        state["job"].run(request["times"])
        return {"nanoseconds": time.perf_counter_ns() - start}
    if ask == "memory":
        gc.collect()
        with open("/proc/self/statm") as statm:
            resident = int(statm.read().split()[1]) * resource.getpagesize()
        return {"memory": {"resident": resident, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}}
    raise ValueError(f"unknown request {ask}")


def serve(implementation):
    """Answers requests until standard input ends. A job is a Repeated or a Training."""
    state = {"job": None}
    for line in sys.stdin:
        try:
            reply = answer(implementation, state, json.loads(line))
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
