import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Inputs } from "./job.ts";
import type { InputFile, Request } from "./protocol.ts";

/** What makes a side ready for a job. */
export type Preparation = Extract<Request, { readonly ask: "prepare" }>;

/** Writes inputs as raw float64 files, from which every side reads its numbers, and removes them after `use`. */
export async function withFiles<T>(inputs: Inputs, use: (files: Readonly<Record<string, InputFile>>) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "ndgrad-bench-"));
  try {
    const files = Object.entries(inputs).map(([name, { shape, data }]): readonly [string, InputFile] => {
      const path = join(folder, name);
      writeFileSync(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return [name, { shape, path }];
    });
    return await use(Object.fromEntries(files));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
