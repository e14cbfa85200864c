"""NumPy by hand: derivatives written out as in the articles, whole-array operations, no loops over elements."""
import os

import numpy as np

from blas import blas, threads
from side import Repeated, Training, sample, serve


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


ELEMENTWISE = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "exp": lambda a, b: np.exp(a),
    "tanh": lambda a, b: np.tanh(a),
    "sigmoid": lambda a, b: sigmoid(a),
    "chain": lambda a, b: sigmoid(a * b + a) - 0.5 * b,
}

REDUCTIONS = {
    "sumAll": lambda a: a.sum(),
    "sumRows": lambda a: a.sum(axis=0),
    "sumColumns": lambda a: a.sum(axis=1),
    "maxAll": lambda a: a.max(),
    "softmax": softmax,
}


def two_layers(inputs, rate):
    """Relu, then sigmoid, mean squared error, all examples at once: workload A."""
    x, y, w0, b0, w1, b1 = (inputs[name] for name in ("x", "y", "w0", "b0", "w1", "b1"))

    def step():
        nonlocal w0, b0, w1, b1
        hidden = np.maximum(x @ w0 + b0, 0)
        p = sigmoid(hidden @ w1 + b1)
        difference = p - y
        loss = np.mean(difference * difference)
        delta1 = difference * (2 / y.size) * p * (1 - p)
        delta0 = (delta1 @ w1.T) * (hidden > 0)
        w1 -= rate * (hidden.T @ delta1)
        b1 -= rate * delta1.sum(axis=0)
        w0 -= rate * (x.T @ delta0)
        b0 -= rate * delta0.sum(axis=0)
        return loss

    return step


def bit_flip(inputs, rate):
    """Sigmoids without biases, cross-entropy, one example at a time: workload D."""
    w0, w1 = inputs["w0"], inputs["w1"]
    examples = [(x[None], y[None]) for x, y in zip(inputs["x"], inputs["y"])]
    at = 0

    def step():
        nonlocal w0, w1, at
        x, y = examples[at]
        at = (at + 1) % len(examples)
        hidden = sigmoid(x @ w0)
        p = sigmoid(hidden @ w1)
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        # Sigmoid and cross-entropy together: their derivatives cancel to p - y.
        delta1 = (p - y) / y.size
        delta0 = (delta1 @ w1.T) * hidden * (1 - hidden)
        w1 -= rate * (hidden.T @ delta1)
        w0 -= rate * (x.T @ delta0)
        return loss

    return step


def network(description, inputs):
    """Any depth, all examples at once: workloads B and C, and A in other sizes."""
    layers, rate, loss_name = description["layers"], description["rate"], description["loss"]
    x, y = inputs["x"], inputs["y"]
    weights = [inputs[f"w{i}"] for i in range(len(layers))]
    biases = [inputs[f"b{i}"] for i in range(len(layers))]
    relu = [layer["activation"] == "relu" for layer in layers]

    def step():
        outputs = [x]
        for w, b, is_relu in zip(weights, biases, relu):
            z = outputs[-1] @ w + b
            outputs.append(np.maximum(z, 0) if is_relu else sigmoid(z))
        p = outputs[-1]
        if loss_name == "crossEntropy":
            loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
            delta = (p - y) / y.size
        else:
            difference = p - y
            share = 1 / (y.size if loss_name == "meanSquares" else len(y))
            loss = np.sum(difference * difference) * share
            delta = difference * (2 * share) * p * (1 - p)
        for i in range(len(weights) - 1, -1, -1):
            below = outputs[i]
            if i > 0:
                next_delta = delta @ weights[i].T
                next_delta *= (below > 0) if relu[i - 1] else below * (1 - below)
            weights[i] -= rate * (below.T @ delta)
            biases[i] -= rate * delta.sum(axis=0)
            if i > 0:
                delta = next_delta
        return loss

    return step


def train(description, inputs):
    if description["oneByOne"]:
        return bit_flip(inputs, description["rate"])
    kinds = [layer["activation"] for layer in description["layers"]]
    if kinds == ["relu", "sigmoid"] and description["loss"] == "meanSquares":
        return two_layers(inputs, description["rate"])
    return network(description, inputs)


def softmax_cross_entropy(inputs):
    x, classes = inputs["x"], inputs["y"].astype(np.int64)
    rows = np.arange(len(x))

    def work():
        p = softmax(x)
        loss = -np.log(p[rows, classes]).mean()
        p[rows, classes] -= 1
        p /= len(x)
        return loss, p

    return Repeated(work, lambda result: [float(result[0])] + sample(result[1]))


def layer_norm(inputs):
    x, scale, shift = inputs["x"], inputs["scale"], inputs["shift"]

    def work():
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        return centred / np.sqrt(variance + 1e-5) * scale + shift

    return Repeated(work)


def adam(inputs):
    w, g = inputs["w"], inputs["g"]
    mean, square, step = np.zeros_like(w), np.zeros_like(w), 0

    def work():
        nonlocal w, mean, square, step
        step += 1
        mean *= 0.9
        mean += 0.1 * g
        square *= 0.999
        square += 0.001 * (g * g)
        # The corrections as plain numbers: they would turn the arrays into float64 otherwise.
        w -= (0.001 / (1 - 0.9**step)) * mean / (np.sqrt(square * (1 / (1 - 0.999**step))) + 1e-8)
        return w

    return Repeated(work)


def prepare(job, inputs):
    kind = job["kind"]
    if kind == "product":
        a, b = inputs["a"], inputs["b"]
        left = np.swapaxes(a, -1, -2) if job["transposeA"] else a
        right = np.swapaxes(b, -1, -2) if job["transposeB"] else b
        return Repeated(lambda: left @ right)
    if kind == "elementwise":
        a, b, f = inputs["a"], inputs["b"], ELEMENTWISE[job["operation"]]
        return Repeated(lambda: f(a, b))
    if kind == "reduction":
        a, f = inputs["a"], REDUCTIONS[job["operation"]]
        return Repeated(lambda: f(a))
    if kind == "train":
        return Training(train(job["network"], inputs))
    if kind == "softmaxCrossEntropy":
        return softmax_cross_entropy(inputs)
    if kind == "layerNorm":
        return layer_norm(inputs)
    if kind == "adam":
        return adam(inputs)
    raise NotImplementedError(f"no NumPy version of {kind}")


class Numpy:
    @staticmethod
    def describe():
        return {"version": np.__version__, "detail": f"{blas()}, {threads(int(os.environ.get('OPENBLAS_NUM_THREADS', os.cpu_count())))}"}

    prepare = staticmethod(prepare)


if __name__ == "__main__":
    # Sigmoids saturate on purpose in some cases; warnings cost time.
    np.seterr(all="ignore")
    serve(Numpy)
