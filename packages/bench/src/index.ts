import { bench } from "./bench.ts";
import { table } from "./report/table.ts";
import { readSettings, usage, type Settings } from "./settings.ts";

let settings: Settings;
try {
  settings = readSettings(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
}

const { isTTY } = process.stderr;
const report = await bench(settings, (what) => { if (isTTY) process.stderr.write(`\r\x1b[K${what}`.slice(0, 84)); });
if (isTTY) process.stderr.write("\r\x1b[K");
console.log(settings.json ? JSON.stringify(report) : table(report));
