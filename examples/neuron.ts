// One neuron, and three: a weighted sum and a step. With two inputs a neuron draws a line through the plane, and that is
// enough for AND and OR; no line gives XOR, which is why networks have layers.
import { stack, tensor, type Tensor } from "@ndgrad/core";
import { heaviside } from "@ndgrad/nn";
import { settings } from "./shared/settings.ts";

settings({});

const neuron = (weights: Tensor, bias: number) => (x: Tensor) => heaviside(x.matmul(weights).add(bias));

const AND = neuron(tensor([1, 1]), -1.5);
const OR = neuron(tensor([1, 1]), -0.5);
const NAND = neuron(tensor([-1, -1]), 1.5);
// Two layers of neurons: what lies below the line of NAND and above the line of OR.
const XOR = (x: Tensor) => AND(stack([NAND(x), OR(x)], { axis: 1 }));

const inputs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
console.log("inputs:", inputs.shape, "→ outputs of one neuron:", AND(inputs).shape);
console.log();

const row = (name: string, cells: readonly unknown[]) => console.log(`${name.padEnd(4)}${cells.map((cell) => String(cell).padStart(6)).join("")}`);
row("", inputs.toArray().map((pair) => pair.join(" ")));
for (const [name, gate] of Object.entries({ AND, OR, NAND, XOR })) row(name, [...gate(inputs).data]);
