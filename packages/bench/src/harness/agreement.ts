/** How far a side's values are from the reference's, relative to the largest of them; Infinity where they cannot be compared. */
export function distance(values: readonly number[], reference: readonly number[]): number {
  if (values.length !== reference.length || values.length === 0) return Infinity;
  let scale = 0;
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    scale = Math.max(scale, Math.abs(reference[i]));
    most = Math.max(most, Math.abs(values[i] - reference[i]));
  }
  // NaN on either side must not pass as agreement.
  if (values.some(Number.isNaN) || reference.some(Number.isNaN)) return Infinity;
  return most === 0 ? 0 : most / scale;
}
