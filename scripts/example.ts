// Runs one of the examples by its name: pnpm example mnist --epochs 3. Without a name it lists them.
import { readFileSync } from "node:fs";
import { runTypeScript, flags } from "./process.ts";
import { listFolder, root } from "./repository.ts";

const names = listFolder(`${root}/examples`).flatMap((file) => /^(.+)\.ts$/.exec(file)?.slice(1) ?? []);
const [name, ...rest] = flags();

/** What a script says of itself: its first comment up to the colon. */
function aboutOf(example: string): string {
  return /^\/\/ ([^:]+):/.exec(readFileSync(`${root}/examples/${example}.ts`, "utf8"))?.[1] ?? "";
}

if (name === undefined || name === "--help") {
  const width = Math.max(...names.map((each) => each.length));
  for (const each of names) console.log(`${each.padEnd(width)}  ${aboutOf(each)}`.trimEnd());
  console.log(`\nRun one by its name; with --help it lists its flags.`);
} else if (names.includes(name)) {
  const { code } = await runTypeScript(`${root}/examples/${name}.ts`, rest, { inherit: true });
  process.exitCode = code;
} else {
  console.error(`There is no example "${name}". Choose from: ${names.join(", ")}`);
  process.exitCode = 2;
}
