import { showShape } from "../errors.ts";
import type { ConstantExpr, Expr } from "./expr.ts";
import type { Combine } from "./lowering.ts";
import { phasesOf } from "./phases.ts";
import { planMemory } from "./plan.ts";
import type { BufferSpec, ContractKernel, ControlKernel, CustomKernel, Epilogue, Kernel, LoopKernel, NestKernel, Operand, Program, Size } from "./program.ts";
import { kernelWork, workOf } from "./work.ts";

/** Axes of loops, from the outermost in. */
const letters = "ijklmnpqstuvwxyz";
const turns = ["n", "n′", "n″"];
const loopName = (loop: number): string => turns[loop] ?? `n${loop}`;

const signs: Readonly<Record<string, string>> = {
  add: "+", sub: "−", mul: "·", div: "/", eq: "=", ne: "≠", lt: "<", le: "≤", gt: ">", ge: "≥", and: "∧", or: "∨", xor: "⊻", shl: "<<", shr: ">>", shrU: ">>>",
};
const combined: Readonly<Record<Combine, string>> = { sum: "Σ", prod: "Π", max: "max", min: "min", any: "any", all: "all", argMax: "argMax", argMin: "argMin" };

/** What the buffers of a program are called, and how large they are. */
export type BufferName = (buffer: number) => string;

const initials: Readonly<Record<BufferSpec["role"]["kind"], string>> = { argument: "a", variable: "v", result: "r", constant: "c", temporary: "t", local: "s" };

/** `a0`, `a1` … for arguments, `v` for variables, `r` results, `c` constants, `t` temporaries, `s` what a nest keeps for itself. */
export function namesOf({ buffers }: Program): BufferName {
  const counts = { argument: 0, variable: 0, result: 0, constant: 0, temporary: 0, local: 0 };
  const names = buffers.map(({ role }) => `${initials[role.kind]}${"index" in role ? role.index : counts[role.kind]++}`);
  return (buffer) => names[buffer];
}

const showSize = (size: Size): string => (typeof size === "number" ? String(size) : "parameter" in size ? `p${size.parameter}` : [...(size.start === 0 ? [] : [String(size.start)]), term(size.step, loopName(size.loop))].join(" + "));
const term = (factor: Size, name: string): string => (factor === 1 ? name : `${showSize(factor)}${name}`);

/** How an operand is written. */
type Place = (operand: Operand, axes: readonly string[]) => string;

/** An operand's place as a sum of its axes: `a0[784i + j]`; single values by their name. */
const placing = (nameOf: BufferName, isSingle: (buffer: number) => boolean = () => false): Place => (operand, axes) =>
  (isSingle(operand.buffer) ? nameOf(operand.buffer) : showOperand(operand, axes, nameOf));

function showOperand({ buffer, strides, offset }: Operand, axes: readonly string[], nameOf: BufferName): string {
  const terms = strides.flatMap((stride, axis) => (stride === 0 || axes[axis] === "" ? [] : [term(stride, axes[axis])]));
  if (offset !== 0) terms.push(showSize(offset));
  return `${nameOf(buffer)}[${terms.length === 0 ? "0" : terms.join(" + ").replaceAll("+ -", "− ")}]`;
}

/** Expressions with what is used twice written out before, once. */
class Writer {
  readonly lines: string[] = [];
  private readonly written = new Map<Expr, string>();
  private readonly uses = new Map<Expr, number>();
  private readonly leaf: (index: number) => string;
  private readonly prefix: string;
  private readonly from: number;

  constructor(roots: readonly Expr[], leaf: (index: number) => string, prefix: string, from = 0) {
    this.leaf = leaf;
    this.prefix = prefix;
    this.from = from;
    const count = (node: Expr): void => {
      const before = this.uses.get(node) ?? 0;
      this.uses.set(node, before + 1);
      if (before === 0 && (node.kind === "apply" || node.kind === "rescue")) node.args.forEach(count);
    };
    roots.forEach(count);
  }

  write(node: Expr): string {
    if (node.kind === "input") return this.leaf(node.index);
    if (node.kind === "constant") return showConstant(node);
    const known = this.written.get(node);
    if (known !== undefined) return known;
    let text = this.compute(node);
    if ((this.uses.get(node) ?? 0) > 1) {
      const name = `${this.prefix}${this.from + this.lines.length}`;
      this.lines.push(`${name} = ${bare(text)}`);
      text = name;
    }
    this.written.set(node, text);
    return text;
  }

