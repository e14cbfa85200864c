"""PyTorch with autograd and its own optimizers."""
import os

import torch
import torch.nn.functional as F

from blas import blas, threads
from side import Repeated, Training, sample, serve

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))

ELEMENTWISE = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "exp": lambda a, b: torch.exp(a),
    "tanh": lambda a, b: torch.tanh(a),
    "sigmoid": lambda a, b: torch.sigmoid(a),
    "chain": lambda a, b: torch.sigmoid(a * b + a) - 0.5 * b,
}

REDUCTIONS = {
    "sumAll": lambda a: a.sum(),
    "sumRows": lambda a: a.sum(dim=0),
    "sumColumns": lambda a: a.sum(dim=1),
    "maxAll": lambda a: a.max(),
    "softmax": lambda a: torch.softmax(a, dim=1),
}

LOSSES = {
    "meanSquares": F.mse_loss,
    "sumSquares": lambda p, y: ((p - y) ** 2).sum(dim=1).mean(),
    "crossEntropy": F.binary_cross_entropy,
}


def values_of(result):
    return sample(result.detach().numpy())


def train(description, inputs):
    layers, loss_of = description["layers"], LOSSES[description["loss"]]
    parameters = {name: each.requires_grad_() for name, each in inputs.items() if name not in ("x", "y")}
    stack = [
        (parameters[f"w{i}"], parameters.get(f"b{i}"), torch.relu if layer["activation"] == "relu" else torch.sigmoid)
        for i, layer in enumerate(layers)
    ]
    optimizer = torch.optim.SGD(parameters.values(), lr=description["rate"])
    x, y = inputs["x"], inputs["y"]
    examples = [(x[i : i + 1], y[i : i + 1]) for i in range(len(x))] if description["oneByOne"] else [(x, y)]
    at = 0

    def step():
        nonlocal at
        out, target = examples[at]
        at = (at + 1) % len(examples)
        for w, b, activate in stack:
            out = activate(out @ w if b is None else torch.addmm(b, out, w))
        loss = loss_of(out, target)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss

    return step


def softmax_cross_entropy(inputs):
    x, classes = inputs["x"].requires_grad_(), inputs["y"].long()

    def work():
        loss = F.cross_entropy(x, classes)
        return loss, torch.autograd.grad(loss, x)[0]

    return Repeated(work, lambda result: [float(result[0])] + values_of(result[1]))


def layer_norm(inputs):
    x, scale, shift = inputs["x"], inputs["scale"], inputs["shift"]
    return Repeated(lambda: F.layer_norm(x, x.shape[-1:], scale, shift, 1e-5), values_of)


def adam(inputs):
    w = inputs["w"].requires_grad_()
    w.grad = inputs["g"]
    optimizer = torch.optim.Adam([w])

    def work():
        optimizer.step()
        return w

    return Repeated(work, values_of)


def transformer(inputs, blocks, heads):
    x = inputs["x"]
    parameters = {name: each.requires_grad_() for name, each in inputs.items() if name != "x"}
    batch, length, width = x.shape

    def split(each):
        return each.view(batch, length, heads, width // heads).transpose(1, 2)

    def block(data, at):
        p = lambda name: parameters[f"{name}{at}"]
        normal = F.layer_norm(data, (width,), p("scale1_"), p("shift1_"), 1e-5)
        query, key, value = (split(normal @ p(name)) for name in ("query", "key", "value"))
        scores = torch.softmax(query @ key.transpose(-1, -2) * (width // heads) ** -0.5, dim=-1)
        mixed = (scores @ value).transpose(1, 2).reshape(batch, length, width) @ p("mix")
        between = data + mixed
        second = F.layer_norm(between, (width,), p("scale2_"), p("shift2_"), 1e-5)
        hidden = torch.relu(second @ p("up") + p("upBias"))
        return between + hidden @ p("down") + p("downBias")

    def work():
        out = x
        for at in range(blocks):
            out = block(out, at)
        loss = (out * out).mean()
        gradients = torch.autograd.grad(loss, list(parameters.values()))
        return loss, dict(zip(parameters, gradients))

    return Repeated(work, lambda result: [float(result[0])] + values_of(result[1]["query0"]))


def prepare(job, arrays):
    kind = job["kind"]
    inputs = {name: torch.from_numpy(array) for name, array in arrays.items()}
    if kind == "train":
        return Training(train(job["network"], inputs))
    if kind == "softmaxCrossEntropy":
        return softmax_cross_entropy(inputs)
    if kind == "layerNorm":
        return layer_norm(inputs)
    if kind == "adam":
        return adam(inputs)
    if kind == "transformer":
        return transformer(inputs, job["blocks"], job["heads"])
    if kind == "product":
        a, b = inputs["a"], inputs["b"]
        left = a.transpose(-1, -2) if job["transposeA"] else a
        right = b.transpose(-1, -2) if job["transposeB"] else b
        return Repeated(lambda: left @ right, values_of)
    if kind == "elementwise":
        a, b, f = inputs["a"], inputs["b"], ELEMENTWISE[job["operation"]]
        return Repeated(lambda: f(a, b), values_of)
    if kind == "reduction":
        a, f = inputs["a"], REDUCTIONS[job["operation"]]
        return Repeated(lambda: f(a), values_of)
    raise NotImplementedError(f"no PyTorch version of {kind}")


class Torch:
    @staticmethod
    def describe():
        return {"version": torch.__version__, "detail": f"autograd, {blas()}, {threads(torch.get_num_threads())}"}

    prepare = staticmethod(prepare)


if __name__ == "__main__":
    serve(Torch)
