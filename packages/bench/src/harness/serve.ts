import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Inputs, Job, Precision, Prepared } from "./job.ts";
import type { Answer, Description, InputFile, Request } from "./protocol.ts";

/** A program that does jobs, as its users would write them. */
export interface Implementation {
  describe(): Description;
  /** The precision it will compute a job in. */
  precision(asked: Precision): Precision;
  /** @throws Error that says why, for a job it cannot do. */
  prepare(job: Job, inputs: Inputs, precision: Precision): Prepared | Promise<Prepared>;
}

declare const gc: undefined | (() => void);

function read(files: Readonly<Record<string, InputFile>>): Inputs {
  return Object.fromEntries(
    Object.entries(files).map(([name, { shape, path }]) => {
      const bytes = readFileSync(path);
      return [name, { shape, data: new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) }];
    }),
  );
}

/** Answers requests on standard input until it ends. */
export async function serve(implementation: Implementation): Promise<void> {
  // Libraries may log; the answers must stay alone on their stream.
  console.log = console.info = console.warn = console.error;
  let prepared: Prepared | null = null;

  const ready = (): Prepared => {
    if (prepared === null) throw new Error("nothing is prepared");
    return prepared;
  };
  const answer = async (request: Request): Promise<Answer> => {
    switch (request.ask) {
      case "describe":
        return { description: implementation.describe() };
      case "prepare": {
        prepared = null;
        const precision = implementation.precision(request.precision);
        prepared = await implementation.prepare(request.job, read(request.inputs), precision);
        return { precision };
      }
      case "values":
        return { values: Array.from(await ready().values()) };
      case "run": {
        const { run } = ready();
        const start = process.hrtime.bigint();
        const done = run(request.times);
        // A side that is done when it returns does not pay for a turn of the event loop.
        if (done !== undefined) await done;
        return { nanoseconds: Number(process.hrtime.bigint() - start) };
      }
      case "memory":
        if (gc !== undefined) gc();
        return { memory: { resident: process.memoryUsage.rss(), peak: process.resourceUsage().maxRSS * 1024 } };
    }
  };

  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line) as Request).catch((error: unknown): Answer => ({ error: error instanceof Error ? error.message : String(error) }));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}
