import { bandsOf, type Band } from "./bands.ts";
import { readsOf, writesOf, type Program } from "./program.ts";
import { kernelWork } from "./work.ts";

/**
 * Bands that have nothing to do with one another: threads share them out among themselves, whole or in parts, and meet only when
 * all are done.
 */
export interface Phase { readonly bands: readonly Band[] }

/** Operations on elements that a band does, roughly. */
export const bandWork = ({ kernels }: Band): number => kernels.reduce((sum, kernel) => sum + kernelWork(kernel), 0);

/**
 * Puts each band into the first phase behind all that it has to do with, the one with most work first: what comes last fills
 * up what is left between threads. A loop or branch over kernels has a phase of its own.
 */
export function phasesOf(program: Pick<Program, "kernels">): readonly Phase[] {
  const phases: Band[][] = [];
  let open = 0;
  /** The first phase in which each buffer may be read, and in which it may be written. */
  const readable = new Map<number, number>();
  const writable = new Map<number, number>();
  const later = (map: Map<number, number>, buffer: number, at: number): void => { map.set(buffer, Math.max(map.get(buffer) ?? 0, at)); };
  for (const band of bandsOf(program)) {
    const [reads, writes] = [readsOf, writesOf].map((operandsOf) => new Set(band.kernels.flatMap((kernel) => operandsOf(kernel).map(({ buffer }) => buffer))));
    let at = band.control === null ? open : phases.length;
    for (const buffer of reads) at = Math.max(at, readable.get(buffer) ?? 0);
    for (const buffer of writes) at = Math.max(at, writable.get(buffer) ?? 0);
    if (at === phases.length) phases.push([band]);
    else phases[at].push(band);
    if (band.control !== null) open = phases.length;
    for (const buffer of reads) later(writable, buffer, at + 1);
    for (const buffer of writes) { later(readable, buffer, at + 1); later(writable, buffer, at + 1); }
  }
  return phases.map((bands) => ({ bands: [...bands].sort((a, b) => bandWork(b) - bandWork(a)) }));
}