  private compute(node: Exclude<Expr, { readonly kind: "input" | "constant" }>): string {
    if (node.kind === "rescue") return this.write(node.value);
    const args = node.args.map((each) => this.write(each));
    const sign = signs[node.op];
    if (sign !== undefined && args.length === 2) return `(${args[0]} ${sign} ${args[1]})`;
    if (node.op === "neg") return `−${args[0]}`;
    if (node.op === "not") return `¬${args[0]}`;
    return `${node.op === "cast" || node.op === "bits" ? node.type : node.op}(${args.map(bare).join(", ")})`;
  }
}

/** A constant in as few digits as tell it from its neighbours. */
function showConstant({ value, type }: ConstantExpr): string {
  if (Object.is(value, -0)) return "−0";
  let written = String(value);
  for (let digits = 1; type === "float32" && digits < 10; digits++) {
    const shorter = Number(Number(value).toPrecision(digits));
    if (Math.fround(shorter) !== value) continue;
    written = String(shorter);
    break;
  }
  return written.replace("-", "−");
}

/** Without the parentheses around the whole. */
function bare(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    depth += text[i] === "(" ? 1 : text[i] === ")" ? -1 : 0;
    if (depth === 0) return text;
  }
  return text.slice(1, -1);
}

const over = (axes: readonly string[], extents: readonly Size[]): string => axes.map((axis, i) => `${axis} < ${showSize(extents[i])}`).join(", ");
const forEach = (axes: readonly string[], extents: readonly Size[]): string => (extents.every((extent) => extent === 1) ? "" : `   for ${over(axes, extents)}`);

/** What stands in an epilogue for the finished value, and then its operands. */
const inEpilogue = (whole: string, { inputs }: Epilogue, axes: readonly string[], place: Place) => (index: number): string => (index === 0 ? whole : place(inputs[index - 1], axes));

/** A finished value and what becomes of it: the lines before, and the line that writes it. */
function finished(total: string, epilogue: Epilogue | null, out: string, axes: readonly string[], place: Place, loops: string, from = 0): string[] {
  if (epilogue === null) return [`${out} = ${total}${loops}`];
  const writer = new Writer([epilogue.expr], inEpilogue("total", epilogue, axes, place), "w", from);
  const text = bare(writer.write(epilogue.expr));
  const once = writer.lines.length === 0 && text.split("total").length === 2;
  return once ? [`${out} = ${text.replace("total", `(${total})`)}${loops}`] : [`total = ${total}`, ...writer.lines, `${out} = ${text}${loops}`];
}

/** A loop nest; without its first `shared` loops, which are written around it. What is used twice is numbered from `from` on. */
function showLoop({ extents, inputs, values, reduce, epilogue, outputs }: LoopKernel, place: Place, shared = 0, from = 0): string[] {
  const axes = extents.map((extent, axis) => (extent === 1 ? "" : letters[axis]));
  const kept = extents.length - (reduce?.axes ?? 0);
  const writer = new Writer(values, (index) => place(inputs[index], axes), "u", from);
  const texts = values.map((value) => writer.write(value));
  const loops = forEach(letters.slice(shared, kept).split(""), extents.slice(shared, kept));
  if (reduce === null) return [...writer.lines, ...texts.map((text, i) => `${place(outputs[i], axes)} = ${bare(text)}${i === texts.length - 1 ? loops : ""}`)];
  const total = `${combined[reduce.combine]}(${over(letters.slice(kept, extents.length).split(""), extents.slice(kept))}) ${texts[0]}`;
  return [...writer.lines, ...finished(total, epilogue, place(outputs[0], axes), axes, place, loops, from)];
}

function showNest({ shared, stages, locals }: NestKernel, nameOf: BufferName): string[] {
  const place = placing(nameOf, (buffer) => locals.some((local) => local.buffer === buffer && local.size === 1));
  const rows = over(letters.slice(0, shared).split(""), stages[0].extents.slice(0, shared));
  const lines: string[] = [];
  let shown = 0;
  for (const stage of stages) {
    const written = showLoop(stage, place, shared, shown);
    shown += written.length - stage.outputs.length;
    lines.push(...written);
  }
  return [`for ${rows}:`, ...lines.map((line) => `  ${line}`)];
}

