/** How long everything else that waits may have to, in milliseconds. */
const patience = 100;

/**
 * A function to call often: when a tenth of a second has passed since everything else (input, timers, the page) had its
 * turn, it gives them one.
 */
export function pacer(): () => Promise<void> | undefined {
  let rested = performance.now();
  return () => {
    if (performance.now() - rested < patience) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        rested = performance.now();
        resolve();
      }, 0);
    });
  };
}
