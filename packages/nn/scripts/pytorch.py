"""Writes what PyTorch computes, for the tests of losses, activations, optimizers and training: values and gradients at
ordinary, extreme and empty inputs. Made with PyTorch 1.13; run it as python3 pytorch.py > pytorch.json

Numbers that JSON has not are written as their names: "NaN", "Infinity", "-Infinity".
"""
import json
import math

import torch
from torch.nn import functional

torch.manual_seed(3)
DTYPES = {torch.float32: "float32", torch.float64: "float64", torch.int64: "int32"}


def number(value):
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def array(tensor):
    tensor = tensor.detach()
    return {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data": [number(value) for value in tensor.flatten().tolist()]}


def differentiated(f, x):
    """f(x), and the gradient of its sum."""
    x = x.clone().requires_grad_(True)
    value = f(x)
    value.sum().backward()
    return {"value": array(value), "gradient": array(x.grad)}


def loss(name, torch_name, prediction, target, torch_options=None, options=None):
    f = getattr(functional, torch_name)
    cases = []
    for dtype in (torch.float32, torch.float64):
        p = prediction.to(dtype)
        y = target if target.dtype == torch.int64 else target.to(dtype)
        for reduction in ("mean", "sum", "none"):
            result = differentiated(lambda x: f(x, y, reduction=reduction, **(torch_options or {})), p)
            cases.append({"loss": name, "options": {**(options or {}), "reduction": reduction}, "prediction": array(p), "target": array(y), **result})
    return cases


def losses():
    p, y = torch.randn(4, 3), torch.randn(4, 3)
    near = y + torch.tensor([[0.0, 1.0, -1.0], [0.25, -0.25, 2.0], [1e3, -1e3, 1e-3], [0.5, 0.75, -3.0]])
    yes_no = torch.tensor([[1.0, 0, 0], [1, 1, 0], [0, 0, 0], [1, 0, 1]])
    soft = torch.rand(4, 3)
    logits = torch.tensor([[30.0, -30, 0], [1e3, -1e3, 500], [88.0, -88, 104], [1e-8, -1e-8, 3]])
    one, none = torch.randn(1), torch.zeros(0, 3)
    classes = torch.tensor([2, 0, 1, 2])
    masked = torch.tensor([[1.0, -math.inf, 2], [-math.inf, 3, -math.inf]])
    cases = []
    for ours, theirs in (("meanSquaredError", "mse_loss"), ("meanAbsoluteError", "l1_loss"), ("huber", "huber_loss")):
        for prediction, target in ((p, y), (near, y), (one, -one), (none, none)):
            cases += loss(ours, theirs, prediction, target)
    for delta in (0.25, 2.0):
        cases += loss("huber", "huber_loss", near, y, {"delta": delta}, {"delta": delta})
    cases += loss("binaryCrossEntropy", "binary_cross_entropy", torch.rand(4, 3) * 0.9 + 0.05, yes_no)
    cases += loss("binaryCrossEntropy", "binary_cross_entropy", torch.rand(4, 3) * 0.9 + 0.05, soft)
    for prediction in (p, logits):
        for target in (yes_no, soft):
            cases += loss("binaryCrossEntropyWithLogits", "binary_cross_entropy_with_logits", prediction, target)
    for prediction in (p, logits, 1e4 * p):
        for target in (classes, functional.one_hot(classes).float(), soft / soft.sum(1, keepdim=True), soft):
            cases += loss("crossEntropy", "cross_entropy", prediction, target)
    # Right and sure of it: what is left of the loss lies far below the logits.
    sure = torch.tensor([[1000.0, 990, 0], [300, 307, 290], [-2000, -3000, -1991]])
    cases += loss("crossEntropy", "cross_entropy", sure, torch.tensor([0, 1, 2]))
    cases += loss("crossEntropy", "cross_entropy", sure, functional.one_hot(torch.tensor([0, 1, 2])).float())
    cases += loss("crossEntropy", "cross_entropy", torch.randn(3, 1), torch.zeros(3, dtype=torch.int64))
    cases += loss("crossEntropy", "cross_entropy", masked, torch.tensor([2, 1]))
    cases += loss("crossEntropy", "cross_entropy", none, torch.zeros(0, dtype=torch.int64))
    return cases


ACTIVATIONS = {
    "relu": functional.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "elu": functional.elu, "gelu": functional.gelu, "silu": functional.silu,
    "leakyRelu": functional.leaky_relu, "logSigmoid": functional.logsigmoid, "softplus": functional.softplus, "softsign": functional.softsign,
    "softmax": lambda x: functional.softmax(x, -1), "logSoftmax": lambda x: functional.log_softmax(x, -1),
}


def activations():
    ordinary = torch.linspace(-4, 4, 15)
    far = torch.tensor([-1e4, -200, -100, -30, -1e-6, 1e-6, 15, 100, 1e4])
    # A gradient of a sum is nothing for softmax: its elements are weighed.
    return [
        {"activation": name, "x": array(x), **differentiated(lambda x: f(x) * torch.linspace(1, 2, len(x), dtype=x.dtype), x)}
        for name, f in ACTIVATIONS.items()
        for values in (ordinary, far)
        for x in (values, values.double())
    ]


OPTIMIZERS = [
    ("sgd", {"lr": 0.1}, torch.optim.SGD, {"lr": 0.1}),
    ("sgd", {"lr": 0.1, "weightDecay": 0.2}, torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.2}),
    ("sgd", {"lr": 0.1, "momentum": 0.9}, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0.01}, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("adam", {}, torch.optim.Adam, {}),
    ("adam", {"lr": 0.05, "beta1": 0.5, "beta2": 0.9, "eps": 1e-3}, torch.optim.Adam, {"lr": 0.05, "betas": (0.5, 0.9), "eps": 1e-3}),
    ("adam", {"weightDecay": 0.01}, torch.optim.AdamW, {"weight_decay": 0.01}),
    ("adam", {"lr": 0.1, "weightDecay": 0.5}, torch.optim.AdamW, {"lr": 0.1, "weight_decay": 0.5}),
]