function showContract({ batch, m, n, k, a, b, epilogue, out, product }: ContractKernel, nameOf: BufferName): string[] {
  const batches = batch.map((_, axis) => letters[axis + 3]);
  const named = [...batches, "i", "j"];
  const extents = [...batch, m, n];
  const axes = named.map((axis, at) => (extents[at] === 1 ? "" : axis));
  const inner = batches.map((axis, at) => (batch[at] === 1 ? "" : axis));
  const place = placing(nameOf);
  const total = `Σ(k < ${showSize(k)}) ${place(a, [...inner, m === 1 ? "" : "i", "k"])} · ${place(b, [...inner, "k", n === 1 ? "" : "j"])}`;
  const aside = product === undefined ? "" : `   summed up in ${nameOf(product.buffer)}`;
  return finished(total, epilogue, place(out, axes), axes, place, `${forEach(named, extents)}${aside}`);
}

const showNamed = ({ kernel, inputs, sizes, out }: CustomKernel, nameOf: BufferName): string[] => [`${nameOf(out.buffer)} = ${kernel}(${inputs.map(({ buffer }) => nameOf(buffer)).join(", ")}; sizes ${sizes.map(showSize).join(", ")})`];

function showControl({ flow, depth }: ControlKernel, nameOf: BufferName): string[] {
  const indented = (kernels: readonly Kernel[]): string[] => kernels.flatMap((kernel) => showKernel(kernel, nameOf)).map((line) => `  ${line}`);
  switch (flow.kind) {
    case "repeat": return [`repeat ${flow.times} times, counting ${loopName(depth)}:`, ...indented(flow.body)];
    case "while": return ["loop:", ...indented(flow.test), `  while ${showOperand(flow.condition, [], nameOf)}:`, ...indented(flow.body)];
    case "if": return [`if ${showOperand(flow.condition, [], nameOf)}:`, ...indented(flow.ifTrue), "else:", ...indented(flow.ifFalse)];
  }
}

/** A kernel as it would be written down: one line, and before it one for each value that is used several times. */
export function showKernel(kernel: Kernel, nameOf: BufferName): string[] {
  switch (kernel.kind) {
    case "loop": return showLoop(kernel, placing(nameOf));
    case "nest": return showNest(kernel, nameOf);
    case "contract": return showContract(kernel, nameOf);
    case "named": return showNamed(kernel, nameOf);
    case "control": return showControl(kernel, nameOf);
  }
}

/** A number of operations or bytes with three digits: `51.4 million`. */
function showCount(count: number): string {
  const [unit, size] = count >= 1e9 ? [" billion", 1e9] : count >= 1e6 ? [" million", 1e6] : count >= 1e4 ? [" thousand", 1e3] : ["", 1];
  return `${size === 1 ? count : Number((count / size).toPrecision(3))}${unit}`;
}

/** A program as text: what its buffers are, then phase by phase and band by band its kernels with the operations that each takes. */
export function showProgram(program: Program, describe: (buffer: number) => string): string {
  const nameOf = namesOf(program);
  const phases = phasesOf(program);
  const { size } = planMemory(program, phases);
  const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? "" : "s"}`;
  const lines = [`${count(program.kernels.length, "kernel")} in ${count(phases.length, "phase")}, about ${showCount(workOf(program))} operations, an arena of ${showCount(size)} bytes`];
  program.buffers.forEach((buffer, i) => {
    if (buffer.size === 0 || (buffer.role.kind === "local" && buffer.size === 1)) return;
    lines.push(`  ${nameOf(i)}: ${buffer.dtype}${showShape([buffer.size])} ${describe(i)}`.trimEnd());
  });
  phases.forEach(({ bands }, at) => bands.forEach(({ units, kernels }, beside) => {
    lines.push(`phase ${at + 1}${bands.length === 1 ? "" : `, band ${beside + 1}`}, ${units === 0 ? "on one thread" : `${units} parts`}`);
    for (const kernel of kernels) {
      const written = showKernel(kernel, nameOf);
      written.forEach((line, i) => lines.push(`  ${line}${i === (kernel.kind === "control" || kernel.kind === "nest" ? 0 : written.length - 1) ? `   ≈ ${showCount(kernelWork(kernel))}` : ""}`));
    }
  }));
  return lines.join("\n");
}
