import "../../core/src/internal.ts";
for (const m of ["activation","bitwise","comparison","division","exponential","extremes","hyperbolic","logical","powers","rounding","trigonometric","where"]) await import(`../../core/src/ops/elementwise/${m}.ts`);
for (const m of ["cumulative","extremes","logical","prod","sum"]) await import(`../../core/src/ops/reduce/${m}.ts`);
const { conformance } = await import("./conformance/conformance.ts");
const { registry } = await import("../../core/src/primitive.ts");
const { createWasmEngine } = await import("../../core/src/engine/wasm/engine.ts");
const only = process.argv.slice(2);
const mine = [...registry.values()].filter((p) => only.length > 0 ? only.includes(p.name) : ["elementwise", "reduce"].includes(p.lower.kind) || p.name === "cumSum");
for (const c of conformance(createWasmEngine(), { runs: Number(process.env.RUNS ?? 15), seed: Number(process.env.SEED ?? 1), primitives: mine })) {
  const t = performance.now();
  try { c.run(); } catch (e) { console.log(`✗ ${c.primitive} ${c.law}: ${(e as Error).message.slice(0, 3000) + String((e as Error).cause)}`); }
  const ms = performance.now() - t;
  if (ms > 2000) console.log(`slow ${c.primitive} ${c.law} ${ms.toFixed(0)} ms`);
}