def optimizers():
    """Where a parameter goes that is given these gradients, of sizes from nothing to large."""
    cases = []
    for dtype in (torch.float32, torch.float64):
        start = torch.tensor([1.0, -2, 3, 0, 0.5], dtype=dtype)
        gradients = (torch.randn(6, 5) * torch.tensor([1.0, 1e-4, 1e3, 0, 1e-9])).to(dtype)
        for name, options, make, torch_options in OPTIMIZERS:
            w = torch.nn.Parameter(start.clone())
            optimizer = make([w], **torch_options)
            path = []
            for gradient in gradients:
                w.grad = gradient.clone()
                optimizer.step()
                path.append(array(w))
            cases.append({"optimizer": name, "options": options, "start": array(start), "gradients": [array(each) for each in gradients], "path": path})
    return cases


def training():
    """Three epochs of two layers over 11 examples in batches of 4: the losses, and where the parameters end."""
    cases = []
    for dtype in (torch.float32, torch.float64):
        for name, options, make, torch_options in OPTIMIZERS:
            hidden, out = torch.nn.Linear(3, 5).to(dtype), torch.nn.Linear(5, 4).to(dtype)
            x, y = torch.randn(11, 3, dtype=dtype), torch.randint(0, 4, (11,))
            parameters = {"0.weight": hidden.weight, "0.bias": hidden.bias, "2.weight": out.weight, "2.bias": out.bias}
            # Ours lie transposed.
            state = lambda: {path: array(p.T if path.endswith("weight") else p) for path, p in parameters.items()}
            before = state()
            optimizer = make(parameters.values(), **torch_options)
            history = []
            for _ in range(3):
                total = 0.0
                for start in range(0, 11, 4):
                    optimizer.zero_grad()
                    batch = y[start:start + 4]
                    value = functional.cross_entropy(out(torch.tanh(hidden(x[start:start + 4]))), batch)
                    value.backward()
                    optimizer.step()
                    total += value.item() * len(batch)
                history.append(total / 11)
            cases.append({"optimizer": name, "options": options, "x": array(x), "y": array(y), "before": before, "after": state(), "loss": history})
    return cases


print(json.dumps({"torch": torch.__version__, "losses": losses(), "activations": activations(), "optimizers": optimizers(), "training": training()}))
