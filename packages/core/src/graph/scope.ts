import type { Tensor } from "../tensor.ts";

/** One running transform: recipes are kept on its behalf until it ends. */
export interface Scope {
  readonly kind: "gradient" | "trace";
  /** How many scopes enclose it. */
  readonly depth: number;
  open: boolean;
  /** Tensors with elements that keep a recipe on its behalf. */
  readonly kept: Tensor[];
}

const running: Scope[] = [];

/**
 * Runs `body` in a new scope and closes it, however `body` ends. Tensors with elements give up the recipes that they kept for it,
 * wherever they are by then: those of one that escaped would keep all that it was computed by alive.
 */
export function withScope<T>(kind: Scope["kind"], body: (scope: Scope) => T): T {
  const scope: Scope = { kind, depth: running.length, open: true, kept: [] };
  running.push(scope);
  try {
    return body(scope);
  } finally {
    scope.open = false;
    running.pop();
    for (const tensor of scope.kept) tensor.recipe = null;
  }
}

/** Whether a transform is running: what is computed now may be watched. */
export const insideScope = (): boolean => running.length > 0;

/** Whether a function is being traced: loops that must stay loops have to be written down as such. */
export const insideTrace = (): boolean => running.some(({ kind }) => kind === "trace");

/** Whether gradients may be asked for of what is computed now. */
export const insideGradient = (): boolean => running.some(({ kind, open }) => kind === "gradient" && open);
