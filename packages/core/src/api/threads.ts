import { currentEngine } from "../engine/engine.ts";
import { NdgradError } from "../errors.ts";

/**
 * How many threads compiled programs may use; all processors unless set. Results do not depend on it, bit for bit. Helper
 * threads start with the first program that is large enough for them, sleep when idle, and end with the process.
 *
 * @param count A whole number from 1 to 64.
 * @throws NdgradError for another number, and above 1 where there is no shared memory: a page must be cross-origin isolated, and Node allowed to start workers.
 * @example
 * setThreads(1);
 */
export function setThreads(count: number): void {
  const { runtime } = currentEngine();
  if (runtime !== undefined) runtime.setThreads(count);
  else if (count !== 1) throw new NdgradError(`setThreads: the ${currentEngine().name} engine has one thread, not ${count}`);
}

/** How many threads compiled programs may use. */
export const getThreads = (): number => currentEngine().runtime?.threads ?? 1;
