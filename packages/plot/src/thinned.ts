type Point = readonly [number, number];

/** At most about `most` of the points, in order: of each stretch the first, the least and the largest; the last of all. */
export function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const stretches = Math.floor(most / 3);
  const kept: Point[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches);
    const to = Math.floor(((stretch + 1) * points.length) / stretches);
    const chosen = new Set([from]);
    let [least, largest] = [from, from];
    for (let i = from; i < to; i++) {
      const y = points[i][1];
      // Not a number: keep it, for it is a gap in the curve.
      if (!Number.isFinite(y) && Number.isFinite(points[Math.max(0, i - 1)][1])) chosen.add(i);
      if (y < points[least][1]) least = i;
      if (y > points[largest][1]) largest = i;
    }
    for (const i of [...chosen, least, largest].sort((a, b) => a - b)) if (kept.at(-1) !== points[i]) kept.push(points[i]);
  }
  const last = points[points.length - 1];
  if (kept.at(-1) !== last) kept.push(last);
  return kept;
}
