import { ShapeError, showShape } from "../errors.ts";

/** An equation applied to operands of known ranks: a label for each axis. Axes that an ellipsis stands for are labelled `…1`, `…2` from the right. */
export interface LabelledEquation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Throws with the equation in the message. */
export const refuse = (equation: string, sentence: string): never => {
  throw new ShapeError(`einsum: "${equation}": ${sentence}`);
};

/** Reads an equation such as `...ij,...jk->...ik`; without an arrow the output is implied as in NumPy. */
export function readEquation(equation: string, shapes: readonly (readonly number[])[]): LabelledEquation {
  const sides = equation.replaceAll(/\s/g, "").split("->");
  if (sides.length > 2) refuse(equation, "has more than one arrow; write inputs->output");
  const terms = sides[0].split(",");
  if (terms.length !== shapes.length) refuse(equation, `names ${terms.length} operands and ${shapes.length} were given; separate them by commas`);
  for (const term of [...terms, ...sides.slice(1)]) {
    if (!/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term)) refuse(equation, `cannot read "${term}"; use letters for axes and at most one "..." for the rest of them`);
  }
  const inputs = terms.map((term, which) => {
    const letters = term.replace("...", "").length;
    const rest = shapes[which].length - letters;
    if (rest < 0 || (rest > 0 && !term.includes("..."))) {
      refuse(equation, `"${term}" names ${letters} axes, operand ${which} of shape ${showShape(shapes[which])} has ${shapes[which].length}; ${rest > 0 ? 'name them all or add "..."' : "leave some out"}`);
    }
    return labelsOf(term, rest);
  });
  const widest = Math.max(...inputs.map((labels) => labels.filter(isEllipsis).length));
  const output = sides.length === 2 ? labelsOf(sides[1], widest) : impliedOutput(inputs, widest);
  checkOutput(equation, inputs, output, widest);
  return { inputs, output };
}

export const isEllipsis = (label: string): boolean => label.length > 1;

/** The axes an ellipsis of a given width stands for, from the left. */
const ellipsis = (width: number): string[] => Array.from({ length: width }, (_, i) => `…${width - i}`);

function labelsOf(term: string, width: number): string[] {
  const [before, after] = term.split("...");
  return after === undefined ? before.split("") : [...before.split(""), ...ellipsis(width), ...after.split("")];
}

/** The ellipsis, then the letters that occur once, in alphabetical order (capitals first). */
function impliedOutput(inputs: readonly (readonly string[])[], width: number): string[] {
  const letters = inputs.flat().filter((label) => !isEllipsis(label));
  return [...ellipsis(width), ...letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort()];
}

function checkOutput(equation: string, inputs: readonly (readonly string[])[], output: readonly string[], width: number): void {
  output.forEach((label, at) => {
    if (output.indexOf(label) !== at) refuse(equation, `the output names "${label}" twice; each axis of the result has one letter`);
    if (!inputs.some((labels) => labels.includes(label))) refuse(equation, `the output names "${label}", which no operand has`);
  });
  if (width > 0 && !output.some(isEllipsis)) refuse(equation, 'the operands\' "..." is missing in the output; write it there, or name the axes to sum over');
}

/** The size of each letter; throws where two operands disagree. Axes of an ellipsis broadcast: 1 stretches. */
export function sizesOfLabels(equation: string, { inputs }: LabelledEquation, shapes: readonly (readonly number[])[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  inputs.forEach((labels, which) => labels.forEach((label, axis) => {
    const known = sizes.get(label);
    const size = shapes[which][axis];
    if (known === undefined || (isEllipsis(label) && known === 1)) {
      sizes.set(label, size);
    } else if (known !== size && !(isEllipsis(label) && size === 1)) {
      const name = isEllipsis(label) ? `axis −${label.slice(1)} of "..."` : `"${label}"`;
      refuse(equation, `${name} is ${known} in one place and ${size} in operand ${which} of shape ${showShape(shapes[which])}; shapes ${shapes.map(showShape).join(", ")}`);
    }
  }));
  return sizes;
}
