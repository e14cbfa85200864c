/** Lets everything else that waits have its turn: input, timers, the page. */
export const pause = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 0); });
