/** One running transform: recipes are kept on its behalf until it ends. */
export interface Scope {
  readonly kind: "gradient" | "trace";
  /** How many scopes enclose it. */
  readonly depth: number;
  open: boolean;
}

let running = 0;

/** Runs `body` in a new scope and closes it, however `body` ends. */
export function withScope<T>(kind: Scope["kind"], body: (scope: Scope) => T): T {
  const scope: Scope = { kind, depth: running++, open: true };
  try {
    return body(scope);
  } finally {
    scope.open = false;
    running--;
  }
}

/** Whether a transform is running: what is computed now may be watched. */
export const insideScope = (): boolean => running > 0;
