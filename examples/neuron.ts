// One neuron: a weighted sum and a step. With two inputs it draws a line through the plane, and that is enough for AND
// and OR; no line gives XOR, which is why networks have layers.
import { tensor, type Tensor } from "@ndgrad/core";
import { step } from "@ndgrad/nn";

const neuron = (weights: Tensor, bias: number) => (x: Tensor) => step(x.matmul(weights).add(bias));

const inputs = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const gates = {
  AND: neuron(tensor([1, 1]), -1.5),
  OR: neuron(tensor([1, 1]), -0.5),
  NAND: neuron(tensor([-1, -1]), 1.5),
};

for (const [name, gate] of Object.entries(gates)) {
  console.log(`${name}: ${inputs.toArray().map((x, i) => `${x.join(" ")} → ${gate(inputs).data[i]}`).join("   ")}`);
}

// Two layers of neurons: what lies below the line of NAND and above the line of OR.
const { AND, OR, NAND } = gates;
const xor = inputs.toArray().map((x) => {
  const pair = tensor(x);
  return AND(tensor([NAND(pair).item(), OR(pair).item()])).item();
});
console.log(`XOR, of three neurons: ${xor.join(" ")}`);
