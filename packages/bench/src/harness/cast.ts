import { sideNames, type SideName } from "./case.ts";
import { startChild, type Child } from "./child.ts";
import { commandsOf } from "./commands.ts";

/** A side that cannot take part, and why. */
export interface Absent {
  readonly side: SideName;
  readonly reason: string;
}

/** All sides' processes. */
export interface Cast {
  readonly children: readonly Child[];
  readonly absent: readonly Absent[];
  close(): void;
}

/** Starts every side in all its settings; what does not start is absent, not an error: peers are optional. */
export async function gather(wanted: readonly SideName[] = sideNames, python?: string): Promise<Cast> {
  const children: Child[] = [];
  const absent: Absent[] = [];
  for (const side of sideNames.filter((name) => wanted.includes(name))) {
    const commands = await commandsOf(side, python);
    if (commands.length === 0) absent.push({ side, reason: `no python3 here can import ${side}` });
    for (const command of commands) {
      try {
        children.push(await startChild(command));
      } catch (error) {
        absent.push({ side, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  return { children, absent, close: () => { for (const child of children) child.close(); } };
}
