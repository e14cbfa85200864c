/** One running transform: recipes are kept on its behalf until it ends. */
export interface Scope {
  readonly kind: "gradient" | "trace";
  /** How many scopes enclose it. */
  readonly depth: number;
  open: boolean;
}

const running: Scope[] = [];

/** Runs `body` in a new scope and closes it, however `body` ends. */
export function withScope<T>(kind: Scope["kind"], body: (scope: Scope) => T): T {
  const scope: Scope = { kind, depth: running.length, open: true };
  running.push(scope);
  try {
    return body(scope);
  } finally {
    scope.open = false;
    running.pop();
  }
}

/** Whether a transform is running: what is computed now may be watched. */
export const insideScope = (): boolean => running.length > 0;

/** Whether a function is being traced: loops that must stay loops have to be written down as such. */
export const insideTrace = (): boolean => running.some(({ kind }) => kind === "trace");

/** Whether gradients may be asked for of what is computed now. */
export const insideGradient = (): boolean => running.some(({ kind, open }) => kind === "gradient" && open);
