/** Maps with at most `limit` calls under way, and keeps the order. */
export async function mapParallel<In, Out>(items: readonly In[], limit: number, call: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const results = new Array<Out>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await call(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
