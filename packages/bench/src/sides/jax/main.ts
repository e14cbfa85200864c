import { readFileSync } from "node:fs";
import { serve } from "../../harness/serve.ts";

// jax-js looks for both before it knows that it is in Node: Node 20 has neither.
for (const [name, value] of Object.entries({ navigator: {}, Float16Array: class {} })) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value });
}
const manifest = new URL("../package.json", import.meta.resolve("@jax-js/jax"));
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };
const { jax } = await import("./implementation.ts");
await serve(await jax(version));
