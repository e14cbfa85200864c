// Runs one of the examples by its name: pnpm example mnist --epochs 3
import { runTypeScript, flags } from "./process.ts";
import { listFolder, root } from "./repository.ts";

const names = listFolder(`${root}/examples`).flatMap((file) => /^(.+)\.ts$/.exec(file)?.slice(1) ?? []);
const [name, ...rest] = flags();

if (name === undefined || !names.includes(name)) {
  const problem = name === undefined ? "Which example?" : `There is no example "${name}".`;
  console.error(`${problem} Choose from: ${names.join(", ")}`);
  process.exitCode = 1;
} else {
  const { code } = await runTypeScript(`${root}/examples/${name}.ts`, rest, { inherit: true });
  process.exitCode = code;
}
